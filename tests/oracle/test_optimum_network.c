/* Networks of several subchannels: components that go from one to the next, assignments that are free, and joint. */
#include <criterion/criterion.h>

#include <math.h>
#include <stdlib.h>

#include "backend/cpu/isa.h"
#include "ecc/grid.h"
#include "full.h"
#include "naive_optimum.h"
#include "scores.h"
#include "tolerances.h"

enum { SUBCHANNELS = 3, SETS = 1 << 6, LEVELS_MOST = 64 };

/* ---------------------------------------------------------------- the network, subchannel by subchannel */

typedef struct network {
    naive on[SUBCHANNELS];
    int users, subchannels;
} network;

/* Who sends, on which subchannels and with what powers. */
typedef struct point {
    unsigned senders;
    int32_t place[ECC_DIRECTIONS][NAIVE_USERS];
    double power_w[ECC_DIRECTIONS][NAIVE_USERS];
} point;

static network network_of(const test_case *c, int levels)
{
    network net = {.users = c->config.users, .subchannels = c->config.subchannels};
    for (int m = 0; m < net.subchannels; m++)
        net.on[m] = naive_of(c, levels, m);
    return net;
}

static unsigned senders_on(const point *p, int users, int d, int m)
{
    unsigned set = 0;
    for (int u = 0; u < users; u++)
        set |= (unsigned)((p->senders >> u & 1u) && p->place[d][u] == m) << u;
    return set;
}

static double direction_at(const network *net, const point *p, int d)
{
    double sum = 0.0;
    for (int m = 0; m < net->subchannels; m++)
        sum += naive_direction(&net->on[m], d, senders_on(p, net->users, d, m), p->power_w[d]);
    return sum;
}

static double value_at(const network *net, const point *p)
{
    return naive_local(&net->on[0], p->senders) + direction_at(net, p, ECC_UP) + direction_at(net, p, ECC_DOWN);
}

/* The decision of a case as a point. */
static point decided(const test_case *c)
{
    point p = {0};
    for (int u = 0; u < c->config.users; u++) {
        p.senders |= (unsigned)(c->decision.split[u] < case_profile(c, u)->units) << u;
        for (int d = 0; d < ECC_DIRECTIONS; d++) {
            p.place[d][u] = c->decision.assigned[d][u];
            p.power_w[d][u] = c->decision.power_w[d][u];
        }
    }
    return p;
}

/* Moves one power at a time, by factors that become ever closer to one, as long as that lowers the cost of a set. */
static double descend(const naive *n, int d, unsigned set, double *power_w, double value)
{
    const double low = n->c->config.power_min_w[d], high = n->c->config.power_max_w[d];
    for (double factor = 8.0; factor > 1.0005; factor = sqrt(factor))
        for (int tries = 0, moved = 1; tries < 20 && moved; tries++) {
            moved = 0;
            for (int k = 0; k < 2 * n->n; k++) {
                const int u = k / 2;
                if (!(set >> u & 1u))
                    continue;
                const double before = power_w[u];
                power_w[u] = fmin(fmax(k % 2 ? before * factor : before / factor, low), high);
                const double after = naive_direction(n, d, set, power_w);
                moved |= after < value;
                if (after < value)
                    value = after;
                else
                    power_w[u] = before;
            }
        }
    return value;
}

/* The least that descents find from full power, from the least power and from random ones. */
static double least_of_descents(const naive *n, dice *rng, int d, unsigned set)
{
    const double low = n->c->config.power_min_w[d], high = n->c->config.power_max_w[d];
    double least = INFINITY;
    for (int start = 0; start < 6; start++) {
        double power_w[NAIVE_USERS] = {0.0};
        for (int u = 0; u < n->n; u++)
            power_w[u] = start == 0 ? high : start == 1 ? low : fmin(dice_log(rng, low, high), high);
        least = fmin(least, descend(n, d, set, power_w, naive_direction(n, d, set, power_w)));
    }
    return least;
}

