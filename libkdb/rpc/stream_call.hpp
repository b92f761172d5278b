// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <grpcpp/client_context.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/support/byte_buffer.h>

#include <atomic>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "libkdb/rpc/channel_pool.hpp"
#include "libkdb/rpc/engine.hpp"
#include "libkdb/rpc/held_bytes.hpp"
#include "libkdb/rpc/transport.hpp"
#include "libkdb/wire/call_status.hpp"

// Internal: includes gRPC.
namespace kdb::inline v0::rpc {

/// One gRPC call of any kind, driven as a stream of raw bytes in both directions. At most one read and one write are outstanding.
/// The status is requested at the start, so that a call notices its end even while it does not read. Derived classes interpret
/// the messages.
class stream_call : public running_call, public timed, public std::enable_shared_from_this<stream_call> {
public:
  stream_call(std::shared_ptr<engine> engine, channel_lease lease, const call_settings& settings);
  ~stream_call() override;

  /// Starts the call, and sends the messages written before. If the engine is stopping, the call ends with `closed` at once.
  void start(std::string_view method);
  void cancel() override;
  const channel_pool* connections() const override { return lease_ ? lease_->pool().get() : nullptr; }
  /// Queues a message; `last` half-closes after it.
  void write(std::string message, bool last);
  /// Queues messages, which are sent in shared packets where possible, together with messages written while the engine's thread
  /// is busy: the thread first takes all available answers.
  void write(std::vector<std::string>& messages);
  /// Lets `count` more units be read; see `spend`.
  void allow(std::size_t count);

  /// On the engine's thread, when the completion queue has run dry after `flush_later`.
  void flush();
  /// On the engine's thread: writes what has been queued meanwhile.
  void begin_writing();
  /// On the engine's thread: ends the call if nothing has arrived until its start timeout.
  void due() override;

protected:
  // All on the engine's thread.

  /// A message arrived; one that says something is noted by `note_answer`. An error ends the call with that error.
  virtual result<void> on_message(const grpc::ByteBuffer& message) = 0;
  virtual void on_flush() {}
  /// Exactly once, last.
  virtual void on_end(result<void> outcome) = 0;
  virtual wire::request_kind kind() const = 0;
  /// Whether an answer of the server is expected now: by default, until the first answer. From any thread.
  virtual bool is_owed() const { return !answered(); }

  /// Asks for `on_flush` when nothing more is ready.
  void flush_later();
  /// Whether that time has come. If not, asks for `on_flush` then, unless one is to come at a time that was asked for before. From
  /// any thread.
  bool is_due(std::chrono::steady_clock::time_point time);
  /// Stops the start timeout.
  void note_answer() { answered_ = true; }
  /// From any thread.
  bool answered() const { return answered_; }
  bool may_read() const { return allowed_ > 0; }
  /// To be called when `is_owed` may have changed. From any thread.
  void note_owed() { answer_expected_.set(!ended_ && is_owed()); }
  /// Notes how many bytes of answers were received and not handed over yet, in steps: each message would cost reading too much. By one
  /// thread at a time.
  void note_received(std::size_t bytes) {
    constexpr std::size_t least = 4 << 10;
    if (bytes > 0 ? bytes < received_ + least : received_ == 0)
      return;
    held_.add(static_cast<std::int64_t>(bytes) - static_cast<std::int64_t>(std::exchange(received_, bytes)));
  }
  /// Uses up one unit of what `allow` gave. Reading pauses while none is left.
  void spend();

private:
  template <void (stream_call::*Member)(bool)>
  // NOLINTNEXTLINE(cppcoreguidelines-virtual-class-destructor): final, and destroyed only as what it is.
  struct step final : operation {
    explicit step(stream_call* call) : owner{call} {}
    void complete(bool ok) override { (owner->*Member)(ok); }
    stream_call* owner;
  };

  struct flush_timer final : timed {
    explicit flush_timer(stream_call* call) : owner{call} {}
    void due() override {
      is_set = false;
      owner->on_flush();
    }
    stream_call* owner;
    std::atomic<bool> is_set{false};
  };

  void headers_arrived(bool ok);
  void message_arrived(bool ok);
  void message_written(bool ok);
  void finished(bool ok);

  void write_next(std::unique_lock<std::mutex>& lock);
  void stop_writing();
  void read_next(std::unique_lock<std::mutex>& lock);
  void end_if_done(std::unique_lock<std::mutex>& lock);

  const std::shared_ptr<engine> engine_;
  std::optional<channel_lease> lease_; // Until the end.
  expectation answer_expected_;
  held_messages held_;
  std::size_t received_ = 0; // Of what is held.
  grpc::ClientContext context_;
  std::unique_ptr<grpc::GenericClientAsyncReaderWriter> stream_;

  struct queued {
    std::string message;
    bool last = false;
  };
  // Held only briefly, so that writers never wait for gRPC, which is called under `mutex_`. Lock order: `mutex_` first.
  std::mutex queue_mutex_;
  std::deque<queued> to_write_;
  bool closed_ = false;  // Nothing more is queued.
  bool writing_ = false; // Changes under both mutexes.
  std::size_t bytes_in_write_ = 0;

  std::mutex mutex_;
  std::atomic<std::ptrdiff_t> allowed_{0}; // Changes under `mutex_`, like `ended_`; both are read without it.
  bool open_ = false;                      // Headers or the end arrived: reads may be issued.
  bool reading_ = false;
  bool read_closed_ = false; // A read came back empty: there are no more messages.
  bool finished_ = false;    // The status is known.
  std::atomic<bool> ended_{false};
  bool reached_server_ = false;

  const std::optional<std::chrono::milliseconds> start_timeout_;
  std::atomic<bool> answered_{false}; // The server has answered. Set only on the engine's thread.
  bool flush_pending_ = false;        // Only on the engine's thread.
  std::optional<error> refused_;      // The error from `on_message`. Only on the engine's thread.
  grpc::ByteBuffer incoming_;
  grpc::Status status_;
  step<&stream_call::headers_arrived> headers_step_{this};
  step<&stream_call::message_arrived> read_step_{this};
  step<&stream_call::message_written> write_step_{this};
  step<&stream_call::finished> finish_step_{this};
  flush_timer flush_timer_{this};
};

/// Adds the settings of a call to its context.
void prepare(grpc::ClientContext& context, const call_settings& settings);

/// How the call ended, with its trailers.
wire::call_status to_call_status(const grpc::Status& status, const grpc::ClientContext& context);

/// The status of calls whose connection was given up, because the server sent headers, or other frames without messages, without
/// end.
wire::call_status flooded();

/// Gives the message's memory to gRPC instead of copying it.
grpc::ByteBuffer to_buffer(std::string message);

/// Copies the bytes of a message to `target`, which has room for `message.Length()`.
void copy_bytes(const grpc::ByteBuffer& message, char* target);

} // namespace kdb::inline v0::rpc
