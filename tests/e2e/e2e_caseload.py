#!/usr/bin/env python3
"""Who holds which case, and which case nobody answers for: admin caseload; with what the
administrator lists beside it: handovers that are over, certificates, one person's acts.

By real daemons: names for the municipal administrator, ids alone for the technical one.
"""
import datetime
import os
import shutil

import nodes
from nodes import daemons, jalka, run
from daemons import until


class Office:
    def __init__(self, world, tally):
        self.tally, self.expect = tally, tally.expect
        self.world, self.center = world, world.central()
        self.staff, self.device = {}, {}
        for name in ("Aino Laine", "Olli Niemi"):
            key = name.split()[0].lower()
            self.staff[key] = jalka(self.center, "admin", "staff", "add", name, "LICENSED_SOCIAL_WORKER")["id"]
            self.device[key] = world.field(key)
            world.enrol(self.device[key], self.staff[key])
        officials = (("pekka", "Pekka Salo", "MUNICIPAL_ADMIN"), ("dora", "Dora Suoja", "DATA_PROTECTION_OFFICER"),
                     ("tero", "Tero Tekno", "TECHNICAL_ADMIN"), ("maija", "Maija Virta", "MUNICIPAL_ADMIN"))
        for key, name, _ in officials: # the first administrator of the service ends the operator's own right
            self.staff[key] = jalka(self.center, "admin", "staff", "add", name, "OTHER")["id"]
        for key, _, role in reversed(officials):
            by = ["--as", self.staff["maija"]] if key != "maija" else []
            jalka(self.center, *by, "create", "role_grant", f"staff={self.staff[key]}", f"role={role}", "valid_from=2020-01-01")

    def matter(self, family, title="Vuokrarästi", municipality="Takkuvaara"):
        aino = self.device["aino"]
        client = nodes.new_client(aino, family, municipality=municipality)
        matter = jalka(aino, "case", "open", client["id"], title, "opened_by_pathway=NEED_REQUEST")
        nodes.sync(aino)
        until(lambda: [h["staff"] for h in self.row(matter["case_id"])["held"]] == [self.staff["aino"]], "the own worker")
        return client, matter

    def load(self, who, *words):
        return jalka(self.center, "--as", self.staff[who], "admin", "caseload", *words)

    def row(self, case, who="maija", *words):
        return next(r for r in self.load(who, *words)["cases"] if r["case_id"] == case)

    def admin(self, who, *words):
        return jalka(self.center, "--as", self.staff[who], "admin", *words)

    def refused(self, what, words, who, *command):
        got = run(self.center, "--as", self.staff[who], "admin", *command)
        self.expect(f"{what}: refused, and said why", got.refused and all(word in got.err for word in words), got)


def it_is_told_with_names_where_the_role_sees_them(o):
    client, matter = o.client, o.matter_ = o.matter("Kettusalonpää", municipality="Takkuvaara")
    o.place = matter["case_id"]
    row = o.row(o.place)
    o.expect("the municipal administrator reads name, municipality, state and who holds it",
             (row["family_name"], row["municipality"], row["kind"], row["state"], row["attention"]) ==
             ("Kettusalonpää", "Takkuvaara", "MATTER", "OPEN", "") and
             [(h["name"], h["role"], h["until_ms"]) for h in row["held"]] == [("Aino Laine", "OWN_WORKER", 0)], row)
    o.expect("and nothing of what it is about", "title" not in row, row)
    got = o.load("tero")
    plain = next(r for r in got["cases"] if r["case_id"] == o.place)
    o.expect("the technical administrator reads ids and states, no name of a client",
             not got["names_shown"] and "family_name" not in plain and "Kettu" not in str(got) and "Takku" not in str(got) and
             plain["state"] == "OPEN", plain)
    o.refused("a data protection officer", ["not shown or done here"], "dora", "caseload")
    entry = [v for v in jalka(o.center, "admin", "access")["volume"] if v["act"] == "LIST"]
    o.expect("that names were looked at stands in the access log", entry, entry)


