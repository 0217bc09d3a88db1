#!/usr/bin/env python3
"""Consent, disclosure and the joint session, with real daemons: journeys 5 and 6.

A notice is shown before anything is written, prepared, queued, sent and receipted;
a withdrawal counts from the moment the client gave it, blocks what waits, opens the
task to tell who was told, and wins in whatever order it arrives on two devices. A
joint session runs from the appointment to the signature, through a dropped line,
and Kela gets what was agreed and nothing else.
"""
import datetime

import nodes
from nodes import FAILED, USAGE, daemons, jalka, run

GIVEN = ["understood_check=kertoi omin sanoin", "recipient=Kela"]


def staff_and_device(world, center, name):
    device = world.field(name)
    staff = jalka(center, "admin", "staff", "add", name.title() + " Laine", "LICENSED_SOCIAL_WORKER", "Takkuvaara")
    world.enrol(device, staff["id"])
    return device, staff["id"]


def show(device, record):
    return jalka(device, "show", record)["record"]["fields"]


class Person:
    """A client with a matter, a mapping and a plan."""

    def __init__(self, device, family, language="FI"):
        self.device, self.family = device, family
        self.client = self.id("client", "add", family, "Aino", "municipality=Takkuvaara", f"contact_language={language}",
                              "phone=040 000 0777", "address.street=Salakuja 1")
        self.matter = self.id("case", "open", self.client, "Vuokrarästi")
        self.cases = [jalka(device, "show", r)["record"]["case_id"] for r in (self.client, self.matter)]
        self.id("mapping", self.client, "income=WATCH:Laskut kasautuvat", "family=SUPPORT:Puoliso Pekka juo", "health=SUPPORT:Lääkkeet",
                "housing=SUPPORT:Vuokrarästi 2 kk", "client_confirmed=true")
        self.plan = self.new_plan()

    def id(self, *words):
        return jalka(self.device, *words)["id"]

    def new_plan(self, kind="INDEPENDENT_COPING"):
        return self.id("create", "plan", "--case", self.matter, "--sign", f"kind={kind}",
                       'goals=[{"text":"Vuokra maksetaan ajallaan.","category":"HOUSING","client_words":"omin sanoin"},'
                       '{"text":"Käy lääkärissä.","category":"HEALTH"}]',
                       'actions=[{"what":"Maksusuunnitelma","who":"Naapuri Niemi","due":"2030-01-10","kind":"INDIVIDUAL"}]',
                       'parties=[{"role":"asiakas"}]', "client_agreement=AGREED", "review_on=2030-01-20", "kela_notice_wanted=true")

    def consent(self, scope="PLAN_SUMMARY", purpose="hakemuksen käsittely", *more):
        return self.id("consent", "give", self.client, scope, purpose, *GIVEN, *more)

    def sent(self):
        """A notice on its way to Kela, and gone."""
        notice = self.id("notice", self.plan)
        jalka(self.device, "disclosure", "queue", notice)
        jalka(self.device, "disclosure", "send", notice, "--means", "SECURE_MAIL")
        return notice

    def queued(self):
        notice = self.id("notice", self.plan)
        jalka(self.device, "disclosure", "queue", notice)
        return notice


def disclosures(device, client=None):
    return {d["id"]: d for d in jalka(device, "disclosure", "list", *([client] if client else []))["disclosures"]}


def acts(device, act):
    rows = [show(device, r["id"]) for r in jalka(device, "list", "access_log")["records"]]
    return [f for f in rows if f["act"] == act]


def tasks(device, client_case):
    return [r for r in jalka(device, "list", "agreed_action", "--case", client_case)["records"] if "ilmoita peruutuksesta" in r["title"]]


# ---- journey 6 -----------------------------------------------------------------

