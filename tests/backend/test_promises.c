/* What a decision of gd and li-gd promises: it is feasible, never worse than keeping everybody local, and
 * with a split per user never worse than with a common one. ESW_TEST_FULL=1 asks for 10,000 scenarios, and
 * 100 at the paper's size. */
#include <criterion/criterion.h>

#include <stdio.h>

#include "descents.h"

#define MIX \
    "profile={\"mix\":[\"nin-cifar10-32\",\"yolov2tiny-cifar10-416\",\"alexnet-imagenet-224\",\"vgg16-cifar10-224\"]} "
/* An upload about as long as the computing it saves, so that splits inside the networks pay, and staying
 * local. */
#define NARROW "upload=network bandwidth_up_hz=160000 bandwidth_down_hz=160000 "
/* So long that one common split often had better be all local. */
#define NARROWER "upload=network bandwidth_up_hz=16000 bandwidth_down_hz=80000 "

static void check_one(const descents *d, uint32_t scenario, const char *problem)
{
    const eswi_ecc_instance instance = descents_instance(d, scenario);
    const eswi_ecc_decision decision = descents_decision(d, scenario);
    const double value = descents_value(d, scenario), local = descents_local_value(d, scenario);
    esw_error error = {""};
    cr_assert_eq(eswi_ecc_check(d->config, &instance, &decision, &error), ESW_OK, "'%s', scenario %u: %s",
                 problem, scenario, error.text);
    cr_assert(value <= local, "'%s', scenario %u: %.17g, all local %.17g", problem, scenario, value, local);
}

static int count_users_sending(const descents *d, uint32_t scenario)
{
    const eswi_ecc_instance instance = descents_instance(d, scenario);
    const eswi_ecc_decision decision = descents_decision(d, scenario);
    int sending = 0;
    for (int u = 0; u < d->config->users; u++)
        sending += decision.split[u] < d->config->profiles[instance.profile_of_user[u]].units;
    return sending;
}

/* Checks all scenarios and returns how many users send in them. */
static int check(const char *problem, ecc_method method, uint32_t count)
{
    descents d;
    int sending = 0;
    descents_open(&d, problem, 101, count);
    descents_solve(&d, method, (descent_way){.threads = 2, .batch = 256});
    for (uint32_t i = 0; i < count; i++) {
        check_one(&d, i, problem);
        sending += count_users_sending(&d, i);
    }
    descents_close(&d);
    return sending;
}

/* The same at a size whose numbers are reported. */
static void check_and_say(const char *problem, uint32_t count)
{
    const int sending = check(problem, ECC_LI_GD, count);
    printf("%s: %u decisions, all feasible and none above device-only; %.1f users send in the mean\n", problem,
           count, (double)sending / count);
    cr_assert_gt(sending, 0);
}

Test(promises, are_kept_at_5_by_60_by_12, .timeout = 600)
{
    check_and_say("aps=5 users=60 subchannels=12", descents_in_full() ? 10000 : 500);
}

Test(promises, are_kept_at_the_papers_size, .timeout = 3600)
{
    check_and_say("aps=5 users=1250 subchannels=250", descents_in_full() ? 100 : 1);
}

Test(promises, are_kept_in_every_access_reading_and_layout, .timeout = 600)
{
    static const char *const problems[] = {
        "aps=3 users=18 subchannels=3 cluster_cap=2 " MIX,
        "aps=3 users=18 subchannels=3 cluster_cap=2 layout=uniform " MIX, /* cells with more users than room */
        "aps=3 users=9 subchannels=1 cluster_cap=3 layout=uniform pair_directions=true",
        "aps=2 users=12 subchannels=3 pair_directions=true split=per-user " MIX,
        "aps=2 users=12 subchannels=3 reading=published layout=uniform pair_directions=true split=per-user " MIX,
        "aps=2 users=12 subchannels=3 access=oma layout=uniform split=per-user " MIX,
        "aps=2 users=12 subchannels=3 access=oma-in-cell split=per-user pair_directions=true " MIX,
        "aps=2 users=12 subchannels=3 max_iterations=1 start_seed=9 " MIX,
        "aps=2 users=6 subchannels=20 split=per-user " MIX,
        "aps=2 users=6 subchannels=3 power_min_dbm=25 power_max_dbm=25 " MIX, /* boxes without an inside */
        "aps=2 users=6 subchannels=3 compute_units_min=2 compute_units_max=2 " NARROW,
        "aps=2 users=12 subchannels=3 split=per-user " NARROW MIX,
        /* Users that a common split keeps local look for a place where there is hardly any. */
        "aps=3 users=18 subchannels=3 cluster_cap=2 layout=uniform split=per-user " NARROWER MIX,
        "aps=3 users=9 subchannels=1 layout=uniform pair_directions=true split=per-user " NARROWER MIX,
        "aps=3 users=12 subchannels=2 layout=uniform access=oma-in-cell split=per-user " NARROWER MIX,
        "aps=2 users=12 subchannels=3 access=oma " NARROW MIX,
        /* The printed descent often rounds to worse than local, which must then be the decision. */
        "aps=2 users=12 subchannels=3 reading=published max_iterations=60 " NARROW MIX,
    };
    for (size_t i = 0; i < sizeof problems / sizeof *problems; i++)
        for (int method = ECC_GD; method <= ECC_LI_GD; method++)
            check(problems[i], (ecc_method)method, 40);
}

