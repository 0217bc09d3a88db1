#!/usr/bin/env python3
"""Journey 1: a day in the field without a network.

Morning sync at the office; four visits in two villages offline: a plan is reviewed, an
unknown man becomes a client, medicine has run out where no line carries, nobody is at
home; back in coverage everything goes home with receipts. The battery dies on the way.
"""
import nodes
from journeys import ago, finnish, journey, today
from nodes import jalka, run


def prepared(j):
    """What the office holds in the morning."""
    j.reference()
    j.aino = j.worker("aino", "Aino Laine", "LICENSED_SOCIAL_WORKER")
    j.mikko = j.worker("mikko", "Mikko Saari")
    j.aho = j.client(j.aino, "Aho", "Anna", "phone=040 000 0001", "address.0.village=Ylikorpi",
                     "address.0.directions=Kenttää vasta Ylikorven kirjastolla, 6 km")
    j.debt = j.matter(j.aino, j.aho, "Vuokrarästi", "opened_by_pathway=NEED_REQUEST")
    place = j.debt["case_id"]
    j.plan = jalka(j.aino, "create", "plan", "--case", place, "--sign", "kind=CLIENT", "parties.role=asiakas",
                   'goals={"text":"Opettelen maksamaan laskut verkkopankissa","category":"DIGITAL_SKILLS"}',
                   "client_agreement=AGREED", f"review_on={today()}")["id"]
    jalka(j.aino, "step", j.plan, "ACTIVE")
    j.visits = [jalka(j.aino, "visit", "plan", place, f"{today()}T{hour}", f"topic={topic}", f"purpose={purpose}")["id"]
                for hour, topic, purpose in (("09:00", "Suunnitelman tarkistus", "PLAN_REVIEW"),
                                             ("13:00", "Lääkkeet ja ruoka", "URGENT"), ("14:30", "Käynti", "FOLLOW_UP"))]
    j.action = jalka(j.aino, "create", "agreed_action", "--case", place, f"from={j.plan}",
                     "what=Soitetaan Kelaan yhdessä", "owner_kind=WORKER", "owner=Aino Laine", f"due={today()}")["id"]
    for case in (j.aho, j.debt):
        nodes.sync(j.aino)
    j.share(j.mikko, j.aho, j.debt)


def morning(j):
    with j.step("7.40 sync at the office: own cases, today's route, places, clocks, the time of the last sync"):
        j.sees("all is sent and the screen says so", ["receipt"], j.aino, "sync", "--wait")
        j.sees("the last contact stands on the screen", ["last contact", finnish(today())], j.aino, "status")
        j.sees("the day: the visits with their times, what was agreed, the review of the plan",
               ["klo 9.00", "klo 13.00", "klo 14.30", "Suunnitelman tarkistus", "Soitetaan Kelaan yhdessä", "suunnitelman tarkistus", "Aho Anna"],
               j.aino, "agenda")
        nodes.offline(j.aino)
        j.sees("without a network the screen says so", ["offline"], j.aino, "status")
        j.sees("places are there offline", ["Ylikorven kirjasto"], j.aino, "list", "service_point")


def planned_review(j):
    place = j.debt["case_id"]
    with j.step("9.00 village A, visit 1: the planned review, offline"):
        j.does("the visit begins", ["visit"], j.aino, "visit", "start", j.visits[0])
        j.sees("the case opens with its plan", ["verkkopankissa", "AGREED"], j.aino, "case", "show", place)
        j.does("what was agreed is marked done", ["DONE"], j.aino, "step", j.action, "DONE", "done_note=Soitettiin ma klo 10")
        note = j.does("a note is drafted", ["draft"], j.aino, "note", place, "Laskut maksettu yhdessä.", "--draft", "--visit",
                      j.visits[0], "client_view=Tämä sujuu jo melkein itse.")
        j.refused("an unsigned draft does not end the visit", ["signed note"], j.aino, "visit", "end", j.visits[0])
        j.sees("it is read aloud from the screen", ["Laskut maksettu yhdessä.", "Tämä sujuu jo melkein itse."], j.aino, "show", note)
        j.aino.kill()
        j.aino.start()
        j.sees("the battery dies: the draft is still there", ["Laskut maksettu"], j.aino, "show", note)
        j.sees("signed", ["signed"], j.aino, "sign", note)
        j.does("the plan is revised", ["plan"], j.aino, "create", "plan", "--case", place, "--sign", "kind=CLIENT",
               "parties.role=asiakas", f"replaces={j.plan}", "client_agreement=AGREED", f"review_on={today(90)}",
               'goals={"text":"Maksan laskut itse kirjaston koneella","category":"DIGITAL_SKILLS"}')
        j.expect("the old plan is revised, not overwritten", j.state(j.plan, j.aino) == "REVISED")
        j.does("and the visit is done", ["visit"], j.aino, "visit", "end", j.visits[0])
        j.sees("it waits to be sent", ["without receipt"], j.aino, "status")


