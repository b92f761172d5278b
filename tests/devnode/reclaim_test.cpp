// SPDX-License-Identifier: Apache-2.0

// What is deleted or truncated gives its memory back.
#include "tests/devnode/folder_fixture.hpp"
#include "tests/devnode/persistent_fixture.hpp"
#include "tests/devnode/store_fixture.hpp"

#include "devnode/store/link.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <fstream>
#include <string>

using namespace kdb::development;
using namespace kdb::development::testing;

namespace {

constexpr std::size_t mebibyte = 1 << 20;

std::size_t resident_bytes() {
  std::ifstream file{"/proc/self/statm"};
  std::size_t pages = 0, resident = 0;
  file >> pages >> resident;
  return resident * 4096;
}

struct full_store : store_fixture {
  std::string large = std::string(mebibyte, 'x');

  void append_large(std::string_view stream, int count) {
    for (int i = 0; i < count; ++i) {
      auto one = event(large);
      events.append(stream, expected_state::any(), {&one, 1});
    }
  }

  std::size_t kept_bytes() const {
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < events.events().size(); ++i)
      bytes += events.events()[i].message.size();
    return bytes;
  }

  std::vector<std::string> all(bool backwards = false) {
    std::vector<std::string> names;
    int budget = 100'000;
    all_forwards up{events, 0, {}};
    all_backwards down{events, events.events().size(), {}};
    cursor& from = backwards ? static_cast<cursor&>(down) : up;
    while (auto found = from.next(budget))
      names.push_back(std::to_string(found->revision) + "@" + found->owner->name);
    std::ranges::sort(names);
    return names;
  }

