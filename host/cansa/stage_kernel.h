/* CANSA: what is drawn for one client, in the arithmetic that CPU and CUDA share. In three steps, so that each makes a
 * loop the CPU's compilers turn into vectors. */
#ifndef ESWI_CANSA_STAGE_KERNEL_H
#define ESWI_CANSA_STAGE_KERNEL_H

#include "base/detmath.h"
#include "base/philox.h"
#include "cansa/cansa.h"
#include "cansa/stage.h"

/* Distance [m] and context. A uniform point of a disc of radius R has distance R sqrt(u). */
ESW_FN void eswi_cansa_draw_place(const eswi_cansa_config *config, uint64_t seed, uint64_t scenario,
                                  uint32_t client, double *distance_m, int32_t *context)
{
    const eswi_draw place = eswi_philox(seed, scenario, CANSA_STREAM_PLACE, client, 0);
    const double d = config->cell_radius_m * sqrt(eswi_uniform53(place.w[0], place.w[1]));
    *distance_m = d > 1.0 ? d : 1.0;
    *context = (int32_t)eswi_index(place.w[2], CANSA_CONTEXTS);
}

/* Shadowing [dB] and fading, which is Exp(1). */
ESW_FN void eswi_cansa_draw_channel(const eswi_cansa_config *config, uint64_t seed, uint64_t scenario,
                                    uint32_t client, double *shadowing_db, double *fading_power)
{
    const eswi_draw channel = eswi_philox(seed, scenario, CANSA_STREAM_CHANNEL, client, 0);
    *shadowing_db = config->shadowing_db * eswi_normal_quantile(eswi_uniform53(channel.w[0], channel.w[1]));
    *fading_power = -eswi_log(eswi_uniform53(channel.w[2], channel.w[3]));
}

/* (4) for one RB [bit/s]. log2 of 10^(x / 10) is x log2(10) / 10. */
ESW_FN double eswi_cansa_rb_rate(const eswi_cansa_config *config, double distance_m, double shadowing_db,
                                 double fading_power)
{
    const double log2_gain = config->snr_log2_at_zero - config->path_loss_exponent * eswi_log2(distance_m) -
                             shadowing_db * 0x1.542a5a12e1c5ap-2;
    const double efficiency = eswi_log2_1p(eswi_exp2(log2_gain) * fading_power);
    const double most = config->max_spectral_efficiency;
    return (efficiency < most ? efficiency : most) * config->rb_hz;
}

#endif
