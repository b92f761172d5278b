// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kdb/devcluster.hpp"

#include <string>
#include <string_view>

namespace kdb::inline v0 {

/// Does to a cluster what one line of text says, such as `kill 0` or `delay 1 200`; `help` lists what there is. Returns the answer: lines of which the last
/// is `ok`, or `error: ` and what is wrong. Each ends with a newline.
std::string control(devcluster& cluster, std::string_view line);

} // namespace kdb::inline v0
