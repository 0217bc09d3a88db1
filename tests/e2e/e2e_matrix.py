#!/usr/bin/env python3
"""Every call of the API x every role x every wrong scope, executed; and all bytes sent to each device.

Calls and verbs are those the daemons list themselves (`RolesCall.calls`), their arguments come from
proto/local.proto and the verbs' usage: a call that is added is tried without a line here. Each file of
a client has markers of its own, one in the client's name (what an administrator may see), one in all
other text. A leak is a marker of another's file in any answer, refusals included, or a change where
none may be. Beside it: what devices were sent, as their own stores and synthetic devices hold it after
decryption, has no marker of a case outside their scope, and has those inside it.
"""
import contextlib
import datetime
import itertools
import json
import os
import re
import subprocess

import nodes
from e2e_records import Maker
from nodes import daemons, jalka, run, until
import lawful
import swarm
import web

WHY = "käynnillä tänään, koirat pihalla"
ROLES = {"outreach worker": "LICENSED_SOCIAL_WORKER", "own worker": "LICENSED_SOCIAL_WORKER",
         "social instructor": "SOCIAL_INSTRUCTOR", "nobody": "OTHER"}
OFFICIALS = {"municipal admin": "MUNICIPAL_ADMIN", "technical admin": "TECHNICAL_ADMIN", "data protection officer": "DATA_PROTECTION_OFFICER",
             "kela contact": "KELA_CONTACT", "outreach worker": "OUTREACH_WORKER", "social instructor": "SOCIAL_INSTRUCTOR"}
UNKNOWN = "0123456789abcdef0123456789abcdef"
# What would end the world of the test, or is done to all of it: last on each device, or not at all.
LAST, NEVER = ("lock",), ("sync", "enrol", "init", "unlock")


# ---- the calls, as proto/local.proto has them -----------------------------------------------

def messages():
    """Name -> fields (name, number, is text, words of a choice) of each Call."""
    with open(os.path.join(daemons.ROOT, "proto/local.proto")) as file:
        text = file.read()
    out = {}
    for name, body in re.findall(r"message (\w+Call) \{(.*?)\}", text, re.S):
        out[name] = [(field, int(number), kind in ("string", "bytes"), comment.split())
                     for kind, field, number, comment in
                     re.findall(r"(string|bytes|bool|uint32|uint64|Form) (\w+) = (\d+);[ \t]*(?://[ \t]*([^\n]*))?", body)]
    calls = {number: (call, out[name]) for name, call, number in re.findall(r"(\w+Call) (\w+) = (\d+);", text)}
    return {call: (int(number), fields) for number, (call, fields) in calls.items()}


def encode(number, fields, values):
    numbers = {name: n for name, n, _, _ in fields}
    return daemons.field(number, b"".join(daemons.field(numbers[name], value) for name, value in values.items()))


ID_FIELDS = ("id", "record_id", "case_id", "client_case", "naming", "consent", "to_case", "discard")
VERBS = {"disclosure": "preview prepare check queue send receipt told recipient-informed list show",
         "consent": "withdraw narrow list",
         "session": "prepare identify start point note action pause continue drop resume leave consent end confirm sign cancel type join show",
         "handover": "propose told accept reject list", "console": "me sessions end out password operators invite block unblock qr"}
KINDS = "plan notice quadrants consent actions report log card findings"


def verbs_of(call, fields):
    comment = next((words for name, _, _, words in fields if name == "verb"), None)
    return [None] if comment is None or call == "admin" else VERBS.get(call, "list").split()


def toggles(fields):
    """What may stand beside an id, one at a time."""
    values = {"log": 1, "original": WHY, "guarded": WHY, "reason": WHY, "special": WHY, "scope": "PLAN_SUMMARY", "text": "muutettu teksti",
              "via": "PHONE", "state": "DONE", "limit": 100000, "waiting": 1, "sign": 1, "draft": 1, "calls": 1, "mine": 1, "with_protected": 1}
    return [{}] + [{name: values[name]} for name, *_ in fields if name in values]


