/* esw_solve, esw_solve_score: one scenario solved by one method, as a document or only scored. */
#include "edgesweep/run.h"
#include "sweep/experiment.h"
#include "sweep/metrics.h"
#include "sweep/scenario.h"

static json_t *solve_document(const esw_experiment *experiment, size_t point, size_t method, uint64_t scenario,
                              const eswi_answer *answer)
{
    const eswi_solved *solved = &answer->solved;
    json_t *document = eswi_document_head(experiment, point, answer->backend->name);
    json_t *described =
        experiment->system->describe(answer->configs.runs[0].config, solved->instance, solved->decision);
    json_t *diagnostics = json_object_get(described, "diagnostics");
    int failed = !document || !described;
    if (!failed) {
        failed |= json_object_set_new(document, "scenario", json_integer((json_int_t)scenario));
        failed |= json_object_set_new(document, "method", json_string(experiment->methods[method].label));
        failed |= diagnostics && json_object_set_new(diagnostics, "seconds", json_real(solved->seconds));
        failed |= json_object_update(document, described);
    }
    json_decref(described);
    if (failed) {
        json_decref(document);
        return NULL;
    }
    return document;
}

esw_status esw_solve(const esw_experiment *experiment, size_t point, size_t method, uint64_t scenario,
                     const char *backend, json_t **document, esw_error *error)
{
    eswi_answer answer;
    esw_status status = eswi_answer_make(experiment, point, method, scenario, backend, true, &answer, error);
    if (!status) {
        *document = solve_document(experiment, point, method, scenario, &answer);
        if (!*document)
            status = esw_fail(error, ESW_NO_MEMORY, "%s: out of memory for the document", experiment->source);
    }
    eswi_answer_free(&answer);
    return status;
}

esw_status esw_solve_score(const esw_experiment *experiment, size_t point, size_t method, uint64_t scenario,
                           const char *backend, json_t **metrics, esw_error *error)
{
    double values[ESWI_METRICS_MAX];
    eswi_answer answer;
    esw_status status = eswi_answer_make(experiment, point, method, scenario, backend, false, &answer, error);
    if (!status) {
        experiment->system->account(answer.configs.runs[0].config, answer.solved.instance, answer.solved.decision,
                                    &(esw_scores){.metrics = values});
        *metrics = eswi_metrics_json(experiment->system, values);
        if (!*metrics)
            status = esw_fail(error, ESW_NO_MEMORY, "%s: out of memory", experiment->source);
    }
    eswi_answer_free(&answer);
    return status;
}
