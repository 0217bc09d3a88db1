#!/usr/bin/env python3
"""What comes between the steps of a handover: a killed node, one put back from a copy,
a lost laptop, both workers out of reach, a receiver who may not, two proposals at once.

In each: one own worker at every moment, the old one until it is in effect; it is put in
effect once; nothing written is lost; and what it waits for can be read.
"""
import os

import nodes
from e2e_handover import Office, a_matter
from nodes import daemons, jalka, run
from daemons import until


def propose(office, matter, who="olli", *options):
    id_ = jalka(office.device["aino"], "handover", "propose", matter["case_id"], office.staff[who], "Alue vaihtuu", *options)["id"]
    nodes.sync(office.device["aino"])
    until(lambda: nodes.holds(office.device[who], matter["id"]), "the case at the receiver's")
    return id_


def one_of(office, who, handover):
    return next((h for h in office.list(who) if h["id"] == handover), None)


def waiting(office, handover):
    return next((h for h in jalka(office.center, "admin", "handovers")["handovers"] if h["id"] == handover), None)


def texts(device, matter):
    return sorted(r["fields"]["text"] for r in jalka(device, "show", matter["case_id"])["records"] if r["type"] == "encounter_note")


def gone(office, matter):
    until(lambda: nodes.holds(office.device["aino"], matter["id"]) is None, "the old laptop without the case")
    until(lambda: run(office.device["olli"], "sync", "--wait").code == nodes.DONE, "the receiver's sync")
    return office.own_worker(matter) == [office.staff["olli"]]


def a_receiver_who_may_not(office):
    """Special support is seen after the acceptance, and the receiver is no licensed worker any more."""
    expect, aino, olli, center = office.expect, office.device["aino"], office.device["olli"], office.center
    _, matter = a_matter(office, "Este", "Tuki")
    handover = propose(office, matter, "olli", "--at", "2026-03-02T10:00")
    nodes.offline(olli)
    jalka(olli, "handover", "accept", handover)
    jalka(aino, "change", matter["id"], "special_support=true", "special_support_reason=Ei selviä yksin")
    jalka(center, "change", office.staff["olli"], "profession=OTHER")
    nodes.sync(aino)
    nodes.online(olli)
    nodes.sync(aino)
    for who in ("aino", "olli"):
        block = one_of(office, who, handover).get("blocked", {})
        expect(f"{who} reads what stands in the way and what to do", (block.get("name"), bool(block.get("advice")))
               == ("NOT_LICENSED", True), one_of(office, who, handover))
    row = waiting(office, handover)
    expect("so does the administrator, by the client's name and nothing of the matter", row["blocked"]["name"] == "NOT_LICENSED"
           and row["family_name"] == "Este" and "Tuki" not in str(row) and "selviä" not in str(row)
           and "Alue" not in str(row), row)
    screen = run(center, "admin", "handovers", json_form=False)
    expect("as a table too", "BLOCKED" in screen.out and "Olli Niemi" in screen.out and "licensed" in screen.err, screen)
    expect("and the old worker answers for the case", office.own_worker(matter) == [office.staff["aino"]])
    jalka(center, "change", office.staff["olli"], "profession=LICENSED_SOCIAL_WORKER")
    expect("mended, it goes on by itself", gone(office, matter) and waiting(office, handover) is None)


def the_receivers_laptop_is_lost(office):
    expect, aino, mikko = office.expect, office.device["aino"], office.device["mikko"]
    _, matter = a_matter(office, "Kateissa", "Asuminen")
    handover = propose(office, matter, "mikko")
    jalka(mikko, "handover", "accept", handover)
    nodes.sync(mikko, aino)
    until(lambda: one_of(office, "aino", handover)["state"] == "ACCEPTED", "the acceptance")
    node = next(d["node"] for d in jalka(office.center, "admin", "devices")["devices"] if d["holder"] == office.staff["mikko"])
    jalka(office.center, "admin", "revoke", node, "--yes")
    jalka(aino, "handover", "told", handover)
    nodes.sync(aino)
    row = waiting(office, handover)
    expect("nobody becomes own worker without a laptop to work on", row and row["blocked"]["name"] == "NO_DEVICE"
           and office.own_worker(matter) == [office.staff["aino"]], row)
    jalka(aino, "note", matter["case_id"], "Vielä minun.")
    nodes.sync(aino)
    office.device["mikko"] = office.world.field("mikko2")
    office.world.enrol(office.device["mikko"], office.staff["mikko"])
    until(lambda: nodes.holds(aino, matter["id"]) is None, "the old laptop without the case")
    until(lambda: nodes.holds(office.device["mikko"], matter["id"]), "the case on the new laptop")
    expect("a new one enrolled, it goes on, and the history is whole", office.own_worker(matter) == [office.staff["mikko"]]
           and texts(office.device["mikko"], matter) == ["Vielä minun."])


