#!/usr/bin/env python3
"""A district without any network: everything between two laptops and the centre is
carried by hand on a stick, through real daemons and the command line.

A whole day both ways; an assignment nobody asked for; a handover; a stick that is
lost, one that comes late, twice and swapped; every way a file can be broken. Not one
session is held meanwhile, and nothing can be read on the stick.
"""
import base64
import os

import nodes
from nodes import daemons, jalka, run

TEXTS = ["Kettusalonpää", "Pakkasrauhan", "sovittiin kotikäynnistä keskiviikkona", "vuokrarästi selvitetään",
         "lapset voivat hyvin tänään", "0401239876", "maksusitoumus haettiin apteekista"]


class District:
    def __init__(self, world, tally):
        self.expect = tally.expect
        self.center = world.central()
        self.staff, self.device, self.node = {}, {}, {}
        for name in ("Aino Laine", "Olli Niemi"):
            key = name.split()[0].lower()
            self.staff[key] = jalka(self.center, "admin", "staff", "add", name, "LICENSED_SOCIAL_WORKER")["id"]
            self.device[key] = world.field(key)
            world.enrol(self.device[key], self.staff[key])
        nodes.sync(*self.device.values())
        for key, device in self.device.items():
            self.node[key] = jalka(device, "status")["node"]
        nodes.offline(*self.device.values())
        self.stick = world.folder("stick")
        os.mkdir(self.stick)
        self.sessions = self.counted()
        self.count = 0

    def counted(self):
        return jalka(self.center, "admin", "counters")["sessions"]

    def path(self, name=None):
        self.count += 1
        return os.path.join(self.stick, f"{name or 'file'}-{self.count}")

    def write(self, who):
        path = self.path(who)
        told = jalka(self.device[who], "bundle", "write", path)
        return path, told

    def take(self, path):
        answer = path + ".answer"
        return answer, jalka(self.center, "bundle", "read", path, "--answer", answer)

    def read(self, who, path):
        return jalka(self.device[who], "bundle", "read", path)

    def trip(self, who):
        path, _ = self.write(who)
        answer, there = self.take(path)
        return there, self.read(who, answer)

    def unsent(self, who):
        return jalka(self.device[who], "status")["unreceipted"]

    def refused(self, what, words, daemon, *command):
        got = run(daemon, "bundle", *command)
        self.expect(f"{what}: refused, and said why", got.refused and any(w in got.err for w in words), got)


def a_day_both_ways(d):
    expect, aino = d.expect, d.device["aino"]
    d.client = nodes.new_client(aino, "Kettusalonpää", "Pakkasrauhan", phone="0401239876")
    d.matter = nodes.new_matter(aino, d.client, "vuokrarästi selvitetään")
    d.notes = [nodes.new_note(aino, d.matter, f"sovittiin kotikäynnistä keskiviikkona, kohta {i}") for i in range(40)]
    unsent = d.unsent("aino")
    path, told = d.write("aino")
    expect("everything without a receipt is in it", told["deltas"] == unsent and told["left"] == 0, told)
    expect("the file is the owner's alone", os.stat(path).st_mode & 0o777 == 0o600)
    answer, there = d.take(path)
    expect("the centre took all of it as new", (there["accepted"], there["quarantined"], there["known"], there["waiting"])
           == (unsent, 0, 0, 0), there)
    expect("and says whose it is", there["device"] == d.node["aino"] and there["holder_name"] == "Aino Laine", there)
    here = d.read("aino", answer)
    expect("each change got its receipt", here["receipts"] == unsent and d.unsent("aino") == 0, here)
    expect("nothing waits at the centre", jalka(d.center, "admin", "quarantine")["quarantine"] == [])
    again = d.read("aino", answer)
    expect("read again it brings nothing", again["fresh"] == 0 and d.unsent("aino") == 0, again)
    _, twice = d.take(path)
    expect("taken again it changes nothing", (twice["accepted"], twice["known"]) == (0, unsent), twice)


def an_assignment_nobody_asked_for(d):
    expect, olli = d.expect, d.device["olli"]
    jalka(d.center, "admin", "assign", d.matter["case_id"], d.staff["olli"], "CO_WORKER")
    path = d.path("for-olli")
    told = jalka(d.center, "bundle", "write", path, "--for", d.node["olli"][:8])
    expect("the centre writes for a device that did not ask", told["device"] == d.node["olli"] and told["answer_deltas"] > 0, told)
    here = d.read("olli", path)
    expect("the case comes whole", not here["asked"] and nodes.holds(olli, d.notes[-1]["id"]) is not None, here)
    note = nodes.new_note(olli, d.matter, "lapset voivat hyvin tänään")
    there, _ = d.trip("olli")
    expect("what Olli wrote arrives", there["accepted"] >= 1 and there["quarantined"] == 0 and d.unsent("olli") == 0, there)
    d.trip("aino")
    expect("and reaches Aino by her next bundle", nodes.holds(d.device["aino"], note["id"]) is not None)
    expect("both read the same case", nodes.picture(d.device["aino"], d.matter["case_id"]) == nodes.picture(olli, d.matter["case_id"]))


