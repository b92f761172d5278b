// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tools/kdbctl/program/definition.hpp"

#include <kdb/filter.hpp>

#include <optional>
#include <string>
#include <vector>

namespace kdbctl {

inline bool is_all(std::string_view stream) {
  return stream == "$all";
}

/// Options that select events of $all.
struct filter_arguments {
  std::vector<std::string> type_prefixes{};
  std::vector<std::string> stream_prefixes{};
  std::optional<std::string> type_regex{};
  std::optional<std::string> stream_regex{};
  bool no_system = false;
  std::optional<std::string> index{};
  std::vector<std::string> where{};
};

void define_filter(definition& command, filter_arguments& into);

/// The filter that the options describe; nothing without any. Errors: there are several, or the stream is not $all.
kdb::result<std::optional<kdb::event_filter>> filter_of(const filter_arguments& given, std::string_view stream);

} // namespace kdbctl
