/* Every method on every backend of this machine against the oracle. */
#include "edgesweep/run.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/isa.h"
#include "base/machine.h"
#include "base/text.h"
#include "edgesweep/backend.h"
#include "sweep/experiment.h"
#include "sweep/metrics.h"
#include "sweep/plan.h"

/* Two double evaluations of the same equations: docs/tolerances.md, TOLERANCE_ORACLE. */
static const double tolerance = 1e-12;

enum { BATCH = 16 };

typedef struct verifier {
    const esw_experiment *experiment;
    const esw_system *system;
    uint64_t scenarios;
    esw_verification *verdicts; /* [method] of the backend in work */
    json_t ***reference;        /* [point * methods + method][scenario]: the decisions of the first backend */
} verifier;

/* ---------------------------------------------------------------- one decision */

static double relative_difference(double a, double b)
{
    if (a == b || (isnan(a) && isnan(b)))
        return 0;
    const double size = fmax(fabs(a), fabs(b));
    return isfinite(a) && isfinite(b) ? fabs(a - b) / size : INFINITY;
}

/* The accountant against the oracle. */
static void compare_scores(const verifier *v, const esw_config *config, const void *instance,
                           const void *decision, esw_verification *verdict)
{
    double account[ESWI_METRICS_MAX], oracle[ESWI_METRICS_MAX];
    v->system->account(config, instance, decision, &(esw_scores){.metrics = account});
    v->system->oracle(config, instance, decision, oracle);
    for (size_t m = 0; m < v->system->n_metrics; ++m) {
        const double difference = isnan(oracle[m]) ? 0 : relative_difference(account[m], oracle[m]);
        if (!verdict->metric || difference > verdict->difference) {
            verdict->difference = difference;
            verdict->metric = v->system->metrics[m].name;
        }
    }
}

/* Reads the decision of a document back, as `account` does: it must keep every constraint. */
static bool is_feasible(const verifier *v, const esw_config *config, const json_t *document, void *instance_read,
                        void *decision_read)
{
    return v->system->read(config, document, instance_read, decision_read, NULL) == ESW_OK;
}

/* ---------------------------------------------------------------- one backend at one point */

typedef struct bench {
    const eswi_solver_ops *ops;
    eswi_point_configs configs;
    eswi_point point;      /* with those of the methods that the backend has */
    eswi_method_run *runs; /* [point.n_runs] */
    size_t *methods;       /* [point.n_runs] of the experiment */
    eswi_solver *solver;
    esw_sizes sizes;
    unsigned char *decisions;                     /* [BATCH] */
    unsigned char *instance_read, *decision_read; /* of one scenario */
} bench;

static void *allocate(size_t bytes)
{
    void *memory = aligned_alloc(64, (bytes + 64) / 64 * 64);
    if (memory)
        memset(memory, 0, (bytes + 64) / 64 * 64);
    return memory;
}

static esw_status bench_open(bench *b, const verifier *v, const eswi_solver_ops *ops, size_t point,
                             esw_error *error)
{
    const eswi_resources resources = {.threads = eswi_machine_cores(), .batch = BATCH};
    *b = (bench){.ops = ops};
    esw_status status = eswi_point_configure(v->experiment, point, ESW_NONE, &b->configs, error);
    if (status)
        return status;
    b->sizes = v->system->sizes(b->configs.instance);
    b->runs = calloc(v->experiment->n_methods, sizeof *b->runs);
    b->methods = calloc(v->experiment->n_methods, sizeof *b->methods);
    b->decisions = allocate(BATCH * b->sizes.decision_bytes);
    b->instance_read = allocate(b->sizes.instance_bytes);
    b->decision_read = allocate(b->sizes.decision_bytes);
    if (!b->runs || !b->methods || !b->decisions || !b->instance_read || !b->decision_read)
        return esw_fail(error, ESW_NO_MEMORY, "verify: out of memory");
    b->point = b->configs.point;
    b->point.runs = b->runs;
    b->point.n_runs = 0;
    for (size_t m = 0; m < v->experiment->n_methods; ++m)
        if (!v->verdicts[m].missing) {
            b->methods[b->point.n_runs] = m;
            b->runs[b->point.n_runs++] = b->configs.runs[m];
        }
    return b->point.n_runs > 0 ? ops->open(&b->point, &resources, &b->solver, error) : ESW_OK;
}

static void bench_close(bench *b)
{
    if (b->solver)
        b->ops->close(b->solver);
    eswi_point_free(&b->configs);
    free(b->runs);
    free(b->methods);
    free(b->decisions);
    free(b->instance_read);
    free(b->decision_read);
}

/* The batch that was solved by a method: scores, feasibility, and the decisions of the first backend. */
static void check_batch(const verifier *v, const bench *b, size_t point, size_t method, uint64_t first,
                        uint32_t count)
{
    esw_verification *verdict = &v->verdicts[method];
    const esw_config *config = b->configs.runs[method].config;
    json_t **reference = v->reference[point * v->experiment->n_methods + method];
    for (uint32_t i = 0; i < count; ++i) {
        const unsigned char *decision = b->decisions + i * b->sizes.decision_bytes;
        const void *instance = b->ops->instance(b->solver, i);
        compare_scores(v, config, instance, decision, verdict);
        json_t *document = v->system->describe(config, instance, decision);
        json_t *told = json_incref(json_object_get(document, "decision")); /* what is told of it: every bit but padding */
        verdict->infeasible +=
            !document || !is_feasible(v, config, document, b->instance_read, b->decision_read);
        json_decref(document);
        if (verdict->is_reference) {
            reference[first + i] = told;
        } else {
            verdict->differing += !json_equal(reference[first + i], told);
            json_decref(told);
        }
        ++verdict->decisions;
    }
}

