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
};
}
}
"""
LIST = "#define KDB_CALLS(X) \\\n  X(merge_indexes)\n"
STREAMS = "| `read_stream`, `read_all` | x |\n| `subscribe_to_stream`, `subscribe_to_all`, `consume`, `watch_statistics` | y |\n"
HEAD = "| libkdb | Python |\n|---|---|\n"
PAGE = HEAD + "| `merge_indexes` | — |\n" + STREAMS


class OtherClients(unittest.TestCase):
    def faults(self, page, client=CLIENT, listed=LIST):
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            for file, text in {other_clients.PAGE: page, other_clients.CLIENT: client, other_clients.LIST: listed}.items():
                (root / file).parent.mkdir(parents=True, exist_ok=True)
                (root / file).write_text(text, encoding="utf-8")
            return list(other_clients.faults(root))

    def one(self, page, expected, **more):
        found = self.faults(page, **more)
        self.assertEqual(len(found), 1, found)
        self.assertIn(expected, found[0])

    def test_a_page_with_everything_is_fine(self):
        self.assertEqual([], self.faults(PAGE))

    def test_a_name_that_the_client_does_not_have_is_found(self):
        self.one(PAGE + "| `head_position` | x |\n", ":6: the client has no function head_position")

    def test_a_function_in_a_comment_does_not_count(self):
        self.one(PAGE + "| `commented_out` | x |\n", "no function commented_out")

    def test_a_function_that_is_only_called_does_not_count(self):
        self.one(PAGE + "| `ask` | x |\n", "no function ask")

    def test_a_member_of_another_class_counts_with_its_class(self):
        self.assertEqual([], self.faults(PAGE + "| `consumer::ack` | ack |\n"))
        self.one(PAGE + "| `consumer::park` | park |\n", "consumer has no member park")
        self.one(PAGE + "| `ack` | ack |\n", "the client has no function ack")

    def test_an_operation_of_the_list_that_is_missing_is_found(self):
        self.one(PAGE, "resign_node is missing", listed=LIST + "  X(resign_node)\n")

    def test_a_stream_of_events_that_is_missing_is_found(self):
        self.one(PAGE.replace(", `consume`", ""), "consume is missing")

    def test_what_stands_in_for_a_missing_operation_does_not_count_for_itself(self):
        page = HEAD + "| none yet: use `merge_indexes` | stats |\n" + STREAMS
        self.one(page, "merge_indexes is missing")

    def test_an_empty_cell_is_found(self):
        self.one(PAGE + "| | stats |\n", "neither an operation nor 'none yet'")

    def test_the_column_may_stand_anywhere(self):
        self.one(PAGE + "\n| Python | libkdb |\n|---|---|\n| stats | `stats` |\n", "no function stats")

    def test_an_empty_list_is_a_fault(self):
        self.one(PAGE, "nothing to compare", listed="")


if __name__ == "__main__":
    unittest.main()
