#pragma once

#include <caf/actor.hpp>
#include <caf/actor_cast.hpp>
#include <caf/actor_system.hpp>
#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/error.hpp>
#include <caf/replies_to.hpp>
#include <caf/typed_actor.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <kdb/append.hpp>
#include <kdb/cluster.hpp>
#include <kdb/connected.hpp>
#include <kdb/connection_change.hpp>
#include <kdb/consume.hpp>
#include <kdb/delete.hpp>
#include <kdb/error.hpp>
#include <kdb/event.hpp>
#include <kdb/event_batch.hpp>
#include <kdb/event_list.hpp>
#include <kdb/groups.hpp>
#include <kdb/operations.hpp>
#include <kdb/projections.hpp>
#include <kdb/read.hpp>
#include <kdb/records.hpp>
#include <kdb/settings.hpp>
#include <kdb/stream_metadata.hpp>
#include <kdb/subscribe.hpp>
#include <kdb/users.hpp>

// KurrentDB for actors: the messages and typed interfaces that a host needs. See docs/actors.md for who sends what when.
//
// Errors arrive as `caf::error` and turn back into the typed one with `kdb::error::from`. All handles may be used from any actor.
namespace kdb {

// -- reading -------------------------------------------------------------------------

/// Asks a reader for the next batch. An empty batch says that the read has ended in order; nothing comes after it, or after an error.
/// Ask with `caf::infinite`: a batch whose request has timed out at the asker is lost. Set the read's own deadline instead.
struct next {};

/// Ends a reader or subscription early, in any state. Several times is fine.
struct cancel {};

/// One read. Keeps a few batches ready, and reads no further from the server than that. It ends, and its call with it, when it is
/// cancelled, when whoever started it dies, or when nobody holds its handle any more.
using reader_actor = caf::typed_actor<caf::replies_to<next>::with<event_batch>, // In order; several may be asked for at once.
                                      caf::reacts_to<cancel>>;

/// Starts reading one stream. Errors come with the first `next`.
struct read_stream {
  std::string stream;
  read_stream_options options{};
};

/// Reads one stream to its end and keeps everything: for short ones. Above `max_bytes` in memory it fails with `read_too_large`.
struct read_stream_to_end {
  std::string stream;
  read_stream_options options{};
  std::uint64_t max_bytes = default_read_bytes;
};

/// Starts reading $all. Errors come with the first `next`.
struct read_all {
  read_all_options options{};
};

/// Asks for the position of the last event in $all, which also proves that the server answers; 0/0 if there is none.
struct head_position {
  head_position_options options{};
};

// -- appending ------------------------------------------------------------------------

/// Appends all events to one stream, or none. No events are fine too: that only checks the expected state.
struct append_to_stream {
  std::string stream;
  stream_state expected = stream_state::any;
  std::vector<new_event> events{};
  append_options options{};
};

/// Appends a long list in parts, one append after the other. Not atomic: it stops at the first part that fails, and what is written
/// stays. The answer is always a value, which tells how far it came. Every part expects the stream as the one before left it, unless
/// any state or none in particular is expected; then a retry of the whole list with the same options is safe.
struct append_in_parts {
  std::string stream;
  stream_state expected = stream_state::any;
  std::vector<new_event> events{};
  append_in_parts_options options{};
};

// -- deleting --------------------------------------------------------------------------

/// Soft-deletes a stream: it reads as not found, and the next append goes on with the next revision. Replaces its metadata.
struct delete_stream {
  std::string stream;
  stream_state expected = stream_state::any;
  delete_options options{};
};

/// Deletes a stream for good: its name can't be used again.
struct tombstone_stream {
  std::string stream;
  stream_state expected = stream_state::any;
  delete_options options{};
};

// -- about streams ---------------------------------------------------------------------

/// Asks for the revision of the last event of a stream; nothing if it does not exist or is deleted.
struct current_revision {
  std::string stream;
  call_options call{};
};

struct revision_result {
  std::optional<stream_revision> revision{};
};

struct get_stream_metadata {
  std::string stream;
  metadata_options options{};
};

/// Replaces the metadata of a stream. `expected` is the revision of the metadata, not of the stream.
struct set_stream_metadata {
  std::string stream;
  stream_state expected = stream_state::any;
  stream_metadata metadata{};
  metadata_options options{};
};

struct get_system_settings {
  metadata_options options{};
};

/// Replaces the system settings. `expected` is their own revision.
struct set_system_settings {
  stream_state expected = stream_state::any;
  system_settings settings{};
  metadata_options options{};
};

// -- appending to several streams ---------------------------------------------------------

/// Appends to several streams, atomically: either all is written or nothing. Each stream stands once.
struct append_to_streams {
  std::vector<stream_append> appends;
  records_options options{};
};

/// Appends records in exactly this order to whatever streams they name, atomically, if all checks hold.
struct append_records {
  std::vector<stream_record> records;
  std::vector<consistency_check> checks{};
  records_options options{};
};

// -- subscribing ------------------------------------------------------------------------

/// Who receives a subscription: any actor, dynamic or typed, that handles `event_batch` and `subscription_ended`.
///
/// A batch comes as a request, and the next one when it has been answered: the handler returns nothing, or a promise that it
/// fulfils later. If it throws or answers with an error the subscription ends with `subscriber_failed`. `subscription_ended` comes
/// once, last, and needs no answer.
class subscriber {
public:
  subscriber() = default;
  template <class Handle>
    requires(!std::is_same_v<std::decay_t<Handle>, subscriber>)
  subscriber(const Handle& receiver) : handle_{caf::actor_cast<caf::actor>(receiver)} {}

