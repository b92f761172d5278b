// SPDX-License-Identifier: Apache-2.0
#include "tools/kdbctl/program/file.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace kdbctl {
namespace {

constexpr mode_t only_the_user = 0600;

kdb::unexpected failed(std::string_view doing, const std::string& name, int code = errno) {
  return kdb::unexpected{{.code = kdb::errc::invalid_argument,
                          .message = "can't " + std::string{doing} + " '" + name + "': " + std::strerror(code),
                          .detail = kdb::bad_argument{name, "a file that can be used"}}};
}

kdb::result<std::string> read_all(int file, const std::string& name) {
  std::string content;
  char block[65536];
  for (;;) {
    const auto count = ::read(file, block, sizeof block);
    if (count < 0 && errno != EINTR)
      return failed("read", name);
    if (count == 0)
      return content;
    if (count > 0)
      content.append(block, static_cast<std::size_t>(count));
  }
}

bool write_all(int file, std::string_view content) {
  while (!content.empty()) {
    const auto count = ::write(file, content.data(), content.size());
    if (count < 0 && errno != EINTR)
      return false;
    content.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(0, count)));
  }
  return true;
}

} // namespace

descriptor::~descriptor() {
  if (number_ > STDERR_FILENO)
    ::close(number_);
}

kdb::result<descriptor> open_for_reading(const std::string& name) {
  if (name == "-")
    return descriptor{STDIN_FILENO};
  descriptor file{::open(name.c_str(), O_RDONLY | O_CLOEXEC)};
  if (file.number() < 0)
    return failed("read", name);
  return file;
}

kdb::result<descriptor> open_for_writing(const std::string& name) {
  descriptor file{::open(name.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0666)};
  if (file.number() < 0)
    return failed("write", name);
  return file;
}

kdb::result<std::string> read_file(const std::string& name) {
  const auto file = open_for_reading(name);
  if (!file)
    return kdb::unexpected{file.error()};
  return read_all(file->number(), name);
}

kdb::result<std::optional<std::string>> read_file_if_there(const std::filesystem::path& path) {
  const descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (file.number() < 0 && (errno == ENOENT || errno == ENOTDIR))
    return std::optional<std::string>{};
  if (file.number() < 0)
    return failed("read", path.string());
  auto content = read_all(file.number(), path.string());
  if (!content)
    return kdb::unexpected{content.error()};
  return std::optional{std::move(*content)};
}

kdb::result<void> replace_file(const std::filesystem::path& path, std::string_view content) {
  auto unfinished = path;
  unfinished += ".new";
  ::unlink(unfinished.c_str());
  {
    const descriptor file{::open(unfinished.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, only_the_user)};
    if (file.number() < 0 || !write_all(file.number(), content) || ::fdatasync(file.number()) != 0)
      return failed("write", path.string());
  }
  if (::rename(unfinished.c_str(), path.c_str()) != 0)
    return failed("write", path.string());
  return {};
}

bool line_reader::fill() {
  buffer_.erase(0, begin_);
  begin_ = 0;
  const auto filled = buffer_.size();
  buffer_.resize(filled + (1 << 20));
  ssize_t count = -1;
  do
    count = ::read(file_, buffer_.data() + filled, buffer_.size() - filled);
  while (count < 0 && errno == EINTR);
  if (count < 0)
    failure_ = std::strerror(errno);
  buffer_.resize(filled + static_cast<std::size_t>(std::max<ssize_t>(0, count)));
  at_end_ = count <= 0;
  return count > 0;
}

std::optional<std::string_view> line_reader::next() {
  std::size_t searched = begin_;
  for (;;) {
    const auto end = buffer_.find('\n', searched);
    if (end != buffer_.npos) {
      const auto line = std::string_view{buffer_}.substr(begin_, end - begin_);
      bytes_ += line.size() + 1;
      begin_ = end + 1;
      return line;
    }
    const auto left = buffer_.size() - begin_;
    if (!at_end_ && fill()) {
      searched = left;
      continue;
    }
    if (left == 0 || !failure_.empty())
      return std::nullopt;
    bytes_ += left;
    const auto line = std::string_view{buffer_}.substr(begin_);
    begin_ = buffer_.size();
    return line;
  }
}

bool line_reader::skip(std::uint64_t bytes) {
  if (::lseek(file_, static_cast<off_t>(bytes), SEEK_SET) != static_cast<off_t>(bytes))
    return false;
  bytes_ = bytes;
  return true;
}

bool is_regular_file(int file) {
  struct stat about {};
  return ::fstat(file, &about) == 0 && S_ISREG(about.st_mode);
}

std::uint64_t size_of(int file) {
  struct stat about {};
  return ::fstat(file, &about) == 0 && S_ISREG(about.st_mode) ? static_cast<std::uint64_t>(about.st_size) : 0;
}

} // namespace kdbctl
