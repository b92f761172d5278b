// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include <sys/types.h>

namespace kdb::bench {

/// A process of ours that is spoken to in lines. It ends with its standard input; the destructor waits for that, and insists.
class child {
public:
  /// Runs `command` (a path and its arguments). Throws if there are no pipes or processes left.
  explicit child(const std::vector<std::string>& command);
  ~child();
  child(const child&) = delete;
  child& operator=(const child&) = delete;

  void write_line(const std::string& line);
  /// The next line it prints. Throws when it ends or says nothing for that long.
  std::string read_line(std::chrono::seconds patience);
  /// CPU time of all its threads so far.
  double cpu_seconds() const;
  const std::string& name() const { return name_; }

private:
  std::string name_;
  pid_t pid_ = -1;
  int in_ = -1;
  int out_ = -1;
  std::string buffer_;
};

/// The path of this program.
std::string own_path();

} // namespace kdb::bench
