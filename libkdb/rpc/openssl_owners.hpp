// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>
#include <string_view>
#include <vector>

// Internal: includes OpenSSL.
namespace kdb::inline v0::rpc {

template <auto Free>
struct freed_by {
  template <class T>
  void operator()(T* thing) const {
    Free(thing);
  }
};

using owned_bio = std::unique_ptr<BIO, freed_by<BIO_free>>;
using owned_key = std::unique_ptr<EVP_PKEY, freed_by<EVP_PKEY_free>>;
using owned_certificate = std::unique_ptr<X509, freed_by<X509_free>>;

/// The certificates in a PEM text, in order, and what else is in it.
struct pem_content {
  std::vector<owned_certificate> certificates;
  unsigned broken = 0; ///< Blocks that can't be read.
  bool has_key = false;
};

pem_content read_pem(std::string_view text);

/// The private key in a PEM text, or null. `encrypted` is set if the key has a passphrase; the library does not ask for it.
owned_key read_pem_key(std::string_view text, bool& encrypted);

} // namespace kdb::inline v0::rpc
