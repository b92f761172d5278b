// SPDX-License-Identifier: Apache-2.0
#include "tools/kdbctl/commands/groups.hpp"
#include "tools/kdbctl/program/pipeline.hpp"
#include "tools/kdbctl/program/terminal.hpp"
#include "tools/kdbctl/text/histogram.hpp"
#include "tools/kdbctl/text/quantity.hpp"

namespace kdbctl {
namespace {

using clock = std::chrono::steady_clock;

struct bench_arguments {
  std::uint64_t events = 100'000;
  std::uint64_t size = 256;
  std::uint64_t batch = 1;
  std::uint64_t in_flight = 64;
  std::optional<std::string> stream{};
  bool keep = false;
};

using arguments = std::shared_ptr<bench_arguments>;

struct measured {
  std::string_view name;
  std::uint64_t events = 0;
  std::uint64_t bytes = 0;
  std::chrono::nanoseconds elapsed{};
  histogram latencies{};
};

double milliseconds(std::chrono::nanoseconds time) {
  return static_cast<double>(time.count() / 1000) / 1000;
}

ending show(session& with, const measured& run) {
  const auto seconds = std::max(1e-9, std::chrono::duration<double>{run.elapsed}.count());
  const auto rate = static_cast<std::uint64_t>(static_cast<double>(run.events) / seconds);
  if (with.form() == format::table) {
    with.out().write(std::string{run.name} + ": " + counted(run.events, "event") + " in " + duration_text(run.elapsed) + ", " +
                     grouped(rate) + "/s, " + bytes_text(static_cast<std::uint64_t>(static_cast<double>(run.bytes) / seconds)) +
                     "/s\n" + draw(run.latencies));
    with.out().flush();
    return {};
  }
  const auto& times = run.latencies;
  return with.show({json{{"bench", run.name},
                         {"events", run.events},
                         {"bytes", run.bytes},
                         {"seconds", seconds},
                         {"eventsPerSecond", rate},
                         {"meanMs", milliseconds(times.mean())},
                         {"p50Ms", milliseconds(times.percentile(0.5))},
                         {"p90Ms", milliseconds(times.percentile(0.9))},
                         {"p99Ms", milliseconds(times.percentile(0.99))},
                         {"p999Ms", milliseconds(times.percentile(0.999))},
                         {"maxMs", milliseconds(times.greatest())}}});
}

// JSON of that many bytes: {"n":"xxx…"}. It begins with room for a time.
std::string payload(std::uint64_t size) {
  constexpr std::string_view head = R"({"n":")", tail = R"("})";
  return std::string{head} + std::string(size > head.size() + tail.size() ? size - head.size() - tail.size() : 0, 'x') +
         std::string{tail};
}

std::string stream_of(const bench_arguments& given) {
  return given.stream.value_or("kdbctl-bench-" + kdb::to_string(kdb::random_uuid()));
}

// Appends events, several at a time. The latency is that of an append.
kdb::result<measured> append_events(session& with, const bench_arguments& given, const std::string& stream, bool shown) {
  auto settings = with.settings();
  if (!settings)
    return kdb::unexpected{settings.error()};
  auto appends = pipeline::connect(std::move(*settings), with.timeout());
  if (!appends)
    return kdb::unexpected{appends.error()};
  const auto data = payload(given.size);
  measured run{.name = "append"};
  std::optional<kdb::error> failed;
  progress line{"append", given.events, shown && !with.is_quiet()};
  const interruption::handler stop{[] {}};
  const auto start = clock::now();
  for (std::uint64_t sent = 0; sent < given.events && !failed && !interruption::happened();) {
    const auto count = std::min(given.batch, given.events - sent);
    std::vector<kdb::new_event> events;
    for (std::uint64_t i = 0; i < count; ++i)
      events.push_back(kdb::new_event::json("bench", data));
    appends->wait_until(given.in_flight - 1);
    appends->append(stream, kdb::stream_state::any, std::move(events),
                    [&, count, asked = clock::now()](const kdb::result<kdb::append_result>& answer) {
                      if (!answer && !failed)
                        failed = answer.error();
                      if (!answer)
                        return;
                      run.latencies.add(clock::now() - asked);
                      run.events += count;
                      run.bytes += count * data.size();
                    });
    sent += count;
    line.update(run.events, run.events);
  }
  appends->wait_until(0);
  run.elapsed = clock::now() - start;
  if (failed)
    return kdb::unexpected{*failed};
  return run;
}

void tidy(session& with, const bench_arguments& given, const std::string& stream) {
  // What the user named is the user's.
  if (given.keep || given.stream || interruption::happened())
    return;
  if (auto deleted = with.ask(kdb::delete_stream{stream, kdb::stream_state::any}); !deleted)
    note("the stream '" + stream + "' could not be deleted: " + deleted.error().message);
}

ending finished(session& with, const bench_arguments& given, const std::string& stream, const kdb::result<measured>& run) {
  if (!run)
    return run.error();
  auto end = show(with, *run);
  if (interruption::happened())
    return with.broken_off("measured " + counted(run->events, "event"), run->events > 0, std::nullopt);
  tidy(with, given, stream);
  return end;
}

ending append(session& with, const bench_arguments& given) {
  const auto stream = stream_of(given);
  return finished(with, given, stream, append_events(with, given, stream, true));
}

// Reads a stream to its end. The latency is the time between batches.
kdb::result<measured> read_events(session& with, const bench_arguments& given, const std::string& stream) {
  const auto client = with.client();
  if (!client)
    return kdb::unexpected{client.error()};
  measured run{.name = "read"};
  progress line{"read", given.stream ? 0 : given.events, !with.is_quiet()};
  const auto start = clock::now();
  auto last = start;
  auto events = client->read_stream(stream, {.limit = given.stream ? kdb::no_limit : given.events});
  for (const auto& batch : events.batches()) {
    const auto now = clock::now();
    run.latencies.add(now - last);
    last = now;
    for (const auto& event : batch.events()) {
      ++run.events;
      run.bytes += event.data().size() + event.metadata().size();
    }
    line.update(run.events, run.events);
  }
  run.elapsed = clock::now() - start;
  if (auto end = events.finish(); !end)
    return kdb::unexpected{end.error()};
  return run;
}

ending read(session& with, const bench_arguments& given) {
  const auto stream = stream_of(given);
  if (!given.stream) {
    auto prepared = given;
    prepared.batch = 500;
    if (auto appended = append_events(with, prepared, stream, true); !appended)
      return appended.error();
  }
  return finished(with, given, stream, read_events(with, given, stream));
}

// Appends and follows. The latency is the time from an append to the arrival of its event.
kdb::result<measured> follow_events(session& with, const bench_arguments& given, const std::string& stream) {
  auto settings = with.settings();
  const auto client = with.client();
  if (!settings || !client)
    return kdb::unexpected{!settings ? settings.error() : client.error()};
  auto appends = pipeline::connect(std::move(*settings), with.timeout());
  if (!appends)
    return kdb::unexpected{appends.error()};
  auto following = client->subscribe_to_stream(stream, {.from = kdb::stream_end});
  if (!following)
    return kdb::unexpected{following.error()};
  const auto data = payload(given.size);
  measured run{.name = "follow"};
  std::vector<clock::time_point> sent;
  std::optional<kdb::error> failed;
  progress line{"follow", given.events, !with.is_quiet()};
  const auto start = clock::now();
  while (run.events < given.events && !failed && !interruption::happened()) {
    while (sent.size() < given.events && sent.size() - run.events < given.in_flight) {
      sent.push_back(clock::now());
      appends->append(stream, kdb::stream_state::any, {kdb::new_event::json("bench", data)},
                      [&](const kdb::result<kdb::append_result>& answer) {
                        if (!answer && !failed)
                          failed = answer.error();
                      });
    }
    const auto batch = following->next(with.timeout());
    if (!batch)
      return kdb::unexpected{batch.error()};
    const auto now = clock::now();
    for (const auto& event : batch->events()) {
      if (run.events < sent.size())
        run.latencies.add(now - sent[run.events]);
      ++run.events;
      run.bytes += event.data().size();
    }
    line.update(run.events, run.events);
  }
  run.elapsed = clock::now() - start;
  appends->wait_until(0);
  if (failed)
    return kdb::unexpected{*failed};
  return run;
}

ending follow(session& with, const bench_arguments& given) {
  const auto stream = stream_of(given);
  return finished(with, given, stream, follow_events(with, given, stream));
}

definition& define_load(definition& command, const arguments& into, std::string_view stream) {
  return command.option("--events,-n", "N", into->events, "How many events; 100000 by default.")
    .option("--size", "BYTES", into->size, "The data of each event; 256 by default.")
    .option("--in-flight", "N", into->in_flight, "Appends in flight at the same time; 64 by default.")
    .option("--stream", "STREAM", into->stream, std::string{stream}, subject::stream)
    .flag("--keep", into->keep, "Does not delete the stream afterwards.");
}

action checked(const arguments& given, ending (*run)(session&, const bench_arguments&)) {
  return [given, run](session& with) {
    return given->events == 0 || given->batch == 0 || given->in_flight == 0
             ? misuse("numbers of events and appends have to be at least 1")
             : run(with, *given);
  };
}

} // namespace

void define_bench(definition& program) {
  auto& benches = program.command("bench", "Measures rates, and draws a histogram of latencies.");
  const auto own = "The stream; by default one of its own, which is deleted afterwards.";
  const arguments appended = std::make_shared<bench_arguments>();
  define_load(benches.command("append", "Measures appends. The latency is that of an append.",
                              "kdbctl bench append --events 100000 --batch 10"),
              appended, own)
    .option("--batch", "N", appended->batch, "Events of an append; 1 by default.")
    .asks<kdb::delete_stream>()
    .runs(checked(appended, append));
  const arguments given = std::make_shared<bench_arguments>();
  define_load(benches.command("read", "Measures a read. The latency is the time between two batches.",
                              "kdbctl bench read --stream orders-1"),
              given, "The stream to read; by default one is written first.")
    .asks<kdb::delete_stream>()
    .runs(checked(given, read));
  const arguments followed = std::make_shared<bench_arguments>();
  define_load(benches.command("follow",
                              "Measures a subscription. The latency is the time from an append to the arrival of its event.",
                              "kdbctl bench follow --events 10000 --in-flight 1"),
              followed, own)
    .asks<kdb::delete_stream>()
    .runs(checked(followed, follow));
}

} // namespace kdbctl