def unknown_man(j):
    with j.step("10.30 visit 2: the neighbour brings an unknown man"):
        j.does("a meeting without a name", ["anonymous_contact"], j.aino, "create", "anonymous_contact", "municipality=Takkuvaara",
               "age_band=FROM_50", "themes=INCOME", "guided_to=Ylikorven kirjasto", "place=OUTDOORS")
        j.refused("nothing about who it was", ["nobody"], j.aino, "create", "anonymous_contact", "municipality=Takkuvaara",
                  "guided_to=soitti 040 000 0123")
        moment = ago(2)
        man = j.client(j.aino, "Guhtur", "Niillas Ánte", "temp_id=TAK-1")
        j.sees("he gives his name, and is found by it", ["Guhtur Niillas Ánte"], j.aino, "search", "guhtur")
        j.does("he would benefit: the screen says what to offer", ["offer a referral"], j.aino, "create", "benefit_assessment", "--case",
               man["case_id"], "--sign", f"client={man['id']}", "answer=YES", "reasons=Arjen asiat ovat kasautuneet",
               "client_opinion=Saa auttaa", "client_agrees=true")
        referral = j.does("a referral asks for its judgement of urgency first", ["D1"], j.aino, "create", "referral", "--case",
                          man["case_id"], f"client={man['id']}", "pathway=OUTREACH_FOUND", "from_org=OUTREACH",
                          f"received_at={moment}", "client_consent=GIVEN", "reasons=Ei tuloja kuukauteen",
                          f"owner={j.staff[j.aino]}", "new_client=true")
        j.sees("the agenda too", ["kiireellisyyden arvio", "D1"], j.aino, "agenda")
        j.refused("and nothing goes on without it", ["TRIAGED"], j.aino, "step", referral, "CASE_OPENED", "outcome=x")
        matter = j.matter(j.aino, man, "Tulot ja etuudet", "opened_by_pathway=OUTREACH_FOUND", f"opened_on={moment[:10]}")
        j.does("urgency is judged", ["TRIAGED"], j.aino, "step", referral, "TRIAGED",
               f'urgent_triage={{"at":"{ago(1)}","by":"Aino Laine","result":"NOT_IMMEDIATE"}}')
        j.does("a case is opened", ["CASE_OPENED"], j.aino, "step", referral, "CASE_OPENED", f"outcome_case={matter['id']}")
        three_months = j.counted("D4", moment[:10], j.aino)
        due = next(d for d in jalka(j.aino, "agenda", three_months)["due"]
                   if d["what"] == "assessment" and d["case_id"] == matter["case_id"])
        j.expect("the clock of the assessment starts today, not at the sync", due["counted"] == three_months, due)


