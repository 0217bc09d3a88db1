#!/usr/bin/env python3
"""Laptops that are lost, copied or put back from an old copy; and the central node put back.

A revoked laptop: its session ends at once, it gets nothing more, what it had not
sent waits for a decision, and it erases on the signed order. A copied profile run
as a second laptop: the work of both survives and the administrator sees the twin
alarm. A laptop put back from a copy of last week: what it had sent comes back. The
central node put back from a backup: what the devices hold above it comes back, and
who was revoked after the backup stays revoked.
"""
import os

import nodes
from nodes import DONE, daemons, jalka, run, until

SECRETS = ["Kuusilehto", "Tapio Ensio", "saunakamarin", "kaivon kansi", "lumituiskussa", "postilaatikko", "040 000 8181"]


class Office:
    """Aino keeps a case for good; others share it from laptops that get lost."""

    def __init__(self, world, tally):
        self.world, self.tally, self.expect = world, tally, tally.expect
        self.center = world.central()
        self.aino, _, self.aino_staff = self.laptop("aino", "Aino Laine")
        self.client = nodes.new_client(self.aino, "Kuusilehto", "Tapio Ensio", phone="040 000 8181")
        self.matter = nodes.new_matter(self.aino, self.client, "Talvi ilman polttopuita")
        self.note(self.aino, "Saunakamarin uuni ei vedä.")
        nodes.sync(self.aino)

    def laptop(self, folder, name):
        device = self.world.field(folder)
        staff = self.world.staff(name)
        return device, self.world.enrol(device, staff), staff

    def sharing(self, folder, name):
        """A laptop that shares Aino's matter."""
        device, node, staff = self.laptop(folder, name)
        jalka(self.center, "admin", "assign", self.matter["case_id"], staff, "CO_WORKER")
        until(lambda: nodes.holds(device, self.matter["id"]), "the shared case at " + folder)
        nodes.sync(device)
        return device, node, staff

    def note(self, device, text):
        return nodes.new_note(device, self.matter, text)["id"]

    def row(self, node):
        return nodes.device_row(self.center, node)

    def arrives(self, record, text, device=None):
        """Whether the record comes to Aino (or another) with this text."""
        device = device or self.aino

        def there():
            run(device, "sync", "--wait")
            return (nodes.holds(device, record) or {}).get("text") == text
        try:
            return until(there, "a note to arrive", 60)
        except AssertionError:
            return False


# ---- revoked -------------------------------------------------------------------------

def revoked_while_connected(office):
    mikko, node, _ = office.sharing("mikko", "Mikko Saari")
    until(lambda: office.row(node)["connected"], "the laptop to be connected")
    held = nodes.holds(mikko, office.client["id"])
    office.expect("connected, it holds the case", held and held["family_name"] == "Kuusilehto")
    jalka(office.center, "admin", "revoke", node, "--yes")
    office.expect("revoked, its session is closed at once", not office.row(node)["connected"] and
                  office.row(node)["state"] == "REVOKED", office.row(node))
    until(lambda: office.row(node)["erase_confirmed"], "the laptop to say it has erased")
    gone_from(office, mikko, "the revoked laptop")


def gone_from(office, device, what):
    """Erased: the daemon says so, reading gives nothing, and a new start changes nothing of it."""
    for when in ("", " after a new start"):
        office.expect(f"{what} lives on{when} and says what it is",
                      device.alive() and run(device, "status").code in (DONE, nodes.LOCKED), run(device, "status"))
        answers = [run(device, "show", office.client["id"]), run(device, "search", "kuusilehto"), run(device, "list"),
                   run(device, "show", office.matter["case_id"])]
        office.expect(f"{what} shows nothing{when}",
                      not any("Kuusilehto" in a.out or "aunakamari" in a.out or office.client["id"] in a.out
                                                             for a in answers), answers)
        refused = run(device, "note", office.matter["case_id"], "vielä yksi")
        office.expect(f"{what} writes nothing{when}", refused.code != DONE, refused)
        if not when:
            device.stop()
            try:
                device.start()
            except RuntimeError:
                office.expect(f"{what} does not open any more, and says so",
                              device.process.wait(60) in (1, 2), device.lines[-2:])
                return