def it_is_found(o):
    for text in ("kettu", "Kettusalonpaa", "takku kettu", o.place[:8]):
        o.expect(f"found by {text}", any(r["case_id"] == o.place for r in o.load("maija", "find", text)["cases"]))
    for text in ("salonpää", "Kettu Hallasuo", "zzz"):
        o.expect(f"not found by {text}", o.load("maija", "find", text)["cases"] == [])
    o.expect("where no names are seen they find nothing", o.load("tero", "find", "kettu")["cases"] == [] and
             any(r["case_id"] == o.place for r in o.load("tero", "find", o.place[:8])["cases"]))
    mine = o.load("maija", "of", o.staff["aino"])["cases"]
    o.expect("of one worker: the matter and the client's card", {r["kind"] for r in mine} == {"MATTER", "CLIENT"}, mine)
    o.expect("of another: nothing", o.load("maija", "of", o.staff["olli"])["cases"] == [])
    o.refused("of nobody", ["nothing here"], "maija", "caseload", "of", "ffffffff")
    o.refused("an unknown word", ["caseload of STAFF"], "maija", "caseload", "everything")


def what_asks_for_somebody_stands_first(o):
    _, second = o.matter("Aaltonen", "Häätöuhka", "Hallasuo")
    o.expect("by name otherwise", o.load("maija")["cases"][0]["family_name"] == "Aaltonen")
    o.admin("maija", "unassign", o.place, o.staff["aino"])
    got = o.load("maija")
    o.expect("what nobody holds comes first", (got["cases"][0]["case_id"], got["cases"][0]["attention"], got["asking"]) ==
             (o.place, "NOBODY", 1), got["cases"][0])
    o.admin("maija", "assign", o.place, o.staff["olli"], "CO_WORKER")
    o.expect("a co-worker is no own worker", o.row(o.place)["attention"] == "NO_OWN_WORKER")
    o.admin("maija", "no-own-worker", o.place, "Neuvonta riitti")
    o.expect("with a reason it asks for nobody", o.row(o.place)["attention"] == "")
    o.admin("maija", "assign", o.place, o.staff["olli"])
    o.expect("nor with an own worker", o.row(o.place)["attention"] == "" and o.load("maija", "attention")["cases"] == [])
    end = (datetime.date.today() + datetime.timedelta(days=9)).isoformat()
    o.admin("maija", "assign", o.place, o.staff["aino"], "SUBSTITUTE", end)
    sub = next(h for h in o.row(o.place)["held"] if h["role"] == "SUBSTITUTE")
    o.expect("a substitute with the end", sub["name"] == "Aino Laine" and sub["until_ms"] > 0, sub)
    people = {p["staff"]: p for p in o.load("maija", "people")["people"]}
    aino, olli = people[o.staff["aino"]], people[o.staff["olli"]]
    o.expect("matters are counted by role", (aino["own"], aino["substitute"], olli["own"], olli["co"]) == (1, 1, 1, 1) and
             aino["next_end_ms"] == sub["until_ms"], people)
    node = next(d["node"] for d in jalka(o.center, "admin", "devices")["devices"] if d["holder"] == o.staff["olli"])
    jalka(o.center, "admin", "suspend", node)
    o.expect("an own worker without a device in use", o.row(o.place)["attention"] == "OWN_WORKER_NO_DEVICE")
    jalka(o.center, "admin", "resume", node)
    jalka(o.center, "--as", o.staff["maija"], "change", o.staff["olli"], "valid_to=2020-01-01")
    o.expect("an own worker who has left", o.row(o.place)["attention"] == "OWN_WORKER_LEFT")
    jalka(o.center, "--as", o.staff["maija"], "change", o.staff["olli"], "valid_to=")
    jalka(o.device["aino"], "case", "close", second["id"], "Asia hoidettu")
    nodes.sync(o.device["aino"])
    o.admin("maija", "unassign", second["case_id"], o.staff["aino"])
    row = o.row(second["case_id"])
    o.expect("a closed one asks for nobody", (row["state"], row["attention"]) == ("CLOSED", "") and row["closed_on"], row)


