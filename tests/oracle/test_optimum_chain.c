/* The chain of one cell: both bounds hold, and the states it leaves out change no bit, from users nobody hears to the loudest
 * that single precision holds. */
#include <criterion/criterion.h>

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "backend/cpu/isa.h"
#include "cases.h"
#include "ecc/states.h"
#include "full.h"

enum { LEVELS_MOST = 24 };

typedef struct drawn {
    eswi_ecc_cell chain;
    float power[LEVELS_MOST];
} drawn;

/* What user k pays if it hears nobody, at the best of its levels. */
static float alone(const eswi_ecc_cell *c, int k)
{
    double least = INFINITY;
    for (int g = 0; g < c->levels; g++) {
        const double p = (double)c->power[g];
        const double price =
            ((double)c->weight_time + (double)c->weight_energy * p) / (log1p(p * (double)c->own[k]) / log(2.0));
        for (int line = 0; line < c->lines[k]; line++)
            least = fmin(least, (double)c->slope[k][line] * price + (double)c->fixed[k][line]);
    }
    return (float)fmin(least, 1e30);
}

/* A chain as no network would have it: a cell's uplink or downlink, its users in the order of their gains or in any. */
static void draw_chain(drawn *x, dice *d)
{
    static const double LOUDEST[][2] = {{1.0, 1e12}, {1e-12, 1e-2}, {1e-30, 1e30}, {1e20, 1e30}};
    const double *range = LOUDEST[dice_int(d, 0, 3)];
    const double highest_w = dice_log(d, 1e-6, 1e4), lowest_w = highest_w * dice_log(d, 1e-6, 1.0),
                 loudest = dice_log(d, range[0], range[1]), quietest = loudest * dice_log(d, 1e-12, 1.0);
    const bool own_channel = dice_chance(d, 0.5), rises = dice_chance(d, 0.5), sorted = dice_chance(d, 0.8);
    double most = 0.0, keenest = 0.0, gain[ECC_CHAIN_USERS];
    eswi_ecc_cell *c = &x->chain;
    memset(x, 0, sizeof *x);
    c->n = dice_chance(d, 0.1) ? ECC_CHAIN_USERS : dice_int(d, 1, dice_chance(d, 0.5) ? 8 : ECC_CHAIN_USERS);
    c->levels = dice_int(d, 1, LEVELS_MOST);
    c->power = x->power;
    c->weight_time = (float)dice_real(d, 0.01, 1.0);
    c->weight_energy = (float)dice_real(d, 0.01, 1.0);
    for (int k = 0; k < c->levels; k++)
        x->power[k] = (float)(c->levels == 1 ? highest_w
                                             : lowest_w * pow(highest_w / lowest_w, k / (c->levels - 1.0)));
    for (int k = 0; k < c->n; k++) {
        double next = dice_log(d, quietest, loudest) / highest_w;
        int at = k;
        for (; sorted && at > 0 && (rises ? gain[at - 1] > next : gain[at - 1] < next); at--)
            gain[at] = gain[at - 1];
        gain[at] = next;
    }
    for (int k = 0; k < c->n; k++) {
        const double hears = own_channel ? gain[k] : 1.0, adds = own_channel ? 1.0 : gain[k];
        c->own[k] = (float)gain[k];
        c->hears[k] = (float)hears;
        c->adds[k] = (float)adds;
        c->lines[k] = dice_int(d, 1, 4);
        for (int line = 0; line < c->lines[k]; line++) {
            c->fixed[k][line] = (float)(line * dice_real(d, 0.0, 1.0));
            c->slope[k][line] = (float)dice_log(d, 1e-6, 1.0);
        }
        c->local[k] = FLT_MAX;
        if (dice_chance(d, 0.5)) /* near what sending costs, so that who stays silent is a close choice */
            c->local[k] = fminf((float)dice_log(d, 0.5, 4.0) * alone(c, k), 1e30f);
        most += adds * (double)x->power[c->levels - 1];
        keenest = fmax(hears, keenest);
    }
    eswi_ecc_cell_lay_states(c, keenest, most);
}

/* What powers cost, 0 for who stays silent, by the formula as it stands in states.h, in double and for the users' real
 * interference. */
static double cost_of(const eswi_ecc_cell *c, const float *power_w)
{
    double sum = 0.0, cost = 0.0;
    for (int k = c->n - 1; k >= 0; k--) {
        const double p = (double)power_w[k];
        if (p == 0.0) {
            cost += (double)c->local[k];
            continue;
        }
        const double sinr = p * (double)c->own[k] / (1.0 + (double)c->hears[k] * sum);
        const double price = ((double)c->weight_time + (double)c->weight_energy * p) / (log1p(sinr) / log(2.0));
        double least = INFINITY;
        for (int line = 0; line < c->lines[k]; line++)
            least = fmin(least, (double)c->slope[k][line] * price + (double)c->fixed[k][line]);
        cost += least;
        sum += (double)c->adds[k] * p;
    }
    return cost;
}

