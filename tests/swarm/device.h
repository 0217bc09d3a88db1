/* device - a synthetic device: the real session machines of core over a socket of
 * its own, and hardly anything behind them.
 *
 * It keeps no log: what it is fed it decrypts, checks as far as the session does
 * (W1) and forgets; what it pushes is one opening or some notes at a time. Its Heard tells what it
 * took, its counter and keys follow P1 as a laptop's do.
 *
 * A fault nobody expects ends the process.
 */
#ifndef JALKA_TESTS_SWARM_DEVICE_H
#define JALKA_TESTS_SWARM_DEVICE_H

#include "api/enrol_code.h"
#include "core/session_device.h"
#include "core/session_enrol.h"

enum device_work { DEVICE_IDLE, DEVICE_OPENS_CLIENT, DEVICE_OPENS_MATTER /* of the client opened last */, DEVICE_NOTES };

struct device {
	size_t number;
	int fd; /* -1: not connected */
	struct session_enrol *enrol; /* while it is being enrolled */
	bool confirmed;
	struct session_device_config config;
	struct session_device session;
	struct node_id node;
	struct epoch_id epoch, central_epoch;
	uint8_t sign_secret[DELTA_SIGN_SECRET_BYTES];
	uint64_t counter;
	uint8_t key[NOISE_PSK_BYTES];
	bool has_key;
	uint64_t cursor;
	/* own work */
	struct case_id case_id, client_case;
	struct record_id client;
	struct delta_secret secret;
	uint64_t seq, receipted_seq, stamp_ms;
	struct delta_hash h;
	enum device_work work; /* what is to be pushed */
	size_t notes;          /* of DEVICE_NOTES: so many in one push */
	/* what came */
	uint8_t *inbox;
	size_t inbox_len, inbox_room;
	uint64_t came_us;      /* when these bytes came */
	uint64_t pulled_us;    /* when the first frame with rows came, since that was 0 */
	uint64_t receipt_us;   /* when the receipt of the last push came */
	uint64_t frames, rows;
	char record_path[256]; /* "": not recorded */
};

/* Ends the process when `ok` is false. */
void device_must(bool ok, const char *what);
uint64_t device_now_us(void); /* CLOCK_MONOTONIC */

/* The socket is blocking until the connection stands. `from`: an address of 127.0.0.0/8, host order. */
int device_dial(const struct address *to, uint32_t from);

/* Dials and begins the enrolment; it goes on in device_bytes until `session_enrol` waits. */
void device_enrol(struct device *device, const struct enrol_code *code, uint32_t from);
/* Dials and sends message 1. */
void device_connect(struct device *device, const struct address *to, uint32_t from);
void device_drop(struct device *device);
/* Every plaintext that central sends is appended to this file, and its rows unpacked. */
void device_record(struct device *device, const char *path);
bool device_is_open(const struct device *device);

/* Reads what there is, noting when it came. False: the connection has ended. */
bool device_read(struct device *device);
/* Takes the whole frames that were read. */
void device_take(struct device *device);
/* Time has passed, or there is work. */
void device_poke(struct device *device);
enum { DEVICE_NOTES_MAX = 100 };

/* The opening of a case, or, of a device whose session stands, so many notes in the one opened last: pushed at the next poke. */
void device_opens(struct device *device, enum device_work work);
void device_notes(struct device *device, size_t count /* 1..DEVICE_NOTES_MAX */);

#endif
