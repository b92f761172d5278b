#include <runtime.hpp>

#include <chrono>
#include <thread>

#include <client.hpp>

namespace kdb::detail {

namespace {

/// Closing takes milliseconds; this is for machines that stand still.
constexpr std::chrono::seconds patience{5};

} // namespace

result<std::shared_ptr<runtime>> runtime::start(settings how) {
  auto system = std::make_unique<owned_system>();
  auto log = std::make_shared<const logger>(how.log, how.minimum_log_level);
  auto client = spawn_client(system->system(), std::move(how), log);
  if (!client)
    return tl::unexpected{std::move(client.error())};
  return std::make_shared<runtime>(std::move(system), std::move(*client), std::move(log));
}

runtime::runtime(std::unique_ptr<owned_system> system, client_actor client, logger_ptr log)
  : system_{std::move(system)}, client_{std::move(client)}, log_{std::move(log)} {}

runtime::~runtime() {
  close();
  client_ = nullptr;
  if (logger::on_sink_thread())
    std::thread{[system = std::move(system_)] {}}.detach(); // The system waits for this very thread to leave the sink.
}

void runtime::close() {
  caf::scoped_actor self{system()};
  self->request(client_, patience, kdb::close{}).receive([] {}, [](caf::error&) {}); // An error says that it is closed already.
}

} // namespace kdb::detail
