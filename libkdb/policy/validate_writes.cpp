// SPDX-License-Identifier: Apache-2.0
#include "libkdb/policy/validate_writes.hpp"

#include <algorithm>
#include <cctype>
#include <set>
#include <string>
#include <vector>

#include "libkdb/policy/properties.hpp"
#include "libkdb/policy/refusal.hpp"
#include "libkdb/policy/text.hpp"
#include "libkdb/policy/validate.hpp"
#include "libkdb/values/utf8.hpp"

namespace kdb::inline v0::policy {

namespace {

std::string folded(std::string_view name) {
  std::string text{name};
  for (auto& c : text)
    c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

result<void> check_record(const std::string& where, const new_record& record) {
  if (record.id.is_nil())
    return refuse(where + ".id", "is the nil UUID", "any other UUID");
  if (!is_schema_name(record.schema_name))
    return refuse(where + ".schema_name", "is not one the server takes", "letters, digits and _ . $ : - only, at least one");
  if (record.format > schema_format::bytes)
    return refuse(where + ".format", "is unknown", "json, protobuf, avro or bytes");
  if (record.schema_id && record.schema_id->is_nil())
    return refuse(where + ".schema_id", "is the nil UUID", "any other UUID, or leave it out");
  // The server adds these itself, and fails without a reason when they are there already.
  for (const auto* reserved : {"$schema.format", "$schema.id", "$schema.name"})
    if (record.properties.contains(reserved))
      return refuse(where + ".properties", std::string{"has the key "} + reserved, "keys that do not begin with $schema.");
  return check_properties(where + ".properties", record.properties);
}

result<void> check_ids_differ(std::vector<uuid> ids) {
  std::ranges::sort(ids);
  if (std::ranges::adjacent_find(ids) != ids.end())
    return refuse("records.id", "is the same in two records", "an id of its own to each record");
  return {};
}

result<void> check_check(const std::string& where, const consistency_check& check) {
  if (auto fine = check_stream_name(check.stream); !fine)
    return refuse(where + ".stream", "is not one the server takes", "a name in UTF-8 other than \"$$\"");
  if (check.expected > consistency_check::state::tombstoned)
    return refuse(where + ".expected", "is unknown", "one of the enumerators");
  if (check.expected == consistency_check::state::at_revision && !stream_state{check.revision}.is_revision())
    return refuse(where + ".revision", "is out of range", "a revision up to 2^63-1");
  return {};
}

} // namespace

bool is_schema_name(std::string_view name) {
  // What is not ASCII is taken for a letter here: the server knows them all, and refuses what is none with a clear text.
  return !name.empty() && is_utf8(name) && std::ranges::all_of(name, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0x80 || std::isalnum(byte) || std::string_view{"_.$:-"}.find(c) != std::string_view::npos;
  });
}

result<void> check_delete(std::string_view stream, stream_state expected, const call_options& call) {
  return check_stream_name(stream).and_then([&] { return check_expected(expected); }).and_then([&] { return check_call(call); });
}

result<void> check_append_to_streams(std::span<const stream_append> appends, const call_options& call) {
  if (appends.empty())
    return refuse("appends", "is empty", "at least one stream");
  std::set<std::string> streams;
  std::vector<uuid> ids;
  for (std::size_t i = 0; i < appends.size(); ++i) {
    const auto where = "appends[" + std::to_string(i) + "]";
    const auto& append = appends[i];
    if (auto fine = check_stream_name(append.stream); !fine)
      return refuse(where + ".stream", "is not one the server takes", "a name in UTF-8 other than \"$$\"");
    if (!streams.insert(folded(append.stream)).second)
      return refuse(where + ".stream", "is in an earlier append already (letter case is ignored)", "each stream once");
    if (auto fine = check_expected(append.expected); !fine)
      return refuse(where + ".expected", "is out of range", "any, no_stream, exists or a revision up to 2^63-1");
    if (append.records.empty())
      return refuse(where + ".records", "is empty", "at least one record");
    for (std::size_t k = 0; k < append.records.size(); ++k) {
      if (auto fine = check_record(where + ".records[" + std::to_string(k) + "]", append.records[k]); !fine)
        return fine;
      ids.push_back(append.records[k].id);
    }
  }
  return check_ids_differ(std::move(ids)).and_then([&] { return check_call(call); });
}

result<void> check_append_records(std::span<const stream_record> records, std::span<const consistency_check> checks,
                                  const call_options& call) {
  if (records.empty())
    return refuse("records", "is empty", "at least one record");
  std::vector<uuid> ids;
  for (std::size_t i = 0; i < records.size(); ++i) {
    const auto where = "records[" + std::to_string(i) + "]";
    if (auto fine = check_stream_name(records[i].stream); !fine)
      return refuse(where + ".stream", "is not one the server takes", "a name in UTF-8 other than \"$$\"");
    if (auto fine = check_record(where, records[i].record); !fine)
      return fine;
    ids.push_back(records[i].record.id);
  }
  std::set<std::string> checked;
  for (std::size_t i = 0; i < checks.size(); ++i) {
    const auto where = "checks[" + std::to_string(i) + "]";
    if (auto fine = check_check(where, checks[i]); !fine)
      return fine;
    if (!checked.insert(folded(checks[i].stream)).second)
      return refuse(where + ".stream", "has an earlier check already (letter case is ignored)", "each stream once");
  }
  return check_ids_differ(std::move(ids)).and_then([&] { return check_call(call); });
}

} // namespace kdb::inline v0::policy
