#!/usr/bin/env python3
"""Laptops that are broken, locked for good or dead under their worker's hands: what they
had not sent comes home by the organiser's recovery key, and nobody else reads it.
"""
import os
import shutil
import signal
import stat
import time

import nodes
from nodes import DONE, FAILED, daemons, jalka, run, until

PASSPHRASE = "jäälautta ja kaksi airoa"
SECRETS = ["Hirvisuo", "Veikko Olavi", "hirsikehikon", "kellarin luukku", "puolukkasanko", "040 000 9191"]


class Office:
    def __init__(self, world, tally):
        self.world, self.tally, self.expect = world, tally, tally.expect
        self.center = world.central()
        self.key = os.path.join(world.base, "recovery.key")
        self.aino, self.aino_node, self.aino_staff = self.laptop("aino", "Aino Laine")
        self.client = nodes.new_client(self.aino, "Hirvisuo", "Veikko Olavi", phone="040 000 9191")
        self.matter = nodes.new_matter(self.aino, self.client, "Kylmä kehikko")
        nodes.sync(self.aino)

    def laptop(self, folder, name):
        device = self.world.field(folder)
        staff = self.world.staff(name)
        return device, self.world.enrol(device, staff), staff

    def sharing(self, folder, name):
        device, node, staff = self.laptop(folder, name)
        self.share(device, staff)
        return device, node, staff

    def share(self, device, staff):
        jalka(self.center, "admin", "assign", self.matter["case_id"], staff, "CO_WORKER")
        until(lambda: nodes.holds(device, self.matter["id"]), "the shared case")
        nodes.sync(device)

    def note(self, device, text):
        return nodes.new_note(device, self.matter, text)["id"]

    def rescue(self, *files, key=None, json_form=True):
        return run(self.center, "admin", "rescue", *files, "--key", key or self.key, json_form=json_form)

    def order(self):
        return jalka(self.center, "status")["last_order"]

    def waiting(self, node):
        return [q for q in jalka(self.center, "admin", "quarantine")["quarantine"] if q["node"] == node]

    def has(self, device, texts):
        """Whether another worker sees all these notes."""
        def there():
            run(device, "sync", "--wait")
            return all((nodes.holds(device, record) or {}).get("text") == text for record, text in texts.items())
        try:
            return until(there, "the notes to arrive", 60)
        except AssertionError:
            return False


def path_of(device):
    return os.path.join(device.folder, "rescue")


# ---- the key --------------------------------------------------------------------------

def the_key_is_made_once(office):
    expect, center = office.expect, office.center
    office.before = {office.note(office.aino, "Ennen avainta kirjattu: hirsikehikon alla virtaa."): "Ennen avainta kirjattu: hirsikehikon alla virtaa."}
    nodes.offline(office.aino)
    text = "Ennen avainta ja ilman verkkoa: kellarin luukku jumissa."
    office.before[office.note(office.aino, text)] = text
    expect("without a recovery key nothing is kept for one", not os.path.exists(path_of(office.aino)))
    empty = os.path.join(office.world.base, "nothing")
    open(empty, "wb").close()
    refused = run(center, "admin", "rescue", empty, "--key", empty)
    expect("a file that is no key is told before anything is asked", refused.refused and "recovery key" in refused.err, refused)
    made = run(center, "admin", "recovery-key", office.key)
    expect("the key is made", made.code == DONE, made)
    expect("its file is its owner's alone", stat.S_IMODE(os.stat(office.key).st_mode) == 0o600)
    with open(office.key) as file:
        secret = next(line.split()[1] for line in file if line.startswith("secret "))
    hits = nodes.readable([center.folder], [secret, bytes.fromhex(secret).hex().upper()])
    raw = [name for name in os.listdir(center.folder) if os.path.isfile(os.path.join(center.folder, name))
           and bytes.fromhex(secret) in open(os.path.join(center.folder, name), "rb").read()]
    expect("its secret half is in no file of the node", not hits and not raw, (hits, raw))
    again = run(center, "admin", "recovery-key", office.key + "2")
    expect("a second one needs --replace, and leaves no file", again.code == FAILED and "--replace" in again.err and not os.path.exists(office.key + "2"), again)
    expect("a file that is there is not written over", run(center, "admin", "recovery-key", office.key, "--replace").code == FAILED)
    shown = jalka(center, "admin", "recovery-key")
    expect("the public half is shown", len(shown["recovery"]) == 64 and shown["recovery_at_ms"] > 0, shown)
    expect("an empty rescue file is told", "nothing" in office.rescue(empty).err, office.rescue(empty))


