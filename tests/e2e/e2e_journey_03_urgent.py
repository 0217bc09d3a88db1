#!/usr/bin/env python3
"""Journey 3: help with an urgent application.

Grounds and why now; worker and client call Kela together, where no line carries only
later; the clock of one working day; Kela calls back: handled urgently, or moved to the
normal queue with its own clock; the payment commitment is fetched. Outside Kela's hours
the county's preventive assistance, with its decision and notice.
"""
import nodes
from journeys import ago, finnish, journey, now, today
from nodes import jalka


def urgent(j, client, grounds, reason, minutes):
    return j.does("urgent, with its grounds: 112 first, then the call to Kela", ["112 first", "call Kela together"], j.aino,
                  "application", client["id"], "--urgent", grounds, "--reason", reason, "--at", ago(minutes))


def no_line(j):
    with j.step("no line carries: grounds and time are recorded, the call waits"):
        nodes.offline(j.aino)
        j.refused("urgent without why it cannot wait is not written", ["urgency_reason"], j.aino, "create", "assistance_application",
                  "--case", j.aho["case_id"], f"client={j.aho['id']}", f'period={{"from":"{today()}","to":"{today(30)}"}}',
                  "channel=ORAL_PHONE", "urgency=URGENT", "urgency_grounds=FOOD")
        j.first = urgent(j, j.aho, "FOOD,MEDICINE", "Lääkkeet loppuivat eilen eikä rahaa uusiin ole.", 40)
        j.sees("it stands on top of the agenda: to be delivered to Kela", ["112", "kiireellinen", "toimitettava Kelaan", "Lääkkeet loppuivat eilen"],
               j.aino, "agenda")
        j.expect("no clock of Kela runs before it has arrived there", ("decision", "D6") not in j.agenda(j.aino))


def call_together(j):
    with j.step("in coverage: worker and client call Kela, the client gives Kela her own consent"):
        nodes.online(j.aino)
        consent = j.does("the consent to Kela, orally, for this dealing", ["consent"], j.aino, "consent", "give", j.aho["id"],
                         "APPLICATION_SUPPORT", "kiireellinen hakemus", "direction=FROM_KELA", f"valid_until={today()}",
                         "understood_check=Asiakas kertoi Kelalle itse")
        j.sees("it ends today", [finnish(today()), "FROM_KELA", "ORAL"], j.aino, "show", consent)
        arrived = j.arrived = ago(20)
        j.does("told to Kela", ["DELIVERED"], j.aino, "step", j.first, "DELIVERED", f"delivered_at={arrived}")
        j.does("and in Kela's urgent queue", ["URGENT_QUEUE"], j.aino, "step", j.first, "URGENT_QUEUE", f"arrived_at_kela={arrived}")
        due = j.agenda(j.aino)["decision", "D6"]
        j.expect("the clock: by the next working day", due["actable"] == j.counted("D6", arrived[:10], j.aino, actable=True) and
                 due["class"] == "URGENT", due)
        j.does("what Kela asked is recorded", ["assistance_application"], j.aino, "change", j.first,
               f'info_requests={{"asked_at":"{ago(19)}","how":"PHONE","items":["tiliote"],"due":"{today(1)}"}}')
        j.does("the application waits for it", ["WAITING_INFO"], j.aino, "step", j.first, "WAITING_INFO")
        j.sees("and the worker's agenda says what to supply", ["lisätiedot toimitettava"], j.aino, "agenda")
        j.does("supplied", ["assistance_application"], j.aino, "change", j.first, f"info_requests.0.supplied_at={ago(10)}")
        j.does("back in the urgent queue", ["URGENT_QUEUE"], j.aino, "step", j.first, "URGENT_QUEUE")


def resolved(j):
    with j.step("Kela calls back and handles it urgently"):
        j.refused("an outcome needs Kela's call", ["callback"], j.aino, "step", j.first, "DECIDED", "urgent_outcome=RESOLVED_URGENT",
                  f'decision={{"date":"{today()}","result":"myönnetty"}}')
        j.does("decided", ["DECIDED"], j.aino, "step", j.first, "DECIDED", "urgent_outcome=RESOLVED_URGENT",
               f'callback={{"at":"{ago(5)}","summary":"Maksusitoumus apteekkiin ja kauppaan"}}',
               f'decision={{"date":"{ago(5)[:10]}","result":"myönnetty","copy_seen":true}}',
               f'payment_commitment={{"place":"Ylikorven kirjasto","pickup_by":"{today(2)}"}}')
        j.does("the ride is agreed, with one owner and a day", ["agreed_action"], j.aino, "create", "agreed_action", "--case",
               j.debt["case_id"], "what=Kyyti apteekkiin", "owner_kind=PARTNER", "owner=Seurakunnan kuljetuspalvelu", f"due={today(1)}",
               "place=Ylikorven kirjasto")
        j.sees("pick-up and ride are on the agenda", ["maksusitoumus noudettava", "Kyyti apteekkiin"], j.aino, "agenda")
        j.does("told to the client", ["TOLD_TO_CLIENT"], j.aino, "step", j.first, "TOLD_TO_CLIENT")
        j.refused("collected needs its time", ["collected_at"], j.aino, "step", j.first, "COLLECTED")
        j.does("collected", ["COLLECTED"], j.aino, "step", j.first, "COLLECTED", f"payment_commitment.collected_at={ago(1)}")
        j.does("closed", ["CLOSED"], j.aino, "step", j.first, "CLOSED")
        j.sees("and off the agenda", ["Kyyti"], j.aino, "agenda", never=["noudettava", "Lääkkeet loppuivat"])


