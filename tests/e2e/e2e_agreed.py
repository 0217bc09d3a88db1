#!/usr/bin/env python3
"""What a plan agrees on: each action of a signed plan is an agreed action, once, with an
owner and a day; a plan that replaces it carries over, cancels and does not open anew
what is done. From what an action may be agreed; lists of what names a record, and of
what waits to be sent.
"""
import nodes
from journeys import today
from nodes import daemons, jalka, run


class Desk:
    def __init__(self, world, tally):
        self.expect = tally.expect
        self.center, self.aino = world.central(), world.field("aino")
        world.enrol(self.aino, jalka(self.center, "admin", "staff", "add", "Aino Laine", "LICENSED_SOCIAL_WORKER")["id"])
        nodes.sync(self.aino)
        nodes.offline(self.aino)
        self.client = jalka(self.aino, "client", "add", "Korpela", "Kaisa Maria", "municipality=Takkuvaara")
        self.matter = jalka(self.aino, "case", "open", self.client["id"], "Talousasiat", "opened_by_pathway=OUTREACH_FOUND")

    def plan(self, *more, agreement="AGREED", sign=("--sign",)):
        return jalka(self.aino, "create", "plan", "--case", self.matter["case_id"], *sign, "kind=CLIENT",
                     'goals={"text":"Laskut maksetaan","category":"INCOME"}', "parties.role=asiakas", f"client_agreement={agreement}",
                     f"review_on={today(60)}", *more)["id"]

    def of(self, plan):
        """The actions of a plan as the worker finds them: what, to the record."""
        rows = jalka(self.aino, "list", "agreed_action", "--naming", plan)["records"]
        return {r["fields"]["what"]: r for r in (jalka(self.aino, "show", row["id"])["record"] for row in rows)}

    def states(self, plan):
        return {what: one["state"]["holds"] for what, one in self.of(plan).items()}

    def count(self):
        return len(jalka(self.aino, "list", "agreed_action")["records"])


def action(what, who, due=None, **more):
    more = "".join(f',"{name}":"{value}"' for name, value in more.items())
    return f'actions={{"what":"{what}","who":"{who}"{"" if due is None else chr(44) + chr(34) + "due" + chr(34) + ":" + chr(34) + str(due) + chr(34)}{more}}}'


LIBRARY, BILLS, CALL, COURSE = "Käynti kirjastossa", "Maksusuunnitelma", "Soitto Kelaan", "Velkaneuvonta"


def signed(desk):
    desk.old = desk.plan(action(LIBRARY, "Aino Laine", today(7)), action(BILLS, "Kaisa"), action(CALL, "Kela", today(3)),
                         action(COURSE, "Talous- ja velkaneuvonta", today(20)), action("Tehtiin jo", "Kaisa", today(1), state="DONE"))
    made = desk.of(desk.old)
    desk.expect("each action to be done is an agreed action", set(made) == {LIBRARY, BILLS, CALL, COURSE}, made)
    owners = {what: (one["fields"]["owner_kind"], one["fields"]["owner"]) for what, one in made.items()}
    desk.expect("its owner is known by name", owners == {
        LIBRARY: ("WORKER", "Aino Laine"), BILLS: ("CLIENT", "Kaisa"), CALL: ("KELA", "Kela"),
        COURSE: ("PARTNER", "Talous- ja velkaneuvonta")}, owners)
    days = {what: one["fields"]["due"] for what, one in made.items()}
    desk.expect("due on its own day, else when the plan is looked at", days[LIBRARY] == str(today(7)) and days[BILLS] == str(today(60)), days)
    due = {d["id"] for d in jalka(desk.aino, "agenda")["due"] if d["what"] == "action"}
    desk.expect("and on the agenda", {one["id"] for what, one in made.items() if what in (LIBRARY, CALL)} <= due, due)


def drafts(desk):
    before = desk.count()
    draft = desk.plan(action("Luonnoksen toimi", "Kaisa"), sign=("--draft",))
    desk.expect("a draft opens none", desk.count() == before)
    jalka(desk.aino, "sign", draft)
    desk.expect("signed, it opens its own, once", set(desk.of(draft)) == {"Luonnoksen toimi"} and desk.count() == before + 1, desk.of(draft))
    declined = desk.plan(action("Mitä asiakas ei halua", "Kaisa"), "client_agreement_note=En halua.", agreement="DECLINED")
    desk.expect("a plan the client declined opens none", desk.of(declined) == {} and desk.count() == before + 1)
    refused = run(desk.aino, "create", "plan", "--case", desk.matter["case_id"], "--sign", "kind=CLIENT", action("Ei synny", "Kaisa"))
    desk.expect("a plan that is refused leaves none", refused.refused and desk.count() == before + 1, refused)


