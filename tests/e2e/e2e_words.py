#!/usr/bin/env python3
"""The catalogue of words and the prints, through real daemons and the command line.

The generator refuses what would show a person an empty or untranslated word; the
daemon tells every word of the catalogue; each print comes in each language, as a
page and as text, in the client's language when none is asked for; a long report
comes whole; every print leaves an entry of the access log; protected contact details come only when asked for with a reason.
"""
import os
import re
import shutil
import stat
import subprocess
import tempfile

import nodes
from nodes import FAILED, USAGE, daemons, jalka, run

ROOT = daemons.ROOT
LABELS = os.path.join(ROOT, "proto/labels.tsv")
LANGUAGES = ("fi", "sv", "en")
KINDS = ("plan", "notice", "quadrants", "consent", "actions", "report", "log", "card", "findings")
MARKS = {"fi": "SALASSA PIDETTÄVÄ", "sv": "SEKRETESSBELAGD", "en": "CONFIDENTIAL"}


def catalogue():
    with open(LABELS, encoding="utf-8") as file:
        rows = [line.rstrip("\n").split("\t") for line in file if line.strip() and not line.startswith("#")]
    return {row[0]: row[1:4] for row in rows}


# ---- the catalogue ----------------------------------------------------------

def the_generator_refuses(tally):
    folder = tempfile.mkdtemp(prefix="jalka-words-")
    bad = {
        "an empty cell": "text.x\tsana\t\tword",
        "a missing column": "text.x\tsana\tword",
        "one word in all languages": "text.x\tsana\tsana\tsana",
        "a mark on words that differ": "text.x\tsana\tord\tword\tname",
        "an unknown mark": "text.x\tsana\tord\tword\tperhaps",
        "a key twice": "type.client\tasiakas\tklient\tclient",
        "no key": "Text X\tsana\tord\tword",
        "blanks around a word": "text.x\t sana\tord\tword",
        "what is not NFC": "text.x\tha\u0308t\u00e4\tord\tword",
        "a control character": "text.x\tsa\u00adna\tord\tword",
    }
    with open(LABELS, encoding="utf-8") as file:
        good = file.read()
    try:
        for what, line in {"nothing wrong": "", **bad}.items():
            path = os.path.join(folder, "labels.tsv")
            with open(path, "w", encoding="utf-8") as file:
                file.write(good + line + "\n")
            done = subprocess.run([os.path.join(ROOT, "scripts/gen-labels"), path, folder], capture_output=True, text=True)
            tally.expect(f"gen-labels: {what}", done.returncode == 0 if not line else
                         done.returncode == 1 and "line" in done.stderr and done.stderr.startswith("gen-labels: "), done.stderr)
        with open(os.path.join(folder, "labels.tsv"), "wb") as file:
            file.write(b"text.x\t\xff\tord\tword\n")
        done = subprocess.run([os.path.join(ROOT, "scripts/gen-labels"), path, folder], capture_output=True, text=True)
        tally.expect("gen-labels: what is not UTF-8", done.returncode == 1 and "UTF-8" in done.stderr, done.stderr)
    finally:
        shutil.rmtree(folder)


def the_programs_words_are_used(tally):
    """A word of a print that no source names is left over from something."""
    source = ""
    for folder, _, names in os.walk(os.path.join(ROOT, "daemon")):
        for name in names:
            if name.endswith((".c", ".h")):
                with open(os.path.join(folder, name), encoding="utf-8") as file:
                    source += file.read()
    unused = [key for key in catalogue() if key.startswith("text.") and
              not re.search(r"\bLABELS_" + key.replace(".", "_").upper() + r"\b", source)]
    tally.expect("every word of the prints is used", not unused, unused)


