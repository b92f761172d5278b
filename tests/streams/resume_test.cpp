// SPDX-License-Identifier: Apache-2.0
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <stdlib.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <ostream>
#include <random>
#include <string>
#include <vector>

#include <kdb/checkpoint_store.hpp>
#include <kdb/client.hpp>

#include "tests/fixtures/server.hpp"

// A subscriber that dies again and again, and begins each time where its checkpoints say.

using namespace std::chrono_literals;
namespace data = boost::unit_test::data;
namespace fs = std::filesystem;

namespace {

/// A folder that is gone after the test.
struct folder {
  folder() {
    auto name = (fs::temp_directory_path() / "kdb-resume-XXXXXX").string();
    BOOST_REQUIRE(::mkdtemp(name.data()) != nullptr);
    path = name;
  }
  ~folder() { fs::remove_all(path); }
  fs::path path;
};

using store_ptr = std::unique_ptr<kdb::checkpoint_store>;

struct kind {
  const char* name;
  std::function<store_ptr(const fs::path&)> open;
};
std::ostream& operator<<(std::ostream& out, const kind& one) {
  return out << one.name;
}
const std::vector<kind> kinds{
  {"files", [](const fs::path& where) { return kdb::file_checkpoint_store(where / "points"); }},
#ifdef KDB_TEST_WITH_SQLITE
  {"sqlite", [](const fs::path& where) { return *kdb::sqlite_checkpoint_store(where / "points.db"); }},
#endif
};

constexpr std::uint64_t total = 600;
constexpr kdb::checkpointer::rhythm every_seven{.items = 7, .interval = 1h};

struct fixture {
  folder where;
  kdb::fixtures::server server;
  kdb::fixtures::own_names named;
  kdb::client db = *kdb::client::connect(server.settings());
  kdb::log_position begin; // This test's part of $all.
  std::minstd_rand random{7};
  std::uint64_t handled = 0; // Events below this one were handled at least once.

  fixture() {
    begin = append("before", 1);
    // Matching events with others around them, so that checkpoints of the server stand between.
    for (std::uint64_t i = 0; i < total / 20; ++i) {
      append("noise", 30);
      append("orders", 20);
    }
  }

  kdb::log_position append(const std::string& stream, int count) {
    std::vector<kdb::new_event> events;
    for (auto i = 0; i < count; ++i)
      events.push_back(kdb::new_event::json("t", "{}"));
    const auto done = db.append_to_stream(named(stream), kdb::stream_state::any, events);
    BOOST_REQUIRE(done.has_value());
    return done->position.value();
  }

  /// One life: handles so many items, tells the checkpointer, and dies without a flush. Nothing may be missing.
  void live(kdb::checkpoint_store& store, kdb::followed what, std::size_t items) {
    kdb::checkpointer points{store, "s", what, every_seven};
    const auto from = points.resume();
    BOOST_REQUIRE(from.has_value());
    auto subscription = what == kdb::followed::stream ? follow_stream(*from) : follow_all(*from);
    BOOST_REQUIRE(subscription.has_value());
    auto first = true;
    while (items > 0 && handled < total) {
      const auto batch = subscription->next(20s);
      BOOST_REQUIRE(batch.has_value());
      BOOST_REQUIRE(!batch->empty());
      for (const auto& item : *batch) {
        if (items-- == 0)
          return;
        if (const auto* event = std::get_if<kdb::resolved_event>(&item))
          handle(*event, first);
        BOOST_REQUIRE(points.handled(item).has_value());
      }
    }
  }

  void handle(const kdb::resolved_event& event, bool& first) {
    const auto number = event.revision().value;
    BOOST_REQUIRE_MESSAGE(number <= handled, "event " << handled << " was passed over");
    if (first)
      BOOST_REQUIRE(number + every_seven.items >= handled); // And no more comes again than was not committed.
    first = false;
    handled = std::max(handled, number + 1);
  }

  kdb::result<kdb::subscription> follow_stream(const std::optional<kdb::resume_point>& from) {
    kdb::subscribe_to_stream_options how;
    if (from)
      how.from = std::get<kdb::stream_revision>(*from);
    return db.subscribe_to_stream(named("orders"), how);
  }

  kdb::result<kdb::subscription> follow_all(const std::optional<kdb::resume_point>& from) {
    kdb::subscribe_to_all_options how{.from = from ? std::get<kdb::log_position>(*from) : begin};
    how.filter = kdb::event_filter::stream_prefixes({named("orders")});
    how.filter->window(8);
    return db.subscribe_to_all(how);
  }

  void live_and_die(const kind& one, kdb::followed what) {
    auto lives = 0;
    for (; handled < total; ++lives) {
      BOOST_REQUIRE(lives < 2000);
      const auto store = one.open(where.path); // A new process opens it anew.
      live(*store, what, 8 + random() % 40);
    }
    BOOST_TEST(lives > 10);
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(resuming)

BOOST_DATA_TEST_CASE(no_checkpoint_of_all_passes_an_event_that_was_not_handled, data::make(kinds), one) {
  fixture{}.live_and_die(one, kdb::followed::all);
}

BOOST_DATA_TEST_CASE(no_checkpoint_of_a_stream_passes_an_event_that_was_not_handled, data::make(kinds), one) {
  fixture{}.live_and_die(one, kdb::followed::stream);
}

BOOST_AUTO_TEST_SUITE_END()
