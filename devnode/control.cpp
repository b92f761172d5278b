// SPDX-License-Identifier: Apache-2.0
#include "devnode/control.hpp"

#include <array>
#include <charconv>
#include <optional>
#include <stdexcept>
#include <vector>

namespace kdb::inline v0 {
namespace {

constexpr std::string_view help = R"(status             shows the state of each node
kill N             like SIGKILL: resets the connections, and closes the port
start N            starts a node that was killed or has shut down
hang N, thaw N     like SIGSTOP and SIGCONT: the node does not answer meanwhile
drain N            like SIGTERM: ends the streaming calls, then the node
resign N           makes the leader resign
leaderless, elect  leaves the cluster without a leader; elects one again
priority N P       sets the priority in elections among nodes with equal logs
cut N [BYTES]      resets the connections, now or after that many bytes to each client
refuse N, accept N refuses connections while the node runs; accepts them again
stall N            stops forwarding data from and to the node
delay N MS         delays data in both directions
slow N BYTES       limits each connection to that many bytes a second
resume N           ends stall, delay, slow, and cut with BYTES
settle             waits until there is a leader that all nodes follow
)";

struct arguments {
  std::size_t node = 0;
  std::uint64_t number = 0;
};

struct command {
  std::string_view name;
  int least; ///< Numbers that it needs.
  int most;
  void (*run)(devcluster&, const arguments&);
};

constexpr std::array commands{
  command{"kill", 1, 1, [](devcluster& all, const arguments& a) { all.kill(a.node); }},
  command{"start", 1, 1, [](devcluster& all, const arguments& a) { all.start(a.node); }},
  command{"hang", 1, 1, [](devcluster& all, const arguments& a) { all.hang(a.node); }},
  command{"thaw", 1, 1, [](devcluster& all, const arguments& a) { all.thaw(a.node); }},
  command{"drain", 1, 1, [](devcluster& all, const arguments& a) { all.drain(a.node); }},
  command{"resign", 1, 1,
          [](devcluster& all, const arguments& a) {
            if (!all.resign(a.node))
              throw std::runtime_error{"the node is not the leader"};
          }},
  command{"leaderless", 0, 0, [](devcluster& all, const arguments&) { all.leaderless(); }},
  command{"elect", 0, 0, [](devcluster& all, const arguments&) { all.elect(); }},
  command{"priority", 2, 2, [](devcluster& all, const arguments& a) { all.set_priority(a.node, static_cast<int>(a.number)); }},
  command{"cut", 1, 2,
          [](devcluster& all, const arguments& a) {
            a.number == 0 ? all.network(a.node).cut() : all.network(a.node).cut_after(a.number);
          }},
  command{"refuse", 1, 1, [](devcluster& all, const arguments& a) { all.network(a.node).refuse(); }},
  command{"accept", 1, 1, [](devcluster& all, const arguments& a) { all.network(a.node).accept_again(); }},
  command{"stall", 1, 1, [](devcluster& all, const arguments& a) { all.network(a.node).stall(); }},
  command{"delay", 2, 2,
          [](devcluster& all, const arguments& a) { all.network(a.node).delay(std::chrono::milliseconds{a.number}); }},
  command{"slow", 2, 2, [](devcluster& all, const arguments& a) { all.network(a.node).slow(a.number); }},
  command{"resume", 1, 1, [](devcluster& all, const arguments& a) { all.network(a.node).resume(); }},
  command{"settle", 0, 0,
          [](devcluster& all, const arguments&) {
            if (!all.wait_until_steady())
              throw std::runtime_error{"the cluster does not settle"};
          }},
};

std::vector<std::string_view> words_of(std::string_view line) {
  constexpr std::string_view space = " \t\r\n";
  std::vector<std::string_view> words;
  for (auto begin = line.find_first_not_of(space); begin != line.npos; begin = line.find_first_not_of(space)) {
    line.remove_prefix(begin);
    auto end = std::min(line.find_first_of(space), line.size());
    words.push_back(line.substr(0, end));
    line.remove_prefix(end);
  }
  return words;
}

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failed != std::errc{} || end != text.data() + text.size() || value > 1'000'000'000)
    return std::nullopt;
  return value;
}

std::string status_of(const devcluster& cluster) {
  std::string all;
  for (std::size_t i = 0; i < cluster.size(); ++i) {
    auto state = cluster.state(i);
    all += std::to_string(i) + " 127.0.0.1:" + std::to_string(cluster.port(i)) + " " + (state.empty() ? "ended" : state) +
           (state.empty() || cluster.caught_up(i) ? "\n" : " behind\n");
  }
  return all;
}

std::string run(devcluster& cluster, const std::vector<std::string_view>& words) {
  if (words[0] == "help")
    return std::string{help};
  if (words[0] == "status")
    return status_of(cluster);
  for (auto& each : commands) {
    if (each.name != words[0])
      continue;
    auto given = static_cast<int>(words.size()) - 1;
    if (given < each.least || given > each.most)
      throw std::runtime_error{std::string{each.name} + " takes other numbers; try help"};
    arguments numbers;
    for (int i = 1; i <= given; ++i) {
      auto value = number(words[static_cast<std::size_t>(i)]);
      if (!value)
        throw std::runtime_error{"not a number: " + std::string{words[static_cast<std::size_t>(i)]}};
      (i == 1 ? numbers.node : numbers.number) = *value;
    }
    each.run(cluster, numbers);
    return {};
  }
  throw std::runtime_error{"unknown command " + std::string{words[0]} + "; try help"};
}

} // namespace

std::string control(devcluster& cluster, std::string_view line) {
  auto words = words_of(line);
  if (words.empty())
    return {};
  try {
    return run(cluster, words) + "ok\n";
  } catch (const std::exception& problem) {
    return "error: " + std::string{problem.what()} + "\n";
  }
}

} // namespace kdb::inline v0
