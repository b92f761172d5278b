// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/contest.hpp"

#include <cstdio>
#include <stdexcept>

namespace kdb::bench {

namespace {

constexpr std::chrono::seconds patience{120};

} // namespace

void contest::add(const std::string& name, std::vector<std::string> command, child* server) {
  order_.push_back(name);
  auto& added = entries_[name];
  added.process = std::make_unique<child>(command);
  added.server = server;
}

void contest::run(int rounds) {
  for (auto& name : order_) {
    std::fprintf(stderr, "%s: warming up %s\n", title_.c_str(), name.c_str());
    run_pass(entries_.at(name));
  }
  for (int round = 0; round < rounds; ++round) {
    std::fprintf(stderr, "%s: round %d of %d", title_.c_str(), round + 1, rounds);
    run_round(round % 2 != 0);
  }
}

void contest::run_once() {
  std::fprintf(stderr, "%s", title_.c_str());
  run_round(false);
}

void contest::run_round(bool reversed) {
  for (std::size_t i = 0; i < order_.size(); ++i) {
    auto& name = order_[reversed ? order_.size() - 1 - i : i];
    auto result = run_pass(entries_.at(name));
    if (result.p50_micros > 0)
      std::fprintf(stderr, " | %s %.1f µs", name.c_str(), result.p50_micros);
    else
      std::fprintf(stderr, " | %s %.0f/s", name.c_str(), result.rate());
    entries_.at(name).passes.push_back(result);
  }
  std::fputc('\n', stderr);
}

pass contest::run_pass(entry& which) {
  auto before = which.server ? which.server->cpu_seconds() : 0;
  which.process->write_line("go");
  auto line = which.process->read_line(patience);
  auto result = parse_pass(line);
  if (!result)
    throw std::runtime_error{which.process->name() + ": " + line};
  if (which.server)
    result->server_cpu_seconds = which.server->cpu_seconds() - before;
  return *result;
}

double contest::median_of(const std::string& name, const std::function<double(const pass&)>& value) const {
  std::vector<double> values;
  for (auto& each : passes(name))
    values.push_back(value(each));
  return median(std::move(values));
}

double contest::median_of_pairs(const std::string& a, const std::string& b,
                                const std::function<double(const pass&, const pass&)>& value) const {
  std::vector<double> values;
  for (std::size_t i = 0; i < passes(a).size(); ++i)
    values.push_back(value(passes(a)[i], passes(b)[i]));
  return median(std::move(values));
}

std::string contest::fastest(const std::vector<std::string>& names) const {
  auto best = names.front();
  for (auto& name : names)
    if (median_of(name, &pass::rate) > median_of(best, &pass::rate))
      best = name;
  return best;
}

} // namespace kdb::bench
