/* suppress - which counts of a published table are withheld so that nobody can be known by them.
 *
 *   SHOWN     0, or five and more
 *   SMALL     one to four, told as "<5"
 *   WITHHELD  not told, so that no SMALL one can be computed (told as "..")
 *
 * Tables come as lists (classes and their total), as grids (rows and columns, with the
 * totals of each, which are two lists with one total), or as loose lists, whose classes
 * overlap and have no total.
 *
 * S1  Whoever knows all that is shown of a list, and of other lists with the same total,
 *     and how it is made, cannot tell a SMALL count from any other of one to four, nor
 *     what a WITHHELD one is. In a grid nobody who knows all that is shown and what the
 *     marks mean can tell more.
 * S2  A total of one to four is SMALL and all its classes are WITHHELD, in every list of it.
 * S3  In a list with a SMALL count the last class of at least eight is WITHHELD too, when
 *     the sum of them leaves each SMALL one free; else all classes are. The choice
 *     depends on nothing that is not shown, so it tells nothing.
 * S4  A grid's inner counts are WITHHELD all, when a total of a row or column is not
 *     shown or a SMALL one has no rectangle: three others of at least eight, withheld
 *     with it, so that any of one to four leaves every total as it is.
 *
 * S1 holds between tables that share nothing but totals: no count may stand in two.
 *
 * Pure.
 */
#ifndef JALKA_DOMAIN_SUPPRESS_H
#define JALKA_DOMAIN_SUPPRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SUPPRESS_SMALL_MAX = 4, SUPPRESS_LINE_MAX = 32 };

enum suppress_mark { SUPPRESS_SHOWN, SUPPRESS_SMALL, SUPPRESS_WITHHELD };

/* Up to SUPPRESS_LINE_MAX classes. */
void suppress_loose(const uint32_t *counts, size_t count, enum suppress_mark *marks);
void suppress_list(const uint32_t *counts, size_t count, enum suppress_mark *marks, enum suppress_mark *total);
/* `counts` and `marks` row by row. */
void suppress_grid(const uint32_t *counts, size_t rows, size_t columns, enum suppress_mark *marks,
		   enum suppress_mark *row_totals, enum suppress_mark *column_totals, enum suppress_mark *total);

#endif
