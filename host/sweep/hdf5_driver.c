#include "sweep/hdf5_driver.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#if H5_VERSION_GE(1, 13, 0)
#include <H5FDdevelop.h>
#endif

/* What the access properties carry; HDF5 copies it as bytes. */
typedef struct driver_info {
    eswi_h5_sink *sink;
} driver_info;

typedef struct driver_file {
    H5FD_t base; /* HDF5's part comes first */
    eswi_h5_sink *sink;
    haddr_t end_of_addresses;
} driver_file;

static H5FD_t *open_file(const char *name, unsigned flags, hid_t properties, haddr_t max_address)
{
    const driver_info *info = H5Pget_driver_info(properties);
    (void)name;
    (void)flags;
    (void)max_address;
    driver_file *file = info ? calloc(1, sizeof *file) : NULL;
    if (!file)
        return NULL;
    file->sink = info->sink;
    return &file->base;
}

static herr_t close_file(H5FD_t *base)
{
    free(base);
    return 0;
}

static herr_t query(const H5FD_t *base, unsigned long *flags)
{
    (void)base;
    *flags = H5FD_FEAT_AGGREGATE_METADATA | H5FD_FEAT_ACCUMULATE_METADATA | H5FD_FEAT_DATA_SIEVE |
             H5FD_FEAT_AGGREGATE_SMALLDATA;
    return 0;
}

static haddr_t get_eoa(const H5FD_t *base, H5FD_mem_t type)
{
    (void)type;
    return ((const driver_file *)base)->end_of_addresses;
}

static herr_t set_eoa(H5FD_t *base, H5FD_mem_t type, haddr_t address)
{
    (void)type;
    ((driver_file *)base)->end_of_addresses = address;
    return 0;
}

static haddr_t get_eof(const H5FD_t *base, H5FD_mem_t type)
{
    (void)type;
    return ((const driver_file *)base)->sink->file.size;
}

/* What lies behind the end of the file, or was lost, reads as zeros. */
static herr_t read_bytes(H5FD_t *base, H5FD_mem_t type, hid_t properties, haddr_t address, size_t length,
                         void *bytes)
{
    const eswi_h5_sink *sink = ((const driver_file *)base)->sink;
    (void)type;
    (void)properties;
    size_t there = address < sink->file.size ? (size_t)(sink->file.size - address) : 0;
    size_t readable = there < length ? there : length;
    memset(bytes, 0, length);
    if (readable > 0)
        eswi_file_read_at(sink->file.fd, sink->file.path, address, bytes, readable, NULL);
    return 0;
}

static herr_t write_bytes(H5FD_t *base, H5FD_mem_t type, hid_t properties, haddr_t address, size_t length,
                          const void *bytes)
{
    eswi_h5_sink *sink = ((driver_file *)base)->sink;
    (void)type;
    (void)properties;
    if (!sink->status)
        sink->status = eswi_file_write_at(&sink->file, address, bytes, length, &sink->error);
    return 0;
}

/* Gives the file the length HDF5 has settled on. */
static herr_t truncate_file(H5FD_t *base, hid_t properties, hbool_t closing)
{
    const driver_file *file = (const driver_file *)base;
    eswi_h5_sink *sink = file->sink;
    (void)properties;
    (void)closing;
    if (!sink->status && sink->file.size != file->end_of_addresses)
        sink->status = eswi_file_truncate(&sink->file, file->end_of_addresses, &sink->error);
    return 0;
}

static const H5FD_class_t driver_class = {
#ifdef H5FD_CLASS_VERSION
    .version = H5FD_CLASS_VERSION,
    .value = (H5FD_class_value_t)600, /* HDF5 leaves 512 and up to others */
#endif
    .name = "edgesweep",
    .maxaddr = (haddr_t)INT64_MAX,
    .fc_degree = H5F_CLOSE_WEAK,
    .fapl_size = sizeof(driver_info),
    .open = open_file,
    .close = close_file,
    .query = query,
    .get_eoa = get_eoa,
    .set_eoa = set_eoa,
    .get_eof = get_eof,
    .read = read_bytes,
    .write = write_bytes,
    .truncate = truncate_file,
    .fl_map = H5FD_FLMAP_DICHOTOMY,
};

hid_t eswi_h5_driver_properties(eswi_h5_sink *sink)
{
    const driver_info info = {sink};
    hid_t driver = H5FDregister(&driver_class);
    if (driver < 0)
        return -1;
    hid_t properties = H5Pcreate(H5P_FILE_ACCESS);
    if (properties >= 0 && H5Pset_driver(properties, driver, &info) < 0) {
        H5Pclose(properties);
        properties = -1;
    }
    H5FDunregister(driver); /* the properties and the file keep it alive */
    return properties;
}
