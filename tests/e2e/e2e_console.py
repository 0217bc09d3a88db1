#!/usr/bin/python3
"""The console's door: the whole life of somebody who signs in there, and everybody who must
not. Real central nodes whose clock passes at the test's word, real HTTP, raw sockets."""
import contextlib
import http.client
import json
import os
import re
import socket
import struct
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import daemons
import nodes
from daemons import Refused, World
from e2e_web_gate import hostile
from web import Clock, Console, Operator, SignedOut, Web, operator, read_answer, read_responses, send_raw

PASSWORD = "neljä sanaa riittää hyvin"
WRONG = "the name, the password or the code is wrong"


def refused(what, kind, words, at=None):
    try:
        got = what()
    except Refused as why:
        assert why.kind == kind and words in why.error and (at is None or why.field == at), why
        return why
    raise AssertionError(f"was not refused: {got}")


def signed_out(page):
    try:
        page.ask("me")
    except SignedOut:
        return True
    return False


class Office:
    """A central node with a clock, its staff, and who signs in there."""

    def __init__(self, world):
        self.world, self.clock = world, Clock(world.base)
        self.center = daemons.Central(world.folder("central"), "--console", "127.0.0.1:0")
        world.daemons.append(self.center)
        world.center = self.center
        self.start()

    def start(self):
        self.center.start(env=self.clock.env)

    def operator(self, person, *roles):
        return operator(self.center, self.world.staff(person), person.split()[0].lower(), *roles, clock=self.clock)

    def admin(self, verb, *args):
        with self.center.api() as api:
            return api.admin(verb, *args)


def the_first_is_invited_over_the_socket(office):
    staff = office.world.staff("Ensimmäinen Käyttäjä")
    refused(lambda: office.admin("operator", "invite", staff, "eka"), "CALLER", "no role of an administrator", "staff")
    office.admin("grant", staff, "TECHNICAL_ADMIN")
    refused(lambda: office.admin("operator", "invite", staff, "ensimmäinen"), "CALLER", "a name to sign in with", "name")
    refused(lambda: office.admin("operator", "invite", "ffffffff", "eka"), "CALLER", "", "staff")
    refused(lambda: office.admin("operator", "invite", staff), "CALLER", "operator invite STAFF NAME")
    assert nodes.jalka(office.center, "admin", "operator", "list")["operators"] == []
    got = nodes.jalka(office.center, "admin", "operator", "invite", staff, "Eka")
    assert got["address"] == Console(office.center).origin + "/#i=" + got["invitation"] and len(got["invitation"]) == 64, got
    row = nodes.jalka(office.center, "admin", "operator", "list")["operators"][0]
    assert (row["sign_in"], row["state"], row["has_role"], row["last_ms"]) == ("eka", "INVITED", True, 0), row
    words = nodes.run(office.center, "admin", "operator", "list", json_form=False).out
    assert "eka" in words and "INVITED" in words, words


def modules(qr):
    """The path's boxes as rows of black and white."""
    rows = [[0] * qr["size"] for _ in range(qr["size"])]
    boxes = re.findall(r"M(\d+) (\d+)h(\d+)v1h-(\d+)z", qr["path"])
    assert "".join(f"M{x} {y}h{w}v1h-{back}z" for x, y, w, back in boxes) == qr["path"], "a path of boxes alone"
    for x, y, width, back in boxes:
        assert width == back
        rows[int(y)][int(x):int(x) + int(width)] = [1] * int(width)
    return rows


def read_qr(qr, folder):
    """What a telephone's camera reads."""
    rows, scale = modules(qr), 4
    assert not any(rows[i][j] for i in range(qr["size"]) for j in (0, 1, 2, 3, qr["size"] - 1)), "a quiet zone"
    path = os.path.join(folder, "qr.pgm")
    with open(path, "wb") as file:
        file.write(b"P5 %d %d 255\n" % (qr["size"] * scale, qr["size"] * scale))
        for row in rows:
            file.write(b"".join((b"\x00" if dark else b"\xff") * scale for dark in row) * scale)
    done = subprocess.run(["zbarimg", "--raw", "--quiet", path], capture_output=True, text=True, check=True)
    return done.stdout.rstrip("\n")


