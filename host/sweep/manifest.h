/* Where results come from: the identity of this build and the manifest of a run. */
#ifndef ESWI_MANIFEST_H
#define ESWI_MANIFEST_H

#include "sweep/plan.h"

/* {version, commit, dirty, compiler, flags}; a new reference. */
json_t *eswi_build_json(void);

/* Writes directory/manifest.json. `state` is "running", "done", "interrupted" or "failed"; `started` and
 * `ended` are UTC texts, `ended` NULL while running. */
esw_status eswi_manifest_write(const char *directory, const esw_experiment *experiment,
                               const eswi_run_plan *plan, const esw_run_options *options, const char *state,
                               const char *started, const char *ended, esw_error *error);

#endif
