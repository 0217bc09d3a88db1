/* folder - mkdir, flock, and files written whole. */
#include "io/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { KEY_FILE_BYTES = 32 };

static struct fault check(int fd)
{
	struct stat info;
	if (fstat(fd, &info) != 0)
		return fault_of(FAULT_STORE, "the daemon's folder cannot be read");
	if (info.st_uid != geteuid())
		return fault_of(FAULT_CALLER, "the daemon's folder belongs to another user");
	if ((info.st_mode & 077) != 0)
		return fault_of(FAULT_CALLER, "the daemon's folder is open to others: chmod it to 700");
	if (flock(fd, LOCK_EX | LOCK_NB) != 0)
		return fault_of(FAULT_CALLER, "another daemon is using this folder");
	return fault_none();
}

struct fault folder_open(const char *path, struct folder *out)
{
	if (mkdir(path, 0700) != 0 && errno != EEXIST)
		return fault_of(FAULT_CALLER, "the daemon's folder cannot be made");
	char *whole = realpath(path, NULL);
	bool fits = whole != NULL && strlen(whole) < sizeof out->path;
	if (fits)
		strcpy(out->path, whole);
	free(whole);
	if (!fits)
		return fault_of(FAULT_CALLER, "the daemon's folder cannot be found");
	int fd = open(out->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return fault_of(FAULT_CALLER, "the daemon's folder cannot be opened");
	struct fault f = check(fd);
	if (fault_is(f)) {
		close(fd);
		return f;
	}
	out->fd = fd;
	return fault_none();
}

void folder_close(struct folder *folder)
{
	close(folder->fd);
	folder->fd = -1;
}

struct fault folder_file(const struct folder *folder, const char *name, char *out, size_t size)
{
	int n = snprintf(out, size, "%s/%s", folder->path, name);
	return n < 0 || (size_t)n >= size ? fault_of(FAULT_LIMIT, "path of the daemon's folder is too long") : fault_none();
}

static bool write_all(int fd, struct span bytes)
{
	while (bytes.len > 0) {
		ssize_t n = write(fd, bytes.data, bytes.len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		bytes = span_of(bytes.data + n, bytes.len - (size_t)n);
	}
	return true;
}

struct fault folder_write(const struct folder *folder, const char *name, struct span bytes)
{
	char temporary[NAME_MAX];
	snprintf(temporary, sizeof temporary, "%s.new", name);
	int fd = openat(folder->fd, temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	bool good = fd >= 0 && write_all(fd, bytes) && fsync(fd) == 0;
	if (fd >= 0)
		close(fd);
	good = good && renameat(folder->fd, temporary, folder->fd, name) == 0 && fsync(folder->fd) == 0;
	return good ? fault_none() : fault_of(FAULT_STORE, "a file in the daemon's folder cannot be written");
}

bool folder_whole_lines(int fd, uint64_t *bytes)
{
	char block[4096];
	struct stat info;
	if (fstat(fd, &info) != 0)
		return false;
	for (uint64_t at = (uint64_t)info.st_size; at > 0;) {
		size_t n = at < sizeof block ? (size_t)at : sizeof block;
		at -= n;
		if (pread(fd, block, n, (off_t)at) != (ssize_t)n)
			return false;
		for (; n > 0; n--) {
			if (block[n - 1] == '\n') {
				*bytes = at + n;
				return true;
			}
		}
	}
	*bytes = 0;
	return true;
}

static bool sync_folder_of(const char *path)
{
	char *whole = realpath(path, NULL);
	if (whole == NULL)
		return false;
	strrchr(whole, '/')[1] = '\0';
	int fd = open(whole, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool good = fd >= 0 && fsync(fd) == 0;
	if (fd >= 0)
		close(fd);
	free(whole);
	return good;
}

/* `bytes`: where its whole lines end; what stands behind them was cut by a crash and goes. */
static bool append(int fd, uint64_t bytes, struct span line)
{
	if (ftruncate(fd, (off_t)bytes) != 0)
		return false;
	if (write_all(fd, line) && write_all(fd, span_text("\n")) && fsync(fd) == 0)
		return true;
	(void)!ftruncate(fd, (off_t)bytes); /* should it stay torn, the next one cuts it off */
	return false;
}

bool folder_append_line(const char *path, struct span line)
{
	uint64_t bytes;
	int fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (fd < 0)
		return false;
	bool good = folder_whole_lines(fd, &bytes) && append(fd, bytes, line) && (bytes > 0 || sync_folder_of(path));
	close(fd);
	return good;
}

struct fault folder_read(const char *path, uint8_t *out, size_t size, size_t *len)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t have = 0;
	ssize_t n = 1;
	if (fd < 0)
		return fault_of(FAULT_CALLER, "a file the daemon was told of cannot be opened");
	while (n > 0 && have < size) {
		n = read(fd, out + have, size - have);
		have += n > 0 ? (size_t)n : 0;
	}
	uint8_t more;
	bool whole = n == 0 || (n > 0 && read(fd, &more, 1) == 0);
	close(fd);
	if (!whole)
		return fault_of(FAULT_CALLER, "a file the daemon was told of is too long or cannot be read");
	*len = have;
	return fault_none();
}

struct fault folder_make_key(const char *path)
{
	uint8_t key[KEY_FILE_BYTES];
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return fault_of(FAULT_CALLER, errno == EEXIST ? "the store key file is there already"
							      : "the store key file cannot be made");
	randombytes_buf(key, sizeof key);
	bool good = write_all(fd, span_of(key, sizeof key)) && fsync(fd) == 0;
	sodium_memzero(key, sizeof key);
	close(fd);
	return good ? fault_none() : fault_of(FAULT_STORE, "the store key file cannot be written");
}
