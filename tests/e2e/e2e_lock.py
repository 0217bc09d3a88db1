#!/usr/bin/python3
"""A profile with a passphrase: made, locked, opened, locked by itself; and what
stands in the daemon's memory once it is locked, which is nothing of a client."""
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import daemons
from daemons import CLIENT, Daemon, Refused, until
import notes

PASSPHRASE = "kevätjäät lähtevät"
SIGNS = [word.encode() for word in ("Xylofonisti", "xylofonisti", "Kvasaari", "kvasaari", "040 7654321", PASSPHRASE)]


def in_memory(pid, needles):
    """Where a needle stands in a process's memory."""
    hits = []
    with open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/mem", "rb", 0) as memory:
        for line in maps:
            place, mode = line.split()[:2]
            if "r" not in mode or "[v" in line:
                continue
            begin, end = (int(part, 16) for part in place.split("-"))
            try:
                memory.seek(begin)
                data = memory.read(end - begin)
            except OSError:  # guard pages of locked memory
                continue
            hits += [(needle, line.split()[-1]) for needle in needles if needle in data]
    return hits


class Desk:
    def __init__(self, world):
        self.world = world
        world.central()
        folder = world.folder("aino")
        self.daemon = Daemon(folder, ["field", "--dir", folder])
        world.daemons.append(self.daemon)
        self.daemon.start()


def refused(kind, call, *arguments, **named):
    try:
        answer = call(*arguments, **named)
    except Refused as error:
        assert error.kind == kind, error
        return error
    raise AssertionError(f"not refused: {answer}")


def it_begins_without_a_vault(desk):
    with desk.daemon.api() as api:
        assert api.call("status")["vault"] == "none"
        refused("LOCKED", api.call, "list")
        refused("CALLER", api.call, "unlock", passphrase=PASSPHRASE)
        refused("CALLER", api.call, "init", passphrase="short")
        assert api.call("status")["vault"] == "none"


def it_answers_while_the_passphrase_is_hashed(desk):
    with desk.daemon.api() as api, desk.daemon.api() as other:
        api.send("init", passphrase=PASSPHRASE)
        asked = 0
        began = time.monotonic()
        while other.call("status")["vault"] != "open":
            asked += 1
            time.sleep(0.01)
            assert time.monotonic() - began < 60
        assert api.answer()["vault"] == "open"
        assert asked > 5, asked  # Argon2id takes some 0.7 s


def a_client_is_recorded(desk):
    desk.world.enrol(desk.daemon, desk.world.staff("Aino Laine"))
    with desk.daemon.api() as api:
        client = api.write("client", dict(CLIENT, family_name="Xylofonisti", phone=["040 7654321"]))
        desk.case = api.write("case", {"client": client["id"], "title": "Asia", "opened_on": "2026-11-03",
                                       "opened_by_pathway": "SELF", "special_support": False},
                              client_case=client["case_id"])["case_id"]
        for text in notes.make(60):
            api.write("encounter_note", {"text": "Kvasaari " + text, "source": "OBSERVED"}, case_id=desk.case, sign=True)
        draft = api.write("encounter_note", {"text": "Kvasaari, kesken"}, case_id=desk.case)
        assert draft["state"] == "draft"
        api.call("list")
        assert api.call("search", text="xylofonisti")["records"]
        api.call("show", id=desk.case)
        api.call("sync", wait=True)
        assert api.call("status")["drafts"] == 1


def locked_it_keeps_nothing_of_a_client_in_memory(desk):
    if os.geteuid() != 0:
        print("# only root may look into the memory of a daemon that forbids it")
        return
    with open(daemons.JALKAD, "rb") as binary:
        code = binary.read()
        if b"__asan_init" in code or b"__tsan_init" in code:
            print("# a sanitizer keeps what was freed")
            return
    assert in_memory(desk.daemon.process.pid, SIGNS), "the scan finds what is there"
    with desk.daemon.api() as api:
        assert api.call("lock")["vault"] == "locked"
    assert in_memory(desk.daemon.process.pid, SIGNS) == []


