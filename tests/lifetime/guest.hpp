// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <iostream>
#include <map>
#include <string>

#include <kdb/client.hpp>

// A program that uses clients in one way or another and ends. It prints a line for whatever a test looks at.
namespace kdb::guest {

using role = std::function<int(const std::string& uri)>;

std::map<std::string, role> exit_roles();
std::map<std::string, role> fork_roles();

inline void say(const std::string& line) {
  std::cout << line << std::endl; // Flushed: a child of fork must not print it again.
}

template <class T>
std::string told(const result<T>& outcome) {
  return outcome ? "ok" : std::string{to_string(outcome.error().code)};
}

inline client connected_client(const std::string& uri) {
  return client::connect(uri).value();
}

inline result<append_result> append_one(client& db, std::chrono::milliseconds deadline = std::chrono::seconds{10}) {
  std::vector<new_event> events;
  events.push_back(new_event::json("t", "{}"));
  return db.append_to_stream("guest", stream_state::any, std::move(events), {{.deadline = deadline}});
}

} // namespace kdb::guest
