// SPDX-License-Identifier: Apache-2.0
#include "tests/devnode/folder_fixture.hpp"
#include "tests/devnode/node_fixture.hpp"
#include "tests/devnode/node_process.hpp"

#include "devnode/store/database.hpp"
#include "devnode/store/store.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>

using namespace kdb;
using namespace kdb::development;
using namespace kdb::development::testing;

namespace {

// The options of a node that keeps its events there.
struct database_fixture : folder_fixture {
  devnode_options kept() const {
    devnode_options options;
    options.database = file;
    return options;
  }
};

using revisions_by_id = std::map<std::uint64_t, std::uint64_t>;

revisions_by_id read_all(Streams::Stub& streams, const std::string& stream) {
  grpc::ClientContext context;
  node_fixture::limit(context);
  auto request = node_fixture::reading(stream, 1'000'000'000);
  request.mutable_options()->mutable_uuid_option()->mutable_structured();
  auto call = streams.Read(&context, request);
  revisions_by_id found;
  ReadResp message;
  while (call->Read(&message))
    if (message.has_event()) {
      auto& event = message.event().event();
      found[static_cast<std::uint64_t>(event.id().structured().least_significant_bits())] = event.stream_revision();
    }
  BOOST_TEST(call->Finish().ok());
  return found;
}

constexpr std::uint64_t events_an_append = 3;

// Appends three events at a time, up to 64 appends before their replies, until the node is killed after `kill_after` replies.
// Returns the numbers of the appends that were acknowledged.
std::vector<std::uint64_t> append_until_killed(node_process& node, std::uint64_t first, std::size_t kill_after) {
  auto streams = node.streams();
  grpc::ClientContext context;
  node_fixture::limit(context);
  auto call = streams->BatchAppend(&context);
  std::vector<std::uint64_t> acknowledged;
  auto write = [&, next = first]() mutable {
    auto request = node_fixture::batch(next, "s");
    for (std::uint64_t i = 0; i < events_an_append; ++i) {
      auto& event = *request.add_proposed_messages();
      event.mutable_id()->mutable_structured()->set_most_significant_bits(9);
      event.mutable_id()->mutable_structured()->set_least_significant_bits(
        static_cast<std::int64_t>(next * events_an_append + i));
      (*event.mutable_metadata())["type"] = "t";
      (*event.mutable_metadata())["content-type"] = "application/octet-stream";
      event.set_data("some data");
    }
    ++next;
    return call->Write(request);
  };
  for (int i = 0; i < 64; ++i)
    write();
  BatchAppendResp reply;
  while (call->Read(&reply)) {
    BOOST_TEST(reply.has_success());
    acknowledged.push_back(static_cast<std::uint64_t>(reply.correlation_id().structured().least_significant_bits()));
    if (acknowledged.size() == kill_after)
      node.kill();
    write();
  }
  call->Finish();
  return acknowledged;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(databases, database_fixture)

BOOST_AUTO_TEST_CASE(every_acknowledged_event_survives_a_kill_and_no_append_is_half_there) {
  std::vector<std::uint64_t> acknowledged;
  for (std::uint64_t round = 0; round < 3; ++round) {
    node_process node{file};
    auto more = append_until_killed(node, 1 + round * 1'000'000, 100 + 150 * round);
    BOOST_TEST(more.size() >= 100u);
    acknowledged.insert(acknowledged.end(), more.begin(), more.end());
    node.kill();
    node_process again{file};
    auto found = read_all(*again.streams(), "s");
    BOOST_TEST(found.size() % events_an_append == 0u);
    for (auto append : acknowledged)
      for (std::uint64_t i = 0; i < events_an_append; ++i)
        BOOST_TEST(found.contains(append * events_an_append + i), "event " << i << " of append " << append << " is lost");
    for (auto& [id, revision] : found) {
      auto first = id - id % events_an_append;
      BOOST_TEST((found.contains(first) && found.at(first) + id % events_an_append == revision), "append " << id << " is torn");
    }
  }
}

BOOST_AUTO_TEST_CASE(a_node_that_is_started_again_is_as_it_was) {
  std::vector<std::uint64_t> written{0, 1, 2};
  {
    node_fixture before{kept()};
    before.append("s", 3);
    before.append("gone", 2);
    before.append("deleted", 2);
    before.append("$$limited", 0);
    grpc::ClientContext context, context_2;
    event_store::client::streams::TombstoneReq tombstone;
    tombstone.mutable_options()->mutable_stream_identifier()->set_stream_name("gone");
    tombstone.mutable_options()->mutable_any();
    event_store::client::streams::TombstoneResp done;
    BOOST_TEST(before.streams->Tombstone(&context, tombstone, &done).ok());
    event_store::client::streams::DeleteReq request;
    request.mutable_options()->mutable_stream_identifier()->set_stream_name("deleted");
    request.mutable_options()->mutable_any();
    event_store::client::streams::DeleteResp reply;
    BOOST_TEST(before.streams->Delete(&context_2, request, &reply).ok());
    BOOST_TEST(before.read_revisions("s") == written);
  }
  node_fixture after{kept()};
  BOOST_TEST(after.read_revisions("s") == written);
  BOOST_TEST((after.append("gone", 1).error_code() == grpc::StatusCode::FAILED_PRECONDITION));
  BOOST_TEST(after.read_revisions("deleted").empty());
  after.ids = 100;
  BOOST_TEST(after.append("deleted", 1).ok());
  BOOST_TEST((after.read_revisions("deleted") == std::vector<std::uint64_t>{2}));
  BOOST_TEST(after.append("s", 1).ok());
  BOOST_TEST(after.read_revisions("s").size() == 4u);
}

BOOST_AUTO_TEST_CASE(a_repetition_is_known_after_a_restart) {
  { node_fixture{kept()}.append("s", 2); }
  node_fixture after{kept()};
  AppendResp reply;
  BOOST_TEST(after.append("s", 2, 2, &reply).ok()); // the ids begin again
  BOOST_TEST(reply.success().current_revision() == 1u);
  BOOST_TEST(after.read_revisions("s").size() == 2u);
}

BOOST_AUTO_TEST_CASE(a_second_node_on_the_file_is_refused) {
  devnode first{kept()};
  BOOST_CHECK_THROW(devnode{kept()}, std::runtime_error);
}

BOOST_AUTO_TEST_CASE(a_file_that_is_something_else_is_refused) {
  std::ofstream{file} << "not a database, and long enough to show it: " << std::string(200, '-');
  BOOST_CHECK_THROW(devnode{kept()}, std::runtime_error);
  BOOST_CHECK_THROW((database{folder / "missing" / "events.db", false}), std::runtime_error);
}

BOOST_AUTO_TEST_CASE(what_is_not_in_the_database_can_not_be_read) {
  store events;
  std::vector<development::commit> kept_commits;
  events.keep_with([&](const development::commit& written) { kept_commits.push_back(written); });
  BOOST_TEST(kept_commits.size() == 1u); // the first event of a server
  proposed_event event{.id = {1, 1}, .type = "t", .json = false, .data = "x", .custom_metadata = "y"};
  events.append("s", expected_state::any(), {&event, 1});
  auto& of = *events.find("s");
  BOOST_TEST(of.last() == 0);
  BOOST_TEST(events.last_readable(of) == no_revision);
  events.publish(kept_commits.back().end);
  BOOST_TEST(events.last_readable(of) == 0);
  BOOST_TEST(events.events()[kept_commits.back().first].custom_metadata() == "y");
}

BOOST_AUTO_TEST_SUITE_END()
