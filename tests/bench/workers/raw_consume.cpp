// SPDX-License-Identifier: Apache-2.0

// A consumer's call driven by a completion queue, with generated classes: events are acknowledged so many at a time. Beside it, for
// latencies, a BatchAppend call on the same queue.

#include "tests/bench/workers/raw_channel.hpp"
#include "tests/bench/workers/worker.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <stdexcept>

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/completion_queue.h>

#include <event_store/client/persistent.grpc.pb.h>
#include <event_store/client/streams.grpc.pb.h>

#include <kdb/uuid.hpp>

#include "tests/bench/workers/consuming.hpp"

namespace kdb::bench {

namespace {

namespace persistent = event_store::client::persistent_subscriptions;
namespace streams = event_store::client::streams;
using clock = std::chrono::steady_clock;

void check(const grpc::Status& status, const char* what) {
  if (!status.ok())
    throw std::runtime_error{std::string{what} + ": " + status.error_message()};
}

/// A group of a stream that is there as long as this.
class raw_group {
public:
  raw_group(persistent::PersistentSubscriptions::Stub& stub, const std::string& stream, bool from_start)
    : stub_{stub}, stream_{stream}, name_{to_string(random_uuid())} {
    persistent::CreateReq request;
    auto& options = *request.mutable_options();
    options.set_group_name(name_);
    options.mutable_stream()->mutable_stream_identifier()->set_stream_name(stream);
    if (from_start)
      options.mutable_stream()->mutable_start();
    else
      options.mutable_stream()->mutable_end();
    const auto how = group_to_consume();
    auto& settings = *options.mutable_settings();
    settings.set_max_retry_count(how.max_retries);
    settings.set_min_checkpoint_count(how.min_checkpoint);
    settings.set_max_checkpoint_count(how.max_checkpoint);
    settings.set_live_buffer_size(how.live_buffer);
    settings.set_read_batch_size(how.read_batch);
    settings.set_history_buffer_size(how.history_buffer);
    settings.set_message_timeout_ms(static_cast<std::int32_t>(how.message_timeout.count()));
    settings.set_checkpoint_after_ms(static_cast<std::int32_t>(how.checkpoint_after.count()));
    settings.set_consumer_strategy(how.strategy);
    grpc::ClientContext context;
    persistent::CreateResp answer;
    check(stub_.Create(&context, request, &answer), "no group");
  }
  ~raw_group() {
    persistent::DeleteReq request;
    request.mutable_options()->set_group_name(name_);
    request.mutable_options()->mutable_stream_identifier()->set_stream_name(stream_);
    grpc::ClientContext context;
    persistent::DeleteResp answer;
    stub_.Delete(&context, request, &answer);
  }
  raw_group(const raw_group&) = delete;
  raw_group& operator=(const raw_group&) = delete;

  const std::string& name() const { return name_; }

private:
  persistent::PersistentSubscriptions::Stub& stub_;
  const std::string stream_, name_;
};

class consume_loop {
public:
  consume_loop(const work_options& options, const std::string& stream, const std::string& group)
    : options_{options}, stream_{stream}, channel_{raw_channel(options.target)}, stub_{channel_} {
    call_ = stub_.AsyncRead(&context_, &queue_, tag_of(written));
    expect(written);
    auto& first = *request_.mutable_options();
    first.mutable_stream_identifier()->set_stream_name(stream);
    first.set_group_name(group);
    first.set_buffer_size(static_cast<std::int32_t>(consume_buffer));
    first.mutable_uuid_option()->mutable_structured();
    call_->Write(request_, tag_of(written));
    expect(written);
    request_.Clear();
    read();
    expect(arrived);
    if (!event_.has_subscription_confirmation())
      throw std::runtime_error{"no confirmation"};
    read();
  }

  ~consume_loop() {
    context_.TryCancel();
    append_context_.TryCancel();
    queue_.Shutdown();
    void* tag = nullptr;
    bool ok = false;
    while (queue_.Next(&tag, &ok)) {}
  }

  pass run() {
    stopwatch watch;
    std::uint64_t events = 0;
    while (events < options_.count) {
      if (next() == arrived) {
        take();
        ++events;
        read();
      }
    }
    ack(true);
    while (writing_ || waiting_ > 0)
      next();
    auto result = watch.stop(static_cast<double>(events));
    if (bytes_ < events)
      throw std::runtime_error{"events without data"};
    return result;
  }

