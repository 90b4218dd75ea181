/* The value and the gradient the descent follows, in float and in lanes, against the oracle and central
 * differences of it in double. Every lane holds the same network at another point. */
#include <criterion/criterion.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cases.h"
#include "ecc/lanes_load.h"
#include "tolerances.h"

/* A point of one direction in double, as the lanes hold it in float: shares [U][M] (relaxed problems) and
 * powers [U]. */
typedef struct point {
    double *beta;
    double power_w[CASE_MAX_USERS];
} point;

typedef struct problem {
    test_case c;
    int direction;
    bool relaxed;
    point at[ECC_LANES];
    eswi_ecc_lanes lanes;
    eswi_ecc_fixed fixed;
    eswi_ecc_evaluation e;
    float *beta, *power, *work; /* what e reads */
    void *memory, *shares;
} problem;

static size_t lane_of_share(const problem *p, int user, int subchannel, int lane)
{
    const int tile = p->lanes.across ? subchannel / ECC_LANES : subchannel;
    const int l = p->lanes.across ? subchannel % ECC_LANES : lane;
    return ((size_t)user * (size_t)p->lanes.tiles + (size_t)tile) * ECC_LANES + (size_t)l;
}

static size_t index_of_user(int user, int lane)
{
    return (size_t)user * ECC_LANES + (size_t)lane;
}

/* ---------------------------------------------------------------- memory */

static void place(problem *p, eswi_carve *carve, int across)
{
    const size_t rows = (size_t)p->c.config.users * ECC_LANES;
    if (p->relaxed)
        eswi_ecc_lanes_layout(&p->lanes, carve, &p->c.config, p->direction, across);
    else
        eswi_ecc_fixed_layout(&p->fixed, carve, &p->c.config);
    const size_t shares = p->relaxed ? rows * (size_t)p->lanes.tiles : 0;
    p->e.beta = p->beta = ESWI_CARVE(carve, float, shares);
    p->e.beta_gradient = ESWI_CARVE(carve, float, shares);
    p->e.power = p->power = ESWI_CARVE(carve, float, rows);
    p->e.work = p->work = ESWI_CARVE(carve, float, rows);
    p->e.power_gradient = ESWI_CARVE(carve, float, rows);
    p->e.rate = ESWI_CARVE(carve, float, rows);
    p->e.price = ESWI_CARVE(carve, float, rows);
    p->e.cost = ESWI_CARVE(carve, float, rows);
    p->e.value = ESWI_CARVE(carve, float, ECC_LANES);
}

static void allocate(problem *p, int across)
{
    eswi_carve carve = {NULL, 0};
    place(p, &carve, across);
    p->memory = aligned_alloc(ESWI_CARVE_ALIGN, carve.used);
    p->shares =
        calloc((size_t)ECC_LANES * (size_t)(p->c.config.users * p->c.config.subchannels), sizeof(double));
    cr_assert(p->memory && p->shares);
    memset(p->memory, 0, carve.used);
    carve = (eswi_carve){p->memory, 0};
    place(p, &carve, across);
}

static void problem_free(problem *p)
{
    free(p->memory);
    free(p->shares);
    case_free(&p->c);
}

/* ---------------------------------------------------------------- drawing */

/* A row of shares on the simplex, some exactly 0; float, so that lanes and oracle hold the same numbers. */
static void draw_shares(dice *d, int subchannels, double *row)
{
    double sum = 0.0;
    for (int m = 0; m < subchannels; m++) {
        const double drawn = dice_log(d, 1e-3, 1.0);
        row[m] = dice_chance(d, 0.25) && m > 0 ? 0.0 : drawn;
        sum += row[m];
    }
    for (int m = 0; m < subchannels; m++)
        row[m] = (double)(float)(row[m] / sum);
}

static void draw_point(problem *p, dice *d, int lane)
{
    const eswi_ecc_config *config = &p->c.config;
    const eswi_ecc_oracle at = case_oracle(&p->c);
    point *q = &p->at[lane];
    q->beta = (double *)p->shares + (size_t)lane * (size_t)(config->users * config->subchannels);
    for (int u = 0; u < config->users; u++) {
        const double drawn = dice_log(d, config->power_min_w[p->direction], config->power_max_w[p->direction]);
        q->power_w[u] = eswi_ecc_oracle_offloads(&at, u) ? (double)(float)drawn : 0.0;
        p->power[index_of_user(u, lane)] = (float)q->power_w[u];
        p->work[index_of_user(u, lane)] =
            (float)(eswi_ecc_oracle_bits(&at, p->direction, u) / config->subchannel_hz[p->direction]);
        if (!p->relaxed)
            continue;
        double *row = q->beta + u * config->subchannels;
        draw_shares(d, config->subchannels, row);
        for (int m = 0; m < config->subchannels; m++)
            p->beta[lane_of_share(p, u, m, lane)] = (float)row[m];
    }
}

/* With `across` one network fills the lanes, so that there is one point; it goes into every lane of the user
 * arrays. */
