#!/usr/bin/python3
"""The gate of the web client: everything that is not our own page is refused, and our
page goes on working meanwhile. Real daemon, raw sockets."""
import contextlib
import http.client
import os
import re
import socket
import struct
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import daemons
from daemons import World
from web import Web, read_answer, read_responses, send_raw

STATUS = daemons.request(1, "status")


def hostile(web):
    """(what, bytes) of requests that must be refused; every one of them would work with one thing changed back."""
    post = lambda target="/api", body=STATUS, **changed: web.head("POST", target, len(body), **changed) + body
    get = lambda target, **changed: web.head("GET", target, **changed)
    for host in ("evil.example", f"evil.example:{web.port}", f"localhost:{web.port}", "127.0.0.1", f"127.0.0.1:{web.port + 1}",
                 f"127.0.0.1:{web.port}.evil.example", f"127.1:{web.port}", f"2130706433:{web.port}", f"[::1]:{web.port}",
                 f"0.0.0.0:{web.port}", f"[::ffff:127.0.0.1]:{web.port}", f"127.0.0.1:{web.port},evil", f"127.0.0.1:0{web.port}"):
        yield f"rebinding: Host {host}, a call", post(Host=host)
        yield f"rebinding: Host {host}, the page", get("/", Host=host, X_Jalka_Session=None)
    yield "no Host", post(Host=None)
    yield "Host twice", post().replace(b"Host: ", f"Host: {web.host}\r\nHost: ".encode(), 1)
    yield "Host twice, the second evil", post().replace(b"\r\nUser", b"\r\nHost: evil.example\r\nUser", 1)
    for target in (f"http://{web.host}/api", "http://evil.example/api", "//api", "/api?x=1", f"/api?session={web.session}", "/api;x", "/api%00",
                   "/./api", "/../api", "/a/../api", "*", "api", "/api#x", "\\api", "/" + "a" * 400):
        yield f"target {target[:40]}", post(target)
    for target in (f"/?t={web.token}", "/?", f"/events?session={web.session}", "/assets/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd",
                   "/assets/%2e%2e/x", f"/events;{web.session}"):
        yield f"target {target[:40]}, read", get(target)
    for origin in ("null", "http://evil.example", f"{web.other_scheme}://{web.host}", f"http://localhost:{web.port}", f"http://127.0.0.1:{web.port + 1}",
                   f"http://{web.host}.evil.example", f"http://evil@{web.host}", ""):
        yield f"Origin {origin}", post(Origin=origin)
        yield f"Origin {origin}, the stream", get("/events", Origin=origin)
    yield "no Origin", post(Origin=None)
    yield "Origin twice", post().replace(b"\r\nUser", f"\r\nOrigin: {web.origin}\r\nUser".encode(), 1)
    for site in ("cross-site", "same-site", "none", "", "Same-Origin"):
        yield f"Sec-Fetch-Site {site}, a call", post(Sec_Fetch_Site=site)
    for site in ("cross-site", "same-site"):
        for target in ("/", "/companion", "/events"):
            yield f"Sec-Fetch-Site {site}, {target}", get(target, Sec_Fetch_Site=site)
    yield "no Sec-Fetch-Site, a call", post(Sec_Fetch_Site=None)
    yield "no Sec-Fetch-Site, the stream", get("/events", Sec_Fetch_Site=None)
    for session in (None, "", "0" * 64, web.token, web.session[:-1], web.session + "0", web.session.upper() if web.session.upper() != web.session else "x"):
        yield f"session {str(session)[:8]}", post(X_Jalka_Session=session)
        yield f"session {str(session)[:8]}, the stream", get("/events", X_Jalka_Session=session)
    yield "the session as a cookie", post(X_Jalka_Session=None, Cookie=f"session={web.session}")
    yield "the session as Authorization", post(X_Jalka_Session=None, Authorization=f"Bearer {web.session}")
    yield "the session twice", post().replace(b"\r\nUser", f"\r\nX-Jalka-Session: {web.session}\r\nUser".encode(), 1)
    for method in ("GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH", "CONNECT", "BREW"):
        yield f"{method} /api", web.head(method, "/api")
    yield "GET with a body", web.head("GET", "/", Content_Length=len(STATUS)) + STATUS
    yield "GET of the sign-in", get(web.door)
    yield "POST /", post("/")
    for kind in ("text/plain", "application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", None,
                 "application/x-protobuf; charset=utf-8"):
        yield f"Content-Type {kind}", post(Content_Type=kind)
    chunked = b"%x\r\n%s\r\n0\r\n\r\n" % (len(STATUS), STATUS)
    yield "chunked", web.head("POST", "/api", None, Content_Length=None, Transfer_Encoding="chunked") + chunked
    yield "length and chunked", web.head("POST", "/api", len(STATUS), Transfer_Encoding="chunked") + chunked
    yield "length twice", post().replace(b"\r\nUser", b"\r\nContent-Length: 3\r\nUser", 1)
    yield "no length", web.head("POST", "/api", None, Content_Length=None) + STATUS
    yield "a length below 0", post(Content_Length="-1")
    yield "a length that is no number", post(Content_Length="0x10")
    yield "a length beyond all", post(Content_Length="99999999999999999999")
    yield "too long a body is said", web.head("POST", "/api", 300 * 1024)
    yield "too long a token", web.head("POST", web.door, 8192)
    yield "HTTP/1.0", post().replace(b"HTTP/1.1", b"HTTP/1.0", 1)
    yield "HTTP/2.0", post().replace(b"HTTP/1.1", b"HTTP/2.0", 1)
    yield "HTTP/0.9", b"GET /\r\n\r\n"
    yield "no HTTP", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(100) + b"\r\n\r\n"
    yield "expects", post(Expect="100-continue")
    yield "sixty headers", post(**{f"X_{i}": "1" for i in range(60)})
    yield "a header of 64 kB", post(X_Long="x" * 65536)
    yield "a header with a null byte", post(X_Null="a\0b", Host="evil.example")
    yield "a folded header", post().replace(b"\r\nUser", b"\r\n evil: x\r\nHost: evil.example\r\nUser", 1)
    yield "an empty request", post(body=b"")


