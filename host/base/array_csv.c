/* Arrays of a CSV file: a row per element, columns that say where it stands, and a column per array. */
#include "base/array_format.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/fileio.h"
#include "base/machine.h"
#include "base/text.h"

enum { COLUMNS_MAX = 16, FIELD_BYTES = 64 };

/* The columns that are axes, slowest first; the others are arrays. */
static const char *const AXES[] = {"scenario", "user", "ap", "subchannel"};
enum { N_AXES = sizeof AXES / sizeof *AXES };

typedef struct csv_array_file {
    eswi_array_file base;
    eswi_array_shape shape; /* of every array */
    int n_columns;
    char names[COLUMNS_MAX][FIELD_BYTES];
    int axis[COLUMNS_MAX];       /* of the shape, or -1 for an array */
    double *values[COLUMNS_MAX]; /* [elements], NULL for an axis */
} csv_array_file;

static csv_array_file *csv_of(eswi_array_file *file)
{
    return (csv_array_file *)(void *)file;
}

static void close_csv(eswi_array_file *file)
{
    for (int i = 0; i < COLUMNS_MAX; ++i)
        free(csv_of(file)->values[i]);
    free(file->path);
    free(file);
}

static const double *find(eswi_array_file *file, const char *name)
{
    const csv_array_file *csv = csv_of(file);
    for (int i = 0; i < csv->n_columns; ++i)
        if (csv->axis[i] < 0 && strcmp(csv->names[i], name) == 0)
            return csv->values[i];
    return NULL;
}

static bool has(eswi_array_file *file, const char *name)
{
    return find(file, name) != NULL;
}

static esw_status each(eswi_array_file *file, const char *group, eswi_array_visit *visit, void *context,
                       esw_error *error)
{
    const csv_array_file *csv = csv_of(file);
    esw_status status =
        *group ? esw_fail(error, ESW_BAD_INPUT, "%s: %.60s: a CSV file has no groups", file->path, group)
               : ESW_OK;
    for (int i = 0; i < csv->n_columns && !status; ++i)
        if (csv->axis[i] < 0)
            status = visit(csv->names[i], context);
    return status;
}

static esw_status shape_of(eswi_array_file *file, const char *name, eswi_array_shape *shape, esw_error *error)
{
    *shape = csv_of(file)->shape;
    return has(file, name) ? ESW_OK : esw_fail(error, ESW_BAD_INPUT, "%s: %.80s: is missing", file->path, name);
}

static esw_status read_rows(eswi_array_file *file, const char *name, uint64_t first, uint64_t count,
                            double *values, esw_error *error)
{
    eswi_array_shape shape;
    const esw_status status = shape_of(file, name, &shape, error);
    const uint64_t row = eswi_array_shape_elements(&shape, 1);
    if (!status)
        memcpy(values, find(file, name) + first * row, count * row * sizeof *values);
    return status;
}

static const eswi_array_format format = {close_csv, has, each, shape_of, read_rows};

/* ---------------------------------------------------------------- reading the file */

/* The text being read: at the beginning of line `line`. */
typedef struct cursor {
    const char *at;
    unsigned long line;
    const char *path;
    esw_error *error;
} cursor;

/* The next field of a line, without blanks around it; false at the line's end. *at moves on. */
static bool next_field(const char **at, char field[FIELD_BYTES])
{
    if (strchr("\r\n", **at)) /* or the text's end */
        return false;
    const size_t length = strcspn(*at, ",\r\n");
    snprintf(field, FIELD_BYTES, "%.*s", (int)(length < FIELD_BYTES ? length : FIELD_BYTES - 1), *at);
    *at += length + ((*at)[length] == ',');
    char *trimmed = eswi_trim(field);
    memmove(field, trimmed, strlen(trimmed) + 1);
    return true;
}

/* Goes to the next line that is neither empty nor a comment; false at the end. */
static bool find_line(cursor *c)
{
    while (*c->at && (*c->at == '#' || strspn(c->at, " \t\r") == strcspn(c->at, "\n"))) {
        c->at += strcspn(c->at, "\n");
        c->at += *c->at == '\n';
        ++c->line;
    }
    return *c->at != '\0';
}

static void end_line(cursor *c)
{
    c->at += strcspn(c->at, "\n");
    c->at += *c->at == '\n';
    ++c->line;
}

static esw_status read_head(cursor *c, csv_array_file *csv)
{
    bool present[N_AXES] = {false};
    char field[FIELD_BYTES];
    find_line(c);
    for (const char *at = c->at; next_field(&at, field); ++csv->n_columns) {
        if (csv->n_columns == COLUMNS_MAX)
            return esw_fail(c->error, ESW_BAD_INPUT, "%s:%lu: more than %d columns", c->path, c->line,
                            COLUMNS_MAX);
        memcpy(csv->names[csv->n_columns], field, sizeof field);
        csv->axis[csv->n_columns] = -1;
        for (int i = 0; i < csv->n_columns; ++i)
            if (strcmp(csv->names[i], field) == 0)
                return esw_fail(c->error, ESW_BAD_INPUT, "%s:%lu: two columns are called '%s'", c->path,
                                c->line, field);
        for (int a = 0; a < N_AXES; ++a)
            present[a] |= strcmp(field, AXES[a]) == 0;
    }
    for (int a = 0; a < N_AXES; ++a)
        for (int i = 0; i < csv->n_columns && present[a]; ++i)
            if (strcmp(csv->names[i], AXES[a]) == 0)
                csv->axis[i] = csv->shape.rank++;
    if (csv->shape.rank == 0)
        return esw_fail(c->error, ESW_BAD_INPUT,
                        "%s:%lu: none of the columns scenario, user, ap, subchannel says what a row is of",
                        c->path, c->line);
    end_line(c);
    return ESW_OK;
}

