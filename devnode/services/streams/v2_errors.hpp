// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "devnode/rpc/status.hpp"
#include "devnode/security/caller.hpp"
#include "devnode/services/standing.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace kdb::inline v0::development {

/// What is wrong with a field of a request, which is named by the path that a server gives it.
struct field_violation {
  std::string field;
  std::string description;

  friend bool operator==(const field_violation&, const field_violation&) = default;
};

/// A stream that is not in the state that a check demands; states as in `state_check`.
struct state_violation {
  std::size_t check = 0; ///< Index in the request's checks, or beyond them.
  std::string stream;
  std::int64_t expected = 0;
  std::int64_t actual = 0;
};

/// Says in one sentence what a violation is.
std::string describe(const state_violation& violation);

} // namespace kdb::inline v0::development

/// The errors of the v2 services, with a server's texts and details.
namespace kdb::inline v0::development::v2_errors {

rpc::status bad_request(std::string_view request, std::span<const field_violation> violations);
/// `operation` is what was wanted, `stream` with what; `who` is left out if he has no credentials.
rpc::status access_denied(std::string_view operation, std::string_view stream, const caller& who);
rpc::status revision_conflict(std::string_view stream, std::int64_t expected, std::int64_t actual);
rpc::status tombstoned(std::string_view stream);
rpc::status already_in_session(std::string_view stream);
rpc::status no_requests();
rpc::status record_size_exceeded(std::string_view stream, std::string_view record, std::uint64_t size, std::uint64_t limit);
rpc::status transaction_size_exceeded(std::uint64_t size, std::uint64_t limit, std::size_t records);
rpc::status consistency_violation(std::span<const state_violation> violations);
rpc::status not_leader_node(const member_address& leader);
rpc::status server_not_ready();
rpc::status operation_timeout();

} // namespace kdb::inline v0::development::v2_errors
