// SPDX-License-Identifier: Apache-2.0
#include "devnode/services/streams/batch_append.hpp"

#include "devnode/services/errors.hpp"
#include "devnode/services/gate.hpp"
#include "devnode/services/streams/batch_replies.hpp"
#include "devnode/services/streams/proposal.hpp"

#include <google/protobuf/arena.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <deque>
#include <unordered_map>

namespace kdb::inline v0::development {
namespace {

using event_store::client::streams::BatchAppendReq;

// A server does not wait longer for the rest of an append.
constexpr std::chrono::nanoseconds write_timeout = std::chrono::seconds{2};

// With as many replies waiting for the client no more appends are taken.
constexpr std::size_t most_replies = 1024;

// One append, of which not all has come yet. Its events are views into the messages on its arena.
struct pending_append {
  explicit pending_append(const devnode_options& limits) : events{limits} {}

  // A small append fits in it, so that nothing is allocated for the arena.
  alignas(std::max_align_t) std::array<char, 4096> first_block;
  google::protobuf::Arena messages{first_block.data(), first_block.size()};
  proposal events;
  const BatchAppendReq* first = nullptr; // its options and the id as the client wrote it
  std::string stream;
  expected_state expected;
  std::unique_ptr<rpc::timer> timeout;
  bool hangs = false; // nothing more can come of it than its timeout
};

std::optional<expected_state> read_position(const BatchAppendReq::Options& options) {
  using Options = BatchAppendReq::Options;
  switch (options.expected_stream_position_case()) {
    case Options::kStreamPosition:
      return expected_state::revision(static_cast<std::int64_t>(std::min(options.stream_position(), largest_number)));
    case Options::kNoStream: return expected_state::no_stream();
    case Options::kAny: return expected_state::any();
    case Options::kStreamExists: return expected_state::exists();
    default: return std::nullopt;
  }
}

// Time that the client gives this append; none means for ever.
std::chrono::nanoseconds read_deadline(const BatchAppendReq::Options& options, store& events) {
  using namespace std::chrono;
  constexpr std::int64_t longest = 1'000'000; // in seconds; the server's own limit is shorter anyway
  auto span = [=](std::int64_t seconds_left, std::int64_t nanos) {
    return nanoseconds{seconds{std::clamp(seconds_left, -longest, longest)}} + nanoseconds{nanos};
  };
  if (options.has_deadline())
    return span(options.deadline().seconds(), options.deadline().nanos());
  if (!options.has_deadline_21_10_0())
    return write_timeout;
  auto& at = options.deadline_21_10_0();
  auto now = events.now();
  constexpr std::int64_t year_9999 = 253'402'300'800;
  return span(std::clamp<std::int64_t>(at.seconds(), 0, year_9999) - now / 10'000'000, at.nanos() - now % 10'000'000 * 100);
}

class batch_append_call : public rpc::handler {
public:
  batch_append_call(node& serving, rpc::call& call) : node_{serving}, call_{call} {}

  void start() override { call_.read(); }

  void received(rpc::incoming& message) override {
    auto append = take_spare();
    auto& chunk = *google::protobuf::Arena::CreateMessage<BatchAppendReq>(&append->messages);
    if (!message.parse(chunk))
      return call_.finish(errors::invalid_argument("A message is not a BatchAppendReq."));
    handle(std::move(append), chunk, message);
    if (waiting_replies() < most_replies)
      call_.read();
    else
      reading_paused_ = true;
  }

  void half_closed() override {
    half_closed_ = true;
    end_if_done();
  }

  void writable() override { flush(); }
  void drain(const rpc::status& end) override { call_.finish(end); }

private:
  using append_ptr = std::unique_ptr<pending_append>;

  // Single-message appends, the most usual kind, take turns on one arena.
  append_ptr take_spare() { return spare_ ? std::move(spare_) : std::make_unique<pending_append>(node_.options); }

  void give_back(append_ptr append) {
    append->messages.Reset();
    append->events.clear();
    append->timeout.reset();
    append->hangs = false;
    spare_ = std::move(append);
  }

  void handle(append_ptr fresh, const BatchAppendReq& chunk, rpc::incoming& message) {
    auto id = read_uuid(chunk.correlation_id());
    if (!id)
      return reply(batch_bad_request(chunk, "Value cannot be null. (Parameter 'dto')"));
    auto known = pending_.find(*id);
    if (known != pending_.end() && known->second->hangs)
      return give_back(std::move(fresh));
    if (known != pending_.end()) {
      // Its events must live as long as the append: parse again onto its own arena.
      auto& more = *google::protobuf::Arena::CreateMessage<BatchAppendReq>(&known->second->messages);
      message.parse(more);
      give_back(std::move(fresh));
      auto append = std::move(known->second);
      pending_.erase(known);
      return add(*id, std::move(append), more);
    }
    if (!chunk.has_options())
      return give_back(std::move(fresh)); // too late, or never begun: a server drops it in silence
    if (auto refused = begin(*fresh, chunk)) {
      reply(*std::move(refused));
      return give_back(std::move(fresh));
    }
    add(*id, std::move(fresh), chunk);
  }