def an_invitation_becomes_an_account(office):
    page = Console(office.center)
    invitation = office.admin("operator", "invite", nodes.jalka(office.center, "admin", "operator", "list")["operators"][0]["staff"], "eka")["invitation"]
    told = page.sign(invitation=invitation)
    assert told["name"] == "eka" and told["staff_name"] == "Ensimmäinen Käyttäjä", told
    uri, secret = told["totp"]["uri"], told["totp"]["secret"]
    assert uri.startswith("otpauth://totp/Jalka%20127.0.0.1%3A") and f":eka?secret={secret}&" in uri and "algorithm=SHA256&digits=6&period=30" in uri, uri
    assert read_qr(told["totp"]["qr"], office.world.base) == uri
    assert page.sign(invitation=invitation)["totp"]["secret"] == secret, "the same when the page is loaded again"
    one = Operator("", "eka", PASSWORD, secret, office.clock)
    refused(lambda: page.sign(invitation=invitation, password="lyhyt", code=one.code()), "CALLER", "at least 12 characters", "password")
    refused(lambda: page.sign(invitation=invitation, password=PASSWORD, code="000000"), "CALLER", "the code is wrong", "code")
    refused(lambda: page.sign(invitation="0" * 64, password=PASSWORD, code="000000"), "CALLER", "has been used", "invitation")
    got = page.sign(invitation=invitation, password=PASSWORD, code=one.code())
    assert got["roles"] == ["TECHNICAL_ADMIN"] and got["wrong"] == 1 and len(got["session"]) == 64, got
    assert page.ask("me")["name"] == "Ensimmäinen Käyttäjä"
    refused(lambda: page.sign(invitation=invitation), "CALLER", "has been used", "invitation")
    refused(lambda: page.sign(invitation=invitation, password=PASSWORD, code=one.code()), "CALLER", "has been used", "invitation")
    row = page.ask("operators")["operators"][0]
    assert row["state"] == "ACTIVE" and row["wrong"] == 0 and row["invited_until_ms"] == 0, row
    office.first, office.first.staff = one, row["staff"]


def an_invitation_is_good_for_three_days(office):
    staff = office.world.staff("Hidas Henkilö")
    office.admin("grant", staff, "DATA_PROTECTION_OFFICER")
    invitation = office.admin("operator", "invite", staff, "hidas")["invitation"]
    office.clock.forward(3 * 24 * 3600 + 1)
    refused(lambda: Console(office.center).sign(invitation=invitation), "CALLER", "older than three days", "invitation")


def one_text_refuses_name_password_and_code(office):
    one = office.first
    page, code = Console(office.center), one.code()
    texts = {refused(lambda: page.sign(**values), "CALLER", WRONG, "").error for values in (
        {"name": "eka", "password": PASSWORD, "code": "000000"}, {"name": "eka", "password": PASSWORD + "!", "code": code},
        {"name": "nobody", "password": PASSWORD, "code": code}, {"name": "Ei Nimi!", "password": PASSWORD, "code": code})}
    assert texts == {WRONG}, texts
    got = page.sign(name="EKA", password=PASSWORD, code=code[:3] + " " + code[3:])
    assert got["wrong"] == 2 and got["last_ms"] > 0 and not signed_out(page), got
    refused(lambda: page.sign(name="eka", password=PASSWORD, code=code), "CALLER", WRONG)
    for missing in ("name", "password", "code"):
        values = {"name": "eka", "password": PASSWORD, "code": "123456"} | {missing: ""}
        refused(lambda: page.sign(**values), "CALLER", "takes the name, the password and the code")


def the_same_letters_are_the_same_password(office):
    """Another system may write ä as an a and two dots."""
    one = office.first
    Console(office.center).sign(name="eka", password=PASSWORD.replace("ä", "a\u0308"), code=one.code())


def seconds(refusal):
    return int(re.search(r"try again in (\d+) seconds", refusal.error)[1])


