#!/usr/bin/python3
"""`make install` into a folder of its own: all is there and works from there, the units
are understood by systemd and closed as they say, nothing that was changed is overwritten,
and `make uninstall` takes away what it put there. And docs/operations.md is true: it
tells of every metric, event and file of these, and of no others."""
import os
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import daemons
from daemons import JALKAD, ROOT

MAN = os.path.join(ROOT, "docs/man")
OPERATIONS = open(os.path.join(ROOT, "docs/operations.md"), encoding="utf-8").read()
CENTRAL_EXPOSURE_MAX, FIELD_EXPOSURE_MAX = 1.3, 6.5  # of systemd-analyze security: 0 is closed, 10 open


class Place:
    def __init__(self):
        self.base = tempfile.mkdtemp(prefix="jalka-install-")
        self.usr, self.etc = self.base + "/usr", self.base + "/etc"

    def make(self, target, **more):
        words = [f"{k}={v}" for k, v in {"prefix": self.usr, "sysconfdir": self.etc, **more}.items()]
        out = os.path.dirname(os.path.dirname(os.path.abspath(JALKAD)))
        words += [f"BUILD={out}", f"VARIANT={os.path.basename(os.path.dirname(os.path.abspath(JALKAD)))}"]
        done = subprocess.run(["make", "-s", "--no-print-directory", target, *words], cwd=ROOT, capture_output=True, text=True,
                              env={k: v for k, v in os.environ.items() if not k.startswith("MAKE")})
        assert done.returncode == 0, done
        return self

    def files(self, folder=None):
        found = []
        for at, _, names in os.walk(folder or self.base):
            found += [os.path.relpath(os.path.join(at, name), folder or self.base) for name in names]
        return sorted(found)

    def unit(self, name):
        return f"{self.usr}/lib/systemd/{'user' if 'field' in name else 'system'}/{name}"


def all_is_there(place):
    assert place.files() == sorted([
        "etc/jalka/central.conf", "etc/jalka/field.conf", "usr/bin/jalka", "usr/bin/jalkad", "usr/lib/sysusers.d/jalka.conf",
        "usr/lib/systemd/system/jalka-central-init.service", "usr/lib/systemd/system/jalka-central.service",
        "usr/lib/systemd/user/jalka-field-web.socket", "usr/lib/systemd/user/jalka-field.service",
        "usr/lib/systemd/user/jalka-field.socket", "usr/share/bash-completion/completions/jalka",
        "usr/share/bash-completion/completions/jalkad", "usr/share/doc/jalka/CHANGES.md", "usr/share/doc/jalka/operations.md",
        "usr/share/man/man1/jalka.1", "usr/share/man/man5/jalka.conf.5", "usr/share/man/man8/jalkad.8"]), place.files()
    for program in ("jalka", "jalkad"):
        assert subprocess.run([f"{place.usr}/bin/{program}", "--version"], capture_output=True).returncode == 0


def a_package_is_put_below_destdir(place):
    with tempfile.TemporaryDirectory() as dest:
        place.make("install-only", DESTDIR=dest, prefix="/usr", sysconfdir="/etc")
        assert len(place.files(dest)) == len(place.files()) and os.path.exists(dest + "/usr/bin/jalkad")
        assert "ExecStart=/usr/bin/jalkad central\n" in open(dest + "/usr/lib/systemd/system/jalka-central.service").read()


def the_configuration_is_good_and_stays_as_it_was_changed(place):
    for role in ("central", "field"):
        path = f"{place.etc}/jalka/{role}.conf"
        text = open(path).read()
        for whole in (text, re.sub(r"(?m)^#([a-z-]+ = )", r"\1", text)):  # as it is, and with all that is proposed in it
            with open(place.base + "/tried.conf", "w") as tried:
                tried.write(whole)
            done = subprocess.run([JALKAD, role, "--config", place.base + "/tried.conf", "--check-config"], capture_output=True, text=True)
            assert done.returncode == 0, done
        os.remove(place.base + "/tried.conf")
        with open(path, "a") as conf:
            conf.write("# ours\n")
        place.make("install-only")
        assert open(path).read() == text + "# ours\n"


