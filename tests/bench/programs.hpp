// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "tests/bench/child.hpp"

namespace kdb::bench {

/// A command line: a program and its arguments.
using words = std::vector<std::string>;

/// A whole number as a word.
std::string number(double value);

/// A server in a process of its own, and the address where it listens.
class server {
public:
  explicit server(const words& command);

  const std::string& target() const { return target_; }
  child* process() const { return process_.get(); }

private:
  std::unique_ptr<child> process_;
  std::string target_;
};

server canned_server();
/// One that holds so many events with so many bytes of data.
server canned_server(double events, double data_size);
/// One that writes its events at the pace of a real server.
server paced_server(double events);

/// The command of a worker of this program: so many items of that server in a pass.
words work(const std::string& name, const server& at, double count, const words& more = {});
words work(const std::string& name, const server& at, double count, const words& first, const words& second);

inline const words sharing{"scheduler=sharing"};
inline const words stealing{"scheduler=stealing"};

} // namespace kdb::bench
