// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "devnode/store/projected_links.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace kdb::inline v0::development {

enum class projection_mode { one_time, continuous };

/// `OneTime` or `Continuous`.
std::string_view name_of(projection_mode mode);

/// What makes a projection, and what has become of it by commands. The log keeps this.
struct projection_definition {
  std::string name;
  std::string query; ///< JavaScript, which is kept and never run.
  projection_mode mode = projection_mode::continuous;
  bool enabled = true;
  bool emits = false;
  bool tracks_emitted = false;
  int engine = 1;
  std::string properties{}; ///< JSON of those that it was given, which become metadata of the events that keep it.
  std::int64_t version = 0; ///< Grows with every command that changes something.
  std::int64_t epoch = -1;  ///< The version with which it last began anew, or -1.

  friend bool operator==(const projection_definition&, const projection_definition&) = default;
};

enum class projection_phase {
  running,
  stopped,
  aborted, ///< Stopped without a checkpoint.
  faulted, ///< The query can't be run.
};

/// A projection with what it is at the moment.
struct projection {
  projection_definition definition;
  std::optional<system_projection> native; ///< One of a server's own, which does its work.
  projection_phase phase = projection_phase::stopped;
  std::int64_t version = -1; ///< With which it was last made ready; what it writes and its statistics tell this one.
  std::int64_t epoch = -1;
  std::string start{}; ///< Where it begins to read, as text.
  std::string fault{}; ///< Why its query can't be run, if it can't.

  bool running() const { return phase == projection_phase::running; }
};

/// Makes a projection ready: it runs if it is enabled, or is faulted. Pure, like the commands below.
projection prepare(projection_definition definition, std::optional<system_projection> native);

// -- commands; they tell whether there is anything to keep ---------------------------------------------------------

bool enable(projection& changed);
void disable(projection& changed);
void abort(projection& changed);

/// From then on it begins anew.
void reset(projection& changed);

/// Without `properties` those that it has stay.
void update(projection& changed, std::string query, std::optional<bool> emits, std::string properties = {});

/// Why a projection can't be deleted, or empty.
std::string_view deletion_problem(const projection& of);

// -- texts ---------------------------------------------------------------------------------------------------------

/// `Running`, `Stopped`, `Aborted/Stopped` or `Faulted`.
std::string_view status_of(const projection& of);

/// Why it is so; empty for one that does its work.
std::string_view reason_of(const projection& of);

} // namespace kdb::inline v0::development
