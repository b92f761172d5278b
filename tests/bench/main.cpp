// SPDX-License-Identifier: Apache-2.0

// kdb_bench: measures libkdb against what others can do. The same program is also each server and each worker, in a process of its own:
//
//   kdb_bench run [--only NAME] [--quick] [--write FILE]
//   kdb_bench grow [--only NAME] [--quick] [--write FILE]
//   kdb_bench serve canned [EVENTS [MESSAGES-PER-FRAME | paced | size=BYTES]] | serve generic SOURCE STREAM [hint] | serve tls TARGET CA-FILE
//   kdb_bench work WORKER [name=value …]

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <string_view>
#include <thread>

#include "tests/bench/growth.hpp"
#include "tests/bench/plan.hpp"
#include "tests/bench/servers/canned_server.hpp"
#include "tests/bench/servers/generic_server.hpp"
#include "tests/bench/servers/tls_server.hpp"
#include "tests/bench/workers/worker.hpp"

namespace kdb::bench {

namespace {

int serve(int argc, char** argv) {
  std::string_view kind = argv[0];
  if (kind == "canned") {
    canned_server_options options;
    if (argc > 1)
      options.events = std::strtoull(argv[1], nullptr, 10);
    const std::string_view kind_of_events = argc > 2 ? argv[2] : "";
    if (kind_of_events == "paced")
      options.paced = true;
    else if (kind_of_events.starts_with("size="))
      options.data_size = std::strtoull(argv[2] + kind_of_events.find('=') + 1, nullptr, 10);
    else if (!kind_of_events.empty())
      options.messages_per_frame = std::strtoull(argv[2], nullptr, 10);
    return run_canned_server(options);
  }
  if (kind == "generic" && argc > 2)
    return run_generic_server(argv[1], argv[2], argc > 3);
  if (kind == "tls" && argc > 2)
    return run_tls_server(argv[1], argv[2]);
  std::fprintf(stderr, "no server of kind %s\n", argv[0]);
  return 2;
}

struct command_line {
  std::string only;
  std::string document;
  bool quick = false;
};

/// Runs one group; what it can't measure becomes a row that fails.
std::vector<row> run_group(const group& which, const run_settings& how) {
  try {
    return which.run(how);
  } catch (const std::exception& problem) {
    std::fprintf(stderr, "\n%s: %s\n", which.name.c_str(), problem.what());
    return {failed_row(which.name, which.about, problem.what())};
  }
}

/// What the numbers depend on besides us.
std::string conditions() {
  double load = 0;
  ::getloadavg(&load, 1);
  char text[128];
  std::snprintf(text, sizeof(text), "%u cores; load average before the run %.1f.", std::thread::hardware_concurrency(), load);
  return text;
}

run_settings settings_of(const command_line& what, int rounds, int quick_rounds) {
  run_settings how{.rounds = rounds,
                   .node_program = "node",
                   .scripts = KDB_BENCH_SCRIPTS,
                   .node_client = KDB_BENCH_NODE,
                   .devnode = KDB_BENCH_DEVNODE};
  if (what.quick) {
    how.rounds = quick_rounds;
    how.scale = 0.25;
  }
  return how;
}

const char* about_quick(const command_line& what) {
  return what.quick ? " (quick run: not for the record)" : "";
}

/// Measures the rows with bars.
int run(const command_line& what) {
  const auto where = conditions();
  const auto how = settings_of(what, 7, 3);
  std::vector<row> rows;
  for (auto& each : groups())
    if (what.only.empty() || each.name.starts_with(what.only))
      for (auto& line : run_group(each, how)) {
        std::printf("%s\n", to_text(line).c_str());
        std::fflush(stdout);
        rows.push_back(std::move(line));
      }
  auto missed = 0;
  for (auto& each : rows)
    missed += !each.holds;
  std::printf("\n%zu rows, %d below their bar%s\n", rows.size(), missed, about_quick(what));
  if (!what.document.empty())
    write_into(what.document, "bench", where + "\n\n" + to_markdown(rows));
  return missed ? 1 : 0;
}

/// Measures how costs grow.
int grow(const command_line& what) {
  const auto where = conditions();
  const auto how = settings_of(what, 5, 1);
  std::vector<growth_table> tables;
  for (auto& each : growth_groups())
    if (each.name.starts_with(what.only)) {
      tables.push_back(each.run(how));
      std::printf("%s\n", to_text(tables.back()).c_str());
      std::fflush(stdout);
    }
  const auto faster = std::ranges::count_if(tables, [](auto& each) { return !is_linear(each); });
  std::printf("%zu tables, %td with a cost that grows faster than linearly%s\n", tables.size(), faster, about_quick(what));
  if (!what.document.empty()) {
    write_into(what.document, "growth", where + "\n");
    for (auto& each : tables)
      write_into(what.document, "growth-" + each.name, "\n" + to_markdown(each) + "\n");
  }
  return faster ? 1 : 0;
}

/// `run` or `grow`, and the groups that each knows.
template <class Groups>
int measure(const char* command, const Groups& all, int (*measured)(const command_line&), int argc, char** argv) {
  const auto usage = [&] {
    std::fprintf(stderr, "usage: kdb_bench %s [--only NAME] [--quick] [--write FILE]\nnames:\n", command);
    for (auto& each : all)
      std::fprintf(stderr, "  %-17s %s\n", each.name.c_str(), each.about.c_str());
    return 2;
  };
  command_line what;
  for (int i = 0; i < argc; ++i) {
    std::string_view word = argv[i];
    if (word == "--quick")
      what.quick = true;
    else if (word == "--only" && i + 1 < argc)
      what.only = argv[++i];
    else if (word == "--write" && i + 1 < argc)
      what.document = argv[++i];
    else
      return usage();
  }
  if (std::ranges::none_of(all, [&](auto& each) { return each.name.starts_with(what.only); }))
    return usage();
  if (!what.document.empty() && (what.quick || !what.only.empty())) {
    std::fprintf(stderr, "--write keeps whole runs only\n");
    return 2;
  }
  return measured(what);
}

int run(int argc, char** argv) {
  return measure("run", groups(), run, argc, argv);
}

/// A table that cannot be measured ends the command: a plot has no place for it.
int grow(int argc, char** argv) {
  try {
    return measure("grow", growth_groups(), grow, argc, argv);
  } catch (const std::exception& problem) {
    std::fprintf(stderr, "\n%s\n", problem.what());
    return 1;
  }
}

} // namespace

} // namespace kdb::bench

int main(int argc, char** argv) {
  using namespace kdb::bench;
  ::signal(SIGPIPE, SIG_IGN);
  std::string_view command = argc > 1 ? argv[1] : "run";
  if (command == "serve" && argc > 2)
    return serve(argc - 2, argv + 2);
  if (command == "work" && argc > 2)
    return run_worker(argv[2], work_options::parse(argc - 3, argv + 3));
  if (command == "run")
    return run(argc - 2, argv + 2);
  if (command == "grow")
    return grow(argc - 2, argv + 2);
  return run(argc - 1, argv + 1);
}