def variants(call, fields, target, own):
    """The arguments of this call for this target: every id in every place, every verb, what may stand beside it."""
    names = {name for name, *_ in fields}
    places = [f for f in ID_FIELDS if f in names]
    for verb in verbs_of(call, fields):
        base = {} if verb is None else {"verb": verb}
        if call == "print":
            bases = [{"kind": kind, "lang": "fi"} for kind in KINDS.split()]
        elif call in ("write", "step"):
            bases = [{**base, "body": b"text=muutettu\0"}]
        else:
            bases = [base]
        for base, place, (i, one) in itertools.product(bases, places, enumerate(target)):
            for extra in toggles(fields) if i < 10 else [{}]:
                yield {**base, **extra, place: one}
        # A record under another's home, and the other way round.
        for base, (a, b) in itertools.product(bases, itertools.permutations(places, 2)):
            for one, mine in itertools.product(target[:4], own[:3]):
                yield {**base, a: one, b: mine, **({"type": "encounter_note"} if call == "write" else {})}


def free(call, fields, texts):
    """Calls that name nothing: once for each role."""
    names = {name for name, *_ in fields}
    for verb in verbs_of(call, fields):
        base = {} if verb is None else {"verb": verb}
        yield base
        for extra in toggles(fields)[1:]:
            yield {**base, **extra}
        for name in ("text", "type", "what", "name"):
            if name in names:
                for value in texts + ["client", "case", "encounter_note", "consent", "protected_details", "places"]:
                    yield {**base, name: value}


# ---- files of clients ---------------------------------------------------------------------

class File:
    """A client with a matter and records of every type, every text of it marked."""

    def __init__(self, tag, daemon, shapes=(), staff=""):
        self.name, self.content = f"Nimi{tag}salmi", f"sisa{tag}ltoa"
        self.client = nodes.new_client(daemon, self.name)
        self.matter = nodes.new_matter(daemon, self.client, self.content)
        self.note = nodes.new_note(daemon, self.matter, f"Sovittiin: {self.content}.")
        self.ids = [self.note["id"], self.client["id"], self.client["case_id"], self.matter["id"], self.matter["case_id"]]
        self.cases = [self.client["case_id"], self.matter["case_id"]]
        self.types = 3
        if shapes:
            self.fill(daemon, shapes, staff)

    def fill(self, daemon, shapes, staff):
        visit = jalka(daemon, "visit", "plan", self.matter["case_id"], "2024-01-15T09:00")
        ids = {"client": self.client["id"], "staff": staff, "other_staff": staff, "visit": visit["id"], "note": self.note["id"],
               "matter_case": self.matter["case_id"], "local_kind": "PREVENTIVE"}
        consent = jalka(daemon, "create", "consent", "--case", self.client["case_id"], "--sign", f"client={self.client['id']}",
                        "direction=TO_KELA", "recipient=Kela", f"purpose={self.content}", "scope=SESSION,PLAN_SUMMARY", "form=WRITTEN",
                        f"given_at={lawful.PAST_TIME}", f"witness_staff={self.content}", "understood_check=kertoi omin sanoin")
        application = jalka(daemon, "create", "local_application", "--case", self.matter["case_id"], "kind=PREVENTIVE",
                            f"received_at={lawful.PAST_TIME}", 'expenses={"type":"vuokra","cents":40000}')
        ids.update(consent=consent["id"], application=application["id"])
        self.ids += [visit["id"], consent["id"], application["id"]]
        place = {"CLIENT": ["--case", self.client["case_id"]], "MATTER": ["--case", self.matter["case_id"]]}
        for name, shape in shapes.items():
            if shape["central_only"] or shape["opens"] in ("CLIENT", "MATTER", "ACCESS") or name in ("access_log", "consent", "visit", "device"):
                continue
            where = ["--client", self.client["id"]] if shape["opens"] != "NONE" else place.get(shape["home"], [])
            if not where:
                continue
            got = run(daemon, "create", name, *where, *(["--sign"] if shape["signed"] else []), "--from-json", "-",
                      stdin=json.dumps(Maker(ids, self.content).record(shape), ensure_ascii=False))
            if got.code != 0:
                continue
            self.types += 1
            self.ids.append(got.json["id"])
            if shape["opens"] != "NONE":
                self.cases.append(got.json["case_id"])
                self.ids.append(got.json["case_id"])

    def markers(self):
        return [self.name, self.content]


