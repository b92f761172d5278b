// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace kdb::bench {

struct canned_server_options {
  std::size_t events = 200'000;
  std::size_t data_size = 256; ///< Of each event, at least 47.
  std::size_t messages_per_frame = 1;
  /// Writes each message by itself, at the pace of `pacer`, and not as fast as it can.
  bool paced = false;
};

/// Serves on a free port of 127.0.0.1, prints "127.0.0.1:PORT" and goes on until standard input ends. One thread.
/// Every stream and every group holds the same prepared events; every append succeeds at once and is shown to the subscriptions to its stream.
int run_canned_server(const canned_server_options& options);

} // namespace kdb::bench
