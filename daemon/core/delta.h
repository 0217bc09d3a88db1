/* delta - one author's change to one record: made, read, hashed, chained, signed.
 *
 * Format: proto/delta.proto. Derivations (all widths little-endian and fixed;
 * docs/architecture.md "Author and chain", rule P10; one vector each in
 * tests/vectors/derivations.txt):
 *
 *   h[0]      = BLAKE2b-256("jalka-chain-1" | central identity | node | epoch |
 *               seq u64 and h of the epoch it continues, or 40 zeros)
 *   salt[n]   = BLAKE2b-128(key = case secret, "jalka-salt-1" | node | epoch | n u64)
 *   digest[n] = BLAKE2b-256(key = salt[n], "jalka-delta-1" | delta bytes)
 *   h[n]      = BLAKE2b-256("jalka-link-1" | h[n-1] | n u64 | digest[n])
 *   head      = Ed25519("jalka-head-1" | central identity | node | epoch | n u64 | h[n])
 *
 * Purely functions: no state, nothing owned. Spans of a read delta borrow the
 * bytes they were read from.
 */
#ifndef JALKA_CORE_DELTA_H
#define JALKA_CORE_DELTA_H

#include "base/fault.h"
#include "base/id.h"
#include "base/limits.h"
#include "base/wire.h"
#include "core/order.h"

enum {
	DELTA_HASH_BYTES = 32,
	DELTA_SALT_BYTES = 16,
	DELTA_SECRET_BYTES = 32,
	DELTA_SIGNATURE_BYTES = 64,
	DELTA_IDENTITY_BYTES = 32, /* central's Ed25519 public key */
	DELTA_SIGN_PUBLIC_BYTES = 32,
	DELTA_SIGN_SECRET_BYTES = 64,
};

struct delta_hash { uint8_t bytes[DELTA_HASH_BYTES]; };
struct delta_identity { uint8_t bytes[DELTA_IDENTITY_BYTES]; };
struct delta_secret { uint8_t bytes[DELTA_SECRET_BYTES]; };
struct delta_signature { uint8_t bytes[DELTA_SIGNATURE_BYTES]; };

enum delta_case_kind {
	DELTA_CASE_NONE = 0, DELTA_CASE_CLIENT = 1, DELTA_CASE_MATTER = 2, DELTA_CASE_PROTECTED = 3,
	DELTA_CASE_SENSITIVE = 4, DELTA_CASE_CHILD_NOTICE = 5, DELTA_CASE_REFERENCE = 6,
	DELTA_CASE_DIRECTORY = 7, DELTA_CASE_ACCESS = 8,
};

/* Of one client: the CLIENT case, or one that names it. The others are reserved. */
bool delta_case_is_clients(enum delta_case_kind kind);

struct delta_opening {
	enum delta_case_kind kind;
	struct delta_secret secret;
	struct case_id client_case; /* none for CLIENT and reserved cases */
};

struct delta_envelope {
	uint64_t event_at_ms;  /* 0: at stamp_ms */
	bool is_signed;
	uint32_t author_role, clock_state, language, service_task;
	uint32_t law_regime, retention_class, schema_version;
	struct record_id supersedes; /* none, or */
};

struct delta {
	struct case_id case_id;
	struct record_id record_id;
	uint32_t record_type;
	struct span fields;               /* borrowed: the record's message */
	uint32_t cleared[LIMIT_FIELDS];
	size_t cleared_count;
	struct order_bases base;
	uint64_t stamp_ms;
	bool opens;
	struct delta_opening opening;     /* when opens */
	struct delta_envelope envelope;
};

/* Numbers of proto/delta.proto, where bytes are looked into that may be no valid delta. */
enum {
	DELTA_CASE_ID = 1, DELTA_RECORD_ID, DELTA_RECORD_TYPE, DELTA_FIELDS, DELTA_CLEARED,
	DELTA_BASE, DELTA_STAMP_MS, DELTA_OPENING, DELTA_ENVELOPE,
};
enum { DELTA_OPENING_KIND = 1, DELTA_OPENING_SECRET, DELTA_OPENING_CLIENT_CASE };

