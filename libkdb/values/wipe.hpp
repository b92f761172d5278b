// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace kdb::inline v0 {

/// Overwrites all the memory that a string has, also what it does not use, and leaves it empty. For secrets that are not needed any more.
void wipe(std::string& secret);

} // namespace kdb::inline v0
