#!/usr/bin/env python3
"""The restore drill: the central node put back as it stood seven days ago, and as it stood an hour ago.

A week of work, told by the daemons' own clocks (tests/e2e/shifted_clock.c): a machine is enrolled in the middle of it,
a case handed to it, another laptop revoked, a note erased. Then the node's disk is gone; one backup, put back once to each
moment, and the laptops as they were that day meet it. No change that a laptop in use still holds is lost, who was
revoked stays so, what was erased stays so, and every chain and signature holds. The times are printed.
"""
import contextlib
import os
import shutil
import subprocess
import time

import nodes
from nodes import daemons, jalka, run, until

DAY, HOUR = 24 * 60, 60  # minutes


OWN = ("staff_member", "device", "case_assignment", "retention_action")  # the node's own records, which the administrator writes anew


class Week:
    def __init__(self, world, tally):
        self.world, self.expect = world, tally.expect
        self.shim = world.folder("shifted_clock.so")
        subprocess.run([os.environ.get("CC", "cc"), "-shared", "-fPIC", "-O1", "-o", self.shim,
                        os.path.join(nodes.HERE, "shifted_clock.c"), "-ldl"], check=True)
        self.kept = world.folder("kept")
        self.center = daemons.Central(world.folder("central"), "--backup", self.kept, "--backup-every", "1", "--backup-keep", "30")
        world.center = self.center
        self.devices = {}
        self.nodes, self.staff, self.texts = {}, {}, {}

    def field(self, name):
        self.devices[name] = daemons.Field(self.world.folder(name))

    def everybody(self):
        return [self.center, *self.devices.values()]

    def at(self, minutes):
        """All machines show this time, so many minutes from now; the command line too."""
        for daemon in self.everybody():
            daemon.stop()
        os.environ.update(LD_PRELOAD=self.shim, SHIFTED_CLOCK_MIN=str(minutes))
        for daemon in self.everybody():
            if daemon not in self.world.daemons:
                self.world.daemons.append(daemon)
            daemon.start()

    def enrol(self, name, person):
        self.staff[name] = self.world.staff(person)
        self.nodes[name] = self.world.enrol(self.devices[name], self.staff[name])

    def note(self, name, matter, text):
        written = nodes.new_note(self.devices[name], matter, text)
        self.texts[written["id"]] = (matter["case_id"], text)

    def write(self, name, matter, words, count):
        for i in range(count):
            self.note(name, matter, f"{words}, {i + 1}.")
        nodes.sync(self.devices[name])

    def moment(self):
        """The moment until which all is in the backup."""
        def kept():
            s = jalka(self.center, "admin", "backups")
            return s["safe_order"] == s["last_order"] and s["waiting_bytes"] == 0 and s
        return until(kept, "the backup to have everything")["last_ms"]

    def notes(self, device, matter):
        records = jalka(device, "show", matter["case_id"])["records"]
        return {r["id"]: r["fields"]["text"] for r in records if r["type"] == "encounter_note" and r["fields"].get("text")}


