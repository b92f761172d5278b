// SPDX-License-Identifier: Apache-2.0
#include "libkdb/wire/indexes.hpp"

#include <optional>
#include <utility>

#include "kdb/kurrentdb/protocol/v2/indexes/service.pb.h"
#include "libkdb/policy/indexes.hpp"
#include "libkdb/wire/operation.hpp"
#include "libkdb/wire/parse_message.hpp"

namespace kdb::inline v0::wire {

namespace v2 = kurrentdb::protocol::v2::indexes;

namespace {

template <class Request>
std::string about(std::string_view name) {
  Request message;
  message.set_name(std::string{name});
  return message.SerializeAsString();
}

v2::IndexFieldType to_message(index_field_type type) {
  switch (type) {
    case index_field_type::string: return v2::INDEX_FIELD_TYPE_STRING;
    case index_field_type::float64: return v2::INDEX_FIELD_TYPE_DOUBLE;
    case index_field_type::int32: return v2::INDEX_FIELD_TYPE_INT_32;
    case index_field_type::int64: return v2::INDEX_FIELD_TYPE_INT_64;
  }
  return v2::INDEX_FIELD_TYPE_UNSPECIFIED;
}

std::optional<index_field_type> to_type(v2::IndexFieldType type) {
  switch (type) {
    case v2::INDEX_FIELD_TYPE_STRING: return index_field_type::string;
    case v2::INDEX_FIELD_TYPE_DOUBLE: return index_field_type::float64;
    case v2::INDEX_FIELD_TYPE_INT_32: return index_field_type::int32;
    case v2::INDEX_FIELD_TYPE_INT_64: return index_field_type::int64;
    default: return std::nullopt;
  }
}

index_state to_state(v2::IndexState state) {
  switch (state) {
    case v2::INDEX_STATE_STARTED: return index_state::started;
    case v2::INDEX_STATE_STOPPED: return index_state::stopped;
    case v2::INDEX_STATE_DELETED: return index_state::deleted;
    default: return index_state::unknown;
  }
}

unexpected not_understood(std::string_view problem) {
  return unexpected(errc::protocol_error, "the server's answer about indexes can't be understood: " + std::string{problem});
}

result<index_info> to_info(const v2::Index& from) {
  if (from.name().empty())
    return not_understood("an index has no name");
  index_info info{.name = from.name(), .definition = {.filter = from.filter()}, .state = to_state(from.state())};
  for (const auto& each : from.fields()) {
    const auto type = to_type(each.type());
    if (!type)
      return not_understood("the field '" + each.name() + "' of the index '" + from.name() + "' has an unknown type");
    info.definition.fields.push_back({each.name(), each.selector(), *type, each.optimize_lookups()});
  }
  return info;
}

} // namespace

std::string encode_create_index(std::string_view name, const index_definition& definition, bool start) {
  v2::CreateIndexRequest message;
  message.set_name(std::string{name});
  message.set_filter(definition.filter);
  for (const auto& each : definition.fields) {
    auto& field = *message.add_fields();
    field.set_name(each.name);
    field.set_selector(each.selector);
    field.set_type(to_message(each.type));
    field.set_optimize_lookups(each.optimize_lookups);
  }
  message.set_start(start); // A server takes an absent one for true.
  return message.SerializeAsString();
}

std::string encode_start_index(std::string_view name) {
  return about<v2::StartIndexRequest>(name);
}

std::string encode_stop_index(std::string_view name) {
  return about<v2::StopIndexRequest>(name);
}

std::string encode_delete_index(std::string_view name) {
  return about<v2::DeleteIndexRequest>(name);
}

std::string encode_get_index(std::string_view name) {
  return about<v2::GetIndexRequest>(name);
}

result<index_info> decode_index(std::string_view message) {
  v2::GetIndexResponse answer;
  if (!parse_message(answer, message) || !answer.has_index())
    return not_understood("there is no index in it");
  return to_info(answer.index());
}

result<std::vector<index_info>> decode_indexes(std::string_view message) {
  v2::ListIndexesResponse answer;
  if (!parse_message(answer, message))
    return not_understood("it is no list of indexes");
  std::vector<index_info> all;
  all.reserve(static_cast<std::size_t>(answer.indexes_size()));
  for (const auto& each : answer.indexes()) {
    auto info = to_info(each);
    if (!info)
      return unexpected{std::move(info.error())};
    all.push_back(*std::move(info));
  }
  return all;
}

// -- the operations: every node keeps the indexes, the leader alone changes them -----------------

namespace {

/// A server that never had an index fails when it looks for the events that made them. It may fail for another reason: that is no empty list.
std::optional<result<std::vector<index_info>>> explain_failed_list(const error& failure) {
  if (failure.code != errc::server_error)
    return std::nullopt;
  auto explained = failure;
  explained.message += "; a server that never had a user-defined index fails like this";
  return unexpected{std::move(explained)};
}

} // namespace

template <>
operation<create_index> describe() {
  return {
    .method = "/kurrentdb.protocol.v2.indexes.IndexesService/Create",
    .effect = effect::idempotent_write,
    .feature = "kurrentdb.protocol.v2.indexes.indexesservice/create",
    .leader_only = true,
    .check = [](const create_index& r) { return policy::check_create_index(r.name, r.definition); },
    .encode = [](const create_index& r) { return message_list{encode_create_index(r.name, r.definition, r.options.start)}; }};
}

template <>
operation<start_index> describe() {
  return {.method = "/kurrentdb.protocol.v2.indexes.IndexesService/Start",
          .effect = effect::idempotent_write,
          .feature = "kurrentdb.protocol.v2.indexes.indexesservice/start",
          .leader_only = true,
          .check = [](const start_index& r) { return policy::check_index(r.name); },
          .encode = [](const start_index& r) { return message_list{encode_start_index(r.name)}; }};
}

template <>
operation<stop_index> describe() {
  return {.method = "/kurrentdb.protocol.v2.indexes.IndexesService/Stop",
          .effect = effect::idempotent_write,
          .feature = "kurrentdb.protocol.v2.indexes.indexesservice/stop",
          .leader_only = true,
          .check = [](const stop_index& r) { return policy::check_index(r.name); },
          .encode = [](const stop_index& r) { return message_list{encode_stop_index(r.name)}; }};
}

template <>
operation<delete_index> describe() {
  return {.method = "/kurrentdb.protocol.v2.indexes.IndexesService/Delete",
          .effect = effect::idempotent_write,
          .feature = "kurrentdb.protocol.v2.indexes.indexesservice/delete",
          .leader_only = true,
          .check = [](const delete_index& r) { return policy::check_index(r.name); },
          .encode = [](const delete_index& r) { return message_list{encode_delete_index(r.name)}; }};
}

template <>
operation<get_index> describe() {
  return {.method = "/kurrentdb.protocol.v2.indexes.IndexesService/Get",
          .effect = effect::read,
          .feature = "kurrentdb.protocol.v2.indexes.indexesservice/get",
          .check = [](const get_index& r) { return policy::check_index(r.name); },
          .encode = [](const get_index& r) { return message_list{encode_get_index(r.name)}; },
          .decode = in_one_message<index_info, decode_index>};
}

template <>
operation<list_indexes> describe() {
  return {.method = "/kurrentdb.protocol.v2.indexes.IndexesService/List",
          .effect = effect::read,
          .feature = "kurrentdb.protocol.v2.indexes.indexesservice/list",
          .decode = in_one_message<std::vector<index_info>, decode_indexes>,
          .recover = explain_failed_list};
}

} // namespace kdb::inline v0::wire
