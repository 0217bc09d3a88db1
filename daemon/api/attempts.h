/* attempts - wrong passphrases and recoveries, kept while the profile is locked, told once it is open.
 *
 * While locked there is no key to write with, so the moment of each wrong attempt is
 * a line in the profile's folder: that somebody tried, and when, and nothing else. Who
 * has the machine can delete it; what it guards against is the worker not knowing that
 * somebody tried. At the next unlock each becomes an entry of the access log
 * (LOGIN_FAIL), beside the entry of the unlock itself, and the file goes.
 *
 * That the organiser's recovery key opened it (a line "r" and the moment) is noted before
 * the new passphrase is set: locked again, or ended before the profile is open to a person,
 * the next unlock tells it all the same.
 */
#ifndef JALKA_API_ATTEMPTS_H
#define JALKA_API_ATTEMPTS_H

#include "api/profile.h"

enum { ATTEMPTS_TOLD_MAX = 32, ATTEMPTS_RECOVERIES_MAX = 8, ATTEMPTS_FILE_BYTES = 4096 };

/* One more. When the file is full it stays as it is. */
void attempts_note(const struct folder *folder, uint64_t now_ms);
/* The recovery key opened it. Any thread. FAULT_STORE: that cannot be noted. */
struct fault attempts_note_recovery(const struct folder *folder, uint64_t now_ms);
/* How a profile was opened; TOLD: the access log has it, or there is nothing to tell. */
enum attempts_opened { ATTEMPTS_OPENED_TOLD, ATTEMPTS_OPENED_BY_PASSPHRASE, ATTEMPTS_OPENED_BY_RECOVERY };
/* Of an open profile: the entries, then the file goes; `count`: how many wrong ones there were. A
 * machine that was never enrolled keeps it until it is. */
struct fault attempts_tell(struct profile *profile, enum attempts_opened how, size_t *count);

#endif
