#include <async_impl.hpp>

#include <utility>

namespace kdb::detail {

void async_core::create_projection(std::string name, std::string query, create_projection_options options,
                                   completion_ptr<void> done) const {
  impl_->ask<projection_changed>(kdb::create_projection{std::move(name), std::move(query), std::move(options)},
                                 without_value<projection_changed>(std::move(done)));
}

void async_core::create_one_time_projection(std::string query, create_one_time_projection_options options,
                                            completion_ptr<void> done) const {
  impl_->ask<projection_changed>(kdb::create_one_time_projection{std::move(query), std::move(options)},
                                 without_value<projection_changed>(std::move(done)));
}

void async_core::update_projection(std::string name, std::string query, update_projection_options options,
                                   completion_ptr<void> done) const {
  impl_->ask<projection_changed>(kdb::update_projection{std::move(name), std::move(query), std::move(options)},
                                 without_value<projection_changed>(std::move(done)));
}

void async_core::delete_projection(std::string name, delete_projection_options options, completion_ptr<void> done) const {
  impl_->ask<projection_changed>(kdb::delete_projection{std::move(name), std::move(options)},
                                 without_value<projection_changed>(std::move(done)));
}

void async_core::enable_projection(std::string name, call_options call, completion_ptr<void> done) const {
  impl_->ask<projection_changed>(kdb::enable_projection{std::move(name), std::move(call)},
                                 without_value<projection_changed>(std::move(done)));
}

void async_core::disable_projection(std::string name, call_options call, completion_ptr<void> done) const {
  impl_->ask<projection_changed>(kdb::disable_projection{std::move(name), std::move(call)},
                                 without_value<projection_changed>(std::move(done)));
}

void async_core::abort_projection(std::string name, call_options call, completion_ptr<void> done) const {
  impl_->ask<projection_changed>(kdb::abort_projection{std::move(name), std::move(call)},
                                 without_value<projection_changed>(std::move(done)));
}

void async_core::reset_projection(std::string name, call_options call, completion_ptr<void> done) const {
  impl_->ask<projection_changed>(kdb::reset_projection{std::move(name), std::move(call)},
                                 without_value<projection_changed>(std::move(done)));
}

void async_core::get_projection_statistics(std::string name, call_options call,
                                           completion_ptr<projection_statistics> done) const {
  impl_->ask<projection_statistics>(kdb::get_projection_statistics{std::move(name), std::move(call)}, std::move(done));
}

void async_core::list_projections(projection_mode mode, call_options call,
                                  completion_ptr<std::vector<projection_statistics>> done) const {
  impl_->ask<projection_list>(kdb::list_projections{mode, std::move(call)},
                              mapped(
                                std::move(done), +[](projection_list found) { return std::move(found.projections); }));
}

void async_core::get_projection_state(std::string name, projection_state_options options,
                                      completion_ptr<std::string> done) const {
  impl_->ask<projection_value>(kdb::get_projection_state{std::move(name), std::move(options)},
                               mapped(
                                 std::move(done), +[](projection_value found) { return std::move(found.json); }));
}

void async_core::get_projection_result(std::string name, projection_state_options options,
                                       completion_ptr<std::string> done) const {
  impl_->ask<projection_value>(kdb::get_projection_result{std::move(name), std::move(options)},
                               mapped(
                                 std::move(done), +[](projection_value found) { return std::move(found.json); }));
}

void async_core::restart_projections(call_options call, completion_ptr<void> done) const {
  impl_->ask<projection_changed>(kdb::restart_projections{std::move(call)}, without_value<projection_changed>(std::move(done)));
}

} // namespace kdb::detail