def waits_grow_and_survive_a_kill(office):
    one, page = office.operator("Vilma Wrong", "DATA_PROTECTION_OFFICER")
    for who in (one.name, "nobody.at.all"):
        page = Console(office.center)
        for _ in range(8):  # the last of them waits for 64 s: time enough for a slow machine to ask again
            office.clock.forward(900)
            refused(lambda: page.sign(name=who, password="väärin", code="000000"), "CALLER", WRONG)
        first = refused(lambda: page.sign(name=who, password=PASSWORD, code="000000"), "LATER", "too many wrong attempts: try again in ")
        assert 20 < seconds(first) <= 64, first
        office.clock.forward(seconds(first))
        refused(lambda: page.sign(name=who, password="väärin", code="000000"), "CALLER", WRONG)
        assert 64 < seconds(refused(lambda: page.sign(name=who, password="väärin", code="000000"), "LATER", "try again in ")) <= 128
        office.center.kill()
        office.start()
        page = Console(office.center)
        refused(lambda: page.sign(name=who, password=PASSWORD, code=one.code()), "LATER", "too many wrong attempts: try again in ")
        assert first.field == ""
    row = next(r for r in office.admin("operator", "list")["operators"] if r["staff"] == one.staff)
    assert row["wrong"] == 9 and row["wrong_ms"] > 0, row
    office.clock.forward(15 * 60)
    assert Console(office.center).sign(name=one.name, password=PASSWORD, code=one.code())["wrong"] == 9


def a_kill_while_a_password_is_looked_at_counts_it(office):
    one, _ = office.operator("Katkaistu Kantola", "DATA_PROTECTION_OFFICER")
    page = Console(office.center)
    body = daemons.request(1, "sign_in", name=one.name, password="väärin", code="000000")
    with contextlib.closing(socket.create_connection(("127.0.0.1", page.port))) as connection:
        connection.sendall(page.head("POST", "/sign-in", len(body)) + body)
        daemons.until(lambda: next(r for r in office.admin("operator", "list")["operators"] if r["staff"] == one.staff)["wrong"] == 1, "the count")
        office.center.kill()
    office.start()
    assert next(r for r in office.admin("operator", "list")["operators"] if r["staff"] == one.staff)["wrong"] == 1


def sessions_are_listed_and_ended(office):
    one, page = office.operator("Maija Mäkelä", "TECHNICAL_ADMIN")
    officer, other = office.operator("Taina Tietosuoja", "DATA_PROTECTION_OFFICER")
    second = one.sign_in(office.center)
    rows = page.ask("sessions")["sessions"]
    mine = [row for row in rows if row["mine"]]
    assert len(mine) == 2 and [row["here"] for row in rows].count(True) == 1, rows
    assert any(row["staff"] == officer.staff and row["name"] == "Taina Tietosuoja" for row in rows), "a technical administrator sees all"
    assert all(row["from"] == "test" and row["until_ms"] > row["last_ms"] >= row["begun_ms"] > 0 for row in rows), rows
    theirs = other.ask("sessions")["sessions"]
    assert [row["staff"] for row in theirs] == [officer.staff], "others see their own"
    there = next(row["id"] for row in mine if not row["here"])
    refused(lambda: other.ask("end", there), "CALLER", "no such session", "id")
    refused(lambda: page.ask("end", second.session[:16]), "CALLER", "no such session", "id")
    assert page.ask("end", there)["ended"] == there
    assert signed_out(second) and not signed_out(page)
    refused(lambda: page.ask("end", there), "CALLER", "no such session")
    page.ask("end", next(row["id"] for row in rows if row["staff"] == officer.staff))
    assert signed_out(other)
    page.ask("out")
    assert signed_out(page)


def a_session_nobody_uses_ends_after_half_an_hour(office):
    one, page = office.operator("Ilkka Idle", "TECHNICAL_ADMIN")
    until = page.ask("me")["until_ms"]
    assert abs(until / 1000 - office.clock.now() - 1800) < 10, (until, office.clock.now())
    office.clock.forward(29 * 60)
    assert page.ask("me", quiet=True)["until_ms"] // 60000 == until // 60000, "a screen that asks moves nothing"
    assert page.ask("me")["until_ms"] >= until + 28 * 60000
    office.clock.forward(29 * 60)
    page.call("status", quiet=True)
    office.clock.forward(2 * 60)
    assert signed_out(page)
    page = one.sign_in(office.center)
    for _ in range(24):
        office.clock.forward(29 * 60)
        page.ask("me")
    left = page.ask("me")["until_ms"] / 1000 - office.clock.now()
    assert 0 < left < 1800, left
    office.clock.forward(int(left) + 2)
    assert signed_out(page), "twelve hours are the end, whatever is done"


