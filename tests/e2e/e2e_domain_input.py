#!/usr/bin/env python3
"""What cannot be recorded, as a person or a program would try it: impossible dates,
wrong identity codes, texts too long or no text at all. Each is refused with a message
that names the field, and nothing is written or lost.
"""
import json

import nodes
from nodes import daemons, jalka

CODES = [
    "010594Y9033",  # another check character
    "310294-9031",  # February has no 31st
    "290223A9036",  # nor 2023 a 29th of it
    "010594*9032",
    "010594Y903",
    "0I0594Y9032",
]
DAYS = ["2026-02-30", "2025-02-29", "2026-13-01", "2026-00-10", "30.2.2026", "tomorrow", "2026-2-3x"]


class Desk:
    def __init__(self, world, expect):
        self.expect = expect
        world.central()
        self.aino = world.field("aino")
        world.enrol(self.aino, jalka(world.center, "admin", "staff", "add", "Aino Laine", "LICENSED_SOCIAL_WORKER")["id"])
        self.client = nodes.new_client(self.aino, "Kettusalonpää")
        self.matter = nodes.new_matter(self.aino, self.client, "Vuokrarästi")

    def refused(self, what, field, record_type, body, **arguments):
        """Refused, the field named, nothing written: neither record nor draft."""
        body = body if isinstance(body, (str, bytes)) else json.dumps(body, ensure_ascii=False)
        before = nodes.recorded(self.aino)
        try:
            with self.aino.api() as api:
                answer = api.call("write", type=record_type, body=body, form=1, **arguments)
        except daemons.Refused as refused:
            answer = refused
        named = isinstance(answer, daemons.Refused) and answer.field == field and str(answer) != ""
        self.expect(f"{what}: refused, {field or 'nothing'} named", named and nodes.recorded(self.aino) == before,
                    (repr(answer), getattr(answer, "field", None)))

    def note(self, text, **more):
        with self.aino.api() as api:
            return api.write("encounter_note", {"text": text, "source": "OBSERVED"}, case_id=self.matter["case_id"],
                             sign=True, **more)


def codes(desk):
    for code in CODES:
        desk.refused(f"identity code {code}", "hetu", "client", {**daemons.CLIENT, "hetu": code})
    desk.refused("a birth date other than the code's", "birth_date", "client",
                 {**daemons.CLIENT, "hetu": "010594Y9032", "birth_date": "1994-05-02"})


def days(desk):
    for day in DAYS:
        desk.refused(f"born {day}", "birth_date", "client", {**daemons.CLIENT, "birth_date": day})
    desk.refused("born in the future", "birth_date", "client", {**daemons.CLIENT, "birth_date": "2099-01-01"})
    desk.refused("dead before birth", "died_on", "client",
                 {**daemons.CLIENT, "birth_date": "1990-01-01", "died_on": "1980-01-01"})
    desk.refused("an hour that is none", "planned_at", "visit",
                 {"place": "HOME", "purpose": "MAPPING", "phase": "GUIDANCE", "planned_at": "2026-11-03T25:00"},
                 case_id=desk.matter["case_id"])
    desk.refused("a period that ends before it begins", "period.to", "assistance_application",
                 {"client": desk.client["id"], "channel": "PAPER", "period": {"from": "2026-02-01", "to": "2026-01-01"}},
                 case_id=desk.client["case_id"])


def texts(desk):
    """A note has 20,000 characters, whatever bytes they take."""
    for letter in "aöž語":
        with desk.aino.api() as api:
            kept = api.call("show", id=desk.note(letter * 20000)["id"])["record"]["fields"]["text"]
        desk.expect(f"20,000 of {letter} are kept as they are", kept == letter * 20000, len(kept))
        desk.refused(f"20,001 of {letter}", "text", "encounter_note", {"text": letter * 20001, "source": "OBSERVED"},
                     case_id=desk.matter["case_id"], sign=True)
    desk.refused("15,100 of 😀, more bytes than a record holds", "text", "encounter_note",
                 {"text": "😀" * 15100, "source": "OBSERVED"}, case_id=desk.matter["case_id"], sign=True)
    desk.refused("no text", "text", "encounter_note", {"source": "OBSERVED"}, case_id=desk.matter["case_id"], sign=True)
    desk.refused("a word for a number", "score", "feedback", {"target": "SERVICE", "score": "viisi"})
    desk.refused("a value the list lacks", "place", "visit", {"place": "KOTI", "purpose": "MAPPING", "phase": "GUIDANCE"},
                 case_id=desk.matter["case_id"])
    for what, body in (("bytes that are no UTF-8", b'{"family_name":"\xc3("}'), ("half a character", b'{"family_name":"a\xc3"}'),
                       ("a surrogate", b'{"family_name":"\xed\xa0\x80"}'), ("a zero byte", b'{"family_name":"a\\u0000b"}')):
        desk.refused(what, "", "client", body)


def words_say_what_to_do(desk):
    """What a person reads: the field, what is wrong, what would do."""
    matter, client = desk.matter["id"], desk.client["id"]
    for words, reasons in (
            (("client", "change", client, "birth_date=2026-02-30"), ("birth_date: must be a day that exists", "2026-11-03")),
            (("client", "change", client, "hetu=010594Y9033"), ("hetu: the check character",)),
            (("note", matter, "a" * 20001), ("text: is longer than 20,000 characters",)),
            (("note", matter, " \n "), ("text: is required",)),
            (("mapping", client, "income=BAD"), ("quadrants.state: ", "it takes OK, WATCH, SUPPORT, ACUTE, NOT_ASKED")),
            (("visit", "plan", matter, "2026-11-03T10:00", "place=HOEM"), ("place: ", "did you mean HOME?")),
            (("step", matter, "ZZZZZZZZ"), ("state: ", "it takes OPEN, ASSESSING")),
            (("conflicts", "choose", matter, "title", "mine"), ("nobody changed title apart",)),
            (("drafts", "discard", matter), ("no draft", "jalka drafts"))):
        before = nodes.recorded(desk.aino)
        got = nodes.run(desk.aino, *words, json_form=False)
        desk.expect(f"{' '.join(words[:2])}: {reasons[0].strip(': ')}", got.refused and all(reason in got.err for reason in reasons)
                    and nodes.recorded(desk.aino) == before, got)
    got = nodes.run(desk.aino, "note", matter, b"abc\xff", json_form=False)
    desk.expect("an argument that is not UTF-8 is named", got.code == nodes.USAGE and '"abc' in got.err and "UTF-8" in got.err, got)


def main():
    tally = nodes.Tally()
    with daemons.World() as world:
        desk = Desk(world, tally.expect)
        for part in (codes, days, texts, words_say_what_to_do):
            with tally.part(part.__name__):
                part(desk)
        with desk.aino.api() as api:
            tally.expect("the longest notes have their receipts", api.call("sync", online=True, wait=True)["unreceipted"] == 0)
        tally.expect("the daemon goes on", desk.note("Kaikki hyvin.")["state"] == "signed")
    tally.finish()


if __name__ == "__main__":
    main()
