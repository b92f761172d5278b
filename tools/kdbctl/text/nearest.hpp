// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kdbctl {

/// Letters to insert, remove, replace, or swap with their neighbour, to make one word of the other.
std::size_t edit_distance(std::string_view one, std::string_view other);

/// The word that was probably meant: the closest one, if it is close. A beginning of just one word counts as close.
std::optional<std::string> nearest(std::string_view word, const std::vector<std::string>& known);

} // namespace kdbctl
