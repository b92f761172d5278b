// SPDX-License-Identifier: Apache-2.0
#include "libkdb/values/connection_string.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <utility>

#include "libkdb/values/connection_options.hpp"
#include "libkdb/values/percent.hpp"
#include "libkdb/values/settings_ranges.hpp"
#include "libkdb/values/utf8.hpp"
#include "libkdb/values/wipe.hpp"

namespace kdb::inline v0 {
namespace {

constexpr std::string_view schemes = "kurrentdb, kurrentdb+discover, or the same with esdb, kdb or kurrent";
constexpr std::string_view port_range = "a port from 1 to 65535";

/// Refuses the whole: `what` is wrong with the part or option `name`, and `accepted` would be right.
unexpected refuse(std::string_view name, std::string_view problem, std::string_view accepted) {
  return unexpected(error{.code = errc::invalid_connection_string,
                          .message = "connection string: " + std::string{problem} + "; write " + std::string{accepted},
                          .detail = bad_argument{std::string{name}, std::string{accepted}}});
}

/// For messages: short, and always readable.
std::string quoted(std::string_view text) {
  constexpr std::size_t enough = 80;
  auto more = text.size() > enough ? "…" : "";
  text = text.substr(0, enough);
  return '\'' + (is_utf8(text) ? std::string{text} : percent_encoded(text)) + more + '\'';
}

bool is_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

std::string_view without_surrounding_space(std::string_view text) {
  while (!text.empty() && is_space(text.front()))
    text.remove_prefix(1);
  while (!text.empty() && is_space(text.back()))
    text.remove_suffix(1);
  return text;
}

/// The string cut at its separators, nothing decoded yet.
struct parts {
  std::string_view scheme{}, user_info{}, hosts{}, query{};
  bool has_user_info = false;
  /// False if a part of a password could stand in the hosts or the query, because it has a '/' or '?': then messages quote nothing.
  bool may_quote = true;
};

result<void> check_characters(std::string_view text) {
  if (text.empty())
    return refuse("connection string", "it is empty", "kurrentdb://host:2113");
  for (auto c : text) {
    if (is_space(c))
      return refuse("connection string", "there is white space in it", "%20 for a space, %09 for a tab");
    if ((c >= 0 && c < ' ') || c == '\x7F')
      return refuse("connection string", "there is a control character in it", "it percent-encoded");
    if (c == '#')
      return refuse("connection string", "there is a '#' in it", "%23 for it");
  }
  return {};
}

result<parts> cut(std::string_view text) {
  auto scheme_end = text.find("://");
  if (scheme_end == text.npos)
    return refuse("scheme", "it does not begin with a scheme and '://'", schemes);
  parts all{.scheme = text.substr(0, scheme_end)};
  auto rest = text.substr(scheme_end + 3);
  auto authority = rest.substr(0, rest.find_first_of("/?"));
  rest.remove_prefix(authority.size());
  all.may_quote = rest.find('@') == rest.npos;
  auto at = authority.rfind('@');
  all.has_user_info = at != authority.npos;
  all.user_info = authority.substr(0, all.has_user_info ? at : 0);
  all.hosts = authority.substr(all.has_user_info ? at + 1 : 0);
  auto path = rest.substr(0, rest.find('?'));
  rest.remove_prefix(path.size());
  if (!path.empty() && path != "/")
    return refuse("path", all.may_quote ? "it has the path " + quoted(path) : "there is a '/' before an '@'",
                  all.may_quote ? "the options after the hosts and '?'" : "%2F for a '/' in a user or password");
  if (!rest.empty())
    all.query = rest.substr(1);
  return all;
}

result<void> read_scheme(std::string_view text, settings& into) {
  auto scheme = in_lower_case(text);
  constexpr std::string_view suffix = "+discover";
  into.discover = scheme.ends_with(suffix);
  if (into.discover)
    scheme.resize(scheme.size() - suffix.size());
  constexpr std::array<std::string_view, 4> known{"kurrentdb", "esdb", "kdb", "kurrent"};
  if (std::ranges::find(known, scheme) == known.end())
    return refuse("scheme", "its scheme is not known", schemes);
  return {};
}

result<void> read_user_info(const parts& all, settings& into) {
  if (!all.has_user_info)
    return {};
  auto colon = all.user_info.find(':');
  if (colon == all.user_info.npos)
    return refuse("password", "there is a user without a password before the '@'", "user:password@");
  auto user = percent_decoded(all.user_info.substr(0, colon));
  if (!user || !ranges::is_user(*user))
    return refuse("user", user && user->empty() ? "the user is empty" : "the user can't be read",
                  std::string{ranges::user} + ", percent-encoded");
  auto password = percent_decoded(all.user_info.substr(colon + 1));
  if (!password || !ranges::is_password(*password))
    return refuse("password", "the password can't be read", std::string{ranges::password} + ", with %25 for a '%'");
  into.credentials = credentials::basic(std::move(*user), std::move(*password));
  wipe(*password);
  return {};
}

/// Splits "host", "host:port", "[v6]" or "[v6]:port". The port is unset if there is no colon.
std::optional<std::pair<std::string, std::optional<std::string_view>>> split_host(std::string_view text) {
  std::string host;
  if (text.starts_with('[')) {
    auto close = text.find(']');
    if (close == text.npos)
      return std::nullopt;
    host = text.substr(1, close - 1);
    // A zone is written as %25name in URIs.
    if (auto zone = host.find('%'); zone != host.npos && host.compare(zone, 3, "%25") == 0)
      host.erase(zone + 1, 2);
    else if (zone != host.npos)
      return std::nullopt;
    text.remove_prefix(close + 1);
    if (!ranges::is_ipv6(host) || !(text.empty() || text.starts_with(':')))
      return std::nullopt;
  } else {
    auto colon = text.find(':');
    host = text.substr(0, colon);
    text.remove_prefix(host.size());
    if (!ranges::is_host(host) || std::ranges::count(text, ':') > 1)
      return std::nullopt;
  }
  if (text.empty())
    return std::pair{std::move(host), std::optional<std::string_view>{}};
  return std::pair{std::move(host), std::optional{text.substr(1)}};
}

result<endpoint> read_endpoint(std::string_view text, bool may_quote) {
  if (text.empty())
    return refuse("host", "a host is missing", "host or host:port, with commas between several");
  auto split = split_host(text);
  // What follows a colon is not quoted: without its '@' a password would stand there.
  if (!split && !text.starts_with('[') && std::ranges::count(text, ':') > 1)
    return refuse("host", "a host has more than one colon", "IPv6 addresses in brackets, as in [::1]:2113");
  auto visible = text.starts_with('[') ? text : text.substr(0, text.find(':'));
  auto shown = may_quote ? quoted(split ? split->first : visible) : std::string{"a part of it"};
  if (!split)
    return refuse("host", shown + " is no host", std::string{ranges::host} + " in brackets");
  endpoint node{.host = std::move(split->first)};
  if (!split->second)
    return node;
  auto digits = *split->second;
  auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), node.port);
  if (failed != std::errc{} || end != digits.data() + digits.size() || node.port == 0)
    return refuse("port", "the port of " + shown + " is wrong", port_range);
  return node;
}

