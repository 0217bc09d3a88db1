#!/usr/bin/env python3
"""Two workers out of reach of the network, on the same records; each case in both
orders of arrival.

Both write, both come back, and both laptops say the same: both notes stand; two plans
wait for the own worker; the earliest deadline and the withdrawal win; a protected
address is nowhere in the open; what was written after a case was closed says so. What
the central node alone decides a laptop does not write.
"""
import json

import nodes
from nodes import daemons, jalka, run
from daemons import until

ADDRESS = "Salattukuja 7"


class Team:
    """Aino is own worker, Mikko her co-worker on everything."""

    def __init__(self, world, tally):
        self.tally, self.expect = tally, tally.expect
        self.center = world.central()
        self.aino, self.mikko = world.field("aino"), world.field("mikko")
        add = lambda name, profession: jalka(self.center, "admin", "staff", "add", name, profession)["id"]
        self.staff = {"aino": add("Aino Laine", "LICENSED_SOCIAL_WORKER"), "mikko": add("Mikko Saari", "SOCIAL_INSTRUCTOR")}
        world.enrol(self.aino, self.staff["aino"])
        world.enrol(self.mikko, self.staff["mikko"])
        self.both = (self.aino, self.mikko)

    def shared(self, family, *client_fields):
        """A client and a matter on both laptops, which then go offline."""
        client = jalka(self.aino, "client", "add", family, "Eino", "municipality=Utajärvi", "contact_language=FI", *client_fields,
                       "--anyway")
        matter = nodes.new_matter(self.aino, client, "Yhteinen asia")
        nodes.sync(self.aino)
        for case in (client["case_id"], matter["case_id"]):
            jalka(self.center, "admin", "assign", case, self.staff["mikko"], "CO_WORKER")
        return client, matter

    def part(self):
        nodes.sync(*self.both)
        nodes.sync(*self.both)
        nodes.offline(*self.both)

    def meet(self, order):
        for device in order:
            nodes.online(device)
        nodes.sync(order[0])

    def refused(self, what, words, device, *command, stdin=None):
        got = run(device, *command, stdin=stdin)
        self.expect(f"{what}: refused, and said why", got.refused and all(word in got.err for word in words), got)

    def same(self, what, ask):
        """The same answer from both laptops; gives it."""
        answers = [ask(device) for device in self.both]
        self.expect(f"{what}: both laptops say the same", answers[0] == answers[1], answers)
        return answers[0]


def record(device, record):
    return jalka(device, "show", record)["record"]


def fields(device, id_):
    return record(device, id_)["fields"]


def state(id_):
    return lambda device: (record(device, id_)["state"]["holds"], record(device, id_)["state"]["decided"])


def due(id_):
    return lambda device: [(d["what"], d["rule"], d["counted"], d["class"]) for d in jalka(device, "agenda")["due"] if d["id"] == id_]


def notes(team, order):
    _, matter = team.shared("Muistio")
    team.part()
    jalka(team.aino, "note", matter["case_id"], "Ainon merkintä", "--at", "2026-03-02T10:00")
    jalka(team.mikko, "note", matter["case_id"], "Mikon merkintä", "--at", "2026-03-02T10:00")
    team.meet(order)
    texts = team.same("two notes", lambda d: sorted(r["fields"]["text"] for r in jalka(d, "show", matter["case_id"])["records"]
                                                     if r["type"] == "encounter_note"))
    team.expect("both notes stand", texts == ["Ainon merkintä", "Mikon merkintä"], texts)


def make_plan(device, matter, *more):
    return jalka(device, "create", "plan", "--case", matter["case_id"], "--sign", "kind=CLIENT", 'goals={"text":"x","category":"WORK"}',
                 "parties.role=asiakas", "client_agreement=AGREED", "review_on=2099-01-01", *more)["id"]


