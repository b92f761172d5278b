// SPDX-License-Identifier: Apache-2.0
#include "devnode/services/projections/lag.hpp"

namespace kdb::inline v0::development {
namespace {

// What is written within so small a part of the lag is seen at once.
constexpr int parts = 8;

} // namespace

projection_lag::projection_lag(store& events, rpc::loop& on, std::chrono::milliseconds lag)
  : store_{events}, loop_{on}, lag_{lag} {
  if (lag > std::chrono::milliseconds::zero())
    store_.settle_with([this](const commit& written) { wait_for(written); });
  else
    store_.settle_with(nullptr);
}

void projection_lag::stop() {
  stopped_ = true;
  timer_.reset();
}

void projection_lag::wait_for(const commit& written) {
  auto due = clock::now() + lag_;
  if (!steps_.empty() && due - steps_.back().due < lag_ / parts)
    steps_.back().end = written.end;
  else
    steps_.push_back({due, written.end});
  schedule();
}

void projection_lag::schedule() {
  if (stopped_ || timer_ || steps_.empty())
    return;
  timer_ = std::make_unique<rpc::timer>(loop_, steps_.front().due - clock::now(), [this] { settle(); });
}

void projection_lag::settle() {
  timer_.reset();
  auto now = clock::now();
  std::size_t end = 0;
  for (; !steps_.empty() && steps_.front().due <= now; steps_.pop_front())
    end = steps_.front().end;
  store_.settle(end);
  schedule();
}

} // namespace kdb::inline v0::development
