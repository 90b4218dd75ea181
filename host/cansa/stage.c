/* CANSA: draws an instance. Every number is a pure function of (seed, scenario, what it is for); cansa/stage.h names
 * the streams. Sixteen clients at a time, in shared-source arithmetic without branches that is compiled once per
 * instruction set and chosen at run time; the bits are the same (base/portable.h). */
#include "cansa/stage.h"

#include "base/detmath.h"
#include "base/philox.h"
#include "cansa/cansa.h"

enum { LANES = 16 };

typedef struct client_lanes {
    double distance_m[LANES], shadowing_db[LANES], fading_power[LANES], rate_per_rb_bps[LANES];
    int32_t context[LANES];
} client_lanes;

/* Clients first .. first + 15. A uniform point of the disc has distance R sqrt(u); fading is Exp(1). */
ESW_FN void draw_clients(const eswi_cansa_config *config, uint64_t seed, uint64_t scenario, uint32_t first,
                         client_lanes *out)
{
    const double radius = config->cell_radius_m, sigma = config->shadowing_db;
    for (int l = 0; l < LANES; l++) {
        const eswi_draw place = eswi_philox(seed, scenario, CANSA_STREAM_PLACE, first + (uint32_t)l, 0);
        const double d = radius * sqrt(eswi_uniform53(place.w[0], place.w[1]));
        out->distance_m[l] = d > 1.0 ? d : 1.0;
        out->context[l] = (int32_t)eswi_index(place.w[2], CANSA_CONTEXTS);
    }
    for (int l = 0; l < LANES; l++) {
        const eswi_draw channel = eswi_philox(seed, scenario, CANSA_STREAM_CHANNEL, first + (uint32_t)l, 0);
        out->shadowing_db[l] = sigma * eswi_normal_quantile(eswi_uniform53(channel.w[0], channel.w[1]));
        out->fading_power[l] = -eswi_log(eswi_uniform53(channel.w[2], channel.w[3]));
    }
    /* log2 of 10^(x / 10) is x log2(10) / 10. */
    const double at_zero = config->snr_log2_at_zero, exponent = config->path_loss_exponent;
    const double most = config->max_spectral_efficiency, rb_hz = config->rb_hz;
    for (int l = 0; l < LANES; l++) {
        const double log2_gain =
            at_zero - exponent * eswi_log2(out->distance_m[l]) - out->shadowing_db[l] * 0x1.542a5a12e1c5ap-2;
        const double efficiency = eswi_log2_1p(eswi_exp2(log2_gain) * out->fading_power[l]);
        out->rate_per_rb_bps[l] = (efficiency < most ? efficiency : most) * rb_hz;
    }
}

typedef void draw_function(const eswi_cansa_config *config, uint64_t seed, uint64_t scenario, uint32_t first,
                           client_lanes *out);

#define DRAW_FUNCTION(suffix, attributes)                                                              \
    attributes static void draw_clients_##suffix(const eswi_cansa_config *config, uint64_t seed,       \
                                                 uint64_t scenario, uint32_t first, client_lanes *out) \
    {                                                                                                  \
        draw_clients(config, seed, scenario, first, out);                                              \
    }

DRAW_FUNCTION(baseline, )
#if defined(__x86_64__) && defined(__GNUC__)
DRAW_FUNCTION(avx2, __attribute__((target("avx2,fma"))))
DRAW_FUNCTION(avx512, __attribute__((target("avx2,fma,avx512f,avx512dq,avx512vl,avx512bw"))))
#endif

static draw_function *pick_draw_function(void)
{
#if defined(__x86_64__) && defined(__GNUC__)
    const int avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    if (avx2 && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
        __builtin_cpu_supports("avx512bw"))
        return draw_clients_avx512;
    if (avx2)
        return draw_clients_avx2;
#endif
    return draw_clients_baseline;
}

void eswi_cansa_stage(const eswi_cansa_config *config, uint64_t seed, uint64_t scenario,
                      const eswi_cansa_instance *instance)
{
    draw_function *draw = pick_draw_function();
    client_lanes lanes;
    for (int first = 0; first < config->clients; first += LANES) {
        draw(config, seed, scenario, (uint32_t)first, &lanes);
        for (int l = 0; l < LANES && first + l < config->clients; l++) {
            const int i = first + l;
            instance->distance_m[i] = lanes.distance_m[l];
            instance->shadowing_db[i] = lanes.shadowing_db[l];
            instance->fading_power[i] = lanes.fading_power[l];
            instance->rate_per_rb_bps[i] =
                config->rb_rate_bps > 0.0 ? config->rb_rate_bps : lanes.rate_per_rb_bps[l];
            instance->context[i] = config->context > 0 ? config->context - 1 : lanes.context[l];
        }
    }
}
