// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kdb/operation_list.hpp>

#include <set>
#include <string_view>

namespace kdbctl {

/// The name of an operation of the library, from its list.
template <kdb::operation Request>
inline constexpr std::string_view operation_name{};
#define KDBCTL_X(request)                                                                                                        \
  template <>                                                                                                                    \
  inline constexpr std::string_view operation_name<kdb::request> = #request;
KDB_OPERATIONS(KDBCTL_X)
#undef KDBCTL_X

/// The operations that the program has code to ask for.
inline std::set<std::string_view>& asked_operations() {
  static std::set<std::string_view> all;
  return all;
}

namespace detail {
/// Exists for each request that `session::ask` is compiled for.
template <kdb::operation Request>
inline const bool is_asked = asked_operations().insert(operation_name<Request>).second;
} // namespace detail

} // namespace kdbctl
