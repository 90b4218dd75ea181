/* The baselines against what their definitions promise. */
#include <criterion/criterion.h>

#include <math.h>
#include <stdlib.h>

#include "ecc_setup.h"

static double total_latency(const ecc_setup *s)
{
    double metrics[ECC_METRICS];
    eswi_ecc_account(s->config, &s->instance, &s->decision, metrics, NULL);
    return metrics[ECC_METRIC_LATENCY] * s->config->users;
}

static double user_latency(const ecc_setup *s, int user)
{
    double *latency = malloc(sizeof *latency * s->config->users);
    const eswi_ecc_terms terms = {.latency_s = latency};
    eswi_ecc_account(s->config, &s->instance, &s->decision, NULL, &terms);
    const double value = latency[user];
    free(latency);
    return value;
}

static void set_user(ecc_setup *s, int user, int split, double units)
{
    s->decision.split[user] = split;
    const bool sends = ecc_setup_sends(s, user);
    for (int d = 0; d < ECC_DIRECTIONS; d++) {
        s->decision.power_w[d][user] = sends ? s->config->power_max_w[d] : 0.0;
    }
    s->decision.compute_units[user] = sends ? units : 0.0;
}

static void expect_feasible(const ecc_setup *s)
{
    esw_error error;
    cr_assert_eq(eswi_ecc_check(s->config, &s->instance, &s->decision, &error), ESW_OK, "%s", error.text);
}

/* No other split of any user is faster, its compute units staying as they are; smaller splits are slower. */
static void expect_fastest_splits(ecc_setup *s, double (*units_of)(const ecc_setup *s, int user))
{
    for (int u = 0; u < s->config->users; u++) {
        const int chosen = s->decision.split[u];
        const double units = units_of(s, u), latency = user_latency(s, u);
        for (int split = 1; split <= s->config->profiles[s->instance.profile_of_user[u]].units; split++) {
            set_user(s, u, split, units);
            const double other = user_latency(s, u);
            cr_assert(split < chosen ? other > latency : other >= latency, "user %d: %d (%g s), not %d (%g s)",
                      u, split, other, chosen, latency);
        }
        set_user(s, u, chosen, units);
    }
}

#define MIX "profile={\"mix\":[\"yolov2tiny-voc-416\",\"alexnet-imagenet-224\",\"nin-cifar10-32\"]} "

Test(device_only, computes_everything_locally_and_needs_no_subchannel)
{
    ecc_setup s;
    ecc_setup_open(&s, "aps=3 users=20 subchannels=4");
    ecc_setup_stage(&s, 1, 0);
    ecc_setup_solve(&s, ECC_DEVICE_ONLY);
    expect_feasible(&s);
    for (int u = 0; u < 20; u++) {
        cr_assert_eq(s.decision.split[u], 9);
        cr_assert_eq(s.decision.assigned[ECC_UP][u], -1);
    }
    ecc_setup_close(&s);
}

Test(edge_only, sends_the_picture_with_all_it_has_under_the_access_asked_for)
{
    static const char *const names[] = {"noma", "oma", "oma-in-cell"};
    double latency[3];
    for (int a = 0; a < 3; a++) {
        char overrides[128];
        snprintf(overrides, sizeof overrides, "aps=3 users=30 subchannels=5 access=%s", names[a]);
        ecc_setup s;
        ecc_setup_open(&s, overrides);
        ecc_setup_stage(&s, 1, 0);
        ecc_setup_solve(&s, ECC_EDGE_ONLY);
        expect_feasible(&s);
        cr_assert_eq(s.decision.diagnostics->access, a);
        for (int u = 0; u < 30; u++) {
            cr_assert_eq(s.decision.split[u], 1);
            cr_assert_eq(s.decision.power_w[ECC_UP][u], s.config->power_max_w[ECC_UP]);
            cr_assert_eq(s.decision.compute_units[u], s.config->units_max);
        }
        latency[a] = total_latency(&s);
        ecc_setup_close(&s);
    }
    cr_assert_lt(latency[ECC_NOMA], latency[ECC_OMA]);
    cr_assert_neq(latency[ECC_NOMA], latency[ECC_OMA_IN_CELL]);
}

static double most_units(const ecc_setup *s, int user)
{
    (void)user;
    return s->config->units_max;
}