def both_out_of_reach(office):
    """Accepted and told apart; the order in which they come back does not matter."""
    expect, aino, olli = office.expect, office.device["aino"], office.device["olli"]
    for order in ((aino, olli), (olli, aino)):
        _, matter = a_matter(office, "Poissa", "Asuminen")
        handover = propose(office, matter)
        nodes.offline(aino, olli)
        jalka(olli, "handover", "accept", handover)
        jalka(olli, "note", matter["case_id"], "Ollin, ennen.")
        expect("told before the acceptance has come", jalka(aino, "handover", "told", handover)["waits_for"] == "RECEIVER")
        jalka(aino, "note", matter["case_id"], "Ainon, viimeinen.")
        nodes.online(*order)
        nodes.sync(*order)
        expect("in effect", gone(office, matter))
        expect("with what both wrote", texts(olli, matter) == ["Ainon, viimeinen.", "Ollin, ennen."], texts(olli, matter))


def accepted_and_taken_back(office):
    """One says yes, the other no, out of reach of each other: who comes first is heard."""
    expect, aino, olli = office.expect, office.device["aino"], office.device["olli"]
    for first, second in ((aino, olli), (olli, aino)):
        _, matter = a_matter(office, "Peruttu", "Asuminen")
        handover = propose(office, matter, "olli", "--at", "2026-03-02T10:00")
        nodes.offline(aino, olli)
        jalka(olli, "handover", "accept", handover)
        jalka(aino, "handover", "reject", handover, "Peruuntui")
        nodes.online(first, second)
        nodes.sync(first, second)
        taken_back = first is aino
        owner, left = ("aino", olli) if taken_back else ("olli", aino)
        until(lambda: nodes.holds(left, matter["id"]) is None, "the case gone from who does not keep it")
        keeper = office.device[owner]
        nodes.sync(keeper)
        expect("one own worker", office.own_worker(matter) == [office.staff[owner]])
        state = jalka(keeper, "show", handover)["record"]["state"]
        expect("and the record says the same", (state["holds"], state["decided"])
               == (("REJECTED", True) if taken_back else ("EFFECTIVE", True)), state)
        for item in jalka(office.center, "admin", "quarantine")["quarantine"]:
            jalka(office.center, "admin", "accept", item["item"])
        nodes.sync(keeper)
        state = jalka(keeper, "show", handover)["record"]["state"]
        expect("also when what came too late is taken in", (state["holds"], office.own_worker(matter))
               == ("REJECTED" if taken_back else "EFFECTIVE", [office.staff[owner]]), state)


def two_at_once(office):
    """From two laptops of the own worker, to two colleagues who both accept."""
    expect, aino, olli, mikko = (office.expect, *(office.device[k] for k in ("aino", "olli", "mikko")))
    _, matter = a_matter(office, "Kaksin", "Velat")
    second = office.world.field("aino2")
    office.world.enrol(second, office.staff["aino"])
    until(lambda: nodes.holds(second, matter["id"]), "the case on her second laptop")
    nodes.offline(aino, second)
    to_olli = jalka(aino, "handover", "propose", matter["case_id"], office.staff["olli"], "x", "--at", "2026-03-02T10:00")["id"]
    to_mikko = jalka(second, "handover", "propose", matter["case_id"], office.staff["mikko"], "x", "--at", "2026-03-02T10:00")["id"]
    nodes.online(aino, second)
    for device, handover in ((olli, to_olli), (mikko, to_mikko)):
        until(lambda: nodes.holds(device, handover), "the proposal")
        nodes.offline(device)
        jalka(device, "handover", "accept", handover)
    nodes.online(olli)
    until(lambda: office.own_worker(matter) == [office.staff["olli"]], "Olli as own worker")
    nodes.online(mikko)
    nodes.sync(mikko, olli)
    expect("the first takes effect, and the second does not", office.own_worker(matter) == [office.staff["olli"]])
    row = waiting(office, to_mikko)
    expect("which the administrator can read", row and row["blocked"]["name"] == "NOT_OWN", row)
    again = run(olli, "handover", "propose", matter["case_id"], office.staff["aino"], "Takaisin")
    expect("and it is not in the new worker's way", again.code == nodes.DONE, again)


