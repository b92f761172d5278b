// SPDX-License-Identifier: Apache-2.0
#include "tests/actors/scripted_connection.hpp"

#include <utility>

namespace kdb::test {

namespace {

scripted_connection::behavior_type play(scripted_connection::pointer self, std::shared_ptr<connection_script> script) {
  return {
    [self, script](const get_node&) -> caf::result<node_ptr> {
      ++script->asks;
      if (script->at_once) {
        if (!*script->at_once)
          return to_caf(script->at_once->error());
        return **script->at_once;
      }
      auto promise = self->make_response_promise<node_ptr>();
      script->asked.push_back(promise);
      return promise;
    },
    [](const get_status&) { return client_status{}; },
    [script](const call_failed& what) { script->losses.push_back(what); },
    [](const step& what) { what.run(); },
  };
}

} // namespace

worker_fixture::worker_fixture(settings how) : connection{keep(sys.spawn(play, link))} {
  auto link_ref = std::make_shared<connection_ref>();
  link_ref->set(connection);
  auto credentials = std::make_shared<own_credentials>(how);
  context =
    std::make_shared<const worker_context>(worker_context{std::move(how), std::move(link_ref), nullptr, std::move(credentials)});
  use(make_node(1));
}

worker_fixture::~worker_fixture() {
  link->asked.clear();
  for (const auto& each : transports)
    each->forget_calls();
}

settings worker_fixture::default_settings() {
  settings how;
  how.endpoints = {{"127.0.0.1", 2113}};
  how.credentials = credentials::basic("admin", "changeit");
  how.credentials_in_clear = true;
  how.tls.enabled = false;
  return how;
}

node_ptr worker_fixture::make_node(std::uint64_t generation, bool batch_append) {
  transports.push_back(std::make_shared<scripted_transport>());
  return std::make_shared<const node>(node{.where = {"node" + std::to_string(generation), 2113},
                                           .generation = kdb::generation{generation},
                                           .features = wire::decode_server_features(features_message(batch_append)).value(),
                                           .calls = transports.back()});
}

void worker_fixture::answer_asks(result<node_ptr> outcome) {
  tell(connection, step{[script = link, outcome = std::move(outcome)] {
         for (auto& promise : std::exchange(script->asked, {})) {
           if (outcome)
             promise.deliver(*outcome);
           else
             promise.deliver(to_caf(outcome.error()));
         }
       }});
}

} // namespace kdb::test
