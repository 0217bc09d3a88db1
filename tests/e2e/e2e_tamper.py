#!/usr/bin/env python3
"""Whoever changes bytes of a store gets an error and no data; nobody gets garbage.

A worker's profile and a central node with records in them are stopped, one of
them also killed so that its log is not empty. Then, each on a fresh copy of the
folder: a bit is flipped (every page, every region of the first page, the log's
header, frames and tags), pages are swapped within the file and between two
stores, the file and the log are cut, the log is deleted, exchanged for an older
one or another store's, the vault's copies are damaged, the passphrase is wrong.
The daemon is started on the copy and everything is read with `jalka`.

Each time one of these must come of it: a refusal in words with exit code 1 or 2
and no word of the records; or, where the end of the log is missing, the state
after an earlier commit. Never other data, never a daemon that dies.
"""
import os

import nodes
from nodes import FAILED, LOCKED, USAGE, daemons, jalka, run

PAGE, FRAME = 4096, 24 + 4096
LOG_HEADER = 32
WORD = "Paperipinossa"
PASSPHRASE = "lumi narskuu kengän alla"


def note_text(number):
    return f"{WORD} oli perintäkirje numero {number}, jonka asiakas oli jättänyt avaamatta pakastimen päälle."


class Book:
    """What was confirmed in one store: notes in their order, ids and texts."""

    def __init__(self, device, family):
        self.device, self.family, self.notes = device, family, []
        self.client = nodes.new_client(device, family, phone="040 000 5151")
        self.matter = nodes.new_matter(device, self.client, "Maksamattomat laskut")

    @property
    def texts(self):
        return dict(self.notes)

    def write(self, count):
        for _ in range(count):
            text = note_text(len(self.notes))
            self.notes.append((nodes.new_note(self.device, self.matter, text)["id"], text))


