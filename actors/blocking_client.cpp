#include <kdb/client.hpp>

#include <runtime.hpp>

namespace kdb {

result<client> client::connect(std::string_view connection_string) {
  auto how = settings::from_connection_string(connection_string);
  if (!how)
    return tl::unexpected{std::move(how.error())};
  return connect(std::move(*how));
}

result<client> client::connect(settings how) {
  auto started = detail::runtime::start(std::move(how));
  if (!started)
    return tl::unexpected{std::move(started.error())};
  return client{std::move(*started)};
}

client::client(std::shared_ptr<detail::runtime> runtime) : runtime_{std::move(runtime)} {}

result<connected> client::wait_connected(std::chrono::milliseconds timeout) {
  return runtime_->ask<connected>(await_connected{timeout});
}

result<append_result> client::append_to_stream(std::string stream, stream_state expected, std::vector<new_event> events,
                                               append_options options) {
  return runtime_->ask<append_result>(
    kdb::append_to_stream{std::move(stream), expected, std::move(events), std::move(options)});
}

result<log_position> client::head_position(head_position_options options) {
  return runtime_->ask<log_position>(kdb::head_position{std::move(options)});
}

void client::close() {
  runtime_->close();
}

} // namespace kdb
