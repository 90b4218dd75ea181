/* ECC: the grid that method `grid` searched, in full and in double precision.
 *
 * As in the search, a user is valued while every other assigned user sends at full power, so a value here is not
 * the one the accountant gives the whole decision, in which the others use what they chose. */
#include "ecc/grid_values.h"

#include <math.h>
#include <stdlib.h>

#include "base/carve.h"
#include "ecc/grid.h"
#include "ecc/params.h"

enum { AXIS_SPLIT, AXIS_POWER, AXIS_UNITS, AXES };
enum { LATENCY, ENERGY, UTILITY, QUANTITIES };

static const esw_metric QUANTITY[QUANTITIES] = {
    [LATENCY] = {"latency_s", "s", ESW_METRIC_LATENCY, "Inference latency (12)."},
    [ENERGY] = {"energy_j", "J", ESW_METRIC_ENERGY, "Energy (17) of device and edge."},
    [UTILITY] = {"utility", "1", ESW_METRIC_OBJECTIVE, "wT latency + wE energy (19)."},
};

static const esw_metric CONSTANT[] = {
    {"power_down_w", "W", 0, "Downlink power, the best of its own grid; 0 without a subchannel."},
};

typedef struct ecc_grid {
    esw_grid grid;
    const eswi_ecc_config *config;
    eswi_ecc_instance instance;
    eswi_ecc_decision decision;
    eswi_ecc_grid_tables tables;
    eswi_ecc_grid_link *links; /* [U] under the plan */
} ecc_grid;

static bool searched_by(size_t method)
{
    return method == ECC_GRID;
}

/* What one block holds. */
typedef struct parts {
    ecc_grid *grid;
    char *scratch;
    eswi_ecc_grid_link *links;
    double *splits;        /* [max_units] 1, 2, ... */
    int32_t *first, *next; /* scratch of the plan */
} parts;

static parts lay_out(const eswi_ecc_config *config, eswi_carve *carve)
{
    const size_t users = (size_t)config->users;
    parts p;
    p.grid = ESWI_CARVE(carve, ecc_grid, 1); /* first, so that it can be freed */
    p.scratch = ESWI_CARVE(carve, char, eswi_ecc_grid_bytes(config));
    p.links = ESWI_CARVE(carve, eswi_ecc_grid_link, users);
    p.splits = ESWI_CARVE(carve, double, (size_t)config->max_units);
    p.first = ESWI_CARVE(carve, int32_t, (size_t)config->subchannels);
    p.next = ESWI_CARVE(carve, int32_t, users);
    return p;
}

static esw_status open_grid(const esw_config *opaque, const void *instance, const void *decision,
                            esw_grid **out, esw_error *error)
{
    const eswi_ecc_config *config = eswi_ecc_config_of(opaque);
    eswi_carve measure = {NULL, 0};
    lay_out(config, &measure);
    char *block = aligned_alloc(ESWI_CARVE_ALIGN, (measure.used / ESWI_CARVE_ALIGN + 1) * ESWI_CARVE_ALIGN);
    if (!block) {
        return esw_fail(error, ESW_NO_MEMORY, "out of memory for the levels of the grid");
    }
    eswi_carve carve = {block, 0};
    const parts p = lay_out(config, &carve);
    *p.grid = (ecc_grid){.config = config, .links = p.links};
    eswi_ecc_grid_prepare(config, p.scratch);
    p.grid->tables = eswi_ecc_grid_tables_of(config, p.scratch);
    if (instance && decision) {
        p.grid->instance = eswi_ecc_instance_view(config, instance);
        p.grid->decision = eswi_ecc_decision_view(config, decision);
        eswi_ecc_grid_plan(config, &p.grid->instance, p.grid->decision.assigned, p.first, p.next, p.links);
    }
    for (int s = 1; s <= config->max_units; s++) {
        p.splits[s - 1] = s;
    }
    const eswi_ecc_grid_tables *t = &p.grid->tables;
    p.grid->grid = (esw_grid){
        .axes = {[AXIS_SPLIT] = {"split", "1", p.splits, (size_t)config->max_units},
                 [AXIS_POWER] = {"power_up_w", "W", t->power_w[ECC_UP], (size_t)config->grid_power_levels},
                 [AXIS_UNITS] = {"compute_units", "units", t->compute_units, (size_t)config->grid_unit_levels}},
        .n_axes = AXES,
        .quantities = QUANTITY,
        .n_quantities = QUANTITIES,
        .constants = CONSTANT,
        .n_constants = sizeof CONSTANT / sizeof *CONSTANT,
        .entities = (size_t)config->users};
    *out = &p.grid->grid;
    return ESW_OK;
}

static void close_grid(esw_grid *grid)
{
    free(grid);
}

static size_t level_of(const esw_grid_axis *axis, double value)
{
    size_t i = 0;
    while (i < axis->n && axis->levels[i] != value) {
        i++;
    }
    return i;
}

/* The point of a user's decision; a local one stands at the first powers and units of split F. */
static size_t chosen_point(const ecc_grid *g, int user, int units)
{
    const esw_grid_axis *power = &g->grid.axes[AXIS_POWER], *compute = &g->grid.axes[AXIS_UNITS];
    const int split = g->decision.split[user];
    const size_t row = (size_t)(split - 1) * power->n * compute->n;
    if (split == units) {
        return row;
    }
    const size_t p = level_of(power, g->decision.power_w[ECC_UP][user]);
    const size_t r = level_of(compute, g->decision.compute_units[user]);
    return p < power->n && r < compute->n ? row + p * compute->n + r : ESW_GRID_NONE;
}

/* A term of (19); a weight of 0 takes even what is infinite out. */
static double weighted(double weight, double value)
{
    return weight > 0.0 ? weight * value : 0.0;
}

static size_t values(const esw_grid *grid, size_t entity, double *value, double *constants)
{
    const ecc_grid *g = (const ecc_grid *)(const void *)grid;
    const eswi_ecc_config *config = g->config;
    const int user = (int)entity;
    const eswi_ecc_profile *profile = &config->profiles[g->instance.profile_of_user[user]];
    const size_t per_split = grid->axes[AXIS_POWER].n * grid->axes[AXIS_UNITS].n;
    const size_t all = grid->axes[AXIS_SPLIT].n * per_split, own = eswi_ecc_grid_points(config, profile);
    double *latency_s = value + LATENCY * all, *energy_j = value + ENERGY * all,
           *utility = value + UTILITY * all;
    const bool sends = g->decision.assigned[ECC_UP][user] >= 0 && g->decision.assigned[ECC_DOWN][user] >= 0;
    const double power_down_w =
        eswi_ecc_grid_evaluate(config, profile, &g->tables, &g->links[user], latency_s, energy_j);
    constants[0] = sends ? power_down_w : 0.0;
    for (size_t i = 0; i < own; i++) {
        if (!sends && i < own - per_split) {
            latency_s[i] = energy_j[i] = INFINITY;
        }
        utility[i] = weighted(config->weight_time, latency_s[i]) + weighted(config->weight_energy, energy_j[i]);
    }
    for (size_t i = own; i < all; i++) {
        latency_s[i] = energy_j[i] = utility[i] = NAN;
    }
    return chosen_point(g, user, profile->units);
}

const esw_grid_ops eswi_ecc_grid_ops = {
    .searched_by = searched_by, .open = open_grid, .values = values, .close = close_grid};
