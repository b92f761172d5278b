// SPDX-License-Identifier: Apache-2.0

// kdb_chaos [--seconds N] [--seed N] [--round MS] [--only FAULT] [--verbose]: rounds of random faults until that much time has passed. Ends with 1 when something
// went against the promises. The same seed gives the same faults and plans, though not the same interleaving.

#include <malloc.h>

#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <limits>
#include <random>
#include <string_view>

#include "tests/fixtures/process.hpp"
#include "tests/fixtures/wait.hpp"

#include "tests/chaos/round.hpp"

namespace {

using namespace std::chrono_literals;
namespace fixtures = kdb::fixtures;

/// What a program should have no more of after a round than before.
struct footprint {
  std::size_t threads, grpc_threads, files;
  std::uint64_t bytes;
};

/// Waits until there are no more files than `files`, in vain if some stay: gRPC keeps a connection that was silent for ten seconds.
footprint measure(std::size_t files) {
  try {
    fixtures::wait_until("the last connections to end", [&] { return fixtures::open_files() <= files; });
  } catch (const std::exception&) {
    // The comparison says which.
  }
  const auto all = fixtures::wait_until_steady("steady threads", fixtures::thread_count, 500ms);
  const auto of_grpc = fixtures::grpc_thread_count();
  footprint now{.threads = all - of_grpc,
                .grpc_threads = of_grpc,
                .files = fixtures::wait_until_steady("steady files", fixtures::open_files, 500ms),
                .bytes = 0};
  malloc_trim(0);
  now.bytes = fixtures::held_bytes();
  return now;
}

std::ostream& operator<<(std::ostream& out, const footprint& what) {
  return out << what.threads << " threads and " << what.grpc_threads << " of gRPC, " << what.files << " files, "
             << (what.bytes >> 20) << " MiB";
}

/// `first` is after one round: by then gRPC has what it keeps for good.
void compare(const footprint& first, const footprint& now, kdb::chaos::ledger& book) {
  constexpr std::size_t spare_threads = 8;           // Of gRPC's pools, which grow with what is under way.
  constexpr std::uint64_t spare_bytes = 48ull << 20; // The allocator's arenas, however many rounds there were.
  if (now.threads > first.threads || now.grpc_threads > first.grpc_threads + spare_threads)
    book.finding("threads: " + std::to_string(now.threads) + " and " + std::to_string(now.grpc_threads) + " of gRPC after " +
                 std::to_string(first.threads) + " and " + std::to_string(first.grpc_threads));
  // Under sanitizers faults last five times as long, and gRPC loses a connection that waits for its first frame for longer than a channel
  // is kept for it (rpc/departure).
  constexpr std::size_t spare_files = fixtures::slowness > 1 ? 16 : 0;
  if (now.files > first.files + spare_files) {
    for (const auto& file : std::filesystem::directory_iterator{"/proc/self/fd"}) {
      std::error_code gone;
      std::cout << "    " << file.path().filename().string() << " " << std::filesystem::read_symlink(file.path(), gone).string()
                << "\n";
    }
    book.finding("open files: " + std::to_string(now.files) + " after " + std::to_string(first.files));
  }
  if (now.bytes > first.bytes + spare_bytes)
    book.finding("memory: " + std::to_string(now.bytes >> 20) + " MiB after " + std::to_string(first.bytes >> 20));
}

} // namespace

int main(int argc, char** argv) {
  std::uint64_t seed = std::random_device{}();
  std::chrono::seconds duration{60};
  kdb::chaos::round_options how;
  for (int i = 1; i < argc; ++i) {
    const std::string_view option = argv[i];
    const auto number = [&] { return i + 1 < argc ? std::strtoull(argv[++i], nullptr, 10) : 0; };
    if (option == "--seconds")
      duration = std::chrono::seconds{number()};
    else if (option == "--seed")
      seed = number();
    else if (option == "--round")
      how.faults_for = std::chrono::milliseconds{number()};
    else if (option == "--only")
      how.only = i + 1 < argc ? argv[++i] : "";
    else if (option == "--verbose")
      how.verbose = true;
    else
      return std::cerr << "usage: kdb_chaos [--seconds N] [--seed N] [--round MS] [--only FAULT] [--verbose]\n", 2;
  }
  kdb::chaos::ledger book;
  try {
    std::optional<footprint> first;
    const fixtures::stopwatch since;
    do {
      how.seed = seed++;
      kdb::chaos::run_round(how, book);
      const auto now = measure(first ? first->files : std::numeric_limits<std::size_t>::max());
      std::cout << "  " << now << std::endl;
      if (first)
        compare(*first, now, book);
      else
        first = now;
    } while (since.elapsed() < duration && book.findings().empty());
  } catch (const std::exception& why) {
    book.finding(std::string{"the round with seed "} + std::to_string(how.seed) + " broke off: " + why.what());
  }
  std::cout << book.begun() << " operations, " << book.succeeded() << " succeeded; failures: " << book.failures() << "\n"
            << book.findings().size() << " findings" << std::endl;
  std::_Exit(book.findings().empty() ? 0 : 1); // A round that broke off has threads still.
}
