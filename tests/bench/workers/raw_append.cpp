// SPDX-License-Identifier: Apache-2.0

// One BatchAppend call driven by a completion queue: one outstanding write, the hint set whenever more is queued.

#include "tests/bench/workers/raw_channel.hpp"
#include "tests/bench/workers/worker.hpp"

#include <array>
#include <chrono>
#include <deque>
#include <optional>
#include <stdexcept>

#include <grpc/support/time.h>
#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/completion_queue.h>

#include <event_store/client/streams.grpc.pb.h>

namespace kdb::bench {

namespace {

namespace streams = event_store::client::streams;
using clock = std::chrono::steady_clock;

double micros_since(clock::time_point begin) {
  return std::chrono::duration<double, std::micro>(clock::now() - begin).count();
}

/// A BatchAppend call, and beside it a subscription on the same queue if asked for.
class append_loop {
public:
  explicit append_loop(const work_options& options)
    : options_{options}, data_{event_data(options.size)}, stub_{raw_channel(options.target, options.ca)} {
    for (std::uint64_t i = 0; i < options.streams; ++i)
      names_.push_back(options.stream + "-" + std::to_string(i));
    call_ = stub_.AsyncBatchAppend(&context_, &queue_, tag_of(write_done));
    if (next() != write_done)
      throw std::runtime_error{"no BatchAppend"};
    call_->Read(&answer_, tag_of(answered));
  }

  ~append_loop() {
    context_.TryCancel();
    subscription_context_.TryCancel();
    queue_.Shutdown();
    void* tag = nullptr;
    bool ok = false;
    while (queue_.Next(&tag, &ok)) {}
  }

  /// `count` appends of one event each, `in_flight` at a time. Writes as soon as an answer has made room or, to `gather`, when all
  /// answers that are there have been taken: the appends they make room for then leave together.
  pass run(bool gather) {
    stopwatch watch;
    std::uint64_t asked = 0, done = 0;
    while (asked < std::min(options_.count, options_.in_flight))
      ask(asked++);
    while (done < options_.count) {
      auto ready = gather ? next_if_ready() : std::nullopt;
      if (!ready) {
        write();
        ready = next();
      }
      switch (*ready) {
        case write_done:
          writing_ = false;
          write();
          break;
        case answered:
          check_answer();
          ++done;
          if (asked < options_.count)
            ask(asked++);
          call_->Read(&answer_, tag_of(answered));
          break;
        case delivered: break;
      }
    }
    return watch.stop(static_cast<double>(done));
  }

  /// `count` appends one after the other, each timed until its answer or, with a subscription, until its delivery.
  pass run_single() {
    std::vector<double> latencies;
    latencies.reserve(options_.count);
    stopwatch watch;
    for (std::uint64_t i = 0; i < options_.count; ++i) {
      auto begin = clock::now();
      ask(i);
      write();
      auto answers = 0, events = subscription_ ? 0 : 1;
      while (answers == 0 || events == 0) {
        switch (next()) {
          case write_done:
            writing_ = false;
            write(); // What was asked for while this was under way.
            break;
          case answered:
            check_answer();
            ++answers;
            if (!subscription_)
              latencies.push_back(micros_since(begin));
            call_->Read(&answer_, tag_of(answered));
            break;
          case delivered:
            if (event_.has_event()) {
              ++events;
              latencies.push_back(micros_since(begin));
            }
            subscription_->Read(&event_, tag_of(delivered));
            break;
        }
      }
    }
    auto result = watch.stop(static_cast<double>(options_.count));
    put_percentiles(result, std::move(latencies));
    return result;
  }

  /// Subscribes to the only stream and waits until it is live.
  void subscribe() {
    subscription_ = stub_.AsyncRead(&subscription_context_, subscription_request_for(names_.front()), &queue_, tag_of(delivered));
    next();
    do {
      subscription_->Read(&event_, tag_of(delivered));
      if (next() != delivered)
        throw std::runtime_error{"no subscription"};
    } while (!event_.has_caught_up());
    subscription_->Read(&event_, tag_of(delivered));
  }

private:
  enum what { write_done, answered, delivered };
  static void* tag_of(what kind) { return reinterpret_cast<void*>(kind); }

