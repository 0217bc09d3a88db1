#!/usr/bin/env python3
"""Every pair of states of every life cycle, tried through the command line.

The drawings are written down here once more, as the model has them, and know nothing
of the daemon's tables: from each state every other state is asked for on a real record.
Those drawn are taken and the record is there; all others are refused, with where it is
and where it can go, and the record stays. Ends with how many there were of each.
"""
import itertools

import nodes
from journeys import ago, today
from nodes import daemons, jalka, run

TRIAGE = f'urgent_triage={{"at":"{ago(5)}","by":"Aino","result":"NOT_IMMEDIATE"}}'
ASKED = '"asked_at":"2026-03-03T10:00","how":"PHONE","items":["tiliote"]'
CALLED = 'callback={"at":"2026-03-04T10:00","summary":"Kela soitti"}'
URGENT = ["urgency=URGENT", "urgency_grounds=FOOD", "urgency_reason=Ruoka loppui"]
DECISION = 'decision={"date":"2026-03-05","result":"myönnetty"}'
CONTENT = "SIGNED>SUPERSEDED SIGNED>CORRECTED SIGNED>VOIDED SUPERSEDED>CORRECTED SUPERSEDED>VOIDED CORRECTED>SUPERSEDED CORRECTED>VOIDED"

# The steps of each type: "FROM>TO ..."; where a state is not led to by any, how it comes about is in Maker.make.
DRAWN = {
    "referral": "RECEIVED>TRIAGED TRIAGED>CASE_OPENED TRIAGED>LINKED TRIAGED>RETURNED_WRONG_RECIPIENT TRIAGED>CLOSED_NO_ACTION",
    "case": "OPEN>ASSESSING ASSESSING>PLANNED PLANNED>IN_SERVICE IN_SERVICE>CLOSING CLOSING>CLOSED OPEN>CLOSING ASSESSING>CLOSING "
            "OPEN>TRANSFERRED ASSESSING>TRANSFERRED PLANNED>TRANSFERRED IN_SERVICE>TRANSFERRED CLOSING>TRANSFERRED",
    "visit": "PLANNED>STARTED STARTED>DONE PLANNED>CANCELLED PLANNED>NO_SHOW STARTED>ABORTED_SAFETY",
    "encounter_note": CONTENT, "life_situation_mapping": CONTENT, "concern_assessment": CONTENT, "benefit_assessment": CONTENT,
    "service_need_assessment": CONTENT,
    "plan": "AGREED>ACTIVE ACTIVE>REVISED ACTIVE>ENDED AGREED>ENDED CONFLICT>ENDED",
    "assistance_application":
        "PREPARED>DELIVERED DELIVERED>NORMAL_QUEUE DELIVERED>URGENT_QUEUE URGENT_QUEUE>DECIDED URGENT_QUEUE>NORMAL_QUEUE "
        "URGENT_QUEUE>WAITING_INFO NORMAL_QUEUE>WAITING_INFO WAITING_INFO>NORMAL_QUEUE NORMAL_QUEUE>DECIDED DECIDED>TOLD_TO_CLIENT "
        "TOLD_TO_CLIENT>COLLECTED TOLD_TO_CLIENT>CLOSED COLLECTED>CLOSED PREPARED>WITHDRAWN DELIVERED>WITHDRAWN NORMAL_QUEUE>WITHDRAWN "
        "URGENT_QUEUE>WITHDRAWN WAITING_INFO>WITHDRAWN",
    "local_application": "RECEIVED>HANDLING HANDLING>WAITING_INFO WAITING_INFO>HANDLING HANDLING>DECIDED DECIDED>NOTIFIED NOTIFIED>FINAL "
                         "NOTIFIED>OBJECTION OBJECTION>FINAL RECEIVED>TRANSFERRED_OUT",
    "consent": "ACTIVE>NARROWED ACTIVE>WITHDRAWN",
    "joint_session": "SCHEDULED>IDENTITIES_CHECKED IDENTITIES_CHECKED>RUNNING RUNNING>ENDED ENDED>CONFIRMED CONFIRMED>SIGNED "
                     "SCHEDULED>FAILED RUNNING>FAILED SCHEDULED>CANCELLED RUNNING>CANCELLED FAILED>RUNNING "
                     "IDENTITIES_CHECKED>FAILED IDENTITIES_CHECKED>CANCELLED FAILED>ENDED FAILED>CANCELLED",
    "agreed_action": "OPEN>DONE OPEN>CARRIED_OVER OPEN>CANCELLED OVERDUE>DONE OVERDUE>CARRIED_OVER OVERDUE>CANCELLED "
                     "DONE>OPEN",
}
FIRST = {"plan": ["AGREED", "DECLINED_BY_CLIENT", "CONFLICT"], "agreed_action": ["OPEN", "OVERDUE"], "consent": ["ACTIVE", "EXPIRED"]}
# What reads otherwise because its day is past.
LATE = {("agreed_action", "OPEN"): "OVERDUE"}
# Drawn, and tried by themselves: back to the queue it came from; withdrawn in time, written down after the last day.
ALSO_DRAWN = {("assistance_application", "WAITING_INFO", "URGENT_QUEUE"), ("consent", "EXPIRED", "WITHDRAWN"),
              ("consent", "EXPIRED", "NARROWED")}


