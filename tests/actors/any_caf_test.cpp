// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include <string_view>
#include <vector>

#include "tests/actors/actor_fixture.hpp"
#include <kdb/any_caf.hpp>
#include <kdb/competing_workers.hpp>

using namespace kdb;

BOOST_AUTO_TEST_SUITE(any_caf_forms)

BOOST_AUTO_TEST_CASE(a_list_of_names_is_split_at_its_commas) {
  constexpr std::string_view list = "a::b, std::map<int, c>,  d";
  const std::vector<std::string_view> wanted{"a::b", "std::map<int, c>", "d", ""};
  for (std::size_t i = 0; i < wanted.size(); ++i)
    BOOST_TEST(any_caf::detail::name_at(list, i) == wanted[i]);
}

BOOST_AUTO_TEST_CASE(a_type_is_found_at_its_place) {
  using list = any_caf::types<int, void, std::string_view>;
  BOOST_TEST(list::size == 3u);
  BOOST_TEST((any_caf::one_of<int, list> && any_caf::one_of<void, list> && !any_caf::one_of<long, list>));
  BOOST_TEST((any_caf::detail::index_of<std::string_view, list>) == 2u);
  BOOST_TEST((std::is_same_v<any_caf::detail::type_at<0, list>, int>));
}

BOOST_AUTO_TEST_CASE(each_answer_is_in_the_list_once) {
  using answers = detail::answer_block::list;
  BOOST_TEST((any_caf::one_of<append_result, answers>)); // Of several requests.
  BOOST_TEST((!any_caf::one_of<std::string, answers>));  // CAF carries it by itself.
  BOOST_TEST((!any_caf::one_of<void, answers>));
}

BOOST_AUTO_TEST_CASE(types_have_the_names_of_their_lists) {
  BOOST_TEST(detail::request_block::name_of<append_to_stream>() == "kdb::append_to_stream");
  BOOST_TEST(detail::request_block::name_of<error>() == "kdb::error");
  BOOST_TEST(detail::answer_block::name_of<append_result>() == "kdb::append_to_stream::answer");
  BOOST_TEST(kdb_block::kdb_client::name_of<reader_actor>() == "kdb::reader_actor");
}

BOOST_FIXTURE_TEST_CASE(an_actor_is_told_once_of_each_end_that_it_watches, test::actor_fixture) {
  const auto first = spawn_worker(), second = spawn_worker();
  std::vector<caf::actor_addr> ended;
  as_self([&](caf::event_based_actor* me) {
    const any_caf::monitoring ends{me, [&](const caf::down_msg& down) { ended.push_back(down.source); }};
    ends.watch(first);
    ends.watch(second);
  });
  kill(second);
  BOOST_TEST((ended == std::vector{second.address()}));
  kill(first);
  BOOST_TEST((ended == std::vector{second.address(), first.address()}));
}

BOOST_AUTO_TEST_SUITE_END()
