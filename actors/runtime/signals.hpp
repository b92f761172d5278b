// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "libkdb/policy/metrics.hpp"
#include "libkdb/policy/observed_operation.hpp"
#include "libkdb/policy/spans.hpp"
#include <kdb/meter.hpp>
#include <kdb/result.hpp>
#include <kdb/settings.hpp>
#include <kdb/tracer.hpp>

// Traces and metrics for the host's tracer and meter. Without both, `signals_ptr` is null, and each use costs one check of a null
// pointer.
namespace kdb::inline v0 {

/// The host's instruments, made at their first use. From any thread.
class instruments {
public:
  explicit instruments(std::shared_ptr<meter> host) : host_{std::move(host)} {}

  /// Records a value of a metric. The variant is that of `policy::attributes_of`.
  template <class Variant = std::uint8_t>
  void record(policy::metric_id id, double value, Variant variant = {}, std::optional<errc> cause = {}) {
    take(id, static_cast<std::uint8_t>(variant), cause, value);
  }

private:
  using key = std::tuple<policy::metric_id, std::uint8_t, std::optional<errc>>;
  void take(policy::metric_id id, std::uint8_t variant, std::optional<errc> cause, double value);
  instrument& find(const key& wanted);

  const std::shared_ptr<meter> host_;
  std::mutex mutex_;
  std::map<key, std::shared_ptr<instrument>> all_;
  // Instruments for successes, which are found without the mutex.
  std::array<std::array<std::atomic<instrument*>, policy::observed_operations>, policy::all_metrics.size()> known_{};
};

/// One contribution to an up-down counter. Only differences are recorded; the destructor takes the contribution back.
class level {
public:
  level() = default;
  level(std::shared_ptr<instruments> on, policy::metric_id id, std::uint8_t variant = 0)
    : on_{std::move(on)}, id_{id}, variant_{variant} {}
  level(level&& other) noexcept
    : on_{std::move(other.on_)}, id_{other.id_}, variant_{other.variant_}, last_{std::exchange(other.last_, 0)} {}
  level& operator=(level&& other) noexcept {
    std::swap(on_, other.on_);
    std::swap(id_, other.id_);
    std::swap(variant_, other.variant_);
    std::swap(last_, other.last_);
    return *this;
  }
  ~level() { set(0); }

  void set(double now) {
    if (on_ && now != last_)
      on_->record(id_, now - std::exchange(last_, now), variant_);
  }

private:
  std::shared_ptr<instruments> on_;
  policy::metric_id id_{};
  std::uint8_t variant_ = 0;
  double last_ = 0;
};

class signals;
/// Null if there is neither a tracer nor a meter.
using signals_ptr = std::shared_ptr<signals>;

/// Watches one operation, from its request to its answer. The signals must outlive it. Empty without a tracer and a meter: then all members do
/// nothing. Only the first end counts; without one, it ends as `closed` with its destructor.
class watched_operation {
public:
  watched_operation() = default;
  watched_operation(watched_operation&& other) noexcept
    : on_{std::exchange(other.on_, nullptr)}, operation_{other.operation_}, events_{other.events_}, start_{other.start_},
      span_{std::move(other.span_)}, context_{other.context_} {}
  watched_operation& operator=(watched_operation&&) = delete;
  ~watched_operation() {
    if (on_)
      end_as_closed();
  }

  explicit operator bool() const { return on_ != nullptr; }

  /// Writes the context of its span into events that lack one.
  void mark(std::vector<new_event>& events) const;
  void mark(new_record& record) const;
  void waits() const;
  void sent_to(const endpoint& node) const;
  void retries(const error& cause, std::chrono::milliseconds pause) const;
  void resumes(const error& cause, std::chrono::milliseconds pause) const;
  /// Null: it has succeeded.
  void end(const error* cause);

private:
  friend class signals;
  void end_as_closed();
  template <class Use>
  void with_span(Use use) const;

  signals* on_ = nullptr;
  policy::observed_operation operation_{};
  std::size_t events_ = 0;
  std::chrono::steady_clock::time_point start_{};
  std::unique_ptr<trace_span> span_;
  std::optional<span_context> context_; // To be written into events.
};

/// A watched operation that a caller may end while the runtime still works on it. From any thread. Copies share their state. Empty without a
/// tracer and a meter: then all members do nothing.
class observation {
public:
  observation() = default;

  explicit operator bool() const { return state_ != nullptr; }

