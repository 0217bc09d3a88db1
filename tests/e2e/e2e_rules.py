#!/usr/bin/env python3
"""What the law allows to be recorded, through real daemons and the command line.

The main refusals with their words, the steps that are told, corrections and what is
read after them, and two workers who step apart: both writes stand, and both laptops
say what holds.
"""
import journeys
import nodes
from nodes import daemons, jalka, run


class Office:
    """Aino is a licensed social worker, Mikko an instructor."""

    def __init__(self, world, tally):
        self.tally, self.expect = tally, tally.expect
        self.center = world.central()
        self.aino, self.mikko = world.field("aino"), world.field("mikko")
        add = lambda name, profession: jalka(self.center, "admin", "staff", "add", name, profession)["id"]
        self.staff = {"aino": add("Aino Laine", "LICENSED_SOCIAL_WORKER"), "mikko": add("Mikko Saari", "SOCIAL_INSTRUCTOR")}
        world.enrol(self.aino, self.staff["aino"])
        world.enrol(self.mikko, self.staff["mikko"])
        self.client = nodes.new_client(self.aino, "Kettusalonpää")
        self.matter = nodes.new_matter(self.aino, self.client, "Vuokrarästi")
        self.home, self.place = self.client["case_id"], self.matter["case_id"]

    def refused(self, what, words, *command, daemon=None, stdin=None):
        """Refused with these words, and nothing is written."""
        daemon = daemon or self.aino
        before = nodes.recorded(daemon)
        got = run(daemon, *command, stdin=stdin)
        told = all(word in got.err for word in words)
        self.expect(f"{what}: refused, and said why", got.refused and told and nodes.recorded(daemon) == before, got)

    def state(self, record, daemon=None):
        return jalka(daemon or self.aino, "show", record)["record"]["state"]


def a_referral(office):
    aino, expect = office.aino, office.expect
    got = jalka(aino, "create", "referral", "--case", office.home, f"client={office.client['id']}", "pathway=OUTREACH_FOUND",
                "from_org=OUTREACH", "received_at=2026-03-02T10:00", "client_consent=GIVEN", "reasons=Ruoka loppui",
                f"owner={office.staff['aino']}")
    expect("a new referral asks for its urgency judgement", any("D1" in a["text"] for a in got["advice"]), got)
    referral = got["id"]
    steps = jalka(aino, "step", referral)
    expect("the steps say what they need", [(s["state"], s["field"], s["ready"]) for s in steps["steps"]] ==
           [("TRIAGED", "urgent_triage", False)], steps)
    office.refused("a referral past TRIAGED", ["TRIAGED"], "step", referral, "CASE_OPENED", f"outcome_case={office.matter['id']}")
    office.refused("TRIAGED without the judgement", ["urgent_triage", "judgement"], "step", referral, "TRIAGED")
    office.refused("a state that is none", ["did you mean TRIAGED"], "step", referral, "TRIAGD")
    triage = 'urgent_triage={"at":"2026-03-02T10:15","by":"Aino Laine","result":"NOT_IMMEDIATE"}'
    jalka(aino, "step", referral, "TRIAGED", triage)
    jalka(aino, "step", referral, "LINKED", f"outcome_case={office.matter['id']}")
    expect("stepped, it is where it was led", office.state(referral)["holds"] == "LINKED", office.state(referral))
    expect("and nothing leads on", jalka(aino, "step", referral)["steps"] == [])
    office.refused("a request without consent", ["client_consent", "consent"], "create", "referral", "--case", office.home,
                   "pathway=NEED_REQUEST", "from_org=KELA", "received_at=2026-03-02T10:00", "client_consent=REFUSED",
                   "statutory_ground=SHL 35 §", "reasons=x", f"owner={office.staff['aino']}")
    office.refused("no consent and no statute", ["statutory_ground"], "create", "referral", "--case", office.home,
                   "pathway=OBVIOUS_NEED", "from_org=KELA", "received_at=2026-03-02T10:00", "client_consent=NOT_OBTAINABLE",
                   "reasons=x", f"owner={office.staff['aino']}")


