// SPDX-License-Identifier: Apache-2.0
#include <kdb/checkpoint_store.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <cstdio>
#include <string>
#include <system_error>

#include "libkdb/values/percent.hpp"
#include "libkdb/values/resume_point_text.hpp"

namespace kdb::inline v0 {

namespace {

unexpected io_failure(std::string problem, const std::filesystem::path& where) {
  return unexpected(errc::internal,
                    "can't " + std::move(problem) + " " + where.string() + ": " + std::generic_category().message(errno));
}

constexpr std::string_view ending = ".checkpoint", draft_ending = ".new";
constexpr std::size_t longest_name = NAME_MAX - ending.size() - draft_ending.size();

/// A name of a checkpoint as that of a file. Everything but letters and digits takes three bytes.
result<std::string> file_name(std::string_view name) {
  auto encoded = percent_encoded(name, "-_");
  if (encoded.size() > longest_name)
    return unexpected(error{.code = errc::invalid_argument,
                            .message = "the name of the checkpoint takes " + std::to_string(encoded.size()) +
                                       " bytes in the name of a file, and the limit is " + std::to_string(longest_name),
                            .detail = bad_argument{"name", "a shorter name"}});
  return encoded.append(ending);
}

/// Closes what it opened.
class descriptor {
public:
  descriptor(const std::filesystem::path& where, int flags) : number_{::open(where.c_str(), flags | O_CLOEXEC, 0644)} {}
  ~descriptor() {
    if (number_ >= 0)
      ::close(number_);
  }
  descriptor(const descriptor&) = delete;
  descriptor& operator=(const descriptor&) = delete;

  bool is_open() const { return number_ >= 0; }
  bool write(std::string_view text) const {
    return ::write(number_, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  }
  /// Everything up to the end, or nothing if that fails.
  std::optional<std::string> read() const {
    std::string text;
    std::array<char, 256> some{};
    for (;;) {
      const auto count = ::read(number_, some.data(), some.size());
      if (count < 0)
        return std::nullopt;
      if (count == 0)
        return text;
      text.append(some.data(), static_cast<std::size_t>(count));
    }
  }
  bool sync() const { return ::fsync(number_) == 0; }

private:
  int number_;
};

class file_store final : public checkpoint_store {
public:
  explicit file_store(std::filesystem::path folder) : folder_{std::move(folder)} {}

  result<std::optional<resume_point>> load(std::string_view name) override {
    const auto file_of_it = file_name(name);
    if (!file_of_it)
      return unexpected{file_of_it.error()};
    const auto where = folder_ / *file_of_it;
    const descriptor file{where, O_RDONLY};
    if (!file.is_open() && errno == ENOENT)
      return std::nullopt;
    const auto text = file.is_open() ? file.read() : std::nullopt;
    if (!text)
      return io_failure("read", where);
    auto point = parse_resume_point(*text);
    if (!point)
      return unexpected(errc::invalid_argument, "not a stored checkpoint: " + where.string());
    return std::optional{*point};
  }

  result<void> store(std::string_view name, const resume_point& point) override {
    const auto file_of_it = file_name(name);
    if (!file_of_it)
      return unexpected{file_of_it.error()};
    std::error_code failed;
    std::filesystem::create_directories(folder_, failed);
    const auto where = folder_ / *file_of_it;
    auto draft = where;
    draft += draft_ending;
    {
      const descriptor file{draft, O_CREAT | O_TRUNC | O_WRONLY};
      if (!file.is_open() || !file.write(to_text(point)) || !file.sync())
        return io_failure("write", draft);
    }
    // The new name replaces the old one as a whole, and lasts once the folder is written too.
    if (std::rename(draft.c_str(), where.c_str()) != 0)
      return io_failure("replace", where);
    const descriptor folder{folder_, O_RDONLY | O_DIRECTORY};
    if (!folder.is_open() || !folder.sync())
      return io_failure("write", folder_);
    return {};
  }

private:
  const std::filesystem::path folder_;
};

} // namespace

std::unique_ptr<checkpoint_store> file_checkpoint_store(std::filesystem::path folder) {
  return std::make_unique<file_store>(std::move(folder));
}

} // namespace kdb::inline v0
