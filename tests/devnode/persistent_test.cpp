// SPDX-License-Identifier: Apache-2.0
#include "tests/devnode/persistent_fixture.hpp"

#include <map>
#include <set>
#include <string>
#include <vector>

using namespace kdb;
using namespace kdb::development::testing;
using code = grpc::StatusCode;

namespace {

using deliveries = std::vector<std::pair<std::uint64_t, int>>;

} // namespace

BOOST_FIXTURE_TEST_SUITE(persistent, persistent_fixture)

// -- what is refused ---

BOOST_AUTO_TEST_CASE(a_group_must_make_sense_where_a_server_checks) {
  auto unnamed = creation("s", "g");
  unnamed.mutable_options()->mutable_stream()->mutable_stream_identifier()->clear_stream_name();
  BOOST_TEST(create(unnamed).error_message() == "Subscription group g on stream  failed: 'Bad stream name.'");
  auto all_as_stream = creation("s", "g");
  all_as_stream.mutable_options()->mutable_stream()->mutable_stream_identifier()->set_stream_name("$all");
  BOOST_TEST(create(all_as_stream).error_code() == code::UNKNOWN);
  auto too_far = creation("$all", "g");
  too_far.mutable_options()->mutable_all()->mutable_position()->set_commit_position(1'000'000);
  BOOST_TEST(create(too_far).error_message().find("Invalid Start From position") != std::string::npos);
  auto crossed = creation("$all", "g");
  crossed.mutable_options()->mutable_all()->mutable_position()->set_prepare_position(5);
  BOOST_TEST(create(crossed).error_code() == code::UNKNOWN);
  auto without_settings = creation("s", "g");
  without_settings.mutable_options()->clear_settings();
  BOOST_TEST(create(without_settings).error_code() == code::UNKNOWN);
  auto bad_filter = creation("$all", "g");
  bad_filter.mutable_options()->mutable_all()->mutable_filter()->mutable_event_type()->set_regex("(");
  BOOST_TEST(create(bad_filter).error_code() == code::UNKNOWN);
  BOOST_TEST(create(creation("s", "")).ok()); // a server takes that one
}

BOOST_AUTO_TEST_CASE(a_consumer_begins_with_its_options) {
  create("s");
  {
    consumer silent{*this};
    silent.call->WritesDone();
    BOOST_TEST(silent.end().ok());
  }
  wire::ReadReq early;
  early.mutable_ack();
  auto negative = consumer::joining("s", -1), formless = consumer::joining("s", 1), nowhere = consumer::joining("s", 1);
  formless.mutable_options()->clear_uuid_option();
  nowhere.mutable_options()->clear_stream_identifier();
  for (auto& request : {early, negative, formless, nowhere}) {
    consumer refused{*this};
    refused.call->Write(request);
    BOOST_TEST(refused.end().error_code() == code::UNKNOWN);
  }
}

// Other than on a server, which stops listening in silence.
BOOST_AUTO_TEST_CASE(an_answer_that_can_not_be_read_ends_the_call) {
  create("s");
  wire::ReadReq no_id, nonsense;
  no_id.mutable_ack()->add_ids()->set_string("no id");
  for (auto& request : {no_id, nonsense, consumer::joining("s", 1)}) {
    consumer bad{*this, "s"};
    bad.confirmed();
    bad.call->Write(request);
    BOOST_TEST(bad.end().error_code() == code::INVALID_ARGUMENT);
  }
}

// -- consuming ---

BOOST_AUTO_TEST_CASE(no_slots_no_events) {
  append("s", 1);
  create("s");
  consumer idle{*this, "s", 0};
  idle.confirmed();
  consumer other{*this, "s", 1};
  other.confirmed();
  BOOST_TEST((other.take(1) == deliveries{{0, 0}}));
}

BOOST_AUTO_TEST_CASE(what_a_consumer_leaves_behind_others_get) {
  append("s", 3);
  create("s");
  {
    consumer first{*this, "s"};
    first.confirmed();
    BOOST_TEST((first.take(3) == deliveries{{0, 0}, {1, 0}, {2, 0}}));
    first.ack(first.ids[1]);
    append("s", 1); // in order with the ack: it comes back with the reply
    BOOST_TEST((first.take(1) == deliveries{{3, 0}}));
  }
  consumer second{*this, "s"};
  second.confirmed();
  BOOST_TEST((second.take(3) == deliveries{{0, 1}, {2, 1}, {3, 1}}));
}

