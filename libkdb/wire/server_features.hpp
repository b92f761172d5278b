// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <set>
#include <string>
#include <string_view>

#include <kdb/result.hpp>

namespace kdb::inline v0::wire {

/// What a server offers, as it told itself. Servers without the features service offer only what always existed.
struct server_features {
  std::string version{};
  /// "service/method" and "service/method/feature", in lower case.
  std::set<std::string, std::less<>> offers{};

  /// For instance `has("event_store.client.streams.streams/batchappend")`.
  bool has(std::string_view problem) const { return offers.contains(problem); }
  bool batch_append() const { return has("event_store.client.streams.streams/batchappend"); }
  /// Batch appends take a relative deadline.
  bool deadline_duration() const { return has("event_store.client.streams.streams/batchappend/deadline_duration"); }
};

/// Reads a `SupportedMethods` answer.
result<server_features> decode_server_features(std::string_view message);

} // namespace kdb::inline v0::wire