def a_visit(office):
    aino = office.aino
    visit = jalka(aino, "visit", "start", office.place)["id"]
    office.refused("a visit without its note", ["signed note"], "visit", "end", visit)
    draft = jalka(aino, "note", office.place, "Kesken", "--draft", "--visit", visit)["id"]
    office.refused("a visit with a draft alone", ["signed note"], "visit", "end", visit)
    jalka(aino, "sign", draft)
    jalka(aino, "visit", "end", visit)
    office.expect("a visit with its note is done", office.state(visit)["holds"] == "DONE")
    other = jalka(aino, "visit", "plan", office.place, "2026-03-05T10:00")["id"]
    office.refused("nobody met and no reason", ["cancel_reason"], "step", other, "NO_SHOW")
    jalka(aino, "step", other, "NO_SHOW", "cancel_reason=Kukaan ei avannut ovea")


def people(office):
    aino, mikko = office.aino, office.mikko
    client = office.client["id"]
    office.refused("a wrong identity code", ["hetu"], "client", "change", client, "hetu=010594Y9033")
    office.refused("a code of another day", ["birth_date"], "client", "change", client, "hetu=010594Y9032", "birth_date=1994-05-02")
    office.refused("a birth in the future", ["birth_date", "future"], "client", "change", client, "birth_date=2099-01-01")
    office.refused("a protected address on the card", ["protected_details"], "client", "change", client, "address_protected=true",
                   "address.street=Salatie 1")
    office.refused("a customer type that does not follow", ["customer_type"], "create", "digital_capability", "--case", office.home,
                   "--sign", f"client={client}", "assessed_on=2026-03-02", "has_computer=true", "has_connection=true", "skill=GOOD",
                   "customer_type=NOEQ_NOSK", "agreed_channel=OWN_DEVICE")
    made = jalka(aino, "create", "digital_capability", "--case", office.home, "--sign", f"client={client}",
                 "assessed_on=2026-03-02", "has_computer=true", "has_connection=true", "skill=WEAK", "agreed_channel=PUBLIC_GUIDED")
    fields = jalka(aino, "show", made["id"])["record"]["fields"]
    office.expect("and is filled in when left out", fields["customer_type"] == "EQ_NOSK", fields)
    own = nodes.new_client(mikko, "Saarelainen")
    office.refused("special support said by an instructor", ["licensed"], "case", "open", own["id"], "Tuki", "special_support=true",
                   "special_support_reason=x", daemon=mikko)
    office.refused("a phone number among observations", ["nobody"], "create", "social_observation", "phenomenon=Matkat",
                   "municipality=Hallasuo", "text=Soittaja 040 000 0123 kertoi")


def content(office):
    aino, client = office.aino, office.client["id"]
    office.refused("three quadrants", ["all four"], "create", "life_situation_mapping", "--case", office.home, "--sign",
                   "--from-json", "-", stdin=f'{{"client":"{client}","mode":"FACE","client_confirmed":true,'
                   '"quadrants":[{"quadrant":"INCOME","state":"OK"}]}')
    office.refused("violence that is not serious", ["level", "SERIOUS"], "create", "concern_assessment", "--case", office.home,
                   "--sign", f"client={client}", 'items={"code":"C05","answer":"YES"}', "level=MILD", "done_with_client=true")
    draft = jalka(aino, "create", "concern_assessment", "--case", office.home, f"client={client}",
                  'items={"code":"C08","answer":"YES"}', "level=MILD", "done_with_client=false")["id"]
    office.refused("a draft is judged when it is signed", ["level", "SERIOUS"], "sign", draft)
    jalka(aino, "change", draft, "level=SERIOUS")
    office.refused("and again", ["reason_if_not"], "sign", draft)
    jalka(aino, "change", draft, "reason_if_not=Puhelimessa")
    got = jalka(aino, "sign", draft)
    office.expect("signed, it tells what to do", any("112" in a["text"] for a in got["advice"]), got)
    asked = lambda: [d["class"] for d in jalka(aino, "agenda")["due"] if d["what"] == "child"]
    jalka(aino, "create", "concern_assessment", "--case", office.home, "--sign", f"client={client}", 'items={"code":"C04","answer":"YES"}',
          "level=CLEAR", "done_with_client=true")
    office.expect("concern for a child: the notice stands on top of the agenda", asked() == ["URGENT"], asked())
    jalka(aino, "create", "child_notice", "--client", client, "--sign", "about_person=Eetu", "grounds=Yksin iltaisin",
          f"made_at={journeys.ago(1)}", "recipient=Lastensuojelu")
    office.expect("until it is made", asked() == [], asked())
    office.refused("an item that is none of the list", ["C01 to C12"], "create", "concern_assessment", "--case", office.home, "--sign",
                   f"client={client}", 'items={"code":"c05","answer":"YES"}', "level=MILD", "done_with_client=true")
    office.refused("unnecessary without reasons", ["unnecessary"], "create", "service_need_assessment", "--case", office.place,
                   "--sign", "participants.role=asiakas", "outcome=UNNECESSARY")
    jalka(aino, "create", "related_person", "--case", office.home, f"client={client}", "name=Eino", "relation=CHILD", "minor=true",
          "lives_with=true")
    office.refused("a child not looked at", ["child_situation"], "create", "service_need_assessment", "--case", office.place,
                   "--sign", "participants.role=asiakas", "outcome=SERVICES")
    office.refused("another kind of plan than the pathway's", ["kind"], "create", "plan", "--case", office.place, "--sign",
                   "kind=ACTIVATION", 'goals={"text":"x","category":"WORK"}', "parties.role=x", "client_agreement=AGREED",
                   "review_on=2099-01-01")
    application = jalka(aino, "application", client)["id"]
    office.refused("urgent without grounds", ["urgency_grounds"], "change", application, "urgency=URGENT", "urgency_reason=x")
    office.refused("delivered after it arrived", ["arrived_at_kela"], "change", application, "delivered_at=2026-03-03T10:00",
                   "arrived_at_kela=2026-03-02T10:00")
    office.refused("a consent of two years", ["twelve months"], "consent", "give", client, "SESSION", "tapaaminen",
                   "understood_check=kertoi", "valid_until=2099-01-01")


