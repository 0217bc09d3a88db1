#!/usr/bin/env python3
"""Every record type of the record table, through the command line.

Values are generated from what `jalka types NAME` tells: all fields, each value of
each enumeration, parts within parts. Each type is created, changed, signed where
it is signed, shown, listed and found by a word of it; a type of central's is
refused on a laptop with a word that says so, and written at the central node.
What is not of the table's shape is refused and changes nothing. At the end both
ends sync, and the book made again from the log is the same book.
"""
import datetime
import json
import os
import re

import lawful
import nodes
from nodes import FAILED, USAGE, daemons, jalka, run

RECORDS_PROTO = os.path.join(nodes.HERE, "../../proto/records.proto")


def searched_fields():
    """(message, field) pairs the table marks for the search index, by message and field name."""
    with open(RECORDS_PROTO, encoding="utf-8") as proto:
        text = proto.read()
    marked = {}
    for message, body in re.findall(r"^message (\w+) \{(.*?)^\}", text, re.S | re.M):
        number = re.search(r"type: RECORD_TYPE_(\w+)", body)
        if number:
            marked[number[1].lower()] = {name for name, options in re.findall(r"(\w+) = \d+ ?(\[[^;]*\])?;", body)
                                         if "in_search" in options}
    return marked


class Maker:
    """Lawful values for one record of one type; `word` stands in every text."""

    def __init__(self, ids, word):
        self.ids, self.known_id, self.word = ids, ids["client"], word

    def value(self, field):
        one = self.single(field)
        return [one] if field["repeated"] else one

    def single(self, field):
        kind = field["kind"]
        if kind == "MESSAGE":
            return {f["name"]: self.value(f) for f in field["fields"]}
        return {"BOOL": False, "UINT": 7, "INT": 7, "ENUM": field.get("values", [""])[-1], "TEXT": self.word,
                "BYTES": "00ff10", "ID": self.known_id, "TIME": lawful.PAST_TIME, "DATE": lawful.PAST,
                "CENTS": 1250}[kind]

    def record(self, shape):
        values = {f["name"]: self.value(f) for f in shape["fields"] if not f["later"]}
        return lawful.lay_over(shape["name"], values, self.word, self.ids)


def has_text(field):
    return field["kind"] == "TEXT" or field["kind"] == "MESSAGE" and any(has_text(f) for f in field["fields"])


def required_paths(fields, path=()):
    """Every required field, those in parts too."""
    for f in fields:
        if f["later"]:
            continue
        if f["required"]:
            yield path + (f["name"],)
        if f["kind"] == "MESSAGE":
            yield from required_paths(f["fields"], path + (f["name"],))


def without(value, path):
    """A copy of the values that lacks what stands at the path."""
    value = json.loads(json.dumps(value))
    at = value
    for name in path[:-1]:
        at = at[name]
        at = at[0] if isinstance(at, list) else at
    del at[path[-1]]
    return value


def lawful_now():
    return datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%MZ")


class Bench:
    def __init__(self, world, tally):
        self.tally = tally
        self.center = world.central()
        self.device = world.field("aino")
        staff, other = world.staff("Aino Laine"), world.staff("Mikko Saari")
        world.enrol(self.device, staff)
        self.client = nodes.new_client(self.device, "Kettusalonpää")
        self.matter = nodes.new_matter(self.device, self.client, "Vuokrarästi")
        self.ids = self.fixtures(staff, other)
        self.shapes = [jalka(self.device, "types", t["name"]) for t in jalka(self.device, "types")["types"]]
        self.searched = searched_fields()
        self.made = []  # (daemon, id, fields) as they were last shown

    def fixtures(self, staff, other):
        """What records name by rule: each of its type, in the cases where they are looked for."""
        place, home = ["--case", self.matter["case_id"]], ["--case", self.client["case_id"]]
        visit = jalka(self.device, "visit", "start", self.matter["case_id"])
        note = jalka(self.device, "note", self.matter["case_id"], "Käynti sujui hyvin.", "--visit", visit["id"])
        consent = jalka(self.device, "create", "consent", *home, "--sign", f"client={self.client['id']}", "direction=TO_KELA",
                        "recipient=Kela", "purpose=tiedoksi", "scope=SESSION,PLAN_SUMMARY", "form=WRITTEN",
                        f"given_at={lawful_now()}", "witness_staff=Aino Laine", "understood_check=kertoi omin sanoin")
        application = jalka(self.device, "create", "local_application", *place, "kind=PREVENTIVE",
                            f"received_at={lawful.PAST_TIME}", 'expenses={"type":"vuokra","cents":40000}')
        return {"client": self.client["id"], "staff": staff, "other_staff": other, "visit": visit["id"], "note": note["id"],
                "consent": consent["id"], "application": application["id"], "local_kind": "PREVENTIVE",
                "matter_case": self.matter["case_id"]}

    def maker(self, shape):
        return Maker(self.ids, f"pöly{shape['number']:02}k")

    def place(self, shape):
        """Where a record of this type stands on a laptop."""
        if shape["opens"] == "CLIENT":
            return []
        if shape["opens"] != "NONE":
            return ["--client", self.client["id"]]
        return {"CLIENT": ["--case", self.client["case_id"]], "MATTER": ["--case", self.matter["case_id"]],
                "NONE": ["--case", self.matter["case_id"]]}.get(shape["home"], [])

    def create(self, daemon, shape, values, *more):
        place = self.place(shape) if daemon is self.device else []
        return run(daemon, "create", shape["name"], *place, "--from-json", "-", *more,
                   stdin=json.dumps(values, ensure_ascii=False))

    def marks(self, daemon):
        """What a refusal may not change."""
        status = jalka(daemon, "status")
        if daemon is self.center:
            return status["last_order"]
        return status["written"], status["drafts"], status["cases"]


