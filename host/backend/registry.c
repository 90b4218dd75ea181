/* One line for each system and for each backend that is built in. */
#include "backend/registry.h"

#include <stdio.h>
#include <string.h>

#include "ecc/system.h"

extern const eswi_backend eswi_cpu_backend;

static const esw_system *const built_in_systems[] = {
    &eswi_ecc_system,
    NULL,
};

/* The best first: "auto" takes the first. */
static const eswi_backend *const built_in_backends[] = {
    &eswi_cpu_backend,
    NULL,
};

static const esw_system *const *systems = built_in_systems;
static const eswi_backend *const *backends = built_in_backends;

void eswi_registry_use(const esw_system *const *other_systems, const eswi_backend *const *other_backends)
{
    systems = other_systems ? other_systems : built_in_systems;
    backends = other_backends ? other_backends : built_in_backends;
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

const eswi_backend *const *eswi_backends(void)
{
    return backends;
}

/* Names that other builds of this program may have. */
static const char *why_missing(const char *name)
{
    if (strcmp(name, "cuda") == 0)
        return "not compiled into this build (ESW_CUDA)";
    if (strcmp(name, "simt") == 0)
        return "exists in test builds only";
    return "no such backend";
}

esw_status eswi_backend_find(const char *name, const eswi_backend **backend, esw_error *error)
{
    char known[256] = "auto";
    size_t used = strlen(known);
    for (size_t i = 0; backends[i]; ++i) {
        if (strcmp(name, backends[i]->name) == 0 || strcmp(name, "auto") == 0) {
            *backend = backends[i];
            return ESW_OK;
        }
        if (used < sizeof known)
            used += (size_t)snprintf(known + used, sizeof known - used, ", %s", backends[i]->name);
    }
    return esw_fail(error, ESW_BACKEND, "--backend: found '%.60s': %s; here are: %s", name, why_missing(name),
                    known);
}
