#!/usr/bin/env python3
"""Journey 10: the quarter's aggregates for structural social work.

Choose the quarter, counts by type of municipality, customer type, phase, pathway,
theme; small cells told as <5 and more withheld where one could compute them; a second
person approves; CSV; run again later it says the same numbers.
"""
import nodes
from journeys import journey, today
from nodes import daemons, jalka


def a_quarter_of_work(j):
    with j.step("a quarter of work in two municipalities"):
        for n, municipality in enumerate(["Takkuvaara"] * 7 + ["Koskelanmäki"] * 9):
            client = jalka(j.aino, "client", "add", f"Asiakas{n}", "Salainen", f"municipality={municipality}", "--anyway")
            matter = j.matter(j.aino, client, "Asia", "opened_by_pathway=NEED_REQUEST" if n % 2 else "opened_by_pathway=SELF")
            if n < 8:
                jalka(j.aino, "create", "digital_capability", "--case", client["case_id"], "--sign", f"client={client['id']}",
                      f"assessed_on={today()}", "has_computer=false", "has_smartphone=false", "has_connection=false", "skill=WEAK",
                      "agreed_channel=ORAL_PHONE")
            visit = jalka(j.aino, "visit", "start", matter["case_id"], "purpose=GUIDANCE", "phase=APPLYING" if n else "phase=DECISION")
            jalka(j.aino, "visit", "end", visit["id"], "nothing_to_record_reason=ei kirjattavaa")
        jalka(j.aino, "create", "social_observation", "phenomenon=Matkat", "municipality=Takkuvaara",
              "text=Takkuvaarasta ei pääse julkisella liikenteellä Kelan palvelupisteeseen saman päivän aikana.")
        j.sees("all of it at home", ["has its receipt"], j.aino, "sync", "--wait")


def counted(j):
    with j.step("the quarter is chosen and counted"):
        j.quarter = f"{today().year}Q{(today().month + 2) // 3}"
        got, screen = j.screen(j.center, "admin", "statistics", j.quarter)
        j.expect("by type of municipality, customer type, phase, pathway", got.code == nodes.DONE and "16  yhteensä" in screen, screen)
        lines = jalka(j.center, "admin", "statistics", j.quarter)["lines"]
        tables = {line["table"] for line in lines}
        j.expect("the tables the journey names", {"clients", "clients_new", "visits_by_phase", "visits_by_municipality_type", "cases_opened",
                                                 "urgent", "decisions", "assessments", "kilometres", "anonymous_contacts_themes"} <= tables, tables)
        phases = {line["class"]: line["shown"] or line["count"] for line in lines if line["table"] == "visits_by_phase"}
        j.expect("one visit is told as <5, and another count is withheld that would give it away",
                 phases["DECISION"] == "<5" and ".." in phases.values() and phases["TOTAL"] == 16, phases)
        j.expect("nobody's name, no free text", "Salainen" not in screen and "julkisella" not in screen, screen)


def approved(j):
    with j.step("one proposes, a second person approves"):
        read = jalka(j.center, "admin", "statistics", j.quarter, "--proposed-by", j.staff[j.aino])["digest"]
        j.refused("not who proposed", ["second person"], j.center, "admin", "statistics", j.quarter, "--freeze", read, "--approved-by", j.staff[j.aino])
        jalka(j.center, "admin", "statistics", j.quarter, "--freeze", read, "--approved-by", j.staff[j.mikko])
        j.sees("frozen, with both names", ["Aino Laine", "Mikko Saari"], j.center, "admin", "statistics", j.quarter)


def exported(j):
    with j.step("as CSV in the reader's language"):
        j.sees("Finnish", ["käynnit prosessin vaiheen mukaan", "yhteensä"], j.center, "admin", "statistics", j.quarter, "--csv")
        j.sees("Swedish", ["besök efter processfas"], j.center, "admin", "statistics", j.quarter, "--csv", "--lang", "sv")


def again(j):
    with j.step("run again later, after more work: the same numbers"):
        before = jalka(j.center, "admin", "statistics", j.quarter)["lines"]
        a_client = j.client(j.aino, "Myöhempi", "Maija")
        j.matter(j.aino, a_client, "Uusi asia")
        nodes.sync(j.aino)
        j.expect("the frozen quarter reads the same", jalka(j.center, "admin", "statistics", j.quarter)["lines"] == before)
        daemons.until(lambda: jalka(j.aino, "list", "aggregate_report")["records"], "the report on the laptop")
        j.sees("and the worker has it to show", [], j.aino, "list", "aggregate_report", never=["nothing recorded"])
        j.expect("with the same counts", jalka(j.aino, "statistics", j.quarter)["lines"] == before)
        j.sees("in words, offline too", ["käynnit prosessin vaiheen mukaan", "Mikko Saari"], j.aino, "statistics", j.quarter)
        j.sees("the quarters there are", [j.quarter], j.aino, "statistics")
        j.refused("and nothing of another", ["nothing is published"], j.aino, "statistics", "2020Q1")


def steps(j):
    j.reference()
    jalka(j.center, "create", "municipality", "name=Koskelanmäki", "env_type=BROAD", "valid_from=2024-01-01", "kela_distance_km=0")
    j.aino = j.worker("aino", "Aino Laine", "LICENSED_SOCIAL_WORKER")
    j.mikko = j.worker("mikko", "Mikko Saari")
    for part in (a_quarter_of_work, counted, approved, exported, again):
        part(j)


if __name__ == "__main__":
    journey(steps, "Journey 10: quarterly aggregates for structural social work")
