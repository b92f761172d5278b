#pragma once

#include <caf/response_promise.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <call_defaults.hpp>
#include <gathered.hpp>
#include <protocol.hpp>
#include <worker_context.hpp>

namespace kdb {

/// How a call has ended.
struct exchange_done {
  std::uint64_t call = 0;
  result<std::vector<std::string>> answers;
};

/// Single calls: each waits for a node, goes out once, and is answered once.
struct management_state {
  static inline const char* name = "kdb.management";

  /// That some nodes never answer such calls.
  struct silence {
    std::string_view reason;    ///< For people.
    bool of_unfit_node = false; ///< It may be that the node is not in its right place any more.
  };

  /// What a call is, save its messages.
  struct call_plan {
    std::string_view method;
    wire::request_kind kind;
    call_options options;
    /// As in `server_features::offers`; empty if every server has it.
    std::string_view needs{};
    bool leader_only = false;
    /// The server may answer with any number of messages.
    bool many_answers = false;
    std::optional<silence> may_meet{};
    /// The name in errors about projections, where the server does not tell it.
    std::string projection{};
    /// Makes the messages when there is a node, of the credentials that the call will have: those of a provider are not known before.
    std::function<result<std::vector<std::string>>(const std::optional<credentials>&)> compose{};
    /// Of the stream that is written to.
    stream_state expected{};
  };

  struct pending {
    caf::response_promise answer;
    /// Turns the server's messages into the answer's.
    std::function<void(caf::response_promise&, const std::vector<std::string>&)> finish;
    call_plan plan;
    time_budget budget;
    std::vector<std::string> messages;
    kdb::generation generation{};
    std::unique_ptr<rpc::call> call;
  };

  /// One question for a node, on behalf of the calls that came before it was answered.
  struct question {
    time_budget budget;
    std::vector<std::uint64_t> calls;
  };

  explicit management_state(management_self::pointer owner) : self{owner} {}
  /// Answers everyone.
  ~management_state();

  management_self::behavior_type start(worker_context_ptr context);

  /// Starts a call whose one answer is read by `decode`.
  template <class Answer>
  caf::result<Answer> run(call_plan plan, std::vector<std::string> messages, result<Answer> (*decode)(std::string_view)) {
    return start_call<Answer>(std::move(plan), std::move(messages), [decode](const std::vector<std::string>& answers) {
      return answers.empty() ? failure(errc::protocol_error, "the server answered nothing") : decode(answers.front());
    });
  }

  /// Starts a call whose answers, any number of them, are read together by `decode`.
  template <class Answer>
  caf::result<Answer> collect(call_plan plan, std::vector<std::string> messages,
                              result<Answer> (*decode)(const std::vector<std::string>&)) {
    return start_call<Answer>(std::move(plan), std::move(messages), decode);
  }

