#!/usr/bin/env python3
"""Journey 4: a referral arriving from Kela, by pathway.

The item is entered; the pathway says on what basis and to which plan it leads; urgency
is judged first; new or known client; one owner; an acknowledgement without content; the
assessment is started by its clock, or found unnecessary with its ground; the plan.
"""
import nodes
from journeys import ago, journey, today
from nodes import daemons, jalka, run


def entered(j, client, pathway, *fields, told=("D1",), minutes=10):
    """The item of eTotu, as the worker enters it."""
    return j.does(f"{pathway}: entered, and its urgency is asked for first", told, j.aino, "create", "referral", "--case",
                  client["case_id"], f"client={client['id']}", f"pathway={pathway}", "from_org=KELA", "sender=Kela, eTotu",
                  f"received_at={ago(minutes)}", f"owner={j.staff[j.aino]}", "reasons=Kelan havainto hakemuksesta", *fields)


def triaged(j, referral, result="NOT_IMMEDIATE", told=()):
    return j.does("urgency judged", ["TRIAGED", *told], j.aino, "step", referral, "TRIAGED",
                  f'urgent_triage={{"at":"{ago(5)}","by":"Aino Laine","result":"{result}"}}')


def opened(j, client, pathway, referral, title="Palvelutarve"):
    matter = j.matter(j.aino, client, title, f"opened_by_pathway={pathway}", f"opened_on={ago(10)[:10]}")
    j.does("a case is opened for it", ["CASE_OPENED"], j.aino, "step", referral, "CASE_OPENED", f"outcome_case={matter['id']}")
    return matter


def plan(j, matter, kind, *fields, parties=('{"role":"asiakas"}', '{"role":"sosiaalityöntekijä"}')):
    return ["create", "plan", "--case", matter["case_id"], "--sign", f"kind={kind}", 'goals={"text":"Arki sujuu","category":"OTHER"}',
            *(f"parties={p}" for p in parties), "client_agreement=AGREED", f"review_on={today(90)}", *fields]


def legal_basis(j):
    with j.step("the pathway decides what the referral must rest on"):
        j.refused("a request for an assessment needs the client's consent", ["client_consent"], j.aino, "create", "referral", "--case",
                  j.aho["case_id"], f"client={j.aho['id']}", "pathway=NEED_REQUEST", "from_org=KELA", f"received_at={ago(10)}",
                  f"owner={j.staff[j.aino]}", "reasons=x", "client_consent=REFUSED", "statutory_ground=SHL 35 §")
        j.refused("without consent the statute must be named", ["statutory_ground"], j.aino, "create", "referral", "--case",
                  j.aho["case_id"], f"client={j.aho['id']}", "pathway=OBVIOUS_NEED", "from_org=KELA", f"received_at={ago(10)}",
                  f"owner={j.staff[j.aino]}", "reasons=x", "client_consent=NOT_OBTAINABLE")
        j.refused("and it always has an owner", ["owner"], j.aino, "create", "referral", "--case", j.aho["case_id"],
                  f"client={j.aho['id']}", "pathway=OBVIOUS_NEED", "from_org=KELA", f"received_at={ago(10)}", "reasons=x",
                  "client_consent=GIVEN")


def known_client(j):
    with j.step("new or known client?"):
        j.sees("found before a second card is made", ["Aho Anna", "the same birth date"], j.aino, "client", "find",
               "family_name=Aho", "given_names=Anna", "birth_date=1980-05-06")
        before = len(jalka(j.aino, "client", "list")["records"])
        got = run(j.aino, "client", "add", "Aho", "Anna", "birth_date=1980-05-06", "municipality=Takkuvaara")
        j.expect("and a second card is not written unasked", got.refused and
                 len(jalka(j.aino, "client", "list")["records"]) == before, got)


