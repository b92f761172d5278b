// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/plan.hpp"

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>

#include "tests/bench/programs.hpp"

namespace kdb::bench {

namespace {

constexpr std::chrono::seconds filling_patience{30};

words node_work(const run_settings& how, const std::string& script, const server& at, double count, const words& more = {}) {
  words command{how.node_program, how.scripts + "/" + script, "target=" + at.target(), "count=" + number(count),
                "client=" + how.node_client};
  command.insert(command.end(), more.begin(), more.end());
  return command;
}

std::string raw_name(const std::string& raw) {
  return raw == "raw-typed" ? "the raw loop (completion queue)" : "the raw loop (synchronous stub, arena)";
}

// -- reads from a server that costs nothing -----------------------------------------------------------

std::vector<row> reads(const run_settings& how) {
  auto canned = canned_server();
  contest in{"reads"};
  auto count = 200'000 * how.scale;
  in.add("raw-typed", work("raw-read-typed", canned, count), canned.process());
  in.add("actors", work("actors-read", canned, count, sharing), canned.process());
  in.add("raw-sync", work("raw-read-sync", canned, count), canned.process());
  in.add("actors-stealing", work("actors-read", canned, count, stealing), canned.process());
  in.add("blocking", work("client-read", canned, count), canned.process());
  in.add("asio", work("asio-read", canned, count), canned.process());
  in.add("floor", work("raw-read-floor", canned, count), canned.process());
  in.run(how.rounds);
  auto raw = in.fastest({"raw-typed", "raw-sync"});
  auto against = " against " + raw_name(raw);
  return {
    rate_row("reads.actors", "actors to a host actor, sharing" + against, {in, "actors", raw}, 1.0),
    rate_row("reads.actors-stealing", "the same, stealing" + against, {in, "actors-stealing", raw}, 1.0),
    rate_row("reads.blocking", "blocking client" + against, {in, "blocking", raw}, 0.9),
    rate_row("reads.asio", "Asio client against the actors, sharing", {in, "asio", "actors"}, 0.85),
    rate_row("reads.floor", "a loop that parses nothing" + against, {in, "floor", raw}, 0),
    rate_row("reads.other-raw", "the other raw loop" + against, {in, raw == "raw-sync" ? "raw-typed" : "raw-sync", raw}, 0),
  };
}

// -- reads at the pace of a real server -----------------------------------------------------------------

/// Throughput, CPU and context switches against the same loop. They are bound to differ less than where the server is as fast as it can be: here the
/// server takes about one core, and each wait of a client costs it time.
void add_paced_rows(std::vector<row>& rows, const std::string& name, const std::string& what, const pair& who) {
  rows.push_back(rate_row("paced." + name, what, who, 1.0));
  rows.push_back(cpu_row("paced." + name + "-cpu", "CPU per event of the same", who, 1.0));
  rows.push_back(waits_row("paced." + name + "-waits", "context switches of the same", who, 2.0));
}

std::vector<row> paced(const run_settings& how) {
  auto count = 100'000 * how.scale;
  auto canned = paced_server(count);
  contest in{"paced"};
  in.add("raw-typed", work("raw-read-typed", canned, count), canned.process());
  in.add("actors", work("actors-read", canned, count, sharing), canned.process());
  in.add("actors-stealing", work("actors-read", canned, count, stealing), canned.process());
  in.add("raw-sync", work("raw-read-sync", canned, count), canned.process());
  in.add("blocking", work("client-read", canned, count), canned.process());
  in.add("asio", work("asio-read", canned, count), canned.process());
  in.add("subscription", work("actors-subscribe", canned, count, sharing), canned.process());
  in.add("raw-consume", work("raw-consume", canned, count), canned.process());
  in.add("consumer", work("actors-consume", canned, count, sharing), canned.process());
  in.run(how.rounds);
  const std::string raw = "raw-typed"; // The loop on a completion queue, as an engine has one.
  const auto against = " against " + raw_name(raw);
  std::vector<row> rows;
  add_paced_rows(rows, "actors", "messages one by one: actors, sharing," + against, {in, "actors", raw});
  add_paced_rows(rows, "actors-stealing", "the same, stealing," + against, {in, "actors-stealing", raw});
  add_paced_rows(rows, "blocking", "blocking client" + against, {in, "blocking", raw});
  add_paced_rows(rows, "asio", "Asio client" + against, {in, "asio", raw});
  add_paced_rows(rows, "subscription", "a subscription of an actor" + against, {in, "subscription", raw});
  add_paced_rows(rows, "consumer", "a consumer that acknowledges against a raw duplex loop", {in, "consumer", "raw-consume"});
  rows.push_back(rate_row("paced.other-raw", "the other raw loop" + against, {in, "raw-sync", raw}, 0));
  return rows;
}

// -- reads from the development node -------------------------------------------------------------------

void fill(const server& at, double count, const std::string& stream) {
  child filler{work("raw-fill", at, count, {"stream=" + stream})};
  filler.write_line("go");
  filler.read_line(filling_patience);
}

std::vector<row> node_reads(const run_settings& how) {
  server devnode{{how.devnode, "--port", "0"}};
  auto count = 200'000 * how.scale;
  fill(devnode, count, "bench");
  server generic{{own_path(), "serve", "generic", devnode.target(), "bench", "hint"}};
  contest in{"node-reads"};
  in.add("raw-typed", work("raw-read-typed", devnode, count), devnode.process());
  in.add("actors", work("actors-read", devnode, count, sharing), devnode.process());
  in.add("raw-sync", work("raw-read-sync", devnode, count), devnode.process());
  in.add("official", node_work(how, "read.mjs", devnode, count), devnode.process());
  in.add("node", work("raw-read-floor", devnode, count), devnode.process());
  in.add("generic", work("raw-read-floor", generic, count), generic.process());
  in.run(how.rounds);
  auto raw = in.fastest({"raw-typed", "raw-sync"});
  return {
    rate_row("node.reads", "actors against the official Node client, development node", {in, "actors", "official"}, 1.4),
    cpu_row("node.reads-cpu", "CPU per event: actors against the official Node client", {in, "actors", "official"}, 0.5),
    rate_row("node.reads-raw", "actors against " + raw_name(raw) + ", development node", {in, "actors", raw}, 0.95),
    rate_row("node.serving", "the development node against a generic gRPC server with the same bytes", {in, "node", "generic"},
             0.75),
  };
}

// -- filtered reads of $all -----------------------------------------------------------------------------

/// Whether the client is slower with a filter: the canned server sends the same bytes whatever is asked for. Whether the node is:
/// all its events pass the first two filters, and every second run of 500 the third.
std::vector<row> filtered(const run_settings& how) {
  auto canned = canned_server();
  server devnode{{how.devnode, "--port", "0"}};
  auto count = 200'000 * how.scale;
  fill(devnode, 2 * count, "bench-a,bench-b");
  contest in{"filtered"};
  const words types{"filter=types"}, system{"filter=system"}, streams{"filter=streams", "stream=bench-a"};
  in.add("canned", work("actors-read-all", canned, count, sharing), canned.process());
  in.add("canned-types", work("actors-read-all", canned, count, sharing, types), canned.process());
  in.add("node", work("actors-read-all", devnode, count, sharing), devnode.process());
  in.add("node-types", work("actors-read-all", devnode, count, sharing, types), devnode.process());
  in.add("node-system", work("actors-read-all", devnode, count, sharing, system), devnode.process());
  in.add("node-streams", work("actors-read-all", devnode, count, sharing, streams), devnode.process());
  in.run(how.rounds);
  return {
    rate_row("filtered.client", "$all by type prefix against plain, canned server, same bytes", {in, "canned-types", "canned"},
             0.95),
    rate_row("filtered.types", "$all by type prefix against plain, development node, all pass", {in, "node-types", "node"}, 0.95),
    rate_row("filtered.system", "the same by regular expression: no system events", {in, "node-system", "node"}, 0.95),
    rate_row("filtered.half", "the same by stream prefix, every second event passes", {in, "node-streams", "node"}, 0.95),
  };
}

// -- appends --------------------------------------------------------------------------------------------

std::vector<row> appends(const run_settings& how) {
  auto canned = canned_server();
  contest in{"appends"};
  auto count = 100'000 * how.scale;
  in.add("raw", work("raw-append", canned, count), canned.process());
  in.add("actors", work("actors-append", canned, count, sharing), canned.process());
  in.add("actors-stealing", work("actors-append", canned, count, stealing), canned.process());
  in.add("asio", work("asio-append", canned, count), canned.process());
  in.add("gather", work("raw-append-gather", canned, count), canned.process());
  in.run(how.rounds);
  return {
    rate_row("appends.actors", "four host actors, 256 in flight, sharing, against a raw BatchAppend loop", {in, "actors", "raw"},
             0.75),
    rate_row("appends.actors-stealing", "the same, stealing", {in, "actors-stealing", "raw"}, 0.75),
    rate_row("appends.asio", "Asio client, 256 in flight, against the actors, sharing", {in, "asio", "actors"}, 0.85),
    rate_row("appends.gather", "a raw loop that takes all answers before it writes", {in, "gather", "raw"}, 0),
    rate_row("appends.actors-gather", "four host actors, sharing, against that loop", {in, "actors", "gather"}, 0),
  };
}

std::vector<row> node_appends(const run_settings& how) {
  server devnode{{how.devnode, "--port", "0"}};
  contest in{"node-appends"};
  auto count = 20'000 * how.scale;
  in.add("actors", work("actors-append", devnode, count, sharing), devnode.process());
  in.add("official", node_work(how, "append.mjs", devnode, count), devnode.process());
  in.add("raw", work("raw-append", devnode, count), devnode.process());
  in.run(how.rounds);
  return {
    rate_row("node.appends", "four host actors against the official Node client, development node", {in, "actors", "official"},
             2.0),
    rate_row("node.appends-raw", "the same against a raw BatchAppend loop", {in, "actors", "raw"}, 0),
  };
}

std::vector<row> records(const run_settings& how) {
  auto canned = canned_server();
  contest in{"records"};
  auto count = 40'000 * how.scale;
  in.add("raw", work("raw-records", canned, count), canned.process());
  in.add("actors", work("actors-records", canned, count, sharing), canned.process());
  in.add("actors-stealing", work("actors-records", canned, count, stealing), canned.process());
  in.run(how.rounds);
  return {
    rate_row("records.actors", "append_records, 256 in flight, sharing, against a raw loop of unary calls", {in, "actors", "raw"},
             0.75),
    rate_row("records.actors-stealing", "the same, stealing", {in, "actors-stealing", "raw"}, 0.75),
  };
}

/// A folder for a database; gone with everything in it at the end.
class temporary_folder {
public:
  temporary_folder() {
    if (!::mkdtemp(path_.data()))
      throw std::runtime_error{"cannot make " + path_};
  }
  ~temporary_folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  temporary_folder(const temporary_folder&) = delete;
  temporary_folder& operator=(const temporary_folder&) = delete;

