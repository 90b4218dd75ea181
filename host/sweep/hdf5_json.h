/* A JSON document as an HDF5 file. */
#ifndef ESWI_HDF5_JSON_H
#define ESWI_HDF5_JSON_H

#include <jansson.h>

#include "edgesweep/status.h"

/* Objects and lists of objects become groups (items of a list are named by their index), rectangular lists of
 * numbers datasets, lists of texts text datasets, single values attributes; null is left out; other lists
 * become JSON text. ESW_UNSUPPORTED without HDF5. */
esw_status eswi_hdf5_write_json(const json_t *document, const char *path, esw_error *error);

#endif
