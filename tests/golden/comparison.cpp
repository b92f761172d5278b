// SPDX-License-Identifier: Apache-2.0
#include "tests/golden/comparison.hpp"

#include <algorithm>
#include <cctype>
#include <regex>
#include <set>

#include "tests/golden/text_coding.hpp"
#include "tests/golden/wire_json.hpp"

namespace kdb::golden {

using nlohmann::json;

namespace {

// How a field is compared, by its name: the README of the recordings says what a replay may not compare literally.
enum class manner { literal, position, position_text, time, generated_id, port, statistic, payload };

manner manner_of(const std::string& field, const json& expected) {
  static const auto positions = std::set<std::string>{"commit_position", "prepare_position", "$c", "$p"};
  static const auto position_texts =
    std::set<std::string>{"last_checkpointed_event_position", "last_known_event_position", "lastCheckpoint", "position"};
  static const auto times =
    std::set<std::string>{"created", "timestamp", "time_stamp", "ticks_since_epoch", "added", "$eventTimestamp"};
  static const auto ids =
    std::set<std::string>{"id", "instance_id", "subscription_id", "scavenge_id", "record_id", "node_id", "correlation_id"};
  static const auto ports = std::set<std::string>{"port", "leader-endpoint-port"};
  static const auto statistics = std::set<std::string>{"stats",
                                                       "coreProcessingTime",
                                                       "progress",
                                                       "eventsProcessedAfterRestart",
                                                       "average_per_second",
                                                       "average_items_per_second",
                                                       "count_since_last_measurement",
                                                       "observed_measurements"};
  if (positions.contains(field))
    return manner::position;
  if (position_texts.contains(field) && expected.is_string())
    return manner::position_text;
  if (times.contains(field))
    return manner::time;
  if (ids.contains(field))
    return manner::generated_id;
  if (ports.contains(field))
    return manner::port;
  if (statistics.contains(field))
    return manner::statistic;
  if (field == "data" || field == "custom_metadata")
    return manner::payload;
  return manner::literal;
}

std::string shown(const json& value) {
  constexpr auto limit = std::size_t{300};
  auto text = value.dump(-1, ' ', false, json::error_handler_t::replace);
  if (text.size() > limit)
    text = text.substr(0, limit) + "… (" + std::to_string(text.size()) + " characters)";
  return text;
}

std::string text_of(const json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

// Digits become 0, so that two times of one notation look the same.
std::string form_of_time(const json& value) {
  static const auto fraction = std::regex{R"(\.[0-9]+)"};
  auto text = std::regex_replace(text_of(value), fraction, "");
  std::replace_if(
    text.begin(), text.end(), [](unsigned char c) { return std::isdigit(c) != 0; }, '0');
  return text;
}

bool is_port(const json& value) {
  auto text = text_of(value);
  return !text.empty() && text.size() <= 5 && text != "0" &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isdigit(c) != 0; });
}

// Of these not even whether there is one can be compared: it is absent when nothing has happened lately.
bool is_rate(const std::string& field) {
  return field == "average_per_second" || field == "average_items_per_second" || field == "count_since_last_measurement" ||
         field == "coreProcessingTime";
}

class comparer {
public:
  explicit comparer(correspondence& seen) : seen_{seen} {}

  void compare(const std::string& path, const std::string& field, const json& expected, const json& got) {
    if (expected.type() != got.type() && !(expected.is_number() && got.is_number()))
      return differ(path, expected, got);
    if (!fits(path, field, expected, got))
      differ(path, expected, got);
  }

  std::vector<mismatch> take() { return std::move(mismatches_); }

private:
  void differ(const std::string& path, const json& expected, const json& got) {
    mismatches_.push_back({path, shown(expected), shown(got)});
  }

  bool fits(const std::string& path, const std::string& field, const json& expected, const json& got) {
    switch (manner_of(field, expected)) {
      case manner::position:
        if (!expected.is_structured())
          return seen_.position_fits(text_of(expected), text_of(got));
        break;
      case manner::position_text: return position_text_fits(field, text_of(expected), text_of(got));
      case manner::time: return form_of_time(expected) == form_of_time(got);
      case manner::port: return is_port(got) && seen_.port_fits(text_of(expected), text_of(got));
      case manner::statistic: return true;
      case manner::generated_id: return id_fits(expected, got);
      case manner::payload:
        if (expected.is_string())
          return payload_fits(path, expected.get<std::string>(), got.get<std::string>());
        break;
      case manner::literal: break;
    }
    return literal_fits(path, expected, got);
  }