class Desk:
    def __init__(self, world):
        self.daemon = world.field("aino", "--web", "0")
        self.web = Web(self.daemon)
        assert self.web.sign_in().status == 200

    def works(self):
        assert self.web.call("status")["role"] == "field"


def an_address_serves_once(desk):
    web = Web(desk.daemon)
    assert web.sign_in().status == 200
    web.session = ""
    assert web.sign_in().status == 403
    assert Web(desk.daemon).post("/session", b"0" * 64).status == 403
    with desk.daemon.api() as api:
        assert "/companion#t=" in api.call("open", companion=True)["url"]


def an_address_is_not_had_over_http(desk):
    try:
        desk.web.call("open")
    except daemons.Refused as refused:
        assert refused.kind == "CALLER", refused
    else:
        raise AssertionError("an address was given away over HTTP")


def hostile_requests_are_refused(desk):
    """Each alone; and in between our page is answered."""
    count = 0
    for what, data in hostile(desk.web):
        answer = send_raw(desk.web.port, data)
        assert answer is None or 400 <= answer.status < 600, f"{what}: {answer}"
        assert answer is None or b"field" not in answer.body, f"{what}: {answer}"
        desk.works()
        count += 1
    print(f"{count} hostile requests refused")
    assert count >= 100, count


def nothing_hides_behind_a_refused_request(desk):
    """What follows a refusal on the same connection is never looked at."""
    for what, data in hostile(desk.web):
        smuggled = desk.web.head("POST", "/api", len(STATUS)) + STATUS
        with socket.create_connection(("127.0.0.1", desk.web.port), timeout=60) as connection:
            connection.sendall(data + smuggled)
            first = read_answer(connection)
            if first is None or what == "an empty request":
                continue
            try:
                rest = connection.recv(65536)
            except ConnectionResetError:
                rest = b""
            assert b" 200 " not in rest.split(b"\r\n")[0], f"{what}: {rest[:200]!r}"


def every_answer_keeps_its_page_to_itself(desk):
    page = desk.web.get("/", Sec_Fetch_Site="none", X_Jalka_Session=None)
    assert page.status == 200 and page.headers["content-type"].startswith("text/html"), page
    for answer in (page, desk.web.get("/nothing"), desk.web.post("/api", STATUS), desk.web.post("/api", STATUS, Origin="null")):
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy and "frame-ancestors 'none'" in policy, policy
        assert "require-trusted-types-for 'script'" in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cross-origin-opener-policy"] == answer.headers["cross-origin-resource-policy"] == "same-origin"
        assert "access-control-allow-origin" not in answer.headers
    assert desk.web.post("/api", STATUS).headers["cache-control"] == "no-store"


def files_come_compressed_once(desk):
    page = desk.web.get("/", Accept_Encoding="identity")
    assets = re.findall(rb'"(/assets/[^"]+)"', page.body)
    assert len(assets) >= 2, page.body
    for path in assets:
        plain = desk.web.get(path.decode(), Accept_Encoding=None)
        packed = desk.web.get(path.decode(), Accept_Encoding="gzip")
        least = desk.web.get(path.decode())
        assert plain.status == 200 and "immutable" in plain.headers["cache-control"], plain
        assert "content-encoding" not in plain.headers
        assert packed.headers["content-encoding"] == "gzip" and len(packed.body) < len(plain.body)
        assert least.headers["content-encoding"] == "br" and len(least.body) <= len(packed.body)
        again = desk.web.get(path.decode(), If_None_Match=plain.headers["etag"])
        assert again.status == 304 and not again.body, again
    assert page.headers["cache-control"] == "no-cache"