def the_own_worker_changes_in_one_call(o):
    client, matter = o.matter("Laitila", "Tuki arkeen")
    other = jalka(o.device["aino"], "case", "open", client["id"], "Toinen asia", "opened_by_pathway=NEED_REQUEST")["case_id"]
    nodes.sync(o.device["aino"])
    case, card = matter["case_id"], client["case_id"]
    until(lambda: any(row["case_id"] == other and row["held"] for row in o.load("maija")["cases"]), "the other matter")

    def held():
        got = {row["case_id"]: sorted((h["name"], h["role"]) for h in row["held"]) for row in o.load("maija")["cases"]}
        return got[case], got[other], got[card]
    aino, olli, maija = (o.staff[name] for name in ("aino", "olli", "maija"))
    hers, his = ("Aino Laine", "OWN_WORKER"), ("Olli Niemi", "OWN_WORKER")
    for what, words, *command in (
            ("a plain assignment", ["only one"], case, olli), ("in the place of another", ["another than this now"], case, olli, "OWN_WORKER", "instead", maija),
            ("in one's own place", ["already"], case, aino, "OWN_WORKER", "instead", aino), ("of a card", ["matter"], card, olli, "OWN_WORKER", "instead", aino),
            ("as a substitute", ["takes another's place"], case, olli, "SUBSTITUTE", "instead", aino),
            ("by nobody", ["nothing here"], case, "ffffffff", "OWN_WORKER", "instead", aino)):
        o.refused(f"the own worker, {what}", words, "maija", "assign", *command)
    o.expect("what was refused has changed nothing", held() == ([hers], [hers], [hers]), held())
    o.admin("maija", "assign", case, olli, "OWN_WORKER", "instead", aino)
    o.expect("one call: the matter changes hands, and who still holds another of the client's keeps the card", held() == ([his], [hers], [hers, his]), held())
    o.admin("maija", "assign", other, olli, "OWN_WORKER", "instead", aino)
    o.expect("with the last matter goes the card", held() == ([his], [his], [his]), held())
    o.admin("maija", "assign", case, aino, "CO_WORKER")
    o.admin("maija", "assign", case, aino, "OWN_WORKER", "instead", olli)
    o.expect("and back, beside what was held before", held()[0] == [("Aino Laine", "CO_WORKER"), hers], held())


def whose_a_child_notice_is_is_told_to_nobody(o):
    aino = o.device["aino"]
    clients = sorted((o.matter(name, "Tuki arkeen")[0] for name in ("Erkkilä", "Fagerholm", "Grönroos", "Heikkilä", "Ikonen")),
                     key=lambda c: c["case_id"])
    whose = clients[0]["case_id"]  # the first by id: next to its client it would stand before the others
    notice = jalka(aino, "create", "child_notice", "--client", whose, "--sign", "about_person=Lapsi", "grounds=Huoli lapsesta",
                   f"made_at={datetime.date.today() - datetime.timedelta(days=1)}T08:00", "recipient=Lastensuojelu")["case_id"]
    nodes.sync(aino)
    until(lambda: any(r["case_id"] == notice for r in o.load("maija")["cases"]), "the notice at the centre")
    for who in ("maija", "tero"):
        lists = {"caseload": o.load(who)["cases"]}
        if who == "maija":
            lists |= {"cases": o.admin(who, "cases")["cases"], "retention all": o.admin(who, "retention", "all")["cases"]}
        for what, rows in lists.items():
            row = next(r for r in rows if r["case_id"] == notice)
            o.expect(f"{what} for {who}: the notice's row does not say whose it is",
                     row["kind"] == "CHILD_NOTICE" and whose not in str(row) and "Erkkilä" not in str(row), row)
        kinds = [r["kind"] for r in lists["caseload"]]
        o.expect(f"caseload for {who}: notices stand behind all others, not beside their client", kinds[-1] == "CHILD_NOTICE" and
                 kinds.count("CHILD_NOTICE") == 1, [(r["kind"], r["client_case"][:8]) for r in lists["caseload"]])


