#!/usr/bin/env python3
"""Who may see and do what: every cell of the role table tried through the API of real daemons.

The table is the daemon's own (`jalka roles --json`), so nothing of it is written here
twice. Workers try their cells on their devices: an own worker, an outreach worker and
a social instructor who hold the same cases for the day's visits. Administrators, the
data-protection officer and Kela's contact person try theirs at the central node with
--as. A refusal must say why. Then the access log: what leaves an entry, once a working
session; it arrives at the centre, reaches no other device, and outlives kill -9.
"""
import datetime
import json
import os
import sys

import lawful
import nodes
from e2e_records import Maker
from nodes import Locked, daemons, jalka, run

GATE = "not shown or done here: "
WHY = "käynnillä tänään, koirat pihalla"
EVERYBODYS = {"access_log", "devices", "staff", "reference", "encounter", "statistics", "erasure"}


def refused(got):
    """By the gate, and with a reason."""
    return got.code == 1 and GATE in got.err and len(got.err.split(GATE)[1].strip()) > 15


def now(hours=0):
    return (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%MZ")


class Office:
    """A caseload with a record of every type, held by three workers; the rest at the centre."""

    def __init__(self, world, tally):
        self.tally, self.world = tally, world
        self.center = world.central()
        self.people = {}
        self.own = self.worker("oona", "LICENSED_SOCIAL_WORKER")
        self.outreach = self.worker("olli", "LICENSED_SOCIAL_WORKER")
        self.instructor = self.worker("inka", "SOCIAL_INSTRUCTOR")
        self.shapes = {t["name"]: jalka(self.own, "types", t["name"]) for t in jalka(self.own, "types")["types"]}
        self.records = {}
        self.client = nodes.new_client(self.own, "Kettusalonpää", address_protected="true")
        self.matter = nodes.new_matter(self.own, self.client, "Vuokrarästi")
        self.tuki = jalka(self.own, "case", "open", self.client["id"], "Tuki", "opened_by_pathway=NEED_REQUEST",
                          "special_support=true", "special_support_reason=muistisairaus")
        self.ids = self.fixtures()
        self.fill()
        self.share()

    def worker(self, name, profession):
        daemon = self.world.field(name)
        staff = jalka(self.center, "admin", "staff", "add", f"{name.title()} Laine", profession)["id"]
        self.world.enrol(daemon, staff)
        self.people[name] = staff
        return daemon

    def official(self, name, role):
        staff = jalka(self.center, "admin", "staff", "add", f"{name.title()} Laine", "OTHER")["id"]
        self.people[name] = staff
        jalka(self.center, "create", "role_grant", f"staff={staff}", f"role={role}", "valid_from=2020-01-01")
        return staff

    def fixtures(self):
        place, home = ["--case", self.matter["case_id"]], ["--case", self.client["case_id"]]
        visit = jalka(self.own, "visit", "plan", self.matter["case_id"], "2024-01-15T09:00")
        note = jalka(self.own, "note", self.matter["case_id"], "Käynti sujui hyvin.")
        consent = jalka(self.own, "create", "consent", *home, "--sign", f"client={self.client['id']}", "direction=TO_KELA",
                        "recipient=Kela", "purpose=tiedoksi", "scope=SESSION,PLAN_SUMMARY", "form=WRITTEN", f"given_at={now()}",
                        "witness_staff=Oona Laine", "understood_check=kertoi omin sanoin")
        application = jalka(self.own, "create", "local_application", *place, "kind=PREVENTIVE",
                            f"received_at={lawful.PAST_TIME}", 'expenses={"type":"vuokra","cents":40000}')
        return {"client": self.client["id"], "staff": self.people["oona"], "other_staff": self.people["olli"],
                "visit": visit["id"], "note": note["id"], "consent": consent["id"], "application": application["id"],
                "matter_case": self.matter["case_id"], "local_kind": "PREVENTIVE"}

    def values(self, name):
        return Maker(self.ids, "pöly7k").record(self.shapes[name])

    def place(self, name):
        shape = self.shapes[name]
        if shape["opens"] == "CLIENT":
            return []
        if shape["opens"] != "NONE":
            return ["--client", self.client["id"]]
        return {"CLIENT": ["--case", self.client["case_id"]], "MATTER": ["--case", self.matter["case_id"]],
                "NONE": ["--case", self.matter["case_id"]]}.get(shape["home"], [])

    def write(self, daemon, name, *more, place=None, sign=True, **changes):
        shape = self.shapes[name]
        values = {**self.values(name), **changes}
        options = ["--sign"] if shape["signed"] and sign and daemon is not self.center else []
        place = self.place(name) if place is None else place
        return run(daemon, *more, "create", name, *(place if daemon is not self.center else []), *options, "--from-json", "-",
                   stdin=json.dumps(values, ensure_ascii=False))

    def fill(self):
        """One record of every type a worker writes, by the own worker; reference data at the centre."""
        for name, shape in self.shapes.items():
            at_center = shape["central_only"] and shape["home"] in ("REFERENCE", "DIRECTORY")
            if name in ("access_log", "client", "case", "device", "role_grant", "aggregate_report") or (shape["central_only"] and not at_center):
                continue
            got = self.write(self.center if at_center else self.own, name)
            self.tally.expect(f"{name}: {'the centre' if at_center else 'the own worker'} writes one", got.code == 0, got)
            if got.code == 0:
                self.records[name] = got.json
        self.records["client"], self.records["case"] = self.client, self.matter
        read = jalka(self.center, "admin", "statistics", "2025Q1", "--proposed-by", self.people["oona"])["digest"]
        jalka(self.center, "admin", "statistics", "2025Q1", "--freeze", read, "--approved-by", self.people["olli"])
        self.records["aggregate_report"] = jalka(self.center, "admin", "statistics")["reports"][0]
        self.special = self.write(self.own, "service_need_assessment", place=["--case", self.tuki["case_id"]],
                                  special_support=True).json
        secret = self.records["sensitive_file"]["case_id"]
        self.sensitive = jalka(self.own, "create", "encounter_note", "--case", secret, "text=Vain harvoille.", "sensitive=true",
                               "--sign")
        nodes.sync(self.own)

    def share(self):
        """The same cases for the day's route of two others."""
        cases = {r["case_id"] for n, r in self.records.items() if self.shapes[n]["home"] not in ("REFERENCE", "DIRECTORY")}
        for case in cases | {self.tuki["case_id"]}:
            for name in ("olli", "inka"):
                jalka(self.center, "admin", "assign", case, self.people[name], "VISIT")
        nodes.sync(self.own, self.outreach, self.instructor)
        rows = jalka(self.own, "list", "case_assignment", "--case", self.matter["case_id"])["records"]
        self.records["case_assignment"] = rows[0]
        self.nodes = {n: jalka(d, "status")["node"] for n, d in
                      (("oona", self.own), ("olli", self.outreach), ("inka", self.instructor))}
        self.records["device"] = {"id": self.nodes["oona"]}


# ---- cells on the devices ----------------------------------------------------------------

class Cells:
    """Which cells were tried, in which way."""

    def __init__(self, tally, table):
        self.tally, self.tried, self.checks = tally, {}, 0
        self.cell = {(c["class"], k["role"]): k for c in table for k in c["cells"]}

    def check(self, kind, act, role, got, met, why="", by=None):
        """`got` against the cell, with these conditions met."""
        cell = self.cell[kind, role]
        need = set(cell["read_if"] if act == "read" else cell["create_if"])
        granted = cell["read"] == "READ" if act == "read" else cell["create"]
        if cell["read"] == "AGGREGATES" and act == "read":
            granted = True  # a report is numbers alone
        if role == "kela_contact":
            granted = False  # no login: what is theirs goes as a package
        allowed = granted and need <= set(met)
        right = got.code == 0 if allowed else (by or refused)(got)
        self.tried.setdefault((kind, role), set()).add(act)
        self.checks += 1
        self.tally.expect(f"{role} {act}s {kind}{' ' + why if why else ''}: {'allowed' if allowed else 'refused, and said why'}",
                          right, got)


def record_of(office, kind, types):
    """A record of the class: id, and the type to make another."""
    if kind == "special_assessment":
        return office.special["id"], "service_need_assessment"
    if kind == "sensitive":
        return office.sensitive["id"], "encounter_note"
    name = next((t for t in types if t in office.records and t not in ("handover", "data_subject_request")), None)
    return (office.records[name]["id"], name) if name else (None, None)


def read(daemon, kind, record, *more):
    got = run(daemon, "show", record, *more)
    if kind == "protected" and got.code == 0:  # that they are there is basic data: what they are is guarded
        hidden = [h for h in got.json.get("hidden", []) if h["what"] == "protected"]
        if hidden and "safety_note" not in got.json["record"]["fields"]:
            got.code, got.out, got.err = 1, "", GATE + hidden[0]["why"] + "; " + hidden[0]["how"]
    return got


def create(office, daemon, kind, name, sign=True):
    if kind == "special_assessment":
        return office.write(daemon, name, place=["--case", office.tuki["case_id"]], sign=sign, special_support=True)
    if kind == "sensitive":
        secret = office.records["sensitive_file"]["case_id"]
        return office.write(daemon, name, place=["--case", secret], sign=sign, sensitive=True, visit=None)
    if name in ("client", "case"):  # change what is there: a new one would be their own
        return run(daemon, "change", office.records[name]["id"], "support_person=" + json.dumps({"name": "Aino"})) \
            if name == "client" else run(daemon, "change", office.records[name]["id"], "title=Uusi otsikko")
    if kind == "protected":
        return run(daemon, "change", office.records["protected_details"]["id"], "safety_note=Koirat")
    if kind == "child_notice":  # theirs when they make it: the case is opened by it
        return office.write(daemon, name, sign=sign)
    return office.write(daemon, name, sign=sign)


def central_says(got):
    return got.refused and ("central" in got.err or GATE in got.err)


def on_devices(office, cells, table):
    for role, daemon, roles in (("own_worker", office.own, {"own_case", "case_or_area", "licensed", "licensed_near", "entitled"}),
                                ("outreach_worker", office.outreach, {"own_case", "case_or_area", "licensed", "entitled"}),
                                ("social_instructor", office.instructor, {"own_case", "case_or_area", "licensed_near", "entitled"})):
        for row in table:
            kind, types = row["class"], row["types"]
            record, name = record_of(office, kind, types)
            with office.tally.part(f"{role} {kind}"):
                if kind == "access_log":
                    cells.check(kind, "read", role, run(daemon, "log", office.client["id"]), roles | {"author"}, "of their own acts")
                    cells.check(kind, "create", role, office.write(daemon, "access_log"), roles)
                    continue
                if kind == "devices":
                    mine = "author" if role == "own_worker" else ""
                    cells.check(kind, "read", role, read(daemon, kind, record), roles | {mine}, "of the own worker's")
                    cells.check(kind, "create", role, office.write(daemon, "device"), roles, by=central_says)
                    continue
                if record is None:  # nothing writes such a record yet: it can only be tried to be made
                    cells.check(kind, "create", role, run(daemon, "create", types[0], "--case", office.matter["case_id"],
                                                          "ground=x"), roles, by=central_says)
                    continue
                mine = {"author"} if role == "own_worker" else set()
                cells.check(kind, "read", role, read(daemon, kind, record), roles | mine)
                if kind in ("assignment", "staff", "reference", "statistics"):
                    cells.check(kind, "create", role, office.write(daemon, name), roles, by=central_says)
                else:
                    cells.check(kind, "create", role, create(office, daemon, kind, name), roles)
                need = set(cells.cell[kind, role]["create_if"])
                if "draft" in need:
                    cells.check(kind, "create", role, create(office, daemon, kind, name, sign=False), roles | {"draft"}, "as a draft")
                if kind == "protected":
                    guarded_details(office, cells, role, daemon, record, roles)


def guarded_details(office, cells, role, daemon, record, met):
    cells.check("protected", "read", role, read(daemon, "protected", record, "--protected", WHY), met | {"reason"}, "with a reason")
    if role == "own_worker":
        return
    jalka(daemon, "visit", "plan", office.matter["case_id"], now(0))
    cells.check("protected", "read", role, read(daemon, "protected", record), met | {"visiting"}, "on the day of a visit")
    cells.check("protected", "read", role, read(daemon, "protected", record, "--protected", WHY), met | {"visiting", "reason"},
                "on the day of a visit, with a reason")


def conditions(office, cells):
    """What the workers above could not have otherwise: entitled, licensed, author, glass."""
    guideline = office.write(office.center, "guideline", decider_role="johtava sosiaalityöntekijä").json["id"]
    nodes.sync(office.own, office.instructor)
    own = nodes.new_client(office.instructor, "Sirkkula")
    matter = nodes.new_matter(office.instructor, own, "Vuokra")
    application = jalka(office.instructor, "create", "local_application", "--case", matter["case_id"], "kind=PREVENTIVE",
                        f"received_at={lawful.PAST_TIME}", 'expenses={"type":"vuokra","cents":40000}')["id"]
    got = office.write(office.instructor, "local_decision", place=["--case", matter["case_id"]], application=application,
                       guideline_ref=[guideline])
    cells.check("decision", "create", "own_worker", got, set(), "that a guideline gives to social workers")
    got = office.write(office.own, "local_decision", guideline_ref=[guideline])
    cells.check("decision", "create", "own_worker", got, {"entitled"}, "as the guideline's decider")
    draft = office.write(office.outreach, "service_need_assessment", sign=False).json["id"]
    cells.check("assessment", "read", "outreach_worker", run(office.outreach, "show", draft), {"author"}, "drafted by themself")
    notice = office.write(office.outreach, "child_notice").json["id"]
    cells.check("child_notice", "read", "outreach_worker", run(office.outreach, "show", notice), {"author"}, "of their own")
    otto = office.worker("otto", "OTHER")
    jalka(office.center, "admin", "assign", office.tuki["case_id"], office.people["otto"], "CO_WORKER")
    nodes.sync(otto)
    values = dict(place=["--case", office.tuki["case_id"]], sign=False, special_support=True)
    cells.check("special_assessment", "create", "own_worker", office.write(otto, "service_need_assessment", **values),
                {"licensed_near"}, "beside a licensed social worker")
    jalka(office.center, "admin", "unassign", office.tuki["case_id"], office.people["oona"])
    jalka(office.center, "admin", "unassign", office.tuki["case_id"], office.people["olli"])
    nodes.sync(otto)
    cells.check("special_assessment", "create", "own_worker", office.write(otto, "service_need_assessment", **values),
                set(), "with no licensed social worker")


def held_but_not_theirs(office, cells):
    """Cases that still lie on a laptop whose holder has no more to do with them: the assignment
    ran out while it was offline. Area, licence and own case, each met and not."""
    center, own = office.center, office.own
    vera, vilho = office.worker("vera", "OTHER"), office.worker("vilho", "SOCIAL_INSTRUCTOR")
    jalka(center, "create", "role_grant", f"staff={office.people['vera']}", "role=OUTREACH_WORKER", "valid_from=2020-01-01",
          "municipalities=Hallasuo")
    near = nodes.new_client(own, "Lähikuja", municipality="Hallasuo")
    far = nodes.new_client(own, "Kaukokuja", municipality="Takkuvaara")
    matter = nodes.new_matter(own, near, "Vuokra")
    note = jalka(own, "note", matter["case_id"], "Vain omalle työntekijälle.")
    nodes.sync(own)
    soon = (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=20)).strftime("%Y-%m-%dT%H:%M:%SZ")
    for case in (near["case_id"], far["case_id"], matter["case_id"], office.tuki["case_id"]):
        for name in ("vera", "vilho"):
            jalka(center, "admin", "assign", case, office.people[name], "VISIT", *([] if case == office.tuki["case_id"] else [soon]))
    nodes.sync(vera, vilho)
    nodes.offline(vera, vilho)
    special = lambda d: office.write(d, "service_need_assessment", place=["--case", office.tuki["case_id"]],  # noqa: E731
                                     special_support=True)
    cells.check("special_assessment", "read", "outreach_worker", run(vera, "show", office.special["id"]), {"own_case"}, "without a licence")
    cells.check("special_assessment", "create", "outreach_worker", special(vera), {"own_case"}, "without a licence")
    for daemon, role in ((vera, "outreach_worker"), (vilho, "social_instructor")):
        cells.check("content", "read", role, run(daemon, "show", note["id"]), {"own_case"}, "while it is assigned")
    nodes.until(lambda: now(0) and datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ") > soon, "the end", 120)
    for daemon, role in ((vera, "outreach_worker"), (vilho, "social_instructor")):
        area = {"case_or_area"} if role == "outreach_worker" else set()
        more = lambda kind, *words: run(daemon, "create", kind, "--case", matter["case_id"], *words, "--sign")  # noqa: E731
        cells.check("basic", "read", role, run(daemon, "show", near["id"]), area, "of their area, no more assigned")
        cells.check("basic", "read", role, run(daemon, "show", far["id"]), set(), "of another area, no more assigned")
        cells.check("basic", "create", role, run(daemon, "change", near["id"], "phone=040 000 0001"), area, "of their area")
        cells.check("basic", "create", role, run(daemon, "change", far["id"], "phone=040 000 0001"), set(), "of another area")
        cells.check("content", "read", role, run(daemon, "show", note["id"]), set(), "no more assigned")
        cells.check("content", "create", role, more("encounter_note", "text=Jälkikäteen."), set(), "no more assigned")
        cells.check("matter", "read", role, run(daemon, "show", matter["id"]), set(), "no more assigned")
        cells.check("matter", "create", role, run(daemon, "change", matter["id"], "title=Uusi"), set(), "no more assigned")
        office.tally.expect(f"{role}: a case no more assigned lists nothing and says so",
                            "Vain omalle" not in (got := run(daemon, "show", matter["case_id"])).out and got.json["hidden"], got)
    nodes.online(vera, vilho)


def nothing_past_the_gate(office):
    """Ways round a record that may not be seen: each tells nothing of it."""
    expect, own, inka = office.tally.expect, office.own, office.instructor
    secret = office.records["sensitive_file"]["case_id"]
    for text in ("harpunsoittaja kertoi", "harpunsoittaja kertoi lisää"):
        jalka(own, "create", "encounter_note", "--case", secret, f"text={text}", "sensitive=true", "--sign")
    open_one = jalka(own, "note", office.matter["case_id"], "Puhuttiin: harpunsoittaja kertoi omista asioistaan.")
    nodes.sync(own, inka)
    got = run(inka, "search", "harpunsoittaja")
    expect("a search tells neither what is hidden nor that it is", [r["id"] for r in got.json["records"]] == [open_one["id"]] and
           "hidden" not in got.json, got)
    got = run(inka, "search", "harpunsoittaja kertoi", "--limit", "1")
    expect("what is hidden takes nobody's place under a limit", [r["id"] for r in got.json["records"]] == [open_one["id"]], got)
    got = run(inka, "search", "harvoille", json_form=False)
    expect("to who asks, a hidden hit and none are the same", got.err == run(inka, "search", "eiolemissään", json_form=False).err, got)
    sensitive = office.sensitive["id"]
    refusals = {words: run(inka, *words) for words in (
        ("change", sensitive, "text=x"), ("create", "visit", "--id", sensitive), ("step", sensitive, "VOIDED"), ("step", sensitive),
        ("correct", sensitive, "--kind", "SUPPLEMENT", "--reason", "syy", "--text", "x"), ("show", sensitive, "--original", "syy siihen"),
        ("print", "plan", sensitive), ("handover", "accept", sensitive), ("disclosure", "show", sensitive))}
    expect("a record that is not shown answers to nothing", all(g.refused and "harvoille" not in g.err for g in refusals.values()) and
           refused(refusals["change", sensitive, "text=x"]) and refused(refusals["step", sensitive]), refusals)
    wrong = jalka(own, "note", office.matter["case_id"], "Haitarinsoittaja, väärän asiakkaan.")
    other = nodes.new_client(own, "Toinen")
    place = nodes.new_matter(own, other, "Asia")
    jalka(own, "correct", wrong["id"], "--kind", "WRONG_CLIENT", "--reason", "väärä asiakas", "--to", place["case_id"])
    nodes.sync(own, inka)
    seen = [run(inka, *words).out for words in (("search", "haitarinsoittaja"), ("show", office.matter["case_id"]), ("list",),
                                                ("show", wrong["id"]), ("print", "report", office.client["id"]))]
    expect("what stood under the wrong client is gone from lists, search, cases and prints",
           not any("Haitarinsoittaja" in text for text in seen), seen[1][:300])


def another_laptop(office, cells):
    """What somebody wrote is theirs on the laptop that replaces the old one, too."""
    notice = office.write(office.outreach, "child_notice").json["id"]
    nodes.sync(office.outreach)
    spare = office.world.field("olli2")
    office.world.enrol(spare, office.people["olli"])
    nodes.sync(spare)
    cells.check("child_notice", "read", "outreach_worker", run(spare, "show", notice), {"author"}, "written on an earlier laptop")


def glass_on_a_device(office, cells):
    inka, expect = office.instructor, office.tally.expect
    short = run(inka, "break-glass", office.client["id"], "--reason", "hätä")
    expect("glass: a reason of one word is refused", short.code == 1 and "reason" in short.err, short)
    expect("glass: what is not for the role stays closed", refused(run(inka, "show", office.sensitive["id"])))
    got = run(inka, "break-glass", office.client["id"], "--reason", "Omatyöntekijä sairaana, asiakas uhkaa itseään")
    expect("glass: broken with a reason, until the end of the day", got.code == 0 and got.json["until_ms"] > 0, got)
    expect("glass: what is sensitive opens", run(inka, "show", office.sensitive["id"]).code == 0)
    details = office.records["protected_details"]["id"]
    expect("glass: protected details are shown with the reason of each look alone",
           refused(read(inka, "protected", details)) and read(inka, "protected", details, "--protected", WHY).code == 0)
    inka.kill()
    inka.start()
    expect("glass: it is still open after kill -9", run(inka, "show", office.sensitive["id"]).code == 0)
    got = office.write(inka, "encounter_note", place=["--case", office.records["sensitive_file"]["case_id"]], sensitive=True, visit=None)
    expect("glass: it opens reading alone", refused(got), got)
    nodes.sync(inka)


# ---- cells at the central node --------------------------------------------------------------

def at_the_centre(office, cells, table):
    center, client = office.center, office.client
    matters = [office.client["case_id"], office.matter["case_id"], office.tuki["case_id"],
               *(office.records[n]["case_id"] for n in ("protected_details", "sensitive_file", "child_notice"))]
    report = office.records["aggregate_report"]["id"]
    for role, staff in office.officials.items():
        seen, hidden = {}, set()
        for case in matters:
            whole = run(center, "--as", staff, "show", case)
            for r in whole.json["records"] if whole.code == 0 else []:
                seen.setdefault(r["type"], []).append(r)
            hidden |= {h["what"] for h in whole.json.get("hidden", []) if h["why"]} if whole.code == 0 else set()
        for row in table:
            kind, types, cell = row["class"], row["types"], cells.cell[row["class"], role]
            with office.tally.part(f"{role} {kind}"):
                if kind in EVERYBODYS | {"assignment"}:
                    administrated(office, cells, role, staff, kind, report)
                    continue
                ids = {"special_assessment": [office.special["id"]], "sensitive": [office.sensitive["id"]]}.get(
                    kind, [office.records[t]["id"] for t in types if t in office.records])
                found = [r for records in seen.values() for r in records if r["id"] in ids]
                rights = {r["right"] for r in found}
                cells.tried.setdefault((kind, role), set()).add("read")
                cells.checks += 1
                if cell["read"] == "METADATA":
                    told = [k for r in found for k in r["fields"] if k in ("text", "hetu", "goals", "reasons", "grounds")]
                    office.tally.expect(f"{role} reads {kind}: metadata alone", rights == {"METADATA"} and not told, (rights, told))
                else:
                    office.tally.expect(f"{role} reads {kind}: refused, and said why",
                                        not found and (refused(whole) or kind in hidden), (found, hidden, whole))
                name = next((t for t in types if t in office.shapes), "encounter_note")
                got = office.write(center, name, "--as", staff)
                cells.check(kind, "create", role, got, set(), by=central_says)


def administrated(office, cells, role, staff, kind, report):
    center, at = office.center, ["--as", staff]
    device = office.nodes["olli"]
    check = lambda act, got, met=(), why="", **o: cells.check(kind, act, role, got, set(met), why, **o)  # noqa: E731
    if kind == "assignment":
        got = run(center, *at, "admin", "cases")
        if cells.cell[kind, role]["read"] != "METADATA":
            check("read", got)
        else:
            office.tally.expect(f"{role} reads {kind}: not which case is whose", refused(got), got)
            cells.tried.setdefault((kind, role), set()).add("read")
        check("create", run(center, *at, "admin", "assign", office.client["case_id"], office.people["inka"], "VISIT"))
    elif kind == "access_log":
        if cells.cell[kind, role]["read"] == "METADATA":
            office.tally.expect(f"{role} reads access_log: numbers without clients",
                                "client" not in json.dumps(jalka(center, *at, "admin", "access")))
            office.tally.expect(f"{role} reads access_log: of a client refused",
                                refused(run(center, *at, "log", office.client["id"], "--reason", "tarkastus")))
            cells.tried.setdefault((kind, role), set()).add("read")
        else:
            check("read", run(center, *at, "log", office.client["id"]), why="without a reason")
            check("read", run(center, *at, "log", office.client["id"], "--reason", "asiakas pyysi"), {"reason"}, "with a reason")
        check("create", office.write(center, "access_log", *at), by=central_says)
    elif kind == "devices":
        check("read", run(center, *at, "admin", "devices"))
        check("create", run(center, *at, "admin", "suspend", device), {"loss"}, "to report a loss")
        got = run(center, *at, "admin", "resume", device)
        check("create", got, why="otherwise")
        if nodes.device_row(center, device)["state"] == "SUSPENDED":
            jalka(center, *["--as", office.officials["technical_admin"]], "admin", "resume", device)
    elif kind == "staff":
        check("read", run(center, *at, "admin", "staff"))
        check("create", run(center, *at, "admin", "staff", "add", "Uusi Laine", "OTHER"))
    elif kind == "reference":
        check("read", run(center, *at, "show", office.records["municipality"]["id"]))
        check("read", run(center, *at, "admin", "export", "municipality"), why="as a table")
        check("create", office.write(center, "municipality", *at))
    elif kind == "encounter":
        got = run(center, *at, "show", office.records["anonymous_contact"]["id"])
        check("read", got)
        check("create", office.write(center, "anonymous_contact", *at))
    elif kind == "statistics":
        check("read", run(center, *at, "show", report))
        check("create", run(center, *at, "admin", "statistics", "2025Q2", "--proposed-by", staff))
    elif kind == "erasure":
        got = run(center, *at, "admin", "erase", "record", office.client["case_id"], "zz", "--yes")
        allowed = cells.cell[kind, role]["create"]  # the id is malformed: who may, is told so
        cells.tried.setdefault((kind, role), set()).update(("create", "read"))
        office.tally.expect(f"{role} creates erasure: {'allowed' if allowed else 'refused, and said why'}",
                            ("32 digits" in got.err) if allowed else refused(got), got)


def glass_at_the_centre(office):
    center, expect, maija = office.center, office.tally.expect, office.officials["municipal_admin"]
    note = lambda: [r for r in jalka(center, "--as", maija, "show", office.matter["case_id"])["records"]  # noqa: E731
                    if r["type"] == "encounter_note"]
    expect("glass at the centre: notes are not there before", note() == [])
    got = run(center, "break-glass", office.client["id"], "--reason", "asiakas katosi, viranomainen kysyy")
    expect("glass at the centre: only a named person breaks it", got.code == 1 and "--as" in got.err, got)
    got = run(center, "--as", office.officials["technical_admin"], "break-glass", office.client["id"], "--reason", "uteliaisuus vain")
    expect("glass at the centre: not the technical administrator", got.code == 1, got)
    jalka(center, "--as", maija, "break-glass", office.client["id"], "--reason", "asiakas katosi, viranomainen kysyy")
    expect("glass at the centre: notes are read", any("sujui" in r["fields"].get("text", "") for r in note()))
    guarded = jalka(center, "--as", maija, "show", office.records["protected_details"]["case_id"])
    expect("glass at the centre: protected details stay closed", "safety_note" not in json.dumps(guarded["records"]), guarded)
    waiting = lambda: jalka(center, "status")["glass_unseen"]  # noqa: E731
    expect("glass: what nobody has looked at yet is told", waiting() == 2 and
           "--break-glass" in run(center, "status", json_form=False).out, waiting())
    rows = jalka(center, "--as", maija, "admin", "access", "--break-glass")["entries"]
    expect("glass: and no more once it was looked at", waiting() == 0, waiting())
    expect("glass: both are shown to the administrator, who and why",
           {r["name"] for r in rows} == {"Inka Laine", "Maija Laine"} and all(len(r["reason"]) > 10 for r in rows), rows)


def workers_at_the_centre(office, cells):
    """Figures and reference data, and no case of anybody."""
    center, expect = office.center, office.tally.expect
    at = ["--as", office.people["vera"]]
    report = office.records["aggregate_report"]["id"]
    cells.check("statistics", "read", "outreach_worker", run(center, *at, "show", report), set(), "at the centre")
    cells.check("statistics", "read", "outreach_worker", run(center, *at, "admin", "statistics"), set(), "at the centre, the list")
    cells.check("reference", "read", "outreach_worker", run(center, *at, "show", office.records["municipality"]["id"]), set(), "at the centre")
    for words in (("show", office.client["case_id"]), ("show", office.matter["case_id"]), ("admin", "cases"), ("admin", "matches"),
                  ("log", office.client["id"], "--reason", "uteliaisuus"), ("admin", "access"), ("admin", "assign", office.client["case_id"],
                  office.people["vera"]), ("admin", "grant", office.people["vera"], "MUNICIPAL_ADMIN")):
        expect(f"a worker at the centre: {' '.join(words[:2])} is refused", refused(got := run(center, *at, *words)), got)
    got = run(center, *at, "show", office.client["case_id"])
    expect("a worker at the centre: told where their cases are, not to break glass", "own device" in got.err and
           "break-glass" not in got.err, got)
    got = run(center, *at, "break-glass", office.client["id"], "--reason", "haluaisin nähdä kaiken")
    expect("a worker at the centre: no glass is broken there", got.code == 1 and "opens anything" in got.err, got)
    got = run(center, *at, "list", "access_log")
    expect("a worker at the centre: nobody's entries are listed", got.code == 0 and got.json["records"] == [], got)
    got = run(center, "--as", office.people["otto"], "admin", "statistics")
    expect("without a granted role: refused, and how to get one", refused(got) and "admin grant" in got.err, got)


def grants_reviewed(office):
    """The list for the periodic review; a role given and taken away counts from the next call on."""
    center, expect = office.center, office.tally.expect
    maija, tero, otto = office.officials["municipal_admin"], office.officials["technical_admin"], office.people["otto"]
    rows = lambda *more: [r for r in jalka(center, "--as", maija, "admin", "grants", *more)["grants"] if r["staff"] == otto]  # noqa: E731
    everybody = jalka(center, "--as", maija, "admin", "grants")["grants"]
    expect("everybody of the staff is on the list, those without a grant too",
           {s["id"] for s in jalka(center, "--as", maija, "admin", "staff")["staff"]} == {r["staff"] for r in everybody}, everybody)
    vera = next(r for r in everybody if r["staff"] == office.people["vera"])
    expect("it says role, term, area, devices, the last act", vera["role"] == "OUTREACH_WORKER" and vera["municipalities"] == ["Hallasuo"] and
           vera["valid_from"] == "2020-01-01" and vera["devices"] == 1 and vera["last_act_ms"] > 0, vera)
    expect("and what to look at: in force for years without an end", "without an end" in vera["review"], vera)
    expect("who has a device alone acts by profession", rows()[0]["state"] == "BY_PROFESSION", rows())
    got = run(center, "--as", tero, "admin", "grant", otto, "DATA_PROTECTION_OFFICER")
    expect("the technical administrator grants nothing", refused(got), got)
    read_log = ["--as", otto, "log", office.client["id"], "--reason", "asiakas pyysi"]
    expect("before the grant the log is refused", refused(run(center, *read_log)))
    jalka(center, "--as", maija, "admin", "grant", otto, "DATA_PROTECTION_OFFICER", "2099-01-01")
    expect("granted: with its end and by whom", [(r["role"], r["valid_to"], r["granted_by"]) for r in rows()] ==
           [("DATA_PROTECTION_OFFICER", "2099-01-01", "Maija Laine")] and run(center, *read_log).code == 0, rows())
    got = run(center, "--as", maija, "admin", "grant", otto, "DATA_PROTECTION_OFFICER")
    expect("twice is once", got.code == 1 and "already" in got.err, got)
    jalka(center, "--as", maija, "admin", "ungrant", otto, "DATA_PROTECTION_OFFICER")
    expect("taken away: it counts no more", refused(run(center, *read_log)) and rows()[0]["role"] == "", rows())
    expect("the one that ended is on the list of all", [r["state"] for r in rows("all")] == ["ENDED"], rows("all"))
    got = run(center, "--as", maija, "admin", "grant", otto, "PÄÄJEHU")
    expect("an unknown role is told which there are", got.code == 1 and "MUNICIPAL_ADMIN" in got.err, got)


def erasing_takes_two(office):
    """What has been kept long enough is proposed by one and approved by another, then is gone everywhere."""
    center, own, expect = office.center, office.own, office.tally.expect
    maija = office.officials["municipal_admin"]
    mikko = jalka(center, "--as", maija, "admin", "staff", "add", "Mikko Laine", "OTHER")["id"]
    jalka(center, "--as", maija, "admin", "grant", mikko, "MUNICIPAL_ADMIN")
    dead = nodes.new_client(own, "Vainaja", died_on="2020-02-29")
    living = nodes.new_matter(own, nodes.new_client(own, "Elävä"), "Asia")
    nodes.sync(own)
    rows = {r["case_id"]: r for r in jalka(center, "--as", maija, "admin", "retention")["cases"]}
    card = rows.get(dead["case_id"], {})
    expect("a client's card is kept two years from the death", (card.get("class"), card.get("until"), card.get("over")) ==
           ("CLIENT_CARD", "2022-02-28", True), rows)
    rows_all = {r["case_id"]: r for r in jalka(center, "--as", maija, "admin", "retention", "all")["cases"]}
    expect("an open matter has no end yet, and is not due", living["case_id"] not in rows and
           rows_all[living["case_id"]]["until"] == "" and not rows_all[living["case_id"]]["over"], rows_all.get(living["case_id"]))
    erase = lambda who, *words: run(center, "--as", who, "admin", "erase", *words, "--yes")  # noqa: E731
    got = erase(maija, "case", living["case_id"])
    expect("what is still to be kept needs a ground", got.code == 1 and "ground" in got.err, got)
    got = erase(maija, "case", dead["case_id"])
    expect("one proposes, and nothing is erased yet", got.code == 0 and got.json["proposed"] == "case" and nodes.holds(own, dead["id"]), got)
    got = erase(maija, "approve", dead["case_id"])
    expect("who proposed does not approve", got.code == 1 and "two people" in got.err, got)
    waiting = jalka(center, "--as", mikko, "admin", "erasures")["erasures"]
    expect("the second sees what waits, by whom and why", [(w["case_id"], w["proposed_by"]) for w in waiting] ==
           [(dead["case_id"], "Maija Laine")] and "2022-02-28" in waiting[0]["ground"], waiting)
    expect("nobody else approves it", refused(erase(office.officials["technical_admin"], "approve", dead["case_id"])))
    got = erase(mikko, "approve", dead["case_id"])
    told = got.json.get("certificate", "") if got.code == 0 else ""
    expect("the second approves, and a certificate says what, why and by whom", dead["case_id"] in told and
           "Maija Laine" in told and "Mikko Laine" in told and "2 years" in told, got)
    kept = jalka(center, "--as", maija, "list", "retention_action")["records"]
    expect("it is kept, with both names and no client's", any(jalka(center, "--as", maija, "show", r["id"])["record"]["fields"].get(
        "certificate") == told for r in kept) and "Vainaja" not in json.dumps(kept), kept)
    nodes.sync(own)
    expect("it is gone from the device that held it", not nodes.holds(own, dead["id"]))
    expect("and from the list", jalka(center, "--as", maija, "admin", "erasures")["erasures"] == [] and dead["case_id"] not in
           {r["case_id"] for r in jalka(center, "--as", maija, "admin", "retention", "all")["cases"]})
    note = jalka(own, "note", living["case_id"], "Kirjattu turhaan.")
    nodes.sync(own)
    jalka(center, "--as", maija, "admin", "erase", "record", living["case_id"], note["id"], "rekisteröidyn pyyntö", "--yes")
    jalka(center, "--as", mikko, "admin", "erase", "drop", living["case_id"], note["id"])
    expect("a proposal may be taken back", erase(mikko, "approve", living["case_id"], note["id"]).code == 1 and nodes.holds(own, note["id"]))


# ---- the access log ----------------------------------------------------------------------------

def entries(office, **where):
    rows = jalka(office.center, "--as", office.officials["data_protection_officer"], "log", office.client["id"], "--reason",
                 "asiakas pyysi lokinsa")["entries"]
    return [r for r in rows if all(r[k] == v for k, v in where.items())]


def the_log(office):
    expect, olli, inka = office.tally.expect, office.outreach, office.instructor
    nodes.sync(office.own, olli, inka)
    acts = {r["act"] for r in entries(office)}
    expect("the centre knows reading, writing, signing, breaking the glass and reading the log",
           {"VIEW", "CREATE", "SIGN", "BREAK_GLASS", "READ_LOG"} <= acts, acts)
    expect("each says who, in which role, on which device, when",
           all(r["name"] and r["when_ms"] and r["device"] for r in entries(office)) and
           all(r["role"] for r in entries(office)), entries(office)[:3])
    plain = [r for r in entries(office, act="VIEW", name="Olli Laine") if not r["reason"]]
    expect("one entry for a person, case and working session",
           len(plain) == len({r["case_id"] for r in plain}), plain)
    expect("a reason is told each time", entries(office, act="VIEW", name="Olli Laine", reason=WHY) != [])
    held = jalka(inka, "list", "access_log")["records"]
    expect("no other device has somebody's entries", all(r["by"]["mine"] for r in held), held[:2])
    own = run(inka, "log", office.client["id"], json_form=False)
    expect("on a device one's own acts alone, and said so", own.code == 0 and "own acts" in own.err and "Olli" not in own.out, own)
    printed = run(olli, "print", "card", office.client["id"])
    nodes.sync(olli)
    expect("a print is told each time", printed.code == 0 and len(entries(office, act="PRINT", name="Olli Laine")) == 1, printed)
    old = ["--as", office.officials["data_protection_officer"], "log", office.client["id"], "--reason", "asiakas pyysi",
           "--from", "2019-01-01"]
    got = run(office.center, *old)
    expect("older than two years: only for a special reason", got.code == 1 and "special" in got.err, got)
    expect("with one it is told", run(office.center, *old, "--special", "käräjäoikeuden pyyntö").code == 0)


def every_look_is_told(office):
    """Lists of one kind, and drafts: each leaves its entry, once a working session."""
    expect, orvokki = office.tally.expect, office.world.field("orvokki")
    staff = jalka(office.center, "--as", office.officials["municipal_admin"], "admin", "staff", "add", "Orvokki Laine", "OTHER")["id"]
    office.world.enrol(orvokki, staff)
    client = nodes.new_client(orvokki, "Luonnola")
    draft = jalka(orvokki, "create", "encounter_note", "--case", nodes.new_matter(orvokki, client, "Asia")["case_id"], "text=Kesken.")
    acts = lambda act: [r for r in jalka(orvokki, "log", client["id"])["entries"] if r["act"] == act]  # noqa: E731
    lists = lambda: [r for r in jalka(orvokki, "list", "access_log")["records"]  # noqa: E731
                     if jalka(orvokki, "show", r["id"])["record"]["fields"]["act"] == "LIST"]
    before, listed = len(acts("VIEW")), len(lists())
    orvokki.kill()
    orvokki.start()  # another working session
    jalka(orvokki, "show", draft["id"])
    jalka(orvokki, "disclosure", "list")
    jalka(orvokki, "search", "Luonnola")
    jalka(orvokki, "agenda")
    expect("a draft that is opened is told", len(acts("VIEW")) == before + 1, acts("VIEW"))
    expect("lists are told once a working session", len(lists()) == listed + 1, (listed, len(lists())))


def linked_clients(office):
    """Two records of one person: whoever asks for the log of either is told of both."""
    expect, own, center = office.tally.expect, office.own, office.center
    maija = office.officials["municipal_admin"]
    twin = nodes.new_client(own, "Kettusalonpää", hetu="")
    jalka(own, "show", twin["id"])
    nodes.sync(own)
    jalka(center, "--as", maija, "admin", "merge", office.client["id"], twin["id"])
    both = {office.client["id"], twin["id"]}
    for client in both:
        got = jalka(center, "--as", maija, "log", client, "--reason", "asiakas pyysi lokinsa")
        expect("the log of a person in two records is that of both", {e["client"] for e in got["entries"]} >= both and
               len(got["linked"]) == 1, got["linked"])
    nodes.sync(own)
    got = jalka(own, "log", twin["id"])["entries"]
    expect("and on a device as far as both are there", {e["client"] for e in got} >= both, got[:2])


def outlives_kill(office):
    """The entry is durable before anything is shown."""
    expect, olli = office.tally.expect, office.outreach
    nodes.offline(olli)
    for turn in range(5):
        olli.kill()
        olli.start()
        before = jalka(olli, "status")["written"]
        with olli.api() as api:
            api.send("show", id=office.matter["case_id"])
            api.read_exactly(4)  # the answer begins
            olli.kill()
        olli.start()
        expect(f"killed in the middle of a reading, turn {turn + 1}: the entry is there",
               jalka(olli, "status")["written"] == before + 1)
    nodes.online(olli)


def wrong_passphrases(office):
    """Noted while locked, told at the next unlock; nothing readable lies beside the vault."""
    expect, folder = office.tally.expect, office.world.folder("pia")
    pia = Locked(folder, "oikea hevonen paristo")
    office.world.daemons.append(pia)
    pia.start()
    pia.init()
    staff = jalka(office.center, "--as", office.officials["municipal_admin"], "admin", "staff", "add", "Pia Laine", "OTHER")["id"]
    office.world.enrol(pia, staff)
    mine = lambda: [jalka(pia, "show", r["id"])["record"]["fields"]["act"]  # noqa: E731
                    for r in jalka(pia, "list", "access_log")["records"]]
    jalka(pia, "lock")
    wrong = [pia.unlock("väärä hevonen paristo").code for _ in range(3)]
    noted = open(os.path.join(folder, "unlock-failures")).read().split()
    expect("wrong passphrases are noted while locked: when, and nothing else",
           wrong == [1, 1, 1] and len(noted) == 3 and all(n.isdigit() for n in noted), (wrong, noted))
    pia.kill()
    pia.start()
    expect("the right one opens", pia.unlock().code == 0)
    acts = mine()
    expect("then the log has three failures and an unlock", acts.count("LOGIN_FAIL") == 3 and acts.count("UNLOCK") == 1, acts)
    expect("and the file is gone", not os.path.exists(os.path.join(folder, "unlock-failures")))
    jalka(pia, "lock")
    pia.unlock()
    expect("they are told once", mine().count("LOGIN_FAIL") == 3)


def nobody_acts_for_another(office):
    got = run(office.own, "--as", office.people["olli"], "show", office.client["id"])
    office.tally.expect("on a device nobody acts but its holder", got.code == 1 and "holder" in got.err, got)
    me = jalka(office.center, "roles", "--mine")["me"]
    office.tally.expect("once somebody administrates the service, the socket is the technical administrator's alone",
                        me["roles"] == ["technical_admin"] and not me["alone"], me)
    got = run(office.center, "admin", "matches")
    office.tally.expect("who then sees no client's name", refused(got), got)


def drawing(office, table):
    """docs/internals/access.md draws the table the daemon goes by."""
    def cell(k):
        told = lambda conditions: f" ({', '.join(conditions)})" if conditions else ""  # noqa: E731
        parts = [k["read"][0] + told(k["read_if"])] if k["read"] != "NOTHING" else []
        parts += ["C" + told(k["create_if"])] if k["create"] else []
        return " ".join(parts + (["G"] if k["glass"] else [])) or "–"
    with open(os.path.join(nodes.HERE, "../../docs/internals/access.md"), encoding="utf-8") as text:
        drawn = text.read()
    wrong = [r["words"] for r in table if "| " + " | ".join([r["words"], *map(cell, r["cells"])]) + " |" not in drawn]
    office.tally.expect("the table is drawn in access.md as the daemon goes by it", not wrong, wrong)


def main():
    tally = nodes.Tally()
    with daemons.World() as world:
        office = Office(world, tally)
        table = jalka(office.own, "roles")["classes"]
        cells = Cells(tally, table)
        me = jalka(office.center, "roles", "--mine")["me"]
        tally.expect("before anybody is granted it, who sits at the socket administrates the service too",
                     set(me["roles"]) == {"municipal_admin", "technical_admin"} and me["alone"], me)
        with tally.part("drawing"):
            drawing(office, table)
        for part, arguments in ((on_devices, (office, cells, table)), (conditions, (office, cells)),
                                (held_but_not_theirs, (office, cells)), (nothing_past_the_gate, (office,)),
                                (another_laptop, (office, cells)), (glass_on_a_device, (office, cells))):
            with tally.part(part.__name__):
                part(*arguments)
        with tally.part("officials"):
            names = (("kaisa", "KELA_CONTACT"), ("tero", "TECHNICAL_ADMIN"), ("dora", "DATA_PROTECTION_OFFICER"),
                     ("maija", "MUNICIPAL_ADMIN"))  # the last: from then on the socket alone may not grant
            office.officials = {role.lower(): office.official(name, role) for name, role in names}
        for part, arguments in ((at_the_centre, (office, cells, table)), (glass_at_the_centre, (office,)),
                                (workers_at_the_centre, (office, cells)), (grants_reviewed, (office,)), (erasing_takes_two, (office,)), (the_log, (office,)),
                                (every_look_is_told, (office,)), (linked_clients, (office,)),
                                (outlives_kill, (office,)), (wrong_passphrases, (office,)), (nobody_acts_for_another, (office,))):
            with tally.part(part.__name__):
                part(*arguments)
        missing = [key for key in cells.cell if cells.tried.get(key) != {"read", "create"}]
        tally.expect(f"{len(cells.cell)} cells tried for reading and writing, {cells.checks} times",
                     all(kind == "erasure" for kind, _ in missing), missing)
    tally.finish()


if __name__ == "__main__":
    sys.exit(main())
