/* command - the table of verbs and what is made from it. */
#include "command.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/nearest.h"
#include "load.h"
#include "sample.h"
#include "say.h"
#include "verbs.h"

#define VERSION "0.1.0"
typedef unsigned __int128 option_set; /* a bit each */
#define BIT(option) ((option_set)1 << (option))

enum { GLOBAL = BIT(COMMAND_CASE) - 1, PATH_BYTES = 4096 };
_Static_assert(COMMAND_OPTIONS <= 128, "options are marked in one word");

struct option_row { const char *name; const char *value; const char *summary; };
static const struct option_row options[COMMAND_OPTIONS] = {
	[COMMAND_DIR] = { "dir", "DIR", "the daemon's folder (else $JALKA_DIR, else one's own field daemon)" },
	[COMMAND_SOCKET] = { "socket", "PATH", "the daemon's socket (else DIR/socket)" },
	[COMMAND_JSON] = { "json", NULL, "answers as JSON, one object a line" },
	[COMMAND_QUIET] = { "quiet", NULL, "data only, no words about what went well (-q)" },
	[COMMAND_NO_COLOR] = { "no-color", NULL, "no colours (also NO_COLOR, TERM=dumb)" },
	[COMMAND_HELP] = { "help", NULL, "help, of a verb when one is named (-h)" },
	[COMMAND_VERSION] = { "version", NULL, "the version" },
	[COMMAND_AS] = { "as", "STAFF", "at the central node: act as this person, which nothing proves yet" },
	[COMMAND_CASE] = { "case", "ID", "the case it belongs to" },
	[COMMAND_CLIENT] = { "client", "ID", "the client a new matter is about" },
	[COMMAND_VISIT] = { "visit", "ID", "the visit it belongs to" },
	[COMMAND_SIGN] = { "sign", NULL, "sign at once" },
	[COMMAND_DRAFT] = { "draft", NULL, "leave it a draft" },
	[COMMAND_AT] = { "at", "TIME", "when it happened, like 2026-11-03T09:15 (else now)" },
	[COMMAND_LIMIT] = { "limit", "N", "at most N records" },
	[COMMAND_LOG] = { "log", NULL, "with every change: who, when, receipted or not" },
	[COMMAND_FROM_JSON] = { "from-json", "FILE", "the record as a JSON object (- : stdin)" },
	[COMMAND_WAIT] = { "wait", NULL, "until everything is exchanged and receipted" },
	[COMMAND_OFFLINE] = { "offline", NULL, "close the link and stay offline" },
	[COMMAND_ONLINE] = { "online", NULL, "connect again" },
	[COMMAND_PASSPHRASE_FILE] = { "passphrase-file", "FILE", "read the passphrase from its first line (- : stdin)" },
	[COMMAND_SERIAL] = { "serial", "TEXT", "what this device is called in the administrator's list" },
	[COMMAND_URGENT] = { "urgent", "GROUNDS", "urgent: FOOD, MEDICINE, EVICTION, CRISIS, OTHER, with commas" },
	[COMMAND_REASON] = { "reason", "TEXT", "why" },
	[COMMAND_SEED] = { "seed", "N", "of the generator (1)" },
	[COMMAND_SCALE] = { "scale", "N", "so many times the set (1)" },
	[COMMAND_PROFILE] = { "profile", "NAME", "customer types: applicants (50/10/20/20) or outreach (15/10/30/45)" },
	[COMMAND_TODAY] = { "today", "DAY", "the day everything is dated by (today)" },
	[COMMAND_WORKER] = { "worker", "K", "what worker 1 to 5 writes (else what all of them do)" },
	[COMMAND_CENTRAL] = { "central", NULL, "what is written at the central node" },
	[COMMAND_ROUND] = { "round", "R", "1 alone, 2 apart, 3 when they have heard of each other, 4 at the end" },
	[COMMAND_CHECK] = { "check", NULL, "count what is there against what is wanted" },
	[COMMAND_NAMES] = { "names", "FILE", "names of what other loads made; this one's are added" },
	[COMMAND_NO_QR] = { "no-qr", NULL, "the code as text only" },
	[COMMAND_ANYWAY] = { "anyway", NULL, "write it though the person is probably here already" },
	[COMMAND_YES] = { "yes", NULL, "do it without asking" },
	[COMMAND_LANG] = { "lang", "LANG", "fi, sv or en" },
	[COMMAND_PLAIN] = { "plain", NULL, "text of 80 columns (else so to a terminal)" },
	[COMMAND_HTML] = { "html", NULL, "a page for A4 (else so to a file)" },
	[COMMAND_LARGE] = { "large", NULL, "large letters" },
	[COMMAND_BLANK] = { "blank", NULL, "an empty sheet to fill in by hand" },
	[COMMAND_WITH_PROTECTED] = { "with-protected", NULL, "the client's protected contact details too; with --reason" },
	[COMMAND_OUT] = { "out", "FILE", "write it to a file only you can read" },
	[COMMAND_KIND] = { "kind", "KIND", "of a correction: RECTIFY, SUPPLEMENT, CLIENT_STATEMENT, REMOVE_UNNECESSARY, "
			   "WRONG_CLIENT; of a session: NEGOTIATION, JOINT_ASSESSMENT, ADVICE" },
	[COMMAND_TEXT] = { "text", "TEXT", "what it should read, or what is added (- : stdin)" },
	[COMMAND_TO] = { "to", "CASE|DAY", "the right client's case, where it is written again; of a log the last day" },
	[COMMAND_CONSENT] = { "consent", "ID", "on this consent (else the newest that covers it)" },
	[COMMAND_PREVIEW] = { "preview", NULL, "show the exact text; nothing is prepared" },
	[COMMAND_MEANS] = { "means", "MEANS", "SECURE_MAIL, PRINT, PORTAL or ORAL" },
	[COMMAND_SCOPE] = { "scope", "ITEMS", "items of a consent with commas: PLAN_SUMMARY, PLAN_FULL, QUADRANT_INCOME ..." },
	[COMMAND_EXCLUDED] = { "excluded", "ITEMS", "what must not be disclosed" },
	[COMMAND_LAW] = { "law", "ID", "by this statute instead of a consent; with --reason" },
	[COMMAND_RECIPIENT] = { "recipient", "NAME", "to whom (Kela)" },
	[COMMAND_VIA] = { "via", "HOW", "how the client told it: phone, on a visit ..." },
	[COMMAND_UNDERSTOOD] = { "understood", "HOW", "how it was checked that the client understood" },
	[COMMAND_KELA_CONSENT] = { "kela-consent", "HOW", "the client consents to Kela too; how understanding was checked" },
	[COMMAND_ROOM] = { "room", "ANSWER", "is anybody else in the room? as each answered" },
	[COMMAND_OUTSIDE] = { "outside", NULL, "outside the consent: marked, not discussed" },
	[COMMAND_CHANNEL] = { "channel", "CHANNEL", "SKYPE, OTHER_VIDEO or PHONE" },
	[COMMAND_DRY_RUN] = { "dry-run", NULL, "say what would be done, write nothing" },
	[COMMAND_CSV] = { "csv", NULL, "as a CSV table" },
	[COMMAND_FREEZE] = { "freeze", "DIGEST", "the proposal whose digest this is is published and changes no more; with --approved-by" },
	[COMMAND_PROPOSED_BY] = { "proposed-by", "STAFF", "count, and keep it as this person's proposal" },
	[COMMAND_APPROVED_BY] = { "approved-by", "STAFF", "who approves: not who proposed" },
	[COMMAND_ANEW] = { "anew", NULL, "count it now, whatever was proposed or frozen" },
	[COMMAND_ORIGINAL] = { "original", "REASON", "as it was signed, for one who says why" },
	[COMMAND_PROTECTED] = { "protected", "REASON", "protected contact details and safety notes too, for one who visits" },
	[COMMAND_FROM] = { "from", "DAY", "the first day (else two years back)" },
	[COMMAND_SPECIAL] = { "special", "REASON", "why what is older than two years is needed" },
	[COMMAND_BREAK_GLASS] = { "break-glass", NULL, "who opened what was not for their role, and why" },
	[COMMAND_ADDRESS] = { "address", NULL, "show the address instead of starting a browser" },
	[COMMAND_COMPANION] = { "companion", NULL, "the narrow window for a session beside a video call" },
	[COMMAND_NAMING] = { "naming", "ID", "records with a field that names this one: a visit's notes, a client's matters" },
	[COMMAND_WAITING] = { "waiting", NULL, "instead, each own change that has no receipt yet, with its size" },
	[COMMAND_KEY] = { "key", "FILE", "the organiser's recovery key, out of the safe" },
	[COMMAND_REPLACE] = { "replace", NULL, "in place of the recovery key there is" },
	[COMMAND_FOR] = { "for", "DEVICE", "at the central node: for this device, which has not asked" },
	[COMMAND_ANSWER] = { "answer", "FILE", "at the central node: where the answer goes" },
	[COMMAND_MINE] = { "mine", NULL, "who one is here, without the table" },
};

