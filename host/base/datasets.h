/* Finding the data that comes with edgesweep. */
#ifndef ESWI_DATASETS_H
#define ESWI_DATASETS_H

#include <stddef.h>

/* The number of places where data may lie, searched in this order: $EDGESWEEP_DATA, the installed data, the
 * tree that the program was built from. */
enum { ESWI_DATASET_ROOTS = 3 };

/* A root, or NULL where it is not set. Valid until the environment changes. */
const char *eswi_dataset_root(size_t i);

/* Writes the path of the first existing file or folder `name` ("profiles/nin-cifar10-32.csv") into `path`;
 * NULL when no root has it or the path does not fit. Otherwise returns `path`. */
const char *eswi_dataset_find(const char *name, char *path, size_t length);

#endif