def plans(team, order):
    _, matter = team.shared("Suunnitelma")
    old = make_plan(team.aino, matter)
    jalka(team.aino, "step", old, "ACTIVE")
    team.part()
    mine, theirs = (make_plan(device, matter, f"replaces={old}") for device in team.both)
    team.meet(order)
    for plan in (mine, theirs):
        team.expect("two revisions: both kept, in conflict", team.same("a revision", state(plan)) == ("CONFLICT", False))
    team.expect("the plan they revise is REVISED", team.same("the old plan", state(old)) == ("REVISED", True))
    team.refused("the co-worker chooses", ["own worker"], team.mikko, "step", mine, "ENDED")
    jalka(team.aino, "step", theirs, "ENDED")
    nodes.sync(*team.both)
    nodes.sync(*team.both)
    team.expect("the own worker chose", team.same("the chosen one", state(mine)) == ("AGREED", True)
                and team.same("the other", state(theirs)) == ("ENDED", True))


def applications(team, order):
    client, _ = team.shared("Hakemus")
    application = jalka(team.aino, "application", client["id"], "delivered_at=2026-03-02T10:00", "arrived_at_kela=2026-03-02T12:00")["id"]
    jalka(team.aino, "step", application, "DELIVERED")
    jalka(team.aino, "step", application, "NORMAL_QUEUE")
    team.part()
    jalka(team.aino, "step", application, "DECIDED", 'decision={"date":"2026-03-05","result":"myönnetty"}')
    jalka(team.mikko, "step", application, "WAITING_INFO",
          'info_requests={"asked_at":"2026-03-03T10:00","how":"PHONE","items":["tiliote"],"due":"2099-03-09"}')
    team.meet(order)
    team.expect("stepped apart, the decision holds", team.same("an application", state(application)) == ("DECIDED", True))
    team.expect("and the list of requests is not lost", team.same("requests", lambda d: fields(d, application)["info_requests"][0]["items"])
                == ["tiliote"])


def urgency(team, order):
    client, _ = team.shared("Kiire")
    application = jalka(team.aino, "application", client["id"])["id"]
    team.part()
    jalka(team.aino, "change", application, "urgency=URGENT", "urgency_grounds=FOOD", "urgency_reason=Ruoka loppui")
    jalka(team.mikko, "change", application, "delivered_at=2026-03-02T10:00", "arrived_at_kela=2026-03-02T12:00")
    team.meet(order)
    items = team.same("an application made urgent", due(application))
    team.expect("urgent by one, arrived by the other: the urgent clock runs on both agendas",
                [(i[0], i[1], i[3]) for i in items] == [("decision", "D6", "URGENT")], items)


def deadlines(team, order):
    client, _ = team.shared("Määräaika")
    application = jalka(team.aino, "application", client["id"], "delivered_at=2026-03-02T10:00")["id"]
    team.part()
    jalka(team.aino, "change", application, "arrived_at_kela=2026-03-02T12:00")
    jalka(team.mikko, "change", application, "arrived_at_kela=2026-03-04T12:00")
    team.meet(order)
    items = team.same("two times of arrival", due(application))
    team.expect("the earliest deadline wins, and the conflict is on the agenda",
                [(i[1], i[2]) for i in items if i[0] == "decision"] == [("D5", "2026-03-11")]
                and any(i[0] == "conflict" for i in items), items)


def a_consent(team, family, *options):
    client, matter = team.shared(family)
    plan = make_plan(team.aino, matter)
    consent = jalka(team.aino, "consent", "give", client["id"], "PLAN_SUMMARY,CONTACT_DETAILS", "tiedoksi", "understood_check=kertoi", *options)["id"]
    return client, plan, consent


def withdrawn_while_prepared(team, order):
    _, plan, consent = a_consent(team, "Luovutus")
    team.part()
    disclosure = jalka(team.aino, "notice", plan)["id"]
    jalka(team.aino, "disclosure", "check", disclosure)
    jalka(team.aino, "disclosure", "queue", disclosure)
    jalka(team.mikko, "consent", "withdraw", consent, "puhelimitse")
    team.meet(order)
    team.expect("the withdrawal holds", team.same("the consent", state(consent)) == ("WITHDRAWN", True))
    team.refused("sending what was queued apart", ["withdr"], team.aino, "disclosure", "send", disclosure, "--means", "PRINT")
    nodes.sync(*team.both)
    nodes.sync(*team.both)
    held = team.same("the disclosure", state(disclosure))
    team.expect("it is blocked", held == ("BLOCKED", True), held)


