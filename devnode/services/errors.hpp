// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "devnode/rpc/status.hpp"
#include "devnode/services/standing.hpp"
#include "devnode/store/append_decision.hpp"
#include "devnode/store/uuid.hpp"

#include <cstdint>
#include <string>
#include <string_view>

/// The errors of the v1 services, with a server's codes, texts and trailers (`exception` names the error).
namespace kdb::inline v0::development::errors {

rpc::status access_denied();

/// Credentials that are wrong.
rpc::status unauthenticated();

/// Nobody can be told from anybody else yet.
rpc::status users_not_ready();
rpc::status stream_deleted(std::string_view stream);
rpc::status wrong_expected_version(std::string_view stream, expected_state expected, std::int64_t actual);
rpc::status maximum_append_size_exceeded(std::uint64_t limit);
rpc::status maximum_append_event_size_exceeded(const uuid& event, std::uint64_t size, std::uint64_t limit);
rpc::status missing_metadata_property(std::string_view name);
rpc::status index_not_found(std::string_view name);
rpc::status invalid_argument(std::string message);
rpc::status scavenge_not_found();
rpc::status user_not_found(std::string_view login);

/// Somebody else has this name already.
rpc::status user_conflict(std::string_view login);

/// A oneof that must be set is not. `oneof` is the server's name of its type.
rpc::status none_is_invalid(std::string_view oneof);

/// A read that the storage refuses.
rpc::status unexpected_read_result(std::string_view detail);

/// A read of $all, with a filter or without, at a position that is none.
rpc::status invalid_read_position(std::uint64_t position, bool filtered);

/// A read of $all backwards from behind the end of the log.
rpc::status position_beyond_end(std::uint64_t position, std::uint64_t end, bool filtered);

/// The same of a subscription.
rpc::status invalid_position();

/// What a server says to a request that it did not think of.
rpc::status handler_exception();

/// The database can't be written.
rpc::status storage_failure(const std::string& problem);

/// What ends all open calls when the node stops.
rpc::status shutting_down(int retry_seconds);

/// Another node leads: this one, as far as the node knows.
rpc::status not_leader(const member_address& leader);

/// The node can't tell who leads, or will lead soon.
rpc::status not_ready();

/// A write of which nobody knows whether it will be done.
rpc::status operation_timeout(std::string_view detail);

} // namespace kdb::inline v0::development::errors
