// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tools/kdbctl/text/progress_line.hpp"
#include "tools/kdbctl/text/table.hpp"

#include <kdb/result.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace kdbctl {

bool is_terminal(int file);
/// Colour and width of a terminal; NO_COLOR and TERM=dumb turn colour off. No colour and no width for anything else.
style style_of(int file);
std::optional<std::string> environment(const char* name);

/// Writes a line to standard error, with the name of the program before it. From any thread.
void note(std::string_view line);
/// The same, without the name.
void note_plain(std::string_view line);

/// Asks at the terminal, whatever standard input and output are. Errors: there is no terminal.
kdb::result<std::string> ask_password(const std::string& question);
kdb::result<bool> ask_yes(const std::string& question);

/// A line on standard error that shows how far something long has come. It is only drawn on a terminal, a few times a second.
class progress {
public:
  /// `total` is 0 if nobody knows it.
  progress(std::string_view name, std::uint64_t total, bool wanted = true);
  ~progress();
  progress(const progress&) = delete;
  progress& operator=(const progress&) = delete;

  void update(std::uint64_t events, std::uint64_t done);
  std::chrono::nanoseconds elapsed() const { return std::chrono::steady_clock::now() - start_; }

private:
  progress_state state_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  std::chrono::steady_clock::time_point drawn_ = start_;
  bool shown_;
};

} // namespace kdbctl
