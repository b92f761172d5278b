// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <kdb/event.hpp>

namespace kdb::interop {

/// Event number n of an interop stream, written by `by`: see events.mjs, which says the same for Node.
new_event interop_event(std::size_t n, std::string_view by);

/// Events 0 to count - 1.
std::vector<new_event> interop_events(std::size_t count, std::string_view by);

/// What is wrong with an event that should be event n of the stream; empty if nothing is.
std::string complaint(const recorded_event& event, std::string_view stream, std::size_t n, std::string_view by);

} // namespace kdb::interop
