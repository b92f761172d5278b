// SPDX-License-Identifier: Apache-2.0
#include <kdb/prometheus.hpp>

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <algorithm>
#include <utility>

namespace kdb::inline v0 {

namespace {

std::string without_dots(std::string_view name) {
  std::string text{name};
  std::ranges::replace(text, '.', '_');
  return text;
}

std::string text_of(const attribute::any& value) {
  if (const auto* words = std::get_if<std::string_view>(&value))
    return std::string{*words};
  if (const auto* number = std::get_if<std::int64_t>(&value))
    return std::to_string(*number);
  return std::get<bool>(value) ? "true" : "false";
}

::prometheus::Labels labels_of(std::span<const attribute> attributes) {
  ::prometheus::Labels labels;
  for (const auto& each : attributes)
    labels.emplace(without_dots(each.name), text_of(each.value));
  return labels;
}

/// A series, with the registry that owns it.
template <class Series, void (Series::*Record)(double)>
class recorder final : public instrument {
public:
  recorder(std::shared_ptr<::prometheus::Registry> registry, Series& series) : registry_{std::move(registry)}, series_{series} {}
  void record(double value) override { (series_.*Record)(value); }

private:
  const std::shared_ptr<::prometheus::Registry> registry_;
  Series& series_;
};

/// The family of a metric; the registry has one for each name.
template <class Builder>
auto& family_of(const metric& metric, Builder builder, ::prometheus::Registry& registry) {
  return builder.Name(prometheus_name(metric)).Help(std::string{metric.description}).Register(registry);
}

class registry_meter final : public meter {
public:
  explicit registry_meter(std::shared_ptr<::prometheus::Registry> registry) : registry_{std::move(registry)} {}

  std::shared_ptr<instrument> make(const metric& metric, std::span<const attribute> attributes) override {
    const auto labels = labels_of(attributes);
    switch (metric.kind) {
      case metric_kind::counter: {
        auto& series = family_of(metric, ::prometheus::BuildCounter(), *registry_).Add(labels);
        return std::make_shared<recorder<::prometheus::Counter, &::prometheus::Counter::Increment>>(registry_, series);
      }
      case metric_kind::up_down_counter: {
        auto& series = family_of(metric, ::prometheus::BuildGauge(), *registry_).Add(labels);
        return std::make_shared<recorder<::prometheus::Gauge, &::prometheus::Gauge::Increment>>(registry_, series);
      }
      case metric_kind::histogram: {
        const ::prometheus::Histogram::BucketBoundaries buckets{metric.buckets.begin(), metric.buckets.end()};
        auto& series = family_of(metric, ::prometheus::BuildHistogram(), *registry_).Add(labels, buckets);
        return std::make_shared<recorder<::prometheus::Histogram, &::prometheus::Histogram::Observe>>(registry_, series);
      }
    }
    return nullptr;
  }

private:
  const std::shared_ptr<::prometheus::Registry> registry_;
};

} // namespace

std::shared_ptr<meter> prometheus_meter(std::shared_ptr<::prometheus::Registry> registry) {
  return std::make_shared<registry_meter>(std::move(registry));
}

std::string prometheus_name(const metric& metric) {
  auto name = without_dots(metric.name);
  if (metric.unit == "s")
    name += "_seconds";
  else if (metric.unit == "By")
    name += "_bytes";
  return metric.kind == metric_kind::counter ? name + "_total" : name;
}

} // namespace kdb::inline v0
