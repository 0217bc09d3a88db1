"""web - HTTP to a field daemon's web client, written by hand: what a browser sends,
and what no browser would."""
import json
import socket
import struct
import urllib.parse

import daemons


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def __repr__(self):
        return f"{self.status} {self.body[:120]!r}"


def send_raw(port, data, seconds=15, parts=None):
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


class Web:
    """What our own page does: signs in, calls, reads."""

    def __init__(self, daemon, companion=False):
        with daemon.api() as api:
            self.url = api.call("open", companion=companion)["url"]
        parts = urllib.parse.urlsplit(self.url)
        self.port, self.token = parts.port, parts.fragment.removeprefix("t=")
        self.host, self.origin = parts.netloc, f"{parts.scheme}://{parts.netloc}"
        self.session = ""

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

    def sign_in(self):
        answer = self.post("/session", self.token.encode())
        if answer.status == 200:
            self.session = answer.body.decode()
        return answer

    def call(self, call, **arguments):
        answer = self.post("/api", daemons.request(1, call, **arguments))
        assert answer.status == 200, answer
        return read_responses(answer.body)


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
