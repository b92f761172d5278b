# SPDX-License-Identifier: Apache-2.0
"""The plots of docs/performance.md, of the tables that `scripts/growth --write` puts there: both axes logarithmic, a line for each column."""

import math
import re
from pathlib import Path

from picture import STYLE, Picture

# The same for the site in scripts/site/style.css.
PLOT_STYLE = STYLE + """
  .end { text-anchor: end } .grid { fill: none; stroke: #d5dae4 } .guide { fill: none; stroke: #8a94ad; stroke-dasharray: 3 5 }
  .curve { fill: none; stroke-width: 2.5 } .actors { stroke: #3b6fd4 } .blocking { stroke: #3b9a57 } .raw { stroke: #c9822b }
  .mark { stroke: none } .mark.actors { fill: #3b6fd4 } .mark.blocking { fill: #3b9a57 } .mark.raw { fill: #c9822b }
  @media (prefers-color-scheme: dark) {
    .grid { stroke: #323a4d } .guide { stroke: #5d6884 } .actors { stroke: #6d9bff } .blocking { stroke: #58b877 } .raw { stroke: #e0a458 }
    .mark.actors { fill: #6d9bff } .mark.blocking { fill: #58b877 } .mark.raw { fill: #e0a458 }
  }
"""

PAGE = "docs/performance.md"
UNITS = {"": 1, "B": 1, "KiB": 1 << 10, "MiB": 1 << 20}
SIZE = re.compile(r"^(\d+(?: \d{3})*) ?([KM]i?B|B)?$")
WIDTH, HEIGHT = 760, 340
LEFT, RIGHT, TOP, BOTTOM = 74, 740, 44, 284


def table_of(text, name):
    """The table of that name on the page: its titles, and rows of a size's text, the size, and costs by title."""
    found = re.search(rf"<!-- growth-{name}: begin -->\n(.*?)<!-- growth-{name}: end -->", text, re.DOTALL)
    if not found:
        raise ValueError(f"{PAGE} has no table growth-{name}")
    lines = [[cell.strip() for cell in line.strip("|").split("|")] for line in found[1].strip().splitlines()]
    rows = []
    for cells in lines[2:]:
        if size := SIZE.match(cells[0]):
            costs = {title: float(cell.replace(" ", "")) for title, cell in zip(lines[0][1:], cells[1:])}
            rows.append((cells[0], int(size[1].replace(" ", "")) * UNITS[size[2] or ""], costs))
    return rows


def steps(low, high):
    """Values 1, 2, 5, 10, … from at most `low` to at least `high`, and over a decade at least."""
    high = max(high, low * 10)
    values = [mantissa * 10.0 ** decade for decade in range(-4, 10) for mantissa in (1, 2, 5)]
    first = max(value for value in values if value <= low * 1.0001)
    last = min(value for value in values if value >= high * 0.9999)
    return [value for value in values if first <= value <= last]


