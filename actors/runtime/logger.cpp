// SPDX-License-Identifier: Apache-2.0
#include "actors/runtime/logger.hpp"

#include <chrono>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

namespace kdb::inline v0 {

namespace {

constexpr std::size_t queued_lines_limit = 10'000;
constexpr std::chrono::seconds patience{1};

thread_local bool runs_a_sink = false;

template <class Sink, class... What>
void hand_out(const Sink& sink, const What&... what) noexcept {
  try {
    sink(what...);
  } catch (...) {
    // Contained, as the sink's documentation says.
  }
}

struct log_line {
  log_level level;
  policy::log_event event;
  std::string text;
  policy::log_fields fields;
};

void hand_out_line(const log_sink& sink, const log_line& line) {
  std::vector<attribute> fields;
  fields.reserve(line.fields.size());
  for (const auto& field : line.fields)
    std::visit([&](const auto& value) { fields.push_back({field.name, value}); }, field.value);
  hand_out(sink, log_record{.level = line.level, .event = name_of(line.event), .text = line.text, .fields = fields});
}

} // namespace

struct logger::core {
  core(log_sink lines, change_sink changes) : sink{std::move(lines)}, on_change{std::move(changes)} {}

  void hand_out_one(const log_line& line) const { hand_out_line(sink, line); }
  void hand_out_one(const connection_change& change) const { hand_out(on_change, change); }

  const log_sink sink;
  const change_sink on_change;
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<std::variant<log_line, connection_change>> queued;
  std::size_t dropped = 0;
  bool stopping = false;
  bool stopped = false;
};

logger::logger(log_sink sink, log_level minimum, change_sink changes) : minimum_{minimum}, takes_lines_{static_cast<bool>(sink)} {
  if (!sink && !changes)
    return;
  core_ = std::make_shared<core>(std::move(sink), std::move(changes));
  std::thread{[self = core_] { run(self); }}.detach();
}

logger::~logger() {
  finish();
}

void logger::finish() const {
  if (!core_)
    return;
  std::unique_lock lock{core_->mutex};
  core_->stopping = true;
  core_->changed.notify_all();
  if (!on_sink_thread())
    core_->changed.wait_for(lock, patience, [&] { return core_->stopped; });
}

bool logger::on_sink_thread() {
  return runs_a_sink;
}

void logger::operator()(log_level level, policy::log_event event, std::string text, policy::log_fields fields) const {
  if (!wants(level))
    return;
  {
    std::lock_guard lock{core_->mutex};
    if (core_->stopping)
      return;
    if (core_->queued.size() >= queued_lines_limit) {
      ++core_->dropped;
      return;
    }
    core_->queued.emplace_back(log_line{level, event, std::move(text), std::move(fields)});
  }
  core_->changed.notify_all();
}

void logger::tell(const connection_change& change) const {
  if (!core_ || !core_->on_change)
    return;
  {
    std::lock_guard lock{core_->mutex};
    if (core_->stopping)
      return;
    core_->queued.emplace_back(change); // Never too many: they are few.
  }
  core_->changed.notify_all();
}

void logger::run(const std::shared_ptr<core>& self) {
  runs_a_sink = true;
  std::unique_lock lock{self->mutex};
  for (;;) {
    self->changed.wait(lock, [&] { return self->stopping || !self->queued.empty(); });
    auto queued = std::exchange(self->queued, {});
    const auto dropped = std::exchange(self->dropped, 0);
    const auto last = self->stopping;
    lock.unlock();
    for (const auto& each : queued)
      std::visit([&](const auto& one) { self->hand_out_one(one); }, each);
    if (dropped > 0)
      self->hand_out_one(log_line{log_level::warning,
                                  policy::log_event::lines_dropped,
                                  std::to_string(dropped) + " log lines were dropped: the sink is too slow",
                                  {{"kurrentdb.lines", static_cast<std::int64_t>(dropped)}}});
    lock.lock();
    if (last)
      break;
  }
  self->stopped = true;
  self->changed.notify_all();
}

} // namespace kdb::inline v0
