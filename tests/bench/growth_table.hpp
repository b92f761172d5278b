// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace kdb::bench {

/// What something costs at each size of a table.
struct growth_column {
  std::string title;
  std::vector<double> costs{}; // in the order of the sizes; 0: not measured
  bool ours = false;           // Must not grow faster than linearly; others are shown for information.
  std::string beside{};        // The title of the column with the same cost of the raw loop, if there is one.
};

struct growth_table {
  std::string name;          // its place in the document is `growth-NAME`
  std::string about;         // one line for the terminal
  std::string unit;          // whose cost is compared: "byte", "append"
  std::string size_title;    // heads the first column
  std::vector<double> sizes; // ascending
  bool in_bytes =
    false; // The sizes are bytes, and a cost is of a whole thing of that size. Else a cost is of one thing among as many.
  std::vector<growth_column> columns{};
};

/// How much dearer a unit is at one size than it was at a smaller one.
struct growth {
  double times = 0;
  double from = 0, to = 0; // sizes
};

/// How often the cost of a unit may be what it was at the cheapest smaller size.
///
/// A total that grows linearly has units that cost the same at all sizes. They may become dearer by what is no matter of growth: more memory is in use than
/// the caches hold, or a queue is full. Twice is room for that, and little enough: a total that grows with the square makes a unit ten times dearer in each
/// decade of sizes, and twice in five decades is the power 1.06 of the size.
inline constexpr double most_growth = 2;

/// Where the cost of a unit has grown most, compared with the cheapest smaller size: so that a start that is dear, because its fixed costs are divided by
/// few, hides nothing. 1 or less: no size is dearer than all before it.
growth worst_growth(const growth_table& table, const growth_column& column);

/// `most_growth`; or what the raw loop beside it grows, if that is more: then gRPC or the machine makes units dearer, for everybody.
double allowed_growth(const growth_table& table, const growth_column& column);

/// Whether no column of ours grows more than it may.
bool is_linear(const growth_table& table);

/// The table as text for a terminal, with a last line that tells the growth.
std::string to_text(const growth_table& table);
/// The same in Markdown. scripts/site/plots.py draws from it.
std::string to_markdown(const growth_table& table);

} // namespace kdb::bench
