// SPDX-License-Identifier: Apache-2.0

// kdb_scale [COUNT]: one client of a cluster with so many live subscriptions, 10 000 unless told otherwise, beside a loop over gRPC. Prints each figure
// with its bar, and ends with 1 if one is below. Takes a minute and a half; let nothing else run on the machine meanwhile.

#include <cmath>
#include <iostream>
#include <sstream>

#include "tests/fixtures/child.hpp"
#include "tests/fixtures/process.hpp"

#include "tests/scale/roles.hpp"

namespace {

using namespace std::chrono_literals;
using kdb::fixtures::child;

/// The numbers of a line. Throws if there are fewer.
std::vector<double> numbers(const std::string& line, std::size_t count) {
  std::istringstream in{line};
  std::vector<double> all;
  for (double one = 0; in >> one;)
    all.push_back(one);
  if (all.size() < count)
    throw std::runtime_error{"a process said: " + line};
  return all;
}

class table {
public:
  void row(const std::string& what, double value, double at_most, const std::string& unit) {
    const auto fine = value <= at_most;
    fine_ &= fine;
    std::cout << "| " << what << " | " << value << " " << unit << " | ≤ " << at_most << " " << unit << " | "
              << (fine ? "" : "BELOW") << " |\n";
  }
  void row(const std::string& what, double value, const std::string& unit) {
    std::cout << "| " << what << " | " << value << " " << unit << " | | |\n";
  }
  bool fine() const { return fine_; }

private:
  bool fine_ = true;
};

int measure(std::size_t count) {
  const auto self = kdb::fixtures::own_path();
  const auto number = std::to_string(count);
  child cluster{{self, "cluster"}};
  std::istringstream where{cluster.read_line()};
  std::string connection_string, leader;
  where >> connection_string >> leader;

  child raw{{self, "raw", leader, number}};
  const auto loop = numbers(raw.read_line(120s), 2);
  raw.kill();
  child client{{self, "client", connection_string, number}};
  const auto start = numbers(client.read_line(120s), 4);
  client.write_line("go on");
  const auto idle = numbers(client.read_line(60s), 1);
  cluster.write_line("kill");
  const auto asked_before = numbers(cluster.read_line(), 1)[0];
  client.write_line("go on");
  const auto again = numbers(client.read_line(120s), 4);
  cluster.write_line("count");
  const auto asked = numbers(cluster.read_line(), 1)[0] - asked_before;

  table all;
  std::cout << "| " << count << " live subscriptions of one client | measured | bar | |\n|---|---|---|---|\n";
  all.row("resident memory each, beyond the idle client", start[1] / 1000, 30, "kB");
  all.row("the same of the raw loop", loop[1] / 1000, "kB");
  all.row("threads", start[2], 16, "");
  all.row("CPU when idle, `sharing`", idle[0], 1, "%");
  all.row("all confirmed", start[0], 2.5 * loop[0], "ms");
  all.row("the same of the raw loop", loop[0], "ms");
  all.row("starts that failed", start[3], 0, "");
  all.row("all live again after their node was killed", again[0], 10'000, "ms");
  all.row("the first append after that", again[1], "ms");
  // One discovery at a time asks two nodes that are left, at most once in 100 ms.
  all.row("gossip that the nodes were asked for meanwhile", asked, 2 + 2 * std::ceil(again[0] / 100), "");
  all.row("subscriptions that ended", again[2], 0, "");
  all.row("events delivered twice", again[3], 0, "");
  return all.fine() ? 0 : 1;
}

} // namespace

int main(int argc, char** argv) {
  const std::string role = argc > 1 ? argv[1] : "10000";
  try {
    if (role == "cluster")
      return kdb::scale::run_cluster();
    if (role == "raw" && argc == 4)
      return kdb::scale::run_raw(argv[2], std::stoul(argv[3]));
    if (role == "client" && argc == 4)
      return kdb::scale::run_client(argv[2], std::stoul(argv[3]));
    return measure(std::stoul(role));
  } catch (const std::exception& why) {
    std::cerr << "kdb_scale: " << why.what() << "\n";
    return 1;
  }
}