  bool in_all(const std::string& name) {
    return std::ranges::count(all(), name) == 1 && std::ranges::count(all(true), name) == 1;
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(reclaiming, full_store)

BOOST_AUTO_TEST_CASE(a_little_that_is_deleted_stays_in_all_as_before_a_scavenge) {
  append("s", 3);
  events.soft_delete("s", expected_state::any());
  append("t", 3);
  events.tombstone("t", expected_state::any());
  for (auto name : {"0@s", "2@s", "0@t", "2@t"})
    BOOST_TEST(in_all(name), name);
}

BOOST_AUTO_TEST_CASE(much_that_is_deleted_is_given_back) {
  append_large("keep", 4);
  append_large("s", 40);
  append_large("t", 40);
  BOOST_TEST(kept_bytes() > 84 * mebibyte);
  events.soft_delete("s", expected_state::any());
  events.tombstone("t", expected_state::any());
  BOOST_TEST(kept_bytes() < 5 * mebibyte);
  BOOST_TEST(in_all("0@keep"));
  BOOST_TEST(!in_all("0@s"));
  BOOST_TEST(!in_all("39@s"));
  // The stream goes on with its numbers, and knows what was written.
  BOOST_TEST(append("s", 2, expected_state::revision(39)).last == 41);
  BOOST_TEST((forwards("s") == numbers{40, 41}));
  BOOST_TEST((backwards("s", 41) == numbers{41, 40}));
  BOOST_TEST(events.tombstoned("t"));
  auto tombstone = std::to_string(tombstone_revision) + "@t";
  BOOST_TEST(in_all(tombstone));
}

BOOST_AUTO_TEST_CASE(what_is_truncated_is_given_back_and_does_not_return) {
  append_large("s", 50);
  metadata("s", R"({"$maxCount":2})");
  BOOST_TEST(kept_bytes() < 3 * mebibyte);
  metadata("s", R"({"$maxCount":20})");
  BOOST_TEST((forwards("s") == numbers{48, 49}));
  BOOST_TEST((backwards("s", 100) == numbers{49, 48}));
  stream_forwards live{events, "s", 10};
  live.ignore_truncation(true);
  BOOST_TEST((revisions(live) == numbers{48, 49}));
  metadata("s", "{}");
  BOOST_TEST((forwards("s", 3) == numbers{48, 49}));
}

BOOST_AUTO_TEST_CASE(a_stream_that_forgets_never_holds_more_than_a_bound) {
  metadata("s", R"({"$maxCount":2})");
  std::size_t most = 0;
  for (int i = 0; i < 20; ++i) {
    append_large("s", 10);
    most = std::max(most, kept_bytes());
  }
  BOOST_TEST(most < most_hidden_bytes + 15 * mebibyte);
  BOOST_TEST((forwards("s") == numbers{198, 199}));
}

BOOST_AUTO_TEST_CASE(old_metadata_and_what_is_too_old_are_given_back) {
  for (int i = 0; i < 40; ++i)
    metadata("s", "{\"$maxAge\":100,\"text\":\"" + large + "\"}");
  BOOST_TEST(kept_bytes() < most_hidden_bytes + 3 * mebibyte);
  append_large("s", 40);
  time += 200 * one_second;
  append_large("s", 1);
  BOOST_TEST(kept_bytes() < 5 * mebibyte);
  BOOST_TEST((forwards("s") == numbers{40}));
}

BOOST_AUTO_TEST_CASE(links_to_what_was_given_back_lead_nowhere) {
  append_large("s", 40);
  proposed_event link{.id = {8, 1}, .type = link_type, .json = false, .data = "7@s", .custom_metadata = {}};
  events.append("links", expected_state::any(), {&link, 1});
  events.soft_delete("s", expected_state::any());
  auto resolved = resolve(events, events.events()[events.find("links")->events[0]]);
  BOOST_TEST(!resolved.event);
  BOOST_TEST(resolved.link);
}

BOOST_AUTO_TEST_CASE(a_copy_of_a_log_is_a_copy_of_what_was_given_back_too) {
  append_large("s", 40);
  append("t", 1);
  events.soft_delete("s", expected_state::any());
  store copy{store::copy{}};
  copy.adopt(events.events(), {0, events.events().size()});
  stream_forwards of_s{copy, "s", 0}, of_t{copy, "t", 0};
  BOOST_TEST((revisions(of_s) == numbers{}));
  BOOST_TEST((revisions(of_t) == numbers{0}));
  all_forwards up{copy, 0, {}};
  BOOST_TEST(revisions(up).size() == all().size());
}

BOOST_AUTO_TEST_CASE(what_no_file_has_yet_is_kept_for_it) {
  std::size_t end = 0;
  events.keep_with([&](const commit& written) { end = written.end; });
  append_large("s", 40);
  events.soft_delete("s", expected_state::any());
  BOOST_TEST(kept_bytes() > 40 * mebibyte);
  events.publish(end);
  BOOST_TEST(kept_bytes() < 5 * mebibyte);
}

#if !defined(__SANITIZE_ADDRESS__)
BOOST_AUTO_TEST_CASE(small_events_between_others_give_their_memory_back) {
  constexpr int count = 200'000;
  std::string data(400, 'x');
  auto write = [&](std::string_view stream) {
    auto one = event(data);
    events.append(stream, expected_state::any(), {&one, 1});
  };
  auto before = resident_bytes();
  for (int i = 0; i < count; ++i)
    write(i % 4 == 0 ? "keep" : "s");
  auto full = resident_bytes() - before;
  BOOST_TEST(full > count * data.size());
  BOOST_TEST(full < count * (data.size() + 350));
  events.soft_delete("s", expected_state::any());
  BOOST_TEST(resident_bytes() - before < full / 2);
  auto& kept = events.find("keep")->events;
  BOOST_TEST(kept.size() == count / 4u);
  BOOST_TEST(std::ranges::all_of(kept, [&](auto index) { return events.events()[index].data() == data; }));
}
#endif

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(reclaiming_nodes)

#if !defined(__SANITIZE_ADDRESS__) // Which keeps what was given back, and shows what it keeps.
BOOST_AUTO_TEST_CASE(a_node_gives_memory_back_to_the_system) {
  node_fixture node;
  node.append("warm", 10, mebibyte);
  auto before = resident_bytes();
  for (int i = 0; i < 30; ++i)
    BOOST_REQUIRE(node.append("s" + std::to_string(i % 3), 10, mebibyte).ok());
  auto full = resident_bytes();
  BOOST_TEST(full > before + 250 * mebibyte);
  for (auto stream : {"s0", "s1", "s2"}) {
    grpc::ClientContext context;
    node.limit(context);
    event_store::client::streams::DeleteReq request;
    request.mutable_options()->mutable_stream_identifier()->set_stream_name(stream);
    request.mutable_options()->mutable_any();
    event_store::client::streams::DeleteResp reply;
    BOOST_REQUIRE(node.streams->Delete(&context, request, &reply).ok());
  }
  BOOST_TEST(resident_bytes() < before + 100 * mebibyte);
}
#endif

BOOST_AUTO_TEST_CASE(many_groups_cost_little_and_nothing_when_they_are_gone) {
  constexpr std::size_t count = 800, most_for_each = 64 * 1024;
  persistent_fixture node;
  node.create("warm");
  auto before = resident_bytes();
  for (std::size_t i = 0; i < count; ++i)
    BOOST_REQUIRE(node.create("orders-" + std::to_string(i), "projector").ok());
  auto with_groups = resident_bytes();
  BOOST_TEST(with_groups < before + count * most_for_each);
  for (std::size_t i = 0; i < count; ++i)
    BOOST_REQUIRE(node.remove("orders-" + std::to_string(i), "projector").ok());
  BOOST_TEST(resident_bytes() < before + 64 * mebibyte);
}

// The group had read them ahead.
BOOST_AUTO_TEST_CASE(what_a_group_holds_and_is_gone_is_not_delivered) {
  persistent_fixture node;
  for (int i = 0; i < 40; ++i)
    BOOST_REQUIRE(node.append("s", 1, mebibyte).ok());
  BOOST_REQUIRE(node.create("s").ok());
  consumer slow{node, "s", 1};
  slow.confirmed();
  BOOST_TEST(slow.take(1)[0].first == 0u);
  grpc::ClientContext context;
  node.limit(context);
  event_store::client::streams::DeleteReq request;
  request.mutable_options()->mutable_stream_identifier()->set_stream_name("s");
  request.mutable_options()->mutable_any();
  event_store::client::streams::DeleteResp reply;
  BOOST_REQUIRE(node.streams->Delete(&context, request, &reply).ok());
  BOOST_REQUIRE(node.append("s", 1).ok());
  slow.ack_all();
  BOOST_TEST(slow.take(1)[0].first == 40u);
}

BOOST_FIXTURE_TEST_CASE(a_node_with_a_file_gives_back_after_a_restart, folder_fixture) {
  kdb::devnode_options options{.database = file};
  {
    node_fixture node{options};
    for (int i = 0; i < 4; ++i)
      BOOST_REQUIRE(node.append("s", 10, mebibyte).ok());
    grpc::ClientContext context;
    node.limit(context);
    event_store::client::streams::DeleteReq request;
    request.mutable_options()->mutable_stream_identifier()->set_stream_name("s");
    request.mutable_options()->mutable_any();
    event_store::client::streams::DeleteResp reply;
    BOOST_REQUIRE(node.streams->Delete(&context, request, &reply).ok());
  }
  node_fixture again{options};
  again.ids = 1000;
  BOOST_TEST(again.append("s", 1).ok());
  BOOST_TEST(again.read_revisions("s") == std::vector<std::uint64_t>{40}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