def reading(daemon, book):
    """Everything a person could ask for."""
    yield "list", run(daemon, "list", "encounter_note")
    yield "search", run(daemon, "search", WORD.lower(), "--limit", 1000)
    yield "show", run(daemon, "show", book.matter["case_id"])
    yield "log", run(daemon, "show", book.notes[len(book.notes) // 2][0], "--log")
    yield "drafts", run(daemon, "drafts")
    yield "rebuild", run(daemon, "rebuild")


def plain(text, book):
    return [word for word in (WORD, "pakastimen", book.family) if word.lower() in text.lower()]


class Outcome:
    """What came of a copy: refused, same, earlier, apart (lists of two moments), or wrong and why."""

    def __init__(self, kind, why=""):
        self.kind, self.why, self.log = kind, why, ""

    def __repr__(self):
        return f"{self.kind} ({self.why})" if self.why else self.kind


def notes_in(answer):
    return {r["id"] for r in answer["records"] if r["type"] == "encounter_note"}


def judge_answers(answers, book):
    """Of a daemon that started: every answer is a refusal, as before, or of an earlier state."""
    refusals, counts = set(), set()
    for name, got in answers:
        if got.code != 0:
            if got.code != FAILED or not got.refused:
                return Outcome("wrong", f"{name}: {got}")
            if plain(got.out + got.err, book):
                return Outcome("wrong", f"{name} tells the records in its refusal")
            refusals.add(got.err.strip())
        elif name in ("list", "search", "show"):
            found = notes_in(got.json)
            if found != {note for note, _ in book.notes[:len(found)]}:
                return Outcome("wrong", f"{name}: neither as before nor an earlier state ({len(found)} notes)")
            if name == "show" and any(r["fields"]["text"] != book.texts[r["id"]] for r in got.json["records"]
                                      if r["type"] == "encounter_note"):
                return Outcome("wrong", "show gives another text")
            counts.add(len(found))
        elif name == "rebuild" and not got.json["same"]:
            return Outcome("wrong", "rebuild gives another book")
    if len(counts) > 1:
        return Outcome("apart", f"list, search and show do not agree: {counts}")
    if refusals:
        return Outcome("refused", "; ".join(sorted(refusals)))
    return Outcome("same" if counts == {len(book.notes)} else "earlier")


def try_folder(folder, book):
    """Starts a daemon on the folder, reads everything, stops it."""
    daemon = daemons.Field(folder)
    try:
        daemon.start()
    except RuntimeError:
        code = daemon.process.wait(60)
        words = "".join(daemon.lines)
        if code not in (FAILED, USAGE) or len(words) < 20 or plain(words, book):
            return Outcome("wrong", f"jalkad ended with {code}: {words[:300]}")
        return Outcome("refused", words.strip())
    try:
        answers = list(reading(daemon, book))
        alive = daemon.alive()
        code = daemon.stop()
    finally:
        if daemon.alive():
            daemon.kill()
    words = "".join(daemon.lines)
    if not alive or code not in (0, FAILED):
        return Outcome("wrong", f"the daemon died ({code}): {words[-600:]}")
    if plain(words, book):
        return Outcome("wrong", "the daemon's own log tells the records")
    outcome = judge_answers(answers, book)
    outcome.log = words
    return outcome


# ---- ways to damage a file --------------------------------------------------------

def flip(path, at, bit=0):
    with open(path, "r+b") as f:
        f.seek(at)
        byte = f.read(1)[0]
        f.seek(at)
        f.write(bytes([byte ^ 1 << bit]))


def swap(path, x, y, size=PAGE, other=None):
    """Exchanges two blocks; with `other`, puts its block x where y was."""
    with open(path, "r+b") as f, open(other or path, "rb") as source:
        source.seek(x * size)
        one = source.read(size)
        f.seek(y * size)
        two = f.read(size)
        assert len(one) == len(two) == size
        f.seek(y * size)
        f.write(one)
        if other is None:
            f.seek(x * size)
            f.write(two)


def cut(path, size):
    os.truncate(path, size)


class Bench:
    """Copies to damage, and what is expected of many of them."""

    def __init__(self, world, tally):
        self.world, self.tally, self.number = world, tally, 0

    def fresh(self, source):
        self.number += 1
        return nodes.copy(source, self.world.folder(f"copy{self.number}"))

    def case(self, source, damage, book):
        """A fresh copy, damaged, tried, and removed."""
        folder = self.fresh(source)
        damage(folder)
        outcome = try_folder(folder, book)
        nodes.shutil.rmtree(folder)
        os.unlink(folder + ".key")
        return outcome

    def cases(self, what, source, damages, book, allowed):
        """One expectation of many copies; `damages` are (name, function of a folder)."""
        bad, seen = [], {}
        for name, damage in damages:
            outcome = self.case(source, damage, book)
            seen[outcome.kind] = seen.get(outcome.kind, 0) + 1
            if outcome.kind not in allowed:
                bad.append(f"{name}: {outcome}")
        self.tally.expect(f"{what} ({len(damages)} copies: {', '.join(f'{n} {k}' for k, n in sorted(seen.items()))})",
                          damages and not bad, f"{len(bad)} bad, as " + " | ".join(bad[:6]))


def store(folder):
    return os.path.join(folder, "store.db")


def wal(folder):
    return os.path.join(folder, "store.db-wal")


# ---- parts --------------------------------------------------------------------------

def main_file(bench, source, other, book):
    size = os.path.getsize(store(source))
    pages = size // PAGE
    first = [(f"bit of byte {at} of the first page", lambda f, at=at: flip(store(f), at, at % 8))
             for at in (0, 7, 15, 16, 17, 18, 19, 20, 21, 23, 24, 28, 40, 60, 96, 100, 108, 512, 2048, 4000, 4055,
                        4056, 4070, 4079, 4080, 4095)]
    bench.cases("a bit flipped in any region of the first page is refused", source, first, book, {"refused"})
    step = max(1, (pages - 1) // 44)
    body = [(f"bit of byte {at} of page {page + 1}", lambda f, p=page, at=at: flip(store(f), p * PAGE + at, at % 8))
            for i, page in enumerate(range(1, pages, step)) for at in [(5, 1000, 2977, 4060, 4090)[i % 5]]]
    body += [("the last byte", lambda f: flip(store(f), size - 1, 7))]
    bench.cases("a bit flipped in any page of the store is refused", source, body, book, {"refused"})
    swaps = [(f"pages {x + 1} and {y + 1}", lambda f, x=x, y=y: swap(store(f), x, y))
             for x, y in ((1, 2), (0, 1), (2, pages - 1), (pages // 2, pages // 2 + 1))]
    bench.cases("two pages exchanged within the store are refused", source, swaps, book, {"refused"})
    foreign = [(f"page {p + 1} of another store", lambda f, p=p: swap(store(f), p, p, other=store(other)))
               for p in (0, 1, 2, 5, 9)]
    foreign += [("another store's file", lambda f: nodes.shutil.copy2(store(other), store(f)))]
    bench.cases("pages of another store are refused", source, foreign, book, {"refused"})
    cuts = [(f"cut to {n} bytes", lambda f, n=n: cut(store(f), n))
            for n in (0, 1, 100, PAGE - 1, PAGE, PAGE + 1, size // 2 // PAGE * PAGE, size - PAGE, size - 1)]
    cuts += [("no file", lambda f: os.unlink(store(f)))]
    bench.cases("a store cut short is refused", source, cuts, book, {"refused"})
    blank = [(f"page {p + 1} of {what}", lambda f, p=p, fill=fill: overwrite(store(f), p * PAGE, fill * PAGE))
             for p, what, fill in ((0, "zeros", b"\0"), (3, "zeros", b"\0"), (pages - 1, "zeros", b"\0"), (7, "ones", b"\xff"))]
    bench.cases("a page overwritten with zeros or ones is refused", source, blank, book, {"refused"})


def overwrite(path, at, data):
    with open(path, "r+b") as f:
        f.seek(at)
        f.write(data)


def log_file(bench, source, other, older, book):
    size = os.path.getsize(wal(source))
    frames = (size - LOG_HEADER) // FRAME
    header = [(f"byte {at} of the log's header", lambda f, at=at: flip(wal(f), at, at % 8)) for at in range(0, LOG_HEADER, 3)]
    bench.cases("a bit flipped in the log's header: refused", source, header, book, {"refused"})
    places = [(frame, at) for frame in (0, 1, frames // 3, frames // 2, frames - 2, frames - 1)
              for at in (0, 5, 9, 17, 24, 2000, 4079, 4080, 4100, FRAME - 1)]
    flips = [(f"byte {at} of frame {frame}", lambda f, n=frame, at=at: flip(wal(f), LOG_HEADER + n * FRAME + at, at % 8))
             for frame, at in places]
    bench.cases("a bit flipped in frame header, page or tag of the log: refused", source, flips, book, {"refused"})
    swaps = [(f"frames {x} and {y}", lambda f, x=x, y=y: swap_frames(wal(f), x, y)) for x, y in ((0, 1), (2, frames // 2))]
    bench.cases("frames exchanged in the log: refused or an earlier state",
                source, swaps, book, {"refused", "earlier"})
    cuts = [(f"cut to {n} bytes", lambda f, n=n: cut(wal(f), n))
            for n in (0, 10, LOG_HEADER, LOG_HEADER + 100, LOG_HEADER + FRAME, size // 2, size - FRAME, size - 1)]
    cuts += [("deleted", lambda f: os.unlink(wal(f)))]
    bench.cases("a log cut short or deleted: an earlier state, or refused",
                source, cuts, book, {"earlier", "refused"})
    others = [("the log of an earlier moment", lambda f: nodes.shutil.copy2(wal(older), wal(f)))]
    bench.cases("an older log of the same store: an earlier state, or refused", source, others, book,
                {"earlier", "refused"})
    foreign = [("the log of another store", lambda f: nodes.shutil.copy2(wal(other), wal(f)))]
    bench.cases("another store's log: refused, or as if there were none",
                source, foreign, book, {"refused", "earlier"})


def swap_frames(path, x, y):
    with open(path, "r+b") as f:
        blocks = []
        for n in (x, y):
            f.seek(LOG_HEADER + n * FRAME)
            blocks.append(f.read(FRAME))
        for n, block in zip((y, x), blocks):
            f.seek(LOG_HEADER + n * FRAME)
            f.write(block)


def vault_copies(bench, source, book):
    """The vault is written twice: one damaged copy costs nothing, two are refused."""
    size = os.path.getsize(os.path.join(source, "vault.a"))
    places = list(range(0, size, 67)) + [size - 1]

    def damaged(names, at):
        return lambda f: [flip(os.path.join(f, "vault." + n), at, at % 8) for n in names]
    for one in "ab":
        bench.cases(f"vault copy {one} damaged: the other serves", source,
                    [(f"byte {at}", damaged(one, at)) for at in places[::4]], book, {"same"})
    bench.cases("both copies of the vault damaged: refused",
                source, [(f"byte {at}", damaged("ab", at)) for at in places],
                book, {"refused"})
    wrong = [("another key file", lambda f: overwrite(f + ".key", 0, os.urandom(32))),
             ("a key file cut short", lambda f: cut(f + ".key", 16)),
             ("no vault", lambda f: [os.unlink(os.path.join(f, "vault." + n)) for n in "ab"])]
    bench.cases("a wrong key or no vault: refused", source, wrong, book, {"refused"})


def passphrase_profile(bench):
    """With a passphrase the daemon starts, and `unlock` is what refuses."""
    tally, world = bench.tally, bench.world
    seija = nodes.Locked(world.folder("seija"), PASSPHRASE)
    world.daemons.append(seija)
    seija.start()
    seija.init()
    world.enrol(seija, world.staff("Seija Korpi"))
    book = Book(seija, "Lampinoja")
    book.write(6)
    jalka(seija, "lock")
    tally.expect("locked, every reading ends with exit code 4 and says nothing",
                 all(got.code == LOCKED and got.out == "" for _, got in reading(seija, book)))
    wrong = seija.unlock("lumi narskuu kengän alta")
    tally.expect("a wrong passphrase: exit code 1 and a clear word",
                 wrong.refused and "passphrase" in wrong.err, wrong)
    tally.expect("and what follows is still locked", run(seija, "list").code == LOCKED)
    seija.stop()
    damages = [("the first page", lambda f: flip(store(f), 300), True),
               ("a page in the middle", lambda f: flip(store(f), os.path.getsize(store(f)) // 2 // PAGE * PAGE + 99), False),
               ("both vaults", lambda f: [flip(os.path.join(f, "vault." + n), 400) for n in "ab"], True)]
    for name, damage, at_unlock in damages:
        folder = bench.fresh(seija.folder)
        damage(folder)
        with_damage(bench, name, nodes.Locked(folder, PASSPHRASE), book, at_unlock)
    folder = bench.fresh(seija.folder)
    for n in "ab":
        os.unlink(os.path.join(folder, "vault." + n))
    before = open(store(folder), "rb").read()
    daemon = nodes.Locked(folder, PASSPHRASE)
    world.daemons.append(daemon)
    daemon.start()
    got = run(daemon, "init", "--passphrase-file", "-", stdin=PASSPHRASE + "\n")
    tally.expect("the vault gone, init is refused and leaves the store as it is",
                 got.refused and open(store(folder), "rb").read() == before, got)
    daemon.stop()


def with_damage(bench, name, daemon, book, at_unlock):
    tally = bench.tally
    bench.world.daemons.append(daemon)
    daemon.start()
    opened = daemon.unlock()
    if at_unlock or opened.code != 0:
        tally.expect(f"{name} damaged: unlock is refused with exit code 1",
                     opened.code == FAILED and opened.refused, opened)
        tally.expect(f"{name} damaged: what follows is locked", run(daemon, "list").code == LOCKED)
    else:
        outcome = judge_answers(list(reading(daemon, book)), book)
        tally.expect(f"{name} damaged: refused", outcome.kind == "refused", outcome)
    tally.expect(f"{name} damaged: the daemon lives on and ends well",
                 daemon.alive() and daemon.stop() in (0, FAILED))


def central_node(bench, source):
    """The central node's store: refused at the start, or by every verb that meets the damage."""
    size = os.path.getsize(store(source))
    bad = []
    places = [20, 500, 4090] + list(range(PAGE + 77, size, max(PAGE, size // 12 // PAGE * PAGE)))
    for at in places:
        folder = bench.fresh(source)
        flip(store(folder), at, 3)
        center = daemons.Central(folder)
        try:
            center.start()
        except RuntimeError:
            code, refused = center.process.wait(60), True
            words = "".join(center.lines)
            if code not in (FAILED, USAGE) or len(words) < 20:
                bad.append((at, code, words))
        else:
            answers = [run(center, "admin", verb) for verb in ("devices", "cases", "quarantine", "staff", "audit")]
            answers += [run(center, "rebuild")]
            refused = any(got.refused for got in answers)
            if not center.alive() or center.stop() not in (0, FAILED) or any(got.code not in (0, FAILED) for got in answers):
                bad.append((at, "died or said nothing", center.lines[-3:], answers))
        if not refused:
            bad.append((at, "nobody noticed"))
    bench.tally.expect(f"the central node's store with a flipped bit is refused ({len(places)} copies)",
                       not bad, bad[:5])


def main():
    tally = nodes.Tally()
    with daemons.World() as world:
        bench = Bench(world, tally)
        center = world.central()
        aino, onni = world.field("aino"), world.field("onni")
        for device, name in ((aino, "Aino Laine"), (onni, "Onni Niemi")):
            world.enrol(device, world.staff(name))
        book, others = Book(aino, "Kettusalonpää"), Book(onni, "Hirvikallio")
        book.write(40)
        others.write(40)
        nodes.sync(aino, onni)
        with tally.part("a profile with a passphrase"):
            passphrase_profile(bench)
        center.stop()
        for device in (aino, onni):
            device.stop()
        clean, other = nodes.copy(aino.folder, world.folder("clean")), nodes.copy(onni.folder, world.folder("other"))
        tally.expect("the copy of a stopped daemon reads as before",
                     try_folder(bench.fresh(clean), book).kind == "same")
        with tally.part("the store's file"):
            main_file(bench, clean, other, book)
        with tally.part("the vault"):
            vault_copies(bench, clean, book)
        with tally.part("the central node"):
            central_node(bench, center.folder)
        with tally.part("the log"):
            killed_with_a_log(bench, aino, onni, book, others)
        needles = [WORD, "pakastimen päälle", "perintäkirje", "Kettusalonpää", "Hirvikallio", "Lampinoja", "040 000 5151",
                   "Maksamattomat laskut"]
        hits = nodes.readable([world.base], needles)
        tally.expect("no file of any of these folders has a readable word", not hits, hits[:5])
    tally.finish()


def killed_with_a_log(bench, aino, onni, book, others):
    """Killed in the middle of a day: what was confirmed stands in the log alone."""
    for device, its in ((aino, book), (onni, others)):
        device.start()
        its.write(3)
        device.kill()
    older = nodes.copy(aino.folder, bench.world.folder("older"))
    aino.start()
    book.write(4)
    aino.kill()
    killed = nodes.copy(aino.folder, bench.world.folder("killed"))
    other = nodes.copy(onni.folder, bench.world.folder("other2"))
    bench.tally.expect("killed daemons leave a log, and nothing confirmed is missing from a copy",
                       os.path.getsize(wal(killed)) > 8 * FRAME and try_folder(bench.fresh(killed), book).kind == "same")
    log_file(bench, killed, other, older, book)
    mixed_moments(bench, aino, killed, book)


def mixed_moments(bench, aino, killed, book):
    """Store and log of two moments with a checkpoint between them. Each is authentic, so a
    replay is not always noticed (docs/internals/seal_vfs.md); it must not end in other data."""
    aino.start()
    book.write(30)
    aino.stop()
    later = nodes.copy(aino.folder, bench.world.folder("later"))
    aino.start()
    book.write(2)
    aino.kill()
    last = nodes.copy(aino.folder, bench.world.folder("last"))
    mixes = [("the log of before the checkpoint", later, lambda f: nodes.shutil.copy2(wal(killed), wal(f))),
             ("the same, and a log in use exchanged", last, lambda f: nodes.shutil.copy2(wal(killed), wal(f))),
             ("the store of before the checkpoint", last, lambda f: nodes.shutil.copy2(store(killed), store(f)))]
    for name, source, damage in mixes:
        outcome = bench.case(source, damage, book)
        bench.tally.expect(f"{name} put beside: no other text, no daemon that dies",
                           outcome.kind in ("refused", "earlier", "same", "apart"), outcome)


if __name__ == "__main__":
    main()
