// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <ostream>
#include <string>

#include "tests/fixtures/node.hpp"
#include "tests/remote/process.hpp"

namespace kdb {

inline std::ostream& operator<<(std::ostream& out, errc code) {
  return out << to_string(code);
}

inline std::ostream& operator<<(std::ostream& out, end_reason reason) {
  return out << to_string(reason);
}

} // namespace kdb

namespace kdb::test {

inline settings settings_for(const std::string& connection_string) {
  auto made = settings::from_connection_string(connection_string).value();
  made.credentials_in_clear = true;
  return made;
}

/// A node, a process that owns its client, and one that uses it.
struct two_processes {
  explicit two_processes(publish_options publishing = {}, remote_options connecting = {},
                         const std::optional<remote_tls>& tls = {})
    : owner{tls}, user{tls}, client{spawn_client(owner.system(), settings_for(node.connection_string())).value()} {
    owner.ask(client, wait_connected{}).value();
    owner_alone = owner.actors();
    user_alone = user.actors();
    published = publish(client, publishing).value();
    connecting.port = published->port();
    remote = connect_remote(user.system(), connecting).value();
  }

  ~two_processes() {
    remote = nullptr;
    static_cast<void>(owner.ask_for<void>(client, close{}));
  }

  /// Waits until nothing runs in the owner but the client and its gateway.
  void wait_for_nothing_left(std::size_t gateways = 1) {
    fixtures::wait_until("the end of all that the other process has started",
                         [&] { return owner.actors() == owner_alone + gateways; });
  }
  void append(const std::string& stream, std::size_t count, std::size_t size = 10) {
    owner.ask(client, append_to_stream{.stream = stream, .events = some_events(count, size)}).value();
  }
  caf::actor spawn_subscriber(const log_ptr& log, manner answers = manner::takes) {
    return user.system().spawn(test_subscriber, log, answers);
  }

  fixtures::node node;
  process owner, user;
  client_actor client;
  std::optional<publication> published;
  client_actor remote;
  std::size_t owner_alone = 0, user_alone = 0;
};

} // namespace kdb::test
