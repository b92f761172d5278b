#include "services/read.hpp"

#include "services/errors.hpp"
#include "services/finite_read.hpp"
#include "services/read_request.hpp"
#include "services/subscription.hpp"

#include "event_store/client/streams.pb.h"

namespace kdb::development {
namespace {

// Waits for the request; then one of the two kinds of read does the work.
class read_call : public rpc::handler {
public:
  read_call(node& serving, rpc::call& call) : node_{serving}, call_{call} {}

  void start() override { call_.read(); }

  void received(rpc::incoming& message) override {
    event_store::client::streams::ReadReq wire;
    if (!message.parse(wire))
      return call_.finish(errors::invalid_argument("The request is not a ReadReq."));
    auto parsed = parse_read(wire);
    if (auto refused = std::get_if<rpc::status>(&parsed))
      return call_.finish(std::move(*refused));
    auto& request = std::get<read_request>(parsed);
    if (!request.all && node_.events.tombstoned(request.stream))
      return call_.finish(errors::stream_deleted(request.stream));
    work_ = request.subscription ? subscription(node_, call_, std::move(request)) : finite_read(node_, call_, std::move(request));
    work_->start();
  }

  void half_closed() override {
    call_.finish(errors::handler_exception()); // no request
  }

  void writable() override {
    if (work_)
      work_->writable();
  }

private:
  node& node_;
  rpc::call& call_;
  std::unique_ptr<reading> work_;
};

} // namespace

std::unique_ptr<rpc::handler> handle_read(node& serving, rpc::call& call) {
  return std::make_unique<read_call>(serving, call);
}

} // namespace kdb::development
