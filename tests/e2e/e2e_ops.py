#!/usr/bin/python3
"""Operations of real daemons: /metrics and /healthz, the log, configuration files,
and what systemd is told and hands over (a socket of ours in its place).

What is counted is made to happen and looked for; what must not be told of anybody is
looked for in all that was told.
"""
import contextlib
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import daemons
from daemons import CLIENT, JALKA, JALKAD, until

NAME = re.compile(r"^[a-z][a-z0-9_]*$")
VALUE = re.compile(r"^([a-z0-9_]+)(\{([a-z_]+)=\"([^\"\\\n]*)\"\})? ([0-9]+(\.[0-9]+)?)$")


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=60)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(20)
        self.sock.connect(self.path)


def field_of(line, key):
    match = re.search(rf"\b{key}=(\"(?:[^\"\\]|\\.)*\"|\S+)", line)
    return match.group(1).strip('"') if match else None


def place_of(daemon):
    return next(field_of(line, "place") for line in daemon.lines if "event=ops " in line)


def ask(place, target="/metrics", method="GET", headers=None, body=None):
    connection = UnixConnection(place[5:]) if place.startswith("unix:") else http.client.HTTPConnection(place, timeout=60)
    with contextlib.closing(connection):
        connection.request(method, target, body=body, headers=headers or {})
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read().decode()


def parse(text):
    """{name or name{label}: value}; asserts the format as Prometheus reads it."""
    values, types, current, seen = {}, {}, None, set()
    assert text.endswith("\n")
    for line in text[:-1].split("\n"):
        if line.startswith("# HELP "):
            _, _, current, told = line.split(" ", 3)
            assert NAME.match(current) and told and current not in seen, line
            seen.add(current)
        elif line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            assert name == current and kind in ("counter", "gauge", "histogram"), line
            assert (kind == "counter") == name.endswith("_total"), line
            types[name] = kind
        else:
            match = VALUE.match(line)
            assert match, line
            base = re.sub(r"_(bucket|sum|count)$", "", match[1]) if types[current] == "histogram" else match[1]
            assert base == current, line
            key = match[1] + (match[2] or "")
            assert key not in values, line
            values[key] = float(match[5])
    for name, kind in types.items():
        if kind == "histogram":
            steps = [v for k, v in values.items() if k.startswith(name + "_bucket")]
            assert steps == sorted(steps) and steps[-1] == values[name + "_count"], steps
    return values


class Bench:
    def __init__(self, world):
        self.world = world
        self.center = world.central("--ops", "127.0.0.1:0", "--log-level", "debug")
        self.place = place_of(self.center)
        self.staff = world.staff("Aino Verokki")
        self.device = world.field("koneenkantaja", "--log-level", "debug")
        self.node = world.enrol(self.device, self.staff)
        self.said = []

    def metrics(self):
        status, headers, text = ask(self.place)
        assert status == 200 and headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8", (status, headers)
        self.said.append(text)
        return parse(text)


# ---- metrics -----------------------------------------------------------------

