// SPDX-License-Identifier: Apache-2.0
#include "devnode/services/streams/append_session.hpp"

#include "devnode/services/errors.hpp"
#include "devnode/services/gate.hpp"
#include "devnode/services/streams/record_proposal.hpp"
#include "devnode/services/streams/record_validation.hpp"
#include "devnode/services/streams/v2_errors.hpp"

#include "kdb/kurrentdb/protocol/v2/streams/streams.pb.h"

#include <google/protobuf/arena.h>

namespace kdb::inline v0::development {
namespace {

using namespace kurrentdb::protocol::v2::streams;

class append_session_call : public rpc::handler {
public:
  append_session_call(node& serving, rpc::call& call) : node_{serving}, call_{call}, records_{serving.options} {}

  void start() override { call_.read(); }

  void received(rpc::incoming& message) override {
    auto& request = *google::protobuf::Arena::CreateMessage<AppendRequest>(&messages_);
    if (!message.parse(request))
      return call_.finish(errors::invalid_argument("A message is not an AppendRequest."));
    if (auto refused = add(request))
      return call_.finish(*std::move(refused));
    call_.read();
  }

  void half_closed() override {
    if (records_.proposed.targets.empty())
      return call_.finish(v2_errors::no_requests());
    call_.send_headers(); // a client that gave up has not asked for a write
  }

  void headers_sent() override {
    auto& proposed = records_.proposed;
    auto decisions = node_.events.decide(proposed);
    auto decided = decide_session(decisions);
    auto& failed = proposed.targets[decided.target];
    if (decided.verdict == append_verdict::deleted)
      return refuse(v2_errors::tombstoned(failed.stream));
    if (decided.verdict == append_verdict::wrong_version)
      return refuse(v2_errors::revision_conflict(failed.stream, failed.expected.code, node_.events.facts(failed.stream).last));
    succeed(decided.verdict == append_verdict::duplicate ? node_.events.written_before(proposed, decisions)
                                                         : node_.events.write(proposed));
  }

private:
  std::optional<rpc::status> add(const AppendRequest& request) {
    if (auto violations = validate(request); !violations.empty())
      return v2_errors::bad_request("AppendRequest", violations);
    if (!node_.access.may(*caller_, stream_action::write, request.stream()))
      return v2_errors::access_denied("streams:write", request.stream(), *caller_);
    auto& proposed = records_.proposed;
    auto expected = request.has_expected_revision() ? expected_state{request.expected_revision()} : expected_state::any();
    auto target = proposed.add_target(request.stream(), expected);
    if (target != targets_++)
      return v2_errors::already_in_session(request.stream());
    for (auto& record : request.records())
      if (auto problem = records_.add(record, target))
        return problem;
    return {};
  }

  void refuse(rpc::status refusal) {
    replies_.then([this, refusal = std::move(refusal)] { call_.finish(refusal); });
  }

  void succeed(const transaction_outcome& done) {
    AppendSessionResponse reply;
    for (std::size_t i = 0; i < done.last.size(); ++i) {
      auto& output = *reply.add_output();
      output.set_stream(records_.proposed.targets[i].stream);
      output.set_stream_revision(done.last[i]);
    }
    reply.set_position(static_cast<std::int64_t>(done.position));
    replies_.then([this, message = rpc::outgoing{reply}] { call_.write_and_finish(message); });
  }

  node& node_;
  rpc::call& call_;
  const std::shared_ptr<const caller> caller_ = caller_of(node_, call_);
  google::protobuf::Arena messages_;
  record_proposal records_;
  durable_replies replies_{node_.durable, call_};
  std::size_t targets_ = 0;
};

} // namespace

std::unique_ptr<rpc::handler> handle_append_session(node& serving, rpc::call& call) {
  return std::make_unique<append_session_call>(serving, call);
}

} // namespace kdb::inline v0::development
