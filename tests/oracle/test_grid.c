/* Method `grid` against the oracle (its plan, its points, its optimum) and against a literal float scan (its
 * ties). */
#include <criterion/criterion.h>

#include <math.h>
#include <stdlib.h>

#include "backend/cpu/isa.h"
#include "cases.h"
#include "ecc/grid_kernel.h"
#include "tolerances.h"

enum { TRIALS = 150 };

static void search(const eswi_ecc_grid_tables *tables, int users, const eswi_ecc_grid_user *user,
                   eswi_ecc_grid_choice *choice)
{
    eswi_ecc_grid_search_with(tables, users, user, choice);
}

/* A case whose decision is: rule A's assignment, everyone assigned sends at full power, split 1. That is the
 * plan. */
typedef struct grid_case {
    test_case c;
    void *scratch;
    eswi_ecc_grid_tables tables;
    eswi_ecc_grid_link links[CASE_MAX_USERS];
} grid_case;

static void assign_and_plan(grid_case *g)
{
    const eswi_ecc_config *config = &g->c.config;
    int32_t load[CASE_MAX_APS * CASE_MAX_SUBCHANNELS], first[CASE_MAX_SUBCHANNELS], next[CASE_MAX_USERS];
    eswi_ecc_assign_rule_a(config, &g->c.instance, load, g->c.decision.assigned);
    eswi_ecc_grid_plan(config, &g->c.instance, g->c.decision.assigned, first, next, g->links);
    for (int u = 0; u < config->users; u++) {
        const bool assigned = g->c.decision.assigned[ECC_UP][u] >= 0;
        g->c.decision.split[u] = assigned ? 1 : case_profile(&g->c, u)->units;
        for (int d = 0; d < ECC_DIRECTIONS; d++)
            g->c.decision.power_w[d][u] = assigned ? config->power_max_w[d] : 0.0;
        g->c.decision.compute_units[u] = assigned ? config->units_max : 0.0;
    }
}

static void grid_case_draw(grid_case *g, uint64_t seed, uint64_t index, const case_shape *shape)
{
    case_draw(&g->c, seed, index, shape);
    if (index % 4 == 0) /* layers that cost and send the same: splits tie */
        for (int i = 0; i < g->c.config.n_profiles; i++)
            for (int s = 2; s < g->c.profiles[i].units; s += 2) {
                g->c.flops[i][s] = 0.0;
                g->c.bits[i][s] = g->c.bits[i][s - 1];
            }
    if (index % 5 == 0) /* levels that coincide tie */
        g->c.config.power_min_w[ECC_UP] = g->c.config.power_max_w[ECC_UP];
    if (index % 7 == 0)
        g->c.config.units_min = g->c.config.units_max;
    case_sum_flops(&g->c);
    g->scratch = aligned_alloc(64, eswi_ecc_grid_bytes(&g->c.config));
    cr_assert_not_null(g->scratch);
    eswi_ecc_grid_prepare(&g->c.config, g->scratch);
    g->tables = eswi_ecc_grid_tables_of(&g->c.config, g->scratch);
    assign_and_plan(g);
}

static void grid_case_free(grid_case *g)
{
    free(g->scratch);
    case_free(&g->c);
}

Test(grid, levels_are_log_spaced_powers_and_even_units_with_both_ends)
{
    for (uint64_t i = 0; i < TRIALS; i++) {
        grid_case g;
        grid_case_draw(&g, 51, i, &(case_shape){0});
        const eswi_ecc_config *config = &g.c.config;
        const int powers = config->grid_power_levels, units = config->grid_unit_levels;
        for (int d = 0; d < ECC_DIRECTIONS; d++) {
            const double *level = g.tables.power_w[d], low = config->power_min_w[d],
                         high = config->power_max_w[d];
            cr_assert_eq(level[powers - 1], high);
            for (int p = 0; p < powers; p++) {
                cr_assert(level[p] >= low && level[p] <= high);
                cr_assert_lt(relative_difference(level[p], low * pow(high / low, (double)p / (powers - 1))),
                             TOLERANCE_ORACLE);
            }
        }
        cr_assert_eq(g.tables.power_w[ECC_UP][0], config->power_min_w[ECC_UP]);
        cr_assert_eq(g.tables.compute_units[units - 1], config->units_max);
        cr_assert_eq(g.tables.compute_units[0], config->units_min);
        for (int r = 0; r < units; r++)
            cr_assert_lt(relative_difference(g.tables.compute_units[r],
                                             config->units_min +
                                                 (config->units_max - config->units_min) * r / (units - 1)),
                         TOLERANCE_ORACLE);
        grid_case_free(&g);
    }
}