def withdrawn_while_narrowed(team, order):
    _, _, consent = a_consent(team, "Rajaus")
    team.part()
    narrowed = jalka(team.aino, "consent", "narrow", consent, "--excluded", "CONTACT_DETAILS", "--understood", "kertoi")["id"]
    jalka(team.mikko, "consent", "withdraw", consent, "puhelimitse")
    team.meet(order)
    team.expect("withdrawn and narrowed apart: withdrawn", team.same("the consent", state(consent)) == ("WITHDRAWN", True))
    listed = lambda d: sorted((c["id"], c.get("holds"), c.get("why", "")) for c in jalka(d, "consent", "list", consent)["consents"])
    said = team.same("the consents", listed)
    team.expect("the narrower one is there to be looked at", narrowed in [c[0] for c in said], said)


def corrections(team, order):
    """Statements, rectifications, one that rectifies and one that takes out."""
    _, matter = team.shared("Oikaisu")
    stated, rectified, taken_out = (nodes.new_note(team.aino, matter, text)["id"] for text in ("Yksi", "Kaksi", "Kolme"))
    team.part()
    for device, who in ((team.aino, "Ainon"), (team.mikko, "Mikon")):
        correct = lambda id_, kind, *more: jalka(device, "correct", id_, "--kind", kind, "--reason", "Asiakas pyysi", *more)
        correct(stated, "CLIENT_STATEMENT", "--text", f"{who} kuulema")
        correct(rectified, "RECTIFY", "--text", f"{who} oikaisu")
    jalka(team.aino, "correct", taken_out, "--kind", "RECTIFY", "--reason", "Väärin kuultu", "--text", "Oikein")
    jalka(team.mikko, "correct", taken_out, "--kind", "REMOVE_UNNECESSARY", "--reason", "Ei kuulu asiaan")
    team.meet(order)
    texts = lambda id_: lambda d: sorted(c["fields"]["new_text"] for c in record(d, id_)["corrections"])
    team.expect("two statements of the client: both stand beside the note, which reads as it was",
                team.same("a note", texts(stated)) == ["Ainon kuulema", "Mikon kuulema"]
                and team.same("its text", lambda d: fields(d, stated)["text"]) == "Yksi")
    team.expect("two rectifications: both are there, and the one decided last is read",
                team.same("a note", texts(rectified)) == ["Ainon oikaisu", "Mikon oikaisu"]
                and team.same("its text", lambda d: (fields(d, rectified)["text"], record(d, rectified)["mark"]))
                == ("Mikon oikaisu", "CORRECTED"))
    team.expect("rectified by one, taken out by the other: taken out",
                team.same("a note", lambda d: ("text" in fields(d, taken_out), state(taken_out)(d)[0])) == (False, "VOIDED"))


def actions(team, order):
    _, matter = team.shared("Sovittu")
    action = jalka(team.aino, "create", "agreed_action", "--case", matter["case_id"], "what=Soitto", "owner_kind=WORKER", "owner=Aino",
                   "due=2099-01-01")["id"]
    team.part()
    jalka(team.aino, "step", action, "DONE", "done_note=Soitettu")
    jalka(team.mikko, "step", action, "CANCELLED", "done_note=Ei tarvita")
    team.meet(order)
    team.expect("done by one, cancelled by the other: what is done is done", team.same("an action", state(action)) == ("DONE", True))
    found = team.same("the words of both", lambda d: sorted(s["value"] for c in jalka(d, "conflicts")["conflicts"] if c["id"] == action
                                                            for s in c["siblings"] if c["field"] == "done_note"))
    team.expect("and which words are right is asked", found == ["Ei tarvita", "Soitettu"], found)


