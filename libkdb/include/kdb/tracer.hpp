// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include <kdb/attribute.hpp>
#include <kdb/event.hpp>
#include <kdb/export.hpp>
#include <kdb/span_context.hpp>

// Traces. The client calls these interfaces, and a program implements them with its tracing library. docs/observability.md lists the
// spans. All members may be called from any thread, often from a thread of the actor system, so they must not block. Their exceptions are
// dropped.
namespace kdb {
inline namespace KDB_API v0 {

/// The kind of a span, as OpenTelemetry defines it.
enum class span_kind : std::uint8_t {
  client,   ///< A request to the server.
  consumer, ///< The handling of an event that was delivered.
};

/// "client" or "consumer".
std::string_view to_string(span_kind kind);

/// The status of a span at its end.
enum class span_status : std::uint8_t { ok, error };

/// The parameters of a new span.
struct span_start {
  std::string_view name;                             ///< Such as `streams.append`.
  span_kind kind = span_kind::client;                ///< Its kind.
  std::span<const attribute> attributes{};           ///< The attributes that are known at its start.
  std::optional<span_context> parent = std::nullopt; ///< Unset: the span is the root of a trace.
};

/// A running span. Used by one thread at a time.
class trace_span {
public:
  virtual ~trace_span() = default;
  /// Its ids. The client writes them into the metadata of the events that are appended.
  virtual span_context context() const = 0;
  /// Adds an attribute, or replaces it.
  virtual void set(const attribute& value) = 0;
  /// Adds an event that happens now, such as `kurrentdb.retry`.
  virtual void add_event(std::string_view name, std::span<const attribute> attributes) = 0;
  /// Ends the span. Called once, as the last call. The message is empty unless the operation has failed.
  virtual void end(span_status status, std::string_view message) = 0;
};

/// Makes spans. Set it in `settings::tracer`.
class tracer {
public:
  virtual ~tracer() = default;
  /// Starts a span. Null: this span is not traced.
  virtual std::unique_ptr<trace_span> start(const span_start& start) = 0;
  /// Returns the active span of the calling thread. The blocking and the Asio client use it as the parent of operations without
  /// `call_options::trace_parent`. By default there is none.
  virtual std::optional<span_context> current() const { return std::nullopt; }
};

/// Returns the context of the span that has appended an event, from `$traceId` and `$spanId` in its metadata. This client writes them if
/// it has a tracer; the .NET, Java, Node and Python clients write them, too. No value if the metadata do not have them, or are not a JSON
/// object. Use it as the parent of the span in which the event is handled, or as `call_options::trace_parent` of the handler's
/// operations.
std::optional<span_context> span_context_of(const recorded_event& event);
/// The same for a delivered event. No value for a broken link.
std::optional<span_context> span_context_of(const resolved_event& event);

} // namespace v0
} // namespace kdb
