#include "base/datasets.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

/* Set by the build: where the data is installed, and where it lies in the source tree. */
#ifndef ESWI_DATA_INSTALLED
#error "ESWI_DATA_INSTALLED must be defined by the build"
#endif
#ifndef ESWI_DATA_SOURCE
#error "ESWI_DATA_SOURCE must be defined by the build"
#endif

const char *eswi_dataset_root(size_t i)
{
    switch (i) {
    case 0:
        return getenv("EDGESWEEP_DATA");
    case 1:
        return ESWI_DATA_INSTALLED;
    default:
        return ESWI_DATA_SOURCE;
    }
}

const char *eswi_dataset_find(const char *name, char *path, size_t length)
{
    for (size_t i = 0; i < ESWI_DATASET_ROOTS; ++i) {
        struct stat info;
        const char *root = eswi_dataset_root(i);
        if (!root)
            continue;
        int written = snprintf(path, length, "%s/%s", root, name);
        if (written >= 0 && (size_t)written < length && stat(path, &info) == 0)
            return path;
    }
    return NULL;
}