  const std::string& path() const { return path_; }

private:
  // Beside this program rather than in /tmp, which may be memory.
  std::string path_ = std::filesystem::path{own_path()}.parent_path() / "database-XXXXXX";
};

/// What the development node takes in, pushed by the raw loop that gathers, the fastest client there is.
std::vector<row> node_writing(const run_settings& how) {
  auto canned = canned_server();
  server devnode{{how.devnode, "--port", "0"}};
  const temporary_folder folder;
  server with_database{{how.devnode, "--port", "0", "--db", folder.path() + "/events.db"}};
  contest in{"node-writing"};
  auto count = 40'000 * how.scale;
  in.add("canned", work("raw-append-gather", canned, count), canned.process());
  in.add("memory", work("raw-append-gather", devnode, count), devnode.process());
  in.add("database", work("raw-append-gather", with_database, count), with_database.process());
  in.run(how.rounds);
  return {
    rate_row("node.writing", "appends to the development node against a server that answers at once", {in, "memory", "canned"},
             0.5),
    rate_row("node.writing-db", "with a database, group commit, against in memory", {in, "database", "memory"}, 0.4),
  };
}

std::vector<row> single(const run_settings& how) {
  auto canned = canned_server();
  contest in{"single"};
  auto count = 5'000 * how.scale;
  in.add("raw", work("raw-append-single", canned, count));
  in.add("actors", work("actors-append-single", canned, count, sharing));
  in.add("actors-stealing", work("actors-append-single", canned, count, stealing));
  in.add("blocking", work("client-append-single", canned, count));
  in.run(how.rounds);
  return {
    latency_row("single.actors", "one append at a time, sharing: added to the raw call", {in, "actors", "raw"}, 60),
    latency_row("single.actors-stealing", "the same, stealing", {in, "actors-stealing", "raw"}, 0),
    latency_row("single.blocking", "the same, blocking client", {in, "blocking", "raw"}, 0),
  };
}

// -- following, memory ----------------------------------------------------------------------------------

std::vector<row> live(const run_settings& how) {
  auto canned = canned_server();
  contest in{"live"};
  auto count = 5'000 * how.scale;
  // A stream of their own each: nobody is to see the others' events.
  in.add("raw", work("raw-live", canned, count, {"stream=raw"}));
  in.add("actors", work("actors-live", canned, count, {"stream=sharing", "scheduler=sharing"}));
  in.add("actors-stealing", work("actors-live", canned, count, {"stream=stealing", "scheduler=stealing"}));
  in.run(how.rounds);
  return {
    latency_row("live.actors", "from append to live delivery, sharing: added to the raw loop", {in, "actors", "raw"}, 100),
    latency_row("live.actors-stealing", "the same, stealing", {in, "actors-stealing", "raw"}, 0),
  };
}

// -- consuming from groups --------------------------------------------------------------------------------

/// All with the same buffer, and the first two with the same batches of acknowledgements; the official client sends each by itself.
std::vector<row> consuming(const run_settings& how) {
  server devnode{{how.devnode, "--port", "0"}};
  auto count = 200'000 * how.scale;
  fill(devnode, count, "bench");
  contest in{"consuming"};
  in.add("raw", work("raw-consume", devnode, count), devnode.process());
  in.add("actors", work("actors-consume", devnode, count, sharing), devnode.process());
  in.add("actors-stealing", work("actors-consume", devnode, count, stealing), devnode.process());
  in.add("official", node_work(how, "consume.mjs", devnode, count), devnode.process());
  in.run(how.rounds);
  return {
    rate_row("consuming.actors", "consumed and acknowledged by a host actor, sharing, against a raw duplex loop",
             {in, "actors", "raw"}, 0.8),
    rate_row("consuming.actors-stealing", "the same, stealing", {in, "actors-stealing", "raw"}, 0.8),
    cpu_row("consuming.cpu", "CPU per event: actors, sharing, against that loop", {in, "actors", "raw"}, 0),
    rate_row("consuming.official", "actors, sharing, against the official Node client", {in, "actors", "official"}, 1.4),
  };
}

std::vector<row> consuming_live(const run_settings& how) {
  server devnode{{how.devnode, "--port", "0"}};
  contest in{"consuming-live"};
  auto count = 5'000 * how.scale;
  in.add("raw", work("raw-consume-live", devnode, count, {"stream=raw"}));
  in.add("actors", work("actors-consume-live", devnode, count, {"stream=sharing", "scheduler=sharing"}));
  in.add("actors-stealing", work("actors-consume-live", devnode, count, {"stream=stealing", "scheduler=stealing"}));
  in.run(how.rounds);
  return {
    latency_row("consuming-live.actors", "from append to a consumer's handler, sharing: added to the raw loop",
                {in, "actors", "raw"}, 150),
    latency_row("consuming-live.actors-stealing", "the same, stealing", {in, "actors-stealing", "raw"}, 0),
  };
}

std::vector<row> memory(const run_settings& how) {
  auto canned = canned_server();
  contest in{"memory"};
  auto count = 1'000'000 * how.scale;
  in.add("actors", work("actors-read", canned, count, sharing));
  in.add("blocking", work("client-read", canned, count));
  in.run(1);
  return {
    memory_row("memory.actors", "reading 1 000 000 events in batches through actors, over the start", in, "actors", 64),
    memory_row("memory.blocking", "the same, blocking client", in, "blocking", 64),
  };
}

// -- over TLS -------------------------------------------------------------------------------------------

/// Against the raw loops over TLS: the bars are those of the rows in clear, less a twentieth.
std::vector<row> over_tls(const run_settings& how) {
  auto canned = canned_server();
  const temporary_folder folder;
  const auto authority = folder.path() + "/ca.crt";
  server front{{own_path(), "serve", "tls", canned.target(), authority}};
  const words trusting{"ca=" + authority};
  contest in{"tls"};
  auto reads = 200'000 * how.scale, appends = 100'000 * how.scale, connects = 200 * how.scale;
  in.add("raw-read", work("raw-read-typed", front, reads, trusting));
  in.add("actors-read", work("actors-read", front, reads, sharing, trusting));
  in.add("raw-append", work("raw-append", front, appends, trusting));
  in.add("actors-append", work("actors-append", front, appends, sharing, trusting));
  in.add("raw-connect", work("raw-connect", front, connects, trusting));
  in.add("actors-connect", work("actors-connect", front, connects, sharing, trusting));
  in.run(how.rounds);
  return {
    rate_row("tls.reads", "reads over TLS: actors, sharing, against the raw loop", {in, "actors-read", "raw-read"}, 0.95 * 1.0),
    rate_row("tls.appends", "appends over TLS: four host actors, sharing, against the raw loop",
             {in, "actors-append", "raw-append"}, 0.95 * 0.75),
    rate_row("tls.connects", "clients that connect over TLS against bare channels", {in, "actors-connect", "raw-connect"},
             1 / 1.2),
  };
}

/// What a tracer and a meter cost that themselves cost next to nothing.
std::vector<row> signals(const run_settings& how) {
  auto canned = canned_server();
  contest in{"signals"};
  const words on{"signals=on"};
  const auto reads = 100'000 * how.scale, appends = 50'000 * how.scale, singles = 1'000 * how.scale;
  in.add("reads", work("actors-read", canned, reads, sharing), canned.process());
  in.add("reads-on", work("actors-read", canned, reads, sharing, on), canned.process());
  in.add("appends", work("actors-append", canned, appends, sharing), canned.process());
  in.add("appends-on", work("actors-append", canned, appends, sharing, on), canned.process());
  in.add("single", work("actors-append-single", canned, singles, sharing));
  in.add("single-on", work("actors-append-single", canned, singles, sharing, on));
  in.run(4 * how.rounds); // Many short ones: what is looked for here is smaller than the difference between two passes.
  return {
    rate_row("signals.reads", "reads with a tracer and a meter against without", {in, "reads-on", "reads"}, 0.95),
    rate_row("signals.appends", "appends with a tracer and a meter against without", {in, "appends-on", "appends"}, 0.95),
    latency_row("signals.single", "one append at a time: added by a tracer and a meter", {in, "single-on", "single"}, 5),
  };
}

} // namespace

const std::vector<group>& groups() {
  static const std::vector<group> all = {
    {"reads", "200 000 events of 256 B from a canned server", reads},
    {"paced", "100 000 events that a server writes one by one", paced},
    {"node-reads", "the same from the development node, against the official Node client", node_reads},
    {"filtered", "reads of $all with filters against plain ones", filtered},
    {"appends", "single-event appends to many streams", appends},
    {"records", "append_records with one record each to many streams", records},
    {"node-appends", "appends to the development node, against the official Node client", node_appends},
    {"node-writing", "what the development node takes in, in memory and with a database", node_writing},
    {"single", "one append at a time", single},
    {"tls", "reads, appends and connecting over TLS", over_tls},
    {"live", "from append to live delivery", live},
    {"consuming", "200 000 events from a group, consumed and acknowledged", consuming},
    {"consuming-live", "from append to a consumer's handler", consuming_live},
    {"signals", "what traces and metrics cost", signals},
    {"memory", "memory of a long read", memory},
  };
  return all;
}

} // namespace kdb::bench
