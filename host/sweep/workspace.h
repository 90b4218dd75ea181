/* The work on one sweep point: blocks in, journal records out. */
#ifndef ESWI_WORKSPACE_H
#define ESWI_WORKSPACE_H

#include "sweep/journal.h"
#include "sweep/plan.h"

/* Everything a point needs, allocated once; running blocks allocates nothing but what records grow by. */
typedef struct eswi_workspace {
    const eswi_run_plan *plan;
    size_t point;
    size_t optimum, baseline; /* runs, ESW_NONE if not asked for */
    eswi_point_configs configs;
    esw_sizes sizes;
    eswi_block_shape shape;
    eswi_solver *solver;
    uint32_t batch, group;    /* scenarios per backend call, and held at once */
    unsigned char *decisions; /* [batch][decision_bytes] */
    double *metrics;          /* [run][metric][group] */
    double *entities;         /* [run][group][entity_values] */
    eswi_running *series;     /* [run][series_values] */
    double *series_scratch;   /* [threads][series_values] */
    eswi_buffer *records;     /* [run][block of the group] */
    size_t n_records;
} eswi_workspace;

/* Free also after a failure. */
esw_status eswi_workspace_open(eswi_workspace *workspace, const esw_experiment *experiment,
                               const eswi_run_plan *plan, size_t point, esw_error *error);
void eswi_workspace_close(eswi_workspace *workspace);

/* Whether to give up what is in flight; asked between batches. */
typedef struct eswi_patience {
    bool (*over)(const void *context);
    const void *context;
} eswi_patience;

/* Solves and accounts scenarios first .. first+count-1, whole blocks of the run and at most `group`, by the methods
 * with wanted[method] = 1 (and those that these are compared with), and appends their records to the journal in the
 * order of block, then method (journal NULL: to nowhere). When patience is over before the last batch nothing of them is kept:
 * ESW_INTERRUPTED. */
esw_status eswi_workspace_run(eswi_workspace *workspace, uint64_t first, uint32_t count,
                              const unsigned char *wanted, eswi_journal *journal, const eswi_patience *patience,
                              esw_error *error);

/* The moments of a metric of a method over block `block` of the group that eswi_workspace_run did last. */
eswi_moments eswi_workspace_moments(const eswi_workspace *workspace, size_t method, size_t metric,
                                    uint32_t block, uint32_t count);

#endif