def locked_it_tells_nothing_and_keeps_no_link(desk):
    with desk.daemon.api() as api:
        api.call("lock")
        status = api.call("status")
        assert set(status) == {"v", "role", "version", "vault", "lock_after_s"}, status
        for call, arguments in (("list", {}), ("search", {"text": "x"}), ("show", {"id": desk.case}), ("sync", {}),
                                ("drafts", {}), ("conflicts", {}), ("agenda", {}), ("rebuild", {})):
            refused("LOCKED", api.call, call, **arguments)
    with desk.world.center.api() as admin:
        until(lambda: not admin.admin("devices")["devices"][0]["connected"], "the link is closed")


def a_wrong_passphrase_opens_nothing(desk):
    with desk.daemon.api() as api:
        error = refused("CALLER", api.call, "unlock", passphrase="syysmyrskyt tulevat")
        assert "passphrase" in error.error, error
        assert api.call("status")["vault"] == "locked"


def the_right_one_opens_and_goes_on(desk):
    with desk.daemon.api() as api:
        assert api.call("unlock", passphrase=PASSPHRASE)["vault"] == "open"
        assert api.call("sync", wait=True)["done"]
        assert len(api.call("list", type="encounter_note")["records"]) == 60
        assert len(api.call("drafts")["drafts"]) == 1
        signed = api.call("sign", record_id=api.call("drafts")["drafts"][0]["id"][:8])
        assert signed["state"] == "signed" and not api.call("drafts")["drafts"]


def it_begins_locked_after_a_restart(desk):
    assert desk.daemon.stop() == 0
    desk.daemon.arguments += ["--lock-after", "4"]
    desk.daemon.start()
    with desk.daemon.api() as api:
        assert api.call("status")["vault"] == "locked"


def it_locks_by_itself_when_nobody_uses_it(desk):
    with desk.daemon.api() as api:
        api.call("unlock", passphrase=PASSPHRASE)
        for _ in range(6):  # longer than the lock time, but in use
            time.sleep(0.9)
            assert api.call("list", type="client")["records"]
        until(lambda: api.call("status")["vault"] == "locked", "the idle lock", 60)  # to ask for the status is no use


def a_lock_while_the_passphrase_is_hashed_ends_well(desk):
    with desk.daemon.api() as api, desk.daemon.api() as other:
        api.send("unlock", passphrase=PASSPHRASE)
        refused("LATER", other.call, "lock")
        assert api.answer()["vault"] == "open"
        api.call("lock")
        api.send("unlock", passphrase=PASSPHRASE)
    assert desk.daemon.stop() == 0  # in the middle of it


def core_dumps_and_tracing_are_off(desk):
    desk.daemon.start()
    with open(f"/proc/{desk.daemon.process.pid}/limits") as limits:
        core = next(line for line in limits if line.startswith("Max core file size"))
    assert core.split()[4:6] == ["0", "0"], core
    assert os.stat(f"/proc/{desk.daemon.process.pid}/mem").st_uid == 0  # not dumpable: root's
    assert os.stat(desk.daemon.folder).st_mode & 0o777 == 0o700
    for name in os.listdir(desk.daemon.folder):
        assert os.stat(os.path.join(desk.daemon.folder, name)).st_mode & 0o077 == 0, name


def main():
    count = daemons.Count()
    with daemons.World() as world:
        desk = Desk(world)
        for fact in (it_begins_without_a_vault, it_answers_while_the_passphrase_is_hashed, a_client_is_recorded,
                     locked_it_keeps_nothing_of_a_client_in_memory, locked_it_tells_nothing_and_keeps_no_link,
                     a_wrong_passphrase_opens_nothing, the_right_one_opens_and_goes_on,
                     it_begins_locked_after_a_restart, it_locks_by_itself_when_nobody_uses_it,
                     a_lock_while_the_passphrase_is_hashed_ends_well, core_dumps_and_tracing_are_off):
            count.run(fact, desk)
    count.finish("lock")


if __name__ == "__main__":
    main()
