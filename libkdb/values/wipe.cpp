// SPDX-License-Identifier: Apache-2.0
#include "libkdb/values/wipe.hpp"

#include <openssl/crypto.h>

namespace kdb::inline v0 {

void wipe(std::string& secret) {
  secret.resize(secret.capacity()); // Takes no other memory.
  OPENSSL_cleanse(secret.data(), secret.size());
  secret.clear();
}

} // namespace kdb::inline v0
