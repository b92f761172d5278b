#include <runtime.hpp>

#include <chrono>
#include <thread>

#include <client.hpp>

namespace kdb::detail {

namespace {

/// Closing takes milliseconds; this is for machines that stand still.
constexpr std::chrono::seconds patience{5};

void close_client(caf::actor_system& system, const client_actor& client) {
  caf::scoped_actor self{system};
  self->request(client, patience, kdb::close{}).receive([] {}, [](caf::error&) {}); // An error says that it is closed already.
}

} // namespace

result<std::shared_ptr<runtime>> runtime::start(settings how) {
  auto system = std::make_unique<owned_system>();
  auto log = std::make_shared<const logger>(how.log, how.minimum_log_level, how.on_change);
  auto client = spawn_client(system->system(), std::move(how), log);
  if (!client)
    return unexpected{std::move(client.error())};
  return std::make_shared<runtime>(std::move(system), std::move(*client), std::move(log));
}

runtime::runtime(std::unique_ptr<owned_system> system, client_actor client, logger_ptr log)
  : system_{std::move(system)}, client_{std::move(client)}, log_{std::move(log)} {}

runtime::~runtime() {
  // On these threads nobody may wait for them: the rest is done elsewhere.
  const auto may_wait = !logger::on_sink_thread() && !owned_system::on_own_thread();
  auto take_down = [system = std::move(system_), client = std::move(client_), log = std::move(log_)]() mutable {
    close_client(system->system(), client);
    client = nullptr;
    log.reset();
    system.reset();
  };
  if (may_wait)
    take_down();
  else
    std::thread{std::move(take_down)}.detach();
}

result<wire::message_list> runtime::call(const std::shared_ptr<wire::call_plan>& plan) {
  caf::scoped_actor self{system()};
  return ask<wire::message_list>(self, caf::actor_cast<call_runner>(client_), run_call{plan});
}

void runtime::close() {
  close_client(system(), client_);
}

} // namespace kdb::detail
