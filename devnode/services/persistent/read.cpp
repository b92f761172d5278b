// SPDX-License-Identifier: Apache-2.0
#include "devnode/services/persistent/read.hpp"

#include "devnode/services/errors.hpp"
#include "devnode/services/gate.hpp"
#include "devnode/services/persistent/groups.hpp"
#include "devnode/services/persistent/messages.hpp"
#include "devnode/services/persistent/request.hpp"

#include "kdb/event_store/client/persistent.pb.h"

#include <deque>
#include <optional>
#include <vector>

namespace kdb::inline v0::development {
namespace {

using event_store::client::persistent_subscriptions::ReadReq;

nack_action read_action(ReadReq::Nack::Action action) {
  switch (action) {
    case ReadReq::Nack::Park: return nack_action::park;
    case ReadReq::Nack::Retry: return nack_action::retry;
    case ReadReq::Nack::Skip: return nack_action::skip;
    case ReadReq::Nack::Stop: return nack_action::stop;
    default: return nack_action::unknown;
  }
}

class persistent_read_call : public rpc::handler, private group_member {
public:
  persistent_read_call(node& serving, rpc::call& call) : node_{serving}, call_{call} {}

  ~persistent_read_call() override {
    if (group_)
      group_->leave(id_);
  }

  void start() override { call_.read(); }

  void received(rpc::incoming& message) override {
    ReadReq request;
    if (!message.parse(request))
      return call_.finish(errors::invalid_argument("A message is not a ReadReq."));
    auto refused = begun_ ? answer(request) : begin(request);
    if (refused)
      return call_.finish(*std::move(refused));
    call_.read();
  }

  // A consumer that has joined gets events all the same.
  void half_closed() override {
    if (!begun_)
      call_.finish({});
  }

  void writable() override { flush(); }

private:
  using status = std::optional<rpc::status>;

  status begin(const ReadReq& request) {
    auto& options = request.options();
    auto name = request.has_options() ? read_group_name(options) : std::nullopt;
    if (!name || !options.has_uuid_option() || options.buffer_size() < 0)
      return errors::handler_exception();
    auto who = caller_of(node_, call_);
    if (!node_.access.may(*who, stream_action::read, name->stream))
      return errors::access_denied();
    if (!node_.groups)
      return errors::not_ready();
    auto group = node_.groups->find(*name);
    if (!group)
      return errors::group_does_not_exist(*name);
    if (group->full())
      return errors::group_full(*name);
    begun_ = true;
    form_ = options.uuid_option().has_string() ? id_form::text : id_form::structured;
    send(group_confirmation_message(name->key()));
    std::string connection{call_.header("connection-name")};
    group_ = group;
    id_ = group->join(*this, options.buffer_size(), {who->login, connection.empty() ? "<unknown>" : std::move(connection)});
    return {};
  }

  // A server stops listening in silence when it gets an answer that it can't read.
  status answer(const ReadReq& request) {
    if (!group_)
      return {};
    if (request.has_ack()) {
      auto ids = read_ids(request.ack().ids());
      if (!ids)
        return errors::invalid_argument("An acknowledged id is not a UUID.");
      group_->ack(*ids);
      return {};
    }
    if (!request.has_nack())
      return errors::invalid_argument("A consumer that has joined sends nothing but answers.");
    auto ids = read_ids(request.nack().ids());
    if (!ids)
      return errors::invalid_argument("A refused id is not a UUID.");
    group_->nack(*ids, read_action(request.nack().action()), request.nack().reason());
    return {};
  }

  template <class Ids>
  static std::optional<std::vector<uuid>> read_ids(const Ids& wire) {
    std::vector<uuid> ids;
    ids.reserve(static_cast<std::size_t>(wire.size()));
    for (auto& each : wire) {
      auto id = read_uuid(each);
      if (!id)
        return std::nullopt;
      ids.push_back(*id);
    }
    return ids;
  }

  // -- from the group ---

  void deliver(const resolved_event& event, std::int32_t retry_count) override {
    send(group_event_message(event, retry_count, form_));
  }

  void dropped(const rpc::status& refusal) override {
    group_ = nullptr;
    end_ = refusal;
    flush_later_.schedule();
  }

  // -- to the client ---

  void send(rpc::outgoing message) {
    messages_.push_back(std::move(message));
    flush_later_.schedule();
  }

  void flush() {
    if (!call_.can_write())
      return;
    if (end_ && confirmed_)
      return call_.finish(*std::move(end_));
    if (messages_.empty())
      return;
    auto message = std::move(messages_.front());
    messages_.pop_front();
    confirmed_ = true;
    call_.write(message, !messages_.empty() && !end_);
  }

  node& node_;
  rpc::call& call_;
  running_group* group_ = nullptr;
  consumer_id id_ = 0;
  id_form form_ = id_form::structured;
  std::deque<rpc::outgoing> messages_; // as many as the consumer's buffer takes
  std::optional<rpc::status> end_;
  bool begun_ = false;
  bool confirmed_ = false;
  rpc::turn_task flush_later_{call_.on(), [this] { flush(); }};
};

} // namespace

std::unique_ptr<rpc::handler> handle_persistent_read(node& serving, rpc::call& call) {
  return std::make_unique<persistent_read_call>(serving, call);
}

} // namespace kdb::inline v0::development
