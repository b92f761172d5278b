// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kdb/devnode.hpp"

#include "event_store/client/streams.grpc.pb.h"

#include <boost/test/unit_test.hpp>
#include <grpcpp/grpcpp.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace kdb::inline v0::development::testing {

using event_store::client::streams::AppendReq;
using event_store::client::streams::AppendResp;
using event_store::client::streams::BatchAppendReq;
using event_store::client::streams::BatchAppendResp;
using event_store::client::streams::ReadReq;
using event_store::client::streams::ReadResp;
using event_store::client::streams::Streams;

/// A node and a plain client of it.
struct node_fixture {
  devnode node;
  std::shared_ptr<grpc::Channel> channel = connect();
  std::unique_ptr<Streams::Stub> streams = Streams::NewStub(channel);
  std::uint64_t ids = 0;

  node_fixture() = default;
  explicit node_fixture(devnode_options options) : node{std::move(options)} {}

  /// A channel with a connection of its own.
  std::shared_ptr<grpc::Channel> connect() const {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
    arguments.SetMaxReceiveMessageSize(-1);
    return grpc::CreateCustomChannel("127.0.0.1:" + std::to_string(node.port()), grpc::InsecureChannelCredentials(), arguments);
  }

  /// No call of a test takes longer: a test that would hang fails.
  static void limit(grpc::ClientContext& context, std::chrono::milliseconds time = std::chrono::seconds{20}) {
    context.set_deadline(std::chrono::system_clock::now() + time);
  }

  template <class Message>
  void fill(Message& event, std::size_t size = 2) {
    event.mutable_id()->mutable_structured()->set_most_significant_bits(9);
    event.mutable_id()->mutable_structured()->set_least_significant_bits(static_cast<std::int64_t>(++ids));
    (*event.mutable_metadata())["type"] = "t";
    (*event.mutable_metadata())["content-type"] = "application/octet-stream";
    event.set_data(std::string(size, 'x'));
  }

  grpc::Status append(const std::string& stream, int count, std::size_t size = 2, AppendResp* reply = nullptr) {
    grpc::ClientContext context;
    limit(context);
    AppendResp unwanted;
    auto call = streams->Append(&context, reply ? reply : &unwanted);
    AppendReq options;
    options.mutable_options()->mutable_stream_identifier()->set_stream_name(stream);
    options.mutable_options()->mutable_any();
    call->Write(options);
    for (int i = 0; i < count; ++i) {
      AppendReq event;
      fill(*event.mutable_proposed_message(), size);
      if (!call->Write(event, grpc::WriteOptions{}.set_buffer_hint()))
        break;
    }
    call->WritesDone();
    return call->Finish();
  }

  static ReadReq reading(const std::string& stream, std::uint64_t count) {
    auto request = following(stream);
    request.mutable_options()->set_count(count);
    return request;
  }

  static ReadReq following(const std::string& stream) {
    ReadReq request;
    auto& options = *request.mutable_options();
    if (stream.empty()) {
      options.mutable_all()->mutable_start();
    } else {
      options.mutable_stream()->mutable_stream_identifier()->set_stream_name(stream);
      options.mutable_stream()->mutable_start();
    }
    options.mutable_no_filter();
    options.mutable_uuid_option()->mutable_string();
    options.mutable_subscription();
    return request;
  }

  static BatchAppendReq batch(std::uint64_t id, const std::string& stream) {
    BatchAppendReq request;
    request.mutable_correlation_id()->mutable_structured()->set_most_significant_bits(5);
    request.mutable_correlation_id()->mutable_structured()->set_least_significant_bits(static_cast<std::int64_t>(id));
    request.mutable_options()->mutable_stream_identifier()->set_stream_name(stream);
    request.mutable_options()->mutable_any();
    request.set_is_final(true);
    return request;
  }

  std::vector<std::uint64_t> read_revisions(const std::string& stream) {
    grpc::ClientContext context;
    limit(context);
    auto call = streams->Read(&context, reading(stream, 1'000'000'000));
    std::vector<std::uint64_t> revisions;
    ReadResp message;
    while (call->Read(&message))
      if (message.has_event())
        revisions.push_back(message.event().event().stream_revision());
    auto status = call->Finish();
    BOOST_TEST(status.ok(), status.error_message());
    return revisions;
  }

  /// The data of the first events of a stream, as many as that; the call waits for them, not the test.
  std::vector<std::string> follow(const std::string& stream, std::size_t count) {
    grpc::ClientContext context;
    limit(context);
    auto call = streams->Read(&context, following(stream));
    std::vector<std::string> data;
    ReadResp message;
    while (data.size() < count && call->Read(&message))
      if (message.has_event())
        data.push_back(message.event().event().data());
    context.TryCancel();
    return data;
  }
};

/// Value of a trailer, empty if absent.
inline std::string trailer(const grpc::ClientContext& context, const char* key) {
  auto& trailers = context.GetServerTrailingMetadata();
  auto found = trailers.find(key);
  return found == trailers.end() ? std::string{} : std::string{found->second.data(), found->second.size()};
}

} // namespace kdb::inline v0::development::testing
