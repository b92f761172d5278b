// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <kdb/operation_list.hpp>

/// Operations that are measured: calls, appends, and the beginnings of streams. Those that consist of others are seen as these.
#define KDB_OBSERVED_OPERATIONS(X)                                                                                               \
  X(append_to_stream)                                                                                                            \
  X(set_stream_metadata)                                                                                                         \
  X(set_system_settings)                                                                                                         \
  X(read_stream)                                                                                                                 \
  X(read_all)                                                                                                                    \
  X(subscribe_to_stream)                                                                                                         \
  X(subscribe_to_all)                                                                                                            \
  X(consume)                                                                                                                     \
  KDB_CALLS(X)

namespace kdb::inline v0::policy {

/// An operation by the name of its request.
enum class observed_operation : std::uint8_t {
#define KDB_X(request) request,
  KDB_OBSERVED_OPERATIONS(KDB_X)
#undef KDB_X
};

#define KDB_X(request) +1
inline constexpr std::size_t observed_operations = 0 KDB_OBSERVED_OPERATIONS(KDB_X);
#undef KDB_X

/// The name of the request.
std::string_view to_string(observed_operation operation);

/// Of a request that is one call.
template <class Request>
inline constexpr observed_operation operation_of = observed_operation::append_to_stream;
#define KDB_X(request)                                                                                                           \
  template <>                                                                                                                    \
  inline constexpr observed_operation operation_of<kdb::request> = observed_operation::request;
KDB_CALLS(KDB_X)
#undef KDB_X

} // namespace kdb::inline v0::policy
