#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""links.py ROOT: every link of a Markdown file leads to a file of the tree, and to a heading of it.
links.py --site FOLDER: the same for the pages of a site, which also load nothing from elsewhere.
"""

import os
import re
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import layout

FENCED = re.compile(r"^( *)(`{3,}).*?^\1\2`*$", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"(`+)(?!`).+?(?<!`)\1(?!`)")
LINK = re.compile(r"!?\[(?:[^\[\]]|\[[^\[\]]*\])*\]\(([^()\s]+)\)")
HEADING = re.compile(r"^#{1,6} +(.*?) *#*$", re.MULTILINE)
ELSEWHERE = re.compile(r"^(\w[\w+.-]*:|//)")

# -- the tree ------------------------------------------------------------------------------


def anchors(text):
    """The anchors of the headings of a Markdown text."""
    found = {}
    for heading in HEADING.findall(FENCED.sub("", text)):
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)
        slug = re.sub(r"[^\w\- ]", "", plain.lower()).replace(" ", "-")
        found[slug] = found.get(slug, -1) + 1
        if found[slug]:
            found[f"{slug}-{found[slug]}"] = 0
    return found.keys()


def links(text):
    """The targets of the links of a Markdown text, with their lines."""
    def blank(match):
        return re.sub(r"[^\n]", " ", match[0])

    prose = CODE.sub(blank, FENCED.sub(blank, text))
    for found in LINK.finditer(prose):
        yield prose.count("\n", 0, found.start()) + 1, found[1]


def faults_of_text(root, file, text, read):
    """Yields what is wrong with the links of a file. `read` returns the text of another one."""
    for line, link in links(text):
        if ELSEWHERE.match(link):
            continue
        target, _, anchor = link.partition("#")
        to = os.path.normpath(os.path.join(os.path.dirname(file), unquote(target))) if target else file
        if to.startswith("..") or not (root / to).exists():
            yield f"{file}:{line}: there is no {to}"
        elif anchor and to.endswith(".md") and anchor not in anchors(text if to == file else read(to)):
            yield f"{file}:{line}: {to} has no heading #{anchor}"


def faults_of_tree(root):
    files = [file for file in layout.files_of(root, skipped=layout.NOT_OURS) if file.endswith(".md")]
    for file in files:
        yield from faults_of_text(root, file, (root / file).read_text(encoding="utf-8"), lambda other: (root / other).read_text(encoding="utf-8"))


# -- a site --------------------------------------------------------------------------------


class Page(HTMLParser):
    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.anchors, self.links, self.loads = set(), [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        self.anchors |= {values[name] for name in ("id", "name") if values.get(name)}
        if tag == "a" and values.get("href"):
            self.links.append(values["href"])
        if tag in ("script", "img", "iframe", "source") and values.get("src"):
            self.loads.append(values["src"])
        if tag == "link" and values.get("href") and values.get("rel") not in ("canonical", "prev", "next"):
            self.loads.append(values["href"])


def faults_of_site(folder):
    pages = {path.relative_to(folder).as_posix(): Page(path.read_text(encoding="utf-8", errors="replace")) for path in sorted(folder.rglob("*.html"))}
    for name, page in pages.items():
        for link in page.loads:
            if ELSEWHERE.match(link) and not link.startswith(("data:", "javascript:")):
                yield f"{name}: loads {link}"
        for link in page.links + page.loads:
            if ELSEWHERE.match(link) or link.startswith("javascript:"):
                continue
            target, _, anchor = link.partition("#")
            target = target.partition("?")[0]
            # The page for what is not found can be shown anywhere, and so names pages from the root.
            base = "" if target.startswith("/") else os.path.dirname(name)
            to = os.path.normpath(os.path.join(base, unquote(target.lstrip("/")))) if target else name
            if to != "." and not (folder / to).exists():
                yield f"{name}: there is no {to}"
            elif anchor and to in pages and unquote(anchor) not in pages[to].anchors:
                yield f"{name}: {to} has no #{anchor}"
    if not pages:
        yield f"{folder}: no pages"


def main():
    faults = list(faults_of_site(Path(sys.argv[2])) if sys.argv[1] == "--site" else faults_of_tree(Path(sys.argv[1]).resolve()))
    print(*faults[:200], f"{len(faults)} faults of links", sep="\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