  // The members of a structure report their own differences, so a structure as a whole always fits.
  bool literal_fits(const std::string& path, const json& expected, const json& got) {
    if (path == "status.trailers")
      return compare_trailers(path, expected, got), true;
    if (expected.is_object())
      return compare_objects(path, expected, got), true;
    if (expected.is_array())
      return compare_arrays(path, expected, got), true;
    if (expected.is_string())
      return seen_.with_ports(expected.get<std::string>()) == got.get<std::string>();
    return expected == got;
  }

  void compare_objects(const std::string& path, const json& expected, const json& got) {
    for (const auto& [key, value] : expected.items()) {
      auto inner = path.empty() ? key : path + "." + key;
      if (auto found = got.find(key); found != got.end())
        compare(inner, key, value, *found);
      else if (!is_rate(key))
        mismatches_.push_back({inner, shown(value), "nothing"});
    }
    for (const auto& [key, value] : got.items())
      if (!expected.contains(key) && !is_rate(key))
        mismatches_.push_back({path.empty() ? key : path + "." + key, "nothing", shown(value)});
  }

  void compare_arrays(const std::string& path, const json& expected, const json& got) {
    for (auto i = std::size_t{0}; i < std::max(expected.size(), got.size()); ++i) {
      auto inner = path + "[" + std::to_string(i) + "]";
      if (i >= got.size())
        mismatches_.push_back({inner, shown(expected[i]), "nothing"});
      else if (i >= expected.size())
        mismatches_.push_back({inner, "nothing", shown(got[i])});
      else
        compare(inner, "", expected[i], got[i]);
    }
  }

  // The rich status is compared by content, all other trailers as text, of which a server may percent-encode any part.
  void compare_trailers(const std::string& path, const json& expected, const json& got) {
    compare_objects(path, readable(expected), readable(got));
  }

  static json readable(const json& trailers) {
    constexpr std::string_view binary = "base64:";
    auto result = json::object();
    for (const auto& [key, value] : trailers.items()) {
      auto text = text_of(value);
      auto bytes = text.starts_with(binary) ? from_base64(text.substr(binary.size())) : std::nullopt;
      if (key == "grpc-status-details-bin" && bytes)
        result[key] = status_details_json(*bytes);
      else
        result[key] = bytes ? text : percent_decoded(text);
    }
    return result;
  }

  // "C:123/P:123", or in v2 "123"; a revision in the same field is literal.
  bool position_text_fits(const std::string& field, const std::string& expected, const std::string& got) {
    static const auto pair = std::regex{R"(C:(-?[0-9]+)/P:(-?[0-9]+))"};
    auto expected_pair = std::smatch{};
    auto got_pair = std::smatch{};
    if (std::regex_match(expected, expected_pair, pair))
      return std::regex_match(got, got_pair, pair) && seen_.position_fits(expected_pair[1], got_pair[1]) &&
             seen_.position_fits(expected_pair[2], got_pair[2]);
    return field == "position" ? seen_.position_fits(expected, got) : expected == got;
  }

  bool id_fits(const json& expected, const json& got) {
    auto recorded = expected.is_string() ? expected.get<std::string>() : uuid_text(expected);
    auto actual = got.is_string() ? got.get<std::string>() : uuid_text(got);
    if (!is_uuid(recorded) || seen_.was_sent_as_id(recorded))
      return expected == got;
    auto same_form = expected.is_string() || expected.begin().key() == got.begin().key();
    return same_form && is_uuid(actual) && seen_.id_fits(recorded, actual);
  }

  // What a client has written comes back to the byte. JSON that the server wrote itself can hold times and positions, and
  // the order of its keys is free where it comes from a map.
  bool payload_fits(const std::string& path, const std::string& expected, const std::string& got) {
    static const auto volatile_keys = std::set<std::string>{"added", "$c", "$eventTimestamp", "$p", "$v", "$schema.name"};
    if (expected == got || seen_.was_sent_as_payload(expected))
      return expected == got;
    auto recorded = json::parse(from_base64(expected).value_or(""), nullptr, false);
    auto actual = json::parse(from_base64(got).value_or(""), nullptr, false);
    if (!recorded.is_object() || !actual.is_object())
      return false;
    auto is_volatile = [](const auto& item) { return volatile_keys.contains(item.key()); };
    auto items = recorded.items();
    if (std::none_of(items.begin(), items.end(), is_volatile))
      return false;
    compare_objects(path, recorded, actual);
    return true;
  }

  correspondence& seen_;
  std::vector<mismatch> mismatches_;
};

} // namespace

std::vector<mismatch> compare(const answer& expected, const answer& got, correspondence& seen) {
  auto work = comparer{seen};
  work.compare("", "", expected, got);
  return work.take();
}

} // namespace kdb::golden
