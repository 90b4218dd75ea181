/* Cost grids as HDF5: every quantity is one array over entities and axes, with dimension scales. */
#include <stdlib.h>

#include "sweep/grid_file.h"
#include "sweep/hdf5_file.h"

struct eswi_grid_writer {
    eswi_grid_head head;
    eswi_h5_file h5;
    eswi_h5_dim dims[1 + ESW_GRID_AXES_MAX]; /* entity, axes */
    char scales[ESW_GRID_AXES_MAX][64];
    hid_t *quantities; /* [n_quantities] */
    double *constants; /* [n_constants][entities] */
    int64_t *points;   /* best, then chosen: [2][entities][axes] */
};

static void write_scale(eswi_h5_file *h5, const char *name, const char *unit, const double *levels, size_t n)
{
    const eswi_h5_dim dim = {n, NULL};
    eswi_h5_write(h5, h5->file, name, H5T_NATIVE_DOUBLE, &dim, 1, levels, unit);
    eswi_h5_make_scale(h5, name);
}

static void write_axes(eswi_grid_writer *w)
{
    const esw_grid *grid = w->head.grid;
    int64_t *index = malloc((grid->entities + 1) * sizeof *index);
    const char *names[ESW_GRID_AXES_MAX];
    w->h5.failed |= !index;
    for (size_t i = 0; index && i < grid->entities; ++i)
        index[i] = (int64_t)i;
    w->dims[0] = (eswi_h5_dim){grid->entities, NULL};
    if (index)
        eswi_h5_write(&w->h5, w->h5.file, "index", H5T_NATIVE_INT64, w->dims, 1, index, NULL);
    eswi_h5_make_scale(&w->h5, "index");
    w->dims[0].scale = "/index";
    for (size_t i = 0; i < grid->n_axes; ++i) {
        const esw_grid_axis *axis = &grid->axes[i];
        write_scale(&w->h5, axis->name, axis->unit, axis->levels, axis->n);
        snprintf(w->scales[i], sizeof w->scales[i], "/%s", axis->name);
        w->dims[1 + i] = (eswi_h5_dim){axis->n, w->scales[i]};
        names[i] = axis->name;
    }
    eswi_h5_write_texts(&w->h5, w->h5.file, "axis", names, (eswi_h5_dim){grid->n_axes, NULL});
    eswi_h5_make_scale(&w->h5, "axis");
    free(index);
}

/* The head of the document: texts and integers as they are, the rest as JSON text. */
static void write_head(eswi_grid_writer *w)
{
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)w->head.document, key, value) {
        if (json_is_integer(value)) {
            const int64_t number = json_integer_value(value);
            eswi_h5_attribute(&w->h5, w->h5.file, key, H5T_NATIVE_INT64, &number);
        } else if (json_is_string(value)) {
            eswi_h5_attribute_text(&w->h5, w->h5.file, key, json_string_value(value));
        } else {
            char *text = json_dumps(value, JSON_COMPACT | JSON_REAL_PRECISION(17));
            w->h5.failed |= !text;
            if (text)
                eswi_h5_attribute_text(&w->h5, w->h5.file, key, text);
            free(text);
        }
    }
    eswi_h5_attribute_text(&w->h5, w->h5.file, "entity", w->head.entity);
    eswi_h5_attribute_text(&w->h5, w->h5.file, "objective", w->head.grid->quantities[w->head.objective].name);
}

static void free_writer(eswi_grid_writer *w)
{
    free(w->quantities);
    free(w->constants);
    free(w->points);
    free(w);
}

