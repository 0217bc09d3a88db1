#!/usr/bin/env python3
"""The central node burns down, and is put back from its backup.

While it runs the store is kept elsewhere. Then the machine is gone: a new one gets the backup, as it stood a
while ago, starts as a node that was put back, and the devices give back what they hold above it. Who was revoked
and what was erased since stays so. The drill does it on a copy and tells its times. Damage, a wrong key and a
moment before the first backup are told in words, and change nothing.
"""
import glob
import json
import os
import shutil
import subprocess
import time

import nodes
from nodes import daemons, jalka, run, until

SECRETS = ["Kuusilehto", "Tapio Ensio", "saunakamarin", "lumituiskussa", "postilaatikko", "040 000 8181"]


def jalkad(*words):
    done = subprocess.run([daemons.JALKAD, *words], capture_output=True, text=True, timeout=120)
    return done


def status(center):
    return jalka(center, "admin", "backups")


def kept(center):
    """Everything the node has is in the backup now."""
    def all_kept():
        s = status(center)
        return s["safe_order"] == s["last_order"] and s["waiting_bytes"] == 0
    until(all_kept, "the backup to have everything")
    return status(center)


class Office:
    def __init__(self, world, tally):
        self.world, self.expect = world, tally.expect
        self.kept = world.folder("kept")
        self.center = world.central("--backup", self.kept, "--backup-every", "1")
        self.aino, self.olli, self.mikko = world.field("aino"), world.field("olli"), world.field("mikko")
        self.staff = {name: world.staff(name) for name in ("Aino Laine", "Olli Saari", "Mikko Mäki")}
        for device, name in ((self.aino, "Aino Laine"), (self.olli, "Olli Saari"), (self.mikko, "Mikko Mäki")):
            self.node = world.enrol(device, self.staff[name])  # of the last one: Mikko's
        self.client = nodes.new_client(self.aino, "Kuusilehto", "Tapio Ensio", phone="040 000 8181")
        self.matter = nodes.new_matter(self.aino, self.client, "Talvi ilman polttopuita")
        nodes.sync(self.aino)
        jalka(self.center, "admin", "assign", self.matter["case_id"], self.staff["Olli Saari"], "CO_WORKER")
        until(lambda: nodes.holds(self.olli, self.matter["id"]), "the shared case")
        self.notes = {}
        self.key = os.path.join(world.base, "key")
        shutil.copy(os.path.join(self.center.folder, "store.key"), self.key)

    def write(self, device, text):
        self.notes[nodes.new_note(device, self.matter, text)["id"]] = text
        nodes.sync(device)

    def texts(self, device):
        return sorted(r["fields"]["text"] for r in jalka(device, "show", self.matter["case_id"])["records"] if r["type"] == "encounter_note")


def runs(office):
    expect = office.expect
    office.write(office.aino, "Saunakamarin uuni ei vedä.")
    s = kept(office.center)
    expect("what is confirmed is in the backup within its seconds, and is safe", s["kept"] and s["failures"] == 0 and s["segments"] >= 1, s)
    office.moment = s["last_ms"]
    time.sleep(0.01)  # the next one is a later millisecond
    office.write(office.olli, "Kinos lumituiskussa, tie auki.")
    office.write(office.aino, "Avain on postilaatikossa.")
    s = kept(office.center)
    expect("and goes on", s["last_ms"] > office.moment, s)
    until(lambda: jalka(office.aino, "status")["safe_order"] == s["safe_order"], "the device to hear what is safe")
    expect("a device hears what is safe", True)
    jalka(office.center, "admin", "revoke", office.node, "--yes")
    kept(office.center)
    office.expect("a new whole copy on demand", jalka(office.center, "admin", "backup")["phase"] in ("COPIES", "WRITES", "WAITS"))
    kept(office.center)
    until(lambda: len(glob.glob(os.path.join(office.kept, "2*", "base"))) == 2, "the second generation")
    found = [path for path in glob.glob(os.path.join(office.kept, "**", "*"), recursive=True) if os.path.isfile(path)
             for secret in SECRETS if secret.lower().encode() in open(path, "rb").read().lower()]
    expect("nothing of a client stands in it in the clear", not found and len(glob.glob(os.path.join(office.kept, "2*", "*"))) > 6, found)


def drills(office):
    expect = office.expect
    before = sorted((path, os.stat(path).st_size) for path in glob.glob(os.path.join(office.kept, "**", "*"), recursive=True))
    done = jalkad("drill", "--from", office.kept, "--store-key-file", office.key, "--dir", office.world.base, "--json")
    told = json.loads(done.stdout or "{}")
    expect("the drill puts it back, starts it and audits it", done.returncode == 0 and told.get("good") and told["bad"] == 0
           and told["devices"] == 3 and told["deltas"] > 10 and told["whole_took_ms"] > 0, done)
    print("     " + " ".join(f"{name} {told.get(name)} ms" for name in ("copy_took_ms", "replay_took_ms", "verify_took_ms", "open_took_ms",
                                                                        "audit_took_ms", "whole_took_ms")))
    after = sorted((path, os.stat(path).st_size) for path in glob.glob(os.path.join(office.kept, "**", "*"), recursive=True))
    expect("on a copy: the backup is as it was, and nothing is left behind", before == after and not glob.glob(os.path.join(office.world.base, "jalka-drill*")))
    words = jalkad("drill", "--from", office.kept, "--store-key-file", office.key)
    expect("in words too", words.returncode == 0 and "0 bad" in words.stdout and "the whole drill" in words.stdout, words)


