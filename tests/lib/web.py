"""web - HTTP to a field daemon's web client and to the console of a central node, written by
hand: what a browser sends, and what no browser would."""
import base64
import hashlib
import hmac
import json
import os
import socket
import struct
import subprocess
import time
import urllib.parse

import daemons


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def __repr__(self):
        return f"{self.status} {self.body[:120]!r}"


def send_raw(port, data, seconds=60, parts=None):
    """Sends bytes as they are and reads until the other end closes or a whole answer is here."""
    with socket.create_connection(("127.0.0.1", port), timeout=seconds) as connection:
        connection.sendall(data)
        for part in parts or []:
            connection.sendall(part)
        return read_answer(connection)


def read_answer(connection):
    """None: the connection ended without an answer."""
    data = b""
    while b"\r\n\r\n" not in data:
        try:
            more = connection.recv(65536)
        except (ConnectionResetError, TimeoutError):
            more = b""
        if not more:
            return None
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    headers = [tuple(line.split(": ", 1)) for line in lines[1:]]
    wanted = next((int(value) for name, value in headers if name.lower() == "content-length"), 0)
    while len(body) < wanted:
        more = connection.recv(65536)
        if not more:
            break
        body += more
    return Answer(int(lines[0].split()[1]), {name.lower(): value for name, value in headers}, body)


class Page:
    """What a page of ours sends: heads, calls. `door`: where it signs in; `token`: what it signed in with."""
    door, token = "/session", "0" * 64

    @property
    def other_scheme(self):
        return "http" if self.origin.startswith("https") else "https"

    def head(self, method, target, length=None, **changed):
        """A request's head as Chromium sends it; changed: header=None leaves one out."""
        headers = {"Host": self.host, "User-Agent": "test", "Accept-Encoding": "gzip, deflate, br",
                   "Sec-Fetch-Site": "same-origin"}
        if method == "POST":
            headers |= {"Origin": self.origin, "Content-Type": "application/x-protobuf", "Content-Length": length or 0}
        if self.session:
            headers["X-Jalka-Session"] = self.session
        headers |= {name.replace("_", "-"): value for name, value in changed.items()}
        lines = [f"{method} {target} HTTP/1.1"] + [f"{name}: {value}" for name, value in headers.items() if value is not None]
        return ("\r\n".join(lines) + "\r\n\r\n").encode()

    def get(self, target, **changed):
        return send_raw(self.port, self.head("GET", target, **changed))

    def post(self, target, body, **changed):
        return send_raw(self.port, self.head("POST", target, len(body), **changed) + body)

    def call(self, call, **arguments):
        answer = self.post("/api", daemons.request(1, call, **arguments))
        if answer.status == 401:
            raise SignedOut(answer.body.decode())
        assert answer.status == 200, answer
        return read_responses(answer.body)


class Web(Page):
    """The worker's page: signs in with an address of `jalka open`."""

    def __init__(self, daemon, companion=False):
        with daemon.api() as api:
            self.url = api.call("open", companion=companion)["url"]
        parts = urllib.parse.urlsplit(self.url)
        self.port, self.token = parts.port, parts.fragment.removeprefix("t=")
        self.host, self.origin = parts.netloc, f"{parts.scheme}://{parts.netloc}"
        self.session = ""

    def sign_in(self):
        answer = self.post("/session", self.token.encode())
        if answer.status == 200:
            self.session = answer.body.decode()
        return answer


class SignedOut(Exception):
    """401: there is no session, or it is over."""


