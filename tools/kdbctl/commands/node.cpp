// SPDX-License-Identifier: Apache-2.0
#include "tools/kdbctl/commands/groups.hpp"
#include "tools/kdbctl/commands/input.hpp"
#include "tools/kdbctl/text/values.hpp"

// Scavenges, and the operation of the node in use.
namespace kdbctl {
namespace {

ending say_done(session& with, const kdb::result<void>& done, const std::string& text) {
  if (!done)
    return done.error();
  with.say(text);
  return {};
}

ending show_scavenge(session& with, const kdb::result<kdb::scavenge_result>& scavenge) {
  if (!scavenge)
    return scavenge.error();
  return with.show({json{{"id", scavenge->id}, {"state", to_text(scavenge->state)}}});
}

void define_scavenge(definition& program) {
  struct scavenge_arguments {
    std::int32_t threads = 1;
    std::int32_t start_from = 0;
    std::string id;
  };
  auto& scavenges = program.command("scavenge", "Scavenges, which reclaim the space of deleted events.");
  const auto started = std::make_shared<scavenge_arguments>();
  scavenges
    .command("start", "Starts a scavenge, or shows the one that is running. Its progress is in the stream $scavenges-ID.",
             "kdbctl scavenge start --threads 2")
    .option("--threads", "N", started->threads, "Threads that it uses.")
    .option("--from-chunk", "N", started->start_from, "The chunk of the log to begin with.")
    .asks<kdb::start_scavenge>()
    .runs([started](session& with) {
      return show_scavenge(with,
                           with.ask(kdb::start_scavenge{{.threads = started->threads, .start_from_chunk = started->start_from}}));
    });
  const auto stopped = std::make_shared<scavenge_arguments>();
  scavenges.command("stop", "Stops a scavenge.", "kdbctl scavenge stop 6f4c1d0e-8a2b-4c57-9d3e-0b1f2a3c4d5e")
    .argument("ID", stopped->id, "As `kdbctl scavenge start` shows it.")
    .asks<kdb::stop_scavenge>()
    .runs([stopped](session& with) { return show_scavenge(with, with.ask(kdb::stop_scavenge{stopped->id})); });
}

ending statistics(session& with, const std::string& prefix) {
  const auto all = with.ask(kdb::get_statistics{});
  if (!all)
    return all.error();
  json values = json::object();
  for (const auto& [name, value] : all->values)
    if (name.starts_with(prefix))
      values[name] = value;
  return with.show({values});
}

} // namespace

void define_node(definition& program) {
  define_scavenge(program);
  auto& nodes = program.command("node", "The node in use: statistics, leadership, maintenance.");
  const auto prefix = std::make_shared<std::string>();
  nodes.command("stats", "Shows the statistics of the node.", "kdbctl node stats proc")
    .argument("PREFIX", *prefix, "The prefix of the names to show.")
    .optional()
    .asks<kdb::get_statistics>()
    .runs([prefix](session& with) { return statistics(with, *prefix); });
  nodes.command("resign", "Makes the node resign leadership. No effect on a follower.", "kdbctl node resign")
    .asks<kdb::resign_node>()
    .runs([](session& with) { return say_done(with, with.ask(kdb::resign_node{}), "the node resigns"); });
  const auto priority = std::make_shared<std::int32_t>();
  nodes
    .command("priority", "Sets the priority of the node in elections: among nodes with the same log the highest one wins.",
             "kdbctl node priority 10")
    .argument("N", *priority, "")
    .asks<kdb::set_node_priority>()
    .runs([priority](session& with) { return say_done(with, with.ask(kdb::set_node_priority{*priority}), "set the priority"); });
  nodes.command("merge", "Merges the index files of the node. Ends when the merge is done.", "kdbctl node merge --timeout 1h")
    .asks<kdb::merge_indexes>()
    .runs([](session& with) { return say_done(with, with.ask(kdb::merge_indexes{}), "merged the indexes"); });
  const auto yes = std::make_shared<bool>(false);
  nodes.command("shutdown", "Shuts the node down.", "kdbctl node shutdown --yes")
    .flag("--yes", *yes, "Does not ask for confirmation.")
    .asks<kdb::shut_down_node>()
    .runs([yes](session& with) {
      auto sure = confirm(*yes, "Shut the node down?");
      return sure.status == exit_status::success ? say_done(with, with.ask(kdb::shut_down_node{}), "the node shuts down") : sure;
    });
}

} // namespace kdbctl
