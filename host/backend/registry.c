/* One line for each system and for each backend that is built in. */
#include "backend/registry.h"

#include <pthread.h>
#include <string.h>

#include "backend/modules.h"
#include "base/isa.h"
#include "base/text.h"
#include "cansa/system.h"
#include "clo/system.h"
#include "ecc/system.h"

extern const eswi_backend eswi_cpu_backend;

static const esw_system *const built_in_systems[] = {
    &eswi_ecc_system,
    &eswi_cansa_system,
    &eswi_clo_system,
    NULL,
};

static const esw_system *const *systems = built_in_systems;
static const eswi_backend *const *backends_for_tests;

void eswi_registry_use(const esw_system *const *other_systems, const eswi_backend *const *other_backends)
{
    systems = other_systems ? other_systems : built_in_systems;
    backends_for_tests = other_backends;
}

const esw_system *const *esw_systems(void)
{
    return systems;
}

const esw_system *esw_system_find(const char *name)
{
    for (size_t i = 0; systems[i]; ++i)
        if (strcmp(systems[i]->name, name) == 0)
            return systems[i];
    return NULL;
}

/* The best first: "auto" takes the first that works here. `cpu` always does, so what follows it is only taken by name. */
static const eswi_backend *found_backends[ESWI_BACKENDS_MAX + 1];
static pthread_once_t find_once = PTHREAD_ONCE_INIT;

static void find_backends(void)
{
    size_t count = 0;
    const eswi_backend *const candidates[] = {eswi_module_load("cuda"), &eswi_cpu_backend,
                                              eswi_module_load("simt")};
    for (size_t i = 0; i < sizeof candidates / sizeof *candidates; i++)
        if (candidates[i])
            found_backends[count++] = candidates[i];
}

const eswi_backend *const *eswi_backends(void)
{
    if (backends_for_tests)
        return backends_for_tests;
    pthread_once(&find_once, find_backends);
    return found_backends;
}

esw_status eswi_backend_usable(const eswi_backend *backend, esw_error *error)
{
    return backend->usable ? backend->usable(backend, error) : ESW_OK;
}

/* Names that other builds of this program may have. */
static const char *why_missing(const char *name)
{
    if (strcmp(name, "cuda") == 0)
        return "no module edgesweep-cuda.so was found; it is built where nvcc is (ESW_CUDA)";
    if (strcmp(name, "simt") == 0)
        return "exists in test builds only";
    return "no such backend";
}

/* Methods that a backend cannot solve. */
static uint64_t lacks(const eswi_solver_ops *ops, uint64_t methods)
{
    return ops->methods ? methods & ~ops->methods : 0;
}

/* Whether a backend works here and solves these methods; its operations. */
static esw_status check(const eswi_backend *backend, const esw_system *system, uint64_t methods,
                        const eswi_solver_ops **ops, esw_error *error)
{
    esw_error why = {{0}};
    if (eswi_backend_usable(backend, &why))
        return esw_fail(error, ESW_BACKEND, "--backend: found '%s', which does not work here: %.700s",
                        backend->name, why.text);
    *ops = backend->ops(system);
    if (!*ops)
        return esw_fail(error, ESW_BACKEND,
                        "--backend: found '%s', which does not know the system %s; use --backend cpu",
                        backend->name, system->name);
    const uint64_t missing = lacks(*ops, methods);
    for (size_t m = 0; m < system->n_methods && missing; m++)
        if (missing >> m & 1)
            return esw_fail(error, ESW_BACKEND,
                            "--backend: found '%s': method '%s' has no GPU version; use --backend cpu",
                            backend->name, system->methods[m].name);
    return ESW_OK;
}

esw_status eswi_backend_find(const char *name, const esw_system *system, uint64_t methods,
                             const eswi_backend **backend, const eswi_solver_ops **ops, esw_error *error)
{
    char known[256] = "auto";
    const bool any = !name || strcmp(name, "auto") == 0;
    if (eswi_isa_check(error)) /* whichever backend solves: the host draws and accounts */
        return ESW_BAD_USAGE;
    for (const eswi_backend *const *b = eswi_backends(); *b; b++) {
        *backend = *b;
        if (!any && strcmp(name, (*b)->name) == 0)
            return check(*b, system, methods, ops, error);
        if (any && check(*b, system, methods, ops, error) == ESW_OK)
            return ESW_OK;
        eswi_list_append(known, sizeof known, (*b)->name);
    }
    if (any)
        return ESW_BACKEND; /* the last one says why */
    return esw_fail(error, ESW_BACKEND, "--backend: found '%.60s': %s; here are: %s", name, why_missing(name),
                    known);
}
