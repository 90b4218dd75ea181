/* What a backend offers the engine: per system, four operations on batches of scenarios.
 *
 * A solver belongs to one sweep point: the configs of all its methods share the instance. `open` sizes and allocates
 * everything, the other calls never allocate. A batch is any run of consecutive scenarios of at most the capacity
 * `open` was given; results never depend on how scenarios are cut into batches.
 */
#ifndef ESWI_BACKEND_H
#define ESWI_BACKEND_H

#include "edgesweep/system.h"

/* One method of a point: an index into the system's method table and the config it runs with. */
typedef struct eswi_method_run {
    size_t method;
    const esw_config *config;
} eswi_method_run;

typedef struct eswi_point {
    const esw_system *system;
    uint64_t seed;
    const esw_config *config; /* instance parameters; runs[i].config differ in per-method parameters only */
    const eswi_method_run *runs;
    size_t n_runs;
} eswi_point;

typedef struct eswi_resources {
    int threads;      /* worker threads, >= 1 */
    uint32_t batch;   /* most scenarios per call of stage/solve, >= 1 */
    size_t max_bytes; /* memory the solver may take, 0 = no limit beyond the machine */
} eswi_resources;

typedef struct eswi_solver eswi_solver;

typedef struct eswi_solver_ops {
    /* Memory `open` would take with these resources, for planning and --dry-run. */
    size_t (*footprint)(const eswi_point *point, const eswi_resources *resources);
    esw_status (*open)(const eswi_point *point, const eswi_resources *resources, eswi_solver **solver,
                       esw_error *error);
    void (*close)(eswi_solver *solver);
    /* Makes scenarios first .. first+count-1 the current batch. */
    esw_status (*stage)(eswi_solver *solver, uint64_t first, uint32_t count, esw_error *error);
    /* Solves the current batch with run `run`; decision i (decision_bytes apart, 64-byte aligned) is scenario first+i. */
    esw_status (*solve)(eswi_solver *solver, size_t run, void *decisions, esw_error *error);
    /* Host view of instance i of the current batch, valid until the next stage. */
    const void *(*instance)(eswi_solver *solver, uint32_t i);
    uint64_t methods; /* bit m: it solves method m of the system's table; 0: it solves all */
    uint32_t batch_worth; /* scenarios a call beyond which nothing is gained; 0: what a processor gains from */
} eswi_solver_ops;

typedef struct eswi_backend eswi_backend;
struct eswi_backend {
    const char *name;              /* "cpu", "cuda", "simt" */
    const char *(*describe)(void); /* device and instruction set, for info and the manifest */
    const eswi_solver_ops *(*ops)(
        const esw_system *system); /* NULL where the backend does not know the system */
    /* Whether it works on this machine: ESW_BACKEND with the reason where it does not. NULL: always. Thread safe. */
    esw_status (*usable)(const eswi_backend *self, esw_error *error);
};

/* What a backend in a file of its own exports, as a variable named eswi_backend_module. The program takes it only if
 * `abi` is its own ESWI_BACKEND_ABI, which backend_abi.h defines: a hash of all headers that modules share with it. */
#define ESWI_BACKEND_SYMBOL "eswi_backend_module"

typedef struct eswi_backend_exports {
    const char *abi;
    const eswi_backend *backend;
} eswi_backend_exports;

/* The backend `name` (NULL: "auto") and its operations for a system, of whose methods those in `methods` (bit m:
 * method m) are to be solved. "auto" takes the best one that works here and can do that. ESW_BACKEND with the reason
 * when a named one does not or cannot. */
esw_status eswi_backend_find(const char *name, const esw_system *system, uint64_t methods,
                             const eswi_backend **backend, const eswi_solver_ops **ops, esw_error *error);

/* Backends a program can have at most. */
enum { ESWI_BACKENDS_MAX = 3 };

/* Backends compiled in or found as modules, whether usable here or not, NULL-terminated. Thread safe. */
const eswi_backend *const *eswi_backends(void);

/* Whether a backend works on this machine; asks its `usable`. */
esw_status eswi_backend_usable(const eswi_backend *backend, esw_error *error);

#endif
