// SPDX-License-Identifier: Apache-2.0
#include "devnode/services/operations/statistics.hpp"

#include <sys/sysinfo.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <fstream>
#include <limits>
#include <optional>
#include <string>

#include "devnode/services/errors.hpp"
#include "kdb/event_store/client/monitoring.pb.h"

namespace kdb::inline v0::development {

namespace {

namespace wire = event_store::client::monitoring;

/// A server takes 0 for "as often as possible"; this is often enough.
constexpr std::chrono::milliseconds default_period{1'000};
constexpr std::chrono::milliseconds longest_period{std::chrono::hours{24}};

const auto started = std::chrono::system_clock::now();

std::string utc(std::chrono::system_clock::time_point when) {
  const auto seconds = std::chrono::system_clock::to_time_t(when);
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  char text[32];
  return {text, std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts)};
}

/// The number behind a label of /proc/self/status.
std::string process_figure(const std::string& label) {
  std::ifstream status{"/proc/self/status"};
  for (std::string word; status >> word;)
    if (word == label) {
      status >> word;
      return word;
    }
  return "0";
}

std::string kibibytes_as_bytes(const std::string& number) {
  return std::to_string(std::stoull(number) * 1024);
}

wire::StatsResp statistics_of(const node& serving) {
  wire::StatsResp reply;
  auto& all = *reply.mutable_stats();
  all["proc-id"] = std::to_string(::getpid());
  all["proc-startTime"] = utc(started);
  all["proc-mem"] = kibibytes_as_bytes(process_figure("VmRSS:"));
  all["proc-threadsCount"] = process_figure("Threads:");
  all["proc-cpu"] =
    std::to_string(100.0 * static_cast<double>(std::clock()) / CLOCKS_PER_SEC /
                   std::max(1.0, std::chrono::duration<double>(std::chrono::system_clock::now() - started).count()));
  if (struct sysinfo machine{}; ::sysinfo(&machine) == 0) {
    const auto load = [&](std::size_t index) {
      return std::to_string(static_cast<double>(machine.loads[index]) / (1 << SI_LOAD_SHIFT));
    };
    all["sys-loadavg-1m"] = load(0);
    all["sys-loadavg-5m"] = load(1);
    all["sys-loadavg-15m"] = load(2);
    all["sys-freeMem"] = std::to_string(static_cast<std::uint64_t>(machine.freeram) * machine.mem_unit);
    all["sys-totalMem"] = std::to_string(static_cast<std::uint64_t>(machine.totalram) * machine.mem_unit);
  }
  const auto end = std::to_string(serving.events.events().end_position());
  all["es-checksum"] = end;
  all["es-checksumNonFlushed"] = end;
  return reply;
}

/// Sends a message, and another one in each period, until the client or the node goes.
class statistics_call : public rpc::handler {
public:
  statistics_call(node& serving, rpc::call& call) : serving_{serving}, call_{call} {}

  void start() override { call_.read(); }

  void received(rpc::incoming& message) override {
    wire::StatsReq request;
    if (asked_ || !message.parse(request))
      return call_.finish(errors::invalid_argument("The call has one well-formed request."));
    asked_ = true;
    const auto wanted =
      std::min<std::uint64_t>(request.refresh_time_period_in_ms(), static_cast<std::uint64_t>(longest_period.count()));
    period_ = wanted == 0 ? default_period : std::chrono::milliseconds{wanted};
    call_.read();
    send();
  }

  void half_closed() override {
    if (!asked_)
      call_.finish(errors::handler_exception());
  }

  void drain(const rpc::status& end) override { call_.finish(end); }

private:
  void send() {
    // Who reads slowly misses samples.
    if (call_.can_write())
      call_.write(rpc::outgoing{statistics_of(serving_)}, false);
    next_.emplace(call_.on(), period_, [this] { send(); });
  }

  node& serving_;
  rpc::call& call_;
  std::chrono::milliseconds period_{};
  std::optional<rpc::timer> next_;
  bool asked_ = false;
};

} // namespace

std::unique_ptr<rpc::handler> handle_statistics(node& serving, rpc::call& call) {
  return std::make_unique<statistics_call>(serving, call);
}

} // namespace kdb::inline v0::development
