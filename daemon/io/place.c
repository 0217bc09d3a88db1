/* place - bind and listen. */
#include "io/place.h"

#include <stdio.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { BACKLOG = 512 };

static const char unix_prefix[] = "unix:";

static const char *unix_path(const char *words)
{
	return strncmp(words, unix_prefix, sizeof unix_prefix - 1) == 0 ? words + sizeof unix_prefix - 1 : NULL;
}

static bool read_address(const char *words, struct sockaddr_storage *out)
{
	struct address address;
	return !fault_is(address_read(span_text(words), &address)) && address_numeric(&address, out);
}

bool place_is(const char *words)
{
	struct sockaddr_storage at;
	const char *path = unix_path(words);
	return path != NULL ? *path == '/' && strlen(path) < PLACE_PATH_BYTES : read_address(words, &at);
}

static struct fault not_free(int fd)
{
	close(fd);
	return fault_of(FAULT_CALLER, "place to listen at is not free, or not of this machine");
}

static struct fault listen_unix(const char *path, struct place *out)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	struct stat there;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return fault_of(FAULT_LIMIT, "no socket to listen with can be had");
	strcpy(at.sun_path, path);
	/* A file that is no socket is somebody's: bind refuses then. */
	if (lstat(path, &there) == 0 && S_ISSOCK(there.st_mode))
		unlink(path);
	mode_t before = umask(0117);
	int bound = bind(fd, (struct sockaddr *)&at, sizeof at);
	umask(before);
	if (bound != 0 || listen(fd, BACKLOG) != 0)
		return not_free(fd);
	*out = (struct place){ .fd = fd };
	strcpy(out->path, path);
	snprintf(out->text, sizeof out->text, "%s%s", unix_prefix, path);
	return fault_none();
}

static struct fault listen_tcp(const struct sockaddr_storage *at, struct place *out)
{
	struct sockaddr_storage real;
	socklen_t len = sizeof real;
	int one = 1, fd = socket(at->ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return fault_of(FAULT_LIMIT, "no socket to listen with can be had");
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
	if (bind(fd, (const struct sockaddr *)at, at->ss_family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6)) != 0 ||
	    listen(fd, BACKLOG) != 0 || getsockname(fd, (struct sockaddr *)&real, &len) != 0)
		return not_free(fd);
	*out = (struct place){ .fd = fd };
	address_of_socket(&real, out->text);
	return fault_none();
}

struct fault place_listen(const char *words, struct place *out)
{
	struct sockaddr_storage at;
	if (!place_is(words))
		return fault_of(FAULT_CALLER, "place to listen at must be ADDR:PORT with a numeric address, or unix:/PATH");
	if (unix_path(words) != NULL)
		return listen_unix(unix_path(words), out);
	(void)read_address(words, &at);
	return listen_tcp(&at, out);
}

void place_leave(const struct place *place)
{
	if (place->path[0] != '\0')
		unlink(place->path);
}
