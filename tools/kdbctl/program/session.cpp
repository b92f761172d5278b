// SPDX-License-Identifier: Apache-2.0
#include "tools/kdbctl/program/session.hpp"

#include "tools/kdbctl/program/context_store.hpp"
#include "tools/kdbctl/program/file.hpp"
#include "tools/kdbctl/program/terminal.hpp"
#include "tools/kdbctl/text/connection_notice.hpp"

#include <memory>
#include <utility>

#include <unistd.h>

namespace kdbctl {
namespace {

format form_of(const global_options& options) {
  const auto named = options.output ? parse_format(*options.output) : std::nullopt;
  return named ? *named : is_terminal(STDOUT_FILENO) ? format::table : format::lines;
}

kdb::error password_missing(const std::string& user) {
  return {.code = kdb::errc::invalid_argument,
          .message =
            "there is no password for '" + user + "', and no terminal to ask for it; use --password-file or KDBCTL_PASSWORD"};
}

kdb::result<kdb::settings> parsed(const connection_choice& choice) {
  auto settings = kdb::settings::from_connection_string(choice.connection);
  if (!settings)
    settings.error().message += " (from " + to_text(choice) + ")";
  return settings;
}

} // namespace

session::session(const global_options& options)
  : options_{options}, form_{form_of(options)}, look_{style_of(STDOUT_FILENO)}, out_{STDOUT_FILENO} {}

kdb::result<connection_choice> session::connection() const {
  connection_sources sources{.option = options_.connection, .environment = environment("KURRENTDB_CONNECTION_STRING")};
  if (options_.connection && has_password(*options_.connection))
    return kdb::unexpected{
      {.code = kdb::errc::invalid_argument,
       .message = "a password on the command line can be seen in the list of processes: leave it out of --connection and "
                  "use --user with --password-file, KDBCTL_PASSWORD or the prompt, or a context"}};
  const auto store = context_store::of_user();
  const auto load = [&](const std::string& name, std::optional<context>& into) -> kdb::result<void> {
    auto loaded = store.load(name);
    if (!loaded)
      return kdb::unexpected{loaded.error()};
    into = std::move(*loaded);
    return {};
  };
  if (options_.context && !options_.connection)
    if (auto loaded = load(*options_.context, sources.chosen); !loaded)
      return kdb::unexpected{loaded.error()};
  if (!sources.option && !sources.chosen && !sources.environment) {
    const auto name = store.current();
    if (!name)
      return kdb::unexpected{name.error()};
    if (!name->empty())
      if (auto loaded = load(*name, sources.current); !loaded)
        return kdb::unexpected{loaded.error()};
  }
  return choose(sources);
}

kdb::result<std::optional<std::string>> session::given_password() const {
  if (!options_.password_file)
    return environment("KDBCTL_PASSWORD");
  auto text = read_file(*options_.password_file);
  if (!text)
    return kdb::unexpected{text.error()};
  return std::optional{text->substr(0, text->find_first_of("\r\n"))};
}

kdb::result<kdb::settings> session::settings() const {
  const auto choice = connection();
  if (!choice)
    return kdb::unexpected{choice.error()};
  auto settings = parsed(*choice);
  if (!settings)
    return settings;
  if (choice->origin == connection_origin::local && !std::exchange(hinted_, true))
    say("no connection is named, so this is the local server, " + std::string{local_connection} +
        "; --connection, KURRENTDB_CONNECTION_STRING and `kdbctl context` name another one");
  const auto given = given_password();
  if (!given)
    return kdb::unexpected{given.error()};
  auto who = login_for(*choice, *settings, options_.user, *given);
  settings->credentials.reset();
  if (!who.user.empty()) {
    if (!who.password) {
      if (options_.is_completing)
        return kdb::unexpected{password_missing(who.user)};
      if (!typed_) {
        auto typed = ask_password("Password of " + who.user + ": ");
        if (!typed)
          return kdb::unexpected{password_missing(who.user)};
        typed_ = std::move(*typed);
      }
      who.password = typed_;
    }
    settings->credentials = kdb::credentials::basic(who.user, *who.password);
  }
  settings->credentials_in_clear = options_.credentials_in_clear;
  settings->start_timeout = timeout();
  settings->retry = options_.retry.value_or(0);
  if (settings->connection_name.empty())
    settings->connection_name = "kdbctl";
  settings->minimum_log_level = options_.verbose ? kdb::log_level::debug : kdb::log_level::warning;
  settings->log = [verbose = options_.verbose, quiet = options_.quiet](kdb::log_level level, std::string_view line) {
    if (verbose || (level == kdb::log_level::error && !quiet))
      note(std::string{to_string(level)} + ": " + std::string{line});
  };
  settings->on_change = [notice = std::make_shared<connection_notice>(),
                         quiet = options_.quiet](const kdb::connection_change& change) {
    const auto line = notice->take(change);
    if (line && !quiet)
      note(*line);
  };
  return settings;
}

kdb::result<std::string> session::target() const {
  const auto choice = connection();
  const auto settings = choice ? parsed(*choice) : kdb::result<kdb::settings>{kdb::unexpected{choice.error()}};
  if (!settings)
    return kdb::unexpected{settings.error()};
  std::string nodes;
  for (const auto& one : settings->endpoints)
    nodes += (nodes.empty() ? "" : ",") + to_string(one);
  return nodes;
}

kdb::result<kdb::client> session::client() {
  if (client_)
    return *client_;
  auto wanted = settings();
  if (!wanted)
    return kdb::unexpected{wanted.error()};
  auto made = kdb::client::connect(std::move(*wanted));
  if (!made)
    return kdb::unexpected{made.error()};
  client_ = *made;
  closing_.emplace([all = *made] { all.close(); });
  return *client_;
}

ending session::show(const listing& answer) {
  out_.write(render(answer, form_, look_));
  out_.flush();
  return broken_off("wrote a part of the answer", false, std::nullopt);
}

void session::say(const std::string& line) const {
  if (!options_.quiet)
    note(line);
}

ending session::broken_off(const std::string& done, bool something_done, const std::optional<kdb::error>& error) const {
  if (interruption::happened())
    return {exit_status::interrupted, "interrupted: " + done};
  if (!out_.failure().empty())
    return {exit_status::failure, "can't write the output: " + out_.failure()};
  if (out_.is_closed() || !error)
    return {};
  ending end{*error};
  if (something_done) {
    end.status = exit_status::partial;
    end.message = done + ", then: " + end.message;
  }
  return end;
}

} // namespace kdbctl
