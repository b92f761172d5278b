// SPDX-License-Identifier: Apache-2.0
#include "devnode/services/property_json.hpp"

#include <google/protobuf/struct.pb.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>

namespace kdb::inline v0::development {
namespace {

using google::protobuf::Value;

void write_string(std::string& out, std::string_view text) {
  static constexpr char hex[] = "0123456789abcdef";
  out += '"';
  for (char c : text) {
    auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\r') {
      out += "\\r";
    } else if (c == '\t') {
      out += "\\t";
    } else if (byte < 0x20 || byte == 0x7f || c == '<' || c == '>') {
      out.append("\\u00") += hex[byte >> 4];
      out += hex[byte & 15];
    } else {
      out += c;
    }
  }
  out += '"';
}

void write_number(std::string& out, double number) {
  if (!std::isfinite(number))
    return write_string(out, std::isnan(number) ? "NaN" : number > 0 ? "Infinity" : "-Infinity");
  char text[32];
  constexpr double exact = 1e15;
  auto end = std::abs(number) < exact && number == std::trunc(number)
               ? std::to_chars(text, text + sizeof text, static_cast<std::int64_t>(number)).ptr
               : std::to_chars(text, text + sizeof text, number).ptr;
  out.append(text, end);
}

} // namespace

void property_json::begin() {
  out_ += '{';
  first_ = true;
}

void property_json::member(std::string_view key, const Value& value) {
  open_member(key);
  write(value);
}

void property_json::member(std::string_view key, std::string_view value) {
  open_member(key);
  write_string(out_, value);
}

void property_json::end() {
  out_ += " }";
}

void property_json::open_member(std::string_view key) {
  out_ += first_ ? " " : ", ";
  first_ = false;
  write_string(out_, key);
  out_ += ": ";
}

void property_json::write(const Value& value) {
  switch (value.kind_case()) {
    case Value::kNumberValue: return write_number(out_, value.number_value());
    case Value::kStringValue: return write_string(out_, value.string_value());
    case Value::kBoolValue: out_ += value.bool_value() ? "true" : "false"; return;
    case Value::kStructValue: {
      property_json inner{out_};
      inner.begin();
      for (auto& [key, field] : value.struct_value().fields())
        inner.member(key, field);
      return inner.end();
    }
    case Value::kListValue: return write_list(value.list_value());
    default: out_ += "null";
  }
}

void property_json::write_list(const google::protobuf::ListValue& list) {
  out_ += '[';
  auto separator = " ";
  for (auto& element : list.values()) {
    out_ += separator;
    separator = ", ";
    write(element);
  }
  out_ += " ]";
}

bool has_kind(const Value& value) {
  switch (value.kind_case()) {
    case Value::KIND_NOT_SET: return false;
    case Value::kStructValue:
      return std::ranges::all_of(value.struct_value().fields(), [](auto& field) { return has_kind(field.second); });
    case Value::kListValue: return std::ranges::all_of(value.list_value().values(), has_kind);
    default: return true;
  }
}

} // namespace kdb::inline v0::development
