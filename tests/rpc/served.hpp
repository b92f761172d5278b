// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/rpc/client_side.hpp"
#include "tests/rpc/steered_server.hpp"

namespace kdb::test {

/// A steered server and a client's side of it.
struct served : steered_server {
  client_side client{port()};
};

} // namespace kdb::test
