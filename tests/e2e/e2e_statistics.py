#!/usr/bin/env python3
"""A quarter as counts: two workers' records, counted at the central node.

Small counts are told as <5, and nothing that is shown lets one compute them. One
proposes, another approves; then the quarter reads the same whatever comes later, and
stands on the laptops as a record. No text of a record comes out.
"""
import collections
import csv
import datetime
import io
import os

import nodes
from nodes import DONE, daemons, jalka, run
from daemons import until

SAMPLE = os.path.join(daemons.ROOT, "scripts/reference")
TODAY = datetime.date.today()
QUARTER = f"{TODAY.year}Q{(TODAY.month + 2) // 3}"
SECRET = "hammastahnaputkilo"


class Office:
    def __init__(self, world, tally):
        self.world, self.expect = world, tally.expect
        self.center = world.central()
        self.aino, self.mikko = world.field("aino"), world.field("mikko")
        self.staff = {"aino": world.staff("Aino Laine"), "mikko": world.staff("Mikko Saari")}
        world.enrol(self.aino, self.staff["aino"])
        world.enrol(self.mikko, self.staff["mikko"])
        for kind in ("municipality", "service_point"):
            jalka(self.center, "admin", "import", kind, os.path.join(SAMPLE, f"{kind}.csv"))

    def count(self, *words):
        report = jalka(self.center, "admin", "statistics", QUARTER, *words)
        return report, {(line["table"], line["class"], line.get("column")): line["shown"] or line["count"] for line in report["lines"]}


def visited(device, number, municipality, **fields):
    client = jalka(device, "client", "add", f"Asiakas{number}", SECRET.title(), f"municipality={municipality}", "--anyway",
                   *(f"{k}={v}" for k, v in fields.items()))
    matter = nodes.new_matter(device, client, f"{SECRET} {number}")
    visit = jalka(device, "visit", "start", matter["case_id"], "purpose=GUIDANCE", "phase=APPLYING")
    jalka(device, "visit", "end", visit["id"], "nothing_to_record_reason=ei kirjattavaa")
    return client, matter


def work(office):
    for n in range(14):
        visited(office.aino, n, "Koskelanmäki")
    for n in range(14, 26):
        visited(office.mikko, n, "Granvika" if n % 2 else "Hallasuo")
    for n in range(26, 28):
        visited(office.aino, n, "Takkuvaara")
    for n in range(6):
        jalka(office.aino, "create", "anonymous_contact", "municipality=Lintuselkä", "themes=INCOME,HOUSING")
    jalka(office.aino, "create", "feedback", "target=MODEL", "score=5", f"text={SECRET}")
    # One person met by both: two client records, linked, are one client.
    nodes.offline(office.aino, office.mikko)
    visited(office.aino, 100, "Koskelanmäki", hetu="010594Y9032")
    visited(office.mikko, 101, "Koskelanmäki", hetu="010594Y9032")
    nodes.online(office.aino, office.mikko)
    nodes.sync(office.aino, office.mikko)
    until(lambda: len(jalka(office.center, "admin", "matches", "all")["matches"]) > 0, "the link")


def counted(office):
    report, told = office.count()
    office.expect("counted now", report["state"] == "COUNTED" and report["quarter"] == QUARTER, report["state"])
    office.expect("a person in two linked records is one client, with the visits of both",
                  (told[("clients_new", "TOTAL", None)], told[("visits_by_phase", "TOTAL", None)]) == (29, 30), told)
    office.expect("small counts are told as <5, and one more is withheld",
                  told[("visits_by_municipality_type", "VERY_NARROW", None)] == "<5"
                  and told[("visits_by_municipality_type", "NARROW", None)] == ".."
                  and told[("visits_by_municipality_type", "BROAD", None)] == 16, told)
    office.expect("kilometres are told where the visits are, in hundreds", told[("kilometres", "BROAD", None)] == 0
                  and told[("kilometres", "VERY_NARROW", None)] == "..", told)
    office.expect("a total that is small hides all its classes", told[("feedback", "TOTAL", None)] == "<5"
                  and all(v == ".." for k, v in told.items() if k[0] == "feedback" and k[1] != "TOTAL"), told)
    office.expect("anonymous contacts by the type of the municipality", told[("anonymous_contacts", "VERY_NARROW", None)] == 6
                  and told[("anonymous_contacts_themes", "INCOME", None)] == 6, told)
    tables = collections.defaultdict(list)
    for (table, kind, column), value in told.items():
        if column is None and table != "kilometres" and not table.endswith("themes"):
            tables[table].append((kind, value))
    alone = [t for t, rows in tables.items() if sum(v in ("<5", "..") for _, v in rows) == 1]
    office.expect("no table leaves one count to be computed from the others", alone == [], alone)
    office.expect("no small number is shown", not any(isinstance(v, int) and 1 <= v <= 4 for v in told.values()), told)
    office.expect("no text of a record comes out", SECRET not in str(report).lower())