Test(grid, plan_is_the_oracles_sinr_when_all_assigned_send_at_full_power)
{
    for (uint64_t i = 0; i < TRIALS; i++) {
        grid_case g;
        grid_case_draw(&g, 52, i, &(case_shape){.ties = i % 3 == 0, .full = i % 4 == 0});
        eswi_ecc_oracle at = case_oracle(&g.c);
        at.access = g.c.config.access;
        for (int u = 0; u < g.c.config.users; u++)
            for (int d = 0; d < ECC_DIRECTIONS; d++) {
                const int m = g.c.decision.assigned[d][u];
                const double sinr =
                    m < 0 ? 0.0 : eswi_ecc_oracle_sinr(&at, d, u, m) / g.c.config.power_max_w[d];
                const double width = g.c.config.bandwidth_hz[d] / g.c.config.subchannels;
                const double band = m < 0 ? 0.0 : width / eswi_ecc_oracle_slices(&at, d, u, m);
                cr_assert_lt(relative_difference(g.links[u].sinr_per_w[d], sinr), TOLERANCE_ORACLE,
                             "case %d user %d", (int)i, u);
                cr_assert_lt(relative_difference(g.links[u].band_hz[d], band), TOLERANCE_ORACLE);
            }
        grid_case_free(&g);
    }
}

/* The oracle's best download level of a user under the plan. */
static double oracle_best_download(const grid_case *g, const eswi_ecc_oracle *at, int user)
{
    const eswi_ecc_config *config = &g->c.config;
    double best_w = 0.0, least = INFINITY;
    for (int p = 0; p < config->grid_power_levels; p++) {
        const double power = g->tables.power_w[ECC_DOWN][p];
        g->c.decision.power_w[ECC_DOWN][user] = power;
        const double cost = config->weight_time * eswi_ecc_oracle_download_latency(at, user) +
                            config->weight_energy * eswi_ecc_oracle_download_energy(at, user);
        best_w = cost < least ? power : best_w;
        least = fmin(least, cost);
    }
    return best_w;
}

/* One user's grid from the oracle, everybody else as planned; compares every point and returns the least
 * utility. */
static double oracle_grid(grid_case *g, int user, const double *latency_s, const double *energy_j)
{
    const eswi_ecc_config *config = &g->c.config;
    const eswi_ecc_decision *decision = &g->c.decision;
    eswi_ecc_oracle at = case_oracle(&g->c);
    at.access = config->access;
    decision->power_w[ECC_DOWN][user] = oracle_best_download(g, &at, user);
    double least = INFINITY;
    size_t point = 0;
    for (int s = 1; s <= case_profile(&g->c, user)->units; s++)
        for (int p = 0; p < config->grid_power_levels; p++)
            for (int r = 0; r < config->grid_unit_levels; r++, point++) {
                decision->split[user] = s;
                decision->power_w[ECC_UP][user] = g->tables.power_w[ECC_UP][p];
                decision->compute_units[user] = g->tables.compute_units[r];
                const double latency = eswi_ecc_oracle_latency(&at, user),
                             energy = eswi_ecc_oracle_energy(&at, user);
                cr_assert_lt(relative_difference(latency_s[point], latency), TOLERANCE_ORACLE, "point %zu",
                             point);
                cr_assert_lt(relative_difference(energy_j[point], energy), TOLERANCE_ORACLE, "point %zu",
                             point);
                least = fmin(least, config->weight_time * latency + config->weight_energy * energy);
            }
    assign_and_plan(g);
    return least;
}

