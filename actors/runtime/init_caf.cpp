// SPDX-License-Identifier: Apache-2.0
#include <mutex>

#include "actors/client/retrying.hpp"
#include "actors/runtime/caf_parts.hpp"
#include "actors/runtime/protocol.hpp"
#include "actors/workers/competing_workers.hpp"
#include <kdb/actors.hpp>
#include <kdb/competing_workers.hpp>

namespace kdb::inline v0 {

#if KDB_CAF_1

namespace {

// In the order of their numbers: CAF's table of types only grows.
template <class... Blocks>
void init_blocks() {
  static_assert(
    ((Blocks::first >= any_caf::first_reserved_type_id && any_caf::detail::end_of<Blocks> <= any_caf::end_of_reserved_type_ids) &&
     ...));
  (any_caf::detail::init_block<Blocks>(), ...);
}

} // namespace

void init_caf() {
  static constinit std::once_flag once;
  std::call_once(once, [] {
    caf::core::init_global_meta_objects();
    init_blocks<detail::answer_block, detail::request_block, kdb_block::kdb_client, kdb_block::kdb_competing_workers,
                kdb_block::kdb_runtime, kdb_block::kdb_retrying, kdb_block::kdb_competing_workers_runtime>();
  });
}

result<void> check_system() {
  if (!caf::query_type_name(caf::type_id_v<error>).empty())
    return {};
  return unexpected({.code = errc::invalid_argument,
                     .message = "CAF does not know the messages of libkdb: call kdb::init_caf() before the actor system is made",
                     .detail = bad_argument{"system", "an actor system that was made after kdb::init_caf()"}});
}

#else

void init_caf() {}

result<void> check_system() {
  return {};
}

#endif

} // namespace kdb::inline v0
