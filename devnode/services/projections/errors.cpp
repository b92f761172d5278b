// SPDX-License-Identifier: Apache-2.0
#include "devnode/services/projections/errors.hpp"

#include <string>

namespace kdb::inline v0::development::errors {

using rpc::status;
using rpc::status_code;

status projection_not_found(std::string_view name) {
  return {status_code::not_found, "Projection '" + std::string{name} + "' not found", {}};
}

status projection_exists(std::string_view name) {
  return {status_code::already_exists, "Duplicate projection names : " + std::string{name}, {}};
}

status projection_refused(std::string_view reason) {
  return {status_code::failed_precondition, std::string{reason}, {}};
}

status projection_too_large(std::size_t size, std::uint64_t limit) {
  return {status_code::invalid_argument,
          "The definition of the projection is too large for a record: " + std::to_string(size) + " bytes of at most " +
            std::to_string(limit),
          {}};
}

status property_without_value(std::string_view name) {
  return {status_code::invalid_argument, "The value of the property '" + std::string{name} + "' has no kind", {}};
}

status not_authorized() {
  return {status_code::permission_denied, "Not authorized", {}};
}

} // namespace kdb::inline v0::development::errors
