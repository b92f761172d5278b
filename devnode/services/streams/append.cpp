// SPDX-License-Identifier: Apache-2.0
#include "devnode/services/streams/append.hpp"

#include "devnode/services/errors.hpp"
#include "devnode/services/gate.hpp"
#include "devnode/services/streams/proposal.hpp"

#include <google/protobuf/arena.h>

#include <algorithm>

namespace kdb::inline v0::development {
namespace {

using event_store::client::streams::AppendReq;
using event_store::client::streams::AppendResp;

void fill_success(AppendResp::Success& success, const write_outcome& done) {
  if (done.last == no_revision)
    success.mutable_no_stream();
  else
    success.set_current_revision(static_cast<std::uint64_t>(done.last));
  if (!done.position) {
    success.mutable_no_position();
    return;
  }
  success.mutable_position()->set_commit_position(*done.position);
  success.mutable_position()->set_prepare_position(*done.position);
}

// Both generations of the fields are filled.
void fill_conflict(AppendResp::WrongExpectedVersion& conflict, expected_state expected, std::int64_t actual) {
  if (actual == no_revision) {
    conflict.mutable_no_stream_20_6_0();
    conflict.mutable_current_no_stream();
  } else {
    conflict.set_current_revision_20_6_0(static_cast<std::uint64_t>(actual));
    conflict.set_current_revision(static_cast<std::uint64_t>(actual));
  }
  switch (expected.code) {
    case expected_state::any_code:
      conflict.mutable_any_20_6_0();
      conflict.mutable_expected_any();
      break;
    case expected_state::exists_code:
      conflict.mutable_stream_exists_20_6_0();
      conflict.mutable_expected_stream_exists();
      break;
    case expected_state::no_stream_code:
      conflict.set_expected_revision_20_6_0(wire_end);
      conflict.mutable_expected_no_stream();
      break;
    default:
      conflict.set_expected_revision_20_6_0(static_cast<std::uint64_t>(expected.code));
      conflict.set_expected_revision(static_cast<std::uint64_t>(expected.code));
  }
}

class append_call : public rpc::handler {
public:
  append_call(node& serving, rpc::call& call) : node_{serving}, call_{call}, proposal_{serving.options} {}

  void start() override { call_.read(); }

  void received(rpc::incoming& message) override {
    auto& wire = *google::protobuf::Arena::CreateMessage<AppendReq>(&messages_);
    if (!message.parse(wire))
      return call_.finish(errors::invalid_argument("A message is not an AppendReq."));
    auto problem = wire.has_options() == options_read_ ? errors::handler_exception()
                   : options_read_                     ? add(wire)
                                                       : begin(wire.options());
    if (problem)
      return call_.finish(*std::move(problem));
    call_.read();
  }

  void half_closed() override {
    if (!options_read_)
      return call_.finish(errors::handler_exception());
    call_.send_headers(); // a client that gave up has not asked for a write
  }

  void headers_sent() override {
    auto done = node_.writes().append(stream_, expected_, proposal_.events());
    if (done.verdict == append_verdict::deleted)
      return replies_.then([this] { call_.finish(errors::stream_deleted(stream_)); });
    AppendResp reply;
    if (done.success())
      fill_success(*reply.mutable_success(), done);
    else
      fill_conflict(*reply.mutable_wrong_expected_version(), expected_, done.last);
    replies_.then([this, message = rpc::outgoing{reply}] { call_.write_and_finish(message); });
  }

private:
  using refusal = std::optional<rpc::status>;

  refusal begin(const AppendReq::Options& options) {
    options_read_ = true;
    auto expected = read_expectation(options);
    if (!expected)
      return errors::none_is_invalid("AppendReq+Types+Options+ExpectedStreamRevisionOneofCase");
    expected_ = *expected;
    stream_ = read_name(options.stream_identifier());
    if (!node_.access.may(*caller_, stream_action::write, stream_))
      return errors::access_denied();
    if (!valid_name(stream_))
      return errors::handler_exception();
    return {};
  }

  refusal add(const AppendReq& message) { return proposal_.add(message.proposed_message()); }

  node& node_;
  rpc::call& call_;
  const std::shared_ptr<const caller> caller_ = caller_of(node_, call_);
  google::protobuf::Arena messages_;
  proposal proposal_;
  std::string stream_;
  expected_state expected_;
  durable_replies replies_{node_.durable, call_};
  bool options_read_ = false;
};

} // namespace

std::unique_ptr<rpc::handler> handle_append(node& serving, rpc::call& call) {
  return std::make_unique<append_call>(serving, call);
}

} // namespace kdb::inline v0::development
