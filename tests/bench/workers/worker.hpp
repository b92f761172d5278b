// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "tests/bench/pass.hpp"

namespace kdb::bench {

/// What a worker is told on its command line, as `name=value` words.
struct work_options {
  std::string target; // host:port
  std::string stream = "bench";
  std::string scheduler = "sharing";
  std::string ca;                // PEM file: the target speaks TLS. None: it does not
  std::string filter;            // of reads of $all: "types", "system" or "streams"; none: plain
  std::string signals;           // "on": with a tracer and a meter
  std::uint64_t count = 200'000; // items of a pass
  std::uint64_t size = 256;      // bytes of an appended event's data
  std::uint64_t in_flight = 256;
  std::uint64_t streams = 1'000; // appended to in turn
  std::uint64_t threads = 0;     // of the actor system; 0: its own choice
  std::uint64_t subscriptions = 1;

  static work_options parse(int argc, char** argv);
};

/// A worker: set up once, connection and all, then called once a pass. Throws when something goes wrong.
using worker = std::function<pass()>;

/// The workers by name. One file of this folder each, or a few that belong together.
worker make_raw_read_typed(const work_options&);    // completion queue, generated classes
worker make_raw_read_sync(const work_options&);     // synchronous stub, messages on an arena
worker make_raw_read_floor(const work_options&);    // completion queue, parses nothing
worker make_raw_append(const work_options&);        // one BatchAppend, write hint
worker make_raw_append_gather(const work_options&); // the same, takes all answers before it writes
worker make_raw_append_single(const work_options&); // the same, one at a time
worker make_raw_live(const work_options&);          // append to live delivery
worker make_raw_fill(const work_options&);        // writes `count` events into `stream`; into two by turns if it names two: "a,b"
worker make_raw_records(const work_options&);     // AppendRecords calls, completion queue
worker make_actors_read(const work_options&);     // a host actor asks a reader for batches
worker make_actors_read_all(const work_options&); // the same from $all, with a filter or without
worker make_actors_append(const work_options&);   // four host actors share what is in flight
worker make_actors_records(const work_options&);  // the same with append_records
worker make_actors_append_single(const work_options&); // one at a time
worker make_actors_live(const work_options&);          // append to delivery at a subscriber
worker make_actors_subscribe(const work_options&);     // a subscription that catches up
worker make_actors_follow(const work_options&);        // many subscriptions, each gets `count` events; one pass a process
worker make_raw_follow(const work_options&);           // the same, completion queue
worker make_raw_consume(const work_options&);          // a consumer's call, completion queue, acknowledges in batches
worker make_raw_consume_live(const work_options&);     // append to delivery at a consumer
worker make_actors_consume(const work_options&);       // a host actor acknowledges each batch
worker make_actors_consume_live(const work_options&);
worker make_client_read(const work_options&); // blocking client
worker make_client_append_single(const work_options&);
worker make_asio_read(const work_options&);      // Asio client, one thread that runs its executor
worker make_raw_connect(const work_options&);    // a channel of gRPC's that connects
worker make_actors_connect(const work_options&); // a client that connects, and is closed
worker make_asio_append(const work_options&);    // the same, as many chains of callbacks as appends in flight

/// Answers each line of standard input with one pass, until it ends.
int run_worker(std::string_view name, const work_options& options);

} // namespace kdb::bench