def revoked_with_unsent_work(office):
    onni, node, _ = office.sharing("onni", "Onni Niemi")
    nodes.offline(onni)
    texts = [f"Kaivon kansi oli auki, kirjaus {n}." for n in range(3)]
    unsent = [office.note(onni, text) for text in texts]
    jalka(office.center, "admin", "revoke", node, "--yes")
    after = office.note(office.aino, "Kirjattu sen jälkeen, kun kone oli jo hukassa.")
    nodes.sync(office.aino)
    run(onni, "sync", "--online", "--wait")
    items = until(lambda: [q for q in jalka(office.center, "admin", "quarantine")["quarantine"] if q["node"] == node],
                  "the unsent work in quarantine")
    items = [q for q in items if q["type"] != "access_log"]  # what was opened on it waits too
    office.expect("what a revoked laptop had not sent waits for a decision, nothing is thrown away",
                  {i["record_id"] for i in items} == set(unsent), items)
    until(lambda: office.row(node)["erase_confirmed"], "the laptop to say it has erased")
    office.expect("a revoked laptop gets nothing more", nodes.holds(onni, after) is None)
    gone_from(office, onni, "the erased laptop")
    for item, text in zip(sorted(items, key=lambda i: unsent.index(i["record_id"])), texts):
        jalka(office.center, "admin", "accept", item["item"])
        office.expect("accepted, its note reaches the other worker", office.arrives(item["record_id"], text))


def revoked_with_more_unsent_than_one_message_holds(office):
    """All of it is sent before the laptop erases: what a frame holds is no bound."""
    ilmari, node, _ = office.sharing("ilmari", "Ilmari Aho")
    nodes.offline(ilmari)
    long = " ".join(f"{n * 7919:x}" for n in range(1200))
    unsent = {office.note(ilmari, f"Kaivon kansi, kirjaus {n}. {long}") for n in range(40)}
    jalka(office.center, "admin", "revoke", node, "--yes")
    run(ilmari, "sync", "--online")
    until(lambda: office.row(node)["erase_confirmed"], "the laptop to say it has erased")
    waiting = {q["record_id"] for q in jalka(office.center, "admin", "quarantine")["quarantine"] if q["node"] == node}
    office.expect("revoked with much unsent work, all of it came to the centre first", unsent <= waiting, len(unsent - waiting))
    gone_from(office, ilmari, "the laptop that had much to send")


# ---- copied ---------------------------------------------------------------------------

def copied_profile(office):
    """The folder is copied and both are used, as if a thief or a well-meaning colleague had."""
    seija, node, _ = office.sharing("seija", "Seija Korpi")
    texts = {}

    def write(device, text):
        texts[office.note(device, text)] = text
    write(seija, "Ennen kopiota, lumituiskussa.")
    nodes.sync(seija)
    seija.stop()
    twin = daemons.Field(nodes.copy(seija.folder, office.world.folder("twin")))
    office.world.daemons.append(twin)
    for device in (seija, twin):
        device.start()
        nodes.offline(device)
    write(seija, "Alkuperäisellä kirjattu, yksi.")
    write(twin, "Kopiolla kirjattu, yksi.")
    write(twin, "Kopiolla kirjattu, kaksi.")
    nodes.online(seija)
    office.expect("used alone, the original raises no alarm", not office.row(node)["twin_alarm"], office.row(node))
    nodes.offline(seija)
    run(twin, "sync", "--online", "--wait")
    nodes.offline(twin)
    write(seija, "Alkuperäisellä kirjattu, kaksi.")
    run(seija, "sync", "--online", "--wait")
    until(lambda: office.row(node)["twin_alarm"], "the twin alarm")
    office.expect("the administrator sees the twin alarm", office.row(node)["twin_alarm"])
    words = run(office.center, "admin", "devices", json_form=False)
    office.expect("in words too", words.code == DONE and "TWIN" in words.out and "Seija Korpi" in words.out, words)
    nodes.offline(seija)
    run(twin, "sync", "--online", "--wait")
    waiting = {q["record_id"]: q["item"] for q in jalka(office.center, "admin", "quarantine")["quarantine"]
               if q["node"] == node}
    for record in texts:
        if record in waiting:
            jalka(office.center, "admin", "accept", waiting[record])
    lost = [text for record, text in texts.items() if not office.arrives(record, text)]
    office.expect(f"all {len(texts)} notes of both survive ({len(waiting)} of them by a decision)", not lost, lost)
    for device in (seija, twin):
        run(device, "sync", "--online", "--wait")
        nodes.offline(device)
    office.expect("the audit of all chains is good", jalka(office.center, "admin", "audit")["ok"])
    jalka(office.center, "admin", "revoke", node, "--yes")
    twin.stop()
    seija.stop()


