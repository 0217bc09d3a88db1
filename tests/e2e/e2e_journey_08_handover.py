#!/usr/bin/env python3
"""Journey 8: handing a case over.

Proposed with what is due; drafts block; the receiver accepts, licensed where special
support is; the client is told name and phone; in effect at the sync; the old laptop
drops the case, the history is whole. A rejected one changes nothing.
"""
import nodes
from journeys import journey, today
from nodes import daemons, jalka, run


def propose(j):
    with j.step("the own worker proposes, out of reach of the network; drafts are signed first"):
        nodes.offline(j.aino)
        draft = jalka(j.aino, "note", j.place, "Kesken jäi", "--draft")["id"]
        j.refused("an unsigned draft blocks it", ["drafts"], j.aino, "handover", "propose", j.place, j.staff[j.olli], "Asiakas muuttaa")
        j.sees("signed", ["signed"], j.aino, "sign", draft)
        j.refused("special support is not handed to an instructor", ["licensed"], j.aino, "handover", "propose", j.place, j.staff[j.mikko], "x")
        j.handover = j.does("the screen tells the receiver's name and number, for the client", ["Olli Niemi", "040 000 0456"], j.aino,
                            "handover", "propose", j.place, j.staff[j.olli], "Asiakas muuttaa Hallasuolle")
        got, screen = j.screen(j.aino, "handover", "list")
        j.expect("it waits for the receiver", got.code == nodes.DONE and "Olli Niemi" in screen, screen)
        j.expect("the open deadlines stand in it", "D4" in jalka(j.aino, "show", j.handover)["record"]["fields"]["open_deadlines"])
        nodes.online(j.aino)


def reject_first(j):
    with j.step("rejected: nothing changes"):
        daemons.until(lambda: jalka(j.olli, "handover", "list")["handovers"], "the proposal")
        daemons.until(lambda: nodes.holds(j.olli, j.matter_["id"]), "the case, to be looked at")
        j.does("not now", [], j.olli, "handover", "reject", j.handover, "Olen lomalla")
        nodes.sync(j.olli, j.aino)
        daemons.until(lambda: nodes.holds(j.olli, j.matter_["id"]) is None, "the case to leave again")
        j.sees("the own worker reads why", ["Olen lomalla"], j.aino, "show", j.handover)
        j.does("and goes on with the case", ["encounter_note"], j.aino, "note", j.place, "Sovitaan uudesta ajasta.")


def accept(j):
    with j.step("proposed again, accepted; until it is in effect the old worker answers"):
        j.handover = jalka(j.aino, "handover", "propose", j.place, j.staff[j.olli], "Asiakas muuttaa Hallasuolle")["id"]
        nodes.sync(j.aino)
        daemons.until(lambda: nodes.holds(j.olli, j.matter_["id"]), "the case at the receiver's")
        j.sees("the receiver reads it before saying yes", ["Sovitaan uudesta ajasta.", "Kesken jäi"], j.olli, "case", "show", j.place)
        j.refused("nobody accepts for another", ["who receives"], j.aino, "handover", "accept", j.handover)
        j.does("accepted", [], j.olli, "handover", "accept", j.handover)
        nodes.sync(j.olli, j.aino)
        daemons.until(lambda: j.state(j.handover, j.aino) == "ACCEPTED", "the acceptance")
        j.does("the old worker still works in it", ["encounter_note"], j.aino, "note", j.place, "Viimeinen käynti tehty.")


def tell(j):
    with j.step("the client is told name and phone of the new worker; it takes effect at the sync"):
        j.does("told; the screen says what comes next", ["next sync"], j.aino, "handover", "told", j.handover)
        nodes.sync(j.aino)
        daemons.until(lambda: run(j.aino, "show", j.place).code == nodes.FAILED, "the case to leave the old laptop")
        j.sees("the old laptop has nothing of it", [], j.aino, "search", "Aho", never=["Aho Anna"])
        nodes.sync(j.olli)
        daemons.until(lambda: j.state(j.handover, j.olli) == "EFFECTIVE", "the effect")
        j.sees("the history is whole at the new worker's", ["Kesken jäi", "Sovitaan uudesta ajasta.", "Viimeinen käynti tehty."], j.olli,
               "case", "show", j.place)
        j.does("who goes on", ["encounter_note"], j.olli, "note", j.place, "Ensimmäinen tapaaminen.")
        j.sees("sent", ["has its receipt"], j.olli, "sync", "--wait")
        j.refused("and the old worker writes nothing more there", [], j.aino, "note", j.place, "vielä")


def steps(j):
    j.reference()
    j.aino = j.worker("aino", "Aino Laine", "LICENSED_SOCIAL_WORKER")
    j.olli = j.worker("olli", "Olli Niemi", "LICENSED_SOCIAL_WORKER")
    j.mikko = j.worker("mikko", "Mikko Saari")
    jalka(j.center, "change", j.staff[j.olli], "phone=040 000 0456")
    nodes.sync(j.aino, j.olli)
    j.aho = j.client(j.aino, "Aho", "Anna")
    j.matter_ = j.matter(j.aino, j.aho, "Tuki arkeen", "special_support=true", "special_support_reason=Ei selviä yksin")
    j.place = j.matter_["case_id"]
    nodes.sync(j.aino)
    daemons.until(lambda: "OWN_WORKER" in j.screen(j.aino, "case", "show", j.place)[1], "the own worker")
    for part in (propose, reject_first, accept, tell):
        part(j)


if __name__ == "__main__":
    journey(steps, "Journey 8: handing a case over")
