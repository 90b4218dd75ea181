#include "base/array_format.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/text.h"

enum { SIGNATURE = 8 };

bool eswi_array_is_hdf5(const char *path)
{
    static const unsigned char signature[SIGNATURE] = {0x89, 'H', 'D', 'F', '\r', '\n', 0x1a, '\n'};
    unsigned char found[SIGNATURE];
    FILE *file = fopen(path, "rb");
    bool is_hdf5 = false;
    for (long at = 0; file && !is_hdf5; at = at ? 2 * at : 512) {
        if (fseek(file, at, SEEK_SET) || fread(found, 1, SIGNATURE, file) != SIGNATURE)
            break;
        is_hdf5 = memcmp(found, signature, SIGNATURE) == 0;
    }
    if (file)
        fclose(file);
    return is_hdf5;
}

/* Whether the first character of a text is that of a JSON object. */
static bool begins_an_object(const char *path)
{
    FILE *file = fopen(path, "rb");
    int c = EOF;
    while (file && (c = fgetc(file)) != EOF && strchr(" \t\r\n", c))
        ;
    if (file)
        fclose(file);
    return c == '{';
}

/* Whether the first line that is no comment begins with a letter and has a comma: the names of columns. */
static bool begins_a_table(const char *path)
{
    char line[1024] = "";
    FILE *file = fopen(path, "rb");
    while (file && fgets(line, sizeof line, file) && (line[0] == '#' || line[strspn(line, " \t\r\n")] == '\0'))
        ;
    if (file)
        fclose(file);
    const char *first = line + eswi_utf8_mark(line, strlen(line));
    return isalpha((unsigned char)*first) && strchr(first, ',');
}

esw_status eswi_array_file_open(const char *path, eswi_array_file **file, esw_error *error)
{
    struct stat info;
    if (stat(path, &info))
        return esw_fail(error, ESW_IO, "%s: %s", path, strerror(errno));
    if (!S_ISREG(info.st_mode))
        return esw_fail(error, ESW_BAD_INPUT, "%s: must be a regular file", path);
    if (eswi_array_is_hdf5(path))
        return eswi_array_hdf5_open(path, file, error);
    if (begins_an_object(path))
        return eswi_array_json_open(path, file, error);
    if (begins_a_table(path))
        return eswi_array_csv_open(path, file, error);
    return esw_fail(error, ESW_BAD_INPUT, "%s: is neither an HDF5 file nor a JSON object nor a CSV table",
                    path);
}

void eswi_array_file_close(eswi_array_file *file)
{
    if (file)
        file->format->close(file);
}

bool eswi_array_file_has(eswi_array_file *file, const char *name)
{
    return file->format->has(file, name);
}

esw_status eswi_array_file_each(eswi_array_file *file, const char *group, eswi_array_visit *visit,
                                void *context, esw_error *error)
{
    return file->format->each(file, group, visit, context, error);
}

esw_status eswi_array_file_shape(eswi_array_file *file, const char *name, eswi_array_shape *shape,
                                 esw_error *error)
{
    return file->format->shape(file, name, shape, error);
}

esw_status eswi_array_file_read(eswi_array_file *file, const char *name, uint64_t first, uint64_t count,
                                double *values, esw_error *error)
{
    return file->format->read(file, name, first, count, values, error);
}

uint64_t eswi_array_shape_elements(const eswi_array_shape *shape, int axis)
{
    uint64_t elements = 1;
    for (; axis < shape->rank; ++axis)
        elements *= shape->length[axis];
    return elements;
}

const char *eswi_array_shape_text(const eswi_array_shape *shape, char text[ESWI_ARRAY_SHAPE_TEXT])
{
    size_t used = 0;
    text[0] = '\0';
    for (int axis = 0; axis < shape->rank; ++axis)
        used += (size_t)snprintf(text + used, ESWI_ARRAY_SHAPE_TEXT - used, "[%llu]",
                                 (unsigned long long)shape->length[axis]);
    return shape->rank ? text : "a single number";
}
