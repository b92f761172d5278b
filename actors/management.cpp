#include <management.hpp>

#include <utility>

#include <gossip_call.hpp>
#include <late_sender.hpp>
#include <policy/expectation.hpp>
#include <policy/validate.hpp>
#include <policy/validate_writes.hpp>
#include <wire/gossip.hpp>
#include <wire/v2_streams.hpp>

namespace kdb {

namespace {

constexpr std::string_view delete_method = "/event_store.client.streams.Streams/Delete";
constexpr std::string_view tombstone_method = "/event_store.client.streams.Streams/Tombstone";
constexpr std::string_view append_session_method = "/kurrentdb.protocol.v2.streams.StreamsService/AppendSession";
constexpr std::string_view append_records_method = "/kurrentdb.protocol.v2.streams.StreamsService/AppendRecords";
constexpr std::string_view append_session_feature = "kurrentdb.protocol.v2.streams.streamsservice/appendsession";
constexpr std::string_view append_records_feature = "kurrentdb.protocol.v2.streams.streamsservice/appendrecords";

/// Whether who shares a question learns of its end in time.
bool ends_in_time(const time_budget& question, const time_budget& call) {
  return !call.limited() || (question.limited() && question.end() <= call.end());
}

result<cluster_info> decode_cluster(std::string_view message) {
  return wire::decode_gossip(message).map([](std::vector<cluster_member> members) { return cluster_info{std::move(members)}; });
}

} // namespace

management_state::~management_state() {
  for (auto& [number, each] : calls)
    each.answer.deliver(to_caf({.code = errc::closed,
                                .message = "the client was closed before the server answered",
                                .outcome_unknown = each.call && each.plan.kind != wire::request_kind::read}));
}

management_self::behavior_type management_state::start(worker_context_ptr given) {
  context = std::move(given);
  return {
    [this](const delete_stream& what) { return on_delete(what); },
    [this](const tombstone_stream& what) { return on_tombstone(what); },
    [this](const append_to_streams& what) { return on_append_to_streams(what); },
    [this](const append_records& what) { return on_append_records(what); },
    [this](const read_gossip& what) { return on_read_gossip(what); },
    [this](const create_group& what) { return on_create_group(what); },
    [this](const create_group_on_all& what) { return on_create_group_on_all(what); },
    [this](const update_group& what) { return on_update_group(what); },
    [this](const update_group_on_all& what) { return on_update_group_on_all(what); },
    [this](const change_group& what) { return on_change_group(what); },
    [this](const delete_group& what) { return on_delete_group(what); },
    [this](const get_group_info& what) { return on_get_group_info(what); },
    [this](const list_groups& what) { return on_list_groups(what); },
    [this](const replay_parked& what) { return on_replay_parked(what); },
    [this](const truncate_parked& what) { return on_truncate_parked(what); },
    [this](const restart_persistent_subscriptions& what) { return on_restart(what); },
    [this](const create_user& what) { return on_create_user(what); },
    [this](const update_user& what) { return on_update_user(what); },
    [this](const delete_user& what) { return on_delete_user(what); },
    [this](const enable_user& what) { return on_enable_user(what); },
    [this](const disable_user& what) { return on_disable_user(what); },
    [this](const get_user& what) { return on_get_user(what); },
    [this](const get_current_user& what) { return on_get_current_user(what); },
    [this](const list_users& what) { return on_list_users(what); },
    [this](const change_password& what) { return on_change_password(what); },
    [this](const reset_password& what) { return on_reset_password(what); },
    [this](const create_projection& what) { return on_create_projection(what); },
    [this](const create_one_time_projection& what) { return on_create_one_time_projection(what); },
    [this](const update_projection& what) { return on_update_projection(what); },
    [this](const delete_projection& what) { return on_delete_projection(what); },
    [this](const enable_projection& what) { return on_enable_projection(what); },
    [this](const disable_projection& what) { return on_disable_projection(what); },
    [this](const abort_projection& what) { return on_abort_projection(what); },
    [this](const reset_projection& what) { return on_reset_projection(what); },
    [this](const get_projection_statistics& what) { return on_get_projection_statistics(what); },
    [this](const list_projections& what) { return on_list_projections(what); },
    [this](const get_projection_state& what) { return on_get_projection_state(what); },
    [this](const get_projection_result& what) { return on_get_projection_result(what); },
    [this](const restart_projections& what) { return on_restart_projections(what); },
    [this](const start_scavenge& what) { return on_start_scavenge(what); },
    [this](const stop_scavenge& what) { return on_stop_scavenge(what); },
    [this](const merge_indexes& what) { return on_merge_indexes(what); },
    [this](const resign_node& what) { return on_resign_node(what); },
    [this](const set_node_priority& what) { return on_set_node_priority(what); },
    [this](const shut_down_node& what) { return on_shut_down_node(what); },
    [this](const exchanges_done&) { on_exchanges_done(); },
  };
}

// -- one call each --------------------------------------------------------------------------

caf::result<delete_result> management_state::on_delete(const delete_stream& what) {
  if (auto fine = policy::check_delete(what.stream, what.expected, what.options.call); !fine)
    return to_caf(std::move(fine.error()));
  return run<delete_result>(
    {.method = delete_method, .kind = wire::request_kind::write, .options = what.options.call, .expected = what.expected},
    {wire::encode_delete(what.stream, what.expected)}, wire::decode_delete);
}

caf::result<delete_result> management_state::on_tombstone(const tombstone_stream& what) {
  if (auto fine = policy::check_delete(what.stream, what.expected, what.options.call); !fine)
    return to_caf(std::move(fine.error()));
  return run<delete_result>(
    {.method = tombstone_method, .kind = wire::request_kind::write, .options = what.options.call, .expected = what.expected},
    {wire::encode_tombstone(what.stream, what.expected)}, wire::decode_tombstone);
}

caf::result<records_result> management_state::on_append_to_streams(const append_to_streams& what) {
  if (auto fine = policy::check_append_to_streams(what.appends, what.options.call); !fine)
    return to_caf(std::move(fine.error()));
  return run<records_result>({.method = append_session_method,
                              .kind = wire::request_kind::write,
                              .options = what.options.call,
                              .needs = append_session_feature,
                              .leader_only = true},
                             wire::encode_append_session(what.appends), wire::decode_append_session);
}

caf::result<records_result> management_state::on_append_records(const append_records& what) {
  if (auto fine = policy::check_append_records(what.records, what.checks, what.options.call); !fine)
    return to_caf(std::move(fine.error()));
  return run<records_result>({.method = append_records_method,
                              .kind = wire::request_kind::write,
                              .options = what.options.call,
                              .needs = append_records_feature,
                              .leader_only = true},
                             {wire::encode_append_records(what.records, what.checks)}, wire::decode_append_records);
}

caf::result<cluster_info> management_state::on_read_gossip(const read_gossip& what) {
  if (auto fine = policy::check_call(what.call); !fine)
    return to_caf(std::move(fine.error()));
  return run<cluster_info>({.method = gossip_method, .kind = wire::request_kind::read, .options = what.call}, {std::string{}},
                           decode_cluster);
}

// -- every call -------------------------------------------------------------------------------

void management_state::begin(pending what) {
  const auto now = self->clock().now();
  what.budget = time_budget{deadline_for(context->how, what.plan.options), now};
  const auto number = ++last_call;
  calls.emplace(number, std::move(what));
  ask_for_node(number);
}

void management_state::ask_for_node(std::uint64_t number) {
  const auto& budget = calls.at(number).budget;
  const auto wait = calls.at(number).plan.options.wait_for_node;
  if (wait && open_question && ends_in_time(open_question->budget, budget)) {
    open_question->calls.push_back(number);
    return;
  }
  const auto own = std::make_shared<question>(question{budget, {number}});
  if (wait) // Nobody else wants the answer of one who does not wait.
    open_question = own;
  const auto close = [this](const auto& asked) {
    if (open_question == asked)
      open_question.reset();
  };
  // The connection answers everyone, also when it ends: no timeout of our own, save the call's.
  self->request(context->connection->get(), budget.timeout(self->clock().now()), get_node{wait})
    .then(
      [this, close, asked = own](const node_ptr& found) {
        close(asked);
        for (const auto each : asked->calls)
          send(each, found);
      },
      [this, close, asked = own](const caf::error& why) {
        close(asked);
        on_no_node(*asked, why);
      });
}

void management_state::on_no_node(const question& asked, const caf::error& why) {
  const auto now = self->clock().now();
  for (const auto each : asked.calls) {
    // The time of the one who asked is over: others may have more.
    if (why == caf::sec::request_timeout && each != asked.calls.front() && !calls.at(each).budget.is_over(now))
      ask_for_node(each);
    else
      fail(each, no_node(*context, why));
  }
}

void management_state::send(std::uint64_t number, const node_ptr& found) {
  auto& what = calls.at(number);
  if (!what.plan.needs.empty() && !found->features.has(what.plan.needs)) {
    fail(number,
         {.code = errc::unsupported,
          .message = "the server" + (found->features.version.empty() ? std::string{} : " (" + found->features.version + ")") +
                     " does not offer " + std::string{what.plan.needs} + "; a newer one is needed"});
    return;
  }
  auto caller = context->credentials->for_call(what.plan.options);
  if (what.plan.compose) {
    auto composed = what.plan.compose(caller);
    if (!composed) {
      fail(number, std::move(composed.error()));
      return;
    }
    what.messages = std::move(*composed);
  }
  what.generation = found->generation;
  const rpc::call_settings settings{.deadline = what.budget.left(self->clock().now()),
                                    .credentials = std::move(caller),
                                    .requires_leader = what.plan.leader_only || requires_leader(context->how, what.plan.options),
                                    .many_answers = what.plan.many_answers};
  const auto tell = late_sender{self};
  what.call = found->calls->exchange(what.plan.method, what.plan.kind, std::move(what.messages), settings,
                                     [tell, number, ended = ended](result<std::vector<std::string>> answers) {
                                       if (ended->add({number, std::move(answers)}))
                                         tell(exchanges_done{});
                                     });
}

void management_state::fail(std::uint64_t number, error why) {
  auto done = calls.extract(number);
  done.mapped().answer.deliver(to_caf(std::move(why)));
}

void management_state::on_exchanges_done() {
  for (auto& each : ended->take())
    end_call(each);
}

void management_state::end_call(exchange_done& what) {
  auto found = calls.extract(what.call);
  if (!found)
    return;
  auto& done = found.mapped();
  if (what.answers) {
    done.finish(done.answer, *what.answers);
    return;
  }
  auto& why = what.answers.error();
  explain(why, done.plan);
  if (why.code == errc::deadline_exceeded && done.plan.may_meet && done.plan.may_meet->of_unfit_node)
    self->send(context->connection->get(), call_failed{.generation = done.generation, .why = why, .unanswered = true});
  report(self, *context, done.generation, why, done.plan.options.credentials.has_value());
  done.answer.deliver(to_caf(std::move(why)));
}

void management_state::explain(error& why, const call_plan& plan) {
  policy::correct_deleted(why, plan.expected);
  if (why.code == errc::deadline_exceeded && plan.may_meet)
    why.message.append("; ").append(plan.may_meet->reason);
  const auto about_projection =
    why.code == errc::projection_not_found || why.code == errc::projection_exists || why.code == errc::projection_failed;
  if (about_projection && !plan.projection.empty())
    why.detail = projection_name{plan.projection};
}

management_self::behavior_type management(management_self::stateful_pointer<management_state> self, worker_context_ptr context) {
  return self->state.start(std::move(context));
}

} // namespace kdb
