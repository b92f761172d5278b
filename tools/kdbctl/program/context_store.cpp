// SPDX-License-Identifier: Apache-2.0
#include "tools/kdbctl/program/context_store.hpp"

#include "tools/kdbctl/program/file.hpp"
#include "tools/kdbctl/program/terminal.hpp"
#include "tools/kdbctl/text/argument.hpp"
#include "tools/kdbctl/text/nearest.hpp"

#include <algorithm>
#include <system_error>

#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

namespace kdbctl {
namespace {

namespace fs = std::filesystem;

std::string home() {
  if (const auto named = environment("HOME"))
    return *named;
  const auto* user = ::getpwuid(::getuid());
  return user ? user->pw_dir : "/";
}

} // namespace

context_store context_store::of_user() {
  const auto configured = environment("XDG_CONFIG_HOME");
  return context_store{fs::path{configured ? *configured : home() + "/.config"} / "kdbctl"};
}

fs::path context_store::file_of(const std::string& name) const {
  return folder_ / "contexts" / (name + ".json");
}

kdb::result<void> context_store::make_folders() const {
  std::error_code failed;
  fs::create_directories(folder_ / "contexts", failed);
  // Also when it was there, and others could look into it.
  if (failed || ::chmod(folder_.c_str(), 0700) != 0 || ::chmod((folder_ / "contexts").c_str(), 0700) != 0)
    return kdb::unexpected{kdb::errc::invalid_argument, "can't make the folder '" + folder_.string() + "'"};
  return {};
}

std::vector<std::string> context_store::names() const {
  std::vector<std::string> all;
  std::error_code none;
  for (const auto& one : fs::directory_iterator{folder_ / "contexts", none})
    if (one.path().extension() == ".json")
      all.push_back(one.path().stem().string());
  std::ranges::sort(all);
  return all;
}

kdb::result<context> context_store::load(const std::string& name) const {
  const auto text = is_context_name(name) ? read_file_if_there(file_of(name))
                                          : kdb::result<std::optional<std::string>>{std::optional<std::string>{}};
  if (!text)
    return kdb::unexpected{text.error()};
  if (!*text) {
    const auto close = nearest(name, names());
    return kdb::unexpected{kdb::errc::invalid_argument,
                           "there is no context '" + name + "'" + (close ? "; did you mean '" + *close + "'?" : "")};
  }
  return parse_context(name, **text);
}

kdb::result<void> context_store::save(const context& one) const {
  if (!is_context_name(one.name))
    return not_accepted(one.name, "a name of letters, digits, '.', '_' and '-'");
  if (auto made = make_folders(); !made)
    return made;
  return replace_file(file_of(one.name), to_json_text(one));
}

kdb::result<void> context_store::remove(const std::string& name) const {
  if (auto there = load(name); !there)
    return kdb::unexpected{there.error()};
  std::error_code failed;
  fs::remove(file_of(name), failed);
  if (!failed && current().value_or("") == name)
    fs::remove(folder_ / "current", failed);
  if (failed)
    return kdb::unexpected{kdb::errc::invalid_argument, "can't remove the context: " + failed.message()};
  return {};
}

kdb::result<std::string> context_store::current() const {
  auto name = read_file_if_there(folder_ / "current");
  if (!name)
    return kdb::unexpected{name.error()};
  auto text = name->value_or("");
  text.erase(text.find_last_not_of(" \n") + 1);
  return text;
}

kdb::result<void> context_store::choose(const std::string& name) const {
  if (auto there = load(name); !there)
    return kdb::unexpected{there.error()};
  return replace_file(folder_ / "current", name + "\n");
}

} // namespace kdbctl
