// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/growth_table.hpp"

#include <algorithm>
#include <cstdio>
#include <optional>
#include <utility>

namespace kdb::bench {

namespace {

std::string decimals(double value, int count) {
  char text[64];
  std::snprintf(text, sizeof(text), "%.*f", count, value);
  return text;
}

/// Whole numbers in groups of three digits.
std::string grouped(double value) {
  auto text = decimals(value, 0);
  for (auto at = static_cast<std::ptrdiff_t>(text.size()) - 3; at > 0; at -= 3)
    text.insert(static_cast<std::size_t>(at), 1, ' ');
  return text;
}

/// Three digits that count, at most two of them behind the point.
std::string cost_text(double value) {
  return value >= 99.95 ? grouped(value) : decimals(value, value >= 9.995 ? 1 : 2);
}

std::string size_text(const growth_table& table, double size) {
  if (!table.in_bytes)
    return grouped(size);
  for (auto [unit, name] : {std::pair{1024.0 * 1024, " MiB"}, std::pair{1024.0, " KiB"}})
    if (size >= unit)
      return grouped(size / unit) + name;
  return grouped(size) + " B";
}

std::string growth_text(const growth_table& table, const growth_column& column) {
  const auto worst = worst_growth(table, column);
  return decimals(worst.times, 2) + " ×";
}

bool holds(const growth_table& table, const growth_column& column) {
  return !column.ours || worst_growth(table, column).times <= allowed_growth(table, column);
}

using line = std::vector<std::string>;

/// All cells, the titles first and the growth last.
std::vector<line> cells(const growth_table& table) {
  std::vector<line> all(table.sizes.size() + 2);
  all.front().push_back(table.size_title);
  for (std::size_t i = 0; i < table.sizes.size(); ++i)
    all[i + 1].push_back(size_text(table, table.sizes[i]));
  all.back().push_back("growth per " + table.unit);
  for (const auto& column : table.columns) {
    all.front().push_back(column.title);
    for (std::size_t i = 0; i < table.sizes.size(); ++i)
      all[i + 1].push_back(cost_text(column.costs[i]));
    all.back().push_back(holds(table, column) ? growth_text(table, column) : "**" + growth_text(table, column) + "**");
  }
  return all;
}

/// Characters, for what the texts of a table are made of.
std::size_t width(const std::string& text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, [](char each) { return (each & 0xc0) != 0x80; }));
}

} // namespace

growth worst_growth(const growth_table& table, const growth_column& column) {
  const auto unit_cost = [&](std::size_t i) { return table.in_bytes ? column.costs[i] / table.sizes[i] : column.costs[i]; };
  growth worst;
  std::optional<std::size_t> cheapest;
  for (std::size_t i = 0; i < table.sizes.size(); ++i) {
    if (unit_cost(i) <= 0)
      continue;
    if (cheapest && unit_cost(i) / unit_cost(*cheapest) > worst.times)
      worst = {unit_cost(i) / unit_cost(*cheapest), table.sizes[*cheapest], table.sizes[i]};
    if (!cheapest || unit_cost(i) < unit_cost(*cheapest))
      cheapest = i;
  }
  return worst;
}

double allowed_growth(const growth_table& table, const growth_column& column) {
  const auto raw = std::ranges::find(table.columns, column.beside, &growth_column::title);
  return raw == table.columns.end() ? most_growth : std::max(most_growth, worst_growth(table, *raw).times);
}

bool is_linear(const growth_table& table) {
  return std::ranges::all_of(table.columns, [&](auto& each) { return holds(table, each); });
}

std::string to_text(const growth_table& table) {
  const auto all = cells(table);
  auto text = std::string{is_linear(table) ? "ok   " : "MISS "} + table.name + ": " + table.about + "\n";
  for (const auto& each : all) {
    text += "  ";
    for (std::size_t i = 0; i < each.size(); ++i) {
      std::size_t widest = 0;
      for (const auto& other : all)
        widest = std::max(widest, width(other[i]));
      text += std::string(widest - width(each[i]) + 2, ' ') + each[i];
    }
    text += "\n";
  }
  for (const auto& column : table.columns)
    if (const auto worst = worst_growth(table, column); !holds(table, column))
      text += "    " + column.title + ": " + decimals(worst.times, 2) + " times dearer at " + size_text(table, worst.to) +
              " than at " + size_text(table, worst.from) + "\n";
  return text;
}

std::string to_markdown(const growth_table& table) {
  std::string text;
  const auto all = cells(table);
  for (std::size_t i = 0; i < all.size(); ++i) {
    for (const auto& cell : all[i])
      text += "| " + cell + " ";
    text += "|\n";
    if (i > 0)
      continue;
    for (std::size_t column = 0; column < all[i].size(); ++column)
      text += "|---";
    text += "|\n";
  }
  return text;
}

} // namespace kdb::bench
