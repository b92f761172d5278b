// SPDX-License-Identifier: Apache-2.0
#include "devnode/services/streams/record_validation.hpp"

#include "devnode/store/transaction.hpp"
#include "devnode/store/uuid.hpp"

#include "kdb/kurrentdb/protocol/v2/streams/streams.pb.h"

#include <algorithm>
#include <string>
#include <unordered_set>

namespace kdb::inline v0::development {
namespace {

using namespace kurrentdb::protocol::v2::streams;
using google::protobuf::Value;
using violations = std::vector<field_violation>;

struct code_range {
  char32_t first;
  char32_t last;
};

// Marks, signs and symbols. Not all there are, but those that occur.
constexpr code_range no_letters[] = {
  {0x80, 0xa9},     {0xab, 0xb1},     {0xb4, 0xb4},     {0xb6, 0xb8},       {0xbb, 0xbb},
  {0xbf, 0xbf},     {0xd7, 0xd7},     {0xf7, 0xf7},     {0x300, 0x36f},     {0x1ab0, 0x1aff},
  {0x1dc0, 0x1dff}, {0x2000, 0x206f}, {0x20a0, 0x20ff}, {0x2190, 0x23ff},   {0x2500, 0x2775},
  {0x2794, 0x2bff}, {0x3000, 0x3004}, {0x3008, 0x3020}, {0xd800, 0xf8ff},   {0xfe00, 0xfe6f},
  {0xff01, 0xff0f}, {0xff1a, 0xff20}, {0xfff0, 0xffff}, {0x1f000, 0x1faff}, {0xe0000, 0x10ffff},
};

// Takes the first code point off `text`, which is UTF-8: protobuf has checked it.
char32_t take_code(std::string_view& text) {
  auto byte = static_cast<unsigned char>(text.front());
  int more = byte < 0x80 ? 0 : byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3;
  char32_t code = more == 0 ? byte : byte & (0x3fu >> more);
  text.remove_prefix(1);
  for (; more > 0 && !text.empty(); --more) {
    code = code << 6 | (static_cast<unsigned char>(text.front()) & 0x3fu);
    text.remove_prefix(1);
  }
  return code;
}

bool allowed_in_name(char32_t code) {
  if (code < 0x80) {
    auto c = static_cast<char>(code);
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view{"_.$:-"}.find(c) != std::string_view::npos;
  }
  return std::ranges::none_of(no_letters, [&](code_range range) { return code >= range.first && code <= range.last; });
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

void check_stream(const std::string& stream, const std::string& field, violations& found) {
  if (stream.empty())
    found.push_back({field, "Stream must not be empty."});
  else if (stream == "$$")
    found.push_back({field, "Stream must not be '$$'."});
}

bool valid_id(const std::string& text) {
  auto id = parse_uuid(text);
  return id && !id->nil();
}

void check_schema(const SchemaInfo& schema, violations& found) {
  if (schema.name().empty())
    found.push_back({"Schema.Name", "Schema name must not be empty"});
  if (!valid_schema_name(schema.name()))
    found.push_back({"Schema.Name", "Schema name can only contain unicode letters, digits, underscores, dashes, periods, colons, "
                                    "and dollar signs. Attempted Value: " +
                                      schema.name()});
  constexpr auto format = "Schema.Format.Schema format";
  if (schema.format() == SCHEMA_FORMAT_UNSPECIFIED)
    found.push_back({format, "Schema format must not be Unspecified."});
  else if (schema.format() < SCHEMA_FORMAT_JSON || schema.format() > SCHEMA_FORMAT_BYTES)
    found.push_back({format, "Schema format must be one of Json, Protobuf or Bytes."});
  if (schema.has_id() && !valid_id(schema.id()))
    found.push_back({"Schema.Id.Schema ID", "Schema ID must be a valid and non-empty UUID"});
}

void check_record(const AppendRecord& record, violations& found) {
  if (record.has_record_id() && !valid_id(record.record_id()))
    found.push_back({"RecordId.Record ID", "Record ID must be a valid and non-empty UUID."});
  if (record.has_schema())
    check_schema(record.schema(), found);
  int index = 0;
  for (auto& [key, value] : record.properties()) {
    auto field = "Properties[" + std::to_string(index++) + "].";
    if (key.empty())
      found.push_back({field + "Key", "Property keys must not be empty."});
    if (!has_kind(value))
      found.push_back({field + "Value", "Property values must have a type set."});
  }
}

bool checkable(std::int64_t state) {
  return state >= 0 || state == expected_state::no_stream_code || state == expected_state::exists_code ||
         state == deleted_state || state == tombstoned_state;
}

bool repeated_stream(const AppendRecordsRequest& request) {
  std::unordered_set<std::string> seen;
  return !std::ranges::all_of(request.checks(), [&](auto& check) {
    return !check.has_stream_state() || seen.insert(folded_name(check.stream_state().stream())).second;
  });
}

} // namespace

bool valid_schema_name(std::string_view name) {
  if (name.empty())
    return false;
  while (!name.empty())
    if (!allowed_in_name(take_code(name)))
      return false;
  return true;
}

std::vector<field_violation> validate(const AppendRequest& request) {
  violations found;
  check_stream(request.stream(), "Stream.Stream", found);
  if (request.records().empty())
    found.push_back({"Records", "Stream append request must contain at least one record"});
  auto expected = request.expected_revision();
  bool known = expected >= 0 || expected == expected_state::no_stream_code || expected == expected_state::any_code ||
               expected == expected_state::exists_code;
  if (request.has_expected_revision() && !known)
    found.push_back({"ExpectedRevision", "Expected revision must be positive or one of the allowed constants: NoStream (-1), Any "
                                         "(-2) or Exists (-4)."});
  for (auto& record : request.records())
    check_record(record, found);
  return found;
}

std::vector<field_violation> validate(const AppendRecordsRequest& request) {
  violations found;
  if (request.records().empty())
    found.push_back({"Records", "Append records request must contain at least one record."});
  for (int i = 0; i < request.checks_size(); ++i) {
    auto field = "Checks[" + std::to_string(i) + "].";
    if (!request.checks(i).has_stream_state()) {
      found.push_back({field + "TypeCase", "Each consistency check must specify a type."});
      continue;
    }
    auto& state = request.checks(i).stream_state();
    check_stream(state.stream(), field + "StreamState.Stream.Stream", found);
    if (!checkable(state.expected_state()))
      found.push_back({field + "StreamState.ExpectedState",
                       "Expected state must be positive or one of the allowed constants: NoStream (-1), Exists (-4), Deleted "
                       "(-5), or Tombstoned (-6). Any (-2) is not allowed."});
  }
  if (repeated_stream(request))
    found.push_back({"Checks", "Each stream can only appear once in consistency checks."});
  return found;
}

std::vector<field_violation> validate(const AppendRecord& record) {
  violations found;
  if (record.has_stream() && !record.stream().empty())
    check_stream(record.stream(), "Stream.Stream", found);
  check_record(record, found);
  return found;
}

} // namespace kdb::inline v0::development
