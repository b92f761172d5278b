// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include <kdb/settings.hpp>

namespace kdb::inline v0::policy {

/// What kind of request failed.
enum class request_kind : std::uint8_t {
  read,         ///< Changes nothing: reads, features, gossip, lists.
  subscription, ///< A call that follows a stream or $all.
  write,        ///< Changes something.
};

/// What a failure means for the node that answered.
enum class node_action : std::uint8_t {
  stay,          ///< The node is fine.
  check,         ///< Ask for gossip again, and leave the node if it is unfit.
  rediscover,    ///< The node is lost: find another one.
  follow_leader, ///< Go to the leader that the error names.
};

std::string_view to_string(node_action action);

/// Whether sending the same request again can do harm.
enum class retry_safety : std::uint8_t {
  pointless,          ///< It would fail in the same way, or is not wanted any more.
  safe,               ///< The first one had no effect, or such a request never has one.
  safe_if_idempotent, ///< The first one may have had its effect: safe only with the same event ids and an explicit expected state.
};

std::string_view to_string(retry_safety safety);

struct failure_decision {
  node_action node = node_action::stay;
  retry_safety retry = retry_safety::pointless;
  /// A subscription that got it is over: resuming could not help.
  bool is_final = true;
  friend bool operator==(const failure_decision&, const failure_decision&) = default;
};

/// The meaning of an error for the node and for the request: the only table on which recovery is based. `answered_by` is the node
/// that sent the error. A leader is not followed if its address is not usable, or if it is this node.
failure_decision decide(const error& cause, request_kind kind, const endpoint& answered_by = {.host = {}, .port = 0});

/// Whether the client may send the same request again. `idempotent`: a repetition of this write is harmless, because it has the
/// same event ids and an explicit expected state.
bool may_retry(const error& cause, request_kind kind, bool idempotent);

/// Whether the connection must be told of this error: `decide` does not return stay.
bool concerns_node(const error& cause);

/// Whether the node that sent this error must be left: `decide` returns rediscover or follow_leader.
bool is_node_lost(const error& cause);

/// Whether trying again can't help: `decide` returns final.
bool is_final(const error& cause);

/// Whether a request that failed with this code may have had its effect, provided that the server could receive it.
bool may_have_happened(errc code);

/// Whether the same request may succeed later, or on another node. What `error::retry_can_help` should say.
bool retry_can_help(errc code);
/// The same, with the detail of the error considered: an unusable file named in the settings stays unusable until somebody
/// repairs it.
bool retry_can_help(const error& cause);

/// Whether a leader's address can be connected to: nodes without a leader name 0.0.0.0, or nothing.
bool is_usable(const leader& named);

} // namespace kdb::inline v0::policy
