// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <caf/actor_config.hpp>
#include <caf/actor_control_block.hpp>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/error.hpp>
#include <caf/logger.hpp>
#include <caf/mailbox_element.hpp>
#include <caf/make_actor.hpp>
#include <caf/message.hpp>
#include <caf/message_id.hpp>
#include <caf/sec.hpp>
#include <caf/thread_hook.hpp>

#include <cstddef>
#include <memory>
#include <utility>

#include <kdb/actors.hpp>
#include <kdb/any_caf.hpp>
#include <kdb/error.hpp>
#include <kdb/result.hpp>

#if KDB_CAF_1
#include <caf/abstract_actor.hpp>
#include <caf/thread_owner.hpp>
#else
#include <caf/atom.hpp>
#include <caf/monitorable_actor.hpp>
#endif

// What CAF 0.17 and CAF 1 write differently of the parts that only the runtime touches. What hosts need is in kdb/any_caf.hpp.
namespace kdb::inline v0::any_caf {

// -- actors without a mailbox -----------------------------------------------------------------

/// The content of a message that has arrived.
#if KDB_CAF_1
using content = caf::message;
using direct_base = caf::abstract_actor;
#else
using content = caf::type_erased_tuple;
using direct_base = caf::monitorable_actor;
#endif

/// Sends content that was made before.
inline void enqueue(const caf::strong_actor_ptr& whom, caf::strong_actor_ptr sender, caf::message_id id, caf::message message) {
#if KDB_CAF_1
  whom->enqueue(caf::make_mailbox_element(std::move(sender), id, std::move(message)), nullptr);
#else
  whom->enqueue(std::move(sender), id, std::move(message), nullptr);
#endif
}

/// An actor without a mailbox: it handles what it is sent at once, on the sender's thread.
class direct_actor : public direct_base {
public:
  explicit direct_actor(caf::actor_config& config) : direct_base{config} {}

#if KDB_CAF_1
  bool enqueue(caf::mailbox_element_ptr element, caf::scheduler*) final {
    if (!receive(*element) && element->sender && element->mid.is_request())
      any_caf::enqueue(element->sender, nullptr, element->mid.response_id(),
                       caf::make_message(caf::make_error(caf::sec::unexpected_message)));
    return true;
  }
  void setup_metrics() {}

private:
  void force_close_mailbox() final {}
#else
  void enqueue(caf::mailbox_element_ptr element, caf::execution_unit* unit) final {
    if (!receive(*element) && !handle_system_message(*element, unit, true))
      bounce(element);
  }

private:
#endif
  /// Returns whether it wants the message.
  virtual bool receive(caf::mailbox_element& element) = 0;
};

/// Makes one; it lives as long as the pointer, or a handle of it.
template <class Actor>
std::shared_ptr<Actor> make_direct_actor(caf::actor_system& system) {
  caf::actor_config config;
  auto owner = caf::make_actor<Actor, caf::strong_actor_ptr>(system.next_actor_id(), system.node(), &system, config);
  auto* const made = static_cast<Actor*>(caf::actor_cast<caf::abstract_actor*>(owner));
  return {made, [owner = std::move(owner)](Actor*) {}};
}

// -- errors -----------------------------------------------------------------------------------

/// Whose errors they are.
enum class error_kind { ours, system, exit, foreign };

inline error_kind kind_of(const caf::error& cause) {
  if (!cause)
    return error_kind::foreign;
#if KDB_CAF_1
  const auto ours = caf::type_id_v<errc>, system = caf::type_id_v<caf::sec>, exit = caf::type_id_v<caf::exit_reason>;
#else
  constexpr auto ours = caf::atom("kdb"), system = caf::atom("system"), exit = caf::atom("exit");
#endif
  const auto category = cause.category();
  return category == ours     ? error_kind::ours
         : category == system ? error_kind::system
         : category == exit   ? error_kind::exit
                              : error_kind::foreign;
}

inline caf::error make_error(errc code, caf::message context) {
#if KDB_CAF_1
  return {code, std::move(context)};
#else
  return {static_cast<std::uint8_t>(code), caf::atom("kdb"), std::move(context)};
#endif
}

/// Whether an actor that was asked is gone, or has let go of the request.
inline bool means_gone(caf::sec code) {
  switch (code) {
    case caf::sec::request_receiver_down:
    case caf::sec::cannot_forward_to_invalid_actor:
    case caf::sec::no_route_to_receiving_node:
    case caf::sec::remote_lookup_failed:
#if KDB_CAF_1
    case caf::sec::invalid_request:
    case caf::sec::broken_promise:
#endif
      return true;
    default: return false;
  }
}

// -- systems ----------------------------------------------------------------------------------

/// A system with the scheduler `sharing`, and without a console.
inline void configure_sharing(caf::actor_system_config& config, std::size_t workers, std::size_t messages_in_a_row) {
  use_scheduler(config, "sharing", workers);
#if KDB_CAF_1
  config.set("caf.scheduler.max-throughput", messages_in_a_row);
  config.set("caf.logger.console.verbosity", "quiet");
#else
  config.set("scheduler.max-throughput", messages_in_a_row);
  config.set("logger.console", caf::atom("none"));
#endif
}

/// Is told when threads of a system start.
class thread_hook : public caf::thread_hook {
public:
  void init(caf::actor_system&) final {}
#if KDB_CAF_1
  void thread_started(caf::thread_owner owner) final {
    started(owner == caf::thread_owner::scheduler);
  }
#else
  // The printer's thread comes here before it has a logger, others after that: it is the logger that takes the lock of `dlopen`.
  void thread_started() final {
    started(caf::logger::current_logger() != nullptr);
  }
#endif
  void thread_terminates() final {}

private:
  /// `is_worker` says that it runs actors, and waits for nothing any more.
  virtual void started(bool is_worker) = 0;
};

/// Lets the calling thread forget the system that it used last.
inline void forget_current_system() {
#if KDB_CAF_1
  caf::logger::current_logger(nullptr);
#else
  caf::logger::set_current_actor_system(nullptr);
#endif
}

} // namespace kdb::inline v0::any_caf

namespace kdb::inline v0 {

/// Whether `init_caf` was called, if CAF wants that.
result<void> check_system();

} // namespace kdb::inline v0
