// SPDX-License-Identifier: Apache-2.0
#include "tests/integration/scenario.hpp"

// Text that no message can carry: it fails its own request, with the member's name, and nobody else's.
namespace kdb::integration {

namespace {

template <class T>
std::string refused_member(const result<T>& outcome) {
  const auto why = error_of(outcome);
  BOOST_TEST(why.code == errc::invalid_argument);
  const auto* detail = why.template get<bad_argument>();
  return detail ? detail->name : std::string{"none"};
}

/// Reasons that a host may come upon: cut inside a character, in another encoding, and a whole log.
const std::vector<std::string> odd_reasons{"Bestellung ung\xC3", "\xFF\xFE", std::string(5 << 20, 'x')};

} // namespace

BOOST_AUTO_TEST_SUITE(text)

KDB_SCENARIO_TABLE(the_reason_of_a_nack_never_ends_the_consumer, odd_reasons) {
  scenario s{which};
  constexpr std::uint64_t all = 20;
  value_of(s.client->append(s.stream, stream_state::any, numbered(all)));
  require(s.client->create_group(s.stream, "g"));
  const auto consumer = value_of(s.client->consume(s.group, {.buffer = 5, .ack_delay = 0ms}));
  std::vector<std::uint64_t> delivered;
  while (delivered.size() < all) {
    const auto batch = value_of(consumer->next());
    BOOST_REQUIRE(!batch.empty());
    for (const auto& each : batch) {
      const auto how = delivered.empty() ? outcome::nack(nack_action::park, row) : outcome::ack();
      delivered.push_back(each.event.revision().value);
      BOOST_TEST(value_of(consumer->answer(each.token, how)).taken == 1u);
    }
  }
  BOOST_TEST(delivered == numbers(0, all), boost::test_tools::per_element());
  fixtures::wait_until("all to be answered", [&] { return value_of(s.client->get_group_info(s.group)).in_flight == 0; });
  const auto info = value_of(s.client->get_group_info(s.group));
  BOOST_TEST(info.parked == 1);
  BOOST_TEST(info.connections.size() == 1u);
  BOOST_TEST(info.connections[0].total_items == static_cast<std::int64_t>(all)); // On one call, each once.
  BOOST_TEST(!consumer->ended().has_value());
}

KDB_SCENARIO(a_group_has_a_name) {
  scenario s{which};
  value_of(s.client->append(s.stream, stream_state::any, numbered(1)));
  for (const auto* name : {"", "\xff"}) {
    BOOST_TEST(refused_member(s.client->create_group(s.stream, name)) == "group");
    BOOST_TEST(refused_member(s.client->create_group_on_all(name)) == "group");
    BOOST_TEST(refused_member(s.client->update_group(s.stream, name)) == "group");
    BOOST_TEST(refused_member(s.client->change_group({s.stream, name}, {})) == "group");
    BOOST_TEST(refused_member(s.client->delete_group({s.stream, name})) == "group");
    BOOST_TEST(refused_member(s.client->get_group_info({s.stream, name})) == "group");
    BOOST_TEST(refused_member(s.client->replay_parked({s.stream, name})) == "group");
    BOOST_TEST(refused_member(s.client->consume({s.stream, name})) == "group");
  }
  require(s.client->create_group(s.stream, "g"));
  BOOST_TEST(value_of(s.client->list_groups(s.stream)).size() == 1u);
  BOOST_TEST(refused_member(s.client->list_groups("\xff")) == "stream");
}

KDB_SCENARIO(a_filter_is_text) {
  scenario s{which};
  const auto odd = event_filter::type_prefixes({"a", "\xff"});
  BOOST_TEST(refused_member(read_to_end(s.client->read_all({.filter = odd})).end) == "filter.prefixes");
  BOOST_TEST(refused_member(s.client->subscribe_to_all({.filter = odd})) == "filter.prefixes");
  BOOST_TEST(refused_member(s.client->get_commit_position({.filter = odd})) == "filter.prefixes");
  BOOST_TEST(refused_member(s.client->create_group_on_all(s.group_on_all.group, {.filter = odd})) == "filter.prefixes");
  BOOST_TEST(refused_member(s.client->subscribe_to_all({.filter = event_filter::stream_regex("\xff")})) == "filter.expression");
}

KDB_SCENARIO(a_broken_expression_is_refused_and_named) {
  scenario s{which};
  for (const auto* broken : {"[", "order-(", "*", "a{3,1}"}) {
    const auto filter = event_filter::stream_regex(broken);
    BOOST_TEST(refused_member(read_to_end(s.client->read_all({.filter = filter})).end) == "filter.expression");
    BOOST_TEST(refused_member(s.client->subscribe_to_all({.filter = filter})) == "filter.expression");
    BOOST_TEST(refused_member(s.client->get_commit_position({.filter = filter})) == "filter.expression");
    BOOST_TEST(refused_member(s.client->create_group_on_all(s.group_on_all.group, {.filter = filter})) == "filter.expression");
  }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace kdb::integration
