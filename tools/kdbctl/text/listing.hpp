// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tools/kdbctl/text/table.hpp"

#include <nlohmann/json.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kdbctl {

using json = nlohmann::ordered_json;

/// The forms of output.
enum class format { table, document, lines, raw };

/// As --output names it.
std::string_view to_text(format form);

std::optional<format> parse_format(std::string_view text);

/// A column of a table: its header, and the member that it shows.
struct column {
  std::string header;
  std::string member;
};

/// An answer: one object, or a list of them.
struct listing {
  json content;
  /// Of a list's table. One object is shown with all its members, one in a line.
  std::vector<column> columns{};
};

/// Renders an answer. `table` shows a list as a table and one object as lines of names and values; `document` is one JSON document;
/// `lines` is NDJSON, an object a line; `raw` is the values alone, with tabs between them, one object a line.
std::string render(const listing& answer, format wanted, const style& look);

/// A value for people: strings as they are, lists with commas.
std::string cell_of(const json& value);

} // namespace kdbctl
