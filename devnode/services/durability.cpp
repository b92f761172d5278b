// SPDX-License-Identifier: Apache-2.0
#include "devnode/services/durability.hpp"

#include "devnode/services/errors.hpp"

#include <algorithm>
#include <cstdio>

namespace kdb::inline v0::development {

void durability::advance(std::size_t end) {
  store_.publish(end);
  std::vector<durable_replies*> all;
  all.swap(waiting_); // those that still wait come again
  for (auto each : all)
    each->go_on();
}

void durability::fail(std::string problem) {
  std::fprintf(stderr, "%s; the node takes no more writes\n", problem.c_str());
  failure_ = std::move(problem);
  for (auto each : waiting_)
    each->refuse();
  waiting_.clear();
}

durable_replies::~durable_replies() {
  std::erase(durability_.waiting_, this);
}

void durable_replies::wait(std::function<void()> send) {
  if (!durability_.failure_.empty())
    return refuse();
  if (waiting_.empty())
    durability_.waiting_.push_back(this);
  waiting_.push_back({durability_.store_.events().size(), std::move(send)});
}

void durable_replies::go_on() {
  auto end = durability_.store_.events().readable();
  while (!waiting_.empty() && waiting_.front().end <= end) {
    auto send = std::move(waiting_.front().send);
    waiting_.pop_front();
    send();
  }
  if (!waiting_.empty())
    durability_.waiting_.push_back(this);
}

void durable_replies::refuse() {
  waiting_.clear();
  call_.finish(errors::storage_failure(durability_.failure_));
}

} // namespace kdb::inline v0::development
