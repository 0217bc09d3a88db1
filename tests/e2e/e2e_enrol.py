#!/usr/bin/env python3
"""Enrolment as it goes wrong: a code that is used up, too old, tried too often or of another central node, a machine
that is enrolled already, a connection cut in the middle. Each is told with what to do, nothing is changed, and
the next code serves.
"""
import os
import subprocess

import nodes
from nodes import DONE, FAILED, daemons, jalka, run, until


class Office:
    def __init__(self, world, tally):
        self.world, self.expect = world, tally.expect
        self.center = world.central()
        self.aino, self.olli = world.field("aino"), world.field("olli")
        self.staff = world.staff("Aino Laine")

    def code(self):
        return jalka(self.center, "admin", "enrol", self.staff)["code"]

    def devices(self):
        return jalka(self.center, "admin", "devices")["devices"]


def refused(office, what, device, code, *words):
    before = jalka(device, "status"), len(office.devices())
    got = run(device, "enrol", code, timeout=120)
    until(lambda: jalka(device, "status")["sync"] == before[0]["sync"], "its state of before")
    after = jalka(device, "status"), len(office.devices())
    same = all(before[0][key] == after[0][key] for key in ("node", "holder", "written")) and before[1] == after[1]
    office.expect(what, got.code == FAILED and all(word in got.err for word in words) and same, (got, before, after))


def used_up(office):
    code = office.code()
    node = jalka(office.aino, "enrol", code)["node"]
    refused(office, "a code serves once, while its machine waits to be confirmed too", office.olli, code, "used up", "new one")
    jalka(office.center, "admin", "confirm", node)
    until(lambda: jalka(office.aino, "status")["sync"] == "idle", "the first sync")
    refused(office, "and after", office.olli, code, "used up", "new one")
    office.expect("a refused machine is as it was", jalka(office.olli, "status")["sync"] == "blank")
    refused(office, "a machine that is enrolled keeps what it is", office.aino, office.code(), "knows this machine already")
    nodes.sync(office.aino)
    office.expect("and goes on", jalka(office.aino, "status")["sync"] == "idle")


def mistyped(office):
    code = office.code()
    for what, wrong in (("cut short", code[:-4]), ("one letter changed", code[:40] + ("A" if code[40] != "A" else "B") + code[41:]),
                        ("another line", "https://jalka.example.fi/"), ("nothing", ""), ("of another version", code.replace("JALKA:1", "JALKA:9"))):
        got = run(office.olli, "enrol", wrong, timeout=120)
        office.expect(f"a code {what} is refused at once", got.refused and "code" in got.err, got)
    done = run(office.olli, "enrol", code)
    office.expect("the right one serves still", done.code == DONE, done)
    office.olli.stop()
    jalka(office.center, "admin", "retire", done.json["node"], "--yes")


def too_old(office):
    shim = office.world.folder("shifted_clock.so")
    subprocess.run([os.environ.get("CC", "cc"), "-shared", "-fPIC", "-O1", "-o", shim, os.path.join(nodes.HERE, "shifted_clock.c"), "-ldl"], check=True)
    code = office.code()
    office.center.stop()
    office.center.start(env={**os.environ, "LD_PRELOAD": shim, "SHIFTED_CLOCK_MIN": "16"})
    device = office.world.field("late")
    refused(office, "a code of 16 minutes ago is too old", device, code, "too old", "15 minutes")
    office.center.stop()
    office.center.start()
    refused(office, "one that central's clock says is of the future too", device, coming(office, shim), "too old")


def coming(office, shim):
    office.center.stop()
    office.center.start(env={**os.environ, "LD_PRELOAD": shim, "SHIFTED_CLOCK_MIN": "60"})
    code = office.code()
    office.center.stop()
    office.center.start()
    return code


def elsewhere(office):
    other = daemons.Central(office.world.folder("other"))
    office.world.daemons.append(other)
    other.start()
    with other.api() as admin:
        staff = admin.admin("staff", "add", "Muu Henkilö", "SOCIAL_INSTRUCTOR")["id"]
        code = admin.admin("enrol", staff)["code"]
    got = run(office.aino, "enrol", code, timeout=120)
    office.expect("a machine belongs to one central node", got.refused and "another central node" in got.err, got)
    other.stop()
    got = run(office.world.field("lone"), "enrol", code, timeout=120)
    office.expect("one that does not answer is told as such", got.code == FAILED and "address" in got.err, got)
    office.expect("the first goes on", jalka(office.aino, "status")["sync"] == "idle" or nodes.sync(office.aino) is None)


def main():
    tally = nodes.Tally()
    with daemons.World() as world:
        office = Office(world, tally)
        for name, part in (("a code serves once", used_up), ("mistyped", mistyped), ("too old", too_old), ("elsewhere", elsewhere)):
            with tally.part(name):
                part(office)
    tally.finish()


main()
