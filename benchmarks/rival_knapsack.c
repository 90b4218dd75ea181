#include "rival_knapsack.h"

#include <math.h>

/* 1 - energy / 1000 of a client with R RBs, 0 if no option is in time. */
static double worth(const eswi_cansa_config *config, int context, double rate, int rbs)
{
    double best = 0.0;
    for (int o = 0; o < CANSA_OPTIONS; o++) {
        const eswi_cansa_option *option = &config->options[o];
        const double sending_s = option->bits > 0.0 ? option->bits / (rbs * rate) : 0.0;
        if (config->allowed[o] &&
            eswi_cansa_accuracy[context][o / CANSA_DEPLOYMENTS] >= config->accuracy_min[context] &&
            option->compute_s + sending_s <= config->latency_max_s)
            best = fmax(best, 1.0 - option->energy_j / 1000.0);
    }
    return best;
}

double rival_knapsack(const eswi_cansa_config *config, const eswi_cansa_instance *instance, double *table)
{
    const int total = config->rbs_total;
    double *before = table, *after = table + total + 1;
    for (int r = 0; r <= total; r++)
        before[r] = 0.0;
    for (int i = 0; i < config->clients; i++) {
        for (int r = 0; r <= total; r++)
            after[r] = 0.0;
        for (int x = 0; x <= total; x++) {
            const double here = worth(config, instance->context[i], instance->rate_per_rb_bps[i], x);
            for (int r = x; r <= total; r++)
                after[r] = fmax(after[r], before[r - x] + here);
        }
        double *other = before;
        before = after;
        after = other;
    }
    return before[total];
}
