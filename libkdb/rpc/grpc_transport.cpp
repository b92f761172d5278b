// SPDX-License-Identifier: Apache-2.0
#include "libkdb/rpc/grpc_transport.hpp"

#include <algorithm>

#include "libkdb/rpc/append_stream.hpp"
#include "libkdb/rpc/channel_pool.hpp"
#include "libkdb/rpc/client_headers.hpp"
#include "libkdb/rpc/consume_stream.hpp"
#include "libkdb/rpc/engine.hpp"
#include "libkdb/rpc/exchange.hpp"
#include "libkdb/rpc/handshake_probe.hpp"
#include "libkdb/rpc/read_stream.hpp"
#include "libkdb/rpc/refusing_transport.hpp"
#include "libkdb/rpc/tls_material.hpp"
#include "libkdb/rpc/unary_call.hpp"

namespace kdb::inline v0::rpc {

namespace {

constexpr std::string_view read_method = "/event_store.client.streams.Streams/Read";
constexpr std::string_view consume_method = "/event_store.client.persistent_subscriptions.PersistentSubscriptions/Read";
constexpr std::string_view batch_append_method = "/event_store.client.streams.Streams/BatchAppend";

/// Owns a call for its user: gone means cancelled.
template <class Interface, class Call>
class handle : public Interface {
public:
  explicit handle(std::shared_ptr<Call> owned) : call_{std::move(owned)} {}
  ~handle() override { call_->cancel(); }
  void cancel() override { call_->cancel(); }

protected:
  const std::shared_ptr<Call> call_;
};

class read_handle final : public handle<read_call, read_stream> {
public:
  using handle::handle;
  void request(std::size_t batches) override { call_->request(batches); }
};

class consume_handle final : public handle<consume_call, consume_stream> {
public:
  using handle::handle;
  void request(std::size_t events) override { call_->request(events); }
  void write(std::vector<std::string>& answers) override { call_->write(answers); }
};

/// The same for a call that nobody but the engine keeps: what is over takes no cancelling, and goes on the engine's thread.
class loose_handle final : public call {
public:
  explicit loose_handle(const std::shared_ptr<unary_call>& running) : call_{running} {}
  ~loose_handle() override { loose_handle::cancel(); }
  void cancel() override {
    if (const auto running = call_.lock())
      running->cancel();
  }

private:
  const std::weak_ptr<unary_call> call_;
};

class append_handle final : public handle<append_call, append_stream> {
public:
  using handle::handle;
  void write(std::vector<std::string>& chunks, std::size_t appends) override { call_->write_chunks(chunks, appends); }
};

/// Asks a handshake why a connection has failed.
failure_inspector_ptr inspector(std::shared_ptr<engine> engine, address node, tls_settings settings, tls_material material) {
  return std::make_shared<failure_inspector>([engine = std::move(engine), node = std::move(node), settings = std::move(settings),
                                              material = std::move(material)](error cause, exchange_handler done) {
    const handshake_side client{.tls = settings.enabled, .has_certificate = !material.certificate.empty()};
    probe_handshake(engine, node, settings, material,
                    [node, client, cause = std::move(cause), done](const handshake_facts& seen) {
                      done(unexpected{explain(node, client, seen).value_or(cause)});
                    });
  });
}

class grpc_transport final : public transport {
public:
  grpc_transport(const std::shared_ptr<engine>& engine, const address& where, const settings& config,
                 const tls_material& material)
    : engine_{engine->shared_from_this()}, channels_{std::make_shared<channel_pool>(where, config, engine_, material)},
      inspect_{inspector(engine_, where, config.tls, material)}, headers_{config.headers, config.header_provider} {}

  std::unique_ptr<read_call> read(const wire::read_request& request, const call_settings& settings,
                                  read_handlers handlers) override {
    const auto whole = completed(settings);
    if (!whole)
      return refusing_transport{whole.error()}.read(request, settings, std::move(handlers));
    auto call =
      std::make_shared<read_stream>(engine_, channels_->lease(), *whole, std::move(handlers), request.limit.has_value());
    call->write(wire::encode(request), true);
    call->start(read_method);
    return std::make_unique<read_handle>(std::move(call));
  }

  std::unique_ptr<consume_call> consume(const wire::consume_request& request, const call_settings& settings,
                                        consume_handlers handlers) override {
    const auto whole = completed(settings);
    if (!whole)
      return refusing_transport{whole.error()}.consume(request, settings, std::move(handlers));
    auto call = std::make_shared<consume_stream>(engine_, channels_->lease(), *whole, std::move(handlers));
    call->write(wire::encode(request), false);
    call->start(consume_method);
    return std::make_unique<consume_handle>(std::move(call));
  }

  std::unique_ptr<append_call> batch_append(const call_settings& settings, append_handlers handlers) override {
    const auto whole = completed(settings);
    if (!whole)
      return refusing_transport{whole.error()}.batch_append(settings, std::move(handlers));
    auto call = std::make_shared<append_stream>(engine_, channels_->lease(), *whole, std::move(handlers));
    call->start(batch_append_method);
    return std::make_unique<append_handle>(std::move(call));
  }

  std::unique_ptr<call> exchange(std::string_view method, wire::request_kind kind, std::vector<std::string> messages,
                                 const call_settings& settings, exchange_handler done) override {
    const auto whole = completed(settings);
    if (!whole)
      return refusing_transport{whole.error()}.exchange(method, kind, std::move(messages), settings, std::move(done));
    if (messages.size() == 1 && !settings.start_timeout && !settings.many_answers && !settings.first_answer) {
      auto call = std::make_shared<unary_call>(engine_, channels_->lease(), *whole, kind, std::move(done), inspect_);
      call->start(method, std::move(messages.front()));
      return std::make_unique<loose_handle>(call);
    }
    auto call = std::make_shared<rpc::exchange>(engine_, channels_->lease(), *whole, kind, std::move(done));
    for (std::size_t i = 0; i < messages.size(); ++i)
      call->write(std::move(messages[i]), i + 1 == messages.size());
    call->start(method);
    return std::make_unique<handle<rpc::call, rpc::exchange>>(std::move(call));
  }

  transport_load load() const override { return channels_->load(); }
  policy::node_activity take_activity() override { return channels_->pulse()->take(); }
  void abandon(const std::string& message) override { channels_->abandon(message); }

private:
  /// With the client's headers.
  result<call_settings> completed(call_settings call) const {
    if (auto added = headers_.add_to(call.headers); !added)
      return unexpected{std::move(added.error())};
    return call;
  }

  const std::shared_ptr<engine> engine_; // The queue alone, not the owner of its thread.
  const std::shared_ptr<channel_pool> channels_;
  const failure_inspector_ptr inspect_;
  const client_headers headers_;
};

} // namespace

std::shared_ptr<engine> make_engine(std::uint64_t most_bytes) {
  return engine::start(most_bytes);
}

bool relieve(engine& engine) {
  return engine.relieve();
}

error given_up() {
  return wire::to_error(flooded(), wire::request_kind::read, true);
}

void stop_engine(engine& engine, const std::function<void()>& drained) {
  engine.stop(drained);
}

std::shared_ptr<transport> make_grpc_transport(const std::shared_ptr<engine>& engine, const address& where,
                                               const settings& config) {
  if (!config.tls.enabled)
    return std::make_shared<grpc_transport>(engine, where, config, tls_material{});
  auto material = read_tls_material(config.tls);
  if (!material)
    return std::make_shared<refusing_transport>(std::move(material.error()));
  return std::make_shared<grpc_transport>(engine, where, config, *material);
}

} // namespace kdb::inline v0::rpc
