// SPDX-License-Identifier: Apache-2.0
#include "devnode/security/password.hpp"

#include "devnode/security/base64.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <stdexcept>

namespace kdb::inline v0::development {
namespace {

constexpr int rounds = 1000;
constexpr std::size_t salt_size = 16, hash_size = 20;

std::string derive(std::string_view password, std::string_view salt) {
  std::string hash(hash_size, '\0');
  if (PKCS5_PBKDF2_HMAC_SHA1(password.data(), static_cast<int>(password.size()),
                             reinterpret_cast<const unsigned char*>(salt.data()), static_cast<int>(salt.size()), rounds,
                             static_cast<int>(hash.size()), reinterpret_cast<unsigned char*>(hash.data())) != 1)
    throw std::runtime_error{"development node: cannot hash a password"};
  return hash;
}

} // namespace

password_hash hash_password(std::string_view password) {
  std::string salt(salt_size, '\0');
  if (RAND_bytes(reinterpret_cast<unsigned char*>(salt.data()), static_cast<int>(salt.size())) != 1)
    throw std::runtime_error{"development node: no random numbers for a salt"};
  return {to_base64(derive(password, salt)), to_base64(salt)};
}

bool matches(std::string_view password, const password_hash& kept) {
  auto hash = from_base64(kept.hash), salt = from_base64(kept.salt);
  if (!hash || !salt || hash->size() != hash_size)
    return false;
  auto derived = derive(password, *salt);
  return CRYPTO_memcmp(derived.data(), hash->data(), hash_size) == 0;
}

} // namespace kdb::inline v0::development