def replaced(desk):
    old = desk.of(desk.old)
    jalka(desk.aino, "step", old[CALL]["id"], "DONE")
    jalka(desk.aino, "step", old[BILLS]["id"], "DONE")
    new = desk.plan(action(LIBRARY.upper(), "Aino", today(14)), action(CALL, "Kela", today(3)), action(BILLS, "Kaisa", today(30)),
                    action("Uusi toimi", "asiakas"), f"replaces={desk.old}")
    desk.expect("of the old plan: what goes on is carried over, what was dropped cancelled, what is done stays done", desk.states(desk.old) == {
        LIBRARY: "CARRIED_OVER", BILLS: "DONE", CALL: "DONE", COURSE: "CANCELLED"}, desk.states(desk.old))
    notes = {what: one["fields"].get("done_note", "") for what, one in desk.of(desk.old).items()}
    desk.expect("and why", "jatkuu" in notes[LIBRARY] and "ei ole enää" in notes[COURSE] and notes[CALL] == "", notes)
    desk.expect("of the new: each once; done on that day already: not again, on another day: again",
                desk.states(new) == {LIBRARY.upper(): "OPEN", BILLS: "OPEN", "Uusi toimi": "OPEN"}, desk.states(new))
    open_now = [r["title"] for r in jalka(desk.aino, "list", "agreed_action")["records"] if r["state"]["holds"] == "OPEN" and "kirjastossa" in r["title"].lower()]
    desk.expect("nothing is to be done twice", open_now == [LIBRARY.upper()], open_now)


def from_where(desk):
    visit = jalka(desk.aino, "visit", "plan", desk.matter["case_id"], f"{today(1)}T10:00")["id"]
    application = jalka(desk.aino, "application", desk.client["id"], "channel=PAPER")["id"]
    note = jalka(desk.aino, "note", desk.matter["case_id"], "Sovittiin.")["id"]
    write = lambda origin: run(desk.aino, "create", "agreed_action", "--case", desk.matter["case_id"], f"from={origin}", "what=Haetaan maksusitoumus",
                               "owner_kind=CLIENT", "owner=Kaisa", f"due={today(2)}")
    for name, origin in (("on a visit", visit), ("in a plan", desk.old), ("for an application", application)):
        got = write(origin)
        desk.expect(f"an action is agreed {name}", got.code == 0, got)
    got = write(note)
    desk.expect("but not in a note", got.refused and "from" in got.err, got)


def lists(desk):
    visit = jalka(desk.aino, "visit", "start", desk.matter["case_id"])["id"]
    notes = [jalka(desk.aino, "note", desk.matter["case_id"], text, "--visit", visit)["id"] for text in ("Ensimmäinen", "Toinen")]
    jalka(desk.aino, "note", desk.matter["case_id"], "Ilman käyntiä")
    named = lambda *words: {r["id"] for r in jalka(desk.aino, "list", *words)["records"]}
    desk.expect("what names a visit: its notes, no others", named("encounter_note", "--naming", visit) == set(notes), named("--naming", visit))
    other = jalka(desk.aino, "client", "add", "Niemi", "Olli", "municipality=Takkuvaara")
    desk.expect("what names a client: her matters, nobody else's", named("case", "--naming", desk.client["id"]) == {desk.matter["id"]} and
                named("case", "--naming", other["id"]) == set())
    desk.expect("of every type", {desk.matter["id"], *notes}.isdisjoint(named("--naming", other["id"])) and desk.matter["id"] in named("--naming", desk.client["id"]))
    kinds = {r["kind"] for r in jalka(desk.aino, "list", "plan")["records"]}
    desk.expect("a plan in a list says of what kind it is", kinds == {"CLIENT"}, kinds)
    born = jalka(desk.aino, "client", "add", "Niemi", "Olli", "municipality=Takkuvaara", "birth_date=1980-05-04", "--anyway")["id"]
    found = {r["id"]: r.get("birth_date") for r in jalka(desk.aino, "search", "niemi")["records"] if r["type"] == "client"}
    desk.expect("two of one name are told apart by the day of birth", found == {born: "1980-05-04", other["id"]: None}, found)
    got = run(desk.aino, "list", "--naming", "f" * 32)
    desk.expect("a record that is not here is told", got.refused, got)


def waits(desk):
    rows = jalka(desk.aino, "list", "--waiting")["waiting"]
    status = jalka(desk.aino, "status")
    desk.expect("each change that has no receipt, in the order they are sent, with its size",
                len(rows) == status["unreceipted"] > 10 and [r["seq"] for r in rows] == sorted(r["seq"] for r in rows) and all(r["bytes"] > 0 for r in rows),
                (status["unreceipted"], [(r["seq"], r["bytes"]) for r in rows]))
    desk.expect("the actions of a plan among them", sum(r["type"] == "agreed_action" for r in rows) >= 8)
    screen = run(desk.aino, "list", "--waiting", json_form=False).out
    desk.expect("the same to be read", "agreed_action" in screen and " B" in screen, screen)
    nodes.online(desk.aino)
    nodes.sync(desk.aino)
    desk.expect("sent: nothing waits", jalka(desk.aino, "list", "--waiting")["waiting"] == [])
    desk.expect("and none was refused", jalka(desk.aino, "status")["quarantined"] == 0)


def main():
    tally = nodes.Tally()
    with daemons.World() as world:
        desk = Desk(world, tally)
        for part in (signed, drafts, replaced, from_where, lists, waits):
            with tally.part(part.__name__):
                part(desk)
    tally.finish()


if __name__ == "__main__":
    main()