def medicine_is_out(j):
    with j.step("13.00 village B, visit 3: medicine and food have run out, and no line carries"):
        j.does("the visit begins", ["visit"], j.aino, "visit", "start", j.visits[1])
        j.sees("112 first, then the emergency service of the municipality, then the nearest telephone",
               ["112", "danger to life", "016 000 0112", "Takkuvaara", "016 000 0113", "Ylikorven kirjasto"], j.aino, "emergency",
               j.aho["id"])
        j.refused("urgent asks for its reasons", ["--reason"], j.aino, "application", j.aho["id"], "--urgent", "FOOD,MEDICINE")
        j.application = j.does("grounds and time are recorded, with the first thing to do", ["112 first", "call Kela together"], j.aino,
                               "application", j.aho["id"], "--urgent", "FOOD,MEDICINE", "--reason",
                               "Lääkkeet loppuivat eilen eikä rahaa uusiin ole.", "--at", ago(30))
        j.does("call as soon as there is coverage: agreed, with owner and day", ["agreed_action"], j.aino, "create", "agreed_action",
               "--case", j.debt["case_id"], f"from={j.visits[1]}", "what=Soita heti kun on kenttää: Kela", "owner_kind=WORKER",
               "owner=Aino Laine", f"due={today()}")
        got, screen = j.screen(j.aino, "agenda")
        lines = screen.splitlines()
        j.expect("the agenda begins with 112, and the urgent application is its first row",
                 "112" in lines[0] and "kiireellinen" in lines[2] and "Lääkkeet loppuivat eilen" in lines[2], screen)
        j.sees("where a line carries stands on the client's card", ["Kenttää vasta Ylikorven kirjastolla"], j.aino, "client", "show",
               j.aho["id"])
        jalka(j.aino, "note", j.debt["case_id"], "Lääkkeet loppuivat; ajamme kirjastolle soittamaan.", "--visit", j.visits[1])
        j.does("the visit is done", ["visit"], j.aino, "visit", "end", j.visits[1])


def nobody_home(j):
    with j.step("14.30 visit 4: nobody at home"):
        j.refused("not met needs its reason", ["cancel_reason"], j.aino, "step", j.visits[2], "NO_SHOW")
        j.does("not met; no note is left that tells of social welfare", ["leave no note"], j.aino, "step", j.visits[2], "NO_SHOW",
               "cancel_reason=Kukaan ei avannut ovea. En jättänyt viestiä.")
        j.sees("the card for the client's pocket names neither client nor office", ["112"], j.aino, "print", "card", j.aho["id"],
               "--plain", never=["Aho", "osiaali"])


def back_in_coverage(j):
    place = j.debt["case_id"]
    with j.step("16.20 back in coverage: receipts, conflicts, drafts that are not signed"):
        jalka(j.aino, "change", j.aho["id"], "phone=040 000 0002")
        jalka(j.mikko, "change", j.aho["id"], "phone=040 000 0003")
        draft = jalka(j.aino, "note", place, "Kesken jäänyt.", "--draft")["id"]
        nodes.sync(j.mikko)
        waiting = jalka(j.aino, "status")["unreceipted"]
        j.expect("the day's work waits here", waiting > 10, waiting)
        j.sees("sync tells of receipts, of the conflict and of the unsigned draft",
               ["has its receipt", "1 conflicts to settle", "1 drafts are not signed"], j.aino, "sync", "--online", "--wait")
        j.sees("the conflict shows both values and who wrote them", ["040 000 0002", "040 000 0003", "Mikko Saari"], j.aino, "conflicts")
        jalka(j.aino, "conflicts", "choose", j.aho["id"], "phone", "mine")
        j.sees("the unsigned draft is listed", [draft[:8]], j.aino, "drafts")
        nodes.sync(j.aino, j.mikko)
        got, screen = j.screen(j.mikko, "case", "show", place)
        j.expect("the colleague reads the day, without the draft", "Laskut maksettu yhdessä." in screen and "ajamme kirjastolle" in screen
                 and "Kesken jäänyt" not in screen, screen)
        orders = [jalka(j.aino, "show", r, "--log")["log"][-1]["order"] for r in (j.action, j.application, j.visits[2])]
        j.expect("what happened first was sent first", orders == sorted(orders), orders)
        verdicts = {r["id"]: r["pending"] for r in jalka(j.aino, "list", "encounter_note")["records"]}
        j.expect("nothing signed is left unsent", not any(pending for r, pending in verdicts.items() if r != draft), verdicts)


def steps(j):
    prepared(j)
    for part in (morning, planned_review, unknown_man, medicine_is_out, nobody_home, back_in_coverage):
        part(j)


if __name__ == "__main__":
    journey(steps, "Journey 1: a day in the field, no network")
