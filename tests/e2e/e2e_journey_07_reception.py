#!/usr/bin/env python3
"""Journey 7: transfer from a reception centre.

The centre's notice becomes a case; move date, flat, permit, identity code or a temporary
one, interpreter; a network meeting agrees who pays during the transition; benefits item
by item with teach-back in the client's language; the first home visit within seven
working days; the local Kela-info; assessment and plan.
"""
import nodes
from journeys import ago, finnish, journey, today
from nodes import jalka, run


def notice(j):
    with j.step("the centre's notice: a person who moves in two weeks"):
        j.omid = j.client(j.aino, "Rahimi", "Omid", "temp_id=VOK-1187", "contact_language=OTHER", "contact_language_other=dari",
                          "interpreter=dari, puhelintulkki")
        j.home = j.omid["case_id"]
        referral = j.does("its referral, by the client's consent", ["D1"], j.aino, "create", "referral", "--case", j.home,
                          f"client={j.omid['id']}", "pathway=RECEPTION_CENTRE", "from_org=RECEPTION_CENTRE",
                          "sender=Koskelan vastaanottokeskus", f"received_at={ago(30)}", "client_consent=GIVEN",
                          "reasons=Muuttaa kuntaan", f"owner={j.staff[j.aino]}", "new_client=true")
        j.does("urgency judged", ["TRIAGED"], j.aino, "step", referral, "TRIAGED",
               f'urgent_triage={{"at":"{ago(20)}","by":"Aino Laine","result":"NOT_IMMEDIATE"}}')
        j.matter_ = j.matter(j.aino, j.omid, "Muutto vastaanottokeskuksesta", "opened_by_pathway=RECEPTION_CENTRE",
                             f"opened_on={ago(30)[:10]}")
        j.does("its case", ["CASE_OPENED"], j.aino, "step", referral, "CASE_OPENED", f"outcome_case={j.matter_['id']}")


def transfer(j):
    with j.step("permit, move date, flat, identity code, interpreter; who pays is still open"):
        j.move = today(14)
        j.refused("teach-back is part of it", ["understanding_confirmed"], j.aino, "create", "reception_transfer", "--case", j.home,
                  f"client={j.omid['id']}", "centre=Koskelan vastaanottokeskus", f"move_date={j.move}")
        said = ['understanding_confirmed={"how":"Kertoi omin sanoin, mihin soittaa","by":"Aino Laine","language":"dari"}']
        j.refused("an identity code is not written among the items", ["items.hetu", "client's card"], j.aino, "create",
                  "reception_transfer", "--case", j.home, f"client={j.omid['id']}", "centre=Koskelan vastaanottokeskus",
                  f"move_date={j.move}", "items.hetu=010594Y9032", *said)
        j.transfer = j.does("recorded; the screen says what is still to be agreed",
                            ["transition", "network meeting", "seven working days"], j.aino, "create", "reception_transfer", "--case",
                            j.home, f"client={j.omid['id']}", "centre=Koskelan vastaanottokeskus", f"move_date={j.move}",
                            "permit_known=true", "contact_at_centre=Leena Aalto 040 000 0500", "items.housing=Vuokrasopimus 1.12. alkaen",
                            "items.hetu=haettu, ei vielä tullut", "items.interpreter=dari", *said)
        j.sees("its day comes on the agenda", [finnish(j.move), "muutto vastaanottokeskuksesta"], j.aino, "agenda", str(j.move))


def network_meeting(j):
    with j.step("the network meeting agrees who pays during the transition"):
        jalka(j.aino, "change", j.transfer, f"network_meeting={today(3)}T10:00")
        j.sees("it is on the agenda", ["verkostotapaaminen"], j.aino, "agenda", str(today(3)))
        got, screen = j.screen(j.aino, "change", j.transfer, "items.assistance_agreed_with=Kela 1.12. alkaen, siihen asti vastaanottokeskus")
        j.expect("agreed: nothing is open of it", got.code == nodes.DONE and "transition" not in screen, screen)
        j.sees("and the other items stand as they were", ["siihen asti vastaanottokeskus", "Vuokrasopimus 1.12.", "ei vielä tullut", "dari"],
               j.aino, "show", j.transfer)


