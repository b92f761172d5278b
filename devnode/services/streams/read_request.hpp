// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "devnode/rpc/status.hpp"
#include "devnode/services/streams/read_messages.hpp"
#include "devnode/store/filter.hpp"
#include "devnode/store/log_position.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

namespace kdb::event_store::client::streams {
class ReadReq;
}

namespace kdb::inline v0::development {

enum class read_direction { forwards, backwards };

/// The start or the end of a stream or of $all.
struct from_start {};
struct from_end {};

/// A revision of a stream, or a position in $all.
using read_from = std::variant<from_start, from_end, std::uint64_t, log_position>;

/// A call of Read that a server would begin to answer.
struct read_request {
  bool all = false;
  std::string stream;
  read_from from;
  read_direction direction = read_direction::forwards;
  bool subscription = false;
  std::uint64_t count = 0;
  bool resolve_links = false;
  id_form ids = id_form::structured;
  bool tell_positions = false; ///< First and last position of a stream are wanted.
  bool filtered = false;       ///< Checkpoints tell how far the search has come.
  /// An index is read: backwards from a position means that one too, and what can't be read is skipped.
  bool index = false;
  std::string user_index; ///< A user-defined index with its constraints, as it was asked for; `filter` is still to be found.
  event_filter filter;
  bool slow_filter = false;              ///< It may take long over an event.
  std::uint64_t search_window = 0;       ///< In events that are looked at: how many a page of a filtered search has.
  std::uint64_t checkpoint_interval = 0; ///< In events that were looked at.
};

/// Whose events a request wants, `$all` for all: what access depends on. Nothing when a server refuses the request without looking who sends it.
std::optional<std::string> subject_of(const event_store::client::streams::ReadReq& request);

/// Checks and reads a request, in the order of a server's checks.
std::variant<read_request, rpc::status> parse_read(const event_store::client::streams::ReadReq& request);

} // namespace kdb::inline v0::development