def what_happens_is_counted(bench):
    before = bench.metrics()
    assert before["jalka_up"] == 1 and before['jalka_devices{state="active"}'] == 1, before
    assert before["jalka_devices_connected"] == 1 and before["jalka_enrolments_total"] == 1, before
    with bench.device.api() as api, bench.center.api() as admin:
        bench.client = api.write("client", CLIENT)
        api.call("sync", wait=True)
        status = admin.call("status")
        admin.admin("safe", str(status["last_order"]))
        after = bench.metrics()
        for name in ("jalka_pushes_total", "jalka_receipts_total", "jalka_deltas_accepted_total", "jalka_commits_total", "jalka_log_order",
                     "jalka_received_bytes_total", "jalka_sent_bytes_total", "jalka_loop_turn_seconds_count"):
            assert after[name] > before[name], (name, before[name], after[name])
        assert after["jalka_safe_order"] == status["last_order"] == after["jalka_log_order"], (status, after)
        assert abs(after["jalka_safe_order_time_seconds"] - time.time()) < 60
        # What another device is to have is pulled by it.
        second = bench.world.field("toinen")
        bench.second = bench.world.enrol(second, bench.world.staff("Eero Sihvola"))
        admin.admin("assign", bench.client["case_id"], admin.admin("devices")["devices"][-1]["holder"])
        for case in admin.admin("cases")["cases"]:
            with contextlib.suppress(daemons.Refused):
                admin.admin("assign", case["case_id"], next(d["holder"] for d in admin.admin("devices")["devices"] if d["node"] == bench.second))
        until(lambda: bench.metrics()["jalka_backlogs_total"] + bench.metrics()["jalka_pulls_total"] >
              after["jalka_backlogs_total"] + after["jalka_pulls_total"], "the second device to be fed")
        second.stop()
        until(lambda: bench.metrics()["jalka_devices_connected"] == 1, "the second device to be gone")
        admin.admin("revoke", bench.second)
        told = bench.metrics()
        assert told['jalka_devices{state="revoked"}'] == 1 and told["jalka_devices_wipe_open"] == 1, told


def process_figures_are_the_kernels(bench):
    told = bench.metrics()
    resident = bench.center.resident_kib() * 1024
    assert 0.5 * resident < told["process_resident_memory_bytes"] < 2 * resident, (resident, told)
    assert told["process_open_fds"] < 64 <= told["process_max_fds"], told
    began = os.stat(f"/proc/{bench.center.process.pid}").st_mtime
    assert abs(told["process_start_time_seconds"] - began) < 30, (told["process_start_time_seconds"], began)
    store = os.path.getsize(os.path.join(bench.center.folder, "store.db"))
    assert told["jalka_store_bytes"] == store and told["jalka_store_free_bytes"] > 0, told


def what_fails_is_counted_by_its_cause(bench):
    port = bench.center.port
    before = bench.metrics()
    for garbage in (b"\xff" * 400, b"GET / HTTP/1.1\r\n\r\n" * 20):
        with socket.create_connection(("127.0.0.1", port)) as s:
            s.sendall(garbage)
            s.settimeout(20)
            with contextlib.suppress(ConnectionError):
                while s.recv(4096):
                    pass
    for _ in range(3):
        socket.create_connection(("127.0.0.1", port)).close()
    def settled():
        now = bench.metrics()
        ends = {k: v for k, v in now.items() if k.startswith("jalka_connections_ended_total")}
        return now if sum(ends.values()) - sum(v for k, v in before.items() if k in ends) >= 5 else None
    after = until(settled, "five connections to be counted as ended")
    assert after["jalka_handshakes_refused_total"] >= before["jalka_handshakes_refused_total"] + 2, after
    bad = 'jalka_connections_ended_total{cause="header_of_no_known_version_kind_or_length"}'
    assert after[bad] >= before.get(bad, 0) + 2, after


def what_waits_for_a_decision_is_counted(bench):
    """What a revoked device pushes waits: nothing is thrown away."""
    with bench.center.api() as admin:
        third = bench.world.field("kolmas")
        node = bench.world.enrol(third, bench.world.staff("Kaisa Ranto"))
        with third.api() as api:
            api.call("sync", offline=True)
            api.write("client", dict(CLIENT, family_name="Jononen"))
            admin.admin("revoke", node)
            api.call("sync", online=True)
        until(lambda: bench.metrics()["jalka_quarantine_deltas"] > 0, "the revoked device's work to wait")
        waiting = admin.admin("quarantine")["quarantine"]
        told = bench.metrics()
        assert told["jalka_quarantine_deltas"] == len(waiting), (told["jalka_quarantine_deltas"], len(waiting))
        assert told["jalka_deltas_quarantined_total"] >= len(waiting)


def health_says_that_it_serves(bench):
    assert ask(bench.place, "/healthz")[::2] == (200, "ok\n")