def bash_completes_from_what_was_installed(place):
    for program, words, wanted in (("jalkad", "jalkad ce", "central"), ("jalka", "jalka sea", "search")):
        text = f'source {place.usr}/share/bash-completion/completions/{program}; COMP_WORDS=({words}); COMP_CWORD=1; _{program}; echo $COMPREPLY'
        done = subprocess.run(["bash", "-c", text], capture_output=True, text=True, env={"PATH": place.usr + "/bin:/usr/bin:/bin"})
        assert done.stdout.strip() == wanted, done


def systemd_understands_the_units(place):
    for name in ("jalka-central.service", "jalka-central-init.service"):
        done = subprocess.run(["systemd-analyze", "verify", "--man=no", place.unit(name)], capture_output=True, text=True)
        own = [line for line in done.stderr.splitlines() if "jalka" in line]
        assert own == [], own
    names = ["jalka-field.service", "jalka-field.socket", "jalka-field-web.socket"]
    done = subprocess.run(["systemd-analyze", "verify", "--user", "--man=no", *map(place.unit, names)], capture_output=True, text=True,
                          env={**os.environ, "XDG_RUNTIME_DIR": place.base})
    own = [line for line in done.stderr.splitlines() if "jalka" in line]
    assert own == [], own


def what_the_units_wait_for_is_what_making_a_node_makes(place):
    wanted = {name: re.search(r"(?m)^ConditionPathExists=!?/var/lib/jalka/(.*)$", open(place.unit(name)).read())[1]
              for name in ("jalka-central.service", "jalka-central-init.service")}
    folder = place.base + "/made"
    done = subprocess.run([JALKAD, "central", "--dir", folder, "--config", "off", "--init-only"], capture_output=True, text=True)
    assert done.returncode == 0 and set(wanted.values()) <= set(os.listdir(folder)), (wanted, done, os.listdir(folder))
    manual = open(os.path.join(MAN, "jalkad.8"), encoding="utf-8").read().replace("\\-", "-")
    for name in os.listdir(folder):
        assert f"DIR/{name}" in manual, name
    shutil.rmtree(folder)


def every_file_is_in_one_package(place):
    lists = {}
    for name in sorted(os.listdir(ROOT + "/scripts/debian")):
        if name.endswith(".install"):
            for line in open(f"{ROOT}/scripts/debian/{name}"):
                source, _, target = line.strip().partition(" ")
                lists[f"{target}/user" if target else source] = name
    for path in place.files():
        holders = {package for source, package in lists.items()
                   if path.replace("usr/lib/systemd/system", "lib/systemd/system").startswith(source)}
        assert len(holders) == 1, (path, holders)


def exposure(path):
    done = subprocess.run(["systemd-analyze", "security", "--offline=yes", "--no-pager", path], capture_output=True, text=True)
    return float(re.search(r"exposure level for \S+: ([0-9.]+)", done.stdout)[1])


def the_units_are_closed(place):
    figures = {name: exposure(place.unit(name)) for name in ("jalka-central.service", "jalka-central-init.service", "jalka-field.service")}
    print("    exposure:", figures)
    assert figures["jalka-central.service"] <= CENTRAL_EXPOSURE_MAX and figures["jalka-central-init.service"] <= CENTRAL_EXPOSURE_MAX, figures
    assert figures["jalka-field.service"] <= FIELD_EXPOSURE_MAX, figures


