// SPDX-License-Identifier: Apache-2.0
#include "devnode/services/streams/subscription.hpp"

#include "devnode/services/errors.hpp"
#include "devnode/services/gate.hpp"
#include "devnode/services/indexes/read.hpp"
#include "devnode/services/wire.hpp"
#include "devnode/store/cursor.hpp"

#include <algorithm>
#include <optional>

namespace kdb::inline v0::development {
namespace {

constexpr int events_a_turn = 4096;

// As many events as a server keeps for a live subscription; one that is further behind reads the log again.
constexpr std::int64_t live_events = 64;

// Events that a page of a server's search holds at most.
constexpr std::uint64_t page_size = 32;

// What differs between a stream and $all.
class source {
public:
  virtual ~source() = default;
  virtual const stored_event* next(int& budget) = 0;
  virtual void go_live(bool live) = 0;
  virtual std::int64_t behind() const = 0;
  virtual void sent(const stored_event& event) = 0;
  virtual caught_up_place place() const = 0;

  /// Position of the last event that was looked at, if any was.
  virtual std::optional<std::uint64_t> considered() const { return {}; }

  /// Position of the event that is looked at next, if there is one.
  virtual std::optional<std::uint64_t> upcoming() const { return {}; }

  /// Position of the last event that was sent, or behind which it starts.
  virtual std::optional<log_position> last_position() const { return {}; }

  /// Whether it starts at a place where there is no record.
  virtual bool invalid() const { return false; }
};

class stream_source : public source {
public:
  stream_source(store& events, const read_request& request) : cursor_{events, request.stream, start(events, request) + 1} {
    cursor_.include_tombstone();
    last_ = cursor_.next_revision() - 1;
  }

  const stored_event* next(int& budget) override { return cursor_.next(budget); }
  void go_live(bool live) override { cursor_.ignore_truncation(live); }
  std::int64_t behind() const override { return cursor_.behind(); }
  void sent(const stored_event& event) override { last_ = event.revision; }

  caught_up_place place() const override {
    caught_up_place place;
    if (last_ != no_revision)
      place.revision = last_;
    return place;
  }

private:
  static std::int64_t start(const store& events, const read_request& request) {
    // One below the largest number: the next revision must have one too.
    if (auto revision = std::get_if<std::uint64_t>(&request.from))
      return static_cast<std::int64_t>(std::min(*revision, largest_number - 1));
    auto of = events.find(request.stream);
    return std::holds_alternative<from_end>(request.from) && of ? events.last_readable(*of) : no_revision;
  }

  stream_forwards cursor_;
  std::int64_t last_;
};

class all_source : public source {
public:
  all_source(store& events, read_request& request)
    : log_{events.events()}, whom_{request.index ? seen_by::projections : seen_by::readers},
      cursor_{events, start(request), filter(events, request), whom_}, first_{cursor_.next_index()} {
    if (auto position = std::get_if<log_position>(&request.from))
      last_ = *position;
    if (std::holds_alternative<from_end>(request.from) && log_.end(whom_) > 0)
      last_ = log_position::of(log_[log_.end(whom_) - 1].position);
    invalid_ = !request.index && first_ < log_.readable() && last_ && log_.inside_record(last_->commit);
  }

  // A start beyond the end, which a client has that another node served before: what is written up to it is passed over.
  const stored_event* next(int& budget) override {
    auto event = cursor_.next(budget);
    while (event && last_ && log_position::of(event->position) <= *last_)
      event = cursor_.next(budget);
    return event;
  }

  void go_live(bool) override {}
  std::int64_t behind() const override { return cursor_.behind(); }
  void sent(const stored_event& event) override { last_ = log_position::of(event.position); }

  std::optional<std::uint64_t> considered() const override {
    if (cursor_.next_index() == first_)
      return {};
    return log_[cursor_.next_index() - 1].position;
  }

  std::optional<std::uint64_t> upcoming() const override {
    if (cursor_.next_index() == cursor_.end())
      return {};
    return log_[cursor_.next_index()].position;
  }

  std::optional<log_position> last_position() const override { return last_; }
  bool invalid() const override { return invalid_; }

