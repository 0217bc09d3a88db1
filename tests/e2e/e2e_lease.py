#!/usr/bin/env python3
"""A laptop that was out of contact for longer than the organiser allows: with the right
passphrase it asks for contact before it shows anything, sends what is unsent in it, and
opens. A clock that is set back does not stretch the time.
"""
import os
import subprocess

import nodes
from nodes import DONE, FAILED, LOCKED, daemons, jalka, run, until

PASSPHRASE = "kaarnalaiva ja kolme kiveä"


class Road:
    """A worker's laptop, a central node, and a clock that can be set."""

    def __init__(self, world, tally):
        self.world, self.expect = world, tally.expect
        self.center = world.central()
        self.shim = os.path.join(world.base, "shifted_clock.so")
        subprocess.run([os.environ.get("CC", "cc"), "-shared", "-fPIC", "-O1", "-o", self.shim,
                        os.path.join(nodes.HERE, "shifted_clock.c"), "-ldl"], check=True)
        self.device = nodes.Locked(world.folder("liisa"), PASSPHRASE)
        world.daemons.append(self.device)
        self.device.start()
        self.device.init()
        self.staff = world.staff("Liisa Oja")
        self.node = world.enrol(self.device, self.staff)
        self.client = nodes.new_client(self.device, "Lehtikorpi")
        self.matter = nodes.new_matter(self.device, self.client, "Matka")
        nodes.sync(self.device)

    def start(self, days):
        """Anew, with a clock so many days ahead."""
        self.device.stop()
        env = {**os.environ, "LD_PRELOAD": self.shim, "SHIFTED_CLOCK_MIN": str(round(days * 24 * 60))}
        self.device.start(env=env if days else None)

    def open(self):
        return self.device.unlock()

    def away(self):
        self.center.stop()

    def home(self):
        if not self.center.alive():
            self.center.start()

    def waits(self):
        return run(self.device, "status").json.get("vault") == "waiting"


def days_are_told(road):
    expect, device = road.expect, road.device
    left = jalka(device, "status")
    expect("a device in contact has its whole lease", left["lease_days"] == 30 and left["lease_left_ms"] > 29.9 * 86400000, left)
    road.away()
    road.start(20)
    opened = road.open()
    expect("after 20 days out of contact it opens as ever", opened.code == DONE and opened.json["vault"] == "open", opened)
    words = run(device, "status", json_form=False)
    expect("and says nothing of a lease yet", "asks for contact" not in words.out, words)
    road.start(25.5)
    told = run(device, "unlock", "--passphrase-file", "-", stdin=PASSPHRASE + "\n", json_form=False)
    expect("with 5 days left it opens and tells", told.code == DONE and "within 5 days" in told.err, told)
    words = run(device, "status", json_form=False)
    expect("status tells too", "within 5 days" in words.out, words)
    road.unsent = nodes.new_note(device, road.matter, "Ilman verkkoa viidentenä viikkona.")["id"]


def too_long(road):
    expect, device = road.expect, road.device
    road.start(31)
    wrong = device.unlock("väärä tunnuslause")
    expect("a wrong passphrase is wrong as ever", wrong.code == FAILED and "wrong passphrase" in wrong.err, wrong)
    told = run(device, "unlock", "--passphrase-file", "-", stdin=PASSPHRASE + "\n", json_form=False)
    expect("after 31 days the right one asks for contact", told.code == LOCKED and "more than 30 days" in told.err
           and "Connect it to the network" in told.err, told)
    status = run(device, "status").json
    expect("it says how much is unsent and safe", status["vault"] == "waiting" and status["unreceipted"] >= 1, status)
    words = run(device, "status", json_form=False)
    expect("in words too", words.code == LOCKED and f"{status['unreceipted']} unsent entries are safe" in words.err, words)
    expect("and nothing of clients or of the holder", not {"holder_name", "cases", "drafts"} & set(status), status)
    for words in (("show", road.client["id"]), ("list",), ("search", "lehtikorpi"), ("note", road.matter["case_id"], "x"), ("agenda",),
                  ("sync",), ("print", "report", road.client["id"]), ("rebuild",), ("log", road.client["id"])):
        got = run(device, *words)
        expect(f"{words[0]} is refused, and says what to do", got.code == LOCKED and got.out == "" and "connect it to the network" in got.err, got)
    again = device.unlock()
    expect("unlocking again says the same", again.code == FAILED and "connect it to the network" in again.err, again)
    expect("it can be locked", jalka_lock(device) == "locked" and road.open().json["vault"] == "waiting")
    device.stop()
    road.start(31)
    expect("a new start changes nothing", road.open().json["vault"] == "waiting")


