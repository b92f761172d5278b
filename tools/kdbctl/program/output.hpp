// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace kdbctl {

/// Writes to a file descriptor in large blocks. A reader that has closed the pipe is remembered and is no error.
class output {
public:
  explicit output(int file) : file_{file} {}
  output(const output&) = delete;
  output& operator=(const output&) = delete;

  /// What is to be written. Append to it, then call `written`.
  std::string& buffer() { return buffer_; }
  /// Writes the buffer when it is large. False if nobody reads any more, or writing has failed.
  bool written() { return buffer_.size() < block || flush(); }
  bool write(std::string_view text) {
    buffer_ += text;
    return written();
  }
  bool flush();

  bool is_closed() const { return closed_; }
  /// Why writing has failed; empty if it has not.
  const std::string& failure() const { return failure_; }
  /// Bytes that have left the buffer.
  std::size_t bytes() const { return bytes_; }

private:
  static constexpr std::size_t block = 256 << 10;
  int file_;
  std::string buffer_;
  bool closed_ = false;
  std::string failure_;
  std::size_t bytes_ = 0;
};

} // namespace kdbctl
