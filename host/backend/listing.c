#include "edgesweep/backend.h"

#include <pthread.h>

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

bool esw_backend_usable(size_t index)
{
    return eswi_backend_usable(eswi_backends()[index], NULL) == ESW_OK;
}

const char *esw_backend_device(size_t index)
{
    /* Reasons outlive the call; they do not change, so writing one again is harmless. */
    static esw_error reasons[ESWI_BACKENDS_MAX];
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    const eswi_backend *backend = eswi_backends()[index];
    pthread_mutex_lock(&lock);
    const esw_status status = eswi_backend_usable(backend, &reasons[index]);
    pthread_mutex_unlock(&lock);
    return status ? reasons[index].text : backend->describe();
}
