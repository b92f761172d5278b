#include <kdb/client.hpp>

#include <utility>

#include <runtime.hpp>

namespace kdb {

namespace {

template <class Request>
result<void> change(detail::runtime& running, Request what) {
  return running.ask<projection_changed>(std::move(what)).transform([](projection_changed) {});
}

} // namespace

result<void> client::create_projection(std::string name, std::string query, create_projection_options options) {
  return change(*runtime_, kdb::create_projection{std::move(name), std::move(query), std::move(options)});
}

result<void> client::create_one_time_projection(std::string query, create_one_time_projection_options options) {
  return change(*runtime_, kdb::create_one_time_projection{std::move(query), std::move(options)});
}

result<void> client::update_projection(std::string name, std::string query, update_projection_options options) {
  return change(*runtime_, kdb::update_projection{std::move(name), std::move(query), std::move(options)});
}

result<void> client::delete_projection(std::string name, delete_projection_options options) {
  return change(*runtime_, kdb::delete_projection{std::move(name), std::move(options)});
}

result<void> client::enable_projection(std::string name, call_options call) {
  return change(*runtime_, kdb::enable_projection{std::move(name), std::move(call)});
}

result<void> client::disable_projection(std::string name, call_options call) {
  return change(*runtime_, kdb::disable_projection{std::move(name), std::move(call)});
}

result<void> client::abort_projection(std::string name, call_options call) {
  return change(*runtime_, kdb::abort_projection{std::move(name), std::move(call)});
}

result<void> client::reset_projection(std::string name, call_options call) {
  return change(*runtime_, kdb::reset_projection{std::move(name), std::move(call)});
}

result<projection_statistics> client::get_projection_statistics(std::string name, call_options call) {
  return runtime_->ask<projection_statistics>(kdb::get_projection_statistics{std::move(name), std::move(call)});
}

result<std::vector<projection_statistics>> client::list_projections(projection_mode mode, call_options call) {
  return runtime_->ask<projection_list>(kdb::list_projections{mode, std::move(call)}).transform([](projection_list found) {
    return std::move(found.projections);
  });
}

result<std::string> client::get_projection_state(std::string name, projection_state_options options) {
  return runtime_->ask<projection_value>(kdb::get_projection_state{std::move(name), std::move(options)})
    .transform([](projection_value found) { return std::move(found.json); });
}

result<std::string> client::get_projection_result(std::string name, projection_state_options options) {
  return runtime_->ask<projection_value>(kdb::get_projection_result{std::move(name), std::move(options)})
    .transform([](projection_value found) { return std::move(found.json); });
}

result<void> client::restart_projections(call_options call) {
  return change(*runtime_, kdb::restart_projections{std::move(call)});
}

} // namespace kdb
