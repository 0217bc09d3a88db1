/* drill - put back, open, audit, remove. */
#include "central/drill.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "central/node.h"

enum { DENY_BYTES_MAX = 16 * 1024 * 1024 };

/* A node that is opened writes into its deny file: into a copy here. */
static struct fault copy_deny(const char *from, const struct folder *folder)
{
	uint8_t *bytes = malloc(DENY_BYTES_MAX);
	size_t len;
	struct fault fault = bytes == NULL ? fault_of(FAULT_LIMIT, "memory for the deny file") : fault_none();
	if (!fault_is(fault) && access(from, F_OK) != 0)
		fault = fault_of(FAULT_CALLER, "the deny file is not there: it is part of the backup, or --deny-file says where");
	if (!fault_is(fault))
		fault = folder_read(from, bytes, DENY_BYTES_MAX, &len);
	if (!fault_is(fault))
		fault = folder_write(folder, "deny", span_of(bytes, len));
	free(bytes);
	return fault;
}

static bool count_device(void *ctx, const struct hub_device *device)
{
	uint64_t *count = ctx;
	(void)device;
	(*count)++;
	return true;
}

static struct fault look_at(struct node *node, struct drill_report *out)
{
	uint64_t began = loop_mono_ms();
	FAULT_TRY(hub_devices(node_hub(node), count_device, &out->devices));
	FAULT_TRY(hub_audit(node_hub(node), &out->audit));
	out->audit_ms = loop_mono_ms() - began;
	return out->audit.bad == 0 ? fault_none() : fault_of(FAULT_STORE, "what was put back does not pass the audit");
}

static struct fault start(struct loop *loop, const struct drill *drill, const struct folder *folder, struct drill_report *out)
{
	char deny[PATH_MAX];
	struct node *node;
	struct node_config config = { .folder = folder, .key_file = drill->what.key_file, .deny_file = deny, .restored = true };
	uint64_t began = loop_mono_ms();
	FAULT_TRY(folder_file(folder, "deny", deny, sizeof deny));
	FAULT_TRY(address_read(span_text("127.0.0.1:0"), &config.listen));
	FAULT_TRY(node_open(loop, &config, &node));
	out->open_ms = loop_mono_ms() - began;
	struct fault fault = look_at(node, out);
	node_close(node);
	return fault;
}

static void remove_folder(const struct folder *folder)
{
	int fd = dup(folder->fd);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	for (struct dirent *entry; dir != NULL && (entry = readdir(dir)) != NULL;) {
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			unlinkat(folder->fd, entry->d_name, 0);
	}
	if (dir != NULL)
		closedir(dir);
	rmdir(folder->path);
}

struct fault drill_run(struct loop *loop, const struct drill *drill, struct drill_report *out)
{
	char path[PATH_MAX];
	struct folder folder;
	uint64_t began = loop_mono_ms();
	*out = (struct drill_report){ .devices = 0 };
	int n = snprintf(path, sizeof path, "%s/jalka-drill-XXXXXX", drill->below);
	if (n < 0 || (size_t)n >= sizeof path || mkdtemp(path) == NULL)
		return fault_of(FAULT_CALLER, "no folder for the drill can be made: --dir says below which");
	FAULT_TRY(folder_open(path, &folder));
	struct fault fault = putback_run(&drill->what, &folder, &out->back);
	if (!fault_is(fault))
		fault = copy_deny(drill->deny_file, &folder);
	if (!fault_is(fault))
		fault = start(loop, drill, &folder, out);
	remove_folder(&folder);
	folder_close(&folder);
	out->whole_ms = loop_mono_ms() - began;
	return fault;
}