# Protected details are shown to an own worker who says why.
WHY = ["--protected", "tarkistetaan, että kaikki on tallella"]


def shown(daemon, record):
    return jalka(daemon, "show", record, *WHY)["record"]


# ---- the course of one record ----------------------------------------------------------

def each_enum(fields):
    for f in fields:
        if f["kind"] == "ENUM" and not f["later"] and f["name"] not in ("state", "wipe_state"):  # those are stepped through
            for value in f["values"]:
                yield f["name"], [value] if f["repeated"] else value


# Values that stand only with others: refused alone, and with a reason.
RULED = {("referral", "pathway", "NEED_REQUEST"), ("assistance_application", "urgency", "NORMAL"),
         ("assistance_application", "urgent_outcome", "RESOLVED_URGENT"),
         ("assistance_application", "urgent_outcome", "MOVED_TO_NORMAL")}


def change_all_enums(daemon, record, shape, values):
    """Every value of every enumeration of the outer message, one after the other; then as it was."""
    bad = []
    for name, value in each_enum(shape["fields"]):
        word = value[0] if isinstance(value, list) else value
        got = run(daemon, "change", record, f"{name}={word}")
        ruled = (shape["name"], name, word) in RULED and got.refused
        if not ruled and (got.code != 0 or shown(daemon, record)["fields"].get(name) != value):
            bad.append((name, word, got))
    added = {name: None for name, _ in each_enum(shape["fields"]) if name not in values}
    back = run(daemon, "change", record, "--from-json", "-", stdin=json.dumps({**values, **added}, ensure_ascii=False))
    return bad + ([] if back.code == 0 else [back])


def course(bench, daemon, shape):
    """Create, change, sign, show, list, search; gives the problems."""
    name, maker, problems = shape["name"], bench.maker(shape), []
    values = maker.record(shape)
    got = bench.create(daemon, shape, values)
    if got.code != 0:
        return [got]
    record, draft = got.json["id"], shape["signed"] and daemon is bench.device
    at_once = shape["signed"] and not draft  # the central node keeps no drafts
    if got.json["state"] != ("draft" if draft else "signed" if at_once else "written"):
        problems.append(("state", got))
    fields = shown(daemon, record)["fields"]
    if fields != values:
        problems.append(("shown", fields, values))
    problems += frozen(daemon, record, shape) if at_once else change_all_enums(daemon, record, shape, values)
    if draft:
        if record not in [d["id"] for d in jalka(daemon, "drafts")["drafts"]]:
            problems.append("not among the drafts")
        signed = run(daemon, "sign", record)
        if signed.code != 0 or signed.json["state"] != "signed":
            problems.append(signed)
        problems += frozen(daemon, record, shape)
    now = shown(daemon, record)
    problems += [f for f in values if f not in now["fields"]]
    if record not in [r["id"] for r in jalka(daemon, "list", name)["records"]]:
        problems.append("not listed")
    if any(f["name"] in bench.searched[name] and has_text(f) for f in shape["fields"]):
        if record not in [r["id"] for r in jalka(daemon, "search", maker.word, "--limit", 100)["records"]]:
            problems.append("not found by its word")
    words = run(daemon, "show", record, *WHY, json_form=False)
    if words.code != 0 or "\x1b" in words.out or len(words.out) < 20:
        problems.append(("show for people", words))
    bench.made.append((daemon, record, now["fields"]))
    return problems


