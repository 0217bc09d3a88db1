#!/usr/bin/env python3
"""One person, met by two workers out of reach of the network.

Each has made a client record. The same identity code: linked when both have come
to the central node. Alike without a code: proposed, and a person merges, rejects,
takes a link away. Nothing is overwritten and nobody receives the other's file but
by an assignment. Before a client is written the laptop says who it may be; people
are found on it in any form of their names.
"""
import nodes
from nodes import DONE, FAILED, daemons, jalka, run
from daemons import until


class Team:
    def __init__(self, world, tally):
        self.world, self.tally, self.expect = world, tally, tally.expect
        self.center = world.central()
        self.aino, self.mikko = world.field("aino"), world.field("mikko")
        self.staff = {self.aino: world.staff("Aino Laine"), self.mikko: world.staff("Mikko Saari")}
        for device, staff in self.staff.items():
            world.enrol(device, staff)

    def matches(self, *words):
        return jalka(self.center, "admin", "matches", *words)["matches"]


def fields(daemon, client):
    return jalka(daemon, "show", client["id"])["record"]["fields"]


def client(device, family, given, *options, **values):
    values = {"municipality": "Takkuvaara", **values}
    return jalka(device, "client", "add", family, given, *(f"{k}={v}" for k, v in values.items()), *options)


def in_order(team, first, second):
    """Older, its laptop, newer, its laptop: the clocks of two laptops differ by some milliseconds."""
    made = sorted((jalka(d, "show", c["id"])["record"]["created_ms"], c["id"], i) for i, (d, c) in
                  enumerate(((team.aino, first), (team.mikko, second))))
    return (first, team.aino, second, team.mikko) if made[0][2] == 0 else (second, team.mikko, first, team.aino)


def linked_by_code(team):
    nodes.offline(team.aino, team.mikko)
    first = client(team.aino, "Virtanen", "Matti Johannes", hetu="010594Y9032", phone="040 000 0123")
    second = client(team.mikko, "Virtanen", "Matti", hetu="010594y9032", phone="040 000 0999")
    phone = {first["id"]: ["040 000 0123"], second["id"]: ["040 000 0999"]}
    name = {first["id"]: "Virtanen Matti Johannes", second["id"]: "Virtanen Matti"}
    older, holder, newer, other = in_order(team, first, second)
    # The older record reaches the central node last: it is the older one all the same.
    nodes.online(other)
    nodes.online(holder)
    merged = until(lambda: fields(other, newer).get("merged_into"), "the link on the newer record")
    team.expect("the newer record is linked to the older", merged == older["id"], merged)
    shown = jalka(other, "show", newer["id"])["record"]
    team.expect("show says where it leads, and that it is not held here",
                shown["merged"] == {"into": older["id"], "held": False, "title": ""}, shown.get("merged"))
    team.expect("so it says to a person too",
                f"merged into {older['id']} (not on this device)" in run(other, "show", newer["id"], json_form=False).out)
    team.expect("the link is central's own change",
                nodes.log_of(other, newer["id"])[-1]["by"]["name"] == "central", nodes.log_of(other, newer["id"])[-1])
    nodes.sync(holder, other)
    team.expect("nothing of the older record changed", "merged_into" not in fields(holder, older)
                and fields(holder, older)["phone"] == phone[older["id"]], fields(holder, older))
    team.expect("nothing of the newer one is lost", fields(other, newer)["phone"] == phone[newer["id"]])
    team.expect("neither worker received the other's file",
                nodes.holds(other, older["id"]) is None and nodes.holds(holder, newer["id"]) is None)
    team.expect("nothing waits for a person", team.matches() == [], team.matches())
    pair = team.matches("all")
    team.expect("the administrator sees the link and why, and no code or birth date", len(pair) == 1
                and pair[0]["state"] == "LINKED" and "CODE_SAME" in pair[0]["reasons"]
                and "9032" not in str(pair) and "1994" not in str(pair), pair)
    # Assigned, the older file comes, and the link leads somewhere.
    jalka(team.center, "admin", "assign", older["case_id"], team.staff[other], "CO_WORKER")
    nodes.sync(other)
    team.expect("with the older file assigned, the link has a name",
                jalka(other, "show", newer["id"])["record"]["merged"]
                == {"into": older["id"], "held": True, "title": name[older["id"]]})
    # What is asked of the person is asked of both records, whichever is named.
    jalka(other, "case", "open", newer["id"], "Kahden kirjan asia", "opened_by_pathway=SELF")
    for what, asked in (("older", older), ("newer", newer)):
        report = run(other, "print", "report", asked["id"], "--plain", json_form=False).out
        team.expect(f"the client's own data, asked of the {what} record, are those of both", "Kahden kirjan asia" in report
                    and all(number in report for number in ("040 000 0123", "040 000 0999")), report)
        seen = {e["case_id"] for e in jalka(other, "log", asked["id"])["entries"]}
        team.expect("and so is who has seen them", {older["case_id"], newer["case_id"]} <= seen, seen)