def visits(team, order):
    """Both begin the planned visit; of another one begins it, the other finds nobody."""
    _, matter = team.shared("Käynti")
    both, apart = (jalka(team.aino, "visit", "plan", matter["case_id"], "2026-03-02T10:00", "purpose=FOLLOW_UP", "place=HOME")["id"]
                   for _ in range(2))
    team.part()
    for device, at in ((team.aino, "2026-03-02T10:05"), (team.mikko, "2026-03-02T10:10")):
        jalka(device, "visit", "start", both, f"started_at={at}")
    jalka(team.aino, "visit", "start", apart)
    jalka(team.mikko, "step", apart, "NO_SHOW", "cancel_reason=Ei avannut")
    team.meet(order)
    team.expect("begun by both: it is begun", team.same("a visit", state(both)) == ("STARTED", True))
    found = team.same("when", lambda d: [c["field"] for c in jalka(d, "conflicts")["conflicts"] if c["id"] == both])
    team.expect("and when is asked", found == ["started_at"], found)
    held = team.same("a visit", state(apart))
    team.expect("begun by one, nobody met by the other: both laptops say the same", held[0] in ("STARTED", "NO_SHOW"), held)


def withdrawn_by_both(team, order):
    _, plan, consent = a_consent(team, "Kahdesti", "--at", "2026-03-01T09:00")
    team.part()
    jalka(team.aino, "consent", "withdraw", consent, "puhelimitse", "--at", "2026-03-02T12:00")
    jalka(team.mikko, "consent", "withdraw", consent, "puhelimitse", "--at", "2026-03-02T10:00")
    team.meet(order)
    team.expect("withdrawn by both: withdrawn", team.same("the consent", state(consent)) == ("WITHDRAWN", True))
    at = team.same("since when", lambda d: [c["withdrawn_ms"] for c in jalka(d, "consent", "list", consent)["consents"]])
    team.expect("since the earlier of the two", at == [1772438400000], at)
    team.refused("a notice on it", ["consent"], team.aino, "notice", plan)


def narrowed_by_both(team, order):
    """What the client excluded at either table is excluded."""
    _, plan, consent = a_consent(team, "Kaksi rajausta")
    team.part()
    excluded = ["CONTACT_DETAILS", "PLAN_SUMMARY"] if order[0] is team.aino else ["PLAN_SUMMARY", "CONTACT_DETAILS"]
    for device, scope in zip(team.both, excluded):
        jalka(device, "consent", "narrow", consent, "--excluded", scope, "--understood", "kertoi")
    team.meet(order)
    team.expect("narrowed by both: narrowed", team.same("the consent", state(consent)) == ("NARROWED", True))
    for device in team.both:
        team.refused("a notice of what one of them excluded", ["consent"], device, "notice", plan)


def phones(team, order):
    client, _ = team.shared("Puhelin", "phone=040 000 0001")
    team.part()
    jalka(team.aino, "client", "change", client["id"], "phone=040 000 0002")
    jalka(team.mikko, "client", "change", client["id"], "phone=040 000 0003")
    team.meet(order)
    conflict = lambda d: [c for c in jalka(d, "conflicts")["conflicts"] if c["id"] == client["id"]]
    for device in team.both:
        found = conflict(device)
        siblings = {s["by"]["name"]: s for s in found[0]["siblings"]} if found else {}
        team.expect("the conflict says who, when and on which laptop", len(found) == 1 and found[0]["field"] == "phone"
                    and {n: s["value"] for n, s in siblings.items()} == {"Aino Laine": ["040 000 0002"], "Mikko Saari": ["040 000 0003"]}
                    and all(s["at_ms"] > 0 and s["by"]["node"] for s in siblings.values())
                    and sum(s["by"]["mine"] for s in siblings.values()) == 1, found)
    jalka(team.mikko, "conflicts", "choose", client["id"], "phone", "theirs")
    nodes.sync(team.mikko, team.aino)
    team.expect("chosen, it is the same for both", team.same("the phone", lambda d: fields(d, client["id"])["phone"]) == ["040 000 0002"]
                and conflict(team.aino) == [])
    team.expect("and who chose is in its history", nodes.log_of(team.aino, client["id"])[-1]["by"]["name"] == "Mikko Saari")


