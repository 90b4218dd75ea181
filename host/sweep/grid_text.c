/* Cost grids as CSV, a row per point, and as JSON, nested lists in the order of the axes. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/text_file.h"
#include "sweep/grid_file.h"

struct eswi_grid_writer {
    eswi_grid_head head;
    eswi_text_file out;
};

static esw_status begin(const eswi_grid_head *head, const char *path, eswi_grid_writer **writer,
                        esw_error *error)
{
    eswi_grid_writer *made = calloc(1, sizeof *made);
    if (!made)
        return esw_fail(error, ESW_NO_MEMORY, "%s: out of memory", path);
    made->head = *head;
    eswi_text_file_open(&made->out, path, error);
    *writer = made;
    return ESW_OK;
}

static esw_status finish(eswi_grid_writer *writer, esw_status status)
{
    if (!writer->out.status)
        writer->out.status = status; /* whose text the caller already has */
    status = eswi_text_file_close(&writer->out);
    free(writer);
    return status;
}

/* ---------------------------------------------------------------- CSV */

static esw_status csv_begin(const eswi_grid_head *head, const char *path, eswi_grid_writer **writer,
                            esw_error *error)
{
    esw_status status = begin(head, path, writer, error);
    if (status)
        return status;
    const esw_grid *grid = head->grid;
    eswi_buffer *text = &(*writer)->out.text;
    eswi_buffer_printf(text, "index");
    for (size_t i = 0; i < grid->n_axes; ++i)
        eswi_buffer_printf(text, ",%s", grid->axes[i].name);
    for (size_t i = 0; i < grid->n_quantities; ++i)
        eswi_buffer_printf(text, ",%s", grid->quantities[i].name);
    for (size_t i = 0; i < grid->n_constants; ++i)
        eswi_buffer_printf(text, ",%s", grid->constants[i].name);
    eswi_buffer_printf(text, ",best,chosen\n");
    return ESW_OK;
}

static void csv_real(eswi_buffer *text, double value)
{
    char digits[ESWI_REAL_TEXT];
    eswi_buffer_printf(text, ",%s", eswi_format_real(value, digits));
}

static esw_status csv_put(eswi_grid_writer *writer, const eswi_grid_entity *entity)
{
    const eswi_grid_head *head = &writer->head;
    const esw_grid *grid = head->grid;
    eswi_buffer *text = &writer->out.text;
    for (size_t point = 0; point < head->points && !writer->out.status; ++point) {
        size_t levels[ESW_GRID_AXES_MAX];
        if (isnan(entity->values[head->objective * head->points + point]))
            continue; /* a level this entity does not have */
        eswi_grid_levels(grid, point, levels);
        eswi_buffer_printf(text, "%zu", entity->index);
        for (size_t i = 0; i < grid->n_axes; ++i)
            csv_real(text, grid->axes[i].levels[levels[i]]);
        for (size_t i = 0; i < grid->n_quantities; ++i)
            csv_real(text, entity->values[i * head->points + point]);
        for (size_t i = 0; i < grid->n_constants; ++i)
            csv_real(text, entity->constants[i]);
        eswi_buffer_printf(text, ",%d,%d\n", point == entity->best, point == entity->chosen);
        eswi_text_file_flush(&writer->out);
    }
    return writer->out.status;
}

static esw_status csv_end(eswi_grid_writer *writer, esw_status status, esw_error *error)
{
    (void)error; /* eswi_text_file_open has it */
    return finish(writer, status);
}

const eswi_grid_format eswi_grid_csv = {".csv", 40, csv_begin, csv_put, csv_end};

/* ---------------------------------------------------------------- JSON */

/* JSON has no infinities and no NaN: null. */
static void json_number_text(eswi_buffer *text, double value)
{
    char digits[ESWI_REAL_TEXT];
    eswi_buffer_printf(text, "%s", isfinite(value) ? eswi_format_real(value, digits) : "null");
}

static void json_text(eswi_buffer *text, const json_t *value)
{
    char *dumped = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(17));
    if (dumped)
        eswi_buffer_put(text, dumped, strlen(dumped));
    text->failed |= !dumped;
    free(dumped);
}

static void json_axes(eswi_buffer *text, const esw_grid *grid)
{
    eswi_buffer_printf(text, " \"axes\": [");
    for (size_t i = 0; i < grid->n_axes; ++i) {
        const esw_grid_axis *axis = &grid->axes[i];
        eswi_buffer_printf(text, "%s\n  {\"name\": \"%s\", \"unit\": \"%s\", \"levels\": [", i ? "," : "",
                           axis->name, axis->unit);
        for (size_t k = 0; k < axis->n; ++k) {
            eswi_buffer_printf(text, "%s", k ? "," : "");
            json_number_text(text, axis->levels[k]);
        }
        eswi_buffer_printf(text, "]}");
    }
    eswi_buffer_printf(text, "],\n");
}

