#!/usr/bin/env python3
"""Drafts that nobody signs: the worker is warned, after three working days the administrator
is told, and nothing of what a draft says ever leaves its device.

The device's clock is set back for a moment, so that drafts are begun days ago.
"""
import os
import subprocess

import nodes
from nodes import daemons, jalka, run

SECRET = "Kettusalonpään salaisuus"


def set_clock(world, daemon, days):
    """Starts the daemon anew with a clock that is so many days behind; 0: right."""
    shim = os.path.join(world.base, "shifted_clock.so")
    if not os.path.exists(shim):
        subprocess.run([os.environ.get("CC", "cc"), "-shared", "-fPIC", "-O1", "-o", shim,
                        os.path.join(nodes.HERE, "shifted_clock.c"), "-ldl"], check=True)
    daemon.stop()
    daemon.start(env={**os.environ, "LD_PRELOAD": shim, "SHIFTED_CLOCK_MIN": str(-days * 24 * 60)} if days else None)


def told(center):
    return jalka(center, "admin", "drafts")["drafts"]


def main():
    tally = nodes.Tally()
    expect = tally.expect
    with daemons.World() as world:
        center, aino = world.central(), world.field("aino")
        staff = jalka(center, "admin", "staff", "add", "Aino Laine", "LICENSED_SOCIAL_WORKER")["id"]
        world.enrol(aino, staff)
        client = nodes.new_client(aino, "Kettunen")
        matter = nodes.new_matter(aino, client, "Vuokrarästi")
        draft = lambda text: jalka(aino, "note", matter["case_id"], text, "--draft")["id"]
        set_clock(world, aino, 9)
        old, other = draft(SECRET), draft("Toinen kesken")
        set_clock(world, aino, 0)
        new = draft("Tämän päivän")
        due = {d["id"]: (d["rule"], d["class"]) for d in jalka(aino, "agenda")["due"] if d["what"] == "draft"}
        whose = {d["client"]["title"] for d in jalka(aino, "agenda")["due"] if d["what"] == "draft"}
        expect("and whose they are", whose == {"Kettunen Aino Maria"}, whose)
        expect("the worker's agenda says which are late", due.get(old) == due.get(other) == ("D18", "OVERDUE") and
               due.get(new, ("", ""))[1] != "OVERDUE", due)
        nodes.sync(aino)
        rows = {r["record"]: r for r in told(center)}
        expect("after three working days the administrator is told: whose, in which case, of which type, since when",
               set(rows) == {old, other} and all((r["name"], r["case_id"], r["reason"], r["client"]) ==
                                                 ("Aino Laine", matter["case_id"], "encounter_note", client["id"]) for r in rows.values()), rows)
        begun = next(d["start_ms"] for d in jalka(aino, "agenda")["due"] if d["id"] == old)
        expect("since the draft was begun", rows[old]["when_ms"] == begun, (rows[old], begun))
        screen = run(center, "status", json_form=False).out
        expect("the administrator's first screen says so", "2 drafts are unsigned" in screen, screen)
        expect("as a table for people", "Aino Laine" in run(center, "admin", "drafts", json_form=False).out)
        jalka(aino, "agenda")
        nodes.sync(aino)
        acts = [e["act"] for e in jalka(center, "log", client["id"], "--reason", "Tarkastus")["entries"]]
        expect("each is told once", acts.count("DRAFT_OLD") == 2, acts)
        jalka(aino, "sign", old)
        nodes.sync(aino)
        expect("signed, it is off the list", [r["record"] for r in told(center)] == [other], told(center))
        jalka(aino, "drafts", "discard", other)
        nodes.sync(aino)
        expect("discarded, the other is too", told(center) == [], told(center))
        last = draft("Vielä yksi")
        expect("one of today is told to nobody", told(center) == [] and last != new)
        expect("a role that is not the administrator's is refused", run(center, "--as", staff, "admin", "drafts").refused)
        center.stop()
        other_text = nodes.readable([center.folder], ["Toinen kesken", "Tämän päivän"])
        expect("nothing of what drafts say is at the central node", not other_text, other_text)
    tally.finish()


if __name__ == "__main__":
    main()