def proposed_and_merged(team):
    nodes.offline(team.aino, team.mikko)
    first = client(team.aino, "Mäki-Petäjä", "Sirkka Liisa", birth_date="1961-08-17")
    second = client(team.mikko, "Petäjä", "Sirkka", birth_date="1961-08-17")
    older, holder, newer, other = in_order(team, first, second)
    nodes.online(*team.staff)
    pairs = until(team.matches, "a proposal")
    team.expect("alike without a code: proposed with the reasons", len(pairs) == 1 and pairs[0]["grade"] == "PROBABLE"
                and pairs[0]["why"] == "a name like it, the same birth date, the same municipality", pairs)
    team.expect("a proposal changes nothing", "merged_into" not in fields(other, newer))
    words = run(team.center, "admin", "matches", json_form=False)
    team.expect("a person reads it as a table", "PROBABLE" in words.out and "Petäjä Sirkka, Takkuvaara" in words.out, words.out)
    got = jalka(team.center, "admin", "merge", newer["id"][:8], older["id"][:8])
    team.expect("merge links the newer to the older", (got["from"], got["into"]) == (newer["id"], older["id"]), got)
    until(lambda: fields(other, newer).get("merged_into") == older["id"], "the link on the laptop")
    team.expect("nothing waits any more", team.matches() == [])
    got = jalka(team.center, "admin", "unmerge", newer["id"])
    until(lambda: "merged_into" not in fields(other, newer), "the link gone from the laptop")
    team.expect("a link taken away is not proposed again", team.matches() == [], team.matches())
    team.expect("both records read as before", fields(team.aino, first)["given_names"] == "Sirkka Liisa"
                and fields(team.mikko, second)["given_names"] == "Sirkka")


def rejected(team):
    one = client(team.aino, "Salmi", "Eero", birth_date="1970-01-02")
    other = client(team.mikko, "Salmi", "Eero", birth_date="1970-01-02")
    nodes.sync(team.aino, team.mikko)
    until(lambda: len(team.matches()) == 1, "a proposal")
    jalka(team.center, "admin", "match", "reject", one["id"], other["id"])
    team.expect("rejected, it is proposed no more", team.matches() == [])
    jalka(team.mikko, "client", "change", other["id"], "phone=040 000 0777")
    nodes.sync(team.mikko)
    team.center.stop()
    team.center.start()
    team.expect("nor after a change and a start of the node", team.matches() == [], team.matches())
    for words in (["merge", one["id"], one["id"]], ["unmerge", one["id"]], ["merge", one["id"]], ["match", "reject", one["id"]],
                  ["merge", "ffff0000", one["id"]], ["merge", "virtanen", one["id"]]):
        got = run(team.center, "admin", *words)
        team.expect(f"refused in words: admin {' '.join(words)[:40]}", got.refused, got)


