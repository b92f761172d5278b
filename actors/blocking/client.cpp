// SPDX-License-Identifier: Apache-2.0
#include <kdb/client.hpp>

#include "actors/runtime/runtime.hpp"

namespace kdb::inline v0 {

result<client> client::connect(std::string_view connection_string) {
  auto how = settings::from_connection_string(connection_string);
  if (!how)
    return unexpected{std::move(how.error())};
  return connect(std::move(*how));
}

result<client> client::connect(settings settings) {
  auto started = detail::runtime::start(std::move(settings));
  if (!started)
    return unexpected{std::move(started.error())};
  return client{std::move(*started)};
}

client::client(std::shared_ptr<detail::runtime> runtime) : runtime_{std::move(runtime)} {}

template <operation Request>
outcome_of<Request> client::ask(Request request) const {
  return runtime_->run(std::move(request));
}

#define KDB_X(request) template outcome_of<request> client::ask(kdb::request) const;
KDB_OPERATIONS(KDB_X)
#undef KDB_X

void client::close() const {
  runtime_->close();
}

} // namespace kdb::inline v0