def everywhere(device, client):
    """All that a laptop says of a client."""
    said = [run(device, *words).out for words in (
        ("show", client["id"], "--log"), ("show", client["case_id"]), ("client", "list"), ("list", "client"), ("conflicts",),
        ("search", ADDRESS.split()[0]), ("client", "find", ADDRESS.split()[0]), ("agenda",), ("quarantine",))]
    said += [run(device, "print", kind, client["id"], "--plain", json_form=False).out for kind in ("report", "log")]
    return "".join(said)


def addresses(team, order):
    """One says that it is protected, the other adds it to the card."""
    client, _ = team.shared("Turvakielto")
    team.part()
    jalka(team.aino, "client", "protect", client["id"])
    jalka(team.mikko, "client", "change", client["id"], "phone=040 000 0009", f"address.street={ADDRESS}")
    team.expect("before they meet it stands where it was typed", ADDRESS in everywhere(team.mikko, client))
    team.meet(order)
    for name, device in (("Aino", team.aino), ("Mikko", team.mikko)):
        team.expect(f"nothing on {name}'s laptop says the address", ADDRESS not in everywhere(device, client))
        team.expect("the card reads protected", fields(device, client["id"])["address_protected"] is True)
        team.expect("to move it is urgent on the agenda", ("address", "URGENT") in [(i[0], i[3]) for i in due(client["id"])(device)],
                    due(client["id"])(device))
    team.expect("what else was written stands", fields(team.aino, client["id"])["phone"] == ["040 000 0009"])
    jalka(team.mikko, "client", "change", client["id"], "phone=040 000 0010")
    team.refused("an address once more", ["protected"], team.mikko, "client", "change", client["id"], f"address.street={ADDRESS}")
    got = jalka(team.mikko, "client", "protect", client["id"])
    team.expect("moved, it is gone from the agenda", got["moved"] == 1 and due(client["id"])(team.mikko) == [], got)
    nodes.sync(team.mikko, team.aino)
    until(lambda: due(client["id"])(team.aino) == [], "the agenda of Aino")
    details = [r for r in jalka(team.mikko, "list", "protected_details")["records"]]
    team.expect("the card still says nothing", ADDRESS not in everywhere(team.mikko, client), details)


def protected_by_both(team, order):
    """Both move what was in the open; then one says open again, the other says it is protected."""
    client, _ = team.shared("Salainen", f"address.street={ADDRESS}")
    team.part()
    for device in team.both:
        team.expect("what stood on the card is moved", jalka(device, "client", "protect", client["id"])["moved"] == 1)
    team.meet(order)
    team.expect("moved by both, it is nowhere in the open", all(ADDRESS not in everywhere(d, client) for d in team.both))
    nodes.sync(*team.both)
    nodes.offline(*team.both)
    jalka(team.aino, "client", "change", client["id"], "address_protected=false", "address.street=Avokatu 1")
    jalka(team.mikko, "client", "change", client["id"], "address_protected=true", "phone=040 000 0011")
    team.meet(order)
    said = team.same("open by one, protected by the other", lambda d: fields(d, client["id"])["address_protected"])
    team.expect("protected wins, and what the one wrote is nowhere", said is True and
                all("Avokatu" not in everywhere(d, client) for d in team.both), said)
    jalka(team.aino, "conflicts", "choose", client["id"], "address_protected", "mine")
    team.expect("until a person has chosen otherwise", "Avokatu" in everywhere(team.aino, client))


def closings(team, order):
    client, matter = team.shared("Sulku")
    before = nodes.new_note(team.aino, matter, "Ennen sulkemista")["id"]
    team.part()
    jalka(team.aino, "case", "close", matter["id"], "Tarve poistui")
    late = nodes.new_note(team.mikko, matter, "Sulkemisen jälkeen")["id"]
    team.meet(order)
    team.expect("closed by one, written by the other: it stays closed", team.same("the matter", state(matter["id"])) == ("CLOSED", True))
    mark = lambda d: [record(d, id_).get("after_closing", False) for id_ in (before, late)]
    team.expect("what was written after says so, and stands", team.same("the notes", mark) == [False, True])
    words = run(team.aino, "case", "show", matter["case_id"], json_form=False).out
    team.expect("to people too", "written after closing" in words, words)
    team.refused("and the case takes nothing new", ["closed"], team.mikko, "note", matter["case_id"], "x")