def nothing_goes_without_a_consent(tally, person):
    device = person.device
    jalka(device, "change", person.client, "kanta_choice=PERMITTED")  # between controllers: a flag, and no consent
    got = run(device, "notice", person.plan)
    tally.expect("without a consent no notice is prepared", got.code == FAILED and "consent give" in got.err, got)
    got = run(device, "notice", person.plan, "--reason", "hätä")
    tally.expect("a statute is named", got.code == FAILED and "name the statute" in got.err, got)
    person.consent("PLAN_SUMMARY", "vanha", "given_at=2025-01-01T09:00", "valid_until=2025-06-01")
    got = run(device, "notice", person.plan)
    tally.expect("an expired consent is none, and what to do is said", got.code == FAILED and "expired" in got.err and "consent give" in got.err, got)
    other_way = person.consent("PLAN_SUMMARY", "x", "direction=FROM_KELA", "form=WRITTEN")
    got = run(device, "notice", person.plan, "--consent", other_way)
    tally.expect("what lets Kela tell us does not let us tell Kela", got.code == FAILED and "needs one of its own" in got.err, got)


def a_notice_is_shown_then_prepared_queued_sent_receipted(tally, person):
    device = person.device
    consent = person.consent("PLAN_SUMMARY,QUADRANT_INCOME", "hakemuksen käsittely", "excluded=QUADRANT_HEALTH")
    before = len(disclosures(device))
    seen = jalka(device, "notice", person.plan, "--preview")
    text = "\n".join(i["text"] for i in seen["items"])
    tally.expect("the preview has the exact text in the client's language", seen["consent"] == consent and seen["lang"] == "fi" and
                 "Suunnitelman laji: suunnitelma itsenäisen suoriutumisen edistämiseksi" in text and "Tarkistuspäivä: 20.1.2030" in text, seen)
    tally.expect("and nothing of what does not concern Kela", not any(w in text for w in (
        "lääkäri", "terveys", "Naapuri", "omin sanoin", "Salakuja", "Pekka", "Vuokra maksetaan")), text)
    tally.expect("a preview writes no disclosure, and leaves its trace", len(disclosures(device)) == before and
                 any(a.get("record") == person.plan for a in acts(device, "VIEW")), before)
    notice = person.id("notice", person.plan)
    told = jalka(device, "disclosure", "show", notice)["disclosure"]
    tally.expect("what is prepared is what was shown", [i["text"] for i in told["items"]] == [i["text"] for i in seen["items"]] and
                 told["state"] == "PREPARED", told)
    got = run(device, "disclosure", "send", notice, "--means", "SECURE_MAIL")
    tally.expect("it is not sent before it is queued", got.code == FAILED and "CHECKED" in got.err, got)
    tally.expect("queued, read through on the way", jalka(device, "disclosure", "queue", notice)["holds"] == "QUEUED")
    tally.expect("it says by what means it is sent", run(device, "disclosure", "send", notice).code == FAILED and
                 run(device, "disclosure", "send", notice, "--means", "PIGEON").code == FAILED)
    sent = jalka(device, "disclosure", "send", notice, "--means", "SECURE_MAIL")
    tally.expect("sent", sent["holds"] == "SENT" and show(device, notice)["means"] == "SECURE_MAIL", sent)
    tally.expect("a disclosure leaves its trace", any(a.get("record") == notice for a in acts(device, "DISCLOSE")))
    jalka(device, "disclosure", "told", notice)
    tally.expect("receipted", jalka(device, "disclosure", "receipt", notice)["holds"] == "RECEIPTED" and
                 disclosures(device)[notice]["client_told_ms"] > 0)
    wide = jalka(device, "notice", person.plan, "--preview", "--scope", "PLAN_SUMMARY,QUADRANT_INCOME")
    tally.expect("items are chosen by name", [i["scope"] for i in wide["items"]] == ["PLAN_SUMMARY", "QUADRANT_INCOME"] and
                 "Laskut kasautuvat" in wide["items"][1]["text"], wide)
    for scope, why in (("PLAN_FULL", "not consented"), ("QUADRANT_HEALTH", "excluded"), ("PLAN", "one of")):
        got = run(device, "notice", person.plan, "--scope", scope)
        tally.expect(f"not {scope}", got.code == FAILED and why in got.err, got)
    return consent, notice


