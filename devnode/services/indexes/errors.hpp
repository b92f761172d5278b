// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "devnode/rpc/status.hpp"

#include <string_view>

/// The errors of the service of indexes, with a server's texts and details.
namespace kdb::inline v0::development::v2_errors {

rpc::status index_not_found(std::string_view name);
rpc::status index_already_exists(std::string_view name);

} // namespace kdb::inline v0::development::v2_errors
