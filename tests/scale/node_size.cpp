// SPDX-License-Identifier: Apache-2.0

// kdb_scale_node [COUNT]: a development node with so many events of 256 B, 10 000 000 unless told otherwise, in two streams by turns: its memory against
// their bytes on the wire, the time of a start with a database of them, and the memory that is left when one stream is deleted and the other truncated.
// Prints each figure with its bar, and ends with 1 if one is above. 10 000 000 events take 6 GB of memory and of disk, and some minutes.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>

#include <grpcpp/create_channel.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/security/credentials.h>

#include <event_store/client/streams.grpc.pb.h>

#include "tests/fixtures/child.hpp"
#include "tests/fixtures/process.hpp"

namespace {

using namespace std::chrono_literals;
namespace fixtures = kdb::fixtures;
namespace wire = event_store::client::streams;

constexpr auto patience = 15min;

/// A folder beside this program, because others may be memory; gone with everything in it at the end.
struct folder {
  folder() {
    if (!::mkdtemp(path.data()))
      throw std::runtime_error{"cannot make " + path};
  }
  ~folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
  std::string path = std::filesystem::path{fixtures::own_path()}.parent_path() / "database-XXXXXX";
};

/// A node in a process of its own, and a client of it.
class node {
public:
  explicit node(const std::string& database) : process_{{KDB_DEVNODE_PROGRAM, "--db", database}} {
    const auto address = process_.read_line(patience);
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
    channel_ = grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments);
    streams_ = wire::Streams::NewStub(channel_);
  }

  double resident_bytes() const { return static_cast<double>(fixtures::resident_bytes(process_.id())); }

  /// Writes events to both streams, 500 to one and then to the other.
  void fill(std::uint64_t count) {
    constexpr std::uint64_t part = 500;
    grpc::ClientContext context;
    auto call = streams_->BatchAppend(&context);
    for (std::uint64_t at = 0; at < count; at += part) {
      wire::BatchAppendReq request;
      wire::BatchAppendResp answer;
      request.mutable_correlation_id()->mutable_structured()->set_least_significant_bits(static_cast<std::int64_t>(at + 1));
      request.mutable_options()->mutable_stream_identifier()->set_stream_name(at / part % 2 == 0 ? "even" : "odd");
      request.mutable_options()->mutable_any();
      for (auto number = at; number < std::min(at + part, count); ++number)
        add_event(request, number);
      request.set_is_final(true);
      if (!call->Write(request) || !call->Read(&answer) || !answer.has_success())
        throw std::runtime_error{"cannot write: " + answer.error().message()};
    }
  }

  /// Bytes of the messages in which the events of a stream are sent.
  double wire_bytes(const std::string& stream) {
    wire::ReadReq request;
    auto& options = *request.mutable_options();
    options.mutable_stream()->mutable_stream_identifier()->set_stream_name(stream);
    options.mutable_stream()->mutable_start();
    options.set_count(std::uint64_t{1} << 40);
    options.mutable_no_filter();
    options.mutable_uuid_option()->mutable_structured();
    grpc::GenericStub stub{channel_};
    grpc::CompletionQueue queue;
    grpc::ClientContext context;
    auto wait = [&queue] {
      void* tag = nullptr;
      bool ok = false;
      return queue.Next(&tag, &ok) && ok;
    };
    auto call = stub.PrepareCall(&context, "/event_store.client.streams.Streams/Read", &queue);
    call->StartCall(nullptr);
    wait();
    grpc::Slice bytes{request.SerializeAsString()};
    call->WriteLast(grpc::ByteBuffer{&bytes, 1}, {}, nullptr);
    wait();
    double sum = 0;
    grpc::ByteBuffer message;
    for (call->Read(&message, nullptr); wait(); call->Read(&message, nullptr))
      sum += static_cast<double>(message.Length());
    grpc::Status status;
    call->Finish(&status, nullptr);
    wait();
    check(status);
    return sum;
  }

  void delete_stream(const std::string& stream) {
    grpc::ClientContext context;
    wire::DeleteReq request;
    wire::DeleteResp reply;
    request.mutable_options()->mutable_stream_identifier()->set_stream_name(stream);
    request.mutable_options()->mutable_any();
    check(streams_->Delete(&context, request, &reply));
  }

