// SPDX-License-Identifier: Apache-2.0
#include <kdb/actors.hpp>

#include <caf/deep_to_string.hpp>
#include <caf/exit_reason.hpp>
#include <caf/message.hpp>
#include <caf/sec.hpp>

#include "actors/runtime/caf_parts.hpp"

namespace kdb::inline v0 {

namespace {

error from_system_error(const caf::error& cause) {
  const auto code = static_cast<caf::sec>(cause.code());
  if (code == caf::sec::request_timeout)
    return {.code = errc::deadline_exceeded,
            .message = "the sender's timeout for the request passed; the answer is lost, and a write may have happened",
            .retry_can_help = true,
            .outcome_unknown = true};
  if (any_caf::means_gone(code))
    return {.code = errc::closed, .message = "the client, reading or subscription has ended"};
  return {.code = errc::internal, .message = "error of the actor system: " + caf::deep_to_string(cause)};
}

error from_exit_reason(const caf::error& cause) {
  return {.code = errc::closed, .message = "an actor has ended: " + to_string(static_cast<caf::exit_reason>(cause.code()))};
}

} // namespace

caf::error to_caf(error cause) {
  const auto code = cause.code;
  return any_caf::make_error(code, caf::make_message(std::move(cause)));
}

error error::from(const caf::error& cause) {
  if (!cause)
    return {.code = errc::internal, .message = "an empty error"};
  switch (any_caf::kind_of(cause)) {
    case any_caf::error_kind::ours:
      if (cause.context().match_elements<error>())
        return cause.context().get_as<error>(0);
      return {.code = static_cast<errc>(cause.code()), .message = "the error carries no text"};
    case any_caf::error_kind::system: return from_system_error(cause);
    case any_caf::error_kind::exit: return from_exit_reason(cause);
    case any_caf::error_kind::foreign: break;
  }
  return {.code = errc::internal, .message = "an error of another library: " + caf::deep_to_string(cause)};
}

} // namespace kdb::inline v0