def a_long_request_comes_whole(desk):
    """200 kB in one request: small ones do not show whether the server asks for more."""
    body = daemons.field(1, 1) + daemons.field(9, daemons.field(1, "x" * 40)) # list: type too long to be one
    try:
        read_responses(desk.web.post("/api", body).body)
    except daemons.Refused:
        pass
    padded = daemons.field(1, 7) + daemons.field(6, daemons.field(5, b"text=" + b"a" * 200000))
    answer = desk.web.post("/api", padded)
    assert answer.status == 200, answer
    try:
        read_responses(answer.body)
    except daemons.Refused as refused:
        assert refused.kind == "CALLER" and "too long" in refused.error, refused
    else:
        raise AssertionError("200 kB were taken as a note")


def a_slow_head_and_idle_sockets_hold_nobody_up(desk):
    idle = [socket.create_connection(("127.0.0.1", desk.web.port)) for _ in range(500)]
    slow = socket.create_connection(("127.0.0.1", desk.web.port))
    slow.sendall(b"POST /api HTTP/1.1\r\nHo")
    begun = time.monotonic()
    for _ in range(20):
        desk.works()
    took = time.monotonic() - begun
    assert took < 30, took
    slow.settimeout(60)
    begun = time.monotonic()
    while slow.recv(4096):
        pass
    assert time.monotonic() - begun < 30, "a head that does not come is waited for"
    for one in idle:
        one.settimeout(60)
        assert one.recv(1) == b"", "an idle socket was kept"
        one.close()
    slow.close()
    desk.works()


def a_thousand_sockets_and_more_leave_room(desk):
    held = []
    try:
        for _ in range(1100):
            one = socket.socket()
            one.settimeout(0.5)
            one.connect(("127.0.0.1", desk.web.port))
            held.append(one)
    except OSError:
        pass
    desk.works()
    for one in held:
        one.close()


def the_stream_tells_what_changes(desk):
    with contextlib.closing(http.client.HTTPConnection(desk.web.host, timeout=60)) as connection:
        connection.request("GET", "/events", headers={"X-Jalka-Session": desk.web.session, "Sec-Fetch-Site": "same-origin"})
        stream = connection.getresponse()
        assert stream.status == 200, stream.status

        def status():
            length = stream.read(4)
            while length == b"\0\0\0\0":  # a beat
                length = stream.read(4)
            return read_responses(length + stream.read(struct.unpack("<I", length)[0]))
        assert status()["vault"] == "open"
        with desk.daemon.api() as api:
            api.call("lock")
        assert status()["vault"] == "locked"
        with desk.daemon.api() as api:
            api.call("unlock", passphrase="")
        assert status()["vault"] == "open"


def another_user_of_this_machine_is_not_served(desk):
    if os.geteuid() != 0:
        print("not root: no other user to be")
        return
    pid = os.fork()
    if pid == 0:
        os.setgid(65534)
        os.setuid(65534)
        answer = send_raw(desk.web.port, desk.web.head("POST", "/api", len(STATUS)) + STATUS)
        os._exit(0 if answer is None else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0, "another user got an answer"
    desk.works()


def it_ends_with_a_stream_and_a_waiting_call_open(desk):
    stream = socket.create_connection(("127.0.0.1", desk.web.port), timeout=60)
    stream.sendall(desk.web.head("GET", "/events"))
    assert stream.recv(4096).startswith(b"HTTP/1.1 200")
    half = socket.create_connection(("127.0.0.1", desk.web.port), timeout=60)
    half.sendall(desk.web.head("POST", "/api", 1000) + b"half")
    begun = time.monotonic()
    assert desk.daemon.stop() == 0
    assert time.monotonic() - begun < 30
    stream.close()
    half.close()


def main():
    count = daemons.Count()
    with World() as world:
        desk = Desk(world)
        for fact in (an_address_serves_once, an_address_is_not_had_over_http, hostile_requests_are_refused,
                     nothing_hides_behind_a_refused_request, every_answer_keeps_its_page_to_itself, files_come_compressed_once,
                     a_long_request_comes_whole, a_slow_head_and_idle_sockets_hold_nobody_up, a_thousand_sockets_and_more_leave_room,
                     the_stream_tells_what_changes, another_user_of_this_machine_is_not_served,
                     it_ends_with_a_stream_and_a_waiting_call_open):
            count.run(fact, desk)
    count.finish("e2e_web_gate")


if __name__ == "__main__":
    main()
