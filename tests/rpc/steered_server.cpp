// SPDX-License-Identifier: Apache-2.0
#include "tests/rpc/steered_server.hpp"

#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include <atomic>
#include <chrono>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <sstream>
#include <stdexcept>

#include <event_store/client/persistent.pb.h>
#include <event_store/client/streams.pb.h>

namespace kdb::test {

namespace {

namespace v1 = event_store::client::streams;
namespace persistent = event_store::client::persistent_subscriptions;

grpc::ByteBuffer to_buffer(const std::string& bytes) {
  grpc::Slice slice{bytes};
  return {&slice, 1};
}

std::string to_string(const grpc::ByteBuffer& buffer) {
  std::vector<grpc::Slice> slices;
  if (!buffer.Dump(&slices).ok())
    throw std::runtime_error{"a message that can't be read"};
  std::string bytes;
  for (const auto& slice : slices)
    bytes.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  return bytes;
}

std::string event_message(std::uint64_t number, std::size_t size) {
  v1::ReadResp message;
  auto& event = *message.mutable_event()->mutable_event();
  event.mutable_id()->mutable_structured()->set_most_significant_bits(1);
  event.mutable_id()->mutable_structured()->set_least_significant_bits(static_cast<std::int64_t>(number + 1));
  event.mutable_stream_identifier()->set_stream_name("s");
  event.set_stream_revision(number);
  event.set_commit_position(number);
  event.set_prepare_position(number);
  (*event.mutable_metadata())["type"] = "t";
  (*event.mutable_metadata())["content-type"] = "application/octet-stream";
  (*event.mutable_metadata())["created"] = "17325432101234567";
  event.set_data(std::string(size, 'x'));
  return message.SerializeAsString();
}

std::string confirmation() {
  v1::ReadResp message;
  message.mutable_confirmation()->set_subscription_id("7");
  return message.SerializeAsString();
}

std::string group_confirmation() {
  persistent::ReadResp message;
  message.mutable_subscription_confirmation()->set_subscription_id("s::g");
  return message.SerializeAsString();
}

std::string missing() {
  v1::ReadResp message;
  message.mutable_stream_not_found()->mutable_stream_identifier()->set_stream_name("s");
  return message.SerializeAsString();
}

std::string reply_to(const v1::BatchAppendReq& request, std::uint64_t revision) {
  v1::BatchAppendResp reply;
  *reply.mutable_correlation_id() = request.correlation_id();
  reply.mutable_success()->set_current_revision(revision);
  reply.mutable_success()->mutable_position()->set_commit_position(revision);
  reply.mutable_success()->mutable_position()->set_prepare_position(revision);
  return reply.SerializeAsString();
}

/// What all calls count.
struct counters {
  std::atomic<std::uint64_t> written{0};
  std::atomic<std::size_t> open{0};
  std::atomic<std::size_t> all{0};
  mutable std::mutex mutex;
  std::vector<std::string> appended;
  std::vector<std::string> answers;
  std::map<std::string, std::string> metadata;
};

/// One call. Reads and writes go on independently; everything else happens under the mutex.
class reactor final : public grpc::ServerGenericBidiReactor {
public:
  reactor(grpc::GenericCallbackServerContext& context, counters& counts) : context_{context}, counts_{counts} {
    ++counts_.open;
    ++counts_.all;
    {
      std::lock_guard lock{counts_.mutex};
      counts_.metadata.clear();
      for (const auto& [key, value] : context.client_metadata())
        counts_.metadata.emplace(std::string{key.data(), key.size()}, std::string{value.data(), value.size()});
    }
    is_consume_ = context.method().ends_with("PersistentSubscriptions/Read");
    is_read_ = !is_consume_ && context.method().ends_with("/Read");
    is_batch_append_ = context.method().ends_with("/BatchAppend");
    if (!is_read_ && !is_batch_append_ && !is_consume_)
      steer(context.method().substr(context.method().rfind('/') + 1));
    StartRead(&incoming_);
  }

private:
  void OnReadDone(bool ok) override {
    std::unique_lock lock{mutex_};
    if (!ok) {
      if (!is_read_)
        client_is_done_ = true;
      proceed(lock);
      return;
    }
    const auto bytes = to_string(incoming_);
    if (is_read_)
      on_read_request(bytes);
    else if (is_consume_)
      on_consumer_message(bytes);
    else if (is_batch_append_)
      on_chunk(bytes);
    else
      out_.push_back(bytes);
    proceed(lock);
    if (!finished_)
      StartRead(&incoming_);
  }

