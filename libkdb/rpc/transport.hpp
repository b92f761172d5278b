// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libkdb/policy/silence.hpp"
#include "libkdb/wire/call_status.hpp"
#include "libkdb/wire/consume.hpp"
#include "libkdb/wire/streams.hpp"
#include <kdb/call_options.hpp>
#include <kdb/event_batch.hpp>
#include <kdb/result.hpp>
#include <kdb/settings.hpp>

// The functions of a node's connections, in the client's own terms: the interface between actors and gRPC. Tests script it.
namespace kdb::inline v0::rpc {

/// The address to which connections are made.
struct address {
  endpoint where;
  /// The name under which the node was found. Its certificate must contain this name. Empty: the host.
  std::string server_name{};
  friend bool operator==(const address&, const address&) = default;
};

/// The settings of a call, without its messages.
struct call_settings {
  /// The call ends with `deadline_exceeded` when this has passed. Unset: never.
  std::optional<std::chrono::milliseconds> deadline{};
  /// The call ends with `deadline_exceeded` when its first message has not come by then. Unset: it may take any time.
  std::optional<std::chrono::milliseconds> start_timeout{};
  /// Sent without a check: the code that sets them has decided that they may be sent.
  std::optional<kdb::credentials> credentials{};
  bool requires_leader = false;
  /// Headers of the call, in addition to those of the client.
  std::vector<header> headers{};
  /// For an exchange: the server may answer with any number of messages. Unset: with one.
  bool many_answers = false;
  /// For an exchange: it ends with the first message, although the server would send more.
  bool first_answer = false;
};

/// A call in flight. Destroying the handle cancels the call. Handlers may be called until `ended` has been called.
class call {
public:
  virtual ~call() = default;
  /// Ends the call soon with `cancelled`. From any thread, any number of times.
  virtual void cancel() = 0;
};

/// Handlers are called on a thread of the transport, one at a time, and must do no more than move data and send messages.
/// `ended` is called exactly once, last.
struct read_handlers {
  std::function<void(event_batch)> batch;
  std::function<void(std::string subscription_id)> confirmed;
  std::function<void(result<void>)> ended;
};

class read_call : public call {
public:
  /// Allows this many more batches. The transport reads from the network only while batches are allowed, so that a slow reader
  /// slows the server down. From any thread.
  virtual void request(std::size_t batches) = 0;
};

struct consume_handlers {
  std::function<void(wire::consumed_events)> batch;
  std::function<void(std::string subscription_id)> confirmed;
  std::function<void(result<void>)> ended;
};

class consume_call : public call {
public:
  /// Allows this many more events (0 is valid), and marks the receiver as ready for a batch. While it is not ready, allowed
  /// events are collected. From any thread.
  virtual void request(std::size_t events) = 0;
  /// Takes serialised answers, and leaves the vector empty. They are written in order and share packets. From any thread.
  virtual void write(std::vector<std::string>& answers) = 0;
};

struct append_handlers {
  std::function<void(std::vector<wire::batch_append_reply>)> replies;
  /// An error, or nothing if the server ended the call in order.
  std::function<void(result<void>)> ended;
};

class append_call : public call {
public:
  /// Takes the serialised `BatchAppendReq`s of that many appends, and leaves the vector empty. They are written in order and share packets.
  /// From any thread.
  virtual void write(std::vector<std::string>& chunks, std::size_t appends) = 0;
};

using exchange_handler = std::function<void(result<std::vector<std::string>>)>;

/// What a transport has now.
struct transport_load {
  std::size_t connections = 0;
  std::size_t streams = 0;
  /// The bytes of messages that it holds: requests that were not sent yet, and answers that were not handed over yet.
  std::uint64_t bytes = 0;
};

/// One node's connections. All members may be used from any thread.
class transport {
public:
  virtual ~transport() = default;

  /// Starts a Streams.Read. Nothing is delivered before the first `request`, save `confirmed` and `ended`.
  virtual std::unique_ptr<read_call> read(const wire::read_request& request, const call_settings& settings,
                                          read_handlers handlers) = 0;
  /// Starts a PersistentSubscriptions.Read. Nothing is read before the first `request` of an event, not even the confirmation.
  virtual std::unique_ptr<consume_call> consume(const wire::consume_request& request, const call_settings& settings,
                                                consume_handlers handlers) = 0;
  /// Opens a Streams.BatchAppend.
  virtual std::unique_ptr<append_call> batch_append(const call_settings& settings, append_handlers handlers) = 0;
  /// Sends all messages, half-closes, and collects the answers. For unary and client-streaming calls, which have one answer; with
  /// `many_answers` for short lists; with `first_answer` for the first answer of many. Fails with `read_too_large` if the answers
  /// take more than 64 MiB.
  virtual std::unique_ptr<call> exchange(std::string_view method, wire::request_kind kind, std::vector<std::string> messages,
                                         const call_settings& settings, exchange_handler done) = 0;

  virtual transport_load load() const = 0;
  /// The node's activity since the last call of this function.
  virtual policy::node_activity take_activity() = 0;
  /// Ends all calls soon with `unavailable` and this message, because the client leaves the node. Later calls work as before.
  virtual void abandon(const std::string& message) = 0;
};

} // namespace kdb::inline v0::rpc
