#!/usr/bin/python3
"""Bad input on each ingress of real daemons: refused, and nothing changed.

The local socket (garbage, cut, too long, not UTF-8, unknown, of the wrong role),
TCP before the handshake (garbage, slow, too long, wrong MAC, a replayed message
1, message 1 cut after every byte), the command line. What "nothing changed"
means: the digest of the field daemon's casebook and central's audit are the same
afterwards, and both go on. Frames after the handshake: tests/unit/central/test_node.c.
"""
import os
import random
import socket
import struct
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import daemons
from daemons import CALLS, CLIENT, Api, Refused, field, request, until, varint
from relay import Relay

chance = random.Random(7)


class Bench:
    """The world of all facts, and what must stay as it is."""

    def __init__(self, world):
        self.world = world
        self.relay = Relay()
        self.center = world.central_behind(self.relay)
        self.device = world.field("aino")
        self.staff = world.staff("Aino Laine")
        self.node = world.enrol(self.device, self.staff)
        with self.device.api() as api:
            self.client = api.write("client", CLIENT)
            api.call("sync", wait=True)

    def digests(self):
        with self.device.api() as api, self.center.api() as admin:
            api.call("list", limit=1)  # the access log tells of the first list of a working session
            api.call("sync", wait=True)
            audit = admin.admin("audit")
            assert audit["ok"], audit
            status = admin.call("status")
            return (api.call("rebuild")["digest"], api.call("status")["written"], api.call("drafts")["drafts"],
                    audit["deltas"], status["last_order"], len(admin.admin("quarantine")["quarantine"]))


def unchanged(bench, act):
    before = bench.digests()
    act()
    assert bench.device.alive() and bench.center.alive()
    after = bench.digests()
    assert before == after, (before, after)


# ---- the local socket --------------------------------------------------------

def raw(daemon, data, half_close=True):
    """Sends bytes; gives the refusals that come before the daemon closes."""
    with Api(os.path.join(daemon.folder, "socket"), timeout=60) as api:
        kinds = []
        try:
            api.socket.sendall(data)
            if half_close:
                api.socket.shutdown(socket.SHUT_WR)
        except OSError:
            pass
        try:
            while True:
                r = api.read_response()
                kinds.append((daemons.KINDS[r["kind"]], r["error"].decode()))
        except (EOFError, ConnectionResetError):
            return kinds


def framed(body):
    return struct.pack("<I", len(body)) + body


def refused_once(daemon, data):
    answers = raw(daemon, data)
    assert len(answers) == 1 and answers[0][0] in ("CALLER", "LIMIT") and len(answers[0][1]) > 10, (data[:60], answers)


MALFORMED = {
    "length 0": struct.pack("<I", 0),
    "length above 256 KiB": struct.pack("<I", 256 * 1024 + 1) + b"x" * 100,
    "length of 4 GiB": struct.pack("<I", 0xFFFFFFFF),
    "cut in the length": b"\x05\x00",
    "cut in the request": struct.pack("<I", 100) + b"abc",
    "no call": framed(field(1, 5)),
    "unknown call": framed(field(1, 5) + field(99, b"")),
    "two calls": framed(field(1, 5) + field(CALLS["status"], b"") + field(CALLS["list"], b"")),
    "call that is a number": framed(field(1, 5) + field(CALLS["list"], 7)),
    "id above 32 bits": framed(field(1, 2 ** 40) + field(CALLS["status"], b"")),
    "field number 0": framed(b"\x02\x00"),
    "group": framed(b"\x13\x14"),
    "endless varint": framed(b"\x08" + b"\xff" * 11),
    "inner length beyond the end": framed(varint(CALLS["list"] << 3 | 2) + varint(500) + b"x"),
    "not UTF-8": framed(request(1, "search", text=b"\xff\xfe\xc3")),
    "overlong UTF-8": framed(request(1, "search", text=b"\xc0\xaf")),
    "surrogate": framed(request(1, "search", text=b"\xed\xa0\x80")),
    "zero byte in a text": framed(request(1, "search", text=b"a\0b")),
    "text too long": framed(request(1, "search", text="a" * 5000)),
    "list too long": framed(request(1, "admin", verb="audit", args=["x"] * 17)),
    "body not UTF-8": framed(request(1, "write", type="client", body=b"family_name=\xff\0", form=0)),
    "body too long": framed(request(1, "write", type="client", body=b"x" * 60001, form=0)),
}


def every_malformed_request_is_refused_and_closed(bench):
    def act():
        for daemon in (bench.device, bench.center):
            for data in MALFORMED.values():
                refused_once(daemon, data)
    unchanged(bench, act)


