// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include "event_store/client/operations.pb.h"
#include "libkdb/wire/operations.hpp"

using namespace kdb;
namespace v1 = event_store::client::operations;

namespace {

template <class Message>
Message parsed(std::string_view bytes) {
  Message message;
  BOOST_REQUIRE(message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())));
  return message;
}

result<scavenge_result> decoded(int state) {
  v1::ScavengeResp message;
  message.set_scavenge_id("an id");
  message.set_scavenge_result(static_cast<v1::ScavengeResp::ScavengeResult>(state));
  return wire::decode_scavenge(message.SerializeAsString());
}

} // namespace

BOOST_AUTO_TEST_SUITE(operations)

BOOST_AUTO_TEST_CASE(requests_say_what_they_are_given) {
  const auto started = parsed<v1::StartScavengeReq>(wire::encode_start_scavenge({.threads = 4, .start_from_chunk = 7}));
  BOOST_TEST(started.options().thread_count() == 4);
  BOOST_TEST(started.options().start_from_chunk() == 7);
  BOOST_TEST(parsed<v1::StopScavengeReq>(wire::encode_stop_scavenge("an id")).options().scavenge_id() == "an id");
  BOOST_TEST(parsed<v1::SetNodePriorityReq>(wire::encode_node_priority(-3)).priority() == -3);
}

BOOST_AUTO_TEST_CASE(a_scavenge_is_told_with_its_id_and_how_it_stands) {
  BOOST_TEST((decoded(0).value() == scavenge_result{"an id", scavenge_state::started}));
  BOOST_TEST((decoded(1).value() == scavenge_result{"an id", scavenge_state::in_progress}));
  BOOST_TEST((decoded(2).value() == scavenge_result{"an id", scavenge_state::stopped}));
}

BOOST_AUTO_TEST_CASE(what_is_no_scavenge_is_a_protocol_error) {
  BOOST_TEST((decoded(3).error().code == errc::protocol_error));
  BOOST_TEST((wire::decode_scavenge("\xff").error().code == errc::protocol_error));
}

BOOST_AUTO_TEST_SUITE_END()
