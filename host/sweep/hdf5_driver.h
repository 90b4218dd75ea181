/* How HDF5 files reach the disk: a file driver that writes through fileio.
 *
 * HDF5's own drivers report a full disk to HDF5, which then cannot close the file and crashes the process when
 * it exits. This one keeps the first failure to itself, so that HDF5 always comes to an end; the file is thrown
 * away afterwards.
 */
#ifndef ESWI_HDF5_DRIVER_H
#define ESWI_HDF5_DRIVER_H

#include <hdf5.h>

#include "base/fileio.h"

/* The file being written and how that went. Outlives the HDF5 file. */
typedef struct eswi_h5_sink {
    eswi_file file;
    esw_status status; /* of the first write that failed */
    esw_error error;
} eswi_h5_sink;

/* Access properties that send a file to `sink`, which is open and empty; negative on failure. Close with
 * H5Pclose. */
hid_t eswi_h5_driver_properties(eswi_h5_sink *sink);

#endif
