// SPDX-License-Identifier: Apache-2.0
#include "actors/blocking/ask.hpp"

namespace kdb::inline v0 {

result<client> client::connect(std::string_view connection_string) {
  auto parsed = settings::from_connection_string(connection_string);
  if (!parsed)
    return unexpected{std::move(parsed.error())};
  return connect(std::move(*parsed));
}

result<client> client::connect(settings settings) {
  auto started = detail::runtime::start(std::move(settings));
  if (!started)
    return unexpected{std::move(started.error())};
  return client{std::move(*started)};
}

client::client(std::shared_ptr<detail::runtime> runtime) : runtime_{std::move(runtime)} {}

#define KDB_X(request) template outcome_of<request> client::ask(kdb::request) const;
KDB_RUNTIME_OPERATIONS(KDB_X)
KDB_STREAM_CALLS(KDB_X)
#undef KDB_X

void client::close() const {
  runtime_->close();
}

} // namespace kdb::inline v0