#define WRITES (BIT(COMMAND_AT) | BIT(COMMAND_FROM_JSON))
#define SIGNS (WRITES | BIT(COMMAND_SIGN) | BIT(COMMAND_DRAFT))
static const struct command {
	const char *name, *args, *summary;
	command_fn *run;
	option_set takes; /* options besides the global ones */
} commands[] = {
	{ "init", "", "make this device's vault and store", verbs_init, BIT(COMMAND_PASSPHRASE_FILE) },
	{ "enrol", "CODE|-", "join an organisation with the code its administrator shows", verbs_enrol, BIT(COMMAND_SERIAL) },
	{ "unlock", "", "open the vault", verbs_unlock, BIT(COMMAND_PASSPHRASE_FILE) },
	{ "recover", "", "open the vault with the organiser's recovery key, and set a new passphrase", verbs_recover,
	  BIT(COMMAND_KEY) | BIT(COMMAND_PASSPHRASE_FILE) },
	{ "lock", "", "close the vault: keys leave memory, data stays", verbs_lock, 0 },
	{ "open", "", "open the web client in the browser", verbs_open, BIT(COMMAND_ADDRESS) | BIT(COMMAND_COMPANION) },
	{ "status", "", "vault, connection, what is not yet receipted", verbs_status, 0 },
	{ "sync", "", "exchange with the central node now", verbs_sync,
	  BIT(COMMAND_WAIT) | BIT(COMMAND_OFFLINE) | BIT(COMMAND_ONLINE) },
	{ "bundle write", "FILE", "what is to be exchanged as a file, to be carried by hand where there is no network", verbs_bundle_write,
	  BIT(COMMAND_FOR) },
	{ "bundle read", "FILE|-", "a bundle that was carried here: on a device the answer, at the central node a device's",
	  verbs_bundle_read, BIT(COMMAND_ANSWER) },
	{ "agenda", "[DAY]", "what is urgent, late, due on a day (today) and in the week after it", verbs_agenda, BIT(COMMAND_LANG) },
	{ "deadline", "[RULE DAY]", "what a clock of the law makes of a day (D5 2026-03-02); else all rules", verbs_deadline, 0 },
	{ "emergency", "[CLIENT]", "whom to call now: 112, the emergency social service, places with a phone", verbs_emergency, 0 },
	{ "places", "[MUNICIPALITY]", "emergency numbers, service points and hours, outreach posts, partners; --at DAY as they were", verbs_places,
	  BIT(COMMAND_KIND) | BIT(COMMAND_AT) | BIT(COMMAND_LANG) },
	{ "guidelines", "[EXPENSE]", "how the guidelines of authorities compare: limits, who decides", verbs_guidelines,
	  BIT(COMMAND_AT) },
	{ "statistics", "[QUARTER]", "what is published of a quarter (2026Q1); without one: of which quarters", verbs_statistics,
	  BIT(COMMAND_CSV) | BIT(COMMAND_LANG) },
	{ "search", "TEXT", "find records by words, names, phones, identity codes", verbs_search, BIT(COMMAND_LIMIT) },

	{ "client add", "FAMILY GIVEN field=value...", "a new client (asiakas) with a case of their own", verbs_client_add,
	  WRITES | BIT(COMMAND_ANYWAY) },
	{ "client find", "WORDS|field=value...", "clients by words, or who the person of these values may be", verbs_client_find,
	  BIT(COMMAND_FROM_JSON) | BIT(COMMAND_LANG) },
	{ "client show", "ID", "a client and all that is recorded in the client's case", verbs_client_show, BIT(COMMAND_LOG) },
	{ "client list", "", "the clients on this device", verbs_client_list, BIT(COMMAND_LIMIT) },
	{ "client change", "ID field=value...", "change a client's data; field= clears", verbs_client_change, WRITES },
	{ "client protect", "ID", "the address becomes protected (turvakielto) and leaves the card", verbs_client_protect, 0 },
	{ "case open", "CLIENT TITLE [field=value...]", "open a matter (asia) about a client", verbs_case_open, WRITES },
	{ "case show", "ID", "a case and its records", verbs_case_show, BIT(COMMAND_LOG) },
	{ "case list", "", "the matters on this device", verbs_case_list, BIT(COMMAND_LIMIT) },
	{ "case close", "ID REASON", "close a matter", verbs_case_close, WRITES },
	{ "visit plan", "CASE TIME [field=value...]", "plan a visit (käynti)", verbs_visit_plan, WRITES },
	{ "visit start", "CASE|VISIT [field=value...]", "a visit begins, planned or not", verbs_visit_start, WRITES },
	{ "visit end", "VISIT [field=value...]", "a visit is over", verbs_visit_end, WRITES },
	{ "note", "CASE TEXT|- [field=value...]", "a signed note in the case (asiakaskertomus)", verbs_note,
	  WRITES | BIT(COMMAND_DRAFT) | BIT(COMMAND_VISIT) },
	{ "mapping", "CLIENT QUADRANT=STATE[:TEXT]... [field=value...]",
	  "a life-situation mapping (kartoitus): income= family= health= housing=, answers like rent_arrears=YES", verbs_mapping, WRITES | BIT(COMMAND_DRAFT) },
	{ "application", "CLIENT [field=value...]", "follow an application for basic social assistance (hakemus)",
	  verbs_application, WRITES | BIT(COMMAND_URGENT) | BIT(COMMAND_REASON) },
	{ "consent give", "CLIENT SCOPE PURPOSE field=value...", "a consent (suostumus); understood_check= is required",
	  verbs_consent_give, WRITES | BIT(COMMAND_DRAFT) },
	{ "consent withdraw", "CONSENT [VIA]", "the client withdraws a consent: what waits on it is blocked", verbs_consent_withdraw,
	  BIT(COMMAND_AT) | BIT(COMMAND_VIA) },
	{ "consent narrow", "CONSENT", "a newer consent with --scope, or without what is --excluded", verbs_consent_narrow,
	  BIT(COMMAND_AT) | BIT(COMMAND_SCOPE) | BIT(COMMAND_EXCLUDED) | BIT(COMMAND_UNDERSTOOD) },
	{ "consent list", "CLIENT", "a client's consents, and which hold now", verbs_consent_list, 0 },
	{ "notice", "PLAN|SESSION", "prepare what is disclosed of a plan or session (tiedoksianto Kelalle); --preview first",
	  verbs_notice, BIT(COMMAND_CONSENT) | BIT(COMMAND_PREVIEW) | BIT(COMMAND_SCOPE) | BIT(COMMAND_AT) | BIT(COMMAND_LAW) |
	  BIT(COMMAND_REASON) | BIT(COMMAND_RECIPIENT) },
	{ "disclosure list", "[CLIENT]", "what was or is to be disclosed (luovutus), and what its consent says now", verbs_disclosure_list, 0 },
	{ "disclosure show", "ID", "its exact texts", verbs_disclosure_show, 0 },
	{ "disclosure check", "ID", "it is read through", verbs_disclosure_step, BIT(COMMAND_AT) },
	{ "disclosure queue", "ID", "it may be sent", verbs_disclosure_step, BIT(COMMAND_AT) },
	{ "disclosure send", "ID", "it is sent by --means, if its consent holds now", verbs_disclosure_step,
	  BIT(COMMAND_AT) | BIT(COMMAND_MEANS) },
	{ "disclosure receipt", "ID", "the recipient confirmed it", verbs_disclosure_step, BIT(COMMAND_AT) },
	{ "disclosure told", "ID", "the client was told of it", verbs_disclosure_step, BIT(COMMAND_AT) },
	{ "disclosure recipient-informed", "ID", "the recipient was told that the consent is withdrawn", verbs_disclosure_step,
	  BIT(COMMAND_AT) },
	{ "session prepare", "CLIENT POINT...", "a joint session (yhteinen etätapaaminen) at --at, with its points", verbs_session_prepare,
	  BIT(COMMAND_AT) | BIT(COMMAND_KIND) | BIT(COMMAND_CHANNEL) | BIT(COMMAND_CONSENT) },
	{ "session identify", "SESSION ROLE[/NAME[/ORGANISATION]]=HOW...", "how each participant's identity was checked",
	  verbs_session_identify, BIT(COMMAND_AT) },
	{ "session start", "SESSION", "it begins; what the consent allows is shown", verbs_session_step,
	  BIT(COMMAND_AT) | BIT(COMMAND_KELA_CONSENT) | BIT(COMMAND_ROOM) },
	{ "session point", "SESSION TITLE", "a point more; of --scope, or --outside the consent", verbs_session_text,
	  BIT(COMMAND_AT) | BIT(COMMAND_SCOPE) | BIT(COMMAND_OUTSIDE) },
	{ "session note", "SESSION POINT-NUMBER TEXT|-", "what was said under a point", verbs_session_note, BIT(COMMAND_AT) },
	{ "session action", "SESSION CLIENT|WORKER|KELA|PARTNER OWNER DUE WHAT", "what was agreed: one owner and a day",
	  verbs_session_action, BIT(COMMAND_AT) },
	{ "session pause", "SESSION [WHY]", "a pause: no part of the session's length", verbs_session_text, BIT(COMMAND_AT) },
	{ "session continue", "SESSION", "it goes on after the pause", verbs_session_step, BIT(COMMAND_AT) },
	{ "session leave", "SESSION ROLE[/NAME]", "who leaves before its end, or does not come", verbs_session_identify, BIT(COMMAND_AT) },
	{ "session consent", "SESSION [CONSENT]", "it rests on another consent from now on: the newest that holds", verbs_session_consent,
	  BIT(COMMAND_AT) },
	{ "session drop", "SESSION [WHAT]", "the line dropped", verbs_session_text, BIT(COMMAND_AT) },
	{ "session resume", "SESSION", "it goes on by phone, in the same record", verbs_session_step,
	  BIT(COMMAND_AT) | BIT(COMMAND_KELA_CONSENT) | BIT(COMMAND_ROOM) },
	{ "session end", "SESSION", "it is over; read aloud what was agreed", verbs_session_step, BIT(COMMAND_AT) },
	{ "session confirm", "SESSION", "the client confirms what was agreed", verbs_session_step, BIT(COMMAND_AT) },
	{ "session sign", "SESSION", "signed: nothing is changed any more", verbs_session_step, BIT(COMMAND_AT) },
	{ "session cancel", "SESSION [WHY]", "it does not take place", verbs_session_text, BIT(COMMAND_AT) },
	{ "session type", "SESSION POINT-TITLE|\"\" TEXT|-", "kept on this machine until it is noted: under a point, else what is about to be agreed",
	  verbs_session_type, 0 },
	{ "session join", "SESSION", "what several wrote apart is written as one", verbs_session_step, 0 },
	{ "session show", "SESSION", "its points, who is to be identified, what the consent allows", verbs_session_step, 0 },
	{ "handover propose", "CASE|CLIENT STAFF REASON", "hand a case (siirto), or all of a client's, to a colleague; "
	  "--at when the client was told already", verbs_handover_propose, BIT(COMMAND_AT) },
	{ "handover told", "HANDOVER", "the client was told who takes over, and the telephone number", verbs_handover_told, BIT(COMMAND_AT) },
	{ "handover accept", "HANDOVER", "take the cases over", verbs_handover_accept, BIT(COMMAND_AT) },
	{ "handover reject", "HANDOVER REASON", "it is not handed over: the receiver, or the one who proposed", verbs_handover_reject, 0 },
	{ "handover list", "", "what changes hands, and whom it waits for", verbs_handover_list, 0 },
	{ "conflicts", "", "fields that two workers changed apart (exit code 5 when there are any)", verbs_conflicts, 0 },
	{ "conflicts choose", "RECORD FIELD mine|theirs|VALUE", "settle a conflict", verbs_conflicts_choose, 0 },
	{ "log", "CLIENT", "who has seen a client's data, when, why; on a device one's own acts alone", verbs_log,
	  BIT(COMMAND_FROM) | BIT(COMMAND_TO) | BIT(COMMAND_REASON) | BIT(COMMAND_SPECIAL) },
	{ "break-glass", "CLIENT|CASE", "open for today what is held here and is not for one's role; the administrator is shown",
	  verbs_break_glass, BIT(COMMAND_REASON) },
	{ "roles", "", "who may see and do what", verbs_roles, BIT(COMMAND_MINE) },
	{ "print", "KIND ID | findings [QUARTER]",
	  "plan, notice, quadrants, consent, actions, report, log, card or loss (the letter on a lost device) of a client, case or "
	  "record; findings for Kela",
	  verbs_print, BIT(COMMAND_LANG) | BIT(COMMAND_PLAIN) | BIT(COMMAND_HTML) | BIT(COMMAND_LARGE) | BIT(COMMAND_BLANK) |
	  BIT(COMMAND_WITH_PROTECTED) | BIT(COMMAND_REASON) | BIT(COMMAND_OUT) },
	{ "quarantine", "", "own changes that wait for the administrator's decision, or were rejected", verbs_quarantine, 0 },
	{ "drafts", "", "what is written and not signed", verbs_drafts, 0 },
	{ "drafts discard", "ID", "throw a draft away", verbs_drafts_discard, 0 },

	{ "create", "TYPE [field=value...]", "a record of any type", verbs_create,
	  SIGNS | BIT(COMMAND_CASE) | BIT(COMMAND_CLIENT) },
	{ "change", "ID [field=value...]", "change fields of a record or draft; field= clears", verbs_change, SIGNS },
	{ "sign", "ID...", "sign drafts: they are frozen and sent", verbs_sign, 0 },
	{ "step", "ID [STATE [field=value...]]", "which steps a record can take and what each needs, or take one", verbs_step,
	  BIT(COMMAND_AT) },
	{ "correct", "ID [requested_by=...] [decided_by=...] [refusal_reasons=...]",
	  "correct a signed record; the original stays as it was signed", verbs_correct,
	  BIT(COMMAND_KIND) | BIT(COMMAND_REASON) | BIT(COMMAND_TEXT) | BIT(COMMAND_TO) },
	{ "show", "ID", "a record, a draft or a case", verbs_show,
	  BIT(COMMAND_LOG) | BIT(COMMAND_ORIGINAL) | BIT(COMMAND_PROTECTED) },
	{ "list", "[TYPE]", "records, newest first", verbs_list,
	  BIT(COMMAND_CASE) | BIT(COMMAND_LIMIT) | BIT(COMMAND_NAMING) | BIT(COMMAND_WAITING) },
	{ "types", "[TYPE]", "the record types, or one type's fields; --lang with their words", verbs_types, BIT(COMMAND_LANG) },
	{ "words", "[TYPE]", "the words of prints and screens, all or one type's", verbs_words, BIT(COMMAND_LANG) },
	{ "rebuild", "", "make the case book again from the log", verbs_rebuild, 0 },
	{ "sample", "[DIR...]", "print a fictional caseload as JSON Lines, or count what the daemons in these folders hold of it",
	  sample_command,
	  BIT(COMMAND_SEED) | BIT(COMMAND_SCALE) | BIT(COMMAND_PROFILE) | BIT(COMMAND_TODAY) | BIT(COMMAND_WORKER) |
	  BIT(COMMAND_CENTRAL) | BIT(COMMAND_ROUND) | BIT(COMMAND_CHECK) },
	{ "load", "FILE|-", "write such lines through the daemon", load_command, BIT(COMMAND_NAMES) },

	{ "admin enrol", "STAFF", "a code to enrol one device of this worker (15 minutes, once)", verbs_admin_enrol,
	  BIT(COMMAND_NO_QR) },
	{ "admin devices", "", "devices: state, last contact, what waits", verbs_admin_devices, 0 },
	{ "admin confirm", "DEVICE", "the words match on both screens: let the device in", verbs_admin_confirm, 0 },
	{ "admin staff", "", "the workers", verbs_admin_staff, 0 },
	{ "admin staff add", "NAME [PROFESSION [UNIT]]", "a new worker", verbs_admin_staff_add, 0 },
	{ "admin grants", "[all]", "who may act in which role, for the periodic review of access rights", verbs_admin_grants, 0 },
	{ "admin grant", "STAFF ROLE [UNTIL]", "give a role, until a day", verbs_admin_grant, 0 },
	{ "admin ungrant", "STAFF ROLE", "take a role away, at once", verbs_admin_ungrant, 0 },
	{ "admin operator list", "", "who may sign in at the console", verbs_admin_operator_list, 0 },
	{ "admin operator invite", "STAFF NAME", "let an administrator sign in at the console by this name (three days, once)",
	  verbs_admin_operator_invite, BIT(COMMAND_NO_QR) },
	{ "admin operator block", "STAFF", "end somebody's sessions at the console and let them in no more", verbs_admin_operator_block, 0 },
	{ "admin operator unblock", "STAFF", "let them in again, or try again at once after wrong attempts", verbs_admin_operator_unblock, 0 },
	{ "admin cases", "", "all cases, metadata only", verbs_admin_cases, 0 },
	{ "admin caseload", "[attention | of STAFF | find TEXT | people]", "who holds which case, and which case nobody answers for",
	  verbs_admin_caseload, 0 },
	{ "admin drafts", "", "whose drafts are unsigned after three working days", verbs_admin_drafts, 0 },
	{ "admin access", "[DAY]", "how much the access logs hold since a day (30 days); or who broke the glass", verbs_admin_access,
	  BIT(COMMAND_BREAK_GLASS) },
	{ "admin access of", "STAFF [FROM [TO]]", "what one of the staff saw and did, with the reason for asking", verbs_admin_access_of,
	  BIT(COMMAND_REASON) },
	{ "admin assign", "CASE STAFF [ROLE [UNTIL]]", "give a case to a worker (OWN_WORKER, CO_WORKER, SUBSTITUTE)",
	  verbs_admin_assign, 0 },
	{ "admin unassign", "CASE STAFF", "end a worker's assignments to a case", verbs_admin_unassign, 0 },
	{ "admin no-own-worker", "CASE REASON", "why a case needs no own worker", verbs_admin_no_own_worker, 0 },
	{ "admin forgotten", "", "which device has erased which case after its assignment ended", verbs_admin_forgotten, 0 },
	{ "admin suspend", "DEVICE", "keep a device out for now", verbs_admin_suspend, 0 },
	{ "admin resume", "DEVICE", "let a suspended device in again", verbs_admin_resume, 0 },
	{ "admin no-twin", "DEVICE", "its holder was asked about the second copy: end the alarm", verbs_admin_no_twin, 0 },
	{ "admin revoke", "DEVICE", "a device is lost: refuse it and have it erase", verbs_admin_revoke, BIT(COMMAND_YES) },
	{ "admin lost", "DEVICE [since TIME | risk high|low REASONS | police NUMBER]",
	  "a device is out of hand: whose data may be on it, and by when to report it", verbs_admin_lost, 0 },
	{ "admin policy", "[lease DAYS]", "what every device goes by: the lease (0: none), the recovery key", verbs_admin_policy, 0 },
	{ "admin recovery-key", "[FILE]", "make the organiser's recovery key: the secret half into FILE, for the safe",
	  verbs_admin_recovery_key, BIT(COMMAND_REPLACE) },
	{ "admin rescue", "FILE...", "what a broken or locked laptop had not sent, from its file DIR/rescue", verbs_admin_rescue,
	  BIT(COMMAND_KEY) },
	{ "admin retire", "DEVICE", "a device is taken out of use", verbs_admin_retire, BIT(COMMAND_YES) },
	{ "admin health", "", "how devices fare and which want attention: contact, unsent work, disk, clock, failures", verbs_admin_health, 0 },
	{ "admin conflicts", "", "records in which values wait for a choice: which fields, who and when; no values", verbs_admin_conflicts, 0 },
	{ "admin system", "", "the central node: log, rates, backup, safe order, keys, epochs, memory, connections", verbs_admin_system, 0 },
	{ "admin handovers", "[all]", "cases that are to change hands: what each waits for; all: those over too", verbs_admin_handovers, 0 },
	{ "admin quarantine", "", "what waits for a person's decision", verbs_admin_quarantine, 0 },
	{ "admin quarantine decided", "", "what was decided of it, and by whom", verbs_admin_decided, 0 },
	{ "admin accept", "ITEM [WHY]", "take a quarantined change", verbs_admin_accept, 0 },
	{ "admin reject", "ITEM [WHY]", "set a quarantined change aside: it is kept, and in no case", verbs_admin_reject, 0 },
	{ "admin matches", "[all]", "who seems to be in two client records", verbs_admin_matches, 0 },
	{ "admin merge", "CLIENT CLIENT", "these are one person: link the newer record to the older", verbs_admin_merge, 0 },
	{ "admin unmerge", "CLIENT", "take a link away: these are two people", verbs_admin_unmerge, 0 },
	{ "admin match reject", "CLIENT CLIENT", "these are two people: propose them no more", verbs_admin_match_reject, 0 },
	{ "admin import", "TYPE FILE|-", "reference data from a CSV table: all of it, or nothing and why", verbs_admin_import,
	  BIT(COMMAND_DRY_RUN) },
	{ "admin export", "TYPE", "reference data as a CSV table that imports as it is", verbs_admin_export, BIT(COMMAND_OUT) },
	{ "admin statistics", "[QUARTER]", "a quarter as counts, small ones suppressed (2026Q1); without one: what is frozen",
	  verbs_admin_statistics, BIT(COMMAND_CSV) | BIT(COMMAND_FREEZE) | BIT(COMMAND_PROPOSED_BY) | BIT(COMMAND_APPROVED_BY) |
	  BIT(COMMAND_ANEW) | BIT(COMMAND_LANG) },
	{ "admin audit", "", "check every chain and signature", verbs_admin_audit, 0 },
	{ "admin retention", "[all]", "cases that have been kept long enough; all: how long each is kept", verbs_admin_retention, 0 },
	{ "admin erase", "case CASE [GROUND] | record CASE RECORD [GROUND]", "propose to erase, everywhere and for good", verbs_admin_erase,
	  BIT(COMMAND_YES) },
	{ "admin erase approve", "CASE [RECORD]", "the second person's word: it is erased, with a certificate", verbs_admin_erase_approve,
	  BIT(COMMAND_YES) },
	{ "admin erase drop", "CASE [RECORD]", "take a proposal back", verbs_admin_erase_drop, 0 },
	{ "admin erasures", "[done]", "what is proposed to be erased and waits for a second person; done: the certificates", verbs_admin_erasures, 0 },
	{ "admin backups", "", "the copies of the store elsewhere: how far, since when, what failed", verbs_admin_backups, 0 },
	{ "admin backup", "", "a new whole copy of the store now", verbs_admin_backup, 0 },
	{ "admin counters", "", "sessions, deltas, bytes", verbs_admin_counters, 0 },
};
enum { COMMANDS = sizeof commands / sizeof *commands };