Test(grid, every_point_is_the_oracles_and_the_search_finds_the_least, .timeout = 280)
{
    for (uint64_t i = 0; i < 40; i++) {
        grid_case g;
        grid_case_draw(&g, 53, i, &(case_shape){.users = 4, .cluster_cap = 4, .ties = i % 3 == 0});
        eswi_ecc_decision_reset(&g.c.config, &g.c.instance, g.c.config.access, &g.c.decision);
        eswi_ecc_solve_grid(&g.c.config, &g.c.instance, search, g.scratch, &g.c.decision);
        int32_t split[CASE_MAX_USERS];
        double power_w[CASE_MAX_USERS], units[CASE_MAX_USERS], down_w[CASE_MAX_USERS];
        for (int u = 0; u < g.c.config.users; u++) {
            split[u] = g.c.decision.split[u];
            power_w[u] = g.c.decision.power_w[ECC_UP][u];
            down_w[u] = g.c.decision.power_w[ECC_DOWN][u];
            units[u] = g.c.decision.compute_units[u];
        }
        assign_and_plan(&g);
        for (int u = 0; u < g.c.config.users; u++) {
            const eswi_ecc_profile *profile = case_profile(&g.c, u);
            const size_t points = eswi_ecc_grid_points(&g.c.config, profile);
            double *grid = malloc(2 * points * sizeof *grid);
            cr_assert_not_null(grid);
            if (g.c.decision.assigned[ECC_UP][u] < 0) {
                free(grid);
                continue;
            }
            const double power_down_w =
                eswi_ecc_grid_evaluate(&g.c.config, profile, &g.tables, &g.links[u], grid, grid + points);
            eswi_ecc_oracle planned = case_oracle(&g.c);
            planned.access = g.c.config.access;
            cr_assert_eq(power_down_w, oracle_best_download(&g, &planned, u));
            assign_and_plan(&g);
            const double least = oracle_grid(&g, u, grid, grid + points);
            /* The search's choice, valued by the oracle under the plan. */
            g.c.decision.split[u] = split[u];
            g.c.decision.power_w[ECC_UP][u] = power_w[u];
            g.c.decision.power_w[ECC_DOWN][u] = down_w[u];
            g.c.decision.compute_units[u] = units[u];
            eswi_ecc_oracle at = case_oracle(&g.c);
            at.access = g.c.config.access;
            cr_assert_lt(relative_difference(eswi_ecc_oracle_utility(&at, u), least), TOLERANCE_FLOAT_SEARCH,
                         "case %d, user %d", (int)i, u);
            assign_and_plan(&g);
            free(grid);
        }
        grid_case_free(&g);
    }
}

static eswi_ecc_grid_user searched_user(const grid_case *g, int user)
{
    eswi_ecc_grid_user found = {.profile = g->c.instance.profile_of_user[user]};
    for (int d = 0; d < ECC_DIRECTIONS; d++) {
        found.full_sinr[d] = (float)(g->links[user].sinr_per_w[d] * g->c.config.power_max_w[d]);
        found.band_hz[d] = (float)g->links[user].band_hz[d];
    }
    return found;
}

/* The search's contract to the letter: the points in float, scanned in index order, the first of equal ones
 * kept. */
static eswi_ecc_grid_choice literal_scan(const grid_case *g, const eswi_ecc_grid_user *user)
{
    const eswi_ecc_grid_tables *t = &g->tables;
    const int units = t->units[user->profile], powers = g->c.config.grid_power_levels;
    eswi_ecc_grid_choice best = {.utility = FLT_MAX};
    float download = FLT_MAX;
    for (int p = 0; p < powers; p++) {
        const float cost = eswi_ecc_grid_cost_per_bit(t->price[ECC_DOWN][p], t->relative[ECC_DOWN][p],
                                                      user->full_sinr[ECC_DOWN], user->band_hz[ECC_DOWN]);
        if (cost < download) {
            download = cost;
            best.power[ECC_DOWN] = p;
        }
    }
    download = t->result_bits[user->profile] * download;
    for (int s = 1; s <= units; s++)
        for (int p = 0; p < powers; p++)
            for (int r = 0; r < g->c.config.grid_unit_levels; r++) {
                const size_t row = (size_t)(user->profile * t->max_units + s - 1);
                const float cost = eswi_ecc_grid_cost_per_bit(t->price[ECC_UP][p], t->relative[ECC_UP][p],
                                                              user->full_sinr[ECC_UP], user->band_hz[ECC_UP]);
                const float upload = eswi_ecc_grid_upload(s < units, t->bits[row], cost);
                const float compute = t->compute[row * (size_t)t->unit_padded + (size_t)r];
                const float value = (compute + (s < units ? download : 0.0f)) + upload;
                if (value < best.utility) {
                    best.split = s;
                    best.power[ECC_UP] = p;
                    best.units = r;
                    best.utility = value;
                }
            }
    return best;
}

