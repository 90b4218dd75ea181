/* CANSA: one client's arithmetic, shared by all methods, CPU and CUDA: how many RBs an option needs, which option a
 * client takes with the RBs it has, and what it is worth.
 *
 * L(R) = compute_s + bits / (R c) is evaluated in double in this one order everywhere, so that comparisons with limits
 * come out the same whoever makes them. It falls with R, rounding included: each of the three operations is monotone.
 */
#ifndef ESWI_CANSA_CHOICE_H
#define ESWI_CANSA_CHOICE_H

#include "base/detmath.h"
#include "base/portable.h"
#include "cansa/rules.h"

/* Latency in s with R RBs of `rate` bit/s each; infinite when there is something to send and nothing to send with. */
ESW_FN double eswi_cansa_latency(double compute_s, double bits, int rbs, double rate)
{
    return bits > 0.0 ? compute_s + bits / ((double)rbs * rate) : compute_s;
}

/* sigma_L of (5); L in s, k_L per ms. */
ESW_FN double eswi_cansa_sigma(double slope_per_ms, double latency_max_ms, double latency_s)
{
    return 1.0 / (1.0 + eswi_exp(-slope_per_ms * (latency_max_ms - latency_s * 1000.0)));
}

/* The bid (7) of R_min > 0. */
ESW_FN double eswi_cansa_bid(const eswi_cansa_rules *rules, int r_min)
{
    const double r = r_min, total = rules->rbs_total;
    const double urgency = (total - r) / total;
    return r * r / (rules->latency_max_ms + 1e-6) * urgency * rules->clients / total;
}

/* Whether some option that sends (of one energy level, or of all: group < 0) is in time with R RBs. */
ESW_FN int eswi_cansa_in_time(const eswi_cansa_list *list, int context, int group, double limit_s, int rbs,
                              double rate)
{
    for (int k = 0; k < list->count[context]; k++) {
        const double bits = list->bits[k][context];
        const int asked = bits > 0.0 && (group < 0 || list->group[k][context] == group);
        if (asked && eswi_cansa_latency(list->compute_s[k][context], bits, rbs, rate) <= limit_s)
            return 1;
    }
    return 0;
}

/* R = ceil(x), or 0 where *near says that x lies within `margin` of a whole number; `none` if x is beyond `none` - 1. */
ESW_FN int eswi_cansa_ceiling(double x, double margin, int none, int *near)
{
    const double top = none;
    const double clipped = x < top ? x : top;
    const int whole = (int)clipped;
    const double above = clipped - whole;
    const int up = whole + (above > 0.0);
    const double slack = margin * clipped;
    *near = x < top && (above <= slack || 1.0 - above <= slack);
    return up;
}

/* The least R in 1..R_total + 1 with which some option is in time, by trying from just below x on. */
ESW_FN int eswi_cansa_rbs_near(const eswi_cansa_rules *rules, const eswi_cansa_need *need, int group,
                               double limit_s, int context, double rate, double x)
{
    const int none = rules->rbs_total + 1, start = (int)(x - need->margin[context] * x) - 1;
    int rbs = start < 1 ? 1 : start;
    while (rbs < none && !eswi_cansa_in_time(&rules->by_energy, context, group, limit_s, rbs, rate))
        rbs++;
    return rbs;
}

/* The least R in 0..R_total with which the options that `need` summarises are in time; R_total + 1 if none is. */
ESW_FN int eswi_cansa_rbs_needed(const eswi_cansa_rules *rules, const eswi_cansa_need *need, int group,
                                 double limit_s, int context, double rate)
{
    int near;
    const double x = need->rate_bps[context] / rate;
    const int rbs = eswi_cansa_ceiling(x, need->margin[context], rules->rbs_total + 1, &near);
    if (need->local[context])
        return 0;
    return near ? eswi_cansa_rbs_near(rules, need, group, limit_s, context, rate, x) : rbs;
}

/* Utility (5) of a feasible option. */
ESW_FN double eswi_cansa_utility(const eswi_cansa_rules *rules, double gain, double latency_s)
{
    return gain +
           rules->weight_latency * eswi_cansa_sigma(rules->latency_slope, rules->latency_max_ms, latency_s);
}

/* What a client takes: the option, -1 for none, and its utility (5), -w4 for none. */
typedef struct eswi_cansa_taken {
    int option;
    double utility;
} eswi_cansa_taken;

/* Phase 3 for a client with R RBs. By energy: the least energy, then the least latency, then the smallest index. By
 * utility: the largest, then the smallest index. */
ESW_FN eswi_cansa_taken eswi_cansa_pick(const eswi_cansa_rules *rules, int pick, int context, int rbs,
                                        double rate)
{
    const int by_energy = pick == CANSA_PICK_ENERGY;
    const eswi_cansa_list *list = by_energy ? &rules->by_energy : &rules->by_utility;
    eswi_cansa_taken taken = {-1, -rules->weight_violation};
    int level = -1;
    double least = 0.0;
    for (int k = 0; k < list->count[context]; k++) {
        const double latency_s =
            eswi_cansa_latency(list->compute_s[k][context], list->bits[k][context], rbs, rate);
        const int group = list->group[k][context];
        if (!(latency_s <= rules->latency_max_s) || (by_energy && level >= 0 && group != level))
            continue;
        const double utility = eswi_cansa_utility(rules, list->gain[k][context], latency_s);
        if (level < 0 || (by_energy ? latency_s < least : utility > taken.utility)) {
            taken.option = list->option[k][context];
            taken.utility = utility;
            level = group;
            least = latency_s;
        }
    }
    return taken;
}

/* Whether an option sends. */
ESW_FN int eswi_cansa_sends(int option)
{
    return option >= 0 && option % CANSA_DEPLOYMENTS != CANSA_DEVICE;
}

#endif
