#include "sweep/scenario.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/machine.h"
#include "base/text.h"
#include "sweep/experiment.h"

void *eswi_scenario_block(size_t bytes)
{
    size_t rounded = (bytes + 64) / 64 * 64;
    void *block = aligned_alloc(64, rounded);
    if (block)
        memset(block, 0, rounded);
    return block;
}

esw_status eswi_scenario_check_memory(const esw_experiment *experiment, const esw_config *config, uint64_t more,
                                      bool document, esw_error *error)
{
    /* A number of 4 bytes takes 40 as an element of a JSON list; a document is built beside the instance. */
    const double share = document ? 11 : 1;
    const esw_sizes sizes = experiment->system->sizes(config);
    const double needed = (double)more + share * ((double)sizes.instance_bytes + (double)sizes.decision_bytes);
    const double left = 0.9 * (double)eswi_machine_memory_bytes();
    if (needed <= left)
        return ESW_OK;
    char needed_text[32], left_text[32];
    return esw_fail(
        error, ESW_TOO_LARGE,
        "%s: one scenario%s takes about %s of memory, free: %s; make the instance smaller", experiment->source,
        document ? " with its document" : "", eswi_format_bytes(needed, needed_text),
        eswi_format_bytes(left, left_text));
}

esw_status eswi_scenario_solve(const eswi_solver_ops *ops, const eswi_point *point, uint64_t scenario,
                               const void *given, eswi_solved *solved, esw_error *error)
{
    esw_sizes sizes = point->system->sizes(point->config);
    eswi_resources resources = {.threads = eswi_machine_cores(), .batch = 1};
    eswi_solver *solver = NULL;
    *solved =
        (eswi_solved){eswi_scenario_block(sizes.instance_bytes), eswi_scenario_block(sizes.decision_bytes), 0};
    if (!solved->instance || !solved->decision)
        return esw_fail(error, ESW_NO_MEMORY, "out of memory for one instance of %zu bytes",
                        sizes.instance_bytes);
    if (given)
        memcpy(solved->decision, given, sizes.decision_bytes);
    esw_status status = ops->open(point, &resources, &solver, error);
    if (!status)
        status = ops->stage(solver, scenario, 1, error);
    const double begun_s = eswi_clock_s();
    if (!status)
        status = ops->solve(solver, 0, solved->decision, error);
    solved->seconds = eswi_clock_s() - begun_s;
    if (!status)
        memcpy(solved->instance, ops->instance(solver, 0), sizes.instance_bytes);
    if (solver)
        ops->close(solver);
    return status;
}

void eswi_solved_free(eswi_solved *solved)
{
    free(solved->instance);
    free(solved->decision);
    *solved = (eswi_solved){0};
}

esw_status eswi_answer_make(const esw_experiment *experiment, size_t point, size_t method, uint64_t scenario,
                            const char *backend, bool document, eswi_answer *answer, esw_error *error)
{
    const eswi_solver_ops *ops;
    *answer = (eswi_answer){0};
    if (point >= experiment->n_points || method >= experiment->n_methods)
        return esw_fail(error, ESW_BAD_USAGE, "%s: has %zu points and %zu methods, counted from 0",
                        experiment->source, experiment->n_points, experiment->n_methods);
    esw_status status = eswi_backend_find(backend, experiment->system, UINT64_C(1) << experiment->methods[method].method,
                                          &answer->backend, &ops, error);
    if (!status)
        status = eswi_point_configure(experiment, point, method, &answer->configs, error);
    if (!status)
        status = eswi_point_check_scenarios(experiment, point, answer->configs.instance, scenario + 1, error);
    if (!status) {
        const eswi_resources resources = {.threads = eswi_machine_cores(), .batch = 1};
        const uint64_t solver_bytes = ops->footprint(&answer->configs.point, &resources);
        status = eswi_scenario_check_memory(experiment, answer->configs.instance, solver_bytes, document, error);
    }
    if (!status)
        status = eswi_scenario_solve(ops, &answer->configs.point, scenario, NULL, &answer->solved, error);
    return status;
}

void eswi_answer_free(eswi_answer *answer)
{
    eswi_solved_free(&answer->solved);
    if (answer->configs.system)
        eswi_point_free(&answer->configs);
}

json_t *eswi_document_head(const esw_experiment *experiment, size_t point, const char *backend)
{
    return json_pack("{s:o, s:s, s:o, s:o}", "edgesweep", esw_identity_json(backend), "system",
                     experiment->system->name, "seed", eswi_seed_json(experiment->seed), "point",
                     esw_experiment_point_json(experiment, point));
}