class Maker:
    def __init__(self, device, staff):
        self.d, self.staff, self.purposes = device, staff, itertools.count()
        self.client = nodes.new_client(device, "Kettunen")
        self.home, self.client_id = self.client["case_id"], self.client["id"]
        self.matter = self.open("Asia")
        self.place = self.matter["case_id"]
        self.session_consent = self.run("consent", "give", self.client_id, "SESSION", "tapaaminen", "understood_check=kertoi")

    def run(self, *words):
        return jalka(self.d, *words)["id"]

    def open(self, title):
        return jalka(self.d, "case", "open", self.client_id, title, "opened_by_pathway=OUTREACH_FOUND")

    def create(self, kind, case, *fields):
        return self.run("create", kind, "--case", case, *fields)

    # ---- a record in one of the first states ----

    def plan(self, *more, agreement="AGREED"):
        return self.create("plan", self.place, "--sign", "kind=CLIENT", 'goals={"text":"x","category":"WORK"}', "parties.role=asiakas",
                           f"client_agreement={agreement}", "client_agreement_note=x", "review_on=2099-01-01", *more)

    def content(self, kind, *more):
        client = f"client={self.client_id}"
        if kind == "encounter_note":
            return self.run("note", self.place, "Merkintä")
        if kind == "life_situation_mapping":
            return self.run("mapping", self.client_id, "income=OK", "mode=PHONE", *more)
        if kind == "concern_assessment":
            return self.create(kind, self.home, "--sign", client, "level=NONE", "done_with_client=true")
        if kind == "benefit_assessment":
            return self.create(kind, self.home, "--sign", client, "answer=NO", "reasons=x", "client_opinion=x")
        return self.create(kind, self.place, "--sign", "participants.role=asiakas", "outcome=SERVICES")

    def session(self):
        return self.create("joint_session", self.home, f"client={self.client_id}", "kind=ADVICE", "channel=OTHER_VIDEO",
                           f"consent={self.session_consent}", "client_confirmed=false",
                           'participants={"role":"asiakas","name":"Aino","identity_checked_how":"tuttu"}')

    def begin(self, kind, state):
        """A record of this type in one of its first states."""
        if DRAWN[kind] is CONTENT:
            return self.content(kind)
        if kind == "referral":
            return self.create(kind, self.home, f"client={self.client_id}", "pathway=OUTREACH_FOUND", "from_org=OUTREACH",
                               f"received_at={ago(10)}", "client_consent=GIVEN", "reasons=x", f"owner={self.staff}")
        if kind == "case":
            return self.open("Oma asia")["id"]
        if kind == "visit":
            return self.run("visit", "plan", self.place, f"{today()}T09:00")
        if kind == "plan":
            if state == "CONFLICT":
                old = self.plan()
                jalka(self.d, "step", old, "ACTIVE")
                self.plan(f"replaces={old}")
                return self.plan(f"replaces={old}")
            return self.plan(agreement="DECLINED" if state == "DECLINED_BY_CLIENT" else "AGREED")
        if kind == "assistance_application":
            return self.run("application", self.client_id)
        if kind == "local_application":
            return self.create(kind, self.place, "kind=PREVENTIVE", "received_at=2026-03-02T10:00", "reasons=Kiire",
                               'expenses={"type":"vuokra","cents":40000}')
        if kind == "consent":
            until = [f"given_at={today(-9)}T10:00", f"valid_until={today(-1)}"] if state == "EXPIRED" else [f"given_at={ago(9)}"]
            return self.run("consent", "give", self.client_id, "PLAN_SUMMARY,CONTACT_DETAILS", f"tiedoksi {next(self.purposes)}",
                            "understood_check=kertoi", *until)
        if kind == "joint_session":
            return self.session()
        return self.create("agreed_action", self.place, "what=Soitto", "owner_kind=WORKER", "owner=Aino",
                           f"due={today(-1 if state == 'OVERDUE' else 3)}")

    # ---- one step, with what it needs ----

    def take(self, kind, record, start, to):
        step = lambda *fields: jalka(self.d, "step", record, to, *fields)
        if DRAWN[kind] is CONTENT:
            if to == "SUPERSEDED":
                self.content(kind, *([f"replaces={record}"] if kind == "life_situation_mapping" else []))
                return None if kind == "life_situation_mapping" else step()
            how = ("RECTIFY", "--text", "Oikein näin") if to == "CORRECTED" else ("REMOVE_UNNECESSARY",)
            return jalka(self.d, "correct", record, "--kind", how[0], "--reason", "x", *how[1:])
        if kind == "plan" and to == "REVISED":
            return self.plan(f"replaces={record}")
        if kind == "consent" and to == "NARROWED":
            return jalka(self.d, "consent", "narrow", record, "--excluded", "CONTACT_DETAILS", "--understood", "kertoi")
        if kind == "local_application" and to in ("DECIDED", "NOTIFIED"):
            self.decide(record, to)
        return step(*self.needs(kind, start, to))

    def decide(self, record, to):
        if to == "DECIDED":
            self.create("local_decision", self.place, "--sign", f"application={record}", "kind=PREVENTIVE", "date=2026-03-05",
                        "granted_cents=40000", "reasons=x", "decider=Aino", "appeal_text_version=2026-1/30")
        else:
            self.create("service_notice", self.place, "--sign", f"target={record}", "method=LETTER", "actually_sent_on=2026-03-06")

    def needs(self, kind, start, to):
        if kind == "assistance_application" and to == "WAITING_INFO":
            return [f"info_requests={{{ASKED}}}"]
        if kind == "assistance_application" and start == "WAITING_INFO" and to != "WITHDRAWN":
            return [f'info_requests={{{ASKED},"supplied_at":"2026-03-04T10:00"}}']
        if kind == "assistance_application" and start == "URGENT_QUEUE" and to in ("DECIDED", "NORMAL_QUEUE"):
            return [CALLED, *(["urgent_outcome=RESOLVED_URGENT", DECISION] if to == "DECIDED" else ["urgent_outcome=MOVED_TO_NORMAL"])]
        if kind == "joint_session" and (start, to) == ("FAILED", "RUNNING"):
            return ["channel=PHONE", f"started_at={ago(4)}"]
        return {
            ("referral", "TRIAGED"): [TRIAGE], ("referral", "CASE_OPENED"): [f"outcome_case={self.matter['id']}"],
            ("referral", "LINKED"): [f"outcome_case={self.matter['id']}"], ("referral", "RETURNED_WRONG_RECIPIENT"): ["outcome=x"],
            ("referral", "CLOSED_NO_ACTION"): ["outcome=x"], ("case", "CLOSING"): ["close_reason=x"],
            ("case", "CLOSED"): ["close_reason=x", f"closed_on={today()}"], ("visit", "STARTED"): [f"started_at={ago(9)}"],
            ("visit", "DONE"): [f"ended_at={ago(1)}", "nothing_to_record_reason=x"], ("visit", "CANCELLED"): ["cancel_reason=x"],
            ("visit", "NO_SHOW"): ["cancel_reason=x"], ("visit", "ABORTED_SAFETY"): ["cancel_reason=x"],
            ("assistance_application", "DELIVERED"): ["delivered_at=2026-03-02T10:00"],
            ("assistance_application", "NORMAL_QUEUE"): ["arrived_at_kela=2026-03-02T12:00"],
            ("assistance_application", "URGENT_QUEUE"): ["arrived_at_kela=2026-03-02T12:00", *URGENT],
            ("assistance_application", "DECIDED"): [DECISION],
            ("assistance_application", "COLLECTED"): ['payment_commitment={"place":"x","collected_at":"2026-03-06T10:00"}'],
            ("consent", "WITHDRAWN"): [f"withdrawn_at={ago(1)}", "withdrawn_via=puhelin"],
            ("joint_session", "RUNNING"): [f"started_at={ago(5)}"], ("joint_session", "ENDED"): [f"ended_at={ago(1)}"],
            ("joint_session", "CONFIRMED"): ["client_confirmed=true"], ("joint_session", "FAILED"): ["connection_trouble=katkesi"],
            ("agreed_action", "CARRIED_OVER"): ["done_note=x"], ("agreed_action", "CANCELLED"): ["done_note=x"],
        }.get((kind, to), [])


