// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "libkdb/rpc/transport.hpp"

namespace kdb::test {

/// A call that an actor has started. A test completes it step by step, as gRPC would: handlers are called until `ended`, also
/// after the actor has dropped the call.
struct scripted_call {
  rpc::call_settings settings;
  bool cancelled = false;
  bool ended = false;
};

struct scripted_read : scripted_call {
  wire::read_request request;
  rpc::read_handlers handlers;
  std::size_t requested = 0; ///< Batches allowed so far, in all.
  std::size_t delivered = 0;

  std::size_t open_demand() const { return requested - delivered; }
  /// As a transport does: only with demand.
  void batch(event_batch what);
  void confirm();
  void end(result<void> how);
};

/// The answer of a consumer to one event.
struct written_answer {
  uuid id;
  outcome answer = outcome::ack();
};

struct scripted_consume : scripted_call {
  wire::consume_request request;
  rpc::consume_handlers handlers;
  std::size_t requested = 0; ///< Events allowed so far, in all.
  std::size_t delivered = 0;
  std::vector<written_answer> answers;
  std::size_t messages = 0; ///< Number of messages with these answers.

  std::size_t open_demand() const { return requested - delivered; }
  /// As a transport does: only with demand.
  void batch(wire::consumed_events what);
  void confirm();
  void end(result<void> how);
};

/// The fields of a batch append chunk that tests check.
struct written_chunk {
  uuid correlation;
  std::string stream; ///< Only in the first chunk.
  std::size_t events = 0;
  bool is_final = false;
  std::size_t bytes = 0;
  bool has_deadline = false;
};

struct scripted_append : scripted_call {
  rpc::append_handlers handlers;
  std::vector<written_chunk> written;
  std::size_t writes = 0; ///< Number of writes.

  /// The ids of the appends whose last chunk was written, in order.
  std::vector<uuid> correlations() const;
  void reply(const uuid& correlation, result<append_result> outcome);
  void end(result<void> how);
};

struct scripted_exchange : scripted_call {
  std::string method;
  wire::request_kind kind{};
  std::vector<std::string> messages;
  rpc::exchange_handler done;

  void end(result<std::vector<std::string>> answers);
};

/// Records the calls that actors start.
class scripted_transport final : public rpc::transport {
public:
  std::unique_ptr<rpc::read_call> read(const wire::read_request& request, const rpc::call_settings& settings,
                                       rpc::read_handlers handlers) override;
  std::unique_ptr<rpc::consume_call> consume(const wire::consume_request& request, const rpc::call_settings& settings,
                                             rpc::consume_handlers handlers) override;
  std::unique_ptr<rpc::append_call> batch_append(const rpc::call_settings& settings, rpc::append_handlers handlers) override;
  std::unique_ptr<rpc::call> exchange(std::string_view method, wire::request_kind kind, std::vector<std::string> messages,
                                      const rpc::call_settings& settings, rpc::exchange_handler done) override;
  /// To be called at the end of a test: handlers of open calls may keep the transport alive.
  void forget_calls();

  rpc::transport_load load() const override { return {}; }
  policy::node_activity take_activity() override { return activity; }
  void abandon(const std::string& message) override { abandoned.push_back(message); }

  policy::node_activity activity; ///< Returned by every `take_activity`.
  std::vector<std::string> abandoned;

  std::vector<std::shared_ptr<scripted_read>> reads;
  std::vector<std::shared_ptr<scripted_consume>> consumers;
  std::vector<std::shared_ptr<scripted_append>> appends;
  std::vector<std::shared_ptr<scripted_exchange>> exchanges;
};

/// A `SupportedMethods` answer: the server has deadlines, and batch append if the argument is true.
std::string features_message(bool batch_append = true);
/// An `AppendResp` of a success.
std::string append_message(std::uint64_t revision);

/// `count` events of the stream "s", beginning with revision `first`; event N has position 10·N.
event_batch events(std::uint64_t first, std::size_t count = 1);
/// The same for a consumer: event N has the id that ends with N+1.
wire::consumed_events consumed(std::uint64_t first, std::size_t count = 1, std::uint32_t retries = 0);
/// These events, from five streams: the stream of event N is "0" … "4", the remainder of N divided by five.
wire::consumed_events consumed_of(const std::vector<std::uint64_t>& numbers, std::uint32_t retries = 0);
uuid id_of_event(std::uint64_t number);
/// A batch of one caught_up.
event_batch caught_up_batch();
/// Revisions of the events in a batch.
std::vector<std::uint64_t> revisions(const event_batch& batch);

error node_gone(std::string message = "the connection broke");
error failure_of(errc code);

} // namespace kdb::test