/* ---- help ----------------------------------------------------------------------------- */
enum { HELP_COLUMNS = 80, HELP_COLUMNS_MAX = 120, SUMMARY_COLUMN = 38, OPTION_COLUMN = 28 };

static size_t chars(const char *text)
{
	return wire_utf8_chars(span_text(text));
}

/* As wide as the terminal, else as paper and old terminals are. */
static size_t help_columns(FILE *to)
{
	struct winsize size;
	if (ioctl(fileno(to), TIOCGWINSZ, &size) != 0 || size.ws_col < HELP_COLUMNS)
		return HELP_COLUMNS;
	return size.ws_col < HELP_COLUMNS_MAX ? size.ws_col : HELP_COLUMNS_MAX;
}

/* What is described, and from a column on its description, by whole words. */
static void put_described(FILE *to, const char *what, size_t column, const char *text)
{
	size_t at = 2 + chars(what), columns = help_columns(to);
	fprintf(to, "  %s", what);
	if (at + 2 > column) {
		putc('\n', to);
		at = 0;
	}
	for (size_t gap = column - at; *text != 0; gap = 1) {
		size_t len = strcspn(text, " "), wide = wire_utf8_chars(span_of(text, len));
		if (at > column && at + gap + wide > columns) {
			putc('\n', to);
			at = 0;
			gap = column;
		}
		fprintf(to, "%*s%.*s", (int)gap, "", (int)len, text);
		at += gap + wide;
		text += len + strspn(text + len, " ");
	}
	putc('\n', to);
}

