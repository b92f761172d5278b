// SPDX-License-Identifier: Apache-2.0
#include "tests/scale/roles.hpp"

#include <chrono>
#include <iostream>
#include <memory>
#include <vector>

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/completion_queue.h>

#include <event_store/client/streams.grpc.pb.h>

#include "libkdb/rpc/channel_pool.hpp"
#include "tests/fixtures/process.hpp"
#include "tests/fixtures/wait.hpp"

namespace kdb::scale {

namespace {

namespace streams = event_store::client::streams;

/// One subscription: started, then read from once.
struct following {
  explicit following(rpc::channel_lease place) : lease{std::move(place)} {}
  rpc::channel_lease lease;
  grpc::ClientContext context;
  std::unique_ptr<grpc::ClientAsyncReader<streams::ReadResp>> call;
  streams::ReadResp message;
  bool started = false;
};

streams::ReadReq request() {
  streams::ReadReq all;
  auto& options = *all.mutable_options();
  options.mutable_stream()->mutable_stream_identifier()->set_stream_name(stream);
  options.mutable_stream()->mutable_end();
  options.mutable_subscription();
  options.mutable_no_filter();
  options.mutable_uuid_option()->mutable_structured();
  return all;
}

} // namespace

int run_raw(const std::string& target, std::size_t count) {
  settings how;
  how.tls.enabled = false;
  const auto colon = target.rfind(':');
  const endpoint where{target.substr(0, colon), static_cast<std::uint16_t>(std::stoul(target.substr(colon + 1)))};
  const auto pool = std::make_shared<rpc::channel_pool>(rpc::address{.where = where}, how);
  grpc::CompletionQueue queue;
  const auto idle = fixtures::resident_bytes();
  const fixtures::stopwatch since;
  std::vector<std::unique_ptr<following>> all;
  const auto asked = request();
  for (std::size_t i = 0; i < count; ++i) {
    all.push_back(std::make_unique<following>(pool->lease()));
    auto& one = *all.back();
    one.call = streams::Streams::NewStub(one.lease.channel())->AsyncRead(&one.context, asked, &queue, &one);
  }
  void* tag = nullptr;
  bool ok = false;
  for (std::size_t confirmed = 0; confirmed < count && queue.Next(&tag, &ok);) {
    auto& one = *static_cast<following*>(tag);
    if (!ok)
      return std::cout << "a subscription broke off" << std::endl, 1;
    if (std::exchange(one.started, true)) {
      if (!one.message.has_confirmation())
        return std::cout << "no confirmation" << std::endl, 1;
      ++confirmed;
    } else
      one.call->Read(&one.message, &one);
  }
  std::cout << since.elapsed().count() << " " << (fixtures::resident_bytes() - idle) / count << std::endl;
  std::_Exit(0); // Ten thousand orderly ends would take longer than all this.
}

} // namespace kdb::scale