# ---- executing ----------------------------------------------------------------------------

class Matrix:
    def __init__(self, tally):
        self.tally, self.calls = tally, messages()
        self.cells, self.executed, self.answered, self.leaks, self.changes = set(), 0, 0, [], []
        self.listed = None

    def responses(self, api, body):
        """Whoever asks what cannot be read is answered, and the connection closed."""
        if isinstance(api, web.Page):
            yield from posted(api, body)
            return
        api.number += 1
        whole = daemons.field(1, api.number) + body
        try:
            api.socket.sendall(len(whole).to_bytes(4, "little") + whole)
            r = api.read_response()
        except (OSError, EOFError):
            api.close()
            api.socket = daemons.Api(api.path).socket
            api.socket.sendall(len(whole).to_bytes(4, "little") + whole)
            r = api.read_response()
        yield r
        while r["more"]:
            r = api.read_response()
            yield r

    def ask(self, api, body, cell, forbidden, shown):
        """One call; what comes back has none of these texts."""
        text, refused = b"", False
        for r in self.responses(api, body):
            text += r["json"] + r["error"] + r["field"]
            refused |= r["kind"] != 0
        self.cells.add(cell)
        self.executed += 1
        self.answered += not refused
        low = text.decode(errors="replace").lower()
        for marker in forbidden:
            if marker.lower() in low:
                self.leaks.append((cell, marker, shown, low[max(0, low.index(marker.lower()) - 80):][:200]))
        return not refused

    def device(self, api, daemon, role, scope, target, own, forbidden):
        """All calls of a field daemon against one target; nothing of what is recorded changes."""
        before = nodes.recorded(daemon) if scope not in ("revoked", "locked") else None
        for row in self.listed["calls"]:
            call = row["call"]
            if call in NEVER + LAST or call not in self.calls:
                continue
            number, fields = self.calls[call]
            if not row["field"]:
                fields = fields[:1]
            for values in variants(call, fields, target, own):
                # A text kept for a form is no record: it is asked for under an id of nobody's.
                body = encode(number, fields, values)
                self.ask(api, body, ("device", role, scope, call), forbidden, values)
        if before is not None and nodes.recorded(daemon) != before:
            after = nodes.recorded(daemon)
            self.changes.append((role, scope, [r for r in after[0] if r not in before[0]], len(after[1]) - len(before[1])))

    def nameless(self, api, role, scope, texts, forbidden):
        for row in self.listed["calls"]:
            call = row["call"]
            if call in NEVER + LAST + ("write", "open", "rebuild", "keep") or call not in self.calls:
                continue
            number, fields = self.calls[call]
            for values in free(call, fields, texts):
                self.ask(api, encode(number, fields, values), ("device", role, scope, call), forbidden, values)


def posted(page, body):
    """The same over a console's session."""
    answer, at = page.post("/api", daemons.field(1, 1) + body), 0
    if answer.status != 200:
        yield {"json": b"", "error": answer.body, "field": b"", "kind": answer.status}
    while answer.status == 200 and at < len(answer.body):
        length = int.from_bytes(answer.body[at:at + 4], "little")
        fields = dict(daemons.read_fields(answer.body[at + 4:at + 4 + length]))
        at += 4 + length
        yield {"json": fields.get(6, b""), "error": fields.get(4, b""), "field": fields.get(5, b""), "kind": fields.get(3, 0)}


def listing(daemon):
    with daemon.api() as api:
        daemons.FIELDS["roles"], daemons.CALLS["roles"] = {"mine": 1, "calls": 2}, 32
        return api.call("roles", calls=True)


