// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <caf/actor.hpp>
#include <caf/actor_control_block.hpp>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/io/middleman.hpp>
#include <caf/io/middleman_actor.hpp>
#include <caf/node_id.hpp>
#include <caf/scoped_actor.hpp>
#if KDB_REMOTE_TLS
#include <caf/openssl/manager.hpp>
#endif

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <utility>

#include <kdb/any_caf.hpp>
#include <kdb/result.hpp>

// What CAF 0.17 and CAF 1 write differently of their io and openssl modules.
namespace kdb::inline v0::any_caf {

/// Loads a module of CAF.
template <class Module>
void load_module(caf::actor_system_config& config) {
#if KDB_CAF_1
  Module::init_global_meta_objects();
#endif
  config.load<Module>();
}

/// Has CAF read messages of other processes on the thread on which they come, as CAF 0.17 else does on a thread of its own for each few: our messages
/// are texts, which cost no more to read than to hand over.
inline void read_messages_at_once(caf::actor_system_config& config) {
#if KDB_CAF_1
  config.set("caf.middleman.workers", std::size_t{0});
#else
  config.set("middleman.workers", std::size_t{0});
#endif
}

/// Names the files of certificates, to a configuration that has loaded CAF's openssl module.
inline void use_certificates(caf::actor_system_config& config, const std::string& certificate, const std::string& key,
                             const std::string& authority) {
#if KDB_CAF_1
  config.set("caf.openssl.certificate", certificate);
  config.set("caf.openssl.key", key);
  config.set("caf.openssl.cafile", authority);
#else
  config.openssl_certificate = certificate;
  config.openssl_key = key;
  config.openssl_cafile = authority;
#endif
}

/// Opens a port for an actor.
template <class Answered, class Failed>
void publish_at(caf::scoped_actor& self, const caf::io::middleman_actor& middleman, const caf::actor& whom, std::uint16_t port,
                const std::string& address, Answered answered, Failed failed) {
  auto actor = caf::actor_cast<caf::strong_actor_ptr>(whom);
#if KDB_CAF_1
  self->mail(caf::publish_atom_v, port, std::move(actor), std::set<std::string>{}, address, true)
    .request(middleman, caf::infinite)
    .receive(std::move(answered), std::move(failed));
#else
  self
    ->request(middleman, caf::infinite, caf::publish_atom::value, port, std::move(actor), std::set<std::string>{}, address, true)
    .receive(std::move(answered), std::move(failed));
#endif
}

/// Closes the port of an actor.
inline void unpublish_at(const caf::io::middleman_actor& middleman, const caf::actor_addr& whom, std::uint16_t port) {
#if KDB_CAF_1
  caf::anon_mail(caf::unpublish_atom_v, whom, port).send(middleman);
#else
  caf::anon_send(middleman, caf::unpublish_atom::value, whom, port);
#endif
}

/// Connects to a port of another process, and returns the actor that is published there.
template <class Answered, class Failed>
void connect_to(caf::scoped_actor& self, const caf::io::middleman_actor& middleman, std::chrono::milliseconds at_most,
                const std::string& host, std::uint16_t port, Answered answered, Failed failed) {
  const auto connected = [&answered](const caf::node_id&, const caf::strong_actor_ptr& found, const std::set<std::string>&) {
    answered(found);
  };
#if KDB_CAF_1
  self->mail(caf::connect_atom_v, host, port).request(middleman, at_most).receive(connected, std::move(failed));
#else
  self->request(middleman, at_most, caf::connect_atom::value, host, port).receive(connected, std::move(failed));
#endif
}

/// Whether an exit message comes from an actor of the same process.
inline bool is_local(const caf::exit_msg& message, caf::actor_system& system) {
  return !message.source || message.source.node() == system.node();
}

} // namespace kdb::inline v0::any_caf
