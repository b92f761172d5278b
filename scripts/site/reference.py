#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""reference.py FILE: prints a public header for the API reference, with comments for what the headers describe once.

Doxygen reads the headers through this program. It adds, where there is no comment,
  - to the operations of the clients the comment of the request that they send;
  - to overloads the comment of the one before, and to `result<void>` that of `result`;
  - to members the comment of an earlier member of the same type and name in the same header;
  - to members whose name means the same everywhere what it means (MEANINGS).
Everything else needs a comment in its header: scripts/docs fails without it.
"""

import re
import sys
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
HEADERS = ["libkdb/include/kdb", "actors/include/kdb", "devnode/include/kdb"]

MEANINGS = {
    # requests and options
    "answer": "The type of the answer.",
    "call": "The options of the call, such as deadline, credentials and retries.",
    "options": "Options; each has a default.",
    "stream": "The name of the stream.",
    "expected": "The expected state of the stream.",
    "events": "The events, in their order.",
    "subscriber": "The receiver of the batches and of `subscription_ended`.",
    "group": "The name of the group.",
    "login_name": "The name that the user logs in with.",
    "full_name": "The full name of the user, for people.",
    "settings": "The settings.",
    "metadata": "The metadata.",
    "query": "The query, in JavaScript.",
    "engine": "The engine that runs the query.",
    "resume": "How it resumes after losses.",
    # results and items
    "name": "The name.",
    "id": "The id.",
    "type": "The type of the event.",
    "data": "The data: any bytes.",
    "content_type": "The content type of the data.",
    "direction": "Forwards or backwards.",
    "revision": "The revision of the event.",
    "position": "The position in the log.",
    "time": "The time of the server.",
    "event": "The event.",
    "host": "Name or address of the host.",
    "port": "The port.",
    "node": "The address of the node.",
    # containers
    "value_type": "The type of the values.",
    "const_iterator": "An iterator over the elements.",
    "error_type": "The type of the error.",
    "begin": "The first element.",
    "end": "The position after the last element.",
    "size": "The number of elements.",
    "empty": "Whether there are no elements.",
    "operator[]": "The element at an index. Not checked.",
    "front": "The first element. Call it only if there is one.",
    "back": "The last element. Call it only if there is one.",
    # values
    "error": "The error. Call it only if there is one.",
    "has_value": "Whether there is a value.",
    "operator bool": "Whether there is a value.",
    "operator*": "The value. Not checked.",
    "operator->": "The value. Not checked.",
    "value_or": "The value, or another one if there is an error.",
    "to_string": "A text for people and logs. Never contains credentials or payloads.",
    "is_start": "Whether it is the start.",
    "is_end": "Whether it is the end.",
}

SENT_BY_CLIENTS = re.compile(r"return ask\(\s*kdb::(\w+)\{|^ +kdb::(\w+)\{")
FUNCTION = re.compile(r"^(?:\[\[nodiscard\]\] |static |constexpr |explicit |inline |friend |virtual )*[\w:<>,&* ]*?([\w]+|operator\S+|operator bool)\(")
VARIABLE = re.compile(r"^(?:static |inline |constexpr |const )*(?:[\w:<>,\[\]\* ]+?) (\w+)(?: = .*|\{.*\})?;(?: *//[^/].*)?$")
ALIAS = re.compile(r"^using (\w+) =")
CLASS = re.compile(r"^(?:class|struct) (?:\[\[nodiscard\]\] )?([\w:]+(?:<void>)?)[^;]*\{$")
MADE_BY_LIBRARY = re.compile(r"^(?:explicit )?(\w+)\((?:std::(?:shared|unique)_ptr<(?:const )?(?:detail::)?\w+>|reading\*|event_batch batch\)).*")
VERSION = re.compile(r"inline namespace (KDB_API )?v0 \{|\} // namespace v0")
MOVE = re.compile(r"^(\w+)\((?:const )?\1&&?\w*(?: \w+)?\)|^\w+& operator=\(")


@cache
def comments_of_requests():
    """The comments of all structs of the headers."""
    found = {}
    for folder in HEADERS:
        for header in (ROOT / folder).glob("*.hpp"):
            for match in re.finditer(r"((?:^/// .*\n)+)(?:struct|class) (?:\[\[nodiscard\]\] )?(\w+)", header.read_text(encoding="utf-8"), re.MULTILINE):
                found.setdefault(match[2], match[1].splitlines())
    return found


def request_sent(lines, at):
    """The request that a named function of a client sends, if it is one."""
    for line in lines[at:at + 6]:
        sent = SENT_BY_CLIENTS.search(line)
        if sent:
            return sent[1] or sent[2]
        if line.strip() == "}":
            return None
    return None


def first_line(lines, at):
    """Where a declaration begins that may have a template's parameters before it."""
    while at > 0 and re.match(r"^ *(template <|requires|std::is_constructible_v)", lines[at - 1]):
        at -= 1
    return at