def who_is_blocked_is_out_at_once(office):
    one, page = office.operator("Bertta Block", "TECHNICAL_ADMIN")
    chief, desk = office.operator("Paula Chief", "TECHNICAL_ADMIN")
    with contextlib.closing(http.client.HTTPConnection(page.host, timeout=60)) as connection:
        connection.request("GET", "/events", headers={"X-Jalka-Session": page.session, "Sec-Fetch-Site": "same-origin"})
        stream = connection.getresponse()
        assert stream.status == 200 and len(stream.read(4)) == 4
        refused(lambda: desk.ask("block", chief.staff), "CALLER", "nobody blocks themselves")
        assert desk.ask("block", one.staff)["state"] == "BLOCKED"
        assert signed_out(page)
        assert len(stream.read()) >= 0 and stream.isclosed(), "the stream ends"
    refused(lambda: one.sign_in(office.center), "CALLER", WRONG)
    nodes.jalka(office.center, "admin", "operator", "unblock", one.staff)
    page = one.sign_in(office.center)
    assert not signed_out(page)
    nodes.jalka(office.center, "admin", "operator", "block", one.staff)
    assert signed_out(page), "over the socket too"
    refused(lambda: desk.ask("block", office.world.staff("Ei Tunnusta")), "CALLER", "no account")


def who_must_wait_is_let_try_at_once_by_a_colleague(office):
    one, _ = office.operator("Valma Waits", "TECHNICAL_ADMIN")
    for _ in range(8):
        office.clock.forward(900)
        refused(lambda: Console(office.center).sign(name=one.name, password="väärin", code="000000"), "CALLER", WRONG)
    refused(lambda: one.sign_in(office.center), "LATER", "try again in ")
    assert nodes.jalka(office.center, "admin", "operator", "unblock", one.staff)["state"] == "UNBLOCKED"
    assert not signed_out(one.sign_in(office.center))
    refused(lambda: office.admin("operator", "unblock", one.staff), "CALLER", "not blocked, and no wrong attempt is counted")


def a_lost_telephone_opens_nothing_any_more(office):
    one, page = office.operator("Leena Lost", "TECHNICAL_ADMIN")
    _, desk = office.operator("Kerttu Kutsuja", "TECHNICAL_ADMIN")
    desk.ask("block", one.staff)
    invitation = desk.ask("invite", one.staff, "leena.lost")["invitation"]
    row = next(r for r in desk.ask("operators")["operators"] if r["staff"] == one.staff)
    assert (row["state"], row["sign_in"]) == ("BLOCKED", "leena") and row["invited_until_ms"] > 0, row
    refused(lambda: one.sign_in(office.center), "CALLER", WRONG)
    fresh = Console(office.center)
    told = fresh.sign(invitation=invitation)
    assert told["name"] == "leena.lost", told
    again = Operator(one.staff, "leena.lost", "aivan uusi lause taas", told["totp"]["secret"], office.clock)
    refused(lambda: one.sign_in(office.center), "CALLER", WRONG)
    assert fresh.sign(invitation=invitation, password=again.password, code=again.code())["sign_in"] == "leena.lost"
    assert signed_out(page)
    refused(lambda: one.sign_in(office.center), "CALLER", WRONG)
    assert not signed_out(again.sign_in(office.center))


def roles_are_those_granted_now(office):
    one, page = office.operator("Risto Rooli", "TECHNICAL_ADMIN", "DATA_PROTECTION_OFFICER")
    assert page.ask("me")["roles"] == ["TECHNICAL_ADMIN", "DATA_PROTECTION_OFFICER"]
    office.admin("ungrant", one.staff, "DATA_PROTECTION_OFFICER")
    assert page.ask("me")["roles"] == ["TECHNICAL_ADMIN"]
    office.admin("ungrant", one.staff, "TECHNICAL_ADMIN")
    assert signed_out(page), "without a role nobody is in"
    refused(lambda: one.sign_in(office.center), "CALLER", "no role of an administrator")
    office.admin("grant", one.staff, "TECHNICAL_ADMIN")
    page = one.sign_in(office.center)
    office.admin("grant", one.staff, "KELA_CONTACT")
    office.admin("grant", one.staff, "OUTREACH_WORKER")
    assert page.ask("me")["roles"] == ["TECHNICAL_ADMIN"], "others' roles count nothing here"