def corrections(office):
    aino, expect = office.aino, office.expect
    note = nodes.new_note(aino, office.matter, "Asiakas juo päivittäin pullon viinaa.")["id"]
    office.refused("a rectification without a text", ["new_text"], "correct", note, "--kind", "RECTIFY", "--reason", "väärin kuultu")
    office.refused("a kind that is none", ["SUPPLEMENT"], "correct", note, "--kind", "ERASE", "--reason", "x")
    office.refused("correcting what is not signed", ["change it"], "correct", office.client["id"], "--kind", "SUPPLEMENT", "--reason", "x",
                   "--text", "y")
    jalka(aino, "correct", note, "--kind", "RECTIFY", "--reason", "Väärin kuultu", "--text", "Asiakas juo päivittäin pullon vettä.")
    shown = jalka(aino, "show", note)["record"]
    expect("a rectified note reads as corrected, with a mark",
           (shown["fields"]["text"], shown["mark"], shown["state"]["holds"]) ==
           ("Asiakas juo päivittäin pullon vettä.", "CORRECTED", "CORRECTED"), shown)
    expect("the original is nowhere in it", "viinaa" not in run(aino, "show", note).out)
    expect("nor in the case", "viinaa" not in run(aino, "show", office.place).out and "vettä" in run(aino, "show", office.place).out)
    expect("nor in a list", "viinaa" not in run(aino, "list").out)
    expect("nor in what people see", "viinaa" not in run(aino, "show", note, json_form=False).out)
    found = lambda word: {r["type"] for r in jalka(aino, "search", word)["records"]}
    expect("it is found by the corrected words, not by the wrong ones", (found("vettä"), found("viinaa")) == ({"correction"}, set()),
           (found("vettä"), found("viinaa")))
    printed = run(aino, "print", "report", office.client["id"], "--plain", json_form=False).out
    expect("the client's own report reads as corrected", "viinaa" not in printed and printed.count("vettä") == 2 and
           "on korjattu" in printed, printed[:400])
    office.refused("the original without a reason", ["why"], "show", note, "--original", " ")
    original = jalka(aino, "show", note, "--original", "Rekisteröidyn pyyntö")["record"]
    expect("the original is there for one who says why", original["fields"]["text"].endswith("viinaa."), original)
    jalka(aino, "correct", note, "--kind", "CLIENT_STATEMENT", "--reason", "Asiakas pyysi", "--text", "En juo mitään.")
    texts = [c["fields"]["new_text"] for c in jalka(aino, "show", note)["record"]["corrections"]]
    expect("the client's statement stands beside it", texts[-1] == "En juo mitään.", texts)
    got = jalka(aino, "correct", note, "--kind", "REMOVE_UNNECESSARY", "--reason", "Pyyntö", "refusal_reasons=Tieto tarvitaan")
    shown = jalka(aino, "show", note)["record"]
    expect("a refusal is written with its reasons and changes nothing",
           (shown["state"]["holds"], shown["corrections"][-1]["id"], shown["corrections"][-1]["refused"]) ==
           ("CORRECTED", got["id"], True), shown)
    other = nodes.new_note(aino, office.matter, "Tarpeeton huomio naapurista.")["id"]
    jalka(aino, "correct", other, "--kind", "REMOVE_UNNECESSARY", "--reason", "Ei kuulu asiaan")
    shown = jalka(aino, "show", other)["record"]
    expect("what was unnecessary is not read any more", shown["mark"] == "VOIDED" and "text" not in shown["fields"], shown)


