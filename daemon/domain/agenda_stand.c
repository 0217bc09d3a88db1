/* agenda_stand - how an item stands when somebody looks: whether its condition holds, in
 * which section it is told, and how near its day is. */
#include "domain/agenda.h"

#include "base/assert.h"
#include "base/civil.h"

static bool is_of_age(const struct agenda_about *about, int32_t day, int years)
{
	struct civil_date born = civil_of_days(about->birth_date), at = civil_of_days(day);
	int age = at.year - born.year - (at.month < born.month || (at.month == born.month && at.day < born.day));
	return age >= years;
}

bool agenda_holds(const struct agenda_item *item, const struct agenda_about *about)
{
	int32_t began = civil_days(civil_helsinki(item->start_ms < CIVIL_MS_MAX ? item->start_ms : CIVIL_MS_MAX).date);
	bool is_known = about->has_birth_date && about->birth_date >= CIVIL_DAYS_MIN && about->birth_date <= CIVIL_DAYS_MAX;
	bool is_child = is_known && !is_of_age(about, began, 18);
	switch (item->condition) {
	case AGENDA_ALWAYS:
		return true;
	case AGENDA_IF_SEVEN_DAYS:
		return about->has_care_allowance || (is_known && is_of_age(about, began, 75));
	case AGENDA_IF_CHILD:
		return is_child;
	case AGENDA_UNLESS_CHILD:
		return !is_child;
	case AGENDA_UNLESS_NEWER:
		return !about->has_newer;
	case AGENDA_UNLESS_OWN_WORKER:
		return !about->has_own_worker;
	case AGENDA_IF_RIVAL:
		return about->has_rival;
	case AGENDA_UNLESS_NOTICE:
		return !about->has_notice;
	case AGENDA_UNLESS_VISIT:
		return !about->has_visit;
	}
	return true;
}

static const struct { const char *name; enum agenda_kind first; } sections[AGENDA_SECTIONS] = {
	[AGENDA_URGENTLY] = { "URGENT", AGENDA_NOTHING },
	[AGENDA_VISITS] = { "VISITS", AGENDA_VISIT },
	[AGENDA_CLOCKS] = { "CLOCKS", AGENDA_TRIAGE },
	[AGENDA_ACTIONS] = { "ACTIONS", AGENDA_ACTION },
	[AGENDA_DRAFTS] = { "DRAFTS", AGENDA_DRAFT },
	[AGENDA_CONSENTS] = { "CONSENTS", AGENDA_CONSENT },
	[AGENDA_CHECKS] = { "CHECKS", AGENDA_MAPPING },
	[AGENDA_CONFLICTS] = { "CONFLICTS", AGENDA_CONFLICT },
};

enum agenda_section agenda_section(const struct agenda_item *item)
{
	enum agenda_section section = AGENDA_CONFLICTS;
	if (item->urgent)
		return AGENDA_URGENTLY;
	while (section > AGENDA_VISITS && item->kind < sections[section].first)
		section--;
	return section;
}

enum agenda_kind agenda_section_first(enum agenda_section section)
{
	ASSERT(section < AGENDA_SECTIONS);
	return sections[section].first;
}

const char *agenda_section_name(enum agenda_section section)
{
	return (int)section >= 0 && section < AGENDA_SECTIONS ? sections[section].name : "";
}

enum agenda_class agenda_class(const struct agenda_item *item, int32_t today)
{
	if (today > item->last)
		return AGENDA_PAST;
	if (item->urgent)
		return AGENDA_URGENT;
	if (today > item->actable)
		return AGENDA_OVERDUE;
	if (today >= item->counted)
		return AGENDA_TODAY;
	return item->counted - today <= AGENDA_COMING_DAYS ? AGENDA_COMING : AGENDA_LATER;
}

const char *agenda_class_name(enum agenda_class class)
{
	switch (class) {
	case AGENDA_URGENT:
		return "URGENT";
	case AGENDA_OVERDUE:
		return "OVERDUE";
	case AGENDA_TODAY:
		return "TODAY";
	case AGENDA_COMING:
		return "COMING";
	case AGENDA_LATER:
		return "LATER";
	case AGENDA_PAST:
		return "PAST";
	}
	return "";
}
