/* day - a date with its weekday, as Finns write them: "ke 11.3.2026". */
#ifndef JALKA_CLI_DAY_H
#define JALKA_CLI_DAY_H

#include "base/json.h"

enum { DAY_BYTES = 24 };

/* "" when the value is no date of the daemon's. Returns `out`. */
const char *day_text(struct json date, char out[static DAY_BYTES]);

#endif