class Plot(Picture):
    """Costs over sizes, from a table."""

    def __init__(self, name, title, over, cost, rows, curves, linear=False):
        super().__init__(f"growth-{name}", WIDTH, HEIGHT, title, PLOT_STYLE)
        self.rows, self.curves = rows, curves
        costs = [costs[column] for _, _, costs in rows for column in curves.values() if costs[column] > 0]
        self.ticks = steps(min(costs), max(costs))
        self.axes(over, cost)
        if linear:
            self.guide()
        for number, (kind, column) in enumerate(curves.items()):
            self.curve(kind, column)
            self.legend(number, kind)

    def x(self, size):
        low, high = math.log(self.rows[0][1]), math.log(self.rows[-1][1])
        return round(LEFT + 16 + (math.log(size) - low) / (high - low) * (RIGHT - LEFT - 32), 1)

    def y(self, cost):
        low, high = math.log(self.ticks[0]), math.log(self.ticks[-1])
        return round(BOTTOM - (math.log(cost) - low) / (high - low) * (BOTTOM - TOP), 1)

    def axes(self, over, cost):
        self.text(LEFT, 24, cost, "small strong").text((LEFT + RIGHT) / 2, HEIGHT - 14, over, "middle small strong")
        # Over many decades, only their beginnings have a label.
        many = self.ticks[-1] / self.ticks[0] > 200
        for value in self.ticks:
            if not many or f"{value:e}".startswith("1.0"):
                self.line((LEFT, self.y(value)), (RIGHT, self.y(value)), kind="grid")
                self.text(LEFT - 8, self.y(value) + 4, f"{value:,g}".replace(",", " "), "end small quiet")
        for label, size, _ in self.rows:
            self.line((self.x(size), TOP), (self.x(size), BOTTOM), kind="grid")
            self.text(self.x(size), BOTTOM + 20, label, "middle small quiet")
        self.line((LEFT, TOP), (LEFT, BOTTOM), (RIGHT, BOTTOM))

    def guide(self):
        """What a cost that is in proportion to the size looks like: ends where the first curve ends."""
        size, cost = self.rows[-1][1], self.rows[-1][2][next(iter(self.curves.values()))]
        low = max(self.rows[0][1], size * self.ticks[0] / cost)
        self.line((self.x(low), self.y(cost * low / size)), (self.x(size), self.y(cost)), kind="guide")
        self.text(self.x(low) + 24, BOTTOM - 8, "in proportion to the size", "small quiet")

    def curve(self, kind, column):
        points = [(self.x(size), self.y(costs[column])) for _, size, costs in self.rows if costs[column] > 0]
        self.line(*points, kind=f"curve {kind}")
        for x, y in points:
            self.mark(x, y, kind)

    def mark(self, x, y, kind):
        if kind == "actors":
            self.parts.append(f'<circle class="mark {kind}" cx="{x:g}" cy="{y:g}" r="4.5"/>')
        elif kind == "raw":
            self.parts.append(f'<path class="mark {kind}" d="M{x:g} {y - 5:g} l5 9 h-10Z"/>')
        else:
            self.parts.append(f'<rect class="mark {kind}" x="{x - 4:g}" y="{y - 4:g}" width="8" height="8"/>')

    def legend(self, number, kind):
        x = RIGHT - 150 * (len(self.curves) - number)
        self.line((x, 20), (x + 30, 20), kind=f"curve {kind}")
        self.mark(x + 15, 20, kind)
        self.text(x + 38, 24, {"actors": "actors", "blocking": "blocking client", "raw": "raw loop"}[kind], "small")


def plots(root):
    page = (Path(root) / PAGE).read_text(encoding="utf-8")
    two = {"actors": "actors", "raw": "raw loop"}

    def both(column):
        return {kind: f"{title}, {column}" for kind, title in two.items()}

    subscriptions = table_of(page, "subscriptions")
    return [
        Plot("reads-size", "Time to read an event, over the size of events", "data of an event", "µs per event", table_of(page, "reads-size"),
             {"actors": "actors", "blocking": "blocking client", "raw": "raw loop"}, linear=True),
        Plot("appends-size", "Time of an append, over the size of its event", "data of the event, 16 appends in flight", "µs per append",
             table_of(page, "appends-size"), two, linear=True),
        Plot("appends-streams", "Time of an append, over the number of streams", "streams, 256 appends in flight", "µs per append",
             table_of(page, "appends-streams"), two),
        Plot("appends-in-flight", "Time of an append, over the number of appends in flight", "appends in flight", "µs per append",
             table_of(page, "appends-in-flight"), two),
        Plot("subscriptions-memory", "Memory of a subscription, over their number", "live subscriptions of one client", "kB per subscription", subscriptions,
             both("kB")),
        Plot("subscriptions-begin", "Time until all subscriptions are confirmed, over their number", "subscriptions begun at once", "µs per subscription",
             subscriptions, both("begin")),
        Plot("subscriptions-event", "Time from an append to its last delivery, over the number of subscriptions", "live subscriptions of one client",
             "µs per delivered event", subscriptions, both("event")),
    ]
