// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/servers/generic_server.hpp"

#include <cstdio>
#include <memory>
#include <thread>
#include <vector>

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include "tests/bench/workers/raw_channel.hpp"

#include <unistd.h>

namespace kdb::bench {

namespace {

std::vector<grpc::ByteBuffer> copy(const std::string& source, const std::string& stream) {
  grpc::GenericStub stub{raw_channel(source)};
  grpc::CompletionQueue queue;
  grpc::ClientContext context;
  auto wait = [&] {
    void* tag = nullptr;
    bool ok = false;
    return queue.Next(&tag, &ok) && ok;
  };
  auto call = stub.PrepareCall(&context, "/event_store.client.streams.Streams/Read", &queue);
  call->StartCall(nullptr);
  wait();
  grpc::Slice request{read_request_for(stream, 1ull << 40).SerializeAsString()};
  call->WriteLast(grpc::ByteBuffer{&request, 1}, {}, nullptr);
  wait();
  std::vector<grpc::ByteBuffer> messages;
  for (;;) {
    grpc::ByteBuffer message;
    call->Read(&message, nullptr);
    if (!wait())
      break;
    // One slice of its own each: what was received points into read buffers.
    grpc::Slice whole;
    message.DumpToSingleSlice(&whole);
    grpc::Slice own{whole.begin(), whole.size()};
    messages.emplace_back(&own, 1);
  }
  grpc::Status status;
  call->Finish(&status, nullptr);
  wait();
  return messages;
}

/// One call: reads the request, writes all messages, ends. Asks for the next call when it starts.
class generic_call {
public:
  generic_call(grpc::AsyncGenericService& service, grpc::ServerCompletionQueue& queue,
               const std::vector<grpc::ByteBuffer>& messages, bool write_hint)
    : service_{service}, queue_{queue}, messages_{messages}, write_hint_{write_hint} {
    service_.RequestCall(&context_, &stream_, &queue_, &queue_, this);
  }

  /// False when the call is over.
  bool proceed(bool ok) {
    if (ending_ || (!ok && !started_))
      return false;
    if (!started_) {
      started_ = true;
      new generic_call{service_, queue_, messages_, write_hint_};
      stream_.Read(&request_, this);
      return true;
    }
    if (ok && at_ < messages_.size()) {
      grpc::WriteOptions how;
      // gRPC says that the first write is done when the headers are out: held back, it never would be.
      if (write_hint_ && at_ > 0 && at_ + 1 < messages_.size())
        how.set_buffer_hint();
      stream_.Write(messages_[at_++], how, this);
      return true;
    }
    ending_ = true;
    stream_.Finish(ok ? grpc::Status::OK : grpc::Status::CANCELLED, this);
    return true;
  }

private:
  grpc::AsyncGenericService& service_;
  grpc::ServerCompletionQueue& queue_;
  const std::vector<grpc::ByteBuffer>& messages_;
  bool write_hint_;
  grpc::GenericServerContext context_;
  grpc::GenericServerAsyncReaderWriter stream_{&context_};
  grpc::ByteBuffer request_;
  std::size_t at_ = 0;
  bool started_ = false;
  bool ending_ = false;
};

} // namespace

int run_generic_server(const std::string& source, const std::string& stream, bool write_hint) {
  auto messages = copy(source, stream);
  grpc::AsyncGenericService service;
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.RegisterAsyncGenericService(&service);
  auto queue = builder.AddCompletionQueue();
  auto server = builder.BuildAndStart();
  std::printf("127.0.0.1:%d\n", port);
  std::fflush(stdout);
  new generic_call{service, *queue, messages, write_hint};
  std::thread stopper{[&] {
    char byte;
    while (::read(STDIN_FILENO, &byte, 1) > 0) {}
    server->Shutdown(std::chrono::system_clock::now());
    queue->Shutdown();
  }};
  void* tag = nullptr;
  bool ok = false;
  while (queue->Next(&tag, &ok)) {
    auto* call = static_cast<generic_call*>(tag);
    if (!call->proceed(ok))
      delete call;
  }
  stopper.join();
  return 0;
}

} // namespace kdb::bench