def a_withdrawal_blocks_and_opens_the_task(tally, person, consent, gone):
    device, other = person.device, person.consent("PLAN_SUMMARY", "asumistuki")
    waiting = person.id("notice", person.plan, "--consent", consent)
    jalka(device, "disclosure", "queue", waiting)
    nodes.offline(device)
    late = run(device, "consent", "withdraw", consent, "--at", "2020-01-01T09:00")
    tally.expect("not before it was given", late.code == FAILED and "before it was given" in late.err, late)
    done = run(device, "consent", "withdraw", consent, "--via", "puhelin", json_form=False)
    tally.expect("the confirmation lists what had gone, what is blocked, what is to be done",
                 done.code == 0 and "Kela" in done.out and "blocked, and not sent: " + waiting[:8] in done.err and
                 "ilmoita peruutuksesta: Kela" in done.err and other[:8] in done.err, done)
    fields = show(device, consent)
    tally.expect("withdrawn offline, with how", fields["state"] == "WITHDRAWN" and fields["withdrawn_via"] == "puhelin" and
                 show(device, waiting)["state"] == "BLOCKED", fields)
    again = run(device, "consent", "withdraw", consent)
    tally.expect("once", again.code == FAILED and "already" in again.err, again)
    got = run(device, "disclosure", "send", waiting, "--means", "SECURE_MAIL")
    tally.expect("what is blocked is not sent", got.code == FAILED and show(device, waiting)["state"] == "BLOCKED", got)
    task = tasks(device, person.cases[0])
    shown = show(device, task[0]["id"]) if task else {}
    tally.expect("one task for the recipient, the worker's", len(task) == 1 and shown["owner_kind"] == "WORKER", task)
    due = [d for d in jalka(device, "agenda", shown["due"])["due"] if d["id"] == task[0]["id"]]
    tally.expect("on the agenda of its day", due and due[0]["what"] == "action", due)
    jalka(device, "disclosure", "recipient-informed", gone)
    tally.expect("done when the recipient was told", show(device, task[0]["id"])["state"] == "DONE" and
                 show(device, gone)["state"] == "RECIPIENT_INFORMED_OF_WITHDRAWAL")
    tally.expect("the plan continues", show(device, person.plan).get("state") in (None, "AGREED", "ACTIVE"))
    held = {c["id"]: c["holds"] for c in jalka(device, "consent", "list", person.client)["consents"]}
    tally.expect("the other consent stands", held[other] == "HOLDS" and run(device, "notice", person.plan, "--preview").json["consent"] == other)
    nodes.online(device)


def narrowing_takes_away(tally, person):
    device = person.device
    wide = person.consent("PLAN_FULL,QUADRANT_HOUSING", "laaja")
    notice = person.id("notice", person.plan, "--consent", wide, "--scope", "PLAN_FULL")
    jalka(device, "disclosure", "queue", notice)
    got = run(device, "consent", "narrow", wide, "--scope", "PLAN_FULL,SESSION", "--understood", "kertoi")
    tally.expect("narrowing adds nothing", got.code == FAILED and "takes away" in got.err, got)
    tally.expect("how it was understood is asked", run(device, "consent", "narrow", wide, "--scope", "PLAN_FULL").code == USAGE)
    narrow = jalka(device, "consent", "narrow", wide, "--excluded", "PLAN_FULL", "--understood", "kertoi")
    held = {c["id"]: c for c in jalka(device, "consent", "list", person.client)["consents"]}
    tally.expect("the newer stands, the older is narrowed", held[wide]["holds"] == "NARROWED" and held[narrow["id"]]["holds"] == "HOLDS" and
                 held[narrow["id"]]["scope"] == ["QUADRANT_HOUSING"] and held[narrow["id"]]["excluded"] == ["PLAN_FULL"] and
                 held[wide]["narrowed_by"] == narrow["id"], held)
    tally.expect("what waited on the older is blocked", [b["id"] for b in narrow["blocked"]] == [notice] and
                 show(device, notice)["state"] == "BLOCKED", narrow)
    got = run(device, "consent", "withdraw", wide)
    tally.expect("the one that stands is withdrawn, not the older", got.code == FAILED and narrow["id"][:8] in got.err, got)