def moved(j):
    with j.step("another: Kela moves it to the normal queue"):
        second = urgent(j, j.aho, "EVICTION", "Häätöuhka, vuokra maksamatta", 30)
        arrived = ago(25)
        j.does("told to Kela", ["DELIVERED"], j.aino, "step", second, "DELIVERED", f"delivered_at={arrived}")
        j.does("in the urgent queue", ["URGENT_QUEUE"], j.aino, "step", second, "URGENT_QUEUE", f"arrived_at_kela={arrived}")
        j.does("Kela's call: it goes to normal handling", ["assistance_application"], j.aino, "change", second,
               f'callback={{"at":"{ago(4)}","summary":"Asia siirtyi tavalliseen käsittelyyn"}}', "urgent_outcome=MOVED_TO_NORMAL")
        j.expect("the queue follows", j.state(second, j.aino) == "NORMAL_QUEUE")
        due = next(d for d in jalka(j.aino, "agenda", j.counted("D5", arrived[:10], j.aino))["due"] if d["id"] == second)
        j.expect("and so does the clock: the seventh working day", due["rule"] == "D5" and due["counted"] ==
                 j.counted("D5", arrived[:10], j.aino), due)
        j.does("the client is told, and it is written down", ["encounter_note"], j.aino, "note", j.debt["case_id"],
               "Kelan käsittelijä soitti: asia siirtyi tavalliseen käsittelyyn. Kerroin tästä asiakkaalle.")
        j.sees("the urgent outcome stands with the application", ["MOVED_TO_NORMAL", "tavalliseen käsittelyyn"], j.aino, "show", second)


def outside_hours(j):
    with j.step("outside Kela's hours: the county's own preventive assistance"):
        guideline = jalka(j.center, "create", "guideline", "authority=Takkuvaaran hyvinvointialue", "expense_type=ruoka",
                          "limit_cents=80,00", "decider_role=sosiaaliohjaaja", "valid_from=2024-01-01")["id"]
        nodes.sync(j.aino)
        place = j.debt["case_id"]
        application = j.does("recorded; before a decision: Kela's decision or why there is none", ["Kela's decision"], j.aino,
                             "create", "local_application", "--case", place, "kind=PREVENTIVE", f"received_at={ago(15)}", "via=DIRECT",
                             'expenses={"type":"ruoka","cents":12000}', f"guideline_ref={guideline}")
        j.does("handled", ["HANDLING"], j.aino, "step", application, "HANDLING")
        j.refused("decided needs Kela's decision or the reasons", ["kela_decision_ref"], j.aino, "step", application, "DECIDED")
        j.does("the reasons", ["local_application"], j.aino, "change", application,
               "reasons=Viikonloppu, Kela on kiinni; ruoka loppu perheeltä")
        j.refused("and the county's decision", ["decision"], j.aino, "step", application, "DECIDED")
        decision = j.does("above the guideline: it warns, and never decides", ["guideline"], j.aino, "create", "local_decision",
                          "--case", place, "--sign", f"application={application}", "kind=PREVENTIVE", f"date={today()}",
                          "granted_cents=120,00", "reasons=Äkillinen kriisi", "decider=sosiaaliohjaaja Mikko Saari",
                          "appeal_text_version=2026-1/30", f"guideline_ref={guideline}")
        j.does("decided", ["DECIDED"], j.aino, "step", application, "DECIDED")
        j.refused("notified needs the notice", ["service_notice"], j.aino, "step", application, "NOTIFIED")
        notice = j.does("by letter, on the day it was truly sent", ["service_notice"], j.aino, "create", "service_notice", "--case", place,
                        "--sign", f"target={decision}", "method=LETTER", f"actually_sent_on={today()}")
        seventh = today(7)
        j.sees("deemed received on the seventh day; the time for an objection stands on it", [finnish(seventh), finnish(today(37))],
               j.aino, "show", notice)
        j.does("notified", ["NOTIFIED"], j.aino, "step", application, "NOTIFIED")
    with j.step("or the emergency service, one call away"):
        j.sees("its number", ["112", "016 000 0112"], j.aino, "emergency", j.aho["id"])


def steps(j):
    j.reference()
    j.aino = j.worker("aino", "Aino Laine", "LICENSED_SOCIAL_WORKER")
    j.aho = j.client(j.aino, "Aho", "Anna", "phone=040 000 0001")
    j.debt = j.matter(j.aino, j.aho, "Vuokrarästi")
    for part in (no_line, call_together, resolved, moved, outside_hours):
        part(j)
    with j.step("everything recorded goes home"):
        j.sees("all has its receipt", ["has its receipt"], j.aino, "sync", "--wait")


if __name__ == "__main__":
    journey(steps, "Journey 3: help with an urgent application")