  caught_up_place place() const override {
    caught_up_place place;
    place.position = last_;
    if (auto looked_at = considered(); looked_at && !last_)
      place.position = log_position::of(*looked_at);
    return place;
  }

private:
  static event_filter filter(store& events, read_request& request) {
    return request.index ? only_visible(events, std::move(request.filter)) : std::move(request.filter);
  }

  // The first event behind the position: a subscription starts after it.
  std::size_t start(const read_request& request) const {
    if (std::holds_alternative<from_end>(request.from))
      return log_.end(whom_);
    auto position = std::get_if<log_position>(&request.from);
    return position ? log_.index_of(position->before_record() ? position->commit : position->commit + 1) : 0;
  }

  const log& log_;
  const seen_by whom_;
  all_forwards cursor_;
  std::size_t first_;
  std::optional<log_position> last_;
  bool invalid_ = false;
};

// When a filtered subscription says how far its search has come, and how far that is. While it catches up it goes page by page, as a
// server does: a page may be what fills the interval, and what is told then is the last event that was sent, or where the page began, which is
// before a record.
class search_progress {
public:
  explicit search_progress(const read_request& request) : window_{request.search_window}, interval_{request.checkpoint_interval} {
    if (auto position = std::get_if<log_position>(&request.from))
      page_begin_ = *position;
  }

  /// How many events may be looked at next.
  std::uint64_t budget(bool live, std::optional<std::uint64_t> upcoming) {
    if (live)
      return interval_ - unreported_;
    if (page_ended_ && upcoming) {
      page_begin_ = {*upcoming, 0};
      considered_ = matched_ = 0;
      page_ended_ = false;
    }
    return page_ended_ ? 1 : window_ - considered_;
  }

  /// Takes note of events that were looked at. Returns whether a checkpoint is due, behind the event that was found.
  bool looked_at(std::uint64_t count, bool found, bool live) {
    if (!live) {
      considered_ += count;
      matched_ += found ? 1 : 0;
      page_ended_ = considered_ >= window_ || matched_ >= page_size;
      if (!page_ended_)
        return false;
    }
    unreported_ += live ? count : considered_;
    bool due = unreported_ >= interval_;
    unreported_ %= interval_;
    return due;
  }

  /// The search has come to the end, or has to begin again at `position`.
  void turn(std::optional<std::uint64_t> position) {
    unreported_ = considered_ = matched_ = 0;
    page_ended_ = false;
    page_begin_ = std::max(page_begin_, log_position::of(position.value_or(0)));
  }

  log_position page_begin() const { return page_begin_; }

private:
  std::uint64_t window_;
  std::uint64_t interval_;
  std::uint64_t unreported_ = 0;
  std::uint64_t considered_ = 0; // in this page
  std::uint64_t matched_ = 0;
  log_position page_begin_{};
  bool page_ended_ = false;
};

// Whether a caller may still read what he follows. Asks again when somebody has changed who may do what; `wake` is called then.
class reading_right {
public:
  reading_right(node& serving, const rpc::call& call, const read_request& request, const std::function<void()>& wake)
    : node_{serving} {
    if (!node_.access.authenticates())
      return;
    who_ = caller_of(node_, call);
    stream_ = request.all ? "$all" : request.stream;
    at_ = node_.access.version();
    metadata_.emplace(node_.live, "$$" + std::string{governed_by(stream_)}, wake);
    settings_.emplace(node_.live, std::string{settings_stream}, wake);
  }

  bool lost() {
    if (!who_ || at_ == node_.access.version())
      return false;
    at_ = node_.access.version();
    return !node_.access.may(*who_, stream_action::read, stream_);
  }

private:
  node& node_;
  std::shared_ptr<const caller> who_;
  std::string stream_;
  std::uint64_t at_ = 0;
  std::optional<follower> metadata_;
  std::optional<follower> settings_;
};

class subscribed_reading : public reading {
public:
  subscribed_reading(node& serving, rpc::call& call, read_request request)
    : node_{serving}, call_{call}, request_{std::move(request)} {
    if (request_.all)
      source_ = std::make_unique<all_source>(node_.events, request_);
    else
      source_ = std::make_unique<stream_source>(node_.events, request_);
  }

