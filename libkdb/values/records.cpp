// SPDX-License-Identifier: Apache-2.0
#include <kdb/records.hpp>

namespace kdb::inline v0 {

std::string_view to_string(schema_format format) {
  switch (format) {
    case schema_format::json: return "json";
    case schema_format::protobuf: return "protobuf";
    case schema_format::avro: return "avro";
    case schema_format::bytes: return "bytes";
  }
  return "unknown";
}

std::string to_string(const new_record& record) {
  return record.schema_name + " " + to_string(record.id) + " (" + std::to_string(record.data.size()) + " bytes)";
}

} // namespace kdb::inline v0