def frozen(daemon, record, shape):
    """A signed record: what is signed stays, what comes later is written."""
    problems = []
    for f in shape["fields"]:
        if f["kind"] not in ("TEXT", "ENUM", "DATE", "BOOL") or f["later"] and f["kind"] == "ENUM":
            continue  # a later state is stepped to: tests of the life cycles
        value = {"TEXT": "toinen", "ENUM": f.get("values", [""])[0], "DATE": "2026-12-24", "BOOL": "true"}[f["kind"]]
        got = run(daemon, "change", record, f"{f['name']}={value}")
        if got.code == 0 if not f["later"] else got.code != 0:
            problems.append(("later" if f["later"] else "frozen", f["name"], got))
    return problems


def central_only(bench, shape):
    got = bench.create(bench.device, shape, bench.maker(shape).record(shape))
    return [] if got.refused and "central" in got.err else [got]


# ---- what is refused ---------------------------------------------------------------------

def refusals(bench, daemon, shape):
    """(what, command) pairs that must be refused and change nothing."""
    maker = bench.maker(shape)
    values = maker.record(shape)
    sign = ["--sign"] if shape["signed"] and daemon is bench.device else []
    for path in required_paths(shape["fields"]):
        if (shape["name"], *path) in lawful.FILLED:
            continue
        yield f"without {'.'.join(path)}", bench.create(daemon, shape, without(values, path), *sign)
    yield "an unknown field", bench.create(daemon, shape, {**values, "nonsense": "x"}, *sign)
    place = bench.place(shape) if daemon is bench.device else []
    yield "an unknown assignment", run(daemon, "create", shape["name"], *place, "nonsense=x", *sign)
    yield "an argument that is not UTF-8", run(daemon, "create", shape["name"], *place, b"text=\xff\xfe", *sign)
    for f in shape["fields"]:
        if f["later"]:
            continue
        wrong = {"ENUM": "NONSENSE", "DATE": "2026-02-30", "TIME": "eilen", "ID": "not an id", "BOOL": "ehkä", "UINT": -1,
                 "TEXT": "x" * 20001}.get(f["kind"])
        if wrong is not None:
            yield f"{f['name']}: a wrong {f['kind']}", bench.create(
                daemon, shape, {**values, f["name"]: [wrong] if f["repeated"] else wrong}, *sign)
        if f["kind"] == "MESSAGE":
            yield f"{f['name']}: a part with an unknown name", bench.create(
                daemon, shape, {**values, f["name"]: [{"nonsense": 1}] if f["repeated"] else {"nonsense": 1}}, *sign)


def refused_all(bench, daemon, shape):
    before, count, problems = bench.marks(daemon), 0, []
    for what, got in refusals(bench, daemon, shape):
        count += 1
        if got.code not in (FAILED, USAGE) or not got.err.strip() or got.out:
            problems.append((what, got))
    after = bench.marks(daemon)
    return count, problems + ([] if before == after else [("changed", before, after)])


def raw_refusals(bench):
    """Arguments of no type at all."""
    device, tally = bench.device, bench.tally
    before = bench.marks(device)
    place = ["--case", bench.matter["case_id"]]
    for what, words, stdin in (
            ("an unknown type", ["create", "encounter_noten", *place, "text=x"], None),
            ("a type that is not UTF-8", ["create", b"\xc3\x28", *place, "text=x"], None),
            ("a case that is none", ["create", "encounter_note", "--case", "ffff" * 8, "text=x"], None),
            ("a record of a client's in a matter", ["create", "related_person", *place, "--from-json", "-"],
             json.dumps({"client": bench.client["id"], "name": "x", "relation": "x"})),
            ("JSON that is cut", ["create", "encounter_note", *place, "--from-json", "-"], '{"text":"x"'),
            ("JSON with a name twice", ["create", "encounter_note", *place, "--from-json", "-"], '{"text":"x","text":"y"}'),
            ("JSON that is a list", ["create", "encounter_note", *place, "--from-json", "-"], "[]"),
            ("a control character", ["create", "encounter_note", *place, "--from-json", "-", "--sign"], '{"text":"a\\u0001b"}'),
            ("half a surrogate pair", ["create", "encounter_note", *place, "--from-json", "-", "--sign"], '{"text":"\\ud800"}'),
            ("a value with no name", ["create", "encounter_note", *place, "=x"], None),
            ("65 assignments", ["create", "encounter_note", *place, *["text=x"] * 65], None),
            ("changing nothing", ["change", bench.client["id"]], None),
            ("clearing what is required", ["change", bench.client["id"], "family_name="], None),
            ("an id that nothing has", ["show", "0123456789abcdef"], None),
            ("an id too short", ["show", "01"], None),
            ("signing what is no draft", ["sign", bench.client["id"]], None),
            ("a limit that is no number", ["list", "--limit", "kaksi"], None),
            ("a day that is none", ["agenda", "2026-02-30"], None)):
        got = run(device, *words, stdin=stdin)
        tally.expect(f"{what}: refused in words", got.refused, got)
    tally.expect("and nothing changed", bench.marks(device) == before)


