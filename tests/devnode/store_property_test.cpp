// SPDX-License-Identifier: Apache-2.0

// The node's log against a model that keeps events in plain lists and looks through all of them for every answer. Both get the same
// random writes; then all that can be read is compared, both ways, from anywhere, with limits. A failure names its seed.

#include "tests/devnode/folder_fixture.hpp"
#include "tests/devnode/store_model.hpp"

#include "devnode/store/cursor.hpp"
#include "devnode/store/database.hpp"
#include "devnode/store/group_commit.hpp"
#include "devnode/store/store.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstdlib>
#include <random>
#include <string>
#include <tuple>
#include <vector>

using namespace kdb::development;
using namespace kdb::development::testing;

namespace {

// An event as both sides show it. Ids that the node makes, and its own first event, are not compared.
using shown = std::tuple<std::string, std::int64_t, std::uint64_t, std::string, std::string, std::int64_t>;

shown show(const model_event& event) {
  return {event.stream, event.revision, event.id, event.type, event.data, event.created};
}

shown show(const stored_event& event) {
  bool given = event.id.high == 7;
  std::string data{event.owner->name == "$$$scavenges" ? std::string_view{} : event.data()};
  return {event.owner->name, event.revision, given ? event.id.low : 0, std::string{event.type()}, data, event.created};
}

// Cuts what is seen from `from` on, at most `limit`.
std::vector<shown> expected_of(const std::vector<const model_event*>& visible, std::int64_t from, std::size_t limit,
                               bool backwards) {
  std::vector<shown> seen;
  auto take = [&](const model_event& event) {
    if (seen.size() < limit && (backwards ? event.revision <= from : event.revision >= from))
      seen.push_back(show(event));
  };
  if (backwards)
    std::for_each(visible.rbegin(), visible.rend(), [&](auto event) { take(*event); });
  else
    std::for_each(visible.begin(), visible.end(), [&](auto event) { take(*event); });
  return seen;
}

std::vector<shown> found_by(cursor& from, std::size_t limit) {
  std::vector<shown> seen;
  int budget = 1'000'000;
  while (seen.size() < limit) {
    auto event = from.next(budget);
    if (!event)
      break;
    seen.push_back(show(*event));
  }
  return seen;
}

class walk {
public:
  explicit walk(std::uint64_t seed) : random_{seed} {}

  // One write on both sides.
  void step(store& real) {
    model_.time += static_cast<std::int64_t>(below(3)) * one_second / 2;
    auto stream = pick_stream();
    auto kind = below(80);
    if (kind < 4) {
      auto expected = pick_expected(stream);
      compare_verdicts(real.soft_delete(stream, expected).verdict, model_.soft_delete(stream, expected), "soft delete");
    } else if (kind == 4) {
      auto expected = pick_expected(stream);
      compare_verdicts(real.tombstone(stream, expected).verdict, model_.tombstone(stream, expected), "tombstone");
    } else if (kind < 15) {
      set_metadata(real, stream);
    } else {
      append(real, stream);
    }
  }

  // All that can be read, and then some from random places.
  void compare(store& real) {
    for (auto& stream : names_) {
      compare_stream(real, stream);
      compare_stream(real, "$$" + stream);
    }
    compare_all(real);
  }

  std::int64_t time() const { return model_.time; }

private:
  std::uint64_t below(std::uint64_t end) { return random_() % end; }

  const std::string& pick_stream() { return names_[below(names_.size())]; }

  expected_state pick_expected(const std::string& stream) {
    switch (below(6)) {
      case 0: return expected_state::no_stream();
      case 1: return expected_state::exists();
      case 2: return expected_state::revision(std::max<std::int64_t>(model_.last(stream), 0));
      case 3: return expected_state::revision(static_cast<std::int64_t>(below(12)));
      default: return expected_state::any();
    }
  }

  // New ids mostly; at times some that were written before, from a place on or mixed with new ones.
  std::vector<std::uint64_t> pick_ids() {
    std::vector<std::uint64_t> ids;
    auto count = below(5);
    bool again = next_id_ > 20 && below(3) == 0;
    auto from = again ? next_id_ - 1 - below(12) : 0;
    for (std::uint64_t i = 0; i < count; ++i)
      ids.push_back(again && from + i < next_id_ ? from + i : next_id_++);
    return ids;
  }

  void append(store& real, const std::string& stream) {
    auto expected = pick_expected(stream);
    auto ids = pick_ids();
    std::vector<std::string> types;
    std::vector<proposed_event> events;
    for (auto id : ids)
      types.push_back("t" + std::to_string(id % 3));
    for (std::size_t i = 0; i < ids.size(); ++i)
      events.push_back({.id = {7, ids[i]}, .type = types[i], .json = true, .data = "{}", .custom_metadata = {}});
    auto got = real.append(stream, expected, events);
    auto wanted = model_.append(stream, expected, ids);
    compare_verdicts(got.verdict, wanted.verdict, "append");
    BOOST_TEST(got.last == wanted.last, "append to " << stream << " expecting " << expected.code);
  }