static esw_status begin(const eswi_grid_head *head, const char *path, eswi_grid_writer **writer,
                        esw_error *error)
{
    const esw_grid *grid = head->grid;
    eswi_grid_writer *w = calloc(1, sizeof *w);
    if (!w)
        return esw_fail(error, ESW_NO_MEMORY, "%s: out of memory", path);
    w->head = *head;
    w->quantities = calloc(grid->n_quantities, sizeof *w->quantities);
    w->constants = calloc(grid->n_constants * grid->entities + 1, sizeof *w->constants);
    w->points = calloc(2 * grid->entities * grid->n_axes, sizeof *w->points);
    esw_status status = w->quantities && w->constants && w->points
                            ? eswi_h5_begin(&w->h5, path, error)
                            : esw_fail(error, ESW_NO_MEMORY, "%s: out of memory", path);
    if (status) {
        free_writer(w);
        return status;
    }
    write_head(w);
    write_axes(w);
    for (size_t i = 0; i < grid->n_quantities; ++i)
        w->quantities[i] = eswi_h5_dataset(&w->h5, w->h5.file, grid->quantities[i].name, H5T_IEEE_F64LE,
                                           w->dims, 1 + (int)grid->n_axes, grid->quantities[i].unit);
    *writer = w;
    return ESW_OK;
}

static void put_point(eswi_grid_writer *w, size_t entity, size_t which, size_t point)
{
    const esw_grid *grid = w->head.grid;
    int64_t *at = w->points + (which * grid->entities + entity) * grid->n_axes;
    size_t levels[ESW_GRID_AXES_MAX];
    eswi_grid_levels(grid, point == ESW_GRID_NONE ? 0 : point, levels);
    for (size_t i = 0; i < grid->n_axes; ++i)
        at[i] = point == ESW_GRID_NONE ? -1 : (int64_t)levels[i];
}

static esw_status put(eswi_grid_writer *w, const eswi_grid_entity *entity)
{
    const esw_grid *grid = w->head.grid;
    hsize_t start[1 + ESW_GRID_AXES_MAX] = {entity->index}, count[1 + ESW_GRID_AXES_MAX] = {1};
    for (size_t i = 0; i < grid->n_axes; ++i)
        count[1 + i] = grid->axes[i].n;
    for (size_t i = 0; i < grid->n_quantities; ++i)
        eswi_h5_write_part(&w->h5, w->quantities[i], 1 + (int)grid->n_axes, start, count,
                           entity->values + i * w->head.points);
    for (size_t i = 0; i < grid->n_constants; ++i)
        w->constants[i * grid->entities + entity->index] = entity->constants[i];
    put_point(w, entity->index, 0, entity->best);
    put_point(w, entity->index, 1, entity->chosen);
    return w->h5.failed ? ESW_IO : ESW_OK; /* eswi_h5_finish has the text */
}

static void write_rest(eswi_grid_writer *w)
{
    const esw_grid *grid = w->head.grid;
    const eswi_h5_dim dims[] = {w->dims[0], {grid->n_axes, "/axis"}};
    for (size_t i = 0; i < grid->n_constants; ++i)
        eswi_h5_write(&w->h5, w->h5.file, grid->constants[i].name, H5T_NATIVE_DOUBLE, w->dims, 1,
                      w->constants + i * grid->entities, grid->constants[i].unit);
    eswi_h5_write(&w->h5, w->h5.file, "best", H5T_NATIVE_INT64, dims, 2, w->points, NULL);
    eswi_h5_write(&w->h5, w->h5.file, "chosen", H5T_NATIVE_INT64, dims, 2,
                  w->points + grid->entities * grid->n_axes, NULL);
}

static esw_status end(eswi_grid_writer *w, esw_status status, esw_error *error)
{
    const bool ours = w->h5.failed || !status; /* else the caller has the text already */
    if (!status)
        write_rest(w);
    for (size_t i = 0; i < w->head.grid->n_quantities; ++i)
        if (w->quantities[i] >= 0)
            H5Dclose(w->quantities[i]);
    w->h5.failed |= status != ESW_OK;
    esw_status finished = eswi_h5_finish(&w->h5, ours ? error : NULL);
    free_writer(w);
    return ours ? finished : status;
}

const eswi_grid_format eswi_grid_hdf5 = {".h5", sizeof(double), begin, put, end};
