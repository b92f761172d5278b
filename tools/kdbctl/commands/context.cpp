// SPDX-License-Identifier: Apache-2.0
#include "tools/kdbctl/commands/groups.hpp"
#include "tools/kdbctl/program/context_store.hpp"
#include "tools/kdbctl/program/file.hpp"
#include "tools/kdbctl/program/terminal.hpp"

namespace kdbctl {
namespace {

struct context_arguments {
  std::string name;
  std::optional<std::string> shown{};
  std::string connection;
  std::optional<std::string> user{};
  std::optional<std::string> password_file{};
  bool no_password = false;
};

// -- adding ---------------------------------------------------------------------------------------

kdb::result<std::optional<std::string>> password_to_keep(const context_arguments& given) {
  if (given.no_password || !given.user)
    return std::optional<std::string>{};
  if (given.password_file) {
    const auto text = read_file(*given.password_file);
    if (!text)
      return kdb::unexpected{text.error()};
    return std::optional{text->substr(0, text->find_first_of("\r\n"))};
  }
  if (auto set = environment("KDBCTL_PASSWORD"))
    return set;
  auto typed = ask_password("Password of " + *given.user + " (empty: ask each time): ");
  if (!typed)
    return kdb::unexpected{kdb::errc::invalid_argument, "there is no terminal to ask for the password; use --keep-password-from, "
                                                        "KDBCTL_PASSWORD, or --no-password to be asked each time"};
  return typed->empty() ? std::optional<std::string>{} : std::optional{std::move(*typed)};
}

ending add(session& with, const context_arguments& given) {
  if (has_password(given.connection))
    return misuse("a password on the command line can be seen in the list of processes: leave it out of the connection string",
                  "--user NAME asks for the password and keeps it in a file that only you can read.");
  if (const auto settings = kdb::settings::from_connection_string(given.connection); !settings)
    return settings.error();
  auto password = password_to_keep(given);
  if (!password)
    return password.error();
  const auto store = context_store::of_user();
  if (auto saved = store.save({given.name, given.connection, given.user.value_or(""), std::move(*password)}); !saved)
    return saved.error();
  with.say("saved the context '" + given.name + "'");
  // The first one is meant to be used.
  const auto current = store.current();
  if (current && current->empty())
    if (auto chosen = store.choose(given.name); !chosen)
      return chosen.error();
  return {};
}

// -- looking --------------------------------------------------------------------------------------

json json_of(const context& one, bool is_current) {
  json shown{{"name", one.name}, {"current", is_current}, {"connection", one.connection}};
  shown["user"] = one.user.empty() ? json(nullptr) : json(one.user);
  shown["password"] = one.password ? "kept" : one.user.empty() ? "none" : "asked for";
  return shown;
}

ending list(session& with) {
  const auto store = context_store::of_user();
  const auto current = store.current();
  if (!current)
    return current.error();
  listing answer{
    json::array(),
    {{"NAME", "name"}, {"CURRENT", "current"}, {"CONNECTION", "connection"}, {"USER", "user"}, {"PASSWORD", "password"}}};
  for (const auto& name : store.names()) {
    const auto one = store.load(name);
    if (!one)
      return one.error();
    answer.content.push_back(json_of(*one, name == *current));
  }
  return with.show(answer);
}

ending show(session& with, const std::optional<std::string>& name) {
  const auto store = context_store::of_user();
  if (name) {
    const auto one = store.load(*name);
    return one ? with.show({json_of(*one, store.current().value_or("") == *name)}) : ending{one.error()};
  }
  const auto choice = with.connection();
  if (!choice)
    return choice.error();
  const auto settings = kdb::settings::from_connection_string(choice->connection);
  json shown{{"from", to_text(*choice)}};
  // Without a password, wherever it comes from.
  shown["connection"] = settings ? to_string(*settings) : "(can't be read)";
  const auto user = !choice->user.empty() ? choice->user : settings && settings->credentials ? settings->credentials->user() : "";
  shown["user"] = user.empty() ? json(nullptr) : json(user);
  return with.show({shown});
}

} // namespace

void define_context(definition& program) {
  auto& contexts = program.command("context", "Named connections, in files that only you can read. They need no server.");
  const auto added = std::make_shared<context_arguments>();
  contexts
    .command("add", "Saves a connection under a name, or replaces it. The first one becomes the current one.",
             "kdbctl context add prod 'kurrentdb://node1:2113,node2:2113?tlsCaFile=ca.crt' --login ann")
    .argument("NAME", added->name, "Letters, digits, '.', '_' and '-'.", subject::context)
    .argument("URI", added->connection, "The connection string, without a password.")
    .option("--login", "NAME", added->user, "The user. kdbctl asks for the password, and stores it.")
    .option("--keep-password-from", "FILE", added->password_file, "The first line of the file is the password to keep.",
            subject::file)
    .flag("--no-password", added->no_password, "Keeps no password: it is asked for each time.")
    .runs([added](session& with) { return add(with, *added); });
  contexts.command("list", "Lists the contexts.", "kdbctl context list").runs(list);
  const auto shown = std::make_shared<context_arguments>();
  contexts.command("show", "Shows a context, or the connection that is used and its origin.", "kdbctl context show")
    .argument("NAME", shown->shown, "", subject::context)
    .runs([shown](session& with) { return show(with, shown->shown); });
  const auto used = std::make_shared<context_arguments>();
  contexts.command("use", "Makes a context the current one.", "kdbctl context use prod")
    .argument("NAME", used->name, "", subject::context)
    .runs([used](session& with) -> ending {
      if (auto chosen = context_store::of_user().choose(used->name); !chosen)
        return chosen.error();
      with.say("the current context is '" + used->name + "'");
      return {};
    });
  const auto removed = std::make_shared<context_arguments>();
  contexts.command("remove", "Removes a context.", "kdbctl context remove prod")
    .argument("NAME", removed->name, "", subject::context)
    .runs([removed](session& with) -> ending {
      if (auto gone = context_store::of_user().remove(removed->name); !gone)
        return gone.error();
      with.say("removed the context '" + removed->name + "'");
      return {};
    });
}

} // namespace kdbctl
