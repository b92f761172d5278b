// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <kdb/export.hpp>

namespace kdb {
inline namespace KDB_API v0 {

/// Names a span of a trace across processes, as W3C Trace Context does.
struct span_context {
  std::array<std::uint8_t, 16> trace_id{}; ///< Of the trace.
  std::array<std::uint8_t, 8> span_id{};   ///< Of the span.
  /// Whether the span is recorded. The context of a span that is not is never written into an event.
  bool sampled = true;

  /// Whether neither id is zero.
  bool is_valid() const;
  friend bool operator==(const span_context&, const span_context&) = default;
};

/// Reads two ids in hexadecimal digits, 32 and 16 of them. A `0x` before them is accepted. Nothing if one is not an id, or zero.
std::optional<span_context> parse_span_context(std::string_view trace_id, std::string_view span_id);

/// The 32 lower-case digits of the trace.
std::string trace_id_of(const span_context& context);
/// The 16 lower-case digits of the span.
std::string span_id_of(const span_context& context);

} // namespace v0
} // namespace kdb
