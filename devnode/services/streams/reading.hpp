// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace kdb::inline v0::development {

/// The work of one call of Read after its request was accepted.
class reading {
public:
  virtual ~reading() = default;
  virtual void start() = 0;
  virtual void writable() = 0;
};

} // namespace kdb::inline v0::development
