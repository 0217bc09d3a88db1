#!/usr/bin/env python3
"""What no journey passes: the rows of docs/coverage.md that are a record, a list or a
rule, each written as a worker writes it and read again from the screen.

Reference data come by the tables of scripts/reference; everything else is written on
a laptop without network. What a row's rule forbids is refused, with its field.
"""
import os

import nodes
from journeys import ago, today
from nodes import daemons, jalka, run

TABLES = ("municipality", "service_point", "partner", "outreach_post", "model_version", "responsibility", "bulletin", "law_ref")


class Desk:
    def __init__(self, world, tally):
        self.expect, self.tally = tally.expect, tally
        self.center, self.aino = world.central(), world.field("aino")
        self.staff = jalka(self.center, "admin", "staff", "add", "Aino Laine", "LICENSED_SOCIAL_WORKER", "Koskelanmäen hyvinvointialue")["id"]
        world.enrol(self.aino, self.staff)
        for table in TABLES:
            jalka(self.center, "admin", "import", table, os.path.join(daemons.ROOT, f"scripts/reference/{table}.csv"))
        nodes.sync(self.aino)
        nodes.offline(self.aino)
        self.client = nodes.new_client(self.aino, "Kettusalonpää", municipality="Takkuvaara")
        self.matter = jalka(self.aino, "case", "open", self.client["id"], "Vuokrarästi", "opened_by_pathway=OUTREACH_FOUND",
                            "work_types=ECONOMIC_SOCIAL_WORK", "work_types=OUTREACH", "pilot_code=EK-2018-erityinen")
        self.home, self.place = self.client["case_id"], self.matter["case_id"]

    def rows(self, kind):
        return [jalka(self.aino, "show", r["id"])["record"] for r in jalka(self.aino, "list", kind)["records"]]

    def fields(self, record):
        return jalka(self.aino, "show", record)["record"]["fields"]

    def write(self, row, kind, *words):
        """Written, and read again: the fields as they stand."""
        got = run(self.aino, "create", kind, *words)
        self.expect(row, got.code == 0, got)
        return got.json["id"] if got.code == 0 else None

    def refused(self, row, words, *command):
        got = run(self.aino, *command)
        self.expect(row, got.refused and all(word in got.err for word in words), got)


def reference_data(desk):
    versions = desk.rows("model_version")
    now = [v for v in versions if v["fields"]["valid_from"] <= str(today()) <= v["fields"].get("valid_to", "9999")]
    desk.expect("row 1: one version of the model holds today, on the laptop", len(versions) > 1 and len(now) == 1, versions)
    tasks = [r["fields"] for r in desk.rows("responsibility")]
    desk.expect("row 5: who does what, one owner a task, of all six phases", tasks and all(t["owner_kind"] for t in tasks) and
                len({t["phase"] for t in tasks}) == 6 and len({t["task"] for t in tasks}) == len(tasks), tasks)
    texts = [r["fields"] for r in desk.rows("bulletin")]
    desk.expect("row 7: leaflets and blank forms are read without a network", {"LEAFLET", "FORM"} <= {t["kind"] for t in texts} and
                all(t["text"].strip() for t in texts), texts)
    desk.expect("row 8: so are bulletins, by who gave them", any(t["kind"] == "BULLETIN" and "Kela" in t["issuer"] for t in texts), texts)
    desk.refused("row 8: which nobody writes on a laptop", ["central"], "create", "bulletin", "title=x", "kind=BULLETIN", "language=FI",
                 "issuer=Kela", "text=x", "valid_from=2026-01-01")
    card = run(desk.aino, "print", "card", desk.client["id"], "--plain", "--lang", "fi", json_form=False).out
    desk.expect("row 7: the card has the places nearby with their hours, and the number for urgent help",
                "Takkuvaaran kirjastoauto" in card and "virka-aikana: 040 000 0905" in card and "Kettusalonpää" not in card and
                "hyvinvointialue" not in card, card)


