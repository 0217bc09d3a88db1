"""daemons - real jalkad processes on loopback, and a client of their local API.

For the tests and measurements that need whole processes: every daemon has its
own temporary folder, listens at a free port, and is ended when the block that
made it ends. The wire format of local.proto is written here by hand, so that a
test can also send what no honest client would.
"""
import contextlib
import json
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
JALKAD = os.environ.get("JALKAD", os.path.join(ROOT, "build/release/jalkad"))
JALKA = os.environ.get("JALKA", os.path.join(ROOT, "build/release/jalka"))

CALLS = {"status": 2, "unlock": 3, "lock": 4, "init": 5, "write": 6, "sign": 7, "show": 8, "list": 9,
         "search": 10, "agenda": 11, "conflicts": 12, "sync": 13, "enrol": 14, "rebuild": 15, "types": 16,
         "admin": 17, "drafts": 18, "deadline": 19, "quarantine": 31, "handover": 33, "open": 35, "sign_in": 40, "console": 41,
         "bundle": 43}
FIELDS = {
    "unlock": {"passphrase": 1}, "init": {"passphrase": 1},
    "write": {"type": 1, "case_id": 2, "record_id": 3, "client_case": 4, "body": 5, "form": 6, "sign": 7,
              "token": 8, "event_at_ms": 9},
    "sign": {"record_id": 1}, "show": {"id": 1, "log": 2}, "list": {"type": 1, "case_id": 2, "limit": 3},
    "search": {"text": 1, "limit": 2}, "agenda": {"day": 1}, "sync": {"wait": 1, "offline": 2, "online": 3},
    "enrol": {"code": 1, "serial": 2}, "types": {"type": 1}, "admin": {"verb": 1, "args": 2},
    "open": {"companion": 1}, "drafts": {"discard": 1}, "deadline": {"rule": 1, "start": 2},
    "handover": {"verb": 1, "lang": 6},
    "sign_in": {"name": 1, "password": 2, "code": 3, "invitation": 4}, "console": {"verb": 1, "args": 2},
    "bundle": {"verb": 1, "device": 2, "piece": 3, "more": 4, "token": 5, "offset": 6},
}
KINDS = ["NONE", "PEER", "CALLER", "STALE_READ", "LATER", "STORE", "LIMIT", "LOCKED"]


def varint(value):
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def field(number, value):
    if isinstance(value, (list, tuple)):
        return b"".join(field(number, v) for v in value)
    if isinstance(value, str):
        value = value.encode()
    if isinstance(value, bytes):
        return varint(number << 3 | 2) + varint(len(value)) + value
    return varint(number << 3) + varint(int(value))


def request(number, call, as_staff="", quiet=False, **arguments):
    body = b"".join(field(FIELDS[call][name], value) for name, value in arguments.items())
    return (field(1, number) + field(CALLS[call], body) + (field(60, as_staff) if as_staff else b"") +
            (field(61, 1) if quiet else b""))


def read_fields(data):
    """(number, value) of a message: ints and bytes."""
    at = 0

    def next_varint():
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value
    while at < len(data):
        tag = next_varint()
        if tag & 7 == 0:
            yield tag >> 3, next_varint()
        else:
            length = next_varint()
            yield tag >> 3, data[at:at + length]
            at += length


class Refused(Exception):
    def __init__(self, kind, error, at_field):
        super().__init__(f"{kind}: {error}")
        self.kind, self.error, self.field = kind, error, at_field


class Api:
    """One connection to a daemon's local socket."""

    def __init__(self, path, timeout=60):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(timeout)
        self.socket.connect(path)
        self.path, self.number = path, 0

    def close(self):
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def read_exactly(self, count):
        data = b""
        while len(data) < count:
            more = self.socket.recv(count - len(data))
            if not more:
                raise EOFError("the daemon closed the connection")
            data += more
        return data

    def read_response(self):
        (length,) = struct.unpack("<I", self.read_exactly(4))
        message = {"id": 0, "more": 0, "kind": 0, "error": b"", "field": b"", "json": b"", "cut": 0}
        names = {1: "id", 2: "more", 3: "kind", 4: "error", 5: "field", 6: "json", 7: "cut"}
        for number, value in read_fields(self.read_exactly(length)):
            message[names[number]] = value
        return message

    def send(self, call, **arguments):
        self.number += 1
        body = request(self.number, call, **arguments)
        self.socket.sendall(struct.pack("<I", len(body)) + body)

    def answer(self):
        whole, piece = None, b""
        while True:
            r = self.read_response()
            if r["kind"]:
                raise Refused(KINDS[r["kind"]], r["error"].decode(), r["field"].decode())
            piece += r["json"]
            if not r["cut"]:
                part = json.loads(piece)
                piece = b""
                if whole is None:
                    whole = part
                else:
                    for key, value in part.items():
                        if isinstance(value, list):
                            whole[key] = whole.get(key, []) + value
            if not r["more"]:
                return whole

    def call(self, call, **arguments):
        self.send(call, **arguments)
        return self.answer()

    def write(self, record_type, values, **arguments):
        return self.call("write", type=record_type, body=json.dumps(values, ensure_ascii=False), form=1, **arguments)

    def admin(self, verb, *arguments):
        return self.call("admin", verb=verb, args=list(arguments))