def a_technical_administrator_gets_nothing_of_cases(office):
    """Nobody administrates the service yet, so the socket's operator may; a session never has what it is not granted."""
    worker = office.world.field("kentällä")
    office.world.enrol(worker, office.world.staff("Kenttä Kaisa"))
    client = nodes.new_client(worker, "Salainen")
    office.client, office.case = client["id"], client["case_id"]
    nodes.sync(worker)
    daemons.until(lambda: any(row["case_id"] == office.case for row in office.admin("cases")["cases"]), "the case at the centre")
    _, page = office.operator("Teemu Tekninen", "TECHNICAL_ADMIN")
    office.admin("cases")
    assert len(page.admin("devices")["devices"]) == 1 and page.admin("staff")["staff"]
    for verb in (("cases",), ("matches",), ("quarantine",), ("assign", "abcd", office.first.staff), ("erasures",), ("retention",),
                 ("staff", "add", "Uusi Nimi"), ("grant", office.first.staff, "MUNICIPAL_ADMIN"), ("statistics", "2026Q1", "propose", office.first.staff)):
        refused(lambda: page.admin(*verb), "CALLER", "not shown or done here")
    refused(lambda: page.call("show", id=office.case), "CALLER", "not shown or done here")
    for call, arguments in (("list", {"type": "client"}), ("list", {}), ("search", {"text": "Salainen"})):
        got = json.dumps(page.call(call, **arguments), ensure_ascii=False)
        assert "Salainen" not in got and office.case not in got and office.client not in got, got


def an_officer_has_no_keys(office):
    _, page = office.operator("Olga Officer", "DATA_PROTECTION_OFFICER")
    for verb in (("devices",), ("enrol", office.first.staff), ("operator", "list"), ("operator", "invite", office.first.staff, "x.y")):
        refused(lambda: page.admin(*verb), "CALLER", "not shown or done here")
    for ask in (("operators",), ("invite", office.first.staff, "x.y"), ("block", office.first.staff), ("unblock", office.first.staff)):
        refused(lambda: page.ask(*ask), "CALLER", "not shown or done here")


def nobody_acts_as_somebody_else(office):
    _, page = office.operator("Aatu As", "TECHNICAL_ADMIN")
    for call, arguments in (("status", {}), ("admin", {"verb": "devices"}), ("console", {"verb": "me"}), ("list", {"type": "device"}),
                            ("types", {}), ("deadline", {})):
        refused(lambda: page.call(call, as_staff=office.first.staff, **arguments), "CALLER", "everybody acts as themselves")


def each_door_takes_what_is_its(office):
    _, page = office.operator("Ovi Ovinen", "TECHNICAL_ADMIN")
    refused(lambda: page.call("sign_in", name="eka", password=PASSWORD, code="000000"), "CALLER", "signing in is for the console")
    for call in ("status", "console", "admin"):
        answer = page.post("/sign-in", daemons.request(1, call))
        refused(lambda: read_responses(answer.body), "CALLER", "only a sign-in is taken here")
    with office.center.api() as api:
        refused(lambda: api.call("sign_in", name="eka", password=PASSWORD, code="000000"), "CALLER", "signing in is for the console")
        refused(lambda: api.call("console", verb="sessions"), "CALLER", "a session of the console")
    for call in ("open", "unlock", "lock"):
        refused(lambda: page.call(call), "CALLER", "belongs to a worker's daemon")
    refused(lambda: page.ask("nothing"), "CALLER", "no such verb", "verb")
    refused(lambda: page.ask("end"), "CALLER", "wrong number of arguments")
    field = office.world.field("kenttä", "--web", "0")
    web = Web(field)
    assert web.sign_in().status == 200
    refused(lambda: web.call("sign_in", name="eka"), "CALLER", "belongs to the central node")
    refused(lambda: web.call("console", verb="me"), "CALLER", "belongs to the central node")
    assert web.post("/sign-in", daemons.request(1, "sign_in")).status == 405
    assert page.post("/session", b"0" * 64).status == 405
    field.stop()


