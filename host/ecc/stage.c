/* ECC: draws an instance, unless its channels come from a file (ecc/channels.h). Every number is a pure function of
 * (seed, scenario, what it is for); ecc/stage.h names the streams. Gains are single precision: the mean gain, computed in double, times a single-precision
 * Exp(1) fade.
 *
 * The two loops that cost time, over links and over blocks of four gains, are shared-source arithmetic
 * without branches. They are compiled once per instruction set and chosen at run time (base/isa.h); the bits are
 * the same (base/portable.h). */
#include "base/isa.h"
#include "ecc/channels.h"
#include "ecc/stage_kernel.h"

enum { LANES = 16, DRAWS = ECC_STAGE_DRAWS }; /* blocks of four gains, or links, computed together */

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
        g->gain[0][l] = eswi_ecc_faded_gain(g->mean[l], draw.w[0]);
        g->gain[1][l] = eswi_ecc_faded_gain(g->mean[l], draw.w[1]);
        g->gain[2][l] = eswi_ecc_faded_gain(g->mean[l], draw.w[2]);
        g->gain[3][l] = eswi_ecc_faded_gain(g->mean[l], draw.w[3]);
    }
}

/* Mean gains at sixteen distances. */
ESW_FN void mean_gains(double exponent, const double *ESW_RESTRICT distance_m, float *ESW_RESTRICT mean)
{
    for (int l = 0; l < LANES; l++) {
        mean[l] = eswi_ecc_mean_gain(exponent, distance_m[l]);
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
#if defined(ESWI_ISA_X86)
LANE_FUNCTIONS(avx2, __attribute__((target("avx2,fma"))))
LANE_FUNCTIONS(avx512, __attribute__((target("avx2,fma,avx512f,avx512dq,avx512vl,avx512bw"))))
#endif

static lane_functions pick_lane_functions(void)
{
    static const lane_functions of_isa[ESWI_ISAS] = {
        [ESWI_ISA_BASELINE] = {draw_gains_baseline, mean_gains_baseline},
#if defined(ESWI_ISA_X86)
        [ESWI_ISA_AVX2] = {draw_gains_avx2, mean_gains_avx2},
        [ESWI_ISA_AVX512] = {draw_gains_avx512, mean_gains_avx512},
#endif
    };
    return of_isa[eswi_isa_in_use()];
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
        f->lanes.block[l] = eswi_ecc_gain_block(ap, (uint32_t)m >> 2);
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
    if (config->channels) {
        eswi_ecc_channels_stage(config, seed, scenario, instance);
        return;
    }
    const lane_functions functions = pick_lane_functions();
    const size_t links = (size_t)config->users * (size_t)config->aps;
    for (int u = 0; u < config->users; u++) {
        eswi_ecc_stage_user(config, seed, scenario, u, instance);
    }
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