class Daemon:
    """A process; ready when its start returns."""

    def __init__(self, folder, arguments):
        self.folder, self.arguments, self.process, self.lines = folder, arguments, None, []

    def start(self, wait=True, **popen):
        self.process = subprocess.Popen([JALKAD, *self.arguments], stderr=subprocess.PIPE, text=True, **popen)
        return self.wait_ready() if wait else self

    def wait_ready(self):
        for line in self.process.stderr:
            self.lines.append(line)
            if line.rstrip().endswith("ready"):
                break
        else:
            raise RuntimeError("jalkad did not start: " + "".join(self.lines[-5:]))
        threading.Thread(target=self.drain, args=(self.process,), daemon=True).start()
        return self

    def drain(self, process):
        for line in process.stderr:
            self.lines.append(line)

    def api(self, **options):
        return Api(os.path.join(self.folder, "socket"), **options)

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                return self.process.wait(60)
            except subprocess.TimeoutExpired:
                self.kill()
                raise
        return self.process.returncode if self.process else None

    def alive(self):
        return self.process.poll() is None

    def resident_kib(self):
        with open(f"/proc/{self.process.pid}/status") as status:
            for line in status:
                if line.startswith("VmRSS:"):
                    return int(line.split()[1])
        return 0


class Central(Daemon):
    def __init__(self, folder, *more):
        super().__init__(folder, None)
        self.port, self.more = 0, more

    def start(self, **options):
        first = not os.path.exists(os.path.join(self.folder, "store.db"))
        self.arguments = ["central", "--dir", self.folder, "--listen", f"127.0.0.1:{self.port}", *self.more]
        if first:
            self.arguments.append("--init")
        super().start(**options)
        with open(os.path.join(self.folder, "address")) as address:
            self.port = int(address.read().rpartition(":")[2])
        return self


class Field(Daemon):
    """A worker's daemon that opens with a key file, so that tests need no Argon2id."""

    def __init__(self, folder, *more):
        super().__init__(folder, ["field", "--dir", folder, "--store-key-file", folder + ".key", *more])


def until(condition, what, seconds=30):
    """Asks again and again; for what no event tells a client."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.02)
    raise AssertionError("waited in vain: " + what)


class World:
    """A central node and enrolled field daemons in a temporary folder."""

    def __init__(self):
        self.base = tempfile.mkdtemp(prefix="jalka-")
        self.daemons = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for daemon in self.daemons:
            with contextlib.suppress(Exception):
                daemon.stop()
        shutil.rmtree(self.base, ignore_errors=True)

    def folder(self, name):
        return os.path.join(self.base, name)

    def central(self, *more):
        self.center = Central(self.folder("central"), *more)
        self.daemons.append(self.center)
        return self.center.start()

    def central_behind(self, relay):
        """Devices are told the relay's address, and the relay carries to the node."""
        self.central("--public", f"127.0.0.1:{relay.port}")
        relay.target = ("127.0.0.1", self.center.port)
        return self.center

    def field(self, name, *more):
        daemon = Field(self.folder(name), *more)
        self.daemons.append(daemon)
        return daemon.start()

    def staff(self, name):
        with self.center.api() as admin:
            return admin.admin("staff", "add", name, "SOCIAL_INSTRUCTOR")["id"]

    def enrol(self, daemon, staff):
        """Enrols and waits until the first sync is through; gives the node id."""
        with self.center.api() as admin, daemon.api() as api:
            code = admin.admin("enrol", staff)["code"]
            shown = api.call("enrol", code=code, serial=os.path.basename(daemon.folder))
            waiting = until(lambda: [d for d in admin.admin("devices")["devices"] if d["node"] == shown["node"]],
                            "the device at the administrator's")
            assert waiting[0]["words"] == shown["words"] != "", "both screens show the same words"
            admin.admin("confirm", shown["node"])
            until(lambda: api.call("status")["sync"] == "idle", "the device's first sync")
            return shown["node"]


class Count:
    """Counts facts; each is a function whose name says what it shows."""

    def __init__(self):
        self.passed = self.failed = 0

    def run(self, fact, *arguments):
        import traceback
        try:
            fact(*arguments)
        except Exception:  # a fact that does not hold must not hide the others
            self.failed += 1
            print(f"FAIL {fact.__name__}")
            traceback.print_exc(file=sys.stdout)
        else:
            self.passed += 1
            print(f"ok   {fact.__name__}")
        sys.stdout.flush()

    def finish(self, name):
        print(f"{name}: {self.passed} passed, {self.failed} failed")
        sys.exit(1 if self.failed else 0)


CLIENT = {"family_name": "Virtanen", "given_names": "Aino Maria", "municipality": "Utajärvi",
          "contact_language": "FI", "address_protected": False, "phone": ["040 1234567"]}
