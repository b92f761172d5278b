#include <kdb/client.hpp>

#include <runtime.hpp>

namespace kdb {

result<client> client::connect(std::string_view connection_string) {
  auto how = settings::from_connection_string(connection_string);
  if (!how)
    return unexpected{std::move(how.error())};
  return connect(std::move(*how));
}

result<client> client::connect(settings how) {
  auto started = detail::runtime::start(std::move(how));
  if (!started)
    return unexpected{std::move(started.error())};
  return client{std::move(*started)};
}

client::client(std::shared_ptr<detail::runtime> runtime) : runtime_{std::move(runtime)} {}

result<connected> client::wait_connected(std::chrono::milliseconds timeout) {
  return runtime_->ask<connected>(await_connected{timeout});
}

client_status client::status() {
  return runtime_->ask<client_status>(get_status{}).value_or(client_status{.phase = client_phase::closed});
}

result<kdb::server_info> client::server_info(call_options call) {
  return runtime_->ask<kdb::server_info>(get_server_info{std::move(call)});
}

result<std::vector<cluster_member>> client::read_gossip(call_options call) {
  return runtime_->ask<cluster_info>(kdb::read_gossip{std::move(call)}).transform([](cluster_info found) {
    return std::move(found.members);
  });
}

result<append_result> client::append_to_stream(std::string stream, stream_state expected, std::vector<new_event> events,
                                               append_options options) {
  return runtime_->ask<append_result>(kdb::append_to_stream{std::move(stream), expected, std::move(events), std::move(options)});
}

append_in_parts_result client::append_in_parts(std::string stream, stream_state expected, std::vector<new_event> events,
                                               append_in_parts_options options) {
  auto done = runtime_->ask<append_in_parts_result>(
    kdb::append_in_parts{std::move(stream), expected, std::move(events), std::move(options)});
  return done ? std::move(*done) : append_in_parts_result{.stopped = std::move(done.error())};
}

result<event_list> client::read_stream_to_end(std::string stream, read_stream_options options, std::uint64_t max_bytes) {
  return runtime_->ask<event_list>(kdb::read_stream_to_end{std::move(stream), std::move(options), max_bytes});
}

result<log_position> client::head_position(head_position_options options) {
  return runtime_->ask<log_position>(kdb::head_position{std::move(options)});
}

result<std::optional<stream_revision>> client::current_revision(std::string stream, call_options call) {
  return runtime_->ask<revision_result>(kdb::current_revision{std::move(stream), std::move(call)}).transform([](revision_result found) {
    return found.revision;
  });
}

result<delete_result> client::delete_stream(std::string stream, stream_state expected, delete_options options) {
  return runtime_->ask<delete_result>(kdb::delete_stream{std::move(stream), expected, std::move(options)});
}

result<delete_result> client::tombstone_stream(std::string stream, stream_state expected, delete_options options) {
  return runtime_->ask<delete_result>(kdb::tombstone_stream{std::move(stream), expected, std::move(options)});
}

result<metadata_result> client::get_stream_metadata(std::string stream, metadata_options options) {
  return runtime_->ask<metadata_result>(kdb::get_stream_metadata{std::move(stream), std::move(options)});
}

result<append_result> client::set_stream_metadata(std::string stream, stream_state expected, stream_metadata metadata,
                                                  metadata_options options) {
  return runtime_->ask<append_result>(
    kdb::set_stream_metadata{std::move(stream), expected, std::move(metadata), std::move(options)});
}

result<system_settings_result> client::get_system_settings(metadata_options options) {
  return runtime_->ask<system_settings_result>(kdb::get_system_settings{std::move(options)});
}

result<append_result> client::set_system_settings(stream_state expected, system_settings settings, metadata_options options) {
  return runtime_->ask<append_result>(kdb::set_system_settings{expected, std::move(settings), std::move(options)});
}

result<records_result> client::append_to_streams(std::vector<stream_append> appends, records_options options) {
  return runtime_->ask<records_result>(kdb::append_to_streams{std::move(appends), std::move(options)});
}

result<records_result> client::append_records(std::vector<stream_record> records, std::vector<consistency_check> checks,
                                              records_options options) {
  return runtime_->ask<records_result>(kdb::append_records{std::move(records), std::move(checks), std::move(options)});
}

void client::close() {
  runtime_->close();
}

} // namespace kdb
