// SPDX-License-Identifier: Apache-2.0
#include "libkdb/rpc/client_headers.hpp"

#include <algorithm>
#include <exception>
#include <string>

#include "libkdb/values/settings_ranges.hpp"
#include "libkdb/values/utf8.hpp"

namespace kdb::inline v0::rpc {

namespace {

/// Much of what a provider says fits; its text may come from elsewhere.
constexpr std::size_t longest_message = 1000;

/// The node can't be used while the provider fails, so this error is one of a lost node.
error provider_failed(std::string_view message) {
  return {.code = errc::unavailable,
          .message = "the header provider failed: " + readable(message, longest_message),
          .retry_can_help = true};
}

void add_missing(std::vector<header>& all, const std::vector<header>& more) {
  for (const auto& each : more)
    if (std::ranges::find(all, each.name, &header::name) == all.end())
      all.push_back(each);
}

} // namespace

result<void> client_headers::add_to(std::vector<header>& call) const {
  if (provider_) {
    const auto more = provided();
    if (!more)
      return unexpected{more.error()};
    add_missing(call, *more);
  }
  add_missing(call, fixed_);
  return {};
}

result<std::vector<header>> client_headers::provided() const {
  try {
    auto all = provider_();
    const auto fault = ranges::find_fault(all);
    if (!fault)
      return all;
    return unexpected(error{.code = errc::invalid_argument,
                            .message = "the header provider supplied " + fault->member + ", which can't be sent; give " +
                                       std::string{fault->accepted},
                            .detail = bad_argument{fault->member, std::string{fault->accepted}}});
  } catch (const std::exception& thrown) {
    return unexpected{provider_failed(thrown.what())};
  } catch (...) {
    return unexpected{provider_failed("it threw an object that is not a std::exception")};
  }
}

} // namespace kdb::inline v0::rpc
