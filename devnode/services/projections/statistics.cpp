// SPDX-License-Identifier: Apache-2.0
#include "devnode/services/projections/statistics.hpp"

#include "devnode/services/listing.hpp"
#include "devnode/services/projections/errors.hpp"
#include "devnode/services/projections/managed_projections.hpp"

#include "kdb/event_store/client/projections.pb.h"

namespace kdb::inline v0::development {
namespace {

using namespace event_store::client::projections;

std::string position_text(std::optional<std::uint64_t> position) {
  if (!position)
    return "C:0/P:-1";
  auto number = std::to_string(*position);
  return "C:" + number + "/P:" + number;
}

// In percent, -1 for one that has seen nothing.
float share_of(const projection_progress& progress, std::uint64_t end) {
  if (progress.processed == 0)
    return -1;
  return progress.caught_up ? 100
                            : static_cast<float>(100.0 * static_cast<double>(*progress.position) / static_cast<double>(end));
}

StatisticsResp describe(const projection& of, const managed_projections& among, std::uint64_t end) {
  StatisticsResp reply;
  auto& details = *reply.mutable_details();
  details.set_name(of.definition.name);
  details.set_effectivename(of.definition.name);
  details.set_mode(std::string{name_of(of.definition.mode)});
  details.set_status(std::string{status_of(of)});
  details.set_statereason(std::string{reason_of(of)});
  details.set_version(of.version);
  details.set_epoch(of.epoch);
  if (of.phase == projection_phase::faulted) // has no more to tell
    return reply;
  auto progress = among.progress(of);
  details.set_partitionscached(1);
  details.set_position(progress ? position_text(progress->position) : of.start);
  details.set_lastcheckpoint(progress ? position_text(progress->checkpoint) : of.start);
  details.set_progress(progress ? share_of(*progress, end) : -1);
  details.set_eventsprocessedafterrestart(progress ? static_cast<std::int64_t>(progress->processed) : 0);
  return reply;
}

bool wanted(const StatisticsReq::Options& options, const projection& each) {
  switch (options.mode_case()) {
    case StatisticsReq::Options::kTransient: return false; // there are none
    case StatisticsReq::Options::kContinuous: return each.definition.mode == projection_mode::continuous;
    case StatisticsReq::Options::kOneTime: return each.definition.mode == projection_mode::one_time;
    default: return true;
  }
}

using statistics = std::variant<std::deque<StatisticsResp>, rpc::status>;

statistics statistics_of(node& serving, const StatisticsReq& request) {
  auto& options = request.options();
  if (options.mode_case() == StatisticsReq::Options::MODE_NOT_SET)
    return errors::handler_exception();
  if (!serving.projections)
    return errors::not_ready();
  auto& projections = *serving.projections;
  auto end = serving.events.events().end_position();
  std::deque<StatisticsResp> replies;
  if (!options.name().empty()) {
    auto found = projections.find(options.name());
    if (!found)
      return errors::projection_not_found(options.name());
    replies.push_back(describe(*found, projections, end));
    return replies;
  }
  for (auto& each : projections.all())
    if (wanted(options, each))
      replies.push_back(describe(each, projections, end));
  return replies;
}

} // namespace

std::unique_ptr<rpc::handler> handle_projection_statistics(node& serving, rpc::call& call) {
  return listing<StatisticsReq, StatisticsResp>(
    call, [&serving](const StatisticsReq& request) { return statistics_of(serving, request); });
}

} // namespace kdb::inline v0::development
