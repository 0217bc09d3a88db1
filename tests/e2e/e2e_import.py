#!/usr/bin/env python3
"""Reference data as tables: into the central node, on to a laptop, out again.

The fictional set of scripts/reference is imported; again it changes nothing; what is
exported imports as the same. A file with one bad line imports nothing and says which
line, column and field. On the laptop, offline, the worker looks up places, hours and
emergency numbers, how guidelines compare, and of which type a municipality was when.
"""
import os

import nodes
from nodes import DONE, FAILED, daemons, jalka, run
from daemons import until

SAMPLE = os.path.join(daemons.ROOT, "scripts/reference")
TYPES = ("municipality", "service_point", "partner", "outreach_post", "guideline", "model_version", "responsibility",
         "bulletin", "law_ref")


class Office:
    def __init__(self, world, tally):
        self.world, self.expect = world, tally.expect
        self.center, self.aino = world.central(), world.field("aino")
        world.enrol(self.aino, world.staff("Aino Laine"))

    def table(self, name, text, encoding="utf-8"):
        path = self.world.folder(name)
        with open(path, "wb") as file:
            file.write(text.encode(encoding))
        return path

    def list(self, kind):
        return jalka(self.center, "list", kind)["records"]


def rows_of(kind):
    with open(os.path.join(SAMPLE, f"{kind}.csv"), encoding="utf-8") as file:
        return len(file.read().strip().splitlines()) - 1


def bad_tables(office):
    """Before anything else is there: what is refused leaves nothing."""
    head = "name;municipality;kind;hours;valid_from\n"
    good = "".join(f"Piste {i};Hallasuo;LIBRARY;ma-pe 9-15;1.1.2020\n" for i in range(2, 40))
    bad = office.table("bad.csv", head + good + "Piste 40;Hallasuo;LIBARY;ma;1.1.2020\n" + good.replace("Piste ", "Toinen "))
    got = run(office.center, "admin", "import", "service_point", bad, json_form=False)
    office.expect("one bad line: line, column, field, what is wrong and what may be meant",
                  got.code == FAILED and "line 40, column 3, kind: is none of the values allowed (did you mean LIBRARY?)" in got.err, got)
    office.expect("and nothing is imported, which is said", "nothing was imported" in got.err and got.out == ""
                  and office.list("service_point") == [], got)
    several = office.table("several.csv", head + "A;Hallasuo;LIBRARY;x;31.2.2020\n;Hallasuo;NGO;x;\nA;B\nA;Hallasuo;LIBRARY;;tammikuu\n"
                           + "C;Hallasuo;;;\nD;Hallasuo;PARISH;x;\nD;Hallasuo;PARISH;y;\n")
    errors = run(office.center, "admin", "import", "service_point", several).json["errors"]
    office.expect("every bad line is told", [(e["line"], e["column"], e["field"]) for e in errors]
                  == [(2, 5, "valid_from"), (4, 0, ""), (5, 5, "valid_from"), (8, 0, ""), (3, 1, "name"), (6, 3, "kind")], errors)
    many = office.table("many.csv", head + "A;B;NOTHING;;\n" * 80)
    got = run(office.center, "admin", "import", "service_point", many)
    office.expect("of very many the first fifty, and how many there are", len(got.json["errors"]) == 50
                  and got.json["error_count"] == 80 and got.code == FAILED, got)
    for what, text, words in (
            ("a column nobody knows", "name;municipality;kind;opening\nA;B;NGO;9\n", ("line 1, column 4, opening", "no such field")),
            ("a missing key column", "name;kind\nA;NGO\n", ("line 1, municipality", "missing")),
            ("an open quotation mark", head + "\"A;Hallasuo;LIBRARY;;\n", ("line 2, column 1", "never closed")),
            ("an empty file", "", ("line 1", "empty"))):
        got = run(office.center, "admin", "import", "service_point", office.table("odd.csv", text), json_form=False)
        office.expect(f"refused with its place: {what}", got.code == FAILED and all(w in got.err for w in words), got)
    latin = office.table("latin.csv", head + "Kirjasto;Hallasuo;LIBRARY;x;\nPäiväkoti;Hallasuo;NGO;x;\n", "latin-1")
    got = run(office.center, "admin", "import", "service_point", latin, json_form=False)
    office.expect("letters of another encoding: the line, and what to do", got.code == FAILED and "line 3" in got.err
                  and "CSV UTF-8" in got.err, got)
    got = run(office.center, "admin", "import", "client", bad, json_form=False)
    office.expect("clients do not come as a table", got.refused and "municipality, service_point" in got.err, got)
    got = run(office.center, "admin", "import", "service_point", "/nowhere.csv", json_form=False)
    office.expect("a file that is not there", got.refused, got)
    office.expect("after all of that nothing is there", office.list("service_point") == [])
    got = run(office.center, "admin", "import", "guideline",
              office.table("money.csv", "authority;expense_type;limit_cents;decider_role;valid_from;valid_to\nA;B;500;C;1.1.2024;1.1.2023\n"
                           "A;C;500,00;C;1.1.2024;1.1.2023\n"))
    office.expect("an amount without cents is asked back; a rule of the record is told with its field",
                  [(e["line"], e["field"]) for e in got.json["errors"]] == [(2, "limit_cents"), (3, "valid_to")], got)


