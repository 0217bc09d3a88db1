/* dump - see dump.h. */
#include "swarm/dump.h"

#include <limits.h>
#include <sqlite3.h>
#include <stdio.h>

#include "io/folder.h"
#include "store/sealed_db.h"
#include "store/vault.h"
#include "swarm/device.h"

static void expect(struct fault fault)
{
	device_must(!fault_is(fault), fault.what);
}

static void dump_table(sqlite3 *db, const char *name)
{
	sqlite3_stmt *stmt;
	char *sql = sqlite3_mprintf("SELECT * FROM \"%w\"", name);
	device_must(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) == SQLITE_OK, "a table cannot be read");
	while (sqlite3_step(stmt) == SQLITE_ROW)
		for (int i = 0; i < sqlite3_column_count(stmt); i++) {
			const void *bytes = sqlite3_column_blob(stmt, i);
			size_t len = (size_t)sqlite3_column_bytes(stmt, i);
			if (len != 0)
				fwrite(bytes, 1, len, stdout);
			putchar('\n');
		}
	sqlite3_finalize(stmt);
	sqlite3_free(sql);
}

int dump_run(const char *folder, const char *key_file)
{
	char vault_path[PATH_MAX], store_path[PATH_MAX];
	uint8_t file[4096], key[VAULT_KEY_BYTES];
	size_t len;
	struct vault *vault;
	sqlite3 *db;
	sqlite3_stmt *tables;
	const struct sealed_db_options options = { .create = false };
	snprintf(vault_path, sizeof vault_path, "%s/vault", folder);
	snprintf(store_path, sizeof store_path, "%s/store.db", folder);
	expect(folder_read(key_file, file, sizeof file, &len));
	expect(vault_unlock_keyfile(vault_path, span_of(file, len), &vault));
	expect(vault_key(vault, "store", key));
	expect(sealed_db_open(store_path, key, &options, &db));
	device_must(sqlite3_prepare_v2(db, "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'", -1,
				       &tables, NULL) == SQLITE_OK, "the tables cannot be listed");
	while (sqlite3_step(tables) == SQLITE_ROW)
		dump_table(db, (const char *)sqlite3_column_text(tables, 0));
	sqlite3_finalize(tables);
	sealed_db_close(db, store_path);
	vault_lock(vault);
	return 0;
}
