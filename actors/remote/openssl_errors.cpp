// SPDX-License-Identifier: Apache-2.0
#include "actors/remote/openssl_errors.hpp"

#include "actors/remote/caf_io.hpp"

#if KDB_REMOTE_TLS && !KDB_CAF_1
#include <caf/io/network/multiplexer.hpp>

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#endif

namespace kdb::inline v0::remote {

#if KDB_REMOTE_TLS && !KDB_CAF_1

namespace {

/// Set in threads of CAF's io modules: connections of others are none of our business.
thread_local bool is_io_thread = false;

void handshake_went_on(const SSL*, int where, int) {
  if ((where & SSL_CB_EXIT) != 0)
    ERR_clear_error();
}

void connection_made(void* parent, void*, CRYPTO_EX_DATA*, int, long, void*) {
  if (is_io_thread)
    SSL_set_info_callback(static_cast<SSL*>(parent), handshake_went_on);
}

void connection_freed(void*, void*, CRYPTO_EX_DATA*, int, long, void*) {
  if (is_io_thread)
    ERR_clear_error();
}

} // namespace

void keep_tls_failures_apart(caf::actor_system& system) {
  static const auto index = CRYPTO_get_ex_new_index(CRYPTO_EX_INDEX_SSL, 0, nullptr, connection_made, nullptr, connection_freed);
  static_cast<void>(index);
  system.middleman().backend().post([] { is_io_thread = true; });
}

#else

void keep_tls_failures_apart(caf::actor_system&) {}

#endif

} // namespace kdb::inline v0::remote
