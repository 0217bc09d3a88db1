"""journeys - what the tests of the ten journeys share: an office with its workers and
reference data, and the questions a test asks of a screen.

A journey is told as its users meet it: steps in their words, real daemons, and what
stands on the screen (standard output and error of the command line), never what lies
in a store.
"""
import contextlib
import datetime
import zoneinfo

import nodes
from nodes import daemons, jalka, run

HELSINKI = zoneinfo.ZoneInfo("Europe/Helsinki")


def now():
    return datetime.datetime.now(HELSINKI)


def today(days=0):
    return now().date() + datetime.timedelta(days=days)


def ago(minutes):
    """A time before now as the command line takes it."""
    return (now() - datetime.timedelta(minutes=minutes)).isoformat(timespec="seconds")


def finnish(day):
    return f"{day.day}.{day.month}.{day.year}"


class Journey:
    def __init__(self, world, tally):
        self.world, self.tally, self.expect = world, tally, tally.expect
        self.center = world.central()
        self.staff = {}

    def worker(self, folder, name, profession="SOCIAL_INSTRUCTOR"):
        device = self.world.field(folder)
        self.staff[device] = jalka(self.center, "admin", "staff", "add", name, profession)["id"]
        device.node = self.world.enrol(device, self.staff[device])
        device.name = name
        return device

    def reference(self, municipality="Takkuvaara", env_type="VERY_NARROW", phone="016 000 0112"):
        """The place of a journey, as central holds it and devices get it."""
        add = lambda kind, *fields: jalka(self.center, "create", kind, *fields)["id"]
        add("municipality", f"name={municipality}", f"env_type={env_type}", "valid_from=2024-01-01", "kela_distance_km=96",
            f"emergency_phone={phone}")
        add("service_point", "name=Ylikorven kirjasto", f"municipality={municipality}", "kind=LIBRARY", "hours=ti 12-16",
            "phone=016 000 0113", "devices=asiakaskone")

    @contextlib.contextmanager
    def step(self, words):
        """One step of the journey; one that breaks is counted, and the next one is tried."""
        print(f"-- {words}", flush=True)
        with self.tally.part(words):
            yield

    def screen(self, daemon, *command, **options):
        got = run(daemon, *command, json_form=False, **options)
        return got, got.out + got.err

    def sees(self, what, words, daemon, *command, never=(), **options):
        """The command does its work, and all words (none of `never`) are on the screen."""
        got, screen = self.screen(daemon, *command, **options)
        missing = [w for w in words if w not in screen]
        told = [w for w in never if w in screen]
        return self.expect(what, got.code in (nodes.DONE, nodes.CONFLICTS) and not missing and not told,
                           f"missing {missing}, told {told}: {got!r}\n{screen}")

    def does(self, what, words, daemon, *command, **options):
        """The command writes a record, and the screen tells so in these words; gives its id."""
        got, screen = self.screen(daemon, *command, **options)
        missing = [w for w in words if w not in screen]
        self.expect(what, got.code == nodes.DONE and not missing, f"missing {missing}: {got!r}")
        if got.code != nodes.DONE:
            raise AssertionError(repr(got))
        return got.out.split()[0]

    def refused(self, what, words, daemon, *command, **options):
        """Refused with these words, and nothing is written."""
        before = None if daemon is self.center else nodes.recorded(daemon)
        got = run(daemon, *command, **options)
        missing = [w for w in words if w not in got.err]
        return self.expect(what, got.refused and not missing and (before is None or nodes.recorded(daemon) == before),
                           f"missing {missing}: {got!r}")

    def state(self, record, daemon):
        return jalka(daemon, "show", record)["record"]["state"]["holds"]

    def agenda(self, daemon):
        """What is due today, and by when: (what, rule) to the row."""
        return {(d["what"], d["rule"]): d for d in jalka(daemon, "agenda")["due"]}

    def counted(self, rule, day, daemon, actable=False):
        """The day on which a clock of the law ends, by `jalka deadline`."""
        return jalka(daemon, "deadline", rule, day)["clocks"][0]["actable" if actable else "counted"]["date"]

    def client(self, daemon, family, given, *fields, **options):
        words = [f for f in fields if "=" in f]
        if not any(w.startswith("municipality=") for w in words):
            words.append("municipality=Takkuvaara")
        return jalka(daemon, "client", "add", family, given, f"informed_at={ago(1)}", *words)

    def matter(self, daemon, client, title, *fields):
        return jalka(daemon, "case", "open", client["id"], title, *fields)

    def share(self, daemon, *cases, role="CO_WORKER"):
        """The administrator gives cases to a worker, and they arrive."""
        for case in cases:
            jalka(self.center, "admin", "assign", case["case_id"], self.staff[daemon], role)
        daemons.until(lambda: all(run(daemon, "show", c["case_id"]).code == nodes.DONE for c in cases), "the shared cases")
        nodes.sync(daemon)


def journey(steps, title):
    """Runs one journey: `steps` is called with it; counts and exit code as every test's."""
    tally = nodes.Tally()
    print(title)
    with daemons.World() as world:
        steps(Journey(world, tally))
    tally.finish()