def on_the_way(desk):
    points = {r["fields"]["name"]: r for r in desk.rows("service_point")}
    terminal = next(r for r in points.values() if r["fields"]["kind"] == "CLIENT_TERMINAL")
    visit = desk.write("row 9: a visit at a client terminal, with the device used", "visit", "--case", desk.place, "place=SERVICE_POINT",
                       f"service_point={terminal['id']}", "purpose=APPLICATION_HELP", "phase=APPLYING", f"started_at={ago(90)}",
                       "device_used=asiakaspääte")
    shown = desk.fields(visit)
    desk.expect("row 9: read again", shown["device_used"] == "asiakaspääte" and shown["service_point"] == terminal["id"], shown)
    post = jalka(desk.aino, "list", "outreach_post")["records"][0]
    visit = desk.write("row 51: a visit at another organisation's rooms", "visit", "--case", desk.place, "place=OUTREACH_POST",
                       f"outreach_post={post['id']}", "purpose=GUIDANCE", "phase=GUIDANCE", f"started_at={ago(60)}")
    desk.expect("row 51: the post's rooms and hours are there", {"host", "weekday"} <= set(desk.fields(post["id"])) and
                desk.fields(visit)["outreach_post"] == post["id"])


def emergency(desk):
    told = run(desk.aino, "emergency", desk.client["id"], json_form=False).out
    call = desk.write("row 46: a call to the emergency service is a visit by phone", "visit", "--case", desk.place, "place=PHONE",
                      "purpose=GUIDANCE", "phase=SOCIAL_WELFARE", f"started_at={ago(30)}", "present=sosiaalipäivystys",
                      "topic=Soitto sosiaalipäivystykseen")
    desk.expect("row 46: 112 and the number one command away, the call in the log of the case",
                told.index("112") < told.index("040 000 0905") and desk.fields(call)["present"] == ["sosiaalipäivystys"], told)


def applications(desk):
    partner = jalka(desk.aino, "list", "partner")["records"][0]["title"]
    application = jalka(desk.aino, "application", desk.client["id"], "channel=NGO_SUPPORTED", f"helped_by={partner}",
                        'impulses=[{"direction":"OUT","benefit":"yleinen asumistuki","at":"2026-01-05T10:00","owner":"Aino Laine"},'
                        '{"direction":"IN","benefit":"sosiaalitoimi","at":"2026-01-06T10:00","owner":"Aino Laine"}]')["id"]
    shown = desk.fields(application)
    phases = [jalka(desk.aino, "show", application)["record"]["phase"]]
    delivered = jalka(desk.aino, "step", application, "DELIVERED", f"delivered_at={ago(20)}")
    jalka(desk.aino, "step", application, "NORMAL_QUEUE", f"arrived_at_kela={ago(10)}")
    phases.append(jalka(desk.aino, "show", application)["record"]["phase"])
    desk.expect("row 2: an application goes through the phases with its state", phases == ["APPLYING", "KELA_HANDLING"], (phases, delivered))
    desk.expect("row 16: applying with a partner's support", shown["channel"] == "NGO_SUPPORTED" and shown["helped_by"] == partner, shown)
    desk.expect("row 31: impulses both ways, each with its owner",
                [(i["direction"], i["owner"]) for i in shown["impulses"]] == [("OUT", "Aino Laine"), ("IN", "Aino Laine")], shown)
    desk.refused("row 31: none without an owner", ["owner"], "change", application,
                 'impulses=[{"direction":"OUT","benefit":"asumistuki","at":"2026-01-05T10:00"}]')
    channels = next(f for f in jalka(desk.aino, "types", "assistance_application", "--lang", "fi")["fields"] if f["name"] == "channel")
    for channel in channels["values"]:
        jalka(desk.aino, "change", application, f"channel={channel}")
        if desk.fields(application)["channel"] != channel:
            desk.expect(f"row 13: {channel}", False)
    desk.expect("row 13: all channels, each with its word", len(channels["values"]) == len(set(channels["value_labels"])) == 9, channels)


