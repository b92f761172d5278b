// SPDX-License-Identifier: Apache-2.0

// The other process of a test.
//
// remote_peer own URI PORT: publishes a client, and prints the port. For each line of input it prints the number of its actors.
// remote_peer follow PORT STREAM: connects, reads and follows a stream but takes only the first batch of each, prints "ready", and waits.

#include <cstdio>
#include <iostream>
#include <string>
#include <string_view>

#include "tests/remote/process.hpp"

namespace {

using namespace kdb;

void print(const std::string& line) {
  std::printf("%s\n", line.c_str());
  std::fflush(stdout);
}

int own(const std::string& uri, std::uint16_t port) {
  test::process process;
  auto settings = settings::from_connection_string(uri).value();
  settings.credentials_in_clear = true;
  const auto client = spawn_client(process.system(), settings).value();
  process.ask(client, wait_connected{}).value();
  const auto published = publish(client, {.port = port}).value();
  print(std::to_string(published.port()));
  for (std::string line; std::getline(std::cin, line);)
    print(std::to_string(process.actors()));
  static_cast<void>(process.ask_for<void>(client, kdb::close{}));
  return 0;
}

int follow(std::uint16_t port, const std::string& stream) {
  test::process process;
  const auto client = connect_remote(process.system(), {.port = port}).value();
  const auto log = std::make_shared<test::subscriber_log>();
  const auto subscriber = process.system().spawn(test::test_subscriber, log, test::manner::stalls);
  const auto subscription = process.ask_for<subscription_actor>(client, subscribe_to_stream{stream, subscriber}).value();
  const auto reader = process.ask_for<reader_actor>(client, read_stream{stream}).value();
  static_cast<void>(process.ask_for<event_batch>(reader, next{}).value());
  fixtures::wait_until("the first batch", [&] { return log->count() > 0; });
  print("ready");
  for (std::string line; std::getline(std::cin, line);)
    ;
  return 0;
}

} // namespace

int main(int argc, char** argv) {
  const std::string_view mode = argc > 3 ? argv[1] : "";
  if (mode == "own")
    return own(argv[2], static_cast<std::uint16_t>(std::stoul(argv[3])));
  if (mode == "follow")
    return follow(static_cast<std::uint16_t>(std::stoul(argv[2])), argv[3]);
  return 2;
}
