/* session_central_parts - what the files of session_central share: the table of
 * states, and effects. No header of anyone else. */
#ifndef JALKA_CORE_SESSION_CENTRAL_PARTS_H
#define JALKA_CORE_SESSION_CENTRAL_PARTS_H

#include "core/session_central.h"

/* Asserts the edge and runs the invariants. */
void session_central_move(struct session_central *session, enum session_central_state to);
/* Wipes the keys and orders CLOSE. `why` is a literal; the peer never sees it. */
void session_central_close(struct session_central *session, struct session_central_effects *effects, const char *why);
struct session_central_effect *session_central_order(struct session_central_effects *effects,
						     enum session_central_effect_kind kind);
/* Waits for the next frame by its length prefix. */
void session_central_await_frame(struct session_central *session);

/* session_central_handshake: everything up to message 2, and enrolment. */
void session_central_handshake_bytes(struct session_central *session, const struct session_central_event *event,
				     struct session_central_effects *effects);
void session_central_device_found(struct session_central *session, const struct session_central_event *event,
				  struct session_central_effects *effects);
void session_central_slot_found(struct session_central *session, const struct session_central_event *event,
				struct session_central_effects *effects);
void session_central_welcome(struct session_central *session, const struct session_central_event *event,
			     struct session_central_effects *effects);
void session_central_enrol_bytes(struct session_central *session, const struct session_central_event *event,
				 struct session_central_effects *effects);
void session_central_enrol_answer(struct session_central *session, struct session_central_effects *effects);

#endif
