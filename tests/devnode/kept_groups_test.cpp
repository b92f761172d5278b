// SPDX-License-Identifier: Apache-2.0

// What the groups of a node are, in its log, also when there are many of them.

#include "devnode/persistent/kept_groups.hpp"
#include "tests/devnode/folder_fixture.hpp"
#include "tests/devnode/persistent_fixture.hpp"
#include "tests/devnode/store_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <optional>
#include <random>
#include <string>
#include <vector>

using namespace kdb::development;
using namespace kdb::development::testing;

namespace {

struct kept_fixture : store_fixture {
  std::vector<group_definition> groups;
  std::optional<kept_groups> kept{std::in_place, events};

  static group_definition on(std::string stream, std::string name = "g") {
    group_definition group;
    group.stream = std::move(stream);
    group.name = std::move(name);
    group.settings = {.read_batch_size = 20, .history_buffer_size = 500};
    return group;
  }

  kept_groups::definitions all() const {
    kept_groups::definitions list;
    for (auto& each : groups)
      list.push_back(&each);
    return list;
  }

  void forget(const group_definition& group) {
    std::erase_if(groups, [&](auto& each) { return each.stream == group.stream && each.name == group.name; });
  }

  void set(const group_definition& group) {
    forget(group);
    groups.push_back(group);
    kept->save_set(groups.back(), [this] { return all(); });
  }

  void remove(const group_definition& group) {
    forget(group);
    kept->save_removed(group, [this] { return all(); });
  }

  // As a node does that starts with this log.
  std::vector<group_definition> loaded() { return kept_groups{events}.load(); }

  std::size_t written_bytes() const {
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < events.events().size(); ++i)
      bytes += events.events()[i].data().size();
    return bytes;
  }

  std::size_t count(std::string_view stream) const {
    auto found = events.find(stream);
    return found ? found->events.size() : 0;
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(groups_in_the_log, kept_fixture)

BOOST_AUTO_TEST_CASE(a_few_groups_are_one_document_after_each_change_as_on_a_server) {
  for (int i = 0; i < 20; ++i)
    set(on("s-" + std::to_string(i)));
  remove(on("s-3"));
  BOOST_TEST(count(config_stream) == 21u);
  BOOST_TEST(count(changes_stream) == 0u);
  BOOST_TEST((loaded() == groups));
}

// A document after each change would be 2 000 times 1 MB.
BOOST_AUTO_TEST_CASE(what_many_groups_write_grows_with_their_number) {
  auto create = [&](int from, int to) {
    auto before = written_bytes();
    for (int i = from; i < to; ++i)
      set(on("orders-" + std::to_string(i)));
    return written_bytes() - before;
  };
  create(0, 1000);
  auto second = create(1000, 2000), next_two = create(2000, 4000);
  BOOST_TEST(second < 1000u * 5000u);
  BOOST_TEST(next_two < 2000u * 5000u);
  auto before = written_bytes();
  for (int i = 0; i < 3000; ++i)
    remove(on("orders-" + std::to_string(i)));
  BOOST_TEST(written_bytes() - before < 3000u * 5000u);
  BOOST_TEST((loaded() == groups));
}

BOOST_AUTO_TEST_CASE(every_log_of_many_changes_is_read_as_what_it_says) {
  std::mt19937 random{7};
  auto any = [&](int below) { return static_cast<int>(random() % static_cast<unsigned>(below)); };
  for (int i = 0; i < 3000; ++i) {
    auto group = on("orders-" + std::to_string(any(400)), any(2) == 0 ? "a" : "b");
    if (any(3) == 0) {
      remove(group);
    } else {
      group.settings.max_retry_count = i;
      set(group);
    }
    if (i % 50 == 0)
      BOOST_REQUIRE((loaded() == groups));
    if (any(500) == 0) { // another node goes on with the log
      kept.emplace(events);
      kept->load();
    }
  }
  BOOST_TEST(count(changes_stream) > 1000u);
  BOOST_TEST((loaded() == groups));
}

BOOST_AUTO_TEST_CASE(a_change_comes_back_from_its_text) {
  auto group = on("orders \"1\"", "grüppe");
  group.start = {-1, 0};
  for (bool removed : {false, true})
    BOOST_TEST((read_change(write_change({group, removed})) == group_change{group, removed}));
  for (auto text : {"", "{}", R"({"set":{}})", R"({"removed":5})"})
    BOOST_TEST(!read_change(text), text);
}

// As the server: the stream's name and the group's are apart.
BOOST_AUTO_TEST_CASE(groups_with_colons_in_their_names_are_different_groups) {
  persistent_fixture node;
  BOOST_TEST(node.create("a::b", "c").ok());
  BOOST_TEST(node.create("a", "b::c").ok());
  BOOST_TEST(!node.create("a", "b::c").ok());
  BOOST_TEST(node.remove("a", "b::c").ok());
  BOOST_TEST(!node.remove("a", "b::c").ok());
  BOOST_TEST(node.info("a::b", "c").group_name() == "c");
}

BOOST_FIXTURE_TEST_CASE(many_groups_survive_a_restart, folder_fixture) {
  kdb::devnode_options options;
  options.database = file;
  constexpr int count = 300;
  {
    persistent_fixture before{options};
    for (int i = 0; i < count; ++i)
      BOOST_REQUIRE(before.create("orders-" + std::to_string(i)).ok());
    for (int i = 0; i < count; i += 3)
      BOOST_REQUIRE(before.remove("orders-" + std::to_string(i)).ok());
  }
  persistent_fixture after{options};
  for (int i = 0; i < count; ++i)
    BOOST_TEST(after.create("orders-" + std::to_string(i)).ok() == (i % 3 == 0), i);
}

BOOST_AUTO_TEST_SUITE_END()
