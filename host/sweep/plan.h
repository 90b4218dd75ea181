/* What a run will take, checked before it starts. */
#ifndef ESWI_PLAN_H
#define ESWI_PLAN_H

#include "backend/backend.h"
#include "edgesweep/run.h"
#include "sweep/block.h"

/* The configs of one sweep point: the instance's and one per method. */
typedef struct eswi_point_configs {
    const esw_system *system;
    esw_config *instance;
    eswi_method_run *runs;
    size_t n_runs;
    eswi_point point; /* points into the above */
} eswi_point_configs;

/* Configures a point and all methods of the experiment, or `only` one of them (ESW_NONE: all). Free also after
 * a failure. */
esw_status eswi_point_configure(const esw_experiment *experiment, size_t point, size_t only,
                                eswi_point_configs *configs, esw_error *error);
void eswi_point_free(eswi_point_configs *configs);

/* Whether a point has this many scenarios: where they come from a file, it says how many there are. ESW_BAD_USAGE names
 * both numbers. */
esw_status eswi_point_check_scenarios(const esw_experiment *experiment, size_t point, const esw_config *config,
                                      uint64_t wanted, esw_error *error);

/* Scenarios the engine holds at once with a batch: whole blocks. */
uint32_t eswi_group_scenarios(const eswi_block_shape *shape, uint32_t batch);

/* How one point runs. */
typedef struct eswi_point_plan {
    uint32_t batch;
    uint64_t solver_bytes, engine_bytes;
    uint64_t journal_bytes;
} eswi_point_plan;

typedef struct eswi_run_plan {
    const eswi_backend *backend;
    const eswi_solver_ops *ops;
    int threads;
    uint64_t allowed_bytes;
    eswi_metrics metrics;
    eswi_point_plan *points; /* [points of the experiment] */
    const esw_system *system;
    esw_config *kept; /* point 0's: what configs share with it, a file of channels, is not read for every point again */
    esw_plan summary;
} eswi_run_plan;

/* Free also after a failure. Errors as esw_plan_make. */
esw_status eswi_run_plan_make(const esw_experiment *experiment, const esw_run_options *options,
                              eswi_run_plan *plan, esw_error *error);
void eswi_run_plan_free(eswi_run_plan *plan);

#endif
