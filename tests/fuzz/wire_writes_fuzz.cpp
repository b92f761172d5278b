// SPDX-License-Identifier: Apache-2.0

// Any bytes as the answer to a write other than a batch append, the first byte says which: nothing is accepted that protobuf refuses,
// and what is accepted says what protobuf reads.

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <string_view>

#include <google/protobuf/stubs/logging.h>

#include "event_store/client/streams.pb.h"
#include "kurrentdb/protocol/v2/streams/streams.pb.h"
#include "libkdb/wire/streams.hpp"
#include "libkdb/wire/v2_streams.hpp"

namespace {

namespace v1 = event_store::client::streams;
namespace v2 = kurrentdb::protocol::v2::streams;

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
  require(why.outcome_unknown, "the write may have happened");
}

template <class Message>
void check_deletion(const kdb::result<kdb::delete_result>& ours, std::string_view bytes) {
  Message theirs;
  require(ours.has_value() == parse(theirs, bytes), "protobuf does not agree");
  if (!ours)
    return check_failure(ours.error());
  require(ours->position.has_value() == theirs.has_position(), "a position");
  require(!ours->position || ours->position->commit == theirs.position().commit_position(), "another position");
}

/// `Streams` gives the entries of a message, and `Revision` the revision of one.
template <class Message, class Streams, class Revision>
void check_records(const kdb::result<kdb::records_result>& ours, std::string_view bytes, Streams streams, Revision revision) {
  Message theirs;
  const auto parsed = parse(theirs, bytes);
  if (!ours)
    return check_failure(ours.error());
  require(parsed, "protobuf does not agree");
  const auto& all = streams(theirs);
  require(ours->streams.size() == static_cast<std::size_t>(all.size()), "streams are missing");
  for (int i = 0; i < all.size(); ++i) {
    const auto& mine = ours->streams[static_cast<std::size_t>(i)];
    require(mine.name == all[i].stream(), "another stream");
    require(mine.revision.value == static_cast<std::uint64_t>(revision(all[i])), "another revision");
    require(mine.revision.value <= std::numeric_limits<std::int64_t>::max(), "a revision that no server has");
  }
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
  switch (*data % 4) {
    case 0: check_deletion<v1::DeleteResp>(kdb::wire::decode_delete(bytes), bytes); break;
    case 1: check_deletion<v1::TombstoneResp>(kdb::wire::decode_tombstone(bytes), bytes); break;
    case 2:
      check_records<v2::AppendSessionResponse>(
        kdb::wire::decode_append_session(bytes), bytes, [](const auto& all) -> const auto& { return all.output(); },
        [](const auto& each) { return each.stream_revision(); });
      break;
    default:
      check_records<v2::AppendRecordsResponse>(
        kdb::wire::decode_append_records(bytes), bytes, [](const auto& all) -> const auto& { return all.revisions(); },
        [](const auto& each) { return each.revision(); });
  }
  return 0;
}