def need_request(j):
    with j.step("pathway 3, request for an assessment: consent, urgency, case, acknowledgement, assessment, client plan"):
        referral = entered(j, j.aho, "NEED_REQUEST", "client_consent=GIVEN", "new_client=false")
        j.refused("no way past the urgency judgement", ["TRIAGED"], j.aino, "step", referral, "CLOSED_NO_ACTION",
                  "outcome=Ei toimia")
        triaged(j, referral)
        matter = opened(j, j.aho, "NEED_REQUEST", referral)
        j.does("acknowledged to Kela: the time alone", ["referral"], j.aino, "change", referral, f"feedback_to_sender_at={ago(1)}")
        nodes.sync(j.aino)
        j.sees("its own worker is named in the case", ["OWN_WORKER"], j.aino, "case", "show", matter["case_id"])
        day = ago(10)[:10]
        due = [d for d in jalka(j.aino, "agenda", j.counted("D4", day, j.aino))["due"] if d["case_id"] == matter["case_id"]]
        j.expect("the clock of the assessment runs from the day it came", [(d["what"], d["rule"]) for d in due] ==
                 [("assessment", "D4")], due)
        visit = jalka(j.aino, "visit", "plan", matter["case_id"], f"{today(1)}T10:00", "purpose=ASSESSMENT")["id"]
        j.expect("the first meeting is booked", j.state(visit, j.aino) == "PLANNED")
        j.does("the assessment is started", ["ASSESSING"], j.aino, "step", matter["id"], "ASSESSING")
        j.does("and signed: who took part, what is needed", ["service_need_assessment"], j.aino, "create", "service_need_assessment",
               "--case", matter["case_id"], "--sign", f"started_on={today()}", f"completed_on={today()}", "deadline_rule=D4_OTHER",
               "participants.role=asiakas", "needs=Tuki velkojen järjestelyyn", "outcome=SERVICES", "own_worker_need=true",
               "client_opinion=Hyvä että joku auttaa")
        j.refused("the pathway leads to a client plan", ["kind", "CLIENT"], j.aino, *plan(j, matter, "ACTIVATION"))
        j.does("the plan", ["plan"], j.aino, *plan(j, matter, "CLIENT"))
        j.does("the case is planned", ["PLANNED"], j.aino, "step", matter["id"], "PLANNED")


def obvious_need(j):
    with j.step("pathway 4, obvious need, without consent by statute: met the same day"):
        client = j.client(j.aino, "Korpi", "Urho", "birth_date=1945-01-01")
        referral = entered(j, client, "OBVIOUS_NEED", "client_consent=NOT_OBTAINABLE", "statutory_ground=SHL 35 §", "new_client=true")
        triaged(j, referral, "IMMEDIATE", told=["immediate need", "emergency duty"])
        j.sees("it stands on top, below 112", ["112", "kiireelliset", "apua tarvitaan heti"], j.aino, "agenda")
        day = ago(10)[:10]
        seventh = j.counted("D2", day, j.aino)
        due = next((d for d in jalka(j.aino, "agenda", seventh)["due"] if d["rule"] == "D2"), None)
        j.expect("over 75: the assessment is started by the seventh working day", due and due["counted"] == seventh and
                 due["client"]["title"] == "Korpi Urho", due)
        matter = opened(j, client, "OBVIOUS_NEED", referral)
        j.does("the plan is a client plan", ["plan"], j.aino, *plan(j, matter, "CLIENT"))


def basic_part(j):
    with j.step("pathway 1, reduction of the basic part: attendance affects the cut"):
        client = j.client(j.aino, "Niemi", "Onni")
        referral = entered(j, client, "BASIC_PART_REDUCTION", "client_consent=NOT_REQUIRED", "statutory_ground=TotuL 10 §",
                           told=["D1", "affects the cut"])
        month = [d for d in jalka(j.aino, "agenda", j.counted("D17", ago(10)[:10], j.aino))["due"] if d["rule"] == "D17"]
        j.expect("the month of Kela's urging is on the agenda", len(month) == 1, month)
        triaged(j, referral)
        matter = opened(j, client, "BASIC_PART_REDUCTION", referral)
        visit = jalka(j.aino, "visit", "plan", matter["case_id"], f"{today()}T12:00", "purpose=ASSESSMENT", "topic=Varattu arviointi")["id"]
        j.sees("the booking stands with its day", ["Varattu arviointi", "PLANNED"], j.aino, "show", visit)
        jalka(j.aino, "visit", "start", visit, f"started_at={ago(4)}")
        jalka(j.aino, "note", matter["case_id"], "Asiakas tuli varattuna aikana.", "--visit", visit)
        j.does("and so does the attendance", ["visit"], j.aino, "visit", "end", visit)
        j.refused("the plan is one of independent coping", ["INDEPENDENT_COPING"], j.aino, *plan(j, matter, "CLIENT"))
        j.does("made", ["plan"], j.aino, *plan(j, matter, "INDEPENDENT_COPING"))


