// SPDX-License-Identifier: Apache-2.0
#include "tests/devnode/node_fixture.hpp"

#include "devnode/store/filter.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace kdb::development;
using namespace kdb::development::testing;
using namespace std::chrono_literals;

namespace {

struct index_fixture : node_fixture {
  index_fixture() : node_fixture{kdb::devnode_options{.projection_lag = 0ms}} {}

  static ReadReq reading_index(const std::string& name) {
    auto request = reading("", 100);
    request.mutable_options()->mutable_filter()->mutable_stream_identifier()->add_prefix(name);
    return request;
  }

  struct answer {
    std::vector<std::string> events; // as "2@stream"
    std::vector<std::uint64_t> positions;
    grpc::Status status;
  };

  answer read(const ReadReq& request) {
    grpc::ClientContext context;
    limit(context);
    auto call = streams->Read(&context, request);
    answer all;
    ReadResp message;
    while (call->Read(&message)) {
      auto& event = message.event().event();
      all.events.push_back(std::to_string(event.stream_revision()) + "@" + event.stream_identifier().stream_name());
      all.positions.push_back(event.commit_position());
    }
    all.status = call->Finish();
    return all;
  }
};

using names = std::vector<std::string>;

} // namespace

BOOST_FIXTURE_TEST_SUITE(indexes, index_fixture)

BOOST_AUTO_TEST_CASE(an_index_has_the_events_of_users_by_category_or_type) {
  append("order-1", 2);
  append("order", 1);
  append("orders-1", 1);
  append("$order-1", 1);
  struct {
    const char* name;
    names events;
  } const rows[] = {
    {"$idx-all", {"0@order-1", "1@order-1", "0@order", "0@orders-1"}},
    {"$idx-ce-order", {"0@order-1", "1@order-1", "0@order"}},
    {"$idx-ce-orders", {"0@orders-1"}},
    {"$idx-ce-none", {}},
    {"$idx-ce-$order", {}},
    {"$idx-et-t", {"0@order-1", "1@order-1", "0@order", "0@orders-1"}},
    {"$idx-et-other", {}},
  };
  for (auto& [name, events] : rows) {
    auto all = read(reading_index(name));
    BOOST_TEST(all.status.ok(), name);
    BOOST_TEST(all.events == events, name);
  }
}

BOOST_AUTO_TEST_CASE(backwards_a_position_is_read_too) {
  append("a-1", 3);
  auto forwards = read(reading_index("$idx-all"));
  auto request = reading_index("$idx-all");
  request.mutable_options()->set_read_direction(event_store::client::streams::ReadReq::Options::Backwards);
  auto& from = *request.mutable_options()->mutable_all()->mutable_position();
  from.set_commit_position(forwards.positions[1]);
  from.set_prepare_position(forwards.positions[1]);
  BOOST_TEST((read(request).events == names{"1@a-1", "0@a-1"}));
  request.mutable_options()->mutable_all()->mutable_end();
  BOOST_TEST((read(request).events == names{"2@a-1", "1@a-1", "0@a-1"}));
}

BOOST_AUTO_TEST_CASE(what_can_not_be_read_any_more_is_skipped) {
  append("gone-1", 2);
  append("here-1", 1);
  grpc::ClientContext context;
  event_store::client::streams::TombstoneReq request;
  request.mutable_options()->mutable_stream_identifier()->set_stream_name("gone-1");
  request.mutable_options()->mutable_any();
  event_store::client::streams::TombstoneResp reply;
  BOOST_TEST_REQUIRE(streams->Tombstone(&context, request, &reply).ok());
  BOOST_TEST((read(reading_index("$idx-all")).events == names{"0@here-1"}));
}

BOOST_AUTO_TEST_CASE(other_indexes_are_not_found) {
  for (auto name : {"$idx-user-mine", "$idx-user-mine:a=1", "$idx-", "$idx-other"}) {
    auto refused = read(reading_index(name)).status;
    BOOST_TEST(refused.error_code() == grpc::StatusCode::NOT_FOUND, name);
    BOOST_TEST(refused.error_message() == "Index '" + std::string{name} + "' not found.");
  }
  auto two = reading_index("$idx-all");
  two.mutable_options()->mutable_filter()->mutable_stream_identifier()->add_prefix("a");
  BOOST_TEST(read(two).status.error_code() == grpc::StatusCode::INVALID_ARGUMENT);
  auto end = reading_index("$idx-all");
  end.mutable_options()->mutable_all()->mutable_end();
  BOOST_TEST(read(end).status.error_code() == grpc::StatusCode::INVALID_ARGUMENT);
}

BOOST_AUTO_TEST_CASE(a_subscription_to_an_index_has_no_checkpoints) {
  append("a-1", 2);
  append("$b", 1);
  auto request = reading_index("$idx-ce-a");
  request.mutable_options()->mutable_subscription();
  grpc::ClientContext context;
  limit(context);
  auto call = streams->Read(&context, request);
  std::vector<ReadResp::ContentCase> seen;
  ReadResp message;
  for (int i = 0; i < 4 && call->Read(&message); ++i)
    seen.push_back(message.content_case());
  append("b-1", 1);
  append("a-2", 1);
  if (call->Read(&message))
    seen.push_back(message.content_case());
  std::vector<ReadResp::ContentCase> expected{ReadResp::kConfirmation, ReadResp::kEvent, ReadResp::kEvent, ReadResp::kCaughtUp,
                                              ReadResp::kEvent};
  BOOST_TEST((seen == expected));
  context.TryCancel();
  while (call->Read(&message)) {}
  call->Finish();
}

BOOST_AUTO_TEST_SUITE_END()
