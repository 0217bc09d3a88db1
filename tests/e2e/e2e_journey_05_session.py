#!/usr/bin/env python3
"""Journey 5: a joint session of client, worker and Kela.

Prepared on a consent; identities, the client's own consent to Kela, "is anybody else in
the room"; notes under points, nothing outside the consent; the line drops and it goes on
by phone in the same record; actions with one owner and a day; confirmed, signed; Kela
gets the list of actions alone. All of it on the laptop, the network away.
"""
import nodes
from journeys import finnish, journey, today
from nodes import daemons, jalka


def prepare(j):
    with j.step("prepare: consent with the scope of a session, what is allowed, agenda"):
        j.refused("without a consent there is no session", ["consent give"], j.aino, "session", "prepare", j.aho["id"], "Vuokrarästi")
        j.does("the consent", ["consent"], j.aino, "consent", "give", j.aho["id"], "SESSION,QUADRANT_HOUSING", "yhteinen tapaaminen",
               "recipient=Kela", "understood_check=kertoi omin sanoin", "excluded=QUADRANT_HEALTH")
        j.session = jalka(j.aino, "session", "prepare", j.aho["id"], "Vuokrarästi", "--channel", "SKYPE", "--at", f"{today()}T10:00")["id"]
        j.sees("its points, and who is to be identified", ["Vuokrarästi", "asiakas", "työntekijä", "Kela", "QUADRANT_HOUSING"], j.aino, "session",
               "show", j.session)


def start(j):
    with j.step("start: each names self, how identity was checked, the client's own consent to Kela"):
        j.refused("not before all are identified", ["IDENTITIES_CHECKED"], j.aino, "session", "start", j.session)
        j.sees("the client and the worker", ["Kela"], j.aino, "session", "identify", j.session, "asiakas=tuttu", "työntekijä=virkakortti")
        j.sees("Kela's adviser and an interpreter", ["IDENTITIES_CHECKED"], j.aino, "session", "identify", j.session,
               "Kela/Sari Salo=virkakortti", "tulkki/Ali=kortti")
        j.sees("it begins: what the consent allows and excludes, who else is in the room, in which language",
               ["QUADRANT_HOUSING", "excluded: QUADRANT_HEALTH", "anybody else in the room: ei muita kummassakaan", "chooses the language"],
               j.aino, "session", "start", j.session, "--kela-consent", "kertoi Kelalle itse", "--room", "ei muita kummassakaan")
        j.sees("the client's consent to Kela: her own, oral, for this day", ["FROM_KELA"], j.aino, "consent", "list", j.aho["id"])
        own = jalka(j.aino, "show", j.session)["record"]["fields"]["kela_consent"]
        given = jalka(j.aino, "show", own)["record"]["fields"]
        j.expect("kept with this session, for this dealing alone", (given["direction"], given["form"], given["valid_until"]) ==
                 ("FROM_KELA", "ORAL", str(today())), given)


def talk(j):
    with j.step("notes under the points; what is outside the consent is marked and not discussed"):
        j.sees("a point that belongs", ["Asuminen"], j.aino, "session", "point", j.session, "Asuminen", "--scope", "QUADRANT_HOUSING")
        j.sees("one that does not", ["Lääkkeet"], j.aino, "session", "point", j.session, "Lääkkeet", "--scope", "QUADRANT_HEALTH")
        j.refused("takes no note", ["not discussed"], j.aino, "session", "note", j.session, "3", "Puhuttiin lääkkeistä")
        j.refused("nor does the link to the meeting, or a picture as text", ["nothing of picture"], j.aino, "session", "note", j.session, "1",
                  "https://video.esimerkki.invalid/123")
        j.sees("a note", ["RUNNING"], j.aino, "session", "note", j.session, "1", "Rästi on kahden kuukauden ajalta.")