def jalka_lock(device):
    return jalka(device, "lock")["vault"]


def clock_set_back(road):
    """Each time it was seen is remembered."""
    expect = road.expect
    road.start(1)
    got = road.open()
    expect("with the clock set back to the second day it still waits", got.json["vault"] == "waiting", got)
    road.start(-400)
    got = road.open()
    expect("set back by a year too", got.json["vault"] == "waiting", got)
    road.start(31)
    expect("and set right again", road.open().json["vault"] == "waiting")


def contact(road):
    expect, device = road.expect, road.device
    road.home()
    until(lambda: run(device, "status").json["vault"] == "open", "the device to open by itself", 60)
    expect("with the first contact it opens by itself", True)
    nodes.sync(device)
    expect("what was unsent has gone", jalka(device, "status")["unreceipted"] == 0)
    expect("and is read here", nodes.holds(device, road.unsent)["text"] == "Ilman verkkoa viidentenä viikkona.")
    left = jalka(device, "status")["lease_left_ms"]
    expect("the lease is whole again", left > 29.9 * 86400000, left)
    road.away()
    road.start(31 + 29)
    expect("it runs from the contact on, by central's clock", road.open().json["vault"] == "open")
    road.start(31 + 31)
    expect("and ends", road.open().json["vault"] == "waiting")
    road.start(0)
    road.home()
    until(lambda: run(device, "status").json["vault"] in ("locked", "open"), "the start")
    road.open()
    until(lambda: run(device, "status").json["vault"] == "open", "the device to open by itself", 60)
    expect("with the clock right it opens with contact", True)


def set_offline(road):
    """Taken offline by its worker, it goes online to ask."""
    device = road.device
    nodes.offline(device)
    road.start(40)
    road.open()
    until(lambda: run(device, "status").json["vault"] == "open", "the device to open", 60)
    road.expect("a machine that was taken offline asks for contact all the same", jalka(device, "status")["online"] is True)


def policy(road):
    expect, device, center = road.expect, road.device, road.center
    for bad in ("-1", "366", "kolme", "3.5", ""):
        got = run(center, "admin", "policy", "lease", bad)
        expect(f"a lease of {bad!r} days is refused", got.code in (1, 2) and jalka(center, "admin", "policy")["lease_days"] == 30, got)
    jalka(center, "admin", "policy", "lease", "3")
    until(lambda: jalka(device, "status")["lease_days"] == 3, "the policy at the device")
    expect("the organiser's policy reaches the device", True)
    road.away()
    road.start(40 + 4)
    expect("after 4 days it asks for contact", road.open().json["vault"] == "waiting")
    road.home()
    until(lambda: run(device, "status").json["vault"] == "open", "the device to open", 60)
    jalka(center, "admin", "policy", "lease", "0")
    until(lambda: jalka(device, "status")["lease_days"] == 0, "the policy at the device")
    road.away()
    road.start(2000)
    expect("0 days: it never asks", road.open().json["vault"] == "open")
    road.home()
    words = run(center, "admin", "policy", json_form=False)
    expect("the policy in words", "off" in words.out and "recovery key" in words.out, words)
    nodes.online(device)
    jalka(center, "admin", "policy", "lease", "30")
    until(lambda: jalka(device, "status")["lease_days"] == 30, "the policy at the device")


