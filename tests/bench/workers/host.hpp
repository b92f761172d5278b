// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <future>
#include <memory>
#include <stdexcept>
#include <string>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

#include <kdb/actors.hpp>

#include "tests/bench/workers/event_data.hpp"
#include "tests/bench/workers/worker.hpp"

namespace kdb::bench {

/// What a program with actors has: a system with the scheduler asked for, no more workers than cores, and a connected client in it.
class host {
public:
  explicit host(const work_options& options);
  ~host();
  host(const host&) = delete;
  host& operator=(const host&) = delete;

  caf::actor_system& system() { return system_; }
  const client_actor& client() const { return client_; }

private:
  caf::actor_system_config config_;
  caf::actor_system system_;
  client_actor client_;
};

/// The events that an actor has seen. Counts the bytes that it looks at, so that nothing of the reading can be left out.
struct seen_events {
  std::uint64_t events = 0;
  std::uint64_t bytes = 0;

  void take(const event_batch& batch) {
    for (auto& event : batch.events()) {
      ++events;
      bytes += event.data().size();
    }
  }
};

/// How an actor of a benchmark tells that it is done, or why it could not go on.
template <class T>
class outcome {
public:
  std::future<T> future() { return promise_->get_future(); }
  void done(T value) const { promise_->set_value(std::move(value)); }
  void failed(const caf::error& why) const {
    promise_->set_exception(std::make_exception_ptr(std::runtime_error{to_string(error::from(why))}));
  }

private:
  std::shared_ptr<std::promise<T>> promise_ = std::make_shared<std::promise<T>>();
};

/// The connection string for a server on loopback.
std::string connection_string(const work_options& options);

/// An event like those of the raw loops, with that data.
new_event event_to_append(const std::string& data = event_data());

} // namespace kdb::bench