def what_the_node_asks_of_the_kernel_is_let_through(place):
    """The unit's list of calls, asked of systemd, against those of a node that is made, serves a device and ends."""
    def calls(words):
        found = set()
        for word in words:
            if word.startswith("@"):
                told = subprocess.run(["systemd-analyze", "syscall-filter", word], capture_output=True, text=True, check=True).stdout
                found |= calls(line.strip() for line in told.splitlines()[1:] if line.strip() and not line.strip().startswith("#"))
            else:
                found.add(word)
        return found
    allowed = set()
    for line in re.findall(r"(?m)^SystemCallFilter=(.*)$", open(place.unit("jalka-central.service")).read()):
        allowed = allowed - calls(line[1:].split()) if line.startswith("~") else allowed | calls(line.split())
    assert "read" in allowed and "mount" not in allowed and "ptrace" not in allowed
    log = place.base + "/calls"
    with daemons.World() as world:
        daemons.JALKAD, plain = place.base + "/traced", daemons.JALKAD
        with open(daemons.JALKAD, "w") as script:
            script.write(f'#!/bin/sh\nexec strace -f -qq -o {log} -e signal=none {plain} "$@"\n')
        os.chmod(daemons.JALKAD, 0o755)
        try:
            center = world.central("--ops", "127.0.0.1:0")
        finally:
            daemons.JALKAD = plain
        device = world.field("laite")
        world.enrol(device, world.staff("Aino"))
        with device.api() as api:
            api.write("client", daemons.CLIENT)
            api.call("sync", wait=True)
        import http.client
        place_ = next(re.search(r"place=(\S+)", line)[1] for line in center.lines if "event=ops" in line)
        connection = http.client.HTTPConnection(place_, timeout=30)
        connection.request("GET", "/metrics")
        assert connection.getresponse().status == 200
        connection.close()
        with open(f"/proc/{center.process.pid}/task/{center.process.pid}/children") as children:
            os.kill(int(children.read().split()[0]), 15)
        assert center.process.wait(30) == 0
    asked = set(re.findall(r"(?m)^\d+ +([a-z0-9_]+)\(", open(log).read())) - {"execve"}
    asked -= {"fchown"} if os.geteuid() == 0 else set()  # SQLite gives files away when it is root, as no unit is
    os.remove(log)
    os.remove(place.base + "/traced")
    assert len(asked) > 30 and asked <= allowed, asked - allowed


def the_document_tells_every_metric_and_event(_):
    with daemons.World() as world:
        center = world.central("--ops", "127.0.0.1:0")
        import http.client
        connection = http.client.HTTPConnection(next(re.search(r"place=(\S+)", line)[1] for line in center.lines if "event=ops" in line))
        connection.request("GET", "/metrics")
        served = set(re.findall(r"(?m)^# TYPE (\S+)", connection.getresponse().read().decode()))
        connection.close()
    table = OPERATIONS[OPERATIONS.index("| metric |"):OPERATIONS.index("Rules to begin with")]
    told = set(re.findall(r"`((?:jalka|process)_[a-z_]+)`", table))
    assert told == served, told ^ served
    rules = OPERATIONS[OPERATIONS.index("```yaml"):OPERATIONS.index("A worker's daemon serves")]
    used = {re.sub(r"_(bucket|sum|count)$", "", name) for name in re.findall(r"\b((?:jalka|process)_[a-z_]+)\b", rules)}
    assert used and used <= served, used - served
    sources = "".join(open(os.path.join(at, name), encoding="utf-8").read() for at, _, names in os.walk(ROOT + "/daemon")
                      for name in names if name.endswith(".c"))
    written = set(re.findall(r'\blogline\([^"();]*"([a-z_]+)"', sources)) | set(re.findall(r'"(order_refused)" : "order"', sources)) | {"order"}
    events = OPERATIONS[OPERATIONS.index("| event |"):OPERATIONS.index("## Upgrading")]
    told = {name for row in events.splitlines()[2:] for name in re.findall(r"`([a-z_]+)`", row.split("|")[1] if "|" in row else "")}
    assert told == written, told ^ written
    for path in re.findall(r"`(/etc/jalka/[a-z.]+|[a-z-]+\.(?:service|socket))`", OPERATIONS):
        assert os.path.basename(path) in os.listdir(ROOT + "/scripts/install") + ["store.key"], path


def uninstalling_leaves_the_configuration_alone(place):
    place.make("uninstall")
    assert place.files() == ["etc/jalka/central.conf", "etc/jalka/field.conf"], place.files()


place = Place()
try:
    place.make("install-only")
    count = daemons.Count()
    for fact in (all_is_there, a_package_is_put_below_destdir, the_configuration_is_good_and_stays_as_it_was_changed,
                 bash_completes_from_what_was_installed, systemd_understands_the_units, the_units_are_closed,
                 what_the_units_wait_for_is_what_making_a_node_makes, every_file_is_in_one_package,
                 what_the_node_asks_of_the_kernel_is_let_through, the_document_tells_every_metric_and_event,
                 uninstalling_leaves_the_configuration_alone):
        count.run(fact, place)
finally:
    shutil.rmtree(place.base, ignore_errors=True)
count.finish("e2e_install")
