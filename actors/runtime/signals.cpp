// SPDX-License-Identifier: Apache-2.0
#include "actors/runtime/signals.hpp"

#include "libkdb/values/trace_metadata.hpp"

namespace kdb::inline v0 {

namespace {

/// For metrics that the host does not want.
class no_instrument final : public instrument {
public:
  void record(double) override {}
};

/// Calls the host, whose exceptions are dropped.
template <class Call>
void tell(Call call) noexcept {
  try {
    call();
  } catch (...) { // Nobody here could do anything about it.
  }
}

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

} // namespace

void end_span(trace_span& span, const error* cause) {
  tell([&] {
    if (!cause) {
      span.end(span_status::ok, {});
      return;
    }
    span.set(policy::error_type(*cause));
    span.add_event(policy::exception_event, policy::exception_attributes(*cause));
    span.end(span_status::error, cause->message);
  });
}

// -- instruments ------------------------------------------------------------------------------

void instruments::take(policy::metric_id id, std::uint8_t variant, std::optional<errc> cause, double value) {
  auto* found = cause ? nullptr : known_[static_cast<std::size_t>(id)][variant].load(std::memory_order_acquire);
  tell([&] { (found ? *found : find({id, variant, cause})).record(value); });
}

instrument& instruments::find(const key& wanted) {
  const auto& [id, variant, cause] = wanted;
  std::lock_guard lock{mutex_};
  auto& kept = all_[wanted];
  if (!kept) {
    const auto& description = policy::describe(id);
    const auto attributes = policy::attributes_of(id, variant, cause);
    tell([&] { kept = host_->make(description, attributes); });
  }
  if (!kept)
    kept = std::make_shared<no_instrument>();
  if (!cause)
    known_[static_cast<std::size_t>(id)][variant].store(kept.get(), std::memory_order_release);
  return *kept;
}

// -- observations -----------------------------------------------------------------------------

struct observation::state {
  state(signals_ptr given, policy::observed_operation message, std::size_t count)
    : on{std::move(given)}, operation{message}, events{count} {}
  ~state() {
    const error closed{.code = errc::closed, .message = "the client was closed before the operation ended"};
    end(&closed);
  }

  /// Does something with the span, if there is one and it has not ended.
  template <class Use>
  void with_span(Use use) {
    std::lock_guard lock{mutex};
    if (span && !ended)
      tell([&] { use(*span); });
  }

  void count(policy::metric_id id, std::optional<errc> cause) const {
    if (on->instruments_)
      on->instruments_->record(id, 1, operation, cause);
  }

  void end(const error* cause) {
    {
      std::lock_guard lock{mutex};
      if (std::exchange(ended, true))
        return;
      if (span)
        end_span(*span, cause);
    }
    if (!on->instruments_)
      return;
    on->instruments_->record(policy::metric_id::operation_duration, seconds_since(start), operation,
                             cause ? std::optional{cause->code} : std::nullopt);
    if (!cause && events > 0)
      on->instruments_->record(policy::metric_id::appended_events, static_cast<double>(events));
  }

  const signals_ptr on;
  const policy::observed_operation operation;
  const std::size_t events;
  const std::chrono::steady_clock::time_point start = std::chrono::steady_clock::now();
  std::mutex mutex; // A caller may end it while the runtime still works on it.
  std::unique_ptr<trace_span> span;
  std::optional<span_context> context; // To be written into events.
  bool ended = false;
};

void observation::mark(std::vector<new_event>& events) const {
  if (!state_ || !state_->context)
    return;
  for (auto& each : events)
    if (auto metadata = policy::traced_metadata(each, *state_->context))
      each.metadata = std::move(*metadata);
}

void observation::mark(new_record& record) const {
  if (!state_ || !state_->context)
    return;
  record.properties.try_emplace(std::string{trace_id_key}, trace_id_of(*state_->context));
  record.properties.try_emplace(std::string{span_id_key}, span_id_of(*state_->context));
}

void observation::waits() const {
  if (state_)
    state_->with_span([](trace_span& span) { span.add_event(policy::wait_event, {}); });
}

void observation::sent_to(const endpoint& node) const {
  if (!state_)
    return;
  state_->with_span([&](trace_span& span) {
    for (const auto& each : policy::server_attributes(node))
      span.set(each);
  });
}

void observation::retries(const error& cause, std::chrono::milliseconds pause) const {
  if (!state_)
    return;
  state_->with_span([&](trace_span& span) { span.add_event(policy::retry_event, policy::retry_attributes(cause, pause)); });
  state_->count(policy::metric_id::retries, cause.code);
}

void observation::resumes(const error& cause, std::chrono::milliseconds pause) const {
  if (state_)
    state_->with_span([&](trace_span& span) { span.add_event(policy::resume_event, policy::retry_attributes(cause, pause)); });
}

void observation::ends() const {
  if (state_)
    state_->end(nullptr);
}

void observation::ends(const error& cause) const {
  if (state_)
    state_->end(&cause);
}

// -- signals ----------------------------------------------------------------------------------

signals::signals(std::shared_ptr<kdb::tracer> tracer, std::shared_ptr<kdb::meter> meter, std::optional<credentials> own)
  : tracer_{std::move(tracer)}, instruments_{meter ? std::make_shared<instruments>(std::move(meter)) : nullptr}, own_{std::move(
                                                                                                                   own)} {}

observation signals::begin(policy::observed_operation operation, const call_options& call, std::string_view stream,
                           std::size_t events) {
  const auto name = tracer_ ? policy::span_name(operation) : std::nullopt;
  if (!name && !instruments_)
    return {};
  auto begun = std::make_shared<observation::state>(shared_from_this(), operation, events);
  if (!name)
    return observation{std::move(begun)};
  tell([&] {
    const auto attributes = policy::operation_attributes(*name, stream, user_of(call));
    begun->span =
      tracer_->start({.name = *name, .kind = span_kind::client, .attributes = attributes, .parent = call.trace_parent});
    if (begun->span)
      begun->context = begun->span->context();
  });
  if (begun->context && (!begun->context->is_valid() || !begun->context->sampled))
    begun->context.reset(); // Whoever reads it from an event would take it for one that is recorded.
  return observation{std::move(begun)};
}

std::unique_ptr<trace_span> signals::begin_delivery(const resolved_event& event, const span_context& parent,
                                                    const policy::delivery& delivery) {
  std::unique_ptr<trace_span> span;
  tell([&] {
    const auto id = to_string(event.id());
    const auto attributes = policy::delivery_attributes(event, id, delivery);
    span = tracer_->start({.name = *policy::span_name(policy::observed_operation::subscribe_to_stream),
                           .kind = span_kind::consumer,
                           .attributes = attributes,
                           .parent = parent});
  });
  return span;
}

void signals::adopt_current(call_options& call) const {
  if (tracer_ && !call.trace_parent)
    tell([&] { call.trace_parent = tracer_->current(); });
}

signals_ptr make_signals(const settings& config) {
  return config.tracer || config.meter ? std::make_shared<signals>(config.tracer, config.meter, config.credentials) : nullptr;
}

} // namespace kdb::inline v0
