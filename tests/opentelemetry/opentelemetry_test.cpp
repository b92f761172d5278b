// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include <opentelemetry/sdk/metrics/meter_provider.h>
#include <opentelemetry/sdk/metrics/metric_reader.h>
#include <opentelemetry/sdk/trace/exporter.h>
#include <opentelemetry/sdk/trace/simple_processor.h>
#include <opentelemetry/sdk/trace/span_data.h>
#include <opentelemetry/sdk/trace/tracer_provider.h>
#include <opentelemetry/trace/scope.h>

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <kdb/client.hpp>
#include <kdb/opentelemetry.hpp>

#include "libkdb/policy/metrics.hpp"
#include "tests/fixtures/node.hpp"
#include "tests/fixtures/server.hpp"
#include "tests/fixtures/wait.hpp"

using namespace kdb;
namespace sdk = opentelemetry::sdk;

namespace {

using recordables = opentelemetry::nostd::span<std::unique_ptr<sdk::trace::Recordable>>;

struct kept_spans {
  std::mutex mutex;
  std::vector<std::unique_ptr<sdk::trace::SpanData>> all;

  const sdk::trace::SpanData& wait_for(std::string_view name) {
    const sdk::trace::SpanData* found = nullptr;
    fixtures::wait_until(std::string{name}, [&] {
      std::lock_guard lock{mutex};
      for (const auto& each : all)
        if (std::string_view{each->GetName().data(), each->GetName().size()} == name)
          found = each.get();
      return found != nullptr;
    });
    return *found;
  }
};

/// Keeps the spans that have ended.
class keeping_exporter final : public sdk::trace::SpanExporter {
public:
  explicit keeping_exporter(std::shared_ptr<kept_spans> into) : into_{std::move(into)} {}
  std::unique_ptr<sdk::trace::Recordable> MakeRecordable() noexcept override { return std::make_unique<sdk::trace::SpanData>(); }
  sdk::common::ExportResult Export(const recordables& spans) noexcept override {
    std::lock_guard lock{into_->mutex};
    for (auto& each : spans)
      into_->all.emplace_back(static_cast<sdk::trace::SpanData*>(each.release()));
    return sdk::common::ExportResult::kSuccess;
  }
  bool ForceFlush(std::chrono::microseconds) noexcept override { return true; }
  bool Shutdown(std::chrono::microseconds) noexcept override { return true; }

private:
  std::shared_ptr<kept_spans> into_;
};

struct traced_program {
  std::shared_ptr<kept_spans> spans = std::make_shared<kept_spans>();
  std::shared_ptr<sdk::trace::TracerProvider> provider = std::make_shared<sdk::trace::TracerProvider>(
    std::make_unique<sdk::trace::SimpleSpanProcessor>(std::make_unique<keeping_exporter>(spans)));
  opentelemetry::nostd::shared_ptr<opentelemetry::trace::Tracer> tracer = provider->GetTracer("program");

  client connect(const fixtures::node& node) const {
    auto config = fixtures::settings_for(node.connection_string());
    config.tracer = opentelemetry_tracer(tracer);
    return client::connect(config).value();
  }
};

std::string text_of(const sdk::trace::SpanData& span, const std::string& attribute) {
  const auto found = span.GetAttributes().find(attribute);
  const auto* text = found == span.GetAttributes().end() ? nullptr : opentelemetry::nostd::get_if<std::string>(&found->second);
  return text ? *text : "";
}

class on_demand_reader final : public sdk::metrics::MetricReader {
public:
  sdk::metrics::AggregationTemporality GetAggregationTemporality(sdk::metrics::InstrumentType) const noexcept override {
    return sdk::metrics::AggregationTemporality::kCumulative;
  }
  bool OnForceFlush(std::chrono::microseconds) noexcept override { return true; }
  bool OnShutDown(std::chrono::microseconds) noexcept override { return true; }

  /// The numbers of points of each metric.
  std::map<std::string, std::size_t> points() {
    std::map<std::string, std::size_t> all;
    Collect([&](sdk::metrics::ResourceMetrics& metrics) {
      for (const auto& scope : metrics.scope_metric_data_)
        for (const auto& each : scope.metric_data_)
          all[each.instrument_descriptor.name_] += each.point_data_attr_.size();
      return true;
    });
    return all;
  }
};

} // namespace

BOOST_AUTO_TEST_CASE(spans_of_a_client_are_children_of_the_span_that_is_active) {
  const fixtures::node node;
  traced_program program;
  auto db = program.connect(node);
  const auto mine = program.tracer->StartSpan("mine");
  {
    const opentelemetry::trace::Scope active{mine};
    static_cast<void>(db.append_to_stream("s", stream_state::no_stream, {new_event::json("t", "{}")}).value());
  }
  const auto& appended = program.spans->wait_for("streams.append");
  BOOST_TEST((appended.GetSpanKind() == opentelemetry::trace::SpanKind::kClient));
  BOOST_TEST((appended.GetStatus() == opentelemetry::trace::StatusCode::kOk));
  BOOST_TEST((appended.GetParentSpanId() == mine->GetContext().span_id()));
  BOOST_TEST((appended.GetTraceId() == mine->GetContext().trace_id()));
  BOOST_TEST(text_of(appended, "db.kurrentdb.stream") == "s");
  const auto read = db.read_stream_to_end("s").value();
  const auto context = span_context_of(read.front()).value();
  BOOST_TEST((detail::to_otel(context).span_id() == appended.GetSpanId()));
  const auto& reading = program.spans->wait_for("streams.read");
  BOOST_TEST(!reading.GetParentSpanId().IsValid());
}

BOOST_AUTO_TEST_CASE(a_failure_is_the_status_of_its_span) {
  const fixtures::node node;
  traced_program program;
  auto db = program.connect(node);
  const auto failed = db.append_to_stream("s", stream_state::exists, {new_event::json("t", "{}")});
  BOOST_REQUIRE(!failed);
  const auto& span = program.spans->wait_for("streams.append");
  BOOST_TEST((span.GetStatus() == opentelemetry::trace::StatusCode::kError));
  BOOST_TEST(span.GetDescription() == failed.error().message);
  BOOST_TEST(text_of(span, "error.type") == "wrong_expected_version");
}

BOOST_AUTO_TEST_CASE(every_metric_has_one_instrument_with_a_point_for_each_set_of_attributes) {
  sdk::metrics::MeterProvider provider;
  const auto reader = std::make_shared<on_demand_reader>();
  provider.AddMetricReader(reader);
  const auto meter = opentelemetry_meter(provider.GetMeter("libkdb"));
  for (const auto& each : policy::all_metrics) {
    const attribute one[] = {{"a", "one"}, {"b", true}}, two[] = {{"a", "two"}, {"b", std::int64_t{2}}};
    meter->make(each, one)->record(1);
    meter->make(each, two)->record(2);
    meter->make(each, two)->record(3);
  }
  const auto points = reader->points();
  BOOST_TEST(points.size() == policy::all_metrics.size());
  for (const auto& [name, count] : points)
    BOOST_TEST(count == 2u, name);
}
