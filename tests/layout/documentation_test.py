#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The checks of the documentation find what they are for, and its pages become pages of the site."""

import sys
import tempfile
import unittest
from pathlib import Path

import error_catalogue
import links
import snippets
import troubleshooting

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT / "scripts/site"), str(ROOT / "tests/package")]

import documented
import plots
import prepare
import reference
import tables


class Links(unittest.TestCase):
    def faults(self, **files):
        with tempfile.TemporaryDirectory() as folder:
            for name, text in files.items():
                (Path(folder) / f"{name}.md").write_text(text)
            return list(links.faults_of_tree(Path(folder)))

    def test_links_to_files_and_headings_are_fine(self):
        self.assertEqual(self.faults(a="# A\n[b](b.md#the-end--really) [a](#a) [web](https://example.org)\n", b="## The end: — really\n"), [])

    def test_missing_files_and_headings_are_found(self):
        self.assertEqual(self.faults(a="[b](b.md)\n\n[a](#nothing)\n"), ["a.md:1: there is no b.md", "a.md:3: a.md has no heading #nothing"])

    def test_code_has_no_links(self):
        self.assertEqual(self.faults(a="`[a](b.md)`\n```\n[c](d.md)\n```\n"), [])

    def test_pages_of_a_site_are_checked(self):
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "a.html").write_text('<h1 id="top"></h1><a href="#top"><a href="b.html"><a href="#no"><script src="https://x.org/s.js">')
            self.assertEqual(list(links.faults_of_site(Path(folder))),
                             ["a.html: loads https://x.org/s.js", "a.html: there is no b.html", "a.html: a.html has no #no"])


class Snippets(unittest.TestCase):
    def test_code_that_no_test_compiles_is_found(self):
        self.assertTrue(snippets.UNMARKED.search("text\n```cpp\nint x;\n```\n"))
        self.assertFalse(snippets.UNMARKED.search("<!-- samples/a.cpp b -->\n```cpp\nint x;\n```\n"))


class Plots(unittest.TestCase):
    PAGE = ("<!-- growth-a: begin -->\n\n| size | actors | raw loop |\n|---|---|---|\n| 64 B | 1.50 | 2.00 |\n| 4 KiB | 1 500 | 20.0 |\n"
            "| growth per byte | **15.6 ×** | 0.16 × |\n\n<!-- growth-a: end -->\n")

    def test_a_table_is_read_with_its_units(self):
        self.assertEqual(plots.table_of(self.PAGE, "a"), [("64 B", 64, {"actors": 1.5, "raw loop": 2.0}), ("4 KiB", 4096, {"actors": 1500.0, "raw loop": 20.0})])

    def test_a_table_that_is_not_there_is_found(self):
        with self.assertRaisesRegex(ValueError, "no table growth-b"):
            plots.table_of(self.PAGE, "b")

    def test_axes_begin_and_end_at_round_values(self):
        self.assertEqual(plots.steps(1.4, 2), [1, 2, 5, 10, 20])
        self.assertEqual(plots.steps(0.07, 60), [0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100])

    def test_twice_the_cost_is_higher_and_ten_times_the_size_is_further_right(self):
        plot = plots.Plot("a", "A", "size", "cost", plots.table_of(self.PAGE, "a"), {"actors": "actors"}, linear=True)
        self.assertLess(plot.y(1500), plot.y(1.5))
        self.assertEqual((plot.x(64), plot.x(4096)), (plots.LEFT + 16, plots.RIGHT - 16))


class Catalogue(unittest.TestCase):
    HEADER = ("enum class errc : int {\n  // -- the request --\n  bad = 1, ///< It is bad. Detail: `why`.\n  worse, ///< It is\n         ///< worse.\n};\n"
              "/// Why.\nstruct why {\n  std::string name; ///< A name.\n};\nusing error_detail = std::variant<std::monostate, why>;\n"
              "enum class tls_problem : int {\n  other, ///< Any.\n};\n")

    def test_codes_and_details_are_listed(self):
        page = error_catalogue.catalogue(self.HEADER)
        for row in ("## The request", "| `bad` | 1 | It is bad. | `why` |", "| `worse` | 2 | It is worse. |  |", "| `why` | `name` | Why. |"):
            self.assertIn(row, page)

    def test_a_code_without_a_comment_is_found(self):
        with self.assertRaises(SystemExit):
            error_catalogue.catalogue(self.HEADER.replace(" ///< It is bad. Detail: `why`.", ""))


