/* Time, for progress and provenance; never for results. */
#ifndef ESWI_CLOCK_H
#define ESWI_CLOCK_H

/* Seconds of a clock that is never set. */
double eswi_clock_s(void);

/* Seconds that the calling thread has stood in line for a processor since it began, ready to run; 0 where the system does
 * not say. The clock less this is what the same work takes on a quiet machine. */
double eswi_clock_queued_s(void);

/* The time of day as "2026-01-31T12:00:00Z" into text[24]; returns text. */
const char *eswi_clock_utc(char text[24]);

#endif
