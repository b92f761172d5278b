// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tools/kdbctl/text/connection_choice.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace kdbctl {

/// The contexts of the user: a file each, in the folder of the user's configuration, which only the user can read.
class context_store {
public:
  /// $XDG_CONFIG_HOME/kdbctl, or ~/.config/kdbctl.
  static context_store of_user();
  explicit context_store(std::filesystem::path folder) : folder_{std::move(folder)} {}

  /// In the order of their names.
  std::vector<std::string> names() const;
  /// Errors name the context.
  kdb::result<context> load(const std::string& name) const;
  kdb::result<void> save(const context& one) const;
  /// If it is the current one, there is no current one any more.
  kdb::result<void> remove(const std::string& name) const;

  /// The name of the current one; empty if there is none.
  kdb::result<std::string> current() const;
  kdb::result<void> choose(const std::string& name) const;

private:
  std::filesystem::path file_of(const std::string& name) const;
  kdb::result<void> make_folders() const;
  std::filesystem::path folder_;
};

} // namespace kdbctl
