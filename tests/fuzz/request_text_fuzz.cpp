// SPDX-License-Identifier: Apache-2.0

// Any bytes as the strings of requests: each is refused with the member's name, or what is sent holds it and can be read by protobuf, which
// refuses strings that are no UTF-8 and messages that are nested too deep, as servers do. The first byte says which request.

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include <google/protobuf/stubs/logging.h>

#include <kdb/stream_metadata.hpp>

#include "event_store/client/persistent.pb.h"
#include "event_store/client/projections.pb.h"
#include "event_store/client/streams.pb.h"
#include "event_store/client/users.pb.h"
#include "kurrentdb/protocol/v2/streams/streams.pb.h"
#include "libkdb/policy/groups.hpp"
#include "libkdb/policy/projections.hpp"
#include "libkdb/policy/users.hpp"
#include "libkdb/policy/validate.hpp"
#include "libkdb/policy/validate_writes.hpp"
#include "libkdb/values/expression.hpp"
#include "libkdb/values/utf8.hpp"
#include "libkdb/wire/consume.hpp"
#include "libkdb/wire/groups.hpp"
#include "libkdb/wire/projections.hpp"
#include "libkdb/wire/streams.hpp"
#include "libkdb/wire/users.hpp"
#include "libkdb/wire/v2_streams.hpp"

namespace {

using namespace kdb;

void require(bool holds, const char* what) {
  if (holds)
    return;
  std::fprintf(stderr, "%s\n", what);
  std::abort();
}

/// Whether it is fine; a refusal names a member and says what is accepted.
template <class T>
bool accepted(const result<T>& checked) {
  if (checked)
    return true;
  const auto* detail = checked.error().template get<bad_argument>();
  require(checked.error().code == errc::event_too_large || (checked.error().code == errc::invalid_argument && detail),
          "a refusal without its detail");
  require(!detail || (!detail->name.empty() && !detail->accepted.empty()), "a refusal that says nothing");
  require(!checked.error().retry_can_help, "a refusal that a retry could help");
  return false;
}

template <class Message>
Message parsed(std::string_view bytes) {
  Message message;
  require(message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())), "what was sent can't be read");
  return message;
}

/// Cuts strings from what is left.
class source {
public:
  source(const std::uint8_t* data, std::size_t size) : rest_{reinterpret_cast<const char*>(data), size} {}

  std::uint8_t number() {
    const auto first = rest_.empty() ? '\0' : rest_.front();
    rest_.remove_prefix(std::min<std::size_t>(1, rest_.size()));
    return static_cast<std::uint8_t>(first);
  }
  std::string text() {
    const auto size = std::min<std::size_t>(number(), rest_.size());
    std::string taken{rest_.substr(0, size)};
    rest_.remove_prefix(size);
    return taken;
  }
  std::string all() { return std::string{std::exchange(rest_, {})}; }
  bool empty() const { return rest_.empty(); }

private:
  std::string_view rest_;
};

property_value property(source& from, int depth) {
  switch (from.number() % 6) {
    case 0: return nullptr;
    case 1: return from.number() % 2 == 0;
    case 2: return from.number() / 3.0;
    case 3: return from.text();
    case 4: {
      property_value::list list;
      for (auto count = depth == 0 ? 0 : from.number() % 3; count > 0; --count)
        list.push_back(property(from, depth - 1));
      return list;
    }
    default: {
      property_value::object object;
      for (auto count = depth == 0 ? 0 : from.number() % 3; count > 0; --count) {
        auto key = from.text();
        object.emplace(std::move(key), property(from, depth - 1));
      }
      return object;
    }
  }
}

void check_reason(source from) {
  const auto reason = from.all();
  const auto how = outcome::nack(nack_action::park, reason);
  require(is_utf8(how.reason()) && how.reason().size() <= outcome::longest_reason, "a reason that can't be sent");
  require(how.reason() == reason || !is_utf8(reason) || reason.size() > outcome::longest_reason,
          "a reason was changed for nothing");
  const std::array ids{uuid{{1}}};
  for (const auto& message : wire::encode_answer(ids, how)) {
    const auto sent = parsed<event_store::client::persistent_subscriptions::ReadReq>(message);
    require(sent.nack().reason() == how.reason(), "another reason");
  }
}