def sample_set(office):
    for kind in TYPES:
        path = os.path.join(SAMPLE, f"{kind}.csv")
        dry = jalka(office.center, "admin", "import", kind, path, "--dry-run")
        there = len(office.list(kind))
        got = jalka(office.center, "admin", "import", kind, path)
        rows = rows_of(kind)
        known = 1 if kind == "law_ref" else 0  # a new node has the Social Welfare Act
        office.expect(f"{kind}: a dry run writes nothing and says the same", not dry["written"] and there == known
                      and {**dry, "written": True} == got, (dry, got, there))
        office.expect(f"{kind}: {rows} rows, {rows - known} new", got["rows"] == rows and got["new"] == rows - known
                      and got["changed"] == 0 and got["error_count"] == 0, got)
        before = jalka(office.center, "status")["last_order"]
        again = jalka(office.center, "admin", "import", kind, path)
        office.expect(f"{kind}: again, and nothing changes", again["same"] == rows and again["new"] == again["changed"] == 0
                      and jalka(office.center, "status")["last_order"] == before, again)
        out = office.world.folder(f"out-{kind}.csv")
        run(office.center, "admin", "export", kind, "--out", out, json_form=False)
        back = jalka(office.center, "admin", "import", kind, out)
        office.expect(f"{kind}: what is exported imports as the same", back["same"] == back["rows"] == rows, back)


def changed_rows(office):
    text = ("Nimi;Kunta;Laji;Aukioloajat;Puhelin\nHallasuon kirjasto;Hallasuo;kirjasto;ma-pe 12-18;\n"
            "Perälän tupa;Hallasuo;järjestö;la 10-12;040 000 0399\n")
    got = run(office.center, "admin", "import", "service_point", office.table("fi.csv", text), json_form=False)
    office.expect("headings and values in Finnish: a row changed, a row new", got.code == DONE and "1 new, 1 changed, 0 as before" in got.out, got)
    library = next(r for r in office.list("service_point") if r["title"] == "Hallasuon kirjasto")
    fields = jalka(office.center, "show", library["id"])["record"]["fields"]
    office.expect("an empty cell clears, a missing column leaves alone", fields["hours"] == "ma-pe 12-18" and "phone" not in fields
                  and fields["devices"] == ["tietokone (1)"] and fields["address"]["street"] == "Koulutie 5", fields)
    law = next(r for r in office.list("law_ref") if r["title"].startswith("254/2015"))
    new = next(r for r in office.list("law_ref") if r["title"].startswith("703/2023"))
    fields = jalka(office.center, "show", law["id"])["record"]["fields"]
    office.expect("a law names the one that replaced it", fields["replaced_by"] == new["id"] and fields["valid_to"] == "2023-12-31", fields)
    large = "name;municipality;kind;hours\n" + "".join(f"Kohde {i};Koskelanmäki;NGO;{'x' * 100}\n" for i in range(3000))
    got = jalka(office.center, "admin", "import", "service_point", office.table("large.csv", large), timeout=120)
    office.expect("a file of several pieces", got["new"] == 3000 and got["written"], got)
    got = run(office.center, "admin", "import", "service_point",
              office.table("too.csv", "name;municipality;kind\n" + "".join(f"A{i};B;NGO\n" for i in range(5001))), json_form=False)
    office.expect("more rows than one import takes are refused", got.refused and "5,000" in got.err, got)


