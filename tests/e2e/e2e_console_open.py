#!/usr/bin/python3
"""The console's pages while they stay open: what they ask again and again leaves and moves
nothing, and who may no longer listen is no longer told. A real central node whose clock
passes at the test's word."""
import contextlib
import http.client
import os
import struct
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import daemons
from daemons import World
from e2e_console import Office, signed_out


class Stream:
    """GET /events of a session, read on a thread: how many frames came, beats apart, and whether it has ended."""

    def __init__(self, page):
        self.count, self.ended = 0, False
        self.connection = http.client.HTTPConnection(page.host, timeout=300)
        self.connection.request("GET", "/events", headers={"X-Jalka-Session": page.session, "Sec-Fetch-Site": "same-origin"})
        self.answer = self.connection.getresponse()
        assert self.answer.status == 200, self.answer.status
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        with contextlib.suppress(OSError, ValueError, AttributeError, http.client.HTTPException):  # cut, or closed here
            while len(length := self.answer.read(4)) == 4:
                self.answer.read(struct.unpack("<I", length)[0])
                self.count += length != b"\0\0\0\0"
        self.ended = True

    def quiet(self, seconds):
        """Nothing came for so long; told until then is what was on its way."""
        deadline, count, since = time.monotonic() + 60, self.count, time.monotonic()
        while time.monotonic() - since < seconds:
            assert time.monotonic() < deadline, "it is told again and again"
            if self.count != count:
                count, since = self.count, time.monotonic()
            time.sleep(0.05)
        return count


def two_people_with_a_page_open_leave_an_entry_each(office):
    reader, _ = office.operator("Taina Lokista", "DATA_PROTECTION_OFFICER")
    one, first = office.operator("Maija Ensin", "TECHNICAL_ADMIN")
    two, second = office.operator("Matti Sitten", "TECHNICAL_ADMIN")
    office.admin("grant", one.staff, "MUNICIPAL_ADMIN")
    first.admin("grant", two.staff, "MUNICIPAL_ADMIN")

    def count():
        officer = reader.sign_in(office.center)
        return sum(row["count"] for row in officer.admin("access", "volume")["volume"] if row["act"] == "LIST")
    before = count()
    for _ in range(10):
        first.admin("retention")
        second.admin("retention")
    assert count() - before == 2, f"{count() - before} entries"
    office.clock.forward(29 * 60)
    first.admin("retention")
    office.clock.forward(2 * 60)
    second = two.sign_in(office.center)
    first.admin("retention")
    assert count() - before == 2, "half an hour without an act has not passed for the first"
    second.admin("retention")
    assert count() - before == 3, "for the second it has"


def what_is_only_read_tells_no_page(office):
    _, page = office.operator("Ritva Reads", "TECHNICAL_ADMIN")
    stream = Stream(page)
    try:
        assert stream.quiet(2) > 0, "the state was told"
        reads = [lambda verb=verb: page.admin(*verb, quiet=True) for verb in (
            ("devices",), ("staff", "list"), ("counters",), ("audit",), ("health",), ("system",), ("backups",), ("operator", "list"), ("policy",),
            ("recovery-key",))]
        reads += [lambda verb=verb: office.admin(*verb) for verb in (  # while nobody administrates the service the socket's operator may
            ("grants",), ("forgotten",), ("cases",), ("quarantine",), ("handovers",), ("erasures",), ("statistics", "2026Q3"), ("statistics", "list"))]
        for read in reads:  # the first time it is written into the access log
            read()
        before = stream.quiet(3)
        for read in reads * 10:
            read()
        assert stream.quiet(5) == before, "the pages were told that something changed"
        office.world.staff("Jotain Uutta")
        assert stream.quiet(3) > before, "what is written is told"
    finally:
        stream.connection.close()


def who_only_listens_is_out_within_a_minute(office):
    one, page = office.operator("Kuulo Kuunteleva", "TECHNICAL_ADMIN")
    _, other = office.operator("Toinen Tekninen", "TECHNICAL_ADMIN")
    stream, stays = Stream(page), Stream(other)
    office.admin("ungrant", one.staff, "TECHNICAL_ADMIN")
    for _ in range(4):  # others ask meanwhile, as pages do
        office.clock.forward(20)
        other.ask("me", quiet=True)
    daemons.until(lambda: office.admin("staff", "list") and stream.ended, "the end of the stream", 20)
    assert not stays.ended and not signed_out(other)


def the_session_that_makes_room_takes_its_stream_along(office):
    one, page = office.operator("Iida Ikkunainen", "TECHNICAL_ADMIN")
    stream = Stream(page)
    for _ in range(7):
        one.sign_in(office.center)
    page.ask("me", quiet=True)  # a person's request would make another the one that ends first
    assert not stream.ended
    one.sign_in(office.center)
    daemons.until(lambda: stream.ended, "the end of the stream", 20)
    assert signed_out(page)


def main():
    count = daemons.Count()
    with World() as world:
        office = Office(world)
        for fact in (what_is_only_read_tells_no_page, who_only_listens_is_out_within_a_minute,
                     the_session_that_makes_room_takes_its_stream_along, two_people_with_a_page_open_leave_an_entry_each):
            count.run(fact, office)
    count.finish("e2e_console_open")


if __name__ == "__main__":
    main()
