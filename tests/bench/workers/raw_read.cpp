// SPDX-License-Identifier: Apache-2.0

// The loops a careful user of gRPC writes: what reading events costs without us.

#include "tests/bench/workers/raw_channel.hpp"
#include "tests/bench/workers/worker.hpp"

#include <stdexcept>

#include <google/protobuf/arena.h>
#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/completion_queue.h>
#include <grpcpp/generic/generic_stub.h>

#include <event_store/client/streams.grpc.pb.h>

namespace kdb::bench {

namespace {

namespace streams = event_store::client::streams;

constexpr const char* read_method = "/event_store.client.streams.Streams/Read";

void check(std::uint64_t events, const work_options& options, const grpc::Status& status) {
  if (!status.ok())
    throw std::runtime_error{"read failed: " + status.error_message()};
  if (events != options.count)
    throw std::runtime_error{"expected " + std::to_string(options.count) + " events, got " + std::to_string(events)};
}

bool wait(grpc::CompletionQueue& queue) {
  void* tag = nullptr;
  bool ok = false;
  return queue.Next(&tag, &ok) && ok;
}

/// Counts what it looks at, so that nothing of the parsing can be left out.
struct sink {
  std::uint64_t events = 0;
  std::uint64_t bytes = 0;

  void take(const streams::ReadResp& message) {
    if (!message.has_event())
      return;
    ++events;
    bytes += message.event().event().data().size();
  }
};

} // namespace

worker make_raw_read_typed(const work_options& options) {
  auto stub = std::make_shared<streams::Streams::Stub>(raw_channel(options.target, options.ca));
  return [stub, options] {
    stopwatch watch;
    grpc::CompletionQueue queue;
    grpc::ClientContext context;
    auto call = stub->AsyncRead(&context, read_request_for(options.stream, options.count), &queue, nullptr);
    sink seen;
    streams::ReadResp message;
    for (auto open = wait(queue); open;) {
      call->Read(&message, nullptr);
      open = wait(queue);
      if (open)
        seen.take(message);
    }
    grpc::Status status;
    call->Finish(&status, nullptr);
    wait(queue);
    auto result = watch.stop(static_cast<double>(seen.events));
    check(seen.events, options, status);
    return result;
  };
}

worker make_raw_read_sync(const work_options& options) {
  auto stub = std::make_shared<streams::Streams::Stub>(raw_channel(options.target, options.ca));
  return [stub, options] {
    stopwatch watch;
    grpc::ClientContext context;
    auto call = stub->Read(&context, read_request_for(options.stream, options.count));
    sink seen;
    // One block serves a batch of messages and is used again for the next.
    constexpr std::size_t batch = 64;
    std::vector<char> block(256 * 1024);
    google::protobuf::ArenaOptions with_block;
    with_block.initial_block = block.data();
    with_block.initial_block_size = block.size();
    google::protobuf::Arena arena{with_block};
    for (auto open = true; open; arena.Reset()) {
      for (std::size_t i = 0; open && i < batch; ++i) {
        auto* message = google::protobuf::Arena::CreateMessage<streams::ReadResp>(&arena);
        open = call->Read(message);
        if (open)
          seen.take(*message);
      }
    }
    auto status = call->Finish();
    auto result = watch.stop(static_cast<double>(seen.events));
    check(seen.events, options, status);
    return result;
  };
}

worker make_raw_read_floor(const work_options& options) {
  auto stub = std::make_shared<grpc::GenericStub>(raw_channel(options.target, options.ca));
  return [stub, options] {
    stopwatch watch;
    grpc::CompletionQueue queue;
    grpc::ClientContext context;
    auto call = stub->PrepareCall(&context, read_method, &queue);
    call->StartCall(nullptr);
    wait(queue);
    auto text = read_request_for(options.stream, options.count).SerializeAsString();
    grpc::Slice slice{text};
    call->WriteLast(grpc::ByteBuffer{&slice, 1}, {}, nullptr);
    wait(queue);
    std::uint64_t messages = 0;
    grpc::ByteBuffer message;
    for (;; ++messages) {
      call->Read(&message, nullptr);
      if (!wait(queue))
        break;
    }
    grpc::Status status;
    call->Finish(&status, nullptr);
    wait(queue);
    auto result = watch.stop(static_cast<double>(options.count));
    if (!status.ok() || messages < options.count)
      throw std::runtime_error{"read failed: " + status.error_message()};
    return result;
  };
}

} // namespace kdb::bench