  caf::result<delete_result> on_delete(const delete_stream& what);
  caf::result<delete_result> on_tombstone(const tombstone_stream& what);
  caf::result<records_result> on_append_to_streams(const append_to_streams& what);
  caf::result<records_result> on_append_records(const append_records& what);
  caf::result<cluster_info> on_read_gossip(const read_gossip& what);
  caf::result<group_changed> on_create_group(const create_group& what);
  caf::result<group_changed> on_create_group_on_all(const create_group_on_all& what);
  caf::result<group_changed> on_update_group(const update_group& what);
  caf::result<group_changed> on_update_group_on_all(const update_group_on_all& what);
  caf::result<group_changed> on_change_group(const change_group& what);
  caf::result<group_changed> on_delete_group(const delete_group& what);
  caf::result<group_info> on_get_group_info(const get_group_info& what);
  caf::result<group_list> on_list_groups(const list_groups& what);
  caf::result<group_changed> on_replay_parked(const replay_parked& what);
  caf::result<group_changed> on_truncate_parked(const truncate_parked& what);
  caf::result<group_changed> on_restart(const restart_persistent_subscriptions& what);
  caf::result<user_changed> on_create_user(const create_user& what);
  caf::result<user_changed> on_update_user(const update_user& what);
  caf::result<user_changed> on_delete_user(const delete_user& what);
  caf::result<user_changed> on_enable_user(const enable_user& what);
  caf::result<user_changed> on_disable_user(const disable_user& what);
  caf::result<user_details> on_get_user(const get_user& what);
  caf::result<user_details> on_get_current_user(const get_current_user& what);
  caf::result<user_list> on_list_users(const list_users& what);
  caf::result<user_changed> on_change_password(const change_password& what);
  caf::result<user_changed> on_reset_password(const reset_password& what);
  caf::result<projection_changed> on_create_projection(const create_projection& what);
  caf::result<projection_changed> on_create_one_time_projection(const create_one_time_projection& what);
  caf::result<projection_changed> on_update_projection(const update_projection& what);
  caf::result<projection_changed> on_delete_projection(const delete_projection& what);
  caf::result<projection_changed> on_enable_projection(const enable_projection& what);
  caf::result<projection_changed> on_disable_projection(const disable_projection& what);
  caf::result<projection_changed> on_abort_projection(const abort_projection& what);
  caf::result<projection_changed> on_reset_projection(const reset_projection& what);
  caf::result<projection_statistics> on_get_projection_statistics(const get_projection_statistics& what);
  caf::result<projection_list> on_list_projections(const list_projections& what);
  caf::result<projection_value> on_get_projection_state(const get_projection_state& what);
  caf::result<projection_value> on_get_projection_result(const get_projection_result& what);
  caf::result<projection_changed> on_restart_projections(const restart_projections& what);
  caf::result<scavenge_result> on_start_scavenge(const start_scavenge& what);
  caf::result<scavenge_result> on_stop_scavenge(const stop_scavenge& what);
  caf::result<operation_done> on_merge_indexes(const merge_indexes& what);
  caf::result<operation_done> on_resign_node(const resign_node& what);
  caf::result<operation_done> on_set_node_priority(const set_node_priority& what);
  caf::result<operation_done> on_shut_down_node(const shut_down_node& what);
  void on_exchanges_done();

  /// The second half of a change: sends what the group becomes, within the time that is left.
  void update_with(caf::response_promise answer, const change_group& what, const group_info& now, time_budget budget);

  template <class Answer, class Decode>
  caf::result<Answer> start_call(call_plan plan, std::vector<std::string> messages, Decode decode) {
    auto promise = self->make_response_promise<Answer>();
    const auto writes = plan.kind != wire::request_kind::read;
    auto finish = [decode, writes](caf::response_promise& answer, const std::vector<std::string>& answers) {
      result<Answer> done = decode(answers);
      if (done) {
        answer.deliver(std::move(*done));
        return;
      }
      // The server has done something, and does not say what.
      done.error().outcome_unknown |= writes;
      answer.deliver(to_caf(std::move(done.error())));
    };
    begin(
      {.answer = promise, .finish = finish, .plan = std::move(plan), .budget = {}, .messages = std::move(messages), .call = {}});
    return promise;
  }
  void begin(pending what);
  void ask_for_node(std::uint64_t number);
  /// Adds to an error what only the plan knows.
  static void explain(error& why, const call_plan& plan);
  void on_no_node(const question& asked, const caf::error& why);
  void end_call(exchange_done& what);
  void send(std::uint64_t number, const node_ptr& found);
  void fail(std::uint64_t number, error why);

  management_self::pointer self;
  worker_context_ptr context;
  std::shared_ptr<question> open_question;
  std::shared_ptr<gathered<exchange_done>> ended = std::make_shared<gathered<exchange_done>>();
  std::uint64_t last_call = 0;
  std::unordered_map<std::uint64_t, pending> calls;
};

management_self::behavior_type management(management_self::stateful_pointer<management_state> self, worker_context_ptr context);

} // namespace kdb
