/* rescue - the organiser's recovery key, and what it brings home: work that never left a
 * broken laptop, and laptops whose passphrase is forgotten.
 *
 * The secret half is made here and goes into a file that belongs into a safe. A daemon
 * sees it for the length of a call and keeps it nowhere.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "prompt.h"
#include "say.h"
#include "verbs.h"

enum { KEY_BYTES = crypto_box_SECRETKEYBYTES, HEX_BYTES = 2 * KEY_BYTES + 1, FILE_BYTES = 1024 };

static const char first_line[] = "jalka recovery key 1";

static void start_sodium(void)
{
	if (sodium_init() < 0)
		say_die(SAY_FAILED, "libsodium does not start");
}

/* ---- the file ------------------------------------------------------------------------------------ */

static void write_whole(int fd, const char *path, const char *text)
{
	size_t len = strlen(text);
	bool written = write(fd, text, len) == (ssize_t)len && fsync(fd) == 0;
	if (close(fd) == 0 && written)
		return;
	unlink(path);
	say_die(SAY_FAILED, "%s cannot be written: %s", say_clean(path), strerror(errno));
}

/* Makes a pair: the secret half into a new file only its owner reads, the public half as hex. */
static void make_key(const char *path, char public_hex[static HEX_BYTES])
{
	uint8_t secret[KEY_BYTES], public_key[crypto_box_PUBLICKEYBYTES];
	char secret_hex[HEX_BYTES], text[FILE_BYTES];
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		say_die(SAY_FAILED, "%s cannot be made: %s", say_clean(path), strerror(errno));
	start_sodium();
	crypto_box_keypair(public_key, secret);
	sodium_bin2hex(secret_hex, sizeof secret_hex, secret, sizeof secret);
	sodium_bin2hex(public_hex, HEX_BYTES, public_key, sizeof public_key);
	snprintf(text, sizeof text, "%s\nsecret %s\npublic %s\n\nWith this file the organisation opens what its laptops keep for it:\n"
		 "work that was never sent, and laptops whose passphrase is forgotten.\nKeep it in a safe, twice, on nothing that is"
		 " connected to a network.\n", first_line, secret_hex, public_hex);
	sodium_memzero(secret, sizeof secret);
	sodium_memzero(secret_hex, sizeof secret_hex);
	write_whole(fd, path, text);
	sodium_memzero(text, sizeof text);
}

static bool read_half(const char *text, const char *name, uint8_t out[static KEY_BYTES])
{
	const char *at = strstr(text, name);
	size_t len = 0;
	return at != NULL && sodium_hex2bin(out, KEY_BYTES, at + strlen(name), HEX_BYTES - 1, NULL, &len, NULL) == 0 && len == KEY_BYTES;
}

/* The secret half. What is no such file, or damaged, is told before anything is asked of a daemon. */
static void read_key(const char *path, uint8_t secret[static KEY_BYTES])
{
	char text[FILE_BYTES];
	uint8_t said[KEY_BYTES], derived[KEY_BYTES];
	size_t used = 0;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		say_die(SAY_FAILED, "%s cannot be read: %s", say_clean(path), strerror(errno));
	for (ssize_t n; used < sizeof text - 1 && (n = read(fd, text + used, sizeof text - 1 - used)) > 0;)
		used += (size_t)n;
	close(fd);
	text[used] = 0;
	start_sodium();
	bool good = strncmp(text, first_line, strlen(first_line)) == 0 && read_half(text, "\nsecret ", secret) &&
		    read_half(text, "\npublic ", said);
	sodium_memzero(text, sizeof text);
	if (!good)
		say_die(SAY_FAILED, "%s is no recovery key as jalka admin recovery-key writes one", say_clean(path));
	if (crypto_scalarmult_base(derived, secret) != 0 || memcmp(derived, said, sizeof said) != 0)
		say_die(SAY_FAILED, "%s is damaged: its halves do not belong together; take the other copy from the safe", say_clean(path));
}

