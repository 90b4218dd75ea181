/* CANSA, method `optimum`: dynamic programming over RBs, one scenario. Shared by CPU and CUDA.
 *
 *   V_{i+1}(r) = max over x <= r of V_i(r - x) + u_i(x),   V_0 = 0,
 *
 * with u_i(x) what client i is worth with x RBs. All rows V_0..V_N are kept, and the way back finds in each row an x
 * that reaches the maximum; so the forward pass is maxima only, whose order changes no bit, and vectors and threads
 * divide the r between them as they like.
 *
 * Objective success: u = 2^40 - (10^6 operations on the device), 0 unserved, all sums integers below 2^53 and so exact:
 * the count decides, then the least energy. Only the fewest RBs of each energy level that saves energy are worth
 * trying, a handful. Objective utility: u = (5), and only x that are worth more than x - 1, since V_i does not fall.
 *
 * Work: O(N R) times the steps of a client; memory N R doubles.
 */
#ifndef ESWI_CANSA_OPTIMUM_H
#define ESWI_CANSA_OPTIMUM_H

#include "cansa/choice.h"

#define CANSA_SERVED 0x1p40 /* above all operations of CANSA_CLIENTS_MAX devices together */

/* A scenario and its tables; [R] stands for R_total + 1 numbers, `row` apart. */
typedef struct eswi_cansa_knapsack {
    const double *rate;     /* [N] */
    const int32_t *context; /* [N] */
    double *value;          /* [N + 1][R] V_i(r) */
    double *worth;          /* [N][R] u_i(x) of x that are worth trying: x = 0, and the steps */
    int32_t *steps;         /* [N][R] those x > 0, ascending */
    int32_t *n_steps;       /* [N] */
    size_t row;
} eswi_cansa_knapsack;

/* Objective success: the steps of client i. */
ESW_FN void eswi_cansa_success_steps(const eswi_cansa_rules *rules, const eswi_cansa_knapsack *k, int i)
{
    const int context = k->context[i];
    double *worth = k->worth + (size_t)i * k->row;
    int32_t *steps = k->steps + (size_t)i * k->row;
    int fewest = rules->rbs_total + 1, n = 0;
    worth[0] = 0.0;
    for (int g = 0; g < rules->groups[context]; g++) { /* ascending energy: RBs must fall to be worth it */
        const int rbs =
            eswi_cansa_rbs_needed(rules, &rules->group[g], g, rules->latency_max_s, context, k->rate[i]);
        if (rbs < fewest) {
            worth[rbs] = CANSA_SERVED - rules->group_mflop[g][context];
            fewest = rbs;
            steps[n] = rbs;
            n += rbs > 0;
        }
    }
    for (int a = 0, b = n - 1; a < b; a++, b--) { /* found in descending order */
        const int32_t other = steps[a];
        steps[a] = steps[b];
        steps[b] = other;
    }
    k->n_steps[i] = n;
}

/* Objective utility: u_i(x) of one x from the options by utility. */
ESW_FN double eswi_cansa_worth(const eswi_cansa_rules *rules, const eswi_cansa_knapsack *k, int i, int x)
{
    const eswi_cansa_list *list = &rules->by_utility;
    const int context = k->context[i];
    double best = -rules->weight_violation;
    for (int o = 0; o < list->count[context]; o++) {
        const double latency_s =
            eswi_cansa_latency(list->compute_s[o][context], list->bits[o][context], x, k->rate[i]);
        const double utility = eswi_cansa_utility(rules, list->gain[o][context], latency_s);
        best = latency_s <= rules->latency_max_s && utility > best ? utility : best;
    }
    return best;
}

/* Which x of a filled row are steps. */
ESW_FN void eswi_cansa_utility_steps(const eswi_cansa_rules *rules, const eswi_cansa_knapsack *k, int i)
{
    const double *worth = k->worth + (size_t)i * k->row;
    int32_t *steps = k->steps + (size_t)i * k->row;
    int n = 0;
    double most = worth[0];
    for (int x = 1; x <= rules->rbs_total; x++) {
        if (worth[x] > most) {
            most = worth[x];
            steps[n++] = x;
        }
    }
    k->n_steps[i] = n;
}

/* V_{i+1} at one r. */
ESW_FN double eswi_cansa_relax(const eswi_cansa_knapsack *k, int i, int r)
{
    const double *before = k->value + (size_t)i * k->row, *worth = k->worth + (size_t)i * k->row;
    const int32_t *steps = k->steps + (size_t)i * k->row;
    double best = before[r] + worth[0];
    for (int s = 0; s < k->n_steps[i] && steps[s] <= r; s++) {
        const double value = before[r - steps[s]] + worth[steps[s]];
        best = value > best ? value : best;
    }
    return best;
}

