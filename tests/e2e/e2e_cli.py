#!/usr/bin/python3
"""The command line over real daemons: every verb, every record type, every exit code.

Types are taken from the daemon's own table (`jalka types`), so a new record type
is tested without a line here: an example is made from its fields, written, shown,
listed, changed, searched and, where the type is a signed one, signed.
"""
import fcntl
import json
import os
import pty
import pwd
import re
import socket
import struct
import subprocess
import sys
import termios
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import daemons
import lawful
from daemons import JALKA, field, until

OK, FAILED, USAGE, NO_DAEMON, LOCKED, CONFLICTS = range(6)
PHRASE = "oikea hevonen paristo\n"
SECTIONS = ["URGENT", "VISITS", "CLOCKS", "ACTIONS", "DRAFTS", "CONSENTS", "CHECKS", "CONFLICTS"]  # of the agenda


class Cli:
    """jalka on one daemon's folder."""

    def __init__(self, folder):
        self.folder = folder

    def run(self, *arguments, code=OK, text=None, **environment):
        """stdout and stderr; fails when the exit code is another."""
        env = {"PATH": os.environ["PATH"], "JALKA_DIR": self.folder, "TERM": "dumb", **environment}
        done = subprocess.run([JALKA, *arguments], input=text, capture_output=True, text=True, env=env, timeout=120)
        assert done.returncode == code, (arguments, done.returncode, done.stdout[-500:], done.stderr[-500:])
        return done.stdout, done.stderr

    def id(self, *arguments, **options):
        return self.run("-q", *arguments, **options)[0].strip()

    def json(self, *arguments, **options):
        return [json.loads(line) for line in self.run("--json", *arguments, **options)[0].splitlines()]


class Bench:
    def __init__(self, world):
        self.world = world
        self.center = Cli(world.central().folder)
        self.devices = {}
        for name in ("aino", "otso"):
            daemon = world.field(name)
            staff = self.center.json("admin", "staff", "add", name.title() + " Laine", "LICENSED_SOCIAL_WORKER", "Jalkautuvat")
            world.enrol(daemon, staff[0]["id"])
            self.devices[name] = (Cli(daemon.folder), staff[0]["id"])
        self.cli = self.devices["aino"][0]
        self.client = self.cli.id("client", "add", "Öhman", "Åsa-Märta", "municipality=Takkuvaara", "phone=040 000 0100")
        self.client_case = self.case_of(self.client)
        self.matter = self.cli.id("case", "open", self.client, "Vuokrarästi ja häätöuhka")
        visit = self.cli.id("visit", "start", self.matter)
        self.ids = {
            "matter_case": self.case_of(self.matter), "staff": self.devices["aino"][1], "other_staff": self.devices["otso"][1], "visit": visit,
            "note": self.cli.id("note", self.matter, "Käynti sujui hyvin.", "--visit", visit), "local_kind": "SUPPLEMENTARY",
            "consent": self.cli.id("consent", "give", self.client, "PLAN_SUMMARY,SESSION", "tiedoksi", "understood_check=kertoi"),
            "application": self.cli.id("create", "local_application", "--case", self.matter, "kind=SUPPLEMENTARY",
                                       "received_at=" + lawful.PAST, 'expenses={"type":"vuokra","cents":40000}')}

    def case_of(self, record):
        return self.cli.json("show", record)[0]["record"]["case_id"]


# ---- every record type ---------------------------------------------------------

def example(fields, bench):
    """A value for every field."""
    values = {}
    for f in fields:
        one = {"BOOL": False, "UINT": 3, "INT": -3, "TEXT": "esimerkki", "BYTES": "00ff", "ID": "ab" * 16,
               "TIME": lawful.PAST_TIME, "DATE": lawful.PAST, "CENTS": 1250}.get(f["kind"])
        if f["kind"] == "ENUM":
            one = f["values"][0]
        elif f["kind"] == "MESSAGE":
            one = example(f["fields"], bench)
        elif f["name"] == "client":
            one = bench.client
        values[f["name"]] = [one] if f["repeated"] else one
    return values


def made(bench, cli, kind, values):
    """Creates a record of the type where it belongs."""
    options = []
    if kind["opens"] not in ("NONE", "CLIENT"):
        options = ["--client", bench.client]
    elif kind["home"] in ("NONE", "MATTER"):
        options = ["--case", bench.matter]
    elif kind["home"] == "CLIENT" and kind["opens"] == "NONE":
        options = ["--case", bench.client_case]
    return cli.id("create", kind["name"], "--from-json", "-", *options, text=json.dumps(values))


def later_fields(kind):
    """Signed types leave some fields to after the signature: the daemon names them."""
    return {"state", "withdrawn_at", "withdrawn_via", "narrowed_by", "sent_at", "means", "receipt_at", "client_told_at",
            "led_to"} if kind["signed"] else set()


