/* anew - a small file written anew as a whole. */
#include "store/anew.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct name {
	char text[ANEW_PATH_BYTES];
};

static struct name beside(const char *path)
{
	struct name out;
	snprintf(out.text, sizeof out.text, "%s.new", path);
	return out;
}

bool anew_forget(const char *path)
{
	return unlink(beside(path).text) == 0 || errno == ENOENT;
}

int anew_begin(const char *path)
{
	if (!anew_forget(path))
		return -1;
	return open(beside(path).text, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
}

bool anew_place(const char *path, int fd)
{
	bool placed = fsync(fd) == 0 && rename(beside(path).text, path) == 0;
	if (!placed)
		(void)anew_forget(path);
	return placed;
}

bool anew_sync_folder(const char *path)
{
	struct name folder;
	snprintf(folder.text, sizeof folder.text, "%s", path);
	char *slash = strrchr(folder.text, '/');
	if (slash == NULL)
		snprintf(folder.text, sizeof folder.text, ".");
	else
		slash[slash == folder.text ? 1 : 0] = '\0';
	int fd = open(folder.text, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool synced = fd >= 0 && fsync(fd) == 0;
	if (fd >= 0)
		close(fd);
	return synced;
}