Test(neurosurgeon, gives_every_user_its_fastest_split_under_oma_whatever_the_access)
{
    static const char *const sizes[] = {MIX "aps=3 users=40 subchannels=12",
                                        MIX "aps=3 users=40 subchannels=12 access=oma",
                                        "profile=yolov2tiny-voc-416 aps=5 users=40 subchannels=5",
                                        MIX "aps=2 users=36 subchannels=12 layout=uniform"};
    bool seen_inside = false;
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        ecc_setup s;
        ecc_setup_open(&s, sizes[i]);
        for (uint64_t k = 0; k < 5; k++) {
            ecc_setup_stage(&s, 2, k);
            ecc_setup_solve(&s, ECC_NEUROSURGEON);
            expect_feasible(&s);
            cr_assert_eq(s.decision.diagnostics->access, ECC_OMA);
            expect_fastest_splits(&s, most_units);
            for (int u = 0; u < s.config->users; u++) {
                seen_inside |= s.decision.split[u] > 1 && ecc_setup_sends(&s, u);
            }
        }
        ecc_setup_close(&s);
    }
    cr_assert(seen_inside, "no instance had an interior split: the test says too little");
}

static int offloading_at(const ecc_setup *s, int ap)
{
    int count = 0;
    for (int u = 0; u < s->config->users; u++) {
        count += s->instance.ap_of_user[u] == ap && ecc_setup_sends(s, u);
    }
    return count;
}

static double share_of(const eswi_ecc_config *c, int offloading)
{
    return offloading ? fmin(fmax(c->edge_capacity_units / offloading, c->units_min), c->units_max)
                      : c->units_max;
}

static double share_of_user(const ecc_setup *s, int user)
{
    return share_of(s->config, offloading_at(s, s->instance.ap_of_user[user]));
}

static void expect_shares(const ecc_setup *s)
{
    for (int u = 0; u < s->config->users; u++) {
        cr_assert_eq(s->decision.compute_units[u], ecc_setup_sends(s, u) ? share_of_user(s, u) : 0.0);
    }
}

/* At a fixed point every user has its fastest split at the share that all these splits leave. */
Test(dnn_surgery, ends_at_a_fixed_point_of_splits_and_shares)
{
    static const char *const sizes[] = {MIX "aps=3 users=40 subchannels=12 edge_capacity_units=60",
                                        "aps=5 users=60 subchannels=12 edge_capacity_units=70",
                                        MIX "aps=2 users=30 subchannels=9 edge_capacity_units=1e9"};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        ecc_setup s;
        ecc_setup_open(&s, sizes[i]);
        for (uint64_t k = 0; k < 5; k++) {
            ecc_setup_stage(&s, 2, k);
            ecc_setup_solve(&s, ECC_DNN_SURGERY);
            expect_feasible(&s);
            cr_assert_eq(s.decision.diagnostics->access, ECC_OMA);
            expect_shares(&s);
            expect_fastest_splits(&s, share_of_user);
        }
        ecc_setup_close(&s);
    }
}

/* One AP whose edge is worth using for few but not for many: everybody leaves, everybody comes back, and so
 * on. */
Test(dnn_surgery, that_swings_takes_the_round_of_least_total_latency)
{
    ecc_setup s;
    ecc_setup_open(
        &s, "aps=1 users=12 subchannels=12 edge_capacity_units=12 compute_units_min=0.1 edge_unit_flops=1e8");
    ecc_setup_stage(&s, 2, 0);
    ecc_setup_solve(&s, ECC_DNN_SURGERY);
    expect_feasible(&s);
    expect_shares(&s);
    const double taken = total_latency(&s);
    /* replay: the fastest splits at the share of the round before, by trying all splits */
    int before = 12;
    double least = INFINITY;
    for (int round = 0; round < 20; round++) {
        const double planned = share_of(s.config, before);
        for (int u = 0; u < 12; u++) {
            int best = 9;
            double best_s = INFINITY;
            for (int split = 1; split <= 9; split++) {
                set_user(&s, u, split, planned);
                const double latency = user_latency(&s, u);
                best = latency < best_s ? split : best;
                best_s = fmin(best_s, latency);
            }
            set_user(&s, u, best, planned);
        }
        const int now = offloading_at(&s, 0);
        cr_assert_neq(now, before, "the instance was meant to swing");
        for (int u = 0; u < 12; u++) {
            set_user(&s, u, s.decision.split[u], share_of(s.config, now));
        }
        least = fmin(least, total_latency(&s));
        before = now;
    }
    cr_assert_eq(taken, least);
    ecc_setup_close(&s);
}
