// SPDX-License-Identifier: Apache-2.0
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <random>
#include <string>
#include <vector>

#include "event_store/client/streams.pb.h"
#include "tests/wire/read_resp_difference.hpp"

namespace v1 = event_store::client::streams;
using kdb::wire::test::is_accepted;
using kdb::wire::test::read_resp_difference;

namespace {

/// Makes messages as a server, or a strange server, would.
class message_source {
public:
  explicit message_source(unsigned seed) : random_{seed} {}

  v1::ReadResp next() {
    v1::ReadResp message;
    switch (below(10)) {
      case 0: message.mutable_confirmation()->set_subscription_id(text()); break;
      case 1:
        message.mutable_checkpoint()->set_commit_position(number());
        message.mutable_checkpoint()->set_prepare_position(number());
        if (maybe())
          fill(*message.mutable_checkpoint()->mutable_timestamp());
        break;
      case 2: message.mutable_stream_not_found()->mutable_stream_identifier()->set_stream_name(bytes()); break;
      case 3: message.set_first_stream_position(number()); break;
      case 4: message.set_last_stream_position(number()); break;
      case 5: fill_progress(*message.mutable_caught_up()); break;
      case 6: fill_progress(*message.mutable_fell_behind()); break;
      default:
        if (maybe() || maybe())
          fill(*message.mutable_event()->mutable_event());
        if (maybe() || !message.event().has_event())
          fill(*message.mutable_event()->mutable_link());
        if (maybe())
          message.mutable_event()->set_commit_position(number());
        else
          message.mutable_event()->mutable_no_position();
    }
    return message;
  }

  /// Changes, drops, repeats or adds a few bytes.
  std::string spoil(std::string message) {
    for (auto times = 1 + below(4); times > 0; --times) {
      const auto at = below(static_cast<unsigned>(message.size()) + 1);
      switch (below(4)) {
        case 0: message.insert(at, 1, static_cast<char>(below(256))); break;
        case 1: message.erase(at, below(4)); break;
        case 2: message.insert(at, message.substr(below(static_cast<unsigned>(message.size()) + 1), below(20))); break;
        default:
          if (at < message.size())
            message[at] = static_cast<char>(below(256));
      }
    }
    return message;
  }

  bool maybe() { return below(2) == 0; }

private:
  unsigned below(unsigned limit) { return static_cast<unsigned>(random_()) % limit; }

  std::uint64_t number() {
    const auto wide = (static_cast<std::uint64_t>(random_()) << 32) | random_();
    return wide >> below(64);
  }

  std::string bytes() {
    std::string made(below(40), ' ');
    for (auto& each : made)
      each = static_cast<char>(below(256));
    return made;
  }

  std::string text() {
    static const std::vector<std::string> parts{"a", "order-placed", "é", "漢", "😀", "0", "9", "-", std::string(1, '\0')};
    std::string made;
    for (auto count = below(6); count > 0; --count)
      made += parts[below(static_cast<unsigned>(parts.size()))];
    return made;
  }

  void fill(google::protobuf::Timestamp& time) {
    time.set_seconds(static_cast<std::int64_t>(number()) * (maybe() ? 1 : -1));
    time.set_nanos(static_cast<std::int32_t>(number()));
  }

  template <class Progress>
  void fill_progress(Progress& progress) {
    if (maybe())
      fill(*progress.mutable_timestamp());
    if (maybe())
      progress.set_stream_revision(static_cast<std::int64_t>(number()) * (maybe() ? 1 : -1));
    if (maybe()) {
      progress.mutable_position()->set_commit_position(number());
      progress.mutable_position()->set_prepare_position(number());
    }
  }

  void fill(v1::ReadResp::ReadEvent::RecordedEvent& event) {
    if (maybe()) {
      event.mutable_id()->set_string("BF92d65e-8799-527d-8e33-bad59c949ced");
    } else {
      event.mutable_id()->mutable_structured()->set_most_significant_bits(static_cast<std::int64_t>(number()));
      event.mutable_id()->mutable_structured()->set_least_significant_bits(static_cast<std::int64_t>(number()));
    }
    if (maybe())
      event.mutable_stream_identifier()->set_stream_name(bytes());
    event.set_stream_revision(number());
    event.set_commit_position(number());
    event.set_prepare_position(number());
    auto& properties = *event.mutable_metadata();
    if (maybe())
      properties["type"] = text();
    if (maybe())
      properties["content-type"] = maybe() ? "application/json" : text();
    if (maybe())
      properties["created"] = maybe() ? std::to_string(number()) : text();
    if (maybe())
      properties[text()] = text();
    event.set_data(bytes());
    event.set_custom_metadata(bytes());
  }

  std::mt19937 random_;
};

constexpr int messages_a_seed = 20'000;
// A list, since GCC 12 warns about Boost's range when it sanitizes.
const std::vector<unsigned> seeds{1, 2, 3, 4, 5};

} // namespace

BOOST_AUTO_TEST_SUITE(batch_builder_and_protobuf)

BOOST_DATA_TEST_CASE(understand_whole_messages_alike, seeds, seed) {
  message_source source{seed};
  for (int i = 0; i < messages_a_seed; ++i) {
    const auto message = source.next().SerializeAsString();
    BOOST_REQUIRE(is_accepted(message));
    BOOST_REQUIRE_EQUAL(read_resp_difference(message).value_or(""), "");
  }
}

BOOST_DATA_TEST_CASE(merge_messages_alike, seeds, seed) {
  message_source source{seed};
  for (int i = 0; i < messages_a_seed; ++i) {
    auto message = source.next().SerializeAsString() + source.next().SerializeAsString();
    if (source.maybe())
      message += source.next().SerializeAsString();
    BOOST_REQUIRE(is_accepted(message));
    BOOST_REQUIRE_EQUAL(read_resp_difference(message).value_or(""), "");
  }
}

BOOST_DATA_TEST_CASE(agree_on_what_is_left_of_spoiled_messages, seeds, seed) {
  google::protobuf::LogSilencer quiet;
  message_source source{seed};
  int accepted = 0;
  for (int i = 0; i < messages_a_seed; ++i) {
    const auto message = source.spoil(source.next().SerializeAsString());
    BOOST_REQUIRE_EQUAL(read_resp_difference(message).value_or(""), "");
    accepted += is_accepted(message) ? 1 : 0;
  }
  BOOST_TEST(accepted > messages_a_seed / 20); // Otherwise nothing was compared.
}

BOOST_AUTO_TEST_SUITE_END()
