#!/usr/bin/env python3
"""Many devices and those who would keep them out, in small: what `make bench-scale` measures holds.

200 synthetic devices with the real session machines (tests/swarm) on one real central node, a note
to 100 of them, two seconds each of bogus first messages and of slow sockets while a real field
daemon brings notes home. Limits are wide: machines that run tests are busy.
"""
import time

import nodes
from nodes import daemons, jalka, until
import swarm

DEVICES, SCOPE, FLOOD_S, SYNC_S = 200, 100, 2, 30


def connected(world, many, tally):
    many.enrol(world.center, DEVICES)
    many.hold_all(world.center)
    many.connect(0, 1)
    matter, = many.say("opens", 0)
    many.say("drop", 0, 1)
    with world.center.api() as admin:
        for person in many.staff[1:SCOPE + 1]:
            admin.admin("assign", matter, person, "CO_WORKER")
    many.hold_all(world.center)
    time.sleep(0.2)
    before = world.center.resident_kib()
    many.connect(0, DEVICES)
    many.serve(300)
    each = (world.center.resident_kib() - before) / DEVICES
    online = sum(d["connected"] for d in jalka(world.center, "admin", "devices")["devices"])
    tally.expect(f"{DEVICES} devices are connected", online == DEVICES, online)
    tally.expect("a connected device costs central at most 64 KiB", each <= 64, f"{each:.1f} KiB")


def in_scope(many, tally):
    receipt, came = many.note(0, SCOPE)
    tally.expect("its author has the receipt before most of them have the note", swarm.nearest(came, 0.5) >= 0, min(came))
    tally.expect("the last has it within 5 s", max(came) <= 5000, f"{receipt:.0f} ms, then {max(came):.0f} ms")
    many.serve(1000)
    got = len(many.awaited(SCOPE))
    tally.expect(f"a note reaches the {SCOPE} devices in scope, and no other", got == SCOPE, got)


def under(tally, what, flood, worker, many, center):
    with flood:
        times = worker.syncs(FLOOD_S)
        did = flood.result()
    many.serve(200)  # a session that says nothing for three minutes is ended
    tally.expect(f"{what}: a device brings its notes home", max(times) <= SYNC_S,
                 f"{len(times)} of them, {max(times):.1f} s, {did}")
    tally.expect(f"{what}: it was one", did["made"] >= 100 and did["closed_by_it"] >= 1, did)
    tally.expect(f"{what}: nobody unknown is answered", did["answered"] == 0, did)
    tally.expect(f"{what}: central goes on", center.alive())


def refused(center):
    return jalka(center, "admin", "counters")["refused"]


def main():
    tally = nodes.Tally()
    with daemons.World() as world, swarm.Swarm() as many, tally.part("200 devices"):
        center = world.central()
        connected(world, many, tally)
        in_scope(many, tally)
        worker = swarm.Worker(world)
        code, before = worker.code(), center.resident_kib()
        turned_away = refused(center)
        near = {"first": "127.0.0.2", "sources": 200, "apart": 1}
        for what, flood in (("random bytes", lambda: swarm.flood("random", code, 10000, FLOOD_S)),
                            ("wrong MACs", lambda: swarm.flood("mac", code, 10000, FLOOD_S, **near)),
                            ("right MACs with keys of nobody", lambda: swarm.flood("keys", code, 5000, FLOOD_S)),
                            ("right MACs with noise", lambda: swarm.flood("noise", code, 5000, FLOOD_S, **near)),
                            ("messages that claim to be too long", lambda: swarm.flood("oversize", code, 10000, FLOOD_S))):
            under(tally, what, flood(), worker, many, center)
        # More than all the places there are before the MAC, then from the device's own network.
        under(tally, "1,500 slow sockets", swarm.slow(code, 1500, FLOOD_S + 4), worker, many, center)
        under(tally, "400 slow sockets nearby", swarm.slow(code, 400, FLOOD_S + 4, **near), worker, many, center)
        tally.expect("they are counted", refused(center) - turned_away >= 700, refused(center))
        grown = center.resident_kib() - before
        tally.expect("and have left at most 100 MiB behind", grown <= 100 * 1024, f"{grown} KiB")
        many.serve(500)  # ends the swarm when one of its sessions was closed
        receipt, came = many.note(0, SCOPE)
        tally.expect("no session of a device was lost meanwhile", len(came) == SCOPE, len(came))
        until(lambda: jalka(center, "admin", "audit")["ok"], "a clean audit")
    tally.finish()


main()
