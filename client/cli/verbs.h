/* verbs - what the rows of the command table run. Each reads its arguments, asks
 * the daemon and prints; the exit code comes back. */
#ifndef JALKA_CLI_VERBS_H
#define JALKA_CLI_VERBS_H

#include "command.h"

/* node.c: this device */
command_fn verbs_init, verbs_status, verbs_unlock, verbs_lock, verbs_enrol, verbs_sync, verbs_rebuild;
command_fn verbs_bundle_write, verbs_bundle_read;

/* Sends an unlocking; the exit code is SAY_LOCKED when the device asks for contact first. */
int verbs_open_with(struct link *link, jalka_Request *request, const char *done);

/* rescue.c: the organiser's recovery key */
command_fn verbs_recover, verbs_admin_policy, verbs_admin_recovery_key, verbs_admin_rescue;

/* records.c: any record type */
command_fn verbs_create, verbs_change, verbs_show, verbs_list, verbs_search, verbs_sign, verbs_drafts,
	verbs_drafts_discard, verbs_types;

/* due.c: agenda, conflicts, what the administrator did not let pass */
command_fn verbs_agenda, verbs_quarantine, verbs_conflicts, verbs_conflicts_choose;

/* deadline.c */
command_fn verbs_deadline;

/* emergency.c: whom to call now */
command_fn verbs_emergency;

/* life.c: steps and corrections */
command_fn verbs_step, verbs_correct;

/* deadline.c */
command_fn verbs_deadline;

/* open.c: the web client */
command_fn verbs_open;

/* daily.c: a day's work */
command_fn verbs_client_add, verbs_client_show, verbs_client_list, verbs_client_change, verbs_case_open, verbs_case_show,
	verbs_case_list, verbs_case_close, verbs_visit_plan, verbs_visit_start, verbs_visit_end, verbs_note,
	verbs_mapping, verbs_application, verbs_consent_give;

/* consent.c: consents after they were given, and what is disclosed on them */
command_fn verbs_consent_withdraw, verbs_consent_narrow, verbs_consent_list, verbs_notice, verbs_disclosure_list,
	verbs_disclosure_show, verbs_disclosure_step;

/* handover.c: cases that change hands, and a protected address */
command_fn verbs_handover_propose, verbs_handover_told, verbs_handover_accept, verbs_handover_reject, verbs_handover_list,
	verbs_client_protect;

/* session.c: the joint session */
command_fn verbs_session_prepare, verbs_session_identify, verbs_session_step, verbs_session_text, verbs_session_note,
	verbs_session_action, verbs_session_consent, verbs_session_type;

/* print.c: prints, and the words they are made of */
command_fn verbs_print, verbs_words;

/* access.c: roles, break-glass, the access logs */
command_fn verbs_roles, verbs_break_glass, verbs_log, verbs_admin_access, verbs_admin_access_of, verbs_admin_caseload, verbs_admin_drafts, verbs_admin_grants, verbs_admin_grant,
	verbs_admin_ungrant, verbs_admin_retention, verbs_admin_erasures, verbs_admin_erase_approve, verbs_admin_erase_drop;

/* match.c: is this person known? */
command_fn verbs_client_find, verbs_admin_matches, verbs_admin_handovers, verbs_admin_merge, verbs_admin_unmerge, verbs_admin_match_reject;

/* table.c: reference data in and out */
command_fn verbs_admin_import, verbs_admin_export;

/* places.c: reference data on the road */
command_fn verbs_places, verbs_guidelines;

/* statistics.c */
command_fn verbs_admin_statistics, verbs_statistics;

/* admin.c: the central node */
command_fn verbs_admin_enrol, verbs_admin_devices, verbs_admin_confirm, verbs_admin_assign, verbs_admin_unassign, verbs_admin_no_own_worker,
	verbs_admin_staff, verbs_admin_staff_add, verbs_admin_revoke, verbs_admin_suspend, verbs_admin_resume, verbs_admin_no_twin,
	verbs_admin_retire, verbs_admin_quarantine, verbs_admin_decided, verbs_admin_accept, verbs_admin_reject, verbs_admin_audit,
	verbs_admin_cases, verbs_admin_forgotten, verbs_admin_erase, verbs_admin_counters, verbs_admin_backups, verbs_admin_backup;

/* operator.c: who may sign in at the console */
command_fn verbs_admin_operator_list, verbs_admin_operator_invite, verbs_admin_operator_block, verbs_admin_operator_unblock;

/* health.c */
command_fn verbs_admin_health, verbs_admin_system, verbs_admin_conflicts;

/* lost.c */
command_fn verbs_admin_lost;

#endif
