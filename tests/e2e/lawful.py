"""lawful - what a record of each type needs besides its shape, for tests that make
one of every type from the daemon's own table.

`values(name, word, ids)` gives fields to lay over such an example; None takes a
field out. `ids` names records that are there: client, staff, other_staff, visit,
note, consent (in force, scopes SESSION and PLAN_SUMMARY), application (to the county,
of kind `local_kind`), matter_case (the case id). Times and dates lie in the past, whatever the machine's clock.
"""
PAST, PAST_TIME, FUTURE = "2024-11-05", "2024-11-05T09:15:00+02:00", "2099-12-31"

# Filled in by the daemon when left out, so leaving them out is no fault.
FILLED = {("digital_capability", "customer_type"), ("consent", "valid_until")}


def quadrants(word):
    prompts = {"INCOME": "INCOME_MANAGEMENT", "FAMILY": "FAMILY_SUPPORT", "HEALTH": "HELP_NEED", "HOUSING": "HOUSING_SUPPORT"}
    return [{"quadrant": quadrant, "state": "WATCH", "prompts_answered": [{"prompt": prompt, "answer": "YES", "text": word}],
             "text": word, "strengths": word} for quadrant, prompt in prompts.items()]


def values(name, word, ids):
    return {
        "client": {"hetu": "010594Y9032", "birth_date": "1994-05-01", "address_protected": False, "merged_into": None},
        "digital_capability": {"has_computer": False, "has_connection": False, "has_smartphone": False, "skill": "WEAK",
                               "customer_type": "NOEQ_NOSK"},
        "case": {"state": None, "closed_on": None, "follows_case": None},
        "visit": {"state": None, "outreach_post": None, "service_point": None},
        "encounter_note": {"visit": ids["visit"], "sensitive": False},
        "life_situation_mapping": {"quadrants": quadrants(word), "replaces": None, "valid_until": FUTURE},
        "concern_assessment": {"level": "SERIOUS", "items": [{"code": "C01", "answer": "YES", "text": word}]},
        "checklist": {"kind": "DIGITAL", "items": [{"point": "CALL", "answer": "YES", "text": word}]},
        "referral": {"state": None, "owner": ids["staff"], "outcome_case": None, "client_consent": "GIVEN"},
        "service_need_assessment": {"outcome": "UNNECESSARY", "special_support": False, "unnecessary": {
            "ground": "TEMPORARY", "text": f"{word}: tarve oli tilapäinen ja hoidettiin neuvonnalla samana päivänä.",
            "decided_by": word}},
        "plan": {"kind": "CLIENT", "review_on": FUTURE, "replaces": None},
        "assistance_application": {"urgency": "URGENT", "urgent_outcome": None, "state": None},
        "local_application": {"state": None},
        "local_decision": {"application": ids["application"], "kind": ids["local_kind"]},
        "consent": {"scope": ["CONTACT_DETAILS"], "excluded": ["PLAN_FULL"], "direction": "TO_OTHER", "form": "WRITTEN",
                    "valid_until": "2025-06-01"},
        "disclosure": {"basis": "CONSENT", "consent": ids["consent"], "law_ref": None, "recipient": "Kela",
                       "items": [{"scope": "PLAN_SUMMARY", "text": word}]},
        "joint_session": {"consent": ids["consent"], "kela_consent": None, "agreed_actions": None, "state": None},
        "agreed_action": {"from": None, "state": None},
        "handover": {"cases": [ids["matter_case"]], "from": ids["staff"], "to": ids["other_staff"],
                     "client_told_at": None, "effective_at": None, "state": None},
        "service_notice": {"method": "LETTER", "deemed_on": "2024-11-12", "appeal_until": None},  # a letter of PAST
        "feedback": {"score": 3},
        "correction": {"target": ids["note"], "kind": "RECTIFY"},
        "outreach_post": {"from_minute": 540, "to_minute": 960},
        "device": {"state": None, "wipe_state": None},
        "case_assignment": {"to": None},
        "role_grant": {"granted_by": None},
    }.get(name, {})


def lay_over(name, example, word, ids):
    """The example made lawful, for fields it has at all."""
    out = dict(example)
    for field, value in values(name, word, ids).items():
        if field in out and value is None:
            del out[field]
        elif field in out:
            out[field] = value
    return out
