// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include <memory>
#include <string>
#include <type_traits>
#include <utility>

#include <kdb/result.hpp>

using namespace kdb;

namespace {

const error denied{.code = errc::access_denied, .message = "not for you", .detail = stream_name{"s"}};

result<int> seven() {
  return 7;
}
result<int> no_number() {
  return unexpected{denied};
}
result<void> nothing_done() {
  return unexpected{errc::closed, "the client is closed"};
}

/// It can only be moved.
using owned = std::unique_ptr<int>;

} // namespace

BOOST_AUTO_TEST_SUITE(results)

BOOST_AUTO_TEST_CASE(a_value_is_there_or_an_error) {
  BOOST_TEST(seven().has_value());
  BOOST_TEST(*seven() == 7);
  BOOST_TEST(seven().value() == 7);
  BOOST_TEST(!no_number());
  BOOST_TEST((no_number().error().code == errc::access_denied));
  BOOST_TEST((result<int>{} && *result<int>{} == 0));
  BOOST_TEST(result<void>{}.has_value());
  BOOST_TEST(!nothing_done());
}

BOOST_AUTO_TEST_CASE(value_throws_the_whole_text_and_the_typed_error) {
  try {
    static_cast<void>(no_number().value());
    BOOST_FAIL("nothing was thrown");
  } catch (const failure& thrown) {
    BOOST_TEST(std::string{thrown.what()} == to_string(denied));
    BOOST_TEST(thrown.error().get<stream_name>()->name == "s");
  }
  BOOST_CHECK_THROW(nothing_done().value(), std::runtime_error);
  BOOST_CHECK_NO_THROW(result<void>{}.value());
}

BOOST_AUTO_TEST_CASE(value_or_takes_the_other_value_only_without_one) {
  BOOST_TEST(seven().value_or(1) == 7);
  BOOST_TEST(no_number().value_or(1) == 1);
  const auto kept = seven();
  BOOST_TEST(kept.value_or(1) == 7);
}

BOOST_AUTO_TEST_CASE(functions_are_called_on_the_value_or_on_the_error) {
  const auto doubled = [](int number) { return 2 * number; };
  BOOST_TEST(*seven().transform(doubled) == 14);
  BOOST_TEST((no_number().transform(doubled).error().code == errc::access_denied));
  BOOST_TEST(*seven().and_then([](int number) -> result<std::string> { return std::to_string(number); }) == "7");
  BOOST_TEST(!no_number().and_then([](int) -> result<std::string> { return "never"; }));
  BOOST_TEST(*no_number().or_else([](const error&) -> result<int> { return 3; }) == 3);
  BOOST_TEST(*seven().or_else([](const error&) -> result<int> { return 3; }) == 7);
  const auto closed = no_number().transform_error([](error why) {
    why.code = errc::closed;
    return why;
  });
  BOOST_TEST((closed.error().code == errc::closed));
  BOOST_TEST(closed.error().message == "not for you");
}

BOOST_AUTO_TEST_CASE(the_same_without_a_value) {
  BOOST_TEST(*result<void>{}.transform([] { return 5; }) == 5);
  BOOST_TEST(result<void>{}.and_then([] { return result<void>{}; }).has_value());
  BOOST_TEST((nothing_done().transform([] { return 5; }).error().code == errc::closed));
  BOOST_TEST(nothing_done().or_else([](const error&) { return result<void>{}; }).has_value());
  static_assert(std::is_same_v<decltype(seven().transform([](int) {})), result<void>>);
  BOOST_TEST(seven().transform([](int) {}).has_value());
}

BOOST_AUTO_TEST_CASE(values_that_can_only_be_moved_are_moved) {
  result<owned> made{std::make_unique<int>(4)};
  const auto length = std::move(made).transform([](owned number) { return *number; });
  BOOST_TEST(*length == 4);
  result<owned> other{std::make_unique<int>(5)};
  const auto taken = std::move(other).value();
  BOOST_TEST(*taken == 5);
}

BOOST_AUTO_TEST_CASE(emplace_puts_a_value_in_place_of_an_error) {
  auto number = no_number();
  number.emplace(9);
  BOOST_TEST(*number == 9);
  auto done = nothing_done();
  done.emplace();
  BOOST_TEST(done.has_value());
}

BOOST_AUTO_TEST_SUITE_END()