/* One row: its place along each axis, counted from 0, and its value in each column that is none. */
static esw_status read_row(cursor *c, const csv_array_file *csv, uint64_t index[ESWI_ARRAY_RANK],
                           double value[COLUMNS_MAX])
{
    char field[FIELD_BYTES];
    const char *at = c->at;
    for (int i = 0; i < csv->n_columns; ++i) {
        const char *name = csv->names[i];
        if (!next_field(&at, field))
            return esw_fail(c->error, ESW_BAD_INPUT, "%s:%lu: %s is missing: the first line names %d columns",
                            c->path, c->line, name, csv->n_columns);
        const bool is_axis = csv->axis[i] >= 0;
        if (is_axis ? !eswi_parse_uint64(field, &index[csv->axis[i]]) || index[csv->axis[i]] >> 40 != 0
                    : !eswi_parse_real(field, &value[i]))
            return esw_fail(c->error, ESW_BAD_INPUT, "%s:%lu: %s: found '%s', must be %s", c->path, c->line,
                            name, field, is_axis ? "an index, counted from 0" : "a number");
    }
    if (next_field(&at, field))
        return esw_fail(c->error, ESW_BAD_INPUT, "%s:%lu: has more than the %d columns of the first line",
                        c->path, c->line, csv->n_columns);
    end_line(c);
    return ESW_OK;
}

/* Finds the lengths of the axes: every row of the table they make must be there. */
static esw_status measure(cursor c, csv_array_file *csv)
{
    uint64_t index[ESWI_ARRAY_RANK], rows = 0;
    double value[COLUMNS_MAX], table = 1;
    char text[ESWI_ARRAY_SHAPE_TEXT];
    for (; find_line(&c); ++rows) {
        const esw_status status = read_row(&c, csv, index, value);
        if (status)
            return status;
        for (int a = 0; a < csv->shape.rank; ++a)
            if (index[a] >= csv->shape.length[a])
                csv->shape.length[a] = index[a] + 1;
    }
    for (int a = 0; a < csv->shape.rank; ++a)
        table *= (double)csv->shape.length[a];
    if (rows > 0 && table == (double)rows)
        return ESW_OK;
    return esw_fail(c.error, ESW_BAD_INPUT, "%s: has %llu rows, %s of indices need %.0f, each once", c.path,
                    (unsigned long long)rows, eswi_array_shape_text(&csv->shape, text), table);
}

static esw_status fill(cursor c, csv_array_file *csv)
{
    const uint64_t elements = eswi_array_shape_elements(&csv->shape, 0);
    uint64_t index[ESWI_ARRAY_RANK];
    double value[COLUMNS_MAX];
    unsigned char *seen = calloc(elements, 1);
    bool good = seen != NULL;
    for (int i = 0; i < csv->n_columns && good; ++i)
        good = csv->axis[i] >= 0 || (csv->values[i] = malloc(elements * sizeof **csv->values));
    esw_status status = good ? ESW_OK : esw_fail(c.error, ESW_NO_MEMORY, "%s: out of memory", c.path);
    while (!status && find_line(&c)) {
        const unsigned long line = c.line;
        status = read_row(&c, csv, index, value);
        uint64_t place = 0;
        for (int a = 0; a < csv->shape.rank && !status; ++a)
            place = place * csv->shape.length[a] + index[a];
        if (!status && seen[place])
            status = esw_fail(c.error, ESW_BAD_INPUT, "%s:%lu: these indices stand in an earlier row too",
                              c.path, line);
        for (int i = 0; i < csv->n_columns && !status; ++i)
            if (csv->axis[i] < 0)
                csv->values[i][place] = value[i];
        if (!status)
            seen[place] = 1;
    }
    free(seen);
    return status;
}

static esw_status read_text(const char *path, char **text, size_t *length, esw_error *error)
{
    struct stat info;
    const double left = (double)eswi_machine_memory_bytes();
    if (stat(path, &info) == 0 && 3.0 * (double)info.st_size > left)
        return esw_fail(error, ESW_TOO_LARGE, "%s: memory does not hold it: write HDF5 instead", path);
    return eswi_file_read(path, SIZE_MAX, text, length, error);
}

esw_status eswi_array_csv_open(const char *path, eswi_array_file **file, esw_error *error)
{
    char *text = NULL;
    size_t length;
    esw_status status = read_text(path, &text, &length, error);
    if (status)
        return status;
    cursor c = {.at = text + eswi_utf8_mark(text, length), .line = 1, .path = path, .error = error};
    csv_array_file *made = calloc(1, sizeof *made);
    if (made)
        made->base = (eswi_array_file){&format, strdup(path)};
    if (!made || !made->base.path)
        status = esw_fail(error, ESW_NO_MEMORY, "%s: out of memory", path);
    if (!status)
        status = read_head(&c, made);
    if (!status)
        status = measure(c, made);
    if (!status)
        status = fill(c, made);
    free(text);
    if (status) {
        if (made)
            close_csv(&made->base);
        return status;
    }
    *file = &made->base;
    return ESW_OK;
}
