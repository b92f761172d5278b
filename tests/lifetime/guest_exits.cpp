// SPDX-License-Identifier: Apache-2.0
#include "tests/lifetime/guest.hpp"

#include <boost/asio/io_context.hpp>
#include <caf/scoped_actor.hpp>
#include <kdb/actors.hpp>
#include <kdb/async_client.hpp>

#include <cstdlib>
#include <optional>
#include <thread>

namespace kdb::guest {

namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;

// Initialized before anything of the library, and so destroyed after it.
std::optional<client> global;
std::optional<reading> global_reading;
std::optional<subscription> global_subscription;

int function_local(const std::string& uri) {
  static auto db = connected_client(uri);
  say(told(append_one(db)));
  return 0;
}

int filled_in_main(const std::string& uri) {
  global = connected_client(uri);
  say(told(append_one(*global)));
  return 0;
}

int closed_before(const std::string& uri) {
  global = connected_client(uri);
  say(told(append_one(*global)));
  global->close();
  return 0;
}

int with_reading_and_subscription(const std::string& uri) {
  global = connected_client(uri);
  say(told(append_one(*global)));
  global_reading = global->read_stream("guest");
  say(told(global_reading->next()));
  global_subscription = global->subscribe_to_stream("guest").value();
  say(told(global_subscription->next(5s)));
  return 0;
}

/// A static object that uses the client in its destructor, made before the client.
struct late_user {
  ~late_user() {
    if (global)
      say("at exit: " + told(append_one(*global, 5s)));
  }
};

int used_while_exiting(const std::string& uri) {
  static const late_user last;
  return filled_in_main(uri);
}

/// The same, made after the client: it is destroyed first.
int used_before_it_closes(const std::string& uri) {
  filled_in_main(uri);
  static const late_user first;
  return 0;
}

struct late_connector {
  std::string uri;
  ~late_connector() {
    auto late = client::connect(uri);
    say("at exit: " + (late ? told(append_one(*late, 5s)) : told(late)));
  }
};

int connects_while_exiting(const std::string& uri) {
  static const late_connector last{uri};
  return filled_in_main(uri);
}

int exit_elsewhere(const std::string& uri) {
  filled_in_main(uri);
  std::thread{[] { std::exit(3); }}.join();
  return 0;
}

/// The client is an object of a thread that never goes on, and waits for events.
int exit_past_a_waiting_thread(const std::string& uri) {
  auto db = connected_client(uri);
  say(told(append_one(db)));
  auto events = db.read_stream("guest");
  auto news = db.subscribe_to_stream("guest", {.from = stream_end}).value();
  std::thread{[] {
    std::this_thread::sleep_for(50ms); // So that the other one waits in general; either order is right.
    std::exit(4);
  }}.detach();
  for (;;)
    (void)news.next(1h);
}

/// Used by one thread, destroyed by another one, while the first lives on.
int destroyed_elsewhere(const std::string& uri) {
  filled_in_main(uri);
  std::thread{[] { global.reset(); }}.join();
  say("destroyed");
  return 0;
}

int asio_client_before_context(const std::string& uri) {
  static std::optional<async_client> db;
  static std::optional<async_subscription> news;
  static asio::io_context io;
  db = async_client::connect(io.get_executor(), uri).value();
  db->subscribe_to_stream("guest", {}, [](result<async_subscription> started) {
    say(told(started));
    if (started)
      news.emplace(std::move(*started)).next([](const result<event_batch>&) {});
    io.stop();
  });
  io.run();
  return 0;
}

int asio_context_before_client(const std::string& uri) {
  static asio::io_context io;
  static auto db = async_client::connect(io.get_executor(), uri).value();
  db.get_current_version("guest", {}, [](const auto& found) {
    say(told(found));
    io.stop();
  });
  io.run();
  db.wait_connected(5s, [](const auto&) {});
  db.close([](const auto&) {});
  return 0;
}

/// A log sink that ends the process.
int exit_in_the_log(const std::string& uri) {
  auto how = settings::from_connection_string(uri).value();
  how.minimum_log_level = log_level::debug;
  how.log = [](log_level, std::string_view) { std::exit(5); };
  auto db = client::connect(how).value();
  (void)append_one(db);
  std::this_thread::sleep_for(1h);
  return 0;
}

int own_system(const std::string& uri) {
  static owned_system system;
  const auto db = spawn_client(system.system(), settings::from_connection_string(uri).value()).value();
  caf::scoped_actor self{system.system()};
  any_caf::request(self, db, caf::infinite, wait_connected{10s})
    .receive([](const connected&) { say("ok"); }, [](const caf::error&) {});
  any_caf::request(self, db, caf::infinite, close{}).receive([] {}, [](const caf::error&) {});
  return 0;
}

int nothing(const std::string&) {
  return 0;
}

} // namespace

std::map<std::string, role> exit_roles() {
  return {
    {"function_local", function_local},
    {"filled_in_main", filled_in_main},
    {"closed_before", closed_before},
    {"with_reading_and_subscription", with_reading_and_subscription},
    {"used_while_exiting", used_while_exiting},
    {"used_before_it_closes", used_before_it_closes},
    {"connects_while_exiting", connects_while_exiting},
    {"exit_elsewhere", exit_elsewhere},
    {"exit_past_a_waiting_thread", exit_past_a_waiting_thread},
    {"destroyed_elsewhere", destroyed_elsewhere},
    {"asio_client_before_context", asio_client_before_context},
    {"asio_context_before_client", asio_context_before_client},
    {"exit_in_the_log", exit_in_the_log},
    {"own_system", own_system},
    {"nothing", nothing},
  };
}

} // namespace kdb::guest
