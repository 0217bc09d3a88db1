/* What the case book says is due: one read, in the order people want, by the records
 * and what hangs on others. 2.3.2026 is a Monday. */
#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/civil.h"
#include "domain/record_json.h"
#include "lib/book_node.h"
#include "lib/prng.h"
#include "records_table.h"

#define MUST(call) assert_int_equal((call).kind, FAULT_NONE)

static int32_t day_of(const char *text)
{
	int32_t day = 0;
	assert_true(civil_read_date(span_text(text), &day));
	return day;
}

static uint64_t ms_of(const char *text)
{
	uint64_t ms = 0;
	assert_true(civil_read_time(span_text(text), &ms));
	return ms;
}

/* A write of "field=value" texts, ended by NULL; happened on 2.3.2026 unless said. */
static void put(struct book_node *node, struct book_write write, ...)
{
	static uint8_t block[8192];
	uint32_t cleared[LIMIT_FIELDS];
	size_t count = 0, cleared_count;
	const char *texts[16];
	struct schema_error where;
	struct wire_out out;
	va_list args;
	va_start(args, write);
	while ((texts[count] = va_arg(args, const char *)) != NULL)
		count++;
	va_end(args);
	wire_out_init(&out, block, sizeof block);
	if (write.type == 0)
		write.type = RECORDS_TYPE_CLIENT;
	struct fault fault = record_json_assign(schema_by_type(write.type), span_of(NULL, 0), texts, count, &out, cleared, &cleared_count, &where);
	if (fault_is(fault))
		fail_msg("%s %s", where.field, fault.what);
	write.fields = wire_out_span(&out);
	if (write.event_at_ms == 0)
		write.event_at_ms = ms_of("2026-03-02T10:00");
	book_node_write(node, write);
}

/* One case of that kind, of the client whose case is `client`. */
static void know_case(struct book_node *node, unsigned id, enum delta_case_kind kind, unsigned client)
{
	struct log_case info = { .case_id = book_node_case(id), .kind = kind };
	if (kind != DELTA_CASE_CLIENT)
		info.client_case = book_node_case(client);
	MUST(log_begin(node->log));
	MUST(log_case_put(node->log, &info));
	MUST(log_commit(node->log));
}

/* "URGENT decision D6 12; ..." : class, kind, rule and record of all that is due. */
struct told { char text[2048]; char clients[1024]; size_t count, stop_after; int32_t day; };

static bool tell(void *ctx, const struct casebook_due *due)
{
	struct told *told = ctx;
	const struct deadline_row *row = deadline_row(due->item.rule);
	size_t at = strlen(told->text);
	unsigned record = (unsigned)(due->record_id.bytes[0] - 0xa0) * 256 + due->record_id.bytes[1];
	snprintf(told->text + at, sizeof told->text - at, "%s %s %s %u; ", agenda_class_name(agenda_class(&due->item, told->day)),
		 agenda_kind_name(due->item.kind), row != NULL ? row->code : "-", record);
	at = strlen(told->clients);
	snprintf(told->clients + at, sizeof told->clients - at, "%.*s; ", (int)due->client_title.len,
		 (const char *)due->client_title.data);
	return ++told->count != told->stop_after;
}

static struct told agenda(struct book_node *node, const char *day)
{
	struct told told = { .day = day_of(day) };
	MUST(casebook_agenda(node->book, told.day, tell, &told));
	return told;
}

#define VISIT RECORDS_TYPE_VISIT
#define ACTION RECORDS_TYPE_AGREED_ACTION
#define APPLICATION RECORDS_TYPE_ASSISTANCE_APPLICATION

