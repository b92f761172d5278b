// SPDX-License-Identifier: Apache-2.0
#include "libkdb/values/trace_metadata.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

#include "libkdb/values/hex.hpp"

namespace kdb::inline v0 {

namespace {

using nlohmann::json;

/// Looks at the members of an object without building it. Stops at what is no object.
class member_scan final : public nlohmann::json_sax<json> {
public:
  bool null() override { return value(); }
  bool boolean(bool) override { return value(); }
  bool number_integer(json::number_integer_t) override { return value(); }
  bool number_unsigned(json::number_unsigned_t) override { return value(); }
  bool number_float(json::number_float_t, const json::string_t&) override { return value(); }
  bool binary(json::binary_t&) override { return value(); }
  bool string(json::string_t& text) override {
    if (depth_ == 1 && wanted_)
      *wanted_ = std::move(text);
    return value();
  }
  bool start_object(std::size_t) override {
    wanted_ = nullptr;
    ++depth_;
    return true;
  }
  bool end_object() override {
    --depth_;
    return true;
  }
  bool start_array(std::size_t) override {
    wanted_ = nullptr;
    ++depth_;
    return depth_ > 1;
  }
  bool end_array() override {
    --depth_;
    return true;
  }
  bool key(json::string_t& name) override {
    if (depth_ != 1)
      return true;
    has_members = true;
    wanted_ = nullptr;
    if (name == trace_id_key)
      wanted_ = &trace_id.emplace();
    else if (name == span_id_key)
      wanted_ = &span_id.emplace();
    return true;
  }
  bool parse_error(std::size_t, const std::string&, const json::exception&) override { return false; }

  bool has_members = false;
  std::optional<std::string> trace_id; // Empty if its value is no text.
  std::optional<std::string> span_id;

private:
  /// A value that stands for itself is no object.
  bool value() {
    wanted_ = nullptr;
    return depth_ > 0;
  }
  std::size_t depth_ = 0;
  std::string* wanted_ = nullptr;
};

/// Nothing if the text is no JSON object.
std::optional<member_scan> scan(std::string_view metadata) {
  member_scan found;
  if (!json::sax_parse(metadata.begin(), metadata.end(), &found))
    return std::nullopt;
  return found;
}

/// More than the braces and both members take.
constexpr std::size_t room_for_members = 96;

char* write(char* at, std::string_view text) {
  return std::copy(text.begin(), text.end(), at);
}

template <std::size_t N>
char* write_member(char* at, bool first, std::string_view key, const std::array<std::uint8_t, N>& id) {
  at = write(at, first ? "\"" : ",\"");
  at = write(at, key);
  at = write(at, "\":\"");
  at = write_hex(at, id);
  return write(at, "\"");
}

} // namespace

std::optional<std::string> with_span_context(std::string_view metadata, const span_context& context) {
  auto empty = metadata.empty();
  auto has_trace_id = false, has_span_id = false;
  if (!empty) {
    const auto found = scan(metadata);
    if (!found || (found->trace_id && found->span_id))
      return std::nullopt;
    has_trace_id = found->trace_id.has_value();
    has_span_id = found->span_id.has_value();
    empty = !found->has_members;
    metadata = metadata.substr(0, metadata.rfind('}'));
  }
  std::string object(metadata.size() + room_for_members, '\0'); // Sized at once: each append has this to do.
  auto* at = write(object.data(), metadata.empty() ? "{" : metadata);
  if (!has_trace_id)
    at = write_member(at, std::exchange(empty, false), trace_id_key, context.trace_id);
  if (!has_span_id)
    at = write_member(at, empty, span_id_key, context.span_id);
  at = write(at, "}");
  object.resize(static_cast<std::size_t>(at - object.data()));
  return object;
}

std::optional<span_context> read_span_context(std::string_view metadata) {
  // Most metadata have no context, and looking for the key costs less than reading JSON.
  if (metadata.find(trace_id_key) == metadata.npos)
    return std::nullopt;
  const auto found = scan(metadata);
  if (!found || !found->trace_id || !found->span_id)
    return std::nullopt;
  return parse_span_context(*found->trace_id, *found->span_id);
}

} // namespace kdb::inline v0
