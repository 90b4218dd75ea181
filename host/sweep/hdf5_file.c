#include "sweep/hdf5_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <hdf5_hl.h>

#include "base/fileio.h"

/* Takes the first line of the innermost failed call's description. */
static herr_t take_reason(unsigned depth, const H5E_error2_t *entry, void *reason)
{
    if (depth == 0 && entry->desc)
        snprintf(reason, ESWI_H5_REASON, "%.*s", (int)strcspn(entry->desc, "\n"), entry->desc);
    return 0;
}

/* Notes a failed call, the first with HDF5's reason; returns its value. */
static hid_t note(eswi_h5_file *h5, hid_t result)
{
    if (result < 0 && !h5->failed) {
        h5->failed = true;
        H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, take_reason, h5->reason);
    }
    return result;
}

static void forget(eswi_h5_file *h5)
{
    free(h5->path);
    free(h5->temporary);
    free(h5->sink);
    *h5 = (eswi_h5_file){.file = -1};
}

esw_status eswi_h5_begin(eswi_h5_file *h5, const char *path, esw_error *error)
{
    *h5 = (eswi_h5_file){
        .path = strdup(path),
        .temporary = eswi_file_temporary(path),
        .sink = calloc(1, sizeof *h5->sink),
        .file = -1,
    };
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL); /* the library never prints */
    esw_status status = ESW_OK;
    if (!h5->path || !h5->temporary || !h5->sink) {
        status = esw_fail(error, ESW_NO_MEMORY, "%s: out of memory", path);
    } else {
        status = eswi_file_create(&h5->sink->file, h5->temporary, error);
    }
    if (status) {
        forget(h5);
        return status;
    }
    hid_t properties = note(h5, eswi_h5_driver_properties(h5->sink));
    /* Most datasets are one chunk: small nodes of the tree that finds chunks halve a small file. */
    hid_t creation = note(h5, H5Pcreate(H5P_FILE_CREATE));
    if (creation >= 0)
        note(h5, H5Pset_istore_k(creation, 8));
    if (properties >= 0 && creation >= 0)
        h5->file = note(h5, H5Fcreate(h5->temporary, H5F_ACC_TRUNC, creation, properties));
    H5Pclose(creation);
    H5Pclose(properties);
    return ESW_OK;
}

esw_status eswi_h5_finish(eswi_h5_file *h5, esw_error *error)
{
    if (!h5->path)
        return ESW_OK;
    if (h5->file >= 0)
        note(h5, H5Fclose(h5->file));
    esw_status status = h5->sink->status;
    if (status && error)
        *error = h5->sink->error;
    if (!status && h5->failed)
        status = esw_fail(error, ESW_IO, "%s: writing failed: %s", h5->path,
                          h5->reason[0] ? h5->reason : "out of memory");
    esw_status closed = eswi_file_close(&h5->sink->file, status ? NULL : error);
    if (!status)
        status = closed;
    if (status)
        unlink(h5->temporary);
    else
        status = eswi_file_commit(h5->temporary, h5->path, error);
    forget(h5);
    return status;
}

/* Creation properties without times: equal runs give equal files. */
static hid_t untimed(eswi_h5_file *h5, hid_t class_id)
{
    hid_t properties = note(h5, H5Pcreate(class_id));
    if (properties >= 0)
        note(h5, H5Pset_obj_track_times(properties, false));
    return properties;
}

hid_t eswi_h5_group(eswi_h5_file *h5, hid_t parent, const char *name)
{
    if (h5->failed)
        return -1;
    hid_t properties = untimed(h5, H5P_GROUP_CREATE);
    hid_t group = note(h5, H5Gcreate2(parent, name, H5P_DEFAULT, properties, H5P_DEFAULT));
    H5Pclose(properties);
    return group;
}

static hid_t text_type(eswi_h5_file *h5)
{
    hid_t type = note(h5, H5Tcopy(H5T_C_S1));
    if (type >= 0) {
        note(h5, H5Tset_size(type, H5T_VARIABLE));
        note(h5, H5Tset_cset(type, H5T_CSET_UTF8));
    }
    return type;
}

/* Chunks of at most 2^16 elements, whole in the last dimensions: rows of a few scenarios can be written and
 * read. Each has a checksum that every reader checks, so that a flipped bit is an error and no number. */
static void set_chunks(eswi_h5_file *h5, hid_t properties, const eswi_h5_dim *dims, int rank)
{
    hsize_t chunk[ESWI_H5_RANK], elements = 1;
    const hsize_t most = 1 << 16;
    bool empty = false;
    for (int i = rank; i-- > 0;) {
        hsize_t left = most / elements ? most / elements : 1;
        chunk[i] = dims[i].length < left ? dims[i].length : left;
        empty |= chunk[i] == 0;
        elements *= chunk[i] ? chunk[i] : 1;
    }
    if (!empty) {
        note(h5, H5Pset_chunk(properties, rank, chunk));
        note(h5, H5Pset_fletcher32(properties));
    }
}

static void attach_scales(eswi_h5_file *h5, hid_t dataset, const eswi_h5_dim *dims, int rank)
{
    for (int i = 0; i < rank && !h5->failed; ++i) {
        if (!dims[i].scale)
            continue;
        hid_t scale = note(h5, H5Dopen2(h5->file, dims[i].scale, H5P_DEFAULT));
        if (scale < 0)
            return;
        note(h5, H5DSattach_scale(dataset, scale, (unsigned)i));
        H5Dclose(scale);
    }
}

