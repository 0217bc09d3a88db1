/* supervisor - what systemd, or who else started the daemon, is told and hands over.
 *
 * Its two protocols, spoken here in some lines rather than by libsystemd: datagrams
 * to $NOTIFY_SOCKET (READY=1, STOPPING=1, WATCHDOG=1), and listening sockets from
 * descriptor 3 on, named by $LISTEN_FDNAMES. Started by nobody who asks for them all
 * of it does nothing. docs/decisions/0016 says why.
 *
 * V1  The watchdog is fed from the loop, twice in its time: a loop that is stuck is
 *     killed and started anew. Without a watchdog nothing wakes up.
 * V2  What was handed over is taken out of the environment, and closed on exec.
 */
#ifndef JALKA_IO_SUPERVISOR_H
#define JALKA_IO_SUPERVISOR_H

#include "io/loop.h"

/* Once, before anything is opened: descriptors handed over keep their places. */
void supervisor_begin(void);
/* A listening socket by its name; -1: none such was handed over. It is given once. */
int supervisor_socket(const char *name);

/* It serves: READY=1, with this state for `systemctl status`. Feeds the watchdog from now on. */
struct fault supervisor_ready(struct loop *loop, const char *state);
/* It ends. */
void supervisor_stopping(void);
/* Lets go of the watchdog's timer, before the loop closes. */
void supervisor_end(void);

#endif
