#!/usr/bin/env python3
"""The course of a joint session, with real daemons: who comes, leaves and is followed by
another, pauses and how long it lasted, a line that never comes back, a consent that changes
in the middle, one that does not take place, what is typed and not noted yet, and what two
workers wrote apart.
"""
from datetime import datetime, timedelta

import nodes
from e2e_consent import Person, show, staff_and_device
from nodes import FAILED, daemons, jalka, run

DAY = datetime.now().replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=1)


def at(clock):
    hour, minute = clock.split(".")
    return ("--at", (DAY + timedelta(hours=int(hour), minutes=int(minute))).strftime("%Y-%m-%dT%H:%M"))


def turns(device, s):
    return [(t["what"], t.get("text", "")) for t in jalka(device, "session", "show", s)["fields"].get("course", [])]


def prepared(device, person, *points):
    s = jalka(device, "session", "prepare", person.client, *points)["id"]
    jalka(device, "session", "identify", s, "asiakas=tuttu", "työntekijä=virkakortti", "Kela/Sari Salo=virkakortti")
    return s


def begun(device, person, *points, clock=None):
    s = prepared(device, person, *points)
    jalka(device, "session", "start", s, "--room", "ei muita", *(at(clock) if clock else ()))
    return s


def a_session_tells_its_course_in_order(tally, person):
    device = person.device
    person.consent("SESSION,QUADRANT_HOUSING", "yhteinen tapaaminen")
    s = begun(device, person, "Vuokra", "Tuki", clock="10.00")
    jalka(device, "session", "note", s, "1", "Rästi.", *at("10.02"))
    jalka(device, "session", "note", s, "1", "Kaksi kuukautta.", *at("10.03"))
    jalka(device, "session", "note", s, "2", "Liitteet.", *at("10.04"))
    jalka(device, "session", "note", s, "1", "Maksusuunnitelma.", *at("10.05"))
    got = jalka(device, "session", "pause", s, *at("10.10"))
    tally.expect("a pause is of the session, not of a window", got["paused_since_ms"] > 0 and got["holds"] == "RUNNING", got)
    again = jalka(device, "session", "pause", s, *at("10.11"))
    tally.expect("said again it is that pause", again["paused_since_ms"] == got["paused_since_ms"], again)
    got = jalka(device, "session", "continue", s, *at("10.25"))
    tally.expect("and lasts until it goes on", (got["paused_since_ms"], got["paused_ms"]) == (0, 15 * 60_000), got)
    jalka(device, "session", "action", s, "KELA", "Sari Salo", "2030-04-01", "Kela tarkistaa", *at("10.26"))
    jalka(device, "session", "drop", s, "kuva jäätyi", *at("10.30"))
    jalka(device, "session", "resume", s, *at("10.32"))
    jalka(device, "session", "pause", s, "asiakas lepää", *at("10.40"))
    jalka(device, "session", "end", s, *at("10.50"))
    tally.expect("the end ends a pause", jalka(device, "session", "show", s)["paused_ms"] == 25 * 60_000)
    jalka(device, "session", "confirm", s)
    jalka(device, "session", "sign", s)
    told = turns(device, s)
    tally.expect("what happened, in its order", told == [
        ("STARTED", ""), ("POINT", "Vuokra"), ("POINT", "Tuki"), ("POINT", "Vuokra"), ("PAUSED", ""), ("CONTINUED", ""), ("AGREED", ""),
        ("LINE_DROPPED", "kuva jäätyi"), ("BY_PHONE", ""), ("PAUSED", "asiakas lepää"), ("ENDED", ""), ("CONFIRMED", "")], told)
    shown = run(device, "session", "show", s, json_form=False)
    tally.expect("and on the terminal", "LINE_DROPPED" in shown.out and "kuva jäätyi" in shown.out, shown)
    got = run(device, "session", "pause", s)
    tally.expect("what does not run takes no pause", got.code == FAILED and "not running" in got.err, got)


