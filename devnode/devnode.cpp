// SPDX-License-Identifier: Apache-2.0
#include "kdb/devnode.hpp"

#include "devnode/rpc/server.hpp"
#include "devnode/security/users.hpp"
#include "devnode/services/errors.hpp"
#include "devnode/services/node.hpp"
#include "devnode/services/persistent/groups.hpp"
#include "devnode/services/projections/lag.hpp"
#include "devnode/services/projections/managed_projections.hpp"
#include "devnode/services/table.hpp"
#include "devnode/store/database.hpp"
#include "devnode/store/group_commit.hpp"
#include "devnode/tls/setup.hpp"

#include <chrono>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <thread>
#include <vector>

namespace kdb::inline v0 {

struct devnode::impl {
  explicit impl(devnode_options options)
    : database{open(options)}, node{.options = std::move(options),
                                    .events = store,
                                    .live = followers,
                                    .settled = settled,
                                    .durable = durability} {}

  static std::unique_ptr<development::database> open(const devnode_options& options) {
    return options.database.empty() ? nullptr : std::make_unique<development::database>(options.database, options.sync_full);
  }

  // Before the loop runs. From then on readers see, and clients hear of, what is in the database.
  void keep() {
    writer = std::make_unique<development::group_commit>(*database, [this](const development::commit_report& news) {
      server.on().post([this, news] { news.failure.empty() ? durability.advance(news.end) : durability.fail(news.failure); });
    });
    // What is written in one turn of the loop wakes the writer once.
    end_of_turn.emplace(server.on(), [this] { hand_over(); });
    store.keep_with([this](const development::commit& written) {
      unwritten = {unwritten.first < unwritten.end ? unwritten.first : written.first, written.end};
      end_of_turn->schedule();
    });
  }

  void hand_over() {
    if (unwritten.first < unwritten.end)
      writer->add(store.events(), unwritten.first, unwritten.end);
    unwritten = {};
  }

  std::unique_ptr<development::database> database;
  development::store store{development::system_ticks, database.get()};
  development::followers followers{store};
  development::followers settled{store, development::seen_by::projections};
  development::durability durability{store};
  development::node node;
  development::rpc::server server;
  std::unique_ptr<development::group_commit> writer;
  development::commit unwritten{};
  std::optional<development::rpc::turn_task> end_of_turn;
  std::optional<development::projection_lag> lag;
  std::unique_ptr<development::managed_projections> projections;
  std::unique_ptr<development::persistent_groups> groups;
  std::mutex stopping;
  std::thread thread;
};

devnode::devnode(devnode_options options) : impl_{std::make_unique<impl>(std::move(options))} {
  auto& node = impl_->node;
  auto& server = impl_->server;
  development::add_services(server, node);
  server.encrypt(development::tls::prepare(node.options));
  if (!server.start(node.options.port))
    throw std::runtime_error{"development node: cannot listen on 127.0.0.1:" + std::to_string(node.options.port) +
                             "; is another server using the port? Choose another one, or 0 for a free one."};
  node.port = server.port();
  if (development::users all{impl_->store}; node.access.authenticates() && !all.exist())
    all.add_defaults();
  if (impl_->database)
    impl_->keep();
  impl_->lag.emplace(impl_->store, server.on(), node.options.projection_lag);
  if (node.options.projections)
    impl_->projections = std::make_unique<development::managed_projections>(impl_->store, impl_->settled, server.on());
  node.projections = impl_->projections.get();
  impl_->groups = std::make_unique<development::persistent_groups>(impl_->store, impl_->followers, server.on());
  node.groups = impl_->groups.get();
  impl_->thread = std::thread{[&server] { server.run(); }};
}

devnode::~devnode() {
  stop();
}

std::uint16_t devnode::port() const {
  return impl_->node.port;
}

std::string devnode::connection_string() const {
  auto port = this->port();
  return development::tls::connection_string(impl_->node.options, {&port, 1});
}

void devnode::stop() {
  constexpr std::chrono::milliseconds grace{500};
  std::lock_guard lock{impl_->stopping};
  if (!impl_->thread.joinable())
    return;
  if (impl_->writer)
    impl_->writer->silence(); // calls that wait for it end as the others do
  impl_->server.on().post([this] {
    impl_->lag->stop();
    impl_->groups->stop();
  });
  impl_->server.stop(development::errors::shutting_down(impl_->node.place.retry_seconds), grace);
  impl_->thread.join();
  if (impl_->writer)
    impl_->hand_over();
  impl_->writer.reset();
  impl_->database.reset();
}

} // namespace kdb::inline v0
