#!/usr/bin/python3
"""How long a central node is away when its disk is gone: `make bench-restore`, some minutes.

A real `jalkad central` with a backup is filled by one synthetic device (tests/swarm) with MATTERS
matters of NOTES notes each, signed and receipted; started anew, so that the backup's base holds
all of it; and filled with a TENTH more, which is then in segments. Its own start is timed in between, as
on every morning. Then, ROUNDS times, in turn, with medians of both:

  copy      `cp` of the backup's folder and fsync: what the same disk takes for the same bytes; the peer
  drill     `jalkad drill`: put back, started as a restored node, audited

Bounded in count, loopback only; everything lies in a temporary folder that goes. The pages that are read were
written shortly before: they come from memory, not from the disk.
"""
import contextlib
import glob
import json
import os
import statistics
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import daemons
import swarm

MATTERS = int(os.environ.get("MATTERS", 2000))
NOTES = int(os.environ.get("NOTES", 100))
ROUNDS = int(os.environ.get("ROUNDS", 3))
TENTH = max(1, MATTERS // 10)
SLICE = 50
MIB = 1024 * 1024
PARTS = ("copy", "replay", "verify", "open", "audit", "whole")


def say(name, value, unit, digits=1):
    print(f"{name} {value:.{digits}f} {unit}", flush=True)


def note(text):
    print(f"# {text}; load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores", flush=True)


def fill(center, many, matters):
    many.hold_all(center)
    many.connect(0, 1)
    deltas, took_us = map(int, many.say("fill", 0, matters, NOTES))
    many.say("drop", 0, 1)
    return deltas, deltas / took_us * 1e6


def all_kept(center):
    def kept():
        with center.api() as admin:
            told = admin.admin("backups")
        return told["safe_order"] == told["last_order"] and told["waiting_bytes"] == 0 and told["last_order"]
    return daemons.until(kept, "the backup to have everything", seconds=600)


def bytes_of(pattern):
    return sum(os.path.getsize(path) for path in glob.glob(pattern))


def copied(kept, to):
    """Seconds that a copy of the backup takes until it is on the disk."""
    began = time.monotonic()
    subprocess.run(["cp", "-r", kept, to], check=True)
    for path in glob.glob(os.path.join(to, "*/*")):
        with open(path, "rb") as file:
            os.fsync(file.fileno())
    took = time.monotonic() - began
    subprocess.run(["rm", "-r", to], check=True)
    return took


def anonymous_kib(pid):
    """Memory of its own: the store's pages that it has mapped are the kernel's to take back."""
    with contextlib.suppress(OSError), open(f"/proc/{pid}/smaps_rollup") as rollup:
        return sum(int(line.split()[1]) for line in rollup if line.startswith("Anonymous:"))
    return 0


def drilled(world, kept, key):
    """What the drill told, and the most memory of its own that was seen, in MiB."""
    child = subprocess.Popen([daemons.JALKAD, "drill", "--from", kept, "--store-key-file", key, "--dir", world.base, "--json"],
                             stdout=subprocess.PIPE, text=True)
    most = 0
    while child.poll() is None:
        most = max(most, anonymous_kib(child.pid))
        time.sleep(0.01)
    told = json.loads(child.stdout.read())
    if child.returncode != 0 or told["bad"] != 0:
        raise RuntimeError(f"the drill failed: {told}")
    return told, most / 1024


def drills(world, kept, key, deltas):
    copies, rounds = [], []
    for _ in range(ROUNDS):
        copies.append(copied(kept, world.folder("copy")))
        rounds.append(drilled(world, kept, key))
    if any(told["deltas"] < deltas for told, _ in rounds):
        raise RuntimeError("deltas are missing")
    say("restore.peer.copy", statistics.median(copies), "s", 2)
    for part in PARTS:
        say(f"restore.{part}", statistics.median(told[f"{part}_took_ms"] for told, _ in rounds) / 1e3, "s", 2)
    say("restore.whole.of_copy", statistics.median(told["whole_took_ms"] / 1e3 / copy for (told, _), copy in zip(rounds, copies)), "ratio", 2)
    say("restore.memory", max(most for _, most in rounds), "MiB", 0)


def start_anew(center, name):
    center.stop()
    began = time.monotonic()
    center.start()
    say(name, time.monotonic() - began, "s", 2)
    say(f"{name}.memory", anonymous_kib(center.process.pid) / 1024, "MiB", 0)


def newest_alone(world, kept, newest):
    """The generation that is put back, without those before: the copy is of the same bytes."""
    alone = world.folder("alone")
    os.mkdir(alone, 0o700)
    os.rename(newest, os.path.join(alone, os.path.basename(newest)))
    os.rename(os.path.join(kept, "deny"), os.path.join(alone, "deny"))
    return alone


def main():
    with daemons.World() as world, swarm.Swarm() as many:
        kept = world.folder("kept")
        center = world.central("--backup", kept, "--backup-every", "1")
        note(f"{MATTERS} matters of as many clients, {NOTES} notes each, then {TENTH} matters more")
        many.enrol(center, 1)
        deltas, per_second = fill(center, many, MATTERS)
        say("restore.fill", per_second, "deltas_per_second", 0)
        start_anew(center, "restore.start")
        all_kept(center)
        for left in range(TENTH, 0, -SLICE):  # a backup that falls 64 MiB behind begins anew, with a base
            deltas += fill(center, many, min(left, SLICE))[0]
            all_kept(center)
        center.stop()
        newest = max(glob.glob(os.path.join(kept, "2*")))
        say("restore.deltas", deltas, "count", 0)
        say("restore.base", bytes_of(os.path.join(newest, "store")) / MIB, "MiB")
        say("restore.segments", bytes_of(os.path.join(newest, "*.log")) / MIB, "MiB")
        drills(world, newest_alone(world, kept, newest), os.path.join(center.folder, "store.key"), deltas)
        note("done")


main()
