/* handlers_backup - the administrator's verbs about the store's copies elsewhere: how they stand, and a new one now. */
#include "api/handlers.h"
#include "central/backup.h"
#include "central/node.h"

static const char *phase_name(enum backup_phase phase)
{
	switch (phase) {
	case BACKUP_WAITS: return "WAITS";
	case BACKUP_COPIES: return "COPIES";
	case BACKUP_WRITES: return "WRITES";
	case BACKUP_FAILED: return "FAILED";
	}
	return "";
}

static void write_status(struct writer *out, const struct backup_status *s)
{
	writer_string(out, "phase", phase_name(s->phase));
	writer_string(out, "generation", s->generation);
	writer_number(out, "base_ms", s->base_ms);
	writer_number(out, "base_took_ms", s->base_took_ms);
	writer_number(out, "last_ms", s->last_ms);
	writer_number(out, "order", s->order);
	writer_number(out, "segments", s->segments);
	writer_number(out, "bytes", s->bytes);
	writer_number(out, "waiting_bytes", s->pending_bytes);
	writer_number(out, "failures", s->failures);
	writer_string(out, "last_failure", s->last_failure);
}

void handlers_backup_write(struct writer *out, struct node *node)
{
	struct backup_status status;
	writer_bool(out, "kept", node_backup(node) != NULL);
	if (node_backup(node) == NULL)
		return;
	backup_status(node_backup(node), &status);
	write_status(out, &status);
}

struct fault handlers_backup(struct request *request, bool begin)
{
	struct node *node = request->target.node;
	struct backup *backup = node_backup(node);
	struct hub_counters counters;
	struct hub_census census;
	if (backup == NULL && begin)
		return fault_of(FAULT_CALLER, "no backups are kept: start the central node with --backup DIR");
	if (begin)
		FAULT_TRY(backup_begin(backup));
	hub_counters(node_hub(node), &counters);
	hub_census(node_hub(node), node_now(), &census);
	struct writer *out = answer_begin(request->answer);
	writer_number(out, "last_order", counters.last_order);
	writer_number(out, "safe_order", census.safe_order);
	handlers_backup_write(out, node);
	return answer_end(request->answer, fault_none());
}