def order(center, *words):
    """As the console asks it: nobody is asked whether they are sure."""
    with center.api() as api:
        return api.admin(*words)


# ---- the devices ----------------------------------------------------------------------------

class World:
    def __init__(self, world, tally):
        self.world, self.tally, self.center = world, tally, world.central()
        self.staff, self.node, self.device, self.mine = {}, {}, {}, {}
        self.oona = self.worker("oona", "LICENSED_SOCIAL_WORKER")
        shapes = {t["name"]: jalka(self.oona, "types", t["name"]) for t in jalka(self.oona, "types")["types"]}
        self.foreign, self.ended, self.running = (File(tag, self.oona, shapes, self.staff["oona"]) for tag in ("qvx", "zwq", "xkj"))
        self.late = File("wqz", self.oona)
        tally.expect("the foreign file has records of many types", self.foreign.types >= 20, self.foreign.types)
        nodes.sync(self.oona)
        for role, profession in ROLES.items():
            for state in ("", " suspended", " revoked"):
                self.worker(role + state, profession)
        self.moved = {}

    def worker(self, name, profession):
        daemon = self.world.field(name.replace(" ", "_"))
        self.staff[name] = jalka(self.center, "admin", "staff", "add", f"{name.title()} Laine", profession)["id"]
        self.node[name] = self.world.enrol(daemon, self.staff[name])
        self.device[name] = daemon
        return daemon

    def assign(self, file, name, *more):
        with self.center.api() as admin:
            for case in file.cases:
                admin.admin("assign", case, self.staff[name], "CO_WORKER", *more)

    def scopes(self):
        """Every role has once held what it holds no more, in each of the ways there are."""
        center = self.center
        jalka(center, "create", "role_grant", f"staff={self.staff['outreach worker']}", "role=OUTREACH_WORKER", "valid_from=2020-01-01",
              "municipalities=Hallasuo")
        for role in ROLES:
            self.mine[role] = File({"outreach worker": "jqa", "own worker": "jqe", "social instructor": "jqi", "nobody": "jqo"}[role],
                                   self.device[role])
            self.moved[role] = File({"outreach worker": "vza", "own worker": "vze", "social instructor": "vzi", "nobody": "vzo"}[role],
                                    self.device[role])
            nodes.sync(self.device[role])
            self.assign(self.ended, role)
            self.assign(self.late, role + " revoked")
            nodes.sync(self.device[role], self.device[role + " revoked"])
        for role in ROLES:
            self.hand_over(role)
            for case in self.ended.cases:
                jalka(center, "admin", "unassign", case, self.staff[role])
            order(center, "suspend", self.node[role + " suspended"])
            self.assign(self.late, role + " suspended")
            order(center, "revoke", self.node[role + " revoked"])
        self.run_out()
        for role in ROLES:
            for name in (role, role + " suspended"):
                run(self.device[name], "sync", "--wait")
            self.tally.expect(f"{role}: what was handed over and what has ended have left the device",
                              until(lambda: not any(nodes.holds(self.device[role], f.note["id"])
                                                    for f in (self.moved[role], self.ended)), "the cases leave"))

    def hand_over(self, role):
        file, giver = self.moved[role], self.device[role]
        proposal = jalka(giver, "handover", "propose", file.matter["case_id"], self.staff["oona"], "Asiakas muuttaa Hallasuolle")["id"]
        jalka(giver, "handover", "told", proposal)
        nodes.sync(giver)
        until(lambda: nodes.holds(self.oona, proposal), "the proposal at the receiver")
        jalka(self.oona, "handover", "accept", proposal)
        nodes.sync(self.oona)
        until(lambda: not nodes.holds(giver, file.note["id"]), "the case leaves who gave it")

    def run_out(self):
        """Held until a moment that passes while the device is offline: the case still lies on its disk."""
        soon = (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=30)).strftime("%Y-%m-%dT%H:%M:%SZ")
        for role in ROLES:
            self.assign(self.running, role, soon)
        for role in ROLES:
            nodes.sync(self.device[role])
            nodes.offline(self.device[role])
        until(lambda: datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ") > soon, "the end", 120)

    def others(self, *own):
        """The markers of all files but these."""
        files = [self.foreign, self.ended, self.running, self.late, *self.moved.values(), *self.mine.values()]
        return [m for f in files if f not in own for m in f.markers()]


def on_devices(w, matrix):
    matrix.listed = listing(w.oona)
    missing = [row["call"] for row in matrix.listed["calls"] if row["call"] not in matrix.calls]
    w.tally.expect("every call the daemon lists stands in proto/local.proto", missing == [], missing)
    for role in ROLES:
        daemon, own = w.device[role], w.mine[role]
        forbidden = w.others(own)
        with daemon.api() as api:
            texts = [m[:-3] for m in forbidden]  # as much of each as a search takes for it, and no whole marker
            matrix.nameless(api, role, "all that is not theirs", texts, forbidden)
            targets = {"a foreign case": w.foreign.ids, "a case handed over": w.moved[role].ids, "an ended assignment": w.ended.ids,
                       "an assignment that ran out, on the disk still": w.running.ids, "ids nobody knows": [UNKNOWN, "0123", "x", w.node["oona"]],
                       "another's device and person": [w.node["oona"], w.staff["oona"]]}
            for scope, target in targets.items():
                matrix.device(api, daemon, role, scope, target, own.ids, forbidden)
            seen = [api.call("show", id=one) for one in own.ids]
            w.tally.expect(f"{role}: what is theirs is shown, markers and all",
                           all(any(m in json.dumps(shown) for shown in seen) for m in own.markers()), len(seen))
        for state, target in (("suspended", w.late), ("revoked", w.late)):
            daemon = w.device[f"{role} {state}"]
            if not daemon.alive():
                continue
            with daemon.api() as api:
                matrix.device(api, daemon, role, state, target.ids + w.foreign.ids[:6], own.ids, w.others())


def after_locking(w, matrix):
    for role in ROLES:
        with w.device[role].api() as api:
            matrix.ask(api, encode(*matrix.calls["lock"], {}), ("device", role, "locked", "lock"), [], {})
            matrix.device(api, w.device[role], role, "locked", w.mine[role].ids[:3] + w.foreign.ids[:3], w.mine[role].ids, w.others())
            matrix.nameless(api, role, "locked", [], w.others())
            status = api.call("status")
        w.tally.expect(f"{role}: the device stayed locked", status["vault"] == "locked", status)


# ---- the central node -----------------------------------------------------------------------

def fill_usage(usage, ids, real):
    """The command lines a verb's usage tells, with these ids in their places."""
    pick = {"CASE": ids["case"], "STAFF": ids["staff"], "DEVICE": ids["device"], "CLIENT": ids["client"], "RECORD": ids["record"],
            "ITEM": ids["item"], "NODE": ids["device"]}
    words = {"ROLE": "MUNICIPAL_ADMIN", "UNTIL": "2030-01-01", "REASON": WHY, "REASONS": WHY, "GROUND": WHY, "NAME": "Uusi Laine",
             "PROFESSION": "OTHER", "UNIT": "yksikkö", "QUARTER": "2026Q1", "TIME": "2026-01-01", "ORDER": "1", "LANG": "fi"}
    lines = []
    for part in re.split(r", or |, ", usage):
        for whole in (re.sub(r"\[.*\]", "", part), part.replace("[", "").replace("]", "")):
            choices = [[w for w in word.split("|")] for word in whole.replace(" | ", "|").split()]
            for line in itertools.islice(itertools.product(*choices), 24):
                lines.append([pick.get(w, words.get(w, w)) for w in line])
    return [line for i, line in enumerate(lines) if line and line not in lines[:i]]


def allowed(table, role, verb):
    """Whether the role table lets this role do what the verb is about."""
    cell = next((c for row in table for c in row["cells"] if row["class"] == verb["class"] and c["role"] == role.replace(" ", "_")), None)
    if cell is None:
        return None
    if verb["creates"]:
        return cell["create"]
    return cell["read"] != "NOTHING" or cell["create"]


def picture(center, admin):
    """What an administrator could change: staff, roles, devices, cases, what waits."""
    rows = {("device", d["node"], d["state"], d["holder"]) for d in jalka(center, "admin", "devices")["devices"]}
    for words in (("staff",), ("grants", "all"), ("cases",), ("quarantine",), ("erasures",), ("handovers",)):
        for name, part in jalka(center, "--as", admin, "admin", *words).items():
            for item in part if isinstance(part, list) else []:
                item = {k: v for k, v in item.items() if k not in ("last_contact_ms", "last_act_ms", "review")}
                if item.get("kind") == "ACCESS":
                    continue  # that something was read is told all the same
                rows.add((name, json.dumps(item, sort_keys=True)))
    return rows


def at_central(w, matrix):
    center, tally = w.center, w.tally
    matrix.listed = listing(center)
    table = jalka(center, "roles")["classes"]
    people = {"nobody": jalka(center, "admin", "staff", "add", "Ei Kukaan", "OTHER")["id"], "an unknown person": UNKNOWN}
    admin = jalka(center, "admin", "staff", "add", "Maija Virtanen", "OTHER")["id"]
    for role in OFFICIALS:
        people[role] = jalka(center, "admin", "staff", "add", f"{role.title()} Niemi", "OTHER")["id"]
    jalka(center, "create", "role_grant", f"staff={admin}", "role=MUNICIPAL_ADMIN", "valid_from=2020-01-01")
    for role, grant in OFFICIALS.items():  # from the first administrator on in that role alone
        jalka(center, "--as", admin, "create", "role_grant", f"staff={people[role]}", f"role={grant}", "valid_from=2020-01-01")
    people["the operator alone"] = ""
    people["own worker"] = w.staff["oona"]  # of the very files; at the centre that opens none
    real = {"case": w.foreign.matter["case_id"], "staff": w.staff["oona"], "device": w.node["oona"], "client": w.foreign.client["id"],
            "record": w.foreign.note["id"], "item": f"{w.node['oona'][:8]}.{UNKNOWN[:8]}.1"}
    home = {**real, "case": w.ended.client["case_id"], "record": w.foreign.note["id"]}
    nobody = {name: UNKNOWN for name in real} | {"item": "01234567.89abcdef.1"}
    wrongly = []
    people.update({f"{role} signed in": people[role] for role in ("municipal admin", "technical admin", "data protection officer")})
    for role, person in people.items():
        name_is_shown = role.startswith("municipal admin")
        signed_in = role.endswith(" signed in")
        forbidden = [m for m in w.others() if not (name_is_shown and m.startswith("Nimi"))]
        tail = daemons.field(60, person) if person and not signed_in else b""
        before = picture(center, admin)
        with session(center, role, person) if signed_in else center.api() as api:
            if signed_in:
                in_a_session(w, matrix, api, role, forbidden, admin)
            else:
                calls_at_central(w, matrix, api, role, tail, forbidden, name_is_shown)
            for verb in matrix.listed["verbs"]:
                for scope, ids in (("a real file", real), ("another's home", home), ("ids nobody knows", nobody)):
                    for line in fill_usage(verb["usage"], ids, real):
                        if line[0] != verb["verb"]:
                            line = [verb["verb"], *line]
                        may = allowed(table, role.removesuffix(" signed in"), verb)
                        changes = verb["creates"] or {"add", "propose", "freeze", "since", "risk", "police", "approve", "drop"} & set(line)
                        if may is not False and changes and scope != "ids nobody knows" or may and line[0] in ("staff", "safe", "backup") and changes:
                            continue  # theirs to do: it would be done
                        number, fields = matrix.calls["admin"]
                        body = encode(number, [("verb", 1, True, []), ("args", 2, True, [])], {"verb": line[0], "args": line[1:]})
                        well = matrix.ask(api, body + tail, ("console" if signed_in else "central", role, scope, "admin " + verb["verb"]), forbidden, line)
                        if well and may is False:
                            wrongly.append((role, line))
        after = picture(center, admin)
        if before != after:
            matrix.changes.append((role, "central", sorted(before ^ after)))
    tally.expect("no verb is done by a role that the table refuses it", wrongly == [], wrongly[:10])


@contextlib.contextmanager
def session(center, role, person):
    """Signed in at the console: in their own role, whoever they say they are."""
    _, page = web.operator(center, person, role.replace(" ", "."))
    yield page


def in_a_session(w, matrix, page, role, forbidden, admin):
    for row in matrix.listed["calls"]:
        call = row["call"]
        if call in NEVER + ("admin", "open", "rebuild", "import", "break_glass", "sign_in", "console") or call not in matrix.calls:
            continue
        number, fields = matrix.calls[call]
        for one in w.foreign.ids[:3] + [UNKNOWN]:
            for values in ({place: one} for place in ID_FIELDS if place in {name for name, *_ in fields}):
                matrix.ask(page, encode(number, fields, values), ("console", role, "a real file", call), forbidden, values)
        matrix.ask(page, encode(number, fields, {}), ("console", role, "all that is not theirs", call), forbidden, {})
        well = matrix.ask(page, encode(number, fields, {}) + daemons.field(60, admin), ("console", role, "another's role", call), forbidden, {})
        w.tally.expect(f"{role}: {call} in another's role is refused", not well)


def calls_at_central(w, matrix, api, role, tail, forbidden, may_break_glass):
    for row in matrix.listed["calls"]:
        call = row["call"]
        if call in NEVER + ("admin", "open", "rebuild", "import") or call not in matrix.calls or (call == "break_glass" and may_break_glass):
            continue
        number, fields = matrix.calls[call]
        for scope, target in (("a real file", w.foreign.ids[:12] + w.moved["nobody"].ids[:5]), ("ids nobody knows", [UNKNOWN, "0123"])):
            for values in variants(call, fields, target, w.ended.ids):
                matrix.ask(api, encode(number, fields, values) + tail, ("central", role, scope, call), forbidden, values)
        for values in free(call, fields, [m[:-3] for m in forbidden]):
            if call != "write":
                matrix.ask(api, encode(number, fields, values) + tail, ("central", role, "all that is not theirs", call), forbidden, values)


# ---- all bytes sent to each device -------------------------------------------------------------

def markers_in(data, markers):
    return [m for m in markers if m.encode() in data]


def serve_until(many, holds, what):
    """The swarm is alive only while it is served."""
    def served():
        many.serve(100)
        return holds()
    until(served, what, 120)


def has_all(path, texts):
    with open(path, "rb") as file:
        return len(markers_in(file.read(), texts)) == len(texts)


def settled(many, path):
    """Its size, when nothing has come for a second."""
    last = -1
    while last != os.path.getsize(path):
        last = os.path.getsize(path)
        many.serve(1000)
    return last


def synthetic(w):
    """Devices that record what they are sent: within scope, never in it, ended, suspended, revoked."""
    tally, center = w.tally, w.center
    with swarm.Swarm() as many:
        many.enrol(center, 5)
        paths = [os.path.join(w.world.base, f"sent-{i}") for i in range(5)]
        for i, path in enumerate(paths):
            many.say("record", i, path)
        def on(i, *files):
            for file in files:
                for case in file.cases:
                    jalka(center, "admin", "assign", case, many.staff[i], "CO_WORKER")
        on(0, w.foreign)
        on(2, w.ended)
        for case in w.ended.cases:
            jalka(center, "admin", "unassign", case, many.staff[2])
        order(center, "suspend", many.nodes[3])
        on(3, w.foreign)
        on(4, w.foreign)
        order(center, "revoke", many.nodes[4])
        many.connect(0, 5)
        serve_until(many, lambda: has_all(paths[0], w.foreign.markers()), "the file at who holds it")
        on(2, w.late)     # live: begun, written in, ended
        live = {path: f"Lisää: {file.content}, elävänä." for path, file in ((paths[2], w.late), (paths[0], w.foreign))}
        nodes.new_note(w.oona, w.late.matter, live[paths[2]])
        nodes.new_note(w.oona, w.foreign.matter, live[paths[0]])
        nodes.sync(w.oona)
        serve_until(many, lambda: has_all(paths[2], w.late.markers()) and all(has_all(path, [text]) for path, text in live.items()), "what is written live")
        for case in w.late.cases:
            jalka(center, "admin", "unassign", case, many.staff[2])
        afterwards = settled(many, paths[2])
        nodes.new_note(w.oona, w.late.matter, f"Jälkeen: {w.late.content}, lopun jälkeen.")
        nodes.sync(w.oona)
        many.serve(2000)
    sent = [open(path, "rb").read() if os.path.exists(path) else b"" for path in paths]
    everything = w.others()
    scope = [w.foreign.markers(), [], w.late.markers(), [], []]
    for i, what in enumerate(("holds one file", "holds none", "held one for a while", "is suspended", "is revoked")):
        found = markers_in(sent[i], everything)
        tally.expect(f"a device that {what} was sent the markers of its scope and no other, in {len(sent[i])} bytes", set(found) == set(scope[i]), found)
    tally.expect("and nothing of a case after its assignment had ended", markers_in(sent[2][afterwards:], everything) == [])


def stores(w):
    """What stands in each real device's store when its daemon has ended."""
    for name, daemon in w.device.items():
        if name == "oona":
            continue
        daemon.stop()
        done = subprocess.run([swarm.SWARM, "dump", daemon.folder, daemon.folder + ".key"], capture_output=True)
        # What ran out while it was offline lies there until it hears of it: the gate shows none of it.
        own = (w.mine[name], w.running) if name in ROLES else ()
        found = markers_in(done.stdout, w.others(*own))
        w.tally.expect(f"{name}: no marker outside its scope in the {len(done.stdout)} bytes of its store", found == [], found)
        if name in ROLES:
            w.tally.expect(f"{name}: and those inside it", set(markers_in(done.stdout, own[0].markers())) == set(own[0].markers()),
                           done.stderr[:200])


def main():
    tally = nodes.Tally()
    matrix = Matrix(tally)
    with daemons.World() as world:
        with tally.part("the world"):
            w = World(world, tally)
            w.scopes()
        with tally.part("all bytes sent"):
            synthetic(w)
        before = nodes.picture(w.oona, w.foreign.matter["case_id"])
        with tally.part("the devices"):
            on_devices(w, matrix)
        with tally.part("the central node"):
            at_central(w, matrix)
        with tally.part("locked devices"):
            after_locking(w, matrix)
        nodes.sync(w.oona)
        tally.expect("the foreign file is as it was", nodes.picture(w.oona, w.foreign.matter["case_id"]) == before)
        with tally.part("the devices' stores"):
            stores(w)
        tally.expect("central's audit is clean", jalka(w.center, "admin", "audit")["ok"])
    roles = {(where, role) for where, role, _, _ in matrix.cells}
    print(f"matrix: {len(matrix.cells)} cells of call x role x scope ({len({c for *_, c in matrix.cells})} calls and verbs, {len(roles)} roles, "
          f"{len({s for _, _, s, _ in matrix.cells})} scopes), {matrix.executed} calls executed, {matrix.answered} of them answered, "
          f"{len(matrix.leaks)} leaks, {len(matrix.changes)} changes")
    tally.expect("the matrix is as large as the tables are", len(matrix.cells) > 1500 and matrix.executed > 20000, (len(matrix.cells), matrix.executed))
    tally.expect("0 leaks", matrix.leaks == [], [(leak[0], leak[1], str(leak[2])[:120], leak[3][:100]) for leak in matrix.leaks[:8]])
    tally.expect("0 changes where none may be", matrix.changes == [], matrix.changes[:4])
    tally.finish()


main()
