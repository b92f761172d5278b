// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace kdb::inline v0 {

/// What is wrong with a .NET regular expression, or nothing. Finds what breaks most of them: brackets, parentheses and quantifiers that
/// do not fit. Never wrong about one that .NET takes; it does not find everything that .NET refuses.
std::string_view broken_part(std::string_view expression);

} // namespace kdb::inline v0