def every_type_is_written_shown_listed_changed_and_searched(bench):
    skipped = {"access_log", "case_assignment", "quarantine_decision", "retention_action", "device",  # written by daemons
               "aggregate_report"}  # made by two people
    kinds = bench.cli.json("types")[0]["types"]
    assert len(kinds) == 52, len(kinds)
    for kind in kinds:
        if kind["name"] in skipped:
            continue
        fields = bench.cli.json("types", kind["name"])[0]["fields"]
        cli = bench.center if kind["central_only"] else bench.cli
        values = {k: v for k, v in example(fields, bench).items() if k not in later_fields(kind)}
        values = lawful.lay_over(kind["name"], values, "esimerkki", bench.ids)
        record = made(bench, cli, kind, values)
        if kind["central_only"]:
            continue  # central shows metadata, never content
        if kind["signed"]:
            assert [d for d in cli.json("drafts")[0]["drafts"] if d["id"] == record], kind["name"]
            cli.run("sign", record)
        shown = cli.json("show", record, "--protected", "kaikki tallella")[0]["record"]
        assert shown["type"] == kind["name"] and shown["fields"] == values, (kind["name"], shown["fields"], values)
        assert kind["name"] in cli.run("show", record[:12], "--protected", "kaikki tallella")[0]
        assert record in [r["id"] for part in cli.json("list", kind["name"]) for r in part["records"]], kind["name"]
        change_one(cli, kind, fields, record)
    cli = bench.cli
    assert cli.json("search", "esimerkki", "--limit", "200")[0]["records"]
    cli.run("sync", "--wait")
    assert cli.json("status")[0]["unreceipted"] == 0
    assert bench.center.json("admin", "quarantine")[0]["quarantine"] == []


def change_one(cli, kind, fields, record):
    """An unsigned record changes; a signed one refuses, and so does a proposal, which stands as made."""
    refuses = kind["signed"] or kind["name"] == "handover"
    for f in fields:
        if f["kind"] == "TEXT" and not f["repeated"] and f["name"] != "hetu":
            cli.run("change", record, f["name"] + "=muutettu", code=FAILED if refuses else OK)
            if not refuses:
                shown = cli.json("show", record, "--protected", "muuttuiko")[0]["record"]["fields"]
                assert shown[f["name"]] == "muutettu", (kind["name"], shown)
            return


def what_devices_write_without_a_person_reaches_the_others(bench):
    record = bench.cli.id("create", "anonymous_contact", "municipality=Takkuvaara", "themes=INCOME,HOUSING")
    bench.cli.run("sync", "--wait")
    other = bench.devices["otso"][0]
    until(lambda: record in [r["id"] for p in other.json("list", "anonymous_contact") for r in p["records"]],
          "the contact on the other device")


def wrong_fields_are_named_with_what_was_meant(bench):
    cli = bench.cli
    assert "phone" in cli.run("client", "change", bench.client, "fhone=1", code=FAILED)[1]
    assert "birth_date" in cli.run("client", "change", bench.client, "birth_date=1.2.1990", code=FAILED)[1]
    assert "HOME" in cli.run("visit", "start", bench.matter, "place=HOEM", code=FAILED)[1]
    assert "family_name" in cli.run("client", "change", bench.client, "family_name=", code=FAILED)[1]
    assert "given_names" in cli.run("create", "client", "family_name=X", code=FAILED)[1]
    cli.run("create", "clinet", "family_name=X", code=FAILED)
    cli.run("show", "zz", code=FAILED)
    cli.run("create", "staff_member", "name=x", code=FAILED)
    cli.run("client", "change", bench.client, "phone=" + "1" * 41, code=FAILED)
    cli.run("client", "change", bench.client, "phone=\x01", code=FAILED)


# ---- a day's verbs ---------------------------------------------------------------

