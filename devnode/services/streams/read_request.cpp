// SPDX-License-Identifier: Apache-2.0
#include "devnode/services/streams/read_request.hpp"

#include "devnode/indexes/user_index.hpp"
#include "devnode/services/errors.hpp"
#include "devnode/services/wire.hpp"

#include "kdb/event_store/client/streams.pb.h"

#include <algorithm>
#include <optional>

namespace kdb::inline v0::development {
namespace {

using Options = event_store::client::streams::ReadReq::Options;
using refused = std::optional<rpc::status>;

constexpr std::string_view uuid_option_missing =
  "'uuidOption' is a required argument of type EventStore.Client.Streams.ReadReq+Types+Options+Types+UUIDOption";
constexpr std::string_view filter_type = "ReadReq+Types+Options+Types+FilterOptions";
constexpr std::string_view index_prefix = "$idx-";

std::string combination(const Options& options) {
  std::string text = "The combination of (";
  text += options.has_all() ? "All" : "Stream";
  text += options.has_count() ? ", Count" : options.has_subscription() ? ", Subscription" : ", None";
  text += options.read_direction() == Options::Forwards ? ", Forwards" : ", Backwards";
  text += options.has_filter() ? ", Filter" : options.has_no_filter() ? ", NoFilter" : ", None";
  return text + ") is invalid.";
}

bool valid_combination(const Options& options) {
  if (!options.has_filter() && !options.has_no_filter())
    return false;
  if (options.has_filter() && !options.has_all())
    return false;
  if (options.has_subscription())
    return options.read_direction() == Options::Forwards;
  return options.has_count();
}

refused parse_stream(const Options& options, read_request& request) {
  auto& from = options.stream();
  request.stream = read_name(from.stream_identifier());
  if (!valid_name(request.stream))
    return errors::handler_exception();
  if (from.has_start()) {
    request.from = from_start{};
  } else if (from.has_end() || (from.has_revision() && from.revision() == wire_end)) {
    request.from = from_end{};
  } else if (!from.has_revision() || from.revision() > largest_number) {
    return errors::handler_exception();
  } else {
    request.from = from.revision();
  }
  return {};
}

refused parse_all(const Options& options, read_request& request) {
  auto& from = options.all();
  auto commit = from.position().commit_position(), prepare = from.position().prepare_position();
  request.all = true;
  if (from.has_start()) {
    request.from = from_start{};
  } else if (from.has_end() || (from.has_position() && commit == wire_end && prepare == wire_end)) {
    request.from = from_end{};
  } else if (!from.has_position() || commit > largest_number || prepare > commit) {
    return errors::handler_exception();
  } else {
    request.from = log_position{commit, prepare};
  }
  return {};
}

// Reads of an index come as filters, of which they take nothing but the name.
refused parse_index(const std::vector<std::string>& prefixes, read_request& request) {
  if (prefixes.size() > 1)
    return errors::invalid_argument(
      "Index reads only work with one index name and cannot be combined with stream prefixes or other indexes");
  if (prefixes.front().starts_with(user_index_prefix))
    request.user_index = prefixes.front();
  else
    request.filter = index_filter(prefixes.front());
  if (!request.filter && request.user_index.empty())
    return errors::index_not_found(prefixes.front());
  bool forwards = request.direction == read_direction::forwards;
  if (forwards && !request.subscription && std::holds_alternative<from_end>(request.from))
    return errors::invalid_position();
  request.index = true;
  request.resolve_links = false;
  return {};
}

// A filter that has nothing but a window, as a server prints it.
std::string shown(const Options::FilterOptions& filter) {
  auto text = filter.has_max() ? "{ \"max\": " + std::to_string(filter.max()) : std::string{"{ \"count\": { }"};
  if (filter.checkpointintervalmultiplier() != 0)
    text += ", \"checkpointIntervalMultiplier\": " + std::to_string(filter.checkpointintervalmultiplier());
  return text + " }";
}

refused parse_filter(const Options::FilterOptions& filter, read_request& request) {
  bool names = filter.has_stream_identifier();
  auto& expression = names ? filter.stream_identifier() : filter.event_type();
  std::vector<std::string> prefixes{expression.prefix().begin(), expression.prefix().end()};
  bool index = names && expression.regex().empty() &&
               std::ranges::any_of(prefixes, [](auto& prefix) { return prefix.starts_with(index_prefix); });
  if (index)
    return parse_index(prefixes, request);
  if (filter.window_case() == filter.WINDOW_NOT_SET)
    return errors::none_is_invalid(std::string{filter_type} + "+WindowOneofCase");
  if (filter.filter_case() == filter.FILTER_NOT_SET) {
    std::string problem = "'";
    problem.append(shown(filter)).append("' is not a valid EventStore.Client.Streams.").append(filter_type);
    return errors::invalid_argument(std::move(problem));
  }
  constexpr std::uint64_t page = 32;
  auto window = filter.has_max() ? filter.max() : page;
  request.search_window = std::max<std::uint64_t>(window, 1);
  request.checkpoint_interval = std::max<std::uint64_t>(filter.checkpointintervalmultiplier() * window, 1);
  if (request.subscription && filter.checkpointintervalmultiplier() == 0)
    return errors::handler_exception();
  request.filtered = true;
  request.slow_filter = !expression.regex().empty();
  auto subject = names ? filter_subject::stream_name : filter_subject::event_type;
  try {
    request.filter =
      expression.regex().empty() ? prefix_filter(subject, std::move(prefixes)) : regex_filter(subject, expression.regex());
  } catch (const bad_pattern&) {
    return errors::handler_exception();
  }
  return {};
}

} // namespace

std::optional<std::string> subject_of(const event_store::client::streams::ReadReq& message) {
  auto& options = message.options();
  if (!options.has_uuid_option() || options.stream_option_case() == options.STREAM_OPTION_NOT_SET)
    return std::nullopt;
  return options.has_all() ? "$all" : read_name(options.stream().stream_identifier());
}

std::variant<read_request, rpc::status> parse_read(const event_store::client::streams::ReadReq& message) {
  auto& options = message.options();
  if (!message.has_options())
    return errors::handler_exception();
  if (!options.has_uuid_option())
    return errors::invalid_argument(std::string{uuid_option_missing});
  if (options.stream_option_case() == options.STREAM_OPTION_NOT_SET)
    return errors::none_is_invalid("ReadReq+Types+Options+StreamOptionOneofCase");
  if (!valid_combination(options))
    return errors::invalid_argument(combination(options));

  read_request request;
  request.direction = options.read_direction() == Options::Forwards ? read_direction::forwards : read_direction::backwards;
  request.subscription = options.has_subscription();
  request.count = options.count();
  request.resolve_links = options.resolve_links();
  request.ids = options.uuid_option().has_string() ? id_form::text : id_form::structured;
  request.tell_positions = options.control_option().compatibility() >= 1;
  auto problem = options.has_all() ? parse_all(options, request) : parse_stream(options, request);
  if (!problem && options.has_filter())
    problem = parse_filter(options.filter(), request);
  if (problem)
    return *std::move(problem);
  return request;
}

} // namespace kdb::inline v0::development
