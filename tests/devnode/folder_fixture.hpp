// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <filesystem>
#include <string>

namespace kdb::inline v0::development::testing {

/// A folder that is gone after the test.
struct folder_fixture {
  std::filesystem::path folder = make();
  std::string file = folder / "events.db";

  ~folder_fixture() { std::filesystem::remove_all(folder); }

  static std::filesystem::path make() {
    auto pattern = (std::filesystem::temp_directory_path() / "kdb-devnode-XXXXXX").string();
    BOOST_REQUIRE(mkdtemp(pattern.data()));
    return pattern;
  }
};

} // namespace kdb::inline v0::development::testing