def a_day_is_recorded(bench):
    cli = bench.cli
    visit = cli.id("visit", "plan", bench.matter, "2026-03-23T10:30", "topic=Suunnitelman tarkistus")
    due = cli.json("agenda", "2026-03-23")[0]["due"]
    assert visit in [d["id"] for d in due if (d["what"], d["class"]) == ("visit", "TODAY")], due
    assert "klo 10.30" in cli.run("agenda", "2026-03-23")[0]
    cli.run("visit", "start", visit, "--at", "2026-03-23T10:35")
    told = cli.run("visit", "end", visit[:8], "--at", "2026-03-23T11:20", code=FAILED)[1]
    assert "signed note of this visit" in told, told
    cli.run("note", bench.matter, "Suunnitelma käytiin läpi.", "--visit", visit)
    cli.run("visit", "end", visit[:8], "next_step=Soitto torstaina", "--at", "2026-03-23T11:20")
    fields = cli.json("show", visit)[0]["record"]["fields"]
    assert fields["state"] == "DONE" and fields["started_at"].endswith("T10:35:00+02:00"), fields
    note = cli.id("note", bench.matter, "Asiakas kertoo, että lääkkeet loppuivat eilen.", "--visit", visit,
                  "client_view=Pärjään kyllä")
    assert cli.json("show", note)[0]["record"]["fields"]["visit"] == visit
    long = "Pitkä. " * 2857 + "a"  # 20,000 characters
    note = cli.id("note", bench.matter, "-", text=long + "\n")
    assert cli.json("show", note)[0]["record"]["fields"]["text"] == long
    cli.run("note", bench.matter, "-", text=long + "ä", code=FAILED)
    assert [r["id"] for r in cli.json("search", "lääkkeet")[0]["records"]]


def what_is_due_names_both_days_its_rule_and_its_client(bench):
    cli = bench.cli
    client = cli.id("client", "add", "Aikio", "Elle", "municipality=Hallasuo", "birth_date=1948-05-01")
    matter = cli.id("case", "open", client, "Asumisen tuki", "opened_on=2026-03-02")
    application = cli.id("application", client, "delivered_at=2026-03-27T12:00", "arrived_at_kela=2026-03-30T09:00")
    action = cli.id("create", "agreed_action", "--case", matter, "what=Soitetaan Kelaan", "owner_kind=WORKER",
                    "owner=Aino", "due=2026-04-03")
    def due(day):
        return {(d["what"], d["id"]): d for d in cli.json("agenda", day)[0]["due"]}
    one = due("2026-04-04")[("decision", application)]
    assert (one["rule"], one["class"], one["counted"], one["actable"]) == ("D5", "COMING", "2026-04-10", "2026-04-10"), one
    assert one["client"] == {"id": client, "title": "Aikio Elle"}, one
    assert one["start_ms"] == 1774850400000, one  # the arrival at Kela, never the delivery
    one = due("2026-04-04")[("action", action)]   # Good Friday: until the Tuesday after Easter
    assert (one["rule"], one["class"], one["counted"], one["actable"]) == ("", "TODAY", "2026-04-03", "2026-04-07"), one
    assert due("2026-04-08")[("action", action)]["class"] == "OVERDUE"
    assert due("2026-03-10")[("assessment_start", matter)]["rule"] == "D2"  # over 75
    cli.run("change", action, "state=DONE", "done_note=Soitettu")
    assert ("action", action) not in due("2026-04-08")
    urgent = cli.id("application", client, "--urgent", "FOOD", "--reason", "Ruoka loppui")
    rows = [(d["class"], d["what"], d["section"]) for d in cli.json("agenda", "2026-04-08")[0]["due"]]
    assert rows == sorted(rows, key=lambda row: (SECTIONS.index(row[2]), ["URGENT", "OVERDUE", "TODAY", "COMING"].index(row[0]))), rows
    assert ("deliver", urgent) in {(d["what"], d["id"]) for d in cli.json("agenda")[0]["due"]}
    draft = cli.id("note", matter, "Kesken jäi", "--draft")
    drafts = [d for d in cli.json("agenda", "2027-01-20")[0]["due"] if d["what"] == "draft" and d["id"] == draft]
    assert [d["rule"] for d in drafts] == ["D18"] and drafts[0]["class"] == "OVERDUE", drafts
    cli.run("drafts", "discard", draft)
    text = cli.run("agenda", "2026-04-04")[0]
    assert "pe 10.4.2026" in text and "Aikio Elle" in text and "kiireellinen" in cli.run("agenda")[0], text