def by_statute_with_reasons(tally, center, person):
    device = person.device
    law = jalka(center, "create", "law_ref", "number=1301/2014 35 §", "name_fi=Sosiaalihuoltolaki", "valid_from=2015-01-01")["id"]
    old = jalka(center, "create", "law_ref", "number=710/1982", "name_fi=Vanha laki", "valid_from=1984-01-01", "valid_to=2015-03-31")["id"]
    nodes.sync(device)
    got = run(device, "notice", person.plan, "--law", law)
    tally.expect("a statute needs its reasons", got.code == FAILED and "say why" in got.err, got)
    got = run(device, "notice", person.plan, "--law", old, "--reason", "hätä")
    tally.expect("and is one in force", got.code == FAILED and "not in force" in got.err, got)
    notice = person.id("notice", person.plan, "--law", law, "--reason", "Ilmeinen tarve, ei kykene huolehtimaan itsestään")
    seen = run(device, "disclosure", "show", notice, json_form=False)
    tally.expect("which, why, and that the client was not told yet", "1301/2014 35 §: Ilmeinen tarve" in seen.out and "not been told" in seen.out, seen)
    jalka(device, "disclosure", "queue", notice)
    jalka(device, "disclosure", "send", notice, "--means", "PORTAL")
    jalka(device, "disclosure", "told", notice)
    tally.expect("by statute it goes without consent, and whether the client was told is kept",
                 disclosures(device)[notice]["basis"] == "STATUTE" and disclosures(device)[notice]["client_told_ms"] > 0)


def after_its_last_day_nothing_is_sent(tally, person):
    """What was queued while it held is blocked by send; what was sent then may be written down late."""
    device = person.device
    days = lambda n: (datetime.date.today() - datetime.timedelta(days=n)).isoformat()
    person.consent("PLAN_SUMMARY", "lyhyt", f"given_at={days(10)}T09:00", f"valid_until={days(2)}")
    then = ["--at", days(5) + "T12:00"]
    first, gone, last = (person.id("notice", person.plan, *then) for _ in range(3))
    jalka(device, "disclosure", "queue", first, *then)
    got = run(device, "disclosure", "send", first, "--means", "SECURE_MAIL")
    tally.expect("after its last day send blocks, and says what to do", got.code == FAILED and "expired" in got.err and
                 "consent give" in got.err and show(device, first)["state"] == "BLOCKED", got)
    got = run(device, "disclosure", "send", first, "--means", "SECURE_MAIL")
    tally.expect("and again", got.code == FAILED and "jalka notice" in got.err, got)
    for notice in (gone, last):
        jalka(device, "disclosure", "queue", notice, *then)
        if notice == gone:
            jalka(device, "disclosure", "send", gone, "--means", "PRINT", "--at", days(5) + "T13:00")
    tally.expect("sent while it held, written down today", show(device, gone)["state"] == "SENT")
    jalka(device, "disclosure", "told", gone)
    tally.expect("another touch of the client blocks what waits", show(device, last)["state"] == "BLOCKED")
    tally.expect("nobody is told of an expiry", tasks(device, person.cases[0]) == [])
    got = run(device, "notice", person.plan)
    tally.expect("nor is a new one prepared", got.code == FAILED and "expired" in got.err, got)


# ---- two devices -----------------------------------------------------------------

def shared(center, person, staff, *devices):
    nodes.sync(person.device)
    for case in person.cases:
        jalka(center, "admin", "assign", case, staff, "CO_WORKER")
    nodes.sync(*devices)


def the_withdrawal_arrives_first(tally, center, person, other, staff):
    """The other worker writes it; this device queued before it heard of it."""
    consent, here = person.consent(), person.device
    waiting = person.queued()
    shared(center, person, staff, here, other)
    nodes.offline(here)
    jalka(other, "consent", "withdraw", consent, "--via", "phone")
    nodes.sync(other)
    tally.expect("before it is heard of, it waits", disclosures(here)[waiting]["state"] == "QUEUED")
    tally.expect("the other device has blocked it", disclosures(other)[waiting]["state"] == "BLOCKED")
    nodes.online(here)
    tally.expect("it arrives blocked", show(here, waiting)["state"] == "BLOCKED")
    got = run(here, "disclosure", "send", waiting, "--means", "SECURE_MAIL")
    tally.expect("and is not sent", got.code == FAILED and "sent_at" not in show(here, waiting), got)