def rehab_work(j):
    with j.step("pathway 2, rehabilitative work: a plan of three parties"):
        client = j.client(j.aino, "Lampi", "Veera")
        referral = entered(j, client, "REHAB_WORK_ACT", "client_consent=NOT_REQUIRED", "statutory_ground=KutyL 5 §")
        triaged(j, referral)
        matter = opened(j, client, "REHAB_WORK_ACT", referral)
        j.refused("two are not enough", ["three"], j.aino, *plan(j, matter, "ACTIVATION"))
        three = ('{"role":"asiakas"}', '{"role":"sosiaalityöntekijä"}', '{"role":"työvoimaviranomainen","organisation":"TE"}')
        j.does("three make it", ["plan"], j.aino, *plan(j, matter, "ACTIVATION", parties=three))


def talk(j):
    with j.step("a wish to talk in person, and a transferred application"):
        client = j.client(j.aino, "Saari", "Eila")
        entered(j, client, "TALK_REQUEST", "client_consent=GIVEN")
        seventh = j.counted("D10", ago(10)[:10], j.aino)
        due = [d for d in jalka(j.aino, "agenda", seventh)["due"] if d["rule"] == "D10"]
        j.expect("the talk is due by the seventh working day", [d["counted"] for d in due] == [seventh], due)
        transfer = entered(j, client, "ETOTU_TRANSFER", "client_consent=NOT_REQUIRED", "statutory_ground=TotuL 14 §")
        due = [d for d in jalka(j.aino, "agenda", seventh)["due"] if d["id"] == transfer and d["rule"] == "D5"]
        j.expect("the county's decision too", len(due) == 1, due)
        triaged(j, transfer)
        matter = opened(j, client, "ETOTU_TRANSFER", transfer, "Täydentävä toimeentulotuki")
        j.does("the application it carries", ["local_application"], j.aino, "create", "local_application", "--case", matter["case_id"],
               "kind=SUPPLEMENTARY", f"received_at={ago(10)}", "via=ETOTU", 'expenses={"type":"vuokravakuus","cents":60000}',
               "kela_decision_ref=Kela 12.11.")


def unnecessary(j):
    with j.step("the assessment is found unnecessary, with ground and reasons"):
        client = j.client(j.aino, "Vaara", "Ilmari")
        referral = entered(j, client, "NEED_REQUEST", "client_consent=GIVEN")
        triaged(j, referral)
        matter = opened(j, client, "NEED_REQUEST", referral)
        write = ["create", "service_need_assessment", "--case", matter["case_id"], "--sign", "participants.role=asiakas",
                 "outcome=UNNECESSARY", f"completed_on={today()}"]
        j.refused("never without reasons", ["unnecessary"], j.aino, *write)
        j.refused("not in three words", ["40"], j.aino, *write, 'unnecessary={"ground":"TEMPORARY","text":"ohi","decided_by":"Aino"}')
        j.refused("\"did not answer\" is no ground", ["unnecessary"], j.aino, *write,
                  'unnecessary={"ground":"OTHER","text":"Asiakas ei vastannut puheluihin eikä kirjeisiin kahteen viikkoon.","decided_by":"Aino"}')
        j.does("with them it is", ["service_need_assessment"], j.aino, *write,
               'unnecessary={"ground":"GUIDANCE_SUFFICED","text":"Tarve oli tilapäinen ja se hoidettiin neuvonnalla samana päivänä.",'
               '"decided_by":"Aino Laine"}')
        j.does("and the case is closed", ["case"], j.aino, "case", "close", matter["id"], "Arviointi ilmeisen tarpeeton")
        j.expect("closed", j.state(matter["id"], j.aino) == "CLOSED")


def wrong_recipient(j):
    with j.step("a referral that belongs elsewhere goes back"):
        client = j.client(j.aino, "Harju", "Tuomo", "municipality=Lintuselkä")
        referral = entered(j, client, "NEED_REQUEST", "client_consent=GIVEN")
        triaged(j, referral)
        j.refused("with its reason", ["outcome"], j.aino, "step", referral, "RETURNED_WRONG_RECIPIENT")
        j.does("returned", ["RETURNED_WRONG_RECIPIENT"], j.aino, "step", referral, "RETURNED_WRONG_RECIPIENT",
               "outcome=Asiakas asuu Lintuselässä, siirretty sinne", f"feedback_to_sender_at={ago(1)}")
        j.sees("and nothing leads on", ["final"], j.aino, "step", referral)


def steps(j):
    j.reference()
    j.aino = j.worker("aino", "Aino Laine", "LICENSED_SOCIAL_WORKER")
    j.aho = j.client(j.aino, "Aho", "Anna", "birth_date=1980-05-06")
    for part in (legal_basis, known_client, need_request, obvious_need, basic_part, rehab_work, talk, unnecessary, wrong_recipient):
        part(j)


if __name__ == "__main__":
    journey(steps, "Journey 4: a referral arriving from Kela, by pathway")
