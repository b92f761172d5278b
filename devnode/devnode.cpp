#include "kdb/devnode.hpp"

#include "rpc/server.hpp"
#include "services/errors.hpp"
#include "services/node.hpp"
#include "services/table.hpp"

#include <chrono>
#include <mutex>
#include <stdexcept>
#include <thread>

namespace kdb {

struct devnode::impl {
  explicit impl(devnode_options options) : node{.options = std::move(options), .events = store, .live = followers} {}

  development::store store;
  development::followers followers{store};
  development::node node;
  development::rpc::server server;
  std::mutex stopping;
  std::thread thread;
};

devnode::devnode(devnode_options options) : impl_{std::make_unique<impl>(std::move(options))} {
  auto& node = impl_->node;
  auto& server = impl_->server;
  development::add_services(server, node);
  if (!server.start(node.options.port))
    throw std::runtime_error{"development node: cannot listen on 127.0.0.1:" + std::to_string(node.options.port) +
                             "; is another server using the port? Choose another one, or 0 for a free one."};
  node.port = server.port();
  impl_->thread = std::thread{[&server] { server.run(); }};
}

devnode::~devnode() {
  stop();
}

std::uint16_t devnode::port() const {
  return impl_->node.port;
}

std::string devnode::connection_string() const {
  return "kurrentdb://127.0.0.1:" + std::to_string(port()) + "?tls=false";
}

void devnode::stop() {
  constexpr std::chrono::milliseconds grace{500};
  std::lock_guard lock{impl_->stopping};
  if (!impl_->thread.joinable())
    return;
  impl_->server.stop(development::errors::shutting_down(), grace);
  impl_->thread.join();
}

} // namespace kdb
