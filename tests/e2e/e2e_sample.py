#!/usr/bin/env python3
"""The fictional set, exactly, through five workers' devices and a central node.

Every number of it is counted by `jalka sample --check`, one expectation each, on what
the daemons hold after their last exchange. Beside it: the same seed is the same set,
another seed another, a bigger one is several of it, what it must not hold.
"""
import hashlib
import json
import subprocess

import nodes
from nodes import daemons, jalka
import caseload

DAY = "2026-11-02"
NUMBERED = ["client", "digital_capability", "case", "service_need_assessment", "visit", "assistance_application", "consent",
            "joint_session", "reception_transfer", "anonymous_contact", "feedback", "kaikukortti_grant", "decision_quality_item"]
LETTERS = "0123456789ABCDEFHJKLMNPRSTUVWXY"


def lines(*options):
    done = subprocess.run([daemons.JALKA, "sample", "--today", DAY, *map(str, options)], capture_output=True, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def digest(*options):
    return hashlib.sha256(json.dumps([lines(*options, *more, "--round", r) for r in (1, 2, 3, 4)
                                      for more in ((), ("--central",))]).encode()).hexdigest()


def of_type(rows, kind):
    return [row for row in rows if row.get("type") == kind and "record" not in row]


def generator(tally):
    tally.expect("the same seed and day are the same set", digest("--seed", 1) == digest("--seed", 1))
    tally.expect("another seed is another set", digest("--seed", 1) != digest("--seed", 2))
    one, three = lines(), lines("--scale", 3)
    counts = [(kind, len(of_type(one, kind)), len(of_type(three, kind))) for kind in NUMBERED]
    tally.expect("three times the set is three times what it numbers", all(3 * a == b for _, a, b in counts),
                 [c for c in counts if 3 * c[1] != c[2]])
    shares = [row for k in range(1, 6) for row in lines("--worker", f"{k}/5")]
    tally.expect("the five shares together are the set, each line once",
                 sorted(map(json.dumps, shares)) == sorted(map(json.dumps, one)), (len(shares), len(one)))
    people = [row["fields"] for row in of_type(three, "client")]
    codes = [p["hetu"] for p in people if "hetu" in p]
    tally.expect("no identity code twice, all of the test range, check characters right",
                 len(set(codes)) == len(codes) == 360 - 6 and all(
                     900 <= int(c[7:10]) <= 999 and LETTERS[int(c[:6] + c[7:10]) % 31] == c[10] for c in codes))
    tally.expect("telephones and mail nobody has", all(n.startswith("040 000 0") for p in people for n in p["phone"])
                 and all(m.endswith("@esimerkki.invalid") for p in people for m in p.get("email", [])))
    types = [row["fields"] for row in of_type(lines("--profile", "outreach"), "digital_capability")]
    weak = sum(t["skill"] != "GOOD" for t in types)
    tally.expect("the outreach profile has other types", weak > len(types) / 2, weak)


def whole(world, tally, seed=7):
    load = caseload.Caseload(world, seed).make()
    for fact in load.check()["facts"]:
        tally.expect(f"{fact['what']}: {fact['wanted']}", fact["found"] == fact["wanted"], f"found {fact['found']}")
    administrator = load.administrator
    audit = jalka(world.center, "admin", "audit")
    tally.expect("central's audit of it is clean", audit["ok"] and audit["deltas"] > load.written, audit)
    waiting = jalka(world.center, "admin", "quarantine", "--as", administrator)["quarantine"]
    tally.expect("nothing waits for a decision", waiting == [], [(w["type"], w["reason"], w["seq"], w["node"][:4]) for w in waiting])
    statuses = [jalka(daemon, "status") for daemon in load.workers]
    tally.expect("nothing is without a receipt", sum(s["unreceipted"] + s["quarantined"] + s["rejected"] for s in statuses) == 0)
    again = subprocess.run([daemons.JALKA, "--dir", load.workers[0].folder, "sample", "--check"], capture_output=True, text=True)
    tally.expect("one device alone is told to hold less", again.returncode == 1 and "not as wanted" in again.stderr, again.stderr)


def main():
    tally = nodes.Tally()
    with tally.part("the generator"):
        generator(tally)
    with daemons.World() as world, tally.part("the whole set"):
        whole(world, tally)
    tally.finish()


main()
