// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <type_traits>

#include <kdb/append.hpp>
#include <kdb/cluster.hpp>
#include <kdb/connection_change.hpp>
#include <kdb/delete.hpp>
#include <kdb/export.hpp>
#include <kdb/groups.hpp>
#include <kdb/indexes.hpp>
#include <kdb/operations.hpp>
#include <kdb/projections.hpp>
#include <kdb/read.hpp>
#include <kdb/records.hpp>
#include <kdb/result.hpp>
#include <kdb/stream_metadata.hpp>
#include <kdb/users.hpp>

// The list of all operations that consist of a request and an answer. The typed interface of `client_actor`, the `ask` of both clients,
// the tests that send every operation through every failure, and the table in docs/actors.md are made from it.

/// Operations on streams and groups that are one call to the server.
#define KDB_STREAM_CALLS(X)                                                                                                      \
  X(delete_stream)                                                                                                               \
  X(tombstone_stream)                                                                                                            \
  X(get_commit_position)                                                                                                         \
  X(get_current_version)                                                                                                         \
  X(get_stream_metadata)                                                                                                         \
  X(get_system_settings)                                                                                                         \
  X(append_to_streams)                                                                                                           \
  X(append_records)                                                                                                              \
  X(create_group)                                                                                                                \
  X(create_group_on_all)                                                                                                         \
  X(update_group)                                                                                                                \
  X(update_group_on_all)                                                                                                         \
  X(change_group)                                                                                                                \
  X(delete_group)                                                                                                                \
  X(get_group_info)                                                                                                              \
  X(list_groups)                                                                                                                 \
  X(replay_parked)                                                                                                               \
  X(truncate_parked)                                                                                                             \
  X(restart_persistent_subscriptions)

/// The same for administration: users, projections, indexes, and the node itself.
#define KDB_ADMINISTRATION_CALLS(X)                                                                                              \
  X(create_user)                                                                                                                 \
  X(update_user)                                                                                                                 \
  X(delete_user)                                                                                                                 \
  X(enable_user)                                                                                                                 \
  X(disable_user)                                                                                                                \
  X(get_user)                                                                                                                    \
  X(get_current_user)                                                                                                            \
  X(list_users)                                                                                                                  \
  X(change_password)                                                                                                             \
  X(reset_password)                                                                                                              \
  X(create_projection)                                                                                                           \
  X(create_one_time_projection)                                                                                                  \
  X(create_transient_projection)                                                                                                 \
  X(update_projection)                                                                                                           \
  X(delete_projection)                                                                                                           \
  X(enable_projection)                                                                                                           \
  X(disable_projection)                                                                                                          \
  X(abort_projection)                                                                                                            \
  X(reset_projection)                                                                                                            \
  X(get_projection_statistics)                                                                                                   \
  X(list_projections)                                                                                                            \
  X(get_projection_state)                                                                                                        \
  X(get_projection_result)                                                                                                       \
  X(restart_projections)                                                                                                         \
  X(create_index)                                                                                                                \
  X(start_index)                                                                                                                 \
  X(stop_index)                                                                                                                  \
  X(delete_index)                                                                                                                \
  X(get_index)                                                                                                                   \
  X(list_indexes)                                                                                                                \
  X(start_scavenge)                                                                                                              \
  X(stop_scavenge)                                                                                                               \
  X(merge_indexes)                                                                                                               \
  X(resign_node)                                                                                                                 \
  X(set_node_priority)                                                                                                           \
  X(get_statistics)                                                                                                              \
  X(shut_down_node)                                                                                                              \
  X(read_gossip)

/// All operations that are one call to the server. `libkdb/wire` describes each of them next to the codec of its service.
#define KDB_CALLS(X) KDB_STREAM_CALLS(X) KDB_ADMINISTRATION_CALLS(X)

/// Operations that the runtime carries out itself: appends, which share a call, operations that consist of several calls, and queries
/// about the client.
#define KDB_RUNTIME_OPERATIONS(X)                                                                                                \
  X(append_to_stream)                                                                                                            \
  X(append_in_parts)                                                                                                             \
  X(set_stream_metadata)                                                                                                         \
  X(set_system_settings)                                                                                                         \
  X(read_stream_to_end)                                                                                                          \
  X(wait_connected)                                                                                                              \
  X(get_status)                                                                                                                  \
  X(get_health)                                                                                                                  \
  X(get_server_info)

#define KDB_OPERATIONS(X) KDB_RUNTIME_OPERATIONS(X) KDB_CALLS(X)

namespace kdb {
inline namespace KDB_API v0 {

/// The type of an operation's answer: the `answer` that its request names.
template <class Request>
using answer_of = typename Request::answer;

namespace detail {

/// Whether a request has `call_options`.
template <class Request>
concept has_call = requires(Request request) {
  request.options.call;
}
|| requires(Request request) {
  request.call;
};
/// Returns the `call_options` of a request, whether they are in the request or in its options.
template <has_call Request>
auto& call_of(Request& request) {
  if constexpr (requires { request.options.call; })
    return request.options.call;
  else
    return request.call;
}

// The type with which an operation completes: a result, except where the answer itself reports failures.
template <class Request>
struct outcome_trait {
  using type = result<answer_of<Request>>;
};
template <>
struct outcome_trait<append_in_parts> {
  using type = append_in_parts_result;
};

template <class Request>
inline constexpr bool is_call = false;
template <class Request>
inline constexpr bool is_operation = false;
#define KDB_X(request)                                                                                                           \
  template <>                                                                                                                    \
  inline constexpr bool is_operation<request> = true;
KDB_OPERATIONS(KDB_X)
#undef KDB_X
#define KDB_X(request)                                                                                                           \
  template <>                                                                                                                    \
  inline constexpr bool is_call<request> = true;
KDB_CALLS(KDB_X)
#undef KDB_X

} // namespace detail

/// A request that `ask` takes.
template <class T>
concept operation = detail::is_operation<T>;

/// The type that `ask` returns: a `result` of the answer. The answer of `append_in_parts` reports failures itself, without a `result`.
template <operation Request>
using outcome_of = typename detail::outcome_trait<Request>::type;

} // namespace v0
} // namespace kdb