def the_glossary_keeps_step(tally):
    """The Finnish of a record type in the glossary is the catalogue's."""
    with open(os.path.join(ROOT, "docs/glossary.md"), encoding="utf-8") as file:
        terms = {cells[0]: cells[1] for cells in (
            [cell.strip() for cell in line.strip().strip("|").split("|")] for line in file if line.startswith("|"))
            if len(cells) == 3}
    words = catalogue()
    differ = []
    for key, (finnish, _, english) in words.items():
        term = terms.get(english)
        if key.startswith("type.") and term is not None and not set(re.split(r", | \(", term)) & set(re.split(r", ", finnish) + [finnish]):
            differ.append((english, term, finnish))
    shared = [key for key, w in words.items() if key.startswith("type.") and w[2] in terms]
    tally.expect(f"the glossary says what the catalogue says ({len(shared)} types)", not differ and len(shared) > 15, differ)


def every_word_is_told(tally, device, center):
    words = catalogue()
    for place, language in enumerate(LANGUAGES):
        told = jalka(device, "words", "--lang", language)
        tally.expect(f"words --lang {language}", told["lang"] == language and
                     {row["key"]: row["text"] for row in told["labels"]} == {k: w[place] for k, w in words.items()})
    plan = {row["key"]: row["text"] for row in jalka(device, "words", "plan", "--lang", "sv")["labels"]}
    tally.expect("a type's words have the shared ones in their places",
                 plan["type.plan"] == "plan" and plan["field.plan.kind"] == "typ av plan" and
                 plan["field.plan_goal.client_words"] == "med klientens egna ord" and plan["value.plan_kind.CLIENT"] == "klientplan",
                 plan)
    tally.expect("the central node tells words too", len(jalka(center, "words")["labels"]) == len(words))
    got = run(device, "words", "--lang", "se")
    tally.expect("a language there is none of is refused", got.code == FAILED and "fi, sv or en" in got.err, got)
    tally.expect("so is a type", run(device, "words", "plans").refused)
    fields = jalka(device, "types", "visit", "--lang", "fi")
    place = next(f for f in fields["fields"] if f["name"] == "place")
    tally.expect("types --lang tells words beside names", fields["label"] == "käynti" and place["label"] == "tapaamispaikka" and
                 "koti" in place["value_labels"] and len(place["values"]) == len(place["value_labels"]), place)
    tally.expect("and without a language none", "label" not in jalka(device, "types", "visit"))


# ---- prints -------------------------------------------------------------------

def case_of(device, record):
    return jalka(device, "show", record)["record"]["case_id"]


class Person:
    """A client with one of everything a print is made of."""

    def __init__(self, device):
        self.device = device
        write = lambda *words: jalka(device, *words)["id"]
        self.client = write("client", "add", "von Öhman", "Åsa <b>&", "municipality=Takkuvaara", "contact_language=SV",
                            "birth_date=1994-05-01", "hetu=010594Y9032", "phone=040 000 0123", "address.street=Ylikorventie 14")
        self.client_case = case_of(device, self.client)
        self.matter = write("case", "open", self.client, "Vuokra-asiat")
        self.matter_case = case_of(device, self.matter)
        self.records = {"actions": self.client, "report": self.client, "log": self.client, "card": self.client}
        self.records["plan"] = write(
            "create", "plan", "--case", self.matter, "--sign", "kind=CLIENT", 'goals=[{"text":"Koti säilyy.","category":"HOUSING"}]',
            'parties=[{"role":"asiakas"}]', "client_agreement=AGREED", "review_on=2030-01-20")
        self.records["quadrants"] = write(
            "mapping", self.client, "income=WATCH:Laskut", "family=OK", "health=NOT_ASKED", "housing=SUPPORT:Vuokrarästit",
            "client_confirmed=true")
        self.records["consent"] = write(
            "consent", "give", self.client, "PLAN_SUMMARY", "hakemuksen käsittely", "recipient=Kela",
            "understood_check=kertoi omin sanoin", "witness_staff=Aino Laine")


