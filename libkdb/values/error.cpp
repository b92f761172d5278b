// SPDX-License-Identifier: Apache-2.0
#include <kdb/error.hpp>

namespace kdb::inline v0 {

std::string_view to_string(errc code) {
  // A switch without default: the compiler tells when an enumerator is missing.
  switch (code) {
#define KDB_NAME(name)                                                                                                           \
  case errc::name: return #name
    KDB_NAME(invalid_argument);
    KDB_NAME(invalid_connection_string);
    KDB_NAME(event_too_large);
    KDB_NAME(append_too_large);
    KDB_NAME(message_too_large);
    KDB_NAME(read_too_large);
    KDB_NAME(wrong_expected_version);
    KDB_NAME(stream_not_found);
    KDB_NAME(stream_deleted);
    KDB_NAME(invalid_position);
    KDB_NAME(index_not_found);
    KDB_NAME(unauthenticated);
    KDB_NAME(access_denied);
    KDB_NAME(group_not_found);
    KDB_NAME(group_exists);
    KDB_NAME(group_failed);
    KDB_NAME(group_dropped);
    KDB_NAME(maximum_subscribers);
    KDB_NAME(user_not_found);
    KDB_NAME(user_conflict);
    KDB_NAME(scavenge_not_found);
    KDB_NAME(projection_not_found);
    KDB_NAME(projection_exists);
    KDB_NAME(projection_failed);
    KDB_NAME(not_leader);
    KDB_NAME(not_ready);
    KDB_NAME(too_busy);
    KDB_NAME(server_timeout);
    KDB_NAME(server_stopping);
    KDB_NAME(consumer_too_slow);
    KDB_NAME(unavailable);
    KDB_NAME(discovery_failed);
    KDB_NAME(deadline_exceeded);
    KDB_NAME(cancelled);
    KDB_NAME(closed);
    KDB_NAME(tls_failed);
    KDB_NAME(unsupported);
    KDB_NAME(server_error);
    KDB_NAME(protocol_error);
    KDB_NAME(subscriber_failed);
    KDB_NAME(internal);
    KDB_NAME(consistency_violation);
    KDB_NAME(stream_already_in_session);
    KDB_NAME(stream_already_exists);
    KDB_NAME(index_exists);
    KDB_NAME(indexes_not_ready);
#undef KDB_NAME
  }
  return "unknown";
}

std::string_view to_string(tls_problem problem) {
  switch (problem) {
    case tls_problem::bad_file: return "bad_file";
    case tls_problem::unknown_authority: return "unknown_authority";
    case tls_problem::wrong_name: return "wrong_name";
    case tls_problem::expired: return "expired";
    case tls_problem::not_yet_valid: return "not_yet_valid";
    case tls_problem::bad_certificate: return "bad_certificate";
    case tls_problem::client_certificate_required: return "client_certificate_required";
    case tls_problem::client_certificate_refused: return "client_certificate_refused";
    case tls_problem::server_without_tls: return "server_without_tls";
    case tls_problem::server_with_tls: return "server_with_tls";
    case tls_problem::no_common_version: return "no_common_version";
    case tls_problem::other: return "other";
  }
  return "unknown";
}

std::string to_string(const error& cause) {
  std::string text{to_string(cause.code)};
  if (!cause.message.empty())
    text += ": " + cause.message;
  if (cause.retry_can_help && cause.outcome_unknown)
    text += " (a retry can help, outcome unknown)";
  else if (cause.retry_can_help)
    text += " (a retry can help)";
  else if (cause.outcome_unknown)
    text += " (outcome unknown)";
  return text;
}

} // namespace kdb::inline v0