  const caf::actor& handle() const { return handle_; }

private:
  caf::actor handle_;
};

/// A running subscription. Lives until its end, whether anyone holds the handle or not; it can be monitored.
using subscription_actor = caf::typed_actor<caf::replies_to<cancel>::with<void>>; // Answers when the end has been sent.

/// Follows one stream. Answers when the server has confirmed.
struct subscribe_to_stream {
  std::string stream;
  kdb::subscriber subscriber{};
  subscribe_to_stream_options options{};
};

/// Follows $all. Answers when the server has confirmed.
struct subscribe_to_all {
  kdb::subscriber subscriber{};
  subscribe_to_all_options options{};
};

// -- groups of persistent subscriptions --------------------------------------------------

// All of these are served by the leader. A group that is not there is `group_not_found`, one that the server refuses `group_failed`.

/// Creates a group on a stream, which need not exist. `group_exists` if it is there already.
struct create_group {
  std::string stream;
  std::string group;
  create_group_options options{};
};

/// Creates a group on $all.
struct create_group_on_all {
  std::string group;
  create_group_on_all_options options{};
};

/// Replaces all settings and the start of a group. Its consumers are sent away, and come back by themselves.
struct update_group {
  std::string stream;
  std::string group;
  update_group_options options{};
};

/// The same for a group on $all, which keeps its filter.
struct update_group_on_all {
  std::string group;
  update_group_on_all_options options{};
};

/// Changes what is named and keeps the rest: asks for the present settings, then updates. Not atomic: of two at the same time the
/// later one may undo the other.
struct change_group {
  group_name name;
  group_changes changes{};
  call_options call{};
};

/// Deletes a group with its progress and its parked events, and ends its consumers.
struct delete_group {
  group_name name;
  call_options call{};
};

struct get_group_info {
  group_name name;
  call_options call{};
};

/// Lists the groups of a stream, of "$all", or all there are. `group_not_found` for a stream that never had one.
struct list_groups {
  std::optional<std::string> stream{};
  call_options call{};
};

struct group_list {
  std::vector<group_info> groups{};
};

/// Hands the parked events out again. Answers when that has begun.
struct replay_parked {
  group_name name;
  parked_options options{};
};

/// Throws the parked events away.
struct truncate_parked {
  group_name name;
  parked_options options{};
};

/// Restarts everything about persistent subscriptions on the server. All consumers are sent away, and come back by themselves.
struct restart_persistent_subscriptions {
  call_options call{};
};

/// The answer to what changes a group: it is done.
struct group_changed {};

// -- users ---------------------------------------------------------------------------------

// A user that is not there is `user_not_found`; one that somebody else changed at the same time `user_conflict`. All but asking and
// changing one's own password is for administrators: others get `access_denied`. Passwords are never printed.

/// Creates a user. One that is there already with this password is left as it is; with another one it is `user_conflict`.
struct create_user {
  std::string login_name;
  std::string password;
  create_user_options options{};
};

/// Replaces the full name and the groups of a user.
struct update_user {
  std::string login_name;
  update_user_options options{};
};

/// Deletes a user. Another one of that name may be created later. Calls that are under way go on.
struct delete_user {
  std::string login_name;
  call_options call{};
};

/// Lets a user log in again.
struct enable_user {
  std::string login_name;
  call_options call{};
};

/// Keeps a user from logging in, soon: servers remember whom they have checked for a second. Calls that are under way go on.
struct disable_user {
  std::string login_name;
  call_options call{};
};

struct get_user {
  std::string login_name;
  call_options call{};
};

/// Asks about the user whose credentials the call travels with: those of the call, else the client's. Refused as `invalid_argument`
/// if there are none, or if they are a token, which doesn't say whose it is.
struct get_current_user {
  call_options call{};
};

/// Lists all users, in the order of their login names.
struct list_users {
  call_options call{};
};

struct user_list {
  std::vector<user_details> users{};
};

/// Changes a password by showing the present one; if that is wrong it is `access_denied`. The client's own credentials stay as they
/// are: one that changes its own password has to be made anew.
struct change_password {
  std::string login_name;
  std::string current_password;
  std::string new_password;
  call_options call{};
};

/// Gives a user another password, whatever it was.
struct reset_password {
  std::string login_name;
  std::string new_password;
  call_options call{};
};

/// The answer to what changes a user: it is done.
struct user_changed {};

/// For logs: `***` in place of passwords.
std::string to_string(const create_user& what);
std::string to_string(const change_password& what);
std::string to_string(const reset_password& what);

// -- projections ----------------------------------------------------------------------------

// All of these are served by the leader, if it runs projections; other nodes never answer: see kdb/projections.hpp about deadlines. A
// projection that is not there is `projection_not_found`, whoever asks; what the server refuses in its present state `projection_failed`.
// All but asking is for administrators and operators: others get `access_denied`.

/// Creates a projection that runs until it is disabled. `projection_exists` if there is one of that name. A query that does not
/// compile is taken all the same: the projection is faulted, and `get_projection_statistics` says why. A server that runs its own
/// projections alone takes it too, and does not run it.
struct create_projection {
  std::string name;
  std::string query;
  create_projection_options options{};
};

/// Runs a query over what is there now. The server names it: it is found by `list_projections`.
struct create_one_time_projection {
  std::string query;
  create_one_time_projection_options options{};
};

/// Replaces the query of a projection. One that runs goes on from where it was with the new one; one that is stopped stays so.
struct update_projection {
  std::string name;
  std::string query;
  update_projection_options options{};
};

/// Deletes a projection that is stopped or faulted: disable it first. `projection_failed` for one that runs, and for the server's own.
struct delete_projection {
  std::string name;
  delete_projection_options options{};
};

/// Starts a projection, from where it was. One that runs is left as it is.
struct enable_projection {
  std::string name;
  call_options call{};
};

/// Stops a projection after noting where it is.
struct disable_projection {
  std::string name;
  call_options call{};
};

/// Stops a projection at once: it will go on from its last checkpoint. To delete it, it has to be disabled as well.
struct abort_projection {
  std::string name;
  call_options call{};
};

/// Lets a projection begin anew, from the first event.
struct reset_projection {
  std::string name;
  call_options call{};
};

struct get_projection_statistics {
  std::string name;
  call_options call{};
};

/// Lists the projections, in no order.
struct list_projections {
  projection_mode mode = projection_mode::all;
  call_options call{};
};

struct projection_list {
  std::vector<projection_statistics> projections{};
};

/// Asks what a projection has come to so far. "{}" for one without a state, those of the server among them.
struct get_projection_state {
  std::string name;
  projection_state_options options{};
};

/// Asks for the result of a projection: its state after `transformBy` and `filterBy`.
struct get_projection_result {
  std::string name;
  projection_state_options options{};
};

/// A state or result, as JSON: the members of objects in the order of their names.
struct projection_value {
  std::string json;
};

/// Restarts everything about projections on the node in use. `projection_failed` if it does not lead, or restarts already. What is asked
/// right after it may not be answered.
struct restart_projections {
  call_options call{};
};

/// The answer to what changes a projection: it is done.
struct projection_changed {};

// -- operations -------------------------------------------------------------------------------

// What operators do to the node in use, whichever role it has. For administrators and operators: others get `access_denied`.

/// Starts to reclaim the room of events that can't be read any more; or tells of the scavenge that is under way. It goes on after the
/// answer: `$scavenges-<id>` tells its progress. A server that keeps its events in memory does not answer.
struct start_scavenge {
  scavenge_options options{};
};

/// Stops a scavenge. `scavenge_not_found` unless that one is under way. Servers are known to stop it without answering.
struct stop_scavenge {
  std::string id;
  call_options call{};
};

/// Has the node merge the files of its index. Answers when that is done.
struct merge_indexes {
  call_options call{};
};

/// Has the node lead no longer, if it does, so that another one is elected.
struct resign_node {
  call_options call{};
};

/// How strongly the node wants to lead: of nodes with the same log the one with the highest priority is elected.
struct set_node_priority {
  std::int32_t priority = 0;
  call_options call{};
};

/// Ends the node. It answers first.
struct shut_down_node {
  call_options call{};
};

/// The answer to what has no other one: it is done.
struct operation_done {};

// -- consuming ----------------------------------------------------------------------------

/// These events are processed.
struct ack_events {
  std::vector<event_token> events;
};

/// These events were not processed.
struct nack_events {
  std::vector<event_token> events;
  nack_action action = nack_action::retry;
  std::string reason{};
};

/// What became of the events of a batch; no outcomes answer nothing.
struct answer_batch {
  consumer_batch batch;
  batch_outcomes outcomes = batch_outcomes::all(outcome::ack());
};

/// A running consumer. Lives until its end, whether anyone holds the handle or not; it can be monitored. Answers are gathered, by
/// number and for a short time, and sent in order; those still waiting are sent when it ends. Answers to events of an earlier call
/// are counted as stale and do nothing: the server hands those events out again.
using consumer_actor =
  caf::typed_actor<caf::replies_to<ack_events>::with<ack_result>, caf::replies_to<nack_events>::with<ack_result>,
                   caf::replies_to<answer_batch>::with<ack_result>,
                   caf::replies_to<cancel>::with<void>>; // Answers when the end has been sent.

/// Consumes from a group, at least once each event. Answers when the server has confirmed.
///
/// The subscriber is any actor that handles `consumer_batch` and `subscription_ended`. A batch comes as a request, and the next one
/// when it has been answered: with `batch_outcomes`, or with nothing when the events will be answered by messages to the consumer. If
/// the handler throws or answers with an error, the events are answered as the options say. `subscription_ended` comes once, last;
/// its `last` says nothing. It comes when the group is deleted or the consumer is refused; other losses are resumed.
struct consume {
  group_name group;
  kdb::subscriber subscriber{};
  consume_options options{};
};

// -- the client ---------------------------------------------------------------------------

/// Asks for the node in use, and connects if there is none.
struct await_connected {
  /// Fails with `deadline_exceeded` after that. Must be positive.
  std::chrono::milliseconds timeout{10'000};
};

/// Asks for the state of the client at this moment.
struct get_status {};

/// Tells `observer`, an actor that handles `connection_change`, how the client fares: at once as it is now (unless it is idle), then
/// with every change, `client_closed` last. Goes on until the observer ends.
struct observe {
  caf::actor observer;
};

/// Asks what the server in use offers.
struct get_server_info {
  call_options call{};
};

/// Asks the node in use for the members of its cluster.
struct read_gossip {
  call_options call{};
};

/// Closes the client: no new work, every call cancelled, everything pending answered with `closed`. Answers when that is done, soon
/// in every state. An exit message does the same.
struct close {};

/// The client: façade and supervisor of everything below it. Never dead until closed: whatever fails, the next request starts a
/// fresh attempt. Requests wait for a node until their deadline or the end of the discovery round.
using client_actor = caf::typed_actor<
  caf::replies_to<append_to_stream>::with<append_result>, caf::replies_to<read_stream>::with<reader_actor>,
  caf::replies_to<append_in_parts>::with<append_in_parts_result>, caf::replies_to<read_stream_to_end>::with<event_list>,
  caf::replies_to<read_all>::with<reader_actor>, caf::replies_to<head_position>::with<log_position>,
  caf::replies_to<current_revision>::with<revision_result>, caf::replies_to<delete_stream>::with<delete_result>,
  caf::replies_to<tombstone_stream>::with<delete_result>, caf::replies_to<get_stream_metadata>::with<metadata_result>,
  caf::replies_to<set_stream_metadata>::with<append_result>, caf::replies_to<get_system_settings>::with<system_settings_result>,
  caf::replies_to<set_system_settings>::with<append_result>, caf::replies_to<append_to_streams>::with<records_result>,
  caf::replies_to<append_records>::with<records_result>, caf::replies_to<subscribe_to_stream>::with<subscription_actor>,
  caf::replies_to<subscribe_to_all>::with<subscription_actor>, caf::replies_to<consume>::with<consumer_actor>,
  caf::replies_to<create_group>::with<group_changed>, caf::replies_to<create_group_on_all>::with<group_changed>,
  caf::replies_to<update_group>::with<group_changed>, caf::replies_to<update_group_on_all>::with<group_changed>,
  caf::replies_to<change_group>::with<group_changed>, caf::replies_to<delete_group>::with<group_changed>,
  caf::replies_to<get_group_info>::with<group_info>, caf::replies_to<list_groups>::with<group_list>,
  caf::replies_to<replay_parked>::with<group_changed>, caf::replies_to<truncate_parked>::with<group_changed>,
  caf::replies_to<restart_persistent_subscriptions>::with<group_changed>, caf::replies_to<create_user>::with<user_changed>,
  caf::replies_to<update_user>::with<user_changed>, caf::replies_to<delete_user>::with<user_changed>,
  caf::replies_to<enable_user>::with<user_changed>, caf::replies_to<disable_user>::with<user_changed>,
  caf::replies_to<get_user>::with<user_details>, caf::replies_to<get_current_user>::with<user_details>,
  caf::replies_to<list_users>::with<user_list>, caf::replies_to<change_password>::with<user_changed>,
  caf::replies_to<reset_password>::with<user_changed>, caf::replies_to<create_projection>::with<projection_changed>,
  caf::replies_to<create_one_time_projection>::with<projection_changed>,
  caf::replies_to<update_projection>::with<projection_changed>, caf::replies_to<delete_projection>::with<projection_changed>,
  caf::replies_to<enable_projection>::with<projection_changed>, caf::replies_to<disable_projection>::with<projection_changed>,
  caf::replies_to<abort_projection>::with<projection_changed>, caf::replies_to<reset_projection>::with<projection_changed>,
  caf::replies_to<get_projection_statistics>::with<projection_statistics>,
  caf::replies_to<list_projections>::with<projection_list>, caf::replies_to<get_projection_state>::with<projection_value>,
  caf::replies_to<get_projection_result>::with<projection_value>, caf::replies_to<restart_projections>::with<projection_changed>,
  caf::replies_to<start_scavenge>::with<scavenge_result>, caf::replies_to<stop_scavenge>::with<scavenge_result>,
  caf::replies_to<merge_indexes>::with<operation_done>, caf::replies_to<resign_node>::with<operation_done>,
  caf::replies_to<set_node_priority>::with<operation_done>, caf::replies_to<shut_down_node>::with<operation_done>,
  caf::replies_to<await_connected>::with<connected>, caf::replies_to<get_status>::with<client_status>, caf::reacts_to<observe>,
  caf::replies_to<get_server_info>::with<server_info>, caf::replies_to<read_gossip>::with<cluster_info>,
  caf::replies_to<close>::with<void>>;

/// Starts a client in the host's actor system; returns at once, also when no server is there. Link, monitor, or send `close`.
/// Errors: as of `client::connect`. The system's configuration may use either scheduler: `sharing` wakes an idle system
/// faster, `stealing` moves more between busy actors.
result<client_actor> spawn_client(caf::actor_system& system, settings how);

/// An actor system for programs that have none of their own: `sharing` scheduler, no more workers than cores. Destroy it after the
/// clients in it are closed, and not from one of its own actors.
class owned_system {
public:
  owned_system();
  ~owned_system();
  owned_system(owned_system&&) noexcept;
  owned_system& operator=(owned_system&&) noexcept;

