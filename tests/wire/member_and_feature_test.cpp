// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include "event_store/client/gossip.pb.h"
#include "event_store/client/serverfeatures.pb.h"
#include "libkdb/wire/gossip.hpp"
#include "libkdb/wire/server_features.hpp"

using namespace kdb;

BOOST_AUTO_TEST_SUITE(features_and_members)

BOOST_AUTO_TEST_CASE(features_are_found_whatever_their_case) {
  event_store::client::server_features::SupportedMethods message;
  message.set_event_store_server_version("26.2.0-prerelease");
  auto& method = *message.add_methods();
  method.set_service_name("event_store.client.streams.Streams");
  method.set_method_name("BatchAppend");
  method.add_features("Deadline_Duration");
  const auto features = wire::decode_server_features(message.SerializeAsString());
  BOOST_REQUIRE(features.has_value());
  BOOST_TEST(features->version == "26.2.0-prerelease");
  BOOST_TEST(features->batch_append());
  BOOST_TEST(features->deadline_duration());
  BOOST_TEST(!features->has("event_store.client.streams.streams/read"));
}

BOOST_AUTO_TEST_CASE(an_empty_list_of_features_offers_nothing) {
  const auto features = wire::decode_server_features("");
  BOOST_REQUIRE(features.has_value());
  BOOST_TEST(!features->batch_append());
  BOOST_TEST(!features->deadline_duration());
}

BOOST_AUTO_TEST_CASE(a_list_of_features_that_is_broken_is_refused) {
  BOOST_TEST((wire::decode_server_features("\xff").error().code == errc::protocol_error));
}

BOOST_AUTO_TEST_CASE(members_come_with_id_state_life_and_endpoint) {
  event_store::client::gossip::ClusterInfo message;
  auto& leader = *message.add_members();
  leader.mutable_instance_id()->set_string("bf92d65e-8799-527d-8e33-bad59c949ced");
  leader.set_state(event_store::client::gossip::MemberInfo::Leader);
  leader.set_is_alive(true);
  leader.mutable_http_end_point()->set_address("127.0.0.1");
  leader.mutable_http_end_point()->set_port(2113);
  auto& dead = *message.add_members();
  dead.mutable_instance_id()->mutable_structured()->set_least_significant_bits(1);
  dead.set_state(event_store::client::gossip::MemberInfo::ReadOnlyReplica);
  dead.mutable_http_end_point()->set_address("::1");
  dead.mutable_http_end_point()->set_port(65535);
  const auto members = wire::decode_gossip(message.SerializeAsString());
  BOOST_REQUIRE(members.has_value());
  BOOST_REQUIRE_EQUAL(members->size(), 2u);
  const cluster_member first{.instance_id = *parse_uuid("bf92d65e-8799-527d-8e33-bad59c949ced"),
                             .state = member_state::leader,
                             .alive = true,
                             .where = {.host = "127.0.0.1", .port = 2113}};
  BOOST_TEST((members->at(0) == first));
  BOOST_TEST(to_string(members->at(1).instance_id) == "00000000-0000-0000-0000-000000000001");
  BOOST_TEST((members->at(1).state == member_state::read_only_replica));
  BOOST_TEST(!members->at(1).alive);
}

BOOST_AUTO_TEST_CASE(members_without_a_usable_address_are_left_out_and_strange_ids_are_nil) {
  event_store::client::gossip::ClusterInfo message;
  for (const unsigned port : {0u, 70'000u})
    message.add_members()->mutable_http_end_point()->set_port(port);
  message.mutable_members(1)->mutable_http_end_point()->set_address("localhost");
  message.add_members();
  auto& strange = *message.add_members();
  strange.mutable_instance_id()->set_string("?");
  strange.set_state(static_cast<event_store::client::gossip::MemberInfo::VNodeState>(99));
  strange.mutable_http_end_point()->set_address("localhost");
  strange.mutable_http_end_point()->set_port(1);
  const auto members = wire::decode_gossip(message.SerializeAsString());
  BOOST_REQUIRE(members.has_value());
  BOOST_REQUIRE_EQUAL(members->size(), 1u);
  BOOST_TEST((members->at(0).instance_id == uuid{}));
  BOOST_TEST(static_cast<unsigned>(members->at(0).state) == 99u);
}

BOOST_AUTO_TEST_CASE(members_whose_address_is_none_are_left_out_and_no_more_are_taken_than_any_cluster_has) {
  event_store::client::gossip::ClusterInfo message;
  const auto add = [&](std::string address) {
    auto& at = *message.add_members()->mutable_http_end_point();
    at.set_address(std::move(address));
    at.set_port(1);
  };
  for (const auto* address : {"a b", "[::1", "127.0.0.1:1", "a/b"})
    add(address);
  add(std::string(300, 'x'));
  BOOST_TEST(wire::decode_gossip(message.SerializeAsString()).value().empty());
  for (int i = 0; i < 5000; ++i)
    add("node-" + std::to_string(i));
  BOOST_TEST(wire::decode_gossip(message.SerializeAsString()).value().size() == 1000u);
}

BOOST_AUTO_TEST_CASE(a_list_of_members_that_is_broken_is_refused) {
  BOOST_TEST((wire::decode_gossip("\xff").error().code == errc::protocol_error));
}

BOOST_AUTO_TEST_SUITE_END()
