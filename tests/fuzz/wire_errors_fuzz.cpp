// SPDX-License-Identifier: Apache-2.0

// Any details of an error. The first byte says how they come: as a rich status with any bytes, as one with a known reason and a known
// type of details, or as trailers with a known exception. Each gives one error, with a message, and with the detail of its code.

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include <google/protobuf/stubs/logging.h>

#include "google_rpc/error_details.pb.h"
#include "google_rpc/status.pb.h"
#include "libkdb/wire/call_status.hpp"
#include "libkdb/wire/rich_status.hpp"

namespace {

constexpr const char* reasons[] = {"STREAM_NOT_FOUND",
                                   "STREAM_DELETED",
                                   "STREAM_ALREADY_EXISTS",
                                   "STREAM_TOMBSTONED",
                                   "STREAM_REVISION_CONFLICT",
                                   "APPEND_RECORD_SIZE_EXCEEDED",
                                   "APPEND_TRANSACTION_SIZE_EXCEEDED",
                                   "STREAM_ALREADY_IN_APPEND_SESSION",
                                   "APPEND_SESSION_NO_REQUESTS",
                                   "APPEND_CONSISTENCY_VIOLATION",
                                   "INDEX_NOT_FOUND",
                                   "INDEX_ALREADY_EXISTS",
                                   "INDEXES_NOT_READY",
                                   "SECONDARY_INDEXING_DISABLED",
                                   "ACCESS_DENIED",
                                   "BAD_REQUEST",
                                   "NOT_LEADER_NODE",
                                   "OPERATION_TIMEOUT",
                                   "SERVER_NOT_READY",
                                   "SERVER_OVERLOADED",
                                   "SERVER_SHUTTING_DOWN",
                                   "SERVER_MALFUNCTION",
                                   "NOT_KNOWN"};

constexpr const char* types[] = {"kurrentdb.protocol.v2.streams.errors.StreamNotFoundErrorDetails",
                                 "kurrentdb.protocol.v2.streams.errors.StreamDeletedErrorDetails",
                                 "kurrentdb.protocol.v2.streams.errors.StreamAlreadyExistsErrorDetails",
                                 "kurrentdb.protocol.v2.streams.errors.StreamTombstonedErrorDetails",
                                 "kurrentdb.protocol.v2.streams.errors.StreamRevisionConflictErrorDetails",
                                 "kurrentdb.protocol.v2.streams.errors.AppendRecordSizeExceededErrorDetails",
                                 "kurrentdb.protocol.v2.streams.errors.AppendTransactionSizeExceededErrorDetails",
                                 "kurrentdb.protocol.v2.streams.errors.StreamAlreadyInAppendSessionErrorDetails",
                                 "kurrentdb.protocol.v2.streams.errors.AppendConsistencyViolationErrorDetails",
                                 "kurrentdb.protocol.v2.indexes.errors.IndexNotFoundErrorDetails",
                                 "kurrentdb.protocol.v2.indexes.errors.IndexAlreadyExistsErrorDetails",
                                 "kurrent.rpc.NotLeaderNodeErrorDetails",
                                 "google.rpc.BadRequest",
                                 "google.rpc.ErrorInfo"};

constexpr const char* exceptions[] = {"access-denied",
                                      "not-leader",
                                      "stream-deleted",
                                      "stream-not-found",
                                      "wrong-expected-version",
                                      "invalid-transaction",
                                      "maximum-append-size-exceeded",
                                      "maximum-append-event-size-exceeded",
                                      "missing-required-metadata-property",
                                      "index-not-found",
                                      "persistent-subscription-failed",
                                      "persistent-subscription-does-not-exist",
                                      "persistent-subscription-exists",
                                      "maximum-subscribers-reached",
                                      "persistent-subscription-dropped",
                                      "user-not-found",
                                      "user-conflict",
                                      "scavenge-not-found",
                                      "not-known"};

constexpr const char* trailers[] = {"leader-endpoint-host",
                                    "leader-endpoint-port",
                                    "stream-name",
                                    "expected-version",
                                    "actual-version",
                                    "maximum-append-size",
                                    "maximum-append-event-size",
                                    "proposed-append-event-size",
                                    "event-id",
                                    "required-metadata-properties",
                                    "index-name",
                                    "group-name",
                                    "login-name",
                                    "grpc-status-details-bin"};

void require(bool holds, const char* what, const kdb::error& why) {
  if (holds)
    return;
  std::fprintf(stderr, "%s: %s\n", what, to_string(why).c_str());
  std::abort();
}

template <class Detail>
void require_detail(const kdb::error& why) {
  require(why.get<Detail>() != nullptr, "an error without its detail", why);
}

void check(const kdb::error& why) {
  using kdb::errc;
  require(!why.message.empty(), "an error without a message", why);
  require(kdb::to_string(why.code) != "unknown", "a code without a name", why);
  switch (why.code) {
    case errc::wrong_expected_version: return require_detail<kdb::version_mismatch>(why);
    case errc::stream_deleted:
    case errc::stream_already_exists:
    case errc::stream_already_in_session: return require_detail<kdb::stream_name>(why);
    case errc::consistency_violation: return require_detail<kdb::violations>(why);
    case errc::index_exists: return require_detail<kdb::index_name>(why);
    case errc::not_leader:
      if (const auto* node = why.get<kdb::leader>())
        require(!node->host.empty() && node->port != 0, "a leader that can't be reached", why);
      return;
    default: return;
  }
}

/// Takes one byte off the front.
std::uint8_t take(std::string_view& bytes) {
  if (bytes.empty())
    return 0;
  const auto first = static_cast<std::uint8_t>(bytes.front());
  bytes.remove_prefix(1);
  return first;
}

template <std::size_t N>
const char* choose(const char* const (&names)[N], std::string_view& bytes) {
  return names[take(bytes) % N];
}

std::string known_details(std::string_view bytes) {
  google_rpc::Status status;
  status.set_code(take(bytes) % 17);
  google_rpc::ErrorInfo info;
  info.set_reason(choose(reasons, bytes));
  auto& first = *status.add_details();
  first.set_type_url("type.googleapis.com/google.rpc.ErrorInfo");
  first.set_value(info.SerializeAsString());
  auto& second = *status.add_details();
  second.set_type_url(std::string{"type.googleapis.com/"} + choose(types, bytes));
  second.set_value(std::string{bytes});
  return status.SerializeAsString();
}

kdb::wire::call_status known_trailers(std::string_view bytes) {
  kdb::wire::call_status status{.code = take(bytes) % 17};
  status.trailers.emplace_back("exception", choose(exceptions, bytes));
  while (!bytes.empty()) {
    const auto* key = choose(trailers, bytes);
    const auto value = bytes.substr(0, take(bytes));
    bytes.remove_prefix(std::min(bytes.size(), value.size()));
    status.trailers.emplace_back(key, std::string{value});
  }
  return status;
}

kdb::wire::call_status to_status(std::uint8_t how, std::string_view bytes) {
  if (how % 3 == 2)
    return known_trailers(bytes);
  kdb::wire::call_status status{.code = 2};
  status.trailers.emplace_back("grpc-status-details-bin", how % 3 == 0 ? std::string{bytes} : known_details(bytes));
  return status;
}

} // namespace

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  google::protobuf::SetLogHandler(nullptr); // One line for each text that is not UTF-8.
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0)
    return 0;
  auto status = to_status(*data, {reinterpret_cast<const char*>(data + 1), size - 1});
  if (status.code == 0)
    status.code = 2; // Only failures become errors.
  using kind = kdb::wire::request_kind;
  for (const auto each : {kind::read, kind::subscription, kind::write})
    for (const auto started : {false, true})
      check(to_error(status, each, started));
  return 0;
}
