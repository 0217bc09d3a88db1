#!/usr/bin/env python3
"""Journey 2: mapping the life situation with a client without devices or skills.

Informing, capability, the earlier mapping and whether it still holds, life events,
four quadrants of which one may be skipped, arrears that ask for eviction, concern for
a child that opens a notice at once, the question of benefit in the client's words, the
channel agreed, reading back, signing, a copy in large print. The network is away.
"""
import nodes
from journeys import ago, finnish, journey, today
from nodes import jalka


def informing(j):
    with j.step("the client is informed: what, why, who sees"):
        j.kaisa = j.does("a client not yet informed: the screen reminds", ["tell the client what is recorded"], j.aino, "client", "add",
                         "Korpela", "Kaisa", "municipality=Takkuvaara", "birth_date=1971-02-03")
        j.does("noted when", ["client"], j.aino, "client", "change", j.kaisa, f"informed_at={ago(5)}")
        j.home = jalka(j.aino, "show", j.kaisa)["record"]["case_id"]


def capability(j):
    with j.step("what the client has and can: a button phone, no connection, weak skills"):
        made = j.does("recorded with the channel agreed", ["digital_capability"], j.aino, "create", "digital_capability", "--case", j.home,
                      "--sign", f"client={j.kaisa}", f"assessed_on={today()}", "has_computer=false", "has_smartphone=false",
                      "has_connection=false", "skill=WEAK", "agreed_channel=ORAL_PHONE", f"next_check={today(180)}",
                      "functional_note=Puhelin on tavallinen näppäinpuhelin, nettiyhteyttä ei ole.")
        j.sees("the customer type follows: neither equipment nor skills", ["NOEQ_NOSK", "ORAL_PHONE"], j.aino, "show", made)
        j.refused("another type is not written", ["customer_type"], j.aino, "create", "digital_capability", "--case", j.home, "--sign",
                  f"client={j.kaisa}", f"assessed_on={today()}", "has_computer=false", "has_smartphone=false", "has_connection=false", "skill=WEAK",
                  "customer_type=EQ_SK", "agreed_channel=ORAL_PHONE")


def earlier_mapping(j):
    with j.step("is there an earlier mapping, and does it still hold?"):
        j.old = jalka(j.aino, "mapping", j.kaisa, "income=WATCH:Tulot riittävät niukasti", "health=OK", "mode=PHONE",
                      f"valid_until={today(3)}")["id"]
        j.sees("it is found with the client, and reads", ["life_situation_mapping", "Tulot riittävät niukasti", "NOT_ASKED",
                                                          finnish(today(3))], j.aino, "client", "show", j.kaisa)
        j.sees("the agenda asks for it to be checked", ["kartoituksen tarkistus", "D18"], j.aino, "agenda")


def four_quadrants(j):
    with j.step("life events, four quadrants in any order, arrears and eviction, concern for a child"):
        said = ["housing=SUPPORT:Vuokrarästi on kahden kuukauden ajalta.", "rent_arrears=YES:kaksi kuukautta",
                "family=WATCH:Poika 9 v asuu kotona.", "child_concern=YES:Poika jää iltaisin yksin", "income=SUPPORT",
                f"replaces={j.old}", 'events={"life_event":"DEATH","date":"2026-08-01","note":"Puoliso kuoli"}',
                "client_words=En jaksa avata kirjeitä."]
        j.refused("arrears: the screen asks whether eviction threatens", ["eviction"], j.aino, "mapping", j.kaisa, *said)
        j.mapping = j.does("answered, as a draft; what was skipped is not asked", ["draft"], j.aino, "mapping", j.kaisa, *said,
                           "eviction_threat=NO:Häätöuhkaa ei vielä ole", "client_confirmed=false", "--draft")


def child(j):
    with j.step("the child notice is made at once, whatever the consent"):
        notice = j.does("written", ["child_notice"], j.aino, "create", "child_notice", "--client", j.kaisa, "--sign",
                        "about_person=Korpela Eetu", "grounds=9-vuotias on iltaisin yksin", f"made_at={ago(1)}",
                        "recipient=Lastensuojelu, Takkuvaara", "family_informed=true")
        shown = jalka(j.aino, "show", notice)["record"]
        j.expect("in a case of its own, which not every holder of the client's case reads", shown["case_id"] != j.home, shown)
        j.sees("and in no list by the child's name", [], j.aino, "list", never=["Eetu"])


def benefit(j):
    with j.step("does the client benefit from an assessment? in the client's own words"):
        j.refused("without the client's words it is not written", ["client_opinion"], j.aino, "create", "benefit_assessment",
                  "--case", j.home, "--sign", f"client={j.kaisa}", "answer=YES", "reasons=Arjen asiat ovat kasautuneet")
        j.does("yes: a referral or an assessment is offered", ["offer a referral"], j.aino, "create", "benefit_assessment",
               "--case", j.home, "--sign", f"client={j.kaisa}", "answer=YES",
               "reasons=Arjen asiat ovat kasautuneet puolison kuoleman jälkeen.", "client_opinion=Tarvitsen jonkun rinnalle.",
               "client_agrees=true")


def read_back(j):
    with j.step("read back, confirmed, signed; a copy in large print"):
        j.sees("it is read back from the screen", ["Vuokrarästi on kahden kuukauden ajalta.", "Poika jää iltaisin yksin", "NOT_ASKED",
                                                   "En jaksa avata kirjeitä.", "DEATH"], j.aino, "show", j.mapping)
        j.does("the client confirms", ["life_situation_mapping"], j.aino, "change", j.mapping, "client_confirmed=true")
        j.sees("signed", ["signed", "child_notice without delay"], j.aino, "sign", j.mapping)
        j.sees("the notice was made, so the agenda asks for none", [], j.aino, "agenda", never=["lastensuojeluilmoitus"])
        j.expect("the earlier mapping is superseded and kept", j.state(j.old, j.aino) == "SUPERSEDED")
        j.refused("nothing is changed any more", ["frozen by the signature", "correction"], j.aino, "change", j.mapping, "client_words=muuta")
        j.sees("the sheet of four quadrants for the client", ["Vuokrarästi on kahden kuukauden ajalta.", "SALASSA"], j.aino, "print",
               "quadrants", j.kaisa, "--plain", never=["Eetu"])
        got, page = j.screen(j.aino, "print", "quadrants", j.kaisa, "--large", "--html")
        j.expect("in large print", got.code == nodes.DONE and "Vuokrarästi" in page and
                 page != j.screen(j.aino, "print", "quadrants", j.kaisa, "--html")[1], page[:300])
        nodes.online(j.aino)
        j.sees("back in coverage it is sent", ["has its receipt"], j.aino, "sync", "--wait")


def steps(j):
    j.reference()
    j.aino = j.worker("aino", "Aino Laine", "LICENSED_SOCIAL_WORKER")
    nodes.offline(j.aino)
    for part in (informing, capability, earlier_mapping, four_quadrants, child, benefit, read_back):
        part(j)


if __name__ == "__main__":
    journey(steps, "Journey 2: mapping with a client without devices or skills")
