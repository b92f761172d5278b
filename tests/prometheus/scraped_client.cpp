// SPDX-License-Identifier: Apache-2.0

// scraped_client: a client that serves its metrics on a port of 127.0.0.1, which it prints. It appends, reads, follows and consumes, loses
// its connection now and then, and ends with its standard input. dashboard.py runs the queries of the dashboard on it.

#include <prometheus/exposer.h>
#include <prometheus/registry.h>

#include <atomic>
#include <chrono>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "libkdb/policy/metrics.hpp"
#include <kdb/client.hpp>
#include <kdb/devnode.hpp>
#include <kdb/prometheus.hpp>
#include <kdb/tcp_proxy.hpp>

using namespace std::chrono_literals;

namespace {

/// A node, a client of it, and everything between them that can go wrong.
class scraped_client {
public:
  scraped_client() {
    exposer_.RegisterCollectable(registry_);
    auto settings = kdb::settings::from_connection_string(proxy_.connection_string()).value();
    settings.meter = meter_;
    settings.discovery_interval = 20ms;
    settings.max_discover_attempts = -1;
    db_ = kdb::client::connect(settings).value();
    db_->create_group("orders", "billing").value();
    subscription_ = db_->subscribe_to_stream("orders").value();
    consumer_ = db_->consume({"orders", "billing"}).value();
    // No operation makes a worker fail: this metric is recorded by hand.
    using kdb::policy::metric_id;
    const auto worker = static_cast<std::uint8_t>(kdb::policy::worker_kind::appender);
    const auto restarts = kdb::policy::attributes_of(metric_id::restarts, worker, {});
    meter_->make(kdb::policy::describe(metric_id::restarts), restarts)->record(1);
  }

  int port() const { return exposer_.GetListeningPorts().front(); }

  void follow(const std::atomic<bool>& over) {
    while (!over)
      static_cast<void>(subscription_->next(100ms));
  }

  void consume(const std::atomic<bool>& over) {
    for (int batches = 0; !over;)
      if (const auto batch = consumer_->next(100ms); batch && !batch->empty())
        static_cast<void>(++batches % 2 == 0 ? consumer_->ack(*batch) : consumer_->nack(*batch, kdb::nack_action::park, "odd"));
  }

  void use(const std::atomic<bool>& over) {
    for (int round = 0; !over; ++round) {
      append(kdb::stream_state::any);
      append(kdb::stream_state::no_stream); // Fails.
      read(0);
      if (round % 10 == 0)
        lose_connection();
      std::this_thread::sleep_for(50ms);
    }
  }

private:
  void append(kdb::stream_state expected) {
    static_cast<void>(
      db_->append_to_stream("orders", expected, {kdb::new_event::json("order-placed", "{}")}, {.call = {.deadline = 10s}}));
  }

  void read(std::uint32_t retry) {
    static_cast<void>(db_->read_stream_to_end("orders", {.limit = 10, .call = {.deadline = 10s, .retry = retry}}));
  }

  /// A read that is tried again, and attempts to find the node that fail.
  void lose_connection() {
    proxy_.stall();
    std::thread reading{[this] { read(100); }};
    std::this_thread::sleep_for(50ms); // The read is under way.
    proxy_.refuse();
    proxy_.cut();
    std::this_thread::sleep_for(200ms);
    proxy_.resume();
    proxy_.accept_again();
    reading.join();
  }

  kdb::devnode node_;
  kdb::tcp_proxy proxy_{node_.port()};
  const std::shared_ptr<prometheus::Registry> registry_ = std::make_shared<prometheus::Registry>();
  const std::shared_ptr<kdb::meter> meter_ = kdb::prometheus_meter(registry_);
  prometheus::Exposer exposer_{"127.0.0.1:0"};
  std::optional<kdb::client> db_;
  std::optional<kdb::subscription> subscription_;
  std::optional<kdb::consumer> consumer_;
};

} // namespace

int main() {
  scraped_client client;
  std::cout << client.port() << std::endl;
  std::atomic<bool> over{false};
  std::thread following{[&] { client.follow(over); }}, consuming{[&] { client.consume(over); }},
    using_it{[&] { client.use(over); }};
  while (std::cin.get() != EOF)
    ;
  over = true;
  for (auto* each : {&following, &consuming, &using_it})
    each->join();
}
