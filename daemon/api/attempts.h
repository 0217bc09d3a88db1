/* attempts - wrong passphrases, kept while the profile is locked, told once it is open.
 *
 * While locked there is no key to write with, so the moment of each wrong attempt is
 * a line in the profile's folder: that somebody tried, and when, and nothing else. Who
 * has the machine can delete it; what it guards against is the worker not knowing that
 * somebody tried. At the next unlock each becomes an entry of the access log
 * (LOGIN_FAIL), beside the entry of the unlock itself, and the file goes.
 */
#ifndef JALKA_API_ATTEMPTS_H
#define JALKA_API_ATTEMPTS_H

#include "api/profile.h"

enum { ATTEMPTS_TOLD_MAX = 32, ATTEMPTS_FILE_BYTES = 4096 };

/* One more. When the file is full it stays as it is. */
void attempts_note(const struct folder *folder, uint64_t now_ms);
/* Of an open profile: the entries, then the file goes; `count`: how many there were. A
 * machine that was never enrolled keeps it until it is. */
/* `how`: what is to be said of the unlock, "": nothing. */
struct fault attempts_tell(struct profile *profile, const char *how, size_t *count);

#endif
