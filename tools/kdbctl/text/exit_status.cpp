// SPDX-License-Identifier: Apache-2.0
#include "tools/kdbctl/text/exit_status.hpp"

#include "tools/kdbctl/text/encoding.hpp"

namespace kdbctl {

exit_status status_of(kdb::errc code) {
  using kdb::errc;
  switch (code) {
    case errc::invalid_argument:
    case errc::invalid_connection_string:
    case errc::event_too_large:
    case errc::append_too_large:
    case errc::message_too_large:
    case errc::read_too_large:
    case errc::invalid_position:
    case errc::stream_already_in_session: return exit_status::usage;
    case errc::stream_not_found:
    case errc::stream_deleted:
    case errc::index_not_found:
    case errc::group_not_found:
    case errc::user_not_found:
    case errc::scavenge_not_found:
    case errc::projection_not_found: return exit_status::not_found;
    case errc::wrong_expected_version:
    case errc::group_exists:
    case errc::user_conflict:
    case errc::projection_exists:
    case errc::maximum_subscribers:
    case errc::consistency_violation:
    case errc::stream_already_exists:
    case errc::index_exists: return exit_status::conflict;
    case errc::unauthenticated:
    case errc::access_denied: return exit_status::denied;
    case errc::not_leader:
    case errc::not_ready:
    case errc::too_busy:
    case errc::server_timeout:
    case errc::server_stopping:
    case errc::consumer_too_slow:
    case errc::unavailable:
    case errc::discovery_failed:
    case errc::deadline_exceeded:
    case errc::tls_failed:
    case errc::indexes_not_ready: return exit_status::unavailable;
    case errc::cancelled:
    case errc::closed:
    case errc::group_failed:
    case errc::group_dropped:
    case errc::projection_failed:
    case errc::unsupported:
    case errc::server_error:
    case errc::protocol_error:
    case errc::subscriber_failed:
    case errc::internal: return exit_status::failure;
  }
  return exit_status::failure;
}

std::string advice_for(const kdb::error& error) {
  using kdb::errc;
  if (error.outcome_unknown)
    return "The write may have happened: check that before you repeat it.";
  switch (error.code) {
    case errc::stream_not_found: return "`kdbctl stream list PREFIX` shows the streams there are.";
    case errc::group_not_found: return "`kdbctl group list` shows the groups there are.";
    case errc::user_not_found: return "`kdbctl user list` shows the users there are.";
    case errc::projection_not_found: return "`kdbctl projection list` shows the projections there are.";
    case errc::stream_deleted: return "A tombstoned name can never be used again: choose another one.";
    case errc::wrong_expected_version: return "Nothing was written. `kdbctl stream show STREAM` shows the revision to expect.";
    case errc::group_exists: return "`kdbctl group change` changes some of its settings, `kdbctl group replace` all of them.";
    case errc::index_not_found: return "`kdbctl index list` shows the indexes there are, and which are started.";
    case errc::index_exists: return "`kdbctl index show` shows how it is defined; only another name, or deleting it, helps.";
    case errc::indexes_not_ready: return "The server is still reading its log: try again.";
    case errc::projection_exists: return "`kdbctl projection update` replaces its query.";
    case errc::unauthenticated:
      return "Name the user with --user, and give the password at the prompt, with --password-file or in KDBCTL_PASSWORD.";
    case errc::access_denied: return "`kdbctl user whoami` shows the current user; --user NAME uses another one.";
    case errc::unavailable:
    case errc::discovery_failed:
      return "Is a server running there? `kdbctl context show` shows what is used, `kdbctl dev` starts a node for development.";
    case errc::deadline_exceeded: return "--timeout gives it more time.";
    case errc::not_ready:
    case errc::too_busy:
    case errc::server_stopping:
    case errc::not_leader: return "--retry N tries again by itself.";
    case errc::tls_failed: return "The connection string has the options tls, tlsCaFile and tlsVerifyCert.";
    case errc::append_too_large: return "`kdbctl append --in-parts` writes it as several appends, which are not atomic together.";
    case errc::unsupported: return "`kdbctl info` shows the server's version and what it offers.";
    default: return {};
  }
}

ending::ending(const kdb::error& error)
  : status{status_of(error.code)}, message{printable(error.message) + " (" + std::string{to_string(error.code)} + ")"},
    advice{advice_for(error)} {}

ending misuse(std::string message, std::string advice) {
  return {exit_status::usage, std::move(message), std::move(advice)};
}

} // namespace kdbctl
