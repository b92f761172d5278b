// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "devnode/rpc/status.hpp"

#include <string_view>

/// The refusals of the service of projections, word by word those of a server. None names itself in a trailer.
namespace kdb::inline v0::development::errors {

rpc::status projection_not_found(std::string_view name);
rpc::status projection_exists(std::string_view name);

/// Something that can't be done with a projection, or with this one now.
rpc::status projection_refused(std::string_view reason);

/// The caller is a user, but no operator.
rpc::status not_authorized();

} // namespace kdb::inline v0::development::errors
