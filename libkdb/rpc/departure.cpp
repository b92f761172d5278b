// SPDX-License-Identifier: Apache-2.0
#include "libkdb/rpc/departure.hpp"

#include <grpcpp/alarm.h>

#include <chrono>
#include <cstddef>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace kdb::inline v0::rpc {

namespace {

constexpr std::chrono::milliseconds looked_after_every{100};
constexpr std::chrono::seconds kept_at_most{10};
constexpr std::size_t so_many_at_most = 32; // They try to connect, which takes threads of gRPC's.

/// Whether it may be waiting for SETTINGS. What has failed once tries again, and goes by the name of a failure meanwhile.
bool may_be_connecting(grpc::Channel& channel) {
  const auto state = channel.GetState(false);
  return state == GRPC_CHANNEL_CONNECTING || state == GRPC_CHANNEL_TRANSIENT_FAILURE;
}

struct leaving {
  std::shared_ptr<grpc::Channel> channel;
  std::chrono::steady_clock::time_point until = std::chrono::steady_clock::now() + kept_at_most;

  bool stays() const { return may_be_connecting(*channel) && std::chrono::steady_clock::now() < until; }
};

/// The channels that are still connecting. An alarm of gRPC's looks after them, as their clients may be gone, threads and all. Never
/// destroyed: it may go off while the process ends.
class departures {
public:
  static departures& instance() {
    static auto* one = new departures;
    return *one;
  }

  void add(std::shared_ptr<grpc::Channel> channel) {
    std::optional<leaving> oldest; // Without the lock.
    std::lock_guard lock{mutex_};
    if (channels_.size() == so_many_at_most) {
      oldest = std::move(channels_.front());
      channels_.erase(channels_.begin());
    }
    channels_.push_back({std::move(channel)});
    if (!alarm_)
      set_alarm();
  }

private:
  void set_alarm() {
    alarm_ = std::make_unique<grpc::Alarm>();
    alarm_->Set(std::chrono::system_clock::now() + looked_after_every, [this](bool) { look(); });
  }

  void look() {
    std::vector<leaving> gone; // Without the lock.
    std::unique_ptr<grpc::Alarm> over;
    std::lock_guard lock{mutex_};
    over.swap(alarm_);
    std::vector<leaving> staying;
    for (auto& each : channels_)
      (each.stays() ? staying : gone).push_back(std::move(each));
    channels_ = std::move(staying);
    if (!channels_.empty())
      set_alarm();
  }

  std::mutex mutex_;
  std::vector<leaving> channels_;
  std::unique_ptr<grpc::Alarm> alarm_;
};

} // namespace

void let_go(std::shared_ptr<grpc::Channel> channel, std::chrono::steady_clock::time_point opened) {
  // Nodes that refuse connections are met again and again: their channels go before they try a second time.
  const auto pauses =
    channel->GetState(false) == GRPC_CHANNEL_TRANSIENT_FAILURE && std::chrono::steady_clock::now() < opened + first_pause;
  if (!pauses && may_be_connecting(*channel))
    departures::instance().add(std::move(channel));
}

} // namespace kdb::inline v0::rpc