  void set_metadata(store& real, const std::string& stream) {
    model_metadata to;
    if (below(2) == 0)
      to.own = "kept";
    if (below(3) == 0)
      to.max_count = static_cast<std::int64_t>(1 + below(6));
    if (below(4) == 0)
      to.max_age = static_cast<std::int64_t>(1 + below(20));
    if (below(3) == 0)
      to.truncate_before = static_cast<std::int64_t>(below(15));
    auto id = next_id_++;
    auto text = document(to);
    proposed_event event{.id = {7, id}, .type = "$metadata", .json = true, .data = text, .custom_metadata = {}};
    real.append("$$" + stream, expected_state::any(), {&event, 1});
    model_.set_metadata(stream, to, id);
  }

  static void compare_verdicts(append_verdict got, append_verdict wanted, const char* of) {
    BOOST_TEST(static_cast<int>(got) == static_cast<int>(wanted), of);
  }

  void compare_stream(store& real, const std::string& stream) {
    BOOST_TEST(real.tombstoned(stream) == model_.tombstoned(stream), stream);
    if (model_.tombstoned(stream))
      return; // a reader is refused before it comes to events
    auto visible = model_.visible(stream);
    for (int i = 0; i < 4; ++i) {
      auto from = i == 0 ? 0 : static_cast<std::int64_t>(below(20));
      auto limit = i == 0 ? std::size_t{10'000} : below(8);
      stream_forwards up{real, stream, from};
      BOOST_TEST((found_by(up, limit) == expected_of(visible, from, limit, false)), stream << " upwards from " << from);
      auto top = i == 0 ? tombstone_revision : from;
      stream_backwards down{real, stream, top};
      BOOST_TEST((found_by(down, limit) == expected_of(visible, top, limit, true)), stream << " downwards from " << top);
    }
  }

  void compare_all(store& real) {
    std::vector<shown> wanted;
    for (auto& event : model_.all)
      wanted.push_back(show(event));
    BOOST_REQUIRE(real.events().size() == wanted.size());
    for (int i = 0; i < 6; ++i) {
      auto from = i == 0 ? 0 : below(wanted.size() + 1);
      auto limit = i == 0 ? wanted.size() : below(10);
      auto prefix = i < 3 ? std::string{} : pick_stream().substr(0, 2);
      auto accepts = prefix.empty() ? event_filter{} : prefix_filter(filter_subject::stream_name, {prefix});
      all_forwards up{real, from, accepts};
      BOOST_TEST((found_by(up, limit) == part_of(wanted, from, limit, prefix, false)), "$all upwards from " << from);
      all_backwards down{real, from, accepts};
      BOOST_TEST((found_by(down, limit) == part_of(wanted, from, limit, prefix, true)), "$all downwards before " << from);
    }
  }

  static std::vector<shown> part_of(const std::vector<shown>& all, std::size_t from, std::size_t limit, const std::string& prefix,
                                    bool backwards) {
    std::vector<shown> part;
    auto index = from;
    while (part.size() < limit && (backwards ? index > 0 : index < all.size())) {
      auto& event = backwards ? all[--index] : all[index++];
      if (std::get<0>(event).starts_with(prefix))
        part.push_back(event);
    }
    return part;
  }

  std::mt19937_64 random_;
  model model_;
  std::vector<std::string> names_{"a-1", "a-2", "b", "$s"};
  std::uint64_t next_id_ = 1;
};

// KDB_SEED repeats a failure; without it every run walks other ways.
std::vector<std::uint64_t> seeds(std::size_t count) {
  if (auto given = std::getenv("KDB_SEED"))
    return {std::strtoull(given, nullptr, 10)};
  std::vector<std::uint64_t> all;
  std::random_device source;
  for (std::size_t i = 0; i < count; ++i)
    all.push_back(source());
  return all;
}

// A store whose events go into a file as those of a node do.
struct kept_store {
  database file;
  store events;
  group_commit writer;

  kept_store(const std::string& name, ticks_clock clock)
    : file{name, false}, events{std::move(clock), &file}, writer{file, [](const commit_report&) {}} {
    events.keep_with([this](const commit& written) {
      writer.add(events.events(), written.first, written.end);
      events.publish(written.end); // what is compared is what is written, not when it can be read
    });
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(properties)

BOOST_AUTO_TEST_CASE(what_can_be_read_is_what_a_simple_model_says) {
  for (auto seed : seeds(150)) {
    BOOST_TEST_CONTEXT("KDB_SEED=" << seed) {
      walk way{seed};
      store events{[&way] { return way.time(); }};
      for (int i = 1; i <= 200; ++i) {
        way.step(events);
        if (i % 25 == 0)
          way.compare(events);
      }
    }
  }
}

BOOST_FIXTURE_TEST_CASE(it_is_the_same_after_restarts_from_a_database, folder_fixture) {
  for (auto seed : seeds(40)) {
    BOOST_TEST_CONTEXT("KDB_SEED=" << seed) {
      walk way{seed};
      auto name = folder / std::to_string(seed);
      for (int restart = 0; restart < 4; ++restart) {
        kept_store kept{name, [&way] { return way.time(); }};
        if (restart > 0)
          way.compare(kept.events);
        for (int i = 0; i < 50; ++i)
          way.step(kept.events);
        way.compare(kept.events);
      }
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
