/* ECC: draws an instance. Every number is a pure function of (seed, scenario, what it is for); ecc/stage.h
 * names the streams. Gains are single precision: the mean gain, computed in double, times a single-precision
 * Exp(1) fade.
 *
 * The two loops that cost time, over links and over blocks of four gains, are shared-source arithmetic
 * without branches. They are compiled once per instruction set and chosen at run time; the bits are the same
 * (base/portable.h). */
#include "ecc/stage.h"

#include "base/detmath.h"
#include "base/philox.h"
#include "ecc/ecc.h"

enum {
    LANES = 16,       /* blocks of four gains, or links, computed together */
    DRAWS = 4,        /* numbers per Philox block */
    PLACE_BLOCKS = 32 /* two candidate points each */
};

static const double SQUARE_M = 1000.0; /* side of the square the APs stand in */

/* ---------------------------------------------------------------- lanes */

/* Up to sixteen blocks of four gains: what to draw, and the mean gain of their link. */
typedef struct gain_lanes {
    uint32_t block[LANES], entity[LANES];
    float mean[LANES];
    float gain[DRAWS][LANES];
} gain_lanes;

/* |h|^2 = mean * Exp(1). */
ESW_FN void draw_gains(uint64_t seed, uint64_t scenario, uint32_t stream, gain_lanes *g)
{
    for (int l = 0; l < LANES; l++) {
        const eswi_draw draw = eswi_philox(seed, scenario, stream, g->entity[l], g->block[l]);
        g->gain[0][l] = g->mean[l] * eswi_exponential(draw.w[0]);
        g->gain[1][l] = g->mean[l] * eswi_exponential(draw.w[1]);
        g->gain[2][l] = g->mean[l] * eswi_exponential(draw.w[2]);
        g->gain[3][l] = g->mean[l] * eswi_exponential(draw.w[3]);
    }
}

/* max(d, 1 m)^-alpha of sixteen distances. */
ESW_FN void mean_gains(double exponent, const double *ESW_RESTRICT distance_m, float *ESW_RESTRICT mean)
{
    for (int l = 0; l < LANES; l++) {
        const double d = distance_m[l] > 1.0 ? distance_m[l] : 1.0;
        mean[l] = (float)eswi_exp2(-exponent * eswi_log2(d));
    }
}

typedef struct lane_functions {
    void (*draw_gains)(uint64_t seed, uint64_t scenario, uint32_t stream, gain_lanes *g);
    void (*mean_gains)(double exponent, const double *distance_m, float *mean);
} lane_functions;

#define LANE_FUNCTIONS(suffix, attributes)                                                             \
    attributes static void draw_gains_##suffix(uint64_t seed, uint64_t scenario, uint32_t stream,      \
                                               gain_lanes *g)                                          \
    {                                                                                                  \
        draw_gains(seed, scenario, stream, g);                                                         \
    }                                                                                                  \
    attributes static void mean_gains_##suffix(double exponent, const double *distance_m, float *mean) \
    {                                                                                                  \
        mean_gains(exponent, distance_m, mean);                                                        \
    }

LANE_FUNCTIONS(baseline, )
#if defined(__x86_64__) && defined(__GNUC__)
LANE_FUNCTIONS(avx2, __attribute__((target("avx2,fma"))))
LANE_FUNCTIONS(avx512, __attribute__((target("avx2,fma,avx512f,avx512dq,avx512vl,avx512bw"))))
#endif

static lane_functions pick_lane_functions(void)
{
#if defined(__x86_64__) && defined(__GNUC__)
    const int avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    if (avx2 && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
        __builtin_cpu_supports("avx512bw")) {
        return (lane_functions){draw_gains_avx512, mean_gains_avx512};
    }
    if (avx2) {
        return (lane_functions){draw_gains_avx2, mean_gains_avx2};
    }
#endif
    return (lane_functions){draw_gains_baseline, mean_gains_baseline};
}

/* ---------------------------------------------------------------- places */

static double squared_distance(const double a[2], const double b[2])
{
    const double dx = a[0] - b[0], dy = a[1] - b[1];
    return dx * dx + dy * dy;
}

/* A point of the unit disc: the first candidate of the square [-1, 1]^2 that lies in it, two candidates per
 * block. Each is accepted with probability pi / 4 and, given that, is uniform in the disc; none of 64 is
 * with probability 1e-42, and then the centre stands in. No uniform point can be had from finitely many
 * draws by + - * / sqrt alone: its angle needs pi. */
static void place_in_disc(uint64_t seed, uint64_t scenario, uint32_t user, double point[2])
{
    point[0] = point[1] = 0.0;
    for (uint32_t block = 0; block < PLACE_BLOCKS; block++) {
        const eswi_draw draw = eswi_philox(seed, scenario, ECC_STREAM_PLACE, user, block);
        for (int k = 0; k < 2; k++) {
            const double x = 2.0 * (double)eswi_uniform(draw.w[2 * k]) - 1.0;
            const double y = 2.0 * (double)eswi_uniform(draw.w[2 * k + 1]) - 1.0;
            if (x * x + y * y <= 1.0) {
                point[0] = x;
                point[1] = y;
                return;
            }
        }
    }
}