def empty(office, name):
    folder = office.world.folder(name)
    os.mkdir(folder, 0o700)
    shutil.copy(office.key, os.path.join(folder, "store.key"))
    return folder


def refuses(office):
    expect, folder = office.expect, empty(office, "refused")

    def refused(what, why, *more, source=office.kept, left=("store.key",), way=""):
        done = jalkad("restore", "--from", source, "--dir", folder, *more)
        expect(what, done.returncode in (1, 2) and why in done.stderr and way in done.stdout and sorted(os.listdir(folder)) == sorted(left),
               (done, os.listdir(folder)))
    refused("a moment before the first backup is refused, and the oldest one told", "no backup is as old", "--until", "2026-01-01",
            way="The oldest backup is of")
    refused("a folder without a backup is refused", "no whole backup", source=office.world.base)
    refused("a folder that is not there", "cannot be read", source="/no/such/folder")
    other = os.path.join(office.world.base, "other.key")
    with open(other, "wb") as file:
        file.write(os.urandom(32))
    refused("a wrong store key is told, and changes nothing", "wrong key file", "--store-key-file", other)
    refused("a moment that is none is refused", "takes a day or a moment", "--until", "yesterday")
    oldest = sorted(glob.glob(os.path.join(office.kept, "2*")))[0]
    segment = sorted(glob.glob(os.path.join(oldest, "*.log")))[-1]
    whole = open(segment, "rb").read()
    with open(segment, "r+b") as file:
        file.seek(2000)
        byte = file.read(1)[0]
        file.seek(2000)
        file.write(bytes([byte ^ 1]))
    newest = os.path.basename(sorted(glob.glob(os.path.join(office.kept, "2*")))[1])
    aside = os.path.join(office.world.base, newest)
    shutil.move(os.path.join(office.kept, newest), aside)
    refused("a damaged backup is told with the moment until which it is good", "damaged", way="Until then all is good")
    with open(segment, "wb") as file:
        file.write(whole)
    shutil.move(aside, os.path.join(office.kept, newest))


def fire(office):
    expect = office.expect
    office.center.kill()
    shutil.rmtree(office.center.folder)
    folder = empty(office, "new")
    done = jalkad("restore", "--from", office.kept, "--dir", folder, "--json",
                  "--until", time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(office.moment // 1000)) + f".{office.moment % 1000:03}Z")
    told = json.loads(done.stdout or "{}")
    expect("the store is put back as it stood then", done.returncode == 0 and told.get("at_ms") == office.moment, done)
    again = jalkad("restore", "--from", office.kept, "--dir", folder)
    expect("never over a store that is there", again.returncode == 2 and "empty one" in again.stderr, again)
    os.rename(folder, office.center.folder)
    before = office.texts(office.aino)
    office.center.more = ("--restored", "--backup", office.kept, "--backup-every", "1")
    office.center.start()
    nodes.new_note(office.aino, office.matter, "Heti palon jälkeen.")
    run(office.aino, "sync")
    expect("nobody is fed before the devices are looked over", jalka(office.center, "admin", "devices")["devices"][0]["state"] != "")
    row = nodes.device_row(office.center, office.node)
    expect("who was revoked after that moment stays revoked", row["state"] == "REVOKED", row)
    jalka(office.center, "admin", "confirm", "all")
    for device in (office.aino, office.olli):
        until(lambda: run(device, "sync", "--wait").code == nodes.DONE and jalka(device, "status")["sync"] == "idle", "a session")
    want = sorted([*before, "Heti palon jälkeen."])
    for name, device in (("Aino", office.aino), ("Olli", office.olli)):
        until(lambda: (run(device, "sync", "--wait"), office.texts(device) == want)[1], f"{name}'s notes: {office.texts(device)}")
        expect(f"{name} has every note of before and after the fire", office.texts(device) == want, office.texts(device))
    audit = jalka(office.center, "admin", "audit")
    expect("and the node too: every chain and signature holds", audit["ok"] and audit["bad"] == 0, audit)
    s = kept(office.center)
    expect("its backup goes on in a generation of its own", s["failures"] == 0 and len(glob.glob(os.path.join(office.kept, "2*", "base"))) == 3, s)


def stands_still(office):
    """A backup whose folder is gone stops nothing, and says so."""
    expect = office.expect
    shutil.rmtree(office.kept)
    with open(office.kept, "w", encoding="utf-8") as file:
        file.write("in the way")
    office.write(office.aino, "Levy irti.")
    s = until(lambda: status(office.center)["failures"] > 0 and status(office.center), "the failure to be told")
    expect("a backup that cannot be written is told, and the work goes on", "written" in s["last_failure"] and s["phase"] == "FAILED"
           and s["safe_order"] < s["last_order"], s)


def main():
    tally = nodes.Tally()
    with daemons.World() as world:
        office = Office(world, tally)
        for name, part in (("a day", runs), ("the drill", drills), ("bad input", refuses), ("the fire", fire), ("no disk", stands_still)):
            with tally.part(name):
                part(office)
    tally.finish()


main()
