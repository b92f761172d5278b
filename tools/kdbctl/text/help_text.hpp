// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tools/kdbctl/text/command_tree.hpp"

#include <string>
#include <vector>

namespace kdbctl {

/// The help of the last command of the path.
std::string help_text(const std::vector<const command_info*>& path);

/// The text in lines of at most `width` columns, each with `indent` spaces before it.
std::string wrapped(std::string_view text, std::size_t indent, std::size_t width);

} // namespace kdbctl
