/* One scenario outside a run: drawn, and solved by one method. */
#ifndef ESWI_SCENARIO_H
#define ESWI_SCENARIO_H

#include "sweep/plan.h"

/* A zeroed block for an instance or a decision, 64-byte aligned; free with free. NULL when out of memory. */
void *eswi_scenario_block(size_t bytes);

/* Whether this machine has the memory for one scenario, with its document or without, beside `more` bytes. ESW_TOO_LARGE
 * names what is needed and what is free. */
esw_status eswi_scenario_check_memory(const esw_experiment *experiment, const esw_config *config, uint64_t more,
                                      bool document, esw_error *error);

/* A scenario, what a method made of it, and how long the method took (drawing not counted). */
typedef struct eswi_solved {
    void *instance, *decision;
    double seconds;
} eswi_solved;

/* Solves a scenario with run 0 of the point. `given` is the decision that a method with the scope ESW_SCOPE_OWN is to find,
 * else NULL. Free *solved also after a failure. */
esw_status eswi_scenario_solve(const eswi_solver_ops *ops, const eswi_point *point, uint64_t scenario, const void *given,
                               eswi_solved *solved, esw_error *error);
void eswi_solved_free(eswi_solved *solved);

/* The same for a method of an experiment, to make a document of or not. Free *answer also after a failure. */
typedef struct eswi_answer {
    const eswi_backend *backend;
    eswi_point_configs configs; /* run 0 is the method */
    eswi_solved solved;
} eswi_answer;

esw_status eswi_answer_make(const esw_experiment *experiment, size_t point, size_t method, uint64_t scenario,
                            const char *backend, bool document, eswi_answer *answer, esw_error *error);
void eswi_answer_free(eswi_answer *answer);

/* {"edgesweep", "system", "seed", "point"}: how every document begins. New reference; NULL when out of memory.
 */
json_t *eswi_document_head(const esw_experiment *experiment, size_t point, const char *backend);

#endif
