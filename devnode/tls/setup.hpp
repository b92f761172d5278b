// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "devnode/rpc/encryption.hpp"

#include "kdb/devnode.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace kdb::inline v0::development::tls {

/// Whether a node has TLS.
bool wanted(const devnode_options& options);

/// Whether a node has users.
inline bool authenticates(const devnode_options& options) {
  return options.authentication || wanted(options);
}

/// Makes or reads what the options want; nothing without TLS. Throws std::runtime_error that says what contradicts itself, or can't be read
/// or written.
std::optional<rpc::encryption> prepare(const devnode_options& options);

/// How clients connect to the nodes that listen there.
std::string connection_string(const devnode_options& options, std::span<const std::uint16_t> ports);

} // namespace kdb::inline v0::development::tls