def a_password_is_changed_by_who_knows_it(office):
    one, page = office.operator("Sanna Sana", "TECHNICAL_ADMIN")
    second, fresh = one.sign_in(office.center), "kokonaan toinen lause"
    refused(lambda: page.ask("password", "väärä sana tässä", fresh, one.code()), "CALLER", WRONG)
    refused(lambda: page.ask("password", PASSWORD, "lyhyt", one.code()), "CALLER", "12 characters", "new")
    refused(lambda: page.ask("password", PASSWORD, PASSWORD, one.code()), "CALLER", "the old one", "new")
    refused(lambda: page.ask("password", PASSWORD, fresh, "000000"), "CALLER", WRONG)
    assert page.ask("password", PASSWORD, fresh, one.code())["changed"] is True
    assert signed_out(second) and not signed_out(page), "the other windows are out"
    refused(lambda: Console(office.center).sign(name=one.name, password=PASSWORD, code=one.code()), "CALLER", WRONG)
    one.password = fresh
    one.sign_in(office.center)


def a_new_invitation_renews_telephone_and_password(office):
    one, page = office.operator("Uula Uusi", "TECHNICAL_ADMIN")
    invitation = office.admin("operator", "invite", one.staff, "uula.toinen")["invitation"]
    assert not signed_out(page) and not signed_out(one.sign_in(office.center)), "until it is used all stays, the name too"
    fresh = Console(office.center)
    again = Operator(one.staff, "uula.toinen", "aivan uusi lause taas", fresh.sign(invitation=invitation)["totp"]["secret"], office.clock)
    fresh.sign(invitation=invitation, password=again.password, code=again.code())
    assert signed_out(page) and not signed_out(fresh)
    refused(lambda: one.sign_in(office.center), "CALLER", WRONG)


def a_stream_tells_what_changed_at_most_once_a_second(office):
    _, page = office.operator("Streamin Seppo", "TECHNICAL_ADMIN")
    with contextlib.closing(http.client.HTTPConnection(page.host, timeout=30)) as connection:
        connection.request("GET", "/events", headers={"X-Jalka-Session": page.session, "Sec-Fetch-Site": "same-origin"})
        stream = connection.getresponse()
        assert stream.status == 200 and stream.headers["X-Accel-Buffering"] == "no"

        def status():
            """None: a beat."""
            length = stream.read(4)
            return read_responses(length + stream.read(struct.unpack("<I", length)[0])) if length != b"\0\0\0\0" else None
        first = status()
        while first is None:
            first = status()
        assert first["role"] == "central"
        begun, count = time.monotonic(), 0
        done = threading.Event()

        def work():
            for i in range(30):
                office.world.staff(f"Henkilö {i}")
                time.sleep(0.05)
            done.set()
        worker = threading.Thread(target=work)
        worker.start()
        while not done.is_set():
            count += status() is not None
        worker.join()
        took = time.monotonic() - begun
        assert 1 <= count <= took + 2, (count, took)
        page.ask("out")
        while stream.read(4):
            pass


def the_page_is_its_own(office):
    _, page = office.operator("Sivu Sivunen", "TECHNICAL_ADMIN")
    home = page.get("/", X_Jalka_Session=None, Accept_Encoding="identity")
    assert home.status == 200 and home.headers["content-type"].startswith("text/html"), home
    own = re.findall(rb'"(/assets/[^"]+)"', home.body)
    assert any(b"/console-" in path for path in own), own
    for path in own:
        assert page.get(path.decode(), X_Jalka_Session=None).status == 200, path
    field = office.world.field("toinen", "--web", "0")
    web = Web(field)
    theirs = re.findall(rb'"(/assets/[^"]+)"', web.get("/", Accept_Encoding="identity").body)
    script = lambda paths, name: next(path.decode() for path in paths if name in path)
    assert page.get("/companion").status == 404 and page.get(script(theirs, b"/field-")).status == 404
    assert web.get("/console").status == 404 and web.get(script(own, b"/console-")).status == 404
    field.stop()
    for answer in (home, page.get("/nothing"), page.post("/api", b""), page.post("/sign-in", b"", Origin="null")):
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy and "frame-ancestors 'none'" in policy, policy
        assert "access-control-allow-origin" not in answer.headers and answer.headers["x-content-type-options"] == "nosniff"


