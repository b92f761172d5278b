// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kdb/client.hpp>

#include <utility>

#include "actors/runtime/runtime.hpp"

// `client::ask`, which is compiled in two files: for all operations at once it takes long.
namespace kdb::inline v0 {

template <operation Request>
outcome_of<Request> client::ask(Request request) const {
  return runtime_->run(std::move(request));
}

} // namespace kdb::inline v0
