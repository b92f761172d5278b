// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <utility>

#include "libkdb/rpc/transport.hpp"

namespace kdb::inline v0::rpc {

/// A transport for a node to which no connection can be made: every call fails at once with the given error.
class refusing_transport final : public transport {
public:
  explicit refusing_transport(error cause) : cause_{std::move(cause)} {}

  std::unique_ptr<read_call> read(const wire::read_request&, const call_settings&, read_handlers handlers) override {
    return refuse<no_read>(handlers);
  }
  std::unique_ptr<consume_call> consume(const wire::consume_request&, const call_settings&, consume_handlers handlers) override {
    return refuse<no_consume>(handlers);
  }
  std::unique_ptr<append_call> batch_append(const call_settings&, append_handlers handlers) override {
    return refuse<no_append>(handlers);
  }
  std::unique_ptr<call> exchange(std::string_view, wire::request_kind, std::vector<std::string>, const call_settings&,
                                 exchange_handler done) override {
    done(unexpected{cause_});
    return std::make_unique<no_exchange>();
  }
  transport_load load() const override { return {}; }
  policy::node_activity take_activity() override { return {}; }
  void abandon(const std::string&) override {}

private:
  // Calls that have already ended.
  struct no_read final : read_call {
    void cancel() override {}
    void request(std::size_t) override {}
  };
  struct no_consume final : consume_call {
    void cancel() override {}
    void request(std::size_t) override {}
    void write(std::vector<std::string>& answers) override { answers.clear(); }
  };
  struct no_append final : append_call {
    void cancel() override {}
    void write(std::vector<std::string>& chunks, std::size_t) override { chunks.clear(); }
  };
  struct no_exchange final : call {
    void cancel() override {}
  };

  template <class Call, class Handlers>
  std::unique_ptr<Call> refuse(const Handlers& handlers) const {
    handlers.ended(unexpected{cause_});
    return std::make_unique<Call>();
  }

  const error cause_;
};

} // namespace kdb::inline v0::rpc