hid_t eswi_h5_dataset(eswi_h5_file *h5, hid_t parent, const char *name, hid_t file_type,
                      const eswi_h5_dim *dims, int rank, const char *unit)
{
    hsize_t lengths[ESWI_H5_RANK];
    if (h5->failed)
        return -1;
    for (int i = 0; i < rank; ++i)
        lengths[i] = dims[i].length;
    hid_t properties = untimed(h5, H5P_DATASET_CREATE);
    if (H5Tget_class(file_type) == H5T_FLOAT) {
        const double nan = __builtin_nan("");
        note(h5, H5Pset_fill_value(properties, H5T_NATIVE_DOUBLE, &nan));
    }
    /* Texts are elsewhere in the file, so that a checksum of their places would be of no use. */
    const H5T_class_t class_of = H5Tget_class(file_type);
    if (rank > 0 && (class_of == H5T_FLOAT || class_of == H5T_INTEGER))
        set_chunks(h5, properties, dims, rank);
    hid_t space = note(h5, rank > 0 ? H5Screate_simple(rank, lengths, NULL) : H5Screate(H5S_SCALAR));
    hid_t dataset = note(h5, H5Dcreate2(parent, name, file_type, space, H5P_DEFAULT, properties, H5P_DEFAULT));
    H5Sclose(space);
    H5Pclose(properties);
    if (dataset < 0)
        return dataset;
    attach_scales(h5, dataset, dims, rank);
    if (unit)
        eswi_h5_attribute_text(h5, dataset, "units", unit);
    return dataset;
}

/* The little-endian type that stores a native one. */
static hid_t stored_type(hid_t native_type)
{
    if (H5Tequal(native_type, H5T_NATIVE_DOUBLE) > 0)
        return H5T_IEEE_F64LE;
    return H5Tequal(native_type, H5T_NATIVE_UINT64) > 0 ? H5T_STD_U64LE : H5T_STD_I64LE;
}

void eswi_h5_write(eswi_h5_file *h5, hid_t parent, const char *name, hid_t native_type, const eswi_h5_dim *dims,
                   int rank, const void *data, const char *unit)
{
    hid_t dataset = eswi_h5_dataset(h5, parent, name, stored_type(native_type), dims, rank, unit);
    if (dataset < 0)
        return;
    if (!h5->failed)
        note(h5, H5Dwrite(dataset, native_type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data));
    note(h5, H5Dclose(dataset));
}

void eswi_h5_write_texts(eswi_h5_file *h5, hid_t parent, const char *name, const char *const *texts,
                         eswi_h5_dim dim)
{
    if (h5->failed)
        return;
    hid_t type = text_type(h5);
    hid_t dataset = eswi_h5_dataset(h5, parent, name, type, &dim, 1, NULL);
    if (dataset >= 0) {
        if (dim.length > 0)
            note(h5, H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, texts));
        note(h5, H5Dclose(dataset));
    }
    H5Tclose(type);
}

void eswi_h5_make_scale(eswi_h5_file *h5, const char *name)
{
    if (h5->failed)
        return;
    hid_t dataset = note(h5, H5Dopen2(h5->file, name, H5P_DEFAULT));
    if (dataset < 0)
        return;
    const char *slash = strrchr(name, '/');
    note(h5, H5DSset_scale(dataset, slash ? slash + 1 : name));
    note(h5, H5Dclose(dataset));
}

void eswi_h5_write_part(eswi_h5_file *h5, hid_t dataset, int rank, const hsize_t *start, const hsize_t *count,
                        const double *data)
{
    if (h5->failed)
        return;
    hid_t there = note(h5, H5Dget_space(dataset));
    hid_t here = note(h5, H5Screate_simple(rank, count, NULL));
    if (!h5->failed)
        note(h5, H5Sselect_hyperslab(there, H5S_SELECT_SET, start, NULL, count, NULL));
    if (!h5->failed)
        note(h5, H5Dwrite(dataset, H5T_NATIVE_DOUBLE, here, there, H5P_DEFAULT, data));
    H5Sclose(here);
    H5Sclose(there);
}

static void write_attribute(eswi_h5_file *h5, hid_t object, const char *name, hid_t stored, hid_t native,
                            const void *value)
{
    hid_t space = note(h5, H5Screate(H5S_SCALAR));
    hid_t attribute = note(h5, H5Acreate2(object, name, stored, space, H5P_DEFAULT, H5P_DEFAULT));
    if (attribute >= 0) {
        note(h5, H5Awrite(attribute, native, value));
        note(h5, H5Aclose(attribute));
    }
    H5Sclose(space);
}

void eswi_h5_attribute_text(eswi_h5_file *h5, hid_t object, const char *name, const char *text)
{
    if (h5->failed)
        return;
    hid_t type = text_type(h5);
    write_attribute(h5, object, name, type, type, &text);
    H5Tclose(type);
}

void eswi_h5_attribute(eswi_h5_file *h5, hid_t object, const char *name, hid_t native_type, const void *value)
{
    if (!h5->failed)
        write_attribute(h5, object, name, stored_type(native_type), native_type, value);
}