static void things_stand_by_sections_and_in_each_overdue_today_coming(void **state)
{
	struct book_node *node = *state;
	put(node, (struct book_write){ .record = 1, .type = VISIT }, "planned_at=2026-03-11T13:00", NULL);
	put(node, (struct book_write){ .record = 2, .type = ACTION }, "due=2026-03-17", NULL);
	put(node, (struct book_write){ .record = 3, .type = ACTION }, "due=2026-03-09", NULL);
	put(node, (struct book_write){ .record = 4, .type = APPLICATION }, "arrived_at_kela=2026-03-10", "urgency=URGENT", NULL);
	put(node, (struct book_write){ .record = 5, .type = VISIT }, "planned_at=2026-03-11T09:00", NULL);
	put(node, (struct book_write){ .record = 6, .type = ACTION }, "due=2026-03-20", NULL);  /* later */
	put(node, (struct book_write){ .record = 7, .type = APPLICATION }, "arrived_at_kela=2026-03-02", "urgency=NORMAL", NULL);
	put(node, (struct book_write){ .record = 8, .type = ACTION }, "due=2026-03-12", "state=DONE", NULL);
	assert_string_equal(agenda(node, "2026-03-11").text,
			    "URGENT decision D6 4; TODAY visit - 5; TODAY visit - 1; TODAY decision D5 7; OVERDUE action - 3; "
			    "COMING action - 2; ");
	/* A reader may stop. */
	struct told told = { .day = day_of("2026-03-11"), .stop_after = 2 };
	MUST(casebook_agenda(node->book, told.day, tell, &told));
	assert_int_equal(told.count, 2);
	/* Done since: gone. */
	put(node, (struct book_write){ .record = 3, .type = ACTION, .base = node->order }, "state=DONE", NULL);
	assert_null(strstr(agenda(node, "2026-03-11").text, "OVERDUE"));
}

static void the_day_between_counted_and_actable_is_not_overdue(void **state)
{
	struct book_node *node = *state;
	put(node, (struct book_write){ .record = 1, .type = ACTION }, "due=2026-04-03", NULL); /* Good Friday */
	put(node, (struct book_write){ .record = 2, .type = VISIT }, "planned_at=2026-04-05T12:00", NULL);
	assert_string_equal(agenda(node, "2026-04-04").text, "COMING visit - 2; TODAY action - 1; ");
	assert_string_equal(agenda(node, "2026-04-07").text, "OVERDUE visit - 2; TODAY action - 1; ");
	assert_string_equal(agenda(node, "2026-04-08").text, "OVERDUE visit - 2; OVERDUE action - 1; ");
}

static void what_came_about_and_owes_no_act_is_not_read(void **state)
{
	struct book_node *node = *state;
	put(node, (struct book_write){ .record = 1, .type = RECORDS_TYPE_CONSENT }, "valid_until=2026-03-10", NULL);
	assert_string_equal(agenda(node, "2026-03-02").text, "");
	assert_string_equal(agenda(node, "2026-03-03").text, "COMING consent D18 1; ");
	assert_string_equal(agenda(node, "2026-03-10").text, "TODAY consent D18 1; ");
	assert_string_equal(agenda(node, "2026-03-11").text, "");
}

static void in_conflict_the_earliest_day_stands_once(void **state)
{
	struct book_node *node = *state;
	put(node, (struct book_write){ .record = 1, .type = ACTION }, "due=2026-03-20", NULL);
	put(node, (struct book_write){ .record = 1, .type = ACTION, .author = 1, .base = 1, .stamp_ms = ms_of("2026-03-09") },
	    "due=2026-03-12", NULL);
	put(node, (struct book_write){ .record = 1, .type = ACTION, .author = 2, .base = 1, .stamp_ms = ms_of("2026-03-10") },
	    "due=2026-03-16", NULL);
	assert_string_equal(agenda(node, "2026-03-10").text, "COMING action - 1; TODAY conflict - 1; ");
	/* Settled on the latest: the earlier days are gone. */
	put(node, (struct book_write){ .record = 1, .type = ACTION, .base = node->order, .stamp_ms = ms_of("2026-03-11") },
	    "due=2026-03-16", NULL);
	assert_string_equal(agenda(node, "2026-03-12").text, "COMING action - 1; ");
	assert_string_equal(agenda(node, "2026-03-16").text, "TODAY action - 1; ");
}

