// SPDX-License-Identifier: Apache-2.0
#include <kdb/actors.hpp>

#include <caf/atom.hpp>
#include <caf/deep_to_string.hpp>
#include <caf/exit_reason.hpp>
#include <caf/message.hpp>
#include <caf/sec.hpp>

namespace kdb::inline v0 {

namespace {

constexpr auto category = caf::atom("kdb");

error from_system_error(const caf::error& cause) {
  switch (static_cast<caf::sec>(cause.code())) {
    case caf::sec::request_timeout:
      return {.code = errc::deadline_exceeded,
              .message = "the sender's timeout for the request passed; the answer is lost, and a write may have happened",
              .retry_can_help = true,
              .outcome_unknown = true};
    case caf::sec::request_receiver_down:
    case caf::sec::cannot_forward_to_invalid_actor:
    case caf::sec::no_route_to_receiving_node:
    case caf::sec::remote_lookup_failed:
      return {.code = errc::closed, .message = "the client, reading or subscription has ended"};
    default: return {.code = errc::internal, .message = "error of the actor system: " + caf::deep_to_string(cause)};
  }
}

error from_exit_reason(const caf::error& cause) {
  return {.code = errc::closed, .message = "an actor has ended: " + to_string(static_cast<caf::exit_reason>(cause.code()))};
}

} // namespace

caf::error to_caf(error cause) {
  const auto code = static_cast<std::uint8_t>(cause.code);
  return {code, category, caf::make_message(std::move(cause))};
}

error error::from(const caf::error& cause) {
  if (!cause)
    return {.code = errc::internal, .message = "an empty error"};
  if (cause.category() == category) {
    if (cause.context().match_elements<error>())
      return cause.context().get_as<error>(0);
    return {.code = static_cast<errc>(cause.code()), .message = "the error carries no text"};
  }
  if (cause.category() == caf::atom("system"))
    return from_system_error(cause);
  if (cause.category() == caf::atom("exit"))
    return from_exit_reason(cause);
  return {.code = errc::internal, .message = "an error of another library: " + caf::deep_to_string(cause)};
}

} // namespace kdb::inline v0
