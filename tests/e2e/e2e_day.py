#!/usr/bin/env python3
"""Days of two outreach workers and their administrator, at the command line.

Two laptops and a central node. A draft outlives kill -9; a write made from an old
reading is refused; one field changed on both laptops is a conflict on both until
one chooses; a case whose assignment ends leaves the other laptop, and comes back
whole; what was written meanwhile waits for a decision, and its author learns of
it; lock hides everything. At the end every confirmed write is accepted.
"""
import contextlib
import json
import unicodedata

import nodes
from nodes import CONFLICTS, DONE, FAILED, LOCKED, daemons, jalka, run

PASSPHRASE = "revontulet ja räystäät"
SECRETS = ["Hirvikallio", "Tuomas Olavi", "040 000 6161", "040 000 6262", "040 000 6363", "lattian alta löytyi",
           "perintätoimiston kirjeet", "naapuri kantoi puita", "Häätöuhka ja vuokrarästi"]


class Team:
    """Aino and Mikko, their laptops, and the writes that were confirmed to them."""

    def __init__(self, world, tally):
        self.world, self.tally, self.expect = world, tally, tally.expect
        self.center = world.central()
        self.aino, self.mikko = world.field("aino"), world.field("mikko")
        self.staff = {self.aino: world.staff("Aino Laine"), self.mikko: world.staff("Mikko Saari")}
        self.node = {device: world.enrol(device, staff) for device, staff in self.staff.items()}
        self.confirmed = {self.aino: [], self.mikko: []}
        self.rejected = set()

    def wrote(self, device, answer):
        self.confirmed[device].append(answer["id"])
        return answer

    def note(self, device, matter, text, visit=None):
        return self.wrote(device, nodes.new_note(device, matter, text, visit))

    def share(self, *cases):
        for case in cases:
            jalka(self.center, "admin", "assign", case["case_id"], self.staff[self.mikko], "CO_WORKER")
        nodes.sync(self.aino, self.mikko)


def first_case(team):
    aino = team.aino
    team.client = team.wrote(aino, nodes.new_client(aino, "Hirvikallio", "Tuomas Olavi", phone="040 000 6161"))
    team.matter = team.wrote(aino, nodes.new_matter(aino, team.client, "Häätöuhka ja vuokrarästi"))
    visit = team.wrote(aino, jalka(aino, "visit", "start", team.matter["case_id"], "topic=Kotikäynti",
                                   "purpose=PLAN_REVIEW"))
    team.note(aino, team.matter, "Keittiön lattian alta löytyi homeetta, asiakas yskii öisin.", visit)
    team.wrote(aino, jalka(aino, "visit", "end", visit["id"], "next_step=Soitto isännöitsijälle"))
    nodes.sync(aino)
    team.expect("what one laptop wrote is not on the other before it is assigned",
                nodes.holds(team.mikko, team.client["id"]) is None)
    team.share(team.client, team.matter)
    for case in (team.client, team.matter):
        team.expect("assigned, the case reads the same on both",
                    nodes.picture(team.aino, case["case_id"]) == nodes.picture(team.mikko, case["case_id"]) != [])


def draft_survives(team):
    aino = team.aino
    text = "Luonnos: perintätoimiston kirjeet olivat avaamatta kahdessa muovikassissa."
    draft = jalka(aino, "note", team.matter["case_id"], text, "--draft")
    team.expect("a note kept as a draft says so", draft["state"] == "draft", draft)
    aino.kill()
    aino.start()
    drafts = jalka(aino, "drafts")["drafts"]
    team.expect("a draft outlives kill -9",
                [(d["id"], d["fields"]["text"]) for d in drafts] == [(draft["id"], text)], drafts)
    nodes.sync(aino, team.mikko)
    team.expect("a draft goes nowhere", nodes.holds(team.mikko, draft["id"]) is None)
    jalka(aino, "change", draft["id"], f"text={text} Ne avattiin yhdessä.")
    signed = team.wrote(aino, jalka(aino, "sign", draft["id"]))
    team.expect("signed, it is no draft any more",
                signed["state"] == "signed" and not jalka(aino, "drafts")["drafts"], signed)
    nodes.sync(aino, team.mikko)
    team.expect("and the other laptop has it",
                (nodes.holds(team.mikko, draft["id"]) or {}).get("text", "").endswith("yhdessä."))
    other = jalka(aino, "note", team.matter["case_id"], "pois", "--draft")
    jalka(aino, "drafts", "discard", other["id"])
    team.expect("a draft thrown away is gone",
                nodes.holds(aino, other["id"]) is None and not jalka(aino, "drafts")["drafts"])


