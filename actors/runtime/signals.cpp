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

// -- operations -------------------------------------------------------------------------------

/// Does something with the span, if there is one and it has not ended.
template <class Use>
void watched_operation::with_span(Use use) const {
  if (on_ && span_)
    tell([&] { use(*span_); });
}

void watched_operation::mark(std::vector<new_event>& events) const {
  if (!context_)
    return;
  for (auto& each : events)
    if (auto metadata = policy::traced_metadata(each, *context_))
      each.metadata = std::move(*metadata);
}

void watched_operation::mark(new_record& record) const {
  if (!context_)
    return;
  record.properties.try_emplace(std::string{trace_id_key}, trace_id_of(*context_));
  record.properties.try_emplace(std::string{span_id_key}, span_id_of(*context_));
}

void watched_operation::waits() const {
  with_span([](trace_span& span) { span.add_event(policy::wait_event, {}); });
}

void watched_operation::sent_to(const endpoint& node) const {
  with_span([&](trace_span& span) {
    for (const auto& each : policy::server_attributes(node))
      span.set(each);
  });
}

void watched_operation::retries(const error& cause, std::chrono::milliseconds pause) const {
  with_span([&](trace_span& span) { span.add_event(policy::retry_event, policy::retry_attributes(cause, pause)); });
  if (on_ && on_->instruments_)
    on_->instruments_->record(policy::metric_id::retries, 1, operation_, cause.code);
}

void watched_operation::resumes(const error& cause, std::chrono::milliseconds pause) const {
  with_span([&](trace_span& span) { span.add_event(policy::resume_event, policy::retry_attributes(cause, pause)); });
}

void watched_operation::end(const error* cause) {
  const auto* on = std::exchange(on_, nullptr);
  if (!on)
    return;
  if (span_)
    end_span(*span_, cause);
  if (!on->instruments_)
    return;
  on->instruments_->record(policy::metric_id::operation_duration, seconds_since(start_), operation_,
                           cause ? std::optional{cause->code} : std::nullopt);
  if (!cause && events_ > 0)
    on->instruments_->record(policy::metric_id::appended_events, static_cast<double>(events_));
}

void watched_operation::end_as_closed() {
  const error closed{.code = errc::closed, .message = "the client was closed before the operation ended"};
  end(&closed);
}

// -- observations -----------------------------------------------------------------------------

struct observation::state {
  template <class Use>
  void with(Use use) {
    std::lock_guard lock{mutex};
    use(watched);
  }

  const signals_ptr on;
  watched_operation watched;
  std::mutex mutex{};
};

void observation::mark(std::vector<new_event>& events) const {
  if (state_)
    state_->with([&](watched_operation& watched) { watched.mark(events); });
}

void observation::mark(new_record& record) const {
  if (state_)
    state_->with([&](watched_operation& watched) { watched.mark(record); });
}

void observation::waits() const {
  if (state_)
    state_->with([](watched_operation& watched) { watched.waits(); });
}

void observation::sent_to(const endpoint& node) const {
  if (state_)
    state_->with([&](watched_operation& watched) { watched.sent_to(node); });
}

void observation::retries(const error& cause, std::chrono::milliseconds pause) const {
  if (state_)
    state_->with([&](watched_operation& watched) { watched.retries(cause, pause); });
}

void observation::resumes(const error& cause, std::chrono::milliseconds pause) const {
  if (state_)
    state_->with([&](watched_operation& watched) { watched.resumes(cause, pause); });
}

void observation::ends() const {
  if (state_)
    state_->with([](watched_operation& watched) { watched.end(nullptr); });
}

void observation::ends(const error& cause) const {
  if (state_)
    state_->with([&](watched_operation& watched) { watched.end(&cause); });
}

// -- signals ----------------------------------------------------------------------------------

signals::signals(std::shared_ptr<kdb::tracer> tracer, std::shared_ptr<kdb::meter> meter, std::optional<credentials> own)
  : tracer_{std::move(tracer)}, instruments_{meter ? std::make_shared<instruments>(std::move(meter)) : nullptr}, own_{std::move(
                                                                                                                   own)} {}

watched_operation signals::watch(policy::observed_operation operation, const call_options& call, std::string_view stream,
                                 std::size_t events) {
  const auto name = tracer_ ? policy::span_name(operation) : std::nullopt;
  watched_operation begun;
  if (!name && !instruments_)
    return begun;
  begun.on_ = this;
  begun.operation_ = operation;
  begun.events_ = events;
  begun.start_ = std::chrono::steady_clock::now();
  if (!name)
    return begun;
  tell([&] {
    const auto attributes = policy::operation_attributes(*name, stream, user_of(call));
    begun.span_ =
      tracer_->start({.name = *name, .kind = span_kind::client, .attributes = attributes, .parent = call.trace_parent});
    if (begun.span_)
      begun.context_ = begun.span_->context();
  });
  if (begun.context_ && (!begun.context_->is_valid() || !begun.context_->sampled))
    begun.context_.reset(); // Whoever reads it from an event would take it for one that is recorded.
  return begun;
}

observation signals::begin(policy::observed_operation operation, const call_options& call, std::string_view stream,
                           std::size_t events) {
  auto begun = watch(operation, call, stream, events);
  if (!begun)
    return {};
  return observation{std::shared_ptr<observation::state>{new observation::state{shared_from_this(), std::move(begun)}}};
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
