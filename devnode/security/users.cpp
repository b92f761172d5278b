// SPDX-License-Identifier: Apache-2.0
#include "devnode/security/users.hpp"

#include <set>

namespace kdb::inline v0::development {
namespace {

constexpr std::string_view list_stream = "$users";
constexpr std::string_view default_password = "changeit";
constexpr std::string_view user_acl = R"({"$acl":{"$w":"$admins","$d":"$admins","$mw":"$admins"}})";

proposed_event event(std::string_view type, bool json, std::string_view data) {
  return {.id = random_uuid(), .type = type, .json = json, .data = data, .custom_metadata = {}};
}

} // namespace

std::string user_stream(std::string_view login) {
  return std::string{user_prefix}.append(login);
}

bool users::exist() const {
  return events_.find(list_stream) != nullptr;
}

void users::add_defaults() {
  const user_record both[] = {{"admin", "KurrentDB Administrator", {"$admins"}, hash_password(default_password)},
                              {"ops", "KurrentDB Operations", {"$ops"}, hash_password(default_password)}};
  add(std::begin(both), std::end(both));
}

std::optional<found_user> users::find(std::string_view login) {
  auto of = events_.find(user_stream(login));
  if (!of || of->tombstoned() || of->soft_deleted() || of->events.empty() || of->last() < events_.first_visible(*of))
    return std::nullopt;
  auto& last = events_.events()[of->events.back()];
  auto user = read_user(last.data());
  return user ? std::optional{found_user{*std::move(user), last.created}} : std::nullopt;
}

std::vector<found_user> users::all() {
  std::set<std::string> logins;
  if (auto list = events_.find(list_stream))
    for (auto index : list->events)
      logins.emplace(events_.events()[index].data());
  std::vector<found_user> found;
  for (auto& login : logins)
    if (auto user = find(login))
      found.push_back(*std::move(user));
  return found;
}

// In the order in which a server does it: first who may write the streams, then the users, then the list.
void users::add(const user_record* begin, const user_record* end) {
  transaction written;
  std::vector<std::string> documents;
  documents.reserve(static_cast<std::size_t>(end - begin)); // events have views of them
  for (auto user = begin; user != end; ++user)
    written.entries.push_back({written.add_target("$$" + user_stream(user->login)), event("$metadata", true, user_acl)});
  for (auto user = begin; user != end; ++user)
    written.entries.push_back(
      {written.add_target(user_stream(user->login)), event("$UserCreated", true, documents.emplace_back(write_user(*user)))});
  for (auto user = begin; user != end; ++user)
    written.entries.push_back({written.add_target(list_stream), event("$User", false, user->login)});
  events_.write(written);
}

user_change users::create(const user_record& user, std::string_view password) {
  if (auto known = find(user.login))
    return matches(password, known->user.password) ? user_change::done : user_change::conflict;
  if (events_.tombstoned(user_stream(user.login)))
    return user_change::conflict;
  auto added = user;
  added.password = hash_password(password);
  add(&added, &added + 1);
  return user_change::done;
}

template <class Change>
user_change users::change(std::string_view login, Change change) {
  auto known = find(login);
  if (!known)
    return user_change::not_found;
  change(known->user);
  auto document = write_user(known->user);
  auto updated = event("$UserUpdated", true, document);
  events_.append(user_stream(login), expected_state::any(), {&updated, 1});
  return user_change::done;
}

user_change users::update(const user_record& wanted) {
  return change(wanted.login, [&](user_record& user) {
    user.full_name = wanted.full_name;
    user.groups = wanted.groups;
  });
}

user_change users::remove(std::string_view login) {
  if (!find(login))
    return user_change::not_found;
  events_.soft_delete(user_stream(login), expected_state::any());
  return user_change::done;
}

user_change users::set_disabled(std::string_view login, bool disabled) {
  return change(login, [&](user_record& user) { user.disabled = disabled; });
}

user_change users::change_password(std::string_view login, std::string_view current, std::string_view password) {
  auto known = find(login);
  if (known && !matches(current, known->user.password))
    return user_change::wrong_password;
  return reset_password(login, password);
}

user_change users::reset_password(std::string_view login, std::string_view password) {
  return change(login, [&](user_record& user) { user.password = hash_password(password); });
}

} // namespace kdb::inline v0::development
