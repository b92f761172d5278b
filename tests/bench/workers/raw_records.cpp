// SPDX-License-Identifier: Apache-2.0

// AppendRecords calls driven by a completion queue: a new call for each that ends.

#include "tests/bench/workers/raw_channel.hpp"
#include "tests/bench/workers/worker.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <vector>

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/completion_queue.h>

#include <kdb/uuid.hpp>
#include <kurrentdb/protocol/v2/streams/streams.grpc.pb.h>

namespace kdb::bench {

namespace {

namespace v2 = kurrentdb::protocol::v2::streams;

/// One place among those in flight. gRPC wants a fresh context for each call.
struct unary_call {
  std::optional<grpc::ClientContext> context;
  std::unique_ptr<grpc::ClientAsyncResponseReader<v2::AppendRecordsResponse>> reader;
  v2::AppendRecordsRequest request;
  v2::AppendRecordsResponse answer;
  grpc::Status status;
};

class records_loop {
public:
  explicit records_loop(const work_options& options)
    : options_{options}, stub_{raw_channel(options.target, options.ca)}, calls_(options.in_flight) {
    for (std::uint64_t i = 0; i < options.streams; ++i)
      names_.push_back(options.stream + "-" + std::to_string(i));
  }

  pass run() {
    stopwatch watch;
    std::uint64_t asked = 0, done = 0;
    for (auto& call : calls_)
      if (asked < options_.count)
        start(call, asked++);
    for (; done < options_.count; ++done) {
      void* tag = nullptr;
      bool ok = false;
      if (!queue_.Next(&tag, &ok))
        throw std::runtime_error{"the queue has ended"};
      auto& call = *static_cast<unary_call*>(tag);
      if (!call.status.ok() || call.answer.revisions_size() != 1)
        throw std::runtime_error{"append failed: " + call.status.error_message()};
      if (asked < options_.count)
        start(call, asked++);
    }
    return watch.stop(static_cast<double>(done));
  }

private:
  void start(unary_call& call, std::uint64_t number) {
    call.request.Clear();
    auto& record = *call.request.add_records();
    record.set_record_id(to_string(random_uuid()));
    record.mutable_schema()->set_format(v2::SCHEMA_FORMAT_JSON);
    record.mutable_schema()->set_name("order-placed");
    record.set_data(event_data());
    record.set_stream(names_[number % names_.size()]);
    call.context.emplace();
    call.context->set_deadline(std::chrono::system_clock::now() + std::chrono::seconds{10});
    call.context->AddMetadata("requires-leader", "true");
    call.reader = stub_.AsyncAppendRecords(&*call.context, call.request, &queue_);
    call.reader->Finish(&call.answer, &call.status, &call);
  }

  work_options options_;
  std::vector<std::string> names_;
  v2::StreamsService::Stub stub_;
  grpc::CompletionQueue queue_;
  std::vector<unary_call> calls_;
};

} // namespace

worker make_raw_records(const work_options& options) {
  auto loop = std::make_shared<records_loop>(options);
  return [loop] { return loop->run(); };
}

} // namespace kdb::bench
