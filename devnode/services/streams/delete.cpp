// SPDX-License-Identifier: Apache-2.0
#include "devnode/services/streams/delete.hpp"

#include "devnode/services/errors.hpp"
#include "devnode/services/gate.hpp"
#include "devnode/services/streams/proposal.hpp"
#include "devnode/services/unary.hpp"

#include <algorithm>

namespace kdb::inline v0::development {
namespace {

using namespace event_store::client::streams;

// The two differ in nothing but their types and what is done.
template <class Request, class Reply, class Write>
std::variant<Reply, rpc::status> remove(node& serving, const caller& who, const Request& request, std::string_view type_name,
                                        Write write) {
  if (!request.has_options())
    return errors::handler_exception();
  auto& options = request.options();
  auto expected = read_expectation(options);
  if (!expected)
    return errors::none_is_invalid(std::string{type_name} + "+Types+Options+ExpectedStreamRevisionOneofCase");
  auto name = read_name(options.stream_identifier());
  if (!valid_name(name) || name == "$all" || !serving.access.may(who, stream_action::remove, name))
    return errors::access_denied();
  write_outcome done = write(name, *expected);
  if (done.verdict == append_verdict::deleted)
    return errors::stream_deleted(name);
  if (!done.success())
    return errors::wrong_expected_version(name, *expected, done.last);
  Reply reply;
  reply.mutable_position()->set_commit_position(*done.position);
  reply.mutable_position()->set_prepare_position(*done.position);
  return reply;
}

} // namespace

std::unique_ptr<rpc::handler> handle_delete(node& serving, rpc::call& call) {
  return unary<DeleteReq, DeleteResp>(
    call,
    [&serving, who = caller_of(serving, call)](const DeleteReq& request) {
      return remove<DeleteReq, DeleteResp>(
        serving, *who, request, "DeleteReq",
        [&](std::string_view name, expected_state expected) { return serving.writes().soft_delete(name, expected); });
    },
    &serving.durable);
}

std::unique_ptr<rpc::handler> handle_tombstone(node& serving, rpc::call& call) {
  return unary<TombstoneReq, TombstoneResp>(
    call,
    [&serving, who = caller_of(serving, call)](const TombstoneReq& request) -> std::variant<TombstoneResp, rpc::status> {
      // A metastream goes with its stream, never alone.
      if (is_metastream(request.options().stream_identifier().stream_name()))
        return errors::access_denied();
      return remove<TombstoneReq, TombstoneResp>(
        serving, *who, request, "TombstoneReq",
        [&](std::string_view name, expected_state expected) { return serving.writes().tombstone(name, expected); });
    },
    &serving.durable);
}

} // namespace kdb::inline v0::development