static const char *key_file(struct command_context *c)
{
	if (c->options[COMMAND_KEY] == NULL)
		command_usage(c, "the organiser's recovery key is expected: --key FILE");
	return c->options[COMMAND_KEY];
}

/* ---- what every device goes by --------------------------------------------------------------------- */

static jalka_Request *admin_request(const char *verb, int argc, char **argv)
{
	jalka_Request *request = link_request(jalka_Request_admin_tag);
	LINK_PUT(request->call.admin.verb, verb, "the verb");
	for (int i = 0; i < argc; i++)
		LINK_PUT(request->call.admin.args[i], argv[i], "an argument");
	request->call.admin.args_count = (pb_size_t)argc;
	return request;
}

static void print_policy(void *ctx, struct json policy)
{
	const char *at = say_time_ms(json_member(policy, "recovery_at_ms"));
	int64_t days = say_integer(policy, "lease_days");
	(void)ctx;
	if (say_json(policy))
		return;
	if (days == 0)
		say_line("%-14s off: devices never ask for contact", "lease");
	else
		say_line("%-14s %" PRId64 " days out of contact, then a device asks for contact before it opens", "lease", days);
	if (*at == 0)
		say_line("%-14s none: what a broken laptop had not sent is lost; jalka admin recovery-key FILE makes one", "recovery key");
	else
		say_line("%-14s since %s, public half %s", "recovery key", at, say_text(json_member(policy, "recovery")));
}

int verbs_admin_policy(struct command_context *c, int argc, char **argv)
{
	if (argc != 0 && argc != 2)
		command_usage(c, "nothing, or lease DAYS is expected");
	link_call(command_link(c), admin_request("policy", argc, argv), print_policy, NULL);
	return SAY_OK;
}

static void look_published(void *ctx, struct json policy)
{
	*(bool *)ctx = *say_text(json_member(policy, "recovery")) != 0;
}

static void print_published(void *ctx, struct json policy)
{
	const char *path = ctx;
	if (say_json(policy))
		return;
	say_line("%s", path);
	say_note("The secret half is in this file alone: put it into a safe, twice, and delete it here.\n"
		 "Every device seals to it from its next session on; those not seen yet: jalka admin devices.");
}

int verbs_admin_recovery_key(struct command_context *c, int argc, char **argv)
{
	char public_hex[HEX_BYTES];
	static char replace[] = "replace";
	char *args[2] = { public_hex, replace };
	bool there = false, replaces = c->options[COMMAND_REPLACE] != NULL;
	if (argc > 1)
		command_usage(c, "one file is expected");
	if (argc == 0) {
		link_call(command_link(c), admin_request("recovery-key", 0, NULL), print_policy, NULL);
		return SAY_OK;
	}
	/* Asked first, so that no file is left of a key that is not published. */
	link_look(command_link(c), admin_request("recovery-key", 0, NULL), look_published, &there);
	if (there && !replaces)
		say_die(SAY_FAILED, "there is a recovery key already; --replace makes another, where its secret half is lost or known to\n"
			"others. Keep the old file all the same: what devices sealed to it opens with it alone");
	make_key(argv[0], public_hex);
	link_call(command_link(c), admin_request("recovery-key", replaces ? 2 : 1, args), print_published, argv[0]);
	return SAY_OK;
}

/* ---- home ------------------------------------------------------------------------------------------- */

struct rescue { const char *path; uint32_t token; bool is_good; };

static void print_count(struct json r, const char *key, const char *text)
{
	if (say_integer(r, key) != 0)
		say_line("  %8" PRId64 " %s", say_integer(r, key), text);
}

static void print_reasons(struct json r)
{
	struct json name, item;
	for (struct json_walk walk = json_walk(json_member(r, "reasons")); json_next(&walk, &name, &item);)
		say_line("  %8s   %" PRId64 " %s", "", say_integer(item, "count"), say_text(json_member(item, "reason")));
}