/* Nothing to gain: an upload of hours leaves everybody local, exactly as device-only does. */
Test(promises, leave_everybody_local_where_sending_only_costs)
{
    cr_assert_eq(check("aps=2 users=8 subchannels=2 bandwidth_up_hz=100", ECC_LI_GD, 20), 0);
}

/* More users in a cell than its clusters hold: the rest computes for itself, and the others are still served.
 * */
Test(promises, keep_users_local_whom_no_cluster_can_hold)
{
    descents d;
    int crowded = 0;
    descents_open(&d, "aps=3 users=9 subchannels=1 cluster_cap=3 layout=uniform", 102, 50);
    descents_solve(&d, ECC_LI_GD, (descent_way){.threads = 2});
    for (uint32_t i = 0; i < d.count; i++) {
        const eswi_ecc_instance instance = descents_instance(&d, i);
        const eswi_ecc_decision decision = descents_decision(&d, i);
        for (int n = 0; n < 3; n++) {
            int here = 0, sending = 0;
            for (int u = 0; u < 9; u++) {
                const int sends = decision.split[u] < d.config->profiles[instance.profile_of_user[u]].units;
                here += instance.ap_of_user[u] == n;
                sending += instance.ap_of_user[u] == n && sends;
            }
            cr_assert_eq(sending, here < 3 ? here : 3, "scenario %u, AP %d: %d of %d users send", i, n, sending,
                         here);
            crowded += here > 3;
        }
    }
    cr_assert_gt(crowded, 0);
    descents_close(&d);
}

Test(promises, per_user_splits_are_never_worse_than_a_common_one, .timeout = 600)
{
    static const char *const problems[] = {
        "aps=3 users=24 subchannels=4 " MIX,
        "aps=3 users=24 subchannels=4 " NARROW MIX,
        "aps=3 users=24 subchannels=4 " NARROWER MIX,
        "aps=3 users=24 subchannels=4 layout=uniform access=oma " NARROW MIX,
        "aps=3 users=24 subchannels=4 reading=published max_iterations=60 " NARROW MIX,
        /* Here splits chosen one by one sometimes make things worse, and the common one must be kept. */
        "aps=2 users=8 subchannels=4 layout=uniform cell_radius_m=300 " NARROW,
        "aps=2 users=8 subchannels=4 layout=uniform cell_radius_m=300 upload=network bandwidth_up_hz=500000",
    };
    int better = 0;
    for (size_t p = 0; p < sizeof problems / sizeof *problems; p++) {
        char per_user[256];
        descents common, own;
        snprintf(per_user, sizeof per_user, "%s split=per-user", problems[p]);
        descents_open(&common, problems[p], 103, 64);
        descents_open(&own, per_user, 103, 64);
        descents_solve(&common, ECC_LI_GD, (descent_way){.threads = 2});
        descents_solve(&own, ECC_LI_GD, (descent_way){.threads = 2});
        for (uint32_t i = 0; i < common.count; i++) {
            const double one = descents_value(&common, i), each = descents_value(&own, i);
            cr_assert(each <= one, "'%s', scenario %u: %.17g per user, %.17g in common", problems[p], i, each,
                      one);
            better += each < one * 0.999;
        }
        descents_close(&common);
        descents_close(&own);
    }
    cr_assert_gt(better, 0, "a split of one's own never helped");
}
