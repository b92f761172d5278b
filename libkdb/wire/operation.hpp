// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "libkdb/policy/failure.hpp"
#include "libkdb/policy/validate.hpp"
#include <kdb/credentials.hpp>
#include <kdb/operation_list.hpp>

// How operations travel: each is described once, next to the codec of its service, and everything else is made from the description.
namespace kdb::inline v0::wire {

/// Serialised messages of one call.
using message_list = std::vector<std::string>;

/// What an operation does to the server, and so whether it may be sent again.
enum class effect : std::uint8_t {
  read,             ///< Changes nothing.
  idempotent_write, ///< Sending it a second time changes nothing more.
  write,            ///< Sending it a second time may do harm.
};

/// A reason for which nodes never answer an operation. Calls without any deadline end after `silence_limit` then.
struct silence {
  std::string_view reason; ///< Part of the error text.
  /// The node may have lost its place in the cluster: the connection checks it when a deadline passes.
  bool of_unfit_node = false;
};

/// How one operation travels. The defaults fit a write whose request is an empty message and whose answer holds nothing.
template <class Request>
struct operation {
  using answer = answer_of<Request>;

  std::string_view method;
  wire::effect effect = effect::write;
  /// The feature a server must offer, as in `server_features`; empty if every server has it.
  std::string_view feature{};
  /// Only the leader can carry it out.
  bool leader_only = false;
  /// The server answers with any number of messages, not with one.
  bool many_answers = false;
  /// The server would go on answering: the first message is enough.
  bool first_answer = false;
  /// Without a deadline the first message has to come within `settings::start_timeout`, as in a read.
  bool starts_in_time = false;
  /// Null if every node answers.
  const wire::silence* silence = nullptr;
  /// What can't be sent, besides call options, which are checked for all. Null: everything can be sent.
  result<void> (*check)(const Request&) = nullptr;
  /// Null: one empty message.
  message_list (*encode)(const Request&) = nullptr;
  /// In place of `encode`, for requests that depend on the credentials the call is sent with.
  result<message_list> (*encode_as)(const Request&, const std::optional<credentials>&) = nullptr;
  /// Reads the answer. Null, for an answer that is void: there is nothing to read.
  result<answer> (*decode)(const message_list&) = nullptr;
  /// Turns an error into an answer, where one means an answer.
  std::optional<result<answer>> (*recover)(const error&) = nullptr;
  /// The member with the name of a projection, for the details of errors that do not tell it.
  std::string Request::*projection = nullptr;
  /// A second call, made of the answer to the first; its own answer is not read.
  std::string_view second_method{};
  result<message_list> (*second)(const Request&, const message_list& first) = nullptr;
};

/// The description of an operation. Each service's file in `wire` defines those of its operations.
template <class Request>
operation<Request> describe();

#define KDB_X(request)                                                                                                           \
  template <>                                                                                                                    \
  operation<request> describe();
KDB_CALLS(KDB_X)
#undef KDB_X

/// An operation with its request put in: what the runtime does with every operation alike, without its type.
struct call_plan {
  std::string_view method;
  wire::effect effect = effect::write;
  std::string_view feature{};
  bool leader_only = false;
  bool many_answers = false;
  bool first_answer = false;
  bool starts_in_time = false;
  const wire::silence* silence = nullptr;
  call_options options{};
  message_list requests{};
  /// Makes the requests when the credentials are known.
  std::function<result<message_list>(const std::optional<credentials>&)> encode_as{};
  std::string projection{};
  /// Of the stream that is written to.
  stream_state expected = stream_state::any;
  /// Of several streams that are written to, those that are expected to exist.
  std::vector<std::string> must_exist{};
  std::string_view second_method{};
  std::function<result<message_list>(const message_list&)> second{};

  policy::request_kind kind() const { return effect == effect::read ? policy::request_kind::read : policy::request_kind::write; }
  bool idempotent() const { return effect != effect::write; }
};

using detail::call_of;

/// Checks a request and makes a call of it.
template <kdb::operation Request>
result<call_plan> prepare(Request&& request) {
  const auto described = describe<Request>();
  if (described.check)
    if (auto fine = described.check(request); !fine)
      return unexpected{std::move(fine.error())};
  if (auto fine = policy::check_call(call_of(request)); !fine)
    return unexpected{std::move(fine.error())};
  call_plan plan{.method = described.method,
                 .effect = described.effect,
                 .feature = described.feature,
                 .leader_only = described.leader_only,
                 .many_answers = described.many_answers,
                 .first_answer = described.first_answer,
                 .starts_in_time = described.starts_in_time,
                 .silence = described.silence,
                 .options = call_of(request),
                 .second_method = described.second_method};
  if (described.projection)
    plan.projection = request.*described.projection;
  if constexpr (requires { request.expected; })
    plan.expected = request.expected;
  if constexpr (requires { request.appends; })
    for (const auto& each : request.appends)
      if (each.expected.is_exists())
        plan.must_exist.push_back(each.stream);
  if (described.encode)
    plan.requests = described.encode(request);
  else if (!described.encode_as)
    plan.requests = {std::string{}};
  if (described.encode_as)
    plan.encode_as = [request, encode = described.encode_as](const std::optional<credentials>& caller) {
      return encode(request, caller);
    };
  if (described.second)
    plan.second = [request = std::move(request), next = described.second](const message_list& first) {
      return next(request, first);
    };
  return plan;
}

/// Adds to an error what only the plan knows.
void add_context(error& error, const call_plan& plan);

/// Makes the answer of how the call ended.
template <class Request>
result<answer_of<Request>> decode_outcome(const call_plan& plan, result<message_list> outcome) {
  const auto described = describe<Request>();
  if (!outcome) {
    if (described.recover)
      if (auto answer = described.recover(outcome.error()))
        return *std::move(answer);
    add_context(outcome.error(), plan);
    return unexpected{std::move(outcome.error())};
  }
  auto answer = [&]() -> result<answer_of<Request>> {
    if (outcome->empty() && !described.many_answers)
      return unexpected{errc::protocol_error, "the server answered nothing"};
    if constexpr (std::is_void_v<answer_of<Request>>)
      return {};
    else
      return described.decode(*outcome);
  }();
  if (!answer) {
    add_context(answer.error(), plan);
    // The server has done something, and does not say what.
    answer.error().outcome_unknown |= described.effect != effect::read;
  }
  return answer;
}

// Compiled once, in operation.cpp, for all ways in.
#define KDB_X(request)                                                                                                           \
  extern template result<call_plan> prepare(request&&);                                                                          \
  extern template result<answer_of<request>> decode_outcome<request>(const call_plan&, result<message_list>);
KDB_CALLS(KDB_X)
#undef KDB_X

/// For `operation::decode`: the answer is in the one message that has to be there.
template <class Answer, result<Answer> (*Decode)(std::string_view)>
result<Answer> in_one_message(const message_list& all) {
  return all.empty() ? result<Answer>{unexpected{errc::protocol_error, "the server answered nothing"}} : Decode(all.front());
}

} // namespace kdb::inline v0::wire