def suspended_and_revoked(road):
    expect, device, center = road.expect, road.device, road.center
    nodes.sync(device)
    jalka(center, "admin", "suspend", road.node)
    road.start(2100)
    road.open()
    until(lambda: run(device, "status").json.get("suspended"), "the device to hear that it is suspended", 60)
    status = run(device, "status").json
    expect("suspended, contact does not open it", status["vault"] == "waiting", status)
    words = run(device, "status", json_form=False)
    expect("and it says whom to call", "suspended" in words.err and "administrator" in words.err, words)
    jalka(center, "admin", "resume", road.node)
    jalka(device, "lock")
    road.open()
    until(lambda: run(device, "status").json["vault"] == "open", "the device to open", 60)
    expect("allowed again, it opens", True)
    note = nodes.new_note(device, road.matter, "Viimeinen ennen katoamista.")["id"]
    nodes.offline(device)
    other = nodes.new_note(device, road.matter, "Katoamisen jälkeen.")["id"]
    jalka(center, "admin", "revoke", road.node, "--yes")
    road.start(2140)
    road.open()
    until(lambda: nodes.device_row(center, road.node)["erase_confirmed"], "the laptop to erase itself", 60)
    waiting = [q["record_id"] for q in jalka(center, "admin", "quarantine")["quarantine"] if q["node"] == road.node]
    expect("revoked, it sends what was unsent and erases itself, though it was never opened", other in waiting and note not in waiting, waiting)
    expect("and shows nothing", run(device, "show", note).code != DONE)


def key_file(road):
    """A profile of a key file waits at its start."""
    device, _, _ = road.world.field("kaarlo"), None, None
    staff = road.world.staff("Kaarlo Suo")
    road.world.enrol(device, staff)
    road.away()
    device.stop()
    device.start(env={**os.environ, "LD_PRELOAD": road.shim, "SHIFTED_CLOCK_MIN": str(31 * 24 * 60)})
    status = run(device, "status").json
    road.expect("with a key file it waits from its start on", status["vault"] == "waiting" and status["unreceipted"] == 0, status)
    road.home()
    until(lambda: run(device, "status").json["vault"] == "open", "the device to open", 60)
    road.expect("and opens with contact", True)


def recovered_while_waiting(road):
    """The recovery key opens it over the lease: that is told whenever the access log can be written."""
    expect, center, world = road.expect, road.center, road.world
    key = os.path.join(world.base, "organiser.key")
    jalka(center, "admin", "recovery-key", key)
    device = nodes.Locked(world.folder("raili"), PASSPHRASE)
    world.daemons.append(device)
    device.start()
    device.init()
    world.enrol(device, world.staff("Raili Vuori"))
    until(lambda: jalka(device, "status")["rescued"], "the key to arrive")
    road.away()
    device.stop()
    device.start(env={**os.environ, "LD_PRELOAD": road.shim, "SHIFTED_CLOCK_MIN": str(31 * 24 * 60)})

    def recover(passphrase):
        return run(device, "recover", "--key", key, "--passphrase-file", "-", stdin=passphrase + "\n")
    short = recover("lyhyt")
    expect("a short new passphrase is refused", short.code == FAILED and "8 characters" in short.err, short)
    got = recover("uusi tunnuslause")
    expect("over the lease the recovery key sets a passphrase, and it waits", got.json.get("vault") == "waiting", got)
    expect("it is locked again before any contact", jalka_lock(device) == "locked")
    road.home()
    expect("the new passphrase is right", device.unlock("uusi tunnuslause").code in (DONE, LOCKED))
    until(lambda: run(device, "status").json["vault"] == "open", "the device to open", 60)
    entries = jalka(device, "list", "access_log")["records"]
    reasons = [jalka(device, "show", e["id"])["record"]["fields"].get("reason", "") for e in entries]
    expect("the access log has the recovery, once", sum("recovery key" in r for r in reasons) == 1, reasons)
    expect("and the file is gone", not os.path.exists(os.path.join(device.folder, "unlock-failures")))


