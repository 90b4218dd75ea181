/* JSON documents with one long list as HDF5 files.
 *
 * Objects and lists of objects become groups (items of a list are named by their index), rectangular lists of
 * numbers datasets, lists of texts text datasets, single values attributes; null is left out; other lists
 * become JSON text.
 */
#ifndef ESWI_HDF5_JSON_H
#define ESWI_HDF5_JSON_H

#include <jansson.h>

#include "edgesweep/status.h"

typedef struct eswi_h5_list eswi_h5_list;

/* The three of list_file.h. ESW_UNSUPPORTED without HDF5. */
esw_status eswi_h5_list_begin(const char *path, const json_t *head, const char *name, eswi_h5_list **list,
                              esw_error *error);
esw_status eswi_h5_list_put(eswi_h5_list *list, const json_t *item);
esw_status eswi_h5_list_end(eswi_h5_list *list, esw_status status, esw_error *error);

#endif