static void print_options(FILE *to, option_set mask)
{
	for (int i = 0; i < COMMAND_OPTIONS; i++) {
		char name[64];
		if ((mask & BIT(i)) == 0)
			continue;
		snprintf(name, sizeof name, "--%s%s%s", options[i].name, options[i].value != NULL ? " " : "",
			 options[i].value != NULL ? options[i].value : "");
		put_described(to, name, OPTION_COLUMN, options[i].summary);
	}
}

static void print_row(FILE *to, const struct command *command)
{
	char usage[160];
	snprintf(usage, sizeof usage, "%s %s", command->name, command->args);
	put_described(to, usage, SUMMARY_COLUMN, command->summary);
}

static void print_short_help(FILE *to)
{
	fputs("jalka - records of outreach social work, offline first\n\n"
	      "  jalka status                 how things stand\n"
	      "  jalka agenda                 what is due today\n"
	      "  jalka search TEXT            find a client or a record\n"
	      "  jalka note CASE \"...\"        write a note\n"
	      "  jalka help VERB              how a verb is used\n"
	      "  jalka help                   every verb\n", to);
}

static const struct section { const char *first, *title; } sections[] = {
	{ "init", "This device" }, { "client add", "A day's work" }, { "create", "Any record" },
	{ "admin enrol", "The central node" },
};

