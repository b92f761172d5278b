// SPDX-License-Identifier: Apache-2.0

#include "order_service.hpp"

#include <caf/response_promise.hpp>
#include <caf/result.hpp>
#include <caf/typed_response_promise.hpp>

#include <chrono>
#include <memory>
#include <utility>

using namespace std::chrono_literals;

namespace shop {

namespace {

// docs: handling
/// One command on its way: read the order, decide, append; once more from the start when somebody else wrote in between.
template <class Command>
class handling : public std::enable_shared_from_this<handling<Command>> {
public:
  handling(order_service_actor::pointer self, kdb::client_actor db, std::string stream, Command command)
    : self_{self}, db_{std::move(db)}, stream_{std::move(stream)}, command_{std::move(command)},
      promise_{self->make_response_promise()} {}

  caf::result<void> promise() const { return promise_; }

  void start() {
    kdb::any_caf::request(self_, db_, 10s, kdb::read_stream_to_end{.stream = stream_})
      .then([me = this->shared_from_this()](const kdb::event_list& history) { me->decided(history); },
            [me = this->shared_from_this()](caf::error& error) { me->not_read(error); });
  }

private:
  void not_read(caf::error& error) {
    if (kdb::error::from(error).code == kdb::errc::stream_not_found)
      decided({}); // A new order.
    else
      promise_.deliver(std::move(error));
  }

  void decided(const kdb::event_list& history) {
    auto events = decide(replay(history), command_);
    if (!events)
      promise_.deliver(kdb::to_caf(events.error()));
    else if (events->empty())
      promise_.deliver(caf::unit);
    else
      append(history, std::move(*events));
  }

  void append(const kdb::event_list& history, std::vector<kdb::new_event> events) {
    // Optimistic concurrency: the events are written only if the order is still as it was when we decided.
    const auto seen = history.empty() ? kdb::stream_state::no_stream : kdb::stream_state{history.back().revision()};
    kdb::any_caf::request(self_, db_, 10s, kdb::append_to_stream{stream_, seen, std::move(events), {.call = {.retry = 5}}})
      .then([me = this->shared_from_this()](const kdb::append_result&) { me->promise_.deliver(caf::unit); },
            [me = this->shared_from_this()](caf::error& error) { me->not_written(error); });
  }

  void not_written(caf::error& error) {
    if (kdb::error::from(error).code == kdb::errc::wrong_expected_version)
      start(); // Somebody else was faster. Decide again with what is there now.
    else
      promise_.deliver(std::move(error));
  }

  order_service_actor::pointer self_;
  kdb::client_actor db_;
  std::string stream_;
  Command command_;
  caf::response_promise promise_;
};
// docs: end

} // namespace

order_service_actor::behavior_type order_service(order_service_actor::pointer self, kdb::client_actor db, category orders) {
  const auto handle = [=](const auto& command) {
    auto one = std::make_shared<handling<std::decay_t<decltype(command)>>>(self, db, orders + command.id, command);
    one->start();
    return one->promise();
  };
  return {
    [=](const place_order& command) { return handle(command); },
    [=](const pay_order& command) { return handle(command); },
    [=](const ship_order& command) { return handle(command); },
  };
}

} // namespace shop
