// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "libkdb/policy/observed_operation.hpp"
#include <kdb/call_options.hpp>
#include <kdb/endpoint.hpp>
#include <kdb/error.hpp>
#include <kdb/event.hpp>
#include <kdb/tracer.hpp>

// Names, kinds and attributes of spans. They are those of the .NET, Java and Node clients, so that one dashboard shows all of
// them. Only the names for reads, which those clients do not trace, and for events of spans are our own.
namespace kdb::inline v0::policy {

/// Attributes as views: the strings that they refer to must outlive them. They are few, and made for each operation: so they need no memory
/// of their own.
class attribute_list {
public:
  attribute_list() = default;
  attribute_list(std::initializer_list<attribute> all) {
    for (const auto& each : all)
      push_back(each);
  }

  void push_back(const attribute& one) { items_.at(size_++) = one; }
  std::size_t size() const { return size_; }
  const attribute* begin() const { return items_.data(); }
  const attribute* end() const { return begin() + size_; }
  const attribute& back() const { return *(end() - 1); }

private:
  std::array<attribute, 10> items_{};
  std::size_t size_ = 0;
};

/// The name of an operation's span. Nothing if it is not traced.
std::optional<std::string_view> span_name(observed_operation operation);

/// What is known when the span of an operation begins. Empty texts are left out.
attribute_list operation_attributes(std::string_view name, std::string_view stream, std::string_view user);

/// The user of a call, if its name is known: from the call's credentials, otherwise from the client's.
std::string_view user_of(const std::optional<credentials>& own, const call_options& call);

/// The delivery of an event to a subscriber or a consumer.
struct delivery {
  std::string_view subscription; ///< The stream that is followed, "$all", or the group.
  std::string_view user;         ///< Who subscribed. Empty: not known.
  const endpoint& node;          ///< That serves it.
};

/// Of the span of an event that is delivered; its name is that of a subscription.
attribute_list delivery_attributes(const resolved_event& event, std::string_view event_id, const delivery& delivery);

/// The node that serves an operation.
std::array<attribute, 2> server_attributes(const endpoint& node);

inline constexpr std::string_view wait_event = "kurrentdb.node.wait";
inline constexpr std::string_view retry_event = "kurrentdb.retry";
inline constexpr std::string_view resume_event = "kurrentdb.resume";
inline constexpr std::string_view exception_event = "exception";

/// Of the event that says why an operation is tried again, or a subscription resumes, and after which pause.
attribute_list retry_attributes(const error& cause, std::chrono::milliseconds pause);

/// Of the event that says why an operation has failed.
attribute_list exception_attributes(const error& cause);

/// The attribute of a failed span, by which failures are grouped.
attribute error_type(const error& cause);

/// The metadata of a new event, with the context of the span that appends it added. Nothing if the metadata does not change: see
/// `with_span_context`. An event near the limits of the server does not change either.
std::optional<std::string> traced_metadata(const new_event& event, const span_context& context);

} // namespace kdb::inline v0::policy
