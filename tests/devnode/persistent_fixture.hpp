// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/devnode/node_fixture.hpp"

#include "event_store/client/persistent.grpc.pb.h"

#include <string>
#include <utility>
#include <vector>

namespace kdb::inline v0::development::testing {

namespace wire = event_store::client::persistent_subscriptions;

/// A node with a plain client of its persistent subscriptions.
struct persistent_fixture : node_fixture {
  std::unique_ptr<wire::PersistentSubscriptions::Stub> groups = wire::PersistentSubscriptions::NewStub(channel);

  persistent_fixture() = default;
  explicit persistent_fixture(devnode_options options) : node_fixture{std::move(options)} {}

  /// A request for a group that checkpoints at every ack.
  static wire::CreateReq creation(const std::string& stream, const std::string& group) {
    wire::CreateReq request;
    auto& options = *request.mutable_options();
    options.set_group_name(group);
    if (stream == "$all") {
      options.mutable_all()->mutable_start();
      options.mutable_all()->mutable_no_filter();
    } else {
      options.mutable_stream()->mutable_stream_identifier()->set_stream_name(stream);
      options.mutable_stream()->mutable_start();
    }
    auto& settings = *options.mutable_settings();
    settings.set_max_retry_count(10);
    settings.set_min_checkpoint_count(1);
    settings.set_max_checkpoint_count(1);
    settings.set_live_buffer_size(500);
    settings.set_read_batch_size(20);
    settings.set_history_buffer_size(500);
    settings.set_message_timeout_ms(30'000);
    settings.set_checkpoint_after_ms(2000);
    settings.set_consumer_strategy("RoundRobin");
    return request;
  }

  template <class Options>
  static void name(Options& options, const std::string& stream, const std::string& group) {
    if (stream == "$all")
      options.mutable_all();
    else
      options.mutable_stream_identifier()->set_stream_name(stream);
    options.set_group_name(group);
  }

  grpc::Status create(const wire::CreateReq& request) {
    grpc::ClientContext context;
    limit(context);
    wire::CreateResp reply;
    return groups->Create(&context, request, &reply);
  }

  grpc::Status create(const std::string& stream, const std::string& group = "g") { return create(creation(stream, group)); }

  grpc::Status remove(const std::string& stream, const std::string& group = "g") {
    grpc::ClientContext context;
    limit(context);
    wire::DeleteReq request;
    name(*request.mutable_options(), stream, group);
    wire::DeleteResp reply;
    return groups->Delete(&context, request, &reply);
  }

  wire::SubscriptionInfo info(const std::string& stream, const std::string& group = "g") {
    grpc::ClientContext context;
    limit(context);
    wire::GetInfoReq request;
    name(*request.mutable_options(), stream, group);
    wire::GetInfoResp reply;
    auto status = groups->GetInfo(&context, request, &reply);
    BOOST_TEST(status.ok(), status.error_message());
    return reply.subscription_info();
  }
};

/// A consumer, which has joined if the group takes it.
struct consumer {
  grpc::ClientContext context;
  std::unique_ptr<grpc::ClientReaderWriter<wire::ReadReq, wire::ReadResp>> call;

  /// Begins a call and sends nothing yet.
  explicit consumer(persistent_fixture& on) {
    node_fixture::limit(context);
    call = on.groups->Read(&context);
  }

  consumer(persistent_fixture& on, const std::string& stream, int buffer = 10, const std::string& group = "g") {
    node_fixture::limit(context);
    context.AddMetadata("connection-name", "test");
    call = on.groups->Read(&context);
    call->Write(joining(stream, buffer, group));
  }

  ~consumer() {
    context.TryCancel();
    if (!ended)
      call->Finish();
  }

  static wire::ReadReq joining(const std::string& stream, int buffer, const std::string& group = "g") {
    wire::ReadReq request;
    auto& options = *request.mutable_options();
    persistent_fixture::name(options, stream, group);
    options.set_buffer_size(buffer);
    options.mutable_uuid_option()->mutable_string();
    return request;
  }

  void confirmed() {
    wire::ReadResp message;
    BOOST_REQUIRE(call->Read(&message));
    BOOST_TEST(message.has_subscription_confirmation());
  }

  wire::ReadResp::ReadEvent next() {
    wire::ReadResp message;
    BOOST_REQUIRE(call->Read(&message));
    BOOST_REQUIRE(message.has_event());
    return message.event();
  }

  /// Takes events and returns their revisions and retry counts.
  std::vector<std::pair<std::uint64_t, int>> take(int count) {
    std::vector<std::pair<std::uint64_t, int>> taken;
    for (int i = 0; i < count; ++i) {
      auto event = next();
      taken.emplace_back(event.event().stream_revision(), event.retry_count());
      ids.push_back(event.has_link() ? event.link().id().string() : event.event().id().string());
    }
    return taken;
  }

  void ack(const std::string& id) {
    wire::ReadReq request;
    request.mutable_ack()->add_ids()->set_string(id);
    call->Write(request);
  }

  void ack_all() {
    wire::ReadReq request;
    for (auto& id : std::exchange(ids, {}))
      request.mutable_ack()->add_ids()->set_string(id);
    call->Write(request);
  }

  void nack(const std::string& id, wire::ReadReq::Nack::Action action, const std::string& reason = "why") {
    wire::ReadReq request;
    request.mutable_nack()->add_ids()->set_string(id);
    request.mutable_nack()->set_action(action);
    request.mutable_nack()->set_reason(reason);
    call->Write(request);
  }

  /// How the call ends; events that are still on their way are passed over.
  grpc::Status end() {
    wire::ReadResp message;
    while (call->Read(&message)) {}
    ended = true;
    return call->Finish();
  }

  bool ended = false;
  std::vector<std::string> ids; // of what was taken and not acknowledged
};

} // namespace kdb::inline v0::development::testing