def on_the_road(office):
    """On the laptop, without network."""
    nodes.sync(office.aino)
    nodes.offline(office.aino)
    aino = office.aino
    got = jalka(aino, "places", "takkuvaara")
    office.expect("emergency numbers first: 112 and the municipality's duty",
                  [e["phone"] for e in got["emergency"]] == ["112", "040 000 0905"], got["emergency"])
    office.expect("then the places, with hours; partners that serve all", {p["fields"]["name"] for p in got["places"]}
                  == {"Takkuvaaran kirjastoauto", "Takkuvaaran kunnantalon pääte", "Ylikorven kylätalo", "Jokipään koulu",
                      "Takkuvaaran kylätoimikunta", "Digiopastajat ry"}, got["places"])
    got = jalka(aino, "places", "Granvika")
    office.expect("a bilingual municipality by either name", got["municipalities"][0]["fields"]["name"] == "Kuusilahti"
                  and len(got["places"]) == 5, got)
    got = jalka(aino, "places", "Koskelanmäki", "--kind", "EMERGENCY_DUTY")
    office.expect("a duty that is a place stands on top with its hours", [e.get("fields", {}).get("hours") for e in got["emergency"]][-1]
                  == "joka päivä ympäri vuorokauden", got["emergency"])
    words = run(aino, "emergency", json_form=False).out.splitlines()
    office.expect("whom to call: each municipality's duty once, as it is today", words[0].startswith("112 ")
                  and sum("Hallasuo" in line for line in words) == 1 and len(words) == len(set(words)), words)
    got = jalka(aino, "places", "vuorenpohja", "--kind", "kirjasto")
    office.expect("of one kind, here none", got["places"] == [], got)
    for day, kind in (("2020-01-01", "LIMITED"), ("2021-06-01", "NARROW")):
        got = jalka(aino, "places", "Hallasuo", "--at", day)["municipalities"]
        office.expect(f"Hallasuo was {kind} on {day}", [m["fields"]["env_type"] for m in got] == [kind], got)
    words = run(aino, "places", "Takkuvaara", json_form=False).out
    office.expect("the day of an outreach post in words", "tiistai 12.00-15.00" in words and "TUE" not in words, words)
    words = run(aino, "places", "Vuorenpohja", "--lang", "sv", json_form=False)
    office.expect("a person reads them, in Swedish too", words.out.startswith("112 ") and "begränsad service" in words.out
                  and "FPA:s serviceställe" in words.out and "9.00-11.00" in words.out, words.out)
    got = run(aino, "places", "Atlantis")
    office.expect("an unknown municipality is refused", got.refused and "municipality" in got.err, got)
    got = jalka(aino, "guidelines", "kodin")["guidelines"]
    office.expect("guidelines valid today compare", {(g["fields"]["authority"], g["fields"]["limit_cents"]) for g in got}
                  == {("Kaamoslahden hyvinvointialue", 65000), ("Naapurialueen hyvinvointialue", 90000)}, got)
    got = run(aino, "guidelines", "kodin perustaminen", "--at", "2020-05-05", json_form=False)
    office.expect("as they were: limits and deciders differ, and it says so", "ei sanottu" in got.out
                  and "limits differ: 300,00 to 800,00" in got.err and "who decides differs" in got.err, got)


def main():
    tally = nodes.Tally()
    with daemons.World() as world:
        office = Office(world, tally)
        for part in (bad_tables, sample_set, on_the_road, changed_rows):
            with tally.part(part.__name__):
                part(office)
    tally.finish()


if __name__ == "__main__":
    main()