def add_disclosure(person):
    got = run(person.device, "create", "disclosure", "--case", person.client_case, "--sign", f"client={person.client}", "recipient=Kela",
              "basis=CONSENT", f"consent={person.records['consent']}", 'items=[{"scope":"PLAN_SUMMARY","text":"Koti säilyy."}]',
              "prepared_at=2026-11-20T09:00")
    if got.code == 0:
        person.records["notice"] = got.json["id"]
    return got


def printed(device, *words):
    got = run(device, "print", *words, json_form=False)
    if got.code != 0:
        raise AssertionError(repr(got))
    return got.out


def log_entries(device, act="PRINT"):
    rows = jalka(device, "list", "access_log")["records"]
    shown = [jalka(device, "show", row["id"])["record"]["fields"] for row in rows]
    return [fields for fields in shown if fields["act"] == act]


def every_print_comes(tally, person):
    device = person.device
    for kind, record in person.records.items():
        for language in LANGUAGES:
            page = printed(device, kind, record, "--lang", language, "--html")
            tally.expect(f"print {kind} in {language}", page.startswith("<!DOCTYPE html>") and f'<html lang="{language}">' in page and
                         page.rstrip().endswith("</html>") and MARKS[language] in page and "<b>&" not in page, page[-300:])
        text = printed(device, kind, record, "--plain")
        tally.expect(f"print {kind} as text, in the client's language", MARKS["sv"] in text and "<" not in text.replace("<b>&", "") and
                     max(map(len, text.splitlines())) <= 80, text[:400])
    tally.expect("a print of the client takes the newest of its kind",
                 "Koti säilyy." in printed(device, "plan", person.client, "--plain") and
                 "Koti säilyy." in printed(device, "plan", person.matter_case, "--plain"))
    tally.expect("an empty sheet is printed for the asking",
                 "Skriv" not in printed(device, "quadrants", person.client, "--blank", "--plain") and
                 "Laskut" not in printed(device, "quadrants", person.client, "--blank", "--plain"))
    tally.expect("large letters", 'class="large"' in printed(device, "plan", person.client, "--html", "--large"))


def every_print_leaves_a_trace(tally, person):
    device = person.device
    before = len(log_entries(device))
    told = jalka(device, "print", "consent", person.records["consent"], "--reason", "asiakas pyysi")
    entries = log_entries(device)
    entry = jalka(device, "show", told["access_log"])["record"]["fields"]
    tally.expect("a print leaves an entry of the access log", len(entries) == before + 1 and entry["act"] == "PRINT" and
                 entry["client"] == person.client and entry["record"] == person.records["consent"] and
                 entry["case"] == person.client_case and entry["reason"] == "asiakas pyysi", entry)
    tally.expect("the log print shows it", "asiakas pyysi" in printed(device, "log", person.client, "--plain"))
    refused = len(log_entries(device))
    run(device, "print", "plan", person.records["consent"][:4] + "ffff")
    tally.expect("what is refused leaves none", len(log_entries(device)) == refused)


def prints_are_refused_in_words(tally, person):
    device = person.device
    for what, words, why in (
            ("a kind there is none of", ("map", person.client), "a print is"),
            ("an id there is none of", ("plan", "00000000"), ""),
            ("protected details without a reason", ("report", person.client, "--with-protected"), "with a reason"),
            ("protected details on another print", ("plan", person.client, "--with-protected", "--reason", "x"), "report alone"),
            ("a language there is none of", ("plan", person.client, "--lang", "xx"), "fi, sv or en")):
        got = run(device, "print", *words)
        tally.expect(f"refused: {what}", got.code == FAILED and why in got.err and got.out == "", got)
    tally.expect("refused: --plain with --html", run(device, "print", "plan", person.client, "--plain", "--html").code == USAGE)
    other = jalka(device, "client", "add", "Salo", "Oili", "municipality=Takkuvaara")["id"]
    for kind in ("plan", "consent", "notice"):
        got = run(device, "print", kind, other)
        tally.expect(f"refused: {kind} of a client who has none", got.code == FAILED and "nothing to print" in got.err, got)
    got = run(device, "print", "quadrants", other)
    tally.expect("refused: no mapping, and what to do", got.code == FAILED and "--blank" in got.err, got)


