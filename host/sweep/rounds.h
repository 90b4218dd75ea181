/* What a run does next, decided by the leader from what the journals hold. */
#ifndef ESWI_ROUNDS_H
#define ESWI_ROUNDS_H

#include "sweep/work.h"

/* One round of work and where the run stands before it. Without `stop:` there is one round, all that is missing;
 * with it each takes every point that is not settled to its next prefix of 1, 2, 4, ... blocks. */
typedef struct eswi_round {
    eswi_work work;
    uint64_t done, total; /* scenarios of this share; with `stop:` the total is at most */
    eswi_moments *known;  /* [point][method] of `metric` so far; NULL unless asked for */
} eswi_round;

/* Reads the journals of the directory and decides. `metric`: whose moments to collect, ESW_NONE for none. Free
 * also after a failure. */
esw_status eswi_round_plan(const char *directory, const esw_experiment *experiment, const eswi_share *share,
                           size_t metric, eswi_round *round, esw_error *error);
void eswi_round_free(eswi_round *round);

#endif
