#include "services/subscription.hpp"

#include "services/errors.hpp"
#include "services/wire.hpp"
#include "store/cursor.hpp"

#include <algorithm>
#include <optional>

namespace kdb::development {
namespace {

constexpr int events_a_turn = 4096;

// As many events as a server keeps for a live subscription; one that is further behind reads the log again.
constexpr std::int64_t live_events = 64;

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
  virtual std::optional<std::uint64_t> considered() const = 0;
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
  std::optional<std::uint64_t> considered() const override { return {}; }

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
    : log_{events.events()}, cursor_{events, start(log_, request), filter(events, request)}, first_{cursor_.next_index()} {
    if (auto position = std::get_if<std::uint64_t>(&request.from))
      last_ = *position;
    if (std::holds_alternative<from_end>(request.from))
      last_ = log_[log_.readable() - 1].position;
  }

  const stored_event* next(int& budget) override { return cursor_.next(budget); }
  void go_live(bool) override {}
  std::int64_t behind() const override { return cursor_.behind(); }
  void sent(const stored_event& event) override { last_ = event.position; }

  std::optional<std::uint64_t> considered() const override {
    if (cursor_.next_index() == first_)
      return {};
    return log_[cursor_.next_index() - 1].position;
  }

  caught_up_place place() const override {
    caught_up_place place;
    place.position = last_ ? last_ : considered();
    return place;
  }

private:
  static event_filter filter(store& events, read_request& request) {
    return request.index ? only_visible(events, std::move(request.filter)) : std::move(request.filter);
  }

  // The first event behind the position: a subscription starts after it.
  static std::size_t start(const log& events, const read_request& request) {
    if (std::holds_alternative<from_end>(request.from))
      return events.readable();
    auto position = std::get_if<std::uint64_t>(&request.from);
    return position ? events.index_of(*position + 1) : 0;
  }

  const log& log_;
  all_forwards cursor_;
  std::size_t first_;
  std::optional<std::uint64_t> last_;
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
    if (!call_.can_write())
      return;
    if (!next_)
      next_ = produce();
    if (!next_)
      return end_if_deleted();
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
    if (deleted_)
      return {};
    if (checkpoint_due_)
      return checkpoint();
    if (live_ && source_->behind() > live_events)
      go_live(false);
    int budget = events_a_turn;
    if (request_.filtered)
      budget = static_cast<int>(std::min<std::uint64_t>(budget, until_checkpoint()));
    auto allowed = budget;
    auto event = source_->next(budget);
    unreported_ += static_cast<std::uint64_t>(allowed - budget);
    if (request_.filtered && unreported_ >= request_.checkpoint_interval)
      checkpoint_due_ = true;
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

  std::uint64_t until_checkpoint() const {
    return unreported_ >= request_.checkpoint_interval ? 1 : request_.checkpoint_interval - unreported_;
  }

  rpc::outgoing deliver(const stored_event& event) {
    source_->sent(event);
    deleted_ = event.revision == tombstone_revision && !request_.all;
    auto resolved = request_.resolve_links ? resolve(node_.events, event) : resolved_event{&event, nullptr};
    return event_message(resolved, request_.ids);
  }

  // Says how far the search has come. Equal ones are left out.
  std::optional<rpc::outgoing> checkpoint() {
    checkpoint_due_ = false;
    unreported_ = 0;
    auto position = source_->considered();
    if (!position || position == reported_)
      return produce();
    reported_ = position;
    return checkpoint_message(*position, node_.events.now());
  }

  std::optional<rpc::outgoing> caught_up() {
    if (request_.filtered && source_->considered() && source_->considered() != reported_)
      return checkpoint();
    go_live(true);
    return caught_up_message(source_->place(), node_.events.now());
  }

  void go_live(bool live) {
    live_ = live;
    source_->go_live(live);
  }

  void end_if_deleted() {
    if (deleted_)
      call_.finish(errors::stream_deleted(request_.stream));
  }

  node& node_;
  rpc::call& call_;
  read_request request_;
  std::unique_ptr<source> source_;
  std::optional<rpc::outgoing> next_;
  std::uint64_t unreported_ = 0;
  std::optional<std::uint64_t> reported_;
  bool confirmed_ = false;
  bool live_ = false;
  bool deleted_ = false;
  bool checkpoint_due_ = false;
  rpc::turn_task pump_later_{call_.on(), [this] { pump(); }};
  follower follower_{node_.live, request_.stream, [this] { pump_later_.schedule(); }};
};

} // namespace

std::unique_ptr<reading> subscription(node& serving, rpc::call& call, read_request request) {
  return std::make_unique<subscribed_reading>(serving, call, std::move(request));
}

} // namespace kdb::development
