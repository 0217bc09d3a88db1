/* handlers - what each call of the local API does. One function a call; the
 * table in request.c says which and with what right. JSON shapes of the answers:
 * docs/internals/local_api.md.
 *
 * handlers_vault: status, open, init, unlock, lock, types   handlers_write: write, sign, drafts
 * handlers_step: step                                  handlers_correct: correct
 * handlers_read: show, list, search, conflicts, quarantine, rebuild
 * handlers_deadline: deadline, agenda
 * handlers_sync: sync, enrol                           handlers_admin: the administrator's verbs
 * handlers_lost: the administrator's lost             handlers_erase: the administrator's erase, erasures, retention
 * handlers_rescue: rescue, the administrator's policy, recovery-key
 * handlers_match: match, the administrator's matches, merge, unmerge, reject
 * handlers_access: roles, break_glass, access_log; who acts here
 * handlers_import: import (tables of reference data)   handlers_reference: reference
 * handlers_statistics: the administrator's statistics  handlers_grants: the administrator's grants, grant, ungrant
 * handlers_print: print                                handlers_labels: labels
 * handlers_disclosure: disclosure                      handlers_consent: consent
 * handlers_session: session                            handlers_handover: handover
 * handlers_protect: protect                            handlers_keep: keep, kept
 * handlers_caseload: the administrator's caseload
 * handlers_bundle: bundle
 * handlers_backup: the administrator's backups, backup  handlers_console: sign_in, console
 * handlers_operator: the console's accounts, also the administrator's operator
 * handlers_health: the administrator's health, system; handlers_clashes: conflicts
 */
#ifndef JALKA_API_HANDLERS_H
#define JALKA_API_HANDLERS_H

#include "api/request.h"
#include "central/hub.h"
#include "domain/labels.h"
#include "store/replica.h"

/* One record with all its values, or a case's notes: for the length of a call. */
enum { HANDLERS_ARENA_BYTES = 4 * 1024 * 1024 };

/* Whether the profile's store is open, and the text that tells a person why not. */
bool handlers_is_open(struct profile *profile);
const char *handlers_locked_text(struct profile *profile);

/* Wipes what a write left in the handlers' blocks. */
void handlers_wipe(void);

/* The state's name in JSON, and central's counters as members of an open object. */
const char *handlers_sync_name(enum replica_state state);
void handlers_counters(struct node *node, struct writer *out);
/* How its backup stands, as members of an open object. */
void handlers_backup_write(struct writer *out, struct node *node);
const char *handlers_device_state(enum hub_device_state state);

/* Reads a language of a call; FAULT_CALLER, at its field, when it is none. */
struct fault handlers_read_language(struct request *request, const char *code, enum labels_language *out);

request_handler handlers_status;
request_handler handlers_open;
request_handler handlers_init;
request_handler handlers_unlock;
request_handler handlers_lock;
request_handler handlers_types;
request_handler handlers_write;
request_handler handlers_sign;
request_handler handlers_drafts;
request_handler handlers_keep;
request_handler handlers_kept;
request_handler handlers_step;
request_handler handlers_correct;
request_handler handlers_show;
request_handler handlers_list;
request_handler handlers_search;
request_handler handlers_agenda;
request_handler handlers_deadline;
request_handler handlers_conflicts;
request_handler handlers_quarantine;
request_handler handlers_rebuild;
request_handler handlers_sync;
request_handler handlers_enrol;
request_handler handlers_admin;
request_handler handlers_import;
request_handler handlers_reference;
request_handler handlers_bundle;
/* A bundle under way goes: it is to be begun anew. */
void handlers_bundle_wipe(void);
request_handler handlers_handovers_waiting;
request_handler handlers_match;
request_handler handlers_match_decide;
request_handler handlers_access_log;
request_handler handlers_break_glass;
request_handler handlers_roles;
/* The CLIENT case of the client, case or record an id means; FAULT_CALLER at field "id". */
struct fault handlers_find_client(struct request *request, const char *text, struct case_id *out);
/* "verbs": the table of the administrator's verbs. */
void handlers_admin_verbs(struct writer *out);
/* The administrator's verbs erase, erasures, retention. */
struct fault handlers_admin_erase(struct request *request);
/* The administrator's verbs grants, grant, ungrant; and `access`: WHAT [SINCE]. */
struct fault handlers_admin_grants(struct request *request);
struct fault handlers_admin_drafts(struct request *request);
struct fault handlers_backup(struct request *request, bool begin);
request_handler handlers_health;  /* the administrator's verbs */
request_handler handlers_system;
request_handler handlers_clashes; /* `conflicts` */
struct fault handlers_admin_access(struct request *request, const char *what, const char *since);
struct fault handlers_admin_access_of(struct request *request); /* access of STAFF REASON [FROM [TO]] */
struct fault handlers_admin_caseload(struct request *request);
request_handler handlers_statistics; /* the administrator's verb */
request_handler handlers_published;  /* of the same reports those approved */
/* The administrator's verbs quarantine, accept, reject; `words`: why, may be "". */
struct fault handlers_admin_quarantine(struct request *request, bool is_decided);
struct fault handlers_admin_decide(struct request *request, bool accept, const char *item, const char *words);
/* The administrator's verbs `policy` and `recovery-key`. */
struct fault handlers_admin_policy(struct request *request);
struct fault handlers_admin_recovery_key(struct request *request);
request_handler handlers_rescue;
/* The administrator's verb `lost`. */
struct fault handlers_admin_lost(struct request *request, struct node_id node);
/* "since" TIME, "risk" high|low REASONS, or "police" NUMBER: written into the device's record, then listed as above. */
struct fault handlers_admin_lost_say(struct request *request, struct node_id node, const char *what, const char *first,
				     const char *second);
request_handler handlers_print;
request_handler handlers_labels;
request_handler handlers_disclosure;
request_handler handlers_consent;
request_handler handlers_session;
request_handler handlers_handover;
request_handler handlers_protect;
request_handler handlers_sign_in;
request_handler handlers_console;
/* The accounts of the console: list, invite STAFF NAME, block STAFF, unblock STAFF. */
struct fault handlers_operator(struct request *request, const char *verb, const char *staff, const char *name);

#endif