def ways(kind):
    """To each state that is led to: the first state and the steps after it."""
    edges = [tuple(e.split(">")) for e in DRAWN[kind].split()]
    found = {state: [state] for state in FIRST.get(kind, [edges[0][0]])}
    while True:
        more = {to: [*found[start], to] for start, to in edges if start in found and to not in found}
        if not more:
            return edges, found
        found.update(more)


def state(device, record):
    return jalka(device, "show", record)["record"]["state"]["holds"]


def an_urgent_one_goes_back_to_the_urgent_queue(maker, tally):
    record = maker.run("application", maker.client_id)
    for start, to in zip(["PREPARED", "DELIVERED", "URGENT_QUEUE"], ["DELIVERED", "URGENT_QUEUE", "WAITING_INFO"]):
        maker.take("assistance_application", record, start, to)
    supplied = maker.needs("assistance_application", "WAITING_INFO", "URGENT_QUEUE")
    got = run(maker.d, "step", record, "NORMAL_QUEUE", *supplied)
    tally.expect("an urgent application answered does not fall into the normal queue", got.refused and "urgent" in got.err, got)
    jalka(maker.d, "step", record, "URGENT_QUEUE", *supplied)
    other = maker.run("application", maker.client_id)
    for start, to in zip(["PREPARED", "DELIVERED", "NORMAL_QUEUE"], ["DELIVERED", "NORMAL_QUEUE", "WAITING_INFO"]):
        maker.take("assistance_application", other, start, to)
    got = run(maker.d, "step", other, "URGENT_QUEUE", *supplied)
    tally.expect("nor does another rise into the urgent one", got.refused and "urgency" in got.err, got)