def random_bytes_are_refused(bench):
    def act():
        for i in range(300):
            data = chance.randbytes(chance.randrange(1, 200))
            raw(bench.device, data if i % 2 else framed(data))
    unchanged(bench, act)


def a_good_request_damaged_anywhere_changes_nothing(bench):
    good = request(7, "search", text="Virtanen")

    def act():
        for i in range(len(good)):
            for bit in (0, 3, 7):
                bad = bytearray(good)
                bad[i] ^= 1 << bit
                raw(bench.device, framed(bytes(bad)))
    unchanged(bench, act)


def expect(api, kind, call, **arguments):
    try:
        answer = api.call(call, **arguments)
    except Refused as refused:
        assert refused.kind == kind, (call, arguments, refused)
        assert len(refused.error) > 10, refused
        return refused
    raise AssertionError(f"{call} {arguments} was not refused: {answer}")


def calls_that_cannot_be_are_refused(bench):
    case, record = bench.client["case_id"], bench.client["id"]

    def act():
        with bench.device.api() as api:
            expect(api, "CALLER", "admin", verb="audit")
            expect(api, "CALLER", "list", type="klient")
            expect(api, "CALLER", "list", case_id="zz")
            expect(api, "CALLER", "list", case_id="123")
            expect(api, "CALLER", "show", id="")
            expect(api, "CALLER", "show", id="0" * 32)
            expect(api, "CALLER", "show", id="0" * 33)
            expect(api, "CALLER", "agenda", day="2026-02-30")
            expect(api, "CALLER", "agenda", day="tomorrow")
            expect(api, "CALLER", "search", text="")
            expect(api, "CALLER", "sign", record_id="abcd")
            expect(api, "CALLER", "enrol", code="JALKA:1:AAAA", serial="x")
            expect(api, "CALLER", "sync", offline=True, online=True)
            expect(api, "CALLER", "init", passphrase="long enough")
            expect(api, "CALLER", "unlock", passphrase="long enough")
            expect(api, "CALLER", "write", type="nothing", body="{}", form=1)
            expect(api, "CALLER", "write", type="client", body="{", form=1)
            expect(api, "CALLER", "write", type="client", body="[]", form=1)
            expect(api, "CALLER", "write", type="client", body="{}", form=1)
            expect(api, "CALLER", "write", type="client", body="{}", form=7)
            expect(api, "CALLER", "write", type="client", body="family_name=x", form=0)  # its zero byte is missing
            expect(api, "CALLER", "write", type="staff_member", body='{"name":"X"}', form=1)
            expect(api, "CALLER", "write", type="client", record_id=record, body='{"family_name":null}', form=1)
            expect(api, "CALLER", "write", type="visit", record_id=record, body='{"purpose":"x"}', form=1)
            expect(api, "CALLER", "write", type="visit", body='{"purpose":"x"}', form=1)
            expect(api, "CALLER", "write", type="client", record_id=record, case_id=case, body='{"hetu":"x"}', form=1)
            refused = expect(api, "CALLER", "write", type="client", record_id=record, body='{"phon":["1"]}', form=1)
            assert refused.field == "phon" and "phone" in refused.error, (refused.field, refused.error)
            expect(api, "LIMIT", "write", type="client", record_id=record,
                   body='{"municipality":"' + "a" * 20001 + '"}', form=1)
        with bench.center.api() as admin:
            for call in ("lock", "agenda", "conflicts", "drafts", "sync"):
                expect(admin, "CALLER", call)
            assert all(r["type"] != "client" for r in admin.call("list")["records"])
            assert not admin.call("search", text="Virtanen")["records"]
            expect(admin, "CALLER", "write", type="client", body='{"family_name":"X"}', form=1)
            for verb, arguments in (("nothing", []), ("enrol", []), ("enrol", ["abcd"]), ("confirm", ["zz"]),
                                    ("confirm", ["0000"]), ("assign", [case]), ("assign", [case, "0000"]),
                                    ("assign", ["0" * 32, bench.staff]), ("assign", [case, bench.staff, "BOSS"]),
                                    ("staff", ["add"]), ("staff", ["add", "X", "WIZARD"]), ("accept", ["x"]),
                                    ("erase", ["everything", case]), ("erase", ["record", case, "12"]),
                                    ("audit", ["now"]), ("safe", ["-1"])):
                expect(admin, "CALLER", "admin", verb=verb, args=arguments)
    with bench.center.api() as admin:
        for id in (record, case):  # of a client's case metadata alone
            told = [r for r in admin.call("show", id=id)["records"] if r["type"] != "case_assignment"]
            assert told and all(r["right"] == "METADATA" for r in told), told
            assert not any(k in r["fields"] for r in told for k in ("hetu", "birth_date", "phone", "text")), told
    unchanged(bench, act)


