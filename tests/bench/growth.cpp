// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/growth.hpp"

#include <algorithm>
#include <map>

#include "tests/bench/contest.hpp"
#include "tests/bench/programs.hpp"

namespace kdb::bench {

namespace {

const std::vector<double> event_sizes{64, 256, 4 << 10, 64 << 10, 1 << 20};

/// Who takes part at each size.
struct participant {
  std::string title;
  std::string worker;
  bool ours = true;
};

const std::string raw_loop = "raw loop";
const std::vector<participant> readers{
  {"actors", "actors-read"}, {"blocking client", "client-read"}, {raw_loop, "raw-read-typed", false}};
const std::vector<participant> writers{{"actors", "actors-append"}, {raw_loop, "raw-append-gather", false}};
const std::vector<participant> followers{{"actors", "actors-follow"}, {raw_loop, "raw-follow", false}};

std::string member(const participant& who, double size) {
  return who.title + " " + number(size);
}

/// Of events with so many bytes, no more in a pass than take about half a second.
double affordable(double most, double size) {
  return std::min(most, (256 << 20) / size);
}

double items(const run_settings& how, double count) {
  return std::max(count * how.scale, 1.0);
}

/// Time and CPU of an item, in µs, as the medians over the rounds.
void add_costs(growth_table& table, const contest& in, const std::vector<participant>& participants) {
  for (const auto& who : participants) {
    growth_column time{.title = who.title, .ours = who.ours, .beside = raw_loop};
    growth_column cpu{.title = who.title + ", CPU", .ours = who.ours, .beside = raw_loop + ", CPU"};
    for (auto size : table.sizes) {
      time.costs.push_back(in.median_of(member(who, size), [](auto& each) { return 1e6 / each.rate(); }));
      cpu.costs.push_back(in.median_of(member(who, size), &pass::cpu_micros_per_item));
    }
    table.columns.push_back(std::move(time));
    table.columns.push_back(std::move(cpu));
  }
}

growth_table reads_over_size(const run_settings& how) {
  growth_table table{.name = "reads-size",
                     .about = "reads of events of a size, canned server: µs per event",
                     .unit = "byte",
                     .size_title = "data of an event",
                     .sizes = event_sizes,
                     .in_bytes = true};
  std::vector<server> servers;
  contest in{table.name};
  for (auto size : table.sizes) {
    const auto& canned = servers.emplace_back(canned_server(std::max((32 << 20) / (size + 256), 16.0), size));
    for (const auto& who : readers)
      in.add(member(who, size), work(who.worker, canned, items(how, affordable(200'000, size)), sharing), canned.process());
  }
  in.run(how.rounds);
  add_costs(table, in, readers);
  return table;
}

/// With the same number in flight at all sizes; at 1 MiB that is a quarter of the bytes which a client of ours sends at once.
growth_table appends_over_size(const run_settings& how) {
  growth_table table{.name = "appends-size",
                     .about = "appends of one event of a size, 16 in flight, canned server: µs per append",
                     .unit = "byte",
                     .size_title = "data of an event",
                     .sizes = event_sizes,
                     .in_bytes = true};
  const auto canned = canned_server(1, 256);
  contest in{table.name};
  for (auto size : table.sizes)
    for (const auto& who : writers)
      in.add(member(who, size),
             work(who.worker, canned, items(how, affordable(40'000, size)), sharing, {"size=" + number(size), "in-flight=16"}),
             canned.process());
  in.run(how.rounds);
  add_costs(table, in, writers);
  return table;
}

growth_table appends_over_streams(const run_settings& how) {
  growth_table table{.name = "appends-streams",
                     .about =
                       "appends of one event of 256 B in turn to so many streams, 256 in flight, canned server: µs per append",
                     .unit = "append",
                     .size_title = "streams",
                     .sizes = {1, 10, 100, 1'000, 10'000, 100'000}};
  const auto canned = canned_server(1, 256);
  contest in{table.name};
  for (auto streams : table.sizes)
    for (const auto& who : writers)
      in.add(member(who, streams), work(who.worker, canned, items(how, 100'000), sharing, {"streams=" + number(streams)}),
             canned.process());
  in.run(how.rounds);
  add_costs(table, in, writers);
  return table;
}

growth_table appends_over_flight(const run_settings& how) {
  growth_table table{.name = "appends-in-flight",
                     .about = "appends of one event of 256 B to 1 000 streams, so many in flight, canned server: µs per append",
                     .unit = "append",
                     .size_title = "in flight",
                     .sizes = {1, 4, 16, 64, 256, 1'024, 4'096}};
  const auto canned = canned_server(1, 256);
  contest in{table.name};
  for (auto flying : table.sizes)
    for (const auto& who : writers)
      in.add(member(who, flying),
             work(who.worker, canned, std::max(items(how, std::min(5'000 * flying, 100'000.0)), 4 * flying), sharing,
                  {"in-flight=" + number(flying)}),
             canned.process());
  in.run(how.rounds);
  add_costs(table, in, writers);
  return table;
}

/// A process for each pass: what has been allocated for subscriptions that are gone would be used again.
growth_table subscriptions(const run_settings& how) {
  growth_table table{
    .name = "subscriptions",
    .about = "live subscriptions of one client to one stream, canned server: µs and kB per subscription, µs per delivered event",
    .unit = "subscription or event",
    .size_title = "subscriptions",
    .sizes = {1, 10, 100, 1'000, 10'000}};
  const auto canned = canned_server(1, 256);
  std::map<std::string, std::vector<pass>> passes;
  for (int round = 0; round < how.rounds; ++round)
    for (auto count : table.sizes) {
      contest in{table.name + ", " + number(count) + ", round " + std::to_string(round + 1)};
      const auto events = std::max(items(how, std::min(20'000 / count, 2'000.0)), 5.0);
      const auto add = [&](const participant& who) {
        in.add(member(who, count), work(who.worker, canned, events, sharing, {"subscriptions=" + number(count)}),
               canned.process());
      };
      add(followers[static_cast<std::size_t>(round % 2)]);
      add(followers[static_cast<std::size_t>(1 - round % 2)]);
      in.run_once();
      for (const auto& who : followers)
        passes[member(who, count)].push_back(in.passes(member(who, count)).front());
    }
  const auto add_column = [&](const std::string& title, double (*cost)(const pass&, double)) {
    for (const auto& who : followers) {
      growth_column column{.title = who.title + title, .ours = who.ours, .beside = raw_loop + title};
      for (auto count : table.sizes) {
        std::vector<double> costs;
        for (const auto& each : passes[member(who, count)])
          costs.push_back(cost(each, count));
        column.costs.push_back(median(std::move(costs)));
      }
      table.columns.push_back(std::move(column));
    }
  };
  add_column(", kB", [](const pass& each, double count) { return each.setup_mib * 1024 * 1.024 / count; });
  add_column(", begin", [](const pass& each, double count) { return each.setup_seconds * 1e6 / count; });
  add_column(", event", [](const pass& each, double) { return 1e6 / each.rate(); });
  add_column(", event's CPU", [](const pass& each, double) { return each.cpu_micros_per_item(); });
  return table;
}

} // namespace

const std::vector<growth_group>& growth_groups() {
  static const std::vector<growth_group> all = {
    {"reads-size", "reads over the size of events", reads_over_size},
    {"appends-size", "appends over the size of events", appends_over_size},
    {"appends-streams", "appends over the number of streams", appends_over_streams},
    {"appends-in-flight", "appends over how many are in flight", appends_over_flight},
    {"subscriptions", "subscriptions over their number", subscriptions},
  };
  return all;
}

} // namespace kdb::bench
