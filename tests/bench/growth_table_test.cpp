// SPDX-License-Identifier: Apache-2.0
#define BOOST_TEST_MODULE bench
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <cmath>
#include <functional>
#include <ostream>
#include <vector>

#include "tests/bench/growth_table.hpp"

using namespace kdb::bench;

namespace {

/// What a total costs at a size, and what is said of its growth.
struct total {
  const char* what;
  std::function<double(double)> at;
  bool linear;
  double times; // of a unit, at most; 0: not looked at
};

std::ostream& operator<<(std::ostream& out, const total& one) {
  return out << one.what;
}

// Over 1 … 100 000.
const std::vector<total> totals{
  {"the same for each", [](double n) { return 3 * n; }, true, 1},
  {"a fixed part, then the same for each", [](double n) { return 1'000 + 3 * n; }, true, 1},
  {"each costs less than the one before", [](double n) { return std::sqrt(n); }, true, 1},
  {"each costs half more from the middle on", [](double n) { return n > 300 ? 1.5 * n : n; }, true, 1.5},
  {"each costs twice as much from the middle on, and a little", [](double n) { return n > 300 ? 2.01 * n : n; }, false, 2.01},
  {"with the power 1.1", [](double n) { return std::pow(n, 1.1); }, false, std::pow(1e5, 0.1)},
  {"with the square", [](double n) { return n * n; }, false, 1e5},
  {"a fixed part that hides a square at first", [](double n) { return 1e6 + n + 1e-2 * n * n; }, false, 0},
  {"a square that only the last size shows", [](double n) { return 100 * n + 0.002 * n * n; }, false, 0},
  {"dear in the middle alone", [](double n) { return n == 1'000 ? 5 * n : n; }, false, 5},
};

growth_table table_of(const total& each, bool in_bytes) {
  growth_table table{.name = "t",
                     .about = "a table",
                     .unit = "thing",
                     .size_title = "things",
                     .sizes = {1, 10, 100, 1e3, 1e4, 1e5},
                     .in_bytes = in_bytes};
  growth_column column{.title = "ours", .ours = true};
  for (auto size : table.sizes)
    column.costs.push_back(in_bytes ? each.at(size) : each.at(size) / size);
  table.columns.push_back(std::move(column));
  return table;
}

} // namespace

BOOST_DATA_TEST_CASE(a_total_that_grows_faster_than_linearly_is_found, totals, each) {
  for (auto in_bytes : {false, true}) {
    const auto table = table_of(each, in_bytes);
    BOOST_TEST(is_linear(table) == each.linear);
    if (each.times > 0)
      BOOST_TEST(worst_growth(table, table.columns[0]).times <= each.times * 1.0001);
  }
}

BOOST_AUTO_TEST_CASE(the_growth_is_told_from_the_cheapest_smaller_size) {
  growth_table table{.name = "t", .about = "", .unit = "append", .size_title = "in flight", .sizes = {1, 4, 16, 64}};
  const growth_column column{.title = "ours", .costs = {8, 2, 4, 5}, .ours = true};
  const auto worst = worst_growth(table, column);
  BOOST_TEST(worst.times == 2.5);
  BOOST_TEST(worst.from == 4);
  BOOST_TEST(worst.to == 64);
}

BOOST_AUTO_TEST_CASE(what_was_not_measured_is_not_the_cheapest) {
  growth_table table{.name = "t", .about = "", .unit = "subscription", .size_title = "subscriptions", .sizes = {1, 10, 100}};
  table.columns = {{.title = "ours", .costs = {0, 3, 4}, .ours = true}};
  BOOST_TEST(is_linear(table));
  BOOST_TEST(worst_growth(table, table.columns[0]).from == 10);
}

BOOST_AUTO_TEST_CASE(ours_may_grow_as_the_raw_loop_beside_it_does) {
  growth_table table{.name = "t", .about = "", .unit = "event", .size_title = "subscriptions", .sizes = {1, 10}};
  table.columns = {{.title = "ours", .costs = {1, 2.5}, .ours = true, .beside = "raw loop"},
                   {.title = "raw loop", .costs = {1, 2.6}}};
  BOOST_TEST(is_linear(table));
  table.columns[1].costs[1] = 2.4;
  BOOST_TEST(!is_linear(table));
  table.columns[1].costs[1] = 0.5;
  table.columns[0].costs[1] = 2;
  BOOST_TEST(is_linear(table));
}

BOOST_AUTO_TEST_CASE(what_is_not_ours_may_grow_as_it_likes) {
  growth_table table{.name = "t", .about = "", .unit = "append", .size_title = "in flight", .sizes = {1, 4}};
  table.columns = {{.title = "ours", .costs = {1, 1}, .ours = true}, {.title = "raw loop", .costs = {1, 9}}};
  BOOST_TEST(is_linear(table));
}

BOOST_AUTO_TEST_CASE(a_table_is_written_with_units_and_its_growth) {
  growth_table table{
    .name = "t", .about = "", .unit = "byte", .size_title = "size", .sizes = {64, 4'096, 1 << 20}, .in_bytes = true};
  table.columns = {{.title = "ours", .costs = {1, 12.345, 1'234'567}, .ours = true},
                   {.title = "raw loop", .costs = {0.5, 99.96, 7}}};
  BOOST_TEST(to_markdown(table) == "| size | ours | raw loop |\n"
                                   "|---|---|---|\n"
                                   "| 64 B | 1.00 | 0.50 |\n"
                                   "| 4 KiB | 12.3 | 100 |\n"
                                   "| 1 MiB | 1 234 567 | 7.00 |\n"
                                   "| growth per byte | **390.65 ×** | 3.12 × |\n");
}

BOOST_AUTO_TEST_CASE(the_terminal_is_told_where_it_grew) {
  growth_table table{
    .name = "appends", .about = "over streams", .unit = "append", .size_title = "streams", .sizes = {1, 100'000}};
  table.columns = {{.title = "actors", .costs = {2, 5}, .ours = true}};
  BOOST_TEST(to_text(table) == "MISS appends: over streams\n"
                               "              streams      actors\n"
                               "                    1        2.00\n"
                               "              100 000        5.00\n"
                               "    growth per append  **2.50 ×**\n"
                               "    actors: 2.50 times dearer at 100 000 than at 1\n");
}