def a_clock_of_the_law_is_counted_for_any_day(bench):
    cli = bench.cli
    clock = cli.json("deadline", "D5", "2026-04-04")[0]["clocks"][0]
    assert clock["start"] == {"date": "2026-04-07", "weekday": "TUE", "holiday": ""}, clock
    assert clock["counted"]["date"] == "2026-04-16" and clock["basis"] == "TotuL 1412/1997 14 c §", clock
    clocks = cli.json("deadline", "d3", "2026-09-24")[0]["clocks"]
    assert [c["counted"]["date"] for c in clocks] == ["2026-10-05", "2026-12-24"], clocks
    assert clocks[1]["actable"] == {"date": "2026-12-28", "weekday": "MON", "holiday": ""}, clocks
    assert clocks[1]["counted"]["holiday"] == "jouluaatto", clocks
    assert cli.json("deadline", "D13/14", "2026-03-05")[0]["clocks"][0]["counted"]["date"] == "2026-03-19"
    assert "5.4.2026 klo 15.30" in cli.run("deadline", "D14", "2026-04-02T15:30")[0]
    text = cli.run("deadline", "D5", "2026-04-04")[0]
    assert "la 4.4.2026" in text and "ti 7.4.2026" in text and "to 16.4.2026" in text, text
    rules = {r["rule"] for r in cli.json("deadline")[0]["rules"]}
    assert rules == {f"D{n}" for n in range(1, 19)}, rules
    for rule, day, word in (("D19", "2026-03-02", "rule"), ("D5", "2026-02-30", "no such day"), ("D5", "1989-12-31", "1990"),
                            ("D5", "2100-12-31", "2100"), ("D5/14", "2026-03-02", "D13"), ("D13/0", "2026-03-02", "365"),
                            ("D5", "huomenna", "2026-11-03")):
        told = cli.run("deadline", rule, day, code=FAILED)[1]
        assert word in told, told
    cli.run("deadline", "D5", code=USAGE)
    cli.run("deadline", "", "", code=USAGE)
    assert bench.center.json("deadline", "D14", "2026-03-02")[0]["clocks"][0]["counted"]["date"] == "2026-03-05"


def a_mapping_has_all_four_quadrants(bench):
    cli = bench.cli
    record = cli.id("mapping", bench.client, "housing=SUPPORT:Vuokrarästi: 2 kk", "income=WATCH",
                    'events={"life_event":"DEATH","date":"2026-03-01"}')
    quadrants = cli.json("show", record)[0]["record"]["fields"]["quadrants"]
    assert [(q["quadrant"], q["state"]) for q in quadrants] == [
        ("INCOME", "WATCH"), ("FAMILY", "NOT_ASKED"), ("HEALTH", "NOT_ASKED"), ("HOUSING", "SUPPORT")]
    assert quadrants[3]["text"] == "Vuokrarästi: 2 kk"
    cli.run("mapping", bench.client, "housing=BAD", code=FAILED)


def an_urgent_application_has_its_grounds(bench):
    cli = bench.cli
    cli.run("application", bench.client, "--urgent", "FOOD", code=USAGE)
    record = cli.id("application", bench.client, "--urgent", "FOOD,MEDICINE", "--reason", "Lääkkeet loppuivat")
    fields = cli.json("show", record)[0]["record"]["fields"]
    assert fields["urgency"] == "URGENT" and fields["urgency_grounds"] == ["FOOD", "MEDICINE"], fields


def a_consent_is_given_and_withdrawn(bench):
    cli = bench.cli
    cli.run("consent", "give", bench.client, "SESSION", "tiedoksi Kelalle", code=FAILED)  # nobody checked it was understood
    record = cli.id("consent", "give", bench.client, "PLAN_SUMMARY,SESSION", "tiedoksi Kelalle",
                    "understood_check=kertoi omin sanoin", "--at", "2026-03-02T10:00")
    fields = cli.json("show", record)[0]["record"]["fields"]
    assert fields["witness_staff"] == "Aino Laine" and "state" not in fields, fields
    assert "signature" in cli.run("change", record, "purpose=muu", code=FAILED)[1]
    cli.run("consent", "withdraw", record, "puhelin", "--at", "2026-03-23T09:15")
    fields = cli.json("show", record)[0]["record"]["fields"]
    assert fields["state"] == "WITHDRAWN" and fields["withdrawn_at"] == "2026-03-23T09:15:00+02:00", fields
    cli.run("consent", "withdraw", bench.matter, code=FAILED)


def drafts_wait_are_changed_signed_or_discarded(bench):
    cli = bench.cli
    draft = cli.id("note", bench.matter, "Luonnos.", "--draft")
    cli.run("change", draft, "text=Parempi luonnos.")
    assert cli.json("show", draft)[0]["record"]["fields"]["text"] == "Parempi luonnos."
    cli.run("sign", draft)
    other = cli.id("note", bench.matter, "Turha.", "--draft")
    cli.run("drafts", "discard", other)
    assert cli.json("drafts")[0]["drafts"] == []
    cli.run("show", other, code=FAILED)


