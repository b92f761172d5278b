// SPDX-License-Identifier: Apache-2.0
#include "devnode/services/indexes/manage.hpp"

#include "devnode/services/indexes/errors.hpp"
#include "devnode/services/unary.hpp"

#include "kdb/kurrentdb/protocol/v2/indexes/service.pb.h"

#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace kdb::inline v0::development {
namespace {

using namespace kurrentdb::protocol::v2::indexes;

// -- messages and values -------------------------------------------------------------------------------------------

std::optional<index_value_type> type_of(IndexFieldType type) {
  switch (type) {
    case INDEX_FIELD_TYPE_STRING: return index_value_type::text;
    case INDEX_FIELD_TYPE_DOUBLE: return index_value_type::real;
    case INDEX_FIELD_TYPE_INT_32: return index_value_type::int32;
    case INDEX_FIELD_TYPE_INT_64: return index_value_type::int64;
    default: return std::nullopt;
  }
}

IndexFieldType message_of(index_value_type type) {
  switch (type) {
    case index_value_type::text: return INDEX_FIELD_TYPE_STRING;
    case index_value_type::real: return INDEX_FIELD_TYPE_DOUBLE;
    case index_value_type::int32: return INDEX_FIELD_TYPE_INT_32;
    case index_value_type::int64: return INDEX_FIELD_TYPE_INT_64;
  }
  return INDEX_FIELD_TYPE_UNSPECIFIED;
}

Index message_of(const user_index& from) {
  Index message;
  message.set_name(from.name);
  message.set_filter(from.definition.filter);
  for (auto& [name, selector, type, optimized] : from.definition.fields) {
    auto& field = *message.add_fields();
    field.set_name(name);
    field.set_selector(selector);
    field.set_type(message_of(type));
    field.set_optimize_lookups(optimized);
  }
  message.set_state(from.started ? INDEX_STATE_STARTED : INDEX_STATE_STOPPED);
  return message;
}

// What is wanted, or everything that is wrong with it.
std::variant<user_index_definition, rpc::status> parse(const CreateIndexRequest& request) {
  user_index_definition wanted{request.filter(), {}};
  bool typed = true;
  for (auto& each : request.fields()) {
    auto type = type_of(each.type());
    typed = typed && type;
    wanted.fields.push_back({each.name(), each.selector(), type.value_or(index_value_type::text), each.optimize_lookups()});
  }
  auto problems = index_problems(request.name(), wanted);
  if (!typed)
    problems.emplace_back("Field type must not be unspecified");
  if (problems.empty())
    return wanted;
  std::string text;
  for (auto& each : problems)
    text += (text.empty() ? "" : "; ") + each;
  return errors::invalid_argument(std::move(text));
}

// -- commands ------------------------------------------------------------------------------------------------------

void write(node& serving, std::string_view name, std::string_view type, std::string_view data = {}) {
  auto document = data.empty() ? R"({"name":")" + std::string{name} + "\"}" : std::string{data};
  proposed_event event{.id = random_uuid(), .type = type, .json = true, .data = document, .custom_metadata = {}};
  serving.events.append(std::string{index_stream_prefix}.append(name), expected_state::any(), {&event, 1});
}

std::optional<rpc::status> create(node& serving, const CreateIndexRequest& request) {
  auto parsed = parse(request);
  if (auto refused = std::get_if<rpc::status>(&parsed))
    return std::move(*refused);
  auto& wanted = std::get<user_index_definition>(parsed);
  bool start = !request.has_start() || request.start();
  if (auto known = serving.indexes.find(request.name())) {
    bool same = known->started == start && known->definition == wanted;
    return same ? std::nullopt : std::optional{v2_errors::index_already_exists(request.name())};
  }
  write(serving, request.name(), index_event::created, write_index(request.name(), wanted));
  if (start)
    write(serving, request.name(), index_event::started);
  return std::nullopt;
}

// Starts or stops an index.
std::optional<rpc::status> set_started(node& serving, const std::string& name, bool started) {
  auto known = serving.indexes.find(name);
  if (!known)
    return v2_errors::index_not_found(name);
  if (known->started != started)
    write(serving, name, started ? index_event::started : index_event::stopped);
  return std::nullopt;
}

std::optional<rpc::status> remove(node& serving, const std::string& name) {
  auto known = serving.indexes.find(name);
  if (!known)
    return serving.indexes.deleted(name) ? std::nullopt : std::optional{v2_errors::index_not_found(name)};
  if (known->started)
    write(serving, name, index_event::stopped);
  write(serving, name, index_event::deleted);
  return std::nullopt;
}

// A command that says no more than that it is done.
template <class Request, class Reply, class Work>
std::unique_ptr<rpc::handler> commanding(node& serving, rpc::call& call, Work work) {
  return unary<Request, Reply>(
    call,
    [&serving, work](const Request& request) -> std::variant<Reply, rpc::status> {
      if (auto refused = work(serving, request))
        return *std::move(refused);
      return Reply{};
    },
    &serving.durable);
}

} // namespace

std::unique_ptr<rpc::handler> handle_index_create(node& serving, rpc::call& call) {
  return commanding<CreateIndexRequest, CreateIndexResponse>(serving, call, create);
}

std::unique_ptr<rpc::handler> handle_index_start(node& serving, rpc::call& call) {
  return commanding<StartIndexRequest, StartIndexResponse>(
    serving, call, [](node& on, const StartIndexRequest& request) { return set_started(on, request.name(), true); });
}

std::unique_ptr<rpc::handler> handle_index_stop(node& serving, rpc::call& call) {
  return commanding<StopIndexRequest, StopIndexResponse>(
    serving, call, [](node& on, const StopIndexRequest& request) { return set_started(on, request.name(), false); });
}

std::unique_ptr<rpc::handler> handle_index_delete(node& serving, rpc::call& call) {
  return commanding<DeleteIndexRequest, DeleteIndexResponse>(
    serving, call, [](node& on, const DeleteIndexRequest& request) { return remove(on, request.name()); });
}

// A server that never had one fails here. What is told waits until it is durable.
std::unique_ptr<rpc::handler> handle_index_list(node& serving, rpc::call& call) {
  return unary<ListIndexesRequest, ListIndexesResponse>(
    call,
    [&serving](const ListIndexesRequest&) -> std::variant<ListIndexesResponse, rpc::status> {
      ListIndexesResponse reply;
      for (auto& [name, index] : serving.indexes.all())
        *reply.add_indexes() = message_of(index);
      return reply;
    },
    &serving.durable);
}

std::unique_ptr<rpc::handler> handle_index_get(node& serving, rpc::call& call) {
  return unary<GetIndexRequest, GetIndexResponse>(
    call,
    [&serving](const GetIndexRequest& request) -> std::variant<GetIndexResponse, rpc::status> {
      auto known = serving.indexes.find(request.name());
      if (!known)
        return v2_errors::index_not_found(request.name());
      GetIndexResponse reply;
      *reply.mutable_index() = message_of(*known);
      return reply;
    },
    &serving.durable);
}

} // namespace kdb::inline v0::development
