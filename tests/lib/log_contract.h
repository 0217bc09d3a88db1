/* log_contract - what every log driver must do, as tests that run on any of them.
 *
 * A driver under test says how to open an empty log, how to open again what is
 * committed, and how to make writes fail.
 */
#ifndef JALKA_TESTS_LOG_CONTRACT_H
#define JALKA_TESTS_LOG_CONTRACT_H

#include "store/log.h"

struct log_contract_driver {
	const char *name;
	struct log *(*open)(void);
	/* Closes the log as a crash would and opens what had been committed. */
	struct log *(*reopen)(struct log *log);
	void (*close)(struct log *log);
	/* The n-th write to the medium from now fails; 0: none. */
	void (*fail_write)(struct log *log, uint64_t calls);
	/* The next commit fails, as by a failed fsync. */
	void (*fail_commit)(struct log *log);
};

/* Runs every test on the driver; returns how many failed (cmocka's answer). */
int log_contract_run(const struct log_contract_driver *driver);

#endif
