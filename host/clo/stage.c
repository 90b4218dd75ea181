/* CLO: a scenario as a function of (seed, scenario): channels and arrivals of every slot. */
#include "base/philox.h"
#include "clo/clo.h"

/* Streams of a scenario. Entities: links, devices. */
enum { STREAM_GAIN, STREAM_ARRIVAL, STREAM_RATE };

/* The fading of four slots comes from one block. */
static void draw_gains(const eswi_clo_config *config, uint64_t seed, uint64_t scenario, int link, float *gain)
{
    const float mean = (float)eswi_pow(10.0, -config->path_loss_db / 10.0);
    const size_t links = (size_t)config->problem.links;
    for (int t = 0; t < config->slots; t += 4) {
        const eswi_draw draw = eswi_philox(seed, scenario, STREAM_GAIN, (uint32_t)link, (uint32_t)t >> 2);
        for (int i = 0; i < 4 && t + i < config->slots; i++)
            gain[(size_t)(t + i) * links + (size_t)link] = mean * eswi_exponential(draw.w[i]);
    }
}

/* lambda from slot t on, where it may change: kept, or drawn anew from the list. The first is always drawn. */
static double draw_rate(const eswi_clo_config *config, uint64_t seed, uint64_t scenario, int device, int t,
                        double rate)
{
    const int entity = config->rate_common ? 0 : device;
    const uint32_t turn = config->redraw_slots > 0 ? (uint32_t)(t / config->redraw_slots) : 0;
    const eswi_draw draw = eswi_philox(seed, scenario, STREAM_RATE, (uint32_t)entity, turn);
    const bool anew = t == 0 || (double)eswi_uniform(draw.w[0]) < config->redraw_probability;
    return anew ? config->rate[eswi_index(draw.w[1], (uint32_t)config->rates)] : rate;
}

static void draw_arrivals(const eswi_clo_config *config, uint64_t seed, uint64_t scenario, int device,
                          int16_t *task)
{
    const size_t devices = (size_t)config->problem.devices;
    double rate = 0.0;
    eswi_draw draw = {{0}};
    for (int t = 0; t < config->slots; t++) {
        if (t == 0 || (config->redraw_slots > 0 && t % config->redraw_slots == 0))
            rate = draw_rate(config, seed, scenario, device, t, rate);
        if (t % 2 == 0)
            draw = eswi_philox(seed, scenario, STREAM_ARRIVAL, (uint32_t)device, (uint32_t)t >> 1);
        const uint32_t coin = draw.w[2 * (t % 2)], which = draw.w[2 * (t % 2) + 1];
        const uint32_t drawn = eswi_index(which, (uint32_t)config->problem.tasks.tasks);
        task[(size_t)t * devices + (size_t)device] =
            (double)eswi_uniform(coin) < rate ? (int16_t)drawn : (int16_t)CLO_NO_TASK;
    }
}

void eswi_clo_stage(const eswi_clo_config *config, uint64_t seed, uint64_t scenario,
                    const eswi_clo_instance *instance)
{
    for (int link = 0; link < config->problem.links; link++)
        draw_gains(config, seed, scenario, link, instance->gain);
    for (int k = 0; k < config->problem.devices; k++)
        draw_arrivals(config, seed, scenario, k, instance->task);
}