/* ---------------------------------------------------------------- every assignment there is */

/* What each set of users costs on each subchannel at least; infinity where a cluster would be too large. */
typedef struct prices {
    double of[ECC_DIRECTIONS][SUBCHANNELS][SETS];
} prices;

static bool fits(const test_case *c, unsigned set)
{
    int load[CASE_MAX_APS] = {0};
    bool small = true;
    for (int u = 0; u < c->config.users; u++)
        if (set >> u & 1u)
            small = ++load[c->instance.ap_of_user[u]] <= c->config.cluster_cap && small;
    return small;
}

/* On the levels of a grid, or between them by descents if there are none; of the sets that hold users of members alone. */
static void price_sets(const test_case *c, int levels, dice *rng, unsigned (*members)[SUBCHANNELS],
                       prices *table)
{
    const network net = network_of(c, levels ? c->config.grid_unit_levels : 0);
    for (int d = 0; d < ECC_DIRECTIONS; d++) {
        double level_w[LEVELS_MOST];
        for (int k = 0; k < levels; k++)
            level_w[k] = eswi_ecc_grid_power_w(c->config.power_min_w[d], c->config.power_max_w[d], k, levels);
        for (int m = 0; m < net.subchannels; m++)
            for (unsigned set = 0; set < 1u << net.users; set++)
                table->of[d][m][set] = set & ~members[d][m] || !fits(c, set) ? INFINITY
                                       : set == 0                            ? 0.0
                                       : levels ? naive_least(&net.on[m], d, set, level_w, levels)
                                                : least_of_descents(&net.on[m], rng, d, set);
    }
}

/* Everyone where the decision has assigned them, every set of senders. */
static double least_as_assigned(const test_case *c, int levels, dice *rng)
{
    static prices table;
    unsigned members[ECC_DIRECTIONS][SUBCHANNELS] = {{0}}, assigned = 0;
    const naive n = naive_of(c, levels ? c->config.grid_unit_levels : 0, 0);
    for (int u = 0; u < c->config.users; u++) {
        const int up = c->decision.assigned[ECC_UP][u], down = c->decision.assigned[ECC_DOWN][u];
        if (up < 0 || down < 0)
            continue;
        assigned |= 1u << u;
        members[ECC_UP][up] |= 1u << u;
        members[ECC_DOWN][down] |= 1u << u;
    }
    price_sets(c, levels, rng, members, &table);
    double least = INFINITY;
    for (unsigned senders = 0; senders < 1u << c->config.users; senders++) {
        double sum = naive_local(&n, senders);
        for (int d = 0; d < ECC_DIRECTIONS; d++)
            for (int m = 0; m < c->config.subchannels; m++)
                sum += table.of[d][m][senders & members[d][m]];
        least = senders & ~assigned ? least : fmin(least, sum);
    }
    return least;
}

/* Every user from `user` on local, or on every pair of subchannels (on every subchannel, if directions are paired). */
static double least_over_places(const test_case *c, const prices *table, const naive *n, int user,
                                unsigned (*on)[SUBCHANNELS], unsigned senders)
{
    double least = INFINITY;
    if (user == c->config.users) {
        double sum = naive_local(n, senders);
        for (int m = 0; m < c->config.subchannels; m++)
            sum += table->of[ECC_UP][m][on[ECC_UP][m]] + table->of[ECC_DOWN][m][on[ECC_DOWN][m]];
        return sum;
    }
    const unsigned bit = 1u << user;
    for (int up = 0; up < c->config.subchannels; up++)
        for (int down = 0; down < c->config.subchannels; down++) {
            if (c->config.pair_directions && up != down)
                continue;
            on[ECC_UP][up] |= bit;
            on[ECC_DOWN][down] |= bit;
            least = fmin(least, least_over_places(c, table, n, user + 1, on, senders | bit));
            on[ECC_UP][up] &= ~bit;
            on[ECC_DOWN][down] &= ~bit;
        }
    return fmin(least, least_over_places(c, table, n, user + 1, on, senders));
}

