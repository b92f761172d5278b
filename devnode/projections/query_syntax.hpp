// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace kdb::inline v0::development {

/// Returns why a query is no JavaScript, in the words of a server's engine, or nothing. The node has no engine: it looks for texts and comments without
/// an end, for brackets that don't match, for operators without what they work on, and for names and values that follow each other with nothing
/// between. What has none of these may still be no JavaScript. Pure.
std::optional<std::string> syntax_problem(std::string_view query);

} // namespace kdb::inline v0::development