def benefits(j):
    with j.step("benefits item by item, understood in the client's own language"):
        jalka(j.aino, "change", j.transfer, 'items.kela_benefits_applied=["asumistuki","työmarkkinatuki"]', "items.bank=tili avattu")
        jalka(j.aino, "change", j.transfer, 'items.health_data_route=lähete terveysasemalle', "items.school=kotoutumiskurssi")
        j.sees("the checklist reads whole", ["asumistuki", "tili avattu", "terveysasemalle", "kotoutumiskurssi", "Kertoi omin sanoin"],
               j.aino, "show", j.transfer)
        application = j.does("the first application is helped with", ["assistance_application"], j.aino, "application", j.omid["id"],
                             "channel=WITH_WORKER_DEVICE")
        j.sees("the client identifies alone", ["PREPARED"], j.aino, "show", application)


def first_visit(j):
    with j.step("the first home visit within seven working days of the move, without a network"):
        nodes.offline(j.aino)
        last = j.counted("D2", str(j.move), j.aino)
        asked = lambda: [d["counted"] for d in jalka(j.aino, "agenda", last)["due"] if d["what"] == "home_visit"]
        j.expect("the agenda asks for it by the seventh working day", asked() == [last], asked())
        visit = jalka(j.aino, "visit", "plan", j.matter_["case_id"], f"{last}T10:00", "topic=Ensimmäinen kotikäynti")["id"]
        j.sees("booked by the last day", ["Ensimmäinen kotikäynti", "Rahimi Omid"], j.aino, "agenda", last)
        j.expect("booked, it is asked for no more", asked() == [], asked())
        jalka(j.aino, "create", "agreed_action", "--case", j.matter_["case_id"], f"from={visit}", "what=Kela-info ryhmässä kielikurssilla",
              "owner_kind=PARTNER", "owner=Kela", f"due={today(20)}")
        j.does("the group itself is counted without names", ["development_event"], j.aino, "create", "development_event",
               "kind=INFO_SESSION", f"date={today()}", "organisations=Kela", "organisations=kansalaisopisto", "head_count=12",
               "topic=Kela-info kielikurssilla")
        j.sees("and on the agreed actions for the client", ["Kela-info ryhmässä"], j.aino, "print", "actions", j.omid["id"], "--plain")
        nodes.online(j.aino)


def plan(j):
    with j.step("assessment, and a plan that refers to the integration act"):
        law = jalka(j.center, "create", "law_ref", "number=1386/2010", "name_fi=Laki kotoutumisen edistämisestä", "valid_from=2011-09-01",
                    "valid_to=2024-12-31")["id"]
        nodes.sync(j.aino)
        j.does("the assessment is started", ["ASSESSING"], j.aino, "step", j.matter_["id"], "ASSESSING")
        j.does("with several authorities, each with a role", ["service_need_assessment"], j.aino, "create", "service_need_assessment",
               "--case", j.matter_["case_id"], "--sign", 'participants={"role":"asiakas"}',
               'participants={"role":"kotoutumisasiantuntija","organisation":"kunta","may_see":["ASSESSMENT_RESULT"]}',
               "outcome=SERVICES", f"law_refs={law}", "needs=Tuki arkeen uudessa kunnassa")
        j.does("the plan", ["plan"], j.aino, "create", "plan", "--case", j.matter_["case_id"], "--sign", "kind=CLIENT", f"law_refs={law}",
               'goals={"text":"Oma koti ja kielikurssi","category":"HOUSING","client_words":"Haluan oppia kieltä"}',
               'actions={"what":"Kela-info","who":"asiakas","kind":"GROUP"}', "parties.role=asiakas", "client_agreement=AGREED",
               f"review_on={today(90)}")
        j.does("the identity code came", ["client"], j.aino, "change", j.omid["id"], "hetu=010594Y9032")
        j.sees("found by it, and by the temporary one", ["Rahimi"], j.aino, "search", "VOK-1187")
        j.sees("all is sent", ["has its receipt"], j.aino, "sync", "--wait")


def steps(j):
    j.reference()
    j.aino = j.worker("aino", "Aino Laine", "LICENSED_SOCIAL_WORKER")
    for part in (notice, transfer, network_meeting, benefits, first_visit, plan):
        part(j)


if __name__ == "__main__":
    journey(steps, "Journey 7: transfer from a reception centre")
