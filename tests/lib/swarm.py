"""swarm - many synthetic devices (tests/swarm) enrolled at a real central node, and floods against it.

Enrolment is the real one, handshake and confirmation, in batches; the local API does what an
administrator does. What is measured comes back as numbers; percentiles are by nearest rank.
"""
import math
import os
import subprocess
import time

import daemons

SWARM = os.environ.get("SWARM", os.path.join(os.path.dirname(daemons.JALKAD), "swarm/swarm"))
BATCH = 32
GIVE_UP_S = 120


def nearest(values, part):
    ordered = sorted(values)
    return ordered[max(0, math.ceil(part * len(ordered)) - 1)]


class Swarm:
    def __init__(self):
        self.process = subprocess.Popen([SWARM, "serve"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.staff, self.nodes = [], []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()

    def say(self, *words):
        self.process.stdin.write(" ".join(map(str, words)) + "\n")
        self.process.stdin.flush()
        return self.hear()

    def hear(self):
        line = self.process.stdout.readline().split()
        if not line:
            raise RuntimeError("the swarm has ended")
        return line[1:]

    def enrol(self, center, count, progress=None):
        """So many people with a device each."""
        with center.api() as admin:
            while len(self.nodes) < count:
                batch = min(BATCH, count - len(self.nodes))
                people = [admin.admin("staff", "add", f"Parvi {len(self.staff) + i}", "SOCIAL_INSTRUCTOR")["id"] for i in range(batch)]
                codes = [admin.admin("enrol", person)["code"] for person in people]
                nodes = self.say("enrol", f"{batch}\n" + "\n".join(codes))
                for node in nodes:
                    admin.admin("confirm", node)
                self.say("confirmed")
                self.staff += people
                self.nodes += nodes
                if progress and len(self.nodes) % (BATCH * 64) == 0:
                    progress(len(self.nodes))

    def hold_all(self, center):
        """From now on they connect as devices do that have everything up to here."""
        with center.api() as admin:
            self.say("cursor", admin.admin("counters")["last_order"])

    def connect(self, first, last):
        """Seconds that it took."""
        return int(self.say("connect", first, last)[1]) / 1e6

    def serve(self, ms):
        self.say("serve", ms)

    def note(self, device, others):
        """Milliseconds from the push to its receipt, and from that to each of the others' frames."""
        pushed, receipt, *came = map(int, self.say("note", device, others))
        return (receipt - pushed) / 1e3, [(at - receipt) / 1e3 for at in came]

    def awaited(self, count):
        """When so many had got rows: microseconds of the monotonic clock."""
        return [int(at) for at in self.say("await", count)]


class Flood:
    """Bogus first messages, or slow sockets, for so many seconds at most."""

    def __init__(self, *words):
        self.process = subprocess.Popen([SWARM, *map(str, words)], stdout=subprocess.PIPE, text=True)
        if self.process.stdout.readline().strip() != "begun":
            raise RuntimeError("the flood did not begin")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()

    def result(self):
        """What it did, when its time is over."""
        out = self.process.stdout.read()
        self.process.wait()
        return {name: float(value) for name, value in (part.split("=") for part in out.split())}


def flood(kind, code, rate, seconds, first="127.2.0.1", sources=200, apart=256):
    return Flood("flood", kind, code, first, sources, apart, rate, seconds)


def slow(code, count, seconds, first="127.3.0.1", sources=200, apart=256):
    return Flood("slow", code, first, sources, apart, count, seconds)


class Worker:
    """A real field daemon with a matter to write in, timed as it brings one note home after another."""

    def __init__(self, world):
        self.world = world
        self.device = world.field("tyontekija")
        world.enrol(self.device, world.staff("Aino Laine"))
        with self.device.api() as api:
            client = api.write("client", daemons.CLIENT)
            matter = api.write("case", {"client": client["id"], "title": "Asia", "opened_on": "2024-11-05",
                                        "opened_by_pathway": "SELF", "special_support": False}, client_case=client["case_id"])
            self.case_id = matter["case_id"]
            api.call("sync", wait=True)

    def one(self, api):
        """Seconds from going online with one new note to its receipt, on a fresh connection."""
        api.call("sync", offline=True)
        daemons.until(lambda: api.call("status")["sync"] == "offline", "offline")
        api.write("encounter_note", {"text": "Tavattu torilla.", "source": "OBSERVED"}, case_id=self.case_id, sign=True)
        began = time.monotonic()
        api.call("sync", online=True)
        while api.call("status")["unreceipted"] != 0:
            if time.monotonic() - began > GIVE_UP_S:
                raise AssertionError(f"no receipt in {GIVE_UP_S} s")
            time.sleep(0.002)
        return time.monotonic() - began

    def syncs(self, seconds):
        """As many as there is time for; one at least."""
        times, end = [], time.monotonic() + seconds
        with self.device.api() as api:
            while not times or time.monotonic() < end:
                times.append(self.one(api))
        return times

    def code(self):
        """An enrolment code, as an outsider may once have seen one."""
        staff = self.world.staff("Vieras")
        with self.world.center.api() as admin:
            return admin.admin("enrol", staff)["code"]
