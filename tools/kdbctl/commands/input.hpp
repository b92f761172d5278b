// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tools/kdbctl/text/event_line.hpp"
#include "tools/kdbctl/text/exit_status.hpp"

#include <kdb/result.hpp>

#include <string>
#include <vector>

namespace kdbctl {

/// All lines of a file, or of standard input for "-". Errors name the line. Blank lines are skipped.
kdb::result<std::vector<event_line>> read_event_lines(const std::string& file);

/// The error, with the number of the line it is about.
kdb::error in_line(std::uint64_t line, kdb::error error);

/// A password to set: from the file, else KDBCTL_NEW_PASSWORD, else asked for twice at the terminal.
kdb::result<std::string> new_password(const std::optional<std::string>& file, const std::string& user);

/// Asks at the terminal unless `yes`; without a terminal `--yes` is needed. An ending that is no success stops the command.
ending confirm(bool yes, const std::string& question);

} // namespace kdbctl