def write_from(window, record, token, values):
    """A write made from an old reading: its kind, the field at fault and the values told."""
    window.send("write", type="client", record_id=record, token=token, body=json.dumps(values), form=1)
    answer = window.read_response()
    told = json.loads(answer["json"] or b"{}")
    return daemons.KINDS[answer["kind"]], answer["field"].decode(), told.get("stored"), told.get("given"), \
        told.get("by", {}).get("name")


def stale_write(team):
    """Two windows of one laptop, and a change that came with a sync."""
    aino, mikko, client = team.aino, team.mikko, team.client["id"]
    with aino.api() as window, aino.api() as other:
        seen = window.call("show", id=client)
        other.write("client", {"interpreter": "somali"}, record_id=client)
        got = write_from(window, client, seen["token"], {"interpreter": "dari"})
        team.expect("a write from an old reading is refused with both values and who wrote the other",
                    got == ("STALE_READ", "interpreter", "somali", "dari", "Aino Laine"), got)
        team.expect("and has changed nothing", nodes.holds(aino, client)["interpreter"] == "somali")
        again = window.call("show", id=client)
        window.write("client", {"interpreter": "dari"}, record_id=client, token=again["token"])
        team.expect("read again, it is written", nodes.holds(aino, client)["interpreter"] == "dari")
        nodes.sync(aino, mikko)
        daemons.until(lambda: nodes.holds(mikko, client)["interpreter"] == "dari", "the change at the other worker's")
        seen = window.call("show", id=client)
        jalka(mikko, "change", client, "interpreter=farsi")
        nodes.sync(mikko, aino)
        daemons.until(lambda: nodes.holds(aino, client)["interpreter"] == "farsi", "the other's change")
        got = write_from(window, client, seen["token"], {"interpreter": "viro"})
        team.expect("a change that came from the network makes a reading old as well",
                    got == ("STALE_READ", "interpreter", "farsi", "viro", "Mikko Saari"), got)
        window.write("client", {"municipality": "Vaala"}, record_id=client, token=seen["token"])
        team.expect("another field may be written from that reading",
                    nodes.holds(aino, client)["municipality"] == "Vaala")
    nodes.sync(aino, mikko)


def conflict(team):
    aino, mikko, client = team.aino, team.mikko, team.client["id"]
    nodes.offline(aino, mikko)
    jalka(aino, "change", client, "phone=040 000 6262")
    jalka(mikko, "change", client, "phone=040 000 6363")
    for device, form in ((aino, "NFC"), (mikko, "NFD")):  # looks alike, so it is alike
        jalka(device, "change", client, "interpreter=" + unicodedata.normalize(form, "tiếng Việt, sámegiella č"))
    team.expect("offline, neither knows of a conflict",
                [run(d, "conflicts").code for d in (aino, mikko)] == [DONE, DONE])
    nodes.online(aino, mikko)
    nodes.sync(aino, mikko)
    for device, name in ((aino, "Aino's"), (mikko, "Mikko's")):
        got = run(device, "conflicts")
        found = got.json["conflicts"]
        team.expect(f"{name} laptop shows one conflict, with exit code 5",
                    got.code == CONFLICTS and len(found) == 1, got)
        siblings = {s["value"][0] if isinstance(s["value"], list) else s["value"]: s for s in found[0]["siblings"]}
        team.expect(f"{name} laptop shows both values, who wrote them, where and when",
                    {v: (s["by"]["name"], s["by"]["node"], s["by"]["mine"], s["at_ms"] > 0) for v, s in siblings.items()} ==
                    {"040 000 6262": ("Aino Laine", team.node[aino], device is aino, True),
                     "040 000 6363": ("Mikko Saari", team.node[mikko], device is mikko, True)}, siblings)
        words = run(device, "conflicts", json_form=False)
        team.expect(f"{name} laptop says so to people",
                    all(w in words.out for w in ("6262", "6363", "Aino Laine", "Mikko Saari")), words)
    before = len(nodes.log_of(aino, client))
    chosen = run(aino, "conflicts", "choose", client, "phone", "theirs")
    team.expect("one worker chooses", chosen.code == DONE, chosen)
    nodes.sync(aino, mikko)
    log = nodes.log_of(mikko, client)
    team.expect("the choice is one more delta, of who chose, accepted",
                len(log) == before + 1 and log[-1]["verdict"] == "ACCEPTED" and
                log[-1]["by"]["name"] == "Aino Laine", log[-2:])
    for device in (aino, mikko):
        team.expect("then there is no conflict, and one value",
                    run(device, "conflicts").code == DONE and nodes.holds(device, client)["phone"] == ["040 000 6363"])