def the_disclosure_arrives_after_the_withdrawal(tally, center, person, other, staff):
    """The other device withdrew without knowing of what was queued here meanwhile."""
    consent, here = person.consent("PLAN_SUMMARY", "toinen"), person.device
    shared(center, person, staff, here, other)
    nodes.offline(here)
    waiting = person.queued()
    jalka(other, "consent", "withdraw", consent)
    nodes.sync(other)
    nodes.online(here)
    nodes.sync(other)
    for name, device in (("here", here), ("there", other)):
        one = disclosures(device)[waiting]
        tally.expect(f"{name} the list shows it blocked before anybody wrote so", one["state"] == "BLOCKED" and not one["written"] and
                     one["consent_holds"] == "WITHDRAWN", one)
    due = [d for d in jalka(here, "agenda")["due"] if d["id"] == waiting]
    tally.expect("the agenda tells of it", "withdrawal" in [d["what"] for d in due], due)
    got = run(here, "disclosure", "send", waiting, "--means", "SECURE_MAIL", json_form=False)
    tally.expect("send refuses, says why, since when and that nothing was sent", got.code == FAILED and "withdrawn" in got.err and
                 "nothing was sent" in got.err and "sent_at" not in show(here, waiting), got)
    tally.expect("and has written the block", disclosures(here)[waiting]["written"] and show(here, waiting)["state"] == "BLOCKED")
    nodes.sync(here, other)
    tally.expect("which the other device hears of", disclosures(other)[waiting]["written"])


def it_was_sent_before_anybody_could_know(tally, center, person, other, staff):
    """Sent here offline while the other worker writes the withdrawal down."""
    consent, here = person.consent("PLAN_SUMMARY", "kolmas"), person.device
    waiting = person.queued()
    shared(center, person, staff, here, other)
    nodes.offline(here)
    jalka(here, "disclosure", "send", waiting, "--means", "PRINT")
    jalka(other, "consent", "withdraw", consent)
    nodes.sync(other)
    nodes.online(here)
    nodes.sync(other)
    for name, device in (("here", here), ("there", other)):
        one = disclosures(device)[waiting]
        tally.expect(f"{name} it is sent, and its recipient is to be told", one["state"] == "SENT" and one["tell_recipient"], one)
        due = [d for d in jalka(device, "agenda")["due"] if d["id"] == waiting]
        tally.expect(f"{name} it is on the agenda", "withdrawal" in [d["what"] for d in due], due)
    before = len(tasks(here, person.cases[0]))
    for device in (here, other):  # the next touch on each device, apart
        nodes.offline(device)
        jalka(device, "disclosure", "told", waiting)
    nodes.online(here, other)
    nodes.sync(here)
    tally.expect("two devices open one task", len(tasks(here, person.cases[0])) == before + 1 and
                 len(tasks(other, person.cases[0])) == before + 1, tasks(here, person.cases[0]))
    jalka(here, "disclosure", "recipient-informed", waiting)
    tally.expect("told", disclosures(here)[waiting]["state"] == "RECIPIENT_INFORMED_OF_WITHDRAWAL")


def both_write_a_consent_and_one_is_withdrawn(tally, center, person, other, staff):
    """Both workers wrote down the same consent; the client withdraws what he gave."""
    here = person.device
    shared(center, person, staff, here, other)
    nodes.offline(here, other)
    first = person.consent("PLAN_SUMMARY", "Sama asia", "given_at=2026-01-02T09:00", "valid_until=2027-01-01")
    second = jalka(other, "consent", "give", person.client, "PLAN_SUMMARY", "sama asia", *GIVEN, "given_at=2026-01-02T09:05", "valid_until=2027-01-01")["id"]
    jalka(other, "consent", "withdraw", second)
    nodes.online(here, other)
    nodes.sync(here)
    held = {c["id"]: c for c in jalka(here, "consent", "list", person.client)["consents"]}
    tally.expect("the withdrawal beats the other record of it too", held[first]["holds"] == "WITHDRAWN" and
                 held[first]["withdrawn_with"] == second, held[first])
    got = run(here, "notice", person.plan, "--consent", first)
    tally.expect("nothing goes on it", got.code == FAILED and "withdrawn" in got.err, got)
    fresh = person.consent("PLAN_SUMMARY", "sama asia")
    tally.expect("one given afterwards is a new consent", run(here, "notice", person.plan, "--consent", fresh, "--preview").code == 0)


