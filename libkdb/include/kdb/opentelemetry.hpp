// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <opentelemetry/common/key_value_iterable.h>
#include <opentelemetry/context/context.h>
#include <opentelemetry/metrics/meter.h>
#include <opentelemetry/metrics/sync_instruments.h>
#include <opentelemetry/trace/span.h>
#include <opentelemetry/trace/span_context.h>
#include <opentelemetry/trace/span_metadata.h>
#include <opentelemetry/trace/tracer.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <kdb/export.hpp>
#include <kdb/meter.hpp>
#include <kdb/tracer.hpp>

// Traces and metrics with opentelemetry-cpp. libkdb does not depend on it: a program that includes this header must provide it. Only its
// API is needed.
namespace kdb {
inline namespace KDB_API v0 {

namespace detail {

inline opentelemetry::nostd::string_view to_otel(std::string_view text) {
  return {text.data(), text.size()};
}

inline opentelemetry::common::AttributeValue to_otel(const attribute::any& value) {
  if (const auto* text = std::get_if<std::string_view>(&value))
    return to_otel(*text);
  if (const auto* number = std::get_if<std::int64_t>(&value))
    return *number;
  return std::get<bool>(value);
}

/// Attributes in the form that OpenTelemetry accepts.
class otel_attributes final : public opentelemetry::common::KeyValueIterable {
public:
  explicit otel_attributes(std::span<const attribute> all) : all_{all} {}

  using taker =
    opentelemetry::nostd::function_ref<bool(opentelemetry::nostd::string_view, opentelemetry::common::AttributeValue)>;
  bool ForEachKeyValue(taker take) const noexcept override {
    return std::ranges::all_of(all_, [&](const attribute& each) { return take(to_otel(each.name), to_otel(each.value)); });
  }
  std::size_t size() const noexcept override { return all_.size(); }

private:
  std::span<const attribute> all_;
};

/// Attributes that own their texts.
class kept_attributes {
public:
  explicit kept_attributes(std::span<const attribute> all) {
    texts_.reserve(2 * all.size()); // No reallocation: views of the texts stay valid.
    all_.reserve(all.size());
    for (const auto& each : all) {
      const auto* text = std::get_if<std::string_view>(&each.value);
      all_.push_back({keep(each.name), text ? attribute::any{keep(*text)} : each.value});
    }
  }
  kept_attributes(const kept_attributes&) = delete;
  kept_attributes& operator=(const kept_attributes&) = delete;

  otel_attributes get() const { return otel_attributes{all_}; }

private:
  std::string_view keep(std::string_view text) { return texts_.emplace_back(text); }
  std::vector<std::string> texts_;
  std::vector<attribute> all_;
};

inline span_context from_otel(const opentelemetry::trace::SpanContext& from) {
  span_context context{.sampled = from.IsSampled()};
  std::ranges::copy(from.trace_id().Id(), context.trace_id.begin());
  std::ranges::copy(from.span_id().Id(), context.span_id.begin());
  return context;
}

inline opentelemetry::trace::SpanContext to_otel(const span_context& from) {
  namespace trace = opentelemetry::trace;
  return {trace::TraceId{from.trace_id}, trace::SpanId{from.span_id},
          trace::TraceFlags{from.sampled ? trace::TraceFlags::kIsSampled : std::uint8_t{0}}, true};
}

class otel_span final : public trace_span {
public:
  using handle = opentelemetry::nostd::shared_ptr<opentelemetry::trace::Span>;
  explicit otel_span(handle span) : span_{std::move(span)} {}

  span_context context() const override { return from_otel(span_->GetContext()); }
  void set(const attribute& value) override { span_->SetAttribute(to_otel(value.name), to_otel(value.value)); }
  void add_event(std::string_view name, std::span<const attribute> attributes) override {
    span_->AddEvent(to_otel(name), otel_attributes{attributes});
  }
  void end(span_status status, std::string_view message) override {
    const auto failed = status == span_status::error;
    span_->SetStatus(failed ? opentelemetry::trace::StatusCode::kError : opentelemetry::trace::StatusCode::kOk, to_otel(message));
    span_->End();
  }

private:
  handle span_;
};

class otel_tracer final : public tracer {
public:
  using handle = opentelemetry::nostd::shared_ptr<opentelemetry::trace::Tracer>;
  explicit otel_tracer(handle host) : host_{std::move(host)} {}

  std::unique_ptr<trace_span> start(const span_start& start) override {
    namespace trace = opentelemetry::trace;
    trace::StartSpanOptions options;
    options.kind = start.kind == span_kind::client ? trace::SpanKind::kClient : trace::SpanKind::kConsumer;
    if (start.parent)
      options.parent = to_otel(*start.parent);
    else // Not the active span of the thread: the thread also handles messages of other operations.
      options.parent = opentelemetry::context::Context{}.SetValue(trace::kIsRootSpanKey, true);
    return std::make_unique<otel_span>(host_->StartSpan(to_otel(start.name), otel_attributes{start.attributes}, options));
  }

  std::optional<span_context> current() const override {
    const auto context = opentelemetry::trace::Tracer::GetCurrentSpan()->GetContext();
    return context.IsValid() ? std::optional{from_otel(context)} : std::nullopt;
  }

private:
  handle host_;
};

/// One instrument of OpenTelemetry with one set of attributes.
template <class Instrument>
class otel_instrument final : public instrument {
public:
  otel_instrument(std::shared_ptr<Instrument> host, std::span<const attribute> attributes)
    : host_{std::move(host)}, attributes_{attributes} {}

  void record(double value) override {
    if constexpr (requires { host_->Record(value, attributes_.get(), opentelemetry::context::Context{}); })
      host_->Record(value, attributes_.get(), opentelemetry::context::Context{});
    else
      host_->Add(value, attributes_.get());
  }

private:
  std::shared_ptr<Instrument> host_;
  kept_attributes attributes_;
};

class otel_meter final : public meter {
public:
  using handle = opentelemetry::nostd::shared_ptr<opentelemetry::metrics::Meter>;
  explicit otel_meter(handle host) : host_{std::move(host)} {}

  std::shared_ptr<instrument> make(const metric& metric, std::span<const attribute> attributes) override {
    using api = opentelemetry::metrics::Meter;
    switch (metric.kind) {
      case metric_kind::counter: return make(counters_, &api::CreateDoubleCounter, metric, attributes);
      case metric_kind::up_down_counter: return make(levels_, &api::CreateDoubleUpDownCounter, metric, attributes);
      case metric_kind::histogram: return make(histograms_, &api::CreateDoubleHistogram, metric, attributes);
    }
    return nullptr;
  }

private:
  template <template <class> class Instrument>
  using named = std::map<std::string_view, std::shared_ptr<Instrument<double>>>;

  /// OpenTelemetry has one instrument for all attribute sets of a metric.
  template <class Named, class Create>
  std::shared_ptr<instrument> make(Named& all, Create create, const metric& metric, std::span<const attribute> attributes) {
    using host_instrument = typename Named::mapped_type::element_type;
    std::lock_guard lock{mutex_};
    auto& host = all[metric.name];
    if (!host) {
      auto created = ((*host_).*create)(to_otel(metric.name), to_otel(metric.description), to_otel(metric.unit));
      host = std::shared_ptr<host_instrument>{created.release()};
    }
    return std::make_shared<otel_instrument<host_instrument>>(host, attributes);
  }

  handle host_;
  std::mutex mutex_;
  named<opentelemetry::metrics::Counter> counters_;
  named<opentelemetry::metrics::UpDownCounter> levels_;
  named<opentelemetry::metrics::Histogram> histograms_;
};

} // namespace detail

/// A tracer for `settings::tracer` that makes spans of OpenTelemetry. The span that is active on the calling thread becomes the parent of
/// the operations that this thread starts with a blocking or an Asio client.
inline std::shared_ptr<tracer> opentelemetry_tracer(opentelemetry::nostd::shared_ptr<opentelemetry::trace::Tracer> host) {
  return std::make_shared<detail::otel_tracer>(std::move(host));
}

/// A meter for `settings::meter` that keeps the metrics of docs/metrics.md in instruments of OpenTelemetry. Several clients may share it.
/// The API can't set the bounds of a histogram: give `metric::buckets` to a view of your SDK.
inline std::shared_ptr<meter> opentelemetry_meter(opentelemetry::nostd::shared_ptr<opentelemetry::metrics::Meter> host) {
  return std::make_shared<detail::otel_meter>(std::move(host));
}

} // namespace v0
} // namespace kdb
