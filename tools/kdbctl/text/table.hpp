// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace kdbctl {

/// How text is drawn on this terminal.
struct style {
  bool colour = false;
  /// Columns of the terminal; 0: no end.
  std::size_t width = 0;
};

enum class shade { plain, faint, strong, good, bad };

/// The text with escape sequences around it, if there is colour.
std::string painted(std::string_view text, shade wanted, const style& look);

/// A table that is written row by row. Columns are as wide as the first rows needed; the last one takes what is left of the line.
class table {
public:
  explicit table(std::vector<std::string> headers, style look);

  /// A row of printable cells. `text()` has it after `settle`, or at once when the widths are known.
  void add(std::vector<std::string> cells);
  /// Takes the rows so far as the measure of the columns.
  void settle();
  /// What is ready to be written. Takes it away.
  std::string text();

private:
  void draw(const std::vector<std::string>& cells, shade wanted);

  std::vector<std::string> headers_;
  style look_;
  std::vector<std::size_t> widths_;
  std::vector<std::vector<std::string>> waiting_;
  bool settled_ = false;
  std::string text_;
};

} // namespace kdbctl
