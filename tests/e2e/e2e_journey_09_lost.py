#!/usr/bin/env python3
"""Journey 9: enrolling a laptop, revoking a lost one.

Enrolled by a code shown in person and words compared on both screens. Lost: refused at
once, whose data may be on it, the clock of 72 hours from the moment of knowing; those
whose role sees no names get the count. A replacement gets everything from the central
node; what was unsent is written again from memory, with the time it happened.
"""
import nodes
from journeys import ago, finnish, journey, now, today
from nodes import daemons, jalka, run


def enrol(j):
    with j.step("a laptop is enrolled: code in person, words on both screens, confirmed"):
        staff = jalka(j.center, "admin", "staff", "add", "Onni Niemi", "SOCIAL_INSTRUCTOR")["id"]
        j.onni = j.world.field("onni")
        code = jalka(j.center, "admin", "enrol", staff)["code"]
        shown = jalka(j.onni, "enrol", code, "--serial", "kannettava 7")
        j.sees("the administrator sees the same words", [shown["words"], "kannettava 7"], j.center, "admin", "devices")
        jalka(j.center, "admin", "confirm", shown["node"])
        daemons.until(lambda: jalka(j.onni, "status")["sync"] == "idle", "the first sync")
        j.staff[j.onni], j.onni.node = staff, shown["node"]
        second = j.world.field("toinen")
        got = run(second, "enrol", code)
        j.expect("the code works once", got.refused, got)
        second.stop()
    with j.step("a first sync with what is not anybody's"):
        j.sees("reference data came", ["Takkuvaara"], j.onni, "list", "municipality")


def days_of_work(j):
    with j.step("weeks of work on it"):
        j.clients = {}
        for family, given in (("Aho", "Anna"), ("Korpi", "Urho"), ("Salmi", "Kerttu")):
            client = j.client(j.onni, family, given)
            matter = j.matter(j.onni, client, f"{family}: asiat")
            jalka(j.onni, "note", matter["case_id"], f"Sovittu yhdessä: {family}.")
            j.clients[family] = client, matter
        j.other = j.client(j.aino, "Vieras", "Vilma")
        nodes.sync(j.onni, j.aino)
        client, matter = j.clients["Salmi"]
        for case in (matter, client):
            jalka(j.center, "admin", "unassign", case["case_id"], j.staff[j.onni])
        nodes.sync(j.onni)
        daemons.until(lambda: all(run(j.onni, "show", c["case_id"]).code == nodes.FAILED for c in (client, matter)), "the case to leave")
        daemons.until(lambda: len(jalka(j.center, "admin", "forgotten")["forgotten"]) == 2, "the word of it")
        nodes.offline(j.onni)
        j.unsent_at = ago(60)
        j.unsent = "Vuokranantaja lupasi kaksi viikkoa lisää."
        jalka(j.onni, "note", j.clients["Aho"][1]["case_id"], j.unsent, "--at", j.unsent_at)
        j.onni.stop()


def lost(j):
    with j.step("the laptop is gone: reported, refused at once"):
        got = run(j.center, "admin", "revoke", j.onni.node)
        j.expect("revoking asks first", got.code != nodes.DONE and nodes.device_row(j.center, j.onni.node)["state"] == "ACTIVE", got)
        jalka(j.center, "admin", "revoke", j.onni.node, "--yes")
        j.sees("refused, and not yet erased", ["REVOKED"], j.center, "admin", "devices")
        got, screen = j.screen(j.center, "admin", "lost", j.onni.node)
        j.expect("whose data may be on it, by name and municipality, and when it was last heard of",
                 got.code == nodes.DONE and all(w in screen for w in ("Aho", "Korpi", "Takkuvaara", "last contact", finnish(today()), "2 in 4 cases",
                                                              "not yet")), screen)
        j.expect("not the clients of others, nor what it had erased", "Vieras" not in screen and "Salmi" not in screen, screen)
        j.expect("the clock of 72 hours, from the moment it is known", "D14" in screen and finnish(today(3)) in screen, screen)


