#!/usr/bin/env python3
"""docs/coverage.md tells the truth about what is there.

Every row from 1 to 71 stands once; every file it names exists, the words it quotes from
a test stand in that test, every record type and field it names is in records.proto; and
a row that is shown by nothing says that it is not yet there or out of scope, and why.
"""
import os
import re
import sys

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../..")
ROWS = 71


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        return file.read()


def record_fields():
    """The fields of each record type, by the shape each message declares."""
    types = {}
    for body in re.findall(r"^message \w+ \{\n(.*?)^\}", read("proto/records.proto"), re.S | re.M):
        shape = re.search(r"type: RECORD_TYPE_(\w+)", body)
        if shape:
            types[shape.group(1).lower()] = set(re.findall(r"^  (?:optional|repeated) [\w.]+ (\w+) =", body, re.M))
    return types


def wrong_in_row(lives, shown, types):
    wrong = []
    for name in re.findall(r"`([^`]+)`", lives + shown):
        if "/" in name and " " not in name and not os.path.exists(os.path.join(ROOT, name)):
            wrong.append(f"no file {name}")
    for name in re.findall(r"`(\w+(?:\.\w+)?)`", lives):
        record, _, field = name.partition(".")
        if field and (record not in types or field not in types[record]):
            wrong.append(f"no field {name}")
        if not field and "_" in name and record not in types and not any(record in fields for fields in types.values()):
            wrong.append(f"no record {name}")
    for path, words in re.findall(r'`([^`]+)` "([^"]+)"', shown):
        if os.path.exists(os.path.join(ROOT, path)) and words not in read(path):
            wrong.append(f"{path} does not say \"{words}\"")
    if not re.search(r"`tests/", shown) and not re.search(r"not yet|out of scope", lives, re.I):
        wrong.append("shown by no test")
    return wrong


def main():
    types, passed, failed = record_fields(), 0, 0
    rows = re.findall(r"^\| (\d+) \| ([^|]+) \| ([^|]+) \| ([^|]*) \|$", read("docs/coverage.md").split("## The ten journeys")[0], re.M)
    numbers = [int(number) for number, *_ in rows]
    for number in range(1, ROWS + 1):
        wrong = [] if numbers.count(number) == 1 else [f"stands {numbers.count(number)} times"]
        for _, _, lives, shown in (r for r in rows if int(r[0]) == number):
            wrong += wrong_in_row(lives, shown, types)
        passed, failed = passed + (not wrong), failed + bool(wrong)
        if wrong:
            print(f"FAIL row {number}: {'; '.join(wrong)}")
    journeys = re.findall(r"`(tests/e2e/e2e_journey_\d+_\w+\.py)`", read("docs/coverage.md").split("## The ten journeys")[1])
    missing = [path for path in journeys if not os.access(os.path.join(ROOT, path), os.X_OK)]
    whole = len(journeys) == 10 and not missing and len(types) > 40
    print(f"{'ok  ' if whole else 'FAIL'} ten journeys, each with its test {missing or ''}")
    print(f"{passed + whole} passed, {failed + (not whole)} failed")
    sys.exit(1 if failed or not whole else 0)


if __name__ == "__main__":
    main()
