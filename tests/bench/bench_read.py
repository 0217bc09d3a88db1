#!/usr/bin/python3
"""What a worker waits for, through the local API of a real daemon: a case of 2,000
entries opened, 50 records found, the agenda of 60 clients.

From the request's first byte to the answer's last, unparsed; median of RUNS. The
store alone, with 100,000 records in it, is bench_book's.
"""
import datetime
import os
import statistics
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import daemons
import notes

RUNS, ENTRIES, CLIENTS = 15, 2000, 60
FAMILIES = ["Guhtur", "Äijälä", "Mäkinen", "Korhonen", "Saijets", "Aikio", "Öberg", "Lukkari"]


def day(n):
    return (datetime.date.today() + datetime.timedelta(days=n)).isoformat()


def client_with_work(api, n):
    """A client, a matter, and six things of which most are due; gives the matter's case."""
    client = api.write("client", {**daemons.CLIENT, "family_name": f"{FAMILIES[n % 8]}", "given_names": f"Eino {n}"})
    home, of = client["case_id"], client["id"]
    case = api.write("case", {"client": of, "title": f"Asia {n}", "opened_on": "2024-11-05", "opened_by_pathway": "SELF",
                              "special_support": False}, client_case=home)["case_id"]
    api.write("visit", {"client": of, "place": "HOME", "purpose": "GUIDANCE", "phase": "GUIDANCE",
                        "planned_at": f"{day(n % 5)}T10:00:00+02:00"}, case_id=case, sign=True)
    for i in range(2):
        api.write("assistance_application", {
            "client": of, "period": {"from": "2026-01-01", "to": "2026-01-31"}, "channel": "PAPER", "urgency": "NORMAL",
            "delivered_at": f"{day(-5 - i)}T09:00:00+02:00", "arrived_at_kela": f"{day(-5 - i)}T10:00:00+02:00"}, case_id=home, sign=True)
    api.write("digital_capability", {
        "client": of, "assessed_on": day(-90), "has_computer": False, "has_connection": False, "has_smartphone": False,
        "skill": "WEAK", "agreed_channel": "ORAL_PHONE", "next_check": day(n % 7)}, case_id=home, sign=True)
    for i in range(2):
        api.write("agreed_action", {"what": f"Soitto {i}", "owner_kind": "CLIENT", "owner": "asiakas", "due": day(i + n % 4)},
                  case_id=case, sign=True)
    return case


def asked(api, call, **arguments):
    """Milliseconds until the last byte of the answer."""
    runs = []
    for _ in range(RUNS):
        begin = time.monotonic()
        api.send(call, **arguments)
        while api.read_response()["more"]:
            pass
        runs.append((time.monotonic() - begin) * 1000)
    return statistics.median(runs)


def main():
    with daemons.World() as world:
        world.central()
        device = world.field("aino")
        world.enrol(device, world.staff("Aino Laine"))
        with device.api() as api:
            api.call("sync", offline=True)
            cases = [client_with_work(api, n) for n in range(CLIENTS)]
            items = len(api.call("agenda")["due"])
            assert items >= 4 * CLIENTS, items
            print(f"api.agenda60.ms {asked(api, 'agenda'):.2f} ms")
            begin, written = time.monotonic(), notes.make(ENTRIES)
            for text in written:
                api.write("encounter_note", {"text": text, "source": "OBSERVED"}, case_id=cases[0], sign=True)
            print(f"api.write.per_second {ENTRIES / (time.monotonic() - begin):.0f} per_second")
            assert len(api.call("show", id=cases[0])["records"]) >= ENTRIES
            print(f"api.case2000.ms {asked(api, 'show', id=cases[0]):.2f} ms")
            print("api.search.ms %.2f ms" % max(asked(api, "search", text=words, limit=50)
                                                for words in ("k", "vuokrarästi", "sovittiin aika", "äijälän einon", "makinen")))


if __name__ == "__main__":
    main()
