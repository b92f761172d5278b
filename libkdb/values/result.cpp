// SPDX-License-Identifier: Apache-2.0
#include <kdb/result.hpp>

namespace kdb::inline v0 {

failure::failure(kdb::error error) : std::runtime_error{to_string(error)}, error_{std::move(error)} {}

namespace detail {

void throw_failure(const error& error) {
  throw failure{error};
}

} // namespace detail

} // namespace kdb::inline v0
