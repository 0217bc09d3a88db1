/* dump - every value of a node's sealed store, opened with its key file, as it stands in the
 * tables: what the node received, decrypted at its own end. */
#ifndef JALKA_TESTS_SWARM_DUMP_H
#define JALKA_TESTS_SWARM_DUMP_H

/* To standard output. The daemon must not be running. */
int dump_run(const char *folder, const char *key_file);

#endif
