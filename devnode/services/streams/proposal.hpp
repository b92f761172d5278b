// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "devnode/rpc/status.hpp"
#include "devnode/services/wire.hpp"
#include "devnode/store/append_decision.hpp"
#include "devnode/store/event.hpp"

#include "kdb/devnode.hpp"

#include "kdb/event_store/client/streams.pb.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace kdb::inline v0::development {

/// The events of one append as they come in, checked one by one. Views are those of the messages, which must outlive it.
class proposal {
public:
  explicit proposal(const devnode_options& limits) : limits_{limits} {}

  /// Adds an event. Returns what is wrong with it, if anything is.
  template <class ProposedMessage>
  std::optional<rpc::status> add(const ProposedMessage& message) {
    auto& metadata = message.metadata();
    auto type = metadata.find("type"), content = metadata.find("content-type");
    return add({.id = read_uuid(message.id()),
                .type = type == metadata.end() ? nullptr : &type->second,
                .content_type = content == metadata.end() ? nullptr : &content->second,
                .data = message.data(),
                .custom_metadata = message.custom_metadata()});
  }

  const std::vector<proposed_event>& events() const { return events_; }

  void clear() {
    events_.clear();
    size_ = 0;
  }

private:
  struct parts {
    std::optional<uuid> id;
    const std::string* type = nullptr;
    const std::string* content_type = nullptr;
    std::string_view data;
    std::string_view custom_metadata;
  };

  std::optional<rpc::status> add(const parts& event);

  const devnode_options& limits_;
  std::vector<proposed_event> events_;
  std::uint64_t size_ = 0;
};

/// Reads the expectation out of the options of Append, Delete or Tombstone; nothing when it is unset. A revision beyond what a stream
/// can have never holds.
template <class Options>
std::optional<expected_state> read_expectation(const Options& options) {
  switch (options.expected_stream_revision_case()) {
    case Options::kRevision:
      return expected_state::revision(static_cast<std::int64_t>(std::min(options.revision(), largest_number)));
    case Options::kNoStream: return expected_state::no_stream();
    case Options::kAny: return expected_state::any();
    case Options::kStreamExists: return expected_state::exists();
    default: return std::nullopt;
  }
}

} // namespace kdb::inline v0::development