/* Where a user stands; *ap is its AP where the layout says it beforehand. */
static void place_user(const eswi_ecc_config *config, uint64_t seed, uint64_t scenario, int user,
                       double xy_m[2], int32_t *ap)
{
    if (config->layout == ECC_UNIFORM) {
        const eswi_draw draw = eswi_philox(seed, scenario, ECC_STREAM_PLACE, (uint32_t)user, 0);
        xy_m[0] = SQUARE_M * (double)eswi_uniform(draw.w[0]);
        xy_m[1] = SQUARE_M * (double)eswi_uniform(draw.w[1]);
        return;
    }
    double point[2];
    place_in_disc(seed, scenario, (uint32_t)user, point);
    *ap = user % config->aps;
    for (int axis = 0; axis < 2; axis++) {
        xy_m[axis] = config->ap_xy_m[*ap][axis] + config->cell_radius_m * point[axis];
    }
}

static void place_users(const eswi_ecc_config *config, uint64_t seed, uint64_t scenario,
                        const eswi_ecc_instance *instance)
{
    for (int u = 0; u < config->users; u++) {
        double xy_m[2];
        double *distance_m = instance->distance_m + (size_t)u * (size_t)config->aps;
        place_user(config, seed, scenario, u, xy_m, &instance->ap_of_user[u]);
        int32_t nearest = 0;
        for (int n = 0; n < config->aps; n++) {
            distance_m[n] = sqrt(squared_distance(xy_m, config->ap_xy_m[n]));
            nearest = distance_m[n] < distance_m[nearest] ? n : nearest;
        }
        if (config->layout == ECC_UNIFORM) {
            instance->ap_of_user[u] = nearest;
        }
    }
}

static void draw_profiles(const eswi_ecc_config *config, uint64_t seed, uint64_t scenario,
                          int32_t *profile_of_user)
{
    for (int u = 0; u < config->users; u++) {
        profile_of_user[u] = 0;
        if (config->n_profiles > 1) {
            const eswi_draw draw = eswi_philox(seed, scenario, ECC_STREAM_PROFILE, (uint32_t)u, 0);
            profile_of_user[u] = (int32_t)eswi_index(draw.w[0], (uint32_t)config->n_profiles);
        }
    }
}

/* ---------------------------------------------------------------- gains */

/* Lanes being filled with blocks of one direction, and where their gains belong. */
typedef struct filler {
    gain_lanes lanes;
    float *target[LANES];
    int wanted[LANES]; /* gains of the block that exist: subchannels may end within it */
    int count;
} filler;

static void flush(const lane_functions *functions, uint64_t seed, uint64_t scenario, uint32_t stream, filler *f)
{
    functions->draw_gains(seed, scenario, stream, &f->lanes);
    for (int l = 0; l < f->count; l++) {
        for (int k = 0; k < f->wanted[l]; k++) {
            f->target[l][k] = f->lanes.gain[k][l];
        }
    }
    f->count = 0;
}

/* The gains of one link in one direction: subchannel m is word m mod 4 of block m / 4. */
static void fill_link(const eswi_ecc_config *config, const lane_functions *functions, uint64_t seed,
                      uint64_t scenario, int direction, size_t link, float mean,
                      const eswi_ecc_instance *instance, filler *f)
{
    const uint32_t user = (uint32_t)(link / (size_t)config->aps), ap = (uint32_t)(link % (size_t)config->aps);
    float *gain = instance->gain[direction] + link * (size_t)config->subchannels;
    for (int m = 0; m < config->subchannels; m += DRAWS) {
        const int l = f->count++, left = config->subchannels - m;
        f->lanes.block[l] = ap << 16 | (uint32_t)m >> 2;
        f->lanes.entity[l] = user;
        f->lanes.mean[l] = mean;
        f->target[l] = gain + m;
        f->wanted[l] = left < DRAWS ? left : DRAWS;
        if (f->count == LANES) {
            flush(functions, seed, scenario, ECC_STREAM_GAIN_UP + (uint32_t)direction, f);
        }
    }
}

/* Mean gains of up to sixteen links from `distance_m` on. */
static void next_means(const eswi_ecc_config *config, const lane_functions *functions, const double *distance_m,
                       size_t left, float mean[LANES])
{
    double near_m[LANES];
    for (size_t l = 0; l < LANES; l++) {
        near_m[l] = l < left ? distance_m[l] : 1.0;
    }
    functions->mean_gains(config->path_loss_exponent, near_m, mean);
}

void eswi_ecc_stage(const eswi_ecc_config *config, uint64_t seed, uint64_t scenario,
                    const eswi_ecc_instance *instance)
{
    const lane_functions functions = pick_lane_functions();
    const size_t links = (size_t)config->users * (size_t)config->aps;
    place_users(config, seed, scenario, instance);
    draw_profiles(config, seed, scenario, instance->profile_of_user);
    filler directions[ECC_DIRECTIONS] = {{.count = 0}, {.count = 0}};
    float mean[LANES];
    for (size_t link = 0; link < links; link++) { /* [U][N], as the distances lie */
        if (link % LANES == 0) {
            next_means(config, &functions, instance->distance_m + link, links - link, mean);
        }
        for (int d = 0; d < ECC_DIRECTIONS; d++) {
            fill_link(config, &functions, seed, scenario, d, link, mean[link % LANES], instance,
                      &directions[d]);
        }
    }
    for (int d = 0; d < ECC_DIRECTIONS; d++) {
        flush(&functions, seed, scenario, ECC_STREAM_GAIN_UP + (uint32_t)d, &directions[d]);
    }
}
