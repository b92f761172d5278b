// SPDX-License-Identifier: Apache-2.0
#include "devnode/services/users/users.hpp"

#include "devnode/security/users.hpp"
#include "devnode/services/listing.hpp"
#include "devnode/services/unary.hpp"

#include "kdb/event_store/client/users.pb.h"

#include <deque>
#include <variant>

namespace kdb::inline v0::development {
namespace {

using namespace event_store::client::users;

// A node without authentication has its first users when somebody wants to see or change them: in $all is then nothing that nobody wrote.
users users_of(store& events) {
  users all{events};
  if (!all.exist())
    all.add_defaults();
  return all;
}

rpc::status refusal(user_change change, const std::string& login) {
  switch (change) {
    case user_change::not_found: return errors::user_not_found(login);
    case user_change::conflict: return errors::user_conflict(login);
    case user_change::wrong_password: return errors::access_denied();
    case user_change::done: break;
  }
  return {};
}

// A change of one user: `work` does it with the options.
template <class Request, class Reply, class Work>
std::unique_ptr<rpc::handler> changing(node& serving, rpc::call& call, Work work) {
  return unary<Request, Reply>(
    call,
    [&serving, work](const Request& request) -> std::variant<Reply, rpc::status> {
      if (!request.has_options())
        return errors::handler_exception();
      auto all = users_of(serving.writes());
      auto change = work(all, request.options());
      if (change != user_change::done)
        return refusal(change, request.options().login_name());
      return Reply{};
    },
    &serving.durable);
}

template <class Options>
user_record read_record(const Options& options) {
  return {options.login_name(), options.full_name(), {options.groups().begin(), options.groups().end()}, {}};
}

DetailsResp details_of(const found_user& found) {
  DetailsResp reply;
  auto& details = *reply.mutable_user_details();
  details.set_login_name(found.user.login);
  details.set_full_name(found.user.full_name);
  for (auto& group : found.user.groups)
    details.add_groups(group);
  details.mutable_last_updated()->set_ticks_since_epoch(found.updated);
  details.set_disabled(found.user.disabled);
  return reply;
}

// One reply a user.
std::variant<std::deque<DetailsResp>, rpc::status> details(node& serving, const std::string& login) {
  auto all = users_of(serving.writes());
  std::deque<DetailsResp> replies;
  if (login.empty()) {
    for (auto& found : all.all())
      replies.push_back(details_of(found));
  } else if (auto found = all.find(login)) {
    replies.push_back(details_of(*found));
  } else {
    return errors::user_not_found(login);
  }
  return replies;
}

} // namespace

std::unique_ptr<rpc::handler> handle_user_create(node& serving, rpc::call& call) {
  return changing<CreateReq, CreateResp>(serving, call, [](users& all, const CreateReq::Options& options) {
    return all.create(read_record(options), options.password());
  });
}

// The password of the request means nothing, as on a server.
std::unique_ptr<rpc::handler> handle_user_update(node& serving, rpc::call& call) {
  return changing<UpdateReq, UpdateResp>(
    serving, call, [](users& all, const UpdateReq::Options& options) { return all.update(read_record(options)); });
}

std::unique_ptr<rpc::handler> handle_user_delete(node& serving, rpc::call& call) {
  return changing<DeleteReq, DeleteResp>(
    serving, call, [](users& all, const DeleteReq::Options& options) { return all.remove(options.login_name()); });
}

std::unique_ptr<rpc::handler> handle_user_enable(node& serving, rpc::call& call) {
  return changing<EnableReq, EnableResp>(
    serving, call, [](users& all, const EnableReq::Options& options) { return all.set_disabled(options.login_name(), false); });
}

std::unique_ptr<rpc::handler> handle_user_disable(node& serving, rpc::call& call) {
  return changing<DisableReq, DisableResp>(
    serving, call, [](users& all, const DisableReq::Options& options) { return all.set_disabled(options.login_name(), true); });
}

std::unique_ptr<rpc::handler> handle_user_details(node& serving, rpc::call& call) {
  return listing<DetailsReq, DetailsResp>(
    call, [&serving](const DetailsReq& request) { return details(serving, request.options().login_name()); });
}

std::unique_ptr<rpc::handler> handle_change_password(node& serving, rpc::call& call) {
  return changing<ChangePasswordReq, ChangePasswordResp>(
    serving, call, [](users& all, const ChangePasswordReq::Options& options) {
      return all.change_password(options.login_name(), options.current_password(), options.new_password());
    });
}

std::unique_ptr<rpc::handler> handle_reset_password(node& serving, rpc::call& call) {
  return changing<ResetPasswordReq, ResetPasswordResp>(serving, call, [](users& all, const ResetPasswordReq::Options& options) {
    return all.reset_password(options.login_name(), options.new_password());
  });
}

} // namespace kdb::inline v0::development
