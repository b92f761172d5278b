// SPDX-License-Identifier: Apache-2.0
#include <kdb/consume.hpp>

#include "libkdb/values/utf8.hpp"

namespace kdb::inline v0 {

outcome outcome::nack(nack_action action, std::string_view reason) {
  outcome made;
  made.ack_ = false;
  made.action_ = action <= nack_action::stop ? action : nack_action::unknown;
  made.reason_ = readable(reason, longest_reason);
  return made;
}

} // namespace kdb::inline v0
