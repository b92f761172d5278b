// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tools/kdbctl/program/session.hpp"
#include "tools/kdbctl/text/event_line.hpp"
#include "tools/kdbctl/text/table.hpp"

#include <kdb/event_batch.hpp>

#include <cstdint>
#include <string>

namespace kdbctl {

/// Writes events in the form that the user wants, batch by batch.
class event_output {
public:
  /// `delimiter` follows the data of each event in raw output.
  event_output(session& session, line_members members, std::string delimiter = "\n");

  /// False if nobody reads any more.
  bool add(const kdb::resolved_event& event);
  /// Writes what there is. Call it at the end of a batch if somebody waits for it.
  bool flush();
  /// The end of the output.
  bool finish();

  std::uint64_t events() const { return events_; }

private:
  void draw(const event_view& event);

  session& session_;
  line_members members_;
  std::string delimiter_;
  table table_;
  std::uint64_t events_ = 0;
};

} // namespace kdbctl
