#!/usr/bin/env python3
"""Journey 9: enrolling a laptop, revoking a lost one.

Who may what: one administrator enrols, another approves roles and reports the loss.
Enrolled by a code shown in person and words compared on both screens; whether the disk is
encrypted is told; a test with a fictional client, erased again. Lost: refused at once,
whose data may be on it, the clock of 72 hours from the moment of knowing, the risk judged,
letters to clients in their languages; those whose role sees no names get the count. A
replacement gets everything from the central node; what was unsent is written again from
memory, with the time it happened.
"""
import nodes
from journeys import ago, finnish, journey, now, today
from nodes import daemons, jalka, run


def administrators(j):
    with j.step("two administrators: one approves holders and roles, one enrols"):
        add = lambda name, profession="OTHER": jalka(j.center, "admin", "staff", "add", name, profession)["id"]
        j.chief, j.engineer, j.worker_ = add("Maija Hallinto"), add("Teemu Tekninen"), add("Onni Niemi", "SOCIAL_INSTRUCTOR")
        j.deputy = add("Ulla Sijainen")
        j.grant = lambda who, staff, role: ["--as", who, "create", "role_grant", f"staff={staff}", f"role={role}", f"valid_from={today(-1)}"]
        jalka(j.center, "create", "role_grant", f"staff={j.chief}", "role=MUNICIPAL_ADMIN", f"valid_from={today(-1)}")
        for staff, role in ((j.engineer, "TECHNICAL_ADMIN"), (j.deputy, "MUNICIPAL_ADMIN")):
            jalka(j.center, *j.grant(j.chief, staff, role))
        j.refused("the technical one gives no role", ["does not write"], j.center, *j.grant(j.engineer, j.worker_, "SOCIAL_INSTRUCTOR"))
        j.does("the municipal one approves holder and role", ["role_grant"], j.center, *j.grant(j.chief, j.worker_, "SOCIAL_INSTRUCTOR"))
        j.refused("and enrols nothing", ["the technical administrator does it"], j.center, "--as", j.chief, "admin", "enrol", j.worker_)


def enrol(j):
    with j.step("a laptop is enrolled: code in person, words on both screens, confirmed"):
        j.onni = j.world.field("onni")
        code = jalka(j.center, "--as", j.engineer, "admin", "enrol", j.worker_)["code"]
        shown = jalka(j.onni, "enrol", code, "--serial", "kannettava 7")
        j.sees("the administrator sees the same words", [shown["words"], "kannettava 7"], j.center, "--as", j.engineer, "admin", "devices")
        got, screen = j.screen(j.center, "--as", j.engineer, "admin", "confirm", shown["node"])
        told = {"ENCRYPTED": "disk: ENCRYPTED", "NOT_ENCRYPTED": "WARNING: its disk is not encrypted", "NOT_KNOWN": "could not tell"}
        j.expect("whether its disk is encrypted is told as the laptop found it, and what comes before real data",
                 got.code == nodes.DONE and told[shown["disk"]] in screen and "fictional client" in screen, screen)
        recorded = jalka(j.center, "show", shown["node"])["record"]["fields"]
        j.expect("and stands in its record; what is not known is not said", recorded.get("disk_encrypted") ==
                 {"ENCRYPTED": True, "NOT_ENCRYPTED": False}.get(shown["disk"]), (shown["disk"], recorded))
        daemons.until(lambda: jalka(j.onni, "status")["sync"] == "idle", "the first sync")
        j.staff[j.onni], j.onni.node = j.worker_, shown["node"]
        second = j.world.field("toinen")
        got = run(second, "enrol", code)
        j.expect("the code works once", got.refused, got)
        second.stop()
    with j.step("a test sync with what is not anybody's"):
        j.sees("reference data came", ["Takkuvaara"], j.onni, "list", "municipality")
        test = j.client(j.onni, "Testi", "Tiina", "hetu=010594Y9032")
        jalka(j.onni, "note", j.matter(j.onni, test, "Koe")["case_id"], "Keksitty kirjaus.")
        j.sees("a fictional client and a note went, and have their receipt", ["has its receipt"], j.onni, "sync", "--wait")
        for case in [c["case_id"] for c in jalka(j.center, "--as", j.chief, "admin", "cases")["cases"] if c["client_case"] == test["case_id"]] + [test["case_id"]]:
            jalka(j.center, "--as", j.chief, "admin", "erase", "case", case, "keksitty asiakas, käyttöönoton koe", "--yes")
            jalka(j.center, "--as", j.deputy, "admin", "erase", "approve", case, "--yes")
        nodes.sync(j.onni)
        daemons.until(lambda: run(j.onni, "show", test["case_id"]).code == nodes.FAILED, "the test's erasure")
        j.sees("and erased again everywhere", [], j.onni, "client", "list", never=["Testi"])


