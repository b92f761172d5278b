// SPDX-License-Identifier: Apache-2.0
#include "devnode/services/streams/finite_read.hpp"

#include "devnode/services/errors.hpp"
#include "devnode/services/gate.hpp"
#include "devnode/services/streams/first_positions.hpp"
#include "devnode/store/cursor.hpp"

#include <algorithm>
#include <deque>
#include <optional>

namespace kdb::inline v0::development {
namespace {

// Events looked at before others get their turn.
constexpr int events_a_turn = 4096;

// Events that a server reads at once.
constexpr std::uint64_t page = 32;

// Why a server would not read $all from there, if it would not. An index is read from everywhere.
std::optional<rpc::status> position_problem(const log& events, const read_request& request) {
  auto from = std::get_if<log_position>(&request.from);
  if (!from || request.index)
    return {};
  auto position = from->commit;
  bool forwards = request.direction == read_direction::forwards;
  if (forwards && (events.readable() == 0 || position > events[events.readable() - 1].position))
    return {};
  if (position > events.end_position())
    return errors::position_beyond_end(position, events.end_position(), request.filtered);
  return events.inside_record(position) ? std::optional{errors::invalid_read_position(position, request.filtered)} : std::nullopt;
}

// Backwards what ends at a position is read; not if that stands before the record there.
std::size_t first_index(const log& events, const log_position& from, const read_request& request) {
  bool forwards = request.direction == read_direction::forwards;
  auto index = events.index_of(request.index && !forwards ? from.commit + 1 : from.commit);
  bool left_out =
    !forwards && !request.index && from.before_record() && index > 0 && events[index - 1].record_end() == from.commit;
  return left_out ? index - 1 : index;
}

std::unique_ptr<cursor> open_all(store& events, read_request& request) {
  auto& log = events.events();
  auto whom = request.index ? seen_by::projections : seen_by::readers;
  std::size_t index = 0;
  if (std::holds_alternative<from_end>(request.from))
    index = log.end(whom);
  if (auto from = std::get_if<log_position>(&request.from))
    index = first_index(log, *from, request);
  if (request.index)
    request.filter = only_visible(events, std::move(request.filter));
  if (request.direction == read_direction::forwards)
    return std::make_unique<all_forwards>(events, index, std::move(request.filter), whom);
  return std::make_unique<all_backwards>(events, index, std::move(request.filter), whom);
}

class finite_reading : public reading {
public:
  finite_reading(node& serving, rpc::call& call, read_request request)
    : node_{serving}, call_{call}, request_{std::move(request)}, left_{request_.count} {}

  void start() override {
    if (request_.all) {
      if (auto problem = position_problem(node_.events.events(), request_))
        return call_.finish(*std::move(problem));
      cursor_ = open_all(node_.events, request_);
    } else if (!open_stream()) {
      return;
    }
    writable();
  }

  void writable() override {
    if (!first_messages_.empty()) {
      auto message = std::move(first_messages_.front());
      first_messages_.pop_front();
      return call_.write(message, true);
    }
    // A server looks with each page whether it still leads.
    if (insists_ && ++sent_ % page == 0 && !node_.place.draining)
      if (auto decided = admit(node_.place, demand::reading, true); decided != admission::serve)
        return call_.finish(refusal(node_.place, demand::reading, decided));
    int budget = request_.slow_filter ? events_a_slow_turn : events_a_turn;
    auto event = left_ > 0 ? cursor_->next(budget) : nullptr;
    if (event) {
      --left_;
      if (!request_.all)
        note_end(*event);
      if (left_ == 0 && !request_.tell_positions)
        return call_.write_and_finish(message_for(*event));
      call_.write(message_for(*event), true); // more events follow, or the end of the call
    } else if (left_ > 0 && budget <= 0) {
      go_on_.schedule();
    } else {
      end();
    }
  }

private:
  rpc::outgoing message_for(const stored_event& event) {
    auto resolved = request_.resolve_links ? resolve(node_.events, event) : resolved_event{&event, nullptr};
    return event_message(resolved, request_.ids);
  }

  // Opens the stream; false if the call ends with that.
  bool open_stream() {
    auto of = node_.events.find(request_.stream);
    bool forwards = request_.direction == read_direction::forwards;
    if (forwards && std::holds_alternative<from_end>(request_.from)) {
      call_.finish(errors::unexpected_read_result("fromEventNumber should be non negative. (Parameter 'fromEventNumber')"));
      return false;
    }
    if (request_.count == 0) {
      call_.finish(errors::unexpected_read_result("maxCount should be positive. (Parameter 'maxCount')"));
      return false;
    }
    if (!of || node_.events.last_readable(*of) == no_revision || (of->soft_deleted() && !is_metastream(of->name))) {
      call_.write_and_finish(not_found_message(request_.stream));
      return false;
    }
    auto last = node_.events.last_readable(*of);
    std::int64_t from = forwards ? 0 : last;
    if (auto revision = std::get_if<std::uint64_t>(&request_.from))
      from = static_cast<std::int64_t>(*revision);
    if (!forwards && std::holds_alternative<from_start>(request_.from))
      from = 0;
    if (forwards) {
      if (request_.tell_positions)
        tell_first(*of, from);
      cursor_ = std::make_unique<stream_forwards>(node_.events, request_.stream, from);
    } else {
      cursor_ = std::make_unique<stream_backwards>(node_.events, request_.stream, from);
    }
    return true;
  }

  void tell_first(const stream& of, std::int64_t from) {
    auto size = static_cast<std::int64_t>(std::min(request_.count, page));
    stream_range visible{node_.events.first_visible(of), node_.events.last_readable(of), truncation_bound(of)};
    for (auto position : first_positions(from, size, visible))
      first_messages_.push_back(first_position_message(static_cast<std::uint64_t>(position)));
  }

  // Whether this was the last event that the stream has in this direction.
  void note_end(const stored_event& event) {
    bool forwards = request_.direction == read_direction::forwards;
    read_all_ = forwards ? event.revision >= node_.events.last_readable(*event.owner)
                         : event.revision <= node_.events.first_visible(*event.owner);
  }

  void end() {
    auto of = request_.all ? nullptr : node_.events.find(request_.stream);
    if (of && of->tombstoned())
      return call_.finish(errors::stream_deleted(request_.stream)); // meanwhile
    if (of && left_ > 0 && !read_all_ && of->soft_deleted() && !is_metastream(of->name))
      return call_.write_and_finish(not_found_message(request_.stream));
    if (of && request_.tell_positions)
      return call_.write_and_finish(last_position_message(static_cast<std::uint64_t>(node_.events.last_readable(*of))));
    call_.finish({});
  }

  node& node_;
  rpc::call& call_;
  read_request request_;
  std::uint64_t left_;
  bool read_all_ = false;
  const bool insists_ = requires_leader(call_);
  std::uint64_t sent_ = 0;
  std::unique_ptr<cursor> cursor_;
  std::deque<rpc::outgoing> first_messages_;
  rpc::turn_task go_on_{call_.on(), [this] { call_.attempt([this] { writable(); }); }};
};

} // namespace

std::unique_ptr<reading> finite_read(node& serving, rpc::call& call, read_request request) {
  return std::make_unique<finite_reading>(serving, call, std::move(request));
}

} // namespace kdb::inline v0::development