def warned(team):
    before = len(jalka(team.aino, "client", "list")["records"])
    got = run(team.aino, "client", "add", "Virtanen", "Matias", "municipality=Takkuvaara", "hetu=010594Y9032")
    team.expect("one who is here already is told before anything is written",
                got.code == FAILED and "the same identity code" in got.err and "--anyway" in got.err and got.out == "", got)
    got = run(team.aino, "client", "add", "Makipetaja", "Sirkka", "municipality=Hallasuo", "birth_date=1961-08-17")
    team.expect("of another name nobody is warned", got.code == DONE, got)
    got = run(team.aino, "client", "add", "Maki-Petaja", "Sirkka", "municipality=Hallasuo", "birth_date=1961-08-17")
    team.expect("on a keyboard without ä too", got.code == FAILED and "a name like it" in got.err, got)
    got = run(team.aino, "client", "add", "Salmi", "Eero", "municipality=Takkuvaara")
    team.expect("what is only possible is told and written", got.code == DONE and "may be the same person" in got.err, got)
    got = run(team.aino, "client", "add", "Salmi", "Eero", "municipality=Takkuvaara", "birth_date=1970-01-02", "--anyway")
    team.expect("--anyway writes", got.code == DONE, got)
    team.expect("so much was written", len(jalka(team.aino, "client", "list")["records"]) == before + 3)
    found = jalka(team.aino, "client", "find", "family_name=Salmi", "given_names=Eero", "birth_date=1970-01-02")["matches"]
    team.expect("find tells who a person may be, the best first", [m["grade"] for m in found] == ["PROBABLE", "PROBABLE", "POSSIBLE"],
                found)


def found(team):
    aino = team.aino
    jalka(aino, "client", "add", "von Öhman", "Åsa-Märta", "municipality=Granvika", "phone=+358 40 000 0555")
    jalka(aino, "client", "add", "Guhtur", "Niillas Ánte", "municipality=Lintuselkä", "birth_date=1968-11-03")
    for words, name in (("Öhmanin", "von Öhman Åsa-Märta"), ("asa ohman", "von Öhman Åsa-Märta"), ("0400000555", "von Öhman Åsa-Märta"),
                        ("400000555", "von Öhman Åsa-Märta"), ("niillas ante", "Guhtur Niillas Ánte"), ("3.11.1968", "Guhtur Niillas Ánte"),
                        ("Lintuselässä", "Guhtur Niillas Ánte"), ("Petäjän", "Mäki-Petäjä Sirkka Liisa"),
                        ("Virtasen Matti", "Virtanen Matti Johannes"), ("0105949032", "Virtanen Matti Johannes")):
        for verb in (["search"], ["client", "find"]):
            got = jalka(aino, *verb, *words.split())["records"]
            team.expect(f"{' '.join(verb)} {words} finds {name}", [r["title"] for r in got][:1] == [name], got)


def crowd(team):
    """A name written for want of one: no pair of it, and that is told."""
    nodes.offline(team.aino)
    some = [client(team.aino, "Tuntematon", "Mies", "--anyway") for _ in range(65)]
    nodes.online(team.aino)
    nodes.sync(team.aino)
    told = until(lambda: jalka(team.center, "admin", "matches")["crowds"], "the crowd to be told")
    team.expect("a name that more than 64 bear is told as such",
                told == [{"family_name": "Tuntematon", "given_names": "Mies", "records": 65}], told)
    team.expect("and no pair is proposed by it", not [m for m in team.matches("all") if m["older"]["family_name"] == "Tuntematon"])
    got = run(team.center, "admin", "matches", json_form=False)
    team.expect("so a person reads", "Tuntematon Mies: 65 records bear this name" in got.err, got)
    for one in some[:2]:
        jalka(team.aino, "change", one["id"], "birth_date=1950-01-02")
    nodes.sync(team.aino)
    pair = until(lambda: [m for m in team.matches() if {m["older"]["id"], m["newer"]["id"]} == {some[0]["id"], some[1]["id"]}],
                 "the pair of one birth date")
    team.expect("two of them of one birth date are", pair[0]["grade"] == "PROBABLE", pair)


def main():
    tally = nodes.Tally()
    with daemons.World() as world:
        team = Team(world, tally)
        for part in (linked_by_code, proposed_and_merged, rejected, warned, found, crowd):
            with tally.part(part.__name__):
                part(team)
        with tally.part("the end"):
            nodes.sync(team.aino, team.mikko)
            tally.expect("every chain of the central node verifies", jalka(team.center, "admin", "audit")["ok"])
            for device in (team.aino, team.mikko):
                tally.expect("a rebuilt book is the same", jalka(device, "rebuild")["same"])
    tally.finish()


if __name__ == "__main__":
    main()