def days_of_work(j):
    with j.step("weeks of work on it"):
        j.clients = {}
        for family, given, language in (("Aho", "Anna", "FI"), ("Korpi", "Urho", "SV"), ("Salmi", "Kerttu", "FI")):
            client = j.client(j.onni, family, given, f"contact_language={language}")
            matter = j.matter(j.onni, client, f"{family}: asiat")
            jalka(j.onni, "note", matter["case_id"], f"Sovittu yhdessä: {family}.")
            j.clients[family] = client, matter
        j.other = j.client(j.aino, "Vieras", "Vilma")
        nodes.sync(j.onni, j.aino)
        client, matter = j.clients["Salmi"]
        for case in (matter, client):
            jalka(j.center, "--as", j.chief, "admin", "unassign", case["case_id"], j.staff[j.onni])
        nodes.sync(j.onni)
        daemons.until(lambda: all(run(j.onni, "show", c["case_id"]).code == nodes.FAILED for c in (client, matter)), "the case to leave")
        told = lambda: {f["case_id"] for f in jalka(j.center, "--as", j.chief, "admin", "forgotten")["forgotten"]}
        daemons.until(lambda: {matter["case_id"], client["case_id"]} <= told(), "the word of it")
        nodes.offline(j.onni)
        j.unsent_at = ago(60)
        j.unsent = "Vuokranantaja lupasi kaksi viikkoa lisää."
        jalka(j.onni, "note", j.clients["Aho"][1]["case_id"], j.unsent, "--at", j.unsent_at)
        j.onni.stop()


def lost(j):
    with j.step("the laptop is gone: reported, refused at once"):
        got = run(j.center, "admin", "revoke", j.onni.node)
        j.expect("revoking asks first", got.code != nodes.DONE and nodes.device_row(j.center, j.onni.node)["state"] == "ACTIVE", got)
        jalka(j.center, "--as", j.chief, "admin", "revoke", j.onni.node, "--yes")
        j.sees("refused, and not yet erased", ["REVOKED"], j.center, "admin", "devices")
        j.expect("its wiping waits", jalka(j.center, "show", j.onni.node)["record"]["fields"]["wipe_state"] == "PENDING")
        got, screen = j.screen(j.center, "--as", j.chief, "admin", "lost", j.onni.node)
        j.expect("whose data may be on it, by name and municipality, and when it was last heard of",
                 got.code == nodes.DONE and all(w in screen for w in ("Aho", "Korpi", "Takkuvaara", "last contact", finnish(today()), "2 in 4 cases",
                                                              "not yet")), screen)
        j.expect("not the clients of others, nor what it had erased", "Vieras" not in screen and "Salmi" not in screen, screen)
        j.expect("the clock of 72 hours, from the moment it is known", "D14" in screen and finnish(today(3)) in screen, screen)


