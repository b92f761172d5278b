// SPDX-License-Identifier: Apache-2.0
#include <kdb/users.hpp>

// What requests that hold passwords look like in logs, also in those of an actor system.
namespace kdb::inline v0 {

namespace {

constexpr const char* hidden = "***";

} // namespace

std::string to_string(const create_user& request) {
  return "create_user(" + request.login_name + ", " + hidden + ", " + request.options.full_name + ')';
}

std::string to_string(const change_password& request) {
  return "change_password(" + request.login_name + ", " + hidden + ", " + hidden + ')';
}

std::string to_string(const reset_password& request) {
  return "reset_password(" + request.login_name + ", " + hidden + ')';
}

} // namespace kdb::inline v0
