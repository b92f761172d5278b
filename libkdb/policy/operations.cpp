// SPDX-License-Identifier: Apache-2.0
#include "libkdb/policy/operations.hpp"

#include "libkdb/policy/refusal.hpp"
#include "libkdb/policy/text.hpp"
#include "libkdb/policy/validate.hpp"
#include "libkdb/policy/waits.hpp"

namespace kdb::inline v0::policy {

result<void> check_start_scavenge(const scavenge_options& options) {
  if (options.threads < 1)
    return refuse("threads", "is too small", "at least 1");
  if (options.start_from_chunk < 0)
    return refuse("start_from_chunk", "is below 0", "the number of a chunk, from 0");
  return check_call(options.call);
}

result<void> check_stop_scavenge(std::string_view id, const call_options& call) {
  return check_name("id", id, "the id that the start of the scavenge was answered with").and_then([&] {
    return check_call(call);
  });
}

result<void> check_watch_statistics(const watch_statistics_options& options) {
  if (options.resume.watchdog)
    return refuse("resume.watchdog", "is set, and a watch of statistics has none", "none");
  return check_positive("refresh_period", options.refresh_period)
    .and_then([&] { return check_resume(options.resume); })
    .and_then([&] { return check_call(options.call); });
}

} // namespace kdb::inline v0::policy
