/* The system descriptor: all that the engine (sweep, journal, results, report, command line) knows of a system.
 *
 * A system is one folder under host/, one kernels folder and one line in host/backend/registry.c. Its parameter,
 * metric, method and field tables drive loading, validation, listings, documentation and results; its functions stage
 * an instance, account a decision and describe both as JSON. Solving is the backend's part (host/backend/backend.h).
 *
 * One scenario is one independent problem, a pure function of (seed, scenario). All functions here are thread safe
 * as long as each thread passes its own instance and decision.
 */
#ifndef EDGESWEEP_SYSTEM_H
#define EDGESWEEP_SYSTEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "edgesweep/grid.h"
#include "edgesweep/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---------------------------------------------------------------- parameters */

typedef enum esw_param_type {
    ESW_PARAM_INTEGER, /* integral, in [low, high] */
    ESW_PARAM_REAL,    /* finite, in [low, high] */
    ESW_PARAM_CHOICE,  /* one of `choices` */
    ESW_PARAM_BOOLEAN, /* true | false */
    ESW_PARAM_TREE,    /* text or a YAML tree that the system interprets (a profile, a mix, a graph) */
} esw_param_type;

enum {
    ESW_PARAM_PER_METHOD = 1,  /* a method entry may override it: {use: li-gd, access: oma}; never changes the instance */
    ESW_PARAM_METHOD_ONLY = 2, /* an option of methods only (levels, gap, ...): not allowed under `parameters:` */
    ESW_PARAM_NULLABLE = 4,    /* may be left unset; then `set` is false */
};

typedef struct esw_param {
    const char *name;
    esw_param_type type;
    const char *unit;          /* "Hz", "W", "dBm", "1" for none */
    const char *default_value; /* as it would be written in YAML; NULL with ESW_PARAM_NULLABLE */
    double low, high;          /* inclusive range of numbers */
    const char *choices;       /* "noma|oma|oma-in-cell" for ESW_PARAM_CHOICE, else NULL */
    unsigned flags;
    const char *help;   /* one sentence */
    const char *source; /* where the default comes from, with its status (paper, standard, assumed, ...) */
} esw_param;

/* One resolved value; the array of a point is in the order of the system's parameter table. */
typedef struct esw_value {
    bool set;
    int64_t integer; /* INTEGER; CHOICE: index into choices; BOOLEAN: 0 | 1 */
    double real;     /* REAL, and INTEGER as a double */
    json_t *tree;    /* TREE: string, array or object, borrowed from the experiment */
    int line;        /* where the experiment file set it; 0 = default, below 0 = the command line (--set) */
} esw_value;

/* ---------------------------------------------------------------- metrics, methods, fields */

enum {
    ESW_METRIC_LATENCY = 1,     /* the metric whose ratio of means is the speed-up */
    ESW_METRIC_ENERGY = 2,      /* the metric of the energy ratio */
    ESW_METRIC_OBJECTIVE = 4,   /* the minimised objective: gaps are computed on it */
    ESW_METRIC_DIAGNOSTIC = 8,  /* iterations, evaluations, ...: shown apart */
    ESW_METRIC_LOWER_BOUND = 16 /* a certified lower bound on the objective (NaN where a method has none) */
};

typedef struct esw_metric {
    const char *name, *unit;
    unsigned flags;
    const char *help;
} esw_metric;

typedef struct esw_method {
    const char *name;
    const char *help;
    const char *options; /* space-separated names of ESW_PARAM_METHOD_ONLY parameters it takes, or "" */
} esw_method;

/* A parameter whose default differs for one method, as it would be written in YAML. It counts as an option that the
 * method's entry gives where neither the entry nor the experiment (`parameters:`, `sweep:`, --set) has the parameter. */
typedef struct esw_method_default {
    size_t method, param;
    const char *value;
} esw_method_default;

/* A per-entity column (per user, per client) of `keep: [users]`; integral ones get a histogram in `show`. */
typedef struct esw_field {
    const char *name, *unit;
    bool integral;
    const char *help;
} esw_field;

/* ---------------------------------------------------------------- the descriptor */

#define ESW_SCOPE_OWN "own-assignment"

typedef struct esw_config esw_config; /* a system's own parameter struct, ready to compute with; opaque here */

/* Sizes of the memory blocks one scenario needs. Blocks are 64-byte aligned and hold no pointers to elsewhere. */
typedef struct esw_sizes {
    size_t instance_bytes;
    size_t decision_bytes;
    size_t entities; /* rows of the per-entity fields */
    size_t frames;   /* length of the series, 0 for systems that do not run in time */
    uint64_t scenarios; /* scenarios 0 .. n-1 are all there are, where they come from a file; 0: any number */
    size_t file_bytes;  /* memory of the config for what a file says of its scenarios; 0: `stage` draws all of them */
} esw_sizes;

