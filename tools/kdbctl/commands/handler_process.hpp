// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kdb/consume.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kdbctl {

/// Runs a command of the shell with this on its standard input and these variables in its environment, and waits for its end. Returns its
/// exit status; 128 and the number of the signal that ended it, or -1 if it could not be started.
int run_handler(const std::string& command, std::string_view input,
                const std::vector<std::pair<std::string, std::string>>& variables);

/// What the exit status means for the event: 0 acknowledges, 75 (EX_TEMPFAIL) retries, 76 skips, everything else parks.
kdb::outcome outcome_of_status(int status);

} // namespace kdbctl
