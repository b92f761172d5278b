// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "devnode/rpc/loop.hpp"
#include "devnode/rpc/message.hpp"
#include "devnode/rpc/status.hpp"

#include <grpcpp/generic/async_generic_service.h>

#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace kdb::inline v0::development::rpc {

class call;
class server;

/// What a service does with one call. Lives until the call has ended or its client has gone, whichever is first; then it is destroyed,
/// never from within a function of its own.
class handler {
public:
  virtual ~handler() = default;

  /// The call begins. To get its first message ask with `call::read`.
  virtual void start() = 0;

  /// A message that was asked for.
  virtual void received(incoming& message) = 0;

  /// Instead of a message: there are no more. Also comes when the client has gone, a moment before the handler is destroyed;
  /// who must know asks with `call::send_headers`.
  virtual void half_closed() {}

  /// The headers that were asked for are on their way, so the client was there.
  virtual void headers_sent() {}

  /// The write before is done, another one may follow.
  virtual void writable() {}

  /// The node begins to shut down: what has no end of its own ends now, with this.
  virtual void drain(const status&) {}
};

using handler_factory = std::function<std::unique_ptr<handler>(call&)>;

/// A method that the server has.
struct method {
  handler_factory make;
  std::size_t largest_request = 0; ///< In bytes, a message.
};

/// One call of a client. All of it happens on the loop's thread. After `finish` only the destructor of the handler is called.
class call {
public:
  explicit call(server& owner);

  call(const call&) = delete;
  call& operator=(const call&) = delete;

  loop& on();

  /// Asks for the next message. Once at a time.
  void read();

  /// Sends the headers of the reply before anything else. `headers_sent` follows unless the client has gone.
  void send_headers();

  /// Whether `write` is allowed: no other one is under way and the call has not been finished.
  bool can_write() const { return !writing_ && !ending_; }

  /// Writes a message. With `more` it may wait for the next write or the end of the call, which then must follow.
  void write(const outgoing& message, bool more);

  /// Ends the call once what was written is on its way.
  void finish(status end);

  /// Writes a last message and ends the call with OK.
  void write_and_finish(const outgoing& message);

  bool finished() const { return ending_; }

  /// Does `work` for the handler. If that throws the call ends as a server's does.
  template <class Work>
  void attempt(Work work) {
    try {
      work();
    } catch (const std::exception&) {
      finish({status_code::unknown, "Exception was thrown by handler.", {}});
    }
  }

  /// Value of a request header, empty if absent.
  std::string_view header(const char* key) const;

private:
  friend class server;

  void accepted(bool ok);
  void read_done(bool ok);
  void headers_done(bool ok);
  void write_done(bool ok);
  void finish_done(bool ok);
  void ended(bool ok);

  void wrote();
  void send_end(const status& end);
  void release();

  server& server_;
  grpc::GenericServerContext context_;
  grpc::GenericServerAsyncReaderWriter stream_{&context_};
  member_operation<call, &call::accepted> accepted_{*this};
  member_operation<call, &call::read_done> read_{*this};
  member_operation<call, &call::headers_done> headers_{*this};
  member_operation<call, &call::write_done> write_{*this};
  member_operation<call, &call::finish_done> finish_{*this};
  member_operation<call, &call::ended> ended_{*this};
  std::unique_ptr<handler> handler_;
  incoming incoming_;
  std::optional<status> end_; // waits for a write
  std::size_t largest_request_ = 0;
  int under_way_ = 0;
  bool begun_ = false; // something was written
  bool writing_ = false;
  bool ending_ = false;
};

} // namespace kdb::inline v0::development::rpc
