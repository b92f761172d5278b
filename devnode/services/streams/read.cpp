// SPDX-License-Identifier: Apache-2.0
#include "devnode/services/streams/read.hpp"

#include "devnode/services/errors.hpp"
#include "devnode/services/gate.hpp"
#include "devnode/services/indexes/read.hpp"
#include "devnode/services/streams/finite_read.hpp"
#include "devnode/services/streams/read_messages.hpp"
#include "devnode/services/streams/read_request.hpp"
#include "devnode/services/streams/subscription.hpp"

#include "kdb/event_store/client/streams.pb.h"

#include <optional>
#include <variant>

namespace kdb::inline v0::development {
namespace {

// Waits for the request and the end of the client's side; then one of the two kinds of read does the work.
class read_call : public rpc::handler {
public:
  read_call(node& serving, rpc::call& call) : node_{serving}, call_{call} {}

  void start() override { call_.read(); }

  void received(rpc::incoming& message) override {
    if (wanted_)
      return call_.finish(errors::invalid_argument("A call of Read has one request."));
    event_store::client::streams::ReadReq wire;
    if (!message.parse(wire))
      wanted_ = errors::invalid_argument("The request is not a ReadReq.");
    else if (auto subject = subject_of(wire); subject && !may_read(*subject))
      wanted_ = errors::access_denied();
    else
      wanted_ = parse_read(wire);
    call_.read();
  }

  // Not earlier: a call that is answered before its client has ended its side is reset, and some clients then lose the answer.
  void half_closed() override {
    if (!wanted_)
      return call_.finish(errors::handler_exception());
    if (auto refused = std::get_if<rpc::status>(&*wanted_))
      return call_.finish(std::move(*refused));
    auto& request = std::get<read_request>(*wanted_);
    if (auto decided = admit(node_.place, demand::reading, requires_leader(call_)); decided != admission::serve)
      if (auto end = refusal(node_.place, demand::reading, decided); refuse(request, decided, end))
        return;
    if (!request.all && node_.events.tombstoned(request.stream))
      return call_.finish(errors::stream_deleted(request.stream));
    if (auto missing = open_user_index(node_, request))
      return call_.finish(*std::move(missing));
    follows_ = request.subscription;
    work_ = request.subscription ? subscription(node_, call_, std::move(request)) : finite_read(node_, call_, std::move(request));
    work_->start();
  }

  void writable() override {
    if (work_)
      work_->writable();
  }

  // A finite read goes on while it is let.
  void drain(const rpc::status& end) override {
    if (!work_ || follows_)
      call_.finish(end);
  }

private:
  bool may_read(std::string_view stream) { return node_.access.may(*caller_of(node_, call_), stream_action::read, stream); }

  // Ends the call unless it is served all the same. A follower notices that it does not lead when it reads the first page: after the
  // confirmation, and never for a subscription that wants only what is yet to come.
  bool refuse(const read_request& request, admission decided, const rpc::status& end) {
    if (request.subscription && decided == admission::not_leader) {
      if (std::holds_alternative<from_end>(request.from))
        return false;
      call_.write(confirmation_message(random_uuid()), true);
    }
    call_.finish(end);
    return true;
  }

  node& node_;
  rpc::call& call_;
  std::optional<std::variant<read_request, rpc::status>> wanted_;
  std::unique_ptr<reading> work_;
  bool follows_ = false;
};

} // namespace

std::unique_ptr<rpc::handler> handle_read(node& serving, rpc::call& call) {
  return std::make_unique<read_call>(serving, call);
}

} // namespace kdb::inline v0::development
