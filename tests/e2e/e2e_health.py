#!/usr/bin/python3
"""How devices fare, as their administrator sees it: real daemons, real trouble.

Each trouble is made: a clock set wrong and days that pass (tests/e2e/shifted_clock.c), a way that lets only the
beginning of a session through, a stranger that answers in central's place, wrong passphrases, a disk of a few MiB, a copied
profile. Its alert appears, and goes when the trouble is over. Conflicts are seen at the centre without a value, and what
is told costs no round trip.
"""
import contextlib
import json
import os
import re
import socket
import struct
import subprocess
import sys
import threading

import nodes
from nodes import DONE, daemons, jalka, run, until
from relay import Relay

DAY_MIN = 24 * 60
NAMES = {"TWIN", "WIPE_OPEN", "OLD_UNSENT", "DISK_FULL", "NO_CONTACT", "OLD_QUARANTINE", "FAILURES", "WRONG_PASSPHRASES",
         "CLOCK_OFF", "WAITING_CONFIRMATION", "VERSION_OLD", "DISK_NOT_ENCRYPTED"}


class Office:
    """A central node behind a relay, and the devices of its people."""

    def __init__(self, world, tally):
        self.world, self.expect = world, tally.expect
        self.relay = Relay()
        self.ops = os.path.join(world.base, "ops")
        # Two failures are too many here: the rest are the usual limits.
        world.central("--public", f"127.0.0.1:{self.relay.port}", "--ops", f"unix:{self.ops}", "--alert-failures", "1")
        self.center = world.center
        self.relay.target = ("127.0.0.1", self.center.port)
        self.shim = os.path.join(world.base, "shifted_clock.so")
        subprocess.run([os.environ.get("CC", "cc"), "-shared", "-fPIC", "-O1", "-o", self.shim,
                        os.path.join(nodes.HERE, "shifted_clock.c"), "-ldl"], check=True)

    def start(self, daemon, minutes=0):
        """Ends it when it runs, and starts it with its clock so far off."""
        daemon.stop()
        daemon.start(env={**os.environ, "LD_PRELOAD": self.shim, "SHIFTED_CLOCK_MIN": str(minutes)})
        if daemon is self.center:
            self.relay.target = ("127.0.0.1", daemon.port)

    def health(self):
        return jalka(self.center, "admin", "health")

    def row(self, node):
        return next(d for d in self.health()["devices"] if d["node"] == node)

    def alerts(self, node):
        """Those about trouble; what the disk below this test is like is its own matter."""
        return [a for a in self.row(node)["alerts"] if a not in ("DISK_NOT_ENCRYPTED", "DISK_FULL")]

    def comes(self, node, alert, what):
        self.expect(what, until(lambda: alert in self.row(node)["alerts"], f"{alert} of {node}", 60))

    def goes(self, node, alert, what):
        self.expect(what, until(lambda: alert not in self.row(node)["alerts"], f"no {alert} of {node}", 60))

    def device(self, name, worker, *more):
        staff = self.world.staff(worker)
        daemon = self.world.field(name, *more)
        node = self.world.enrol(daemon, staff)
        until(lambda: self.row(node)["told_ms"], "what the device tells of itself")
        return daemon, node, staff

    def metric(self, name):
        with socket.socket(socket.AF_UNIX) as peer:
            peer.settimeout(20)
            peer.connect(self.ops)
            peer.sendall(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            text = b"".join(iter(lambda: peer.recv(65536), b"")).decode()
        return float(re.search(rf"^{re.escape(name)} (\S+)\r?$", text, re.M)[1])


def matter_of(device):
    client = nodes.new_client(device, "Terävä")
    return nodes.new_matter(device, client, "Asumisen tuki")


# ---- what is told ----

def told(office):
    device, node, _ = office.device("aino", "Aino Laine")
    got, row = office.health(), office.row(node)
    disk = os.statvfs(device.folder)
    office.expect("a device tells its version, and it is the centre's", row["version"] == got["version"] and not row["version_old"], row)
    office.expect("and the room on its disk", abs(row["disk_bytes"] - disk.f_blocks * disk.f_frsize) < 1 << 20 and
                  0 < row["free_bytes"] <= row["disk_bytes"] and row["store_bytes"] > 0, row)
    office.expect("a sound device has no alert", office.alerts(node) == [], row)
    office.expect("every alert has its name, level and sentence, whoever has it",
                  {a["name"] for a in got["alerts"]} == NAMES and all(a["text"] and a["level"] in ("ALARM", "WARNING", "NOTICE") for a in got["alerts"]))
    office.expect("the limits are told, as they were set", got["limits"]["failures"] == 1 and got["limits"]["contact_days"] == 7, got["limits"])
    words = run(office.center, "admin", "health", json_form=False)
    office.expect("in words for people too", words.code == DONE and "Aino Laine" in words.out and "ALERTS" in words.out, words)
    return device, node


def costs_no_round_trip(office, device, node):
    """A day later it is told again, in a session that has nothing else to do."""
    for daemon in (office.center, device):
        office.start(daemon, DAY_MIN)
    until(lambda: jalka(device, "status")["sync"] == "idle", "the sync of the day after")
    nodes.offline(device)
    sizes = {}
    for day in (2, 2, 3):
        for daemon in (office.center, device):
            office.start(daemon, day * DAY_MIN)
        before = office.row(node)["told_ms"]
        office.relay.reset()
        answer = jalka(device, "sync", "--online", "--wait")
        size = settle(office.relay)
        sizes[office.row(node)["told_ms"] != before] = (answer["round_trips"], size)
        nodes.offline(device)
    print(f"# nothing to sync: {sizes.get(False)} without, {sizes.get(True)} with what it tells of itself (round trips, bytes)")
    office.expect("what is told costs no round trip, and at most 600 bytes with the whole session",
                  set(sizes) == {True, False} and all(trips == 1 and size <= 600 for trips, size in sizes.values()), sizes)
    jalka(device, "sync", "--online")


def settle(relay):
    last = -1
    while last != relay.total():
        last = relay.total()
        threading.Event().wait(1.0)
    return last


# ---- trouble with time ----

def wrong_clock(office, device, node):
    office.start(device, 3 * DAY_MIN + 30)
    office.comes(node, "CLOCK_OFF", "a clock half an hour wrong is an alert")
    offset = office.row(node)["clock_offset_ms"]
    office.expect("and how wrong is told", abs(offset + 30 * 60000) < 60000, offset)
    office.expect("the metrics count it", office.metric('jalka_devices_alert{alert="clock_off"}') == 1)
    office.start(device, 3 * DAY_MIN)
    office.goes(node, "CLOCK_OFF", "set right, it goes")


def silent(office, device, node):
    nodes.offline(device)
    office.start(office.center, 9 * DAY_MIN)
    office.expect("six days of silence are none", "NO_CONTACT" not in office.row(node)["alerts"], office.row(node))
    office.start(office.center, 11 * DAY_MIN)
    office.comes(node, "NO_CONTACT", "a week of silence is an alert")
    office.start(device, 11 * DAY_MIN)
    nodes.online(device)
    office.goes(node, "NO_CONTACT", "it is heard of, and the alert goes")


def old_unsent(office, device, node):
    """Written days ago, and the way lets no more than a session's beginning through."""
    matter = matter_of(device)
    nodes.sync(device)
    nodes.offline(device)
    for i in range(40):
        nodes.new_note(device, matter, f"{i} " + os.urandom(4000).hex())
    for daemon in (office.center, device):
        office.start(daemon, 13 * DAY_MIN)
    office.relay.cut_after = 30000
    jalka(device, "sync", "--online")
    office.comes(node, "OLD_UNSENT", "work of two days ago that does not come is an alarm")
    row = office.row(node)
    office.expect("how much, and since when, is told", 0 < row["unsent"] <= 42 and row["oldest_unsent_ms"] < row["last_contact_ms"] - 40 * 3600000, row)
    office.expect("the most pressing device comes first", office.health()["devices"][0]["node"] == node)
    office.relay.cut_after = None
    nodes.offline(device)
    nodes.online(device)
    office.goes(node, "OLD_UNSENT", "all came, and the alarm goes")
    office.expect("nothing is unsent", office.row(node)["unsent"] == 0 and office.row(node)["oldest_unsent_ms"] == 0)


# ---- failures ----

class Stranger:
    """Answers in central's place, with what central never says."""

    def __init__(self):
        self.told = 0  # how many have heard it and gone
        self.listener = socket.socket()
        self.listener.bind(("127.0.0.1", 0))
        self.listener.listen(8)
        self.address = self.listener.getsockname()
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        with contextlib.suppress(OSError):
            while True:
                peer, _ = self.listener.accept()
                with contextlib.suppress(OSError):
                    peer.recv(4096)
                    peer.sendall(b"\x40\x00" + b"x" * 64)
                    peer.recv(4096)
                peer.close()
                self.told += 1


def failing(office, device, node):
    stranger = Stranger()
    target, office.relay.target = office.relay.target, stranger.address
    for _ in range(3):
        nodes.offline(device)
        before = stranger.told
        jalka(device, "sync", "--online")
        until(lambda: stranger.told > before and "message 2" in jalka(device, "status")["last_error"], "a failed session")
    stranger.listener.close()
    office.relay.target = ("127.0.0.1", 1)  # and nobody at all
    nodes.offline(device)
    jalka(device, "sync", "--online")
    office.relay.target = target
    nodes.offline(device)
    nodes.online(device)
    office.comes(node, "FAILURES", "sessions that fail for another reason than the network are an alert")
    failures = {f["cause"]: f["count"] for f in office.row(node)["failures"]}
    office.expect("by cause", failures.get("PROTOCOL", 0) >= 3, failures)
    for day in (14, 15, 17):  # told once a day; what happened leaves with time
        for daemon in (office.center, device):
            office.start(daemon, day * DAY_MIN)
        until(lambda: jalka(device, "status")["sync"] == "idle", "a day's sync")
    office.goes(node, "FAILURES", "days without any, and the alert goes")


def wrong_passphrases(office):
    staff = office.world.staff("Ville Koski")
    device = nodes.Locked(office.world.folder("ville"), "kolme sanaa peräkkäin")
    office.world.daemons.append(device)
    office.start(device, 17 * DAY_MIN)
    device.init()
    node = office.world.enrol(device, staff)
    until(lambda: office.row(node)["told_ms"], "what the device tells of itself")
    jalka(device, "lock")
    for guess in ("ensimmäinen arvaus", "toinen arvaus", "kolmas arvaus"):
        assert device.unlock(guess).code != DONE
    assert device.unlock().code == DONE
    office.comes(node, "WRONG_PASSPHRASES", "wrong passphrases are an alert when the device is opened again")
    row = office.row(node)
    office.expect("how many, and when it was locked", row["wrong_passphrases"] == 3 and row["last_lock_ms"] > 0, row)


# ---- the disk ----

def full_disk(office):
    folder = office.world.folder("small")
    os.makedirs(folder, mode=0o700)
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=12m,mode=0700", "none", folder], capture_output=True, check=False).returncode:
        print("# no small disk can be mounted here: the nearly full disk was not tried")
        return
    try:
        device, node, _ = office.device("small", "Sari Niemi")
        ballast = os.path.join(folder, "ballast")
        office.expect("half a disk free is no alert", "DISK_FULL" not in office.row(node)["alerts"], office.row(node))
        free = os.statvfs(folder)
        with open(ballast, "wb") as out:
            out.write(b"x" * (free.f_bavail * free.f_frsize - 300000))
        nodes.offline(device)
        nodes.online(device)
        office.comes(node, "DISK_FULL", "a disk nearly full is an alarm")
        os.unlink(ballast)
        nodes.offline(device)
        nodes.online(device)
        office.goes(node, "DISK_FULL", "room again, and the alarm goes")
        device.stop()
    finally:
        subprocess.run(["umount", "-l", folder], check=False)


# ---- states ----

def states(office):
    staff = office.world.staff("Olli Mäki")
    device = office.world.field("olli")
    code = jalka(office.center, "admin", "enrol", staff)["code"]
    node = jalka(device, "enrol", code)["node"]
    office.comes(node, "WAITING_CONFIRMATION", "a device that waits to be let in is told")
    jalka(office.center, "admin", "confirm", node)
    until(lambda: jalka(device, "status")["sync"] == "idle", "its first sync")
    office.goes(node, "WAITING_CONFIRMATION", "let in, it waits no more")
    nodes.offline(device)
    run(office.center, "admin", "revoke", node, "--yes")
    office.comes(node, "WIPE_OPEN", "revoked and not erased is an alarm")
    run(device, "sync", "--online", "--wait")
    until(lambda: node not in [d["node"] for d in office.health()["devices"]], "the erased device off the list")
    office.expect("erased, it is off the list", True)


def copied(office):
    device, node, _ = office.device("seija", "Seija Korpi")
    other = office.device("raili", "Raili Suo")[1]
    matter = matter_of(device)
    nodes.sync(device)
    device.stop()
    twin = daemons.Field(nodes.copy(device.folder, office.world.folder("twin")))
    office.world.daemons.append(twin)
    for copy in (device, twin):
        office.start(copy, 17 * DAY_MIN)
        nodes.offline(copy)
        nodes.new_note(copy, matter, "Kummallakin oma.")
    nodes.online(device)
    nodes.offline(device)
    run(twin, "sync", "--online", "--wait")
    nodes.offline(twin)
    nodes.new_note(device, matter, "Alkuperäinen jatkaa.")
    run(device, "sync", "--online", "--wait")
    office.comes(node, "TWIN", "a copied profile is an alarm")
    refused = run(office.center, "admin", "no-twin", other)
    office.expect("there is none to end of a device that has none", refused.refused and "no alarm" in refused.err, refused)
    before = len(nodes.log_of(office.center, node))
    jalka(office.center, "admin", "no-twin", node)
    row = nodes.device_row(office.center, node)
    office.expect("its holder was asked: the alarm is ended, and the log has it", not row["twin_alarm"] and row["state"] == "ACTIVE" and
                  "TWIN" not in office.row(node)["alerts"] and len(nodes.log_of(office.center, node)) == before + 1, row)
    office.start(office.center, 17 * DAY_MIN)
    nodes.new_note(device, matter, "Alkuperäinen jatkaa yhä.")
    nodes.sync(device)
    office.expect("nor does it come back with the next start, or with its next work", "TWIN" not in office.row(node)["alerts"] and
                  office.metric("jalka_devices_twin_alarm") == 0)
    nodes.offline(device)
    nodes.new_note(twin, matter, "Kopio tulee uudestaan.")
    run(twin, "sync", "--online", "--wait")
    office.comes(node, "TWIN", "but with the copy, when that comes again")
    run(office.center, "admin", "revoke", node, "--yes")
    until(lambda: nodes.device_row(office.center, node)["erase_confirmed"], "the erased device")
    office.expect("revoked and erased, it is an alarm no more", not nodes.device_row(office.center, node)["twin_alarm"] and
                  office.metric("jalka_devices_twin_alarm") == 0)
    refused = run(office.center, "admin", "no-twin", node)
    office.expect("and there is nothing to end", refused.refused and "out of use" in refused.err, refused)


def waiting_work(office):
    device, node, staff = office.device("teija", "Teija Aho")
    matter = matter_of(device)
    nodes.sync(device)
    nodes.offline(device)
    nodes.new_note(device, matter, "Kirjattu, kun asia oli jo toisella.")
    jalka(office.center, "admin", "unassign", matter["case_id"], staff)
    run(device, "sync", "--online", "--wait")
    items = nodes.quarantined(office.center, 1)
    nodes.offline(device)
    office.expect("work put aside today is no alert", "OLD_QUARANTINE" not in office.row(node)["alerts"])
    office.start(office.center, 21 * DAY_MIN)
    office.comes(node, "OLD_QUARANTINE", "work that waits for days is an alert")
    system = jalka(office.center, "admin", "system")
    office.expect("of the node too", "QUARANTINE_WAITING" in [a["name"] for a in system["alerts"]] and system["waiting"] == 1, system["alerts"])
    jalka(office.center, "admin", "reject", items[0]["item"])
    office.goes(node, "OLD_QUARANTINE", "decided, and it goes")


# ---- conflicts, and the node itself ----

def conflicts(office):
    first, _, one = office.device("pirjo", "Pirjo Salo")
    second, _, two = office.device("mikko", "Mikko Ranta")
    matter = matter_of(first)
    nodes.sync(first)
    jalka(office.center, "admin", "assign", matter["case_id"], two, "CO_WORKER")
    until(lambda: nodes.holds(second, matter["id"]), "the matter at the other worker's")
    nodes.offline(first, second)
    secrets = ("Häätöuhka torjuttu", "Vuokravelka maksettu")
    for device, title in zip((first, second), secrets):
        jalka(device, "change", matter["id"], f"title={title}")
    nodes.online(first, second)
    raw = until(lambda: (got := run(office.center, "admin", "conflicts")).json["conflicts"] and got, "the conflict at the centre")
    conflict = raw.json["conflicts"][0]
    office.expect("a conflict is known at the centre", len(raw.json["conflicts"]) == 1 and raw.json["complete"] and
                  conflict["record_id"] == matter["id"] and conflict["case_id"] == matter["case_id"] and conflict["type"] == "case", raw)
    field = conflict["fields"][0]
    office.expect("with its field, who wrote and when", field["field"] == "title" and
                  {s["by"]["name"] for s in field["siblings"]} == {"Pirjo Salo", "Mikko Ranta"} and all(s["at_ms"] for s in field["siblings"]), field)
    words = run(office.center, "admin", "conflicts", json_form=False)
    office.expect("and never a value", not [s for s in (*secrets, "Asumisen tuki") if s in raw.out or s in words.out] and "title" in words.out, words)
    refused = run(office.center, "admin", "conflicts", "--as", one)
    office.expect("who holds no role at the centre is refused", refused.code != DONE, refused)
    nodes.sync(first)
    jalka(first, "change", matter["id"], f"title={secrets[0]}, sovittu")
    nodes.sync(first)
    until(lambda: not jalka(office.center, "admin", "conflicts")["conflicts"], "no conflict any more")
    office.expect("chosen by one who saw both, it is one no more", True)


def system(office):
    got = jalka(office.center, "admin", "system")
    office.expect("the node tells its own figures", got["memory_bytes"] > 1 << 20 and got["log"]["store_bytes"] > 0 and
                  got["log"]["last_order"] > 0 and got["accepted"]["total"] >= got["accepted"]["minute"] and got["keys"]["static_since_ms"] > 0, got)
    office.expect("its epochs, the first without a parent", len(got["epochs"]) == 1 and got["epochs"][0]["parent"] == "" and got["epochs"][0]["current"])
    office.expect("that no backup is kept is an alert", "NO_BACKUP" in [a["name"] for a in got["alerts"]] and not got["backup"]["kept"], got["alerts"])
    office.expect("the metrics tell it too", office.metric('jalka_node_alert{alert="no_backup"}') == 1)
    before = got["accepted"]
    device, _, _ = office.device("leena", "Leena Ojala")
    matter = matter_of(device)
    for i in range(5):
        nodes.new_note(device, matter, f"muistiinpano {i}")
    nodes.sync(device)
    after = jalka(office.center, "admin", "system")["accepted"]
    office.expect("rates are counted as work comes", after["total"] - before["total"] >= 7 and after["minute"] >= 7 and
                  after["minute"] <= after["hour"] <= after["day"] <= after["total"], (before, after))
    words = run(office.center, "admin", "system", json_form=False)
    office.expect("in words too", words.code == DONE and "accepted" in words.out and "NO_BACKUP" in words.err, words)


def backup_behind(office):
    """Hours pass by a file that the clocks of a node with a backup read; its command hangs while another file stands."""
    ran, hangs = (os.path.join(office.world.base, name) for name in ("ran", "hangs"))
    center = daemons.Central(office.world.folder("kept-node"), "--backup", office.world.folder("kept"),
                             "--backup-command", f"while [ -e '{hangs}' ]; do sleep 0.05; done")
    office.world.daemons.append(center)
    passed = 0

    def hours_pass(hours):
        nonlocal passed
        passed += int(hours * 3600)
        with open(ran, "r+b" if os.path.exists(ran) else "wb") as f:
            f.write(struct.pack("<q", passed))

    def failing():
        return "BACKUP_FAILING" in [a["name"] for a in jalka(center, "admin", "system")["alerts"]]

    def kept():
        got = jalka(center, "admin", "backups")
        return got["kept"] and got["safe_order"] == got["last_order"] and got["waiting_bytes"] == 0 and got["last_ms"] > since
    hours_pass(0)
    since = 0
    center.start(env={**os.environ, "LD_PRELOAD": office.shim, "SHIFTED_RUN_FILE": ran})
    until(kept, "the first backup")
    since = jalka(center, "admin", "backups")["last_ms"]
    hours_pass(0.1)
    until(kept, "that it is safe, in the backup too")
    hours_pass(3)
    office.expect("three quiet hours are no alarm of the backup", not failing())
    jalka(center, "admin", "staff", "add", "Aino Laine", "SOCIAL_INSTRUCTOR")
    office.expect("nor is the first change after them", not failing())
    since = jalka(center, "admin", "backups")["last_ms"]
    with open(hangs, "w"):
        hours_pass(0.1)  # it is to be written now, and is not
    office.expect("what is not kept for minutes is none", not failing())
    hours_pass(2)
    office.expect("what is not kept for two hours is one", failing())
    os.unlink(hangs)
    until(kept, "the change in the backup")
    until(lambda: not failing(), "no alarm of the backup")
    office.expect("kept, and it goes", True)


def main():
    tally = nodes.Tally()
    with daemons.World() as world:
        office = Office(world, tally)
        with tally.part("what is told"):
            device, node = told(office)
            costs_no_round_trip(office, device, node)
        for name, part in (("a wrong clock", wrong_clock), ("silence", silent), ("old unsent work", old_unsent), ("failures", failing)):
            with tally.part(name):
                part(office, device, node)
        for name, part in (("wrong passphrases", wrong_passphrases), ("a full disk", full_disk), ("states", states), ("a copied profile", copied),
                           ("waiting work", waiting_work), ("conflicts", conflicts), ("the node itself", system),
                           ("a backup that is behind", backup_behind)):
            with tally.part(name):
                part(office)
        office.relay.close()
    tally.finish()


if __name__ == "__main__":
    main()
