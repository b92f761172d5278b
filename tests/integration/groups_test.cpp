// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "tests/integration/scenario.hpp"

// Groups of persistent subscriptions are created, looked at, changed and deleted.
namespace kdb::integration {

namespace {

/// The groups of this scenario.
std::vector<std::string> names(const scenario& f, const std::vector<group_info>& groups) {
  std::vector<std::string> all;
  for (const auto& each : groups)
    if (f.named.include(each.name.stream) || f.named.include(each.name.group))
      all.push_back(to_string(each.name));
  std::ranges::sort(all);
  return all;
}

using texts = std::vector<std::string>;

} // namespace

BOOST_AUTO_TEST_SUITE(groups)

KDB_SCENARIO(a_new_group_has_the_settings_it_was_created_with) {
  scenario f{which};
  group_settings how{.resolve_links = true,
                     .extra_statistics = true,
                     .message_timeout = 5s,
                     .max_retries = 3,
                     .checkpoint_after = 0ms,
                     .min_checkpoint = 1,
                     .max_checkpoint = 7,
                     .max_subscribers = 2,
                     .live_buffer = 30,
                     .read_batch = 10,
                     .history_buffer = 40,
                     .strategy = consumer_strategy::pinned_by_correlation};
  require(f.client->create_group(f.stream, "g", {.from = stream_revision{4}, .settings = how}));
  const auto info = value_of(f.client->get_group_info(f.group));
  BOOST_TEST(to_string(info.name) == f.stream + "::g");
  BOOST_TEST((info.settings == how));
  BOOST_TEST((info.from == group_start{stream_position{stream_revision{4}}}));
  BOOST_TEST(info.connections.empty());
  BOOST_TEST((info.parked == 0 && !info.last_checkpoint));
}

KDB_SCENARIO(the_defaults_come_back_as_they_are) {
  scenario f{which};
  require(f.client->create_group(f.stream, "g"));
  const auto info = value_of(f.client->get_group_info(f.group));
  BOOST_TEST((info.settings == group_settings{}));
  BOOST_TEST((info.from == group_start{stream_start}));
}

KDB_SCENARIO(errors_say_what_is_wrong_with_a_group) {
  scenario f{which};
  require(f.client->create_group(f.stream, "g"));
  const auto twice = error_of(f.client->create_group(f.stream, "g"));
  BOOST_TEST(twice.code == errc::group_exists);
  BOOST_REQUIRE(twice.get<group_name>());
  BOOST_TEST(to_string(*twice.get<group_name>()) == f.stream + "::g");
  for (const auto& outcome :
       {f.client->delete_group({f.stream, "other"}), f.client->update_group(f.stream, "other", {}),
        f.client->change_group({f.stream, "other"}, {}), f.client->replay_parked({f.stream, "other"}),
        f.client->truncate_parked({f.stream, "other"}), f.client->update_group_on_all(f.group_on_all.group, {})})
    BOOST_TEST(error_of(outcome).code == errc::group_not_found);
  BOOST_TEST(error_of(f.client->get_group_info({f.stream, "other"})).code == errc::group_not_found);
  group_settings unknown;
  unknown.strategy = "NobodyKnows";
  const auto refused = error_of(f.client->create_group(f.stream, "h", {.settings = unknown}));
  BOOST_TEST(refused.code == errc::group_failed);
  BOOST_TEST(refused.message.find("NobodyKnows") != std::string::npos);
  BOOST_TEST(!refused.outcome_unknown);
}

KDB_SCENARIO(impossible_settings_are_refused_before_anything_is_sent) {
  scenario f{which};
  group_settings how;
  how.history_buffer = how.read_batch;
  const auto why = error_of(f.client->create_group(f.stream, "g", {.settings = how}));
  BOOST_TEST(why.code == errc::invalid_argument);
  BOOST_TEST(why.get<bad_argument>()->name == "settings.history_buffer");
  BOOST_TEST(error_of(f.client->create_group("$all", "g")).code == errc::invalid_argument);
  BOOST_TEST(names(f, value_of(f.client->list_groups())).empty());
}

KDB_SCENARIO(an_update_replaces_everything) {
  scenario f{which};
  group_settings before;
  before.max_retries = 3;
  require(f.client->create_group(f.stream, "g", {.from = stream_end, .settings = before}));
  group_settings how;
  how.read_batch = 30;
  how.strategy = consumer_strategy::dispatch_to_single;
  require(f.client->update_group(f.stream, "g", {.settings = how}));
  const auto info = value_of(f.client->get_group_info(f.group));
  BOOST_TEST((info.settings == how));
  BOOST_TEST((info.from == group_start{stream_start}));
}

KDB_SCENARIO(changes_keep_what_they_do_not_name) {
  scenario f{which};
  group_settings how;
  how.max_retries = 3;
  how.checkpoint_after = 0ms;
  how.strategy = consumer_strategy::pinned;
  require(f.client->create_group(f.stream, "g", {.from = stream_end, .settings = how}));
  require(f.client->change_group(f.group, {.message_timeout = 7s}));
  how.message_timeout = 7s;
  auto info = value_of(f.client->get_group_info(f.group));
  BOOST_TEST((info.settings == how));
  BOOST_TEST((info.from == group_start{stream_end}));
  require(f.client->change_group(f.group, {.from = stream_start, .strategy = "RoundRobin"}));
  how.strategy = consumer_strategy::round_robin;
  info = value_of(f.client->get_group_info(f.group));
  BOOST_TEST((info.settings == how));
  BOOST_TEST((info.from == group_start{stream_start}));
  BOOST_TEST(error_of(f.client->change_group(f.group, {.read_batch = 500})).get<bad_argument>()->name ==
             "settings.history_buffer");
}

KDB_SCENARIO(a_strategy_that_an_update_can_not_name_is_not_lost_silently) {
  scenario f{which};
  group_settings how;
  how.strategy = consumer_strategy::pinned_by_correlation;
  require(f.client->create_group(f.stream, "g", {.settings = how}));
  BOOST_TEST(error_of(f.client->change_group(f.group, {.max_retries = 1})).code == errc::invalid_argument);
  BOOST_TEST(error_of(f.client->update_group(f.stream, "g", {.settings = how})).code == errc::invalid_argument);
  BOOST_TEST((value_of(f.client->get_group_info(f.group)).settings == how));
}

KDB_SCENARIO(groups_on_all_have_positions_and_filters) {
  scenario f{which};
  const auto written = value_of(f.client->append(f.stream, stream_state::any, numbered(3)));
  require(f.client->create_group_on_all(f.group_on_all.group,
                                        {.from = *written.position, .filter = event_filter::stream_prefixes({f.stream})}));
  auto info = value_of(f.client->get_group_info(f.group_on_all));
  BOOST_TEST(to_string(info.name) == "$all::" + f.group_on_all.group);
  BOOST_TEST((info.from == group_start{all_position{*written.position}}));
  require(f.client->change_group(f.group_on_all, {.max_retries = 1}));
  info = value_of(f.client->get_group_info(f.group_on_all));
  BOOST_TEST(info.settings.max_retries == 1);
  BOOST_TEST((info.from == group_start{all_position{*written.position}}));
  require(f.client->update_group_on_all(f.group_on_all.group, {.from = all_end}));
  BOOST_TEST((value_of(f.client->get_group_info(f.group_on_all)).from == group_start{all_end}));
  require(f.client->delete_group(f.group_on_all));
  BOOST_TEST(error_of(f.client->get_group_info(f.group_on_all)).code == errc::group_not_found);
}

KDB_SCENARIO(groups_are_listed_all_of_a_stream_and_of_all) {
  scenario f{which};
  BOOST_TEST(names(f, value_of(f.client->list_groups())).empty());
  BOOST_TEST(error_of(f.client->list_groups(f.stream)).code == errc::group_not_found);
  require(f.client->create_group(f.stream, "g"));
  require(f.client->create_group(f.stream, "h"));
  require(f.client->create_group(f.named("t"), "g"));
  require(f.client->create_group_on_all(f.group_on_all.group));
  BOOST_TEST((names(f, value_of(f.client->list_groups())) ==
              texts{to_string(f.group_on_all), f.stream + "::g", f.stream + "::h", f.named("t::g")}));
  BOOST_TEST((names(f, value_of(f.client->list_groups(f.stream))) == texts{f.stream + "::g", f.stream + "::h"}));
  BOOST_TEST((names(f, value_of(f.client->list_groups("$all"))) == texts{to_string(f.group_on_all)}));
  require(f.client->delete_group({f.named("t"), "g"}));
  BOOST_TEST(value_of(f.client->list_groups(f.named("t"))).empty());
}

KDB_SCENARIO(parked_events_may_be_asked_for_where_there_are_none) {
  scenario f{which};
  require(f.client->create_group(f.stream, "g"));
  require(f.client->replay_parked(f.group, {.stop_at = 3}));
  require(f.client->truncate_parked(f.group));
  BOOST_TEST(error_of(f.client->replay_parked(f.group, {.stop_at = 1ull << 63})).code == errc::invalid_argument);
}

KDB_SCENARIO(groups_survive_a_restart_of_the_subsystem) {
  scenario f{which};
  require(f.client->create_group(f.stream, "g"));
  require(f.client->restart_persistent_subscriptions());
  fixtures::wait_until("the group", [&] { return f.client->get_group_info(f.group).has_value(); });
  BOOST_TEST((value_of(f.client->get_group_info(f.group)).settings == group_settings{}));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace kdb::integration