result<void> read_hosts(const parts& all, settings& into) {
  auto rest = all.hosts;
  for (;;) {
    auto comma = rest.find(',');
    auto node = read_endpoint(rest.substr(0, comma), all.may_quote);
    if (!node)
      return unexpected(std::move(node.error()));
    into.endpoints.push_back(std::move(*node));
    if (comma == rest.npos)
      return {};
    rest.remove_prefix(comma + 1);
  }
}

unexpected refuse_unknown_option(std::string_view name, bool may_quote) {
  auto accepted = "one of " + connection_option_names();
  if (!may_quote)
    return refuse("option", "an option is not known", accepted + ", and %3F for a '?' and %40 for a '@' in a user or password");
  auto* similar = find_similar_connection_option(name);
  return refuse(name, "there is no option " + quoted(name) + (similar ? " (did you mean " + quoted(similar->name) + "?)" : ""),
                accepted);
}

/// The decoded value of an option; `text` is what follows its name, from the equals sign on.
result<std::string> read_value(std::string_view name, std::string_view text, std::string_view accepted) {
  auto shown = "option " + quoted(name);
  if (text.size() < 2)
    return refuse(name, shown + " has no value", accepted);
  auto value = percent_decoded(text.substr(1));
  if (!value)
    return refuse(name, "the value of " + shown + " has a '%' without two hexadecimal digits", "%25 for a '%'");
  return std::move(*value);
}