static void everything_names_its_client(void **state)
{
	struct book_node *node = *state;
	know_case(node, 0, DELTA_CASE_CLIENT, 0);
	know_case(node, 1, DELTA_CASE_MATTER, 0);
	put(node, (struct book_write){ .record = 1 }, "family_name=Aikio", "given_names=Elle", NULL);
	put(node, (struct book_write){ .record = 2, .type = APPLICATION }, "arrived_at_kela=2026-03-02", NULL);
	put(node, (struct book_write){ .record = 3, .owner = 1, .type = VISIT }, "planned_at=2026-03-11T13:00", NULL);
	put(node, (struct book_write){ .record = 4, .owner = 2, .type = VISIT }, "planned_at=2026-03-11T14:00", NULL);
	assert_string_equal(agenda(node, "2026-03-11").clients, "Aikio Elle; ; Aikio Elle; ");
}

static void an_assessment_is_started_within_seven_days_for_the_old(void **state)
{
	static const char *const told_by[] = { "birth_date=1949-05-01", "hetu=010549-903E" };
	(void)state;
	for (size_t i = 0; i < 2; i++) {
		void *fresh;
		book_node_setup(&fresh);
		struct book_node *node = fresh;
		know_case(node, 0, DELTA_CASE_CLIENT, 0);
		know_case(node, 1, DELTA_CASE_MATTER, 0);
		put(node, (struct book_write){ .record = 1 }, "family_name=Aikio", told_by[i], NULL);
		put(node, (struct book_write){ .record = 2, .owner = 1, .type = RECORDS_TYPE_CASE }, "opened_on=2026-03-02",
		    "special_support=false", NULL);
		assert_string_equal(agenda(node, "2026-03-10").text, "COMING assessment_start D2 2; ");
		assert_string_equal(agenda(node, "2026-06-01").text,
				    "OVERDUE assessment_start D2 2; COMING assessment D4 2; ");
		put(node, (struct book_write){ .record = 1, .base = node->order }, "birth_date=1959-05-01", NULL);
		assert_string_equal(agenda(node, "2026-03-10").text, "");
		book_node_teardown(&fresh);
	}
}

static void the_highest_care_allowance_calls_for_the_same_haste(void **state)
{
	struct book_node *node = *state;
	know_case(node, 0, DELTA_CASE_CLIENT, 0);
	know_case(node, 1, DELTA_CASE_MATTER, 0);
	put(node, (struct book_write){ .record = 1 }, "family_name=Aikio", "birth_date=1989-05-01", "highest_care_allowance=true", NULL);
	put(node, (struct book_write){ .record = 2, .owner = 1, .type = RECORDS_TYPE_CASE }, "opened_on=2026-03-02",
	    "special_support=false", NULL);
	assert_string_equal(agenda(node, "2026-03-10").text, "COMING assessment_start D2 2; ");
	put(node, (struct book_write){ .record = 1, .base = node->order }, "highest_care_allowance=false", NULL);
	assert_string_equal(agenda(node, "2026-03-10").text, "");
}

static void two_revisions_of_one_plan_ask_for_a_choice(void **state)
{
	struct book_node *node = *state;
	struct book_write first = { .record = 2, .type = RECORDS_TYPE_PLAN }, second = { .record = 3, .type = RECORDS_TYPE_PLAN };
	const char *old = "replaces=00000000000000000000000000000001";
	put(node, first, old, "client_agreement=AGREED", NULL);
	assert_string_equal(agenda(node, "2026-03-02").text, "");
	put(node, second, old, "client_agreement=AGREED", NULL);
	assert_string_equal(agenda(node, "2026-03-02").text, "TODAY rival - 2; TODAY rival - 3; ");
	first.base = node->order;
	put(node, first, "state=ENDED", NULL);
	assert_string_equal(agenda(node, "2026-03-02").text, "");
}

