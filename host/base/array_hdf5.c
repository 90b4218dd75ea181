/* Arrays of an HDF5 file: its datasets. */
#include "base/array_format.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <hdf5.h>

enum { REASON = 200, NAME = 512 };

/* The array that was asked about last stays open: its shape is asked for before its numbers. */
typedef struct hdf5_array_file {
    eswi_array_file base;
    hid_t id;
    char open_name[NAME];
    hid_t open; /* dataset; -1: none */
    eswi_array_shape open_shape;
} hdf5_array_file;

static hdf5_array_file *own(eswi_array_file *file)
{
    return (hdf5_array_file *)(void *)file;
}

static hid_t id_of(eswi_array_file *file)
{
    return own(file)->id;
}

/* ---------------------------------------------------------------- errors */

/* Takes the first line of the innermost failed call's description. */
static herr_t take_reason(unsigned depth, const H5E_error2_t *entry, void *reason)
{
    if (depth == 0 && entry->desc)
        snprintf(reason, REASON, "%.*s", (int)strcspn(entry->desc, "\n"), entry->desc);
    return 0;
}

/* Fails with HDF5's reason. `name` may be "". */
static esw_status fail(const char *path, const char *name, const char *what, esw_error *error)
{
    char reason[REASON] = "unknown reason";
    H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, take_reason, reason);
    return esw_fail(error, ESW_IO, "%s: %.80s%s%s: %s", path, name, *name ? ": " : "", what, reason);
}

/* ---------------------------------------------------------------- names */

/* Whether every part of a path is there: H5Lexists wants those before the last to exist. */
static bool has(eswi_array_file *file, const char *name)
{
    char part[NAME];
    const size_t length = strlen(name);
    if (length == 0 || length >= sizeof part)
        return length == 0;
    for (size_t i = 1; i <= length; ++i) {
        if (name[i] != '/' && name[i] != '\0')
            continue;
        memcpy(part, name, i);
        part[i] = '\0';
        if (H5Lexists(id_of(file), part, H5P_DEFAULT) <= 0)
            return false;
    }
    return H5Oexists_by_name(id_of(file), name, H5P_DEFAULT) > 0;
}

/* The dataset of that name; negative where there is none. */
static hid_t open_if_dataset(eswi_array_file *file, const char *name)
{
    const hid_t object = H5Oopen(id_of(file), name, H5P_DEFAULT);
    if (object < 0 || H5Iget_type(object) == H5I_DATASET)
        return object;
    H5Oclose(object);
    return -1;
}

/* The dataset of an array: the one of that name, or Octave's below it. Negative where there is none. */
static hid_t open_dataset(eswi_array_file *file, const char *name)
{
    char below[NAME + sizeof "/value"];
    const hid_t dataset = open_if_dataset(file, name);
    if (dataset >= 0)
        return dataset;
    snprintf(below, sizeof below, "%.*s/value", NAME, name);
    return open_if_dataset(file, below);
}

static void close_dataset(eswi_array_file *file)
{
    if (own(file)->open >= 0)
        H5Dclose(own(file)->open);
    own(file)->open = -1;
}

static esw_status each(eswi_array_file *file, const char *group, eswi_array_visit *visit, void *context,
                       esw_error *error)
{
    H5G_info_t info;
    char name[NAME];
    const char *path = *group ? group : "/";
    const hid_t id = H5Gopen2(id_of(file), path, H5P_DEFAULT);
    if (id < 0 || H5Gget_info(id, &info) < 0) {
        if (id >= 0)
            H5Gclose(id);
        return esw_fail(error, ESW_BAD_INPUT, "%s: %.80s: must be a group", file->path, path);
    }
    esw_status status = ESW_OK;
    for (hsize_t i = 0; i < info.nlinks && !status; ++i) {
        if (H5Lget_name_by_idx(id, ".", H5_INDEX_NAME, H5_ITER_INC, i, name, sizeof name, H5P_DEFAULT) < 0)
            status = fail(file->path, path, "cannot be listed", error);
        else
            status = visit(name, context);
    }
    H5Gclose(id);
    return status;
}

/* ---------------------------------------------------------------- arrays */

/* What values of a class are, where they are no real numbers; NULL where they are. */
static const char *wrong_class(H5T_class_t type)
{
    switch (type) {
    case H5T_FLOAT:
    case H5T_INTEGER:
        return NULL;
    case H5T_COMPOUND:
        return "holds complex numbers or records";
    case H5T_STRING:
        return "holds texts";
    default:
        return "holds no numbers";
    }
}

static esw_status check_class(eswi_array_file *file, const char *name, hid_t dataset, esw_error *error)
{
    const hid_t type = H5Dget_type(dataset);
    const char *wrong = type >= 0 ? wrong_class(H5Tget_class(type)) : "cannot be read";
    if (type >= 0)
        H5Tclose(type);
    return wrong ? esw_fail(error, ESW_BAD_INPUT, "%s: %.80s: %s, must hold real numbers", file->path, name,
                            wrong)
                 : ESW_OK;
}

