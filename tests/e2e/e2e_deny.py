#!/usr/bin/env python3
"""The deny file of a node whose disk was full or whose power went, and its way off the machine.

A line that was torn in the middle stands at its end. Then a laptop is revoked, the node is lost and put back from an
older copy with the newest deny file: who was revoked stays so. And a revocation just before the node is stopped is
kept elsewhere at its next start.
"""
import os

import nodes
from nodes import daemons, jalka, until

HALVES = ("0badc", "0badcafe")  # an odd and an even number of digits


def revoked_behind(world, tally, center, device, half):
    """A revocation behind half a line, and the node put back as it stood before."""
    deny = os.path.join(center.folder, "deny")
    center.stop()
    before = nodes.copy(center.folder, world.folder("before"))
    with open(deny, "a") as f:
        f.write(half)
    center.start()
    jalka(center, "admin", "revoke", device, "--yes")
    center.stop()
    with open(deny, "rb") as f:
        newest = f.read()
    nodes.copy(before, center.folder)
    with open(deny, "wb") as f:
        f.write(newest)
    center.more = ("--restored", *center.kept_with)
    try:
        center.start()
    except RuntimeError as why:
        tally.expect(f"put back behind {half}, the node starts", False, why)
        raise
    finally:
        center.more = center.kept_with
    row = nodes.device_row(center, device)
    tally.expect(f"put back with a deny file that was torn at {half}, the node knows who was revoked behind it",
                 row["state"] == "REVOKED", row)
    jalka(center, "admin", "confirm", "all")


def kept_elsewhere(tally, center, device, far):
    def same():
        with open(os.path.join(center.folder, "deny"), "rb") as f, open(far, "rb") as kept:
            return f.read() == kept.read()
    until(lambda: os.path.exists(far) and same(), "the deny file elsewhere")
    jalka(center, "admin", "revoke", device, "--yes")
    center.stop()
    center.start()
    until(same, "the last line of the deny file elsewhere")
    tally.expect("a revocation just before the node is stopped is kept elsewhere at its next start", same())


def main():
    tally = nodes.Tally()
    with daemons.World() as world:
        far = world.folder("far")
        kept_with = ("--backup", world.folder("kept"), "--backup-every", "1", "--backup-command",
                     f'case "$1" in */deny) cp "$1" "{far}";; esac')
        center = world.central(*kept_with)
        center.kept_with = kept_with
        devices = [world.enrol(world.field(name), world.staff(name)) for name in ("aino", "olli", "mikko")]
        for device, half in zip(devices, HALVES):
            with tally.part(half):
                revoked_behind(world, tally, center, device, half)
        with tally.part("elsewhere"):
            kept_elsewhere(tally, center, devices[2], far)
    tally.finish()


main()