def one_person_freezes_nothing(office):
    """A report that says both names of itself would be one person's."""
    first = datetime.date(2024, 1, 1)
    got = run(office.center, "create", "aggregate_report", f"from={first}", "to=2024-03-31", "proposed_by=Aino Laine", "approved_by=Mikko Saari")
    office.expect("a report is not written as a record", got.refused and "admin statistics" in got.err and
                  jalka(office.center, "admin", "statistics", "2024Q1")["state"] == "COUNTED", got)
    got = run(office.center, "create", "role_grant", f"staff={office.staff['aino']}", "role=OUTREACH_WORKER", "valid_from=2020-01-01",
              "granted_by=Presidentti")
    office.expect("nor does anybody say who granted a role", got.refused and "granted_by" in got.err and
                  "Presidentti" not in str(jalka(office.center, "admin", "grants", "all")), got)


def frozen(office):
    aino, mikko = office.staff["aino"], office.staff["mikko"]
    got = run(office.center, "admin", "statistics", QUARTER, "--freeze", "00", "--approved-by", mikko)
    office.expect("nothing is frozen that nobody proposed", got.refused and "proposed" in got.err, got)
    unread = office.count("--proposed-by", aino)[0]["digest"]
    visited(office.aino, 199, "Takkuvaara")
    nodes.sync(office.aino)
    proposal, told = office.count("--proposed-by", aino)
    digest = proposal["digest"]
    got = run(office.center, "admin", "statistics", QUARTER, "--freeze", unread, "--approved-by", mikko)
    office.expect("numbers that were proposed anew meanwhile are not approved unread", got.refused and "another" in got.err
                  and office.count()[0]["state"] == "PROPOSED", got)
    for other in (digest[:-1], digest + "0"):
        got = run(office.center, "admin", "statistics", QUARTER, "--freeze", other, "--approved-by", mikko)
        office.expect("nor by a part of a digest, or more than one", got.refused, got)
    office.expect("a proposal is counted and kept with its name", proposal["state"] == "PROPOSED" and proposal["proposed_by"] == "Aino Laine", proposal)
    got = run(office.center, "admin", "statistics", QUARTER, "--freeze", digest, "--approved-by", aino)
    office.expect("who proposed does not approve", got.refused and "second person" in got.err, got)
    got = run(office.center, "admin", "statistics", QUARTER, "--freeze", digest, "--approved-by", office.center_device())
    office.expect("nor does anything that is no member of the staff", got.refused, got)
    visited(office.aino, 200, "Takkuvaara")
    nodes.sync(office.aino)
    _, shown = office.count()
    office.expect("what came in after the proposal does not change it", shown == told)
    report, shown = office.count("--freeze", digest, "--approved-by", mikko)
    office.expect("frozen with both names", (report["state"], report["proposed_by"], report["approved_by"])
                  == ("FROZEN", "Aino Laine", "Mikko Saari") and shown == told, report)
    visited(office.mikko, 201, "Koskelanmäki")
    nodes.sync(office.mikko)
    office.center.stop()
    office.center.start()
    report, shown = office.count()
    office.expect("later, after more work and a start of the node, the same numbers", report["state"] == "FROZEN" and shown == told)
    _, now = office.count("--anew")
    office.expect("counted anew they are others", now[("visits_by_phase", "TOTAL", None)] == 33, now)
    for words in (["--proposed-by", aino], ["--freeze", digest, "--approved-by", mikko]):
        got = run(office.center, "admin", "statistics", QUARTER, *words)
        office.expect(f"a frozen quarter is not {'proposed' if len(words) == 2 else 'frozen'} again", got.refused and "already" in got.err, got)
    rows = jalka(office.center, "admin", "statistics")["reports"]
    office.expect("what is frozen is listed", [(r["quarter"], r["approved_by"]) for r in rows] == [(QUARTER, "Mikko Saari")], rows)
    nodes.sync(office.aino)
    record = jalka(office.aino, "list", "aggregate_report")["records"]
    office.expect("the report stands on the laptop, without names of clients", len(record) == 1
                  and SECRET not in str(jalka(office.aino, "show", record[0]["id"])).lower(), record)


