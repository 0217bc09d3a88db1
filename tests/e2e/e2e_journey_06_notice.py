#!/usr/bin/env python3
"""Journey 6: a plan, the notice to Kela, and the withdrawal.

Signed plan, consent form, the exact text shown, queued, checked again when sent, sent,
receipted. Later the client phones: the withdrawal counts from the call though it is
recorded without a network, blocks the queue, opens the task to tell Kela, and lists for
the client what had already gone. The plan goes on.
"""
import nodes
from journeys import ago, journey, now, today
from nodes import daemons, jalka


def plan(j):
    with j.step("the plan is signed; is Kela told?"):
        j.plan = j.does("only by consent, says the screen", ["only with the client's consent"], j.aino, "create", "plan", "--case",
                        j.debt["case_id"], "--sign", "kind=INDEPENDENT_COPING", "parties.role=asiakas", "client_agreement=AGREED",
                        f"review_on={today(60)}", "kela_notice_wanted=true",
                        'goals={"text":"Vuokra maksetaan ajallaan","category":"HOUSING","client_words":"omin sanoin"}',
                        'goals={"text":"Käy lääkärissä","category":"HEALTH"}')
        j.refused("without a consent nothing is prepared", ["consent give"], j.aino, "notice", j.plan)


def consent(j):
    with j.step("the consent: Kela, its purpose, the summary alone, until the end of the year"):
        j.consent_ = j.does("given", ["consent"], j.aino, "consent", "give", j.aho["id"], "PLAN_SUMMARY", "hakemuksen käsittely", "recipient=Kela",
                            "form=WRITTEN", "understood_check=kertoi omin sanoin", "excluded=QUADRANT_HEALTH",
                            f"valid_until={now().year}-12-31")
        got, paper = j.screen(j.aino, "print", "consent", j.consent_, "--plain")
        j.expect("on paper, with the right to withdraw", got.code == nodes.DONE and "perua" in paper and "hakemuksen" in paper, paper)


def send(j):
    with j.step("preview of the exact text, queue, check at sending, sent, receipted"):
        j.sees("the exact text; nothing of health, nothing of words not meant for Kela", ["itsenäisen suoriutumisen"], j.aino, "notice", j.plan,
               "--preview", never=["lääkäri", "omin sanoin"])
        j.gone = jalka(j.aino, "notice", j.plan)["id"]
        j.refused("not sent before it is queued", ["CHECKED"], j.aino, "disclosure", "send", j.gone, "--means", "SECURE_MAIL")
        j.sees("queued", ["QUEUED"], j.aino, "disclosure", "queue", j.gone)
        j.sees("sent", ["SENT"], j.aino, "disclosure", "send", j.gone, "--means", "SECURE_MAIL")
        j.sees("receipted", ["RECEIPTED"], j.aino, "disclosure", "receipt", j.gone)
        j.waiting = jalka(j.aino, "notice", j.plan)["id"]
        j.sees("a second one waits in the queue", ["QUEUED"], j.aino, "disclosure", "queue", j.waiting)
        nodes.sync(j.aino)
        j.share(j.mikko, j.aho, j.debt)


def withdraw(j):
    with j.step("the client phones and withdraws; the worker is out of reach of the network"):
        nodes.offline(j.aino)
        moment = ago(0)
        j.sees("what had gone, what is blocked, what is to be done", ["Kela", "blocked, and not sent: " + j.waiting[:8], "ilmoita peruutuksesta"],
               j.aino, "consent", "withdraw", j.consent_, "--via", "puhelin", "--at", moment)
        fields = jalka(j.aino, "show", j.consent_)["record"]["fields"]
        j.expect("it counts from the call", fields["withdrawn_at"][:16] == moment[:16], fields)
        j.refused("what is blocked is not sent", ["withdrawn"], j.aino, "disclosure", "send", j.waiting, "--means", "SECURE_MAIL")
        j.sees("the task to tell Kela", ["ilmoita peruutuksesta"], j.aino, "list", "agreed_action")


def before_it_arrives(j):
    with j.step("it reaches the colleague before he sends what he had in the queue"):
        j.sees("he may send while nobody can know", ["QUEUED"], j.mikko, "disclosure", "show", j.waiting)
        nodes.online(j.aino)
        nodes.sync(j.aino, j.mikko)
        daemons.until(lambda: j.state(j.consent_, j.mikko) == "WITHDRAWN", "the withdrawal at the colleague's")
        j.refused("checked again at sending: it does not go", ["withdrawn"], j.mikko, "disclosure", "send", j.waiting, "--means", "SECURE_MAIL")
        j.refused("nor is a new one prepared", ["withdrawn"], j.mikko, "notice", j.plan)


def tell_kela(j):
    with j.step("Kela is told by secure mail; the plan goes on"):
        j.sees("told", ["RECIPIENT_INFORMED_OF_WITHDRAWAL"], j.aino, "disclosure", "recipient-informed", j.gone)
        j.sees("what had gone stays listed", [j.gone[:8], "Kela"], j.aino, "disclosure", "list", j.aho["id"])
        j.expect("the plan stands", j.state(j.plan, j.aino) in ("AGREED", "ACTIVE"), j.state(j.plan, j.aino))
        j.does("the effect is explained, and written down", ["encounter_note"], j.aino, "note", j.debt["case_id"],
               "Asiakas perui lupansa puhelimitse. Kerroin, että suunnitelma jatkuu ja mitä oli jo lähetetty.")
        j.sees("the withdrawal is on the paper", ["peru"], j.aino, "print", "consent", j.consent_, "--plain")


def steps(j):
    j.reference()
    j.aino = j.worker("aino", "Aino Laine", "LICENSED_SOCIAL_WORKER")
    j.mikko = j.worker("mikko", "Mikko Saari", "LICENSED_SOCIAL_WORKER")
    j.aho = j.client(j.aino, "Aho", "Anna")
    j.debt = j.matter(j.aino, j.aho, "Vuokrarästi")
    nodes.sync(j.aino)
    for part in (plan, consent, send, withdraw, before_it_arrives, tell_kela):
        part(j)


if __name__ == "__main__":
    journey(steps, "Journey 6: plan, notice to Kela, withdrawal")
