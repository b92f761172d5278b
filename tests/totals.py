#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""totals.py RESULTS.xml: sums what ctest wrote (JUnit), and ends with one line: `N passed, N failed`.

A Boost.Test program counts with each of its cases, anything else with one. Fails if anything failed or nothing ran.
"""

import re
import sys
import xml.etree.ElementTree as xml

CASES = re.compile(r"^\s+(\d+) test cases? out of \d+ (passed|failed|skipped|aborted|timed out|.*warnings)", re.MULTILINE)


def count(case):
    """Returns (passed, failed, skipped) of one test of ctest."""
    skipped = case.find("skipped")
    if case.get("status") in ("notrun", "disabled"):
        # A program that is missing was not skipped on purpose.
        asked_for = skipped is None or skipped.get("message", "").startswith(("SKIP_", "Disabled"))
        return (0, 0, 1) if asked_for else (0, 1, 0)
    failed = case.get("status") == "fail"
    sums = {"passed": 0, "failed": 0, "skipped": 0}
    for number, what in CASES.findall(case.findtext("system-out") or ""):
        if what in sums:
            sums[what] += int(number)
        elif what in ("aborted", "timed out"):
            sums["failed"] += int(number)
    if failed and not sums["failed"]:
        sums["failed"] = 1  # It crashed or ran out of time before it could report.
    if not failed and not any(sums.values()):
        sums["passed"] = 1
    return sums["passed"], sums["failed"], sums["skipped"]


def main():
    cases = xml.parse(sys.argv[1]).getroot().findall("testcase")
    counts = [count(case) for case in cases]
    for case, (_, failed, skipped) in zip(cases, counts):
        if failed or skipped:
            print(f"{'failed ' if failed else 'skipped'}  {case.get('name')}")
    passed, failed, skipped = (sum(column) for column in zip(*counts)) if counts else (0, 0, 0)
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
