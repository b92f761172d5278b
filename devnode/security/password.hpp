// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace kdb::inline v0::development {

/// What is kept of a password, in base64.
struct password_hash {
  std::string hash;
  std::string salt;

  friend bool operator==(const password_hash&, const password_hash&) = default;
};

/// Hashes as a server does: PBKDF2 with SHA-1, 1000 rounds, 16 bytes of random salt, 20 bytes of hash.
password_hash hash_password(std::string_view password);

/// Whether `password` is the one of which `kept` was made.
bool matches(std::string_view password, const password_hash& kept);

} // namespace kdb::inline v0::development
