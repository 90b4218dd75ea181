/* In the place of array_hdf5.c where the build has no HDF5. */
#include "base/array_format.h"

esw_status eswi_array_hdf5_open(const char *path, eswi_array_file **file, esw_error *error)
{
    (void)file;
    return esw_fail(
        error, ESW_UNSUPPORTED,
        "%s: this build has no HDF5: install its development files (Debian: libhdf5-dev) and build again, "
        "or give the arrays as JSON",
        path);
}
