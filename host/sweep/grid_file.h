/* The formats of `solve --grid`: each writes what it is handed entity by entity, so that a grid never has to be
 * in memory as a whole. Layouts: docs/formats.md. */
#ifndef ESWI_GRID_FILE_H
#define ESWI_GRID_FILE_H

#include <jansson.h>

#include "edgesweep/system.h"

/* What is the same for all entities. */
typedef struct eswi_grid_head {
    const esw_grid *grid;
    const char *entity;     /* "users" */
    size_t objective;       /* which quantity is minimised */
    size_t points;          /* of one entity: the product of the axes */
    const json_t *document; /* "edgesweep" ... "method", "parameters" */
} eswi_grid_head;

/* One entity. A point is an index into values[q * points]. */
typedef struct eswi_grid_entity {
    size_t index;
    const double *values, *constants;
    size_t best, chosen; /* ESW_GRID_NONE where there is none */
} eswi_grid_entity;

typedef struct eswi_grid_writer eswi_grid_writer; /* a format's own */

typedef struct eswi_grid_format {
    const char *suffix;
    size_t value_bytes; /* on disk, about */
    esw_status (*begin)(const eswi_grid_head *head, const char *path, eswi_grid_writer **writer,
                        esw_error *error);
    esw_status (*put)(eswi_grid_writer *writer, const eswi_grid_entity *entity);
    /* Completes the file, or removes it when `status`, an error before, is not ESW_OK; frees the writer.
     * Returns the first failure. */
    esw_status (*end)(eswi_grid_writer *writer, esw_status status, esw_error *error);
} eswi_grid_format;

extern const eswi_grid_format eswi_grid_csv, eswi_grid_json, eswi_grid_hdf5;

/* The index of a point's level on every axis. */
void eswi_grid_levels(const esw_grid *grid, size_t point, size_t levels[ESW_GRID_AXES_MAX]);

#endif