static esw_status read_shape(eswi_array_file *file, const char *name, hid_t dataset, eswi_array_shape *shape,
                             esw_error *error)
{
    hsize_t lengths[H5S_MAX_RANK];
    esw_status status = check_class(file, name, dataset, error);
    const hid_t space = H5Dget_space(dataset);
    const int rank = space < 0 ? -1 : H5Sget_simple_extent_dims(space, lengths, NULL);
    *shape = (eswi_array_shape){0};
    if (!status && rank < 0)
        status = fail(file->path, name, "has no shape", error);
    if (!status && rank > ESWI_ARRAY_RANK)
        status = esw_fail(error, ESW_BAD_INPUT, "%s: %.80s: has %d axes, at most %d are known", file->path,
                          name, rank, ESWI_ARRAY_RANK);
    if (!status && H5Sget_simple_extent_type(space) == H5S_NULL)
        status = esw_fail(error, ESW_BAD_INPUT, "%s: %.80s: is empty", file->path, name);
    for (int axis = 0; axis < rank && !status; ++axis)
        shape->length[axis] = lengths[axis];
    shape->rank = status ? 0 : rank;
    if (space >= 0)
        H5Sclose(space);
    return status;
}

/* Makes an array the open one. */
static esw_status open_array(eswi_array_file *file, const char *name, esw_error *error)
{
    hdf5_array_file *h5 = own(file);
    if (h5->open >= 0 && strcmp(h5->open_name, name) == 0)
        return ESW_OK;
    close_dataset(file);
    const hid_t dataset = open_dataset(file, name);
    if (dataset < 0)
        return esw_fail(error, ESW_BAD_INPUT, "%s: %.80s: %s", file->path, name,
                        has(file, name) ? "must be a dataset" : "is missing");
    const esw_status status = read_shape(file, name, dataset, &h5->open_shape, error);
    h5->open = dataset;
    snprintf(h5->open_name, sizeof h5->open_name, "%s", name);
    if (status)
        close_dataset(file);
    return status;
}

static esw_status shape_of(eswi_array_file *file, const char *name, eswi_array_shape *shape, esw_error *error)
{
    const esw_status status = open_array(file, name, error);
    *shape = status ? (eswi_array_shape){0} : own(file)->open_shape;
    return status;
}

/* Reads a box of a dataset. */
static esw_status read_box(const eswi_array_file *file, const char *name, hid_t dataset, int rank,
                           const hsize_t *start, const hsize_t *count, double *values, esw_error *error)
{
    const hid_t space = H5Dget_space(dataset);
    const hid_t memory = rank ? H5Screate_simple(rank, count, NULL) : H5Screate(H5S_SCALAR);
    const bool done =
        space >= 0 && memory >= 0 &&
        (rank == 0 || H5Sselect_hyperslab(space, H5S_SELECT_SET, start, NULL, count, NULL) >= 0) &&
        H5Dread(dataset, H5T_NATIVE_DOUBLE, memory, space, H5P_DEFAULT, values) >= 0;
    /* At once: the next call forgets the reason. */
    const esw_status status = done ? ESW_OK : fail(file->path, name, "cannot be read", error);
    if (memory >= 0)
        H5Sclose(memory);
    if (space >= 0)
        H5Sclose(space);
    return status;
}

static esw_status read_rows(eswi_array_file *file, const char *name, uint64_t first, uint64_t count,
                            double *values, esw_error *error)
{
    const esw_status status = open_array(file, name, error);
    if (status)
        return status;
    const eswi_array_shape *shape = &own(file)->open_shape;
    hsize_t start[ESWI_ARRAY_RANK] = {first}, counts[ESWI_ARRAY_RANK] = {count};
    for (int axis = 1; axis < shape->rank; ++axis)
        counts[axis] = shape->length[axis];
    return read_box(file, name, own(file)->open, shape->rank, start, counts, values, error);
}

/* ---------------------------------------------------------------- files */

static void close_hdf5(eswi_array_file *file)
{
    close_dataset(file);
    if (id_of(file) >= 0)
        H5Fclose(id_of(file));
    free(file->path);
    free(file);
}

static const eswi_array_format format = {close_hdf5, has, each, shape_of, read_rows};

/* To read a file that nobody writes needs no lock, which some network file systems refuse. */
static hid_t open_properties(void)
{
    const hid_t properties = H5Pcreate(H5P_FILE_ACCESS);
#if H5_VERSION_GE(1, 12, 1) || (H5_VERSION_GE(1, 10, 7) && !H5_VERSION_GE(1, 12, 0))
    if (properties >= 0)
        H5Pset_file_locking(properties, false, true);
#endif
    return properties;
}

esw_status eswi_array_hdf5_open(const char *path, eswi_array_file **file, esw_error *error)
{
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL); /* the library never prints */
    hdf5_array_file *made = calloc(1, sizeof *made);
    if (made)
        *made = (hdf5_array_file){.base = {&format, strdup(path)}, .id = -1, .open = -1};
    if (!made || !made->base.path) {
        free(made);
        return esw_fail(error, ESW_NO_MEMORY, "%s: out of memory", path);
    }
    const hid_t properties = open_properties();
    made->id = H5Fopen(path, H5F_ACC_RDONLY, properties >= 0 ? properties : H5P_DEFAULT);
    /* At once: the next call forgets the reason. */
    const esw_status status = made->id < 0 ? fail(path, "", "cannot be opened as HDF5", error) : ESW_OK;
    if (properties >= 0)
        H5Pclose(properties);
    if (status)
        close_hdf5(&made->base);
    else
        *file = &made->base;
    return status;
}
