// SPDX-License-Identifier: Apache-2.0
#include "tests/actors/scripted_transport.hpp"

#include <stdexcept>
#include <utility>

#include "libkdb/policy/failure.hpp"
#include "libkdb/values/recorded_event_builder.hpp"
#include "libkdb/wire/batch_storage.hpp"
#include <event_store/client/persistent.pb.h>
#include <event_store/client/serverfeatures.pb.h>
#include <event_store/client/streams.pb.h>

namespace kdb::test {

namespace {

namespace v1 = event_store::client;

/// The user's end of a scripted call.
template <class Interface, class Script>
class handle : public Interface {
public:
  explicit handle(std::shared_ptr<Script> script) : script_{std::move(script)} {}
  ~handle() override { script_->cancelled = true; }
  void cancel() override { script_->cancelled = true; }

protected:
  const std::shared_ptr<Script> script_;
};

class read_handle final : public handle<rpc::read_call, scripted_read> {
public:
  using handle::handle;
  void request(std::size_t batches) override { script_->requested += batches; }
};

uuid id_of(const v1::UUID& message) {
  uuid id;
  for (int i = 0; i < 8; ++i) {
    id.data[i] = static_cast<std::uint8_t>(message.structured().most_significant_bits() >> (56 - 8 * i));
    id.data[8 + i] = static_cast<std::uint8_t>(message.structured().least_significant_bits() >> (56 - 8 * i));
  }
  return id;
}

void note_answers(scripted_consume& script, const std::string& message) {
  v1::persistent_subscriptions::ReadReq parsed;
  if (!parsed.ParseFromString(message) || parsed.has_options())
    throw std::logic_error{"the consumer wrote what is no answer"};
  ++script.messages;
  for (const auto& id : parsed.ack().ids())
    script.answers.push_back({id_of(id), outcome::ack()});
  const auto how = outcome::nack(static_cast<nack_action>(parsed.nack().action()), parsed.nack().reason());
  for (const auto& id : parsed.nack().ids())
    script.answers.push_back({id_of(id), how});
}

class consume_handle final : public handle<rpc::consume_call, scripted_consume> {
public:
  using handle::handle;
  void request(std::size_t events) override { script_->requested += events; }
  void write(std::vector<std::string>& answers) override {
    for (const auto& each : answers)
      note_answers(*script_, each);
    answers.clear();
  }
};

written_chunk parse(const std::string& chunk) {
  v1::streams::BatchAppendReq parsed;
  if (!parsed.ParseFromString(chunk))
    throw std::logic_error{"the appender wrote what is no BatchAppendReq"};
  uuid id;
  const auto& halves = parsed.correlation_id().structured();
  for (int i = 0; i < 8; ++i) {
    id.data[i] = static_cast<std::uint8_t>(halves.most_significant_bits() >> (56 - 8 * i));
    id.data[8 + i] = static_cast<std::uint8_t>(halves.least_significant_bits() >> (56 - 8 * i));
  }
  return {.correlation = id,
          .stream = parsed.options().stream_identifier().stream_name(),
          .events = static_cast<std::size_t>(parsed.proposed_messages_size()),
          .is_final = parsed.is_final(),
          .bytes = chunk.size(),
          .has_deadline = parsed.options().has_deadline()};
}

class append_handle final : public handle<rpc::append_call, scripted_append> {
public:
  using handle::handle;
  void write(std::vector<std::string>& chunks, std::size_t) override {
    ++script_->writes;
    for (const auto& chunk : chunks)
      script_->written.push_back(parse(chunk));
    chunks.clear();
  }
};

void check_open(const scripted_call& call) {
  if (call.ended)
    throw std::logic_error{"the test goes on with a call that it has ended"};
}

} // namespace

void scripted_read::batch(event_batch what) {
  check_open(*this);
  if (open_demand() == 0)
    throw std::logic_error{"a batch without demand"};
  ++delivered;
  handlers.batch(std::move(what));
}

void scripted_read::confirm() {
  check_open(*this);
  handlers.confirmed("7");
}

void scripted_read::end(result<void> how) {
  check_open(*this);
  ended = true;
  std::exchange(handlers, {}).ended(std::move(how));
}

void scripted_consume::batch(wire::consumed_events what) {
  check_open(*this);
  if (open_demand() < what.retries.size())
    throw std::logic_error{"more events than were allowed"};
  delivered += what.retries.size();
  handlers.batch(std::move(what));
}

void scripted_consume::confirm() {
  check_open(*this);
  if (open_demand() == 0)
    throw std::logic_error{"nothing is read without demand"};
  handlers.confirmed("s::g");
}

void scripted_consume::end(result<void> how) {
  check_open(*this);
  ended = true;
  std::exchange(handlers, {}).ended(std::move(how));
}

std::vector<uuid> scripted_append::correlations() const {
  std::vector<uuid> found;
  for (const auto& chunk : written)
    if (chunk.is_final)
      found.push_back(chunk.correlation);
  return found;
}

void scripted_append::reply(const uuid& correlation, result<append_result> outcome) {
  check_open(*this);
  handlers.replies({{correlation, std::move(outcome)}});
}

void scripted_append::end(result<void> how) {
  check_open(*this);
  ended = true;
  std::exchange(handlers, {}).ended(std::move(how));
}

void scripted_exchange::end(result<std::vector<std::string>> answers) {
  check_open(*this);
  ended = true;
  std::exchange(done, {})(std::move(answers));
}

std::unique_ptr<rpc::read_call> scripted_transport::read(const wire::read_request& request, const rpc::call_settings& settings,
                                                         rpc::read_handlers handlers) {
  auto script = std::make_shared<scripted_read>();
  script->settings = settings;
  script->request = request;
  script->handlers = std::move(handlers);
  reads.push_back(script);
  return std::make_unique<read_handle>(std::move(script));
}

std::unique_ptr<rpc::consume_call> scripted_transport::consume(const wire::consume_request& request,
                                                               const rpc::call_settings& settings,
                                                               rpc::consume_handlers handlers) {
  auto script = std::make_shared<scripted_consume>();
  script->settings = settings;
  script->request = request;
  script->handlers = std::move(handlers);
  consumers.push_back(script);
  return std::make_unique<consume_handle>(std::move(script));
}

std::unique_ptr<rpc::append_call> scripted_transport::batch_append(const rpc::call_settings& settings,
                                                                   rpc::append_handlers handlers) {
  auto script = std::make_shared<scripted_append>();
  script->settings = settings;
  script->handlers = std::move(handlers);
  appends.push_back(script);
  return std::make_unique<append_handle>(std::move(script));
}

std::unique_ptr<rpc::call> scripted_transport::exchange(std::string_view method, wire::request_kind kind,
                                                        std::vector<std::string> messages, const rpc::call_settings& settings,
                                                        rpc::exchange_handler done) {
  auto script = std::make_shared<scripted_exchange>();
  script->settings = settings;
  script->method = method;
  script->kind = kind;
  script->messages = std::move(messages);
  script->done = std::move(done);
  exchanges.push_back(script);
  return std::make_unique<handle<rpc::call, scripted_exchange>>(std::move(script));
}

void scripted_transport::forget_calls() {
  reads.clear();
  consumers.clear();
  appends.clear();
  exchanges.clear();
}

std::string features_message(bool batch_append) {
  v1::server_features::SupportedMethods all;
  all.set_event_store_server_version("26.1.1");
  if (batch_append) {
    auto& method = *all.add_methods();
    method.set_service_name("event_store.client.streams.streams");
    method.set_method_name("batchappend");
    method.add_features("deadline_duration");
  }
  return all.SerializeAsString();
}

std::string append_message(std::uint64_t revision) {
  v1::streams::AppendResp done;
  done.mutable_success()->set_current_revision(revision);
  done.mutable_success()->mutable_position()->set_commit_position(10 * revision);
  done.mutable_success()->mutable_position()->set_prepare_position(10 * revision);
  return done.SerializeAsString();
}

event_batch events(std::uint64_t first, std::size_t count) {
  auto storage = std::make_shared<batch_storage>(batch_storage::expectation{});
  for (auto number = first; number < first + count; ++number) {
    recorded_event_builder event;
    event.stream("s").type("t").revision({number}).position({10 * number, 10 * number});
    storage->push(resolved_event{storage->keep(event.build()), nullptr});
  }
  return event_batch{std::move(storage)};
}

uuid id_of_event(std::uint64_t number) {
  uuid id{};
  for (int i = 0; i < 8; ++i)
    id.data[15 - i] = static_cast<std::uint8_t>((number + 1) >> (8 * i));
  return id;
}

wire::consumed_events consumed(std::uint64_t first, std::size_t count, std::uint32_t retries) {
  auto storage = std::make_shared<batch_storage>(batch_storage::expectation{});
  for (auto number = first; number < first + count; ++number) {
    recorded_event_builder event;
    event.stream("s").type("t").revision({number}).position({10 * number, 10 * number}).id(id_of_event(number));
    storage->push(resolved_event{storage->keep(event.build()), nullptr});
  }
  return {event_batch{std::move(storage)}, std::vector<std::uint32_t>(count, retries)};
}

wire::consumed_events consumed_of(const std::vector<std::uint64_t>& numbers, std::uint32_t retries) {
  static constexpr std::string_view streams[] = {"0", "1", "2", "3", "4"};
  auto storage = std::make_shared<batch_storage>(batch_storage::expectation{});
  for (const auto number : numbers) {
    recorded_event_builder event;
    event.stream(streams[number % 5]).type("t").revision({number}).position({10 * number, 10 * number}).id(id_of_event(number));
    storage->push(resolved_event{storage->keep(event.build()), nullptr});
  }
  return {event_batch{std::move(storage)}, std::vector<std::uint32_t>(numbers.size(), retries)};
}

event_batch caught_up_batch() {
  auto storage = std::make_shared<batch_storage>(batch_storage::expectation{});
  storage->push(caught_up{});
  return event_batch{std::move(storage)};
}

std::vector<std::uint64_t> revisions(const event_batch& batch) {
  std::vector<std::uint64_t> found;
  for (const auto& event : batch.events())
    found.push_back(event.revision().value);
  return found;
}

error node_gone(std::string message) {
  return {.code = errc::unavailable, .message = std::move(message), .retry_can_help = true};
}

error failure_of(errc code) {
  return {.code = code, .message = "scripted", .retry_can_help = policy::retry_can_help(code)};
}

} // namespace kdb::test
