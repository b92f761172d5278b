// SPDX-License-Identifier: Apache-2.0
#include "libkdb/wire/operation.hpp"

#include <algorithm>

#include "libkdb/policy/expectation.hpp"

namespace kdb::inline v0::wire {

#define KDB_X(request)                                                                                                           \
  template result<call_plan> prepare(request&&);                                                                                 \
  template result<answer_of<request>> decode_outcome<request>(const call_plan&, result<message_list>);
KDB_CALLS(KDB_X)
#undef KDB_X

void add_context(error& error, const call_plan& plan) {
  const auto* stream = error.get<stream_name>();
  const auto must_exist = stream && std::ranges::find(plan.must_exist, stream->name) != plan.must_exist.end();
  policy::correct_deleted(error, must_exist ? stream_state::exists : plan.expected);
  const auto about_projection =
    error.code == errc::projection_not_found || error.code == errc::projection_exists || error.code == errc::projection_failed;
  if (about_projection && !plan.projection.empty())
    error.detail = projection_name{plan.projection};
}

} // namespace kdb::inline v0::wire