def a_conflict_is_shown_to_both_and_settled_by_one(bench):
    (a, _), (b, staff) = bench.devices["aino"], bench.devices["otso"]
    client = a.id("client", "add", "Laine", "Kaisa", "municipality=Hallasuo", "phone=040 000 0111")
    a.run("sync", "--wait")
    bench.center.run("admin", "assign", a.json("show", client)[0]["record"]["case_id"], staff, "CO_WORKER")
    until(lambda: client in [r["id"] for p in b.json("client", "list") for r in p["records"]], "the client on the other device")
    for cli, phone in ((a, "0222"), (b, "0333")):
        cli.run("sync", "--offline")
        cli.run("client", "change", client, "phone=040 000 " + phone)
    for cli in (a, b):
        cli.run("sync", "--online", "--wait")
    for cli in (a, b):
        until(lambda: cli.json("conflicts", code=CONFLICTS) if cli.json("status")[0]["conflicts"] else None, "the conflict")
        text = cli.run("conflicts", code=CONFLICTS)[0]
        assert "040 000 0222" in text and "040 000 0333" in text and "mine" in text and "theirs" in text, text
    a.run("conflicts", "choose", client[:10], "phone", "theirs")
    a.run("sync", "--wait")
    for cli in (a, b):
        until(lambda: cli.json("status")[0]["conflicts"] == 0, "the conflict to be settled")
        cli.run("conflicts")
        assert cli.json("show", client)[0]["record"]["fields"]["phone"] == ["040 000 0333"]
    a.run("conflicts", "choose", client[:10], "fhone", "mine", code=FAILED)


def a_choice_that_comes_too_late_shows_both_values(bench):
    """A daemon of our own: between the read and the write it says that somebody was faster."""
    folder = bench.world.folder("late")
    os.mkdir(folder)
    who = {"node": "ab" * 16, "epoch": "cd" * 16, "mine": False, "name": "Otso Laine"}
    sibling = {"value": ["1"], "cleared": False, "by": {**who, "mine": True}, "at_ms": 1, "order": 1, "pending": False}
    shown = {"v": 1, "kind": "record", "token": 7, "record": {"id": "ef" * 16, "type": "client", "info": [
        {"field": "phone", "number": 10, "conflict": True, "siblings": [sibling, {**sibling, "by": who}]}]}}
    stale = {"v": 1, "field": "phone", "stored": ["040 000 0333"], "given": ["040 000 0222"], "by": who, "at_ms": 1795307356961}
    answers = [field(6, json.dumps(shown)), field(3, 3) + field(4, "changed") + field(5, "phone") + field(6, json.dumps(stale))]
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(os.path.join(folder, "socket"))
        listener.listen(1)

        def serve():
            peer, _ = listener.accept()
            with peer:
                for number, answer in enumerate(answers, 1):
                    (length,) = struct.unpack("<I", peer.recv(4, socket.MSG_WAITALL))
                    peer.recv(length, socket.MSG_WAITALL)
                    body = field(1, number) + answer
                    peer.sendall(struct.pack("<I", len(body)) + body)
        server = threading.Thread(target=serve)
        server.start()
        told = Cli(folder).run("conflicts", "choose", "efef", "phone", "mine", code=FAILED)[1]
        server.join()
    assert "040 000 0333" in told and "040 000 0222" in told and "Otso Laine" in told, told


# ---- the caseload ------------------------------------------------------------------

def the_same_seed_makes_the_same_caseload(bench):
    one, again, other = (bench.cli.run("sample", "--seed", s)[0] for s in ("1", "1", "2"))
    assert one == again != other
    lines = [json.loads(line) for line in one.splitlines()]
    people = [line["fields"] for line in lines if line["type"] == "client"]
    assert len(people) >= 120 and sum(line["type"] == "case" for line in lines) >= 150
    letters = "0123456789ABCDEFHJKLMNPRSTUVWXY"
    codes = [p["hetu"] for p in people if "hetu" in p]
    assert len(codes) == len(set(codes)) >= 100
    for code in codes:
        assert 900 <= int(code[7:10]) <= 999 and letters[int(code[:6] + code[7:10]) % 31] == code[10], code
    assert all(phone.startswith("040 000 0") for p in people for phone in p.get("phone", []))


def lines_are_loaded_and_the_first_wrong_one_is_named(bench):
    bench.center.run("admin", "import", "law_ref", os.path.join(daemons.ROOT, "scripts/reference/law_ref.csv"))
    bench.cli.run("sync", "--wait")
    lines = bench.cli.run("sample", "--seed", "3", "--worker", "2/5")[0]
    before = bench.cli.json("status")[0]["written"]
    told = bench.cli.run("load", "-", text=lines)[1]
    count = len(lines.splitlines())
    assert f"{count} records written" in told, told
    assert bench.cli.json("status")[0]["written"] >= before + count  # a correction writes its target's state too
    bad = '{"ref":"a","type":"client","case":"new","fields":{"family_name":"X"}}\n'
    assert "line 1" in bench.cli.run("load", "-", text=bad, code=FAILED)[1]
    assert "line 2" in bench.cli.run("load", "-", text="\nnot json\n", code=FAILED)[1]
    bad = '{"type":"encounter_note","case":"ref:nobody","fields":{"text":"x"}}\n'
    assert "nobody" in bench.cli.run("load", "-", text=bad, code=FAILED)[1]
    bench.cli.run("sync", "--wait")
    assert bench.center.json("admin", "quarantine")[0]["quarantine"] == []


