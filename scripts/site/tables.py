# SPDX-License-Identifier: Apache-2.0
"""A hook of mkdocs: cells of tables know the title of their column.

Phones have no room for columns. There style.css shows a row as a list, with these titles before the cells, and leaves out cells that
have nothing to say.
"""

import html
import re

TABLE = re.compile(r"<table>.*?</table>", re.DOTALL)
TITLE = re.compile(r"<th[^>]*>(.*?)</th>", re.DOTALL)
ROW = re.compile(r"<tr>.*?</tr>", re.DOTALL)
CELL = re.compile(r"<td([^>]*)>(.*?)</td>", re.DOTALL)
TAG = re.compile(r"<[^>]*>")
NOTHING = ("", "—")


def text_of(cell):
    return html.unescape(TAG.sub("", cell)).strip()


def with_titles(table):
    titles = [html.escape(text_of(title)) for title in TITLE.findall(table)]

    def row_with_titles(row):
        left = iter(titles)

        def cell_with_title(cell):
            title, text = next(left), text_of(cell[2])
            about = f' data-title="{title}"' if title else ""
            about += " data-nothing" if text in NOTHING else ""
            return f"<td{cell[1]}{about}>{cell[2]}</td>"

        return CELL.sub(cell_with_title, row[0])

    return ROW.sub(row_with_titles, table)


def on_page_content(content, **_):
    return TABLE.sub(lambda table: with_titles(table[0]), content)
