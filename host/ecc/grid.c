/* ECC, method `grid`: levels, tables, decisions, and the grid in full. The plan is in grid_plan.c, the search
 * in grid_kernel.h. */
#include "ecc/grid.h"

#include "base/carve.h"
#include "base/detmath.h"
#include "ecc/cost.h"
#include "ecc/lane_loop.h"

/* A worker's scratch: the tables, then what one scenario needs. */
typedef struct workspace {
    eswi_ecc_grid_tables tables;
    eswi_ecc_grid_link *links;     /* [U] */
    eswi_ecc_grid_user *users;     /* [U] the assigned ones, one after the other */
    eswi_ecc_grid_choice *choices; /* [U] theirs */
    int32_t *who;                  /* [U] their indices */
    int32_t *load;                 /* [N][M] */
    int32_t *first, *next;         /* [M], [U] */
} workspace;

static int padded(int levels)
{
    return (levels + ECC_LANES - 1) / ECC_LANES * ECC_LANES;
}

static void lay_out(const eswi_ecc_config *config, eswi_carve *carve, workspace *w)
{
    const size_t users = (size_t)config->users, cells = (size_t)config->aps * (size_t)config->subchannels;
    const size_t profiles = (size_t)config->n_profiles, rows = profiles * (size_t)config->max_units;
    const size_t power_padded = (size_t)padded(config->grid_power_levels);
    const size_t unit_padded = (size_t)padded(config->grid_unit_levels), costs = rows * unit_padded;
    eswi_ecc_grid_tables *t = &w->tables;
    t->power_padded = (int)power_padded;
    t->unit_padded = (int)unit_padded;
    t->max_units = config->max_units;
    t->units = ESWI_CARVE(carve, int32_t, profiles);
    t->result_bits = ESWI_CARVE(carve, float, profiles);
    t->bits = ESWI_CARVE(carve, float, rows);
    t->compute = ESWI_CARVE(carve, float, costs);
    for (int d = 0; d < ECC_DIRECTIONS; d++) {
        t->relative[d] = ESWI_CARVE(carve, float, power_padded);
        t->price[d] = ESWI_CARVE(carve, float, power_padded);
        t->power_w[d] = ESWI_CARVE(carve, double, power_padded);
    }
    t->cost_per_bit = ESWI_CARVE(carve, float, power_padded);
    t->upload = ESWI_CARVE(carve, float, power_padded);
    t->compute_units = ESWI_CARVE(carve, double, unit_padded);
    w->links = ESWI_CARVE(carve, eswi_ecc_grid_link, users);
    w->users = ESWI_CARVE(carve, eswi_ecc_grid_user, users);
    w->choices = ESWI_CARVE(carve, eswi_ecc_grid_choice, users);
    w->who = ESWI_CARVE(carve, int32_t, users);
    w->load = ESWI_CARVE(carve, int32_t, cells);
    w->first = ESWI_CARVE(carve, int32_t, (size_t)config->subchannels);
    w->next = ESWI_CARVE(carve, int32_t, users);
}

size_t eswi_ecc_grid_bytes(const eswi_ecc_config *config)
{
    eswi_carve carve = {NULL, 0};
    workspace measured;
    lay_out(config, &carve, &measured);
    return carve.used;
}

static workspace workspace_of(const eswi_ecc_config *config, void *scratch)
{
    eswi_carve carve = {scratch, 0};
    workspace w;
    lay_out(config, &carve, &w);
    return w;
}

eswi_ecc_grid_tables eswi_ecc_grid_tables_of(const eswi_ecc_config *config, void *scratch)
{
    return workspace_of(config, scratch).tables;
}

double eswi_ecc_grid_power_w(double low, double high, int k, int n)
{
    if (k >= n - 1) {
        return high;
    }
    const double level = low * eswi_exp2(eswi_log2(high / low) * k / (n - 1));
    return level < high ? level : high;
}

double eswi_ecc_grid_compute_units(double low, double high, int k, int n)
{
    return k >= n - 1 ? high : low + (high - low) * k / (n - 1);
}

static void prepare_levels(const eswi_ecc_config *config, const eswi_ecc_grid_tables *t)
{
    for (int d = 0; d < ECC_DIRECTIONS; d++) {
        const double low = config->power_min_w[d], high = config->power_max_w[d];
        for (int p = 0; p < t->power_padded; p++) {
            const double level = eswi_ecc_grid_power_w(low, high, p, config->grid_power_levels);
            t->power_w[d][p] = level;
            t->relative[d][p] = (float)(level / high);
            t->price[d][p] = (float)(config->weight_time + config->weight_energy * level);
        }
    }
    for (int r = 0; r < t->unit_padded; r++) {
        t->compute_units[r] =
            eswi_ecc_grid_compute_units(config->units_min, config->units_max, r, config->grid_unit_levels);
    }
}

double eswi_ecc_grid_computing(const eswi_ecc_config *config, const eswi_ecc_profile *profile, int split,
                               double units)
{
    static const eswi_ecc_transfer free_transfer = {{0.0, 0.0}, {INFINITY, INFINITY}};
    const double speed = eswi_ecc_edge_flops_per_s(config, units);
    return config->weight_time * eswi_ecc_latency_s(config, profile, split, speed, &free_transfer) +
           config->weight_energy * eswi_ecc_energy_j(config, profile, split, speed, &free_transfer);
}

