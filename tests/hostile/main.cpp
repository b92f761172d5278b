// SPDX-License-Identifier: Apache-2.0

// kdb_hostile clients|node [--seconds N] [--seed N] [--patient] [--floods] [--verbose]
//
//   clients   clients of all kinds against servers that answer with random, mutated, oversized and endless replies
//   node      the development node against clients that send random and mutated requests and frames, while a good client works
//
// Rounds of three seconds until that much time has passed. Ends with 1 when something crashed, hung, grew, or ended otherwise than it should. A
// round that is named with its seed is repeated by it, as far as threads let it. --patient is for busy
// machines: what is late by seconds is no finding then, what hangs still is, and memory has more room. --floods adds headers
// without end: gRPC 1.51 keeps all of them in memory, and calls on such a connection may end late.

#include <malloc.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <limits>
#include <random>
#include <string_view>
#include <thread>

#include <google/protobuf/stubs/logging.h>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/lsan_interface.h>
#endif

#include "tests/fixtures/process.hpp"
#include "tests/fixtures/wait.hpp"
#include "tests/hostile/client_round.hpp"
#include "tests/hostile/corpus.hpp"
#include "tests/hostile/node_round.hpp"

namespace {

using namespace std::chrono_literals;
namespace hostile = kdb::hostile;
namespace fixtures = kdb::fixtures;

/// After a round, compared with the first ones: what the allocator keeps, which comes and goes with what the rounds were about.
constexpr std::uint64_t spare_bytes = 96ull << 20;
/// While a round goes on: two clients with quotas of 64 MiB each, and what the servers hold.
constexpr std::uint64_t most_in_a_round = 384ull << 20;
/// With headers without end, of which gRPC accounts for an eighteenth.
constexpr std::uint64_t most_in_a_flood = 2048ull << 20;

struct options {
  bool is_node = false;
  std::uint64_t room = 1; // Times the memory that there may be.
  hostile::round_options round{.grace = 2s * fixtures::slowness};
  std::uint64_t seed = std::random_device{}();
  std::chrono::seconds duration{60};
  bool valid = false;
};

options read(int argc, char** argv) {
  options how;
  for (int i = 1; i < argc; ++i) {
    const std::string_view option = argv[i];
    const auto number = [&] { return i + 1 < argc ? std::strtoull(argv[++i], nullptr, 10) : 0; };
    if (option == "clients" || option == "node") {
      how.is_node = option == "node";
      how.valid = true;
    } else if (option == "--seconds") {
      how.duration = std::chrono::seconds{number()};
    } else if (option == "--seed") {
      how.seed = number();
    } else if (option == "--patient") {
      how.round.grace = fixtures::patience;
      how.room = 3;
    } else if (option == "--floods") {
      how.round.floods = true;
    } else if (option == "--verbose") {
      how.round.verbose = true;
    } else {
      how.valid = false;
      break;
    }
  }
  return how;
}

/// The transport keeps connections whose peer is silent for ten seconds: so long it may take to get below the bound.
std::uint64_t memory_at_rest(std::uint64_t bound) {
  std::uint64_t now = 0;
  const fixtures::stopwatch waited;
  do {
    malloc_trim(0);
    now = fixtures::held_bytes();
    if (now > bound)
      std::this_thread::sleep_for(200ms);
  } while (now > bound && waited.elapsed() < fixtures::patience);
  return now;
}

/// Whether something is lost for good; reports it on standard error. Without the address sanitizer nobody knows.
bool leaks() {
#if defined(__SANITIZE_ADDRESS__)
  // Nobody points to what a thread was given while that thread starts, and gRPC starts some whenever it likes: only what stays lost counts.
  const fixtures::stopwatch waited;
  while (__lsan_do_recoverable_leak_check() != 0) {
    if (waited.elapsed() > fixtures::patience)
      return true;
    std::this_thread::sleep_for(1s);
  }
#endif
  return false;
}

} // namespace

int main(int argc, char** argv) {
  const auto how = read(argc, argv);
  if (!how.valid) {
    std::cerr << "kdb_hostile clients|node [--seconds N] [--seed N] [--patient] [--floods] [--verbose]\n";
    return 2;
  }
  // Otherwise glibc learns from large blocks that were given back, and keeps up to 64 MiB for each of its arenas.
  ::mallopt(M_MMAP_THRESHOLD, 128 << 10);
  ::mallopt(M_TRIM_THRESHOLD, 128 << 10);
  ::setenv("GRPC_VERBOSITY", "NONE", 0);    // And one for each frame that is broken.
  google::protobuf::SetLogHandler(nullptr); // One line for each text that is not UTF-8.
  const auto recorded = hostile::corpus::load();
  hostile::findings book;
  hostile::watch watching;
  const fixtures::stopwatch all;
  auto fewest_files = std::numeric_limits<std::size_t>::max();
  std::uint64_t settled = 0;
  std::uint64_t rounds = 0;
  for (auto seed = how.seed; all.elapsed() < how.duration && book.count() == 0; ++seed) {
    const auto name = "round " + std::to_string(++rounds) + ", seed " + std::to_string(seed);
    std::cout << name << std::endl;
    watching.name(name);
    const auto run = how.is_node ? hostile::run_node_round : hostile::run_client_round;
    run(recorded, seed, how.round, watching, book);
    constexpr std::uint64_t first_rounds = 4;
    const auto bound = settled + how.room * spare_bytes;
    const auto now = memory_at_rest(rounds <= first_rounds ? std::numeric_limits<std::uint64_t>::max() : bound);
    if (leaks())
      book.add("a leak");
    fewest_files = std::min(fewest_files, fixtures::open_files());
    if (how.round.verbose)
      std::cout << "  " << (now >> 20) << " MiB, at most " << (watching.most_bytes() >> 20) << "\n";
    if (rounds <= first_rounds)
      settled = std::max(settled, now);
    else if (now > bound)
      book.add("memory: " + std::to_string(now >> 20) + " MiB after " + std::to_string(settled >> 20));
    const auto most = how.round.floods ? most_in_a_flood : most_in_a_round;
    if (watching.most_bytes() > how.room * most)
      book.add("memory: " + std::to_string(watching.most_bytes() >> 20) + " MiB during a round");
  }
  // Connections whose peer is silent stay for a while, and would be taken for leaks when the program ends.
  for (const fixtures::stopwatch waited; fixtures::open_files() > fewest_files && waited.elapsed() < fixtures::patience;)
    std::this_thread::sleep_for(200ms);
  std::cout << rounds << " rounds, " << book.count() << " findings, at most " << (watching.most_bytes() >> 20) << " MiB"
            << std::endl;
  return book.count() == 0 ? 0 : 1;
}