def wrong_client(office):
    aino, expect = office.aino, office.expect
    right = nodes.new_client(aino, "Oikeanen")
    matter = nodes.new_matter(aino, right, "Oikea asia")
    note = jalka(aino, "note", office.place, "Lääkkeet loppuivat eilen.", "--at", "2026-03-02T10:00")["id"]
    office.refused("moving without saying where", ["to_case"], "correct", note, "--kind", "WRONG_CLIENT", "--reason", "x")
    office.refused("moving to the same client", ["same client"], "correct", note, "--kind", "WRONG_CLIENT", "--reason", "x", "--to",
                   office.place)
    got = jalka(aino, "correct", note, "--kind", "WRONG_CLIENT", "--reason", "Väärä asiakas", "--to", matter["case_id"])
    old, new = jalka(aino, "show", note)["record"], jalka(aino, "show", got["also"])["record"]
    expect("under the wrong client it is sealed", old["mark"] == "WRONG_CLIENT" and "text" not in old["fields"] and
           old["state"]["holds"] == "VOIDED", old)
    expect("under the right one it reads, when it happened", new["case_id"] == matter["case_id"] and
           new["fields"]["text"] == "Lääkkeet loppuivat eilen." and new["event_at_ms"] == old["event_at_ms"], new)


def closing(office):
    aino, expect = office.aino, office.expect
    matter = nodes.new_matter(aino, office.client, "Lyhyt asia")
    office.refused("closing at one leap", ["CLOSING"], "step", matter["id"], "CLOSED", "closed_on=2026-03-05", "close_reason=x")
    jalka(aino, "case", "close", matter["id"], "Tarve oli tilapäinen")
    expect("a case is closed with reason and day", office.state(matter["id"])["holds"] == "CLOSED")
    office.refused("opening it again", ["follows_case"], "step", matter["id"], "OPEN")
    office.refused("writing into it", ["takes nothing new"], "note", matter["case_id"], "Vielä yksi asia")
    office.refused("closing it again", ["closed"], "case", "close", matter["id"], "Uudestaan")
    new = jalka(aino, "case", "open", office.client["id"], "Uusi asia", f"follows_case={matter['id']}")
    expect("a new need is a new case that follows it", new["opened"] is True)


def make_plan(office, daemon, matter, *more):
    return jalka(daemon, "create", "plan", "--case", matter["case_id"], "--sign", "kind=CLIENT", 'goals={"text":"x","category":"WORK"}',
                 "parties.role=asiakas", "client_agreement=AGREED", "review_on=2099-01-01", *more)["id"]


