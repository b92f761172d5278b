// SPDX-License-Identifier: Apache-2.0
#include "devnode/rpc/call.hpp"

#include <algorithm>

#include "devnode/rpc/server.hpp"

namespace kdb::inline v0::development::rpc {
namespace {

/// Names of streams may be anything, trailers only printable ASCII: gRPC ends the process for others. The message has the name in full.
std::string fit_for_trailer(std::string_view key, std::string value) {
  if (!key.ends_with("-bin"))
    std::replace_if(
      value.begin(), value.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  return value;
}

} // namespace

call::call(server& owner) : server_{owner} {
  context_.AsyncNotifyWhenDone(static_cast<operation*>(&ended_));
}

loop& call::on() {
  return server_.on();
}

// -- from the handler ----------------------------------------------------------------------------------------------

void call::read() {
  if (ending_)
    return;
  ++under_way_;
  stream_.Read(&incoming_.buffer_, static_cast<operation*>(&read_));
}

void call::send_headers() {
  begun_ = true;
  writing_ = true;
  ++under_way_;
  stream_.SendInitialMetadata(static_cast<operation*>(&headers_));
}

void call::write(const outgoing& message, bool more) {
  grpc::ByteBuffer bytes{message.pieces().data(), message.pieces().size()};
  grpc::WriteOptions options;
  // gRPC reports the first write done when the headers that go with it are out: held back, it would never be.
  if (more && begun_)
    options.set_buffer_hint();
  begun_ = true;
  writing_ = true;
  ++under_way_;
  stream_.Write(bytes, options, static_cast<operation*>(&write_));
}

void call::finish(status end) {
  if (ending_)
    return;
  ending_ = true;
  if (writing_)
    end_ = std::move(end);
  else
    send_end(end);
}

void call::send_end(const status& end) {
  for (auto& [key, value] : end.trailers)
    if (!value.empty())
      context_.AddTrailingMetadata(key, fit_for_trailer(key, value));
  ++under_way_;
  stream_.Finish({static_cast<grpc::StatusCode>(end.code), end.message}, static_cast<operation*>(&finish_));
}

void call::write_and_finish(const outgoing& message) {
  if (ending_)
    return;
  ending_ = true;
  grpc::ByteBuffer bytes{message.pieces().data(), message.pieces().size()};
  ++under_way_;
  stream_.WriteAndFinish(bytes, {}, grpc::Status::OK, static_cast<operation*>(&finish_));
}

std::string_view call::header(const char* key) const {
  auto& headers = context_.client_metadata();
  auto found = headers.find(key);
  return found == headers.end() ? std::string_view{} : std::string_view{found->second.data(), found->second.size()};
}

// -- from the loop -------------------------------------------------------------------------------------------------

void call::accepted(bool ok) {
  if (!ok)
    return server_.forget(*this); // the server stops
  ++under_way_;                   // ended_ will come
  if (on().closing())
    return; // gRPC takes nothing more on this queue, and the client has its end from Shutdown
  server_.accept();
  auto found = server_.route(context_.method());
  if (auto refused = std::get_if<status>(&found))
    return finish(std::move(*refused));
  auto& wanted = *std::get<const method*>(found);
  largest_request_ = wanted.largest_request;
  attempt([&] {
    handler_ = wanted.make(*this);
    handler_->start();
  });
}

void call::read_done(bool ok) {
  if (handler_ && !ending_) {
    if (!ok) {
      attempt([this] { handler_->half_closed(); });
    } else if (incoming_.size() > largest_request_) {
      finish({status_code::resource_exhausted, "Received message exceeds the maximum configured message size.", {}});
    } else {
      attempt([this] { handler_->received(incoming_); });
    }
  }
  release();
}

void call::headers_done(bool ok) {
  wrote();
  if (ok && handler_ && !ending_)
    attempt([this] { handler_->headers_sent(); });
  release();
}

void call::write_done(bool ok) {
  wrote();
  if (ok && handler_ && !ending_)
    attempt([this] { handler_->writable(); });
  release();
}

void call::wrote() {
  writing_ = false;
  if (!end_ || on().closing()) // a queue that is shut down takes no end any more: Shutdown has told the client
    return;
  auto end = *std::move(end_);
  end_.reset();
  send_end(end);
}

void call::finish_done(bool) {
  handler_.reset();
  release();
}

// The call is over for gRPC: finished, or given up by the client. What the handler had in mind is void.
void call::ended(bool) {
  handler_.reset();
  ending_ = true;
  release();
}

void call::release() {
  if (--under_way_ == 0)
    server_.forget(*this);
}

} // namespace kdb::inline v0::development::rpc