Test(grid, search_returns_the_first_of_equal_points_in_index_order, .timeout = 280)
{
    int local = 0, interior = 0;
    for (uint64_t i = 0; i < TRIALS; i++) {
        grid_case g;
        grid_case_draw(&g, 54, i, &(case_shape){.users = 3, .cluster_cap = 3});
        for (int u = 0; u < g.c.config.users; u++) {
            const eswi_ecc_grid_user user = searched_user(&g, u);
            eswi_ecc_grid_choice found;
            search(&g.tables, 1, &user, &found);
            const eswi_ecc_grid_choice expected = literal_scan(&g, &user);
            cr_assert_eq(found.utility, expected.utility, "case %d, user %d", (int)i, u);
            cr_assert_eq(found.split, expected.split, "case %d, user %d", (int)i, u);
            cr_assert_eq(found.power[ECC_UP], expected.power[ECC_UP], "case %d, user %d", (int)i, u);
            cr_assert_eq(found.power[ECC_DOWN], expected.power[ECC_DOWN], "case %d, user %d", (int)i, u);
            cr_assert_eq(found.units, expected.units, "case %d, user %d", (int)i, u);
            local += found.split == case_profile(&g.c, u)->units;
            interior += found.power[ECC_UP] > 0 && found.power[ECC_UP] < g.c.config.grid_power_levels - 1;
        }
        grid_case_free(&g);
    }
    cr_assert(local > 10 && interior > 10, "%d local, %d interior powers: the cases test little", local,
              interior);
}

/* Equal points that different lanes of a vector hold: the order of splits goes before the order of units. */
Test(grid, of_equal_points_the_lower_split_wins_over_the_lower_unit)
{
    grid_case g;
    grid_case_draw(&g, 57, 1, &(case_shape){.users = 1});
    const eswi_ecc_grid_tables *t = &g.tables;
    const int32_t profile = g.c.instance.profile_of_user[0];
    for (int s = 0; s < t->units[profile]; s++)
        for (int r = 0; r < t->unit_padded; r++) {
            const size_t row = (size_t)(profile * t->max_units + s);
            t->compute[row * (size_t)t->unit_padded + (size_t)r] = 1e9f;
            t->bits[row] = 0.0f;
        }
    const size_t first = (size_t)(profile * t->max_units) * (size_t)t->unit_padded;
    t->compute[first + 1] = 5.0f;                      /* split 1, second level */
    t->compute[first + (size_t)t->unit_padded] = 5.0f; /* split 2, first level */
    t->result_bits[profile] = 0.0f;
    const eswi_ecc_grid_user user = searched_user(&g, 0);
    eswi_ecc_grid_choice found;
    search(t, 1, &user, &found);
    cr_assert_eq(found.split, 1);
    cr_assert_eq(found.units, 1);
    cr_assert_eq(found.power[ECC_UP], 0);
    grid_case_free(&g);
}

/* All instruction sets of this processor, and this file's own build of the search, which has none in particular. */
Test(grid, every_instruction_set_makes_the_same_choice)
{
    for (uint64_t i = 0; i < TRIALS; i++) {
        grid_case g;
        grid_case_draw(&g, 56, i, &(case_shape){.users = 9, .cluster_cap = 9});
        eswi_ecc_grid_user users[9];
        eswi_ecc_grid_choice expected[9], found[9];
        for (int u = 0; u < 9; u++)
            users[u] = searched_user(&g, u);
        search(&g.tables, 9, users, expected);
        for (const eswi_cpu_kernels *const *isa = eswi_cpu_kernels_available(); *isa; isa++) {
            (*isa)->ecc_grid_search(&g.tables, 9, users, found);
            cr_assert_arr_eq(found, expected, sizeof found, "%s, case %d", (*isa)->name, (int)i);
        }
        grid_case_free(&g);
    }
}

Test(grid, decisions_are_feasible_and_local_where_an_ap_is_full)
{
    for (uint64_t i = 0; i < TRIALS; i++) {
        grid_case g;
        grid_case_draw(&g, 55, i, &(case_shape){.full = i % 2 == 0});
        esw_error error = {{0}};
        eswi_ecc_solve_grid(&g.c.config, &g.c.instance, search, g.scratch, &g.c.decision);
        cr_assert_eq(eswi_ecc_check(&g.c.config, &g.c.instance, &g.c.decision, &error), ESW_OK, "%s",
                     error.text);
        for (int u = 0; u < g.c.config.users; u++)
            if (g.c.decision.assigned[ECC_UP][u] < 0)
                cr_assert_eq(g.c.decision.split[u], case_profile(&g.c, u)->units);
        grid_case_free(&g);
    }
}
