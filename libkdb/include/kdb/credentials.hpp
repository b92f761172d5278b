// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include <kdb/export.hpp>
#include <kdb/result.hpp>

namespace kdb {
inline namespace KDB_API v0 {

/// The credentials of a caller. `to_string` shows `***` in place of the secret. Destroying an object wipes its memory.
class credentials {
public:
  /// Name and password of a user.
  static credentials basic(std::string user, std::string password);
  /// A token, for instance of an identity provider.
  static credentials bearer(std::string token);

  credentials(const credentials&) = default;
  credentials(credentials&&) noexcept = default;
  credentials& operator=(credentials other) noexcept;
  ~credentials();

  /// The value of the `authorization` header. A secret: never print it.
  std::string header() const;
  /// The user's name; empty for tokens.
  const std::string& user() const { return user_; }
  /// Whether this is a token.
  bool is_bearer() const { return bearer_; }
  /// Password or token. A secret: never print it.
  const std::string& secret() const { return secret_; }

  friend bool operator==(const credentials&, const credentials&) = default;

private:
  credentials() = default;

  bool bearer_ = false;
  std::string user_;
  std::string secret_;
};

/// "basic admin:***" or "bearer ***".
std::string to_string(const credentials& who);

/// The credentials that a provider supplies.
struct provided_credentials {
  /// The credentials.
  kdb::credentials credentials;
  /// When they expire; the provider is called again before that. Unset: they are valid until the server refuses them.
  std::optional<std::chrono::system_clock::time_point> valid_until{};
};

/// Takes the credentials, or the error if there are none. May be called from any thread, during the call of the provider or later. Later
/// calls, and calls after the end of the client, have no effect.
using credentials_handler = std::function<void(result<provided_credentials>)>;

/// Supplies credentials that expire, for `settings::credentials_provider`. Called on a thread of its own, one call at a time, so it may
/// block. An exception counts as an error. A client that ends does not wait for its provider: the provider must own the objects that it
/// uses.
using credentials_provider = std::function<void(credentials_handler done)>;

} // namespace v0
} // namespace kdb
