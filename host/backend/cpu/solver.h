/* The CPU backend's solver, the same for all systems, and what each of them gives it. */
#ifndef ESWI_CPU_SOLVER_H
#define ESWI_CPU_SOLVER_H

#include "backend/backend.h"

/* Staged instances, and where their decisions go. */
typedef struct eswi_cpu_batch {
    const char *instances; /* [count] blocks, instance_bytes apart */
    char *decisions;       /* [count] blocks, decision_bytes apart */
    size_t instance_bytes, decision_bytes;
    uint32_t count;
} eswi_cpu_batch;

/* A method that divides a whole batch among the threads itself. */
typedef struct eswi_cpu_collective {
    /* What `open` allocates. */
    size_t (*bytes)(const eswi_method_run *run, const eswi_resources *resources);
    esw_status (*open)(const eswi_method_run *run, const eswi_resources *resources, void **state,
                       esw_error *error);
    void (*close)(void *state); /* NULL is allowed */
    void (*solve)(void *state, const eswi_cpu_batch *batch);
} eswi_cpu_collective;

typedef struct eswi_cpu_system {
    const char *name; /* as in esw_system */
    /* Scratch of a thread, 64-byte aligned; `prepare` fills it before the first scenario, NULL: nothing is needed. */
    size_t (*scratch_bytes)(const eswi_method_run *run);
    void (*prepare)(const eswi_method_run *run, void *scratch);
    /* Solves scenarios `first` to `first + together - 1` of a batch, as far as it has them; together NULL: one. */
    void (*solve)(const eswi_method_run *run, const eswi_cpu_batch *batch, uint32_t first, void *scratch);
    uint32_t (*together)(size_t method);
    /* Whether a run improves on the decisions of another method, *from; NULL: none does. */
    bool (*starts_from)(const eswi_method_run *run, size_t *from);
    /* Instead of scratch and `solve`, for methods that have it; NULL: none has. */
    const eswi_cpu_collective *(*collective)(size_t method);
} eswi_cpu_system;

extern const eswi_cpu_system eswi_cpu_ecc, eswi_cpu_cansa, eswi_cpu_clo;

/* The table of a system; NULL: it has none. */
const eswi_cpu_system *eswi_cpu_system_of(const esw_system *system);

/* The operations the engine calls, of systems that have a table. */
extern const eswi_solver_ops eswi_cpu_solver_ops;

#endif
