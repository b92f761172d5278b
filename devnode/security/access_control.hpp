// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "devnode/security/access.hpp"
#include "devnode/security/caller.hpp"
#include "devnode/store/store.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace kdb::inline v0::development {

/// Who callers of a node are, and what they may, by what its log says now. Without authentication everybody is the system.
class access_control {
public:
  access_control(store& events, bool authenticates) : events_{events}, authenticates_{authenticates} {}

  bool authenticates() const { return authenticates_; }

  enum class verdict {
    known,     ///< A user, the system, or nobody in particular.
    refused,   ///< Credentials that are wrong.
    not_ready, ///< There are no users yet.
  };
  struct identity {
    verdict is = verdict::known;
    std::shared_ptr<const caller> who;
  };

  /// Tells by the header `authorization` who calls; empty means that there is none.
  identity identify(std::string_view header);

  bool may(const caller& who, stream_action action, std::string_view stream);

  /// Another number whenever it may be that somebody may something else.
  std::uint64_t version() const { return events_.access_changes(); }

private:
  identity look_up(std::string_view header);
  const access_defaults& defaults();

  store& events_;
  const bool authenticates_;
  // Passwords take long to check, on purpose.
  std::unordered_map<std::string, std::shared_ptr<const caller>> known_;
  std::uint64_t known_at_ = 0;
  access_defaults defaults_;
  std::uint64_t defaults_at_ = 0;
};

} // namespace kdb::inline v0::development