static esw_status verify_point(verifier *v, const eswi_solver_ops *ops, size_t point, esw_error *error)
{
    bench b;
    esw_status status = bench_open(&b, v, ops, point, error);
    for (size_t m = 0; m < v->experiment->n_methods && !status; ++m) {
        json_t ***reference = &v->reference[point * v->experiment->n_methods + m];
        if (!*reference && !(*reference = calloc(v->scenarios, sizeof **reference)))
            status = esw_fail(error, ESW_NO_MEMORY, "verify: out of memory");
    }
    for (uint64_t first = 0; first < v->scenarios && b.solver && !status; first += BATCH) {
        const uint32_t count = v->scenarios - first < BATCH ? (uint32_t)(v->scenarios - first) : BATCH;
        status = ops->stage(b.solver, first, count, error);
        for (size_t run = 0; run < b.point.n_runs && !status; ++run) {
            status = ops->solve(b.solver, run, b.decisions, error);
            if (!status)
                check_batch(v, &b, point, b.methods[run], first, count);
        }
    }
    bench_close(&b);
    return status;
}

/* ---------------------------------------------------------------- all */

static bool has_method(const eswi_solver_ops *ops, size_t method)
{
    return ops && (ops->methods == 0 || ops->methods >> method & 1);
}

static esw_status verify_backend(verifier *v, const eswi_backend *backend, bool is_reference,
                                 const esw_verify_options *options, bool *failed, esw_error *error)
{
    const eswi_solver_ops *ops = backend->ops(v->system);
    esw_status status = ESW_OK;
    for (size_t m = 0; m < v->experiment->n_methods; ++m)
        v->verdicts[m] = (esw_verification){.system = v->system->name,
                                            .backend = backend->name,
                                            .method = v->experiment->methods[m].label,
                                            .is_reference = is_reference,
                                            .missing = !has_method(ops, v->experiment->methods[m].method)};
    for (size_t point = 0; ops && point < v->experiment->n_points && !status; ++point)
        status = verify_point(v, ops, point, error);
    for (size_t m = 0; m < v->experiment->n_methods && !status; ++m) {
        esw_verification *verdict = &v->verdicts[m];
        verdict->passed =
            verdict->difference <= tolerance && verdict->infeasible == 0 && verdict->differing == 0;
        *failed |= !verdict->passed;
        options->report(options->context, verdict);
    }
    return status;
}

/* The backends that work here: the CPU's (else the first) before the others, which are compared with it. */
static esw_status verify_backends(verifier *v, const esw_verify_options *options, bool *failed,
                                  esw_error *error)
{
    const eswi_backend *const *all = eswi_backends();
    size_t reference = 0;
    for (size_t i = 0; all[i]; ++i)
        if (strcmp(all[i]->name, "cpu") == 0)
            reference = i;
    esw_status status = verify_backend(v, all[reference], true, options, failed, error);
    for (size_t i = 0; all[i] && !status; ++i)
        if (i != reference && esw_backend_usable(i))
            status = verify_backend(v, all[i], false, options, failed, error);
    return status;
}

static esw_status verify_system(const esw_system *system, const esw_verify_options *options, bool *failed,
                                esw_error *error)
{
    esw_experiment *experiment;
    const esw_overrides overrides = {.scenarios = options->scenarios};
    esw_status status = esw_experiment_parse(system->verify, strlen(system->verify), system->name, ".",
                                             &overrides, &experiment, error);
    if (status)
        return status;
    const size_t n = experiment->n_points * experiment->n_methods;
    verifier v = {.experiment = experiment, .system = system, .scenarios = experiment->scenarios};
    v.verdicts = calloc(experiment->n_methods, sizeof *v.verdicts);
    v.reference = calloc(n, sizeof *v.reference);
    status = v.verdicts && v.reference ? verify_backends(&v, options, failed, error)
                                       : esw_fail(error, ESW_NO_MEMORY, "verify: out of memory");
    for (size_t i = 0; v.reference && i < n; ++i) {
        for (uint64_t s = 0; v.reference[i] && s < experiment->scenarios; ++s)
            json_decref(v.reference[i][s]);
        free(v.reference[i]);
    }
    free(v.reference);
    free(v.verdicts);
    esw_experiment_free(experiment);
    return status;
}

static esw_status unknown_system(const char *name, esw_error *error)
{
    char known[256] = "";
    for (const esw_system *const *system = esw_systems(); *system; ++system)
        if ((*system)->oracle && (*system)->verify)
            eswi_list_append(known, sizeof known, (*system)->name);
    return esw_fail(error, ESW_BAD_USAGE, "--system: found '%.60s', no system with an oracle of that name; known: %s",
                    name, known);
}

esw_status esw_verify(const esw_verify_options *options, esw_error *error)
{
    bool failed = false, some = false;
    esw_status status = eswi_isa_check(error);
    for (const esw_system *const *system = esw_systems(); *system && !status; ++system) {
        if (options->system && strcmp(options->system, (*system)->name) != 0)
            continue;
        if (!(*system)->oracle || !(*system)->verify)
            continue;
        some = true;
        status = verify_system(*system, options, &failed, error);
    }
    if (status)
        return status;
    if (!some)
        return unknown_system(options->system ? options->system : "", error);
    return failed ? esw_fail(error, ESW_CHECK_FAILED, "a method or a backend does not agree with the oracle")
                  : ESW_OK;
}
