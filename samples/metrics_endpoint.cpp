// SPDX-License-Identifier: Apache-2.0

// metrics_endpoint [URI]: what other programs watch a client by: it serves metrics for Prometheus, fetches them once as Prometheus does, and logs in JSON.

#include <kdb/client.hpp>
#include <kdb/devnode.hpp>
#include <kdb/prometheus.hpp>

#include <prometheus/exposer.h>
#include <prometheus/registry.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

#include <iostream>
#include <optional>
#include <string>

namespace {

/// What a scraper gets.
std::string scrape(std::uint16_t port) {
  using boost::asio::ip::tcp;
  boost::asio::io_context io;
  tcp::socket socket{io};
  socket.connect({boost::asio::ip::make_address("127.0.0.1"), port});
  boost::asio::write(socket, boost::asio::buffer(std::string{"GET /metrics HTTP/1.0\r\n\r\n"}));
  std::string page;
  boost::system::error_code end;
  boost::asio::read(socket, boost::asio::dynamic_buffer(page), end);
  return page;
}

} // namespace

int main(int argc, char** argv) {
  std::optional<kdb::devnode> node;
  auto settings = kdb::settings::from_connection_string(argc > 1 ? argv[1] : node.emplace().connection_string());
  if (!settings)
    return 1;
  // docs: prometheus
  const auto registry = std::make_shared<prometheus::Registry>();
  prometheus::Exposer exposer{"127.0.0.1:0"}; // A service takes a port that its scraper knows, and an address that it can reach.
  exposer.RegisterCollectable(registry);
  settings->meter = kdb::prometheus_meter(registry);
  // docs: end
  // docs: records
  settings->log = [](const kdb::log_record& record) { std::clog << to_json(record) << '\n'; };
  // docs: end
  auto db = kdb::client::connect(*settings);
  if (!db || !db->append_to_stream("orders-" + kdb::to_string(kdb::random_uuid()), kdb::stream_state::any,
                                   {kdb::new_event::json("order-placed", "{}")}))
    return 1;
  const auto page = scrape(static_cast<std::uint16_t>(exposer.GetListeningPorts().front()));
  std::cout << page;
  const auto has = [&](const char* text) { return page.find(text) != std::string::npos; };
  return has("\nkurrentdb_client_append_events_total 1\n") && has("\ndb_client_operation_duration_seconds_count{") ? 0 : 1;
}
