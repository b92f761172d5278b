#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""prepare.py ROOT PAGES: makes the pages of the site of the documentation in the tree.

The documentation is plain Markdown that can be read in the tree. Here
  - README.md becomes the first page, and docs/ the pages beside it;
  - every other file that a page links to becomes a page that shows it; a folder becomes a page that lists its files;
  - what stands between `<!-- tabs -->` and `<!-- end of tabs -->` becomes tabs, one for each line of the form `**Title**`;
  - code of a sample gets a link to the whole file;
  - pictures are put into the pages, so that they follow the colours of the site.
"""

import os
import re
import shutil
import sys
from pathlib import Path, PurePosixPath

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent / "tests/layout"))

import layout

FENCED = re.compile(r"^( *)```.*?^\1```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"(?:`[^`\n]+`)|(?<!!)\[([^\[\]]*(?:\[[^\[\]]*\][^\[\]]*)*)\]\(([^()\s]+)\)")
PICTURE = re.compile(r"^!\[([^\]]*)\]\(([^()\s]+\.svg)\)$", re.MULTILINE)
SNIPPET = re.compile(r"^<!-- (samples/[\w/]+\.cpp)( [\w-]+)? -->\n(```cpp\n.*?^```)$", re.MULTILINE | re.DOTALL)
TABS = re.compile(r"^<!-- tabs -->\n(.*?)^<!-- end of tabs -->$", re.MULTILINE | re.DOTALL)
TAB = re.compile(r"^\*\*([^*\n]+)\*\*$", re.MULTILINE)
COMMENT = re.compile(r"^ *<!--.*?-->\n", re.MULTILINE | re.DOTALL)

LANGUAGES = {".cpp": "cpp", ".hpp": "cpp", ".py": "python", ".cmake": "cmake", ".proto": "protobuf", ".json": "json", ".md": "markdown"}

# -- where a file of the tree is on the site -------------------------------------------------


def page_of(file):
    """Returns the page that shows a file or folder of the tree, by its path from the root."""
    if file == "README.md":
        return "index.md"
    if file.startswith("docs/"):
        return file.removeprefix("docs/") + ("" if is_page(file) else ".md")
    if file == "samples":
        return "samples.md"
    if "/" not in file and file.endswith(".md"):
        return f"project/{file.lower()}"
    return f"source/{file}.md" if not file.endswith("README.md") else f"source/{file}"


def is_page(file):
    """Whether the file is Markdown that is shown as such."""
    return file.endswith(".md")


def relative(page, other):
    return os.path.relpath(other, PurePosixPath(page).parent.as_posix())


# -- Markdown of the tree to Markdown of the site -----------------------------------------------


def outside_of_code(text, change):
    """Applies a change to what is not a block of code."""
    parts, at = [], 0
    for block in FENCED.finditer(text):
        parts += [change(text[at:block.start()]), block.group()]
        at = block.end()
    return "".join([*parts, change(text[at:])])


def with_links(text, file, linked):
    """Points the links of a file to the pages of the site. Adds the files that need a page to `linked`."""
    page, folder = page_of(file), PurePosixPath(file).parent.as_posix()

    def pointed(match):
        if match[2] is None: # Code.
            return match[0]
        target, mark, anchor = match[2].partition("#")
        if not target or re.match(r"\w+:", target):
            return match[0]
        to = os.path.normpath(os.path.join(folder, target))
        linked.add(to)
        return f"[{match[1]}]({relative(page, page_of(to))}{mark}{anchor})"

    return outside_of_code(text, lambda prose: LINK.sub(pointed, prose))


def with_whole_programs(text, file, linked):
    """Puts a link to the whole program below each part of one."""

    def shown(match):
        linked.add(match[1])
        about = "The whole program: " if match[2] else ""
        return f"{match[3]}\n\n[{about}{match[1]}]({relative(page_of(file), page_of(match[1]))}){{ .whole-program }}"

    return SNIPPET.sub(shown, text)


def with_tabs(text):
    def tabbed(group):
        pieces = TAB.split(group[1])
        tabs = []
        for title, body in zip(pieces[1::2], pieces[2::2]):
            lines = [f"    {line}" if line else "" for line in body.strip("\n").split("\n")]
            tabs.append(f'=== "{title}"\n\n' + "\n".join(lines) + "\n")
        return "\n".join(tabs)

    return TABS.sub(tabbed, text)


def with_pictures(text, root, folder):
    def drawn(match):
        picture = (root / folder / match[2]).read_text(encoding="utf-8")
        picture = re.sub(r"<\?xml.*?\?>\s*|<!--.*?-->\s*", "", picture, flags=re.DOTALL)
        lines = "".join(line.strip() + " " for line in picture.splitlines())
        return f'<figure class="picture" role="img" aria-label="{match[1]}">{lines}</figure>'

    return PICTURE.sub(drawn, text)


def with_lists_apart(text):
    """Lists may follow a paragraph directly in the tree; the site's Markdown wants a line between them."""
    return outside_of_code(text, lambda prose: re.sub(r"^(?!- |\d+\. |\s|\||#|$)(.+)\n(?=- |\d+\. )", r"\1\n\n", prose, flags=re.MULTILINE))


