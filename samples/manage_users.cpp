// SPDX-License-Identifier: Apache-2.0

// manage_users [URI]: a user from creation to deletion. Needs credentials of an administrator in the URI.

#include <kdb/client.hpp>
#include <kdb/devnode.hpp>

#include <iostream>
#include <optional>

namespace {

int report(const kdb::error& error) {
  std::cerr << to_string(error) << "\n";
  return 1;
}

// docs: create
/// Creates a user in the group "accounting".
kdb::result<void> welcome(kdb::client& db, const std::string& name, const std::string& password) {
  auto made = db.create_user(name, password, {.full_name = "Jane Doe", .groups = {"accounting"}});
  if (!made && made.error().code == kdb::errc::user_conflict)
    std::cerr << name << " is there already, with another password\n";
  return made;
}
// docs: end

int manage(kdb::client& db, const std::string& name) {
  if (auto made = welcome(db, name, "first secret"); !made)
    return report(made.error());
  // docs: use
  const auto jane = kdb::credentials::basic(name, "first secret");
  auto changed = db.change_password(name, "first secret", "second secret", {.credentials = jane}); // By the user,
  auto reset = db.reset_password(name, "third secret");                                            // or by an administrator.
  auto locked = db.disable_user(name);
  auto found = db.get_user(name);
  if (found)
    std::cout << found->login_name << (found->disabled ? " can't log in" : " can log in") << "\n";
  // docs: end
  auto gone = db.delete_user(name);
  auto all = db.list_users();
  for (const auto* done : {&changed, &reset, &locked, &gone})
    if (!*done)
      return report(done->error());
  if (!found || !found->disabled || !all)
    return report({.message = "it is not as it should be"});
  for (const auto& each : *all)
    std::cout << each.login_name << ": " << each.full_name << "\n";
  return 0;
}

} // namespace

int main(int argc, char** argv) {
  std::optional<kdb::devnode> node;
  const std::string uri = argc > 1 ? argv[1] : node.emplace(kdb::devnode_options{.authentication = true}).connection_string();
  auto settings = kdb::settings::from_connection_string(uri);
  if (!settings)
    return report(settings.error());
  settings->credentials_in_clear = node.has_value(); // The development node has users, but no TLS here.
  auto db = kdb::client::connect(*settings);
  return db ? manage(*db, "jane-" + kdb::to_string(kdb::random_uuid())) : report(db.error());
}
