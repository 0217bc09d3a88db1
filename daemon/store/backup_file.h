/* backup_file - what a backup of a sealed store is made of, as files.
 *
 * A generation is a folder of its own:
 *   store           byte for byte as it stood: sealed
 *   vault.a, .b     store/vault's own: the store key, wrapped
 *   base            tells of the store (bytes, digest), of the moment and of central's order; written last
 *   00000001.log …  segments: what the store's write-ahead log gained since, byte for byte, sealed as it is
 * A base and every segment carry a MAC under a key made of the store key, a segment's over the MAC
 * before it too: one that is missing, moved, cut or of another generation is found.
 *
 * In the clear stand times, orders, lengths and SQLite's 32 bytes before its log: no content, no name.
 * Widths are little-endian. MAC and digests: BLAKE2b-256.
 */
#ifndef JALKA_STORE_BACKUP_FILE_H
#define JALKA_STORE_BACKUP_FILE_H

#include <limits.h>

#include "base/fault.h"
#include "base/span.h"

enum {
	BACKUP_KEY_BYTES = 32,
	BACKUP_MAC_BYTES = 32,
	BACKUP_LOG_HEADER_BYTES = 32,
	BACKUP_NAME_BYTES = 32,                    /* of a generation, with its end: 20261122T141500123Z-1a2b3c4d */
	BACKUP_SEGMENT_BYTES_MAX = 4 * 1024 * 1024, /* of one segment's log */
};

struct backup_base {
	uint64_t time_ms;                          /* since 1970: the moment it shows */
	uint64_t order;                            /* the last order of central's in it */
	uint64_t store_bytes;
	uint8_t store_digest[BACKUP_MAC_BYTES];
	uint8_t mac[BACKUP_MAC_BYTES];
};

struct backup_segment {
	uint32_t number;                           /* 1, 2, … in its generation */
	uint64_t time_ms, order;                   /* as of its end */
	uint8_t log_header[BACKUP_LOG_HEADER_BYTES]; /* which of SQLite's logs; its own first bytes */
	uint64_t at;                               /* where in that log its bytes stand */
	uint64_t len;
	uint8_t before[BACKUP_MAC_BYTES];          /* of the segment before, or of the base */
	uint8_t mac[BACKUP_MAC_BYTES];
};

/* A generation's name: its moment (UTC, to the millisecond) and four random bytes. */
void backup_name(uint64_t time_ms, const uint8_t random[static 4], char out[static BACKUP_NAME_BYTES]);
bool backup_is_name(const char *name);
uint64_t backup_name_ms(const char *name); /* its moment; 0: it is no name */

/* Reads exactly so many bytes; false: they are not there, or cannot be read. */
bool backup_read(int fd, uint8_t *out, size_t len, uint64_t at);

/* Copies an open file from its beginning into a new file, durable, and reads it back: a
 * digest that differs is a fault. `bytes`: how many, known beforehand, for it may grow. */
struct fault backup_copy(int from, uint64_t bytes, const char *path, uint8_t digest[static BACKUP_MAC_BYTES]);
/* The digest of a file there, which must have so many bytes. */
struct fault backup_digest(const char *path, uint64_t bytes, uint8_t digest[static BACKUP_MAC_BYTES]);

/* Each is whole and durable, and was read back, or it is not there. They set `mac`. */
struct fault backup_base_write(const char *folder, const uint8_t key[static BACKUP_KEY_BYTES], struct backup_base *base);
struct fault backup_segment_write(const char *folder, const uint8_t key[static BACKUP_KEY_BYTES],
				  struct backup_segment *segment, const uint8_t *bytes);

/* FAULT_CALLER: it is not there. FAULT_STORE: damaged, or of another store key. */
struct fault backup_base_read(const char *folder, const uint8_t key[static BACKUP_KEY_BYTES], struct backup_base *out);
/* `bytes` has room for BACKUP_SEGMENT_BYTES_MAX, or is NULL: then the MAC is checked all the same. */
struct fault backup_segment_read(const char *folder, uint32_t number, const uint8_t key[static BACKUP_KEY_BYTES],
				 struct backup_segment *out, uint8_t *bytes);

/* The names of the generations below `folder` that have a base, oldest first. The
 * caller frees the list. */
struct fault backup_generations(const char *folder, char (**names)[BACKUP_NAME_BYTES], size_t *count);
/* Removes a generation: its base first, so that half of one is none. */
struct fault backup_remove(const char *folder, const char *name);

#endif
