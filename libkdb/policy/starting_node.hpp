// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>

#include <kdb/error.hpp>

namespace kdb::inline v0::policy {

/// Decides how a subscription or consumer handles refused credentials. A node that has just started can't read its users yet, and
/// refuses everybody. So credentials that have worked before are tried again for a while. The caller provides the time.
class starting_node {
public:
  using time_point = std::chrono::steady_clock::time_point;

  /// How long a node may go on refusing them.
  static constexpr std::chrono::seconds patience{10};

  void call_begins() { confirmed_ = false; }
  void call_confirmed() {
    confirmed_ = have_worked_ = true;
    refused_since_.reset();
  }

  /// Whether a call with this end should be tried again: it is a call after a loss, and the refusals have not lasted for
  /// `patience`.
  bool excuses(const error& end, time_point now) {
    if (end.code != errc::unauthenticated || !have_worked_ || confirmed_)
      return false;
    return now - refused_since_.emplace(refused_since_.value_or(now)) < patience;
  }

private:
  bool confirmed_ = false; // The call that runs.
  bool have_worked_ = false;
  std::optional<time_point> refused_since_;
};

} // namespace kdb::inline v0::policy
