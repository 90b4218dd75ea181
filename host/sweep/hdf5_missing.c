/* In the place of the HDF5 writers where the build has no HDF5. */
#include "edgesweep/results.h"
#include "sweep/grid_file.h"
#include "sweep/hdf5_json.h"

static esw_status missing(const char *path, esw_error *error)
{
    return esw_fail(error, ESW_UNSUPPORTED, "%s: this build has no HDF5 (ESW_HDF5); use CSV or JSON", path);
}

bool esw_have_hdf5(void)
{
    return false;
}

esw_status esw_results_write_hdf5(const esw_results *results, const char *path, esw_error *error)
{
    (void)results;
    return missing(path, error);
}

esw_status eswi_h5_list_begin(const char *path, const json_t *head, const char *name, eswi_h5_list **list,
                              esw_error *error)
{
    (void)head, (void)name, (void)list;
    return missing(path, error);
}

/* A list that never began has no items and no end. */
esw_status eswi_h5_list_put(eswi_h5_list *list, const json_t *item)
{
    (void)list, (void)item;
    return ESW_UNSUPPORTED;
}

esw_status eswi_h5_list_end(eswi_h5_list *list, esw_status status, esw_error *error)
{
    (void)list, (void)error;
    return status;
}

static esw_status begin_grid(const eswi_grid_head *head, const char *path, eswi_grid_writer **writer,
                             esw_error *error)
{
    (void)head, (void)writer;
    return missing(path, error);
}

const eswi_grid_format eswi_grid_hdf5 = {.suffix = ".h5", .value_bytes = sizeof(double), .begin = begin_grid};
