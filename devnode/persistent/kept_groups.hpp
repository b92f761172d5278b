// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "devnode/persistent/group_definition.hpp"
#include "devnode/store/store.hpp"

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace kdb::inline v0::development {

/// What the groups of a node are, in its log: a document with all of them after each change, as on a server. Large documents are not written after
/// each change, because then the work for many groups would grow with the square of their number: changes are written by themselves, to a stream of
/// their own, until they are as large as the last document, and then the next document.
class kept_groups {
public:
  using definitions = std::vector<const group_definition*>;

  explicit kept_groups(store& in) : store_{in} {}

  /// Returns the groups in the order in which they were created or last updated.
  std::vector<group_definition> load();

  /// Writes that a group was created or updated, or removed. `all` returns the groups that there are now.
  void save_set(const group_definition& group, const std::function<definitions()>& all);
  void save_removed(const group_definition& group, const std::function<definitions()>& all);

  /// Documents up to this size are written after each change.
  static constexpr std::size_t small_document = 64 * 1024;

private:
  void save(const std::string& change, const std::function<definitions()>& all);
  void write(std::string_view stream, std::string_view type, const std::string& data);

  store& store_;
  std::size_t document_bytes_ = 0; ///< Of the last document.
  std::size_t change_bytes_ = 0;   ///< Of the changes since then.
};

} // namespace kdb::inline v0::development
