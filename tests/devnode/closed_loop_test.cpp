// SPDX-License-Identifier: Apache-2.0

// A call that is under way when the loop is closed. On a node that happens for a moment at its end, when the machine is busy; here a
// handler closes the loop, so that it happens always. gRPC ends the process when something is begun on a queue that is shut down and
// has nothing left to report.

#include "devnode/rpc/server.hpp"

#include <boost/test/unit_test.hpp>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <thread>

using namespace kdb::development;
using namespace std::chrono_literals;

namespace {

class scripted_handler : public rpc::handler {
public:
  explicit scripted_handler(std::function<void()> first) : first_{std::move(first)} {}
  void start() override { first_(); }
  void received(rpc::incoming&) override {}

private:
  std::function<void()> first_;
};

// A server whose calls do what a test wants, on a thread of its own.
struct scripted_server {
  std::function<void(rpc::call&)> first = [](rpc::call&) {};
  rpc::server server;
  std::thread thread;

  scripted_server() {
    server.add("test.Scripted", "Do",
               {[this](rpc::call& call) { return std::make_unique<scripted_handler>([this, &call] { first(call); }); }, 1024});
    BOOST_REQUIRE(server.start(0));
    thread = std::thread{[this] { server.run(); }};
  }

  void shut_down() { server.stop({rpc::status_code::unavailable, "gone", {}}, 0ms); }
};

// A call of it.
struct client_call {
  explicit client_call(const scripted_server& of)
    : stub{grpc::CreateChannel("127.0.0.1:" + std::to_string(of.server.port()), grpc::InsecureChannelCredentials())} {
    context.set_deadline(std::chrono::system_clock::now() + 20s);
    call = stub.PrepareCall(&context, "/test.Scripted/Do", &queue);
    call->StartCall(this);
    BOOST_REQUIRE(done());
  }

  // Whether the operation that is under way succeeds.
  bool done() {
    void* tag = nullptr;
    bool ok = false;
    return queue.Next(&tag, &ok) && ok;
  }

  void cancel() {
    context.TryCancel();
    grpc::Status status;
    call->Finish(&status, this);
    done();
  }

  grpc::GenericStub stub;
  grpc::ClientContext context;
  grpc::CompletionQueue queue;
  std::unique_ptr<grpc::GenericClientAsyncReaderWriter> call;
};

} // namespace

BOOST_AUTO_TEST_SUITE(closed_loops)

BOOST_AUTO_TEST_CASE(a_call_that_waits_for_a_write_is_not_ended_on_a_closed_loop) {
  for (int round = 0; round < 5; ++round) {
    scripted_server on;
    std::promise<void> closed;
    on.first = [&](rpc::call& call) {
      constexpr std::size_t more_than_fits = 32 * 1024 * 1024;
      call.write(rpc::outgoing{grpc::Slice{more_than_fits}}, false);
      call.finish({}); // waits for the write
      call.on().close();
      closed.set_value();
    };
    client_call client{on};
    closed.get_future().wait();
    on.shut_down();
    on.thread.join();
    client.cancel();
  }
}

BOOST_AUTO_TEST_SUITE_END()
