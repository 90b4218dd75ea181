#include "cansa_cases.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "full.h"

enum { CASE_SEED = 61 };

uint64_t cansa_case_count(uint64_t few, uint64_t many)
{
    return test_full() ? many : few;
}

/* Small numbers often, the ends of the range too. */
static int draw_size(dice *d, int low, int high)
{
    switch (dice_int(d, 0, 5)) {
    case 0:
        return low;
    case 1:
        return high;
    case 2:
        return dice_int(d, low, high < low + 8 ? high : low + 8);
    default:
        return dice_int(d, low, high);
    }
}

static const char *one_of(dice *d, const char *const *words, int count)
{
    return words[dice_int(d, 0, count - 1)];
}

/* Limits and minima that make everybody local, or nobody feasible, now and then. */
static void draw_demands(dice *d, char *text, size_t size)
{
    static const double LIMITS[] = {0.01, 0.1, 0.5, 1.0, 1.5, 4.0, 40.0, 400.0};
    const double limit = dice_chance(d, 0.5) ? LIMITS[dice_int(d, 0, 7)] : dice_log(d, 0.02, 200.0);
    size_t used = (size_t)snprintf(text, size, " latency_max_s=%.17g", limit);
    if (dice_chance(d, 0.3))
        used +=
            (size_t)snprintf(text + used, size - used, " accuracy_min_percent=%.3f", dice_real(d, 1.0, 90.0));
    if (dice_chance(d, 0.1))
        used += (size_t)snprintf(text + used, size - used, " accuracy_top=%.3f", dice_real(d, 0.01, 1.0));
    if (dice_chance(d, 0.2))
        snprintf(text + used, size - used, " guard_factor=%.17g",
                 dice_chance(d, 0.5) ? 1.0 : dice_real(d, 0.05, 1.0));
}

/* Rates over many decades, equal ones, ones that make R_min a whole number, and none at all. */
static void draw_rates(cansa_setup *setup, dice *d)
{
    const int kind = dice_int(d, 0, 5);
    const double common = dice_log(d, 1e4, 1e8);
    for (int i = 0; i < setup->config->clients && kind > 1; i++) {
        double *rate = &setup->instance.rate_per_rb_bps[i];
        const int context = setup->instance.context[i];
        const double need = setup->config->rules.guarded.rate_bps[context];
        *rate = kind == 2 ? dice_log(d, 1e-3, 1e12) : dice_log(d, 1e5, 1e7);
        if (kind == 3)
            *rate = common;
        if (kind == 4 && need < 1e100)
            *rate = need / dice_int(d, 1, 40);
        if (dice_chance(d, 0.1))
            *rate = 0.0;
    }
}

void cansa_case_open(cansa_setup *setup, uint64_t index, const cansa_shape *shape, char text[512])
{
    static const char *const READINGS[] = {"repaired", "repaired", "repaired", "as-code"};
    static const char *const SPLITS[] = {"released", "released", "table1"};
    static const char *const SOURCES[] = {"measured", "measured", "flops"};
    static const char *const DEPLOYMENTS[] = {"any", "any", "any", "any", "device", "split", "edge"};
    static const char *const MODALITIES[] = {"any", "any", "any", "any", "camera", "radar-lidar"};
    dice d = dice_of(CASE_SEED, index);
    const int clients = draw_size(&d, 1, shape->clients_most > 0 ? shape->clients_most : 200);
    const int rbs = draw_size(&d, 0, shape->rbs_most > 0 ? shape->rbs_most : 500);
    char demands[200];
    draw_demands(&d, demands, sizeof demands);
    const char *reading = one_of(&d, READINGS, 4), *split = one_of(&d, SPLITS, 3),
               *source = one_of(&d, SOURCES, 3);
    const char *deployment = one_of(&d, DEPLOYMENTS, 7), *modality = one_of(&d, MODALITIES, 6);
    const double joules = dice_chance(&d, 0.05) ? 0.0 : 9.1e-4;
    snprintf(text, 512,
             "clients=%d rbs_total=%d reading=%s split_bits=%s latency_source=%s deployment=%s modality=%s "
             "joules_per_gflop=%g%s %s",
             clients, rbs, reading, split, source, deployment, modality, joules, demands, shape->more);
    cansa_setup_open(setup, text);
    cansa_setup_stage(setup, CASE_SEED, index);
    draw_rates(setup, &d);
}