def assignment_ends(team):
    aino, mikko = team.aino, team.mikko
    jalka(team.center, "admin", "unassign", team.matter["case_id"], team.staff[mikko])
    jalka(team.center, "admin", "unassign", team.client["case_id"], team.staff[mikko])
    nodes.sync(mikko)
    gone = lambda: all(run(mikko, "show", c["case_id"]).code == FAILED for c in (team.client, team.matter))
    team.expect("assignments ended, the cases leave the other laptop", daemons.until(gone, "the cases to leave"))
    told = lambda: {(f["node"], f["case_id"]) for f in jalka(team.center, "admin", "forgotten")["forgotten"]} == \
        {(team.node[mikko], c["case_id"]) for c in (team.client, team.matter)}
    team.expect("the administrator sees which device has forgotten which cases", daemons.until(told, "the word of it"))
    team.expect("their words are not found there", not jalka(mikko, "search", "hirvikallio")["records"] and
                not jalka(mikko, "search", "lattian")["records"] and not jalka(mikko, "list", "encounter_note")["records"])
    refused = run(mikko, "note", team.matter["case_id"], "ei pitäisi onnistua")
    team.expect("nothing more is written in them", refused.refused, refused)
    team.expect("nor readable in its files, as of the other's",
                not nodes.readable([mikko.folder, aino.folder], SECRETS))
    team.expect("the one who keeps them has them still", nodes.holds(aino, team.client["id"]) is not None)
    late = team.note(aino, team.matter, "Tällä välin naapuri kantoi puita ja lämmitti tuvan.")
    nodes.sync(aino)
    team.share(team.client, team.matter)
    daemons.until(lambda: nodes.holds(mikko, late["id"]), "the case to come back")
    for case in (team.client, team.matter):
        team.expect("assigned again, it comes back whole, with what was written meanwhile",
                    nodes.picture(aino, case["case_id"]) == nodes.picture(mikko, case["case_id"]) != [])
    team.expect("and its words are found again", len(jalka(mikko, "search", "lattian")["records"]) == 1)