  /// `count` appends of one event, each timed until it is delivered here.
  pass run_single() {
    if (!append_)
      begin_appending();
    std::vector<double> latencies;
    stopwatch watch;
    for (std::uint64_t i = 0; i < options_.count; ++i) {
      const auto begin = clock::now();
      fill_append(append_request_, stream_, ++id_);
      append_->Write(append_request_, tag_of(append_written));
      auto missing = 3; // The write, its answer, and the event.
      while (missing > 0) {
        switch (next()) {
          case append_written: --missing; break;
          case appended:
            if (!append_answer_.has_success())
              throw std::runtime_error{"append failed: " + append_answer_.error().message()};
            append_->Read(&append_answer_, tag_of(appended));
            --missing;
            break;
          case arrived:
            latencies.push_back(std::chrono::duration<double, std::micro>(clock::now() - begin).count());
            take();
            read();
            --missing;
            break;
          case written: break;
        }
      }
    }
    auto result = watch.stop(static_cast<double>(options_.count));
    put_percentiles(result, std::move(latencies));
    return result;
  }

private:
  enum what { written, arrived, append_written, appended };
  static void* tag_of(what kind) { return reinterpret_cast<void*>(kind); }

  what next() {
    void* tag = nullptr;
    bool ok = false;
    if (!queue_.Next(&tag, &ok) || !ok)
      throw std::runtime_error{"the server ended the call"};
    const auto kind = static_cast<what>(reinterpret_cast<std::intptr_t>(tag));
    if (kind == written) {
      writing_ = false;
      ack(false);
    }
    return kind;
  }
  void expect(what kind) {
    if (next() != kind)
      throw std::runtime_error{"the call goes otherwise"};
  }

  void read() { call_->Read(&event_, tag_of(arrived)); }

  void take() {
    const auto& event = event_.event().event();
    bytes_ += event.data().size();
    *gathered_.mutable_ack()->add_ids() = event.id();
    ++waiting_;
    ack(false);
  }
  void ack(bool all) {
    if (writing_ || waiting_ == 0 || (waiting_ < consume_acks && !all))
      return;
    request_.Clear();
    std::swap(request_, gathered_);
    waiting_ = 0;
    writing_ = true;
    call_->Write(request_, tag_of(written));
  }

  void begin_appending() {
    appends_ = std::make_unique<streams::Streams::Stub>(channel_);
    append_ = appends_->AsyncBatchAppend(&append_context_, &queue_, tag_of(append_written));
    expect(append_written);
    append_->Read(&append_answer_, tag_of(appended));
  }

  work_options options_;
  std::string stream_;
  std::shared_ptr<grpc::Channel> channel_;
  persistent::PersistentSubscriptions::Stub stub_;
  grpc::CompletionQueue queue_;
  grpc::ClientContext context_, append_context_;
  std::unique_ptr<grpc::ClientAsyncReaderWriter<persistent::ReadReq, persistent::ReadResp>> call_;
  std::unique_ptr<streams::Streams::Stub> appends_;
  std::unique_ptr<grpc::ClientAsyncReaderWriter<streams::BatchAppendReq, streams::BatchAppendResp>> append_;
  persistent::ReadReq request_, gathered_;
  persistent::ReadResp event_;
  streams::BatchAppendReq append_request_;
  streams::BatchAppendResp append_answer_;
  std::size_t waiting_ = 0;
  std::uint64_t bytes_ = 0;
  bool writing_ = false;
  std::uint64_t id_ = static_cast<std::uint64_t>(clock::now().time_since_epoch().count());
};

} // namespace

worker make_raw_consume(const work_options& options) {
  auto stub = std::make_shared<persistent::PersistentSubscriptions::Stub>(raw_channel(options.target));
  return [stub, options] {
    const raw_group group{*stub, options.stream, true};
    consume_loop loop{options, options.stream, group.name()};
    return loop.run();
  };
}

worker make_raw_consume_live(const work_options& options) {
  struct parts {
    explicit parts(const work_options& given)
      : stub{raw_channel(given.target)}, group{stub, given.stream, false}, loop{given, given.stream, group.name()} {}
    persistent::PersistentSubscriptions::Stub stub;
    raw_group group;
    consume_loop loop;
  };
  auto all = std::make_shared<parts>(options);
  return [all] { return all->loop.run_single(); };
}

} // namespace kdb::bench
