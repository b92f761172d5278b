// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/programs.hpp"

#include <chrono>

namespace kdb::bench {

namespace {

constexpr std::chrono::seconds server_patience{30};

} // namespace

std::string number(double value) {
  return std::to_string(static_cast<std::uint64_t>(value));
}

server::server(const words& command) : process_{std::make_unique<child>(command)} {
  auto line = process_->read_line(server_patience);
  auto at = line.find("127.0.0.1:");
  auto end = line.find_first_not_of("0123456789", at + 10);
  target_ = at == std::string::npos ? line : line.substr(at, end - at);
}

server canned_server() {
  return server{{own_path(), "serve", "canned"}};
}

server canned_server(double events, double data_size) {
  return server{{own_path(), "serve", "canned", number(events), "size=" + number(data_size)}};
}

server paced_server(double events) {
  return server{{own_path(), "serve", "canned", number(events), "paced"}};
}

words work(const std::string& name, const server& at, double count, const words& more) {
  words command{own_path(), "work", name, "target=" + at.target(), "count=" + number(count)};
  command.insert(command.end(), more.begin(), more.end());
  return command;
}

words work(const std::string& name, const server& at, double count, const words& first, const words& second) {
  auto both = first;
  both.insert(both.end(), second.begin(), second.end());
  return work(name, at, count, both);
}

} // namespace kdb::bench
