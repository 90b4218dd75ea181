#include "edgesweep/backend.h"

#include "backend/backend.h"

size_t esw_backend_count(void)
{
    const eswi_backend *const *backends = eswi_backends();
    size_t count = 0;
    while (backends[count])
        count++;
    return count;
}

const char *esw_backend_name(size_t index)
{
    return eswi_backends()[index]->name;
}

const char *esw_backend_device(size_t index)
{
    return eswi_backends()[index]->describe();
}
