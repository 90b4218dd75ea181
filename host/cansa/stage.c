/* CANSA: draws an instance. Every number is a pure function of (seed, scenario, what it is for); cansa/stage.h names
 * the streams. Sixteen clients at a time, in shared-source arithmetic without branches that is compiled once per
 * instruction set and chosen at run time (base/isa.h); the bits are the same (base/portable.h). */
#include "base/isa.h"
#include "cansa/stage_kernel.h"

enum { LANES = 16 };

typedef struct client_lanes {
    double distance_m[LANES], shadowing_db[LANES], fading_power[LANES], rate_per_rb_bps[LANES];
    int32_t context[LANES];
} client_lanes;

/* Clients first .. first + 15. */
ESW_FN void draw_clients(const eswi_cansa_config *config, uint64_t seed, uint64_t scenario, uint32_t first,
                         client_lanes *out)
{
    for (int l = 0; l < LANES; l++)
        eswi_cansa_draw_place(config, seed, scenario, first + (uint32_t)l, &out->distance_m[l],
                              &out->context[l]);
    for (int l = 0; l < LANES; l++)
        eswi_cansa_draw_channel(config, seed, scenario, first + (uint32_t)l, &out->shadowing_db[l],
                                &out->fading_power[l]);
    for (int l = 0; l < LANES; l++)
        out->rate_per_rb_bps[l] =
            eswi_cansa_rb_rate(config, out->distance_m[l], out->shadowing_db[l], out->fading_power[l]);
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
#if defined(ESWI_ISA_X86)
DRAW_FUNCTION(avx2, __attribute__((target("avx2,fma"))))
DRAW_FUNCTION(avx512, __attribute__((target("avx2,fma,avx512f,avx512dq,avx512vl,avx512bw"))))
#endif

static draw_function *pick_draw_function(void)
{
    static draw_function *const of_isa[ESWI_ISAS] = {
        [ESWI_ISA_BASELINE] = draw_clients_baseline,
#if defined(ESWI_ISA_X86)
        [ESWI_ISA_AVX2] = draw_clients_avx2,
        [ESWI_ISA_AVX512] = draw_clients_avx512,
#endif
    };
    return of_isa[eswi_isa_in_use()];
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