def a_week(week):
    expect = week.expect
    for name in ("aino", "olli", "mikko"):
        week.field(name)
    week.at(-7 * DAY - 10)
    for name, person in (("aino", "Aino Laine"), ("olli", "Olli Saari"), ("mikko", "Mikko Mäki")):
        week.enrol(name, person)
    aino = week.devices["aino"]
    week.matter = nodes.new_matter(aino, nodes.new_client(aino, "Kuusilehto"), "Talvi ilman polttopuita")
    nodes.sync(aino)
    for name in ("olli", "mikko"):
        jalka(week.center, "admin", "assign", week.matter["case_id"], week.staff[name], "CO_WORKER")
        until(lambda: nodes.holds(week.devices[name], week.matter["id"]), "the shared case")
    week.write("aino", week.matter, "Ennen viikkoa", 20)
    week.write("mikko", week.matter, "Mikon ennen viikkoa", 5)
    week.seven_days = week.moment()

    for name in ("liisa", "petri"):
        week.field(name)
    week.at(-3 * DAY)
    week.enrol("liisa", "Liisa Koski")
    week.enrol("petri", "Petri Salo")
    week.second = nodes.new_matter(aino, nodes.new_client(aino, "Honkaranta", "Eero"), "Velat")
    nodes.sync(aino)
    for case in (week.matter, week.second):
        jalka(week.center, "admin", "assign", case["case_id"], week.staff["liisa"], "CO_WORKER")
        until(lambda: nodes.holds(week.devices["liisa"], case["id"]), "the case of the new machine")
    week.write("liisa", week.second, "Liisan alkuviikko", 10)
    week.write("olli", week.matter, "Ollin alkuviikko", 20)
    erased = nodes.new_note(aino, week.matter, "Tämä kuuluu toisen asiakkaan papereihin.")
    nodes.sync(aino)
    jalka(week.center, "admin", "erase", "record", week.matter["case_id"], erased["id"], "CLIENT_RIGHT", "--yes")
    until(lambda: erased["id"] not in week.notes(aino, week.matter), "the erasure to reach the laptop")
    week.erased = erased["id"]
    jalka(week.center, "admin", "revoke", week.nodes["mikko"], "--yes")
    jalka(week.center, "admin", "revoke", week.nodes["petri"], "--yes")

    week.at(-HOUR - 10)
    week.write("aino", week.matter, "Tänä aamuna", 20)
    week.one_hour = week.moment()

    week.at(0)
    week.write("liisa", week.second, "Liisan viime tunti", 10)
    week.write("olli", week.matter, "Ollin viime tunti", 10)
    week.moment()
    nodes.sync(aino)
    nodes.offline(week.devices["olli"])
    week.note("olli", week.matter, "Ilman verkkoa, kun palo alkoi.")
    expect("the backup reaches from more than seven days ago until now", week.seven_days < time.time() * 1000 - 7 * DAY * 60000
           and week.one_hour < time.time() * 1000 - HOUR * 60000)
    for daemon in week.everybody():
        daemon.stop()
    for daemon in week.everybody():
        nodes.copy(daemon.folder, daemon.folder + ".that-day")