def all_types(bench):
    for shape in bench.shapes:
        name = shape["name"]
        with bench.tally.part(name):
            if shape["central_only"]:
                problems, what = central_only(bench, shape), "refused on a laptop"
                bench.tally.expect(f"{name}: central's type is refused on a laptop, and said so",
                                   not problems, problems)
                continue
            if name == "access_log":
                got = bench.create(bench.device, shape, bench.maker(shape).record(shape))
                bench.tally.expect("access_log: nobody writes it by hand", got.refused and "access logs" in got.err, got)
                continue
            problems = course(bench, bench.device, shape)
            bench.tally.expect(f"{name}: created, changed, {'signed, ' if shape['signed'] else ''}shown, listed, found",
                               not problems, problems[:4])
            count, problems = refused_all(bench, bench.device, shape)
            bench.tally.expect(f"{name}: {count} malformed ones refused, nothing changed",
                               count > 3 and not problems,
                               f"{len(problems)}: {problems[:4]}")


def at_central(bench):
    """Reference data and the directory; other places are refused."""
    for shape in bench.shapes:
        name = shape["name"]
        with bench.tally.part(f"{name} at central"):
            if shape["home"] in ("REFERENCE", "DIRECTORY") and name != "aggregate_report":  # that takes two people
                problems = course(bench, bench.center, shape)
                bench.tally.expect(f"{name}: written at the central node, shown, listed",
                                   not problems, problems[:4])
                count, problems = refused_all(bench, bench.center, shape)
                bench.tally.expect(f"{name}: {count} malformed ones refused at the central node",
                                   count > 3 and not problems,
                                   problems[:4])
            else:
                before = bench.marks(bench.center)
                got = bench.create(bench.center, shape, bench.maker(shape).record(shape))
                bench.tally.expect(f"{name}: not to be written at the central node, and said so",
                                   got.refused and bench.marks(bench.center) == before, got)


def settled(bench):
    """Both ends hold the same, and the book made again from the log is the same."""
    nodes.sync(bench.device)
    status = jalka(bench.device, "status")
    bench.tally.expect("every record is receipted, none waits for a decision",
                       (status["unreceipted"], status["quarantined"], status["rejected"]) == (0, 0, 0), status)
    audit = jalka(bench.center, "admin", "audit")
    bench.tally.expect("the audit of all chains is good", audit["ok"] and audit["bad"] == 0, audit)
    for daemon, where in ((bench.device, "on the laptop"), (bench.center, "at the central node")):
        again = jalka(daemon, "rebuild")
        bench.tally.expect(f"rebuilt {where}, the book is the same", again["same"] is True, again)
    lost = [record for daemon, record, fields in bench.made if shown(daemon, record)["fields"] != fields]
    bench.tally.expect(f"all {len(bench.made)} records read as before", bench.made and not lost, lost)
    reference = [record for daemon, record, _ in bench.made if daemon is bench.center]
    missing = [record for record in reference if run(bench.device, "show", record).code != 0 and
               "devices, keys" not in run(bench.device, "show", record).err]  # other people's devices are not shown
    bench.tally.expect(f"all {len(reference)} records of central's are on the laptop",
                       reference and not missing, missing)


def main():
    tally = nodes.Tally()
    with daemons.World() as world:
        bench = Bench(world, tally)
        tally.expect("the table has the types of the domain", len(bench.shapes) >= 45)
        all_types(bench)
        raw_refusals(bench)
        at_central(bench)
        with tally.part("what stands at the end"):
            settled(bench)
    tally.finish()


if __name__ == "__main__":
    main()
