// SPDX-License-Identifier: Apache-2.0
#include "libkdb/policy/gossip_round.hpp"

#include "libkdb/policy/failure.hpp"

namespace kdb::inline v0::policy {

std::vector<gossip_round::effect> gossip_round::begin() {
  return ask_next();
}

std::vector<gossip_round::effect> gossip_round::seed_is_slow(std::size_t seed) {
  // Only the one asked last is watched: an earlier one was slow before.
  if (over_ || seed + 1 != asked_ || asked_ == seeds_.size())
    return {};
  return ask_next();
}

std::vector<gossip_round::effect> gossip_round::answered(std::size_t seed, const result<std::vector<cluster_member>>& message) {
  if (over_)
    return {};
  ++answers_;
  const auto chosen = message ? choose_node(*message, wish_, avoid_, draw_) : result<endpoint>{unexpected{message.error()}};
  if (chosen) {
    over_ = true;
    // A node alone may advertise an address that only its own network knows: the one it answered at works.
    const auto alone = message->size() == 1;
    return {found{*chosen, alone ? std::optional{seed} : std::nullopt}};
  }
  failures_.push_back(to_string(seeds_[seed]) + ": " + chosen.error().message);
  if (is_final(chosen.error()) || (chosen.error().code == errc::tls_failed && !telling_))
    telling_ = chosen.error();
  if (asked_ == seeds_.size() && answers_ < asked_)
    return {}; // The others may know more.
  return ask_next();
}

std::vector<gossip_round::effect> gossip_round::ask_next() {
  if (asked_ < seeds_.size()) {
    const auto seed = asked_++;
    return {ask{seed}, watch{seed}};
  }
  over_ = true;
  return {failed{telling_ ? *telling_ : summary()}};
}

error gossip_round::summary() const {
  std::string text = failures_.empty() ? "there is no seed to ask" : "";
  for (const auto& each : failures_)
    text += (text.empty() ? "" : "; ") + each;
  return {.code = errc::unavailable, .message = std::move(text), .retry_can_help = true};
}

} // namespace kdb::inline v0::policy
