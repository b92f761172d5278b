// SPDX-License-Identifier: Apache-2.0
#include "tools/kdbctl/commands/groups.hpp"
#include "tools/kdbctl/text/definition_text.hpp"
#include "tools/kdbctl/text/values.hpp"

#include <algorithm>

namespace kdbctl {
namespace {

struct index_arguments {
  std::string name;
  std::string filter;
  std::vector<std::string> fields{};
  std::vector<std::string> optimized{};
  bool stopped = false;
};

using arguments = std::shared_ptr<index_arguments>;

ending say_done(session& with, const kdb::result<void>& done, const std::string& text) {
  if (!done)
    return done.error();
  with.say(text);
  return {};
}

definition& define_name(definition& command, const arguments& into) {
  return command.argument("NAME", into->name, "", subject::index);
}

kdb::result<kdb::index_definition> definition_of(const index_arguments& given) {
  kdb::index_definition made{.filter = given.filter};
  for (const auto& each : given.fields) {
    auto field = parse_index_field(each);
    if (!field)
      return kdb::unexpected{std::move(field.error())};
    made.fields.push_back(*std::move(field));
  }
  for (const auto& name : given.optimized) {
    const auto field = std::ranges::find(made.fields, name, &kdb::index_field::name);
    if (field == made.fields.end())
      return kdb::unexpected{kdb::errc::invalid_argument,
                             "--optimize names '" + name + "', and there is no --field of that name"};
    field->optimize_lookups = true;
  }
  return made;
}

ending create(session& with, const index_arguments& given) {
  auto made = definition_of(given);
  if (!made)
    return made.error();
  return say_done(with, with.ask(kdb::create_index{given.name, *std::move(made), {.start = !given.stopped}}),
                  "created the index '" + given.name + "'; `kdbctl read '$all' --index " + given.name + "` reads it");
}

void define_looking(definition& indexes) {
  indexes.command("list", "Lists the user-defined indexes.", "kdbctl index list")
    .asks<kdb::list_indexes>()
    .runs([](session& with) {
      const auto all = with.ask(kdb::list_indexes{});
      return all ? with.show(listing_of(*all)) : ending{all.error()};
    });

  const arguments shown = std::make_shared<index_arguments>();
  define_name(indexes.command("show", "Shows an index: its filter, its fields and its state.", "kdbctl index show by-country"),
              shown)
    .asks<kdb::get_index>()
    .runs([shown](session& with) {
      const auto one = with.ask(kdb::get_index{shown->name});
      return one ? with.show({json_of(*one)}) : ending{one.error()};
    });
}

// Commands that take a name alone.
template <class Request>
void define_switch(definition& indexes, const char* name, const char* does, const char* done) {
  const arguments given = std::make_shared<index_arguments>();
  define_name(indexes.command(name, does, std::string{"kdbctl index "} + name + " by-country"), given)
    .asks<Request>()
    .runs([given, done](session& with) {
      return say_done(with, with.ask(Request{given->name}), std::string{done} + " the index '" + given->name + "'");
    });
}

} // namespace

void define_index(definition& program) {
  auto& indexes = program.command("index", "Secondary indexes, by which events are found without a search of the whole log.");
  define_index_read(indexes);
  define_looking(indexes);
  const arguments created = std::make_shared<index_arguments>();
  indexes
    .command("create", "Creates an index, of the events that a filter accepts, with fields that they can be found by.",
             "kdbctl index create by-country --filter \"rec => rec.schema.name == 'order-placed'\" \\\n"
             "    --field 'country=rec => rec.value.country'")
    .argument("NAME", created->name, "Lower-case letters, digits, '_' and '-'.")
    .option("--filter", "FUNCTION", created->filter,
            "A JavaScript function: only events for which it is true. By default all events.")
    .option(
      "--field", "NAME[:TYPE]=FUNCTION", created->fields,
      "A field, and the JavaScript function that finds its value. The type is string (the default), float64, int32 or int64. "
      "Any number of times.")
    .option("--optimize", "NAME", created->optimized, "The server keeps a faster lookup of this field. Any number of times.")
    .flag("--stopped", created->stopped, "Does not start it.")
    .asks<kdb::create_index>()
    .runs([created](session& with) { return create(with, *created); });
  define_switch<kdb::start_index>(indexes, "start", "Starts an index: it continues where it was stopped.", "started");
  define_switch<kdb::stop_index>(indexes, "stop", "Stops an index: it can't be read then.", "stopped");
  define_switch<kdb::delete_index>(indexes, "delete", "Deletes an index.", "deleted");
}

} // namespace kdbctl