def known_earlier(j):
    with j.step("it was known yesterday evening: the clock runs from then"):
        j.sees("the holder's call is what counts: 72 hours from it", [f"{finnish(today(-1))} klo 20.15", f"{finnish(today(2))} klo 20.15"],
               j.center, "--as", j.chief, "admin", "lost", j.onni.node, "since", f"{today(-1)}T20:15")
        j.refused("a time that is to come", ["future"], j.center, "--as", j.chief, "admin", "lost", j.onni.node, "since", f"{today(2)}T20:15")
        j.refused("no number of the police", ["missing"], j.center, "--as", j.chief, "admin", "lost", j.onni.node, "police", "")
        j.refused("one too long", ["64"], j.center, "--as", j.chief, "admin", "lost", j.onni.node, "police", "5680/R/" + "1" * 64)
        j.sees("the police's number", ["5680/R/1234/26"], j.center, "--as", j.chief, "admin", "lost", j.onni.node, "police", "5680/R/1234/26")


def who_sees_names(j):
    with j.step("the municipal administrator sees the names, the technical one how many"):
        j.sees("the municipal administrator", ["Aho", "Korpi", "report by"], j.center, "--as", j.chief, "admin", "lost", j.onni.node)
        j.sees("the technical one", ["2 in 4 cases", "sees no names"], j.center, "--as", j.engineer, "admin", "lost", j.onni.node,
               never=["Aho", "Korpi"])


def risk(j):
    with j.step("the risk is judged, with its reasons"):
        j.sees("asked for until it is", ["not judged yet"], j.center, "--as", j.chief, "admin", "lost", j.onni.node)
        j.refused("not without reasons", ["say why"], j.center, "--as", j.chief, "admin", "lost", j.onni.node, "risk", "high", "")
        j.sees("high: each client is told", ["high: tunnuslause lapulla kannessa", "print loss"], j.center, "--as", j.chief, "admin", "lost",
               j.onni.node, "risk", "high", "tunnuslause lapulla kannessa")


def letters(j):
    with j.step("letters to the clients, in their languages, and the record that they were sent"):
        for family, words in (("Aho", ["tietojasi sisältänyt laite on kadonnut", f"{finnish(today(-1))} klo 20.15", "Mitä voit tehdä"]),
                              ("Korpi", ["en enhet med dina uppgifter", f"{finnish(today(-1))} kl. 20.15", "dataskyddsombud"])):
            client, matter = j.clients[family]
            j.sees(f"the letter to {family}", words + [family], j.new, "print", "loss", client["id"], "--plain",
                   never=[f"Sovittu yhdessä: {family}.", "kannettava 7", "tunnuslause lapulla"])
            sent = j.does("posted", ["service_notice"], j.new, "create", "service_notice", "--case", matter["case_id"], "--sign",
                          f"target={j.onni.node}", "method=LETTER", f"actually_sent_on={today()}")
            j.expect("deemed received on the seventh day", jalka(j.new, "show", sent)["record"]["fields"]["deemed_on"] ==
                     j.counted("D12", today(), j.new), jalka(j.new, "show", sent))
        nodes.sync(j.new)


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
        j.sees("and the administrator sees that it has erased", ["yes, it has said so"], j.center, "--as", j.engineer, "admin", "lost", j.onni.node)
        j.expect("so does its record", jalka(j.center, "show", j.onni.node)["record"]["fields"]["wipe_state"] == "CONFIRMED")
        items = jalka(j.center, "--as", j.chief, "admin", "quarantine")["quarantine"]
        j.expect("what it brought after it was lost waits for a decision", len(items) == 1 and items[0]["type"] == "encounter_note", items)
        jalka(j.center, "--as", j.chief, "admin", "reject", items[0]["item"])


def steps(j):
    j.reference()
    j.aino = j.worker("aino", "Aino Laine", "LICENSED_SOCIAL_WORKER")
    for part in (administrators, enrol, days_of_work, lost, known_earlier, who_sees_names, risk, replacement, letters, found_again):
        part(j)


if __name__ == "__main__":
    journey(steps, "Journey 9: enrolling a laptop, revoking a lost one")
