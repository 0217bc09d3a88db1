#!/usr/bin/python3
"""kill -9 of real daemons at random moments of writing and syncing.

    crash_daemons.py [--rounds N] [--seed S]       N of each role, default 200

Two workers write without a pause and sync as they write. In each round one
process - a field daemon or the central node - is killed at a random moment and
started again. Then must hold, every round:

  every write the API had confirmed is there, with its text;
  every receipt a device had seen is still there, and central holds what it was for;
  both ends open their stores, verify and go on.

At the end everything is synced: no delta without receipt, none in quarantine,
the audit of all chains is good, and both workers' books hold the same records.
"""
import argparse
import os
import random
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import daemons
from daemons import CLIENT, Refused, until
import notes

NOTES_MAX = 20000  # of one worker; who has written them all writes no more


class Worker:
    """One field daemon and a thread that writes to it until it is killed."""

    def __init__(self, world, name, chance):
        self.world, self.name, self.chance = world, name, chance
        self.daemon = world.field(name)
        self.staff = world.staff(name.capitalize())
        self.node = world.enrol(self.daemon, self.staff)
        self.confirmed = {}      # record id -> text, as the API answered
        self.fresh = []          # of them, those since the last look
        self.receipted = 0       # the most receipts ever told
        self.texts = iter(notes.make(NOTES_MAX, seed=chance.randrange(2 ** 30)))
        self.stop = threading.Event()
        self.errors = []
        with self.daemon.api() as api:
            client = api.write("client", CLIENT)
            self.case = api.write("case", {"client": client["id"], "title": "Asia", "opened_on": "2024-11-05",
                                           "opened_by_pathway": "SELF", "special_support": False},
                                  client_case=client["case_id"])["case_id"]
        self.thread = None

    def write(self):
        """Until the connection breaks, which is what a kill looks like from here."""
        try:
            with self.daemon.api() as api:
                for text in self.texts:
                    if self.stop.is_set():
                        break
                    answer = api.write("encounter_note", {"text": text, "source": "OBSERVED"}, case_id=self.case, sign=True)
                    self.confirmed[answer["id"]] = text
                    self.fresh.append(answer["id"])
                    if self.chance.random() < 0.1:
                        self.see_receipts(api)
        except Refused as refused:
            self.errors.append(str(refused))
        except OSError:
            pass
        except EOFError:
            pass

    def see_receipts(self, api):
        status = api.call("status")
        self.receipted = max(self.receipted, status["written"] - status["unreceipted"])
        return status

    def begin(self):
        self.stop.clear()
        self.thread = threading.Thread(target=self.write)
        self.thread.start()

    def end(self):
        self.stop.set()
        self.thread.join()
        assert not self.errors, self.errors

    def look(self, ids):
        with self.daemon.api() as api:
            for record in ids:
                shown = api.call("show", id=record)["record"]
                assert shown["fields"]["text"] == self.confirmed[record], ("another text", record)
            status = api.call("status")
            got = status["written"] - status["unreceipted"]
            assert got >= self.receipted, ("receipts lost", self.name, got, self.receipted)
            self.receipted = got

    def look_at_fresh(self):
        fresh, self.fresh = self.fresh, []
        self.look(fresh)
        return len(fresh)


def device_seqs(center):
    with center.api() as admin:
        return {d["node"]: d["seq"] for d in admin.admin("devices")["devices"]}


def one_round(world, workers, role, chance):
    for worker in workers:
        worker.begin()
    time.sleep(chance.random() * 0.12)  # the random moment
    victim = world.center if role == "central" else chance.choice(workers).daemon
    victim.kill()
    victim.start()
    for worker in workers:
        worker.end()
    written = sum(worker.look_at_fresh() for worker in workers)
    held = device_seqs(world.center)
    for worker in workers:
        # one author epoch a device here, so its receipts count seqs
        assert held[worker.node] >= worker.receipted, ("central lost", worker.name, held, worker.receipted)
    return written


def settle(world, workers):
    for worker in workers:
        with worker.daemon.api() as api:
            status = api.call("sync", wait=True)
            assert status["unreceipted"] == 0 and status["quarantined"] == 0, status
    with world.center.api() as admin:
        audit = admin.admin("audit")
        assert audit["ok"] and audit["bad"] == 0, audit
        assert admin.admin("quarantine")["quarantine"] == []


def books_agree(world, workers):
    """Each worker gets the other's case; then both hold the same records."""
    with world.center.api() as admin:
        for worker in workers:
            for other in workers:
                if other is not worker:
                    admin.admin("assign", worker.case, other.staff, "CO_WORKER")
    books = []
    for worker in workers:
        with worker.daemon.api() as api:
            def complete():
                api.call("sync", wait=True)
                # a case at a time: an answer has a length that it does not pass
                lists = [api.call("list", type="encounter_note", case_id=w.case) for w in workers]
                assert not any("truncated" in l for l in lists)
                records = [record for l in lists for record in l["records"]]
                return len(records) >= sum(len(w.confirmed) for w in workers) and records
            records = until(complete, f"{worker.name} holds every note", 60)
            books.append({(r["id"], r["case_id"], r["title"], r["changed_ms"]) for r in records})
            assert all(not r["pending"] for r in records)
            assert api.call("rebuild")["same"]
    assert books[0] == books[1], len(books[0] ^ books[1])
    return len(books[0])


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--rounds", type=int, default=200)
    arguments.add_argument("--seed", type=int, default=None)
    options = arguments.parse_args()
    seed = options.seed if options.seed is not None else random.SystemRandom().randrange(2 ** 30)
    chance = random.Random(seed)
    print(f"crash: seed {seed}, {options.rounds} rounds of each role")
    passed = failed = written = 0
    began = time.monotonic()
    with daemons.World() as world:
        world.central()
        workers = [Worker(world, name, chance) for name in ("aino", "onni")]
        roles = ["central", "field"] * options.rounds
        chance.shuffle(roles)
        for number, role in enumerate(roles):
            try:
                written += one_round(world, workers, role, chance)
                passed += 1
            except Exception as error:
                failed += 1
                print(f"FAIL round {number} ({role}): {error!r}")
                print("".join(line for d in world.daemons for line in d.lines[-6:]))
                break
        if not failed:
            try:
                settle(world, workers)
                for worker in workers:
                    worker.look(worker.confirmed)
                total = books_agree(world, workers)
                passed += 1
                print(f"crash: {2 * options.rounds} kills, {written} confirmed writes, 0 lost, "
                      f"{total} notes in both books, {time.monotonic() - began:.0f} s")
            except Exception as error:
                failed += 1
                print(f"FAIL at the end: {error!r}")
    print(f"crash: {passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
