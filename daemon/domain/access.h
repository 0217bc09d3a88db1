/* access - who may see and do what: the role table of social welfare, as one table.
 *
 * A thing belongs to a class of data (access_class), a person has roles
 * (access_role): those granted to the person, and own worker on the cases assigned
 * to them. The table says for each class and role what may be read and whether
 * something may be made, and on which conditions. What the caller knows of the
 * moment (this person's own case, visiting, a reason given) it tells as the
 * conditions that are met; access_may answers yes or no, why, and what would make
 * it possible.
 *
 * A1 What the table does not grant is refused.
 * A2 Roles add up: of all a person's roles the one that grants most decides.
 * A3 A refusal says why in plain words, and what would make it possible.
 * A4 Breaking the glass opens reading alone, never writing, and only what a cell marks;
 *    what is shown with a reason each time still needs the reason.
 *
 * Pure; owns nothing. The table as drawn for people: docs/internals/access.md.
 */
#ifndef JALKA_DOMAIN_ACCESS_H
#define JALKA_DOMAIN_ACCESS_H

#include "base/span.h"

enum access_role {
	ACCESS_OUTREACH,   /* outreach worker (etsivän työn tekijä) */
	ACCESS_OWN_WORKER, /* own worker, co-worker or substitute: on a case (omatyöntekijä) */
	ACCESS_INSTRUCTOR, /* social instructor (sosiaaliohjaaja) */
	ACCESS_KELA,       /* Kela's contact person: no login, what is disclosed goes as a package */
	ACCESS_MUNICIPAL,  /* administrator of the service (palvelun pääkäyttäjä) */
	ACCESS_TECHNICAL,  /* technical administrator */
	ACCESS_OFFICER,    /* data-protection officer (tietosuojavastaava) */
	ACCESS_ROLES,
};

enum access_class {
	ACCESS_BASIC,        /* client basic data */
	ACCESS_PROTECTED,    /* protected address, safety note */
	ACCESS_CONTENT,      /* notes, mapping, concern, sessions */
	ACCESS_SENSITIVE,    /* the same, marked sensitive */
	ACCESS_ASSESSMENT,
	ACCESS_SPECIAL,      /* assessment where special support is needed */
	ACCESS_PLAN,         /* plans, agreed actions */
	ACCESS_APPLICATION,  /* applications, info requests */
	ACCESS_DECISION,     /* local decisions */
	ACCESS_CONSENT,      /* consent, disclosure */
	ACCESS_REFERRAL,
	ACCESS_CHILD_NOTICE,
	ACCESS_MATTER,       /* the matter itself, visits, handover */
	ACCESS_ASSIGNMENT,   /* who holds which case; what waits for a decision; links between clients */
	ACCESS_LOG,          /* access logs */
	ACCESS_DEVICES,      /* devices, keys, copies */
	ACCESS_STAFF,        /* staff and roles */
	ACCESS_REFERENCE,    /* reference data */
	ACCESS_ENCOUNTER,    /* without a person: anonymous contacts, feedback, observations, events */
	ACCESS_ERASURE,      /* keeping and erasing */
	ACCESS_STATISTICS,
	ACCESS_CLASSES,
};

enum access_right {
	ACCESS_NOTHING,
	ACCESS_AGGREGATES, /* numbers alone */
	ACCESS_DISCLOSED,  /* what was disclosed, as a package */
	ACCESS_METADATA,   /* that it is there, its dates and state */
	ACCESS_WHOLE,
};

enum access_act {
	ACCESS_READ,
	ACCESS_DRAFT,      /* to write a draft that somebody else may sign */
	ACCESS_CREATE,     /* to write, change, sign */
	ACCESS_ACTS,
};

