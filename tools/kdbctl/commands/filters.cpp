// SPDX-License-Identifier: Apache-2.0
#include "tools/kdbctl/commands/filters.hpp"

#include "tools/kdbctl/text/definition_text.hpp"

namespace kdbctl {

void define_filter(definition& command, filter_arguments& into) {
  command
    .option("--type-prefix", "TEXT", into.type_prefixes, "Of $all: only events whose type begins with this. Any number of times.")
    .option("--stream-prefix", "TEXT", into.stream_prefixes,
            "Of $all: only events of streams whose name begins with this. Any number of times.", subject::stream)
    .option("--type-regex", "REGEX", into.type_regex, "Of $all: only events whose type matches.")
    .option("--stream-regex", "REGEX", into.stream_regex, "Of $all: only events of streams whose name matches.")
    .flag("--no-system", into.no_system, "Of $all: no events whose type begins with $.")
    .option("--index", "NAME", into.index, "Of $all: only events of this user-defined index; see `kdbctl index`.", subject::index)
    .option("--where", "FIELD=VALUE", into.where, "Of an index: only events with this value of a field. Any number of times.");
}

namespace {

kdb::result<kdb::event_filter> index_filter_of(const filter_arguments& given) {
  std::vector<std::pair<std::string, std::string>> values;
  for (const auto& each : given.where) {
    auto value = parse_index_value(each);
    if (!value)
      return kdb::unexpected{std::move(value.error())};
    values.push_back(*std::move(value));
  }
  return kdb::event_filter::user_index(*given.index, values);
}

} // namespace

kdb::result<std::optional<kdb::event_filter>> filter_of(const filter_arguments& given, std::string_view stream) {
  std::vector<kdb::event_filter> all;
  if (!given.type_prefixes.empty())
    all.push_back(kdb::event_filter::type_prefixes(given.type_prefixes));
  if (!given.stream_prefixes.empty())
    all.push_back(kdb::event_filter::stream_prefixes(given.stream_prefixes));
  if (given.type_regex)
    all.push_back(kdb::event_filter::type_regex(*given.type_regex));
  if (given.stream_regex)
    all.push_back(kdb::event_filter::stream_regex(*given.stream_regex));
  if (given.no_system)
    all.push_back(kdb::event_filter::exclude_system_events());
  if (given.index) {
    auto index = index_filter_of(given);
    if (!index)
      return kdb::unexpected{std::move(index.error())};
    all.push_back(*std::move(index));
  } else if (!given.where.empty()) {
    return kdb::unexpected{kdb::errc::invalid_argument, "--where is for an index: name it with --index"};
  }
  if (all.size() > 1)
    return kdb::unexpected{kdb::errc::invalid_argument, "a server takes one filter: choose one of the options for it"};
  if (all.empty())
    return std::optional<kdb::event_filter>{};
  if (!is_all(stream))
    return kdb::unexpected{kdb::errc::invalid_argument,
                           "filters are for '$all', not for the stream '" + std::string{stream} + "'"};
  return std::optional{all.front()};
}

} // namespace kdbctl