def handovers_that_are_over_are_listed(o):
    aino, olli = o.device["aino"], o.device["olli"]
    _, matter = o.matter("Niemi", "Tuki arkeen")
    first = jalka(aino, "handover", "propose", matter["case_id"], o.staff["olli"], "Muutto")["id"]
    nodes.sync(aino)

    def listed(*words):
        return {h["id"]: h for h in o.admin("maija", "handovers", *words)["handovers"]}
    until(lambda: first in listed(), "the proposal at the centre")
    row = listed()[first]
    o.expect("a proposal with its client and state", (row["family_name"], row["state"], row["waits_for"], row["client_told"]) ==
             ("Niemi", "PROPOSED", "RECEIVER", False), row)
    o.expect("no name for the technical administrator",
             "family_name" not in next(h for h in o.admin("tero", "handovers")["handovers"] if h["id"] == first))
    until(lambda: nodes.holds(olli, matter["id"]), "the case, lent")
    jalka(olli, "handover", "reject", first, "Olen lomalla")
    nodes.sync(olli)
    until(lambda: first not in listed(), "the end of it")
    o.expect("a rejected one is among all", listed("all")[first]["state"] == "REJECTED" and listed("all")[first]["waits_for"] == "")
    second = jalka(aino, "handover", "propose", matter["case_id"], o.staff["olli"], "Muutto")["id"]
    nodes.sync(aino)
    until(lambda: nodes.holds(olli, matter["id"]), "the case, lent again")
    jalka(olli, "handover", "accept", second)
    nodes.sync(olli)
    jalka(aino, "handover", "told", second)
    nodes.sync(aino)
    until(lambda: second not in listed(), "the effect")
    o.expect("one in effect too, the newest first",
             [(h["id"], h["state"]) for h in o.admin("maija", "handovers", "all")["handovers"]] == [(second, "EFFECTIVE"), (first, "REJECTED")])
    o.refused("another word", ["handovers all"], "maija", "handovers", "some")


def one_persons_acts_are_read_with_a_reason(o):
    jalka(o.device["aino"], "case", "show", o.place)
    nodes.sync(o.device["aino"])
    o.refused("without a reason", ["reason"], "dora", "access", "of", o.staff["aino"])
    got = o.admin("dora", "access", "of", o.staff["aino"], "--reason", "Selvitys katselusta")
    o.expect("what Aino did, newest first, and hers alone", got["entries"] and {e["name"] for e in got["entries"]} == {"Aino Laine"} and
             [e["when_ms"] for e in got["entries"]] == sorted((e["when_ms"] for e in got["entries"]), reverse=True), got)
    looks = o.admin("maija", "access", "of", o.staff["dora"], "--reason", "Tarkastus")["entries"]
    o.expect("the look stands in the log, with whose and why", [(e["act"], e["reason"], e["record"]) for e in looks] ==
             [("READ_LOG", "Selvitys katselusta", o.staff["aino"])], looks)
    o.expect("a day on which nothing was done", o.admin("dora", "access", "of", o.staff["aino"], "2021-01-01", "2021-01-02", "--reason", "x")["entries"] == [])
    o.refused("days the wrong way round", ["before the first"], "dora", "access", "of", o.staff["aino"], "2021-01-02", "2021-01-01", "--reason", "x")
    o.refused("the technical administrator", ["not shown or done here"], "tero", "access", "of", o.staff["aino"], "--reason", "x")


