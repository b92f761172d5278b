// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "devnode/projections/projection.hpp"
#include "devnode/services/projections/projector.hpp"

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace kdb::inline v0::development {

/// All projections of a node: the system's, which do their work, and those of users, whose queries are kept and not run. What has been changed by
/// commands is kept in the log, so that it is so after a restart.
class managed_projections {
public:
  /// Those that the log tells of go on.
  managed_projections(store& events, followers& live, rpc::loop& on);

  /// Null if there is none with this name. Good until the next command.
  const projection* find(std::string_view name) const;

  /// The system's first, then as they were created.
  const std::deque<projection>& all() const { return all_; }

  /// Where one of the system's is.
  std::optional<projection_progress> progress(const projection& of) const;

  void create(projection_definition definition);

  /// Commands for one that is there.
  void enable(std::string_view name);
  void disable(std::string_view name, bool checkpoint);
  void reset(std::string_view name);
  void update(std::string_view name, std::string query, std::optional<bool> emits, std::string properties);

  /// There must be no `deletion_problem`.
  void remove(std::string_view name);

  /// Reads all anew.
  void restart();

private:
  void load();
  void save(const projection& changed);
  void arrange(const projection& changed, bool checkpoint = true);
  projection& known(std::string_view name);
  std::optional<projection_definition> kept(std::string_view name);

  store& events_;
  followers& followers_;
  rpc::loop& loop_;
  std::deque<projection> all_;
  std::unique_ptr<projector> system_;
};

} // namespace kdb::inline v0::development
