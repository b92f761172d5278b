// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>

namespace kdb::bench {

/// The data of the events that the benchmarks append, unless told otherwise: JSON of 256 B.
const std::string& event_data();

/// JSON of `size` bytes, at least 47.
std::string event_data(std::size_t size);

} // namespace kdb::bench