def quarantine(team):
    aino, mikko, center = team.aino, team.mikko, team.center
    nodes.offline(mikko)
    jalka(center, "admin", "unassign", team.matter["case_id"], team.staff[mikko])
    good = team.note(mikko, team.matter, "Kirjattu ilman verkkoa: vuokranantaja lupasi kaksi viikkoa lisää.")
    bad = team.note(mikko, team.matter, "Tämä kuuluu toiseen asiaan ja hylätään.")
    team.rejected.add(bad["id"])
    run(mikko, "sync", "--online", "--wait")
    items = nodes.quarantined(center, 2)
    by_record = {i["record_id"]: i["item"] for i in items}
    team.expect("what was written after the end waits for a decision, nothing is thrown away",
                set(by_record) == {good["id"], bad["id"]} and all(i["node"] == team.node[mikko] for i in items), items)
    team.expect("the list tells why and what, not what stands in it",
                all(i["reason"] == "NOT_HELD" and i["type"] == "encounter_note" for i in items) and
                not any(w in str(items) for w in ("vuokranantaja", "hylätään")), items)
    status = jalka(mikko, "status")
    team.expect("the author is told that two wait",
                status["quarantined"] == 2 and status["unreceipted"] == 0, status)
    team.expect("and which", {q["id"] for q in jalka(mikko, "quarantine")["quarantine"]} == {good["id"], bad["id"]})
    team.expect("who wrote it, which case, and that nothing stands in the way", all(
        i["holder_name"] == "Mikko Saari" and i["case_kind"] == "MATTER" and i["obstacle"] == "" and not i["opens"]
        and 0 < i["written_ms"] <= i["received_ms"] for i in items), items)
    jalka(center, "admin", "accept", by_record[good["id"]])
    jalka(center, "admin", "reject", by_record[bad["id"]], "kuuluu toiseen asiaan")
    team.expect("decided, the quarantine is empty", not jalka(center, "admin", "quarantine")["quarantine"])
    decided = jalka(center, "admin", "quarantine", "decided")["decided"]
    team.expect("and what was decided stays listed, the newest first, with why",
                [(d["record_id"], d["decision"], d["words"], d["reason"]) for d in decided] ==
                [(bad["id"], "REJECT", "kuuluu toiseen asiaan", "NOT_HELD"), (good["id"], "ACCEPT", "", "NOT_HELD")], decided)
    nodes.sync(mikko, aino)
    daemons.until(lambda: jalka(mikko, "status")["quarantined"] == 0, "the decisions at their author")
    status = jalka(mikko, "status")
    team.expect("the author sees the outcome: none waits, one was rejected", status["rejected"] == 1, status)
    own = jalka(mikko, "quarantine")["quarantine"]
    said = run(mikko, "quarantine", json_form=False).out
    team.expect("and which, why it waited, and that its text has left with the case",
                [(q["id"], q["verdict"], q["why"], q["here"], q["fields"]) for q in own] ==
                [(bad["id"], "REJECTED", "NOT_HELD", False, None)] and "left this device" in said, (own, said))
    team.expect("the accepted note is at the other worker's",
                (nodes.holds(aino, good["id"]) or {}).get("text", "").startswith("Kirjattu"))
    team.share(team.matter)
    daemons.until(lambda: nodes.holds(mikko, good["id"]), "the case to come back")
    team.expect("and its author holds it as accepted",
                verdict_of(mikko, good["id"]) == "ACCEPTED", nodes.log_of(mikko, good["id"]))
    team.expect("the rejected one is in no fold, its author's neither", nodes.holds(mikko, bad["id"]) is None)
    team.expect("and the case reads the same on both again",
                nodes.picture(aino, team.matter["case_id"]) == nodes.picture(mikko, team.matter["case_id"]))


def rejected_at_home(team):
    """While a device is suspended its work waits; rejected, its author still sees what it was."""
    mikko, center = team.mikko, team.center
    jalka(center, "admin", "suspend", team.node[mikko])
    bad = team.note(mikko, team.matter, "Hylättävä, mutta tekijänsä luettavissa.")
    team.rejected.add(bad["id"])
    run(mikko, "sync", "--wait")
    team.expect("a suspended device knows that it is", jalka(mikko, "status")["suspended"])
    item = next(i["item"] for i in nodes.quarantined(center, 1))
    jalka(center, "admin", "reject", item)
    jalka(center, "admin", "resume", team.node[mikko])
    nodes.sync(mikko)
    find = lambda: next((q for q in jalka(mikko, "quarantine")["quarantine"] if q["id"] == bad["id"]), {})
    daemons.until(lambda: find().get("verdict") == "REJECTED", "the decision")
    team.expect("and that it is no more", not jalka(mikko, "status")["suspended"])
    team.expect("rejected while its case is held, its author sees why and the text",
                (find()["why"], find()["here"], find()["fields"]["text"]) ==
                ("DEVICE_REVOKED", True, "Hylättävä, mutta tekijänsä luettavissa."), find())
    team.expect("but nobody in the case", nodes.holds(mikko, bad["id"]) is None and
                "Hylättävä" in run(mikko, "quarantine", json_form=False).out)