static double least_over_assignments(const test_case *c, int levels, dice *rng)
{
    static prices table;
    unsigned on[ECC_DIRECTIONS][SUBCHANNELS] = {{0}}, members[ECC_DIRECTIONS][SUBCHANNELS];
    const naive n = naive_of(c, levels ? c->config.grid_unit_levels : 0, 0);
    for (int d = 0; d < ECC_DIRECTIONS; d++)
        for (int m = 0; m < SUBCHANNELS; m++)
            members[d][m] = SETS - 1;
    price_sets(c, levels, rng, members, &table);
    return least_over_places(c, &table, &n, 0, on, 0);
}

/* ---------------------------------------------------------------- decisions */

/* The value of the decision, which is feasible and costs what the naive network says. */
static double value_of(const test_case *c, int levels, int index)
{
    esw_error error = {0};
    cr_assert_eq(eswi_ecc_check(&c->config, &c->instance, &c->decision, &error), ESW_OK, "case %d: %s", index,
                 error.text);
    const double value = eswi_ecc_account(&c->config, &c->instance, &c->decision, NULL, NULL);
    const network net = network_of(c, levels);
    const point p = decided(c);
    cr_assert_lt(relative_difference(value, value_at(&net, &p)), TOLERANCE_ORACLE, "case %d: %.17g, not %.17g",
                 index, value, value_at(&net, &p));
    return value;
}

/* The same of a search that closed its gap. */
static double certified_value_of(const test_case *c, int index)
{
    const double value = value_of(c, 0, index), bound = c->decision.diagnostics->bound;
    cr_assert_eq(c->decision.diagnostics->reason, ECC_REASON_GAP, "case %d: did not close", index);
    cr_assert(bound <= value && (value - bound) / value <= 1e-3, "case %d: value %.9g, bound %.9g", index,
              value, bound);
    return value;
}

static void solve(test_case *c, ecc_method method)
{
    solve_component(c, method, eswi_cpu_kernels_in_use()->ecc_optimum);
}

/* A random decision for those who may send and, if `descends`, what descents make of its powers. */
static double random_value(const network *net, dice *d, const point *assigned, bool descends)
{
    const eswi_ecc_config *g = &net->on[0].c->config;
    point p = *assigned;
    for (int u = 0; u < net->users; u++) {
        if (dice_chance(d, 0.2))
            p.senders &= ~(1u << u);
        for (int dir = 0; dir < ECC_DIRECTIONS; dir++)
            p.power_w[dir][u] =
                fmin(dice_log(d, g->power_min_w[dir], g->power_max_w[dir]), g->power_max_w[dir]);
    }
    if (!descends)
        return value_at(net, &p);
    double sum = naive_local(&net->on[0], p.senders);
    for (int dir = 0; dir < ECC_DIRECTIONS; dir++)
        for (int m = 0; m < net->subchannels; m++) {
            const unsigned set = senders_on(&p, net->users, dir, m);
            sum += descend(&net->on[m], dir, set, p.power_w[dir],
                           naive_direction(&net->on[m], dir, set, p.power_w[dir]));
        }
    return sum;
}

/* Whether user u's subchannels differ between the directions, so that components reach from one to another. */
static bool crosses(const test_case *c, int u)
{
    return c->decision.assigned[ECC_UP][u] != c->decision.assigned[ECC_DOWN][u];
}

/* Up to three cells, three subchannels and six users, at random. */
static void draw(test_case *c, uint64_t seed, int index, int users_most, int subchannels_most)
{
    dice d = dice_of(seed, (uint64_t)index);
    draw_optimum_case(c, seed + 1, (uint64_t)index,
                      &(case_shape){.aps = dice_int(&d, 1, 3),
                                    .users = dice_int(&d, 1, users_most),
                                    .subchannels = dice_int(&d, 1, subchannels_most),
                                    .cluster_cap = dice_int(&d, 1, 3),
                                    .ties = index % 5 == 0});
}

