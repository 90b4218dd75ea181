/* Writing HDF5 files: whole, without timestamps, with the first failure kept until the end.
 *
 * HDF5 keeps global state: one thread at a time. Calls after a failure do nothing.
 */
#ifndef ESWI_HDF5_FILE_H
#define ESWI_HDF5_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <hdf5.h>

#include "edgesweep/status.h"
#include "sweep/hdf5_driver.h"

enum { ESWI_H5_RANK = 8, ESWI_H5_REASON = 256 };

typedef struct eswi_h5_file {
    char *path, *temporary;
    eswi_h5_sink *sink;
    hid_t file;
    bool failed; /* also set by callers that run out of memory */
    char reason[ESWI_H5_REASON];
} eswi_h5_file;

/* Begins a file that will be `path` once it is finished. */
esw_status eswi_h5_begin(eswi_h5_file *h5, const char *path, esw_error *error);
/* Closes, syncs and renames; after a failure, here or in any call before, removes what was written. Must be
 * called once. */
esw_status eswi_h5_finish(eswi_h5_file *h5, esw_error *error);

/* A new group in `parent` (h5->file or a group), to be closed with H5Gclose; negative after a failure. */
hid_t eswi_h5_group(eswi_h5_file *h5, hid_t parent, const char *name);

/* A dimension of a dataset: its length and the dataset that is its scale ("/point"), NULL for none. */
typedef struct eswi_h5_dim {
    hsize_t length;
    const char *scale;
} eswi_h5_dim;

/* Makes a dataset of little-endian doubles, or of what `file_type` says, filled with NaN (0 for integers). To
 * be closed with H5Dclose; negative after a failure. */
hid_t eswi_h5_dataset(eswi_h5_file *h5, hid_t parent, const char *name, hid_t file_type,
                      const eswi_h5_dim *dims, int rank, const char *unit);

/* The same, written at once from `data` of the native type. */
void eswi_h5_write(eswi_h5_file *h5, hid_t parent, const char *name, hid_t native_type, const eswi_h5_dim *dims,
                   int rank, const void *data, const char *unit);

/* A one-dimensional dataset of texts. */
void eswi_h5_write_texts(eswi_h5_file *h5, hid_t parent, const char *name, const char *const *texts,
                         eswi_h5_dim dim);

/* Makes a dataset, given by its path from the root, the scale of a dimension that has its last name. */
void eswi_h5_make_scale(eswi_h5_file *h5, const char *name);

/* Writes part of a dataset: `count` elements from `start` in each dimension. */
void eswi_h5_write_part(eswi_h5_file *h5, hid_t dataset, int rank, const hsize_t *start, const hsize_t *count,
                        const double *data);

/* Attributes of a group, a dataset or the file. */
void eswi_h5_attribute_text(eswi_h5_file *h5, hid_t object, const char *name, const char *text);
void eswi_h5_attribute(eswi_h5_file *h5, hid_t object, const char *name, hid_t native_type, const void *value);

#endif