# ---- put back -------------------------------------------------------------------------

def laptop_put_back(office):
    tuula, node, _ = office.sharing("tuula", "Tuula Aho")
    texts = {}

    def write(text):
        texts[office.note(tuula, text)] = text
    write("Ennen kopiota ja lähetetty.")
    nodes.sync(tuula)
    nodes.offline(tuula)
    write("Ennen kopiota, mutta lähetetty vasta sen jälkeen.")
    tuula.stop()
    backup = nodes.copy(tuula.folder, office.world.folder("tuula-last-week"))
    tuula.start()
    write("Kopion jälkeen, yksi: postilaatikko oli täynnä.")
    write("Kopion jälkeen, kaksi.")
    jalka(tuula, "change", office.client["id"], "interpreter=karjala")
    nodes.online(tuula)
    nodes.sync(tuula)
    tuula.stop()
    nodes.copy(backup, tuula.folder)
    tuula.start()
    office.expect("put back, the laptop is as it was", len([r for r in texts if nodes.holds(tuula, r)]) >= 2)
    nodes.offline(tuula)
    write("Kirjattu vanhalla kopiolla ennen yhteyttä.")
    nodes.online(tuula)
    lost = [text for record, text in texts.items() if not office.arrives(record, text, tuula)]
    office.expect("all it had ever sent is back on it, and what it wrote since", not lost, lost)
    lost = [text for record, text in texts.items() if not office.arrives(record, text)]
    office.expect("and at the other worker's, each once", not lost and len(texts) == sum(
        r["id"] in texts for r in jalka(office.aino, "list", "encounter_note")["records"]), lost)
    office.expect("a change of a shared record came back as well",
                  nodes.holds(tuula, office.client["id"])["interpreter"] == "karjala")
    nodes.sync(tuula)  # what was looked at here has gone to the access log
    status = jalka(tuula, "status")
    office.expect("nothing of it waits",
                  (status["unreceipted"], status["quarantined"], status["conflicts"]) == (0, 0, 0), status)
    write("Ja työ jatkuu tavalliseen tapaan.")
    nodes.sync(tuula)
    office.expect("it goes on as before", office.arrives(list(texts)[-1], "Ja työ jatkuu tavalliseen tapaan."))
    office.expect("the cases read the same on both", nodes.picture(tuula, office.matter["case_id"]) ==
                  nodes.picture(office.aino, office.matter["case_id"]))
    office.expect("the book made again is the same", jalka(tuula, "rebuild")["same"] is True)
    office.expect("the audit is good", jalka(office.center, "admin", "audit")["ok"])
    office.tuula, office.tuula_texts = tuula, texts