/* Conditions, a bit each: needed by a cell, met in the moment. */
enum access_condition {
	ACCESS_IF_OWN_CASE = 1 << 0,      /* the case is assigned to them, or they opened it */
	ACCESS_IF_CASE_OR_AREA = 1 << 1,  /* that, or the client lives in the area of their role */
	ACCESS_IF_VISITING = 1 << 2,      /* a visit is planned for today, or has begun */
	ACCESS_IF_LICENSED = 1 << 3,      /* a licensed social worker */
	ACCESS_IF_LICENSED_NEAR = 1 << 4, /* that, or one works on the case */
	ACCESS_IF_AUTHOR = 1 << 5,        /* their own act, notice, draft, device */
	ACCESS_IF_ENTITLED = 1 << 6,      /* by the guideline's decider_role */
	ACCESS_IF_REASON = 1 << 7,        /* a reason is given, for the access log */
	ACCESS_IF_DRAFT = 1 << 8,         /* as a draft alone */
	ACCESS_IF_LOSS = 1 << 9,          /* to report a device lost */
};
enum { ACCESS_CONDITIONS = 10 };

struct access_cell {
	enum access_right read;
	uint32_t read_if;
	bool create;
	uint32_t create_if;
	bool glass;                        /* the glass may be broken to read it (A4) */
};
const struct access_cell *access_cell(enum access_class class, enum access_role role);

/* What is known of the moment. */
struct access_moment {
	uint32_t roles;                    /* 1 << enum access_role: granted, and own worker where it is so */
	uint32_t met;                      /* enum access_condition; IF_DRAFT follows from the act */
	bool glass;                        /* broken by this person, for this client, today */
};

enum { ACCESS_TEXT_BYTES = 192 };
struct access_answer {
	enum access_right right;           /* of reading: how much. Of writing: WHOLE or NOTHING */
	enum access_role as;               /* the role that grants it; of a refusal: the nearest */
	bool by_glass;
	char why[ACCESS_TEXT_BYTES];       /* of a refusal */
	char how[ACCESS_TEXT_BYTES];       /* of a refusal: what would make it possible; may be "" */
};
/* True: the act is allowed, at least in the way `out->right` says. */
bool access_may(const struct access_moment *moment, enum access_act act, enum access_class class, struct access_answer *out);

/* ---- which class a thing is of ---- */

enum access_class access_class_of_type(uint32_t record_type);
/* The same, with what the record itself says (sensitive, special support) and whether
 * it stands in a SENSITIVE case or in one whose client needs special support. */
enum access_class access_class_of(uint32_t record_type, struct span fields, bool in_sensitive, bool in_special);
/* Of one field of a record that may be read: its own class, else the record's. */
enum access_class access_class_of_field(uint32_t record_type, uint32_t field, struct span fields, enum access_class of_record);
/* Whether a field tells no more than metadata: that it is there, its dates and state. */
bool access_is_metadata(uint32_t record_type, uint32_t field);

/* ---- roles ---- */

/* The role of a role_grant (RECORDS_ROLE_*); ACCESS_ROLES: none that is known. */
enum access_role access_role_of_grant(uint64_t role);
/* RECORDS_ROLE_* of a role, 0: on a case, none that is granted. */
uint32_t access_grant_of_role(enum access_role role);
/* Without a grant the profession says it (RECORDS_PROFESSION_*). */
enum access_role access_role_of_profession(uint64_t profession);
/* The guideline's decider_role names professions in words. Words not known count as met. */
bool access_is_entitled(struct span decider_role, uint64_t profession);

/* ---- names, as `jalka roles` tells them ---- */

const char *access_role_name(enum access_role role);      /* "outreach_worker" */
const char *access_role_words(enum access_role role);     /* "outreach worker" */
const char *access_class_name(enum access_class class);   /* "protected" */
const char *access_class_words(enum access_class class);  /* "protected address, safety note" */
const char *access_right_name(enum access_right right);   /* "METADATA" */
const char *access_condition_name(unsigned bit);          /* of 1 << bit: "visiting" */

#endif
