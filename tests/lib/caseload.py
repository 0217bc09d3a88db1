"""caseload - the whole fictional set through real daemons: a central node, seven
devices of five workers, five of them in use.

`make(world, seed)` starts and enrols, loads every share in its round, lets the devices
be offline and hear of each other where the set asks for it, and gives the daemons. A
device whose clock is wrong really has a wrong clock: shifted_clock.c is laid under it.
"""
import concurrent.futures
import json
import os
import shutil
import subprocess

import daemons
from daemons import until

WORKERS = ["Aino Laine", "Henna Korvola", "Mikko Saari", "Liisa Palo", "Jussi Rautio"]
REFERENCE = ["municipality", "service_point", "partner", "outreach_post", "guideline", "law_ref"]
HERE = os.path.dirname(os.path.abspath(__file__))


class Caseload:
    def __init__(self, world, seed=1, scale=1, profile="applicants", today=None, say=lambda text: None):
        self.world, self.say = world, say
        self.options = ["--seed", str(seed), "--scale", str(scale), "--profile", profile, *(["--today", today] if today else [])]
        self.names = os.path.join(world.base, "names")
        self.workers = []
        self.administrator = ""  # central's acts are theirs as soon as there is one
        self.written = 0

    def jalka(self, daemon, *words, stdin=None):
        done = subprocess.run([daemons.JALKA, "--dir", daemon.folder, "--json", *words], input=stdin, capture_output=True, text=True)
        if done.returncode not in (0, 5):
            raise RuntimeError(f"jalka {' '.join(words)}: {done.stderr.strip()}")
        return json.loads(done.stdout.splitlines()[0]) if done.stdout else {}

    # ---- lines and who writes them ----

    def lines(self, who, number):
        part = ["--central"] if who == 0 else ["--worker", f"{who}/5"]
        done = subprocess.run([daemons.JALKA, "sample", *self.options, *part, "--round", str(number)],
                              capture_output=True, text=True, check=True)
        return [line for line in done.stdout.splitlines() if line]

    def daemon(self, who):
        return self.world.center if who == 0 else self.workers[who - 1]

    def start_load(self, who, lines):
        names = f"{self.names}.{who}"
        if os.path.exists(self.names):
            shutil.copy(self.names, names)
        role = ["--as", self.administrator] if who == 0 and self.administrator else []
        load = subprocess.Popen([daemons.JALKA, "--dir", self.daemon(who).folder, "-q", *role, "load", "--names", names, "-"],
                                stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        load.names, load.given = names, "\n".join(lines) + "\n"
        self.written += len(lines)
        return load

    def load(self, number, who_all):
        """The round's lines of these, side by side; then the names are put together."""
        shares = {who: self.lines(who, number) for who in who_all}
        loads = [(who, self.start_load(who, [line for line in lines if '"clock":' not in line]))
                 for who, lines in shares.items() if lines]
        for who, load in loads:
            _, told = load.communicate(load.given)
            if load.returncode != 0:
                raise RuntimeError(f"round {number} of {WORKERS[who - 1] if who else 'central'}: {told.strip()}")
        known = set(open(self.names).read().splitlines()) if os.path.exists(self.names) else set()
        for _, load in loads:
            known |= set(open(load.names).read().splitlines())
            os.remove(load.names)
        with open(self.names, "w") as file:
            file.write("".join(sorted(line + "\n" for line in known)))
        return shares

    def everybody(self, *words):
        runs = [subprocess.Popen([daemons.JALKA, "--dir", d.folder, "-q", "--json", *words], stdout=subprocess.DEVNULL,
                                 stderr=subprocess.PIPE, text=True) for d in self.workers]
        for run in runs:
            _, told = run.communicate()
            if run.returncode != 0:
                raise RuntimeError(f"jalka {' '.join(words)}: {told.strip()}")

    def sync(self):
        self.everybody("sync", "--online", "--wait")
        self.everybody("sync", "--wait")  # what others brought meanwhile

    # ---- clocks ----

    def shim(self):
        path = os.path.join(self.world.base, "shifted_clock.so")
        if not os.path.exists(path):
            subprocess.run([os.environ.get("CC", "cc"), "-shared", "-fPIC", "-O1", "-o", path,
                            os.path.join(HERE, "../e2e/shifted_clock.c"), "-ldl"], check=True)
        return path

    def set_clock(self, daemon, minutes):
        """Starts the daemon anew with a clock that is wrong by so much; 0: right."""
        daemon.stop()
        shifted = {**os.environ, "LD_PRELOAD": self.shim(), "SHIFTED_CLOCK_MIN": str(minutes)}
        daemon.start(env=shifted if minutes else None)

    def wrong_clocks(self, shares):
        """The draft begun five days ago, and the note of the device that is three hours
        fast. That one learns how wrong it is when it connects, and stays wrong."""
        for who, lines in shares.items():
            late = [line for line in lines if '"clock":' in line]
            if not late:
                continue
            minutes = json.loads(late[0])["clock"]
            self.set_clock(self.workers[who - 1], minutes)
            if minutes > 0:
                self.jalka(self.workers[who - 1], "sync", "--online", "--wait")
                self.jalka(self.workers[who - 1], "sync", "--offline")
            load = self.start_load(who, late)
            _, told = load.communicate(load.given)
            if load.returncode != 0:
                raise RuntimeError(f"with a wrong clock: {told.strip()}")
            if minutes < 0:
                self.set_clock(self.workers[who - 1], 0)

    # ---- the whole ----

    def staff(self):
        return {one["name"]: one["id"] for one in self.jalka(self.world.center, "admin", "staff")["staff"]}

    def enrol(self, folder, name):
        daemon = self.world.field(folder)
        return daemon, self.world.enrol(daemon, self.staff()[name])

    def devices(self):
        """Five in use; one that will be lost, one that will be taken out of use."""
        wanted = [(name.split()[0].lower(), name) for name in WORKERS] + [("aino-lost", WORKERS[0]), ("jussi-old", WORKERS[4])]
        with concurrent.futures.ThreadPoolExecutor(len(wanted)) as pool:
            made = list(pool.map(lambda one: self.enrol(*one), wanted))
        self.workers = [daemon for daemon, _ in made[:5]]
        for (daemon, node), verb in zip(made[5:], ("revoke", "retire")):
            daemon.stop()
            self.jalka(self.world.center, "admin", verb, node, "--yes")

    def matched(self):
        """Central has looked at every client: the two written twice are found."""
        def found():
            shown = self.jalka(self.world.center, "admin", "matches", "all", "--as", self.administrator)["matches"]
            return any(m["state"] == "LINKED" for m in shown)
        until(found, "the same person found by identity code", 60)

    def make(self):
        everyone = range(1, 6)
        self.say("a central node, its reference data and staff")
        self.world.central()
        for kind in REFERENCE:
            self.jalka(self.world.center, "admin", "import", kind, os.path.join(daemons.ROOT, "scripts/reference", kind + ".csv"))
        self.load(1, [0])
        self.administrator = self.staff()["Riitta Kallio"]
        self.say("seven devices")
        self.devices()
        self.say("five workers write, offline, each their own clients")
        self.everybody("sync", "--wait")
        self.everybody("sync", "--offline")
        self.load(1, everyone)
        self.sync()
        self.say("two work together, apart and offline")
        self.load(2, [0])
        self.sync()
        self.everybody("sync", "--offline")
        shares = self.load(2, everyone)
        self.wrong_clocks(shares)
        self.sync()
        self.say("what follows when they have heard of each other")
        self.load(3, everyone)
        self.sync()
        self.matched()
        self.load(4, [0])
        self.sync()
        os.remove(self.names)
        return self

    def check(self):
        words = ["sample", *self.options[2:], "--check", self.world.center.folder, *(d.folder for d in self.workers)]
        done = subprocess.run([daemons.JALKA, "--json", *words], capture_output=True, text=True)
        return json.loads(done.stdout)
