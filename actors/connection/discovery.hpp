// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "actors/runtime/own_credentials.hpp"
#include "actors/runtime/protocol.hpp"
#include "libkdb/policy/gossip_round.hpp"
#include "libkdb/rpc/resolver.hpp"
#include <kdb/settings.hpp>

namespace kdb::inline v0 {

/// Asks members for their gossip, independently of the attempts to find a node.
class member_questions {
public:
  member_questions(settings settings, transport_factory factory, own_credentials_ptr credentials)
    : settings_{std::move(settings)}, factory_{std::move(factory)}, credentials_{std::move(credentials)} {}

  /// Asks one of the members, a different one each time, but not `besides`. The answer comes to `self` as `member_answered`.
  template <class Self>
  caf::result<cluster_view> ask(Self self, std::vector<rpc::address> members, const endpoint& besides);
  void answer(member_answered& message);

private:
  static constexpr std::size_t most_open = 4; // Beyond this the oldest question is cancelled: its member hangs.

  settings settings_;
  transport_factory factory_;
  own_credentials_ptr credentials_;
  /// A promise belongs to its actor: the call knows only its number.
  struct question {
    std::uint64_t number = 0;
    caf::typed_response_promise<cluster_view> asker;
    std::unique_ptr<rpc::call> call;
  };

  std::size_t next_ = 0;
  std::uint64_t last_question_ = 0;
  std::deque<question> open_;
};

/// Always names the one endpoint of the settings.
struct single_endpoint_state {
  static inline const char* name = "kdb.discovery";
  std::optional<member_questions> questions;
};
single_endpoint_self::behavior_type single_endpoint_discovery(single_endpoint_self::stateful_pointer<single_endpoint_state> self,
                                                              settings settings, transport_factory factory,
                                                              own_credentials_ptr credentials);

using name_lookup = std::function<void(const std::string& host, rpc::addresses_handler done)>;

/// Finds a node by gossip. Each attempt resolves all seeds anew, and asks the seeds and the known members until one names a
/// suitable node.
struct discovery_state {
  static inline const char* name = "kdb.discovery";

  /// After this time without an answer from a seed, the next seed is asked as well.
  static constexpr std::chrono::milliseconds patience{250};

  explicit discovery_state(discovery_self::pointer owner) : self{owner} {}
  /// Answers the one who waits.
  ~discovery_state();

  discovery_self::behavior_type start(kdb::settings settings, transport_factory factory, name_lookup look_up,
                                      own_credentials_ptr credentials);

  caf::result<rpc::address> on_find_node(const find_node& request);
  caf::result<cluster_view> on_ask_another(const ask_another_member& request);
  void on_resolved(seed_resolved& message);
  void on_gossip(gossip_answered& message);
  void on_slow(const seed_slow& message);

  void begin_round();
  void advance(std::vector<policy::gossip_round::effect> effects);
  void perform(const policy::gossip_round::ask& effect);
  void perform(const policy::gossip_round::watch& effect);
  void perform(const policy::gossip_round::found& effect);
  void perform(const policy::gossip_round::failed& effect);
  void finish(result<rpc::address> outcome);

  discovery_self::pointer self;
  kdb::settings settings;
  transport_factory factory;
  name_lookup look_up;
  own_credentials_ptr credentials;
  std::minstd_rand random{std::random_device{}()};

  // State of one attempt. `attempt` numbers the attempts, so that late answers are recognized.
  std::uint64_t attempt = 0;
  caf::typed_response_promise<rpc::address> waiting;
  std::vector<endpoint> avoid;
  std::size_t unresolved = 0;
  std::vector<std::string> unresolvable; // Why.
  std::vector<rpc::address> seeds;
  std::optional<policy::gossip_round> round;
  std::vector<std::unique_ptr<rpc::call>> calls; // Gone with the attempt: then they are cancelled.

  std::optional<member_questions> questions;
  std::vector<endpoint> known; // The members of the last answer: seeds of the next attempt.
};

discovery_self::behavior_type gossip_discovery(discovery_self::stateful_pointer<discovery_state> self, settings settings,
                                               transport_factory factory, name_lookup look_up, own_credentials_ptr credentials);

} // namespace kdb::inline v0