  void on_read_request(const std::string& bytes) {
    v1::ReadReq request;
    if (!request.ParseFromString(bytes))
      throw std::runtime_error{"no ReadReq"};
    steer(request.options().stream().stream_identifier().stream_name());
    client_is_done_ = true;
  }

  /// The events that follow read the same in both services.
  void on_consumer_message(const std::string& bytes) {
    if (!std::exchange(joined_, true)) {
      persistent::ReadReq request;
      if (!request.ParseFromString(bytes))
        throw std::runtime_error{"no ReadReq of a consumer"};
      steer(request.options().stream_identifier().stream_name());
      return;
    }
    std::lock_guard lock{counts_.mutex};
    counts_.answers.push_back(bytes);
  }

  void on_chunk(const std::string& bytes) {
    v1::BatchAppendReq request;
    if (!request.ParseFromString(bytes))
      throw std::runtime_error{"no BatchAppendReq"};
    std::uint64_t revision = 0;
    {
      std::lock_guard lock{counts_.mutex};
      for (const auto& event : request.proposed_messages()) {
        counts_.appended.push_back(event.metadata().at("type"));
        revision = std::stoull(counts_.appended.back());
      }
    }
    const auto& name = request.options().stream_identifier().stream_name();
    if (name.find("end=") != std::string::npos)
      steer(name);
    else if (request.is_final() && name.find("mute") == std::string::npos)
      out_.insert(out_.end(), name.find("flood") == std::string::npos ? 1 : 1000, reply_to(request, revision));
  }

  void steer(const std::string& text) {
    std::istringstream words{text};
    for (std::string word; std::getline(words, word, '+');)
      script_.push_back(word);
  }

  /// The next message of the script; nothing when it pauses or is over.
  std::optional<std::string> next_message() {
    while (!script_.empty()) {
      const auto word = script_.front();
      if (const auto times = word.find('*'); times != std::string::npos) {
        const auto count = word.substr(0, times);
        const auto size = std::stoull(word.substr(times + 1));
        if (count.empty() || sent_of_word_ < std::stoull(count)) {
          ++sent_of_word_;
          return event_message(sent_++, size);
        }
        sent_of_word_ = 0;
        script_.pop_front();
        continue;
      }
      if (word == "hang")
        return std::nullopt;
      if (word.starts_with("end=")) {
        end_ = std::stoi(word.substr(4));
        return std::nullopt;
      }
      script_.pop_front();
      if (word == "confirm")
        return is_consume_ ? group_confirmation() : confirmation();
      if (word == "nothing")
        return std::string{};
      if (word == "missing")
        return missing();
      if (word == "garbage")
        return std::string{"\x0a\xff\xff\xff\xff\x7f no message"};
      if (word == "headers" && !headers_sent_) {
        headers_sent_ = true;
        StartSendInitialMetadata();
      }
    }
    over_ = true;
    return std::nullopt;
  }

  void proceed(std::unique_lock<std::mutex>&) {
    if (writing_ || finished_)
      return;
    if (cancelled_) {
      finish({grpc::StatusCode::CANCELLED, "the client is gone"});
      return;
    }
    if (!out_.empty()) {
      write(out_.front());
      out_.pop_front();
      return;
    }
    if (auto message = next_message()) {
      write(*message);
      return;
    }
    if (end_)
      finish(*end_ == 0 ? grpc::Status::OK : grpc::Status{static_cast<grpc::StatusCode>(*end_), "scripted"});
    else if (over_ && client_is_done_)
      finish(grpc::Status::OK);
  }