static void a_visit_or_a_notice_of_the_client_is_looked_for_in_all_cases(void **state)
{
	struct book_node *node = *state;
	know_case(node, 0, DELTA_CASE_CLIENT, 0);
	know_case(node, 1, DELTA_CASE_MATTER, 0);
	know_case(node, 2, DELTA_CASE_CHILD_NOTICE, 0);
	know_case(node, 3, DELTA_CASE_MATTER, 9);
	put(node, (struct book_write){ .record = 1 }, "family_name=Aikio", NULL);
	put(node, (struct book_write){ .record = 2, .type = RECORDS_TYPE_RECEPTION_TRANSFER }, "move_date=2026-03-02", NULL);
	put(node, (struct book_write){ .record = 3, .owner = 3, .type = VISIT }, "planned_at=2026-03-04T10:00", NULL); /* another's */
	put(node, (struct book_write){ .record = 4, .owner = 1, .type = VISIT }, "planned_at=2026-03-05T10:00", "state=CANCELLED", NULL);
	assert_non_null(strstr(agenda(node, "2026-03-11").text, "TODAY home_visit - 2;"));
	put(node, (struct book_write){ .record = 5, .owner = 1, .type = VISIT }, "planned_at=2026-03-06T10:00", "state=DONE", NULL);
	assert_null(strstr(agenda(node, "2026-03-11").text, "home_visit"));
	put(node, (struct book_write){ .record = 6, .type = RECORDS_TYPE_CONCERN_ASSESSMENT }, "items=[{\"code\":\"C04\",\"answer\":\"YES\"}]", NULL);
	assert_non_null(strstr(agenda(node, "2026-03-02").text, "URGENT child - 6;"));
	put(node, (struct book_write){ .record = 7, .owner = 2, .type = RECORDS_TYPE_CHILD_NOTICE }, "made_at=2026-03-02T11:00", NULL);
	assert_null(strstr(agenda(node, "2026-03-02").text, "child"));
}

static void a_newer_capability_takes_the_place_of_an_older(void **state)
{
	struct book_node *node = *state;
	put(node, (struct book_write){ .record = 1, .type = RECORDS_TYPE_DIGITAL_CAPABILITY }, "next_check=2026-03-12", NULL);
	put(node, (struct book_write){ .record = 2, .owner = 1, .type = RECORDS_TYPE_DIGITAL_CAPABILITY,
				       .event_at_ms = ms_of("2026-03-05") }, "next_check=2026-03-13", NULL);
	put(node, (struct book_write){ .record = 3, .type = VISIT, .event_at_ms = ms_of("2026-03-06") }, "topic=x", NULL);
	assert_string_equal(agenda(node, "2026-03-10").text, "COMING capability - 1; COMING capability - 2; ");
	put(node, (struct book_write){ .record = 4, .type = RECORDS_TYPE_DIGITAL_CAPABILITY,
				       .event_at_ms = ms_of("2026-03-06") }, "skill=GOOD", NULL);
	assert_string_equal(agenda(node, "2026-03-10").text, "COMING capability - 2; ");
}

static void an_own_worker_is_asked_for_until_there_is_one(void **state)
{
	struct book_node *node = *state;
	put(node, (struct book_write){ .record = 1, .type = RECORDS_TYPE_SERVICE_NEED_ASSESSMENT }, "completed_on=2026-03-05",
	    "own_worker_need=true", NULL);
	put(node, (struct book_write){ .record = 2, .type = RECORDS_TYPE_CASE_ASSIGNMENT }, "role=CO_WORKER", NULL);
	put(node, (struct book_write){ .record = 3, .type = RECORDS_TYPE_CASE_ASSIGNMENT }, "role=OWN_WORKER",
	    "to=2026-03-06T12:00", NULL);
	assert_string_equal(agenda(node, "2026-03-05").text, "");
	assert_string_equal(agenda(node, "2026-03-06").text, "OVERDUE own_worker D11 1; ");
	put(node, (struct book_write){ .record = 4, .type = RECORDS_TYPE_CASE_ASSIGNMENT }, "role=OWN_WORKER", NULL);
	assert_string_equal(agenda(node, "2026-03-09").text, "");
	put(node, (struct book_write){ .record = 4, .type = RECORDS_TYPE_CASE_ASSIGNMENT, .base = node->order }, "role=CO_WORKER", NULL);
	assert_string_equal(agenda(node, "2026-03-09").text, "OVERDUE own_worker D11 1; ");
	put(node, (struct book_write){ .record = 4, .type = RECORDS_TYPE_CASE_ASSIGNMENT, .base = node->order },
	    "not_needed_reason=toinen vastaa", NULL);
	assert_string_equal(agenda(node, "2026-03-09").text, "");
}

