/* The progress of a run on stderr: a bar with rate and remaining time on a terminal, else a line every ten
 * seconds. */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>

#include "edgesweep/run.h"

typedef struct cli_progress {
    bool terminal;
    bool drawn;          /* a bar stands on the current line */
    double last_shown_s; /* elapsed time of the last line or bar */
} cli_progress;

void cli_progress_begin(cli_progress *progress);

/* The callback of esw_run_options; `context` is a cli_progress. */
void cli_progress_show(void *context, const esw_progress *state);

/* "42 s", "3 min 20 s", "5 h 7 min". */
void cli_format_duration(double seconds, char *text, size_t size);

/* Removes the bar, so that what follows starts on an empty line. */
void cli_progress_end(cli_progress *progress);

#endif
