// SPDX-License-Identifier: Apache-2.0
#include "libkdb/rpc/stream_call.hpp"

#include <cstring>
#include <utility>

#include "libkdb/policy/waits.hpp"
#include "libkdb/values/wipe.hpp"

namespace kdb::inline v0::rpc {

grpc::ByteBuffer to_buffer(std::string message) {
  constexpr std::size_t worth_giving = 1024;
  if (message.size() < worth_giving) {
    grpc::Slice copied{message};
    return {&copied, 1};
  }
  auto* owned = new std::string{std::move(message)};
  grpc::Slice given{owned->data(), owned->size(), [](void* owner) { delete static_cast<std::string*>(owner); }, owned};
  return {&given, 1};
}

namespace {

/// What gRPC does not call an error from the peer, at the front of what it has to say about it, no server has sent.
wire::status_source source_of(const grpc::ClientContext& context) {
  constexpr std::size_t front = 80;
  const auto text = context.debug_error_string();
  const auto received = std::string_view{text}.substr(0, front).find("Error received from peer") != std::string_view::npos;
  return received ? wire::status_source::server : wire::status_source::client;
}

} // namespace

wire::call_status to_call_status(const grpc::Status& status, const grpc::ClientContext& context) {
  wire::call_status plain{.code = status.error_code(), .message = status.error_message(), .source = source_of(context)};
  for (const auto& [key, value] : context.GetServerTrailingMetadata())
    plain.trailers.emplace_back(std::string{key.data(), key.size()}, std::string{value.data(), value.size()});
  return plain;
}

wire::call_status flooded() {
  return {.code = grpc::StatusCode::UNAVAILABLE,
          .message = "the client closed the connection: the node sends data without end that belongs to no message",
          .source = wire::status_source::client};
}

void prepare(grpc::ClientContext& context, const call_settings& settings) {
  if (settings.deadline)
    context.set_deadline(policy::after(std::chrono::system_clock::now(), *settings.deadline));
  if (settings.credentials) {
    auto header = settings.credentials->header();
    context.AddMetadata("authorization", header);
    wipe(header);
  }
  context.AddMetadata("requires-leader", settings.requires_leader ? "true" : "false");
  for (const auto& each : settings.headers)
    context.AddMetadata(each.name, each.value);
}

void copy_bytes(const grpc::ByteBuffer& message, char* target) {
  grpc::Slice one;
  if (message.TrySingleSlice(&one).ok()) {
    std::memcpy(target, one.begin(), one.size());
    return;
  }
  std::vector<grpc::Slice> slices;
  if (!message.Dump(&slices).ok())
    return;
  for (const auto& slice : slices) {
    std::memcpy(target, slice.begin(), slice.size());
    target += slice.size();
  }
}

stream_call::stream_call(std::shared_ptr<engine> engine, channel_lease lease, const call_settings& settings)
  : engine_{std::move(engine)}, lease_{std::move(lease)},
    answer_expected_{lease_->pool()->pulse()}, held_{lease_->pool()->held()}, start_timeout_{settings.start_timeout} {
  prepare(context_, settings);
}

stream_call::~stream_call() = default;

void stream_call::start(std::string_view method) {
  if (!engine_->add(shared_from_this())) {
    on_end(unexpected(errc::closed, "the client is closed"));
    return;
  }
  if (start_timeout_)
    engine_->watch(shared_from_this(), policy::after(std::chrono::steady_clock::now(), *start_timeout_));
  note_owed();
  std::unique_lock lock{mutex_};
  // With corked headers the first message goes out in the same packet.
  const auto corked = !to_write_.empty();
  context_.set_initial_metadata_corked(corked);
  stream_ = grpc::GenericStub{lease_->channel()}.PrepareCall(&context_, std::string{method}, &engine_->queue());
  writing_ = true;                  // Nobody else writes yet.
  stream_->StartCall(&write_step_); // Corked headers complete nothing: then the tag comes back with the first message.
  if (corked)
    write_next(lock);
  stream_->ReadInitialMetadata(&headers_step_);
}

void stream_call::cancel() {
  context_.TryCancel();
}

void stream_call::write(std::string message, bool last) {
  {
    std::lock_guard lock{queue_mutex_};
    if (closed_)
      return;
    held_.add(static_cast<std::int64_t>(message.size()));
    to_write_.push_back({std::move(message), last});
    if (!stream_ || writing_)
      return;
  }
  begin_writing();
}

void stream_call::write(std::vector<std::string>& messages) {
  {
    std::lock_guard lock{queue_mutex_};
    std::int64_t bytes = 0;
    for (auto& message : messages)
      if (!closed_) {
        bytes += static_cast<std::int64_t>(message.size());
        to_write_.push_back({std::move(message), false});
      }
    held_.add(bytes);
    messages.clear();
    if (!stream_ || writing_ || to_write_.empty() || engine_->write_soon(*this))
      return;
  }
  begin_writing();
}

void stream_call::begin_writing() {
  std::unique_lock lock{mutex_};
  if (!writing_)
    write_next(lock);
}

void stream_call::allow(std::size_t count) {
  std::unique_lock lock{mutex_};
  allowed_ += static_cast<std::ptrdiff_t>(count);
  read_next(lock);
  const bool started = stream_ != nullptr;
  lock.unlock();
  if (started)
    note_owed();
}

void stream_call::flush() {
  flush_pending_ = false;
  on_flush();
}

void stream_call::due() {
  if (answered_ || refused_)
    return;
  refused_ = error{.code = errc::deadline_exceeded,
                   .message = "the server did not answer within " + std::to_string(start_timeout_->count()) + " ms",
                   .retry_can_help = true};
  cancel();
}

void stream_call::flush_later() {
  if (!std::exchange(flush_pending_, true))
    engine_->flush_later(shared_from_this());
}

bool stream_call::is_due(std::chrono::steady_clock::time_point time) {
  const auto due = time <= std::chrono::steady_clock::now();
  if (!due && !flush_timer_.is_set.exchange(true))
    engine_->watch(std::shared_ptr<timed>{shared_from_this(), &flush_timer_}, time);
  return due;
}

void stream_call::spend() {
  {
    std::lock_guard lock{mutex_};
    --allowed_;
  }
  note_owed();
}

void stream_call::headers_arrived(bool ok) {
  std::unique_lock lock{mutex_};
  open_ = true;
  reached_server_ |= ok;
  stream_->Finish(&status_, &finish_step_);
  read_next(lock);
}

void stream_call::message_arrived(bool ok) {
  if (ok)
    answer_expected_.heard();
  if (ok && !refused_) {
    if (auto understood = on_message(incoming_); !understood) {
      refused_ = std::move(understood.error());
      context_.TryCancel();
    }
  }
  note_owed();
  std::unique_lock lock{mutex_};
  reading_ = false;
  read_closed_ |= !ok;
  read_next(lock);
  end_if_done(lock);
}

void stream_call::message_written(bool ok) {
  std::unique_lock lock{mutex_};
  reached_server_ |= ok;
  held_.add(-static_cast<std::int64_t>(std::exchange(bytes_in_write_, 0)));
  if (ok)
    write_next(lock);
  else
    stop_writing();
  end_if_done(lock);
}

void stream_call::finished(bool) {
  std::unique_lock lock{mutex_};
  finished_ = true;
  {
    std::lock_guard queue{queue_mutex_};
    closed_ = true;
    to_write_.clear();
  }
  read_next(lock);
  end_if_done(lock);
}

void stream_call::write_next(std::unique_lock<std::mutex>&) {
  queued next;
  grpc::WriteOptions options;
  {
    std::lock_guard queue{queue_mutex_};
    writing_ = !to_write_.empty();
    if (!writing_)
      return;
    next = std::move(to_write_.front());
    to_write_.pop_front();
    if (next.last)
      options.set_last_message();
    else if (!to_write_.empty())
      options.set_buffer_hint();
  }
  bytes_in_write_ = next.message.size();
  stream_->Write(to_buffer(std::move(next.message)), options, &write_step_);
}

void stream_call::stop_writing() {
  std::lock_guard queue{queue_mutex_};
  writing_ = false;
}

void stream_call::read_next(std::unique_lock<std::mutex>&) {
  // Once the status is known nothing is left to pause: the rest is read to see the last message.
  const auto wanted = allowed_ > 0 || finished_;
  if (!open_ || reading_ || read_closed_ || !wanted)
    return;
  reading_ = true;
  stream_->Read(&incoming_, &read_step_);
}

void stream_call::end_if_done(std::unique_lock<std::mutex>& lock) {
  if (!finished_ || !read_closed_ || reading_ || writing_ || ended_)
    return;
  ended_ = true;
  note_owed();
  lease_.reset();
  lock.unlock();
  std::optional<wire::call_status> failure;
  if (!status_.ok())
    failure = lost() ? *lost() : to_call_status(status_, context_);
  if (!failure || failure->source == wire::status_source::server)
    answer_expected_.heard();
  if (refused_)
    on_end(unexpected{std::move(*refused_)});
  else if (failure)
    on_end(unexpected{wire::to_error(*failure, kind(), reached_server_)});
  else
    on_end({});
  held_.release();
  engine_->remove(shared_from_this());
}

} // namespace kdb::inline v0::rpc
