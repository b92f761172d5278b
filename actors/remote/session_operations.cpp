// SPDX-License-Identifier: Apache-2.0
#include "actors/remote/session.hpp"

#include <unordered_map>

// The operations that a session carries out, all made from the list of operations.
namespace kdb::inline v0::remote {

bool session_state::run_operation(std::string_view operation, std::uint64_t id, decoder& in) {
  using runner = void (session_state::*)(std::string_view, std::uint64_t, decoder&);
  static const std::unordered_map<std::string_view, runner> all{
#define KDB_X(request) {#request, &session_state::run<request>},
    KDB_OPERATIONS(KDB_X)
#undef KDB_X
  };
  const auto found = all.find(operation);
  if (found == all.end())
    return false;
  (this->*found->second)(operation, id, in);
  return true;
}

} // namespace kdb::inline v0::remote
