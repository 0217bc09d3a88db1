/* back - the words of restore and drill. */
#include "api/back.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "api/writer.h"

enum { JSON_BYTES = 4096, MOMENT_BYTES = 40 };

/* As --until takes it, exactly. */
static const char *moment(uint64_t ms, char out[static MOMENT_BYTES])
{
	time_t seconds = (time_t)(ms / 1000);
	struct tm at;
	localtime_r(&seconds, &at);
	size_t len = strftime(out, MOMENT_BYTES, "%Y-%m-%dT%H:%M:%S", &at);
	snprintf(out + len, MOMENT_BYTES - len, ".%03u", (unsigned)(ms % 1000));
	return out;
}

static double seconds(uint64_t ms)
{
	return (double)ms / 1000;
}

/* ---- JSON ---- */

static void write_putback(struct writer *out, const struct putback_report *r)
{
	writer_string(out, "generation", r->generation);
	writer_number(out, "base_ms", r->base_ms);
	writer_number(out, "at_ms", r->at_ms);
	writer_number(out, "order", r->order);
	writer_number(out, "segments", r->segments);
	writer_number(out, "store_bytes", r->bytes);
	writer_number(out, "oldest_ms", r->oldest_ms);
	writer_number(out, "bad_segment", r->bad_segment);
	writer_number(out, "good_ms", r->good_ms);
	writer_number(out, "copy_took_ms", r->copy_ms);
	writer_number(out, "replay_took_ms", r->replay_ms);
	writer_number(out, "verify_took_ms", r->verify_ms);
}

static void write_drill(struct writer *out, const struct drill_report *r)
{
	writer_number(out, "open_took_ms", r->open_ms);
	writer_number(out, "audit_took_ms", r->audit_ms);
	writer_number(out, "whole_took_ms", r->whole_ms);
	writer_number(out, "devices", r->devices);
	writer_number(out, "authors", r->audit.authors);
	writer_number(out, "deltas", r->audit.deltas);
	writer_number(out, "erased", r->audit.erased);
	writer_number(out, "bad", r->audit.bad);
}

static bool tell_json(struct fault fault, const struct putback_report *back, const struct drill_report *drill)
{
	uint8_t text[JSON_BYTES];
	struct wire_out block;
	struct writer out;
	wire_out_init(&block, text, sizeof text);
	writer_init(&out, &block);
	writer_object(&out, NULL);
	writer_number(&out, "v", 1);
	writer_bool(&out, "good", !fault_is(fault));
	writer_string(&out, "why", fault_is(fault) ? fault.what : "");
	write_putback(&out, back);
	if (drill != NULL)
		write_drill(&out, drill);
	writer_object_end(&out);
	printf("%.*s\n", (int)block.used, (const char *)text);
	return fflush(stdout) == 0;
}

/* ---- text ---- */

static void print_putback(const struct putback_report *r)
{
	char at[MOMENT_BYTES], base[MOMENT_BYTES];
	printf("as it stood at         %s (order %" PRIu64 ")\n", moment(r->at_ms, at), r->order);
	printf("backup                 %s: the whole of %s and %" PRIu64 " segments after it\n", r->generation,
	       moment(r->base_ms, base), r->segments);
	printf("store                  %" PRIu64 " bytes, every page is authentic\n", r->bytes);
	printf("copied in              %.1f s, replayed in %.1f s, checked in %.1f s\n", seconds(r->copy_ms), seconds(r->replay_ms),
	       seconds(r->verify_ms));
}

static void print_way_out(const struct putback_report *r)
{
	char at[MOMENT_BYTES];
	puts("Nothing was put back, and nothing was changed.");
	if (r->bad_segment > 0 && r->good_ms > 0)
		printf("Segment %u of %s is the trouble. Until then all is good:\n  --until %s\n", r->bad_segment, r->generation,
		       moment(r->good_ms, at));
	else if (r->generation[0] != '\0')
		printf("An older backup may be good: --until a moment before %s\n", moment(backup_name_ms(r->generation), at));
	else if (r->oldest_ms > 0)
		printf("The oldest backup is of %s\n", moment(r->oldest_ms, at));
}

bool back_tell_restore(struct fault fault, const struct putback_report *report, bool json)
{
	if (json)
		return tell_json(fault, report, NULL);
	if (fault_is(fault)) {
		print_way_out(report);
	} else {
		print_putback(report);
		puts("Now start it: jalkad central --restored, with the newest deny file there is.\n"
		     "It begins a new epoch and feeds nobody until you have looked over the devices\n"
		     "(jalka admin devices) and said so (jalka admin confirm all).");
	}
	return fflush(stdout) == 0;
}

bool back_tell_drill(struct fault fault, const struct drill_report *report, bool json)
{
	if (json)
		return tell_json(fault, &report->back, report);
	if (fault_is(fault)) {
		print_way_out(&report->back);
	} else {
		print_putback(&report->back);
		printf("started in             %.1f s as a central node of its own: %" PRIu64 " devices\n", seconds(report->open_ms), report->devices);
		printf("audited in             %.1f s: %" PRIu64 " deltas of %" PRIu64 " authors, %" PRIu64 " erased, 0 bad\n",
		       seconds(report->audit_ms), report->audit.deltas, report->audit.authors, report->audit.erased);
		printf("the whole drill        %.1f s\n", seconds(report->whole_ms));
	}
	return fflush(stdout) == 0;
}