def who_comes_and_goes(tally, person):
    device = person.device
    s = prepared(device, person, "Asia")
    jalka(device, "session", "identify", s, "tulkki/Ali=kortti")
    got = jalka(device, "session", "leave", s, "tulkki")
    tally.expect("who does not come is asked of no more", got["holds"] == "IDENTITIES_CHECKED" and got["to_identify"] == [], got)
    jalka(device, "session", "start", s)
    jalka(device, "session", "identify", s, "Kela/Sari Salo=soitto")
    tally.expect("checked again it is the same", len(show(device, s)["participants"]) == 4)
    jalka(device, "session", "identify", s, "Kela/Mika Oja=virkakortti")
    people = [(p["role"], p.get("name", ""), "left_at" in p) for p in show(device, s)["participants"] if p["role"] == "Kela"]
    tally.expect("another of Kela's came, and who was there stays in the record", people == [("Kela", "Sari Salo", True), ("Kela", "Mika Oja", False)], people)
    jalka(device, "session", "leave", s, "Kela/Mika Oja")
    got = run(device, "session", "leave", s, "Kela")
    tally.expect("nobody leaves twice", got.code == FAILED and "nobody of that role" in got.err, got)
    jalka(device, "session", "identify", s, "Kela/Sari Salo=virkakortti")
    tally.expect("who left may come back", [t for t in turns(device, s) if t[0] in ("LEFT", "JOINED")] == [
        ("LEFT", "tulkki, Ali"), ("LEFT", "Kela, Sari Salo"), ("JOINED", "Kela, Mika Oja"), ("LEFT", "Kela, Mika Oja"), ("JOINED", "Kela, Sari Salo")],
        turns(device, s))
    got = run(device, "session", "leave", s, "vieras")
    tally.expect("nor who was never there", got.code == FAILED and "nobody of that role" in got.err, got)


def a_line_that_never_comes_back_ends_it(tally, person):
    device = person.device
    s = begun(device, person, "Asia")
    jalka(device, "session", "note", s, "1", "Ehdittiin puhua.")
    jalka(device, "session", "drop", s)
    got = jalka(device, "session", "end", s)
    tally.expect("it ends as it was left", got["holds"] == "ENDED" and show(device, s)["connection_trouble"] == "yhteys katkesi", got)
    s = prepared(device, person, "Asia")
    got = jalka(device, "session", "cancel", s, "asiakas ei tullut")
    tally.expect("or does not take place, though all were checked", got["holds"] == "CANCELLED" and turns(device, s) == [("CANCELLED", "asiakas ei tullut")], got)


def the_consent_changes_in_the_middle(tally, person):
    device = person.device
    s = begun(device, person, "Asia")
    got = jalka(device, "session", "point", s, "Lääkkeet", "--scope", "QUADRANT_HEALTH")
    tally.expect("outside what was allowed", got["points"][1]["out_of_scope"], got)
    old = got["consent"]["id"]
    wider = person.consent("SESSION,QUADRANT_HEALTH", "laajempi tapaaminen")
    got = jalka(device, "session", "consent", s, wider)
    tally.expect("it rests on the wider one", got["consent"]["id"] == wider and got["consent"]["holds"] == "HOLDS", got)
    got = jalka(device, "session", "point", s, "Terveysasema", "--scope", "QUADRANT_HEALTH")
    tally.expect("and the next point is within", [p["out_of_scope"] for p in got["points"]] == [False, True, False], got)
    jalka(device, "consent", "withdraw", wider, "--via", "puhelin")
    got = jalka(device, "session", "show", s)
    tally.expect("withdrawn in the middle it says so", got["consent"]["holds"] == "WITHDRAWN" and got["holds"] == "RUNNING", got)
    got = run(device, "session", "consent", s, wider)
    tally.expect("nothing rests on what was withdrawn", got.code == FAILED and "withdrawn" in got.err, got)
    got = jalka(device, "session", "consent", s)
    tally.expect("the newest that holds is taken", got["consent"]["id"] == old and ("CONSENT_CHANGED", "") in turns(device, s), got)
    jalka(device, "session", "end", s)