  void write(const std::string& bytes) {
    writing_ = true;
    outgoing_ = to_buffer(bytes);
    StartWrite(&outgoing_);
  }

  void finish(const grpc::Status& status) {
    finished_ = true;
    if (status.error_code() == grpc::StatusCode::FAILED_PRECONDITION) {
      context_.AddTrailingMetadata("exception", "stream-deleted");
      context_.AddTrailingMetadata("stream-name", "gone");
    }
    Finish(status);
  }

  void OnWriteDone(bool ok) override {
    std::unique_lock lock{mutex_};
    writing_ = false;
    if (ok)
      ++counts_.written;
    else
      cancelled_ = true;
    proceed(lock);
  }

  void OnCancel() override {
    std::unique_lock lock{mutex_};
    cancelled_ = true;
    proceed(lock);
  }

  void OnDone() override {
    --counts_.open;
    delete this;
  }

  grpc::GenericCallbackServerContext& context_;
  counters& counts_;
  bool is_read_ = false;
  bool is_consume_ = false;
  bool joined_ = false; // The consumer has said what it wants.
  bool is_batch_append_ = false;
  std::mutex mutex_;
  std::deque<std::string> script_;
  std::deque<std::string> out_;
  std::uint64_t sent_ = 0;
  std::uint64_t sent_of_word_ = 0;
  std::optional<int> end_;
  bool over_ = false;
  bool client_is_done_ = false;
  bool headers_sent_ = false;
  bool writing_ = false;
  bool cancelled_ = false;
  bool finished_ = false;
  grpc::ByteBuffer incoming_;
  grpc::ByteBuffer outgoing_;
};

class service final : public grpc::CallbackGenericService {
public:
  explicit service(counters& counts) : counts_{counts} {}
  grpc::ServerGenericBidiReactor* CreateReactor(grpc::GenericCallbackServerContext* context) override {
    return new reactor{*context, counts_};
  }

private:
  counters& counts_;
};

} // namespace

struct steered_server::impl {
  counters counts;
  service serving{counts};
  int port = 0;
  std::unique_ptr<grpc::Server> server;
};

steered_server::steered_server() : impl_{std::make_unique<impl>()} {
  grpc::ServerBuilder builder;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &impl_->port);
  builder.RegisterCallbackGenericService(&impl_->serving);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, 100);
  builder.SetMaxReceiveMessageSize(-1);
  impl_->server = builder.BuildAndStart();
  if (!impl_->server)
    throw std::runtime_error{"no server"};
}

steered_server::~steered_server() {
  stop();
}

std::uint16_t steered_server::port() const {
  return static_cast<std::uint16_t>(impl_->port);
}

std::uint64_t steered_server::written() const {
  return impl_->counts.written;
}

std::size_t steered_server::open_calls() const {
  return impl_->counts.open;
}

std::size_t steered_server::calls() const {
  return impl_->counts.all;
}

std::vector<std::string> steered_server::appended() const {
  std::lock_guard lock{impl_->counts.mutex};
  return impl_->counts.appended;
}

std::vector<std::string> steered_server::answers() const {
  std::lock_guard lock{impl_->counts.mutex};
  return impl_->counts.answers;
}

std::string steered_server::metadata(const std::string& key) const {
  std::lock_guard lock{impl_->counts.mutex};
  const auto found = impl_->counts.metadata.find(key);
  return found == impl_->counts.metadata.end() ? std::string{} : found->second;
}

void steered_server::stop() {
  if (!impl_->server)
    return;
  impl_->server->Shutdown(std::chrono::system_clock::now());
  impl_->server->Wait();
  impl_->server.reset();
}

} // namespace kdb::test