static void what_is_due_is_a_function_of_the_log_alone(void **state)
{
	static const char *const days[] = { "due=2026-03-12", "due=2026-03-16", "due=", "due=2027-01-01" };
	static const char *const states[] = { "state=OPEN", "state=DONE", "state=", "state=CANCELLED" };
	struct book_node *node = *state;
	struct delta_hash kept, rebuilt;
	struct prng prng;
	prng_init(&prng, 7);
	for (unsigned i = 0; i < 300; i++) {
		struct book_write write = { .record = (unsigned)prng_below(&prng, 12), .type = ACTION,
					    .author = (unsigned)prng_below(&prng, 3),
					    .event_at_ms = ms_of("2026-03-02") + prng_below(&prng, 4) * 86400000 };
		write.base = prng_below(&prng, node->order + 1);
		const char *text = prng_below(&prng, 3) != 0 ? days[prng_below(&prng, 4)] : states[prng_below(&prng, 4)];
		if (text[strlen(text) - 1] == '=')
			write.cleared = *text == 'd' ? RECORDS_AGREED_ACTION_DUE : RECORDS_AGREED_ACTION_STATE;
		put(node, write, write.cleared != 0 ? NULL : text, NULL);
		if (i % 20 != 19)
			continue;
		struct told before = agenda(node, "2026-03-12");
		MUST(casebook_digest(node->book, &kept));
		MUST(casebook_rebuild(node->book));
		MUST(casebook_digest(node->book, &rebuilt));
		assert_memory_equal(&kept, &rebuilt, sizeof kept);
		assert_string_equal(agenda(node, "2026-03-12").text, before.text);
	}
}

static void a_book_of_the_first_version_is_made_again(void **state)
{
	struct book_node *node = *state;
	put(node, (struct book_write){ .record = 1, .type = ACTION }, "due=2026-03-12", NULL);
	book_node_close_book(node);
	assert_int_equal(sqlite3_exec(node->db,
				      "DROP TABLE book_agenda; DROP INDEX IF EXISTS book_client; CREATE TABLE book_due(at INTEGER);"
				      "UPDATE book_meta SET value=value-1 WHERE name='version'", NULL, NULL, NULL), SQLITE_OK);
	book_node_open_book(node);
	assert_string_equal(agenda(node, "2026-03-10").text, "COMING action - 1; ");
	assert_int_not_equal(sqlite3_exec(node->db, "SELECT * FROM book_due", NULL, NULL, NULL), SQLITE_OK);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, book_node_setup, book_node_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(things_stand_by_sections_and_in_each_overdue_today_coming),
		TEST(the_day_between_counted_and_actable_is_not_overdue),
		TEST(what_came_about_and_owes_no_act_is_not_read),
		TEST(in_conflict_the_earliest_day_stands_once),
		TEST(everything_names_its_client),
		cmocka_unit_test(an_assessment_is_started_within_seven_days_for_the_old),
		TEST(the_highest_care_allowance_calls_for_the_same_haste),
		TEST(two_revisions_of_one_plan_ask_for_a_choice),
		TEST(a_visit_or_a_notice_of_the_client_is_looked_for_in_all_cases),
		TEST(a_newer_capability_takes_the_place_of_an_older),
		TEST(an_own_worker_is_asked_for_until_there_is_one),
		TEST(what_is_due_is_a_function_of_the_log_alone),
		TEST(a_book_of_the_first_version_is_made_again),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
