/* Processes that share a run, seen by the engine; every function also works alone (team NULL). */
#ifndef ESWI_TEAM_H
#define ESWI_TEAM_H

#include <stdbool.h>

#include "edgesweep/run.h"
#include "sweep/work.h"

/* Whether this process is the one that prepares, finishes and reports. */
bool eswi_team_leads(const esw_team *team);

/* Collective: the worst of all processes' statuses, with its text, on every one. An interruption is better than any
 * failure. */
esw_status eswi_team_agree(const esw_team *team, esw_status status, esw_error *error);

/* Collective: the leader's bytes and its work to everyone. */
esw_status eswi_team_share(const esw_team *team, void *data, size_t size, esw_error *error);
esw_status eswi_team_share_work(const esw_team *team, eswi_work *work, esw_error *error);

/* Hands out the blocks of one round of work: numbers 0, 1, ... in order, each to one process. */
typedef struct eswi_dispenser {
    const esw_team *team;
    int round;
    uint64_t next; /* alone: the first not handed out */
} eswi_dispenser;

/* Takes `wanted` numbers; *first is the first of them, and may be beyond the end of the work. */
esw_status eswi_dispenser_take(eswi_dispenser *dispenser, uint64_t wanted, uint64_t *first, esw_error *error);

/* From now on nobody gets a number of this round's work. */
esw_status eswi_dispenser_shut(eswi_dispenser *dispenser, esw_error *error);

#endif