void eswi_ecc_grid_prepare(const eswi_ecc_config *config, void *scratch)
{
    const eswi_ecc_grid_tables t = eswi_ecc_grid_tables_of(config, scratch);
    prepare_levels(config, &t);
    for (int i = 0; i < config->n_profiles; i++) {
        const eswi_ecc_profile *profile = &config->profiles[i];
        t.units[i] = profile->units;
        t.result_bits[i] = (float)profile->result_bits;
        for (int s = 1; s <= profile->units; s++) {
            const size_t row = (size_t)i * (size_t)t.max_units + (size_t)(s - 1);
            t.bits[row] = (float)profile->bits[s];
            for (int r = 0; r < t.unit_padded; r++) {
                t.compute[row * (size_t)t.unit_padded + (size_t)r] =
                    (float)eswi_ecc_grid_computing(config, profile, s, t.compute_units[r]);
            }
        }
    }
}

/* The assigned users in the form the search reads; returns how many. */
static int gather_users(const eswi_ecc_config *config, const eswi_ecc_instance *instance, const workspace *w)
{
    int count = 0;
    for (int u = 0; u < config->users; u++) {
        const eswi_ecc_grid_link *link = &w->links[u];
        if (!(link->band_hz[ECC_UP] > 0.0 && link->band_hz[ECC_DOWN] > 0.0)) {
            continue; /* without a subchannel */
        }
        eswi_ecc_grid_user *user = &w->users[count];
        user->profile = instance->profile_of_user[u];
        for (int d = 0; d < ECC_DIRECTIONS; d++) {
            user->full_sinr[d] = (float)(link->sinr_per_w[d] * config->power_max_w[d]);
            user->band_hz[d] = (float)link->band_hz[d];
        }
        w->who[count++] = u;
    }
    return count;
}

void eswi_ecc_solve_grid(const eswi_ecc_config *config, const eswi_ecc_instance *instance,
                         eswi_ecc_grid_search *search, void *scratch, const eswi_ecc_decision *decision)
{
    const workspace w = workspace_of(config, scratch);
    eswi_ecc_decision_reset(config, instance, config->access, decision);
    eswi_ecc_assign_rule_a(config, instance, w.load, decision->assigned);
    eswi_ecc_grid_plan(config, instance, decision->assigned, w.first, w.next, w.links);
    const int count = gather_users(config, instance, &w);
    search(&w.tables, count, w.users, w.choices);
    for (int k = 0; k < count; k++) {
        const eswi_ecc_grid_choice *choice = &w.choices[k];
        const int u = w.who[k];
        if (choice->split < config->profiles[w.users[k].profile].units) {
            decision->split[u] = choice->split;
            for (int d = 0; d < ECC_DIRECTIONS; d++) {
                decision->power_w[d][u] = w.tables.power_w[d][choice->power[d]];
            }
            decision->compute_units[u] = w.tables.compute_units[choice->units];
        }
    }
}

/* The downlink level of least m (wT + wE P) / Phi(P), the lowest of equal ones. */
static int best_download(const eswi_ecc_config *config, const eswi_ecc_grid_tables *t,
                         const eswi_ecc_grid_link *link)
{
    int best = 0;
    double least = INFINITY;
    for (int p = 0; p < config->grid_power_levels; p++) {
        const double power_w = t->power_w[ECC_DOWN][p];
        const double rate_bps = eswi_ecc_rate(link->band_hz[ECC_DOWN], power_w * link->sinr_per_w[ECC_DOWN]);
        const double cost = (config->weight_time + config->weight_energy * power_w) / rate_bps;
        if (cost < least) {
            least = cost;
            best = p;
        }
    }
    return best;
}

double eswi_ecc_grid_evaluate(const eswi_ecc_config *config, const eswi_ecc_profile *profile,
                              const eswi_ecc_grid_tables *tables, const eswi_ecc_grid_link *link,
                              double *latency_s, double *energy_j)
{
    eswi_ecc_transfer transfer;
    transfer.power_w[ECC_DOWN] = tables->power_w[ECC_DOWN][best_download(config, tables, link)];
    transfer.rate_bps[ECC_DOWN] =
        eswi_ecc_rate(link->band_hz[ECC_DOWN], transfer.power_w[ECC_DOWN] * link->sinr_per_w[ECC_DOWN]);
    size_t point = 0;
    for (int s = 1; s <= profile->units; s++) {
        for (int p = 0; p < config->grid_power_levels; p++) {
            transfer.power_w[ECC_UP] = tables->power_w[ECC_UP][p];
            transfer.rate_bps[ECC_UP] =
                eswi_ecc_rate(link->band_hz[ECC_UP], transfer.power_w[ECC_UP] * link->sinr_per_w[ECC_UP]);
            for (int r = 0; r < config->grid_unit_levels; r++, point++) {
                const double speed = eswi_ecc_edge_flops_per_s(config, tables->compute_units[r]);
                latency_s[point] = eswi_ecc_latency_s(config, profile, s, speed, &transfer);
                energy_j[point] = eswi_ecc_energy_j(config, profile, s, speed, &transfer);
            }
        }
    }
    return transfer.power_w[ECC_DOWN];
}

size_t eswi_ecc_grid_points(const eswi_ecc_config *config, const eswi_ecc_profile *profile)
{
    return (size_t)profile->units * (size_t)config->grid_power_levels * (size_t)config->grid_unit_levels;
}
