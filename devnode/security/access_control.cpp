// SPDX-License-Identifier: Apache-2.0
#include "devnode/security/access_control.hpp"

#include "devnode/security/credentials.hpp"
#include "devnode/security/users.hpp"

namespace kdb::inline v0::development {
namespace {

// More than that are not remembered at once.
constexpr std::size_t most_known = 10'000;

const std::shared_ptr<const caller>& system_caller() {
  static const auto system = std::make_shared<const caller>(caller{caller::kind::system, "system", {"system", "$admins"}});
  return system;
}

const std::shared_ptr<const caller>& nobody() {
  static const auto anonymous = std::make_shared<const caller>(caller{caller::kind::anonymous, "anonymous", {}});
  return anonymous;
}

} // namespace

access_control::identity access_control::identify(std::string_view header) {
  if (!authenticates_)
    return {verdict::known, system_caller()};
  if (header.empty())
    return {verdict::known, nobody()};
  if (known_at_ != events_.user_changes() || known_.size() >= most_known)
    known_.clear();
  known_at_ = events_.user_changes();
  std::string key{header};
  if (auto remembered = known_.find(key); remembered != known_.end())
    return {verdict::known, remembered->second};
  auto found = look_up(header);
  if (found.is == verdict::known)
    known_.emplace(std::move(key), found.who);
  return found;
}

access_control::identity access_control::look_up(std::string_view header) {
  auto shown = parse_authorization(header);
  if (!shown)
    return {verdict::known, nobody()};
  users all{events_};
  if (!all.exist())
    return {verdict::not_ready, {}};
  auto found = all.find(shown->login);
  if (!found || found->user.disabled || !matches(shown->password, found->user.password))
    return {verdict::refused, {}};
  auto& user = found->user;
  return {verdict::known, std::make_shared<const caller>(caller{caller::kind::user, user.login, user.groups})};
}

bool access_control::may(const caller& who, stream_action action, std::string_view stream) {
  if (!authenticates_)
    return true;
  auto of = events_.find(governed_by(stream));
  return development::may(who, action, stream, of ? of->metadata.access.get() : nullptr, defaults());
}

const access_defaults& access_control::defaults() {
  if (defaults_at_ == version())
    return defaults_;
  defaults_at_ = version();
  defaults_ = {};
  auto settings = events_.find(settings_stream);
  if (settings && !settings->events.empty() && !settings->soft_deleted() && !settings->tombstoned())
    if (auto& last = events_.events()[settings->events.back()]; last.json)
      defaults_ = parse_access_defaults(last.data());
  return defaults_;
}

} // namespace kdb::inline v0::development
