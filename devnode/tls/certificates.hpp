// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace kdb::inline v0::development::tls {

/// A certificate and its private key, as PEM.
struct identity {
  std::string certificate;
  std::string key;
};

/// What a certificate says. Times are from now on.
struct subject {
  std::string common_name = "kurrentdb-node";
  std::vector<std::string> names{}; ///< DNS names and IP addresses; none for clients.
  std::chrono::seconds valid_from = -std::chrono::hours{1};
  std::chrono::seconds valid_until = std::chrono::hours{24 * 3650};
};

/// Whether both can be read and the key is the certificate's.
bool fits(const identity& both);

/// Makes a certificate that may sign others, and signs itself. Throws std::runtime_error if OpenSSL can't.
identity make_authority(const subject& about = {.common_name = "kurrentdb-devnode-ca"});

/// Makes a certificate for servers and clients, signed by `authority`. Throws std::runtime_error if OpenSSL can't, as for a name that is none.
identity make_certificate(const subject& about, const identity& authority);

} // namespace kdb::inline v0::development::tls