  // Checks the options of a new append. Returns the answer to one that is refused.
  std::optional<rpc::outgoing> begin(pending_append& append, const BatchAppendReq& chunk) {
    auto& options = chunk.options();
    append.first = &chunk;
    append.stream = read_name(options.stream_identifier());
    if (!node_.access.may(*caller_, stream_action::write, append.stream))
      return batch_error(chunk, errors::access_denied());
    if (!options.has_stream_identifier())
      return batch_bad_request(chunk, "Object reference not set to an instance of an object.");
    auto deadline = read_deadline(options, node_.events);
    if (deadline.count() <= 0)
      return batch_timeout(chunk);
    auto expected = read_position(options);
    if (!expected)
      return batch_error(chunk, errors::none_is_invalid("BatchAppendReq+Types+Options+ExpectedStreamPositionOneofCase"));
    if (!valid_name(append.stream))
      return batch_bad_request(chunk, "A stream needs a name.");
    append.expected = *expected;
    if (!chunk.is_final()) {
      auto wait = std::min(deadline, write_timeout);
      append.timeout =
        std::make_unique<rpc::timer>(call_.on(), wait, [this, id = *read_uuid(chunk.correlation_id())] { expire(id); });
    }
    return {};
  }

  void add(const uuid& id, append_ptr append, const BatchAppendReq& chunk) {
    for (auto& message : chunk.proposed_messages()) {
      if (auto problem = append->events.add(message)) {
        reply(batch_error(*append->first, *problem));
        return give_back(std::move(append));
      }
    }
    if (!chunk.is_final()) {
      pending_.emplace(id, std::move(append));
      return;
    }
    auto decided = admit(node_.place, demand::writing, insists_);
    if (decided == admission::serve) {
      reply(batch_outcome(*append->first, append->expected,
                          node_.writes().append(append->stream, append->expected, append->events.events())));
      return give_back(std::move(append));
    }
    refuse(id, std::move(append), decided);
  }

  // By its place in the cluster. Who insists on the leader loses the whole call.
  void refuse(const uuid& id, append_ptr append, admission decided) {
    if (decided == admission::not_ready) {
      reply(batch_not_ready(*append->first));
      return give_back(std::move(append));
    }
    if (decided != admission::hang)
      return call_.finish(refusal(node_.place, demand::writing, decided));
    auto wait =
      std::min<std::chrono::nanoseconds>(read_deadline(append->first->options(), node_.events), node_.place.forwarding_timeout);
    append->timeout = std::make_unique<rpc::timer>(call_.on(), wait, [this, id] { expire(id); });
    append->hangs = true;
    pending_.emplace(id, std::move(append));
  }

  void expire(const uuid& id) {
    auto found = pending_.find(id);
    if (found == pending_.end())
      return;
    reply(batch_timeout(*found->second->first));
    pending_.erase(found);
  }

  // -- replies ---

  void reply(rpc::outgoing message) {
    durable_.then([this, message = std::move(message)]() mutable {
      replies_.push_back(std::move(message));
      flush_later_.schedule();
    });
  }

  std::size_t waiting_replies() const { return replies_.size() + durable_.size(); }

  void flush() {
    if (!call_.can_write())
      return;
    if (!replies_.empty()) {
      auto message = std::move(replies_.front());
      replies_.pop_front();
      call_.write(message, !replies_.empty());
    }
    if (reading_paused_ && waiting_replies() < most_replies) {
      reading_paused_ = false;
      call_.read();
    }
    end_if_done();
  }

  void end_if_done() {
    if (half_closed_ && pending_.empty() && durable_.size() == 0 && replies_.empty())
      call_.finish({});
  }

  node& node_;
  rpc::call& call_;
  const std::shared_ptr<const caller> caller_ = caller_of(node_, call_);
  append_ptr spare_;
  std::unordered_map<uuid, append_ptr> pending_;
  std::deque<rpc::outgoing> replies_;
  durable_replies durable_{node_.durable, call_};
  const bool insists_ = requires_leader(call_);
  bool reading_paused_ = false;
  bool half_closed_ = false;
  rpc::turn_task flush_later_{call_.on(), [this] { flush(); }};
};

} // namespace

std::unique_ptr<rpc::handler> handle_batch_append(node& serving, rpc::call& call) {
  return std::make_unique<batch_append_call>(serving, call);
}

} // namespace kdb::inline v0::development
