// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <kdb/export.hpp>
#include <kdb/position.hpp>
#include <kdb/stream_state.hpp>

namespace caf {
class error;
} // namespace caf

namespace kdb {
inline namespace KDB_API v0 {

/// What went wrong. The numbers are stable: they travel between processes.
enum class errc : std::uint8_t {
  // -- the request can't be sent as it is ----------------------------------------
  invalid_argument = 1,      ///< An option, name, size or id is out of its range. Detail: `bad_argument`.
  invalid_connection_string, ///< The connection string can't be read. Detail: `bad_argument` with the option's name.
  event_too_large,           ///< One event is above the server's or the message limit. Detail: `size_limit`.
  append_too_large,          ///< The events of one append are together above the server's limit. Detail: `size_limit`.
  message_too_large,         ///< A message is above the transport's limit.
  read_too_large,            ///< There is more to read than the caller wants in memory at once. Detail: `size_limit`.

  // -- the stream is not as expected ---------------------------------------------
  wrong_expected_version = 20, ///< Nothing was written: read again and decide again. Detail: `version_mismatch`.
  stream_not_found,            ///< Never existed, or is soft-deleted. Detail: `stream_name`.
  stream_deleted,              ///< Tombstoned: the name can never be used again. Detail: `stream_name`.
  invalid_position,            ///< The server can't read from that place.
  index_not_found,             ///< The server has no such index, or none at all. Detail: `index_name`.

  // -- the caller ------------------------------------------------------------------
  unauthenticated = 40, ///< The credentials are wrong or have expired.
  access_denied,        ///< The caller lacks the right, or the call had no credentials.

  // -- persistent subscriptions, users, scavenges, projections -----------------------
  group_not_found = 60, ///< There is no such group. Detail: `group_name`.
  group_exists,         ///< The stream has a group of that name. Detail: `group_name`.
  group_failed,         ///< The server refused; the message holds its reason. Detail: `group_name`.
  group_dropped,        ///< The server ended the consumer's call: group deleted, updated or restarted. Detail: `group_name`.
  maximum_subscribers,  ///< The group has all the consumers it may have. Detail: `group_name`.
  user_not_found,       ///< There is no such user. Detail: `login_name`.
  user_conflict,        ///< The user exists, or somebody changed it at the same time. Detail: `login_name`.
  scavenge_not_found,   ///< No scavenge with that id is running.
  projection_not_found, ///< There is no such projection. Detail: `projection_name`.
  projection_exists,    ///< There is a projection of that name. Detail: `projection_name`.
  projection_failed,    ///< The server refused, or a later command overtook this one: see the message. Detail: `projection_name`.

  // -- the node can't serve it now --------------------------------------------------
  not_leader = 80, ///< The node is not the leader, and only the leader can serve the request. Detail: `leader`, if it named one.
  not_ready,       ///< The node is starting or stopping, or knows no leader.
  too_busy,        ///< The node is overloaded: try again later.
  server_timeout,  ///< The request timed out inside the server; a write may have happened.
  server_stopping, ///< The node is shutting down.
  consumer_too_slow, ///< An old server ended a subscription that could not keep up.

  // -- the connection -----------------------------------------------------------------
  unavailable = 100, ///< The connection was lost or refused.
  discovery_failed,  ///< No usable node was found in the allowed attempts.
  deadline_exceeded, ///< The call's deadline passed. For a write, see `outcome_unknown`.
  cancelled,         ///< The call was cancelled by its owner.
  closed,            ///< The client, reading or subscription is closed.
  tls_failed, ///< A node is there, but the TLS handshake with it failed, or a certificate file can't be used. Detail: `tls_failure`.

  // -- unexpected ------------------------------------------------------------
  unsupported = 120, ///< The server does not offer this operation.
  server_error,      ///< The server failed without saying why.
  protocol_error,    ///< The answer can't be understood.
  subscriber_failed, ///< The receiving actor or callback died, threw, or refused a batch.
  internal,          ///< A bug in libkdb, or an unexpected answer of the host.

  // -- v2 appends ---------------------------------------------------------------------
  consistency_violation = 140, ///< A check failed, and nothing was written. Detail: `violations`.
  stream_already_in_session,   ///< One stream appears twice. Detail: `stream_name`.
  stream_already_exists,       ///< The stream was expected not to exist. Detail: `stream_name`.
  index_exists,                ///< There is an index of that name. Detail: `index_name`.
  indexes_not_ready,           ///< The indexes are still catching up.
};

/// The name of the enumerator.
std::string_view to_string(errc code);

/// The value that was refused and what is accepted instead.
struct bad_argument {
  std::string name;     ///< The name of the option, field or parameter.
  std::string accepted; ///< The accepted values.
};

/// The expected state of a write, and the state that the server found. `actual` is unset if the server did not tell it.
struct version_mismatch {
  std::string stream;
  stream_state expected;
  std::optional<stream_state> actual; ///< What the server found.
};

/// The stream that an error is about.
struct stream_name {
  std::string name;
};

/// The index that an error is about.
struct index_name {
  std::string name;
};

/// The user that an error is about.
struct login_name {
  std::string name;
};

/// The projection that an error is about.
struct projection_name {
  std::string name;
};

/// A group, and the stream that it consumes.
struct group_name {
  std::string stream; ///< "$all" for groups on $all.
  std::string group;
};

/// Sizes in bytes. A size that the server does not tell is 0.
struct size_limit {
  std::uint64_t limit = 0;  ///< The greatest size that is accepted.
  std::uint64_t actual = 0; ///< The size that was sent.
  std::string event_id;     ///< The event that is too large. Empty if the limit is not for one event.
};

/// The address of the leader, as the answering node knows it.
struct leader {
  std::string host;
  std::uint16_t port = 0;
};

/// Why a TLS connection failed.
enum class tls_problem : std::uint8_t {
  bad_file,                    ///< A certificate or key of the client's settings can't be read or used.
  unknown_authority,           ///< None of the trusted authorities has signed the node's certificate.
  wrong_name,                  ///< The node's certificate is for other names.
  expired,                     ///< The node's certificate, or one it depends on, is not valid any more.
  not_yet_valid,               ///< The node's certificate, or one it depends on, is not valid yet; or a clock is wrong.
  bad_certificate,             ///< Something else is wrong with the node's certificate.
  client_certificate_required, ///< The node requires a client certificate.
  client_certificate_refused,  ///< The node does not accept the certificate of the client.
  server_without_tls,          ///< The node does not speak TLS.
  server_with_tls,             ///< The node speaks TLS, the client does not.
  no_common_version,           ///< There is no version of TLS that both sides accept.
  other,                       ///< See the message.
};

/// The name of the enumerator.
std::string_view to_string(tls_problem problem);

/// The reason why a TLS connection failed.
struct tls_failure {
  tls_problem problem = tls_problem::other; ///< What is wrong.
  std::string host{};                       ///< The host of the node; empty for `bad_file`.
  std::uint16_t port = 0;
  std::string file{}; ///< The file, if the problem is `bad_file` and the certificate is not given as text.
};

/// All failed checks of one v2 append.
struct violations {
  /// One failed check.
  struct one {
    std::uint32_t check = 0; ///< Index in the request's checks.
    std::string stream;
    std::int64_t expected = 0; ///< The expected state, as `stream_state::number()`; also -5 soft-deleted, -6 tombstoned.
    std::int64_t actual = 0;   ///< The state that the server found, in the same numbers.
  };
  std::vector<one> all; ///< The failed checks, in the order of the request.
};

/// The details that an error may have.
using error_detail = std::variant<std::monostate, bad_argument, version_mismatch, stream_name, index_name, login_name, group_name,
                                  size_limit, leader, violations, tls_failure, projection_name>;

/// Why something failed. Copies are independent; safe to move between threads.
struct [[nodiscard]] error {
  /// What went wrong.
  errc code = errc::internal;
  /// For people: what happened and what to do. Holds neither credentials nor payloads.
  std::string message{};
  error_detail detail{};
  /// The same request may succeed later, or on another node.
  bool retry_can_help = false;
  /// The request may have taken effect although it failed. Only for writes.
  bool outcome_unknown = false;

  /// Returns the detail of that type, or null.
  template <class T>
  const T* get() const {
    return std::get_if<T>(&detail);
  }

  /// Converts the `caf::error` of a CAF request. Errors of this library come back unchanged. Of CAF's own errors, a request timeout
  /// becomes `deadline_exceeded` with an unknown outcome, a dead receiver becomes `closed`, and all others become `internal` with CAF's
  /// text. Part of the actors library.
  static error from(const caf::error& cause);
};

/// "code: message (retry …, outcome …)", for logs.
std::string to_string(const error& cause);

} // namespace v0
} // namespace kdb
