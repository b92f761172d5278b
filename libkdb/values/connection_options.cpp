// SPDX-License-Identifier: Apache-2.0
#include "libkdb/values/connection_options.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <numeric>
#include <utility>

#include "libkdb/values/settings_ranges.hpp"

namespace kdb::inline v0 {
namespace {

using std::chrono::milliseconds;
using printed = std::optional<std::string>;

// -- values: how they are written ----------------------------------------------------

std::optional<std::int64_t> read_number(std::string_view text) {
  std::int64_t value = 0;
  auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failed != std::errc{} || end != text.data() + text.size())
    return std::nullopt;
  return value;
}

bool read_bool(std::string_view text, bool& into) {
  auto word = in_lower_case(text);
  into = word == "true";
  return into || word == "false";
}

printed print_unless(bool is_standard, std::string text) {
  return is_standard ? printed{} : printed{std::move(text)};
}

printed print_bool(bool value, bool usual) {
  return print_unless(value == usual, value ? "true" : "false");
}

bool read_milliseconds(std::string_view text, milliseconds& into) {
  auto number = read_number(text);
  if (!number || !ranges::is_duration(milliseconds{*number}))
    return false;
  into = milliseconds{*number};
  return true;
}

bool read_milliseconds_or_off(std::string_view text, std::optional<milliseconds>& into) {
  if (text == "-1") {
    into.reset();
    return true;
  }
  return read_milliseconds(text, into.emplace());
}

printed print_milliseconds(milliseconds value, milliseconds usual) {
  return print_unless(value == usual, std::to_string(value.count()));
}

printed print_milliseconds_or_off(std::optional<milliseconds> value, std::optional<milliseconds> usual) {
  return print_unless(value == usual, value ? std::to_string(value->count()) : "-1");
}

/// Reads "5" or "2.5": a decimal fraction down to milliseconds.
bool read_seconds(std::string_view text, milliseconds& into) {
  auto dot = text.find('.');
  auto whole = text.substr(0, dot);
  auto digit = [](char c) { return c >= '0' && c <= '9'; };
  auto seconds = read_number(whole);
  if (!seconds || !std::ranges::all_of(whole, digit) || *seconds > ranges::longest.count() / 1000)
    return false;
  std::string fraction{dot == text.npos ? std::string_view{"0"} : text.substr(dot + 1)};
  if (fraction.empty() || fraction.size() > 3 || !std::ranges::all_of(fraction, digit))
    return false;
  fraction.resize(3, '0');
  into = milliseconds{*seconds * 1000 + *read_number(fraction)};
  return ranges::is_duration(into);
}

std::string print_seconds(milliseconds value) {
  auto text = std::to_string(value.count() / 1000);
  if (auto rest = value.count() % 1000; rest != 0) {
    auto fraction = std::to_string(1000 + rest).substr(1);
    text += '.' + fraction.substr(0, fraction.find_last_not_of('0') + 1);
  }
  return text;
}

bool read_preference(std::string_view text, node_preference& into) {
  constexpr node_preference all[] = {node_preference::leader, node_preference::follower, node_preference::random,
                                     node_preference::read_only_replica};
  auto same = [&](node_preference one) { return in_lower_case(to_string(one)) == in_lower_case(text); };
  auto found = std::ranges::find_if(all, same);
  if (found == std::end(all))
    return false;
  into = *found;
  return true;
}

bool read_attempts(std::string_view text, int& into) {
  auto number = read_number(text);
  if (!number || !ranges::is_attempts(*number))
    return false;
  into = static_cast<int>(*number);
  return true;
}

bool read_text(const std::string& text, bool (*fits)(std::string_view), std::string& into) {
  into = text;
  return fits(text);
}

printed print_text(const std::string& value) {
  return print_unless(value.empty(), value);
}

/// What need not be printed. Never destroyed: settings may be printed while the process ends.
const settings& standard() {
  static const auto& all = *new const settings;
  return all;
}

// -- options: design and documentation keep this order -------------------------------

// Initialized by the compiler: connection strings are parsed before `main`, too.
constinit const connection_option all_options[] = {
  {"tls", "true or false", [](auto& v, auto& s) { return read_bool(v, s.tls.enabled); },
   [](auto& s) { return print_bool(s.tls.enabled, standard().tls.enabled); }},
  {"tlsVerifyCert", "true or false", [](auto& v, auto& s) { return read_bool(v, s.tls.verify_certificate); },
   [](auto& s) { return print_bool(s.tls.verify_certificate, standard().tls.verify_certificate); }},
  {"tlsCaFile", ranges::file, [](auto& v, auto& s) { return read_text(v, ranges::is_file, s.tls.ca_file); },
   [](auto& s) { return print_text(s.tls.ca_file); }},
  {"userCertFile", ranges::file, [](auto& v, auto& s) { return read_text(v, ranges::is_file, s.tls.user_certificate_file); },
   [](auto& s) { return print_text(s.tls.user_certificate_file); }},
  {"userKeyFile", ranges::file, [](auto& v, auto& s) { return read_text(v, ranges::is_file, s.tls.user_key_file); },
   [](auto& s) { return print_text(s.tls.user_key_file); }},
  {"connectionName", ranges::connection_name,
   [](auto& v, auto& s) { return read_text(v, ranges::is_connection_name, s.connection_name); },
   [](auto& s) { return print_text(s.connection_name); }},
  {"maxDiscoverAttempts", ranges::attempts, [](auto& v, auto& s) { return read_attempts(v, s.max_discover_attempts); },
   [](auto& s) {
     return print_unless(s.max_discover_attempts == standard().max_discover_attempts, std::to_string(s.max_discover_attempts));
   }},
  {"discoveryInterval", ranges::milliseconds, [](auto& v, auto& s) { return read_milliseconds(v, s.discovery_interval); },
   [](auto& s) { return print_milliseconds(s.discovery_interval, standard().discovery_interval); }},
  {"gossipTimeout", ranges::seconds, [](auto& v, auto& s) { return read_seconds(v, s.gossip_timeout); },
   [](auto& s) { return print_unless(s.gossip_timeout == standard().gossip_timeout, print_seconds(s.gossip_timeout)); }},
  {"nodePreference", "leader, follower, random or readOnlyReplica",
   [](auto& v, auto& s) { return read_preference(v, s.preference); },
   [](auto& s) { return print_unless(s.preference == standard().preference, std::string{to_string(s.preference)}); }},
  {"defaultDeadline", ranges::seconds, [](auto& v, auto& s) { return read_seconds(v, s.default_deadline.emplace()); },
   [](auto& s) { return s.default_deadline ? printed{print_seconds(*s.default_deadline)} : printed{}; }},
  {"keepAliveInterval", ranges::milliseconds_or_off,
   [](auto& v, auto& s) { return read_milliseconds_or_off(v, s.keep_alive_interval); },
   [](auto& s) { return print_milliseconds_or_off(s.keep_alive_interval, standard().keep_alive_interval); }},
  {"keepAliveTimeout", ranges::milliseconds_or_off,
   [](auto& v, auto& s) { return read_milliseconds_or_off(v, s.keep_alive_timeout); },
   [](auto& s) { return print_milliseconds_or_off(s.keep_alive_timeout, standard().keep_alive_timeout); }},
  {"silenceTimeout", ranges::milliseconds_or_off, [](auto& v, auto& s) { return read_milliseconds_or_off(v, s.silence_timeout); },
   [](auto& s) { return print_milliseconds_or_off(s.silence_timeout, standard().silence_timeout); }},
};

constinit const ignored_connection_option all_ignored_options[] = {
  {"throwOnAppendFailure", "appends always return their outcome"},
  {"dnsDiscover", "the scheme kurrentdb+discover turns discovery on"},
  {"dnsLookUpType", "names are resolved to all their addresses"},
  {"feature", "there are no features to turn on"},
};

// -- names ---------------------------------------------------------------------------

template <class Options>
auto find_in(const Options& options, std::string_view name) {
  auto wanted = in_lower_case(name);
  auto found = std::ranges::find_if(options, [&](const auto& option) { return in_lower_case(option.name) == wanted; });
  return found == std::end(options) ? nullptr : &*found;
}

/// How many letters have to be added, left out or changed to make one text of the other.
std::size_t edit_distance(std::string_view from, std::string_view to) {
  // Distances from the beginning of `from` read so far to each beginning of `to`.
  std::vector<std::size_t> row(to.size() + 1);
  std::iota(row.begin(), row.end(), 0u);
  for (auto letter : from) {
    auto diagonal = std::exchange(row[0], row[0] + 1);
    for (std::size_t i = 0; i < to.size(); ++i) {
      auto changed = diagonal + (letter == to[i] ? 0 : 1);
      diagonal = std::exchange(row[i + 1], std::min({changed, row[i] + 1, row[i + 1] + 1}));
    }
  }
  return row.back();
}

} // namespace

