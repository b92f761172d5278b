// SPDX-License-Identifier: Apache-2.0

// kdb_soak [CYCLES]: makes clients that fail in every way to connect and closes them, 100 000 times unless told otherwise. Memory, threads and open
// files have to stay as they were after the first tenth of them; ends with 1 if they don't, or if an operation has another end than it should.

#include <malloc.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <caf/scoped_actor.hpp>

#include <kdb/actors.hpp>
#include <kdb/client.hpp>
#include <kdb/devnode.hpp>

#include "tests/fixtures/process.hpp"
#include "tests/fixtures/tcp_proxy.hpp"
#include "tests/fixtures/wait.hpp"

namespace {

using namespace std::chrono_literals;
namespace fixtures = kdb::fixtures;

constexpr std::uint64_t bytes_more = 8ull << 20; // Over all cycles: less than 100 bytes each, when there are 100 000.
// Its pools keep the most threads they ever needed; all others have to be as many as before.
constexpr std::size_t grpc_threads_more = 8;

struct footprint {
  std::uint64_t bytes;
  std::size_t grpc_threads, other_threads, files;
};

/// Waits until what was under way has ended: the transport keeps connections that were silent for ten seconds.
footprint measure(std::size_t files_at_rest) {
  fixtures::wait_until("the last connections to end", [&] { return fixtures::open_files() <= files_at_rest; });
  const auto threads = fixtures::wait_until_steady("steady threads", fixtures::thread_count, 500ms);
  const auto files = fixtures::wait_until_steady("steady files", fixtures::open_files, 500ms);
  malloc_trim(0);
  const auto of_grpc = fixtures::grpc_thread_count();
  return {fixtures::held_bytes(), of_grpc, threads - of_grpc, files};
}

/// Where clients fail, or don't.
struct places {
  places() {
    refusing.refuse();
    stalled.stall();
  }
  kdb::devnode node;
  fixtures::tcp_proxy refusing{node.port()};
  fixtures::tcp_proxy resetting{0};
  fixtures::tcp_proxy stalled{node.port()};
  fixtures::tcp_proxy working{node.port()};
};

/// A way to fail: to whom, and with what.
struct kind {
  const char* name;
  std::string connection_string;
  std::optional<std::chrono::milliseconds> deadline;
  bool asks = true;
};

std::string seed(const fixtures::tcp_proxy& proxy) {
  return "127.0.0.1:" + std::to_string(proxy.port());
}

std::vector<kind> kinds_at(const places& at) {
  const auto one = [](const std::string& seeds) { return "kurrentdb://" + seeds + "?tls=false&maxDiscoverAttempts=1"; };
  return {
    {"refused", one(seed(at.refusing)), {}},
    {"reset", one(seed(at.resetting)), {}},
    {"silence", one(seed(at.stalled)), 5ms},
    {"seeds refuse and reset", one(seed(at.refusing) + "," + seed(at.resetting)), {}},
    {"seeds are silent", one(seed(at.stalled) + "," + seed(at.stalled)), 5ms},
    {"closed while it connects", one(seed(at.stalled)), {}, false},
    {"closed while it discovers", one(seed(at.stalled) + "," + seed(at.refusing)), {}, false},
    {"success", one(seed(at.working)), 10s},
  };
}

/// One cycle through the blocking client, with a runtime of its own.
kdb::errc cycle_blocking(const kind& how) {
  auto client = kdb::client::connect(how.connection_string).value();
  const auto head =
    how.asks ? client.get_commit_position({.call = {.deadline = how.deadline}}) : kdb::result<kdb::log_position>{};
  client.close();
  return head ? kdb::errc{} : head.error().code;
}

/// One cycle in the actor system of a host. When nobody waits the question ends with the client.
kdb::errc cycle_by_actors(caf::actor_system& system, const kind& how) {
  auto client = kdb::spawn_client(system, kdb::settings::from_connection_string(how.connection_string).value()).value();
  caf::scoped_actor self{system};
  std::optional<kdb::errc> end;
  auto asked = kdb::any_caf::request(self, client, caf::infinite, kdb::get_commit_position{{.call = {.deadline = how.deadline}}});
  if (!how.asks)
    kdb::any_caf::send(self, client, kdb::close{});
  std::move(asked).receive([&](kdb::log_position) { end = kdb::errc{}; },
                           [&](const caf::error& why) { end = kdb::error::from(why).code; });
  kdb::any_caf::request(self, client, caf::infinite, kdb::close{}).receive([] {}, [](const caf::error&) {});
  return *end;
}

} // namespace

int main(int argc, char** argv) {
  const std::size_t cycles = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 100'000;
  const places at;
  const auto kinds = kinds_at(at);
  kdb::owned_system host;
  std::map<std::string, std::map<kdb::errc, std::size_t>> ends;
  std::optional<footprint> first;
  footprint last{};
  cycle_blocking(kinds.back());
  const auto files_at_rest = fixtures::wait_until_steady("steady files", fixtures::open_files, 500ms) + 2;
  const auto step = std::max<std::size_t>(cycles / (cycles < 10'000 ? 4 : 10), 1);
  for (std::size_t i = 0; i < cycles; ++i) {
    const auto& how = kinds[i % kinds.size()];
    const auto end = i / kinds.size() % 2 == 0 ? cycle_blocking(how) : cycle_by_actors(host.system(), how);
    ++ends[how.name][end];
    if ((i + 1) % step != 0)
      continue;
    last = measure(files_at_rest);
    if (!first)
      first = last;
    std::cout << i + 1 << " cycles: " << (last.bytes >> 10) << " KiB, " << last.grpc_threads << " threads of gRPC, "
              << last.other_threads << " others, " << last.files << " files" << std::endl;
  }
  for (const auto& [name, codes] : ends) {
    std::cout << name << ":";
    for (const auto& [code, count] : codes)
      std::cout << " " << count << " " << (code == kdb::errc{} ? "fine" : to_string(code));
    std::cout << "\n";
  }
  const auto threads_fine =
    last.grpc_threads <= first->grpc_threads + grpc_threads_more && last.other_threads <= first->other_threads;
  const auto memory_fine = last.bytes <= first->bytes + bytes_more && last.files <= files_at_rest;
  const auto fine = threads_fine && memory_fine && ends["success"][kdb::errc{}] == cycles / kinds.size();
  std::cout << (fine ? "flat" : "NOT flat, or a success that failed") << std::endl;
  return fine ? 0 : 1;
}