def central_alone(team, _):
    client, matter = team.shared("Keskus")
    team.part()
    staff = team.staff["mikko"]
    for name, values in (("case_assignment", {"staff": staff, "role": "OWN_WORKER", "from": "2026-03-02T10:00"}),
                         ("device", {"serial": "x", "kind": "LAPTOP", "holder": staff, "disk_encrypted": True})):
        team.refused(f"a {name} by a laptop", ["central"], team.mikko, "create", name, "--case", matter["case_id"], "--from-json", "-",
                     stdin=json.dumps(values))
    team.refused("a link between clients by a laptop", ["merged_into", "central"], team.mikko, "client", "change", client["id"],
                 f"merged_into={client['id']}")
    assignment = [r["id"] for r in jalka(team.mikko, "list", "case_assignment")["records"] if r["case_id"] == matter["case_id"]][0]
    team.refused("the end of an assignment by a laptop", ["central"], team.mikko, "change", assignment, "to=2026-03-02T10:00")
    jalka(team.center, "admin", "unassign", matter["case_id"], staff)
    kept = nodes.new_note(team.mikko, matter, "Kirjattu ennen kuin tieto tuli")["id"]
    nodes.online(*team.both)
    until(lambda: nodes.holds(team.mikko, matter["id"]) is None, "the case gone from the laptop")
    waits = [q for q in jalka(team.center, "admin", "quarantine")["quarantine"] if q["record_id"] == kept]
    team.expect("what was written meanwhile waits for a decision, not lost", len(waits) == 1, waits)
    jalka(team.center, "admin", "accept", waits[0]["item"])
    nodes.sync(team.aino)
    until(lambda: nodes.holds(team.aino, kept), "the accepted note")


def stubs(team, order):
    """Each meets the same unknown person: two records, linked, and neither file moves."""
    team.part()
    made = [jalka(d, "client", "add", "Tuntematon", "Tapio", "municipality=Hallasuo", "hetu=" + code, "--anyway")
            for d, code in zip(team.both, (" 010594y9032", "010594Y9032"))] if order[0] is team.aino else \
           [jalka(d, "client", "add", "Toinen", "Taimi", "municipality=Hallasuo", "hetu=" + code, "--anyway")
            for d, code in zip(team.both, ("131052-308t", "131052-308T"))]
    team.expect("the code is kept in its settled form", [fields(d, c["id"])["hetu"][-1] in "2T" and fields(d, c["id"])["hetu"].isupper()
                                                        for d, c in zip(team.both, made)] == [True, True],
                [fields(d, c["id"])["hetu"] for d, c in zip(team.both, made)])
    team.meet(order)
    # Which is the older is told by the laptops' clocks, which differ by some milliseconds.
    links = lambda: [fields(d, c["id"]).get("merged_into") for d, c in zip(team.both, made)]
    until(lambda: links() in ([None, made[0]["id"]], [made[1]["id"], None]), "one record linked to the other")
    team.expect("neither worker received the other's file", nodes.holds(team.mikko, made[0]["id"]) is None
                and nodes.holds(team.aino, made[1]["id"]) is None)


def main():
    tally = nodes.Tally()
    with daemons.World() as world:
        team = Team(world, tally)
        for part in (notes, corrections, plans, actions, visits, applications, urgency, deadlines, withdrawn_while_prepared,
                     withdrawn_while_narrowed, withdrawn_by_both, narrowed_by_both, phones,
                     addresses, protected_by_both, closings, central_alone, stubs):
            for order, name in (((team.aino, team.mikko), "Aino first"), ((team.mikko, team.aino), "Mikko first")):
                with tally.part(f"{part.__name__}, {name}"):
                    part(team, order)
                nodes.online(*team.both)
        with tally.part("the end"):
            nodes.sync(*team.both)
            tally.expect("every chain of the central node verifies", jalka(team.center, "admin", "audit")["ok"])
            for device in team.both:
                tally.expect("a rebuilt book is the same", jalka(device, "rebuild")["same"])
    tally.finish()


if __name__ == "__main__":
    main()