class Troubleshooting(unittest.TestCase):
    def test_a_text_that_nobody_says_is_found(self):
        self.assertEqual(list(troubleshooting.faults("### `no node after … tries`\n", ["no node after ", " tries"])), [])
        self.assertEqual(len(list(troubleshooting.faults("### `no node after … tries`\n", ["no node after "]))), 1)
        self.assertEqual(list(troubleshooting.faults("### `refused` (the system)\n", [])), [])


class Commands(unittest.TestCase):
    def faults(self, **pages):
        whole = "".join(f"<!-- package: {name} -->\n```sh\n{name}\n```\n" for name in documented.RUN)
        return documented.blocks_of({"all": whole, **pages})[1]

    def test_a_block_that_no_test_runs_is_found(self):
        self.assertEqual(self.faults(), [])
        self.assertEqual(self.faults(a="Build it:\n\n```sh\nmake\n```\n"), ["a: no test runs:\nmake\n"])
        self.assertEqual(self.faults(a="- Build it:\n\n    ```\n    make\n    ```\n"), ["a: no test runs:\nmake\n"])
        self.assertEqual(self.faults(a="<!-- package: instal -->\n```sh\nmake\n```\n"), ["a: no test knows the block 'instal'"])

    def test_a_block_may_have_a_reason_not_to_be_run(self):
        self.assertEqual(self.faults(a="<!-- not run: needs Docker -->\n```sh\ndocker run\n```\n"), [])
        self.assertEqual(len(self.faults(a="<!-- not run: -->\n```sh\ndocker run\n```\n")), 1)

    def test_a_block_is_the_same_on_all_pages(self):
        self.assertEqual(self.faults(a="<!-- package: first -->\n```sh\nfirst\n```\n"), [])
        self.assertEqual(self.faults(a="<!-- package: first -->\n```sh\nsecond\n```\n"), ["a: the block 'first' differs from that of another page"])

    def test_a_missing_block_is_found(self):
        self.assertIn("there is no block 'first'", documented.blocks_of({})[1])


class Pages(unittest.TestCase):
    def test_every_page_can_be_found(self):
        readme, navigation = (ROOT / "README.md").read_text(), (ROOT / "scripts/site/mkdocs.yml").read_text()
        for page in (ROOT / "docs").rglob("*.md"):
            name = page.relative_to(ROOT / "docs").as_posix()
            if not name.startswith("decisions/"): # Others link to them.
                self.assertIn(f"(docs/{name})", readme)
                self.assertIn(f"- {name}\n", navigation)


class Site(unittest.TestCase):
    def test_links_lead_to_pages_of_the_site(self):
        linked = set()
        text = prepare.with_links("[e](../../libkdb/a.hpp) [g](reading.md#x) `[c](d.md)` [r](../../README.md)", "docs/guide/errors.md", linked)
        self.assertEqual(text, "[e](../source/libkdb/a.hpp.md) [g](reading.md#x) `[c](d.md)` [r](../index.md)")
        self.assertEqual(linked, {"libkdb/a.hpp", "docs/guide/reading.md", "README.md"})

    def test_tabs_are_made_of_titles(self):
        self.assertEqual(prepare.with_tabs("<!-- tabs -->\n**A**\none\n\n**B**\ntwo\n<!-- end of tabs -->\n"),
                         '=== "A"\n\n    one\n\n=== "B"\n\n    two\n\n')

    def test_cells_of_tables_know_their_column(self):
        table = ("<table>\n<thead>\n<tr>\n<th><code>a</code> &amp; b</th>\n<th></th>\n<th>c</th>\n</tr>\n</thead>\n<tbody>\n"
                 "<tr>\n<td>1</td>\n<td>2</td>\n<td style=\"x\"><b>—</b></td>\n</tr>\n</tbody>\n</table>")
        cells = [line for line in tables.on_page_content(f"<p>{table}</p>", page=None).splitlines() if line.startswith("<td")]
        self.assertEqual(cells, ['<td data-title="a &amp; b">1</td>', "<td>2</td>", '<td style="x" data-title="c" data-nothing><b>—</b></td>'])

    def test_operations_of_clients_have_the_comment_of_their_request(self):
        lines = reference.commented(["class client {", "  auto get_user(std::string name) const {", "    return ask(kdb::get_user{std::move(name)});", "  }"])
        self.assertRegex(lines[1], r"^/\*\* .*user.* Sends `kdb::get_user`\. \*/ ")

    def test_comments_of_a_header_stay(self):
        text = ["struct a {", "  /// Its own.", "  std::string stream;", "  int call; ///< Its own.", "  std::string host;", "};"]
        self.assertEqual(reference.commented(text), [*text[:4], f"/** {reference.MEANINGS['host']} */   std::string host;", text[5]])


if __name__ == "__main__":
    unittest.main()
