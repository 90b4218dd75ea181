/* Files of named arrays of numbers, to be read: HDF5 (so MATLAB's and Octave's files too), JSON with nested lists,
 * or CSV with a row per element: columns scenario, user, ap and subchannel, those that there are, say which, every
 * other column is an array.
 *
 * Which of the two a file is, its first bytes say, not its name. An array is named by its path: "gain_up", or
 * "instances/0/instance/gain_up" where names lead into groups, objects and, by index, lists. What Octave's
 * `save -hdf5` writes, a group with the array as its `value`, counts as the array.
 *
 * Errors begin with the file and the array. HDF5 keeps global state: one thread at a time uses any of these files.
 */
#ifndef ESWI_ARRAY_FILE_H
#define ESWI_ARRAY_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "edgesweep/status.h"

enum { ESWI_ARRAY_RANK = 8, ESWI_ARRAY_SHAPE_TEXT = 192 };

typedef struct eswi_array_file eswi_array_file;

typedef struct eswi_array_shape {
    int rank;                         /* 0: a single number */
    uint64_t length[ESWI_ARRAY_RANK]; /* the first axis is the slowest */
} eswi_array_shape;

/* ESW_IO for what cannot be read or is cut off, ESW_BAD_INPUT for neither of these, ESW_TOO_LARGE for JSON that
 * memory does not hold, ESW_UNSUPPORTED for HDF5 in a build without it. */
esw_status eswi_array_file_open(const char *path, eswi_array_file **file, esw_error *error);
/* NULL is allowed. */
void eswi_array_file_close(eswi_array_file *file);

/* Whether there is anything, array or group, of that name. */
bool eswi_array_file_has(eswi_array_file *file, const char *name);

/* Names of what is in a group ("": the file itself), each to `visit`, until it returns something else than ESW_OK,
 * which is passed on. A list's names are its indices. ESW_BAD_INPUT where `group` is none. */
typedef esw_status eswi_array_visit(const char *name, void *context);
esw_status eswi_array_file_each(eswi_array_file *file, const char *group, eswi_array_visit *visit,
                                void *context, esw_error *error);

/* ESW_BAD_INPUT where the array is missing or holds something else than real numbers. */
esw_status eswi_array_file_shape(eswi_array_file *file, const char *name, eswi_array_shape *shape,
                                 esw_error *error);

/* Elements count..: the `count` rows of the first axis from `first` on, all that lies behind them included, in order; of
 * a single number, count 1. The range is within the shape that eswi_array_file_shape gave. */
esw_status eswi_array_file_read(eswi_array_file *file, const char *name, uint64_t first, uint64_t count,
                                double *values, esw_error *error);

/* The product of all axes from `axis` on; at least 1. */
uint64_t eswi_array_shape_elements(const eswi_array_shape *shape, int axis);

/* "[4][2][8]" into text; returns text. */
const char *eswi_array_shape_text(const eswi_array_shape *shape, char text[ESWI_ARRAY_SHAPE_TEXT]);

#endif
