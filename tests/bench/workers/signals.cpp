// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/workers/signals.hpp"

#include <atomic>
#include <cstdint>
#include <cstring>

#include <kdb/meter.hpp>
#include <kdb/tracer.hpp>

namespace kdb::bench {

namespace {

class counted_span final : public trace_span {
public:
  explicit counted_span(const span_start& start) {
    // As libraries do it: no thread waits for another one.
    static std::atomic<std::uint64_t> threads{0};
    static thread_local std::uint64_t last = ++threads << 40;
    const auto number = ++last;
    if (start.parent)
      context_.trace_id = start.parent->trace_id;
    else
      std::memcpy(context_.trace_id.data(), &number, sizeof number);
    std::memcpy(context_.span_id.data(), &number, sizeof number);
  }
  span_context context() const override { return context_; }
  void set(const attribute&) override {}
  void add_event(std::string_view, std::span<const attribute>) override {}
  void end(span_status, std::string_view) override {}

private:
  span_context context_;
};

class counting_tracer final : public tracer {
public:
  std::unique_ptr<trace_span> start(const span_start& start) override { return std::make_unique<counted_span>(start); }
};

/// On a cache line of its own, as no two instruments have anything to do with each other.
class alignas(64) sum final : public instrument {
public:
  void record(double value) override { value_.fetch_add(value, std::memory_order_relaxed); }

private:
  std::atomic<double> value_{0};
};

class summing_meter final : public meter {
public:
  std::shared_ptr<instrument> make(const metric&, std::span<const attribute>) override { return std::make_shared<sum>(); }
};

} // namespace

void add_signals(settings& how) {
  how.tracer = std::make_shared<counting_tracer>();
  how.meter = std::make_shared<summing_meter>();
}

} // namespace kdb::bench