static void print_rescue(struct rescue *rescue, struct json r)
{
	const char *holder = say_text(json_member(r, "holder_name"));
	say_line("%s: %" PRId64 " changes of %s%s%s", say_clean(rescue->path), say_integer(r, "records"), say_short_id(json_member(r, "node")),
		 *holder != 0 ? ", " : "", holder);
	print_count(r, "here", "were here already");
	print_count(r, "accepted", "accepted");
	print_count(r, "waiting", "wait for a decision (jalka admin quarantine):");
	print_reasons(r);
	print_count(r, "erased", "of what has been erased since: not taken");
	print_count(r, "full", "not taken: too much waits already; decide, then bring the file again");
	print_count(r, "strange", "of a device that is none of this organisation's: not taken");
	print_count(r, "forged", "not signed by their device: not taken");
	print_count(r, "other_key", "sealed to another recovery key: bring the file with that one");
	print_count(r, "damaged", "places damaged: what stood there is lost");
	if (say_true(r, "cut"))
		say_line("  %8s the last record is cut off, as by a crash while it was written", "");
}

static void rescued(void *ctx, struct json r)
{
	struct rescue *rescue = ctx;
	rescue->token = (uint32_t)say_integer(r, "token");
	if (rescue->token != 0)
		return;
	rescue->is_good = say_integer(r, "full") + say_integer(r, "strange") + say_integer(r, "forged") + say_integer(r, "other_key") +
			  say_integer(r, "damaged") == 0;
	if (!say_json(r))
		print_rescue(rescue, r);
}

static bool bring(struct command_context *c, const char *path, const uint8_t secret[static KEY_BYTES])
{
	struct rescue rescue = { .path = path };
	FILE *file = fopen(path, "rb");
	bool more = true;
	if (file == NULL)
		say_die(SAY_FAILED, "%s cannot be read: %s", say_clean(path), strerror(errno));
	while (more) {
		jalka_Request *request = link_request(jalka_Request_rescue_tag);
		jalka_RescueCall *call = &request->call.rescue;
		call->token = rescue.token;
		memcpy(call->key.bytes, secret, KEY_BYTES);
		call->key.size = KEY_BYTES;
		call->piece.size = (pb_size_t)fread(call->piece.bytes, 1, sizeof call->piece.bytes, file);
		if (ferror(file))
			say_die(SAY_FAILED, "%s cannot be read: %s", say_clean(path), strerror(errno));
		more = call->more = call->piece.size == sizeof call->piece.bytes;
		link_call(command_link(c), request, rescued, &rescue);
		sodium_memzero(call->key.bytes, sizeof call->key.bytes);
	}
	fclose(file);
	return rescue.is_good;
}

int verbs_admin_rescue(struct command_context *c, int argc, char **argv)
{
	uint8_t secret[KEY_BYTES];
	bool good = true;
	if (argc < 1)
		command_usage(c, "a rescue file is expected");
	read_key(key_file(c), secret);
	for (int i = 0; i < argc; i++)
		good = bring(c, argv[i], secret) && good;
	sodium_memzero(secret, sizeof secret);
	return good ? SAY_OK : SAY_FAILED;
}

/* ---- a forgotten passphrase -------------------------------------------------------------------------- */

int verbs_recover(struct command_context *c, int argc, char **argv)
{
	char passphrase[PROMPT_PASSPHRASE_BYTES];
	uint8_t secret[KEY_BYTES];
	(void)argv;
	if (argc > 0)
		command_usage(c, "no arguments are expected");
	read_key(key_file(c), secret);
	struct link *link = command_link(c);
	prompt_passphrase(c->options[COMMAND_PASSPHRASE_FILE], true, passphrase);
	jalka_Request *request = link_request(jalka_Request_unlock_tag);
	jalka_UnlockCall *call = &request->call.unlock;
	LINK_PUT(call->passphrase, passphrase, "the passphrase");
	explicit_bzero(passphrase, sizeof passphrase);
	memcpy(call->recovery.bytes, secret, KEY_BYTES);
	call->recovery.size = KEY_BYTES;
	sodium_memzero(secret, sizeof secret);
	return verbs_open_with(link, request, "open; the passphrase is the new one from now on. This stands in the access log");
}
