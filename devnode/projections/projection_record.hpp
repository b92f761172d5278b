// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "devnode/projections/projection.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace kdb::inline v0::development {

/// The stream that tells which projections have been created and deleted, by their names.
inline constexpr std::string_view registration_stream = "$projections-$all";
inline constexpr std::string_view created_type = "$ProjectionCreated";
inline constexpr std::string_view deleted_type = "$ProjectionDeleted";

/// The stream whose last event says what a projection is.
std::string definition_stream(std::string_view name);
inline constexpr std::string_view updated_type = "$ProjectionUpdated";

/// A definition as JSON, without its name.
std::string write_projection(const projection_definition& definition, bool native);

/// Reads what `write_projection` writes; nothing when it is malformed.
std::optional<projection_definition> read_projection(std::string_view name, std::string_view document);

} // namespace kdb::inline v0::development