static void print_help(FILE *to)
{
	size_t section = 0;
	fputs("usage: jalka [options] VERB [arguments]\n", to);
	for (int i = 0; i < COMMANDS; i++) {
		if (section < sizeof sections / sizeof *sections && strcmp(commands[i].name, sections[section].first) == 0)
			fprintf(to, "\n%s\n", sections[section++].title);
		print_row(to, &commands[i]);
	}
	fputs("\nOptions\n", to);
	print_options(to, GLOBAL);
	fputs("\nA verb's own options: jalka help VERB. Records and their fields: jalka types.\n"
	      "Ids may be cut to a unique beginning of at least four digits.\n"
	      "Exit codes: 0 done, 1 failed, 2 usage, 3 no daemon, 4 locked, 5 conflicts.\n", to);
}

static void print_verb_help(const struct command *command)
{
	printf("usage: jalka %s%s%s\n\n%s\n", command->name, *command->args != 0 ? " " : "", command->args, command->summary);
	if (command->takes != 0)
		puts("");
	print_options(stdout, command->takes);
}

_Noreturn void command_usage(const struct command_context *c, const char *what)
{
	for (int i = 0; i < COMMANDS; i++)
		if (strcmp(commands[i].name, c->verb) == 0)
			say_die(SAY_USAGE, "%s\nusage: jalka %s%s%s", what, commands[i].name, *commands[i].args != 0 ? " " : "",
				commands[i].args);
	say_die(SAY_USAGE, "%s", what);
}