def attacked(page):
    """Every hostile request of e2e_web_gate, at this listener; gives how many."""
    page.token = "0" * 64
    count = 0
    for what, data in hostile(page):
        answer = send_raw(page.port, data)
        assert answer is None or 400 <= answer.status < 600, f"{what}: {answer}"
        assert answer is None or b'"role"' not in answer.body, f"{what}: {answer}"
        count += 1
    sign_in = daemons.request(1, "sign_in", name="eka", password=PASSWORD, code="000000")
    for change in ({"Host": "evil.example"}, {"Origin": "https://evil.example"}, {"Origin": None}, {"Origin": "null"}, {"Sec_Fetch_Site": "cross-site"},
                   {"Sec_Fetch_Site": None}, {"Content_Type": "text/plain"}, {"Content_Type": "application/x-www-form-urlencoded"},
                   {"Content_Length": None, "Transfer_Encoding": "chunked"}):
        answer = send_raw(page.port, page.head("POST", "/sign-in", **({"length": len(sign_in)} | change)) + sign_in)
        assert answer is None or 400 <= answer.status < 500, (change, answer)
        count += 1
    assert page.call("status")["role"] == "central"
    return count


def hostile_requests_are_refused(office):
    _, page = office.operator("Hilla Hostile", "TECHNICAL_ADMIN")
    before = office.admin("operator", "list")
    count = attacked(page)
    print(f"{count} hostile requests refused")
    assert count >= 120, count
    assert office.admin("operator", "list") == before, "no sign-in was tried by them"


def behind_a_proxy_its_own_name_counts(office):
    center = daemons.Central(office.world.folder("proxied"), "--console", "127.0.0.1:0", "--console-origin", "https://jalka.example.fi")
    office.world.daemons.append(center)
    center.start()
    port = int(re.search(r"event=console place=127\.0\.0\.1:(\d+) origin=https://jalka\.example\.fi", "".join(center.lines))[1])
    with center.api() as api:
        staff = api.admin("staff", "add", "Pro Xy", "OTHER")["id"]
        api.admin("grant", staff, "TECHNICAL_ADMIN")
        got = api.admin("operator", "invite", staff, "proxy")
    assert got["address"].startswith("https://jalka.example.fi/#i="), got
    page = Console(center, port=port)
    assert page.origin == "https://jalka.example.fi"
    one = Operator(staff, "proxy", PASSWORD, page.sign(invitation=got["invitation"])["totp"]["secret"])
    page.sign(invitation=got["invitation"], password=PASSWORD, code=one.code())
    assert page.ask("me")["name"] == "Pro Xy"
    assert page.get("/", Host=f"127.0.0.1:{port}").status == 421, "its own place is not its name"
    assert attacked(page) >= 120
    assert center.stop() == 0


def what_cannot_be_is_refused_at_the_start(office):
    def start(*words, first=b""):
        done = subprocess.run([daemons.JALKAD, "central", "--config", "off", "--dir", office.world.folder("never"), "--listen", "127.0.0.1:0", "--init", *words],
                              capture_output=True, text=True, timeout=30)
        assert done.returncode == 2, (words, done)
        return done.stderr
    for place in ("0.0.0.0:8748", "192.0.2.1:8748", "8748", "localhost:8748", "[::]:8748", "unix:/run/x", ""):
        assert "--console takes a loopback address" in start("--console", place), place
    for origin in ("http://jalka.example.fi", "https://", "jalka.example.fi", "https://jalka.example.fi/", "https://Jalka.example.fi",
                   "https://jalka.example.fi:443", "https://a b", "ftp://jalka.example.fi", "http://127.0.0.1.evil.fi", "http://localhost:80"):
        assert "--console-origin takes https:// and a host" in start("--console-origin", origin), origin
    taken = office.center.lines and Console(office.center).port
    assert "place of the console is not free" in start("--console", f"127.0.0.1:{taken}")