def what_stands_is_not_written_anew(tally, center, person, other, staff):
    """Plain writes, without the verbs that guard each step."""
    here, plan = person.device, person.plan
    consent = person.consent("PLAN_SUMMARY", "plain", "given_at=2026-01-02T09:00", "valid_until=2027-01-01")
    waiting, second = person.queued(), person.queued()
    for field in ("scope=PLAN_FULL", "valid_until=2030-01-01", "excluded=", "given_at=2026-01-01T09:00"):
        got = run(here, "change", consent, field)
        tally.expect(f"a signed consent takes no {field.split('=')[0]}", got.code == FAILED and "frozen" in got.err, got)
    at = show(here, waiting)["prepared_at"]
    for fields, why in (([f"sent_at={at}"], "with the step"), (["state=SENT", f"sent_at={at}"], "means"),
                        ([f"receipt_at={at}"], "with the step"), (["state=RECEIPTED", f"receipt_at={at}"], "QUEUED")):
        got = run(here, "change", waiting, *fields)
        tally.expect(f"a disclosure that waits takes no {fields}", got.code == FAILED and why in got.err, got)
    before, at = len(acts(here, "DISCLOSE")), show(here, second)["prepared_at"]
    jalka(here, "step", second, "SENT", f"sent_at={at}", "means=PRINT")
    tally.expect("a plain step to SENT leaves its trace too", len(acts(here, "DISCLOSE")) == before + 1)
    jalka(here, "step", consent, "WITHDRAWN", "withdrawn_at=2026-11-01T09:15:00+02:00")
    tally.expect("a plain withdrawal blocks what waits and opens the task", show(here, waiting)["state"] == "BLOCKED" and
                 len(tasks(here, person.cases[0])) == 1, show(here, waiting))
    for field, why in (("withdrawn_at=2026-11-02T09:15", "not moved to later"), ("withdrawn_at=", "taken away"), ("state=ACTIVE", "never written")):
        got = run(here, "change", consent, field)
        tally.expect(f"a withdrawal stands: {field}", got.code == FAILED and why in got.err, got)
    got = run(here, "step", waiting, "SENT", "sent_at=2026-01-03T09:00", "means=PRINT")
    tally.expect("and what it blocked stays blocked", got.code == FAILED and "BLOCKED" in got.err, got)
    late = run(here, "notice", plan, "--consent", consent, "--at", "2026-10-30T09:00", json_form=False)
    tally.expect("what was done before it may be written down, and the screen says so", late.code == 0 and "does not hold any more" in late.err, late)


def a_consent_says_by_itself_what_follows(tally, center, person, other, staff):
    """Direction and last day follow from recipient and form."""
    here = person.device
    give = lambda *fields: show(here, jalka(here, "consent", "give", person.client, "SESSION", "x", "understood_check=kertoi", *fields)["id"])
    landlord, kela = give("recipient=Vuokranantaja Oy"), give()
    tally.expect("for a landlord it is TO_OTHER, else for Kela", (landlord["direction"], kela["direction"], kela["recipient"]) ==
                 ("TO_OTHER", "TO_KELA", "Kela"), landlord)
    spoken = give("direction=FROM_KELA", "form=ORAL")
    tally.expect("one spoken to Kela ends with its day", spoken["valid_until"] == spoken["given_at"][:10], spoken)
    tally.expect("another next year", int(kela["valid_until"][:4]) == int(kela["given_at"][:4]) + 1, kela)


def what_was_typed_is_told(tally, center, person, other, staff):
    """What `jalka notice` composes is minimised; a text somebody typed is only as good as its reader."""
    here, consent = person.device, person.consent()
    made = run(here, "create", "disclosure", "--case", person.cases[0], "--sign", f"client={person.client}", "recipient=Kela", "basis=CONSENT",
               f"consent={consent}", 'items=[{"scope":"PLAN_SUMMARY","text":"omin sanoin"}]', json_form=False)
    tally.expect("a typed text is advised against", made.code == 0 and "this text was typed" in made.err, made)
    notice = person.id("notice", person.plan)
    shown = run(here, "disclosure", "show", made.out.split()[0], json_form=False), run(here, "disclosure", "show", notice, json_form=False)
    tally.expect("and marked where it is read", "typed, not composed" in shown[0].err and "typed" not in shown[1].err, shown)


def a_consent_that_is_not_here(tally, center, person, other, staff):
    here = person.device
    ghost = "ab" * 16
    got = run(here, "create", "disclosure", "--case", person.cases[0], "--sign", f"client={person.client}", "recipient=Kela",
              "basis=CONSENT", f"consent={ghost}", 'items=[{"scope":"PLAN_SUMMARY","text":"x"}]')
    tally.expect("what rests on a consent that is not on this device is refused", got.code == FAILED and "not on this device" in got.err, got)