def page(root, file, linked):
    text = (root / file).read_text(encoding="utf-8")
    text = with_links(text, file, linked)
    text = with_whole_programs(text, file, linked)
    text = outside_of_code(text, lambda prose: prose if "<!-- tabs" in prose or "<!-- end of tabs" in prose else COMMENT.sub("", prose))
    text = with_tabs(text)
    text = with_pictures(text, root, PurePosixPath(file).parent.as_posix())
    # The first page has no neighbours to navigate to.
    return ("---\nhide: [navigation]\n---\n" if file == "README.md" else "") + with_lists_apart(text)


# -- pages of files ----------------------------------------------------------------------------


def source_page(root, file):
    text = (root / file).read_text(encoding="utf-8")
    fence = "````" if "```" in text else "```"
    language = LANGUAGES.get(Path(file).suffix, "sh" if text.startswith("#!") else "text")
    return f"# {file}\n\n{fence}{language}\n{text.rstrip()}\n{fence}\n"


def subject(text, file):
    """What a file is about: its heading, or the comment after its licence without the name of the program."""
    if is_page(file):
        return text.partition("\n")[0].lstrip("# ")
    found = re.search(r"^// SPDX.*\n\n((?://.*\n)+)", text) if file.endswith(".cpp") else None
    comment = " ".join(line.removeprefix("//").strip() for line in found[1].splitlines()) if found else ""
    about = re.sub(r"^[\w/]+( \[URI\])?: ", "", comment)
    return about[:1].upper() + about[1:]


def folder_page(root, folder, files, linked):
    about = {file: subject((root / file).read_text(encoding="utf-8"), file) for file in sorted(files) if file.startswith(f"{folder}/")}
    inside = [file for file in about if about[file]] or list(about)
    lines = [f"# {folder.capitalize() if folder == 'samples' else folder}\n"]
    if folder == "samples":
        lines.append("Short programs, each compiled and run by the test suite. Most of them take a connection string, and start a development "
                     "node of their own without one.\n")
    lines += ["| file | |", "|---|---|"]
    for file in inside:
        linked.add(file)
        lines.append(f"| [{file}]({relative(page_of(folder), page_of(file))}) | {about[file]} |")
    return "\n".join(lines) + "\n"


# -- all of it ---------------------------------------------------------------------------------


def prepare(root, pages):
    files = set(layout.files_of(root, skipped=layout.NOT_OURS))
    folders = {parent.as_posix() for file in files for parent in PurePosixPath(file).parents}
    waiting = ["README.md", "samples", *sorted(file for file in files if file.startswith("docs/") and is_page(file))]
    waiting += ["CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md"]
    known = set(waiting)
    while waiting:
        file = waiting.pop()
        linked = set()
        if file in files:
            text = page(root, file, linked) if is_page(file) else source_page(root, file)
        elif file in folders:
            text = folder_page(root, file, files, linked)
        else:
            raise SystemExit(f"a page links to {file}, which is not there")
        target = pages / page_of(file)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
        waiting += sorted(linked - known)
        known |= linked
    print(f"{len(known)} pages")


def main():
    root, pages = Path(sys.argv[1]).resolve(), Path(sys.argv[2])
    shutil.rmtree(pages, ignore_errors=True)
    prepare(root, pages)


if __name__ == "__main__":
    main()
