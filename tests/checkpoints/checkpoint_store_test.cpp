// SPDX-License-Identifier: Apache-2.0
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <stdlib.h>

#include <fstream>
#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include <kdb/checkpoint_store.hpp>

using kdb::log_position;
using kdb::resume_point;
using kdb::stream_revision;
namespace data = boost::unit_test::data;
namespace fs = std::filesystem;

namespace {

/// A folder that is gone after the test.
struct folder {
  folder() {
    auto name = (fs::temp_directory_path() / "kdb-checkpoints-XXXXXX").string();
    BOOST_REQUIRE(::mkdtemp(name.data()) != nullptr);
    path = name;
  }
  ~folder() { fs::remove_all(path); }
  fs::path path;
};

struct kind {
  const char* name;
  std::function<std::unique_ptr<kdb::checkpoint_store>(const fs::path&)> open;
};
std::ostream& operator<<(std::ostream& out, const kind& one) {
  return out << one.name;
}
const std::vector<kind> kinds{
  {"files", [](const fs::path& where) { return kdb::file_checkpoint_store(where / "points"); }},
  {"sqlite", [](const fs::path& where) { return *kdb::sqlite_checkpoint_store(where / "points.db"); }},
};

} // namespace

BOOST_AUTO_TEST_SUITE(stores)

BOOST_DATA_TEST_CASE(a_name_that_was_never_stored_has_no_point, data::make(kinds), one) {
  const folder place;
  const auto found = one.open(place.path)->load("orders");
  BOOST_REQUIRE(found.has_value());
  BOOST_TEST(!found->has_value());
}

BOOST_DATA_TEST_CASE(the_last_point_is_found_by_another_store_on_the_same_place, data::make(kinds), one) {
  const folder place;
  {
    const auto store = one.open(place.path);
    BOOST_REQUIRE(store->store("orders", stream_revision{3}).has_value());
    BOOST_REQUIRE(store->store("all / weird %\"' name", log_position{9, 8}).has_value());
    BOOST_REQUIRE(store->store("orders", stream_revision{18446744073709551615u}).has_value());
  }
  const auto store = one.open(place.path);
  BOOST_TEST((**store->load("orders") == resume_point{stream_revision{18446744073709551615u}}));
  BOOST_TEST((**store->load("all / weird %\"' name") == resume_point{log_position{9, 8}}));
}

BOOST_AUTO_TEST_CASE(a_file_with_something_else_in_it_is_an_error_and_no_start_from_scratch) {
  const folder place;
  const auto store = kdb::file_checkpoint_store(place.path);
  BOOST_REQUIRE(store->store("orders", stream_revision{3}).has_value());
  for (const auto& entry : fs::directory_iterator{place.path})
    std::ofstream{entry.path()} << "revision 3x";
  BOOST_TEST(!store->load("orders").has_value());
}

BOOST_AUTO_TEST_CASE(a_name_that_no_file_can_have_is_refused) {
  const folder place;
  const auto store = kdb::file_checkpoint_store(place.path);
  for (const auto& name :
       {std::string(241, 'n'), std::string(10'000, 'n'), std::string{"Проекция-остатков-склада-по-дням-и-неделям-за-год"}}) {
    const auto loaded = store->load(name);
    BOOST_REQUIRE(!loaded.has_value());
    BOOST_TEST((loaded.error().code == kdb::errc::invalid_argument));
    BOOST_TEST(loaded.error().get<kdb::bad_argument>()->name == "name");
    BOOST_TEST((store->store(name, stream_revision{3}).error().code == kdb::errc::invalid_argument));
  }
  const std::string longest(240, 'n');
  BOOST_REQUIRE(store->store(longest, stream_revision{3}).has_value());
  BOOST_TEST((**store->load(longest) == resume_point{stream_revision{3}}));
}

BOOST_AUTO_TEST_CASE(a_file_that_can_not_be_read_is_an_error_and_no_start_from_scratch) {
  const folder place;
  const auto store = kdb::file_checkpoint_store(place.path);
  fs::create_symlink("loop.checkpoint", place.path / "loop.checkpoint");
  fs::create_directory(place.path / "folder.checkpoint");
  std::ofstream{place.path / "file"} << "no folder";
  BOOST_TEST((store->load("loop").error().code == kdb::errc::internal));
  BOOST_TEST((store->load("folder").error().code == kdb::errc::internal));
  BOOST_TEST((kdb::file_checkpoint_store(place.path / "file")->load("orders").error().code == kdb::errc::internal));
  BOOST_TEST(!kdb::file_checkpoint_store(place.path / "nowhere")->load("orders").value().has_value());
}

BOOST_AUTO_TEST_CASE(a_place_that_can_not_be_written_is_an_error) {
  BOOST_TEST(!kdb::file_checkpoint_store("/proc/no-such-place")->store("orders", stream_revision{3}).has_value());
  BOOST_TEST(!kdb::sqlite_checkpoint_store("/proc/no-such-place/points.db").has_value());
}

BOOST_AUTO_TEST_SUITE_END()