/* ---------------------------------------------------------------- tests */

Test(optimum_network, the_grids_optimum_is_that_of_every_combination, .timeout = 3600)
{
    int crossing = 0, senders = 0;
    for (int i = 0; i < (test_full() ? 2000 : 100); i++) {
        test_case c;
        dice d = dice_of(600, (uint64_t)i);
        draw(&c, 601, i, 6, SUBCHANNELS);
        c.config.grid_power_levels = dice_int(&d, 2, 5);
        solve(&c, ECC_GRID_OPTIMUM);
        const double value = value_of(&c, c.config.grid_unit_levels, i);
        const double least = least_as_assigned(&c, c.config.grid_power_levels, &d);
        cr_assert_lt(relative_difference(value, least), TOLERANCE_ORACLE,
                     "case %d: %.17g found, %.17g is the least", i, value, least);
        for (int u = 0; u < c.config.users; u++) {
            senders += c.decision.split[u] < case_profile(&c, u)->units;
            crossing += crosses(&c, u);
        }
        case_free(&c);
    }
    cr_assert(crossing > 20 && senders > 50, "%d, %d", crossing, senders);
}

Test(optimum_network, nothing_lies_below_the_bound_of_an_assignment, .timeout = 7200)
{
    const int points = test_full() ? 1000 : 20;
    int crossing = 0;
    for (int i = 0; i < (test_full() ? 500 : 60); i++) {
        test_case c;
        dice d = dice_of(610, (uint64_t)i);
        draw(&c, 611, i, 6, SUBCHANNELS);
        solve(&c, ECC_CERTIFIED);
        const double value = certified_value_of(&c, i), bound = c.decision.diagnostics->bound;
        const network net = network_of(&c, 0);
        point assigned = decided(&c);
        assigned.senders = 0;
        for (int u = 0; u < c.config.users; u++) {
            const bool has = assigned.place[ECC_UP][u] >= 0 && assigned.place[ECC_DOWN][u] >= 0;
            assigned.senders |= (unsigned)has << u;
            crossing += crosses(&c, u);
        }
        for (int k = 0; k < points; k++) {
            const double other = random_value(&net, &d, &assigned, true);
            cr_assert_geq(other, bound, "case %d: a point of %.12g below the bound %.12g", i, other, bound);
        }
        const double least = least_as_assigned(&c, 0, &d);
        cr_assert_geq(least, bound, "case %d: %.12g below the bound %.12g", i, least, bound);
        cr_assert_leq(value, least / (1.0 - 1e-3), "case %d: %.9g found, there is %.9g", i, value, least);
        case_free(&c);
    }
    cr_assert_gt(crossing, 20);
}

/* Few users, so that all that can be done with them can be tried. */
static void draw_free(test_case *c, uint64_t seed, int index)
{
    draw(c, seed, index, index % 3 ? 4 : 5, index % 3 ? SUBCHANNELS : 2);
    c->config.access = ECC_NOMA;
    c->config.pair_directions = index % 2;
    c->config.assignment_from = ECC_FROM_ALL;
}

Test(optimum_network, every_assignment_is_searched_on_a_grid, .timeout = 3600)
{
    for (int i = 0; i < (test_full() ? 1000 : 60); i++) {
        test_case c;
        dice d = dice_of(620, (uint64_t)i);
        draw_free(&c, 621, i);
        c.config.grid_power_levels = dice_int(&d, 2, 5);
        solve(&c, ECC_GRID_OPTIMUM);
        const double value = value_of(&c, c.config.grid_unit_levels, i);
        const double least = least_over_assignments(&c, c.config.grid_power_levels, &d);
        cr_assert_lt(relative_difference(value, least), TOLERANCE_ORACLE,
                     "case %d: %.17g found, %.17g is the least", i, value, least);
        case_free(&c);
    }
}