def line_drops(j):
    with j.step("the line drops: on by phone, in the same record"):
        j.sees("it says so", ["FAILED"], j.aino, "session", "drop", j.session, "kuva jäätyi")
        j.sees("by phone", ["RUNNING"], j.aino, "session", "resume", j.session)
        j.expect("one record", len(jalka(j.aino, "list", "joint_session")["records"]) == 1)
        j.sees("what was noted is there", ["Rästi on kahden", "PHONE", "kuva jäätyi"], j.aino, "show", j.session)


def agree(j):
    with j.step("actions with one owner and a day, read aloud, confirmed, signed"):
        j.refused("an action without a day", ["has a day"], j.aino, "session", "action", j.session, "KELA", "Sari Salo", "pian", "x")
        j.refused("or without an owner", ["one owner"], j.aino, "session", "action", j.session, "KELA", "", str(today(9)), "x")
        j.sees("Kela's", ["RUNNING"], j.aino, "session", "action", j.session, "KELA", "Sari Salo", str(today(3)),
               "Kela tarkistaa hakemuksen")
        j.sees("the client's", ["RUNNING"], j.aino, "session", "action", j.session, "CLIENT", "Anna Aho", str(today(4)),
               "Toimittaa vuokrasopimuksen")
        j.sees("over: the screen says what to read aloud", ["aloud", "print actions"], j.aino, "session", "end", j.session)
        j.sees("and they are read aloud", ["Kela tarkistaa hakemuksen", "Toimittaa vuokrasopimuksen", finnish(today(3))], j.aino, "print",
               "actions", j.session, "--plain")
        j.sees("the client confirms", ["CONFIRMED"], j.aino, "session", "confirm", j.session)
        action = [r["id"] for r in jalka(j.aino, "list", "agreed_action")["records"] if "tarkistaa" in r["title"]][0]
        j.refused("what was confirmed is not written anew", ["confirmed this"], j.aino, "change", action, "owner=Joku muu")
        j.refused("nor is anything added to it", ["until the client has confirmed"], j.aino, "session", "action", j.session, "KELA", "Sari Salo",
                  str(today(9)), "Lisäys")
        j.sees("signed", ["SIGNED"], j.aino, "session", "sign", j.session)
        j.refused("nothing is noted any more", ["notes are taken while"], j.aino, "session", "note", j.session, "1", "lisää")


def disclose(j):
    with j.step("Kela gets the actions alone; both are followed up"):
        j.sees("the exact text", ["Kela tarkistaa hakemuksen", finnish(today(3)), "Toimittaa vuokrasopimuksen"], j.aino, "notice", j.session,
               "--preview", never=["Rästi on"])
        notice = jalka(j.aino, "notice", j.session)["id"]
        jalka(j.aino, "disclosure", "queue", notice)
        j.sees("sent", ["SENT"], j.aino, "disclosure", "send", notice, "--means", "SECURE_MAIL")
        j.sees("on the agenda, with their days", ["Kela tarkistaa hakemuksen", "Toimittaa vuokrasopimuksen"], j.aino, "agenda")
        j.sees("and on paper for the client", ["Toimittaa vuokrasopimuksen"], j.aino, "print", "actions", j.aho["id"], "--plain")
        nodes.online(j.aino)
        j.sees("all goes home", ["has its receipt"], j.aino, "sync", "--wait")
        picture = j.screen(j.aino, "show", j.session)[1]
        j.expect("no picture, voice or chat is in the record", not any(w in picture.lower() for w in ("http", "recording", "chat")), picture)


def steps(j):
    j.reference()
    j.aino = j.worker("aino", "Aino Laine", "LICENSED_SOCIAL_WORKER")
    j.aho = j.client(j.aino, "Aho", "Anna")
    j.matter(j.aino, j.aho, "Vuokrarästi")
    nodes.sync(j.aino)
    nodes.offline(j.aino)
    for part in (prepare, start, talk, line_drops, agree, disclose):
        part(j)


if __name__ == "__main__":
    journey(steps, "Journey 5: joint session of client, worker and Kela")