def what_is_typed_is_kept_until_it_is_noted(tally, person):
    device = person.device
    s = begun(device, person, "Asia")
    jalka(device, "session", "type", s, "Asia", "Kesken jäänyt lau")
    jalka(device, "session", "type", s, "", "Kela läh")
    device.kill()
    device.start()
    shown = jalka(device, "session", "show", s)
    tally.expect("after kill -9 it is there", shown["typed"] == {"summary": "Kela läh", "agenda": [{"title": "Asia", "notes": "Kesken jäänyt lau"}]}, shown["typed"])
    tally.expect("and in no record", "Kesken" not in str(shown["fields"]) and len(jalka(device, "drafts")["drafts"]) == 1, shown["fields"])
    jalka(device, "session", "type", s, "Asia", "")
    jalka(device, "session", "type", s, "", "")
    tally.expect("empty it is gone", jalka(device, "drafts")["drafts"] == [] and jalka(device, "session", "show", s)["typed"] == {})
    jalka(device, "session", "end", s)
    jalka(device, "session", "confirm", s)
    got = run(device, "session", "type", s, "Asia", "lisää")
    tally.expect("once confirmed nothing is typed", got.code == FAILED and "until the client has confirmed" in got.err, got)


def what_two_wrote_apart_is_joined(tally, center, person, other, other_staff):
    device = person.device
    s = begun(device, person, "Asia", clock="9.00")
    nodes.sync(device)
    jalka(center, "admin", "assign", jalka(device, "session", "show", s)["case_id"], other_staff, "CO_WORKER")
    nodes.sync(other)
    nodes.offline(device)
    nodes.offline(other)
    jalka(device, "session", "note", s, "1", "Ainon rivi.", *at("9.01"))
    jalka(device, "session", "pause", s, *at("9.10"))
    jalka(other, "session", "note", s, "1", "Otson rivi.", *at("9.05"))
    jalka(other, "session", "leave", s, "Kela", *at("9.06"))
    nodes.online(device)
    nodes.online(other)
    nodes.sync(device)
    nodes.sync(other)
    nodes.sync(device)
    for one in (device, other):
        shown = jalka(one, "session", "show", s)
        told = [t["what"] for t in shown["fields"]["course"]]
        tally.expect("apart, it reads as all of it, by its times", shown["apart"] and told == ["STARTED", "POINT", "POINT", "LEFT", "PAUSED"] and
                     shown["paused_since_ms"] > 0 and sorted(shown["fields"]["agenda"][0]["notes"].splitlines()) == ["Ainon rivi.", "Otson rivi."] and
                     any("left_at" in p for p in shown["fields"]["participants"]), shown)
    jalka(device, "session", "join", s)
    shown = jalka(device, "session", "show", s)
    tally.expect("joined it is one list, with nothing lost", not shown["apart"] and len(shown["fields"]["course"]) == 5 and
                 all(line in shown["fields"]["agenda"][0]["notes"] for line in ("Ainon rivi.", "Otson rivi.")), shown)
    jalka(device, "session", "point", s, "Avaimet")
    nodes.sync(device)
    nodes.sync(other)
    for one, what, clock in ((device, "Vara-avain", "9.30"), (other, "Ovikoodi", "9.31")):
        nodes.offline(one)
        jalka(one, "session", "note", s, "2", what, *at(clock))
    for one in (device, other, device):
        nodes.online(one)
        nodes.sync(one)
    shown = jalka(device, "session", "show", s)
    tally.expect("both took up the point", shown["apart"] and turns(device, s)[-2:] == [("POINT", "Avaimet")] * 2, shown)
    jalka(device, "session", "note", s, "2", "Palautetaan.")
    shown = jalka(device, "session", "show", s)
    tally.expect("the next note writes points and course as one", not shown["apart"] and turns(device, s)[-2:] == [("POINT", "Avaimet")] * 2 and
                 sorted(shown["fields"]["agenda"][1]["notes"].splitlines()) == ["Ovikoodi", "Palautetaan.", "Vara-avain"], shown)


def main():
    tally = nodes.Tally()
    with daemons.World() as world:
        center = world.central()
        aino, _ = staff_and_device(world, center, "aino")
        otso, otso_staff = staff_and_device(world, center, "otso")
        person = Person(aino, "Saarinen")
        for fact in (a_session_tells_its_course_in_order, who_comes_and_goes, a_line_that_never_comes_back_ends_it,
                     the_consent_changes_in_the_middle, what_is_typed_is_kept_until_it_is_noted):
            with tally.part(fact.__name__.replace("_", " ")):
                fact(tally, person)
        with tally.part("what two wrote apart is joined"):
            what_two_wrote_apart_is_joined(tally, center, person, otso, otso_staff)
    tally.finish()


if __name__ == "__main__":
    main()