Test(optimum_network, nothing_lies_below_the_bound_of_all_assignments, .timeout = 7200)
{
    for (int i = 0; i < (test_full() ? 1000 : 40); i++) {
        test_case c;
        dice d = dice_of(630, (uint64_t)i);
        draw_free(&c, 631, i);
        solve(&c, ECC_CERTIFIED);
        const double value = certified_value_of(&c, i), bound = c.decision.diagnostics->bound;
        const double least = least_over_assignments(&c, 0, &d);
        cr_assert_geq(least, bound, "case %d: %.12g below the bound %.12g", i, least, bound);
        cr_assert_leq(value, least / (1.0 - 1e-3), "case %d: %.9g found, there is %.9g", i, value, least);
        case_free(&c);
    }
}

/* ---------------------------------------------------------------- joint */

/* Rule A, as the model states it: users in index order, the least loaded subchannel with room, then the best own gain,
 * then the lowest index. */
static void assign_by_rule_a(const test_case *c)
{
    const eswi_ecc_config *g = &c->config;
    for (int d = 0; d < ECC_DIRECTIONS; d++)
        for (int u = 0; u < g->users; u++) {
            int best = -1, least = g->cluster_cap;
            for (int m = 0; m < g->subchannels; m++) {
                int load = 0;
                for (int v = 0; v < u; v++)
                    load += c->decision.assigned[d][v] == m &&
                            c->instance.ap_of_user[v] == c->instance.ap_of_user[u];
                if (load < least ||
                    (load == least && best >= 0 && case_own_gain(c, d, u, m) > case_own_gain(c, d, u, best))) {
                    best = m;
                    least = load;
                }
            }
            c->decision.assigned[d][u] =
                d == ECC_DOWN && g->pair_directions ? c->decision.assigned[ECC_UP][u] : best;
        }
}

/* What a decision costs by the oracle with the best split for everyone who sends; splits do not disturb others. */
static double value_with_best_splits(const test_case *c)
{
    double least[CASE_MAX_USERS], sum = 0.0;
    for (int s = 1; s < c->config.max_units; s++) {
        scores at;
        for (int u = 0; u < c->config.users; u++) {
            const int units = case_profile(c, u)->units;
            if (c->decision.split[u] < units)
                c->decision.split[u] = s < units ? s : units - 1;
        }
        score_by_oracle(c, &at);
        for (int u = 0; u < c->config.users; u++)
            least[u] = s == 1 ? at.utility[u] : fmin(least[u], at.utility[u]);
    }
    for (int u = 0; u < c->config.users; u++)
        sum += least[u];
    return sum;
}

/* What rule A costs where everyone sends with full power that has a subchannel. */
static double start_value(const test_case *c)
{
    assign_by_rule_a(c);
    for (int u = 0; u < c->config.users; u++) {
        const bool sends = c->decision.assigned[ECC_UP][u] >= 0 && c->decision.assigned[ECC_DOWN][u] >= 0;
        c->decision.split[u] = sends ? 1 : case_profile(c, u)->units;
        c->decision.compute_units[u] = sends ? eswi_ecc_oracle_best_units(&c->config) : 0.0;
        for (int d = 0; d < ECC_DIRECTIONS; d++)
            c->decision.power_w[d][u] = sends ? c->config.power_max_w[d] : 0.0;
    }
    return value_with_best_splits(c);
}

static double local_value(const test_case *c)
{
    scores at;
    for (int u = 0; u < c->config.users; u++) {
        c->decision.split[u] = case_profile(c, u)->units;
        c->decision.compute_units[u] = 0.0;
        c->decision.power_w[ECC_UP][u] = c->decision.power_w[ECC_DOWN][u] = 0.0;
    }
    score_by_oracle(c, &at);
    return at.objective;
}

