#!/usr/bin/python3
"""What a sync costs on the wire: real daemons, counted by a relay between them.

One note on a fresh connection, nothing to do on a fresh connection, 200 notes.
Bytes are TCP payload both ways, all of the session until it is quiet; round
trips are those after connect, as the device counts them and as the relay sees
the direction turn. Median of RUNS.
"""
import os
import statistics
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import daemons
from daemons import CLIENT, until
import notes
from relay import Relay

RUNS = 7


def quiet(relay):
    """Until nothing was carried for a while."""
    last, since = relay.total(), time.monotonic()
    while time.monotonic() - since < 0.3:
        time.sleep(0.02)
        if relay.total() != last:
            last, since = relay.total(), time.monotonic()
    return last


def fresh_sync(api, relay):
    relay.reset()
    answer = api.call("sync", online=True, wait=True)
    assert answer["done"] and answer["unreceipted"] == 0, answer
    return answer["round_trips"], quiet(relay)


def go_offline(api):
    api.call("sync", offline=True)
    until(lambda: api.call("status")["sync"] == "offline", "offline")


def main():
    texts = iter(notes.make(RUNS * 202))
    with daemons.World() as world:
        relay = Relay()
        world.central_behind(relay)
        device = world.field("aino")
        world.enrol(device, world.staff("Aino Laine"))
        with device.api() as api:
            client = api.write("client", CLIENT)
            case = api.write("case", {"client": client["id"], "title": "Asia", "opened_on": "2024-11-05",
                                      "opened_by_pathway": "SELF", "special_support": False},
                             client_case=client["case_id"])["case_id"]

            def note():
                api.write("encounter_note", {"text": next(texts), "source": "OBSERVED"}, case_id=case, sign=True)

            api.call("sync", wait=True)
            one, nothing, many, text_bytes = [], [], [], []
            for _ in range(RUNS):
                go_offline(api)
                note()
                one.append(fresh_sync(api, relay))
                go_offline(api)
                nothing.append(fresh_sync(api, relay))
                go_offline(api)
                for _ in range(200):
                    note()
                many.append(fresh_sync(api, relay))
        relay.close()
    sample = notes.make(200)
    print(f"# notes of {statistics.mean(len(n.encode()) for n in sample):.0f} bytes of text")
    median = statistics.median
    print(f"sync.one_note.round_trips {median(r for r, _ in one):g} count")
    print(f"sync.one_note.bytes {median(b for _, b in one):g} bytes")
    print(f"sync.nothing.round_trips {median(r for r, _ in nothing):g} count")
    print(f"sync.nothing.bytes {median(b for _, b in nothing):g} bytes")
    print(f"sync.push200.bytes_per_delta {median(b for _, b in many) / 200:.1f} bytes")


if __name__ == "__main__":
    main()
