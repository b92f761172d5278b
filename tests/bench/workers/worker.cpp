// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/workers/worker.hpp"

#include <cstdio>
#include <exception>
#include <iostream>
#include <stdexcept>

#include "tests/bench/workers/memory.hpp"

namespace kdb::bench {

namespace {

using factory = worker (*)(const work_options&);

const std::map<std::string_view, factory>& factories() {
  static const std::map<std::string_view, factory> all = {
    {"raw-read-typed", make_raw_read_typed},
    {"raw-read-sync", make_raw_read_sync},
    {"raw-read-floor", make_raw_read_floor},
    {"raw-append", make_raw_append},
    {"raw-append-gather", make_raw_append_gather},
    {"raw-append-single", make_raw_append_single},
    {"raw-live", make_raw_live},
    {"raw-fill", make_raw_fill},
    {"raw-records", make_raw_records},
    {"raw-consume", make_raw_consume},
    {"raw-consume-live", make_raw_consume_live},
    {"actors-consume", make_actors_consume},
    {"actors-consume-live", make_actors_consume_live},
    {"actors-read", make_actors_read},
    {"actors-read-all", make_actors_read_all},
    {"actors-append", make_actors_append},
    {"actors-records", make_actors_records},
    {"actors-append-single", make_actors_append_single},
    {"actors-live", make_actors_live},
    {"actors-subscribe", make_actors_subscribe},
    {"actors-follow", make_actors_follow},
    {"raw-follow", make_raw_follow},
    {"client-read", make_client_read},
    {"client-append-single", make_client_append_single},
    {"asio-read", make_asio_read},
    {"asio-append", make_asio_append},
    {"raw-connect", make_raw_connect},
    {"actors-connect", make_actors_connect},
  };
  return all;
}

} // namespace

work_options work_options::parse(int argc, char** argv) {
  work_options result;
  const std::map<std::string, std::string*> texts = {
    {"target", &result.target}, {"stream", &result.stream}, {"scheduler", &result.scheduler},
    {"filter", &result.filter}, {"ca", &result.ca},         {"signals", &result.signals}};
  const std::map<std::string, std::uint64_t*> numbers = {
    {"count", &result.count},     {"size", &result.size},       {"in-flight", &result.in_flight},
    {"streams", &result.streams}, {"threads", &result.threads}, {"subscriptions", &result.subscriptions}};
  for (int i = 0; i < argc; ++i) {
    std::string word = argv[i];
    auto split = word.find('=');
    auto name = word.substr(0, split);
    auto value = split == std::string::npos ? "" : word.substr(split + 1);
    if (auto text = texts.find(name); text != texts.end())
      *text->second = value;
    else if (auto number = numbers.find(name); number != numbers.end())
      *number->second = std::stoull(value);
    else
      throw std::invalid_argument{"unknown option " + name};
  }
  return result;
}

int run_worker(std::string_view name, const work_options& options) {
  auto found = factories().find(name);
  if (found == factories().end()) {
    std::fprintf(stderr, "no worker is called %.*s\n", static_cast<int>(name.size()), name.data());
    return 2;
  }
  try {
    auto work = found->second(options);
    const auto start = resident_mib();
    for (std::string line; std::getline(std::cin, line);) {
      auto result = work();
      result.growth_mib = peak_resident_mib() - start;
      std::puts(to_line(result).c_str());
      std::fflush(stdout);
    }
  } catch (const std::exception& problem) {
    std::fprintf(stderr, "%.*s: %s\n", static_cast<int>(name.size()), name.data(), problem.what());
    return 1;
  }
  return 0;
}

} // namespace kdb::bench
