// SPDX-License-Identifier: Apache-2.0
#include <optional>
#include <utility>

#include "kdb/event_store/client/streams.pb.h"
#include "libkdb/wire/append_failure.hpp"
#include "libkdb/wire/parse_message.hpp"
#include "libkdb/wire/stream_failures.hpp"
#include "libkdb/wire/streams.hpp"
#include "libkdb/wire/uuid_reader.hpp"

// The replies of `streams.hpp`.
namespace kdb::inline v0::wire {

namespace v1 = event_store::client::streams;

namespace {

/// The number of the event that tombstones a stream, and of no other. An append of no events is answered with it, as if it were done.
constexpr stream_revision tombstone{(std::uint64_t{1} << 63) - 1};

result<append_result> unless_tombstoned(append_result done, std::string_view stream) {
  if (done.revision == tombstone)
    return unexpected(deleted(stream));
  return done;
}

unexpected refused(std::string_view reason) {
  return unexpected(error{.code = errc::protocol_error,
                          .message = "the server's answer to an append can't be understood: " + std::string{reason},
                          .outcome_unknown = true});
}

using append_wrong_version = v1::AppendResp::WrongExpectedVersion;

/// The newer fields first; servers before 21 fill only the older ones.
std::optional<stream_state> actual_state(const append_wrong_version& cause) {
  if (cause.current_revision_option_case() == append_wrong_version::kCurrentRevision)
    return stream_state::revision(cause.current_revision());
  if (cause.current_revision_option_case() == append_wrong_version::kCurrentNoStream)
    return stream_state::no_stream;
  if (cause.current_revision_option_20_6_0_case() == append_wrong_version::kCurrentRevision2060)
    return stream_state::revision(cause.current_revision_20_6_0());
  if (cause.current_revision_option_20_6_0_case() == append_wrong_version::kNoStream2060)
    return stream_state::no_stream;
  return std::nullopt;
}

stream_state expected_state(const append_wrong_version& cause) {
  switch (cause.expected_revision_option_case()) {
    case append_wrong_version::kExpectedRevision: return stream_state::revision(cause.expected_revision());
    case append_wrong_version::kExpectedStreamExists: return stream_state::exists;
    case append_wrong_version::kExpectedNoStream: return stream_state::no_stream;
    case append_wrong_version::kExpectedAny: return stream_state::any;
    case append_wrong_version::EXPECTED_REVISION_OPTION_NOT_SET: break;
  }
  if (cause.has_stream_exists_20_6_0())
    return stream_state::exists;
  // In this field "no stream" is 2^64-1, which is -1 as a state's number.
  if (cause.has_expected_revision_20_6_0())
    // Of that generation no stream is the largest number there is.
    return stream_state::from_number(static_cast<std::int64_t>(cause.expected_revision_20_6_0()));
  return stream_state::any;
}

/// `BatchAppendResp.Success` and the position in it.
struct success_fields {
  append_result done{};

  bool parse(std::string_view message) {
    field_reader in{message};
    while (in.next()) {
      switch (in.tag()) {
        case varint_tag(1): done.revision = stream_revision{in.number()}; break;
        case bytes_tag(2):
          if (!is_message(in.bytes()))
            return false;
          done.revision.reset();
          break;
        case bytes_tag(3):
          if (!parse_position(in.bytes()))
            return false;
          break;
        case bytes_tag(4):
          if (!is_message(in.bytes()))
            return false;
          done.position.reset();
          break;
        default:
          if (in.field() <= 4)
            return false;
      }
    }
    return !in.broken();
  }

private:
  bool parse_position(std::string_view message) {
    auto& position = done.position ? *done.position : done.position.emplace();
    field_reader in{message};
    while (in.next()) {
      switch (in.tag()) {
        case varint_tag(1): position.commit = in.number(); break;
        case varint_tag(2): position.prepare = in.number(); break;
        default:
          if (in.field() <= 2)
            return false;
      }
    }
    return !in.broken();
  }
};

/// `BatchAppendResp`: the one message about appends that comes often enough for a parser of its own. Of two errors in one message,
/// which no server sends, the last one counts; protobuf would merge them.
struct batch_append_fields {
  uuid_reader correlation{};
  std::optional<std::string_view> failed{};
  std::optional<success_fields> succeeded{};
  std::string_view stream{};

  bool parse(std::string_view message) {
    field_reader in{message};
    while (in.next()) {
      switch (in.tag()) {
        case bytes_tag(1):
          if (!correlation.read(in.bytes()))
            return false;
          break;
        case bytes_tag(2):
          succeeded.reset();
          failed = in.bytes();
          break;
        case bytes_tag(3):
          failed.reset();
          if (!(succeeded ? *succeeded : succeeded.emplace()).parse(in.bytes()))
            return false;
          break;
        case bytes_tag(4):
          if (!parse_stream(in.bytes()))
            return false;
          break;
        case varint_tag(5): break; // What was expected: no server tells.
        case bytes_tag(6):
        case bytes_tag(7):
        case bytes_tag(8):
          if (!is_message(in.bytes()))
            return false;
          break;
        default:
          if (in.field() <= 8)
            return false;
      }
    }
    return !in.broken();
  }

private:
  bool parse_stream(std::string_view message) {
    field_reader in{message};
    while (in.next()) {
      if (in.tag() == bytes_tag(3))
        stream = in.bytes();
      else if (in.field() == 3)
        return false;
    }
    return !in.broken();
  }
};

} // namespace

result<batch_append_reply> decode_batch_append(std::string_view message) {
  batch_append_fields reply;
  if (!reply.parse(message))
    return refused("it is not well-formed");
  uuid correlation;
  if (!reply.correlation.get(correlation))
    return refused("it does not say which append it is about");
  if (reply.succeeded)
    return batch_append_reply{.correlation = correlation, .outcome = unless_tombstoned(reply.succeeded->done, reply.stream)};
  if (!reply.failed)
    return refused("it tells neither success nor failure");
  auto cause = decode_append_failure(*reply.failed, reply.stream);
  if (!cause)
    return refused("its error is not well-formed");
  return batch_append_reply{.correlation = correlation, .outcome = unexpected(*std::move(cause))};
}

result<append_result> decode_append(std::string_view message, std::string_view stream) {
  v1::AppendResp reply;
  if (!parse_message(reply, message))
    return refused("it is not well-formed");
  if (reply.has_wrong_expected_version()) {
    const auto& cause = reply.wrong_expected_version();
    return unexpected(wrong_version(stream, expected_state(cause), actual_state(cause)));
  }
  if (!reply.has_success())
    return refused("it tells neither success nor failure");
  append_result done;
  if (reply.success().has_current_revision())
    done.revision = stream_revision{reply.success().current_revision()};
  if (reply.success().has_position())
    done.position = log_position{reply.success().position().commit_position(), reply.success().position().prepare_position()};
  return unless_tombstoned(done, stream);
}

} // namespace kdb::inline v0::wire
