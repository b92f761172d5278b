// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>
#include <vector>

#include <kdb/call_options.hpp>
#include <kdb/result.hpp>

namespace kdb::inline v0::rpc {

/// The headers that a client sends with every call: those of its settings and those of its provider. From any thread.
class client_headers {
public:
  client_headers(std::vector<header> fixed, header_provider provider)
    : fixed_{std::move(fixed)}, provider_{std::move(provider)} {}

  /// Adds them to the headers of a call. Of headers with the same name, the call's takes precedence, then the provider's. Fails if the
  /// provider throws, or supplies a header that can't be sent.
  result<void> add_to(std::vector<header>& call) const;

private:
  result<std::vector<header>> provided() const;

  const std::vector<header> fixed_;
  const header_provider provider_; // May be empty.
};

} // namespace kdb::inline v0::rpc
