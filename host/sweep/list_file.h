/* A document with one long list, written item by item, so that it never has to be in memory as a whole: JSON,
 * or HDF5 where the name ends in .h5. */
#ifndef ESWI_LIST_FILE_H
#define ESWI_LIST_FILE_H

#include <stdbool.h>

#include <jansson.h>

#include "edgesweep/status.h"

typedef struct eswi_list_file eswi_list_file;

/* Begins the file `path` with the members of `head`; what is put next goes into the list `name`.
 * ESW_UNSUPPORTED for .h5 in a build without HDF5. */
esw_status eswi_list_file_begin(const char *path, const json_t *head, const char *name, eswi_list_file **file,
                                esw_error *error);
esw_status eswi_list_file_put(eswi_list_file *file, const json_t *item);

/* Completes the file, or removes it when `status`, an error before, is not ESW_OK. Frees `file`; returns the
 * first failure. */
esw_status eswi_list_file_end(eswi_list_file *file, esw_status status, esw_error *error);

/* Whether `path` is a name of HDF5; bytes that an item takes in such a file, about. */
bool eswi_list_file_is_hdf5(const char *path);
double eswi_list_file_item_bytes(const char *path, const json_t *item);

#endif
