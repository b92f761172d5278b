// SPDX-License-Identifier: Apache-2.0
#include "libkdb/policy/failure.hpp"

#include <array>

#include "libkdb/values/settings_ranges.hpp"

namespace kdb::inline v0::policy {
namespace {

/// A row of the table: what a code means whatever the request was.
struct meaning {
  node_action node;
  bool passes;  ///< The same request may succeed later, or elsewhere.
  bool unknown; ///< The request may have had its effect.
};

constexpr meaning refused{node_action::stay, false, false};

/// The table. A switch without default: the compiler tells when a code has no row.
meaning meaning_of(errc code) {
  switch (code) {
    // The request can't be sent, or the stream, group, user or projection is not as it was expected to be.
    case errc::invalid_argument:
    case errc::invalid_connection_string:
    case errc::event_too_large:
    case errc::append_too_large:
    case errc::message_too_large:
    case errc::read_too_large:
    case errc::wrong_expected_version:
    case errc::stream_not_found:
    case errc::stream_deleted:
    case errc::invalid_position:
    case errc::index_not_found:
    case errc::unauthenticated:
    case errc::access_denied:
    case errc::group_not_found:
    case errc::group_exists:
    case errc::group_failed:
    case errc::user_not_found:
    case errc::scavenge_not_found:
    case errc::projection_not_found:
    case errc::projection_exists:
    case errc::projection_failed:
    case errc::unsupported:
    case errc::consistency_violation:
    case errc::stream_already_in_session:
    case errc::stream_already_exists:
    case errc::index_exists: return refused;
    // A consumer's call is ended when its group is changed or the leader resigns; the next try finds out which.
    case errc::group_dropped:
    // The server may not have noticed yet that our own last consumer is gone.
    case errc::maximum_subscribers:
    case errc::user_conflict:
    case errc::too_busy:
    case errc::consumer_too_slow:
    case errc::indexes_not_ready:
    // What a waiter gets when discovery gave up for now: there is no node to leave.
    case errc::discovery_failed:
    // Likewise. Certificates and settings of nodes change: those who follow something outlast it.
    case errc::tls_failed: return {node_action::stay, true, false};
    case errc::not_leader: return {node_action::follow_leader, true, false};
    case errc::not_ready: return {node_action::rediscover, true, false};
    // The node gave up or the caller did: neither says that the node is lost.
    case errc::server_timeout:
    case errc::deadline_exceeded: return {node_action::stay, true, true};
    case errc::server_stopping:
    case errc::unavailable: return {node_action::rediscover, true, true};
    // A handler's exception: some nodes answer so when they stop, all do for a request they can't stand.
    case errc::server_error: return {node_action::check, true, true};
    // Ours to end, or nothing that can be understood: trying again would end in the same way.
    case errc::cancelled:
    case errc::closed:
    case errc::protocol_error:
    case errc::internal: return {node_action::stay, false, true};
    case errc::subscriber_failed: return refused;
  }
  return refused; // A number from another process that is newer.
}

retry_safety safety(const error& cause, request_kind kind, bool passes) {
  if (!passes)
    return retry_safety::pointless;
  return kind == request_kind::write && cause.outcome_unknown ? retry_safety::safe_if_idempotent : retry_safety::safe;
}

} // namespace

std::string_view to_string(node_action action) {
  constexpr std::array<std::string_view, 4> names{"stay", "check", "rediscover", "follow_leader"};
  auto number = static_cast<std::size_t>(action);
  return number < names.size() ? names[number] : "unknown";
}

std::string_view to_string(retry_safety safety) {
  constexpr std::array<std::string_view, 3> names{"pointless", "safe", "safe_if_idempotent"};
  auto number = static_cast<std::size_t>(safety);
  return number < names.size() ? names[number] : "unknown";
}

failure_decision decide(const error& cause, request_kind kind, const endpoint& answered_by) {
  auto [node, passes, unknown] = meaning_of(cause.code);
  static_cast<void>(unknown); // The error itself says it: only who sent the request knows whether it left.
  if (node == node_action::follow_leader) {
    auto* named = cause.get<leader>();
    auto itself = named && named->host == answered_by.host && named->port == answered_by.port;
    if (!named || !is_usable(*named) || itself)
      node = node_action::rediscover;
  }
  return {.node = node, .retry = safety(cause, kind, passes), .is_final = !passes};
}

bool may_retry(const error& cause, request_kind kind, bool idempotent) {
  switch (decide(cause, kind).retry) {
    case retry_safety::safe: return true;
    case retry_safety::safe_if_idempotent: return idempotent;
    case retry_safety::pointless: break;
  }
  return false;
}

bool concerns_node(const error& cause) {
  return meaning_of(cause.code).node != node_action::stay;
}

bool is_node_lost(const error& cause) {
  auto node = meaning_of(cause.code).node;
  return node == node_action::rediscover || node == node_action::follow_leader;
}

bool is_final(const error& cause) {
  return !meaning_of(cause.code).passes;
}

bool may_have_happened(errc code) {
  return meaning_of(code).unknown;
}

bool retry_can_help(errc code) {
  return meaning_of(code).passes;
}

bool retry_can_help(const error& cause) {
  const auto* tls = cause.get<tls_failure>();
  return retry_can_help(cause.code) && !(tls && tls->problem == tls_problem::bad_file);
}

bool is_usable(const leader& named) {
  std::string_view host = named.host;
  if (host.starts_with('[') && host.ends_with(']'))
    host = host.substr(1, host.size() - 2);
  return named.port != 0 && ranges::is_host(host) && host != "0.0.0.0" && host != "::";
}

} // namespace kdb::inline v0::policy
