// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "devnode/rpc/status.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

/// The refusals of the service of projections, word by word those of a server. None names itself in a trailer.
namespace kdb::inline v0::development::errors {

rpc::status projection_not_found(std::string_view name);
rpc::status projection_exists(std::string_view name);

/// Something that can't be done with a projection, or with this one now.
rpc::status projection_refused(std::string_view reason);

/// The caller is a user, but no operator.
rpc::status not_authorized();

/// Its definition, of so many bytes, does not fit into a record.
rpc::status projection_too_large(std::size_t size, std::uint64_t limit);

/// A property that has no value.
rpc::status property_without_value(std::string_view name);

} // namespace kdb::inline v0::development::errors
