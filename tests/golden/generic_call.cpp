// SPDX-License-Identifier: Apache-2.0
#include "tests/golden/generic_call.hpp"

#include <array>
#include <cstdint>
#include <string_view>

#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#include "tests/golden/status_code.hpp"
#include "tests/golden/text_coding.hpp"

namespace kdb::golden {

using nlohmann::json;

namespace {

constexpr auto max_message_size = 64 * 1024 * 1024;

enum operation : std::size_t { starting, writing, closing, reading, finishing, operation_count };

// gRPC shows the headers of a trailers-only reply as trailers; these belong to HTTP.
bool is_http_header(std::string_view key) {
  return key == "content-type" || key == "content-length" || key == "date" || key == "server";
}

json trailers_json(const grpc::ClientContext& context) {
  auto result = json::object();
  for (const auto& [key, value] : context.GetServerTrailingMetadata()) {
    auto name = std::string{key.data(), key.size()};
    auto text = std::string{value.data(), value.size()};
    if (!is_http_header(name))
      result[name] = name.ends_with("-bin") ? "base64:" + to_base64(text) : text;
  }
  return result;
}

std::string to_string(const grpc::ByteBuffer& buffer) {
  auto slices = std::vector<grpc::Slice>{};
  if (!buffer.Dump(&slices).ok())
    return {};
  auto result = std::string{};
  for (const auto& slice : slices)
    result.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  return result;
}

} // namespace

struct connection::content {
  explicit content(std::shared_ptr<grpc::Channel> channel) : stub{std::move(channel)} {}
  grpc::GenericStub stub;
};

connection::connection(const std::string& target) {
  auto arguments = grpc::ChannelArguments{};
  arguments.SetMaxReceiveMessageSize(max_message_size);
  arguments.SetInt("grpc.enable_http_proxy", 0);
  // Each connection gets sockets of its own, so that a test that kills a server does not disturb the next one.
  arguments.SetInt("grpc.use_local_subchannel_pool", 1);
  // Windows don't grow: a slow reader holds its server up.
  arguments.SetInt("grpc.http2.bdp_probe", 0);
  // A server that comes back is found soon.
  arguments.SetInt("grpc.initial_reconnect_backoff_ms", 20);
  arguments.SetInt("grpc.max_reconnect_backoff_ms", 20);
  arguments.SetInt("grpc.min_reconnect_backoff_ms", 5'000); // this is what an attempt may take
  content_ = std::make_unique<content>(grpc::CreateCustomChannel(target, grpc::InsecureChannelCredentials(), arguments));
}

connection::~connection() = default;
connection::connection(connection&&) noexcept = default;
connection& connection::operator=(connection&&) noexcept = default;

struct generic_call::content {
  ~content() {
    context.TryCancel();
    queue.Shutdown();
    void* tag = nullptr;
    auto ok = false;
    while (queue.Next(&tag, &ok)) {}
  }

  void* begin(operation which) {
    pending[which] = true;
    return reinterpret_cast<void*>(static_cast<std::uintptr_t>(which));
  }

  // Handles completions until this operation is done; false when time runs out first.
  bool wait(operation which, std::chrono::system_clock::time_point deadline) {
    while (pending[which]) {
      void* tag = nullptr;
      auto ok = false;
      if (queue.AsyncNext(&tag, &ok, deadline) != grpc::CompletionQueue::GOT_EVENT)
        return false;
      auto done = static_cast<std::size_t>(reinterpret_cast<std::uintptr_t>(tag));
      pending[done] = false;
      succeeded[done] = ok;
      unread = unread || done == reading;
    }
    return true;
  }

  void wait(operation which) { wait(which, std::chrono::system_clock::time_point::max()); }

  grpc::ClientContext context;
  grpc::CompletionQueue queue;
  std::unique_ptr<grpc::GenericClientAsyncReaderWriter> stream;
  std::array<bool, operation_count> pending{};
  std::array<bool, operation_count> succeeded{};
  grpc::ByteBuffer received;
  grpc::Status status;
  bool unread = false; // A read that timed out was done while another operation was waited for.
  bool ended = false;
  bool finished = false;
};

generic_call::generic_call(connection& server, const std::string& method, const metadata_list& metadata,
                           std::chrono::milliseconds deadline)
  : content_{std::make_unique<content>()} {
  for (const auto& [key, value] : metadata)
    content_->context.AddMetadata(key, value);
  if (deadline.count() > 0)
    content_->context.set_deadline(std::chrono::system_clock::now() + deadline);
  content_->stream = server.content_->stub.PrepareCall(&content_->context, method, &content_->queue);
  content_->stream->StartCall(content_->begin(starting));
  content_->wait(starting);
}

generic_call::~generic_call() = default;
generic_call::generic_call(generic_call&&) noexcept = default;
generic_call& generic_call::operator=(generic_call&&) noexcept = default;

void generic_call::write(const std::string& message) {
  if (content_->finished)
    return;
  auto slice = grpc::Slice{message};
  content_->stream->Write(grpc::ByteBuffer{&slice, 1}, content_->begin(writing));
  content_->wait(writing);
}

void generic_call::writes_done() {
  content_->stream->WritesDone(content_->begin(closing));
  content_->wait(closing);
}

generic_call::read_result generic_call::read(std::string& message, std::chrono::milliseconds patience) {
  if (content_->ended)
    return read_result::ended;
  if (!content_->pending[reading] && !content_->unread)
    content_->stream->Read(&content_->received, content_->begin(reading));
  if (!content_->wait(reading, std::chrono::system_clock::now() + patience))
    return read_result::timed_out;
  content_->unread = false;
  content_->ended = !content_->succeeded[reading];
  if (content_->ended)
    return read_result::ended;
  message = to_string(content_->received);
  return read_result::message;
}

json generic_call::status() {
  if (!content_->finished) {
    content_->stream->Finish(&content_->status, content_->begin(finishing));
    content_->wait(finishing);
    content_->finished = true;
  }
  return {{"code", status_code_name(content_->status.error_code())},
          {"message", content_->status.error_message()},
          {"trailers", trailers_json(content_->context)}};
}

} // namespace kdb::golden
