// SPDX-License-Identifier: Apache-2.0

// Any bytes as one of the other answers of a server, the first byte says which: none breaks anything, every failure has a message, and
// what is said of an append is what protobuf reads.

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include <google/protobuf/stubs/logging.h>

#include "event_store/client/streams.pb.h"
#include "libkdb/wire/call_status.hpp"
#include "libkdb/wire/gossip.hpp"
#include "libkdb/wire/server_features.hpp"
#include "libkdb/wire/streams.hpp"

namespace {

void require(bool holds, const char* what) {
  if (holds)
    return;
  std::fprintf(stderr, "%s\n", what);
  std::abort();
}

void check_batch_append(std::string_view bytes) {
  const auto ours = kdb::wire::decode_batch_append(bytes);
  event_store::client::streams::BatchAppendResp theirs;
  if (!ours || !theirs.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
    return;
  require(ours->outcome.has_value() == theirs.has_success(), "success and failure confused");
  if (!ours->outcome) {
    require(!ours->outcome.error().message.empty(), "a failure without a message");
    return;
  }
  const auto& success = theirs.success();
  require(ours->outcome->revision.has_value() == success.has_current_revision(), "revision");
  require(ours->outcome->position.has_value() == success.has_position(), "position");
  require(!ours->outcome->revision || ours->outcome->revision->value == success.current_revision(), "another revision");
  require(!ours->outcome->position || ours->outcome->position->commit == success.position().commit_position(),
          "another position");
}

void check_status(std::string_view bytes) {
  kdb::wire::call_status status{.code = 1 + static_cast<int>(bytes.size() % 17), .message = std::string{bytes}};
  require(!to_error(status, kdb::wire::request_kind::write).message.empty(), "an error without a message");
  status.trailers = {{"grpc-status-details-bin", std::string{bytes}}};
  require(!to_error(status, kdb::wire::request_kind::write).message.empty(), "an error without a message");
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
  switch (*data % 5) {
    case 0: check_batch_append(bytes); break;
    case 1: check_status(bytes); break;
    case 2: (void)kdb::wire::decode_append(bytes, "stream"); break;
    case 3: (void)kdb::wire::decode_gossip(bytes); break;
    default: (void)kdb::wire::decode_server_features(bytes);
  }
  return 0;
}