def central_put_back(office):
    center, aino, world = office.center, office.aino, office.world
    late, late_node, _ = office.sharing("veikko", "Veikko Lampi")
    center.stop()
    backup = nodes.copy(center.folder, world.folder("central-backup"))
    center.start()
    texts = {}
    for device, text in ((aino, "Ainon, varmuuskopion jälkeen."), (office.tuula, "Tuulan, varmuuskopion jälkeen.")):
        until(lambda: run(device, "sync", "--wait").code == DONE, "the node to be reached again")
        texts[office.note(device, text)] = text
        nodes.sync(device)
    nodes.sync(aino)
    jalka(center, "admin", "revoke", late_node, "--yes")
    until(lambda: office.row(late_node)["erase_confirmed"], "the erasing")
    last_order = jalka(center, "status")["last_order"]
    center.stop()
    deny = open(os.path.join(center.folder, "deny"), "rb").read()
    nodes.copy(backup, center.folder)
    os.unlink(os.path.join(center.folder, "deny"))
    center.more = ("--restored",)
    try:
        center.start()
        refused = None
    except RuntimeError:
        refused = center.process.wait(60)
    office.expect("put back without its deny file, the node refuses to start",
                  refused in (1, 2), (refused, center.lines[-2:]))
    with open(os.path.join(center.folder, "deny"), "wb") as f:
        f.write(deny)
    center.lines.clear()
    center.start()
    office.expect("with it, it starts, and who was revoked after the backup is revoked",
                  office.row(late_node)["state"] == "REVOKED", office.row(late_node))
    early = office.note(aino, "Kirjattu ennen kuin laitelista on vahvistettu.")
    texts[early] = "Kirjattu ennen kuin laitelista on vahvistettu."
    until(lambda: run(aino, "sync", "--wait").code == DONE and not jalka(aino, "status")["unreceipted"], "Aino's push")
    until(lambda: jalka(office.tuula, "status")["sync"] == "idle", "Tuula's session")
    office.expect("until the device list is confirmed it takes work in and feeds nobody",
                  run(office.tuula, "sync", "--wait").code == DONE and nodes.holds(office.tuula, early) is None)
    jalka(center, "admin", "confirm", "all")
    for device in (aino, office.tuula):
        lost = [text for record, text in texts.items() if not office.arrives(record, text, device)]
        office.expect("confirmed, what the devices held above the backup is at both workers' again",
                      not lost, lost)
    office.expect("and the node has it",
                  jalka(center, "status")["last_order"] >= last_order - 3, jalka(center, "status"))
    more = office.note(aino, "Ja elämä jatkuu palautuksen jälkeen.")
    nodes.sync(aino)
    office.expect("new work goes on both ways",
                  office.arrives(more, "Ja elämä jatkuu palautuksen jälkeen.", office.tuula))
    office.expect("the cases read the same on both", nodes.picture(aino, office.matter["case_id"]) ==
                  nodes.picture(office.tuula, office.matter["case_id"]))
    for device in (aino, office.tuula):
        nodes.sync(device)
        status = jalka(device, "status")
        office.expect("nothing waits",
                      (status["unreceipted"], status["quarantined"], status["conflicts"]) == (0, 0, 0), status)
        office.expect("the book made again is the same", jalka(device, "rebuild")["same"] is True)
    audit = jalka(center, "admin", "audit")
    office.expect("the audit of all chains is good", audit["ok"] and audit["bad"] == 0, audit)
    center.stop()
    center.more = ()
    center.start()
    office.expect("started again as usual, it serves",
                  office.arrives(office.note(aino, "Vielä yksi."), "Vielä yksi.", office.tuula))


def main():
    tally = nodes.Tally()
    with daemons.World() as world:
        office = Office(world, tally)
        for part in (revoked_while_connected, revoked_with_unsent_work, revoked_with_more_unsent_than_one_message_holds, copied_profile, laptop_put_back, central_put_back):
            with tally.part(part.__name__):
                part(office)
        hits = nodes.readable([world.base], SECRETS)
        tally.expect("nothing is readable in any folder, old copies included", not hits, hits[:5])
    tally.finish()


if __name__ == "__main__":
    main()
