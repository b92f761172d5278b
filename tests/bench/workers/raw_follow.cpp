// SPDX-License-Identifier: Apache-2.0

// Many subscriptions to one stream by hand: all calls and a BatchAppend call are driven by one completion queue.

#include "tests/bench/workers/follow.hpp"
#include "tests/bench/workers/memory.hpp"
#include "tests/bench/workers/raw_channel.hpp"
#include "tests/bench/workers/worker.hpp"

#include <chrono>
#include <memory>
#include <stdexcept>
#include <vector>

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/completion_queue.h>

#include <event_store/client/streams.grpc.pb.h>

#include "libkdb/rpc/channel_pool.hpp"

namespace kdb::bench {

namespace {

namespace streams = event_store::client::streams;
using clock = std::chrono::steady_clock;

/// One subscription. It keeps its place on a connection.
struct following {
  explicit following(rpc::channel_lease place) : lease{std::move(place)} {}
  rpc::channel_lease lease;
  grpc::ClientContext context;
  std::unique_ptr<grpc::ClientAsyncReader<streams::ReadResp>> call;
  streams::ReadResp message;
};

class follow_loop {
public:
  explicit follow_loop(const work_options& options)
    : options_{options}, channels_{raw_channels(options.target)}, appends_on_{channels_->lease()}, stub_{appends_on_.channel()} {
    append_ = stub_.AsyncBatchAppend(&append_context_, &queue_, &append_written_);
    expect(&append_written_);
    append();
    append_->Read(&answer_, &append_answered_);
    for (auto missing = 2; missing > 0; --missing)
      next();
    append_->Read(&answer_, &append_answered_);
  }

  pass run() {
    const auto idle = allocated_mib();
    const stopwatch setup;
    begin();
    const auto began = setup.stop(static_cast<double>(options_.subscriptions));
    const auto held = allocated_mib() - idle;
    auto result = deliver();
    result.setup_seconds = began.seconds;
    result.setup_mib = held;
    return result;
  }

private:
  void begin() {
    const auto asked = subscription_request_for(options_.stream);
    for (std::uint64_t i = 0; i < options_.subscriptions; ++i) {
      auto& one = *all_.emplace_back(std::make_unique<following>(channels_->lease()));
      one.call = streams::Streams::Stub{one.lease.channel()}.AsyncRead(&one.context, asked, &queue_, &one);
    }
    for (std::uint64_t confirmed = 0; confirmed < options_.subscriptions;) {
      auto& one = *static_cast<following*>(next());
      confirmed += one.message.has_confirmation();
      one.call->Read(&one.message, &one);
    }
  }

  /// `count` appends of one event, each when the one before was answered and delivered by all subscriptions.
  pass deliver() {
    std::vector<double> latencies;
    const stopwatch watch;
    for (std::uint64_t i = 0; i < options_.count; ++i) {
      const auto begin = clock::now();
      append();
      for (auto missing = options_.subscriptions + 2; missing > 0;) { // The write, its answer, and the events.
        auto* tag = next();
        if (tag == &append_written_)
          --missing;
        else if (tag == &append_answered_) {
          if (!answer_.has_success())
            throw std::runtime_error{"append failed: " + answer_.error().message()};
          append_->Read(&answer_, &append_answered_);
          --missing;
        } else {
          auto& one = *static_cast<following*>(tag);
          missing -= one.message.has_event(); // Else it is caught up.
          one.call->Read(&one.message, &one);
        }
      }
      latencies.push_back(std::chrono::duration<double, std::micro>(clock::now() - begin).count());
    }
    auto result = watch.stop(static_cast<double>(options_.count * options_.subscriptions));
    put_percentiles(result, std::move(latencies));
    return result;
  }

  void append() {
    fill_append(request_, options_.stream, ++id_);
    append_->Write(request_, &append_written_);
  }

  void* next() {
    void* tag = nullptr;
    bool ok = false;
    if (!queue_.Next(&tag, &ok) || !ok)
      throw std::runtime_error{"the server ended the call"};
    return tag;
  }
  void expect(void* tag) {
    if (next() != tag)
      throw std::runtime_error{"the call goes otherwise"};
  }

  work_options options_;
  std::shared_ptr<rpc::channel_pool> channels_;
  rpc::channel_lease appends_on_;
  streams::Streams::Stub stub_;
  grpc::CompletionQueue queue_;
  grpc::ClientContext append_context_;
  std::unique_ptr<grpc::ClientAsyncReaderWriter<streams::BatchAppendReq, streams::BatchAppendResp>> append_;
  streams::BatchAppendReq request_;
  streams::BatchAppendResp answer_;
  char append_written_ = 0, append_answered_ = 0; // Their addresses are tags.
  std::vector<std::unique_ptr<following>> all_;
  std::uint64_t id_ = static_cast<std::uint64_t>(clock::now().time_since_epoch().count());
};

} // namespace

worker make_raw_follow(const work_options& options) {
  auto loop = std::make_shared<follow_loop>(options);
  auto end = std::make_shared<process_end>();
  return [loop, end] { return loop->run(); };
}

} // namespace kdb::bench