/* Verbs that begin with these words and go on. */
static size_t print_family(FILE *to, const char *words)
{
	size_t printed = 0, len = strlen(words);
	for (int i = 0; i < COMMANDS; i++)
		if (strncmp(commands[i].name, words, len) == 0 && commands[i].name[len] == ' ') {
			if (printed++ == 0)
				putc('\n', to);
			print_row(to, &commands[i]);
		}
	return printed;
}

/* Whether a row before this one begins with the same words, of which a space or the end follows. */
static bool begins_before(int row, size_t len)
{
	for (int i = 0; i < row; i++)
		if (strncmp(commands[i].name, commands[row].name, len) == 0 && (commands[i].name[len] == ' ' || commands[i].name[len] == 0))
			return true;
	return false;
}

/* The words that follow the first `len` letters of a row's verb, each once. */
static void print_following(int row, size_t len)
{
	for (int i = 0; i < COMMANDS; i++) {
		const char *name = commands[i].name;
		bool follows = strncmp(name, commands[row].name, len) == 0 && (len == 0 || name[len] == ' ');
		size_t begins = len == 0 ? 0 : len + 1;
		size_t ends = follows ? begins + strcspn(name + begins, " ") : 0;
		if (follows && !begins_before(i, ends))
			printf("%.*s ", (int)(ends - begins), name + begins);
	}
}