# ---- what is not served -------------------------------------------------------

def only_get_of_two_pages_is_answered(bench):
    for method in ("POST", "PUT", "DELETE", "OPTIONS", "HEAD", "TRACE", "PATCH", "BREW"):
        for target in ("/metrics", "/healthz"):
            status, headers, _ = ask(bench.place, target, method)
            assert status == 405 and headers["Allow"] == "GET", (method, target, status)
    for target in ("/", "/metrics/", "/metrics?x=1", "/Metrics", "/api", "/../metrics", "/healthz%00", "/" + "m" * 500):
        assert ask(bench.place, target)[0] in (403, 404), target
    for headers in ({"Origin": "http://evil.example"}, {"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "cross-site"}):
        assert ask(bench.place, headers=headers)[0] == 403, headers
    assert ask(bench.place, headers={"Sec-Fetch-Site": "none"})[0] == 200, "a person who types the address"
    with contextlib.suppress(http.client.HTTPException, ConnectionError):
        assert ask(bench.place, body=b"x" * 100000)[0] != 200
    assert ask(bench.place)[0] == 200


def many_slow_connections_are_bounded_and_give_way(bench):
    """300 that ask for nothing: the place goes on answering, and the node serves its devices."""
    host, _, port = bench.place.rpartition(":")
    before = bench.metrics()["process_open_fds"]
    held = []
    try:
        for i in range(300):
            s = socket.create_connection((host, int(port)), timeout=60)
            s.sendall(b"GET /metrics HTTP/1.1\r\nX: " if i % 2 else b"G")
            held.append(s)
        told = until(lambda: next(iter([bench.metrics()])), "an answer beside them")
        assert told["process_open_fds"] - before <= 80, (before, told["process_open_fds"])
        with bench.device.api() as api:
            api.write("client", dict(CLIENT, family_name="Ruuhka", given_names="Eeva"))
            api.call("sync", wait=True)
    finally:
        for s in held:
            s.close()


def a_unix_socket_serves_and_leaves_nothing(bench):
    folder = bench.world.folder("unix")
    path = os.path.join(bench.world.base, "ops.sock")
    center = daemons.Central(folder, "--ops", "unix:" + path)
    bench.world.daemons.append(center)
    center.start()
    assert place_of(center) == "unix:" + path
    assert parse(ask("unix:" + path)[2])["jalka_up"] == 1
    assert os.stat(path).st_mode & 0o777 == 0o660
    center.kill()
    assert os.path.exists(path)
    center.start()  # what a crash has left is in nobody's way
    assert ask("unix:" + path, "/healthz")[0] == 200
    assert center.stop() == 0 and not os.path.exists(path)


def a_taken_place_is_refused_with_a_reason(bench):
    run = subprocess.run([JALKAD, "central", "--dir", bench.world.folder("taken"), "--listen", "127.0.0.1:0", "--init", "--ops", bench.place],
                         capture_output=True, text=True, timeout=60)
    assert run.returncode == 2 and "place to listen at is not free" in run.stderr, run


# ---- nothing of anybody -------------------------------------------------------

def neither_metrics_nor_logs_tell_of_anybody(bench):
    def jalka(*words):
        done = subprocess.run([JALKA, "--dir", bench.device.folder, "--json", *words], capture_output=True, text=True, timeout=30)
        assert done.returncode == 0, done
        return json.loads(done.stdout.split("\n")[0])
    matter = jalka("case", "open", bench.client["id"], "Häätöuhka Kuusamossa", "opened_by_pathway=OUTREACH_FOUND")
    note = jalka("note", matter["case_id"], "Salainen huoli vuokrasta")
    with bench.device.api() as api, bench.center.api() as admin:
        api.call("search", text="Verkkola")
        with contextlib.suppress(daemons.Refused):
            api.write("client", dict(CLIENT, person_identity_code="131052-308T", family_name="Salapoika"))
        with contextlib.suppress(daemons.Refused):
            admin.admin("staff", "add", "Maija Meikäläinen", "NO_SUCH_PROFESSION")
        api.call("sync", wait=True)
        admin.admin("audit")
        admin.admin("quarantine")
        staff = [s["id"] for s in admin.admin("staff", "list")["staff"]]
    bench.metrics()
    # Device ids stand in logs, for an administrator to find the device; never in metrics.
    persons = [CLIENT["family_name"], "Aino", "Maria", "Utajärvi", "1234567", "Verokki", "Sihvola", "Ranto", "Jononen", "Ruuhka", "Salainen", "huoli",
               "vuokra", "Salapoika", "131052", "308T", "Meikäläinen", "Verkkola", "koneenkantaja", "toinen", "kolmas", bench.client["id"],
               bench.client["case_id"], matter["case_id"], matter["id"], note["id"], "Häätö", "Kuusamo", *staff]
    logs = "".join(line for daemon in bench.world.daemons for line in daemon.lines)
    metrics = "".join(bench.said)
    assert len(logs) > 2000 and bench.node in logs, "the run was logged at all"
    events = set(re.findall(r"event=(\S+)", logs))
    assert {"listening", "ops", "ready", "order", "session_ended", "connection_ended"} <= events, events
    for who in persons:
        for told, where in ((logs, "the log"), (metrics, "metrics")):
            at = told.find(who)
            assert at < 0, (who, where, told[max(0, at - 80):at + 80])
    assert bench.node not in metrics and not re.search(r"[0-9a-f]{16}", metrics)


def every_line_of_the_log_is_pairs(bench):
    pair = r"[a-z_]+=(\"([^\"\\]|\\.)*\"|[A-Za-z0-9._:/@+-]+)"
    for daemon in bench.world.daemons:
        for line in daemon.lines:
            assert re.fullmatch(rf"time=\S+Z level=(error|warning|notice|info|debug) event=[a-z_]+( {pair})*\n", line), line


# ---- configuration ------------------------------------------------------------

def run(*arguments, **environment):
    env = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", **environment}
    return subprocess.run([JALKAD, *arguments], capture_output=True, text=True, timeout=60, env=env)


def a_node_starts_from_a_file_alone(bench):
    base = bench.world.folder("conf")
    os.mkdir(base)
    path = os.path.join(base, "central.conf")
    with open(path, "w") as conf:
        conf.write(f"# the county's node\n[daemon]\ndir = {base}/node\n\n[central]\nlisten = 127.0.0.1:0\nops = 127.0.0.1:0 ; here alone\n")
    made = run("central", "--config", path, "--init-only")
    assert made.returncode == 0 and "event=made" in made.stderr and "ready" not in made.stderr, made
    again = run("central", "--config", path, "--init-only")
    assert again.returncode == 2 and "holds a central node already" in again.stderr, again
    center = daemons.Daemon(os.path.join(base, "node"), ["central", "--config", path])
    bench.world.daemons.append(center)
    center.start()
    assert ask(place_of(center), "/healthz")[0] == 200
    center.process.send_signal(signal.SIGHUP)  # the terminal went away
    assert center.process.wait(60) == 0


def a_worker_starts_it_with_no_option_and_finds_it(bench):
    """The daemon and the command line agree where, with and without a runtime folder."""
    base = bench.world.folder("home")
    os.makedirs(base + "/run", 0o700)
    for environment in ({"HOME": base}, {"HOME": base, "XDG_RUNTIME_DIR": base + "/run"}):
        env = {"PATH": os.environ["PATH"], **environment}
        field = daemons.Daemon(base, ["field", "--web", "0"])
        bench.world.daemons.append(field)
        field.start(env=env)
        told = subprocess.run([JALKA, "--json", "status"], capture_output=True, text=True, timeout=60, env=env)
        assert told.returncode == 0 and json.loads(told.stdout)["vault"] == "none", told
        assert os.path.exists(base + "/run/jalka/socket") == ("XDG_RUNTIME_DIR" in environment)
        assert field.stop() == 0
    assert os.stat(base + "/.local/share/jalka").st_mode & 0o777 == 0o700


def check_config_tells_what_would_hold_and_touches_nothing(bench):
    base = bench.world.folder("check")
    os.mkdir(base)
    path = os.path.join(base, "field.conf")
    with open(path, "w") as conf:
        conf.write(f"[daemon]\ndir = {base}/d\n[field]\nweb = off\n")
    told = run("field", "--config", path, "--lock-after", "60", "--check-config")
    assert told.returncode == 0 and told.stderr == "", told
    assert f"# {path}:4\nweb = off" in told.stdout and "# command line\nlock-after = 60" in told.stdout, told.stdout
    assert "# default\nlog-level = notice" in told.stdout, told.stdout
    assert sorted(os.listdir(base)) == ["field.conf"]
    full = subprocess.run([JALKAD, "field", "--config", path, "--check-config"], stdout=open("/dev/full", "w"), timeout=60)
    assert full.returncode == 1


def a_wrong_file_is_refused_with_its_place_and_nothing_changes(bench):
    base = bench.world.folder("wrong")
    os.makedirs(os.path.join(base, "jalka"))
    path = os.path.join(base, "jalka", "field.conf")
    for text, said in (("[field]\nlock_after = 60\n", ":2: no such key: lock_after. Is lock-after meant?"),
                       ("[field]\nweb = http\n", ":2: web is \"http\"; expected: a port from 0 to 65535, or off"),
                       ("[feild]\nweb = 0\n", ":2: no such section: [feild]. There are [daemon] and [field]"),
                       ("[field]\nweb 0\n", ":2: neither [section] nor key = value nor a comment")):
        with open(path, "w") as conf:
            conf.write(text)
        for more in ([], ["--check-config"]):
            got = run("field", "--dir", base + "/d", *more, XDG_CONFIG_HOME=base)
            assert got.returncode == 2 and got.stdout == "" and path + said in got.stderr, got
            assert not os.path.exists(base + "/d")


def the_key_comes_as_a_credential(bench):
    base = bench.world.folder("credential")
    os.mkdir(base)
    key = os.path.join(base, "store.key")
    with open(key, "wb") as f:
        f.write(os.urandom(32))
    common = ["central", "--dir", base + "/node", "--listen", "127.0.0.1:0"]
    made = run(*common, "--init-only", CREDENTIALS_DIRECTORY=base)
    assert made.returncode == 0 and not os.path.exists(base + "/node/store.key"), made
    with open(key, "wb") as f:
        f.write(os.urandom(32))
    wrong = run(*common, CREDENTIALS_DIRECTORY=base)
    assert wrong.returncode in (1, 2) and "key" in wrong.stderr, wrong
    without = run(*common)
    assert without.returncode == 2, without


# ---- a supervisor -------------------------------------------------------------

class Supervisor:
    """systemd's end of its two protocols."""

    def __init__(self, base):
        self.path = os.path.join(base, "notify")
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        self.socket.settimeout(20)

    def heard(self):
        return self.socket.recv(4096).decode()

    def close(self):
        self.socket.close()


def start_handed(sockets, names, arguments, **environment):
    """As systemd starts it: sockets from descriptor 3 on, LISTEN_PID its own."""
    high = [os.dup2(s.fileno(), 200 + i) for i, s in enumerate(sockets)]

    def take_places():
        for i, fd in enumerate(high):
            os.dup2(fd, 3 + i)
    env = {**os.environ, "LISTEN_FDS": str(len(sockets)), "LISTEN_FDNAMES": names, **environment}
    process = subprocess.Popen(["/bin/sh", "-c", 'LISTEN_PID=$$ exec "$0" "$@"', JALKAD, *arguments], env=env, stderr=subprocess.PIPE,
                               text=True, close_fds=False, preexec_fn=take_places)
    for fd in high:
        os.close(fd)
    return process


def systemd_hears_ready_the_watchdog_and_the_end(bench):
    base = bench.world.folder("notify")
    os.mkdir(base)
    supervisor = Supervisor(base)
    environment = {**os.environ, "NOTIFY_SOCKET": supervisor.path, "WATCHDOG_USEC": "200000"}
    center = daemons.Daemon(base + "/node", ["central", "--dir", base + "/node", "--listen", "127.0.0.1:0", "--init"])
    bench.world.daemons.append(center)
    with contextlib.closing(supervisor):
        center.start(env=environment)
        assert supervisor.heard() == "READY=1\nSTATUS=the central node serves"
        assert [supervisor.heard() for _ in range(3)] == ["WATCHDOG=1"] * 3
        os.kill(center.process.pid, signal.SIGSTOP)  # a loop that is stuck feeds nothing
        supervisor.socket.settimeout(1)
        with contextlib.suppress(TimeoutError):
            while supervisor.heard() == "WATCHDOG=1":
                pass
        os.kill(center.process.pid, signal.SIGCONT)
        supervisor.socket.settimeout(20)
        assert supervisor.heard() == "WATCHDOG=1"
        assert center.stop() == 0
        rest = iter(supervisor.heard, "STOPPING=1")
        assert all(word == "WATCHDOG=1" for word in rest)


def sockets_that_are_handed_over_serve_the_daemon(bench):
    """Who came before the daemon was there is answered; the sockets stay systemd's."""
    base = bench.world.folder("handed")
    os.mkdir(base, 0o700)
    api, web = socket.socket(socket.AF_UNIX), socket.socket()
    path = os.path.join(base, "socket.api")
    api.bind(path)
    web.bind(("127.0.0.1", 0))
    api.listen(8)
    web.listen(8)
    early = daemons.Api(path)
    page = http.client.HTTPConnection("127.0.0.1", web.getsockname()[1], timeout=30)
    page.connect()
    page.putrequest("GET", "/")
    page.endheaders()
    early.send("status")
    for again in range(2):
        process = start_handed([api, web], "api:web", ["field", "--dir", base + "/d", "--store-key-file", base + "/key"])
        try:
            if not again:
                assert early.answer()["role"] == "field"
                assert page.getresponse().status == 200
            with daemons.Api(path) as later:
                assert later.call("status")["vault"] == "open"
            opened = subprocess.run([JALKA, "--socket", path, "open", "--address"], capture_output=True, text=True, timeout=60)
            assert f"127.0.0.1:{web.getsockname()[1]}/" in opened.stdout, opened
            assert not os.path.exists(base + "/d/socket")
        finally:
            process.terminate()
            assert process.wait(60) == 0
            process.stderr.close()
        assert os.path.exists(path), "what it did not make it leaves"
    early.close()
    api.close()
    web.close()


def main():
    count = daemons.Count()
    with daemons.World() as world:
        bench = Bench(world)
        for fact in (what_happens_is_counted, process_figures_are_the_kernels, what_fails_is_counted_by_its_cause,
                     what_waits_for_a_decision_is_counted, health_says_that_it_serves, only_get_of_two_pages_is_answered,
                     many_slow_connections_are_bounded_and_give_way, a_unix_socket_serves_and_leaves_nothing,
                     a_taken_place_is_refused_with_a_reason, a_node_starts_from_a_file_alone,
                     a_worker_starts_it_with_no_option_and_finds_it,
                     check_config_tells_what_would_hold_and_touches_nothing,
                     a_wrong_file_is_refused_with_its_place_and_nothing_changes, the_key_comes_as_a_credential,
                     systemd_hears_ready_the_watchdog_and_the_end, sockets_that_are_handed_over_serve_the_daemon,
                     neither_metrics_nor_logs_tell_of_anybody, every_line_of_the_log_is_pairs):
            count.run(fact, bench)
    count.finish("e2e_ops")


main()
