// SPDX-License-Identifier: Apache-2.0
#include "devnode/store/uuid.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

using namespace kdb::development;

BOOST_AUTO_TEST_SUITE(uuids)

BOOST_DATA_TEST_CASE(every_form_that_a_server_takes_is_read,
                     boost::unit_test::data::make({"01234567-89ab-cdef-fedc-ba9876543210", "0123456789abcdeffedcba9876543210",
                                                   "{01234567-89AB-CDEF-FEDC-BA9876543210}",
                                                   "(01234567-89ab-cdef-fedc-ba9876543210)"})) {
  auto id = parse_uuid(sample);
  BOOST_REQUIRE(id);
  BOOST_TEST(id->high == 0x0123456789abcdefULL);
  BOOST_TEST(id->low == 0xfedcba9876543210ULL);
  BOOST_TEST(to_string(*id) == "01234567-89ab-cdef-fedc-ba9876543210");
}

BOOST_DATA_TEST_CASE(anything_else_is_no_uuid, boost::unit_test::data::make({"", "1", "01234567-89ab-cdef-fedc-ba987654321",
                                                                             "01234567-89ab-cdef-fedc-ba987654321g",
                                                                             "{01234567-89ab-cdef-fedc-ba9876543210)",
                                                                             "0123456789ab-cdef-fedc-ba98-765432103333",
                                                                             "01234567_89ab_cdef_fedc_ba9876543210"})) {
  BOOST_TEST(!parse_uuid(sample));
}

BOOST_AUTO_TEST_CASE(random_ids_differ_and_say_that_they_are_random) {
  auto first = random_uuid(), second = random_uuid();
  BOOST_TEST(!(first == second));
  BOOST_TEST(to_string(first)[14] == '4');
}

BOOST_AUTO_TEST_SUITE_END()