def certificates_are_listed(o):
    o.admin("maija", "erase", "case", o.place, "Testiaineisto", "--yes")
    row = o.admin("pekka", "erasures")["erasures"][0]
    o.expect("a proposal with the client's name, and whose it is", (row["family_name"], row["mine"]) == ("Kettusalonpää", False) and
             o.admin("maija", "erasures")["erasures"][0]["mine"], row)
    o.expect("a proposal names nobody to a data protection officer", "family_name" not in o.admin("dora", "erasures")["erasures"][0])
    o.refused("who proposed", ["two people"], "maija", "erase", "approve", o.place, "--yes")
    o.admin("pekka", "erase", "approve", o.place, "--yes")
    done = o.admin("dora", "erasures", "done")["certificates"]
    o.expect("its certificate", [(c["case_id"], c["proposed_by"], c["approver"], c["ground"]) for c in done] ==
             [(o.place, "Maija Virta", "Pekka Salo", "Testiaineisto")] and "Pekka Salo" in done[0]["certificate"] and
             "Kettu" not in str(done), done)


def a_cut_leaves_one_certificate(o):
    """The power goes when the bytes are gone (the deny file has it) and the certificate is not written yet: the proposal stands, and is approved again."""
    aino, case = o.device["aino"], o.matter("Jokela", "Tuki arkeen")[1]["case_id"]
    other = o.matter("Kivelä", "Tuki arkeen")[1]
    note = nodes.new_note(aino, other, "Kirjattu vahingossa.")["id"]
    nodes.sync(aino)
    o.admin("maija", "erase", "case", case, "Testiaineisto", "--yes")
    o.admin("maija", "erase", "record", other["case_id"], note, "Väärä henkilö", "--yes")
    before = o.admin("dora", "erasures", "done")["certificates"]

    def fresh():
        return sorted((c["case_id"], c["proposed_by"], c["approver"], c["ground"]) for c in o.admin("dora", "erasures", "done")["certificates"]
                      if c["id"] not in {b["id"] for b in before})
    o.center.stop()
    kept = nodes.copy(o.center.folder, o.center.folder + "-before")
    o.center.start()
    o.admin("pekka", "erase", "approve", case, "--yes")
    o.admin("pekka", "erase", "approve", other["case_id"], note, "--yes")
    o.center.stop()
    for name in os.listdir(kept):
        if name != "deny":
            shutil.copy2(os.path.join(kept, name), os.path.join(o.center.folder, name))
    o.center.more = ("--restored",)
    o.center.start()
    waits = {(e["case_id"], e["record"]) for e in o.admin("maija", "erasures")["erasures"]}
    o.expect("erased, and still proposed", waits == {(case, ""), (other["case_id"], note)} and
             not any(r["case_id"] == case for r in o.load("maija")["cases"]) and fresh() == [], waits)
    o.refused("proposed anew", ["erased already"], "maija", "erase", "case", case, "Testiaineisto", "--yes")
    o.refused("who proposed", ["two people"], "maija", "erase", "approve", case, "--yes")
    o.admin("pekka", "erase", "approve", case, "--yes")
    o.admin("pekka", "erase", "approve", other["case_id"], note, "--yes")
    want = sorted([(case, "Maija Virta", "Pekka Salo", "Testiaineisto"), (other["case_id"], "Maija Virta", "Pekka Salo", "Väärä henkilö")])
    o.expect("approved again: the certificate, with the ground and both names", fresh() == want and o.admin("maija", "erasures")["erasures"] == [], fresh())
    for words in ([case], [other["case_id"], note]):
        o.refused("a third time", ["nobody has proposed"], "pekka", "erase", "approve", *words, "--yes")
    o.expect("and no second one", fresh() == want, fresh())


def main(world, tally):
    office = Office(world, tally)
    for part in (it_is_told_with_names_where_the_role_sees_them, it_is_found, what_asks_for_somebody_stands_first,
                 the_own_worker_changes_in_one_call, whose_a_child_notice_is_is_told_to_nobody, handovers_that_are_over_are_listed,
                 one_persons_acts_are_read_with_a_reason, certificates_are_listed,
                 a_cut_leaves_one_certificate):
        with tally.part(part.__name__.replace("_", " ")):
            part(office)


if __name__ == "__main__":
    tally = nodes.Tally()
    with daemons.World() as world:
        main(world, tally)
    tally.finish()