  /// Leaves the last event.
  void truncate(const std::string& stream) {
    grpc::ClientContext context;
    wire::AppendResp reply;
    auto call = streams_->Append(&context, &reply);
    wire::AppendReq request;
    request.mutable_options()->mutable_stream_identifier()->set_stream_name("$$" + stream);
    request.mutable_options()->mutable_any();
    call->Write(request);
    auto& event = *request.mutable_proposed_message();
    event.mutable_id()->mutable_structured()->set_least_significant_bits(1);
    (*event.mutable_metadata())["type"] = "$metadata";
    (*event.mutable_metadata())["content-type"] = "application/json";
    event.set_data(R"({"$maxCount":1})");
    call->Write(request);
    call->WritesDone();
    check(call->Finish());
  }

private:
  static void add_event(wire::BatchAppendReq& request, std::uint64_t number) {
    static const std::string data = R"({"order":1000000,"customer":"c-4711","note":")" + std::string(209, 'x') + "\"}";
    auto& event = *request.add_proposed_messages();
    event.mutable_id()->mutable_structured()->set_most_significant_bits(
      static_cast<std::int64_t>(number * 0x9e37'79b9'7f4a'7c15ull | 1));
    event.mutable_id()->mutable_structured()->set_least_significant_bits(
      static_cast<std::int64_t>(number * 0xff51'afd7'ed55'8ccdull));
    (*event.mutable_metadata())["type"] = "order-placed";
    (*event.mutable_metadata())["content-type"] = "application/json";
    event.set_data(data);
    event.set_custom_metadata(R"({"$correlationId":"c-17","user":"u-42"})");
  }

  static void check(const grpc::Status& status) {
    if (!status.ok())
      throw std::runtime_error{status.error_message()};
  }

  fixtures::child process_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<wire::Streams::Stub> streams_;
};

class table {
public:
  explicit table(std::uint64_t count) {
    std::cout << "| " << count << " events of 256 B in the development node | measured | bar | |\n|---|---|---|---|\n";
  }

  void row(const std::string& what, double value, const std::string& unit, double at_most = 0) {
    const auto fine = at_most == 0 || value <= at_most;
    fine_ &= fine;
    const auto bar = at_most == 0 ? "" : "≤ " + text(at_most, unit);
    std::cout << "| " << what << " | " << text(value, unit) << " | " << bar << " | " << (fine ? "" : "ABOVE") << " |"
              << std::endl;
  }

  bool fine() const { return fine_; }

private:
  static std::string text(double value, const std::string& unit) {
    char number[32];
    std::snprintf(number, sizeof number, value < 20 ? "%.2f" : "%.0f", value);
    return number + (" " + unit);
  }

  bool fine_ = true;
};

int measure(std::uint64_t count) {
  const folder place;
  const auto database = place.path + "/events.db";
  const auto each = [count](double bytes) { return bytes / static_cast<double>(count); };
  table all{count};
  double empty = 0, on_the_wire = 0;
  {
    node first{database};
    empty = first.resident_bytes();
    const fixtures::stopwatch since;
    first.fill(count);
    all.row("written, with the database", static_cast<double>(count) / 1e3 / static_cast<double>(since.elapsed().count()),
            "million/s");
    const auto memory = first.resident_bytes() - empty;
    on_the_wire = first.wire_bytes("even") + first.wire_bytes("odd");
    all.row("bytes on the wire", each(on_the_wire), "B each");
    all.row("memory when they were written", each(memory), "B each");
    all.row("the same against the bytes on the wire", memory / on_the_wire, "×", 1.5);
  }
  const fixtures::stopwatch since;
  node again{database};
  const auto start = static_cast<double>(since.elapsed().count()) / 1e3;
  const auto memory = again.resident_bytes() - empty;
  all.row("a start with the database", start, "s", std::max(1.0, 10 * static_cast<double>(count) / 1e7));
  all.row("memory after it", each(memory), "B each");
  all.row("the same against the bytes on the wire", memory / on_the_wire, "×", 1.5);
  again.delete_stream("even");
  all.row("memory when every second one is deleted", (again.resident_bytes() - empty) / memory, "×", 0.65);
  again.truncate("odd");
  all.row("memory when the others are truncated to one", (again.resident_bytes() - empty) / memory, "×", 0.3);
  all.row("what is left of them", each(again.resident_bytes() - empty), "B each");
  return all.fine() ? 0 : 1;
}

} // namespace

int main(int argc, char** argv) {
  try {
    return measure(argc > 1 ? std::stoull(argv[1]) : 10'000'000);
  } catch (const std::exception& why) {
    std::cerr << "kdb_scale_node: " << why.what() << "\n";
    return 1;
  }
}