void check_groups(source from) {
  const auto stream = from.text();
  const auto group = from.text();
  create_group_options options;
  options.settings.strategy = from.text();
  if (!accepted(policy::check_create(stream, group, options)))
    return;
  const auto sent =
    parsed<event_store::client::persistent_subscriptions::CreateReq>(wire::encode_create(stream, group, options)).options();
  require(sent.group_name() == group && sent.settings().consumer_strategy() == options.settings.strategy, "another group");
  require(!group.empty(), "a group without a name");
}

void check_users(source from) {
  const auto login = from.text(), password = from.text();
  const create_user_options options{.full_name = from.text(), .groups = {from.text()}};
  if (!accepted(policy::check_create_user(login, password, options)))
    return;
  const auto sent = parsed<event_store::client::users::CreateReq>(wire::encode_create_user(login, password, options)).options();
  require(sent.login_name() == login && sent.password() == password && sent.full_name() == options.full_name, "another user");
}

void check_projections(source from) {
  const auto name = from.text(), query = from.text();
  if (!accepted(policy::check_create_projection(name, query, {})))
    return;
  const auto sent =
    parsed<event_store::client::projections::CreateReq>(wire::encode_create_projection(name, query, {})).options();
  require(sent.query() == query && sent.continuous().name() == name, "another projection");
}

void check_filter(source from) {
  read_all_options options;
  if (from.number() % 2 == 0)
    options.filter = event_filter::stream_regex(from.all());
  else
    options.filter = event_filter::type_prefixes({from.text(), from.text()});
  static_cast<void>(broken_part(options.filter->regex()));
  if (!accepted(policy::check_read(options)))
    return;
  const auto bytes = wire::encode(wire::read_request{.source = wire::all_source{}, .limit = 1, .filter = options.filter});
  const auto sent = parsed<event_store::client::streams::ReadReq>(bytes).options().filter();
  require(sent.stream_identifier().regex() == options.filter->regex() || sent.has_event_type(), "another filter");
}

void check_records(source from) {
  stream_record one{from.text(), {.schema_name = from.text()}};
  while (!from.empty()) {
    auto key = from.text();
    one.record.properties.emplace(std::move(key), property(from, 60));
  }
  const std::vector records{one};
  if (!accepted(policy::check_append_records(records, {}, {})))
    return;
  const auto sent = parsed<kurrentdb::protocol::v2::streams::AppendRecordsRequest>(wire::encode_append_records(records, {}));
  require(sent.records(0).stream() == one.stream && sent.records(0).schema().name() == one.record.schema_name, "another record");
  require(static_cast<std::size_t>(sent.records(0).properties_size()) == one.record.properties.size(), "properties are missing");
}

void check_metadata(source from) {
  stream_metadata metadata;
  const auto name = from.text();
  metadata.acl = stream_acl{.read = {{name}}};
  auto key = from.text();
  metadata.custom.emplace(std::move(key), from.all());
  const auto written = to_json(metadata);
  if (!accepted(written))
    return;
  require(is_utf8(*written), "JSON that is no UTF-8");
  const auto read = parse_stream_metadata(*written);
  require(read.has_value() && read->acl == metadata.acl, "other rights");
  require(read->custom.size() == 1 && read->custom.begin()->first == metadata.custom.begin()->first, "another key");
}

void check_append(source from) {
  const auto stream = from.text();
  const std::vector events{new_event::json(from.text(), from.text())};
  if (!accepted(policy::check_append(stream, stream_state::any, events)))
    return;
  for (const auto& message : wire::encode_batch_append(uuid{{1}}, stream, stream_state::any, events, std::nullopt)) {
    const auto sent = parsed<event_store::client::streams::BatchAppendReq>(message);
    require(sent.proposed_messages(0).metadata().at("type") == events[0].type, "another type");
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto silent = google::protobuf::SetLogHandler(nullptr);
  static_cast<void>(silent);
  if (size == 0)
    return 0;
  using check = void (*)(source);
  constexpr std::array<check, 8> checks{check_reason, check_groups,  check_users,    check_projections,
                                        check_filter, check_records, check_metadata, check_append};
  checks[data[0] % checks.size()]({data + 1, size - 1});
  return 0;
}
