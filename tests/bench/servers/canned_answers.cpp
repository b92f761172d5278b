// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/servers/canned_answers.hpp"

#include <random>

#include <event_store/client/persistent.pb.h>
#include <event_store/client/serverfeatures.pb.h>
#include <event_store/client/streams.pb.h>

namespace kdb::bench {

namespace {

namespace persistent = event_store::client::persistent_subscriptions;
namespace streams = event_store::client::streams;

constexpr std::int64_t created_ticks = 17'955'394'233'842'797;

void append_framed(std::string& out, const google::protobuf::MessageLite& message) {
  auto size = message.ByteSizeLong();
  out.push_back('\0');
  for (int shift : {24, 16, 8, 0})
    out.push_back(static_cast<char>(size >> shift));
  message.AppendToString(&out);
}

/// JSON text of exactly `size` bytes.
std::string payload(std::size_t size, std::size_t number) {
  auto text = R"({"order":)" + std::to_string(1'000'000 + number) + R"(,"customer":"c-4711","note":")";
  text.append(size > text.size() + 2 ? size - text.size() - 2 : 0, 'x');
  return text + "\"}";
}

void put_varint(std::string& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7)
    out.push_back(static_cast<char>(value | 0x80));
  out.push_back(static_cast<char>(value));
}

/// Walks the fields of one protobuf message.
class fields {
public:
  explicit fields(std::string_view message) : rest_{message} {}

  bool next() {
    if (rest_.empty())
      return false;
    auto tag = varint();
    number = static_cast<unsigned>(tag >> 3);
    switch (tag & 7) {
      case 0: value = varint(); return true;
      case 1: return take(8);
      case 2: return take(varint());
      case 5: return take(4);
      default: return false;
    }
  }

  unsigned number = 0;
  std::uint64_t value = 0;
  std::string_view bytes;

private:
  std::uint64_t varint() {
    std::uint64_t result = 0;
    for (unsigned shift = 0; !rest_.empty() && shift < 64; shift += 7) {
      auto byte = static_cast<std::uint8_t>(rest_.front());
      rest_.remove_prefix(1);
      result |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
      if (byte < 0x80)
        break;
    }
    return result;
  }

  bool take(std::uint64_t size) {
    if (size > rest_.size())
      return false;
    bytes = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return true;
  }

  std::string_view rest_;
};

} // namespace

