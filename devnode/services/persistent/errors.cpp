// SPDX-License-Identifier: Apache-2.0
#include "devnode/services/persistent/errors.hpp"

#include <string>

namespace kdb::inline v0::development::errors {

using rpc::status;
using rpc::status_code;

namespace {

std::string subject(const group_name& name) {
  return "Subscription group " + name.group + " on stream " + name.stream;
}

status make(status_code code, std::string message, const char* exception, const group_name& name) {
  return {code, std::move(message), {{"exception", exception}, {"stream-name", name.stream}, {"group-name", name.group}}};
}

} // namespace

status group_does_not_exist(const group_name& name) {
  return make(status_code::not_found, subject(name) + " does not exist.", "persistent-subscription-does-not-exist", name);
}

status group_exists(const group_name& name) {
  return make(status_code::already_exists, subject(name) + " exists.", "persistent-subscription-exists", name);
}

status group_failed(const group_name& name, std::string_view reason) {
  std::string text{reason};
  auto failed = make(status_code::internal, subject(name) + " failed: '" + text + "'", "persistent-subscription-failed", name);
  failed.trailers.emplace_back("reason", text);
  return failed;
}

status group_full(const group_name& name) {
  return make(status_code::failed_precondition,
              "Maximum subscriptions reached for subscription group " + name.group + " on stream " + name.stream + ".",
              "maximum-subscribers-reached", name);
}

status group_dropped(const group_name& name) {
  return make(status_code::cancelled, subject(name) + " was dropped.", "persistent-subscription-dropped", name);
}

} // namespace kdb::inline v0::development::errors