def checklists(desk):
    points = {"DIGITAL": ("CALL", "TEXT_MESSAGE", "IDENTIFY", "KELA_SERVICE", "ATTACHMENT", "READ_DECISION", "ONLINE_BANK"),
              "ECONOMIC": ("INCOME", "EXPENSES", "DEBTS", "RENT_ARREARS", "UNCLAIMED", "PAYMENT_PLAN", "DEBT_COUNSELLING")}
    for row, kind, goal in ((12, "DIGITAL", "DIGITAL_SKILLS"), (17, "ECONOMIC", "INCOME")):
        items = ",".join(f'{{"point":"{point}","answer":"{"YES" if n % 2 else "NO"}"}}' for n, point in enumerate(points[kind]))
        got = run(desk.aino, "create", "checklist", "--case", desk.home, "--sign", f"client={desk.client['id']}", f"kind={kind}",
                  f"items=[{items}]", "done_with_client=true")
        desk.expect(f"row {row}: the checklist with all its points, which leads to goals", got.code == 0 and goal in str(got.json["advice"]), got)
    desk.refused("row 17: a point of the other list", ["items.point", "other checklist"], "create", "checklist", "--case", desk.home,
                 "--sign", f"client={desk.client['id']}", "kind=ECONOMIC", 'items=[{"point":"CALL","answer":"YES"}]', "done_with_client=true")
    digital = lambda skill: jalka(desk.aino, "create", "digital_capability", "--case", desk.home, "--sign", f"client={desk.client['id']}",
                                  f"assessed_on={today()}", "has_computer=false", "has_smartphone=true", "has_connection=true", "has_eid=true",
                                  "agreed_channel=OWN_DEVICE", f"skill={skill}")["id"]
    types = [desk.fields(digital(skill))["customer_type"] for skill in ("WEAK", "GOOD")]
    desk.expect("row 12: progress is the next capability; the earlier one stays", types == ["EQ_NOSK", "EQ_SK"] and
                len(desk.rows("digital_capability")) == 2, types)


def the_plan(desk):
    plan = jalka(desk.aino, "create", "plan", "--case", desk.place, "--sign", "kind=CLIENT",
                 'goals=[{"text":"Maksan laskut verkkopankissa.","category":"DIGITAL_SKILLS"},{"text":"Rästi on maksettu.","category":"INCOME"}]',
                 'actions=[{"what":"Talousryhmä keskiviikkoisin","who":"asiakas","kind":"GROUP"},'
                 '{"what":"Ajanvaraus Kelaan","who":"Aino Laine","kind":"KELA_APPOINTMENT"},'
                 '{"what":"Digiopastus","who":"Digiopastajat ry","kind":"GUIDED_TO_PARTNER"}]',
                 'parties=[{"role":"asiakas"}]', "client_agreement=AGREED", f"review_on={today(90)}")["id"]
    kinds = {a["kind"] for a in desk.fields(plan)["actions"]}
    desk.expect("rows 11, 14 and 61: a partner, an appointment at Kela and a group are actions of the plan",
                kinds == {"GROUP", "KELA_APPOINTMENT", "GUIDED_TO_PARTNER"}, kinds)
    agreed = lambda *words: jalka(desk.aino, "create", "agreed_action", "--case", desk.place, f"from={plan}", *words)["id"]
    agreed("what=Ajanvaraus Kelaan klo 10", "owner_kind=CLIENT", "owner=Aino Kettusalonpää", f"due={today(3)}", "place=Kela Koskelanmäki")
    agenda = run(desk.aino, "agenda", str(today(3)), json_form=False).out
    desk.expect("row 14: the appointment stands on the day's agenda", "Ajanvaraus Kelaan klo 10" in agenda, agenda)
    group = agreed("what=Talousryhmä 1. kerta", "owner_kind=CLIENT", "owner=Aino Kettusalonpää", f"due={today()}")
    jalka(desk.aino, "step", group, "DONE", "done_note=Oli paikalla, puhui velkaneuvonnasta.")
    missed = agreed("what=Talousryhmä 2. kerta", "owner_kind=CLIENT", "owner=Aino Kettusalonpää", f"due={today()}")
    jalka(desk.aino, "step", missed, "CANCELLED", "done_note=Ei päässyt, bussi ei kulkenut.")
    page = run(desk.aino, "print", "actions", plan, "--plain", "--lang", "fi", json_form=False).out
    desk.expect("row 61: attendance, time by time, on the client's paper", "tehty: Oli paikalla" in page and "Ei päässyt, bussi" in page, page)


