/* `split: per-user`: a user whom the best common split keeps local sends where that is better. The oracle says what is
 * better, by trying everything. */
#include <criterion/criterion.h>

#include <float.h>
#include <stdio.h>

#include "descents.h"

#define MIX \
    "profile={\"mix\":[\"nin-cifar10-32\",\"yolov2tiny-cifar10-416\",\"alexnet-imagenet-224\",\"vgg16-cifar10-224\"]} "

/* ---------------------------------------------------------------- by hand */

/* Twice the gain on the subchannel of the user's own number, so that nobody has a reason to share. */
static void set_gain(const descents *d, int user, float gain)
{
    const eswi_ecc_instance instance = descents_instance(d, 0);
    const size_t columns = (size_t)d->config->subchannels, row =
                                                               (size_t)user * (size_t)d->config->aps * columns;
    for (int dir = 0; dir < ECC_DIRECTIONS; dir++)
        for (size_t m = 0; m < columns; m++)
            instance.gain[dir][row + m] = m == (size_t)user ? 2.0f * gain : gain;
}

/* One cell, a subchannel for everybody, and a last user whom nobody can hear: sending costs it more, at every split, than
 * all others gain. Solved for one split in common and for a split each. */
static void solve_with_one_in_a_cellar(const char *access, descents *common, descents *own)
{
    char text[128];
    descents *const both[] = {common, own};
    for (int i = 0; i < 2; i++) {
        snprintf(text, sizeof text, "aps=1 users=3 subchannels=3 upload=network access=%s split=%s", access,
                 i == 0 ? "common" : "per-user");
        descents_open(both[i], text, 104, 1);
        set_gain(both[i], 0, 1e-9f);
        set_gain(both[i], 1, 1e-10f);
        set_gain(both[i], 2, 1e-28f);
        descents_solve(both[i], ECC_LI_GD, (descent_way){0});
    }
}

static bool sends(const descents *d, uint32_t scenario, int user)
{
    const eswi_ecc_instance instance = descents_instance(d, scenario);
    return descents_decision(d, scenario).split[user] <
           d->config->profiles[instance.profile_of_user[user]].units;
}

/* What the two who are heard would cost on subchannels of their own at full power, the third being local: the least over
 * their splits. */
static double least_at_full_power(const descents *d)
{
    const eswi_ecc_config *g = d->config;
    const eswi_ecc_instance instance = descents_instance(d, 0);
    const int units = g->profiles[0].units;
    int32_t split[] = {1, 1, units}, assigned[] = {0, 1, 2};
    const double up[] = {g->power_max_w[ECC_UP], g->power_max_w[ECC_UP], 0.0},
                 down[] = {g->power_max_w[ECC_DOWN], g->power_max_w[ECC_DOWN], 0.0},
                 compute[] = {eswi_ecc_oracle_best_units(g), eswi_ecc_oracle_best_units(g), 0.0};
    const eswi_ecc_oracle at = {.config = g,
                                .instance = &instance,
                                .access = g->access,
                                .split = split,
                                .assigned = {assigned, assigned},
                                .power_w = {up, down},
                                .compute_units = compute};
    double least = DBL_MAX;
    for (split[0] = 1; split[0] <= units; split[0]++)
        for (split[1] = 1; split[1] <= units; split[1]++) {
            const double value = eswi_ecc_oracle_objective(&at);
            least = value < least ? value : least;
        }
    return least;
}

Test(per_user, one_whom_nobody_hears_does_not_keep_the_others_local)
{
    static const char *const accesses[] = {"noma", "oma", "oma-in-cell"};
    for (int i = 0; i < 3; i++) {
        descents common, own;
        solve_with_one_in_a_cellar(accesses[i], &common, &own);
        const double local = descents_local_value(&common, 0), value = descents_value(&own, 0),
                     least = least_at_full_power(&own);
        cr_assert_lt(least, 0.7 * local, "%s: the case is of no use", accesses[i]);
        cr_assert_eq(descents_value(&common, 0), local, "%s: the case is of no use", accesses[i]);
        cr_assert(sends(&own, 0, 0) && sends(&own, 0, 1) && !sends(&own, 0, 2), "%s", accesses[i]);
        /* The powers that are left to be chosen may save energy. */
        cr_assert(value <= least * (1.0 + 1e-6), "%s: %.17g, at full power %.17g", accesses[i], value, least);
        descents_close(&common);
        descents_close(&own);
    }
}