/// Remembers an option that only other clients need; some of them allow to repeat it.
result<void> read_ignored_option(const ignored_connection_option& option, std::string_view text, settings& into) {
  auto value = read_value(option.name, text, "any value, or leave the option out");
  if (!value)
    return unexpected(std::move(value.error()));
  if (std::ranges::find(into.ignored_options, option.name) == into.ignored_options.end())
    into.ignored_options.emplace_back(option.name);
  return {};
}

/// Reads one "name=value"; `seen` holds what came before.
result<void> read_option(std::string_view text, bool may_quote, std::vector<const connection_option*>& seen, settings& into) {
  auto name = text.substr(0, text.find('='));
  text.remove_prefix(name.size());
  if (auto* ignored = find_ignored_connection_option(name))
    return read_ignored_option(*ignored, text, into);
  auto* option = find_connection_option(name);
  if (!option)
    return refuse_unknown_option(name, may_quote);
  auto value = read_value(option->name, text, option->accepted);
  if (!value)
    return unexpected(std::move(value.error()));
  auto shown = "option " + quoted(option->name);
  if (std::ranges::find(seen, option) != seen.end())
    return refuse(option->name, shown + " is given twice", "it once");
  seen.push_back(option);
  if (!option->read(*value, into))
    return refuse(option->name, shown + (may_quote ? " can't be " + quoted(text.substr(1)) : " is wrong"), option->accepted);
  return {};
}

result<void> read_query(const parts& all, settings& into) {
  std::vector<const connection_option*> seen;
  auto rest = all.query;
  while (!rest.empty()) {
    auto end = rest.find('&');
    auto text = rest.substr(0, end);
    if (text.empty() || end + 1 == rest.size())
      return refuse("option", "there is nothing before or after a '&'", "name=value between two '&'");
    if (auto done = read_option(text, all.may_quote, seen, into); !done)
      return done;
    rest.remove_prefix(end == rest.npos ? rest.size() : end + 1);
  }
  if (into.tls.user_certificate_file.empty() != into.tls.user_key_file.empty()) {
    auto* missing = into.tls.user_key_file.empty() ? "userKeyFile" : "userCertFile";
    return refuse(missing, "there is a user certificate without its key, or a key without its certificate",
                  "userCertFile and userKeyFile, or neither");
  }
  return {};
}

} // namespace

result<settings> parse_connection_string(std::string_view text) {
  text = without_surrounding_space(text);
  settings all;
  return check_characters(text).and_then([&] { return cut(text); }).and_then([&](const parts& cut_up) -> result<settings> {
    auto done = read_scheme(cut_up.scheme, all)
                  .and_then([&] { return read_user_info(cut_up, all); })
                  .and_then([&] { return read_hosts(cut_up, all); })
                  .and_then([&] { return read_query(cut_up, all); });
    if (!done)
      return unexpected(std::move(done.error()));
    return std::move(all);
  });
}

std::string print_connection_string(const settings& all) {
  std::string text = all.discover ? "kurrentdb+discover://" : "kurrentdb://";
  if (all.credentials && !all.credentials->is_bearer())
    text += percent_encoded(all.credentials->user(), "-._~") + ":***@";
  auto separator = "";
  for (auto& node : all.endpoints) {
    auto shown = to_string(node);
    if (auto zone = shown.find('%'); zone != shown.npos)
      shown.insert(zone + 1, "25");
    text += std::exchange(separator, ",") + shown;
  }
  separator = "?";
  for (auto& option : connection_options())
    if (auto value = option.print(all))
      text += std::exchange(separator, "&") + std::string{option.name} + '=' + percent_encoded(*value);
  return text;
}

} // namespace kdb::inline v0