def comment_before(lines, at):
    comment = []
    while at and lines[at - 1].strip().startswith("///"):
        at -= 1
        comment.insert(0, lines[at].strip())
    return comment


def kind_and_name(text):
    """What a member is, for comparing it with members of other structs: its type, optional or not, and its name."""
    kind, name = re.match(r"(?:const )?(.*?) (\w+)(?: = .*|\{.*\})?;", text).groups()
    return re.sub(r"^std::optional<(.*)>$", r"\1", kind), name


def commented(lines):
    """Yields the lines with the comments that are missing."""
    result, inside, said, members = list(lines), [], {}, {}
    for at, line in enumerate(lines):
        text, depth = line.strip(), len(line) - len(line.lstrip())
        if opened := CLASS.match(text):
            inside = [each for each in inside if each[0] < depth] + [(depth, opened[1])]
        owner = inside[-1][1] if inside and depth > inside[-1][0] else ""
        begin = first_line(lines, at)
        before = lines[begin - 1].strip() if begin else ""
        function = FUNCTION.match(text)
        name = function[1] if function else None
        if text.startswith(("#define KDB_X", "#undef KDB_X", "KDB_OPERATIONS(")) and "KDB_OPERATIONS(KDB_X)" in "".join(lines[at - 1:at + 2]):
            result[at] = "" # Lists of types that macros write.
            continue
        if before.startswith("///") or "///<" in line:
            if VARIABLE.match(text.partition(" ///<")[0]):
                members[kind_and_name(text)] = ["///" + text.partition("///<")[2]] if "///<" in line else comment_before(lines, begin)
            if name:
                said[owner.removesuffix("<void>"), name] = comment_before(lines, begin)
            continue
        if text.startswith(("//", "return", "#", "if ", "for ", "while ", "}", "&", "|")) or not text:
            continue
        comment = None
        if name and (sent := request_sent(lines, at)) and "ask" in "".join(lines[at:at + 6]):
            comment = comments_of_requests().get(sent, []) + [f"/// Sends `kdb::{sent}`."]
        elif name and (owner.removesuffix("<void>"), name) in said:
            comment = said[owner.removesuffix("<void>"), name]
        elif MOVE.match(text):
            comment = ["/// Copies or moves."]
        elif MADE_BY_LIBRARY.match(text):
            comment = ["/// Made by the library."]
        elif name in MEANINGS:
            comment = [f"/// {MEANINGS[name]}"]
        elif (member := ALIAS.match(text) or VARIABLE.match(text)) and member[1] in MEANINGS and not text.startswith(("return", "friend")):
            comment = [f"/// {MEANINGS[member[1]]}"]
        elif VARIABLE.match(text) and kind_and_name(text) in members:
            comment = members[kind_and_name(text)]
        if comment: # On the same line, so that faults are reported with the numbers of the header.
            said_once = " ".join(each.removeprefix("///").strip() for each in comment)
            result[begin] = f"/** {said_once} */ {result[begin]}"
    return result


def without_version(line):
    """The reference shows kdb::client, as users write it."""
    return "" if VERSION.match(line) else line.replace("namespace kdb::inline v0", "namespace kdb")


def main():
    lines = Path(sys.argv[1]).read_text(encoding="utf-8").splitlines()
    print("\n".join(commented([without_version(line) for line in lines])))


if __name__ == "__main__":
    sys.exit(main())