def a_handover(d):
    expect, aino, olli = d.expect, d.device["aino"], d.device["olli"]
    client = nodes.new_client(aino, "Pakkasrauhan")
    matter = nodes.new_matter(aino, client, "maksusitoumus haettiin apteekista")
    nodes.new_note(aino, matter, "maksusitoumus haettiin apteekista")
    d.trip("aino")
    handover = jalka(aino, "handover", "propose", matter["case_id"], d.staff["olli"], "Olli jatkaa kylällä")["id"]
    jalka(aino, "handover", "told", handover)
    d.trip("aino")
    path, _ = d.write("olli")
    answer, _ = d.take(path)
    d.read("olli", answer)
    expect("the receiver sees the proposal and the case", any(h["id"] == handover for h in jalka(olli, "handover", "list")["handovers"])
           and nodes.holds(olli, matter["id"]) is not None)
    jalka(olli, "handover", "accept", handover)
    d.trip("olli")
    daemons.until(lambda: jalka(d.center, "admin", "handovers")["handovers"] == [], "the handover in effect")
    d.trip("aino")
    d.trip("olli")
    expect("the old laptop has dropped the case", nodes.holds(aino, matter["id"]) is None)
    expect("the new one keeps it", nodes.holds(olli, matter["id"]) is not None)
    d.trip("aino")
    forgotten = jalka(d.center, "admin", "forgotten")["forgotten"]
    expect("and that it is dropped was told by the next bundle", any(f["case_id"] == matter["case_id"] for f in forgotten), forgotten)


def lost_late_and_swapped(d):
    expect, aino = d.expect, d.device["aino"]
    nodes.new_note(aino, d.matter, "ensimmäinen")
    late, _ = d.write("aino")
    nodes.new_note(aino, d.matter, "toinen")
    os.remove(d.write("aino")[0])  # the stick fell into a lake
    nodes.new_note(aino, d.matter, "kolmas")
    last, told = d.write("aino")
    expect("what was lost is in the next", told["deltas"] >= 3, told)
    newer, there = d.take(last)
    expect("the newest brings all", there["accepted"] == told["deltas"], there)
    older, there = d.take(late)
    expect("the late one brings nothing new", there["accepted"] == 0 and there["known"] >= 1 and there["quarantined"] == 0, there)
    d.read("aino", newer)
    status = jalka(aino, "status")
    here = d.read("aino", older)
    after = jalka(aino, "status")
    expect("answers swapped on the way do no harm", here["fresh"] == 0 and after["order"] >= status["order"]
           and after["unreceipted"] == 0, here)
    expect("nothing is counted twice", jalka(d.center, "admin", "audit")["ok"])


