// SPDX-License-Identifier: Apache-2.0
#include "devnode/services/streams/append_records.hpp"

#include "devnode/services/gate.hpp"
#include "devnode/services/streams/record_proposal.hpp"
#include "devnode/services/streams/record_validation.hpp"
#include "devnode/services/streams/v2_errors.hpp"
#include "devnode/services/unary.hpp"

#include "kdb/kurrentdb/protocol/v2/streams/streams.pb.h"

#include <algorithm>
#include <string>
#include <unordered_map>

namespace kdb::inline v0::development {
namespace {

using namespace kurrentdb::protocol::v2::streams;
using answer = std::variant<AppendRecordsResponse, rpc::status>;

std::optional<rpc::status> add_records(node& serving, const caller& who, const AppendRecordsRequest& request,
                                       record_proposal& records) {
  if (auto violations = validate(request); !violations.empty())
    return v2_errors::bad_request("AppendRecordsRequest", violations);
  for (auto& record : request.records()) {
    if (auto violations = validate(record); !violations.empty())
      return v2_errors::bad_request("AppendRequest", violations);
    if (!serving.access.may(who, stream_action::write, record.stream()))
      return v2_errors::access_denied("streams:write", record.stream(), who);
    if (record.stream().empty())
      return errors::handler_exception();
    if (auto problem = records.add(record, records.proposed.add_target(record.stream())))
      return problem;
  }
  for (auto& check : request.checks())
    if (auto& stream = check.stream_state().stream(); !serving.access.may(who, stream_action::read, stream))
      return v2_errors::access_denied("streams:read", stream, who);
  return {};
}

// What is checked, in the order in which violations are told: the request's checks, then the streams that are written without one.
struct checked {
  std::vector<std::string> streams;
  std::vector<state_check> checks;
};

checked checks_of(const AppendRecordsRequest& request, store& events, transaction& proposed) {
  checked all;
  std::unordered_map<std::string, std::size_t> known; // by folded name
  for (auto& check : request.checks()) {
    known.try_emplace(folded_name(check.stream_state().stream()), all.streams.size());
    all.streams.push_back(check.stream_state().stream());
    all.checks.push_back({check.stream_state().expected_state(), {}, {}});
  }
  std::vector<std::size_t> check_of;
  for (auto& target : proposed.targets) {
    auto [found, added] = known.try_emplace(folded_name(target.stream), all.streams.size());
    check_of.push_back(found->second);
    if (added) {
      all.streams.push_back(target.stream);
      all.checks.emplace_back();
    }
    auto index = check_of.back();
    all.streams[index] = target.stream;
    target.expected = write_expectation(all.checks[index].expected);
  }
  for (std::size_t i = 0; i < all.checks.size(); ++i)
    all.checks[i].stream = events.facts(all.streams[i]);
  auto decisions = events.decide(proposed);
  for (std::size_t i = 0; i < decisions.size(); ++i)
    all.checks[check_of[i]].write = decisions[i];
  return all;
}

rpc::status violation_of(const checked& all, const records_decision& decided) {
  std::vector<state_violation> violations;
  for (auto& [index, actual] : decided.violations)
    violations.push_back({index, all.streams[index], all.checks[index].expected, actual});
  return v2_errors::consistency_violation(violations);
}

answer append_records(node& serving, const caller& who, const AppendRecordsRequest& request) {
  auto& events = serving.events;
  record_proposal records{serving.options};
  if (auto refused = add_records(serving, who, request, records))
    return *std::move(refused);
  auto& proposed = records.proposed;
  auto all = checks_of(request, events, proposed);
  auto decided = decide_records(all.checks);
  if (decided.verdict == append_verdict::wrong_version)
    return violation_of(all, decided);
  auto done = decided.verdict == append_verdict::duplicate ? events.written_before(proposed, events.decide(proposed))
                                                           : events.write(proposed);
  AppendRecordsResponse reply;
  for (std::size_t i = 0; i < done.last.size(); ++i) {
    auto& revision = *reply.add_revisions();
    revision.set_stream(proposed.targets[i].stream);
    revision.set_revision(done.last[i]);
  }
  reply.set_position(static_cast<std::int64_t>(done.position));
  return reply;
}

} // namespace

std::unique_ptr<rpc::handler> handle_append_records(node& serving, rpc::call& call) {
  return unary<AppendRecordsRequest, AppendRecordsResponse>(
    call,
    [&serving, who = caller_of(serving, call)](const AppendRecordsRequest& request) {
      return append_records(serving, *who, request);
    },
    &serving.durable);
}

} // namespace kdb::inline v0::development
