// SPDX-License-Identifier: Apache-2.0
#include "tests/golden/failover.hpp"

#include <cstdio>
#include <future>
#include <list>
#include <mutex>
#include <random>
#include <thread>

#include "tests/golden/wire_json.hpp"

namespace kdb::golden {

using nlohmann::json;
using namespace std::chrono_literals;

namespace {

constexpr auto longest_call = 10s;

// What the node itself says when it is unavailable; everything else comes from the client's gRPC.
bool said_by_server(const std::string& message) {
  return message == "Server Is Not Ready" || message.starts_with("The server is ");
}

std::string with_names(std::string text, const names_by_port& names) {
  const std::string host = "127.0.0.1:";
  if (auto at = text.find(host); at != std::string::npos)
    if (auto found = names.find(text.substr(at + host.size())); found != names.end())
      text.replace(at, std::string::npos, found->second);
  return text;
}

std::string named(const std::string& port, const names_by_port& names) {
  auto found = names.find(port);
  return found == names.end() ? port : found->second;
}

std::string new_id() {
  static std::mutex mutex;
  static std::mt19937_64 random{20'26};
  std::lock_guard lock{mutex};
  char text[37];
  std::snprintf(text, sizeof text, "%08x-0000-4000-8000-%012llx", static_cast<unsigned>(random()),
                static_cast<unsigned long long>(random() & 0xFFFFFFFFFFFFULL));
  return text;
}

void renew_ids(json& value) {
  if (value.is_structured())
    for (auto& element : value)
      renew_ids(element);
  if (!value.is_object())
    return;
  if (value.contains("record_id"))
    value["record_id"] = new_id();
  if (value.contains("id") && value["id"].is_object())
    value["id"] = {{"string", new_id()}};
}

json answer_of(generic_call& call, const std::string& response_type) {
  auto message = std::string{};
  switch (call.read(message, longest_call)) {
    case generic_call::read_result::message: return {{"response", from_wire(response_type, message)}};
    case generic_call::read_result::ended: return {{"status", call.status()}};
    default: return {{"status", {{"code", "HANGS"}, {"message", ""}, {"trailers", json::object()}}}};
  }
}

} // namespace

std::string outcome_of(const json& seen, const names_by_port& names) {
  if (seen.contains("response"))
    return seen["response"].empty() ? "empty" : seen["response"].begin().key();
  const auto& status = seen.at("status");
  auto code = status.value("code", "");
  auto message = status.value("message", "");
  // gRPC's server cancels calls that come while it closes its connections; it has no words for that.
  if ((code == "UNAVAILABLE" && !said_by_server(message)) || message == "CANCELLED")
    return "transport";
  auto result = code + (message.empty() ? "" : " " + with_names(message, names));
  auto trailers = status.value("trailers", json::object());
  if (trailers.contains("exception"))
    result += " [" + trailers["exception"].get<std::string>() + "]";
  if (trailers.contains("leader-endpoint-port"))
    result += " -> " + named(trailers["leader-endpoint-port"].get<std::string>(), names);
  return result;
}

std::map<std::string, std::string> members_of(const json& cluster_info, const names_by_port& names) {
  auto result = std::map<std::string, std::string>{};
  for (const auto& member : cluster_info.at("members"))
    result[names.at(std::to_string(member["http_end_point"]["port"].get<int>()))] =
      member.value("is_alive", false) ? member.value("state", "Initializing") : "dead";
  return result;
}

std::vector<std::string> without_repeats(const std::vector<std::string>& values) {
  auto result = std::vector<std::string>{};
  for (const auto& value : values)
    if (result.empty() || result.back() != value)
      result.push_back(value);
  return result;
}

std::vector<json> call_again_and_again(const std::string& target, const probe& wanted, const std::atomic<bool>& stop,
                                       std::atomic<std::size_t>& begun) {
  auto shape = find_method(wanted.method);
  auto servers = std::list<connection>{};
  std::atomic<bool> lost = true, first = true;
  auto answers = std::vector<std::future<json>>{};
  for (auto next = std::chrono::steady_clock::now(); !stop; next += wanted.every) {
    std::this_thread::sleep_until(next);
    // gRPC only works on a connection while somebody waits for a call, and calls to a server that is known to be gone fail at once.
    if (lost.exchange(false))
      servers.emplace_back(target);
    auto call = generic_call{servers.back(), wanted.method, wanted.metadata, wanted.deadline};
    for (auto request : wanted.requests) {
      renew_ids(request);
      call.write(to_wire(shape.request, request));
    }
    call.writes_done();
    answers.push_back(
      std::async(std::launch::async, [&lost, &first, &begun, call = std::move(call), type = shape.response]() mutable {
        auto mine = std::move(call); // ends with its answer
        auto result = answer_of(mine, type);
        if (outcome_of(result, {}) == "transport")
          lost = true;
        if (first.exchange(false))
          ++begun;
        return result;
      }));
  }
  auto result = std::vector<json>{};
  for (auto& each : answers)
    result.push_back(each.get());
  return result;
}

} // namespace kdb::golden
