/* Time, for progress and provenance; never for results. */
#ifndef ESWI_CLOCK_H
#define ESWI_CLOCK_H

/* Seconds of a clock that is never set. */
double eswi_clock_s(void);

/* The time of day as "2026-01-31T12:00:00Z" into text[24]; returns text. */
const char *eswi_clock_utc(char text[24]);

#endif