  caf::actor_system& system();

  /// Whether the calling thread belongs to an owned system: there none may be destroyed.
  static bool on_own_thread();

private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

/// Wraps an error for `response_promise::deliver` and for exit reasons.
caf::error to_caf(error why);

} // namespace kdb

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::next)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::cancel)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::error)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::event_batch)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::log_position)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::append_result)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::append_to_stream)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::read_stream)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::read_all)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::read_stream_to_end)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::event_list)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::append_in_parts)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::append_in_parts_result)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::head_position)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::subscribe_to_stream)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::subscribe_to_all)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::subscription_ended)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::await_connected)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::connected)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::close)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::get_status)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::client_status)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::observe)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::connection_change)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::get_server_info)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::server_info)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::read_gossip)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::cluster_info)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::reader_actor)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::subscription_actor)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::delete_stream)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::tombstone_stream)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::delete_result)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::current_revision)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::revision_result)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::get_stream_metadata)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::set_stream_metadata)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::metadata_result)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::get_system_settings)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::set_system_settings)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::system_settings_result)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::append_to_streams)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::append_records)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::records_result)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::create_group)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::create_group_on_all)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::update_group)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::update_group_on_all)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::change_group)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::delete_group)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::get_group_info)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::group_info)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::list_groups)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::group_list)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::replay_parked)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::truncate_parked)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::restart_persistent_subscriptions)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::group_changed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::create_user)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::update_user)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::delete_user)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::enable_user)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::disable_user)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::get_user)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::get_current_user)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::user_details)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::list_users)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::user_list)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::change_password)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::reset_password)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::user_changed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::create_projection)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::create_one_time_projection)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::update_projection)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::delete_projection)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::enable_projection)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::disable_projection)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::abort_projection)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::reset_projection)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::get_projection_statistics)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::projection_statistics)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::list_projections)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::projection_list)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::get_projection_state)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::get_projection_result)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::projection_value)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::restart_projections)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::projection_changed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::start_scavenge)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::stop_scavenge)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::merge_indexes)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::resign_node)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::set_node_priority)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::shut_down_node)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::scavenge_result)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::operation_done)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::consumer_batch)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::batch_outcomes)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::ack_result)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::ack_events)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::nack_events)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::answer_batch)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::consume)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::consumer_actor)
