// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <kdb/checkpoint_store.hpp>
#include <kdb/export.hpp>

namespace kdb {
inline namespace KDB_API v0 {

/// "revision N" or "position C/P": how stores keep a point.
std::string to_text(const resume_point& point);

/// Reads what `to_text` wrote, and nothing else.
std::optional<resume_point> parse_resume_point(std::string_view text);

} // namespace v0
} // namespace kdb
