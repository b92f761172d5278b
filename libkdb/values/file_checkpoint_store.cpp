#include <kdb/checkpoint_store.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <system_error>

#include "values/percent.hpp"
#include "values/resume_point_text.hpp"

namespace kdb {

namespace {

unexpected io_failure(std::string what, const std::filesystem::path& where) {
  return unexpected(errc::internal,
                 "can't " + std::move(what) + " " + where.string() + ": " + std::generic_category().message(errno));
}

std::string file_name(std::string_view name) {
  return percent_encoded(name, "-_") + ".checkpoint";
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
  bool sync() const { return ::fsync(number_) == 0; }

private:
  int number_;
};

class file_store final : public checkpoint_store {
public:
  explicit file_store(std::filesystem::path folder) : folder_{std::move(folder)} {}

  result<std::optional<resume_point>> load(std::string_view name) override {
    const auto where = folder_ / file_name(name);
    std::ifstream file{where, std::ios::binary};
    if (!file)
      return std::filesystem::exists(where) ? result<std::optional<resume_point>>{io_failure("read", where)} : std::nullopt;
    const std::string text{std::istreambuf_iterator<char>{file}, {}};
    auto point = parse_resume_point(text);
    if (!point)
      return unexpected(errc::invalid_argument, "not a stored checkpoint: " + where.string());
    return std::optional{*point};
  }

  result<void> store(std::string_view name, const resume_point& point) override {
    std::error_code failed;
    std::filesystem::create_directories(folder_, failed);
    const auto where = folder_ / file_name(name);
    auto draft = where;
    draft += ".new";
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

} // namespace kdb
