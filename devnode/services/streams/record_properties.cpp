// SPDX-License-Identifier: Apache-2.0
#include "devnode/services/streams/record_properties.hpp"

#include "kdb/kurrentdb/protocol/v2/streams/streams.pb.h"

#include <charconv>
#include <cmath>
#include <string_view>

namespace kdb::inline v0::development {
namespace {

using namespace kurrentdb::protocol::v2::streams;
using google::protobuf::Value;

constexpr std::string_view format_key = "$schema.format";
constexpr std::string_view name_key = "$schema.name";
constexpr std::string_view id_key = "$schema.id";

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

// Objects and lists are spaced as .NET's writer of protobuf JSON does it.
class json_writer {
public:
  explicit json_writer(std::string& out) : out_{out} {}

  void member(std::string_view key, const Value& value) {
    open_member(key);
    write(value);
  }

  void member(std::string_view key, std::string_view value) {
    open_member(key);
    write_string(out_, value);
  }

  void begin() {
    out_ += '{';
    first_ = true;
  }

  void end() { out_ += " }"; }

private:
  void open_member(std::string_view key) {
    out_ += first_ ? " " : ", ";
    first_ = false;
    write_string(out_, key);
    out_ += ": ";
  }

  void write(const Value& value) {
    switch (value.kind_case()) {
      case Value::kNumberValue: return write_number(out_, value.number_value());
      case Value::kStringValue: return write_string(out_, value.string_value());
      case Value::kBoolValue: out_ += value.bool_value() ? "true" : "false"; return;
      case Value::kStructValue: {
        json_writer inner{out_};
        inner.begin();
        for (auto& [key, field] : value.struct_value().fields())
          inner.member(key, field);
        return inner.end();
      }
      case Value::kListValue: return write_list(value.list_value());
      default: out_ += "null";
    }
  }

  void write_list(const google::protobuf::ListValue& list) {
    out_ += '[';
    auto separator = " ";
    for (auto& element : list.values()) {
      out_ += separator;
      separator = ", ";
      write(element);
    }
    out_ += " ]";
  }

  std::string& out_;
  bool first_ = true;
};

std::string_view format_name(SchemaFormat format) {
  switch (format) {
    case SCHEMA_FORMAT_JSON: return "Json";
    case SCHEMA_FORMAT_PROTOBUF: return "Protobuf";
    case SCHEMA_FORMAT_AVRO: return "Avro";
    default: return "Bytes";
  }
}

std::size_t stored_size(const AppendRecord& record, bool json) {
  google::protobuf::Struct stored;
  for (auto& [key, value] : record.properties())
    (*stored.mutable_fields())[key] = value;
  if (!json)
    (*stored.mutable_fields())[std::string{format_key}].set_string_value(std::string{format_name(record.schema().format())});
  if (record.schema().has_id())
    (*stored.mutable_fields())[std::string{id_key}].set_string_value(record.schema().id());
  return stored.ByteSizeLong();
}

} // namespace

std::optional<record_metadata> metadata_of(const AppendRecord& record) {
  auto& schema = record.schema();
  bool json = schema.format() == SCHEMA_FORMAT_JSON;
  bool with_id = schema.has_id();
  record_metadata metadata;
  json_writer out{metadata.text};
  out.begin();
  for (auto& [key, value] : record.properties()) {
    bool ours = key == format_key || key == name_key || (key == id_key && with_id);
    if (!json && ours && key != name_key)
      return std::nullopt;
    if (!ours)
      out.member(key, value);
  }
  if (!json)
    out.member(format_key, format_name(schema.format()));
  if (with_id)
    out.member(id_key, schema.id());
  out.member(name_key, schema.name());
  if (json)
    out.member(format_key, format_name(schema.format()));
  out.end();
  metadata.size = stored_size(record, json);
  return metadata;
}

} // namespace kdb::inline v0::development
