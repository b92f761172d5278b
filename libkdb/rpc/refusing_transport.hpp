// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <utility>

#include "libkdb/rpc/transport.hpp"

namespace kdb::inline v0::rpc {

/// The transport to a node that can't even be dialled: every call ends at once, and says why.
class refusing_transport final : public transport {
public:
  explicit refusing_transport(error cause) : why_{std::move(cause)} {}

  std::unique_ptr<read_call> read(const wire::read_request&, const call_settings&, read_handlers handlers) override {
    return refuse<over<read_call>>(handlers);
  }
  std::unique_ptr<consume_call> consume(const wire::consume_request&, const call_settings&, consume_handlers handlers) override {
    return refuse<over<consume_call>>(handlers);
  }
  std::unique_ptr<append_call> batch_append(const call_settings&, append_handlers handlers) override {
    return refuse<over<append_call>>(handlers);
  }
  std::unique_ptr<call> exchange(std::string_view, wire::request_kind, std::vector<std::string>, const call_settings&,
                                 exchange_handler done) override {
    done(unexpected{why_});
    return std::make_unique<over<call>>();
  }
  transport_load load() const override { return {}; }
  policy::node_activity take_activity() override { return {}; }
  void abandon(const std::string&) override {}

private:
  /// A call that was over before it began.
  template <class Interface>
  struct over final : Interface {
    void cancel() override {}
    void request(std::size_t) {}
    void write(std::vector<std::string>& messages) { messages.clear(); }
    void write(std::vector<std::string>& messages, std::size_t) { messages.clear(); }
  };

  template <class Call, class Handlers>
  std::unique_ptr<Call> refuse(const Handlers& handlers) const {
    handlers.ended(unexpected{why_});
    return std::make_unique<Call>();
  }

  const error why_;
};

} // namespace kdb::inline v0::rpc