def the_node_is_killed(office):
    """After each step that it has acknowledged, whatever it was doing then."""
    expect, aino, olli, center = office.expect, office.device["aino"], office.device["olli"], office.center

    def killed(*command, by):
        jalka(by, *command)
        run(by, "sync", "--wait", timeout=30)
        center.kill()
        center.start()

    _, matter = a_matter(office, "Tapettu", "Velat")
    note = nodes.new_note(aino, matter, "Ennen.")["id"]
    killed("handover", "propose", matter["case_id"], office.staff["olli"], "x", by=aino)
    handover = office.list("aino")[-1]["id"] if office.list("aino")[-1]["case_id"] == matter["case_id"] else \
        next(h["id"] for h in office.list("aino") if h["case_id"] == matter["case_id"])
    until(lambda: run(olli, "sync", "--wait").code == nodes.DONE and nodes.holds(olli, note), "the case at the receiver's")
    killed("handover", "accept", handover, by=olli)
    until(lambda: run(aino, "sync", "--wait").code == nodes.DONE and one_of(office, "aino", handover)["state"] == "ACCEPTED", "the acceptance")
    killed("handover", "told", handover, by=aino)
    until(lambda: run(aino, "sync", "--wait").code == nodes.DONE and nodes.holds(aino, matter["id"]) is None, "the case gone")
    until(lambda: run(olli, "sync", "--wait").code == nodes.DONE and one_of(office, "olli", handover)["state"] == "EFFECTIVE", "the effect")
    said = [e for e in nodes.log_of(olli, handover) if e["by"]["name"] == "central"]
    expect("in effect, said once, with one own worker", len(said) == 1 and office.own_worker(matter) == [office.staff["olli"]], said)
    expect("and the history", texts(olli, matter) == ["Ennen."])


def the_node_is_put_back(office):
    """A copy from before it was told: what was said since is said again by the laptops."""
    expect, aino, olli, center = office.expect, office.device["aino"], office.device["olli"], office.center
    _, matter = a_matter(office, "Palautus", "Velat")
    handover = propose(office, matter)
    jalka(olli, "handover", "accept", handover)
    nodes.sync(olli, aino)
    until(lambda: one_of(office, "aino", handover)["state"] == "ACCEPTED", "the acceptance")
    center.stop()
    backup = nodes.copy(center.folder, office.world.folder("copy"))
    center.start()
    until(lambda: run(aino, "sync", "--wait").code == nodes.DONE, "the node again")
    jalka(aino, "note", matter["case_id"], "Kopion jälkeen.")
    jalka(aino, "handover", "told", handover)
    expect("in effect once", gone(office, matter))
    jalka(olli, "note", matter["case_id"], "Uuden työntekijän.")
    nodes.sync(olli)
    center.stop()
    deny = open(os.path.join(center.folder, "deny"), "rb").read() if os.path.exists(os.path.join(center.folder, "deny")) else b""
    nodes.copy(backup, center.folder)
    with open(os.path.join(center.folder, "deny"), "wb") as f:
        f.write(deny)
    center.more = ("--restored",)
    center.start()
    jalka(center, "admin", "confirm", "all")
    for device in (aino, olli):
        until(lambda: run(device, "sync", "--wait").code == nodes.DONE and jalka(device, "status")["sync"] == "idle", "a session")
    until(lambda: one_of(office, "olli", handover) and one_of(office, "olli", handover)["state"] == "EFFECTIVE", "the effect again")
    until(lambda: run(aino, "sync", "--wait").code == nodes.DONE and nodes.holds(aino, matter["id"]) is None, "the case gone again")
    expect("in effect again, the receiver own worker", office.own_worker(matter) == [office.staff["olli"]],
           [(r["id"], r["fields"], r["by"]) for r in jalka(olli, "show", matter["case_id"])["records"] if r["type"] == "case_assignment"])
    expect("and what both wrote since the copy is there", texts(olli, matter) == ["Kopion jälkeen.", "Uuden työntekijän."], texts(olli, matter))


def main():
    tally = nodes.Tally()
    with daemons.World() as world:
        office = Office(world, tally)
        office.world = world
        for part in (a_receiver_who_may_not, both_out_of_reach, accepted_and_taken_back, the_receivers_laptop_is_lost, two_at_once,
                     the_node_is_killed, the_node_is_put_back):
            with tally.part(part.__name__):
                part(office)
        with tally.part("the end"):
            tally.expect("every chain of the central node verifies", jalka(office.center, "admin", "audit")["ok"])
            for device in (office.device["aino"], office.device["olli"]):
                tally.expect("a rebuilt book is the same", jalka(device, "rebuild")["same"])
    tally.finish()


if __name__ == "__main__":
    main()
