// SPDX-License-Identifier: Apache-2.0
#include "tools/kdbctl/commands/groups.hpp"
#include "tools/kdbctl/program/file.hpp"
#include "tools/kdbctl/text/definition_text.hpp"
#include "tools/kdbctl/text/values.hpp"

namespace kdbctl {
namespace {

struct projection_arguments {
  std::string name;
  std::string file;
  bool emit = false;
  bool track_emitted = false;
  std::optional<bool> new_emit{};
  std::string engine = "v1";
  std::string partition{};
  std::string mode = "all";
  std::string transient{};
  std::vector<std::string> properties{};
  bool delete_emitted = false, delete_state = false, delete_checkpoint = false;

  kdb::projection_engine engine_wanted() const {
    return engine == "v2" ? kdb::projection_engine::v2 : kdb::projection_engine::v1;
  }
};

using arguments = std::shared_ptr<projection_arguments>;

ending say_done(session& with, const kdb::result<void>& done, const std::string& text) {
  if (!done)
    return done.error();
  with.say(text);
  return {};
}

definition& define_name(definition& command, const arguments& into) {
  return command.argument("NAME", into->name, "", subject::projection);
}

kdb::projection_mode mode_of(std::string_view text) {
  using kdb::projection_mode;
  return text == "continuous"  ? projection_mode::continuous
         : text == "one-time"  ? projection_mode::one_time
         : text == "transient" ? projection_mode::transient
                               : projection_mode::all;
}

// A state or a result is JSON as the server wrote it: numbers keep their digits.
ending show_json(session& with, const kdb::result<std::string>& text) {
  if (!text)
    return text.error();
  if (with.form() == format::raw)
    with.out().write(*text);
  else
    with.out().write(*text + "\n");
  with.out().flush();
  return {};
}

void define_looking(definition& projections) {
  const arguments listed = std::make_shared<projection_arguments>();
  projections.command("list", "Lists the projections.", "kdbctl projection list --mode continuous")
    .option("--mode", "MODE", listed->mode, "Which ones.")
    .choices({"all", "continuous", "one-time", "transient"})
    .asks<kdb::list_projections>()
    .runs([listed](session& with) {
      const auto all = with.ask(kdb::list_projections{mode_of(listed->mode)});
      return all ? with.show(listing_of(*all)) : ending{all.error()};
    });

  const arguments shown = std::make_shared<projection_arguments>();
  define_name(projections.command("show", "Shows the statistics of a projection.", "kdbctl projection show '$by_category'"),
              shown)
    .asks<kdb::get_projection_statistics>()
    .runs([shown](session& with) {
      const auto one = with.ask(kdb::get_projection_statistics{shown->name});
      return one ? with.show({json_of(*one)}) : ending{one.error()};
    });

  const arguments state = std::make_shared<projection_arguments>();
  define_name(projections.command("state", "Shows the state of a projection, as JSON.",
                                  "kdbctl projection state order-totals --partition orders-1"),
              state)
    .option("--partition", "NAME", state->partition, "The partition; by default the whole projection.")
    .asks<kdb::get_projection_state>()
    .runs([state](session& with) {
      return show_json(with, with.ask(kdb::get_projection_state{state->name, {.partition = state->partition}}));
    });

  const arguments result = std::make_shared<projection_arguments>();
  define_name(
    projections.command("result", "Shows the result of a projection, as JSON.", "kdbctl projection result order-totals"), result)
    .option("--partition", "NAME", result->partition, "The partition; by default the whole projection.")
    .asks<kdb::get_projection_result>()
    .runs([result](session& with) {
      return show_json(with, with.ask(kdb::get_projection_result{result->name, {.partition = result->partition}}));
    });
}

ending create(session& with, const projection_arguments& given) {
  auto query = read_file(given.file);
  auto properties = parse_properties(given.properties);
  if (!query || !properties)
    return query ? properties.error() : query.error();
  return say_done(with,
                  with.ask(kdb::create_projection{given.name,
                                                  std::move(*query),
                                                  {.emit = given.emit,
                                                   .track_emitted_streams = given.track_emitted,
                                                   .engine = given.engine_wanted(),
                                                   .properties = std::move(*properties)}}),
                  "created the projection '" + given.name + "'");
}

ending run_once(session& with, const projection_arguments& given) {
  auto query = read_file(given.file);
  auto properties = parse_properties(given.properties);
  if (!query || !properties)
    return query ? properties.error() : query.error();
  if (!given.transient.empty())
    return say_done(
      with,
      with.ask(kdb::create_transient_projection{
        given.transient, std::move(*query), {.engine = given.engine_wanted(), .properties = std::move(*properties)}}),
      "started; `kdbctl projection show " + given.transient + "` shows it");
  return say_done(with,
                  with.ask(kdb::create_one_time_projection{
                    std::move(*query), {.engine = given.engine_wanted(), .properties = std::move(*properties)}}),
                  "started; `kdbctl projection list --mode one-time` shows it");
}

ending update(session& with, const projection_arguments& given) {
  auto query = read_file(given.file);
  auto properties = parse_properties(given.properties);
  if (!query || !properties)
    return query ? properties.error() : query.error();
  return say_done(with,
                  with.ask(kdb::update_projection{
                    given.name, std::move(*query), {.emit = given.new_emit, .properties = std::move(*properties)}}),
                  "updated the projection '" + given.name + "'");
}

ending remove(session& with, const projection_arguments& given) {
  return say_done(with,
                  with.ask(kdb::delete_projection{given.name,
                                                  {.delete_emitted_streams = given.delete_emitted,
                                                   .delete_state_stream = given.delete_state,
                                                   .delete_checkpoint_stream = given.delete_checkpoint}}),
                  "deleted the projection '" + given.name + "'");
}

void define_writing(definition& projections) {
  const auto query = "A file with the query in JavaScript; '-' is standard input.";
  const auto property = "A property to keep with the definition. Any number of times.";
  const arguments created = std::make_shared<projection_arguments>();
  define_name(
    projections.command("create", "Creates a continuous projection.", "kdbctl projection create order-totals totals.js --emit"),
    created)
    .argument("FILE", created->file, query, subject::file)
    .flag("--emit", created->emit, "The query may write events and links.")
    .flag("--track-emitted", created->track_emitted,
          "Keeps a list of the streams that it writes to, so that they can be deleted with it.")
    .option("--engine", "VERSION", created->engine, "The engine that runs it.")
    .choices({"v1", "v2"})
    .option("--property", "NAME=JSON", created->properties, property)
    .asks<kdb::create_projection>()
    .runs([created](session& with) { return create(with, *created); });

  const arguments once = std::make_shared<projection_arguments>();
  projections.command("run", "Runs a query once, over the events that exist now.", "kdbctl projection run count.js")
    .argument("FILE", once->file, query, subject::file)
    .option("--engine", "VERSION", once->engine, "The engine that runs it.")
    .choices({"v1", "v2"})
    .option("--transient", "NAME", once->transient,
            "Keeps it running until the server restarts, under this name. Servers of version 26 refuse it.")
    .option("--property", "NAME=JSON", once->properties, property)
    .asks<kdb::create_one_time_projection, kdb::create_transient_projection>()
    .runs([once](session& with) { return run_once(with, *once); });

  const arguments updated = std::make_shared<projection_arguments>();
  define_name(
    projections.command("update", "Replaces the query of a projection.", "kdbctl projection update order-totals totals.js"),
    updated)
    .argument("FILE", updated->file, query, subject::file)
    .option("--emit", "ON|OFF", updated->new_emit, "Whether the query may write from now on.")
    .choices({"on", "off"})
    .option("--property", "NAME=JSON", updated->properties, property)
    .asks<kdb::update_projection>()
    .runs([updated](session& with) { return update(with, *updated); });

  const arguments removed = std::make_shared<projection_arguments>();
  define_name(projections.command("delete", "Deletes a projection that is stopped or faulted: disable it first.",
                                  "kdbctl projection delete order-totals"),
              removed)
    .flag("--emitted-streams", removed->delete_emitted, "Deletes the streams that it wrote, too.")
    .flag("--state-stream", removed->delete_state, "Deletes its state stream, too.")
    .flag("--checkpoint-stream", removed->delete_checkpoint, "Deletes its checkpoint stream, too.")
    .asks<kdb::delete_projection>()
    .runs([removed](session& with) { return remove(with, *removed); });
}

// Commands that take a name alone.
template <class Request>
void define_switch(definition& projections, const char* name, const char* does, const char* done) {
  const arguments given = std::make_shared<projection_arguments>();
  define_name(projections.command(name, does, std::string{"kdbctl projection "} + name + " order-totals"), given)
    .asks<Request>()
    .runs([given, done](session& with) {
      return say_done(with, with.ask(Request{given->name}), std::string{done} + " the projection '" + given->name + "'");
    });
}

} // namespace

void define_projection(definition& program) {
  auto& projections = program.command("projection", "Projections: queries that the server runs over its events.");
  define_looking(projections);
  define_writing(projections);
  define_switch<kdb::enable_projection>(projections, "enable", "Enables a projection: it continues from its position.",
                                        "enabled");
  define_switch<kdb::disable_projection>(projections, "disable", "Disables a projection, after it has written a checkpoint.",
                                         "disabled");
  define_switch<kdb::abort_projection>(projections, "abort", "Stops a projection at once, without a checkpoint.", "aborted");
  define_switch<kdb::reset_projection>(projections, "reset", "Resets a projection: it starts again with the first event.",
                                       "reset");
  projections.command("restart-all", "Restarts the projections of the node in use.", "kdbctl projection restart-all")
    .asks<kdb::restart_projections>()
    .runs([](session& with) { return say_done(with, with.ask(kdb::restart_projections{}), "restarts the projections"); });
}

} // namespace kdbctl
