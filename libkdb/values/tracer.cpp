// SPDX-License-Identifier: Apache-2.0
#include <kdb/tracer.hpp>

#include "libkdb/values/trace_metadata.hpp"

namespace kdb::inline v0 {

std::string_view to_string(span_kind kind) {
  switch (kind) {
    case span_kind::client: return "client";
    case span_kind::consumer: return "consumer";
  }
  return "unknown";
}

std::optional<span_context> span_context_of(const recorded_event& event) {
  return read_span_context(event.metadata());
}

std::optional<span_context> span_context_of(const resolved_event& event) {
  return event.has_event() ? span_context_of(event.event()) : std::nullopt;
}

} // namespace kdb::inline v0
