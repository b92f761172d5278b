// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include <kdb/call_options.hpp>
#include <kdb/settings.hpp>

namespace kdb::inline v0 {

/// The client's own credentials as they are now: those of the settings, or what their provider gave last. From any thread.
class own_credentials {
public:
  explicit own_credentials(const settings& config)
    : may_travel_{config.tls.enabled || config.credentials_in_clear}, provided_{may_travel_ && config.credentials_provider},
      current_{config.credentials} {}

  /// Whether a provider gives them.
  bool provided() const { return provided_; }
  /// Counts the changes.
  std::uint64_t version() const { return version_; }

  void set(credentials replacement) {
    std::lock_guard lock{mutex_};
    current_ = std::move(replacement);
    ++version_;
  }

  /// The credentials of a call: its own, otherwise the client's. None without TLS, unless the settings allow it.
  std::optional<credentials> for_call(const call_options& call) const {
    if (!may_travel_)
      return std::nullopt;
    if (call.credentials)
      return call.credentials;
    std::lock_guard lock{mutex_};
    return current_;
  }

private:
  const bool may_travel_;
  const bool provided_;
  std::atomic<std::uint64_t> version_{0};
  mutable std::mutex mutex_;
  std::optional<credentials> current_;
};

using own_credentials_ptr = std::shared_ptr<own_credentials>;

} // namespace kdb::inline v0