/* A table in which a state that nobody computed is better than any. */
static eswi_ecc_cell_table *spoiled(eswi_ecc_cell_table *table)
{
    float *value = (float *)table;
    for (size_t k = 0; k < sizeof *table / sizeof *value; k++)
        value[k] = -1e30f;
    return table;
}

/* Counts are of whole groups and never rise, and the bounds and the decision are those of all states. */
static void expect_those_of_all_states(const eswi_ecc_cell *chain, const char *isa,
                                       eswi_ecc_cell_bounds (*solve)(const eswi_ecc_cell *, int, eswi_ecc_cell_table *),
                                       int number)
{
    static eswi_ecc_cell whole;
    static eswi_ecc_cell_table some, all;
    whole = *chain;
    for (int k = 0; k < chain->n; k++) {
        cr_assert(chain->states[k] % ECC_LANES == 0 && chain->states[k] >= ECC_LANES &&
                      chain->states[k] <= (k ? chain->states[k - 1] : ECC_CHAIN_STATES),
                  "chain %d: %d states of user %d", number, chain->states[k], k);
        whole.states[k] = ECC_CHAIN_STATES;
    }
    for (int between = 0; between < 2; between++) {
        const eswi_ecc_cell_bounds a = solve(chain, between, spoiled(&some)), b = solve(&whole, between, spoiled(&all));
        cr_assert(a.low == b.low && a.high == b.high, "chain %d, %s: [%g, %g], of all states [%g, %g]", number, isa,
                  (double)a.low, (double)a.high, (double)b.low, (double)b.high);
        float power_w[ECC_CHAIN_USERS] = {0}, of_all_w[ECC_CHAIN_USERS] = {0};
        eswi_ecc_cell_decide(chain, &some, power_w);
        eswi_ecc_cell_decide(&whole, &all, of_all_w);
        cr_assert_arr_eq(power_w, of_all_w, sizeof power_w, "chain %d, %s: another decision", number, isa);
    }
}

Test(optimum_chain, states_left_out_change_no_bit, .timeout = 3600)
{
    const eswi_cpu_kernels *const *isa = eswi_cpu_kernels_available();
    const int chains = test_full() ? 20000 : 800;
    for (int i = 0; i < chains; i++) {
        dice d = dice_of(560, (uint64_t)i);
        drawn x;
        draw_chain(&x, &d);
        for (int k = 0; isa[k] && (k == 0 || i % 8 == 0); k++)
            expect_those_of_all_states(&x.chain, isa[k]->name, isa[k]->ecc_optimum->chain, i);
    }
}

/* The upper bound is what the decision costs at most, the lower one of all powers below that and any other. A price beyond
 * 1e30 is cut there: then the upper bound says nothing. */
Test(optimum_chain, bounds_hold_at_every_sinr, .timeout = 3600)
{
    const int chains = test_full() ? 20000 : 400;
    int said = 0;
    for (int i = 0; i < chains; i++) {
        dice d = dice_of(561, (uint64_t)i);
        drawn x;
        draw_chain(&x, &d);
        const eswi_ecc_cell *c = &x.chain;
        static eswi_ecc_cell_table table;
        const float low = eswi_cpu_kernels_in_use()->ecc_optimum->chain(c, 1, spoiled(&table)).low;
        const float high = eswi_cpu_kernels_in_use()->ecc_optimum->chain(c, 0, spoiled(&table)).high;
        float power_w[ECC_CHAIN_USERS];
        eswi_ecc_cell_decide(c, &table, power_w);
        const double decided = cost_of(c, power_w);
        cr_assert_leq((double)low, decided, "chain %d", i);
        if (high < 1e20f) {
            cr_assert_leq(decided, (double)high, "chain %d", i);
            said++;
        }
        for (int trial = 0; trial < 20; trial++) {
            for (int k = 0; k < c->n; k++)
                power_w[k] = c->local[k] < FLT_MAX && dice_chance(&d, 0.3)
                                 ? 0.0f
                                 : (float)dice_log(&d, (double)c->power[0], (double)c->power[c->levels - 1]);
            cr_assert_leq((double)low, cost_of(c, power_w), "chain %d, trial %d", i, trial);
        }
    }
    cr_assert_gt(said, chains / 3);
}