  /// Writes the context of its span into events that lack one.
  void mark(std::vector<new_event>& events) const;
  void mark(new_record& record) const;
  /// It waits for a node.
  void waits() const;
  /// It was sent to a node.
  void sent_to(const endpoint& node) const;
  /// It is tried again after a pause.
  void retries(const error& cause, std::chrono::milliseconds pause) const;
  /// It is the resumption of a subscription, after a pause.
  void resumes(const error& cause, std::chrono::milliseconds pause) const;

  // The end. Only the first one counts; without one, an observation ends as `closed` with its last copy.
  void ends() const;
  void ends(const error& cause) const;
  template <class T>
  void ends(const result<T>& outcome) const {
    if (outcome)
      ends();
    else
      ends(outcome.error());
  }

private:
  friend class signals;
  struct state;
  explicit observation(std::shared_ptr<state> given) : state_{std::move(given)} {}
  std::shared_ptr<state> state_;
};

/// The traces and metrics of a client. From any thread.
class signals : public std::enable_shared_from_this<signals> {
public:
  signals(std::shared_ptr<kdb::tracer> tracer, std::shared_ptr<kdb::meter> meter, std::optional<credentials> own);

  /// `events` is how many events an append has.
  watched_operation watch(policy::observed_operation operation, const call_options& call, std::string_view stream = {},
                          std::size_t events = 0);
  /// The same, and anybody may keep it.
  observation begin(policy::observed_operation operation, const call_options& call, std::string_view stream = {},
                    std::size_t events = 0);
  /// A span of a delivered event; null if it is not traced.
  std::unique_ptr<trace_span> begin_delivery(const resolved_event& event, const span_context& parent,
                                             const policy::delivery& delivery);
  /// The user of a call, if its name is known.
  std::string_view user_of(const call_options& call) const { return policy::user_of(own_, call); }

  /// Makes the span in which the calling thread works the parent of a call that has none.
  void adopt_current(call_options& call) const;

  /// Null without a meter.
  const std::shared_ptr<instruments>& measured() const { return instruments_; }
  bool traces() const { return tracer_ != nullptr; }

private:
  friend class watched_operation;
  const std::shared_ptr<kdb::tracer> tracer_;
  const std::shared_ptr<instruments> instruments_;
  const std::optional<credentials> own_;
};

/// Ends a span; it has failed if `cause` is not null.
void end_span(trace_span& span, const error* cause);

signals_ptr make_signals(const settings& config);

inline observation watch_operation(const signals_ptr& on, policy::observed_operation operation, const call_options& call,
                                   std::string_view stream = {}, std::size_t events = 0) {
  return on ? on->begin(operation, call, stream, events) : observation{};
}

/// Adds to a counter.
template <class Variant = std::uint8_t>
void count(const signals_ptr& on, policy::metric_id id, double value = 1, Variant variant = {}, std::optional<errc> cause = {}) {
  if (on && on->measured() && value != 0)
    on->measured()->record(id, value, variant, cause);
}

inline level make_level(const signals_ptr& on, policy::metric_id id, std::uint8_t variant = 0) {
  return on && on->measured() ? level{on->measured(), id, variant} : level{};
}

// -- calls ------------------------------------------------------------------------------------

/// Begins an operation that is one call.
template <class Request>
observation begin_call(const signals_ptr& on, const Request& request) {
  if (!on)
    return {};
  std::string_view stream;
  if constexpr (requires { std::string_view{request.stream}; })
    stream = request.stream;
  return on->begin(policy::operation_of<Request>, detail::call_of(request), stream);
}

/// Writes the context of the span into the events that a request appends, if any.
template <class Request>
void mark(const observation& seen, [[maybe_unused]] Request& request) {
  if constexpr (std::is_same_v<Request, append_to_streams>) {
    for (auto& append : request.appends)
      for (auto& record : append.records)
        seen.mark(record);
  } else if constexpr (std::is_same_v<Request, append_records>) {
    for (auto& each : request.records)
      seen.mark(each.record);
  }
}

/// Makes the current span of the thread the parent of a request that has call options, but no parent.
template <class Request>
void adopt_current(const signals_ptr& on, [[maybe_unused]] Request& request) {
  if constexpr (
    requires { request.options.call; } || requires { request.call.trace_parent; }) {
    if (on)
      on->adopt_current(detail::call_of(request));
  }
}

} // namespace kdb::inline v0
