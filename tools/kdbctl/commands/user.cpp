// SPDX-License-Identifier: Apache-2.0
#include "tools/kdbctl/commands/groups.hpp"
#include "tools/kdbctl/commands/input.hpp"
#include "tools/kdbctl/program/file.hpp"
#include "tools/kdbctl/program/terminal.hpp"
#include "tools/kdbctl/text/values.hpp"

namespace kdbctl {
namespace {

struct user_arguments {
  std::string login;
  std::string full_name{};
  std::vector<std::string> groups{};
  std::optional<std::string> new_password_file{};
  std::optional<std::string> current_password_file{};
};

using arguments = std::shared_ptr<user_arguments>;

ending say_done(session& with, const kdb::result<void>& done, const std::string& text) {
  if (!done)
    return done.error();
  with.say(text);
  return {};
}

definition& define_login(definition& command, const arguments& into) {
  return command.argument("LOGIN", into->login, "The name that the user logs in with.", subject::user);
}

definition& define_profile(definition& command, const arguments& into) {
  return command.option("--full-name", "TEXT", into->full_name, "The name for people.")
    .option("--group,-g", "NAME", into->groups, "A group of the user, such as '$admins' or '$ops'. Any number of times.");
}

definition& define_new_password(definition& command, const arguments& into) {
  return command.option("--new-password-file", "FILE", into->new_password_file,
                        "The first line of the file is the password to set; else KDBCTL_NEW_PASSWORD, or a prompt.",
                        subject::file);
}

ending show(session& with, const kdb::result<kdb::user_details>& user) {
  return user ? with.show({json_of(*user)}) : ending{user.error()};
}

ending create(session& with, const user_arguments& given) {
  auto password = new_password(given.new_password_file, given.login);
  if (!password)
    return password.error();
  return say_done(
    with, with.ask(kdb::create_user{given.login, std::move(*password), {.full_name = given.full_name, .groups = given.groups}}),
    "created the user '" + given.login + "'");
}

ending reset_password(session& with, const user_arguments& given) {
  auto password = new_password(given.new_password_file, given.login);
  if (!password)
    return password.error();
  return say_done(with, with.ask(kdb::reset_password{given.login, std::move(*password)}),
                  "set the password of '" + given.login + "'");
}

// The current password is the one that the user asks with, unless it is another user's.
kdb::result<std::string> current_password(session& with, const user_arguments& given) {
  if (given.current_password_file) {
    auto text = read_file(*given.current_password_file);
    return text ? kdb::result<std::string>{text->substr(0, text->find_first_of("\r\n"))} : text;
  }
  const auto settings = with.settings();
  if (!settings)
    return kdb::unexpected{settings.error()};
  if (settings->credentials && settings->credentials->user() == given.login)
    return settings->credentials->secret();
  return ask_password("Current password of " + given.login + ": ");
}

ending change_password(session& with, const user_arguments& given) {
  auto current = current_password(with, given);
  if (!current)
    return current.error();
  auto password = new_password(given.new_password_file, given.login);
  if (!password)
    return password.error();
  return say_done(with, with.ask(kdb::change_password{given.login, std::move(*current), std::move(*password)}),
                  "changed the password of '" + given.login +
                    "'; contexts keep the old one until `kdbctl context add` replaces it");
}

// Commands that take a login name alone.
template <class Request>
void define_switch(definition& users, const char* name, const char* does, const char* done) {
  const auto given = std::make_shared<user_arguments>();
  define_login(users.command(name, does, std::string{"kdbctl user "} + name + " ann"), given)
    .template asks<Request>()
    .runs([given, done](session& with) {
      return say_done(with, with.ask(Request{given->login}), std::string{done} + " the user '" + given->login + "'");
    });
}

void define_looking(definition& users) {
  users.command("list", "Lists all users.", "kdbctl user list").asks<kdb::list_users>().runs([](session& with) {
    const auto all = with.ask(kdb::list_users{});
    return all ? with.show(listing_of(*all)) : ending{all.error()};
  });
  const auto shown = std::make_shared<user_arguments>();
  define_login(users.command("show", "Shows one user.", "kdbctl user show ann"), shown)
    .asks<kdb::get_user>()
    .runs([shown](session& with) { return show(with, with.ask(kdb::get_user{shown->login})); });
  users.command("whoami", "Shows the user of this connection.", "kdbctl user whoami --user ann")
    .asks<kdb::get_current_user>()
    .runs([](session& with) { return show(with, with.ask(kdb::get_current_user{})); });
}

void define_writing(definition& users) {
  const auto created = std::make_shared<user_arguments>();
  define_new_password(define_profile(define_login(users.command("create", "Creates a user.",
                                                                "kdbctl user create ann --full-name 'Ann Lee' --group '$ops'"),
                                                  created),
                                     created),
                      created)
    .asks<kdb::create_user>()
    .runs([created](session& with) { return create(with, *created); });

  const auto updated = std::make_shared<user_arguments>();
  define_profile(define_login(users.command("update", "Replaces the full name and the groups of a user.",
                                            "kdbctl user update ann --full-name 'Ann Lee'"),
                              updated),
                 updated)
    .asks<kdb::update_user>()
    .runs([updated](session& with) {
      return say_done(with,
                      with.ask(kdb::update_user{updated->login, {.full_name = updated->full_name, .groups = updated->groups}}),
                      "updated the user '" + updated->login + "'");
    });

  const auto changed = std::make_shared<user_arguments>();
  define_new_password(define_login(users.command("change-password", "Changes a password, if the current one is right.",
                                                 "kdbctl user change-password ann"),
                                   changed),
                      changed)
    .option("--current-password-file", "FILE", changed->current_password_file,
            "The first line of the file is the current password; by default it is the one that this connection asks with.",
            subject::file)
    .asks<kdb::change_password>()
    .runs([changed](session& with) { return change_password(with, *changed); });

  const auto reset = std::make_shared<user_arguments>();
  define_new_password(
    define_login(users.command("reset-password", "Sets a password without the current one.", "kdbctl user reset-password ann"),
                 reset),
    reset)
    .asks<kdb::reset_password>()
    .runs([reset](session& with) { return reset_password(with, *reset); });
}

} // namespace

void define_user(definition& program) {
  auto& users = program.command("user", "Users, of servers with authentication.");
  define_looking(users);
  define_writing(users);
  define_switch<kdb::delete_user>(users, "delete", "Deletes a user.", "deleted");
  define_switch<kdb::enable_user>(users, "enable", "Enables a user.", "enabled");
  define_switch<kdb::disable_user>(users, "disable", "Disables a user, who can't log in from then on.", "disabled");
}

} // namespace kdbctl