/* joint takes no step that gains less than a billionth of what it changes. */
static const double STEP = 1e-8;

Test(optimum_network, joint_is_never_worse_than_where_it_starts, .timeout = 3600)
{
    int left_over = 0;
    for (int i = 0; i < (test_full() ? 5000 : 200); i++) {
        test_case c;
        dice d = dice_of(640, (uint64_t)i);
        draw_optimum_case(&c, 641, (uint64_t)i,
                          &(case_shape){.subchannels = dice_int(&d, 1, SUBCHANNELS), .ties = i % 5 == 0});
        c.config.starts = i % 3 + 1;
        c.config.start_seed = (uint64_t)i;
        solve(&c, ECC_JOINT);
        esw_error error = {0};
        cr_assert_eq(eswi_ecc_check(&c.config, &c.instance, &c.decision, &error), ESW_OK, "case %d: %s", i,
                     error.text);
        const double value = eswi_ecc_account(&c.config, &c.instance, &c.decision, NULL, NULL);
        const double resplit = value_with_best_splits(&c), start = start_value(&c);
        for (int u = 0; u < c.config.users; u++)
            left_over += c.decision.assigned[ECC_UP][u] < 0;
        const double local = local_value(&c);
        cr_assert_leq(value, resplit * (1.0 + TOLERANCE_ORACLE), "case %d: %.12g with other splits than %.12g",
                      i, resplit, value);
        cr_assert_leq(value, start * (1.0 + TOLERANCE_ORACLE), "case %d, %d users: %.17g, it starts at %.17g",
                      i, c.config.users, value, start);
        cr_assert_leq(value, local * (1.0 + STEP), "case %d, %d users: %.17g, and %.17g with all local", i,
                      c.config.users, value, local);
        case_free(&c);
    }
    cr_assert_gt(left_over, 20);
}

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Gains over many decades, as no geometry gives them, are hard on a local search: few are far off, most hit the optimum. */
Test(optimum_network, joint_is_mostly_at_the_best_assignment, .timeout = 3600)
{
    enum { TRIALS_MOST = 1000 };
    static double gap[TRIALS_MOST];
    const int trials = test_full() ? TRIALS_MOST : 60;
    for (int shape = 0; shape < 4; shape++) {
        const int users = shape < 2 ? 3 : 5;
        double sum = 0.0;
        for (int i = 0; i < trials; i++) {
            test_case c;
            dice d = dice_of(650 + (uint64_t)shape, (uint64_t)i);
            draw_optimum_case(&c, 660 + (uint64_t)shape, (uint64_t)i,
                              &(case_shape){.aps = 2, .users = users, .subchannels = 2, .cluster_cap = 3});
            c.config.access = ECC_NOMA;
            c.config.pair_directions = shape % 2;
            solve(&c, ECC_JOINT);
            const double value = value_of(&c, 0, i);
            gap[i] = value / least_over_assignments(&c, 0, &d) - 1.0;
            sum += gap[i];
            case_free(&c);
        }
        qsort(gap, (size_t)trials, sizeof *gap, by_size);
        const double mean = sum / trials, p50 = gap[trials / 2], p95 = gap[trials * 95 / 100];
        cr_log_info(
            "joint above the best of all assignments, %d users, %s: mean %.2f %%, p50 %.2g, p95 %.2f %%, "
            "most %.2f %%\n",
            users, shape % 2 ? "paired" : "unpaired", 100.0 * mean, p50, 100.0 * p95, 100.0 * gap[trials - 1]);
        cr_assert_lt(p50, 1e-6, "%d users, shape %d", users, shape);
        cr_assert_lt(p95, 0.1, "%d users, shape %d", users, shape);
        cr_assert_lt(mean, 0.02, "%d users, shape %d", users, shape);
    }
}
