#define BOOST_TEST_MODULE users
#include <boost/test/unit_test.hpp>