/* What an accountant fills; NULL: not wanted. */
typedef struct esw_scores {
    double *metrics; /* [n_metrics] */
    double *fields;  /* [n_fields][entities] */
    double *series;  /* [n_series][frames] */
} esw_scores;

typedef struct esw_system {
    const char *name, *title, *paper;
    const char *entity; /* "users", "clients": the name in `keep:` and in the results */
    const esw_param *params;
    size_t n_params;
    const esw_metric *metrics;
    size_t n_metrics;
    /* [n_metrics] "none|converged|...": what the values 0, 1, ... of a metric stand for; NULL for metrics that are
     * numbers. NULL as a whole where all of them are. */
    const char *const *codes;
    const esw_method *methods;
    size_t n_methods;
    const esw_method_default *method_defaults; /* parameters with ESW_PARAM_PER_METHOD; may be NULL */
    size_t n_method_defaults;
    const esw_field *fields;
    size_t n_fields;
    const esw_metric *series; /* metrics per frame of systems that run in time; NULL otherwise */
    size_t n_series;

    /* Builds a config from resolved values (n_params of them) and checks what a range cannot: combinations,
     * files, dimensions. `base_dir` resolves relative paths. On failure *error names the parameter and, from
     * values[].line, the line. ESW_BAD_INPUT, ESW_IO, ESW_NO_MEMORY. */
    esw_status (*configure)(const esw_value *values, const char *base_dir, esw_config **config, esw_error *error);
    void (*config_free)(esw_config *config);
    /* What is allowed but may surprise whoever asked for it, one line that the commands print before they start; "" where
     * there is nothing to say. NULL: never. */
    void (*remark)(const esw_config *config, char *text, size_t size);
    esw_sizes (*sizes)(const esw_config *config);

    /* Fills `instance` from (seed, scenario), a scenario that `sizes` says there is; no allocation, no libm. */
    void (*stage)(const esw_config *config, uint64_t seed, uint64_t scenario, void *instance);

    /* Scores a finished decision in double precision. The only source of reported metrics. */
    void (*account)(const esw_config *config, const void *instance, const void *decision, const esw_scores *scores);

    /* The same metrics from the system's oracle: naive functions of the paper's equations that share no formula with
     * `account`; NaN for what no equation gives (counters). Slow, and not of the same bits everywhere: for
     * `edgesweep verify` and tests. NULL where a system has none. */
    void (*oracle)(const esw_config *config, const void *instance, const void *decision, double *metrics);

    /* An experiment (YAML) of all methods, small enough for the oracle, that `edgesweep verify` runs; with `oracle`. */
    const char *verify;

    /* JSON of `solve --json`: keys "parameters", "instance", "decision", "terms", "metrics", "diagnostics".
     * `decision` may be NULL (then only parameters and instance). NULL when out of memory. New reference. */
    json_t *(*describe)(const esw_config *config, const void *instance, const void *decision);

    /* The inverse for `account FILE.json`: values for `configure` are rebuilt from document.parameters, then the
     * instance and the decision are read and checked (shape, range, feasibility: an infeasible decision is refused
     * with the broken constraint and the user named). Call order: config_from_json, then read. */
    esw_status (*config_from_json)(const json_t *document, const char *base_dir, esw_config **config, esw_error *error);
    esw_status (*read)(const esw_config *config, const json_t *document, void *instance, void *decision,
                       esw_error *error);

    /* For `account --against`: some methods look for the best within a scope. Makes `config` that of a method's k-th scope,
     * from 0, and gives its name; NULL when there are no more, or none at all. In the one named ESW_SCOPE_OWN the method
     * keeps what the decision that the CPU's `solve` finds in its place has fixed (ecc: who may send where). NULL: no method
     * has any. */
    const char *(*scope)(esw_config *config, size_t method, int k);

    /* The cost grid of `solve --grid`, for systems with a method that searches one; NULL otherwise. */
    const esw_grid_ops *grid;

    /* Named inputs a listing shows beside the parameters (profiles, curves): "name\thelp" strings, NULL-terminated. */
    const char *const *(*catalogue)(void);
} esw_system;

/* The systems built in, NULL-terminated, and one by its name (NULL if unknown). Thread safe. */
const esw_system *const *esw_systems(void);
const esw_system *esw_system_find(const char *name);

#ifdef __cplusplus
}
#endif
#endif
