// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <utility>

#include <kdb/actors.hpp>

namespace kdb::inline v0 {

/// A promise for handlers that may never run. When the last handler is destroyed, for instance after a kill, the caller gets
/// `closed`. CAF 0.17 would let it wait for ever.
template <class Promise>
std::shared_ptr<Promise> kept(Promise promise) {
  const auto let_go = [](Promise* last) {
    const std::unique_ptr<Promise> owned{last};
    if (owned->pending())
      owned->deliver(to_caf({.code = errc::closed, .message = "the client is closed"}));
  };
  return {new Promise{std::move(promise)}, let_go};
}

} // namespace kdb::inline v0
