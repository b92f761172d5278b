// SPDX-License-Identifier: Apache-2.0

// Any bytes as an answer about users, groups or projections, or as a consumer's message, the first byte says which: nothing is accepted that protobuf
// refuses, and what is accepted says what protobuf reads.

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include <google/protobuf/stubs/logging.h>
#include <nlohmann/json.hpp>

#include "event_store/client/persistent.pb.h"
#include "event_store/client/projections.pb.h"
#include "event_store/client/users.pb.h"
#include "kurrentdb/protocol/v2/indexes/service.pb.h"
#include "libkdb/wire/consume.hpp"
#include "libkdb/wire/groups.hpp"
#include "libkdb/wire/indexes.hpp"
#include "libkdb/wire/projections.hpp"
#include "libkdb/wire/users.hpp"

namespace {

namespace persistent = event_store::client::persistent_subscriptions;
namespace projections = event_store::client::projections;
namespace users = event_store::client::users;

void require(bool holds, const char* what) {
  if (holds)
    return;
  std::fprintf(stderr, "%s\n", what);
  std::abort();
}

template <class Message>
bool parse(Message& message, std::string_view bytes) {
  return message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
}

void check_failure(const kdb::error& why) {
  require(why.code == kdb::errc::protocol_error && !why.message.empty(), "a refusal that says nothing");
}

void check_user(std::string_view bytes) {
  const auto ours = kdb::wire::decode_user(bytes);
  users::DetailsResp theirs;
  require(ours.has_value() == (parse(theirs, bytes) && theirs.has_user_details()), "protobuf does not agree");
  if (!ours)
    return check_failure(ours.error());
  const auto& user = theirs.user_details();
  require(ours->login_name == user.login_name() && ours->full_name == user.full_name(), "another name");
  require(ours->groups.size() == static_cast<std::size_t>(user.groups_size()), "groups are missing");
  require(ours->disabled == user.disabled(), "disabled");
  require(ours->last_updated.has_value() == user.has_last_updated(), "a time");
  require(!ours->last_updated || ours->last_updated->time_since_epoch().count() == user.last_updated().ticks_since_epoch(),
          "another time");
}

void check_group(const kdb::group_info& ours, const persistent::SubscriptionInfo& theirs) {
  require(ours.name.stream == theirs.event_source() && ours.name.group == theirs.group_name(), "another group");
  require(ours.connections.size() == static_cast<std::size_t>(theirs.connections_size()), "connections are missing");
  require(ours.parked == theirs.parked_message_count(), "other parked events");
}

void check_info(std::string_view bytes) {
  const auto ours = kdb::wire::decode_info(bytes);
  persistent::GetInfoResp theirs;
  require(ours.has_value() == parse(theirs, bytes), "protobuf does not agree");
  if (!ours)
    return check_failure(ours.error());
  check_group(*ours, theirs.subscription_info());
}

void check_list(std::string_view bytes) {
  const auto ours = kdb::wire::decode_list(bytes);
  persistent::ListResp theirs;
  require(ours.has_value() == parse(theirs, bytes), "protobuf does not agree");
  if (!ours)
    return check_failure(ours.error());
  require(ours->size() == static_cast<std::size_t>(theirs.subscriptions_size()), "groups are missing");
  for (int i = 0; i < theirs.subscriptions_size(); ++i)
    check_group((*ours)[static_cast<std::size_t>(i)], theirs.subscriptions(i));
}

void check_projection(std::string_view bytes) {
  const auto ours = kdb::wire::decode_projections({std::string{bytes}});
  projections::StatisticsResp theirs;
  require(ours.has_value() == (parse(theirs, bytes) && theirs.has_details()), "protobuf does not agree");
  if (!ours)
    return check_failure(ours.error());
  require(ours->front().name == theirs.details().name() && ours->front().status == theirs.details().status(), "another name");
}

void check_state(std::string_view bytes) {
  const auto ours = kdb::wire::decode_projection_state(bytes);
  projections::StateResp theirs;
  require(ours.has_value() == parse(theirs, bytes), "protobuf does not agree");
  if (!ours)
    return check_failure(ours.error());
  require(nlohmann::json::accept(*ours), "no JSON");
}

// Behind those of all other messages, which a corpus has.
constexpr std::uint8_t kind_of_indexes = 0xff;

void check_indexes(std::string_view bytes) {
  const auto ours = kdb::wire::decode_indexes(bytes);
  kurrentdb::protocol::v2::indexes::ListIndexesResponse theirs;
  const bool parsed = parse(theirs, bytes);
  if (!ours)
    return check_failure(ours.error());
  require(parsed, "protobuf does not agree");
  require(ours->size() == static_cast<std::size_t>(theirs.indexes_size()), "indexes are missing");
  for (int i = 0; i < theirs.indexes_size(); ++i)
    require((*ours)[static_cast<std::size_t>(i)].name == theirs.indexes(i).name(), "another name");
}

void check_consumed(std::string_view bytes) {
  kdb::wire::consumed_builder builder;
  const auto room = builder.reserve(bytes.size());
  std::copy(bytes.begin(), bytes.end(), room.begin());
  const auto ours = builder.add(room);
  persistent::ReadResp theirs;
  if (!ours)
    return check_failure(ours.error());
  require(parse(theirs, bytes), "protobuf does not agree");
  const auto taken = builder.take();
  require(taken.retries.size() == (theirs.has_event() ? 1u : 0u), "an event too many, or too few");
  require(taken.retries.empty() || theirs.event().count_case() != persistent::ReadResp::ReadEvent::kRetryCount ||
            taken.retries.front() == static_cast<std::uint32_t>(theirs.event().retry_count()),
          "another count");
}

} // namespace

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  google::protobuf::SetLogHandler(nullptr); // One line for each text that is not UTF-8.
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0)
    return 0;
  const std::string_view bytes{reinterpret_cast<const char*>(data + 1), size - 1};
  if (*data == kind_of_indexes) {
    check_indexes(bytes);
    return 0;
  }
  switch (*data % 6) {
    case 0: check_user(bytes); break;
    case 1: check_info(bytes); break;
    case 2: check_list(bytes); break;
    case 3: check_consumed(bytes); break;
    case 4: check_projection(bytes); break;
    default: check_state(bytes);
  }
  return 0;
}