def two_apart(office):
    """Both step offline; both writes stand, and both laptops say the same."""
    aino, mikko, expect = office.aino, office.mikko, office.expect
    matter = nodes.new_matter(aino, office.client, "Yhteinen asia")
    visit = jalka(aino, "visit", "plan", matter["case_id"], "2026-03-05T10:00")["id"]
    consent = jalka(aino, "consent", "give", office.client["id"], "PLAN_SUMMARY,CONTACT_DETAILS", "tiedoksi", "understood_check=kertoi")["id"]
    plan = make_plan(office, aino, matter)
    for case in (office.home, matter["case_id"]):
        nodes.sync(aino)
        jalka(office.center, "admin", "assign", case, office.staff["mikko"], "CO_WORKER")
    jalka(aino, "step", plan, "ACTIVE")
    nodes.sync(aino, mikko)
    nodes.offline(aino, mikko)
    plans = [make_plan(office, daemon, matter, f"replaces={plan}") for daemon in (aino, mikko)]
    jalka(aino, "step", visit, "STARTED", "started_at=2026-03-05T10:05")
    jalka(mikko, "step", visit, "CANCELLED", "cancel_reason=Asiakas perui")
    jalka(aino, "step", matter["id"], "ASSESSING")
    jalka(mikko, "case", "close", matter["id"], "Tarve poistui")
    jalka(aino, "consent", "narrow", consent, "--excluded", "CONTACT_DETAILS", "--understood", "kertoi")
    jalka(mikko, "consent", "withdraw", consent, "puhelimitse")
    nodes.online(aino, mikko)
    nodes.sync(aino)
    held = {name: [office.state(record, daemon) for record in (visit, matter["id"], consent)]
            for name, daemon in (("aino", aino), ("mikko", mikko))}
    expect("both laptops say the same holds", held["aino"] == held["mikko"], held)
    expect("and it is what the tables say", [s["holds"] for s in held["aino"]] == ["CANCELLED", "CLOSED", "WITHDRAWN"] and
           all(s["decided"] and s["why"] for s in held["aino"]), held)
    rivals = [office.state(p, daemon) for p in plans for daemon in (aino, mikko)]
    expect("two revisions of one plan both stand until one is chosen", all(
        (s["holds"], s["decided"]) == ("CONFLICT", False) for s in rivals), rivals)
    asked = [[d["id"] for d in jalka(daemon, "agenda")["due"] if d["what"] == "rival"] for daemon in (aino, mikko)]
    expect("both agendas ask for the choice", [sorted(a) for a in asked] == [sorted(plans)] * 2, asked)
    expect("no other choice is asked for: the tables decide", jalka(aino, "status")["conflicts"] == 0, run(aino, "conflicts"))
    expect("and the plan they revise is REVISED", office.state(plan)["holds"] == "REVISED", office.state(plan))
    jalka(aino, "step", plans[1], "ENDED")
    expect("one ended, the other holds", office.state(plans[0])["decided"], office.state(plans[0]))
    listed = {r["id"]: r["state"]["holds"] for r in jalka(aino, "list", "case")["records"]}
    expect("lists say so too", listed[matter["id"]] == "CLOSED", listed)
    office.refused("and the closed case takes nothing new", ["closed"], "note", matter["case_id"], "x")
    quarantine = jalka(office.center, "admin", "quarantine")["quarantine"]
    expect("nothing that arrived was refused", quarantine == [], quarantine)


def one_own_worker(office):
    center, expect = office.center, office.expect
    got = run(center, "admin", "assign", office.place, office.staff["mikko"], "OWN_WORKER")
    expect("a second own worker is refused, and told who is the first", got.refused and "Aino Laine" in got.err, got)
    nodes.sync(office.aino)
    due = lambda: [d["rule"] for d in jalka(office.aino, "agenda")["due"] if d["what"] == "own_worker" and d["case_id"] == office.place]
    jalka(office.aino, "create", "service_need_assessment", "--case", office.place, "--sign", "participants.role=asiakas", "outcome=SERVICES",
          "own_worker_need=false", "child_situation=Eino käy koulua", "started_on=2026-03-03", "completed_on=2026-03-05")
    expect("with an own worker D11 is met", due() == [], due())
    got = run(center, "admin", "no-own-worker", office.place, "Ei tarvita")
    expect("a case that has an own worker needs no reason for none", got.refused and "own worker" in got.err, got)
    jalka(center, "admin", "assign", office.place, office.staff["mikko"], "CO_WORKER")
    jalka(center, "admin", "assign", office.place, office.staff["aino"], "CO_WORKER")
    jalka(center, "admin", "unassign", office.place, office.staff["aino"])
    jalka(center, "admin", "assign", office.place, office.staff["aino"], "CO_WORKER")
    daemons.until(lambda: run(office.aino, "show", office.place).code == nodes.DONE and due(), "the case without its own worker")
    expect("without one it is due, whatever the assessment says of the need", due() == ["D11"], due())
    jalka(center, "admin", "no-own-worker", office.place, "Kuntoutuksen työntekijä vastaa asiasta")
    daemons.until(lambda: not due(), "the reason at the laptop")
    expect("with the reason written it is not", due() == [], due())
    jalka(center, "admin", "unassign", office.place, office.staff["aino"])
    jalka(center, "admin", "unassign", office.place, office.staff["mikko"])
    jalka(center, "admin", "assign", office.place, office.staff["mikko"], "OWN_WORKER")
    got = run(center, "admin", "assign", office.place, office.staff["aino"])
    expect("after the change the other way round", got.refused and "Mikko Saari" in got.err, got)


def main():
    tally = nodes.Tally()
    with daemons.World() as world:
        office = Office(world, tally)
        for part in (a_referral, a_visit, people, content, corrections, wrong_client, closing, two_apart, one_own_worker):
            with tally.part(part.__name__):
                part(office)
    tally.finish()


if __name__ == "__main__":
    main()
