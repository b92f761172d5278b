// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kdb/result.hpp>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace kdbctl {

/// The content of a file; "-" is standard input. Errors are `invalid_argument` and name the file.
kdb::result<std::string> read_file(const std::string& name);
/// The content of a file that may be missing.
kdb::result<std::optional<std::string>> read_file_if_there(const std::filesystem::path& file);

/// Replaces a file as a whole: after a crash it has the old content or the new one. Only the user can read it.
kdb::result<void> replace_file(const std::filesystem::path& file, std::string_view content);

/// An open file, closed at the end.
class descriptor {
public:
  explicit descriptor(int number = -1) : number_{number} {}
  descriptor(descriptor&& other) noexcept : number_{std::exchange(other.number_, -1)} {}
  descriptor& operator=(descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~descriptor();
  int number() const { return number_; }

private:
  int number_;
};

kdb::result<descriptor> open_for_reading(const std::string& name);
/// Creates the file if it is missing, and keeps its content.
kdb::result<descriptor> open_for_writing(const std::string& name);

/// Reads a file line by line, in large blocks. A last line without a line break counts.
class line_reader {
public:
  explicit line_reader(int file) : file_{file} {}

  /// The next line, without its line break; valid until the next call. Nothing at the end, or when reading failed.
  std::optional<std::string_view> next();
  /// Skips bytes from the beginning, where the file is one that can be skipped in.
  bool skip(std::uint64_t bytes);

  /// Bytes of the lines so far, with their line breaks.
  std::uint64_t bytes() const { return bytes_; }
  /// Why reading failed; empty if it did not.
  const std::string& failure() const { return failure_; }

private:
  bool fill();
  int file_;
  std::string buffer_;
  std::size_t begin_ = 0;
  std::uint64_t bytes_ = 0;
  bool at_end_ = false;
  std::string failure_;
};

bool is_regular_file(int file);
/// The size of a regular file; 0 of anything else.
std::uint64_t size_of(int file);

} // namespace kdbctl
