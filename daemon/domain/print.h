/* print - what a client gets in the hand, or a partner by post: a page of HTML made
 * for A4, or plain text of 80 columns to read aloud, from records.
 *
 *   PLAN       the plan                        NOTICE     what is disclosed, exactly
 *   QUADRANTS  the four-quadrant sheet         CONSENT    the consent form
 *   ACTIONS    what was agreed                 REPORT     a client's own data
 *   LOG        who handled the client's data   CARD       a reminder to carry along
 *   FINDINGS   of quality workshops, for Kela: made of no client
 *   LOSS       the letter to a client whose data may be on a lost device
 *
 * Every word that is not a record's comes from the catalogue (labels.h). The HTML
 * holds its style and nothing from outside; what records say is escaped, control
 * and direction-changing characters are left out.
 *
 * T1  A client's address under a non-disclosure order stands on no print but the
 *     client's own report when it was asked for there (with_protected); nor does
 *     their municipality, or a place in it.
 * T2  A notice shows the disclosure's items and who it is about; nothing else of
 *     the client.
 * T3  What the report leaves out it says and counts: what another person told, child
 *     notices, entries of the wrong client, notes on workers' safety.
 * T4  Every print of a client bears the mark of secrecy. The card, which others may
 *     find, names neither client nor organiser, nor the social office among the
 *     places nearby. The findings bear no mark and take
 *     nothing but decision_quality_item from the records, which names nobody.
 *
 * Pure. Spans are borrowed until print_write returns. When the block is full the
 * fault is FAULT_LIMIT: give a larger one.
 */
#ifndef JALKA_DOMAIN_PRINT_H
#define JALKA_DOMAIN_PRINT_H

#include "base/fault.h"
#include "base/id.h"
#include "base/wire.h"
#include "domain/labels.h"
#include "domain/schema.h"

enum print_kind {
	PRINT_PLAN, PRINT_NOTICE, PRINT_QUADRANTS, PRINT_CONSENT, PRINT_ACTIONS, PRINT_REPORT, PRINT_LOG, PRINT_CARD,
	PRINT_FINDINGS, PRINT_LOSS,
	PRINT_KINDS,
};
enum print_form { PRINT_HTML, PRINT_TEXT };

struct print_record {
	const struct schema_record *record;
	struct record_id id;
	struct span fields;      /* as shown */
	uint64_t at_ms;          /* when it happened, else when it was recorded */
	struct span author;      /* the name of who recorded it; may be empty */
	bool by_central;         /* the central node did: its name is the catalogue's */
	/* of the subject: the state that holds (lifecycle.h), which the fields alone need not tell;
	 * 0: theirs. And whether two workers wrote otherwise and nobody has chosen yet. */
	uint32_t state;
	bool is_contested;
};

/* The name of what an id means: a worker, a statute, a guideline; empty when not known. */
typedef struct span print_name_fn(void *ctx, const uint8_t id[static ID_BYTES]);

struct print_work {
	enum print_kind kind;
	enum print_form form;
	enum labels_language language;
	bool large;                         /* letters for weak eyes */
	bool with_protected;                /* T1: the report's */
	struct span organiser;              /* whose register it is; empty: social welfare */
	struct span printed_by, phone;      /* the worker, and where to call */
	uint64_t now_ms;
	const struct print_record *subject; /* PLAN, NOTICE, CONSENT, the device of LOSS; of QUADRANTS NULL: a blank sheet */
	const struct print_record *client;  /* NULL: not known; required for REPORT */
	/* of the client, by rising time; NOTICE: its consent is among them; CARD: the client's
	 * municipality and its service points too */
	const struct print_record *records;
	size_t count;
	bool has_period;                    /* FINDINGS: of these days, both in it; else of all time */
	int32_t from, to;
	size_t drafts;                      /* REPORT: unsigned ones, which are not among the records */
	print_name_fn *name;
	void *name_ctx;
};

/* FAULT_CALLER: the subject is of another type than the print wants; FAULT_LIMIT: no room. */
struct fault print_write(const struct print_work *work, struct wire_out *out);

/* The client's own language when it is one of the three, else Finnish. `client`: the client's message. */
enum labels_language print_language(struct span client);

const char *print_kind_name(enum print_kind kind); /* "plan", "notice", "quadrants", ... */
bool print_read_kind(struct span name, enum print_kind *out);
/* The record type a print is made from; 0: of a client (or of any record of theirs). */
uint32_t print_subject_type(enum print_kind kind);

#endif
