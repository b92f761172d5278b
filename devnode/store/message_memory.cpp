// SPDX-License-Identifier: Apache-2.0
#include "devnode/store/message_memory.hpp"

namespace kdb::inline v0::development {

shared_bytes message_memory::allocate(std::size_t size, std::size_t segment) {
  if (!shares(size))
    return shared_bytes{size};
  if (segment_.size() - used_ < size) {
    segment_ = shared_bytes{segment};
    used_ = 0;
  }
  auto begin = used_;
  used_ += size;
  return segment_.sub(begin, used_);
}

} // namespace kdb::inline v0::development
