# SPDX-License-Identifier: Apache-2.0
"""What the pictures of the documentation are drawn with."""

from xml.sax.saxutils import escape

# The site has the same classes with colours for both of its schemes (scripts/site/style.css); these are for the pictures alone.
STYLE = """
  text { font: 14px system-ui, "DejaVu Sans", sans-serif; fill: #1f2933 }
  .small { font-size: 12px } .strong { font-weight: 600 } .code { font-family: ui-monospace, "DejaVu Sans Mono", monospace; font-size: 12.5px }
  .middle { text-anchor: middle } .quiet { fill: #5b667a }
  .box { fill: #f4f6fb; stroke: #8a94ad } .blue { fill: #dbe6ff; stroke: #3b6fd4 } .green { fill: #dff3e4; stroke: #3b9a57 }
  .orange { fill: #fdebd3; stroke: #c9822b } .red { fill: #fde0e0; stroke: #c94b4b } .frame { fill: none; stroke: #8a94ad; stroke-dasharray: 5 4 }
  .line { fill: none; stroke: #5b667a; stroke-width: 1.5 } .dashed { stroke-dasharray: 5 4 } .head { fill: #5b667a }
  @media (prefers-color-scheme: dark) {
    text { fill: #e3e8f2 } .quiet { fill: #a5b0c5 }
    .box { fill: #252b3a; stroke: #5d6884 } .blue { fill: #1e3566; stroke: #6d9bff } .green { fill: #1c3b29; stroke: #58b877 }
    .orange { fill: #45310f; stroke: #e0a458 } .red { fill: #4a1f22; stroke: #e57373 } .frame { stroke: #5d6884 }
    .line { stroke: #a5b0c5 } .head { fill: #a5b0c5 }
  }
"""


class Picture:
    """A drawing of boxes, texts and arrows."""

    def __init__(self, name, width, height, title, style=STYLE):
        self.name, self.width, self.height, self.title, self.style = name, width, height, title, style
        self.parts = []

    def box(self, x, y, width, height, *texts, kind="box", text="middle", corner=8):
        self.parts.append(f'<rect class="{kind}" x="{x}" y="{y}" width="{width}" height="{height}" rx="{corner}"/>')
        first = y + height / 2 + 5 - (len(texts) - 1) * 9
        for number, line in enumerate(texts):
            self.text(x + width / 2, first + number * 18, line, text if number == 0 else "middle small quiet")
        return self

    def text(self, x, y, line, kind=""):
        self.parts.append(f'<text class="{kind}" x="{x:g}" y="{y:g}">{escape(line)}</text>')
        return self

    def arrow(self, *points, kind="line", both=False):
        route = " L".join(f"{x:g} {y:g}" for x, y in points)
        self.parts.append(f'<path class="{kind}" d="M{route}"/>')
        self.head(points[-2], points[-1])
        if both:
            self.head(points[1], points[0])
        return self

    def line(self, *points, kind="line"):
        route = " L".join(f"{x:g} {y:g}" for x, y in points)
        self.parts.append(f'<path class="{kind}" d="M{route}"/>')
        return self

    def head(self, before, at):
        (x0, y0), (x, y) = before, at
        length = ((x - x0) ** 2 + (y - y0) ** 2) ** 0.5
        dx, dy = (x - x0) / length * 9, (y - y0) / length * 9
        left, right = (x - dx - dy * 0.5, y - dy + dx * 0.5), (x - dx + dy * 0.5, y - dy - dx * 0.5)
        corners = " L".join(f"{a:.1f} {b:.1f}" for a, b in ((x, y), left, right))
        self.parts.append(f'<path class="head" d="M{corners}Z"/>')

    def svg(self):
        lines = "\n".join(f"  {part}" for part in self.parts)
        return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.width} {self.height}" width="{self.width}" height="{self.height}">\n'
                f"  <title>{escape(self.title)}</title>\n  <style>{self.style}  </style>\n{lines}\n</svg>\n")