def decided_while_it_comes_back(team):
    """The case is assigned again and its author's waiting notes accepted in one breath:
    the author, whose copies are gone with the case, gets them back like everybody else."""
    mikko, missing = team.mikko, []
    for turn in range(6):
        nodes.offline(mikko)
        jalka(team.center, "admin", "unassign", team.matter["case_id"], team.staff[mikko])
        notes = [team.note(mikko, team.matter, f"Odotti päätöstä, {turn}.{n}.")["id"] for n in range(3)]
        jalka(mikko, "sync", "--online")
        items = nodes.quarantined(team.center, 3)
        with team.center.api() as admin:
            admin.admin("assign", team.matter["case_id"], team.staff[mikko], "CO_WORKER")
            for item in items:
                admin.admin("accept", item["item"])
        nodes.sync(mikko, team.aino)
        daemons.until(lambda: all(nodes.holds(team.aino, n) for n in notes), "the accepted notes at the other worker's")
        with contextlib.suppress(AssertionError):
            daemons.until(lambda: all(nodes.holds(mikko, n) for n in notes), "them at their author's", 30)
        missing += [n for n in notes if not nodes.holds(mikko, n)]
    team.expect("assigned again and decided at once, the author has all that was accepted", not missing, missing)
    team.expect("and reads the same as the other worker", nodes.picture(team.aino, team.matter["case_id"]) ==
                nodes.picture(mikko, team.matter["case_id"]))


def verdict_of(device, record):
    got = run(device, "show", record, "--log")
    return got.json["log"][-1]["verdict"] if got.code == DONE else None


def offline_and_online(team):
    aino, center = team.aino, team.center
    nodes.offline(aino)
    status = jalka(aino, "status")
    team.expect("offline is what the status says", status["sync"] == "offline" and not status["online"], status)
    written = [team.note(aino, team.matter, f"Ilman verkkoa {n}.") for n in range(5)]
    team.expect("five notes wait to be sent", jalka(aino, "status")["unreceipted"] == 5)
    aino.kill()
    aino.start()
    status = jalka(aino, "status")
    said = run(aino, "status", json_form=False)
    team.expect("started again it is offline still, dials nobody, and says why", status["sync"] == "offline" and
                not status["online"] and status["sessions"] == 0 and "set offline" in said.out, (status, said))
    team.expect("the list marks them",
                all(r["pending"] for r in jalka(aino, "list", "encounter_note", "--limit", 5)["records"]))
    center.stop()
    failed = run(aino, "sync", "--online", "--wait")
    team.expect("no central node: sync says so in words and nothing is lost",  # nor that they were listed
                failed.refused and jalka(aino, "status")["unreceipted"] == 6, failed)
    center.start()
    daemons.until(lambda: run(aino, "sync", "--wait").code == DONE, "the node to be reached")
    team.expect("reached again, all five are receipted", jalka(aino, "status")["unreceipted"] == 0)
    nodes.sync(team.mikko)
    aino.stop()
    aino.start()
    team.expect("brought back, it dials by itself after a restart",
                daemons.until(lambda: jalka(aino, "status")["sync"] == "idle", "the connection"))
    team.expect("and at the other worker's",
                all(daemons.until(lambda w=w: nodes.holds(team.mikko, w["id"]), "note") for w in written))


def erased_for_good(team):
    """The administrator erases a note, then a case, while one who holds them is away."""
    aino, mikko, center = team.aino, team.mikko, team.center
    note = nodes.new_note(aino, team.matter, "Kirjattu väärästä henkilöstä: yksisarvinen.")["id"]
    other = nodes.new_matter(aino, team.client, "Väärä asia, yksisarvinen")
    nodes.new_note(aino, other, "Yksisarvinen tässäkin.")
    nodes.sync(aino)
    team.share(other)
    held = lambda device: {r["id"] for r in jalka(device, "search", "yksisarvinen", "--limit", 50)["records"]}
    daemons.until(lambda: len(held(mikko)) == 3, "all three at the other worker's")
    nodes.offline(mikko)
    jalka(center, "admin", "erase", "record", team.matter["case_id"], note, "--yes")
    jalka(center, "admin", "erase", "case", other["case_id"], "--yes")
    nodes.sync(aino)
    daemons.until(lambda: not held(aino), "the erasing")
    team.expect("erased, a note and a case are gone at their author's", nodes.holds(aino, note) is None and
                run(aino, "show", other["case_id"]).code == FAILED)
    team.expect("who is away has them until then", len(held(mikko)) == 3)
    nodes.online(mikko)
    daemons.until(lambda: not held(mikko), "the erasing at the other worker's")
    team.expect("and not after, nor can anybody write there", nodes.holds(mikko, note) is None and
                run(mikko, "note", other["case_id"], "ei").refused and run(aino, "change", other["id"], "title=ei").refused)
    audit = jalka(center, "admin", "audit")
    team.expect("the chains are proved all the same", audit["ok"] and audit["erased"] >= 3, audit)