/* ---------------------------------------------------------------- by the oracle */

static int load_of(const descents *d, const eswi_ecc_instance *instance, const int32_t *assigned, int ap, int m)
{
    int load = 0;
    for (int v = 0; v < d->config->users; v++)
        load += assigned[v] == m && instance->ap_of_user[v] == ap;
    return load;
}

/* The least value, by the oracle, of a decision in which one local user sends instead: any split, any subchannels with
 * room, full power. */
static double least_if_sending(const descents *d, uint32_t scenario, int user)
{
    const eswi_ecc_config *g = d->config;
    const eswi_ecc_instance instance = descents_instance(d, scenario);
    const eswi_ecc_decision decision = descents_decision(d, scenario);
    const int units = g->profiles[instance.profile_of_user[user]].units;
    const eswi_ecc_oracle at = eswi_ecc_oracle_at(g, &instance, &decision);
    int32_t *up = &decision.assigned[ECC_UP][user], *down = &decision.assigned[ECC_DOWN][user];
    const int32_t up_was = *up, down_was = *down;
    double least = DBL_MAX;

    *up = *down = -1;
    for (int dir = 0; dir < ECC_DIRECTIONS; dir++)
        decision.power_w[dir][user] = g->power_max_w[dir];
    decision.compute_units[user] = eswi_ecc_oracle_best_units(g);
    for (int m = 0; m < g->subchannels * g->subchannels; m++) {
        const int to[] = {m / g->subchannels, m % g->subchannels}, ap = instance.ap_of_user[user];
        if ((g->pair_directions && to[0] != to[1]) ||
            load_of(d, &instance, decision.assigned[ECC_UP], ap, to[0]) >= g->cluster_cap ||
            load_of(d, &instance, decision.assigned[ECC_DOWN], ap, to[1]) >= g->cluster_cap)
            continue;
        *up = to[0];
        *down = to[1];
        for (decision.split[user] = 1; decision.split[user] < units; decision.split[user]++) {
            const double value = eswi_ecc_oracle_objective(&at);
            least = value < least ? value : least;
        }
        *up = *down = -1;
    }
    *up = up_was;
    *down = down_was;
    decision.power_w[ECC_UP][user] = decision.power_w[ECC_DOWN][user] = decision.compute_units[user] = 0.0;
    decision.split[user] = units;
    return least;
}

/* Bands so narrow that a part of the users had better stay local, and models of several depths. What is left to gain by
 * sending one of them is what the last descent on the powers changed. */
Test(per_user, leaves_nobody_local_who_had_better_send, .timeout = 300)
{
    static const char *const problems[] = {
        "aps=2 users=6 subchannels=2 upload=network bandwidth_up_hz=16000 bandwidth_down_hz=80000 split=per-user " MIX,
        "aps=2 users=6 subchannels=3 cluster_cap=1 layout=uniform upload=network bandwidth_up_hz=8000 "
        "bandwidth_down_hz=80000 pair_directions=true split=per-user " MIX,
        "aps=1 users=6 subchannels=4 upload=network bandwidth_up_hz=4000 bandwidth_down_hz=9000 split=per-user " MIX,
    };
    int local = 0, sending = 0;
    for (size_t p = 0; p < sizeof problems / sizeof *problems; p++) {
        descents d;
        descents_open(&d, problems[p], 105, 64);
        descents_solve(&d, ECC_LI_GD, (descent_way){.threads = 2});
        for (uint32_t i = 0; i < d.count; i++) {
            const double value = descents_value(&d, i);
            for (int u = 0; u < d.config->users; u++) {
                if (sends(&d, i, u)) {
                    sending++;
                    continue;
                }
                local++;
                const double least = least_if_sending(&d, i, u);
                cr_assert_geq(least, value * (1.0 - 1e-3),
                              "'%s', scenario %u: %.17g, but %.17g if user %d were to send", problems[p], i,
                              value, least, u);
            }
        }
        descents_close(&d);
    }
    cr_assert_gt(sending, 100);
    cr_assert_gt(local, 100);
}