def what_was_written_before_the_key_is_sealed(office):
    expect = office.expect
    expect("an offline device has not heard of it", not os.path.exists(path_of(office.aino)))
    nodes.online(office.aino)
    until(lambda: os.path.exists(path_of(office.aino)), "the rescue file")
    status = jalka(office.aino, "status")
    expect("status says that it is sealed", status["rescued"] is True and status["rescue_missing"] == 0, status)
    expect("the file is its owner's alone", stat.S_IMODE(os.stat(path_of(office.aino)).st_mode) == 0o600)
    got = office.rescue(path_of(office.aino)).json
    expect("all of it is at the centre already", got["here"] == got["records"] >= 4 and got["accepted"] == 0, got)


# ---- a broken laptop -------------------------------------------------------------------

def broken_laptop(office):
    """Only DIR/rescue can be read; nobody knows the passphrase."""
    expect, world = office.expect, office.world
    device = nodes.Locked(world.folder("mirja"), PASSPHRASE)
    world.daemons.append(device)
    device.start()
    device.init()
    staff = world.staff("Mirja Kettu")
    node = world.enrol(device, staff)
    office.share(device, staff)
    until(lambda: jalka(device, "status")["rescued"], "the key to arrive")
    nodes.offline(device)
    texts = {}
    for n in range(12):
        text = f"Puolukkasanko {n}, matkalla ilman verkkoa."
        texts[office.note(device, text)] = text
    jalka(device, "lock")
    device.kill()  # it falls into the lake
    for name in os.listdir(device.folder):
        if name != "rescue":
            os.unlink(os.path.join(device.folder, name))
    kept = os.path.join(world.base, "from-the-lake")
    shutil.copy(path_of(device), kept)
    before = office.order()
    got = office.rescue(kept)
    expect("from the rescue file alone everything unsent is accepted", got.code == DONE and got.json["accepted"] >= len(texts)
           and got.json["waiting"] == got.json["damaged"] == 0, got)
    expect("it says whose it was", got.json["holder_name"] == "Mirja Kettu" and got.json["node"] == node, got)
    expect("another worker has all of it", office.has(office.aino, texts))
    after = office.order()
    again = office.rescue(kept)
    expect("brought twice, nothing is new", again.code == DONE and again.json["here"] == again.json["records"]
           and again.json["accepted"] == 0 and office.order() == after > before, again)
    words = office.rescue(kept, json_form=False)
    expect("in words too", words.code == DONE and "were here already" in words.out and "Mirja Kettu" in words.out, words)
    audit = jalka(office.center, "admin", "audit")
    expect("the audit of all chains is good", audit["ok"], audit)
    office.kept, office.kept_node, office.kept_texts = kept, node, texts