def totp(secret, at=None, steps=0):
    """The code of a secret in base32 (RFC 6238, SHA-256, six digits), so many steps from now."""
    step = int((time.time() if at is None else at) // 30) + steps
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    mac = hmac.new(key, struct.pack(">Q", step), hashlib.sha256).digest()
    place = mac[-1] & 15
    return f"{(int.from_bytes(mac[place:place + 4], 'big') & 0x7FFFFFFF) % 1000000:06d}"


class Console(Page):
    """The administrators' page, at the console of a central node; signed out to begin with.
    `port`: where it listens, when that is not what its origin says (a proxy)."""
    door = "/sign-in"

    def __init__(self, center, port=None):
        with center.api() as api:
            self.origin = api.call("status")["console"]
        parts = urllib.parse.urlsplit(self.origin)
        self.host, self.port, self.session = parts.netloc, port or parts.port, ""

    def sign(self, **arguments):
        answer = self.post("/sign-in", daemons.request(1, "sign_in", **arguments), X_Jalka_Session=None)
        assert answer.status == 200, answer
        got = read_responses(answer.body)
        self.session = got.get("session", self.session)
        return got

    def ask(self, verb, *args, **options):
        return self.call("console", verb=verb, args=list(args), **options)

    def admin(self, verb, *args, **options):
        return self.call("admin", verb=verb, args=list(args), **options)


class Clock:
    """The clock of daemons that run under tests/e2e/shifted_clock.c: half a minute passes at a word."""

    def __init__(self, folder):
        self.path, self.ahead, self.shim = os.path.join(folder, "passed"), 0, os.path.join(folder, "shifted_clock.so")
        self.forward(0)
        subprocess.run([os.environ.get("CC", "cc"), "-shared", "-fPIC", "-O1", "-o", self.shim,
                        os.path.join(daemons.ROOT, "tests/e2e/shifted_clock.c"), "-ldl"], check=True)

    @property
    def env(self):
        return {**os.environ, "LD_PRELOAD": self.shim, "SHIFTED_RUN_FILE": self.path}

    def now(self):
        return time.time() + self.ahead

    def forward(self, seconds):
        self.ahead += seconds
        with open(self.path, "r+b" if os.path.exists(self.path) else "wb") as file:
            file.write(struct.pack("<q", self.ahead))  # whole seconds


class Operator:
    """Somebody who may sign in: their name, password and secret, and the codes of it. A code serves
    once, so each sign-in takes the next step, which the daemon takes up to one step early; with a
    clock of the test's own nobody waits for it."""

    def __init__(self, staff, name, password, secret, clock=None):
        self.staff, self.name, self.password, self.secret, self.clock, self.last = staff, name, password, secret, clock, 0

    def code(self):
        now = self.clock.now if self.clock is not None else time.time
        if now() < self.last * 30:
            wait = self.last * 30 - now() + 0.2
            time.sleep(wait) if self.clock is None else self.clock.forward(int(wait) + 1)
        # In a step's first half the one before it is good for 15 s more at least, time to judge it.
        self.last = max(self.last + 1, int((now() + 15) // 30) - 1)
        return totp(self.secret, self.last * 30)

    def sign_in(self, center, **options):
        page = Console(center, **options)
        page.sign(name=self.name, password=self.password, code=self.code())
        return page


def operator(center, staff, name, *roles, password="neljä sanaa riittää hyvin", clock=None):
    """Grants roles over the socket, invites and signs up: (Operator, the page that is signed in)."""
    with center.api() as api:
        for role in roles:
            api.admin("grant", staff, role)
        invitation = api.admin("operator", "invite", staff, name)["invitation"]
    page = Console(center)
    one = Operator(staff, name, password, page.sign(invitation=invitation)["totp"]["secret"], clock)
    page.sign(invitation=invitation, password=password, code=one.code())
    return one, page


def read_responses(body):
    whole, piece, at = {}, b"", 0
    while at < len(body):
        (length,) = struct.unpack_from("<I", body, at)
        fields = dict(daemons.read_fields(body[at + 4:at + 4 + length]))
        at += 4 + length
        if fields.get(3):
            raise daemons.Refused(daemons.KINDS[fields[3]], fields.get(4, b"").decode(), fields.get(5, b"").decode())
        piece += fields.get(6, b"")
        if not fields.get(7):
            for key, value in json.loads(piece).items():
                whole[key] = whole[key] + value if isinstance(value, list) and key in whole else value
            piece = b""
    return whole
