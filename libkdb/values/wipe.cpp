// SPDX-License-Identifier: Apache-2.0
#include "values/wipe.hpp"

#include <openssl/crypto.h>

namespace kdb {

void wipe(std::string& secret) {
  secret.resize(secret.capacity()); // Takes no other memory.
  OPENSSL_cleanse(secret.data(), secret.size());
  secret.clear();
}

} // namespace kdb
