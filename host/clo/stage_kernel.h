/* CLO: what is drawn for a link and for a device, in the arithmetic that CPU and CUDA share. */
#ifndef ESWI_CLO_STAGE_KERNEL_H
#define ESWI_CLO_STAGE_KERNEL_H

#include "base/detmath.h"
#include "base/philox.h"
#include "clo/clo.h"

/* Streams of a scenario. Entities: links, devices. */
enum { CLO_STREAM_GAIN, CLO_STREAM_ARRIVAL, CLO_STREAM_RATE };

/* The fading of this many slots of a link comes from one block. */
enum { CLO_GAINS_A_BLOCK = 4 };

/* The path loss as a factor, what a gain is on average. */
ESW_FN float eswi_clo_mean_gain(const eswi_clo_config *config)
{
    return (float)eswi_pow(10.0, -config->path_loss_db / 10.0);
}

/* gain [T][links] of one link in slots t .. t + 3, t a multiple of 4. */
ESW_FN void eswi_clo_draw_gains(const eswi_clo_config *config, uint64_t seed, uint64_t scenario, int link,
                                int t, float mean, float *gain)
{
    const size_t links = (size_t)config->problem.links;
    const eswi_draw draw =
        eswi_philox(seed, scenario, CLO_STREAM_GAIN, (uint32_t)link, (uint32_t)t / CLO_GAINS_A_BLOCK);
    for (int i = 0; i < CLO_GAINS_A_BLOCK && t + i < config->problem.slots; i++)
        gain[(size_t)(t + i) * links + (size_t)link] = mean * eswi_exponential(draw.w[i]);
}

/* lambda from slot t on, where it may change: kept, or drawn anew from the list. The first is always drawn. */
ESW_FN double eswi_clo_draw_rate(const eswi_clo_config *config, uint64_t seed, uint64_t scenario, int device,
                                 int t, double rate)
{
    const int entity = config->rate_common ? 0 : device;
    const uint32_t turn = config->redraw_slots > 0 ? (uint32_t)(t / config->redraw_slots) : 0;
    const eswi_draw draw = eswi_philox(seed, scenario, CLO_STREAM_RATE, (uint32_t)entity, turn);
    const int anew = t == 0 || (double)eswi_uniform(draw.w[0]) < config->redraw_probability;
    return anew ? config->rate[eswi_index(draw.w[1], (uint32_t)config->rates)] : rate;
}

/* task [T][devices] of one device: two slots from one block. */
ESW_FN void eswi_clo_draw_arrivals(const eswi_clo_config *config, uint64_t seed, uint64_t scenario, int device,
                                   int16_t *task)
{
    const size_t devices = (size_t)config->problem.devices;
    double rate = 0.0;
    eswi_draw draw = {{0}};
    for (int t = 0; t < config->problem.slots; t++) {
        if (t == 0 || (config->redraw_slots > 0 && t % config->redraw_slots == 0))
            rate = eswi_clo_draw_rate(config, seed, scenario, device, t, rate);
        if (t % 2 == 0)
            draw = eswi_philox(seed, scenario, CLO_STREAM_ARRIVAL, (uint32_t)device, (uint32_t)t >> 1);
        const uint32_t coin = draw.w[2 * (t % 2)], which = draw.w[2 * (t % 2) + 1];
        const uint32_t drawn = eswi_index(which, (uint32_t)config->problem.tasks.tasks);
        task[(size_t)t * devices + (size_t)device] =
            (double)eswi_uniform(coin) < rate ? (int16_t)drawn : (int16_t)CLO_NO_TASK;
    }
}

#endif
