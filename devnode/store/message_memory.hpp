// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <grpcpp/support/slice.h>

#include <cstddef>

namespace kdb::inline v0::development {

/// Immutable bytes with a reference count. gRPC's own kind, so that what is stored goes to the wire without a copy.
using shared_bytes = grpc::Slice;

/// Memory for the messages of events. Small ones lie one behind the other in segments, without anything between them; a segment is freed with the
/// last message in it. Others have memory of their own.
class message_memory {
public:
  static constexpr std::size_t segment_size = 1 << 20;

  /// Whether messages of this size share segments.
  static constexpr bool shares(std::size_t size) { return size <= largest_shared; }

  /// Returns room for a message, which only the caller sees until it passes it on. A new segment gets `segment` bytes.
  shared_bytes allocate(std::size_t size, std::size_t segment = segment_size);

private:
  // Larger ones would leave much room unused at the ends of segments.
  static constexpr std::size_t largest_shared = 16 * 1024;

  shared_bytes segment_;
  std::size_t used_ = 0;
};

} // namespace kdb::inline v0::development
