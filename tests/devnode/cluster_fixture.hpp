// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/devnode/node_fixture.hpp"

#include "tests/fixtures/cluster.hpp"
#include "tests/fixtures/wait.hpp"

#include "event_store/client/gossip.grpc.pb.h"

#include <map>
#include <memory>
#include <string>

namespace kdb::inline v0::development::testing {

using fixtures::wait_until;

/// A cluster and plain clients of its nodes.
struct cluster_fixture {
  fixtures::cluster nodes;
  std::map<std::size_t, std::shared_ptr<grpc::Channel>> channels;
  std::uint64_t ids = 0;

  cluster_fixture() = default;
  explicit cluster_fixture(devcluster_options options) : nodes{std::move(options)} {}

  /// A channel tries again soon when it could not connect.
  std::shared_ptr<grpc::Channel> channel(std::size_t node) {
    auto& found = channels[node];
    if (!found) {
      grpc::ChannelArguments arguments;
      arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
      arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
      arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 20);
      arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 5'000); // this is what an attempt may take
      arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 20);
      found = grpc::CreateCustomChannel(nodes.address(node), grpc::InsecureChannelCredentials(), arguments);
    }
    return found;
  }

  std::unique_ptr<Streams::Stub> streams(std::size_t node) { return Streams::NewStub(channel(node)); }

  static void prepare(grpc::ClientContext& context, bool insists) {
    context.set_deadline(std::chrono::system_clock::now() + fixtures::patience);
    if (insists)
      context.AddMetadata("requires-leader", "true");
  }

  void fill(AppendReq::ProposedMessage& event) {
    event.mutable_id()->mutable_structured()->set_most_significant_bits(9);
    event.mutable_id()->mutable_structured()->set_least_significant_bits(static_cast<std::int64_t>(++ids));
    (*event.mutable_metadata())["type"] = "t";
    (*event.mutable_metadata())["content-type"] = "application/octet-stream";
    event.set_data("x");
  }

  grpc::Status append(std::size_t node, const std::string& stream, bool insists = false, std::string* leader_port = nullptr) {
    grpc::ClientContext context;
    prepare(context, insists);
    AppendResp reply;
    auto stub = streams(node);
    auto call = stub->Append(&context, &reply);
    AppendReq options, event;
    options.mutable_options()->mutable_stream_identifier()->set_stream_name(stream);
    options.mutable_options()->mutable_any();
    fill(*event.mutable_proposed_message());
    call->Write(options);
    call->Write(event);
    call->WritesDone();
    auto status = call->Finish();
    if (leader_port)
      *leader_port = trailer(context, "leader-endpoint-port");
    return status;
  }

  /// Its events, or how the read ended.
  std::string read(std::size_t node, const std::string& stream, bool insists = false) {
    grpc::ClientContext context;
    prepare(context, insists);
    auto stub = streams(node);
    auto call = stub->Read(&context, node_fixture::reading(stream, 1'000'000));
    int events = 0;
    bool found = true;
    ReadResp message;
    while (call->Read(&message)) {
      found = found && !message.has_stream_not_found();
      events += message.has_event() ? 1 : 0;
    }
    auto status = call->Finish();
    return !status.ok() ? status.error_message() : found ? std::to_string(events) : "not found";
  }

  std::string gossip(std::size_t node) {
    namespace v1 = event_store::client::gossip;
    grpc::ClientContext context;
    prepare(context, false);
    v1::ClusterInfo info;
    auto status = v1::Gossip::NewStub(channel(node))->Read(&context, {}, &info);
    if (!status.ok())
      return status.error_message();
    std::string all;
    for (std::size_t i = 0; i < nodes.size(); ++i)
      for (auto& member : info.members())
        if (member.http_end_point().port() == nodes.port(i))
          all += (i == 0 ? "" : " ") + v1::MemberInfo::VNodeState_Name(member.state()) + (member.is_alive() ? "" : "(dead)");
    return all;
  }

  /// Appends until it succeeds.
  void append_in_the_end(std::size_t node, const std::string& stream) {
    wait_until("an append to node " + std::to_string(node), [&] { return append(node, stream).ok(); });
  }
};

} // namespace kdb::inline v0::development::testing