static void json_columns(eswi_buffer *text, const char *name, const esw_metric *columns, size_t n)
{
    eswi_buffer_printf(text, " \"%s\": [", name);
    for (size_t i = 0; i < n; ++i)
        eswi_buffer_printf(text, "%s{\"name\": \"%s\", \"unit\": \"%s\"}", i ? ", " : "", columns[i].name,
                           columns[i].unit);
    eswi_buffer_printf(text, "],\n");
}

static esw_status json_begin(const eswi_grid_head *head, const char *path, eswi_grid_writer **writer,
                             esw_error *error)
{
    esw_status status = begin(head, path, writer, error);
    if (status)
        return status;
    const esw_grid *grid = head->grid;
    eswi_buffer *text = &(*writer)->out.text;
    const char *key;
    json_t *value;
    eswi_buffer_printf(text, "{\n");
    json_object_foreach((json_t *)head->document, key, value) {
        eswi_buffer_printf(text, " \"%s\": ", key);
        json_text(text, value);
        eswi_buffer_printf(text, ",\n");
    }
    json_axes(text, grid);
    json_columns(text, "quantities", grid->quantities, grid->n_quantities);
    json_columns(text, "constants", grid->constants, grid->n_constants);
    eswi_buffer_printf(text, " \"objective\": \"%s\",\n \"%s\": [", grid->quantities[head->objective].name,
                       head->entity);
    return ESW_OK;
}

/* A point by the indices of its levels and by everything at it. */
static void json_point(eswi_grid_writer *writer, const eswi_grid_entity *entity, const char *name, size_t point)
{
    const eswi_grid_head *head = &writer->head;
    const esw_grid *grid = head->grid;
    eswi_buffer *text = &writer->out.text;
    size_t levels[ESW_GRID_AXES_MAX];
    eswi_buffer_printf(text, ",\n   \"%s\": ", name);
    if (point == ESW_GRID_NONE) {
        eswi_buffer_printf(text, "null");
        return;
    }
    eswi_grid_levels(grid, point, levels);
    for (size_t i = 0; i < grid->n_axes; ++i)
        eswi_buffer_printf(text, "%s%zu", i ? "," : "{\"at\": [", levels[i]);
    eswi_buffer_printf(text, "]");
    for (size_t i = 0; i < grid->n_axes; ++i) {
        eswi_buffer_printf(text, ", \"%s\": ", grid->axes[i].name);
        json_number_text(text, grid->axes[i].levels[levels[i]]);
    }
    for (size_t i = 0; i < grid->n_quantities; ++i) {
        eswi_buffer_printf(text, ", \"%s\": ", grid->quantities[i].name);
        json_number_text(text, entity->values[i * head->points + point]);
    }
    eswi_buffer_printf(text, "}");
}

/* values[axis 0][axis 1]... as lists in lists. */
static void json_lists(eswi_grid_writer *writer, const double *values)
{
    const esw_grid *grid = writer->head.grid;
    eswi_buffer *text = &writer->out.text;
    for (size_t point = 0; point < writer->head.points && !writer->out.status; ++point) {
        size_t opened = 0, closed = 0, run = 1;
        for (size_t i = grid->n_axes; i-- > 0;) {
            run *= grid->axes[i].n;
            opened += point % run == 0;
            closed += (point + 1) % run == 0;
        }
        eswi_buffer_printf(text, "%s%.*s", point ? "," : "", (int)opened, "[[[[[[");
        json_number_text(text, values[point]);
        eswi_buffer_printf(text, "%.*s", (int)closed, "]]]]]]");
        eswi_text_file_flush(&writer->out);
    }
}

static esw_status json_put(eswi_grid_writer *writer, const eswi_grid_entity *entity)
{
    const esw_grid *grid = writer->head.grid;
    eswi_buffer *text = &writer->out.text;
    eswi_buffer_printf(text, "%s\n  {\"index\": %zu", entity->index ? "," : "", entity->index);
    for (size_t i = 0; i < grid->n_constants; ++i) {
        eswi_buffer_printf(text, ", \"%s\": ", grid->constants[i].name);
        json_number_text(text, entity->constants[i]);
    }
    json_point(writer, entity, "best", entity->best);
    json_point(writer, entity, "chosen", entity->chosen);
    for (size_t i = 0; i < grid->n_quantities; ++i) {
        eswi_buffer_printf(text, ",\n   \"%s\": ", grid->quantities[i].name);
        json_lists(writer, entity->values + i * writer->head.points);
    }
    eswi_buffer_printf(text, "}");
    return writer->out.status;
}

static esw_status json_end(eswi_grid_writer *writer, esw_status status, esw_error *error)
{
    (void)error; /* eswi_text_file_open has it */
    eswi_buffer_printf(&writer->out.text, "]\n}\n");
    return finish(writer, status);
}

const eswi_grid_format eswi_grid_json = {".json", 20, json_begin, json_put, json_end};

_Static_assert(sizeof "[[[[[[" - 1 == ESW_GRID_AXES_MAX, "as many brackets as axes");