/* The way back: rbs, option and bid (none) of every client. */
ESW_FN void eswi_cansa_trace(const eswi_cansa_rules *rules, const eswi_cansa_knapsack *k, int32_t *rbs,
                             int32_t *option, double *bid)
{
    const int pick = rules->objective == CANSA_SUCCESS_COUNT ? CANSA_PICK_ENERGY : CANSA_PICK_UTILITY;
    int r = rules->rbs_total;
    for (int i = rules->clients - 1; i >= 0; i--) {
        const double *before = k->value + (size_t)i * k->row, *worth = k->worth + (size_t)i * k->row;
        const int32_t *steps = k->steps + (size_t)i * k->row;
        const double value = k->value[(size_t)(i + 1) * k->row + (size_t)r];
        int x = 0;
        for (int s = 0; s < k->n_steps[i] && before[r - x] + worth[x] != value; s++)
            x = steps[s];
        const eswi_cansa_taken taken = eswi_cansa_pick(rules, pick, k->context[i], x, k->rate[i]);
        const int served = worth[x] > (pick == CANSA_PICK_ENERGY ? 0.0 : -rules->weight_violation);
        option[i] = served ? taken.option : -1;
        rbs[i] = eswi_cansa_sends(option[i]) ? x : 0;
        bid[i] = -1.0;
        r -= x;
    }
}

/* ---------------------------------------------------------------- on the CPU */

#if !defined(ESW_LANE_IS_THREAD)

/* u_i of all x at once: eswi_cansa_worth, with the options outside. */
static inline void cansa_worth_row(const eswi_cansa_rules *rules, const eswi_cansa_knapsack *k, int i)
{
    const eswi_cansa_list *list = &rules->by_utility;
    const int context = k->context[i], total = rules->rbs_total;
    const double rate = k->rate[i], limit_s = rules->latency_max_s;
    double *ESW_RESTRICT worth = k->worth + (size_t)i * k->row;
    for (int x = 0; x <= total; x++)
        worth[x] = -rules->weight_violation;
    for (int o = 0; o < list->count[context]; o++) {
        const double compute_s = list->compute_s[o][context], bits = list->bits[o][context];
        const double gain = list->gain[o][context];
        const double least =
            bits > 0.0 ? bits / (rate * (limit_s - compute_s)) : 0.0; /* skips what is far off */
        if (!(compute_s <= limit_s) || !(least < total + 2.0))
            continue;
        const int from = (int)(0.999 * least);
        _Pragma("omp simd") for (int x = from; x <= total; x++)
        {
            const double sending = compute_s + bits / ((double)x * rate);
            const double latency_s = bits > 0.0 ? sending : compute_s;
            const double utility = eswi_cansa_utility(rules, gain, latency_s);
            const int better = (latency_s <= limit_s) & (utility > worth[x]);
            worth[x] = better ? utility : worth[x];
        }
    }
}

static inline void cansa_relax_row(const eswi_cansa_rules *rules, const eswi_cansa_knapsack *k, int i)
{
    const int total = rules->rbs_total;
    const double *ESW_RESTRICT before = k->value + (size_t)i * k->row;
    const double *ESW_RESTRICT worth = k->worth + (size_t)i * k->row;
    const int32_t *ESW_RESTRICT steps = k->steps + (size_t)i * k->row;
    double *ESW_RESTRICT after = k->value + (size_t)(i + 1) * k->row;
    for (int r = 0; r <= total; r++)
        after[r] = before[r] + worth[0];
    for (int s = 0; s < k->n_steps[i]; s++) {
        const int x = steps[s];
        const double more = worth[x];
        _Pragma("omp simd") for (int r = x; r <= total; r++)
        {
            const double value = before[r - x] + more;
            after[r] = value > after[r] ? value : after[r];
        }
    }
}

/* The whole of it. */
static inline void eswi_cansa_optimum(const eswi_cansa_rules *rules, const eswi_cansa_knapsack *k, int32_t *rbs,
                                      int32_t *option, double *bid)
{
    for (int r = 0; r <= rules->rbs_total; r++)
        k->value[r] = 0.0;
    for (int i = 0; i < rules->clients; i++) {
        if (rules->objective == CANSA_SUCCESS_COUNT) {
            eswi_cansa_success_steps(rules, k, i);
        } else {
            cansa_worth_row(rules, k, i);
            eswi_cansa_utility_steps(rules, k, i);
        }
        cansa_relax_row(rules, k, i);
    }
    eswi_cansa_trace(rules, k, rbs, option, bid);
}

#endif
#endif