  void start() override { pump(); }
  void writable() override { pump(); }

private:
  // Looks one message ahead: a write that another one follows at once need not be flushed.
  void pump() {
    if (right_.lost())
      return call_.finish(errors::access_denied());
    if (index_.lost())
      return call_.finish(errors::index_not_found(request_.user_index));
    if (!call_.can_write())
      return;
    if (!next_)
      next_ = produce();
    if (!next_)
      return end_if_over();
    auto message = *std::move(next_);
    next_ = produce();
    call_.write(message, next_.has_value());
  }

  // Returns the next message; nothing when there is none for now.
  std::optional<rpc::outgoing> produce() {
    if (!confirmed_) {
      confirmed_ = true;
      return confirmation_message(random_uuid());
    }
    if (deleted_ || source_->invalid())
      return {};
    if (checkpoint_due_)
      return checkpoint();
    if (live_ && source_->behind() > live_events)
      return fall_behind();
    int budget = request_.slow_filter ? events_a_slow_turn : events_a_turn;
    if (request_.filtered)
      budget = static_cast<int>(std::min<std::uint64_t>(budget, search_.budget(live_, source_->upcoming())));
    auto allowed = budget;
    auto event = source_->next(budget);
    if (request_.filtered && allowed > budget) {
      told_the_end_ = false;
      checkpoint_due_ = search_.looked_at(static_cast<std::uint64_t>(allowed - budget), event != nullptr, live_);
    }
    if (event)
      return deliver(*event);
    if (checkpoint_due_)
      return checkpoint();
    if (budget <= 0) {
      pump_later_.schedule();
      return {};
    }
    return live_ ? std::nullopt : caught_up();
  }

  std::optional<rpc::outgoing> fall_behind() {
    auto told = request_.filtered ? new_checkpoint() : std::nullopt;
    go_live(false);
    return told ? std::move(told) : produce();
  }

  rpc::outgoing deliver(const stored_event& event) {
    source_->sent(event);
    deleted_ = event.revision == tombstone_revision && !request_.all;
    auto resolved = request_.resolve_links ? resolve(node_.events, event) : resolved_event{&event, nullptr};
    return event_message(resolved, request_.ids);
  }

  std::optional<rpc::outgoing> checkpoint() {
    checkpoint_due_ = false;
    auto told = new_checkpoint();
    return told ? std::move(told) : produce();
  }

  // Says how far the search has come, unless that was said before.
  std::optional<rpc::outgoing> new_checkpoint() {
    auto looked_at = source_->considered();
    if (!looked_at)
      return {};
    auto position =
      std::max(source_->last_position().value_or(log_position{}), live_ ? log_position::of(*looked_at) : search_.page_begin());
    if (position == reported_)
      return {};
    reported_ = position;
    return checkpoint_message(position, node_.events.now());
  }

  std::optional<rpc::outgoing> caught_up() {
    if (request_.filtered && !told_the_end_) {
      told_the_end_ = true;
      return checkpoint();
    }
    go_live(true);
    auto place = source_->place();
    if (request_.filtered && reported_)
      place.position = std::max(source_->last_position().value_or(log_position{}), *reported_);
    return caught_up_message(place, node_.events.now());
  }

  void go_live(bool live) {
    live_ = live;
    told_the_end_ = false;
    source_->go_live(live);
    search_.turn(source_->considered());
  }

  void end_if_over() {
    if (source_->invalid())
      call_.finish(errors::invalid_position());
    else if (deleted_)
      call_.finish(errors::stream_deleted(request_.stream));
  }

  node& node_;
  rpc::call& call_;
  read_request request_;
  std::unique_ptr<source> source_;
  std::optional<rpc::outgoing> next_;
  search_progress search_{request_};
  std::optional<log_position> reported_;
  bool told_the_end_ = false;
  bool confirmed_ = false;
  bool live_ = false;
  bool deleted_ = false;
  bool checkpoint_due_ = false;
  rpc::turn_task pump_later_{call_.on(), [this] { call_.attempt([this] { pump(); }); }};
  follower follower_{request_.index ? node_.settled : node_.live, request_.stream, [this] { pump_later_.schedule(); }};
  index_watch index_{node_, request_, [this] { pump_later_.schedule(); }};
  reading_right right_{node_, call_, request_, [this] { pump_later_.schedule(); }};
};

} // namespace

std::unique_ptr<reading> subscription(node& serving, rpc::call& call, read_request request) {
  return std::make_unique<subscribed_reading>(serving, call, std::move(request));
}

} // namespace kdb::inline v0::development