def wrong_key_and_damage(office):
    expect, world = office.expect, office.world
    other = os.path.join(world.base, "other.key")
    sister = daemons.Central(world.folder("sister"))
    world.daemons.append(sister)
    sister.start()
    run(sister, "admin", "recovery-key", other)
    got = office.rescue(office.kept, key=other)
    expect("another organisation's key opens nothing, and that is told", got.code == FAILED and got.json["other_key"] > 0
           and got.json["records"] == 0, got)
    with open(office.key) as file:
        text = file.read()
    bad = os.path.join(world.base, "bad.key")
    with open(bad, "w") as file:
        file.write(text.replace("secret ", "secret 0", 1)[:len(text)])
    refused = office.rescue(office.kept, key=bad)
    expect("a damaged key file is told", refused.code == FAILED and "key" in refused.err, refused)
    mine = run(sister, "admin", "rescue", office.kept, "--key", office.key)
    expect("at another organisation's node it is nobody's", mine.code == FAILED and mine.json["strange"] == mine.json["records"] > 0, mine)
    device, node, _ = office.sharing("sauli", "Sauli Koski")
    until(lambda: jalka(device, "status")["rescued"], "the key to arrive")
    nodes.offline(device)
    texts = {}
    for n in range(6):
        text = f"Kellarin luukku, kirjaus {n}."
        texts[office.note(device, text)] = text
    client = nodes.new_client(device, "Suokontio", "Elli Inkeri")  # behind the gap, openings of cases too
    matter = nodes.new_matter(device, client, "Uusi asia")
    note = nodes.new_note(device, matter, "Ensimmäinen käynti.")["id"]
    device.kill()
    with open(path_of(device), "rb") as file:
        data = bytearray(file.read())
    starts = [at for at in range(len(data)) if data[at:at + 8] == b"jalkares"]
    behind = 7
    hurt = starts[-behind - 1] + 100  # so many behind it are whole
    data[hurt] ^= 1
    torn = bytes(data) + b"jalkares\x01\0\0\0half of a rec"
    damaged = os.path.join(world.base, "damaged")
    with open(damaged, "wb") as file:
        file.write(torn)
    got = office.rescue(damaged)
    expect("of a damaged file only what was hit is lost, and that is told", got.code == FAILED and got.json["damaged"] >= 1
           and got.json["cut"] is True and got.json["records"] == len(starts) - 1, got)
    expect("what stands behind the gap waits for a decision", got.json["waiting"] == behind
           and [r["reason"] for r in got.json["reasons"]] == ["VOUCHED"], got.json)
    again = office.rescue(damaged)
    expect("brought twice, it waits once", again.json["waiting"] == 0 and len(office.waiting(node)) == behind, (again, office.waiting(node)))
    for item in sorted(office.waiting(node), key=lambda q: int(q["item"].rpartition(".")[2])):
        run(office.center, "admin", "accept", item["item"])
    whole = office.rescue(path_of(device))
    expect("the whole file brings what the damaged one lacked", whole.code == DONE and not office.waiting(node), whole)
    expect("every note is with the other worker", office.has(office.aino, texts))
    device.start()  # the laptop was not broken after all
    nodes.online(device)
    status = jalka(device, "status")
    expect("the laptop itself goes on as if nothing had been", status["unreceipted"] == 0 and status["quarantined"] == 0, status)
    expect("the case that was opened behind the gap is whole", (nodes.holds(device, note) or {}).get("text") == "Ensimmäinen käynti."
           and jalka(device, "show", matter["case_id"])["records"] is not None)
    expect("no note stands twice", len([r for r in jalka(office.aino, "list", "encounter_note")["records"]
                                      if (nodes.holds(office.aino, r["id"]) or {}).get("text") in texts.values()]) == len(texts))
    expect("no alarm of a twin was raised", not nodes.device_row(office.center, node)["twin_alarm"])
    audit = jalka(office.center, "admin", "audit")
    expect("the audit is good", audit["ok"], audit)


def forged(office):
    """Who has the public key can seal, but not sign for a device."""
    with open(office.kept, "rb") as file:
        data = bytearray(file.read())
    starts = [at for at in range(len(data)) if data[at:at + 8] == b"jalkares"]
    end = starts[1]
    record = data[starts[0]:end]
    record[48:56] = (10_000).to_bytes(8, "little")  # another seq over the same sealed work
    import hashlib
    head, sealed = bytes(record[:60]), bytes(record[76:])
    record[60:76] = hashlib.blake2b(head + sealed, digest_size=16).digest()
    path = os.path.join(office.world.base, "forged")
    with open(path, "wb") as file:
        file.write(record)
    before = office.order()
    got = office.rescue(path)
    office.expect("work under a name its device did not sign is not taken", got.code == FAILED and got.json["forged"] == 1
                  and office.order() == before, got)


def revoked(office):
    device, node, _ = office.sharing("teppo", "Teppo Salo")
    until(lambda: jalka(device, "status")["rescued"], "the key to arrive")
    nodes.offline(device)
    record = office.note(device, "Puolukkasanko jäi eteiseen.")
    device.kill()
    jalka(office.center, "admin", "revoke", node, "--yes")
    got = office.rescue(path_of(device))
    office.expect("a revoked device's work waits for a decision, as by push", got.code == DONE and got.json["waiting"] >= 1
                  and "DEVICE_REVOKED" in [r["reason"] for r in got.json["reasons"]], got)
    office.expect("it is in the quarantine", record in [q["record_id"] for q in office.waiting(node)], office.waiting(node))
    device.start()
    run(device, "sync", "--online")
    until(lambda: nodes.device_row(office.center, node)["erase_confirmed"], "the laptop to erase itself")
    office.expect("once it has erased itself, the file is gone too", not os.path.exists(path_of(device)))


