"""nodes - what the end-to-end tests share: real daemons as their users meet them.

The processes are those of tests/lib/daemons.py; here is the command line in
front of them (exit code, words, JSON), the count of expectations, one printed
line each, and copies of a daemon's folder. A part of a test that breaks is
counted as failed and the parts after it still run.
"""
import contextlib
import json
import os
import shutil
import subprocess
import sys
import time
import traceback

HERE = os.path.dirname(os.path.abspath(__file__))
sys.dont_write_bytecode = True
sys.path[:0] = [os.path.join(HERE, "../lib"), HERE]
import bytescan  # noqa: E402
import daemons  # noqa: E402
from daemons import until  # noqa: E402

DONE, FAILED, USAGE, NO_DAEMON, LOCKED, CONFLICTS = range(6)  # exit codes of jalka(1)


class Tally:
    """Expectations, one line each; ends with "N passed, N failed"."""

    def __init__(self):
        self.passed = self.failed = 0
        self.began = time.monotonic()

    def expect(self, what, holds, detail=""):
        self.passed += bool(holds)
        self.failed += not holds
        why = "" if holds or detail == "" else f": {str(detail)[:1500]}"
        print(f"{'ok  ' if holds else 'FAIL'} {what}{why}", flush=True)
        return bool(holds)

    @contextlib.contextmanager
    def part(self, name):
        try:
            yield
        except Exception as why:
            traceback.print_exc(file=sys.stdout)
            self.expect(f"{name} runs to its end", False, repr(why))

    def finish(self):
        print(f"{time.monotonic() - self.began:.1f} s")
        print(f"{self.passed} passed, {self.failed} failed")
        sys.exit(1 if self.failed or not self.passed else 0)


class Run:
    """What one command said."""

    def __init__(self, words, done):
        self.words, self.code = words, done.returncode
        self.out, self.err = done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace")

    def __repr__(self):
        return f"jalka {' '.join(map(str, self.words))[:160]} -> {self.code}; {self.err.strip()[:300]}; {self.out[:300]}"

    @property
    def json(self):
        """The answer; a long list comes in several objects."""
        whole, *parts = [json.loads(line) for line in self.out.splitlines() if line.strip()]
        for part in parts:
            for key, value in part.items():
                if isinstance(value, list):
                    whole[key] = whole.get(key, []) + value
        return whole

    @property
    def refused(self):
        """A refusal in words: exit code 1 or 2, a reason, and nothing on standard output."""
        return self.code in (FAILED, USAGE) and len(self.err.strip()) > 10 and self.out == ""


def run(daemon, *words, stdin=None, json_form=True, timeout=60):
    """`jalka` against this daemon, whatever comes of it. Words are texts or bytes."""
    command = [daemons.JALKA, "--dir", daemon.folder, *(["--json"] if json_form else []),
               *(w if isinstance(w, bytes) else str(w) for w in words)]
    done = subprocess.run(command, input=stdin.encode() if stdin is not None else None, stdin=None if stdin is not None
                          else subprocess.DEVNULL, capture_output=True, timeout=timeout)
    return Run(words, done)


def jalka(daemon, *words, **options):
    """`jalka` that must go well; gives its JSON."""
    got = run(daemon, *words, **options)
    if got.code not in (DONE, CONFLICTS):
        raise AssertionError(repr(got))
    return got.json


def offline(*devices):
    for device in devices:
        jalka(device, "sync", "--offline")


def online(*devices):
    for device in devices:
        jalka(device, "sync", "--online", "--wait")


def sync(*devices):
    for device in devices:
        jalka(device, "sync", "--wait")


def device_row(center, node):
    return next(d for d in jalka(center, "admin", "devices")["devices"] if d["node"] == node)


def quarantined(center, count):
    """Waits until so many wait for a decision; gives them."""
    def all_there():
        items = jalka(center, "admin", "quarantine")["quarantine"]
        return len(items) == count and items
    return until(all_there, f"{count} in quarantine")


def log_of(daemon, record):
    return jalka(daemon, "show", record, "--log")["log"]


def recorded(daemon):
    """What was recorded here, to see that nothing was. That something was read is logged all
    the same, and others' records may arrive meanwhile."""
    records = jalka(daemon, "list", "--limit", 100000)["records"]
    return sorted((r["id"], r["changed_ms"]) for r in records if r["by"]["mine"] and r["type"] != "access_log"), jalka(daemon, "drafts")["drafts"]


def holds(daemon, record):
    """Whether the record is on this device, and what it says."""
    got = run(daemon, "show", record)
    return got.json["record"]["fields"] if got.code == DONE else None


def copy(folder, to):
    """A copy of a daemon's folder as a backup or a thief would take it."""
    shutil.rmtree(to, ignore_errors=True)
    os.makedirs(to, mode=0o700)
    for name in os.listdir(folder):
        path = os.path.join(folder, name)
        if os.path.isfile(path):  # neither the socket nor anything else alive
            shutil.copy2(path, os.path.join(to, name))
    if os.path.exists(folder + ".key"):
        shutil.copy2(folder + ".key", to + ".key")
    return to


def readable(folders, needles):
    """Where these texts can be read in the files of these folders."""
    files, _, hits = bytescan.scan(folders, needles)
    assert files > 0, "nothing to scan"
    return hits


def new_client(daemon, family, given="Aino Maria", **fields):
    values = {"municipality": "Utajärvi", "contact_language": "FI", **fields}
    return jalka(daemon, "client", "add", family, given, *(f"{k}={v}" for k, v in values.items()))


def new_matter(daemon, client, title):
    return jalka(daemon, "case", "open", client["id"], title, "opened_by_pathway=NEED_REQUEST")


def new_note(daemon, matter, text, visit=None):
    return jalka(daemon, "note", matter["case_id"], text, *(["--visit", visit["id"]] if visit else []))


class Locked(daemons.Daemon):
    """A worker's daemon that opens with a passphrase."""

    def __init__(self, folder, passphrase):
        super().__init__(folder, ["field", "--dir", folder])
        self.passphrase = passphrase

    def init(self):
        return jalka(self, "init", "--passphrase-file", "-", stdin=self.passphrase + "\n")

    def unlock(self, passphrase=None):
        return run(self, "unlock", "--passphrase-file", "-", stdin=(passphrase or self.passphrase) + "\n")


def picture(daemon, case):
    """What a case reads like: equal on two nodes that hold the same."""
    records = jalka(daemon, "show", case)["records"]
    return sorted((r["id"], r["type"], json.dumps(r["fields"], sort_keys=True), r["conflict"]) for r in records)
