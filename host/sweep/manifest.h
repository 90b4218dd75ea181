/* Where results come from: the identity of this build and the manifest of a run. */
#ifndef ESWI_MANIFEST_H
#define ESWI_MANIFEST_H

#include "sweep/plan.h"

/* {version, commit, dirty, compiler, flags}; a new reference. */
json_t *eswi_build_json(void);

/* How a run stands, for its manifest. */
typedef struct eswi_run_state {
    const char *state; /* "running", "done", "interrupted", "failed", "merged" or "merged in part" */
    char started[24];  /* UTC */
    char ended[24];    /* "" while running */
    json_t *history;   /* what earlier manifests of the directory said of their processes; NULL or an array */
} eswi_run_state;

/* Writes directory/manifest.json. `plan` is NULL where nothing was solved (a merge). */
esw_status eswi_manifest_write(const char *directory, const esw_experiment *experiment,
                               const eswi_run_plan *plan, const esw_run_options *options,
                               const eswi_run_state *state, esw_error *error);

/* The history of a directory whose manifest is about to be replaced: who worked on it so far. A new reference; an
 * empty array when there is no manifest; NULL when out of memory. */
json_t *eswi_manifest_history(const char *directory);

#endif
