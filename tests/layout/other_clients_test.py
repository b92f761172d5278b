#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The check of the page for users of other clients must find what it is for."""

import tempfile
import unittest
from pathlib import Path

import other_clients

CLIENT = """
namespace kdb {
inline namespace KDB_API v0 {
class [[nodiscard]] consumer {
public:
  result<ack_result> ack(const consumer_batch& batch);
};
class client {
public:
  // auto commented_out(int) const;
  auto merge_indexes(call_options call = {}) const { return ask(kdb::merge_indexes{std::move(call)}); }
  reading read_stream(std::string stream, read_stream_options options = {}) const;
  reading read_all(read_all_options options = {}) const;
  result<subscription> subscribe_to_stream(std::string stream) const;
  result<subscription> subscribe_to_all() const;
  statistics_watch watch_statistics() const;
  result<consumer> consume(group_name group) const;
  result<void> untested() const;
};
}
}
"""
LIST = "#define KDB_CALLS(X) \\\n  X(merge_indexes)\n"
TEST = "// merge_indexes read_stream read_all subscribe_to_stream subscribe_to_all consume watch_statistics head_position commented_out ask ack park stats\n"


def row(libkdb, test="[x](../tests/x_test.cpp)"):
    return f"| {libkdb} | other | {test} |\n"


STREAMS = row("`read_stream`, `read_all`") + row("`subscribe_to_stream`, `subscribe_to_all`, `consume`, `watch_statistics`")
HEAD = "| libkdb | Python | test |\n|---|---|---|\n"
PAGE = HEAD + row("`merge_indexes`") + STREAMS


class OtherClients(unittest.TestCase):
    def faults(self, page, client=CLIENT, listed=LIST):
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            for file, text in {other_clients.PAGE: page, other_clients.CLIENT: client, other_clients.LIST: listed,
                               "tests/x_test.cpp": TEST, "docs/other.md": TEST}.items():
                (root / file).parent.mkdir(parents=True, exist_ok=True)
                (root / file).write_text(text, encoding="utf-8")
            return list(other_clients.faults(root))

    def one(self, page, expected, **more):
        found = self.faults(page, **more)
        self.assertEqual(len(found), 1, found)
        self.assertIn(expected, found[0])

    def test_a_page_with_everything_is_fine(self):
        self.assertEqual([], self.faults(PAGE))

    def test_a_name_that_no_test_knows_is_found(self):
        self.one(PAGE + row("`merge_indexes`, `untested`"), ":6: no test knows untested")

    def test_a_name_that_the_client_does_not_have_is_found(self):
        self.one(PAGE + row("`head_position`"), ":6: the client has no function head_position")

    def test_a_function_in_a_comment_does_not_count(self):
        self.one(PAGE + row("`commented_out`"), "no function commented_out")

    def test_a_function_that_is_only_called_does_not_count(self):
        self.one(PAGE + row("`ask`"), "no function ask")

    def test_a_member_of_another_class_counts_with_its_class(self):
        self.assertEqual([], self.faults(PAGE + row("`consumer::ack`")))
        self.one(PAGE + row("`consumer::park`"), "consumer has no member park")
        self.one(PAGE + row("`ack`"), "the client has no function ack")

    def test_an_operation_of_the_list_that_is_missing_is_found(self):
        self.one(PAGE, "resign_node is missing", listed=LIST + "  X(resign_node)\n")

    def test_a_stream_of_events_that_is_missing_is_found(self):
        self.one(PAGE.replace(", `consume`", ""), "consume is missing")

    def test_what_stands_in_for_a_missing_operation_does_not_count_for_itself(self):
        page = HEAD + row("none yet: use `merge_indexes`") + STREAMS
        self.one(page, "merge_indexes is missing")

    def test_an_empty_cell_is_found(self):
        self.one(PAGE + row(""), "neither an operation nor 'none yet'")

    def test_the_column_may_stand_anywhere(self):
        self.one(PAGE + "\n| Python | libkdb | test |\n|---|---|---|\n" + "| stats | `stats` | [x](../tests/x_test.cpp) |\n", "no function stats")

    def test_a_row_without_a_test_is_found(self):
        self.one(PAGE + row("`merge_indexes`", ""), ":6: neither a link to a test nor 'none: ' and a reason")
        self.one(PAGE + row("`merge_indexes`", "x_test.cpp"), "neither a link to a test")
        self.one(PAGE + row("`merge_indexes`", "none: "), "neither a link to a test")

    def test_a_row_may_say_why_it_has_no_test(self):
        self.assertEqual([], self.faults(PAGE + row("`merge_indexes`", "none: it can't be undone")))

    def test_a_test_that_is_not_there_is_found(self):
        self.one(PAGE + row("`merge_indexes`", "[y](../tests/y_test.cpp)"), ":6: ../tests/y_test.cpp is not a file of the tests")
        self.one(PAGE + row("`merge_indexes`", "[docs](other.md)"), "other.md is not a file of the tests")
        self.one(PAGE + row("`merge_indexes`", "[x](../tests/x_test.cpp), [y](../tests/y_test.cpp)"), "y_test.cpp is not a file")

    def test_a_test_of_something_else_is_found(self):
        self.one(PAGE + row("`untested`"), ":6: ../tests/x_test.cpp knows none of untested")

    def test_a_table_without_tests_is_found(self):
        self.one(PAGE + "\n| libkdb | Python |\n|---|---|\n| `merge_indexes` | x |\n", "the table has no column test")

    def test_an_empty_list_is_a_fault(self):
        self.one(PAGE, "nothing to compare", listed="")


if __name__ == "__main__":
    unittest.main()
