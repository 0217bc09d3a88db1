/* seal_map - reading the database's ciphertext through a memory map.
 *
 * The map is the lower VFS's own (its file descriptor is not ours to touch:
 * closing a second one would drop the file's locks, T18). A page is copied
 * first and judged afterwards, so that nobody can change it in between (T16).
 *
 * A file cut short by others, or a sector the disk cannot read, comes as SIGBUS
 * from a map. The copy is guarded: the signal turns into "not by the map", and
 * the ordinary read that follows reports what is wrong. A SIGBUS that is not
 * ours goes to whoever handled it before.
 */
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>

#include "store/seal_file.h"

static _Thread_local sigjmp_buf back;
static _Thread_local volatile sig_atomic_t copying;
static struct sigaction earlier;

static void bus_error(int signal_number, siginfo_t *info, void *context)
{
	if (copying != 0)
		siglongjmp(back, 1);
	if ((earlier.sa_flags & SA_SIGINFO) != 0) {
		earlier.sa_sigaction(signal_number, info, context);
	} else if (earlier.sa_handler != SIG_DFL && earlier.sa_handler != SIG_IGN) {
		earlier.sa_handler(signal_number);
	} else {
		signal(signal_number, SIG_DFL); /* happens again on return, now for good */
	}
}

/* Again whenever the VFS is registered: somebody may have set a handler since. */
struct fault seal_map_guard(void)
{
	static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
	struct sigaction action = { 0 }, current;
	action.sa_sigaction = bus_error;
	action.sa_flags = SA_SIGINFO | SA_NODEFER;
	sigemptyset(&action.sa_mask);
	pthread_mutex_lock(&mutex);
	bool guarded = sigaction(SIGBUS, NULL, &current) == 0;
	if (guarded && ((current.sa_flags & SA_SIGINFO) == 0 || current.sa_sigaction != bus_error)) {
		earlier = current;
		guarded = sigaction(SIGBUS, &action, NULL) == 0;
	}
	pthread_mutex_unlock(&mutex);
	return guarded ? fault_none() : fault_of(FAULT_STORE, "store: cannot handle SIGBUS");
}

/* Both guarded steps hold nothing that a jump out of them could leave behind:
 * memcpy, and SQLite's unixRead, which copies from its map with no lock held. */
static bool copy_guarded(void *out, const void *from, size_t len)
{
	if (sigsetjmp(back, 0) != 0) {
		copying = 0;
		return false;
	}
	copying = 1;
	atomic_signal_fence(memory_order_seq_cst);
	memcpy(out, from, len);
	atomic_signal_fence(memory_order_seq_cst);
	copying = 0;
	return true;
}

static bool read_guarded(sqlite3_file *lower, void *out, int len, int64_t offset, int *rc)
{
	if (sigsetjmp(back, 0) != 0) {
		copying = 0;
		return false;
	}
	copying = 1;
	*rc = lower->pMethods->xRead(lower, out, len, offset);
	copying = 0;
	return true;
}

void seal_map_drop(struct seal_file *file)
{
	if (file->lower->pMethods->iVersion >= 3)
		file->lower->pMethods->xUnfetch(file->lower, 0, NULL);
	file->map = (struct seal_map){ 0 };
}

/* NULL from the lower VFS means: not mapped, or mapped before the file grew. */
static const uint8_t *fetch(struct seal_file *file, int len, int64_t offset)
{
	sqlite3_file *lower = file->lower;
	void *from = NULL;
	bool may_map = file->map.bytes == 0;
	if (!may_map && lower->pMethods->xFetch(lower, offset, len, &from) != SQLITE_OK)
		return NULL;
	if (from == NULL && (may_map || file->map.grown)) {
		seal_map_drop(file);
		sqlite3_int64 size = 0;
		if (lower->pMethods->xFileSize(lower, &size) != SQLITE_OK ||
		    lower->pMethods->xFetch(lower, offset, len, &from) != SQLITE_OK)
			return NULL;
		file->map.bytes = size < SEAL_MAP_BYTES_MAX ? size : SEAL_MAP_BYTES_MAX;
	}
	return from;
}

/* Random reads of a cold file would wait for the disk page by page; the first
 * one in a chunk has the system fetch all of it in the background. */
static void ask_for_chunk(struct seal_file *file, const uint8_t *from, int64_t offset)
{
	size_t chunk = (size_t)(offset / SEAL_MAP_CHUNK_BYTES);
	uint64_t bit = 1ull << (chunk % 64);
	if ((file->map.asked[chunk / 64] & bit) != 0)
		return;
	file->map.asked[chunk / 64] |= bit;
	int64_t start = (int64_t)chunk * SEAL_MAP_CHUNK_BYTES;
	int64_t len = file->map.bytes - start < SEAL_MAP_CHUNK_BYTES ? file->map.bytes - start : SEAL_MAP_CHUNK_BYTES;
	union { const uint8_t *from; uint8_t *to; } address = { .from = from - (offset - start) };
	madvise(address.to, (size_t)len, MADV_WILLNEED);
}

static bool read_by_map(struct seal_file *file, void *out, int len, int64_t offset)
{
	if (file->lower->pMethods->iVersion < 3)
		return false;
	const uint8_t *from = fetch(file, len, offset);
	if (from == NULL)
		return false;
	ask_for_chunk(file, from, offset);
	bool copied = copy_guarded(out, from, (size_t)len);
	union { const uint8_t *from; uint8_t *to; } address = { .from = from };
	file->lower->pMethods->xUnfetch(file->lower, offset, address.to);
	if (!copied)
		seal_map_drop(file);
	return copied;
}

int seal_map_read(struct seal_file *file, void *out, int len, int64_t offset)
{
	if (read_by_map(file, out, len, offset))
		return SQLITE_OK;
	int rc = SQLITE_OK;
	if (read_guarded(file->lower, out, len, offset, &rc))
		return rc;
	seal_map_drop(file);
	return file->lower->pMethods->xRead(file->lower, out, len, offset);
}