static int points_of(const problem *p)
{
    return p->relaxed && p->lanes.across ? 1 : ECC_LANES;
}

static void draw_points(problem *p, dice *d)
{
    for (int lane = 0; lane < points_of(p); lane++)
        draw_point(p, d, lane);
    for (int lane = points_of(p); lane < ECC_LANES; lane++)
        for (int u = 0; u < p->c.config.users; u++) {
            p->power[index_of_user(u, lane)] = p->power[index_of_user(u, 0)];
            p->work[index_of_user(u, lane)] = p->work[index_of_user(u, 0)];
        }
}

static void draw_relaxed(problem *p, uint64_t index, int direction, int across, const case_shape *shape)
{
    memset(p, 0, sizeof *p);
    case_draw(&p->c, 61, index, shape);
    p->c.decision.diagnostics->access = ECC_NOMA;
    p->direction = direction;
    p->relaxed = true;
    allocate(p, across);
    uint64_t *keys = malloc(2 * (size_t)p->c.config.users * sizeof *keys);
    cr_assert_not_null(keys);
    for (int lane = 0; lane < points_of(p); lane++)
        eswi_ecc_lanes_load(&p->lanes, &p->c.config, &p->c.instance, lane, keys);
    free(keys);
    dice d = dice_of(62, index);
    draw_points(p, &d);
    eswi_ecc_evaluate(&p->lanes, &p->e);
}

static void draw_fixed(problem *p, uint64_t index, int direction, const case_shape *shape)
{
    memset(p, 0, sizeof *p);
    case_draw(&p->c, 63, index, shape);
    p->c.decision.diagnostics->access = (int32_t)(index % 3);
    p->direction = direction;
    allocate(p, 0);
    int32_t next[CASE_MAX_USERS + 64];
    for (int lane = 0; lane < ECC_LANES; lane++)
        eswi_ecc_fixed_load(&p->fixed, &p->c.config, &p->c.instance, direction, (ecc_access)(index % 3),
                            p->c.decision.assigned[direction], lane, next);
    dice d = dice_of(64, index);
    draw_points(p, &d);
    eswi_ecc_evaluate_fixed(&p->fixed, &p->e);
}

/* ---------------------------------------------------------------- differences */

static eswi_ecc_oracle oracle_at(const problem *p, int lane)
{
    eswi_ecc_oracle at = case_oracle(&p->c);
    at.power_w[p->direction] = p->at[lane].power_w;
    at.beta[p->direction] = p->relaxed ? p->at[lane].beta : NULL;
    return at;
}

/* A slope of f with what of it is due to the user's own rate, -C_u / R_u^2 dR_u, and the rounding error of
 * both. */
typedef struct slopes {
    double total, own, noise;
} slopes;

enum { STENCIL = 5 };

/* Fourth-order differences at the user's *x with steps far below `scale`, on which f bends; one-sided at 0,
 * where shares end. Doubles of f are right to some 1e-15 of it, which the step enlarges. */
static slopes differences(const problem *p, const eswi_ecc_oracle *at, int user, double *x, double scale)
{
    static const double central[STENCIL] = {1.0 / 12, -2.0 / 3, 0.0, 2.0 / 3, -1.0 / 12};
    static const double forward[STENCIL] = {-25.0 / 12, 4.0, -3.0, 4.0 / 3, -1.0 / 4};
    const double here = *x, step = scale * 2e-3;
    const double *weight = here > 0.0 ? central : forward;
    const int start = here > 0.0 ? -2 : 0;
    const double cost = eswi_ecc_oracle_bits(at, p->direction, user) *
                        (p->c.config.weight_time + p->c.config.weight_energy * at->power_w[p->direction][user]);
    const double rate = eswi_ecc_oracle_rate(at, p->direction, user);
    slopes s = {0.0, 0.0, 2e-15 * eswi_ecc_oracle_direction_value(at, p->direction) / step};
    for (int k = 0; k < STENCIL; k++) {
        *x = here + (start + k) * step;
        s.total += weight[k] * eswi_ecc_oracle_direction_value(at, p->direction) / step;
        s.own -= weight[k] * cost / (rate * rate) * eswi_ecc_oracle_rate(at, p->direction, user) / step;
    }
    *x = here;
    return s;
}

/* How many components were held to the tolerance, and how many of these the differences' own noise blurred. */
typedef struct tally {
    int checked, blurred;
} tally;

/* A gradient is a difference of two positive sums; its rounding error is relative to them, not to what is left.
 */
static void agree(const problem *p, int lane, int user, int subchannel, double analytic, slopes s, tally *count)
{
    const double scale = fabs(s.own) + fabs(s.total - s.own);
    count->checked++;
    count->blurred += s.noise > TOLERANCE_GRADIENT * scale;
    cr_assert_leq(
        fabs(analytic - s.total), TOLERANCE_GRADIENT * scale + s.noise,
        "direction %d, access %d, reading %d, lane %d, user %d of %d, subchannel %d: %.9g, differences "
        "%.9g, scale %.3g, noise %.3g",
        p->direction, p->c.decision.diagnostics->access, p->c.config.reading, lane, user, p->c.config.users,
        subchannel, analytic, s.total, scale, s.noise);
}

