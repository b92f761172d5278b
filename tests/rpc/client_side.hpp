// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "libkdb/rpc/grpc_transport.hpp"
#include "tests/rpc/call_records.hpp"

namespace kdb::test {

/// A transport to a port of this machine, with an engine of its own.
struct client_side {
  explicit client_side(std::uint16_t port, settings how = {}) : engine{rpc::make_engine()} {
    how.endpoints = {{"127.0.0.1", port}};
    how.tls.enabled = false;
    calls = rpc::make_grpc_transport(engine, rpc::address{.where = how.endpoints.front()}, how);
  }

  struct reading {
    std::shared_ptr<read_record> seen = std::make_shared<read_record>();
    std::unique_ptr<rpc::read_call> call;
  };
  /// `script` is the stream name, which steers the server. A request with a limit is a read, without one a subscription; the
  /// server makes no difference.
  reading read(const std::string& script, const rpc::call_settings& how = {}) {
    reading started;
    started.call = calls->read({.source = wire::stream_source{script, stream_start}}, how, read_record::handlers(started.seen));
    return started;
  }

  struct consuming {
    std::shared_ptr<consume_record> seen = std::make_shared<consume_record>();
    std::unique_ptr<rpc::consume_call> call;
  };
  consuming consume(const std::string& script, const rpc::call_settings& how = {}) {
    consuming started;
    started.call = calls->consume({{script, "g"}, 10}, how, consume_record::handlers(started.seen));
    return started;
  }

  struct appending {
    std::shared_ptr<append_record> seen = std::make_shared<append_record>();
    std::unique_ptr<rpc::append_call> call;
  };
  appending append(const rpc::call_settings& how = {}) {
    appending started;
    started.call = calls->batch_append(how, append_record::handlers(started.seen));
    return started;
  }

  struct exchanging {
    std::shared_ptr<exchange_record> seen = std::make_shared<exchange_record>();
    std::unique_ptr<rpc::call> call;
  };
  exchanging exchange(const std::string& script, std::vector<std::string> messages, const rpc::call_settings& how = {},
                      wire::request_kind kind = wire::request_kind::read) {
    exchanging started;
    started.call = calls->exchange("/test/" + script, kind, std::move(messages), how, exchange_record::handler(started.seen));
    return started;
  }

  std::shared_ptr<rpc::engine> engine;
  std::shared_ptr<rpc::transport> calls;
};

/// One event whose type is a number, as a chunk of a batch append to that stream.
inline std::string chunk(std::uint64_t number, const std::string& stream = "s", std::size_t size = 10) {
  const new_event event = new_event::binary(std::to_string(number), std::string(size, 'x'));
  return wire::encode_batch_append(random_uuid(), stream, stream_state::any, {&event, 1}, std::nullopt).front();
}

inline void write(rpc::append_call& call, std::string one) {
  std::vector<std::string> chunks;
  chunks.push_back(std::move(one));
  call.write(chunks, 1);
}

} // namespace kdb::test
