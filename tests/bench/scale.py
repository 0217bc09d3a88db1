#!/usr/bin/python3
"""How far one central process carries: `make bench-scale`, some minutes.

DEVICES devices with a holder each, enrolled by their real handshakes at one real `jalkad
central` and connected to it over loopback, from addresses 127.1.x.1 (200 networks, since
half-open connections are bounded by network). Then, in this order:

  memory     resident set of central with all connected less that before, per device; central
             was started anew in between, so what it holds of each enrolled device is in both
  idle       processor time of central over 65 s of nothing but pings
  fan-out    one device pushes a note in a matter that is assigned to SCOPE other people: from
             the receipt at its author to the frame at each of the others, ROUNDS times.
             A time is taken when the bytes have been read from the socket; the swarm, which
             decrypts them all, shares the machine's cores with central
  all        one person is added to the directory, which everybody holds
  floods     bogus first messages at FLOOD_PER_SECOND, and SLOW sockets that send a byte a second,
             while a real field daemon brings one note home after another, each on a fresh
             connection; from other networks (far) and from that device's own (near)

Bounded in count and time, loopback only; everything lies in a temporary folder that goes.
"""
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import daemons
import swarm
from swarm import nearest

DEVICES = int(os.environ.get("DEVICES", 10000))
SCOPE = int(os.environ.get("SCOPE", DEVICES // 10))
ROUNDS = int(os.environ.get("ROUNDS", 20))
IDLE_S = int(os.environ.get("IDLE_S", 65))
FLOOD_S = int(os.environ.get("FLOOD_S", 8))
FLOOD_PER_SECOND, SLOW = 10000, 300
NEAR = {"first": "127.0.0.2", "sources": 200, "apart": 1}
TICK = os.sysconf("SC_CLK_TCK")


def say(name, value, unit, digits=1):
    print(f"{name} {value:.{digits}f} {unit}", flush=True)


def note(text):
    print(f"# {text}; load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores", flush=True)


def busy_s(daemon):
    with open(f"/proc/{daemon.process.pid}/stat") as stat:
        words = stat.read().rpartition(")")[2].split()
    return (int(words[11]) + int(words[12])) / TICK


def anonymous_kib(daemon):
    with open(f"/proc/{daemon.process.pid}/smaps_rollup") as rollup:
        return next(int(line.split()[1]) for line in rollup if line.startswith("Anonymous:"))


def socket_pages():
    with open("/proc/net/sockstat") as stat:
        words = next(line for line in stat if line.startswith("TCP:")).split()
    return int(words[words.index("mem") + 1])


def spread(name, times_ms):
    for part, of in (("p50", 0.5), ("p99", 0.99)):
        say(f"{name}.{part}", nearest(times_ms, of), "ms")
    say(f"{name}.max", max(times_ms), "ms")


def enrol(center, many):
    began = time.monotonic()
    many.enrol(center, DEVICES)
    say("scale.enrol", DEVICES / (time.monotonic() - began), "per_second", 0)


def open_matter(center, many):
    """Device 0's, assigned to SCOPE others while nobody is connected."""
    many.hold_all(center)
    many.connect(0, 1)
    matter, = many.say("opens", 0)
    many.say("drop", 0, 1)
    with center.api() as admin:
        for person in many.staff[1:SCOPE + 1]:
            admin.admin("assign", matter, person, "CO_WORKER")


def start_anew(center):
    center.stop()
    began = time.monotonic()
    center.start()
    say("scale.start", time.monotonic() - began, "s", 2)


def connect(center, many):
    many.hold_all(center)
    many.connect(0, 1)  # what the first session makes once
    many.say("drop", 0, 1)
    time.sleep(0.5)
    before, anonymous, pages = center.resident_kib(), anonymous_kib(center), socket_pages()
    say("scale.enrolled.rss", before / 1024, "MiB")
    spent, took = busy_s(center), many.connect(0, DEVICES)
    say("scale.connect", DEVICES / took, "per_second", 0)
    say("scale.connect.cpu", (busy_s(center) - spent) / DEVICES * 1e6, "us_per_device", 0)
    many.serve(2000)
    say("scale.connected", DEVICES, "devices", 0)
    say("scale.memory.rss", (center.resident_kib() - before) / DEVICES, "KiB_per_device", 2)
    say("scale.memory.anonymous", (anonymous_kib(center) - anonymous) / DEVICES, "KiB_per_device", 2)
    say("scale.memory.sockets", (socket_pages() - pages) * 4 / DEVICES, "KiB_per_device_both_ends", 2)


def idle(center, many):
    began, spent = time.monotonic(), busy_s(center)
    many.serve(IDLE_S * 1000)
    say("scale.idle.cpu", 100 * (busy_s(center) - spent) / (time.monotonic() - began), "percent_of_a_core", 2)


def fan_out(center, many):
    note(f"a note to {SCOPE} devices in scope, {ROUNDS} times, after two that are not counted")
    times, receipts, spent = [], [], 0
    for turn in range(-2, ROUNDS):
        many.serve(700)
        before = busy_s(center)
        receipt, came = many.note(0, SCOPE)
        if turn >= 0:
            spent += busy_s(center) - before
            times += came
            receipts.append(receipt)
    spread("scale.fanout", times)
    say("scale.fanout.receipt.p50", nearest(receipts, 0.5), "ms")
    say("scale.fanout.cpu", spent / ROUNDS / SCOPE * 1e6, "us_per_device", 0)


def to_all(center, many):
    times = []
    for turn in range(5):
        many.serve(1500)
        many.say("mark")
        with center.api() as admin:
            began = time.monotonic()
            admin.admin("staff", "add", f"Uusi {turn}", "SOCIAL_INSTRUCTOR")
        times += [at / 1e3 - began * 1e3 for at in many.awaited(DEVICES)]
    spread("scale.to_all", times)


def floods(center, world, worker, code):
    note(f"{FLOOD_PER_SECOND} bogus messages a second, {SLOW} slow sockets")
    spread("scale.flood.none.sync", [1e3 * s for s in worker.syncs(3)])
    for kind in ("random", "mac", "noise", "keys", "oversize", "slow"):
        for where, sources in (("far", {}), ("near", NEAR)):
            before = busy_s(center)
            began = time.monotonic()
            with (swarm.slow(code, SLOW, FLOOD_S, **sources) if kind == "slow"
                  else swarm.flood(kind, code, FLOOD_PER_SECOND, FLOOD_S, **sources)) as flood:
                if kind == "slow":
                    time.sleep(1)
                times = [1e3 * s for s in worker.syncs(FLOOD_S - 2)]
                cpu = (busy_s(center) - before) / (time.monotonic() - began)
                did = flood.result()
            name = f"scale.flood.{kind}.{where}"
            if kind == "slow":
                say(f"{name}.open", did["most_open"], "count", 0)
            else:
                say(f"{name}.rate", did["per_second"], "per_second", 0)
            say(f"{name}.syncs", len(times), "count", 0)
            spread(f"{name}.sync", times)
            say(f"{name}.cpu", 100 * cpu, "percent_of_a_core", 0)


def main():
    with daemons.World() as world, swarm.Swarm() as many:
        center = world.central()
        note(f"{DEVICES} devices")
        enrol(center, many)
        open_matter(center, many)
        start_anew(center)
        connect(center, many)
        idle(center, many)
        fan_out(center, many)
        to_all(center, many)
        worker = swarm.Worker(world)
        floods(center, world, worker, worker.code())
        note("done")


main()
