// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "tests/bench/servers/http2.hpp"

namespace kdb::bench {

/// `count` ReadResp messages, events of one stream with `data_size` bytes of data, as a KurrentDB server would send them.
replay make_read_replay(std::size_t count, std::size_t data_size);

/// The same events as a consumer gets them: ReadResp messages of a group.
replay make_consume_replay(std::size_t count, std::size_t data_size);

/// A SupportedMethods message: reads, batch append with relative deadlines, and AppendRecords.
std::string supported_methods();

std::string subscription_confirmation();
std::string caught_up_message();
std::string consumer_confirmation();

/// What the canned server must know of a ReadReq.
struct read_request {
  std::string stream;
  bool subscription = false;
  bool from_start = false;
  std::uint64_t count = 0;
};
read_request parse_read_request(std::string_view message);

/// What it must know of a consumer's message: either the first one, with the size of the buffer, or answers to events.
struct consume_request {
  std::uint64_t buffer = 0;
  std::uint64_t answered = 0;
};
consume_request parse_consume_request(std::string_view message);

/// The AppendRecordsResponse for a request with one record, of which the answer takes the stream.
std::string records_answer(std::string_view request);

/// Answers BatchAppend requests without storing anything: every append succeeds.
class batch_answers {
public:
  /// The BatchAppendResp for a request that ends an append, nothing for other parts.
  std::optional<std::string_view> answer(std::string_view request);
  /// The stream of the last request, until the next one.
  std::string_view stream() const { return stream_; }
  /// The ReadResp messages by which a subscriber would see the events of the last request, one after the other.
  template <class F>
  void each_event(std::string_view request, F deliver) {
    for (std::size_t i = 0, n = events_in(request); i < n; ++i)
      deliver(event(i));
  }

private:
  std::size_t events_in(std::string_view request);
  std::string event(std::size_t index);

  std::uint64_t position_ = 1'000;
  std::string out_;
  std::string stream_;
  std::string request_;
};

} // namespace kdb::bench
