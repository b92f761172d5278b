// SPDX-License-Identifier: Apache-2.0
#include "libkdb/policy/expectation.hpp"

#include <utility>

namespace kdb::inline v0::policy {

void correct_deleted(error& cause, stream_state expected) {
  if (cause.code != errc::stream_deleted || !expected.is_exists())
    return;
  const auto* stream = cause.get<stream_name>();
  auto name = stream ? stream->name : std::string{};
  cause.code = errc::wrong_expected_version;
  cause.message =
    (name.empty() ? std::string{"the stream"} : "stream '" + name + "'") +
    " was expected to exist, but it is deleted: the server does not tell whether for ever (tombstoned) or not (soft-deleted)";
  cause.detail = version_mismatch{std::move(name), expected, std::nullopt};
}

} // namespace kdb::inline v0::policy