def known_earlier(j):
    with j.step("it was known yesterday evening: the clock runs from then"):
        j.does("the holder's call is what counts", ["device"], j.center, "change", j.onni.node,
               f"lost_at={today(-1)}T20:15", "police_report_no=5680/R/1234/26")
        j.sees("the report is due 72 hours from the call", [f"{finnish(today(-1))} klo 20.15", f"{finnish(today(2))} klo 20.15"], j.center,
               "admin", "lost", j.onni.node)


def who_sees_names(j):
    with j.step("the municipal administrator sees the names, the technical one how many"):
        add = lambda name: jalka(j.center, "admin", "staff", "add", name, "OTHER")["id"]
        chief, engineer = add("Maija Hallinto"), add("Teemu Tekninen")
        j.chief = chief
        grant = lambda *words: jalka(j.center, *words, f"valid_from={today(-1)}")
        grant("create", "role_grant", f"staff={chief}", "role=MUNICIPAL_ADMIN")
        grant("--as", chief, "create", "role_grant", f"staff={engineer}", "role=TECHNICAL_ADMIN")
        j.sees("the municipal administrator", ["Aho", "Korpi", "report by"], j.center, "--as", chief, "admin", "lost", j.onni.node)
        j.sees("the technical one", ["2 in 4 cases", "sees no names"], j.center, "--as", engineer, "admin", "lost", j.onni.node,
               never=["Aho", "Korpi"])


def replacement(j):
    with j.step("a replacement is enrolled, and everything that was sent is on it"):
        j.new = j.world.field("onni-uusi")
        j.new.node = j.world.enrol(j.new, j.staff[j.onni])
        place = j.clients["Aho"][1]["case_id"]
        daemons.until(lambda: run(j.new, "show", place).code == nodes.DONE, "the cases")
        nodes.sync(j.new)
        j.sees("the client, the matter, the notes", ["Sovittu yhdessä: Aho."], j.new, "case", "show", place, never=[j.unsent])
        j.sees("all clients", ["Aho Anna", "Korpi Urho"], j.new, "client", "list", never=["Salmi", "Vieras"])
    with j.step("what was not sent is written again, with the time it happened"):
        note = jalka(j.new, "note", place, j.unsent, "--at", j.unsent_at)["id"]
        record = jalka(j.new, "show", note)["record"]
        j.expect("it happened then, and was written now", record["created_ms"] - record["event_at_ms"] > 59 * 60 * 1000, record)
        j.sees("sent", ["has its receipt"], j.new, "sync", "--wait")


def found_again(j):
    with j.step("the old laptop turns up and is opened by somebody: nothing is there"):
        j.onni.start()
        run(j.onni, "sync", "--online", "--wait")
        daemons.until(lambda: nodes.device_row(j.center, j.onni.node)["erase_confirmed"], "the word that it has erased")
        shown = [run(j.onni, "show", c["case_id"]) for pair in j.clients.values() for c in pair]
        j.expect("it shows nothing of anybody", not any(s.code == nodes.DONE for s in shown), shown)
        j.sees("and the administrator sees that it has erased", ["yes, it has said so"], j.center, "admin", "lost", j.onni.node)
        items = jalka(j.center, "--as", j.chief, "admin", "quarantine")["quarantine"]
        j.expect("what it brought after it was lost waits for a decision", len(items) == 1 and items[0]["type"] == "encounter_note", items)
        jalka(j.center, "--as", j.chief, "admin", "reject", items[0]["item"])


def steps(j):
    j.reference()
    j.aino = j.worker("aino", "Aino Laine", "LICENSED_SOCIAL_WORKER")
    for part in (enrol, days_of_work, lost, known_earlier, who_sees_names, replacement, found_again):
        part(j)


if __name__ == "__main__":
    journey(steps, "Journey 9: enrolling a laptop, revoking a lost one")
