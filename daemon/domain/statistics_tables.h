/* statistics_tables - the tables of domain/statistics.h: their names and classes.
 *
 * A table's classes are the values of an enumeration, or named here; behind them may
 * stand some of their own ("UNKNOWN"). Pure.
 */
#ifndef JALKA_DOMAIN_STATISTICS_TABLES_H
#define JALKA_DOMAIN_STATISTICS_TABLES_H

#include "domain/statistics.h"

/* Classes that the counting names. */
enum {
	STATISTICS_TABLES_NO_CONTACT = 6,
	STATISTICS_TABLES_NO_ASSESSMENT = 4,
	STATISTICS_TABLES_NO_ARRIVAL = 5,
	STATISTICS_TABLES_UNNECESSARY = 3,
	STATISTICS_TABLES_NO_OUTCOME = 8,
};

/* A stock is what stands at the end of a quarter. It is told in tens and without its total:
 * of two exact stocks and what came in between, what went out could be computed. */
enum statistics_tables_form {
	STATISTICS_TABLES_LIST, STATISTICS_TABLES_GRID, STATISTICS_TABLES_LOOSE, STATISTICS_TABLES_STOCK,
};

enum statistics_tables_form statistics_tables_form(enum statistics_table table);
/* Rows of a grid, classes of a list. */
size_t statistics_tables_classes(enum statistics_table table);
/* How many of them are no values of the enumeration. */
size_t statistics_tables_extra(enum statistics_table table);
size_t statistics_tables_columns(enum statistics_table table); /* 1: a list */

const char *statistics_tables_class(enum statistics_table table, size_t class);
const char *statistics_tables_column(enum statistics_table table, size_t column);

/* The table with this name; STATISTICS_TABLES: none. */
enum statistics_table statistics_tables_find(struct span name);
/* What enumeration a class of a table is a value of, by its name; NULL: one of its own. */
const struct schema_enum *statistics_tables_enum(enum statistics_table table, bool of_column);

#endif