def what_was_written_of_the_wrong_client_is_not_chosen(tally, person):
    device = person.device
    wrong = jalka(device, "consent", "give", person.client, "PLAN_FULL", "väärän ihmisen asia", "recipient=Kela",
                  "understood_check=kertoi omin sanoin", "witness_staff=Aino Laine")["id"]
    tally.expect("of several consents the newest is printed", "väärän ihmisen" in printed(device, "consent", person.client, "--plain"))
    jalka(device, "correct", wrong, "--kind", "REMOVE_UNNECESSARY", "--reason", "kirjattu väärälle")
    page = printed(device, "consent", person.client, "--plain")
    tally.expect("one that was taken out is passed over", "hakemuksen käsittely" in page and "väärän ihmisen" not in page, page)


def a_statute_has_its_name_in_the_prints_language(tally, device, center, person):
    law = jalka(center, "create", "law_ref", "number=1301/2014", "name_fi=Sosiaalihuoltolaki", "name_sv=Socialvårdslag",
                "name_en=Social Welfare Act", "valid_from=2015-04-01")["id"]
    nodes.sync(device)
    got = run(device, "create", "disclosure", "--case", person.client_case, "--sign", f"client={person.client}", "recipient=FPA",
              "basis=STATUTE", f"law_ref={law}", "statute_reasons=35 §: ilmeinen tarve, ei kykene huolehtimaan itsestään", 'items=[{"scope":"CONTACT_DETAILS","text":"040"}]',
              "prepared_at=2026-11-20T10:00")
    tally.expect("a disclosure by statute", got.code == 0, got)
    for language, words in (("fi", ("1301/2014 Sosiaalihuoltolaki", "Vastaanottaja: Kela")), ("sv", ("1301/2014 Socialvårdslag", "Mottagare: FPA")),
                            ("en", ("1301/2014 Social Welfare Act", "Recipient: Kela"))):
        page = printed(device, "notice", got.json["id"], "--plain", "--lang", language)
        tally.expect(f"statute and Kela by their names in {language}", all(word in page for word in words), page)
    page = printed(device, "report", person.client, "--plain", "--lang", "fi")
    tally.expect("the central node's records say whose they are", "keskusjärjestelmä" in page and ", central" not in page, page)


def protected_details_need_asking(tally, person):
    device = person.device
    hidden = jalka(device, "client", "add", "Suojattu", "Siiri", "municipality=Takkuvaara", "address_protected=true",
                   "contact_language=FI")["id"]
    got = run(device, "create", "protected_details", "--client", hidden, "address.street=Salakuja 1", "safety_note=Kaksin")
    tally.expect("protected details are written", got.code == 0, got)
    plain = printed(device, "report", hidden, "--plain")
    tally.expect("a report leaves them out and says so", "Salakuja" not in plain and "Turvakiellon alaisia" in plain, plain)
    asked = printed(device, "report", hidden, "--plain", "--with-protected", "--reason", "asiakas pyysi omat tietonsa")
    tally.expect("and has them when asked with a reason", "Salakuja 1" in asked and "Kaksin" not in asked, asked)