# ---- journey 5 -----------------------------------------------------------------

def a_session_from_appointment_to_signature(tally, person):
    device, s = person.device, None
    got = run(device, "session", "prepare", person.client)
    tally.expect("a session needs a consent of scope SESSION", got.code == FAILED and "consent give" in got.err, got)
    consent = person.consent("SESSION,QUADRANT_HOUSING", "yhteinen tapaaminen", "excluded=QUADRANT_HEALTH", "excluded_text=ei sisaruksista")
    made = jalka(device, "session", "prepare", person.client, "Vuokrarästi", "--channel", "SKYPE", "--at", "2030-03-03T10:00")
    s = made["id"]
    tally.expect("prepared, with who is to be there", made["holds"] == "SCHEDULED" and made["to_identify"] == ["asiakas", "työntekijä", "Kela"] and
                 made["consent"]["id"] == consent, made)
    got = run(device, "session", "start", s)
    tally.expect("it does not start before all are identified", got.code == FAILED and "IDENTITIES_CHECKED" in got.err, got)
    one = jalka(device, "session", "identify", s, "asiakas=tuttu", "työntekijä=virkakortti")
    tally.expect("one is left", one["to_identify"] == ["Kela"] and one["holds"] == "SCHEDULED", one)
    one = jalka(device, "session", "identify", s, "Kela/Sari Salo=virkakortti", "tulkki/Ali/Tulkkikeskus=kortti")
    tally.expect("all are identified, an interpreter joined", one["holds"] == "IDENTITIES_CHECKED" and
                 len(show(device, s)["participants"]) == 4, one)
    shown = run(device, "session", "start", s, "--kela-consent", "kertoi omin sanoin Kelalle", json_form=False)
    tally.expect("at the start the scope is shown, and what is excluded", shown.code == 0 and "QUADRANT_HOUSING" in shown.out and
                 "excluded: QUADRANT_HEALTH; ei sisaruksista" in shown.out and "anybody else in the room" in shown.err, shown)
    own = [c for c in jalka(device, "consent", "list", person.client)["consents"] if c["direction"] == "FROM_KELA"]
    tally.expect("the client's own consent to Kela is kept, for this day", len(own) == 1 and own[0]["holds"] == "HOLDS" and
                 show(device, own[0]["id"])["form"] == "ORAL", own)
    jalka(device, "session", "point", s, "Asuminen", "--scope", "QUADRANT_HOUSING")
    out = jalka(device, "session", "point", s, "Lääkkeet", "--scope", "QUADRANT_HEALTH")
    tally.expect("a point outside the consent is marked", [p["out_of_scope"] for p in out["points"]] == [False, False, True], out)
    got = run(device, "session", "note", s, "3", "Puhuttiin lääkkeistä")
    tally.expect("and takes no note", got.code == FAILED and "not discussed" in got.err and "lääkkeistä" not in str(show(device, s)), got)
    jalka(device, "session", "note", s, "1", "Rästi on kahden kuukauden ajalta.")
    jalka(device, "session", "note", s, "1", "Häätöuhkaa ei ole.")
    tally.expect("notes stand under their points", show(device, s)["agenda"][0]["notes"] == "Rästi on kahden kuukauden ajalta.\nHäätöuhkaa ei ole.")
    for words, why in ((["KELA", "", "2030-04-01", "x"], "one owner"), (["KELA", "Sari", "pian", "x"], "has a day"), (["ME", "x", "2030-04-01", "x"], "one of")):
        got = run(device, "session", "action", s, *words)
        tally.expect(f"refused: an action where {why}", got.code == FAILED and why in got.err, got)
    jalka(device, "session", "action", s, "KELA", "Sari Salo", "2030-04-01", "Kela tarkistaa hakemuksen")
    dropped = jalka(device, "session", "drop", s, "kuva jäätyi")
    tally.expect("the line drops", dropped["holds"] == "FAILED" and show(device, s)["connection_trouble"] == "kuva jäätyi", dropped)
    back = jalka(device, "session", "resume", s)
    tally.expect("and it goes on by phone in the same record", back["holds"] == "RUNNING" and show(device, s)["channel"] == "PHONE" and
                 len(jalka(device, "list", "joint_session")["records"]) == 1, back)
    jalka(device, "session", "action", s, "CLIENT", person.family, "2030-04-02", "Toimittaa vuokrasopimuksen")
    got = run(device, "notice", s)
    tally.expect("Kela gets nothing before the client has confirmed", got.code == FAILED and "confirm" in got.err, got)
    jalka(device, "session", "end", s)
    tally.expect("confirmed and signed", jalka(device, "session", "confirm", s)["holds"] == "CONFIRMED" and
                 jalka(device, "session", "sign", s)["holds"] == "SIGNED")
    for words in (["point", s, "lisää"], ["note", s, "1", "lisää"], ["action", s, "KELA", "S", "2030-05-01", "lisää"], ["cancel", s]):
        got = run(device, "session", *words)
        tally.expect(f"signed is final: {words[0]}", got.code == FAILED, got)
    seen = jalka(device, "notice", s, "--preview")
    text = seen["items"][0]["text"]
    tally.expect("Kela gets what was agreed and nothing else", text.splitlines() == [
        "Sovittu: Kela tarkistaa hakemuksen, viimeistään 1.4.2030 (Kela: Sari Salo)",
        f"Sovittu: Toimittaa vuokrasopimuksen, viimeistään 2.4.2030 (asiakas: {person.family})"] and len(seen["items"]) == 1, seen)
    notice = person.id("notice", s)
    jalka(device, "disclosure", "queue", notice)
    jalka(device, "disclosure", "send", notice, "--means", "SECURE_MAIL")
    follow = [d["title"] for d in jalka(device, "agenda", "2030-04-01")["due"] if d["what"] == "action"]
    tally.expect("what was agreed is followed up", any("Kela tarkistaa" in t for t in follow), follow)
    return consent, notice


