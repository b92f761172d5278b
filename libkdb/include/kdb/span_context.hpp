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

/// Identifies a span of a trace across processes, as in W3C Trace Context.
struct span_context {
  std::array<std::uint8_t, 16> trace_id{}; ///< Of the trace.
  std::array<std::uint8_t, 8> span_id{};   ///< Of the span.
  /// Whether the span is recorded. The context of a span that is not recorded is never written into an event.
  bool sampled = true;

  /// Whether neither id is zero.
  bool is_valid() const;
  friend bool operator==(const span_context&, const span_context&) = default;
};

/// Parses two ids of 32 and 16 hexadecimal digits. A prefix `0x` is accepted. No value if one of them is not an id or is zero.
std::optional<span_context> parse_span_context(std::string_view trace_id, std::string_view span_id);

/// The id of the trace, in 32 lower-case hexadecimal digits.
std::string trace_id_of(const span_context& context);
/// The id of the span, in 16 lower-case hexadecimal digits.
std::string span_id_of(const span_context& context);

} // namespace v0
} // namespace kdb