def every_pair(maker, tally, kind, states):
    edges, found = ways(kind)
    allowed = refused = 0
    wrong = []

    def at(name):
        record = maker.begin(kind, found[name][0])
        for start, to in zip(found[name], found[name][1:]):
            maker.take(kind, record, start, to)
        return record

    for start in found:
        stays = at(start)
        assert state(maker.d, stays) == start, (kind, start, state(maker.d, stays))
        for to in states:
            if (start, to) in edges:
                record = at(start)
                maker.take(kind, record, start, to)
                allowed += 1
                wrong += [(start, to, "not there")] if state(maker.d, record) not in (to, LATE.get((kind, to))) else []
            elif to != start and (kind, start, to) not in ALSO_DRAWN:
                got = run(maker.d, "step", stays, to, *maker.needs(kind, start, to))
                refused += 1
                if not got.refused or state(maker.d, stays) != start:
                    wrong.append((start, to, repr(got)))
    tally.expect(f"{kind}: {allowed} steps taken, {refused} refused", not wrong and set(found) | {"DRAFT"} >= set(states), (wrong, found))
    return allowed, refused


def main():
    tally = nodes.Tally()
    total = [0, 0]
    with daemons.World() as world:
        center, aino = world.central(), world.field("aino")
        staff = jalka(center, "admin", "staff", "add", "Aino Laine", "LICENSED_SOCIAL_WORKER")["id"]
        world.enrol(aino, staff)
        nodes.offline(aino)
        maker = Maker(aino, staff)
        for kind in DRAWN:
            states = next(f["values"] for f in jalka(aino, "types", kind)["fields"] if f["name"] == "state")
            with tally.part(kind):
                for i, n in enumerate(every_pair(maker, tally, kind, states)):
                    total[i] += n
        with tally.part("the urgent queue"):
            an_urgent_one_goes_back_to_the_urgent_queue(maker, tally)
    print(f"{total[0]} steps taken, {total[1]} refused, {len(DRAWN)} life cycles")
    tally.finish()


if __name__ == "__main__":
    main()