def by_hand(road):
    """No network at all: what is carried to the centre and back is the contact."""
    expect, center, world = road.expect, road.center, road.world
    out, back, stale = (os.path.join(world.base, name) for name in ("out.bundle", "back.bundle", "stale.bundle"))
    device = world.field("pia")
    world.enrol(device, world.staff("Pia Aho"))
    matter = nodes.new_matter(device, nodes.new_client(device, "Lehtikorpi", "Pia"), "Matka")
    nodes.sync(device)
    nodes.offline(device)
    note = nodes.new_note(device, matter, "Kuljetetaan tikulla.")["id"]
    jalka(device, "bundle", "write", out)
    jalka(center, "bundle", "read", out, "--answer", stale)
    device.stop()
    center.stop()
    later = {**os.environ, "LD_PRELOAD": road.shim, "SHIFTED_CLOCK_MIN": str(31 * 24 * 60)}
    center.port = 0  # the device dials where nobody is any more
    center.start(env=later)
    device.start(env=later)
    expect("31 days later it waits", run(device, "status").json["vault"] == "waiting")
    got = run(device, "show", note)
    expect("and says that a bundle may be carried", got.code == LOCKED and "bundle" in got.err, got)
    jalka(device, "bundle", "read", stale)
    expect("an answer of that day is no contact of today", run(device, "status").json["vault"] == "waiting")
    jalka(device, "bundle", "write", out)
    jalka(center, "bundle", "read", out, "--answer", back)
    jalka(device, "bundle", "read", back)
    until(lambda: run(device, "status").json["vault"] == "open", "the device to open")
    expect("one of today opens it", nodes.holds(device, note)["text"] == "Kuljetetaan tikulla.")
    device.stop()
    center.stop()
    center.start()


def unknown_to_the_centre(road):
    """The centre was put back without this laptop, and its lease is over: a new code is its way in."""
    expect, center, world = road.expect, road.center, road.world
    center.stop()
    before = nodes.copy(center.folder, world.folder("before-outi"))
    center.start()
    device = world.field("outi")
    world.enrol(device, world.staff("Outi Salo"))
    note = nodes.new_note(device, nodes.new_matter(device, nodes.new_client(device, "Lehtikorpi", "Outi"), "Matka"), "Ennen paloa.")["id"]
    nodes.sync(device)
    device.stop()
    center.stop()
    nodes.copy(before, center.folder)
    center.more = ("--restored",)
    later = {**os.environ, "LD_PRELOAD": road.shim, "SHIFTED_CLOCK_MIN": str(31 * 24 * 60)}
    center.start(env=later)
    jalka(center, "admin", "confirm", "all")
    device.start(env=later)
    expect("it waits for a contact that cannot come", run(device, "status").json["vault"] == "waiting")
    code = jalka(center, "admin", "enrol", world.staff("Outi Salo"))["code"]
    enrolled = run(device, "enrol", code)
    expect("it takes a new code while it waits", enrolled.code == DONE and enrolled.json["words"] != "", enrolled)
    expect("and shows nothing yet", run(device, "show", note).code == LOCKED)
    jalka(center, "admin", "confirm", enrolled.json["node"])
    until(lambda: run(device, "status").json["vault"] == "open", "the device to open", 60)
    expect("let in, it opens with what it holds", nodes.holds(device, note)["text"] == "Ennen paloa.")


def main():
    tally = nodes.Tally()
    with daemons.World() as world:
        road = Road(world, tally)
        for part in (days_are_told, too_long, clock_set_back, contact, set_offline, policy, suspended_and_revoked, key_file, recovered_while_waiting, by_hand, unknown_to_the_centre):
            with tally.part(part.__name__):
                part(road)
        hits = nodes.readable([world.base], ["Lehtikorpi", "viidentenä viikkona"])
        tally.expect("nothing is readable in any folder", not hits, hits[:5])
    tally.finish()


if __name__ == "__main__":
    main()
