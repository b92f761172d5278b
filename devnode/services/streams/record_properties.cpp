// SPDX-License-Identifier: Apache-2.0
#include "devnode/services/streams/record_properties.hpp"

#include "devnode/services/property_json.hpp"

#include "kdb/kurrentdb/protocol/v2/streams/streams.pb.h"

#include <string_view>

namespace kdb::inline v0::development {
namespace {

using namespace kurrentdb::protocol::v2::streams;

constexpr std::string_view format_key = "$schema.format";
constexpr std::string_view name_key = "$schema.name";
constexpr std::string_view id_key = "$schema.id";

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
  property_json out{metadata.text};
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