def without_a_console_nobody_is_invited(office):
    center = daemons.Central(office.world.folder("plain"), "--console", "off")
    office.world.daemons.append(center)
    center.start()
    with center.api() as api:
        assert api.call("status")["console"] == ""
        staff = api.admin("staff", "add", "Ei Kukaan", "OTHER")["id"]
        api.admin("grant", staff, "TECHNICAL_ADMIN")
        refused(lambda: api.admin("operator", "invite", staff, "ei"), "CALLER", "serves no console")
        assert api.admin("operator", "list")["operators"] == []
    assert center.stop() == 0


def many_at_once_hold_nobody_up(office):
    answers = []

    def attempt(i):
        page = Console(office.center)
        try:
            page.sign(name=f"crowd{i}", password=PASSWORD, code="000000")
        except Refused as why:
            answers.append(why)
    crowd = [threading.Thread(target=attempt, args=(i,)) for i in range(60)]
    for one in crowd:
        one.start()
    worst = 0
    with office.center.api() as api:
        while any(one.is_alive() for one in crowd):
            begun = time.monotonic()
            api.call("status")
            worst = max(worst, time.monotonic() - begun)
    assert len(answers) == 60 and {(a.kind, a.error) for a in answers} <= {("CALLER", WRONG), ("LATER", "too many sign in at this moment: try again in a moment")}, answers
    assert [a.kind for a in answers].count("CALLER") >= 16, answers
    assert any(a.kind == "LATER" for a in answers), "more than may wait are told to come again"
    assert worst < 5, worst


def sign_ins_are_in_the_access_log(office):
    counts = {}
    for row in office.admin("access", "volume")["volume"]:
        counts[row["act"]] = counts.get(row["act"], 0) + row["count"]
    assert counts.get("UNLOCK", 0) >= 20 and counts.get("LOGIN_FAIL", 0) >= 3, counts


def it_ends_while_a_password_is_looked_at(office):
    page = Console(office.center)
    body = daemons.request(1, "sign_in", name="eka", password=PASSWORD, code="000000")
    with contextlib.closing(socket.create_connection(("127.0.0.1", page.port), timeout=60)) as connection:
        connection.sendall(page.head("POST", "/sign-in", len(body)) + body)
        begun = time.monotonic()
        assert office.center.stop() == 0
        assert time.monotonic() - begun < 30
        answer = read_answer(connection)
        assert answer is None or answer.status == 200, answer


def nothing_of_it_lies_there_in_clear(office):
    folder = os.path.join(office.world.base, "central")
    hits = nodes.readable([folder], [PASSWORD, office.first.secret, "Ensimmäinen Käyttäjä", "$argon2id$"])
    assert not hits, hits
    assert PASSWORD not in "".join(office.center.lines) and office.first.secret not in "".join(office.center.lines)
    assert "maija" not in "".join(office.center.lines).lower(), "no name in the log"


def main():
    count = daemons.Count()
    with World() as world:
        office = Office(world)
        for fact in (the_first_is_invited_over_the_socket, an_invitation_becomes_an_account, an_invitation_is_good_for_three_days,
                     one_text_refuses_name_password_and_code, the_same_letters_are_the_same_password, waits_grow_and_survive_a_kill,
                     a_kill_while_a_password_is_looked_at_counts_it, sessions_are_listed_and_ended,
                     a_session_nobody_uses_ends_after_half_an_hour, who_is_blocked_is_out_at_once,
                     who_must_wait_is_let_try_at_once_by_a_colleague, a_lost_telephone_opens_nothing_any_more, roles_are_those_granted_now,
                     a_technical_administrator_gets_nothing_of_cases, an_officer_has_no_keys, nobody_acts_as_somebody_else,
                     each_door_takes_what_is_its, a_password_is_changed_by_who_knows_it, a_new_invitation_renews_telephone_and_password,
                     a_stream_tells_what_changed_at_most_once_a_second, the_page_is_its_own, hostile_requests_are_refused,
                     behind_a_proxy_its_own_name_counts, what_cannot_be_is_refused_at_the_start, without_a_console_nobody_is_invited,
                     many_at_once_hold_nobody_up, sign_ins_are_in_the_access_log, it_ends_while_a_password_is_looked_at,
                     nothing_of_it_lies_there_in_clear):
            count.run(fact, office)
    count.finish("e2e_console")


if __name__ == "__main__":
    main()
