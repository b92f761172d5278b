#include <logger.hpp>

#include <chrono>
#include <thread>
#include <utility>

namespace kdb {

namespace {

constexpr std::size_t queued_lines_limit = 10'000;
constexpr std::chrono::seconds patience{1};

thread_local bool runs_a_sink = false;

void hand_out(const log_sink& sink, log_level level, const std::string& line) noexcept {
  try {
    sink(level, line);
  } catch (...) {
    // Contained, as the sink's documentation says.
  }
}

} // namespace

struct logger::core {
  explicit core(log_sink given) : sink{std::move(given)} {}

  const log_sink sink;
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<std::pair<log_level, std::string>> lines;
  std::size_t dropped = 0;
  bool stopping = false;
  bool stopped = false;
};

logger::logger(log_sink sink, log_level minimum) : minimum_{minimum} {
  if (!sink)
    return;
  core_ = std::make_shared<core>(std::move(sink));
  std::thread{[self = core_] { run(self); }}.detach();
}

logger::~logger() {
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

void logger::operator()(log_level level, std::string line) const {
  if (!wants(level))
    return;
  {
    std::lock_guard lock{core_->mutex};
    if (core_->lines.size() >= queued_lines_limit) {
      ++core_->dropped;
      return;
    }
    core_->lines.emplace_back(level, std::move(line));
  }
  core_->changed.notify_all();
}

void logger::run(const std::shared_ptr<core>& self) {
  runs_a_sink = true;
  std::unique_lock lock{self->mutex};
  for (;;) {
    self->changed.wait(lock, [&] { return self->stopping || !self->lines.empty(); });
    auto lines = std::exchange(self->lines, {});
    const auto dropped = std::exchange(self->dropped, 0);
    const auto last = self->stopping;
    lock.unlock();
    for (const auto& [level, line] : lines)
      hand_out(self->sink, level, line);
    if (dropped > 0)
      hand_out(self->sink, log_level::warning, std::to_string(dropped) + " log lines were dropped: the sink is too slow");
    lock.lock();
    if (last)
      break;
  }
  self->stopped = true;
  self->changed.notify_all();
}

} // namespace kdb
