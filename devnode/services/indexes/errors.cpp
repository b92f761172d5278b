// SPDX-License-Identifier: Apache-2.0
#include "devnode/services/indexes/errors.hpp"

#include "devnode/services/status_details.hpp"

#include "kdb/kurrentdb/protocol/v2/indexes/errors.pb.h"

#include <string>

namespace kdb::inline v0::development::v2_errors {

using namespace kurrentdb::protocol::v2::indexes::errors;
using rpc::status;
using rpc::status_code;

status index_not_found(std::string_view name) {
  IndexNotFoundErrorDetails details;
  details.set_name(std::string{name});
  return detailed_status(status_code::not_found, "Index '" + details.name() + "' does not exist", "INDEX_NOT_FOUND", "indexes",
                         &details);
}

status index_already_exists(std::string_view name) {
  IndexAlreadyExistsErrorDetails details;
  details.set_name(std::string{name});
  return detailed_status(status_code::already_exists, "Index '" + details.name() + "' already exists", "INDEX_ALREADY_EXISTS",
                         "indexes", &details);
}

} // namespace kdb::inline v0::development::v2_errors
