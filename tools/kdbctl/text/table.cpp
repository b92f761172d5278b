// SPDX-License-Identifier: Apache-2.0
#include "tools/kdbctl/text/table.hpp"

#include "tools/kdbctl/text/encoding.hpp"

#include <algorithm>
#include <utility>

namespace kdbctl {
namespace {

std::string_view sequence_of(shade wanted) {
  switch (wanted) {
    case shade::plain: return "";
    case shade::faint: return "\x1b[2m";
    case shade::strong: return "\x1b[1m";
    case shade::good: return "\x1b[32m";
    case shade::bad: return "\x1b[31m";
  }
  return "";
}

} // namespace

std::string painted(std::string_view text, shade wanted, const style& look) {
  if (!look.colour || wanted == shade::plain)
    return std::string{text};
  return std::string{sequence_of(wanted)}.append(text).append("\x1b[0m");
}

table::table(std::vector<std::string> headers, style look)
  : headers_{std::move(headers)}, look_{look}, widths_(headers_.size()) {}

void table::add(std::vector<std::string> cells) {
  cells.resize(headers_.size());
  if (settled_)
    draw(cells, shade::plain);
  else
    waiting_.push_back(std::move(cells));
}

void table::settle() {
  if (settled_)
    return;
  settled_ = true;
  for (std::size_t i = 0; i < headers_.size(); ++i) {
    widths_[i] = display_width(headers_[i]);
    for (const auto& row : waiting_)
      widths_[i] = std::max(widths_[i], display_width(row[i]));
  }
  draw(headers_, shade::strong);
  for (const auto& row : waiting_)
    draw(row, shade::plain);
  waiting_.clear();
}

void table::draw(const std::vector<std::string>& cells, shade wanted) {
  constexpr std::size_t gap = 2, narrowest = 8;
  std::string line;
  std::size_t used = 0;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const auto is_last = i + 1 == cells.size();
    if (!is_last) {
      const auto width = display_width(cells[i]);
      const auto space = std::max(widths_[i], width);
      line += cells[i];
      line.append(space - width + gap, ' ');
      used += space + gap;
      continue;
    }
    const auto room = look_.width == 0 ? cells[i].size() : std::max(narrowest, look_.width > used ? look_.width - used : 0);
    line += shortened(cells[i], room);
  }
  line.erase(line.find_last_not_of(' ') + 1);
  text_ += painted(line, wanted, look_);
  text_ += '\n';
}

std::string table::text() {
  return std::exchange(text_, {});
}

} // namespace kdbctl