def told(office):
    got = run(office.center, "admin", "statistics", QUARTER, "--csv", json_form=False)
    rows = list(csv.reader(io.StringIO(got.out.lstrip("\ufeff")), delimiter=";"))
    office.expect("as CSV, with the words in Finnish", got.code == DONE and rows[0][0] == "table" and all(len(r) == 7 for r in rows)
                  and ["visits_by_phase", "TOTAL", "", "käynnit prosessin vaiheen mukaan", "yhteensä", "", "31"] in rows, rows[:4])
    got = run(office.center, "admin", "statistics", QUARTER, "--csv", "--lang", "sv", json_form=False)
    office.expect("and in Swedish", "besök efter processfas;totalt;;31" in got.out, got.out[:300])
    got = run(office.center, "admin", "statistics", QUARTER, json_form=False)
    office.expect("a person reads tables, and who stands behind them", "frozen: proposed by Aino Laine, approved by Mikko Saari" in got.out
                  and "31  yhteensä" in got.out, got.out[:400])
    for words in (["2026Q5"], ["viime"], [QUARTER, "--freeze"], [QUARTER, "--freeze", "ab"], [QUARTER, "--lang", "se"], [QUARTER, "--approved-by", "abcd"]):
        got = run(office.center, "admin", "statistics", *words)
        office.expect(f"refused in words: {' '.join(words)}", got.refused, got)
    empty = jalka(office.center, "admin", "statistics", "2025Q1")["lines"]
    office.expect("a quarter without work is all zeros", all(line["count"] == 0 for line in empty), empty)


def roles(office):
    """At the central node the administrator of the service may; the technical administrator may not."""
    people = {role: office.world.staff(role.title()) for role in ("TECHNICAL_ADMIN", "MUNICIPAL_ADMIN")}
    grants = {role: [f"staff={staff}", f"role={role}", "valid_from=2020-01-01"] for role, staff in people.items()}
    jalka(office.center, "create", "role_grant", *grants.pop("MUNICIPAL_ADMIN"))
    for grant in grants.values():
        jalka(office.center, "--as", people["MUNICIPAL_ADMIN"], "create", "role_grant", *grant)
    path = os.path.join(SAMPLE, "partner.csv")
    verbs = {"read": ["admin", "statistics", "2025Q1"], "propose": ["admin", "statistics", "2025Q1", "--proposed-by"],
             "import": ["admin", "import", "partner", path]}
    may = {"MUNICIPAL_ADMIN": {"read", "propose", "import"}, "TECHNICAL_ADMIN": set()}
    for role, staff in people.items():
        for verb, words in verbs.items():
            got = run(office.center, "--as", staff, *words, *([staff] if verb == "propose" else []))
            office.expect(f"{role} {'may' if verb in may[role] else 'may not'} {verb}",
                          got.code == DONE if verb in may[role] else got.refused, got)


    got = run(office.center, "--as", people["MUNICIPAL_ADMIN"], *verbs["propose"], office.staff["aino"])
    office.expect("nobody proposes in another's name", got.refused and "themself" in got.err, got)


def main():
    tally = nodes.Tally()
    with daemons.World() as world:
        office = Office(world, tally)
        office.center_device = lambda: jalka(office.center, "list", "device")["records"][0]["id"]
        for part in (work, counted, one_person_freezes_nothing, frozen, told, roles):
            with tally.part(part.__name__):
                part(office)
    tally.finish()


if __name__ == "__main__":
    main()
