#!/usr/bin/python3
"""Resident memory of both roles when idle: VmRSS, the field daemon after its
Argon2id of 256 MiB and more, with a day's records, connected. Median of RUNS."""
import os
import statistics
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import daemons
from daemons import CLIENT, Daemon
import notes

RUNS = 5
CLIENTS = 40


def one_run():
    with daemons.World() as world:
        world.central()
        folder = world.folder("aino")
        device = Daemon(folder, ["field", "--dir", folder])
        world.daemons.append(device)
        device.start()
        with device.api() as api:
            api.call("init", passphrase="kevätjäät lähtevät")
            world.enrol(device, world.staff("Aino Laine"))
            texts = iter(notes.make(CLIENTS * 5))
            for _ in range(CLIENTS):
                client = api.write("client", CLIENT)
                case = api.write("case", {"client": client["id"], "title": "Asia", "opened_on": "2024-11-05",
                                          "opened_by_pathway": "SELF", "special_support": False},
                                 client_case=client["case_id"])["case_id"]
                for _ in range(5):
                    api.write("encounter_note", {"text": next(texts), "source": "OBSERVED"}, case_id=case, sign=True)
            api.call("sync", wait=True)
            api.call("lock")
            api.call("unlock", passphrase="kevätjäät lähtevät")
            api.call("sync", wait=True)
        time.sleep(1)
        return device.resident_kib() / 1024, world.center.resident_kib() / 1024


def main():
    runs = [one_run() for _ in range(RUNS)]
    print(f"idle.field.mib {statistics.median(f for f, _ in runs):.1f} MiB")
    print(f"idle.central.mib {statistics.median(c for _, c in runs):.1f} MiB")


if __name__ == "__main__":
    main()
