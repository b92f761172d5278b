// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kdb/error.hpp>

#include <string>

namespace kdbctl {

/// How the program ends. The numbers are documented, and stable.
enum class exit_status : int {
  success = 0,
  failure = 1,     ///< The server or the machine failed in a way that none of the others describes.
  usage = 2,       ///< The command line, or a line of input, is wrong.
  not_found = 3,   ///< There is no such stream, group, user, projection, index or scavenge.
  conflict = 4,    ///< It exists already, or is not in the expected state.
  denied = 5,      ///< Wrong credentials, or the user lacks the right.
  unavailable = 6, ///< No usable node, or no answer in time.
  partial = 7,     ///< Some of it is done, and the message says how much.
  interrupted = 130,
};

/// How a command ended. Without a message nothing is printed.
struct ending {
  exit_status status = exit_status::success;
  std::string message{};
  /// What to do next.
  std::string advice{};

  ending() = default;
  ending(exit_status ended, std::string text, std::string next = {})
    : status{ended}, message{std::move(text)}, advice{std::move(next)} {}
  ending(const kdb::error& error);
};

exit_status status_of(kdb::errc code);
/// What to do after an error; empty if its message says it.
std::string advice_for(const kdb::error& error);

/// Wrong usage that an action finds.
ending misuse(std::string message, std::string advice = {});

} // namespace kdbctl