/* The words and options of the table for bash; sourced by the shell. */
static void print_completion(void)
{
	puts("# bash completion for jalka, made by: jalka completion");
	fputs("_jalka() {\n\tlocal cur=${COMP_WORDS[COMP_CWORD]} words=\n\tlocal IFS=$' \\t\\n'\n"
	      "\tcase \"${COMP_WORDS[*]:1:COMP_CWORD-1}\" in\n", stdout);
	for (int i = 0; i < COMMANDS; i++) {
		for (const char *space = strchr(commands[i].name, ' '); space != NULL; space = strchr(space + 1, ' ')) {
			size_t len = (size_t)(space - commands[i].name);
			bool leads = true; /* the first row that goes on from these words */
			for (int j = 0; j < i; j++)
				leads = leads && !(strncmp(commands[j].name, commands[i].name, len) == 0 && commands[j].name[len] == ' ');
			if (!leads)
				continue;
			printf("\t'%.*s') words='", (int)len, commands[i].name);
			print_following(i, len);
			puts("' ;;");
		}
	}
	fputs("\t'') words='help ", stdout);
	print_following(0, 0);
	puts("' ;;\n\tesac");
	fputs("\t[[ $cur == -* ]] && words='", stdout);
	for (int i = 0; i < COMMAND_OPTIONS; i++)
		printf("--%s ", options[i].name);
	puts("'\n\tCOMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n}\ncomplete -F _jalka jalka");
}

/* ---- options and dispatch --------------------------------------------------------------- */
static const char *nearest_option(const char *given)
{
	size_t best = SIZE_MAX;
	const char *found = NULL;
	struct span word = span_text(given + strspn(given, "-"));
	word.len = strcspn((const char *)word.data, "=");
	for (int i = 0; i < COMMAND_OPTIONS; i++)
		if (nearest_better(word, span_text(options[i].name), &best))
			found = options[i].name;
	return found;
}

static void read_options(struct command_context *c, int argc, char **argv)
{
	struct option longs[COMMAND_OPTIONS + 1] = { { 0 } };
	for (int i = 0; i < COMMAND_OPTIONS; i++)
		longs[i] = (struct option){ options[i].name, options[i].value != NULL ? required_argument : no_argument,
					    NULL, 1000 + i };
	opterr = 0;
	for (int got; (got = getopt_long(argc, argv, ":qh", longs, NULL)) != -1;) {
		if (got == '?' || got == ':') {
			const char *given = argv[optind - 1], *near = nearest_option(given);
			if (got == ':')
				say_die(SAY_USAGE, "%s needs a value", say_clean(given));
			say_die(SAY_USAGE, "no option %s%s%s%s", say_clean(given), near != NULL ? "; did you mean --" : "",
				near != NULL ? near : "", near != NULL ? "?" : "");
		}
		int option = got == 'q' ? COMMAND_QUIET : got == 'h' ? COMMAND_HELP : got - 1000;
		c->options[option] = optarg != NULL ? optarg : "";
	}
	for (int i = 0; i < COMMAND_OPTIONS; i++)
		if (c->options[i] != NULL && !wire_utf8(span_text(c->options[i])))
			say_die(SAY_USAGE, "the value of --%s is not UTF-8 text", options[i].name);
	for (int i = optind; i < argc; i++)
		if (!wire_utf8(span_text(argv[i])))
			say_die(SAY_USAGE, "\"%s\" is not UTF-8 text: which encoding has the terminal?", say_clean(argv[i]));
}

