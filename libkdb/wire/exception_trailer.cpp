// SPDX-License-Identifier: Apache-2.0
#include "libkdb/wire/exception_trailer.hpp"

#include <charconv>

#include <kdb/uuid.hpp>

#include "libkdb/wire/stream_failures.hpp"

namespace kdb::inline v0::wire {

namespace {

template <class Number>
std::optional<Number> number(std::string_view text) {
  Number value{};
  const auto* last = text.data() + text.size();
  const auto [end, failed] = std::from_chars(text.data(), last, value);
  if (text.empty() || failed != std::errc{} || end != last)
    return std::nullopt;
  return value;
}

std::string copy(const call_status& status, std::string_view key) {
  return std::string{status.trailer(key)};
}

// -- errors with details -------------------------------------------------------------

error access_denied(const call_status& status) {
  return denied(status.message);
}

error not_leader(const call_status& status) {
  const auto host = status.trailer("leader-endpoint-host");
  const auto port = number<std::uint16_t>(status.trailer("leader-endpoint-port"));
  if (host.empty() || !port || *port == 0)
    return other_leader(std::nullopt);
  return other_leader(leader{std::string{host}, *port});
}

error stream_is_deleted(const call_status& status) {
  return deleted(status.trailer("stream-name"));
}

error stream_is_missing(const call_status& status) {
  return not_found(status.trailer("stream-name"));
}

error version_is_wrong(const call_status& status) {
  const auto expected = number<std::int64_t>(status.trailer("expected-version"));
  const auto actual = number<std::int64_t>(status.trailer("actual-version"));
  return wrong_version(status.trailer("stream-name"), expected ? stream_state::from_number(*expected) : stream_state::any,
                       actual ? std::optional{stream_state::from_number(*actual)} : std::nullopt);
}

error transaction_is_invalid(const call_status&) {
  return append_too_large({});
}

error append_is_too_large(const call_status& status) {
  return append_too_large({number<std::uint64_t>(status.trailer("maximum-append-size")).value_or(0), 0, {}});
}

/// The signed number after a name in the JSON that the server makes of an id message.
std::optional<std::int64_t> json_number(std::string_view json, std::string_view name) {
  const auto at = json.find(name);
  if (at == json.npos)
    return std::nullopt;
  const auto begin = json.find_first_of("-0123456789", at + name.size());
  if (begin == json.npos)
    return std::nullopt;
  const auto end = json.find_first_not_of("-0123456789", begin);
  return number<std::int64_t>(json.substr(begin, end - begin));
}

/// The server prints the whole id message as JSON, in the form it was sent. What can't be read is shown as it came.
std::string event_id(std::string_view text) {
  const auto most = json_number(text, "mostSignificantBits");
  const auto least = json_number(text, "leastSignificantBits");
  if (!most || !least) {
    for (std::size_t at = 0; at + 36 <= text.size(); ++at)
      if (const auto id = parse_uuid(text.substr(at, 36)))
        return to_string(*id);
    return std::string{text};
  }
  uuid id;
  for (unsigned i = 0; i < 8; ++i) {
    id.data[i] = static_cast<std::uint8_t>(static_cast<std::uint64_t>(*most) >> (56 - 8 * i));
    id.data[8 + i] = static_cast<std::uint8_t>(static_cast<std::uint64_t>(*least) >> (56 - 8 * i));
  }
  return to_string(id);
}

error event_is_too_large(const call_status& status) {
  return event_too_large({.limit = number<std::uint64_t>(status.trailer("maximum-append-event-size")).value_or(0),
                          .actual = number<std::uint64_t>(status.trailer("proposed-append-event-size")).value_or(0),
                          .event_id = event_id(status.trailer("event-id"))});
}

error property_is_missing(const call_status& status) {
  auto accepted = copy(status, "required-metadata-properties");
  return {.code = errc::invalid_argument, .detail = bad_argument{"metadata", std::move(accepted)}};
}

error index_is_missing(const call_status& status) {
  return {.code = errc::index_not_found, .detail = index_name{copy(status, "index-name")}};
}

template <errc Code>
error about_group(const call_status& status) {
  return {.code = Code, .detail = group_name{copy(status, "stream-name"), copy(status, "group-name")}};
}

error group_has_dropped_us(const call_status& status) {
  auto cause = about_group<errc::group_dropped>(status);
  cause.message = status.message + "; somebody deleted, updated or restarted the group";
  return cause;
}

error user_is_missing(const call_status& status) {
  return {.code = errc::user_not_found, .detail = login_name{copy(status, "login-name")}};
}

error user_is_contended(const call_status& status) {
  return {.code = errc::user_conflict, .detail = login_name{copy(status, "login-name")}};
}

error scavenge_is_missing(const call_status&) {
  return {.code = errc::scavenge_not_found};
}

struct row {
  std::string_view name;
  error (*make)(const call_status&);
};

constexpr row rows[] = {
  {"access-denied", access_denied},
  {"not-leader", not_leader},
  {"stream-deleted", stream_is_deleted},
  {"stream-not-found", stream_is_missing},
  {"wrong-expected-version", version_is_wrong},
  {"invalid-transaction", transaction_is_invalid},
  {"maximum-append-size-exceeded", append_is_too_large},
  {"maximum-append-event-size-exceeded", event_is_too_large},
  {"missing-required-metadata-property", property_is_missing},
  {"index-not-found", index_is_missing},
  {"persistent-subscription-failed", about_group<errc::group_failed>},
  {"persistent-subscription-does-not-exist", about_group<errc::group_not_found>},
  {"persistent-subscription-exists", about_group<errc::group_exists>},
  {"maximum-subscribers-reached", about_group<errc::maximum_subscribers>},
  {"persistent-subscription-dropped", group_has_dropped_us},
  {"user-not-found", user_is_missing},
  {"user-conflict", user_is_contended},
  {"scavenge-not-found", scavenge_is_missing},
};

} // namespace

std::optional<error> from_exception_trailer(const call_status& status) {
  auto name = status.trailer("exception");
  // The leader's endpoint says it as well.
  if (name.empty() && !status.trailer("leader-endpoint-host").empty())
    name = "not-leader";
  for (const auto& [known, make] : rows) {
    if (known != name)
      continue;
    auto cause = make(status);
    if (cause.message.empty())
      cause.message = status.message.empty() ? std::string{name} : status.message;
    return cause;
  }
  return std::nullopt;
}

} // namespace kdb::inline v0::wire