# ---- a forgotten passphrase ---------------------------------------------------------------

def forgotten_passphrase(office):
    expect, world = office.expect, office.world
    device = nodes.Locked(world.folder("raili"), PASSPHRASE)
    world.daemons.append(device)
    device.start()
    device.init()
    staff = world.staff("Raili Vuori")
    node = world.enrol(device, staff)
    office.share(device, staff)
    until(lambda: jalka(device, "status")["rescued"], "the key to arrive")
    nodes.offline(device)
    texts = {office.note(device, "Hirsikehikon ovi narisee."): "Hirsikehikon ovi narisee."}
    jalka(device, "lock")
    expect("the passphrase is forgotten", device.unlock("en muista enää").code == FAILED)
    other = os.path.join(world.base, "other.key")

    def recover(key, passphrase):
        return run(device, "recover", "--key", key, "--passphrase-file", "-", stdin=passphrase + "\n")
    wrong = recover(other, "uusi tunnuslause")
    expect("another key does not open it", wrong.code == FAILED and "wrong recovery key" in wrong.err, wrong)
    short = recover(office.key, "lyhyt")
    expect("a short new passphrase is refused", short.code == FAILED and "8 characters" in short.err, short)
    expect("and nothing has changed", device.unlock("lyhyt").code == FAILED and jalka_status(device) == "locked")
    got = recover(office.key, "uusi tunnuslause")
    expect("the organiser's key opens it", got.code == DONE, got)
    expect("all that was unsent is there", all((nodes.holds(device, r) or {}).get("text") == t for r, t in texts.items()))
    jalka(device, "lock")
    expect("the old passphrase opens it no more", device.unlock().code == FAILED)
    expect("the new one does", device.unlock("uusi tunnuslause").code == DONE)
    nodes.online(device)
    expect("the work is at the centre", office.has(office.aino, texts))
    entries = jalka(device, "list", "access_log")["records"]
    reasons = [jalka(device, "show", e["id"])["record"]["fields"].get("reason", "") for e in entries]
    expect("it stands in the access log", any("recovery key" in r for r in reasons), reasons)
    blank = nodes.Locked(world.folder("blank"), PASSPHRASE)
    world.daemons.append(blank)
    blank.start()
    blank.init()
    jalka(blank, "lock")
    none = run(blank, "recover", "--key", office.key, "--passphrase-file", "-", stdin="uusi tunnuslause\n")
    expect("a profile that never heard of a key says so", none.code == FAILED and "never heard" in none.err, none)


def jalka_status(device):
    return run(device, "status").json["vault"]


# ---- what leaves the file ---------------------------------------------------------------------

def trimmed_when_safe(office):
    expect, device = office.expect, office.aino
    size = os.path.getsize(path_of(device))
    expect("received is not safe: without a backup it stays", size > 2000, size)
    nodes.sync(device)
    jalka_safe = run_safe(office.center)
    until(lambda: jalka(device, "status")["safe_order"] == jalka_safe, "the safe order")
    until(lambda: os.path.getsize(path_of(device)) < 400, "the file to be trimmed")
    expect("what a verified backup holds leaves the file", True)
    text = "Ja taas: kellarin luukku."
    nodes.offline(device)
    record = office.note(device, text)
    device.stop()
    size = os.path.getsize(path_of(device))
    device.start()
    expect("after a new start only what is unsafe is in it", os.path.getsize(path_of(device)) == size > 400, (size, os.path.getsize(path_of(device))))
    os.unlink(path_of(device))
    device.stop()
    device.start()
    got = office.rescue(path_of(device))
    expect("a file that was deleted is made again with all that is not safe", got.code == DONE and got.json["records"] >= 1
           and got.json["accepted"] >= 1, got)
    nodes.online(device)
    expect("and the note is the same at both ends", (nodes.holds(device, record) or {}).get("text") == text)