def a_withdrawal_stops_a_session(tally, person):
    device = person.device
    consent = person.consent("SESSION", "toinen tapaaminen")
    s = jalka(device, "session", "prepare", person.client, "Asia", "--consent", consent)["id"]
    jalka(device, "session", "identify", s, "asiakas=tuttu", "työntekijä=tuttu", "Kela=virkakortti")
    told = jalka(device, "consent", "withdraw", consent, "--via", "puhelin")
    tally.expect("a session that rests on it is told of, and arranged anew", told["sessions"] == [s] and
                 any("tapaamisesta" in t["what"] for t in told["tasks"]), told)
    got = run(device, "session", "start", s)
    tally.expect("it does not start", got.code == FAILED and "withdrawn" in got.err, got)


def main():
    tally = nodes.Tally()
    with daemons.World() as world:
        center = world.central()
        aino, _ = staff_and_device(world, center, "aino")
        otso, otso_staff = staff_and_device(world, center, "otso")
        with tally.part("journey 6"):
            person = Person(aino, "Kettunen")
            nothing_goes_without_a_consent(tally, person)
            consent, notice = a_notice_is_shown_then_prepared_queued_sent_receipted(tally, person)
            a_withdrawal_blocks_and_opens_the_task(tally, person, consent, notice)
        with tally.part("expiry"):
            after_its_last_day_nothing_is_sent(tally, Person(aino, "Ikonen"))
        with tally.part("narrowing"):
            narrowing_takes_away(tally, person)
        with tally.part("statute"):
            by_statute_with_reasons(tally, center, Person(aino, "Laaksonen"))
        for fact in (the_withdrawal_arrives_first, the_disclosure_arrives_after_the_withdrawal,
                     it_was_sent_before_anybody_could_know, both_write_a_consent_and_one_is_withdrawn,
                     what_stands_is_not_written_anew, what_was_typed_is_told,
                     a_consent_says_by_itself_what_follows, a_consent_that_is_not_here):
            with tally.part(fact.__name__.replace("_", " ")):
                fact(tally, center, Person(aino, fact.__name__.split("_")[1].title()), otso, otso_staff)
        with tally.part("journey 5"):
            person = Person(aino, "Saarinen")
            a_session_from_appointment_to_signature(tally, person)
            a_withdrawal_stops_a_session(tally, person)
    tally.finish()


if __name__ == "__main__":
    main()