# ---- conventions ---------------------------------------------------------------------

def usage_errors_are_told_with_what_was_meant(bench):
    cli = bench.cli
    assert '"status"' in cli.run("stauts", code=USAGE)[1]
    assert "client add" in cli.run("client", "ad", code=USAGE)[1]
    assert "--json" in cli.run("--jsno", "status", code=USAGE)[1]
    assert "usage: jalka note" in cli.run("note", code=USAGE)[1]
    assert "takes no --sign" in cli.run("lock", "--sign", code=USAGE)[1]
    cli.run("show", "--limit", "1", "abcd", code=USAGE)
    cli.run("search", "x", "--limit", "many", code=USAGE)
    cli.run("agenda", "tomorrow", code=USAGE)
    cli.run("sync", "--offline", "--wait", code=USAGE)
    cli.run("note", bench.matter, "teksti", "--at", "klo 9", code=USAGE)
    for bad in (b"\xff", b"\xc0\x80", b"\xed\xa0\x80"):
        done = subprocess.run([JALKA.encode(), b"search", bad], capture_output=True, env={"JALKA_DIR": cli.folder})
        assert done.returncode == USAGE and b"UTF-8" in done.stderr, done
    cli.run("search", "x" * 600, code=USAGE)
    cli.run("show", "a" * 100, code=USAGE)
    out, err = cli.run(code=USAGE)
    assert out == "" and "jalka status" in err


def ids_are_shown_with_the_names_they_stand_for(bench):
    record = bench.cli.json("show", bench.matter)[0]["record"]
    client = record["fields"]["client"]
    assert record["names"][client] == "Öhman Åsa-Märta", record["names"]
    for words in (("show", bench.matter), ("case", "show", bench.matter)):
        out = bench.cli.run(*words)[0]
        assert f"client: Öhman Åsa-Märta ({client[:8]})" in out and client not in out, out