def put_back(week, name, moment_ms):
    """The node as it stood then, and the laptops as they were when it was lost; gives the milliseconds each part took."""
    expect, took, key = week.expect, {}, os.path.join(week.center.folder + ".that-day", "store.key")
    for daemon in week.everybody():
        daemon.stop()
    for device in week.devices.values():
        nodes.copy(device.folder + ".that-day", device.folder)
    shutil.rmtree(week.center.folder)
    os.mkdir(week.center.folder, 0o700)
    shutil.copy(key, week.center.folder)
    began = time.monotonic()
    until_text = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(moment_ms // 1000)) + f".{moment_ms % 1000:03}Z"
    done = subprocess.run([daemons.JALKAD, "restore", "--from", week.kept, "--dir", week.center.folder, "--until", until_text],
                          capture_output=True, text=True, timeout=120)
    expect(f"{name}: put back", done.returncode == 0, done)
    took["restore"] = time.monotonic() - began
    week.center.more = ("--restored",)
    began = time.monotonic()
    week.center.start()
    took["start"] = time.monotonic() - began
    for device in week.devices.values():
        device.start()
    began = time.monotonic()
    jalka(week.center, "admin", "confirm", "all")
    return took, began


def comes_again(week):
    """A laptop that the node was put back without: with a new code it comes in as it is, with all it holds."""
    expect, liisa = week.expect, week.devices["liisa"]
    refused = run(liisa, "sync", "--wait", timeout=120)
    expect("a laptop the node does not know any more is told what to do", refused.code == nodes.FAILED and "code" in refused.err, refused)
    before = jalka(liisa, "status")
    week.staff["liisa"] = week.world.staff("Liisa Koski")
    again = week.world.enrol(liisa, week.staff["liisa"])
    after = jalka(liisa, "status")
    expect("with a new code it is let in as it was", again == week.nodes["liisa"] and after["written"] >= before["written"]
           and after["holder"] == week.staff["liisa"], after)
    for matter in (week.matter, week.second):
        until(lambda: run(week.center, "admin", "assign", matter["case_id"], week.staff["liisa"], "CO_WORKER").code == nodes.DONE, "the case at the node", 60)
    code = jalka(week.center, "admin", "enrol", week.world.staff("Petri Salo"))["code"]
    denied = run(week.devices["petri"], "enrol", code, "--serial", "petri", timeout=120)
    expect("one that was revoked since is not", denied.code != nodes.DONE and week.nodes["petri"] not in
           [d["node"] for d in jalka(week.center, "admin", "devices")["devices"]], denied)


def decided(week):
    """What she wrote while the lost assignment held waits for the administrator, who has given it anew."""
    def hers():
        return [w["item"] for w in jalka(week.center, "admin", "quarantine")["quarantine"] if w["node"] == week.nodes["liisa"]]
    waiting = until(hers, "her work to wait for a decision")
    week.expect("what was written under an assignment that is lost waits, and nothing of it is gone", len(waiting) >= 20, waiting)
    for item in waiting:
        jalka(week.center, "admin", "accept", item)


def everything_is_there(week, name, moment_ms):
    expect = week.expect
    took, began = put_back(week, name, moment_ms)
    in_use = [week.devices[who] for who in ("aino", "olli", "liisa")]
    if name == "seven days old":
        comes_again(week)

    def settled(device):
        run(device, "sync", "--online", "--wait")
        s = jalka(device, "status")
        return s["sync"] == "idle" and s["unreceipted"] == 0
    for device in in_use:
        until(lambda: settled(device), f"{name}: a session of {os.path.basename(device.folder)}", 60)
    cases = {"aino": (week.matter, week.second), "olli": (week.matter,), "liisa": (week.matter, week.second)}

    def missing():
        gone = []
        for who, matters in cases.items():
            device = week.devices[who]
            settled(device)
            for matter in matters:
                there = run(device, "show", matter["case_id"]).code == nodes.DONE
                has = week.notes(device, matter) if there else {}
                gone += [f"{who}: {text}" for note, (case, text) in week.texts.items() if case == matter["case_id"] and has.get(note) != text]
        return gone
    if name == "seven days old":
        decided(week)
    with contextlib.suppress(AssertionError):  # what is missing is told below
        until(lambda: not missing(), "everything", 60)
    took["laptops"] = time.monotonic() - began
    expect(f"{name}: every note is on every laptop that should have it", not missing(), missing())
    waiting = jalka(week.center, "admin", "quarantine")["quarantine"]
    expect(f"{name}: nothing of a client waits for a person", all(w["type"] in OWN or w["reason"] == "ERASED" for w in waiting), waiting)
    audit = jalka(week.center, "admin", "audit")
    expect(f"{name}: every chain and signature holds", audit["ok"] and audit["bad"] == 0, audit)
    row = nodes.device_row(week.center, week.nodes["mikko"])
    expect(f"{name}: who was revoked since stays revoked", row["state"] == "REVOKED", row)
    expect(f"{name}: what was erased since stays erased", all(week.erased not in week.notes(d, week.matter) for d in in_use))
    print("     " + name + ": " + " ".join(f"{part} {seconds * 1000:.0f} ms" for part, seconds in took.items()))


def main():
    tally = nodes.Tally()
    with daemons.World() as world:
        week = Week(world, tally)
        with tally.part("a week"):
            a_week(week)
        with tally.part("an hour old"):
            everything_is_there(week, "an hour old", week.one_hour)
        with tally.part("seven days old"):
            everything_is_there(week, "seven days old", week.seven_days)
    tally.finish()


main()
