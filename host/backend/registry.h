/* The lists of systems and backends. */
#ifndef ESWI_REGISTRY_H
#define ESWI_REGISTRY_H

#include "backend/backend.h"

/* For tests only: puts other NULL-terminated lists in the place of the built-in ones; NULL brings those back.
 * The lists must outlive their use. Not thread safe. */
void eswi_registry_use(const esw_system *const *systems, const eswi_backend *const *backends);

#endif
