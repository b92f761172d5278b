// SPDX-License-Identifier: Apache-2.0
#include <kdb/consume.hpp>

#include "values/utf8.hpp"

namespace kdb {

outcome outcome::nack(nack_action action, std::string_view reason) {
  outcome made;
  made.ack_ = false;
  made.action_ = action <= nack_action::stop ? action : nack_action::unknown;
  made.reason_ = readable(reason, longest_reason);
  return made;
}

} // namespace kdb
