// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tools/kdbctl/program/session.hpp"

#include <optional>
#include <string>

namespace kdbctl {

/// Compares the lines of a file with the events that an import has made of them: ids, types, data, metadata, and their order in each stream.
ending verify_import(session& with, const std::string& file, const std::optional<std::string>& into, const kdb::uuid& import);

} // namespace kdbctl