def many_slow_clients_do_not_stop_others(bench):
    slow = [Api(os.path.join(bench.device.folder, "socket")) for _ in range(40)]
    for api in slow:
        api.socket.sendall(b"\x10\0\0\0a")
    with bench.device.api() as api:
        assert api.call("status")["vault"] == "open"
    for api in slow:
        api.close()


# ---- TCP before the handshake ------------------------------------------------

def dial(bench):
    s = socket.create_connection(("127.0.0.1", bench.center.port))
    s.settimeout(20)
    return s


def closed_without_a_word(s, seconds=60):
    s.settimeout(seconds)
    try:
        return s.recv(1) == b""
    except ConnectionResetError:
        return True


def garbage_is_closed_without_a_word(bench):
    def act():
        for size in (1, 3, 4, 20, 100, 1000, 20000):
            with dial(bench) as s:
                data = bytearray(chance.randbytes(size))
                if size >= 4:
                    data[0] = 0x77  # no handshake version there is
                s.sendall(data)
                if size < 4:
                    s.shutdown(socket.SHUT_WR)
                assert closed_without_a_word(s), size
    unchanged(bench, act)


def a_length_out_of_bounds_is_closed(bench):
    def act():
        for kind in (2, 3, 4):
            for length in (0, 1, 14 * 1024 + 1, 65535):
                with dial(bench) as s:
                    s.sendall(struct.pack("<BBH", 1, kind, length) + chance.randbytes(64))
                    s.shutdown(socket.SHUT_WR)
                    assert closed_without_a_word(s), (kind, length)
    unchanged(bench, act)


def a_slow_handshake_is_closed_in_time(bench):
    def act():
        with dial(bench) as s:
            began = time.monotonic()
            s.sendall(b"\x01\x02")
            assert closed_without_a_word(s)
            assert 3 < time.monotonic() - began < 30, time.monotonic() - began
    unchanged(bench, act)


def capture(bench):
    """Message 1 of a real session, by way of the relay."""
    with bench.device.api() as api:
        api.call("sync", offline=True)
        bench.relay.reset()
        api.call("sync", online=True, wait=True)
        with bench.relay.lock:
            first = bench.relay.first
    length = struct.unpack("<H", first[2:4])[0]
    return first[:4 + 16 + length]


def a_wrong_mac_is_closed_without_a_word(bench):
    message = bytearray(capture(bench))

    def act():
        for at in range(4, 20):
            bad = bytearray(message)
            bad[at] ^= 0x10
            with dial(bench) as s:
                s.sendall(bad)
                assert closed_without_a_word(s), at
    unchanged(bench, act)


def message_1_damaged_anywhere_changes_nothing(bench):
    message = capture(bench)

    def act():
        for at in range(0, len(message), 3):
            bad = bytearray(message)
            bad[at] ^= 1 << chance.randrange(8)
            with dial(bench) as s:
                s.sendall(bad)
                s.shutdown(socket.SHUT_WR)
                s.settimeout(10)
                while True:  # PLAIN may come back: a kind byte that now names another pattern
                    try:
                        if not s.recv(4096):
                            break
                    except ConnectionResetError:
                        break
    unchanged(bench, act)


def a_replayed_message_1_changes_nothing(bench):
    message = capture(bench)

    def act():
        for _ in range(20):
            with dial(bench) as s:
                s.sendall(message)
                s.shutdown(socket.SHUT_WR)
                s.settimeout(10)
                while True:
                    try:
                        if not s.recv(65536):
                            break
                    except ConnectionResetError:
                        break
    unchanged(bench, act)
    with bench.device.api() as api:  # and the device itself goes on
        api.call("write", type="client", record_id=bench.client["id"], body='{"interpreter":"ei"}', form=1)
        assert api.call("sync", wait=True)["unreceipted"] == 0


def message_1_cut_after_every_byte_changes_nothing(bench):
    message = capture(bench)

    def act():
        for cut in range(len(message)):
            with dial(bench) as s:
                s.sendall(message[:cut])
                s.shutdown(socket.SHUT_WR)
                assert closed_without_a_word(s), cut
    unchanged(bench, act)


def a_session_cut_after_any_byte_goes_on_afterwards(bench):
    """The device itself, its connection cut after n bytes, with something to send."""
    with bench.device.api() as api:
        for cut in list(range(0, 700, 23)):
            api.call("sync", offline=True)
            api.call("write", type="client", record_id=bench.client["id"],
                     body='{"interpreter":"%d"}' % cut, form=1)
            before = bench.relay.connections
            bench.relay.cut_after = cut
            api.send("sync", online=True, wait=True)
            until(lambda: bench.relay.connections > before, "a connection")
            bench.relay.cut_after = None
            try:
                api.answer()
            except Refused:
                api.call("sync", wait=True)
            status = api.call("status")
            assert status["unreceipted"] == 0 and status["quarantined"] == 0, (cut, status)
    with bench.center.api() as admin:
        assert admin.admin("audit")["ok"]


