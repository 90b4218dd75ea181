/* Cost grids: what a method that tries every combination of levels compares, in full.
 *
 * A system whose methods search such a grid fills an esw_grid_ops and points its descriptor at it; others leave the
 * pointer NULL. From it the engine writes `solve --grid` as HDF5, JSON or CSV and marks the least point, knowing only
 * axes, quantities and their units.
 */
#ifndef EDGESWEEP_GRID_H
#define EDGESWEEP_GRID_H

#include <stdbool.h>
#include <stddef.h>

#include "edgesweep/status.h"

#ifdef __cplusplus
extern "C" {
#endif

struct esw_config;
struct esw_metric;

enum { ESW_GRID_AXES_MAX = 6 };

/* No point: an entity that decided something that is none of the levels. */
#define ESW_GRID_NONE ((size_t)-1)

typedef struct esw_grid_axis {
    const char *name, *unit;
    const double *levels; /* [n], in the order in which they are tried */
    size_t n;
} esw_grid_axis;

/* The grids of all entities of one scenario. Entities share the axes; where one lacks a level (a network with fewer
 * layers) its values are NaN. A system puts data of its own behind this struct. */
typedef struct esw_grid {
    esw_grid_axis axes[ESW_GRID_AXES_MAX]; /* the first changes slowest */
    size_t n_axes;
    const struct esw_metric *quantities; /* one of them has ESW_METRIC_OBJECTIVE: the one that is minimised */
    size_t n_quantities;
    const struct esw_metric *constants; /* what has one value per entity, the same at every point */
    size_t n_constants;
    size_t entities;
} esw_grid;

typedef struct esw_grid_ops {
    /* Whether method `method` of the system searches the grid. */
    bool (*searched_by)(size_t method);

    /* The grid behind a decision of such a method. Instance and decision must stay until `close`; both may be NULL
     * where only axes and quantities are asked for, before anything is solved. ESW_NO_MEMORY. */
    esw_status (*open)(const struct esw_config *config, const void *instance, const void *decision,
                       esw_grid **grid, esw_error *error);

    /* Fills values[n_quantities][axis 0][axis 1]... (infinite where something cannot be done) and
     * constants[n_constants]. Returns the point that the decision took for this entity, counted in the order of
     * values[0], or ESW_GRID_NONE. */
    size_t (*values)(const esw_grid *grid, size_t entity, double *values, double *constants);

    void (*close)(esw_grid *grid);
} esw_grid_ops;

#ifdef __cplusplus
}
#endif
#endif
