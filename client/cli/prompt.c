/* prompt - reading secrets: never from arguments or the environment. */
#include "prompt.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "say.h"

static int terminal = -1;
static struct termios before;

/* Ctrl-C while echo is off: the terminal is put right before the program goes. */
static void restore_and_die(int sig)
{
	tcsetattr(terminal, TCSAFLUSH, &before);
	signal(sig, SIG_DFL);
	raise(sig);
}

/* Reads one line byte by byte: nothing of the secret stays in a stdio buffer. */
static size_t read_line(int fd, char *out, size_t size)
{
	size_t used = 0;
	for (char c; used < size;) {
		ssize_t n = read(fd, &c, 1);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			say_die(SAY_FAILED, "cannot read the passphrase: %s", strerror(errno));
		if (n == 0 || c == '\n')
			break;
		out[used++] = c;
	}
	if (used == size)
		say_die(SAY_USAGE, "the passphrase is too long (at most %zu bytes)", size - 1);
	if (used > 0 && out[used - 1] == '\r')
		used--;
	out[used] = 0;
	return used;
}

static size_t ask(const char *question, char out[static PROMPT_PASSPHRASE_BYTES])
{
	struct termios silent;
	terminal = open("/dev/tty", O_RDWR | O_CLOEXEC);
	if (terminal < 0 || tcgetattr(terminal, &before) != 0)
		say_die(SAY_FAILED, "no terminal to ask for the passphrase; use --passphrase-file FILE or -");
	silent = before;
	silent.c_lflag &= ~(tcflag_t)ECHO;
	signal(SIGINT, restore_and_die);
	signal(SIGTERM, restore_and_die);
	tcsetattr(terminal, TCSAFLUSH, &silent);
	dprintf(terminal, "%s: ", question);
	size_t len = read_line(terminal, out, PROMPT_PASSPHRASE_BYTES);
	tcsetattr(terminal, TCSAFLUSH, &before);
	dprintf(terminal, "\n");
	signal(SIGINT, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
	close(terminal);
	return len;
}

static size_t from_file(const char *path, char out[static PROMPT_PASSPHRASE_BYTES])
{
	int fd = strcmp(path, "-") == 0 ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		say_die(SAY_FAILED, "cannot read %s: %s", say_clean(path), strerror(errno));
	size_t len = read_line(fd, out, PROMPT_PASSPHRASE_BYTES);
	if (fd != STDIN_FILENO)
		close(fd);
	return len;
}

void prompt_passphrase(const char *file, bool twice, char out[static PROMPT_PASSPHRASE_BYTES])
{
	char again[PROMPT_PASSPHRASE_BYTES];
	size_t len = file != NULL ? from_file(file, out) : ask("Passphrase", out);
	if (len == 0)
		say_die(SAY_FAILED, "the passphrase is empty");
	if (!wire_utf8(span_of(out, len)))
		say_die(SAY_USAGE, "the passphrase is not UTF-8 text");
	if (file != NULL || !twice)
		return;
	ask("The same again", again);
	bool same = strcmp(out, again) == 0;
	explicit_bzero(again, sizeof again);
	if (!same)
		say_die(SAY_FAILED, "the two passphrases differ");
}

bool prompt_yes(const char *question)
{
	char line[16];
	if (!isatty(STDIN_FILENO))
		return false;
	fprintf(stderr, "%s [y/N] ", question);
	return fgets(line, sizeof line, stdin) != NULL && (line[0] == 'y' || line[0] == 'Y');
}