def run_safe(center):
    with center.api() as api:
        order = api.call("status")["last_order"]
        api.admin("safe", str(order))
    return order


def replaced(office):
    """A new recovery key: what is unsafe is sealed again, to it."""
    device = office.aino
    nodes.offline(device)
    text = "Hirsikehikon avain vaihtui."
    record = office.note(device, text)
    key = os.path.join(office.world.base, "second.key")
    got = run(office.center, "admin", "recovery-key", key, "--replace")
    office.expect("a second key is published with --replace", got.code == DONE, got)
    old = office.rescue(path_of(device))
    office.expect("what was sealed before opens with the old key", old.code == DONE and old.json["records"] >= 1, old)
    run(device, "sync", "--online", "--wait")

    def sealed_again():
        got = office.rescue(path_of(device), key=key)
        return got.json["records"] >= 1 and got
    got = until(sealed_again, "the file to be sealed again")
    office.expect("then with the new one, and nothing is left of the old", got.json["here"] == got.json["records"]
                  and got.json["other_key"] == 0, got)
    office.expect("the note is at the centre once", (nodes.holds(device, record) or {}).get("text") == text)
    office.key = key


# ---- erased --------------------------------------------------------------------------------

def erased(office):
    """What is erased for good is kept nowhere, not even sealed."""
    device = office.aino
    client = nodes.new_client(device, "Kaislaranta", "Ilpo Kalevi")
    matter = nodes.new_matter(device, client, "Hetken asia")
    text = "Puolukkasanko hävitetään."
    nodes.new_note(device, matter, text)
    nodes.sync(device)
    before = office.rescue(path_of(device)).json["records"]
    jalka(office.center, "admin", "erase", "case", matter["case_id"], "Kirjattu väärälle ihmiselle.", "--yes")
    until(lambda: run(device, "show", matter["id"]).code != DONE, "the case to be erased at the device")
    until(lambda: office.rescue(path_of(device)).json["records"] < before, "the sealed copies to go")
    got = office.rescue(path_of(device))
    office.expect("an erased case's work leaves the rescue file", got.json["records"] <= before - 2, (before, got))


# ---- killed while it writes ------------------------------------------------------------------

def killed_while_writing(office):
    """Whatever was confirmed is in the file, whenever the daemon dies."""
    device, node, _ = office.sharing("eero", "Eero Lahti")
    until(lambda: jalka(device, "status")["rescued"], "the key to arrive")
    nodes.offline(device)
    confirmed = {}
    for turn in range(3):
        end = time.monotonic() + 0.4
        with device.api() as api:
            while True:
                text = f"Kesken jäänyt kirjaus {turn}.{len(confirmed)}"
                if time.monotonic() > end:
                    api.send("write", type="encounter_note", case_id=office.matter["case_id"], sign=True, form=1,
                             body='{"text":"ei vahvistettu","source":"OBSERVED"}')
                    device.process.send_signal(signal.SIGKILL)
                    break
                confirmed[office.note(device, text)] = text
        device.process.wait()
        device.start()
        if turn == 1:
            with open(path_of(device), "ab") as file:
                file.write(b"jalkares\x01\0\0\0torn")  # what a power cut leaves of a record
    device.kill()
    got = office.rescue(path_of(device))
    office.expect(f"of {len(confirmed)} confirmed notes each is in the file", got.code == DONE and got.json["accepted"] >= len(confirmed), got)
    office.expect("and at the other worker's", office.has(office.aino, confirmed))


def main():
    tally = nodes.Tally()
    with daemons.World() as world:
        office = Office(world, tally)
        for part in (the_key_is_made_once, what_was_written_before_the_key_is_sealed, broken_laptop, wrong_key_and_damage, forged,
                     revoked, forgotten_passphrase, trimmed_when_safe, replaced, erased, killed_while_writing):
            with tally.part(part.__name__):
                part(office)
        hits = nodes.readable([world.base], SECRETS + ["Suokontio", "Kaislaranta", "Puolukkasanko", "Kesken jäänyt"])
        tally.expect("nothing is readable in any folder, the rescue files included", not hits, hits[:5])
    tally.finish()


if __name__ == "__main__":
    main()
