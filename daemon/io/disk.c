/* disk - sysfs, followed from a folder's device down to the disks. */
#include "io/disk.h"

#include <dirent.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

/* Deeper than any stack of volumes is built; a ring of links ends here. */
enum { DEPTH_MAX = 16, LINE_BYTES = 4096 };

/* ---- down through sysfs ---- */

static bool join(char out[static PATH_MAX], const char *folder, const char *name)
{
	int len = snprintf(out, PATH_MAX, "%s/%s", folder, name);
	return len > 0 && len < PATH_MAX;
}

static bool exists(const char *folder, const char *name)
{
	char path[PATH_MAX];
	struct stat st;
	return join(path, folder, name) && stat(path, &st) == 0;
}

static bool begins_with(const char *folder, const char *name, const char *words)
{
	char path[PATH_MAX], line[64] = "";
	FILE *file = join(path, folder, name) ? fopen(path, "re") : NULL;
	if (file == NULL)
		return false;
	bool read = fgets(line, sizeof line, file) != NULL;
	(void)fclose(file);
	return read && strncmp(line, words, strlen(words)) == 0;
}

static enum disk_encryption follow(const char *device, unsigned depth);

/* All that it lies on: encrypted when each is, not when one is not. */
static enum disk_encryption of_slaves(const char *device, unsigned depth, bool *any)
{
	char slaves[PATH_MAX], path[PATH_MAX];
	enum disk_encryption all = DISK_ENCRYPTED;
	DIR *list = join(slaves, device, "slaves") ? opendir(slaves) : NULL;
	*any = false;
	if (list == NULL)
		return DISK_NOT_KNOWN;
	for (const struct dirent *entry; (entry = readdir(list)) != NULL;) {
		if (entry->d_name[0] == '.')
			continue;
		*any = true;
		enum disk_encryption one = join(path, slaves, entry->d_name) ? follow(path, depth + 1) : DISK_NOT_KNOWN;
		if (one == DISK_NOT_ENCRYPTED || all == DISK_NOT_ENCRYPTED)
			all = DISK_NOT_ENCRYPTED;
		else if (one == DISK_NOT_KNOWN)
			all = DISK_NOT_KNOWN;
	}
	(void)closedir(list);
	return all;
}

static enum disk_encryption follow(const char *device, unsigned depth)
{
	bool any;
	if (depth > DEPTH_MAX)
		return DISK_NOT_KNOWN;
	if (begins_with(device, "dm/uuid", "CRYPT-"))
		return DISK_ENCRYPTED;
	enum disk_encryption below = of_slaves(device, depth, &any);
	if (any)
		return below;
	/* A partition lies on its disk, which its folder stands in. */
	if (exists(device, "partition")) {
		char whole[PATH_MAX];
		return join(whole, device, "..") ? follow(whole, depth + 1) : DISK_NOT_KNOWN;
	}
	if (exists(device, "dm") || exists(device, "loop"))
		return DISK_NOT_KNOWN;
	return exists(device, "queue") ? DISK_NOT_ENCRYPTED : DISK_NOT_KNOWN;
}

enum disk_encryption disk_of_device(const char *root, unsigned major, unsigned minor)
{
	char path[PATH_MAX], real[PATH_MAX];
	int len = snprintf(path, sizeof path, "%s/sys/dev/block/%u:%u", root, major, minor);
	if (len < 0 || len >= (int)sizeof path || realpath(path, real) == NULL)
		return DISK_NOT_KNOWN;
	return follow(real, 0);
}

/* ---- from the folder ---- */

/* File systems of several devices have a number of their own (btrfs); the mount tells
 * what they lie on. Of more than one disk it tells one: only a lack is then certain. */
static enum disk_encryption of_mount(unsigned major, unsigned minor)
{
	char line[LINE_BYTES], type[64], source[PATH_MAX];
	unsigned a, b;
	struct stat st;
	enum disk_encryption found = DISK_NOT_KNOWN;
	FILE *file = fopen("/proc/self/mountinfo", "re");
	if (file == NULL)
		return DISK_NOT_KNOWN;
	while (fgets(line, sizeof line, file) != NULL) {
		const char *after = strstr(line, " - ");
		if (after == NULL || sscanf(line, "%*d %*d %u:%u", &a, &b) != 2 || a != major || b != minor)
			continue;
		if (sscanf(after, " - %63s %4095s", type, source) == 2 && strcmp(type, "btrfs") == 0 && stat(source, &st) == 0 &&
		    S_ISBLK(st.st_mode) && disk_of_device("", major(st.st_rdev), minor(st.st_rdev)) == DISK_NOT_ENCRYPTED)
			found = DISK_NOT_ENCRYPTED;
	}
	(void)fclose(file);
	return found;
}

enum disk_encryption disk_of_folder(const char *path)
{
	struct stat st;
	if (stat(path, &st) != 0)
		return DISK_NOT_KNOWN;
	return major(st.st_dev) != 0 ? disk_of_device("", major(st.st_dev), minor(st.st_dev))
				     : of_mount(major(st.st_dev), minor(st.st_dev));
}

const char *disk_name(unsigned encryption)
{
	return encryption == DISK_ENCRYPTED ? "ENCRYPTED" : encryption == DISK_NOT_ENCRYPTED ? "NOT_ENCRYPTED" : "NOT_KNOWN";
}
