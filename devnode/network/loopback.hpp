// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

// TCP sockets on 127.0.0.1.
namespace kdb::inline v0::development {

/// Holds a port; until it listens, clients are refused. -1 if that fails.
int bind_to(std::uint16_t port);

/// Throws std::runtime_error if the port is taken.
int listen_on(std::uint16_t port);

std::uint16_t port_of(int listener);

/// A connection; -1 if nobody listens there.
int connect_to(std::uint16_t port);

/// What is written leaves at once.
void no_delay(int socket);

/// Closes it so that the other side learns of a failure.
void reset(int socket);

} // namespace kdb::inline v0::development
