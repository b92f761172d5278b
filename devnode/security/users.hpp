// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "devnode/security/user_record.hpp"
#include "devnode/store/store.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kdb::inline v0::development {

/// Where a user is kept.
std::string user_stream(std::string_view login);

struct found_user {
  user_record user;
  std::int64_t updated = 0; ///< In 100 ns since 1970.
};

/// How a change of the users ended.
enum class user_change { done, not_found, conflict, wrong_password };

/// The users that the streams of a store tell of, where a server keeps them too.
class users {
public:
  explicit users(store& events) : events_{events} {}

  /// Whether there ever were any.
  bool exist() const;

  /// Writes `admin` and `ops`, both with the password `changeit`.
  void add_defaults();

  std::optional<found_user> find(std::string_view login);

  /// Sorted by login.
  std::vector<found_user> all();

  /// A user who is there already and has the same password is done.
  user_change create(const user_record& user, std::string_view password);
  /// Changes name and groups.
  user_change update(const user_record& user);
  user_change remove(std::string_view login);
  user_change set_disabled(std::string_view login, bool disabled);
  user_change change_password(std::string_view login, std::string_view current, std::string_view password);
  user_change reset_password(std::string_view login, std::string_view password);

private:
  void add(const user_record* begin, const user_record* end);
  template <class Change>
  user_change change(std::string_view login, Change change);

  store& events_;
};

} // namespace kdb::inline v0::development
