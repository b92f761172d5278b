// SPDX-License-Identifier: Apache-2.0
#include "tests/lifetime/guest.hpp"

#include <event_store/client/streams.grpc.pb.h>
#include <grpcpp/grpcpp.h>

using namespace kdb::guest;

namespace {

namespace streams = event_store::client::streams;

/// Reads what libkdb has written, with code that the program has from a server's definitions.
std::string read_back(const std::string& address) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  const auto stub = streams::Streams::NewStub(grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments));
  streams::ReadReq request;
  auto& options = *request.mutable_options();
  options.mutable_stream()->mutable_stream_identifier()->set_stream_name("guest");
  options.mutable_stream()->mutable_start();
  options.set_count(1);
  options.mutable_no_filter();
  options.mutable_uuid_option()->mutable_string();
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds{10});
  const auto call = stub->Read(&context, request);
  std::string types;
  for (streams::ReadResp reply; call->Read(&reply);)
    if (reply.has_event())
      types += reply.event().event().metadata().at("type");
  return call->Finish().ok() ? types : "failed";
}

} // namespace

/// A program with stubs of its own, under a server's names and with descriptors, that uses libkdb as well.
int main(int argc, char** argv) {
  if (argc < 3)
    return 64;
  auto db = connected_client(argv[1]);
  say("libkdb: " + told(append_one(db)));
  say("own: " + read_back(argv[2]));
  say("registered: " + streams::ReadReq::descriptor()->full_name());
  return 0;
}