def broken_files(d):
    expect, aino = d.expect, d.device["aino"]
    nodes.new_note(aino, d.matter, "ehjänä perille")
    path, _ = d.write("aino")
    answer, _ = d.take(path)
    before = nodes.recorded(aino), d.unsent("aino"), jalka(d.center, "admin", "counters")["accepted"]
    data, reply = open(path, "rb").read(), open(answer, "rb").read()

    def bad(bytes_):
        name = d.path("bad")
        with open(name, "wb") as file:
            file.write(bytes_)
        return name

    for name, daemon, whole in (("at the centre", d.center, data), ("on the device", aino, reply)):
        flipped = bytearray(whole)
        flipped[len(whole) // 2] ^= 1
        d.refused(f"a flipped bit {name}", ["damaged"], daemon, "read", bad(flipped))
        d.refused(f"a cut file {name}", ["cut short"], daemon, "read", bad(whole[:len(whole) * 2 // 3]))
        d.refused(f"a longer file {name}", ["longer"], daemon, "read", bad(whole + b"x"))
        d.refused(f"a newer version {name}", ["newer version"], daemon, "read", bad(whole[:13] + b"2" + whole[14:]))
        d.refused(f"something else {name}", ["no bundle"], daemon, "read", bad(b"PK\x03\x04 photographs"))
        d.refused(f"an empty file {name}", ["no bundle"], daemon, "read", bad(b""))
        d.refused(f"too large a file {name}", ["larger"], daemon, "read", bad(whole + bytes(9 << 20)))
    d.refused("an answer at the centre", ["for a device"], d.center, "read", answer)
    d.refused("a device's bundle on a device", ["central node"], aino, "read", path)
    d.refused("another's answer", ["another device"], d.device["olli"], "read", answer)
    d.refused("a file that is not there", ["No such file"], aino, "read", "/nonexistent/file")
    d.refused("a folder that is not there", ["cannot be written"], aino, "write", "/nonexistent/file")
    d.refused("no such device", ["no device"], d.center, "write", d.path(), "--for", "ffff0000")
    d.refused("for nobody", ["which device"], d.center, "write", d.path())
    after = nodes.recorded(aino), d.unsent("aino"), jalka(d.center, "admin", "counters")["accepted"]
    expect("nothing has changed by any of them", before == after, (before[1:], after[1:]))
    d.read("aino", answer)
    expect("the whole one is good still", d.unsent("aino") == 0)


def words_at_the_terminal(d):
    """What a person reads, without --json."""
    expect = d.expect
    nodes.new_note(d.device["aino"], d.matter, "sanoin")
    path = d.path("words")
    got = run(d.device["aino"], "bundle", "write", path, json_form=False)
    expect("writing says how much is in it", got.code == 0 and "1  changes without a receipt" in got.out, got)
    got = run(d.center, "bundle", "read", path, "--answer", path + ".a", json_form=False)
    expect("reading says whose and what is new", got.code == 0 and "Aino Laine" in got.out and "1  new changes" in got.out, got)
    got = run(d.device["aino"], "bundle", "read", path + ".a", json_form=False)
    expect("the answer says what is receipted", got.code == 0 and "1  own changes receipted" in got.out, got)


def over_the_api(d):
    """As the web client may offer it: a session of the local API, pieces of any size."""
    with d.device["aino"].api() as api:
        made = api.call("bundle", verb="write")
        data = b""
        while len(data) < made["size"]:
            data += base64.b64decode(api.call("bundle", verb="fetch", token=made["token"], offset=len(data))["data"])
        api.call("bundle", verb="end", token=made["token"])
    with d.center.api() as api:
        token = 0
        for at in range(0, len(data), 100):
            token = api.call("bundle", verb="read", token=token, piece=data[at:at + 100], more=at + 100 < len(data))["token"]
        while not api.call("bundle", verb="step", token=token)["done"]:
            pass
        api.call("bundle", verb="end", token=token)
    d.expect("a bundle goes through the local API in pieces", len(data) == made["size"])


def lost_laptop(d):
    expect, olli = d.expect, d.device["olli"]
    nodes.new_note(olli, d.matter, "viimeinen ennen katoamista")
    path, _ = d.write("olli")
    jalka(d.center, "admin", "revoke", d.node["olli"], "--yes")
    answer, there = d.take(path)
    expect("a revoked device's work waits for a decision", there["quarantined"] >= 1 and there["accepted"] == 0
           and there["answer_deltas"] == 0, there)
    d.read("olli", answer)
    expect("it erases what it held", jalka(olli, "status")["sync"] == "revoked" and nodes.holds(olli, d.matter["id"]) is None)
    path, _ = d.write("olli")
    d.take(path)
    expect("and that it did is told by its last bundle", nodes.device_row(d.center, d.node["olli"])["erase_confirmed"])


def network_again(d):
    expect, aino = d.expect, d.device["aino"]
    expect("not one session was held", d.counted() == d.sessions, (d.counted(), d.sessions))
    names = list(d.staff.values()) + list(d.node.values()) + [d.client["case_id"], d.matter["case_id"]]
    hits = nodes.readable([d.stick], TEXTS + names + ["Aino Laine", "Olli Niemi"])
    expect("nothing can be read on the stick", not hits, hits)
    nodes.new_note(aino, d.matter, "verkko palasi")
    nodes.online(aino)
    expect("sessions go on where the bundles stopped", d.unsent("aino") == 0)
    expect("and every chain holds", jalka(d.center, "admin", "audit")["ok"])


def main():
    tally = nodes.Tally()
    with daemons.World() as world:
        district = District(world, tally)
        for part in (a_day_both_ways, an_assignment_nobody_asked_for, a_handover, lost_late_and_swapped, broken_files,
                     words_at_the_terminal, over_the_api, lost_laptop, network_again):
            with tally.part(part.__name__):
                part(district)
    tally.finish()


if __name__ == "__main__":
    main()