def on_a_terminal(folder, columns, *words):
    """What a person sees of a command in a window so wide."""
    here, there = pty.openpty()
    fcntl.ioctl(there, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    with subprocess.Popen([JALKA, *words], stdout=there, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL,
                          env={"JALKA_DIR": folder, "TERM": "dumb"}):
        os.close(there)
        shown = b""
        try:
            while more := os.read(here, 4096):
                shown += more
        except OSError:  # the other end is closed
            pass
    os.close(here)
    return shown.decode().splitlines()


def a_row_wider_than_the_terminal_goes_on_below(bench):
    whole = bench.cli.run("deadline")[0]
    narrow = on_a_terminal(bench.cli.folder, 100, "deadline")
    assert max(map(len, whole.splitlines())) > 100 >= max(map(len, narrow)), narrow
    assert " ".join(whole.split()) == " ".join(" ".join(narrow).split())
    assert on_a_terminal(bench.cli.folder, 300, "deadline") == whole.splitlines()


def manual_page(path):
    """The lines that head its paragraphs, and all of its words, without the marks of man(7)."""
    heads, texts, is_head = [], [], False
    for line in open(path, encoding="utf-8"):
        words = re.sub(r"\\f.", "", re.sub(r"^\.[A-Z]+\b", "", line).replace("\\-", "-").replace('"', " "))
        texts.append(words)
        heads += [" ".join(words.split())] if is_head else []
        is_head = line.startswith(".TP")
    return heads, " ".join(texts)


def help_is_there_for_every_verb(bench):
    out, err = bench.cli.run("--help")
    assert err == "" and "admin quarantine" in out and "Exit codes" in out
    for verb in (["note"], ["client", "add"], ["admin", "staff", "add"], ["sync"]):
        out, err = bench.cli.run(*verb, "--help")
        assert out.startswith("usage: jalka " + " ".join(verb)) and err == "", out
    assert bench.cli.run("--version")[0].startswith("jalka ")


def the_manual_page_tells_every_verb_and_option(bench):
    heads, text = manual_page(os.path.join(daemons.ROOT, "docs/man/jalka.1"))
    usages = [m[1].strip() for m in re.finditer(r"^  ((?:[a-z-]+ ?)+)", bench.cli.run("help")[0].split("\nOptions")[0], re.M)]
    assert len(usages) > 100
    for verb in usages:  # "disclosure check" is also told by "disclosure list ..., disclosure show|check|queue"
        words = verb.split()
        assert any(all(re.search(rf"(^|[ ,|]){word}($|[ ,|])", head) for word in words) for head in heads), verb
        for option in re.findall(r"^  (--[a-z-]+)", bench.cli.run("help", *words)[0], re.M):
            assert option in text, (verb, option)


def help_of_a_first_word_lists_what_may_follow(bench):
    out = bench.cli.run("help", "case")[0]
    assert all(verb in out for verb in ("case open", "case show", "case list", "case close")) and "visit" not in out
    assert "case open" in bench.cli.run("case", code=USAGE)[1] and "case list" in bench.cli.run("case", "bogus", code=USAGE)[1]
    bench.cli.run("help", "nosuch", code=USAGE)
    assert max(map(len, bench.cli.run("help")[0].splitlines())) <= 80


def completion_works_in_the_shell(bench):
    script = bench.cli.run("completion")[0]
    ask = script + '\nCOMP_WORDS=(jalka admin qu); COMP_CWORD=2; _jalka; echo "${COMPREPLY[@]}"\n' \
        'COMP_WORDS=(jalka sea); COMP_CWORD=1; _jalka; echo "${COMPREPLY[@]}"\n' \
        'COMP_WORDS=(jalka conflicts ""); COMP_CWORD=2; _jalka; echo "${COMPREPLY[@]}"\n' \
        'COMP_WORDS=(jalka status --js); COMP_CWORD=2; _jalka; echo "${COMPREPLY[@]}"\n' \
        'COMP_WORDS=(jalka admin operator "in"); COMP_CWORD=3; _jalka; echo "${COMPREPLY[@]}"\n'
    done = subprocess.run(["bash", "-c", ask], capture_output=True, text=True)
    assert done.stdout.split("\n")[:5] == ["quarantine", "search", "choose", "--json", "invite"], done


def data_goes_to_stdout_and_words_to_stderr(bench):
    out, err = bench.cli.run("create", "related_person", "--client", bench.client, "name=Eino", "relation=CHILD", code=FAILED)
    assert out == "" and err
    out, err = bench.cli.run("create", "related_person", "--case", bench.client, "client=" + bench.client,
                             "name=Eino", "relation=CHILD")
    assert len(out.strip()) == 32 and "written" in err
    out, err = bench.cli.run("-q", "note", bench.matter, "Hiljaa.")
    assert len(out.strip()) == 32 and err == ""
    assert all(part["v"] == 1 for part in bench.cli.json("list"))
    assert "\x1b" not in "".join(bench.cli.run("list", TERM="xterm"))


def records_cannot_speak_to_the_terminal(bench):
    esc = bench.cli.id("client", "add", "X\u009b31mY", "Aino", "municipality=Takkuvaara")
    for verb in ("show", "client show"):
        out = bench.cli.run(*verb.split(), esc)[0]
        assert "\u009b" not in out and "\x1b" not in out, out
    assert "\u009b" not in bench.cli.run("client", "list")[0]


def an_answer_that_cannot_be_written_is_a_failure(bench):
    with open("/dev/full", "w") as full:
        done = subprocess.run([JALKA, "list"], stdout=full, stderr=subprocess.PIPE, env={"JALKA_DIR": bench.cli.folder})
    assert done.returncode == FAILED and b"cannot write" in done.stderr, done


def no_daemon_is_its_own_exit_code(bench):
    Cli(bench.world.folder("nobody")).run("status", code=NO_DAEMON)
    done = subprocess.run([JALKA, "status"], capture_output=True, env={})
    assert done.returncode == USAGE


def the_daemon_of_another_user_is_named(bench):
    """Somebody else's socket stands in for the daemon; only root can make one."""
    if os.geteuid() != 0:
        return
    folder = bench.world.folder("theirs")
    os.mkdir(folder)
    made, ends = os.pipe(), os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.chmod(folder, 0o777)
            os.chdir(folder)
            os.setuid(pwd.getpwnam("nobody").pw_uid)
            listener = socket.socket(socket.AF_UNIX)
            listener.bind("socket")
            listener.listen()
            os.write(made[1], b".")
            os.close(ends[1])
            os.read(ends[0], 1)
        finally:
            os._exit(0)
    os.close(made[1])
    assert os.read(made[0], 1) == b"."
    err = Cli(folder).run("status", code=NO_DAEMON)[1]
    os.close(ends[1])
    os.waitpid(child, 0)
    assert "sudo -u nobody jalka" in err, err


def the_vault_opens_with_its_passphrase_alone(bench):
    folder = bench.world.folder("vault")
    daemon = daemons.Daemon(folder, ["field", "--dir", folder])
    bench.world.daemons.append(daemon)
    daemon.start()
    cli = Cli(folder)
    assert cli.json("status")[0]["vault"] == "none"
    cli.run("init", "--passphrase-file", "-", text="\n", code=FAILED)
    cli.run("init", "--passphrase-file", "-", text=PHRASE)
    cli.run("init", "--passphrase-file", "-", text=PHRASE, code=FAILED)
    cli.run("list")
    cli.run("lock")
    for verb in (["list"], ["agenda"], ["status"], ["search", "x"], ["sync"]):
        cli.run(*verb, code=LOCKED)
    cli.run("unlock", "--passphrase-file", "-", text="väärä hevonen paristo\n", code=FAILED)
    path = bench.world.folder("phrase")
    with open(path, "w") as file:
        file.write(PHRASE)
    cli.run("unlock", "--passphrase-file", path)
    cli.run("lock")
    unlock_at_a_terminal(folder)
    cli.run("list")


def unlock_at_a_terminal(folder):
    """Typed at a prompt, the passphrase is not echoed."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.execve(JALKA, [JALKA, "unlock"], {"JALKA_DIR": folder, "TERM": "dumb"})
    shown = b""
    while b"Passphrase:" not in shown:
        shown += os.read(terminal, 1000)
    os.write(terminal, PHRASE.encode())
    try:
        while more := os.read(terminal, 1000):
            shown += more
    except OSError:  # the other end is closed
        pass
    _, status = os.waitpid(pid, 0)
    os.close(terminal)
    assert os.waitstatus_to_exitcode(status) == OK and b"hevonen" not in shown, shown


# ---- the administrator -----------------------------------------------------------------

def enrolment_is_shown_as_text_and_as_a_qr_code(bench):
    staff = bench.devices["otso"][1]
    out = bench.center.run("admin", "enrol", staff)[0]
    assert "JALKA:1:" in out and "\u2588" in out and "\u2580" in out
    lines = [line for line in out.splitlines() if "\u2588" in line]
    assert len({len(line) for line in lines}) == 1 and len(lines) > 15, "the code is a rectangle"
    out = bench.center.run("-q", "admin", "enrol", staff, "--no-qr")[0]
    assert out.startswith("JALKA:1:") and len(out.splitlines()) == 1


def the_administrator_sees_devices_cases_and_chains(bench):
    center = bench.center
    out = center.run("admin", "devices")[0]
    assert "Aino Laine" in out and "ACTIVE" in out
    assert "MATTER" in center.run("admin", "cases")[0] and "Öhman" not in center.run("admin", "cases")[0]
    assert center.run("admin", "audit")[0].startswith("good")
    assert int(center.json("admin", "counters")[0]["accepted"]) > 0
    center.run("admin", "devices", "extra", code=USAGE)
    center.run("admin", "confirm", code=USAGE)
    center.run("admin", "revoke", "abcdef00", "--yes", code=FAILED)
    center.run("admin", "revoke", "abcdef00", code=FAILED)  # nobody there to ask
    bench.cli.run("admin", "devices", code=FAILED)          # not on a device


def the_book_is_rebuilt_the_same(bench):
    assert bench.cli.json("rebuild")[0]["same"]


def main():
    count = daemons.Count()
    with daemons.World() as world:
        bench = Bench(world)
        for fact in (every_type_is_written_shown_listed_changed_and_searched,
                     what_devices_write_without_a_person_reaches_the_others, wrong_fields_are_named_with_what_was_meant,
                     a_day_is_recorded, what_is_due_names_both_days_its_rule_and_its_client,
                     a_clock_of_the_law_is_counted_for_any_day, a_mapping_has_all_four_quadrants, an_urgent_application_has_its_grounds,
                     a_consent_is_given_and_withdrawn, drafts_wait_are_changed_signed_or_discarded,
                     a_conflict_is_shown_to_both_and_settled_by_one,
                     a_choice_that_comes_too_late_shows_both_values, the_same_seed_makes_the_same_caseload,
                     lines_are_loaded_and_the_first_wrong_one_is_named, usage_errors_are_told_with_what_was_meant,
                     ids_are_shown_with_the_names_they_stand_for, a_row_wider_than_the_terminal_goes_on_below,
                     help_is_there_for_every_verb, the_manual_page_tells_every_verb_and_option,
                     help_of_a_first_word_lists_what_may_follow, completion_works_in_the_shell,
                     data_goes_to_stdout_and_words_to_stderr, records_cannot_speak_to_the_terminal,
                     an_answer_that_cannot_be_written_is_a_failure, no_daemon_is_its_own_exit_code, the_daemon_of_another_user_is_named,
                     the_vault_opens_with_its_passphrase_alone, enrolment_is_shown_as_text_and_as_a_qr_code,
                     the_administrator_sees_devices_cases_and_chains, the_book_is_rebuilt_the_same):
            count.run(fact, bench)
    count.finish("command line")


if __name__ == "__main__":
    main()