def many_half_open_connections_leave_room(bench):
    half = []
    try:
        for _ in range(300):
            try:
                half.append(dial(bench))
            except OSError:
                break
        with bench.center.api() as admin:
            assert admin.call("status")["role"] == "central"
    finally:
        for s in half:
            s.close()
    with bench.device.api() as api:
        api.call("sync", offline=True)
        assert api.call("sync", online=True, wait=True)["done"]


# ---- the command line --------------------------------------------------------

def bad_command_lines_are_usage_errors(bench):
    folder = bench.world.folder("nobody")
    for arguments in ([], ["central", "--dir", folder], ["both", "--dir", folder], ["field", "--nonsense"], ["restore", "--dir", folder],
                      ["field", "--dir", folder, "more"], ["field", "--dir", folder, "--listen", "127.0.0.1:0"],
                      ["field", "--dir", folder, "--lock-after", "-5"], ["field", "--dir", folder, "--lock-after", "x"],
                      ["central", "--dir", folder, "--listen", "nonsense"],
                      ["central", "--dir", folder, "--listen", "127.0.0.1:99999"],
                      ["central", "--dir", folder, "--listen", "127.0.0.1:0"],  # nothing there and no --init
                      ["central", "--dir", folder, "--listen", "127.0.0.1:0", "--override-deny"]):
        run = subprocess.run([daemons.JALKAD, *arguments], capture_output=True, text=True, timeout=60)
        assert run.returncode == 2 and run.stderr, (arguments, run)
        assert run.stdout == "", arguments
    assert not os.path.exists(os.path.join(folder, "store.db"))


def help_and_version_are_told(bench):
    run = subprocess.run([daemons.JALKAD, "--help"], capture_output=True, text=True)
    assert run.returncode == 0 and "--dir" in run.stdout
    run = subprocess.run([daemons.JALKAD, "--version"], capture_output=True, text=True)
    assert run.returncode == 0 and run.stdout.startswith("jalkad ")
    with open("/dev/full", "w") as full:
        assert subprocess.run([daemons.JALKAD, "--help"], stdout=full).returncode == 1


def a_folder_in_use_or_open_to_others_is_refused(bench):
    arguments = ["field", "--dir", bench.device.folder, "--store-key-file", bench.device.folder + ".key"]
    run = subprocess.run([daemons.JALKAD, *arguments], capture_output=True, text=True, timeout=60)
    assert run.returncode == 2 and "another daemon" in run.stderr, run
    assert bench.device.alive()
    with bench.device.api() as api:
        assert api.call("status")["vault"] == "open"
    wide = bench.world.folder("wide")
    os.mkdir(wide, 0o755)
    run = subprocess.run([daemons.JALKAD, "field", "--dir", wide], capture_output=True, text=True, timeout=60)
    assert run.returncode == 2 and "open to others" in run.stderr, run


def sigterm_ends_both_cleanly(bench):
    assert bench.device.stop() == 0
    assert bench.center.stop() == 0
    assert not os.path.exists(os.path.join(bench.device.folder, "socket"))
    bench.center.start()
    bench.device.start()
    with bench.device.api() as api:
        assert api.call("sync", wait=True)["done"]


def main():
    count = daemons.Count()
    with daemons.World() as world:
        bench = Bench(world)
        for fact in (every_malformed_request_is_refused_and_closed, random_bytes_are_refused,
                     a_good_request_damaged_anywhere_changes_nothing, calls_that_cannot_be_are_refused,
                     many_slow_clients_do_not_stop_others, garbage_is_closed_without_a_word,
                     a_length_out_of_bounds_is_closed, a_slow_handshake_is_closed_in_time,
                     a_wrong_mac_is_closed_without_a_word, message_1_damaged_anywhere_changes_nothing,
                     a_replayed_message_1_changes_nothing, message_1_cut_after_every_byte_changes_nothing,
                     a_session_cut_after_any_byte_goes_on_afterwards, many_half_open_connections_leave_room,
                     bad_command_lines_are_usage_errors, help_and_version_are_told,
                     a_folder_in_use_or_open_to_others_is_refused, sigterm_ends_both_cleanly):
            count.run(fact, bench)
        bench.relay.close()
    count.finish("bad input")


if __name__ == "__main__":
    main()
