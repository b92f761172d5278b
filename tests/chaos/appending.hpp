// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include <boost/asio/steady_timer.hpp>

#include <kdb/async_client.hpp>
#include <kdb/event_list.hpp>

#include "tests/chaos/ledger.hpp"

namespace kdb::chaos {

/// How one appender works.
struct append_plan {
  std::string stream;
  /// Expects what the append before left, and sends the same events again until they are acknowledged. Otherwise any state will do,
  /// and no append is sent twice by the appender.
  bool explicit_state = false;
  std::uint32_t retry = 0;
  /// With credentials of its own, which makes it a call of its own.
  bool own_call = false;
};

/// Appends to one stream, which is its alone, and remembers what it was told. Everything happens on the executor's one thread.
class appender : public std::enable_shared_from_this<appender> {
public:
  appender(append_plan plan, async_client client, boost::asio::any_io_executor executor, ledger& book, std::uint64_t seed);

  void begin() { step(); }
  /// No further append; `done` says when the last one has ended.
  void stop() { stop_ = true; }
  bool done() const { return done_; }

  const std::string& stream() const { return plan_.stream; }
  std::uint64_t acknowledged() const { return acknowledged_; }

  /// Compares what is in the stream with what it was told. Once it is done.
  void judge(const event_list& stream) const;

private:
  enum class outcome : std::uint8_t { written, nothing, unknown };
  struct one {
    std::vector<uuid> ids;
    outcome known = outcome::unknown;
    std::uint64_t last = 0; ///< Of a written one, the revision told.
  };
  void step();
  void send();
  void answered(const result<append_result>& answer);
  void acknowledge(const append_result& answer);
  void pause();

  append_plan plan_;
  async_client client_;
  boost::asio::steady_timer timer_;
  ledger& book_;
  std::mt19937_64 random_;
  std::vector<new_event> events_;
  std::vector<one> all_;
  std::uint64_t count_ = 0; ///< Of an explicit one: events in the stream.
  std::atomic<std::uint64_t> acknowledged_{0};
  std::atomic<bool> stop_{false}, done_{false};
};

} // namespace kdb::chaos