BOOST_AUTO_TEST_CASE(after_its_half_close_a_consumer_gets_events_all_the_same) {
  create("s");
  consumer quiet{*this, "s"};
  quiet.confirmed();
  quiet.call->WritesDone();
  append("s", 2);
  BOOST_TEST((quiet.take(2) == deliveries{{0, 0}, {1, 0}}));
}

BOOST_AUTO_TEST_CASE(a_consumer_that_does_not_read_holds_its_buffer_and_no_more) {
  append("s", 40, 100'000);
  create("s");
  consumer stalled{*this, "s", 15};
  stalled.confirmed();
  consumer other{*this, "s", 5};
  other.confirmed();
  std::set<std::uint64_t> seen;
  while (seen.size() < 25) {
    for (auto& [revision, retries] : other.take(1))
      seen.insert(revision);
    other.ack_all();
  }
  auto facts = info("s");
  BOOST_TEST(facts.connections_size() == 2);
  BOOST_TEST(facts.connections(0).in_flight_messages() == 15);
  BOOST_TEST(facts.connections(0).available_slots() == 0);
  BOOST_TEST(facts.connections(0).connection_name() == "test");
}

BOOST_AUTO_TEST_CASE(a_group_that_falls_behind_misses_nothing) {
  auto small = creation("s", "g");
  small.mutable_options()->mutable_settings()->set_read_batch_size(2);
  small.mutable_options()->mutable_settings()->set_history_buffer_size(5);
  create(small);
  append("s", 20);
  BOOST_TEST(info("s").status() == "Behind");
  BOOST_TEST(info("s").read_buffer_count() == 5);
  consumer late{*this, "s", 3};
  late.confirmed();
  for (std::uint64_t revision = 0; revision < 20; ++revision) {
    BOOST_TEST((late.take(1) == deliveries{{revision, 0}}));
    late.ack_all();
  }
  append("s", 1);
  BOOST_TEST((late.take(1) == deliveries{{20, 0}}));
  BOOST_TEST(info("s").status() == "Live");
}

BOOST_AUTO_TEST_CASE(a_hundred_thousand_events_are_acknowledged_in_batches) {
  constexpr int total = 100'000, batch = 500;
  for (int i = 0; i < 10; ++i)
    append("s", total / 10);
  auto plain = creation("s", "g");
  plain.mutable_options()->mutable_settings()->set_max_checkpoint_count(1000);
  plain.mutable_options()->mutable_settings()->set_history_buffer_size(2000);
  create(plain);
  consumer busy{*this, "s", 2 * batch};
  busy.confirmed();
  for (int taken = 0; taken < total; taken += batch) {
    auto some = busy.take(batch);
    BOOST_REQUIRE(some.front().first == static_cast<std::uint64_t>(taken));
    BOOST_REQUIRE(some.back() == (std::pair<std::uint64_t, int>{taken + batch - 1, 0}));
    busy.ack_all();
  }
  append("s", 1);
  BOOST_TEST((busy.take(1) == deliveries{{total, 0}})); // the acks before are done by then
  auto facts = info("s");
  BOOST_TEST(facts.total_items() == total + 1);
  BOOST_TEST(facts.last_checkpointed_event_position() == std::to_string(total - 1));
}

BOOST_AUTO_TEST_CASE(pinned_streams_stay_with_their_consumers) {
  auto pinned = creation("$all", "g");
  pinned.mutable_options()->mutable_settings()->set_consumer_strategy("Pinned");
  pinned.mutable_options()->mutable_all()->mutable_filter()->mutable_stream_identifier()->add_prefix("p-");
  create(pinned);
  consumer first{*this, "$all", 100}, second{*this, "$all", 100};
  first.confirmed();
  second.confirmed();
  for (int round = 0; round < 3; ++round)
    for (int stream = 0; stream < 8; ++stream)
      append("p-" + std::to_string(stream), 1);
  std::map<std::string, std::set<int>> by_stream;
  for (int i = 0; i < 12; ++i) {
    by_stream[first.next().event().stream_identifier().stream_name()].insert(1);
    by_stream[second.next().event().stream_identifier().stream_name()].insert(2);
  }
  BOOST_TEST(by_stream.size() == 8u);
  for (auto& [stream, consumers] : by_stream)
    BOOST_TEST(consumers.size() == 1u, stream);
}

// -- changes under consumers ---

BOOST_AUTO_TEST_CASE(an_update_drops_consumers_and_keeps_progress_and_filter) {
  append("a-1", 3);
  append("b-1", 1);
  auto filtered = creation("$all", "g");
  filtered.mutable_options()->mutable_all()->mutable_filter()->mutable_stream_identifier()->add_prefix("a-");
  create(filtered);
  consumer before{*this, "$all"};
  before.confirmed();
  before.take(3);
  before.ack(before.ids[0]);
  append("a-1", 1);
  before.take(1);

  wire::UpdateReq request;
  auto& options = *request.mutable_options();
  options.mutable_all()->mutable_start();
  options.set_group_name("g");
  options.mutable_settings()->set_history_buffer_size(10);
  options.mutable_settings()->set_message_timeout_ms(1000);
  grpc::ClientContext context;
  limit(context);
  wire::UpdateResp reply;
  BOOST_TEST(groups->Update(&context, request, &reply).ok());
  auto end = before.end();
  BOOST_TEST(end.error_code() == code::CANCELLED);
  BOOST_TEST(trailer(before.context, "exception") == "persistent-subscription-dropped");
  BOOST_TEST(info("$all").named_consumer_strategy() == "DispatchToSingle");

  consumer after{*this, "$all"};
  after.confirmed();
  append("b-1", 1);
  append("a-1", 1);
  BOOST_TEST((after.take(4) == deliveries{{1, 0}, {2, 0}, {3, 0}, {4, 0}}));
}

BOOST_AUTO_TEST_CASE(a_restart_of_the_subsystem_drops_consumers_and_keeps_groups) {
  append("s", 2);
  create("s");
  consumer before{*this, "s"};
  before.confirmed();
  before.take(2);
  grpc::ClientContext context;
  limit(context);
  event_store::client::Empty nothing, reply;
  BOOST_TEST(groups->RestartSubsystem(&context, nothing, &reply).ok());
  BOOST_TEST(before.end().error_code() == code::CANCELLED);
  consumer after{*this, "s"};
  after.confirmed();
  BOOST_TEST((after.take(2) == deliveries{{0, 0}, {1, 0}}));
}

BOOST_AUTO_TEST_CASE(a_deleted_group_is_forgotten) {
  append("s", 2);
  create("s");
  {
    consumer once{*this, "s"};
    once.confirmed();
    once.take(2);
    once.nack(once.ids[0], wire::ReadReq::Nack::Park);
    once.ack(once.ids[1]);
    append("s", 1);
    once.take(1);
  }
  BOOST_TEST(info("s").parked_message_count() == 1);
  BOOST_TEST(remove("s").ok());
  create("s");
  BOOST_TEST(info("s").parked_message_count() == 0);
  BOOST_TEST(info("s").last_checkpointed_event_position().empty());
  consumer again{*this, "s"};
  again.confirmed();
  BOOST_TEST((again.take(3) == deliveries{{0, 0}, {1, 0}, {2, 0}}));
}

BOOST_AUTO_TEST_CASE(groups_are_listed_by_streams) {
  auto list = [this](auto fill) {
    grpc::ClientContext context;
    limit(context);
    wire::ListReq request;
    fill(*request.mutable_options());
    wire::ListResp reply;
    auto status = groups->List(&context, request, &reply);
    std::vector<std::string> names{status.ok() ? "ok" : status.error_message()};
    for (auto& each : reply.subscriptions())
      names.push_back(each.event_source() + "/" + each.group_name());
    return names;
  };
  auto all = [](auto& options) { options.mutable_list_all_subscriptions(); };
  auto of_b = [](auto& options) { options.mutable_list_for_stream()->mutable_stream()->set_stream_name("b"); };
  auto of_all = [](auto& options) { options.mutable_list_for_stream()->mutable_all(); };
  using names = std::vector<std::string>;
  BOOST_TEST((list(all) == names{"ok"}));
  BOOST_TEST((list(of_all) == names{"Subscription group  on stream $all does not exist."}));
  create("b", "2");
  create("a", "1");
  create("b", "1");
  create("$all", "0");
  BOOST_TEST((list(all) == names{"ok", "$all/0", "a/1", "b/2", "b/1"}));
  BOOST_TEST((list(of_b) == names{"ok", "b/2", "b/1"}));
  remove("b", "1");
  remove("b", "2");
  BOOST_TEST((list(of_b) == names{"ok"}));
}

BOOST_AUTO_TEST_CASE(a_tombstone_is_an_event_for_those_who_are_there_and_the_end_for_those_who_come) {
  create("s");
  append("s", 1);
  consumer live{*this, "s"};
  live.confirmed();
  live.take(1);
  grpc::ClientContext context;
  limit(context);
  event_store::client::streams::TombstoneReq request;
  request.mutable_options()->mutable_stream_identifier()->set_stream_name("s");
  request.mutable_options()->mutable_any();
  event_store::client::streams::TombstoneResp reply;
  BOOST_TEST(streams->Tombstone(&context, request, &reply).ok());
  BOOST_TEST(live.next().event().metadata().at("type") == "$streamDeleted");

  create("s", "late");
  consumer late{*this, "s", 10, "late"};
  late.confirmed();
  BOOST_TEST(late.end().error_code() == code::CANCELLED);
  BOOST_TEST(info("s", "late").status() == "Behind, OutstandingPageRequest");
}

// -- parked events ---

BOOST_AUTO_TEST_CASE(parked_events_come_again_up_to_a_number_or_are_thrown_away) {
  append("s", 4);
  create("s");
  consumer sorting{*this, "s"};
  sorting.confirmed();
  sorting.take(4);
  for (auto& id : std::exchange(sorting.ids, {}))
    sorting.nack(id, wire::ReadReq::Nack::Park);
  append("s", 1);
  sorting.take(1);
  BOOST_TEST(info("s").parked_message_count() == 4);

  auto replay = [this](auto fill) {
    grpc::ClientContext context;
    limit(context);
    wire::ReplayParkedReq request;
    name(*request.mutable_options(), "s", "g");
    fill(*request.mutable_options());
    wire::ReplayParkedResp reply;
    return groups->ReplayParked(&context, request, &reply);
  };
  auto truncate = [this](std::int64_t stop) {
    grpc::ClientContext context;
    limit(context);
    wire::TruncateParkedReq request;
    name(*request.mutable_options(), "s", "g");
    request.mutable_options()->set_stop_at(stop);
    wire::TruncateParkedResp reply;
    return groups->TruncateParked(&context, request, &reply);
  };
  BOOST_TEST(replay([](auto& options) { options.set_stop_at(-1); }).error_message() ==
             "Subscription group g on stream s failed: 'Cannot stop replaying parked message at a negative version.'");
  BOOST_TEST(truncate(-1).error_message() ==
             "Subscription group g on stream s failed: 'Cannot truncate parked messages at a negative version.'");
  BOOST_TEST(replay([](auto&) {}).error_code() == code::UNKNOWN);
  BOOST_TEST(replay([](auto& options) { options.set_stop_at(0); }).ok());
  BOOST_TEST(info("s").parked_message_count() == 4);

  BOOST_TEST(replay([](auto& options) { options.set_stop_at(2); }).ok());
  for (std::uint64_t revision = 0; revision < 2; ++revision) {
    auto event = sorting.next();
    BOOST_TEST(event.event().stream_revision() == revision);
    BOOST_TEST(event.link().stream_identifier().stream_name() == "$persistentsubscription-s::g-parked");
    BOOST_TEST(event.event().commit_position() == event.link().commit_position());
    BOOST_TEST(event.retry_count() == 0);
    sorting.ack(event.link().id().string());
  }
  BOOST_TEST(info("s").parked_message_count() == 2);
  BOOST_TEST(truncate(3).ok());
  BOOST_TEST(info("s").parked_message_count() == 1);
  BOOST_TEST(replay([](auto& options) { options.mutable_no_limit(); }).ok());
  BOOST_TEST((sorting.take(1) == deliveries{{3, 0}}));
  BOOST_TEST(info("s").parked_message_count() == 0);
}

BOOST_AUTO_TEST_SUITE_END()
