// SPDX-License-Identifier: Apache-2.0
#include "tests/devnode/node_fixture.hpp"

#include <thread>

using namespace kdb::development::testing;
using namespace std::chrono_literals;

namespace {

struct subscribed {
  grpc::ClientContext context;
  std::unique_ptr<grpc::ClientReader<ReadResp>> call;

  subscribed(node_fixture& on, const ReadReq& request) {
    node_fixture::limit(context, 60s);
    call = on.streams->Read(&context, request);
    BOOST_REQUIRE(next().has_confirmation());
  }

  ~subscribed() { context.TryCancel(); }

  ReadResp next() {
    ReadResp message;
    BOOST_REQUIRE(call->Read(&message));
    return message;
  }
};

ReadReq filtered(const std::string& prefix, std::uint32_t window, std::uint32_t multiplier) {
  auto request = node_fixture::following("");
  auto& filter = *request.mutable_options()->mutable_filter();
  filter.mutable_stream_identifier()->add_prefix(prefix);
  filter.set_max(window);
  filter.set_checkpointintervalmultiplier(multiplier);
  return request;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(subscriptions, node_fixture)

BOOST_AUTO_TEST_CASE(one_that_falls_behind_misses_nothing_and_catches_up_again) {
  append("s", 10);
  subscribed slow{*this, following("s")};
  std::uint64_t expected = 0;
  int caught_up = 0;
  auto take = [&] {
    auto message = slow.next();
    if (message.has_caught_up()) {
      ++caught_up;
      BOOST_TEST(message.caught_up().stream_revision() == static_cast<std::int64_t>(expected) - 1);
    } else {
      BOOST_REQUIRE(message.event().event().stream_revision() == expected++);
    }
  };
  while (caught_up == 0)
    take();
  BOOST_TEST(expected == 10u);
  // More than gRPC takes in on its way, and written faster than it is read.
  for (int i = 0; i < 20; ++i)
    BOOST_REQUIRE(append("s", 100, 10'000).ok());
  while (expected < 2010 || caught_up < 2)
    take();
  append("s", 1);
  while (expected < 2011)
    take();
}

BOOST_AUTO_TEST_CASE(a_stalled_one_does_not_hold_up_others) {
  append("s", 2000, 10'000);
  subscribed stalled{*this, following("s")};
  subscribed stalled_reader{*this, following("")};
  BOOST_TEST(read_revisions("s").size() == 2000u);
  BOOST_TEST(append("s", 1).ok());
}

BOOST_AUTO_TEST_CASE(a_live_one_sees_what_max_count_hides) {
  append("s", 1);
  subscribed live{*this, following("s")};
  while (!live.next().has_caught_up()) {}
  grpc::ClientContext context;
  append("$$s", 1);
  append("s", 5);
  for (std::uint64_t revision = 1; revision <= 5; ++revision)
    BOOST_TEST(live.next().event().event().stream_revision() == revision);
}

BOOST_AUTO_TEST_CASE(the_start_is_exclusive_and_may_lie_beyond_the_end) {
  append("s", 5);
  auto request = following("s");
  request.mutable_options()->mutable_stream()->set_revision(8);
  subscribed ahead{*this, request};
  BOOST_TEST(ahead.next().caught_up().stream_revision() == 8);
  append("s", 5); // 5 to 9
  BOOST_TEST(ahead.next().event().event().stream_revision() == 9u);
}

// As after a move to a node that is behind the one before: what that one delivered must not come again.
BOOST_AUTO_TEST_CASE(the_start_in_all_may_lie_beyond_the_end_too) {
  auto of_s = [](subscribed& from) {
    for (;;)
      if (auto message = from.next(); message.event().event().stream_identifier().stream_name() == "s")
        return message.event().commit_position();
  };
  append("s", 1);
  subscribed witness{*this, following("")};
  const auto beyond = of_s(witness) + 700;
  auto behind = [&](ReadReq request) {
    auto& position = *request.mutable_options()->mutable_all()->mutable_position();
    position.set_commit_position(beyond);
    position.set_prepare_position(beyond);
    return request;
  };
  subscribed plain{*this, behind(following(""))}, searching{*this, behind(filtered("s", 10, 1))};
  std::uint64_t passed_over = 0, position = 0;
  while (position <= beyond) {
    append("s", 1);
    position = of_s(witness);
    passed_over += position <= beyond;
  }
  BOOST_TEST(passed_over > 1u);
  BOOST_TEST(of_s(plain) == position);
  BOOST_TEST(of_s(searching) == position);
}

BOOST_AUTO_TEST_CASE(a_search_from_beyond_the_end_tells_no_place_before_its_start) {
  append("s", 1);
  auto request = filtered("other", 5, 1);
  request.mutable_options()->mutable_all()->mutable_position()->set_commit_position(5000);
  request.mutable_options()->mutable_all()->mutable_position()->set_prepare_position(5000);
  subscribed searching{*this, request};
  append("s", 60, 100);
  std::uint64_t position = 0;
  while (position <= 5000) {
    auto message = searching.next();
    if (message.has_checkpoint()) {
      BOOST_TEST(message.checkpoint().commit_position() >= 5000u);
      position = message.checkpoint().commit_position();
    }
  }
}

BOOST_AUTO_TEST_CASE(all_is_followed_across_streams) {
  subscribed all{*this, following("")};
  while (!all.next().has_caught_up()) {}
  append("a", 1);
  append("b", 1);
  auto first = all.next().event(), second = all.next().event();
  BOOST_TEST(first.event().stream_identifier().stream_name() == "a");
  BOOST_TEST(second.event().stream_identifier().stream_name() == "b");
  BOOST_TEST(first.commit_position() < second.commit_position());
}

BOOST_AUTO_TEST_CASE(a_filtered_one_gets_checkpoints_after_what_it_skips) {
  append("dull", 50);
  append("wanted", 1);
  subscribed filtering{*this, filtered("wanted", 10, 2)};
  std::uint64_t position = 0;
  int checkpoints = 0;
  bool seen = false;
  for (;;) {
    auto message = filtering.next();
    if (message.has_caught_up())
      break;
    auto at = message.has_checkpoint() ? message.checkpoint().commit_position() : message.event().commit_position();
    BOOST_TEST(at >= position);
    position = at;
    checkpoints += message.has_checkpoint();
    seen = seen || message.has_event();
  }
  BOOST_TEST(seen);
  BOOST_TEST(checkpoints == 3); // after 20 and 40 events, and before caught_up
  append("dull", 20);
  BOOST_TEST(filtering.next().checkpoint().commit_position() > position);
}

BOOST_AUTO_TEST_CASE(a_filtered_one_that_falls_behind_says_how_far_it_has_come_and_goes_on) {
  subscribed slow{*this, filtered("s", 10, 100)};
  while (!slow.next().has_caught_up()) {}
  for (int i = 0; i < 20; ++i)
    BOOST_REQUIRE(append("s", 100, 10'000).ok());
  std::uint64_t expected = 0, position = 0, caught_up = 0, checkpoints = 0;
  while (expected < 2000 || caught_up == 0) {
    auto message = slow.next();
    caught_up += message.has_caught_up();
    checkpoints += message.has_checkpoint();
    if (message.has_event())
      BOOST_REQUIRE(message.event().event().stream_revision() == expected++);
    if (message.has_event() || message.has_checkpoint()) {
      auto at = message.has_event() ? message.event().commit_position() : message.checkpoint().commit_position();
      BOOST_TEST(at >= position); // what is told never runs ahead of what is delivered
      position = at;
    }
  }
  BOOST_TEST(checkpoints >= 2u);
}

BOOST_AUTO_TEST_CASE(a_search_that_has_found_nothing_is_told_from_where_its_page_began) {
  append("dull", 3);
  subscribed filtering{*this, filtered("wanted", 10, 1)};
  auto first = filtering.next();
  BOOST_REQUIRE(first.has_checkpoint());
  BOOST_TEST(first.checkpoint().commit_position() == 0u);
  BOOST_TEST(filtering.next().has_caught_up());
}

// Between two pages of a search, before the record there: a server tells it with a second number of 0.
BOOST_AUTO_TEST_CASE(a_place_between_two_pages_is_before_a_record) {
  append("dull", 40);
  subscribed filtering{*this, filtered("wanted", 10, 1)};
  std::uint64_t last = 0;
  for (;;) {
    auto message = filtering.next();
    if (message.has_caught_up()) {
      BOOST_TEST(message.caught_up().position().commit_position() == last);
      BOOST_TEST(message.caught_up().position().prepare_position() == 0u);
      break;
    }
    BOOST_REQUIRE(message.has_checkpoint());
    BOOST_TEST(message.checkpoint().prepare_position() == 0u);
    last = message.checkpoint().commit_position();
  }
  BOOST_TEST(last > 0u);
  append("dull", 10);
  auto live = filtering.next().checkpoint();
  BOOST_TEST(live.prepare_position() == live.commit_position());
  // Who goes on there gets the record, if it is wanted by then.
  auto request = filtered("dull", 10, 1);
  request.mutable_options()->mutable_all()->mutable_position()->set_commit_position(last);
  subscribed resumed{*this, request};
  BOOST_TEST(resumed.next().event().commit_position() == last);
}

BOOST_AUTO_TEST_CASE(a_subscription_from_within_a_record_is_confirmed_and_ends) {
  append("s", 3);
  auto request = following("");
  request.mutable_options()->mutable_all()->mutable_position()->set_commit_position(549);
  request.mutable_options()->mutable_all()->mutable_position()->set_prepare_position(549);
  grpc::ClientContext context;
  limit(context);
  auto call = streams->Read(&context, request);
  ReadResp message;
  BOOST_REQUIRE(call->Read(&message));
  BOOST_TEST(message.has_confirmation());
  BOOST_TEST(!call->Read(&message));
  auto status = call->Finish();
  BOOST_TEST((status.error_code() == grpc::StatusCode::INVALID_ARGUMENT));
  BOOST_TEST(status.error_message() == "Trying to read from an invalid position.");
}

BOOST_AUTO_TEST_CASE(a_window_of_nothing_is_no_endless_search) {
  append("s", 3);
  subscribed filtering{*this, filtered("other", 0, 1)};
  while (!filtering.next().has_caught_up()) {}
  append("s", 1);
  BOOST_TEST(filtering.next().has_checkpoint());
}

BOOST_AUTO_TEST_CASE(the_largest_revision_is_a_start_like_others) {
  auto request = following("s");
  request.mutable_options()->mutable_stream()->set_revision(9223372036854775807);
  subscribed far{*this, request};
  BOOST_TEST(far.next().has_caught_up());
}

BOOST_AUTO_TEST_CASE(a_tombstone_is_delivered_before_the_call_ends) {
  append("s", 1);
  subscribed live{*this, following("s")};
  while (!live.next().has_caught_up()) {}
  event_store::client::streams::TombstoneReq request;
  request.mutable_options()->mutable_stream_identifier()->set_stream_name("s");
  request.mutable_options()->mutable_any();
  event_store::client::streams::TombstoneResp reply;
  grpc::ClientContext context;
  limit(context);
  BOOST_REQUIRE(streams->Tombstone(&context, request, &reply).ok());
  BOOST_TEST(live.next().event().event().metadata().at("type") == "$streamDeleted");
  ReadResp none;
  BOOST_TEST(!live.call->Read(&none));
  BOOST_TEST(live.call->Finish().error_code() == grpc::StatusCode::FAILED_PRECONDITION);
  BOOST_TEST(trailer(live.context, "exception") == "stream-deleted");
}

BOOST_AUTO_TEST_SUITE_END()
