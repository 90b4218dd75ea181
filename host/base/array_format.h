/* What a format of array files offers; the functions of array_file.h by other names. */
#ifndef ESWI_ARRAY_FORMAT_H
#define ESWI_ARRAY_FORMAT_H

#include "base/array_file.h"

typedef struct eswi_array_format {
    void (*close)(eswi_array_file *file);
    bool (*has)(eswi_array_file *file, const char *name);
    esw_status (*each)(eswi_array_file *file, const char *group, eswi_array_visit *visit, void *context,
                       esw_error *error);
    esw_status (*shape)(eswi_array_file *file, const char *name, eswi_array_shape *shape, esw_error *error);
    esw_status (*read)(eswi_array_file *file, const char *name, uint64_t first, uint64_t count, double *values,
                       esw_error *error);
} eswi_array_format;

/* How the file of every format begins. */
struct eswi_array_file {
    const eswi_array_format *format;
    char *path;
};

/* array_csv.c, array_json.c, and array_hdf5.c or array_hdf5_missing.c. `path` is a regular file. */
esw_status eswi_array_csv_open(const char *path, eswi_array_file **file, esw_error *error);
esw_status eswi_array_json_open(const char *path, eswi_array_file **file, esw_error *error);
esw_status eswi_array_hdf5_open(const char *path, eswi_array_file **file, esw_error *error);

/* Whether HDF5's signature is where it may be: at 0, 512, 1024, 2048, ... (MATLAB puts a text before it). */
bool eswi_array_is_hdf5(const char *path);

#endif