/* The scale on which f bends in a share: its own size, or where that is 0, the least share with which the user
 * would drown the noise somewhere or double its own rate. */
static double bend(const problem *p, const eswi_ecc_oracle *at, int user, int subchannel, double share)
{
    if (share > 0.0)
        return share;
    const int d = p->direction;
    double loudest = 0.0;
    for (int v = 0; v < p->c.config.users; v++)
        for (int n = 0; n < p->c.config.aps; n++)
            loudest = fmax(loudest, (double)*case_gain(&p->c, d, d == ECC_UP ? user : v, n, subchannel));
    const double drown = p->c.config.noise_w[d] / (at->power_w[d][user] * loudest);
    const double rate = eswi_ecc_oracle_rate(at, d, user) / p->c.config.subchannel_hz[d];
    return fmin(fmin(0.01, drown), rate / log2(1.0 + eswi_ecc_oracle_sinr(at, d, user, subchannel)));
}

static void check_point(problem *p, int lane, tally *count)
{
    const eswi_ecc_oracle at = oracle_at(p, lane);
    const double value = eswi_ecc_oracle_direction_value(&at, p->direction);
    cr_assert_leq(fabs((double)p->e.value[lane] - value), TOLERANCE_FLOAT_VALUE * value,
                  "direction %d, lane %d: f = %.9g, the oracle has %.9g", p->direction, lane,
                  (double)p->e.value[lane], value);
    for (int u = 0; u < p->c.config.users; u++) {
        if (!eswi_ecc_oracle_offloads(&at, u))
            continue;
        double *power_w = &p->at[lane].power_w[u];
        agree(p, lane, u, -1, (double)p->e.power_gradient[index_of_user(u, lane)],
              differences(p, &at, u, power_w, *power_w), count);
        for (int m = 0; p->relaxed && m < p->c.config.subchannels; m++) {
            double *share = &p->at[lane].beta[u * p->c.config.subchannels + m];
            agree(p, lane, u, m, (double)p->e.beta_gradient[lane_of_share(p, u, m, lane)],
                  differences(p, &at, u, share, bend(p, &at, u, m, *share)), count);
        }
    }
}

static void check_all(problem *p, tally *count)
{
    for (int lane = 0; lane < points_of(p); lane++)
        check_point(p, lane, count);
    problem_free(p);
}

static void assert_most_are_sharp(tally count)
{
    cr_assert_gt(count.checked, 500);
    cr_assert_lt(count.blurred, count.checked / 5, "%d of %d components blurred", count.blurred, count.checked);
}

Test(gradient, of_shares_and_powers_equals_differences_of_the_oracle, .timeout = 280)
{
    tally count = {0, 0};
    for (uint64_t i = 0; i < 24; i++)
        for (int d = 0; d < ECC_DIRECTIONS; d++) {
            problem p;
            draw_relaxed(&p, i, d, 0,
                         &(case_shape){.users = 1 + (int)(i % 7), .cluster_cap = 7, .ties = i % 3 == 0});
            check_all(&p, &count);
        }
    assert_most_are_sharp(count);
}

Test(gradient, of_a_network_spread_over_the_lanes_equals_differences_too, .timeout = 280)
{
    static const int subchannels[] = {16, 17, 33};
    tally count = {0, 0};
    for (uint64_t i = 0; i < 6; i++)
        for (int d = 0; d < ECC_DIRECTIONS; d++) {
            problem p;
            draw_relaxed(&p, i, d, 1,
                         &(case_shape){.users = 5, .subchannels = subchannels[i % 3], .ties = i % 2 == 0});
            check_all(&p, &count);
        }
    assert_most_are_sharp(count);
}

Test(gradient, of_powers_with_fixed_subchannels_equals_differences_in_every_access, .timeout = 280)
{
    tally count = {0, 0};
    for (uint64_t i = 0; i < 45; i++)
        for (int d = 0; d < ECC_DIRECTIONS; d++) {
            problem p;
            draw_fixed(&p, i, d, &(case_shape){.ties = i % 2 == 0});
            check_all(&p, &count);
        }
    assert_most_are_sharp(count);
}

/* Point 5: a local user has no power, so nothing it holds can have a gradient. */
Test(gradient, of_a_local_users_shares_is_zero)
{
    int seen = 0;
    for (uint64_t i = 0; i < 20; i++) {
        problem p;
        draw_relaxed(&p, i, (int)(i % 2), 0, &(case_shape){.users = 6, .cluster_cap = 6});
        const eswi_ecc_oracle at = oracle_at(&p, 0);
        for (int u = 0; u < p.c.config.users; u++)
            for (int m = 0; m < p.c.config.subchannels && !eswi_ecc_oracle_offloads(&at, u); m++, seen++)
                cr_assert_eq(p.e.beta_gradient[lane_of_share(&p, u, m, 0)], 0.0f);
        problem_free(&p);
    }
    cr_assert_gt(seen, 0);
}
