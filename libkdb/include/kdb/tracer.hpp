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

// Traces. The client calls these interfaces, and a program implements them on top of what it traces with. docs/observability.md lists the
// spans. All members may be called from any thread, often from one that carries messages: they must not block. Their exceptions are dropped.
namespace kdb {
inline namespace KDB_API v0 {

/// What a span stands for, as OpenTelemetry defines it.
enum class span_kind : std::uint8_t {
  client,   ///< A request to the server.
  consumer, ///< The handling of an event that somebody has appended.
};

/// "client" or "consumer".
std::string_view to_string(span_kind kind);

/// How a span has ended.
enum class span_status : std::uint8_t { ok, error };

/// A span that begins.
struct span_start {
  std::string_view name;                             ///< Such as `streams.append`.
  span_kind kind = span_kind::client;                ///< What it stands for.
  std::span<const attribute> attributes{};           ///< What is known at its beginning.
  std::optional<span_context> parent = std::nullopt; ///< Unset: it is the root of a trace.
};

/// A span under way. Used by one thread at a time.
class trace_span {
public:
  virtual ~trace_span() = default;
  /// Its ids. They are written into the events of an append.
  virtual span_context context() const = 0;
  /// Adds an attribute, or replaces it.
  virtual void set(const attribute& value) = 0;
  /// Notes something that happens now, such as `kurrentdb.retry`.
  virtual void add_event(std::string_view name, std::span<const attribute> attributes) = 0;
  /// Ends it. Called once, last. The message is empty unless it has failed.
  virtual void end(span_status status, std::string_view message) = 0;
};

/// Makes spans. Set it in `settings::tracer`.
class tracer {
public:
  virtual ~tracer() = default;
  /// Begins a span. Null: this one is not traced.
  virtual std::unique_ptr<trace_span> start(const span_start& start) = 0;
  /// The span that the calling thread works in: the parent of what the thread asks a blocking or an Asio client for without a
  /// `call_options::trace_parent`. Nothing by default.
  virtual std::optional<span_context> current() const { return std::nullopt; }
};

/// The context of the span that has appended an event: `$traceId` and `$spanId` of its metadata, which this client writes when it has a
/// tracer, and the .NET, Java, Node and Python clients write, too. Nothing if the metadata have none, or are no JSON object. Make it
/// the parent of the span in which the event is handled, or `call_options::trace_parent` of what the handler does.
std::optional<span_context> span_context_of(const recorded_event& event);
/// The same for an event as it was delivered. Nothing for a broken link.
std::optional<span_context> span_context_of(const resolved_event& event);

} // namespace v0
} // namespace kdb