def findings_come_by_quarter(tally, device, person):
    for day, text in (("2026-02-10", "Kevään päätös."), ("2025-11-03", "Syksyn päätös.")):
        jalka(device, "create", "decision_quality_item", "--at", day, f"anonymised_text={text}", "proposal=Selkeämmin.",
              'findings=[{"finding":"TERM","text":"Outo sana."},{"finding":"ERROR","text":"Väärä summa."}]')
    before = len(log_entries(device))
    for language, heading in (("fi", "Vaikea sana"), ("sv", "Svårt ord"), ("en", "Difficult term")):
        page = printed(device, "findings", "2026Q1", "--lang", language, "--html")
        tally.expect(f"the findings of a quarter in {language}", f"<h2>{heading}</h2>" in page and "Kevään päätös." in page and
                     "Syksyn" not in page and MARKS[language] not in page and "Öhman" not in page, page[-2000:])
    every = printed(device, "findings", "--plain")
    tally.expect("and of all time, in Finnish", "Kevään päätös." in every and "Syksyn päätös." in every and "Vaikea sana: 2" in every and
                 max(map(len, every.splitlines())) <= 80, every)
    tally.expect("a quarter without findings says so", "Havaintoja ei ole." in printed(device, "findings", "2024Q4", "--plain"))
    entries = log_entries(device)
    tally.expect("they leave entries of the access log, of no client", len(entries) == before + 5 and
                 sum("client" not in entry for entry in entries) == 5, entries)
    got = run(device, "print", "findings", person.client)
    tally.expect("refused: findings of a client", got.code == FAILED and "2026Q1" in got.err, got)
    tally.expect("refused: another print of nobody", run(device, "print", "report").code == USAGE)


def a_long_report_comes_whole(tally, person):
    device = person.device
    text = ("Sana " * 3990) + "LOPPU"
    for n in range(30):
        jalka(device, "note", person.matter_case, "-", stdin=text.replace("LOPPU", f"LOPPU{n:02}"))
    folder = tempfile.mkdtemp(prefix="jalka-words-")
    path = os.path.join(folder, "report.html")
    try:
        done = run(device, "print", "report", person.client, "--out", path, json_form=False)
        with open(path, encoding="utf-8") as file:
            page = file.read()
        tally.expect("a report of 30 notes of 20,000 characters comes whole",
                     done.code == 0 and len(page) > 600000 and all(f"LOPPU{n:02}" in page for n in range(30)) and
                     page.rstrip().endswith("</html>"), (done, len(page)))
        tally.expect("a file only its owner can read", stat.S_IMODE(os.stat(path).st_mode) == 0o600 and done.out == "")
        os.chmod(path, 0o644)
        refused = run(device, "print", "plan", "00000000", "--out", path, json_form=False)
        with open(path, encoding="utf-8") as file:
            tally.expect("what is refused leaves the file that stood there", refused.code == FAILED and file.read() == page)
        run(device, "print", "card", person.client, "--out", path, json_form=False)
        tally.expect("and a page written over it is its owner's alone", stat.S_IMODE(os.stat(path).st_mode) == 0o600)
    finally:
        shutil.rmtree(folder)


def main():
    tally = nodes.Tally()
    with tally.part("the catalogue"):
        the_generator_refuses(tally)
        the_programs_words_are_used(tally)
        the_glossary_keeps_step(tally)
    with daemons.World() as world:
        center = world.central()
        device = world.field("aino")
        staff = jalka(center, "admin", "staff", "add", "Aino Laine", "LICENSED_SOCIAL_WORKER", "Takkuvaaran hyvinvointialue")
        world.enrol(device, staff["id"])
        with tally.part("words"):
            every_word_is_told(tally, device, center)
        person = Person(device)
        with tally.part("prints"):
            got = add_disclosure(person)
            tally.expect("a disclosure is written", got.code == 0, got)
            every_print_comes(tally, person)
        with tally.part("traces"):
            every_print_leaves_a_trace(tally, person)
        with tally.part("refusals"):
            prints_are_refused_in_words(tally, person)
        with tally.part("the wrong client"):
            what_was_written_of_the_wrong_client_is_not_chosen(tally, person)
        with tally.part("names in the print's language"):
            a_statute_has_its_name_in_the_prints_language(tally, device, center, person)
        with tally.part("protected details"):
            protected_details_need_asking(tally, person)
        with tally.part("findings"):
            findings_come_by_quarter(tally, device, person)
        with tally.part("a long report"):
            a_long_report_comes_whole(tally, person)
    tally.finish()


if __name__ == "__main__":
    main()