namespace {

/// `count` events, each put into a message of that type.
template <class Message>
replay make_replay(std::size_t count, std::size_t data_size) {
  std::mt19937_64 random{4711};
  replay result;
  std::uint64_t position = 100'000;
  for (std::size_t i = 0; i < count; ++i) {
    Message message;
    auto& event = *message.mutable_event()->mutable_event();
    event.mutable_id()->mutable_structured()->set_most_significant_bits(static_cast<std::int64_t>(random()));
    event.mutable_id()->mutable_structured()->set_least_significant_bits(static_cast<std::int64_t>(random()));
    event.mutable_stream_identifier()->set_stream_name("order-2f6c1e9a");
    event.set_stream_revision(i);
    event.set_prepare_position(position);
    event.set_commit_position(position);
    auto& metadata = *event.mutable_metadata();
    metadata["type"] = "order-placed";
    metadata["created"] = std::to_string(created_ticks + static_cast<std::int64_t>(i) * 1'000);
    metadata["content-type"] = "application/json";
    event.set_custom_metadata(R"({"$correlationId":"c-17","user":"u-42"})");
    event.set_data(payload(data_size, i));
    message.mutable_event()->set_commit_position(position);
    position += data_size + 160;
    append_framed(result.bytes, message);
    result.ends.push_back(result.bytes.size());
  }
  return result;
}

} // namespace

replay make_read_replay(std::size_t count, std::size_t data_size) {
  return make_replay<streams::ReadResp>(count, data_size);
}

replay make_consume_replay(std::size_t count, std::size_t data_size) {
  return make_replay<persistent::ReadResp>(count, data_size);
}

std::string supported_methods() {
  event_store::client::server_features::SupportedMethods answer;
  answer.set_event_store_server_version("26.2.0");
  auto add = [&](const char* method, std::initializer_list<const char*> features) {
    auto& entry = *answer.add_methods();
    entry.set_method_name(method);
    entry.set_service_name("event_store.client.streams.streams");
    for (auto* feature : features)
      entry.add_features(feature);
  };
  add("read", {"position", "events"});
  add("append", {});
  add("batchappend", {"deadline_duration"});
  auto& records = *answer.add_methods();
  records.set_method_name("appendrecords");
  records.set_service_name("kurrentdb.protocol.v2.streams.streamsservice");
  return answer.SerializeAsString();
}

std::string subscription_confirmation() {
  streams::ReadResp message;
  message.mutable_confirmation()->set_subscription_id("8d3c2e0a-52f7-4f0f-9d39-7b7f1f7f8f10");
  return message.SerializeAsString();
}

std::string caught_up_message() {
  streams::ReadResp message;
  message.mutable_caught_up()->mutable_timestamp()->set_seconds(1'795'539'423);
  return message.SerializeAsString();
}

std::string consumer_confirmation() {
  persistent::ReadResp message;
  message.mutable_subscription_confirmation()->set_subscription_id("8d3c2e0a-52f7-4f0f-9d39-7b7f1f7f8f10");
  return message.SerializeAsString();
}

read_request parse_read_request(std::string_view message) {
  streams::ReadReq request;
  request.ParseFromArray(message.data(), static_cast<int>(message.size()));
  const auto& options = request.options();
  return {.stream = options.stream().stream_identifier().stream_name(),
          .subscription = options.has_subscription(),
          .from_start = options.stream().has_start(),
          .count = options.count()};
}

consume_request parse_consume_request(std::string_view message) {
  consume_request found;
  for (fields content{message}; content.next();)
    for (fields field{content.bytes}; field.next();) {
      if (content.number == 1 && field.number == 3)
        found.buffer = field.value;
      else if (content.number != 1 && field.number == 2)
        ++found.answered;
    }
  return found;
}

std::string records_answer(std::string_view request) {
  std::string_view stream;
  for (fields field{request}; field.next();)
    if (field.number == 1)
      for (fields record{field.bytes}; record.next();)
        if (record.number == 5)
          stream = record.bytes;
  std::string revision;
  revision.push_back('\x0a'); // stream
  put_varint(revision, stream.size());
  revision.append(stream);
  revision.append(std::string_view{"\x10\x02", 2}); // revision 1, in zigzag
  std::string answer;
  answer.push_back('\x0a'); // revisions
  put_varint(answer, revision.size());
  answer.append(revision);
  answer.append(std::string_view{"\x10\x80\x08", 3}); // position 512
  return answer;
}

std::optional<std::string_view> batch_answers::answer(std::string_view request) {
  std::string_view id, stream;
  bool final = false;
  for (fields field{request}; field.next();) {
    if (field.number == 1)
      id = field.bytes;
    else if (field.number == 4)
      final = field.value != 0;
    else if (field.number == 2)
      for (fields option{field.bytes}; option.next();)
        if (option.number == 1)
          stream = option.bytes;
  }
  if (!final)
    return std::nullopt;
  position_ += 512;
  std::string position;
  position.push_back('\x08');
  put_varint(position, position_);
  position.push_back('\x10');
  put_varint(position, position_);
  out_.clear();
  out_.push_back('\x0a'); // correlation_id
  put_varint(out_, id.size());
  out_.append(id);
  out_.push_back('\x1a'); // success
  put_varint(out_, position.size() + 4);
  out_.append(std::string_view{"\x08\x00\x1a", 3}); // current_revision 0, position
  out_.push_back(static_cast<char>(position.size()));
  out_.append(position);
  out_.push_back('\x22'); // stream_identifier
  put_varint(out_, stream.size());
  out_.append(stream);
  stream_.clear();
  for (fields name{stream}; name.next();)
    stream_ = name.bytes;
  return out_;
}

std::size_t batch_answers::events_in(std::string_view request) {
  request_ = request;
  std::size_t count = 0;
  for (fields field{request_}; field.next();)
    count += field.number == 3;
  return count;
}

std::string batch_answers::event(std::size_t index) {
  streams::BatchAppendReq request;
  request.ParseFromString(request_);
  auto& proposed = request.proposed_messages(static_cast<int>(index));
  streams::ReadResp message;
  auto& event = *message.mutable_event()->mutable_event();
  *event.mutable_id() = proposed.id();
  *event.mutable_stream_identifier() = request.options().stream_identifier();
  event.set_stream_revision(position_ / 512);
  event.set_prepare_position(position_);
  event.set_commit_position(position_);
  *event.mutable_metadata() = proposed.metadata();
  (*event.mutable_metadata())["created"] = std::to_string(created_ticks);
  event.set_custom_metadata(proposed.custom_metadata());
  event.set_data(proposed.data());
  message.mutable_event()->set_commit_position(position_);
  return message.SerializeAsString();
}

} // namespace kdb::bench