/* The row whose words the arguments begin with, the longest; `words` how many. */
static const struct command *find(int argc, char **argv, int *words)
{
	const struct command *found = NULL;
	*words = 0;
	for (int i = 0; i < COMMANDS; i++) {
		const char *at = commands[i].name;
		int n = 0;
		while (n < argc) {
			size_t len = strlen(argv[n]);
			if (strncmp(at, argv[n], len) != 0 || (at[len] != 0 && at[len] != ' '))
				break;
			at += len;
			n++;
			if (*at == 0)
				break;
			at++;
		}
		if (*at == 0 && at != commands[i].name && n > *words) {
			found = &commands[i];
			*words = n;
		}
	}
	return found;
}

static noreturn void unknown_verb(int argc, char **argv)
{
	char given[NEAREST_BYTES_MAX + 2];
	const char *near = NULL;
	size_t best = SIZE_MAX;
	snprintf(given, sizeof given, "%s%s%s", argv[0], argc > 1 ? " " : "", argc > 1 ? argv[1] : "");
	for (int i = 0; i < COMMANDS; i++) {
		struct span name = span_text(commands[i].name);
		if (nearest_better(span_text(given), name, &best) || nearest_better(span_text(argv[0]), name, &best))
			near = commands[i].name;
	}
	if (print_family(stderr, argv[0]) > 0)
		putc('\n', stderr);
	say_die(SAY_USAGE, "no verb \"%s\"%s%s%s; jalka help lists them", say_clean(given),
		near != NULL ? "; did you mean \"" : "", near != NULL ? near : "", near != NULL ? "\"" : "");
}

/* jalka help WORDS, and WORDS --help. */
static void print_help_of(int argc, char **argv)
{
	char given[PATH_BYTES] = "";
	int words;
	const struct command *command = find(argc, argv, &words);
	for (int i = 0; i < argc && (command == NULL || i < words); i++)
		snprintf(given + strlen(given), sizeof given - strlen(given), "%s%s", i > 0 ? " " : "", argv[i]);
	if (command != NULL)
		print_verb_help(command);
	if (argc == 0)
		print_help(stdout);
	else if (print_family(stdout, given) == 0 && command == NULL)
		unknown_verb(argc, argv);
}

static const char *socket_path(const struct command_context *c)
{
	static char path[PATH_BYTES];
	const char *dir = c->options[COMMAND_DIR] != NULL ? c->options[COMMAND_DIR] : getenv("JALKA_DIR");
	const char *runtime = getenv("XDG_RUNTIME_DIR"), *data = getenv("XDG_DATA_HOME"), *home = getenv("HOME");
	int n;
	if (c->options[COMMAND_SOCKET] != NULL)
		return c->options[COMMAND_SOCKET];
	if (dir != NULL && *dir != 0)
		n = snprintf(path, sizeof path, "%s/socket", dir);
	else if (runtime != NULL && *runtime != 0)
		n = snprintf(path, sizeof path, "%s/jalka/socket", runtime); /* as jalkad(8) has it, told nothing */
	else if (data != NULL && *data == '/')
		n = snprintf(path, sizeof path, "%s/jalka/socket", data);
	else if (home != NULL && *home == '/')
		n = snprintf(path, sizeof path, "%s/.local/share/jalka/socket", home);
	else
		say_die(SAY_USAGE, "which daemon? name its folder with --dir or $JALKA_DIR");
	if (n < 0 || (size_t)n >= sizeof path)
		say_die(SAY_USAGE, "the folder's name is too long");
	return path;
}

struct link *command_link(struct command_context *c)
{
	if (c->link == NULL)
		c->link = link_open(socket_path(c));
	if (c->options[COMMAND_AS] != NULL)
		link_as(c->options[COMMAND_AS]);
	return c->link;
}

static struct say_style style_of(const struct command_context *c)
{
	const char *term = getenv("TERM"), *no_color = getenv("NO_COLOR");
	bool dumb = term == NULL || strcmp(term, "dumb") == 0;
	return (struct say_style){
		.json = c->options[COMMAND_JSON] != NULL,
		.quiet = c->options[COMMAND_QUIET] != NULL,
		.colour = c->options[COMMAND_NO_COLOR] == NULL && (no_color == NULL || *no_color == 0) && !dumb &&
			  isatty(STDOUT_FILENO) && isatty(STDERR_FILENO),
	};
}

static int run(struct command_context *c, const struct command *command, int argc, char **argv)
{
	for (int i = 0; i < COMMAND_OPTIONS; i++)
		if (c->options[i] != NULL && (command->takes & BIT(i)) == 0 && (GLOBAL & BIT(i)) == 0)
			say_die(SAY_USAGE, "\"%s\" takes no --%s", command->name, options[i].name);
	c->verb = command->name;
	int code = command->run(c, argc, argv);
	link_close(c->link);
	return code;
}

int command_main(int argc, char **argv)
{
	struct command_context c = { .link = NULL };
	int words;
	read_options(&c, argc, argv);
	say_begin(style_of(&c));
	argc -= optind;
	argv += optind;
	if (c.options[COMMAND_VERSION] != NULL) {
		puts("jalka " VERSION);
		return say_end(SAY_OK);
	}
	bool is_help = argc > 0 && strcmp(argv[0], "help") == 0;
	if (is_help || c.options[COMMAND_HELP] != NULL) {
		print_help_of(argc - is_help, argv + is_help);
		return say_end(SAY_OK);
	}
	if (argc == 0) {
		print_short_help(stderr);
		return say_end(SAY_USAGE);
	}
	if (argc == 1 && strcmp(argv[0], "completion") == 0) {
		print_completion();
		return say_end(SAY_OK);
	}
	const struct command *command = find(argc, argv, &words);
	if (command == NULL)
		unknown_verb(argc, argv);
	return say_end(run(&c, command, argc - words, argv + words));
}