def without_a_person(desk):
    event = lambda row, kind, *more: desk.write(f"row {row}: {kind}", "development_event", f"kind={kind}", f"date={today()}",
                                               "organisations=Kela", "organisations=Koskelanmäen hyvinvointialue", "head_count=12", *more)
    event(24, "TRAINING", "topic=Huolen tunnistaminen, verkkokoulutus")
    event(50, "INFO_SESSION", "topic=Kela-info kielikurssilla")
    event(54, "QUALITY_WORKSHOP", "topic=Kahdeksan päätöstä")
    event(60, "CO_DEVELOPMENT", "topic=Asiakkaan ja ammattilaisen kumppanuus")
    event(62, "CUSTOMER_PANEL", "topic=Asiakasraati")
    desk.refused("row 53: job shadowing without a note on secrecy", ["secrecy_note"], "create", "development_event", "kind=JOB_SHADOWING",
                 f"date={today()}")
    event(53, "JOB_SHADOWING", "secrecy_note=Vaitiolositoumus allekirjoitettu.")
    desk.expect("row 62: the list of what was done together", len(jalka(desk.aino, "list", "development_event")["records"]) == 6)
    grant = desk.write("row 56: a Kaikukortti", "kaikukortti_grant", "--case", desk.home, f"client={desk.client['id']}", "card_no=EK-1001",
                       f"issued={today()}", "area=Kainuu")
    desk.expect("row 56: its number, day and area", desk.fields(grant)["area"] == "Kainuu")
    for target in ("SERVICE", "MODEL", "SYSTEM", "CONCERN_TOOL"):
        desk.write(f"rows 23, 57 and 68: feedback on {target}", "feedback", f"target={target}", "score=4", "text=Apua oli.")
    desk.refused("row 57: anonymous feedback with an identity code in it", ["text"], "create", "feedback", "target=SERVICE", "text=Olen 010594Y9032")
    desk.refused("row 57: a score that is none", ["score", "1 to 5"], "create", "feedback", "target=SERVICE", "score=6")
    desk.write("row 59: a social observation", "social_observation", "phenomenon=Ei julkista liikennettä", "municipality=Takkuvaara",
               "text=Kelan pisteeseen ei pääse saman päivän aikana.", "proposed_remedy=Kutsutaksi")


def the_case(desk):
    found = jalka(desk.aino, "search", "EK-2018-erityinen")["records"]
    desk.expect("row 70: the cases of a trial are found by its code", [r["id"] for r in found] == [desk.matter["id"]], found)
    shown = desk.fields(desk.matter["id"])
    desk.expect("row 17: economic social work is a form of work of the case", "ECONOMIC_SOCIAL_WORK" in shown["work_types"], shown)


def main():
    tally = nodes.Tally()
    with daemons.World() as world:
        desk = Desk(world, tally)
        for part in (reference_data, on_the_way, emergency, applications, checklists, the_plan, without_a_person, the_case):
            with tally.part(part.__name__):
                part(desk)
    tally.finish()


if __name__ == "__main__":
    main()