/* What is wanted of a stored delta without checking it again: the author's stamp (0: none
 * is there) and the record's fields (empty: none). */
uint64_t delta_stamp_in(struct span bytes);
struct span delta_fields_in(struct span bytes);

/* Writes a delta. FAULT_CALLER: breaks a rule delta_read checks; FAULT_LIMIT:
 * over LIMIT_DELTA_BYTES or `out` too small. */
struct fault delta_write(const struct delta *delta, struct wire_out *out);

/* Reads and checks a delta: lengths of ids, ids not none, type not 0, fields
 * well-formed wire format within LIMIT_FIELDS and LIMIT_FIELD_BYTES, no number
 * both set and cleared, cleared without repetition, at most LIMIT_BASES bases
 * of distinct epochs, an opening complete, stamp not 0. Unknown delta fields
 * are passed over. FAULT_PEER / FAULT_LIMIT name what is wrong. */
struct fault delta_read(struct span bytes, struct delta *out);

void delta_chain_begin(const struct delta_identity *central, const struct author *author,
		       uint64_t continues_seq, const struct delta_hash *continues_h /* NULL: none */,
		       struct delta_hash *out);
void delta_salt(const struct delta_secret *secret, const struct author *author, uint64_t seq,
		uint8_t out[static DELTA_SALT_BYTES]);
void delta_digest(const uint8_t salt[static DELTA_SALT_BYTES], struct span bytes, struct delta_hash *out);
/* What names a delta by its bytes alone, whoever issued it under which seq: the first
 * half of its digest as seq 0 of nobody. No author's epoch is ever equal to it. */
void delta_content(const struct delta_secret *secret, struct span bytes, struct epoch_id *out);
void delta_link(const struct delta_hash *previous, uint64_t seq, const struct delta_hash *digest,
		struct delta_hash *out);

void delta_head_sign(const struct delta_identity *central, const struct author *author, uint64_t seq,
		     const struct delta_hash *h, const uint8_t secret_key[static DELTA_SIGN_SECRET_BYTES],
		     struct delta_signature *out);
bool delta_head_verify(const struct delta_identity *central, const struct author *author, uint64_t seq,
		       const struct delta_hash *h, const uint8_t public_key[static DELTA_SIGN_PUBLIC_BYTES],
		       const struct delta_signature *signature);

/* Ed25519 over tag | message, for the signatures of P10 that carry exact bytes:
 * the tags are DELTA_TAG_*. `context` comes between tag and message (may be empty). */
#define DELTA_TAG_RECEIPT "jalka-receipt-1"
#define DELTA_TAG_CERT "jalka-cert-1"
#define DELTA_TAG_ENROL "jalka-enrol-1"
#define DELTA_TAG_DENY "jalka-deny-1"
#define DELTA_TAG_ERASE "jalka-erase-1"
#define DELTA_TAG_BUNDLE "jalka-bundle-1"
struct fault delta_sign(const char *tag, struct span context, struct span message,
			const uint8_t secret_key[static DELTA_SIGN_SECRET_BYTES],
			struct delta_signature *out); /* FAULT_LIMIT: context + message above 64 KiB */
bool delta_verify(const char *tag, struct span context, struct span message,
		  const uint8_t public_key[static DELTA_SIGN_PUBLIC_BYTES],
		  const struct delta_signature *signature);

/* Reserved case ids: BLAKE2b-128("jalka-case-1" | identity | name); name is
 * "reference", "directory", or "access" | node id. */
void delta_reserved_case(const struct delta_identity *central, struct span name, struct case_id *out);
void delta_access_case(const struct delta_identity *central, const struct node_id *node, struct case_id *out);

#endif