def locked(team):
    world = team.world
    seija = nodes.Locked(world.folder("seija"), PASSPHRASE)
    world.daemons.append(seija)
    seija.start()
    fresh = run(seija, "list")
    team.expect("before it is made, a profile answers with exit code 4", fresh.code == LOCKED, fresh)
    seija.init()
    world.enrol(seija, world.staff("Seija Korpi"))
    client = nodes.new_client(seija, "Lampinoja")
    draft = jalka(seija, "create", "consent", "--case", client["case_id"], "purpose=Luonnos")
    nodes.sync(seija)
    jalka(seija, "lock")
    commands = (["list"], ["search", "lampinoja"], ["show", client["id"]], ["drafts"], ["agenda"], ["conflicts"], ["sync"],
                ["rebuild"], ["client", "add", "Aho", "Aino"], ["change", client["id"], "phone=1"], ["sign", draft["id"]])
    answers = [run(seija, *words) for words in commands]
    team.expect("locked, every verb ends with exit code 4, says why and nothing else",
                all(a.code == LOCKED and a.out == "" and "lock" in a.err for a in answers), answers)
    status = run(seija, "status")
    team.expect("the status says locked, and no name",
                status.code == LOCKED and "Lampinoja" not in status.out + status.err and
                "Seija" not in status.out, status)
    wrong = seija.unlock("revontulet ja räystään alla")
    team.expect("a wrong passphrase opens nothing", wrong.refused and run(seija, "list").code == LOCKED, wrong)
    team.expect("the right one does", seija.unlock().code == DONE)
    team.expect("and everything is as it was", nodes.holds(seija, client["id"])["family_name"] == "Lampinoja" and
                [d["id"] for d in jalka(seija, "drafts")["drafts"]] == [draft["id"]])
    daemons.until(lambda: jalka(seija, "status")["sync"] == "idle", "the connection after unlock")
    jalka(seija, "change", client["id"], "phone=040 000 7171")
    nodes.sync(seija)
    team.expect("and it syncs again by itself", jalka(seija, "status")["unreceipted"] == 0)


def the_end(team):
    for device in (team.aino, team.mikko):
        nodes.sync(device)
        status = jalka(device, "status")
        team.expect("nothing waits",
                    (status["unreceipted"], status["quarantined"], status["conflicts"]) == (0, 0, 0), status)
        wrong = [r for r in team.confirmed[device] if verdict_of(device, r) != (None if r in team.rejected else "ACCEPTED")]
        team.expect(f"all {len(team.confirmed[device])} confirmed writes are there and accepted, but the one rejected",
                    not wrong,
                    [(r, run(device, "show", r, "--log")) for r in wrong])
        team.expect("the book made again is the same", jalka(device, "rebuild")["same"] is True)
    audit = jalka(team.center, "admin", "audit")
    team.expect("the audit of all chains is good", audit["ok"] and audit["bad"] == 0, audit)
    team.expect("nothing is readable in any folder", not nodes.readable([team.world.base], SECRETS))


def main():
    tally = nodes.Tally()
    with daemons.World() as world:
        team = Team(world, tally)
        for part in (first_case, draft_survives, stale_write, conflict, assignment_ends, quarantine, rejected_at_home,
                     decided_while_it_comes_back,
                     offline_and_online, erased_for_good, locked, the_end):
            with tally.part(part.__name__):
                part(team)
    tally.finish()


if __name__ == "__main__":
    main()
