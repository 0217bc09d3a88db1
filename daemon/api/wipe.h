/* wipe - nothing of what was read stays in memory that was given back.
 *
 * For the whole process: what is freed is overwritten from wipe_begin on; wipe_freed
 * reaches what that misses, and gives the memory back to the system. */
#ifndef JALKA_API_WIPE_H
#define JALKA_API_WIPE_H

void wipe_begin(void);
/* And the stack below the caller. */
void wipe_freed(void);

#endif
