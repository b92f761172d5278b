// SPDX-License-Identifier: Apache-2.0
#include "libkdb/policy/projections.hpp"

#include <algorithm>

#include "libkdb/policy/properties.hpp"
#include "libkdb/policy/refusal.hpp"
#include "libkdb/policy/text.hpp"
#include "libkdb/policy/validate.hpp"

namespace kdb::inline v0::policy {
namespace {

bool is_blank(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c == ' ' || (c >= '\t' && c <= '\r'); });
}

/// A server takes any query, also one that can never run.
result<void> check_query(std::string_view query) {
  return check_name("query", is_blank(query) ? "" : query, "the text of a query in JavaScript, in UTF-8");
}

result<void> check_engine(projection_engine engine) {
  if (engine != projection_engine::v1 && engine != projection_engine::v2)
    return refuse("engine", "is no engine", "projection_engine::v1 or v2");
  return {};
}

/// What all requests that create a projection have.
template <class Options>
result<void> check_new(std::string_view query, const Options& options) {
  return check_query(query)
    .and_then([&] { return check_engine(options.engine); })
    .and_then([&] { return check_properties("properties", options.properties); })
    .and_then([&] { return check_call(options.call); });
}

/// The server would fail without a reason.
result<void> check_tracking(const create_projection_options& options) {
  if (options.track_emitted_streams && !options.emit)
    return refuse("track_emitted_streams", "is set for a projection that may not write", "only together with emit");
  if (options.track_emitted_streams && options.engine == projection_engine::v2)
    return refuse("track_emitted_streams", "is not known to the engine v2", "only with the engine v1");
  return {};
}

} // namespace

result<void> check_projection(std::string_view name, const call_options& call) {
  return check_name("name", is_blank(name) ? "" : name, "the name of a projection in UTF-8").and_then([&] {
    return check_call(call);
  });
}

result<void> check_create_projection(std::string_view name, std::string_view query, const create_projection_options& options) {
  return check_projection(name, options.call).and_then([&] { return check_new(query, options); }).and_then([&] {
    return check_tracking(options);
  });
}

result<void> check_create_one_time_projection(std::string_view query, const create_one_time_projection_options& options) {
  return check_new(query, options);
}

result<void> check_create_transient_projection(std::string_view name, std::string_view query,
                                               const create_transient_projection_options& options) {
  return check_projection(name, options.call).and_then([&] { return check_new(query, options); });
}

result<void> check_update_projection(std::string_view name, std::string_view query, const update_projection_options& options) {
  return check_projection(name, options.call).and_then([&] { return check_query(query); }).and_then([&] {
    return check_properties("properties", options.properties);
  });
}

result<void> check_projection_state(std::string_view name, const projection_state_options& options) {
  return check_text("partition", options.partition, "the name of a partition in UTF-8, or an empty one").and_then([&] {
    return check_projection(name, options.call);
  });
}

result<void> check_list_projections(projection_mode mode, const call_options& call) {
  if (mode > projection_mode::transient)
    return refuse("mode", "is no mode", "projection_mode::all, continuous, one_time or transient");
  return check_call(call);
}

} // namespace kdb::inline v0::policy