  what next() {
    void* tag = nullptr;
    bool ok = false;
    if (!queue_.Next(&tag, &ok) || !ok)
      throw std::runtime_error{"the server ended the call"};
    return static_cast<what>(reinterpret_cast<std::intptr_t>(tag));
  }

  std::optional<what> next_if_ready() {
    void* tag = nullptr;
    bool ok = false;
    if (queue_.AsyncNext(&tag, &ok, gpr_time_0(GPR_CLOCK_MONOTONIC)) == grpc::CompletionQueue::TIMEOUT)
      return std::nullopt;
    if (!ok)
      throw std::runtime_error{"the server ended the call"};
    return static_cast<what>(reinterpret_cast<std::intptr_t>(tag));
  }

  void ask(std::uint64_t number) { waiting_.push_back(number); }

  void write() {
    if (writing_ || waiting_.empty())
      return;
    fill_append(request_, names_[waiting_.front() % names_.size()], ++id_, data_);
    waiting_.pop_front();
    grpc::WriteOptions how;
    if (!waiting_.empty())
      how.set_buffer_hint();
    call_->Write(request_, how, tag_of(write_done));
    writing_ = true;
  }

  void check_answer() const {
    if (!answer_.has_success())
      throw std::runtime_error{"append failed: " + answer_.error().message()};
  }

  work_options options_;
  const std::string data_;
  std::vector<std::string> names_;
  streams::Streams::Stub stub_;
  grpc::CompletionQueue queue_;
  grpc::ClientContext context_, subscription_context_;
  std::unique_ptr<grpc::ClientAsyncReaderWriter<streams::BatchAppendReq, streams::BatchAppendResp>> call_;
  std::unique_ptr<grpc::ClientAsyncReader<streams::ReadResp>> subscription_;
  streams::BatchAppendReq request_;
  streams::BatchAppendResp answer_;
  streams::ReadResp event_;
  std::deque<std::uint64_t> waiting_;
  bool writing_ = false;
  std::uint64_t id_ = static_cast<std::uint64_t>(clock::now().time_since_epoch().count());
};

} // namespace

worker make_raw_append(const work_options& options) {
  auto loop = std::make_shared<append_loop>(options);
  return [loop] { return loop->run(false); };
}

worker make_raw_append_gather(const work_options& options) {
  auto loop = std::make_shared<append_loop>(options);
  return [loop] { return loop->run(true); };
}

worker make_raw_append_single(const work_options& options) {
  auto loop = std::make_shared<append_loop>(options);
  return [loop] { return loop->run_single(); };
}

worker make_raw_live(const work_options& options) {
  auto one = options;
  one.streams = 1;
  auto loop = std::make_shared<append_loop>(one);
  loop->subscribe();
  return [loop] { return loop->run_single(); };
}

worker make_raw_fill(const work_options& options) {
  const auto comma = options.stream.find(',');
  const std::array<std::string, 2> names{options.stream.substr(0, comma), options.stream.substr(comma + 1)}; // One twice, or two.
  return [options, names] {
    streams::Streams::Stub stub{raw_channel(options.target, options.ca)};
    grpc::ClientContext context;
    auto call = stub.BatchAppend(&context);
    stopwatch watch;
    constexpr std::uint64_t part = 500;
    for (std::uint64_t at = 0; at < options.count; at += part) {
      streams::BatchAppendReq request;
      streams::BatchAppendResp answer;
      fill_append(request, names[at / part % 2], at + 1, event_data(), std::min(part, options.count - at));
      for (auto& event : *request.mutable_proposed_messages())
        event.set_custom_metadata(R"({"$correlationId":"c-17","user":"u-42"})");
      if (!call->Write(request) || !call->Read(&answer) || !answer.has_success())
        throw std::runtime_error{"cannot fill " + options.stream + ": " + answer.error().message()};
    }
    return watch.stop(static_cast<double>(options.count));
  };
}

} // namespace kdb::bench