std::span<const connection_option> connection_options() {
  return all_options;
}

const connection_option* find_connection_option(std::string_view name) {
  return find_in(all_options, name);
}

const ignored_connection_option* find_ignored_connection_option(std::string_view name) {
  return find_in(all_ignored_options, name);
}

const connection_option* find_similar_connection_option(std::string_view name) {
  constexpr std::size_t longest_name = 40;
  if (name.size() > longest_name)
    return nullptr;
  auto distance = [wanted = in_lower_case(name)](const connection_option& option) {
    return edit_distance(wanted, in_lower_case(option.name));
  };
  auto closest = std::ranges::min_element(all_options, {}, distance);
  // Of a short name not more than a third may differ.
  auto allowed = std::min<std::size_t>(2, closest->name.size() / 3);
  return distance(*closest) <= allowed ? &*closest : nullptr;
}

std::string connection_option_names() {
  std::string names;
  for (auto& option : all_options)
    names += (names.empty() ? "" : ", ") + std::string{option.name};
  return names;
}

std::string explain_ignored_options(const std::vector<std::string>& names) {
  std::string text;
  for (auto& name : names) {
    auto* option = find_ignored_connection_option(name);
    text += (text.empty() ? "" : ", ") + name + (option ? " (" + std::string{option->reason} + ')' : "");
  }
  return text;
}

std::string in_lower_case(std::string_view text) {
  std::string lower{text};
  for (auto& c : lower)
    if (c >= 'A' && c <= 'Z')
      c = static_cast<char>(c - 'A' + 'a');
  return lower;
}

} // namespace kdb::inline v0
