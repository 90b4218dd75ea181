/* The accountant is the only source of reported numbers; here it must say what the oracle says. */
#include <criterion/criterion.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "ecc_setup.h"
#include "scores.h"
#include "tolerances.h"

enum { CASES_PER_SHAPE = 700 };

/* Sizes that code likes to get wrong, beside the ones the dice choose. */
static const case_shape shapes[] = {
    {0},
    {.ties = true},
    {.users = 1},
    {.subchannels = 1},
    {.aps = 1},
    {.aps = 1, .subchannels = 1, .ties = true},
    {.full = true},
    {.full = true, .ties = true},
    {.users = 17, .aps = 3, .subchannels = 5, .cluster_cap = 3},
    {.users = 7, .aps = 5, .subchannels = 7, .cluster_cap = 2},
    {.all_send = true},
    {.all_send = true, .ties = true, .cluster_cap = 4},
    {.aps = 2, .subchannels = 2, .cluster_cap = 4, .full = true},
    {.users = 2, .subchannels = 1, .ties = true},
    {.aps = 6, .subchannels = 1, .full = true},
};
enum { SHAPES = sizeof shapes / sizeof shapes[0] };
_Static_assert(CASES_PER_SHAPE *SHAPES >= 10000, "fewer instances than promised");

static void agree(const test_case *c, uint64_t index, const char *what, int user, double account, double oracle)
{
    cr_assert_lt(relative_difference(account, oracle), TOLERANCE_ORACLE,
                 "case %llu (%d APs, %d users, %d subchannels, access %d, reading %d): %s of user %d is %.17g, "
                 "the oracle has %.17g",
                 (unsigned long long)index, c->config.aps, c->config.users, c->config.subchannels,
                 c->decision.diagnostics->access, c->config.reading, what, user, account, oracle);
}

static void compare(const test_case *c, uint64_t index)
{
    scores account, oracle;
    score_by_accountant(c, &account);
    score_by_oracle(c, &oracle);
    for (int u = 0; u < c->config.users; u++) {
        for (int d = 0; d < ECC_DIRECTIONS; d++) {
            agree(c, index, d == ECC_UP ? "uplink SINR" : "downlink SINR", u, account.sinr[d][u],
                  oracle.sinr[d][u]);
            agree(c, index, d == ECC_UP ? "uplink rate" : "downlink rate", u, account.rate_bps[d][u],
                  oracle.rate_bps[d][u]);
        }
        agree(c, index, "latency", u, account.latency_s[u], oracle.latency_s[u]);
        agree(c, index, "energy", u, account.energy_j[u], oracle.energy_j[u]);
        agree(c, index, "utility", u, account.utility[u], oracle.utility[u]);
    }
    agree(c, index, "objective", -1, account.objective, oracle.objective);
}

/* The metrics of the decision from the oracle's per-user values. */
static void compare_metrics(const test_case *c, uint64_t index)
{
    double metrics[ECC_METRICS];
    const double objective = eswi_ecc_account(&c->config, &c->instance, &c->decision, metrics, NULL);
    scores oracle;
    score_by_oracle(c, &oracle);
    const double users = c->config.users;
    double latency = 0.0, energy = 0.0, utility = 0.0, offloaded = 0.0, split = 0.0;
    for (int u = 0; u < c->config.users; u++) {
        latency += oracle.latency_s[u];
        energy += oracle.energy_j[u];
        utility += oracle.utility[u];
        offloaded += c->decision.split[u] < case_profile(c, u)->units;
        split += c->decision.split[u];
    }
    agree(c, index, "objective", -1, objective, oracle.objective);
    agree(c, index, "mean latency", -1, metrics[ECC_METRIC_LATENCY], latency / users);
    agree(c, index, "mean energy", -1, metrics[ECC_METRIC_ENERGY], energy / users);
    agree(c, index, "mean utility", -1, metrics[ECC_METRIC_UTILITY], utility / users);
    agree(c, index, "share offloaded", -1, metrics[ECC_METRIC_OFFLOADED], offloaded / users);
    agree(c, index, "mean split", -1, metrics[ECC_METRIC_SPLIT], split / users);
}

/* A local user sends nothing, whatever its decision says it would send with. */
static void arm_local_users(test_case *c, uint64_t index)
{
    dice d = dice_of(44, index);
    for (int u = 0; u < c->config.users; u++)
        if (c->decision.split[u] == case_profile(c, u)->units)
            for (int dir = 0; dir < ECC_DIRECTIONS; dir++)
                c->decision.power_w[dir][u] = dice_log(&d, 1e-3, 1e3);
}

Test(account, equals_the_oracle_over_every_access_reading_and_size, .timeout = 280)
{
    /* Access and reading are not left to the dice, so that each of the six pairs has its share of every shape.
     */
    for (uint64_t i = 0; i < CASES_PER_SHAPE * SHAPES; i++) {
        test_case c;
        case_shape shape = shapes[i % SHAPES];
        shape.uneven = i % 3 == 0;
        case_draw(&c, 41, i, &shape);
        c.config.access = (ecc_access)(i / SHAPES % 3);
        c.config.reading = (ecc_reading)(i / SHAPES / 3 % 2);
        c.decision.diagnostics->access = (int32_t)c.config.access;
        if (i % 2 == 1)
            arm_local_users(&c, i);
        compare(&c, i);
        compare_metrics(&c, i);
        case_free(&c);
    }
}

/* ---------------------------------------------------------------- staged networks */

enum { STAGED_SCENARIOS = 60, STAGED_USERS = 30 };

/* Any splits, powers and units on rule A's subchannels. */
static void draw_staged_decision(ecc_setup *s, dice *d)
{
    const eswi_ecc_config *config = s->config;
    ecc_setup_solve(s, ECC_EDGE_ONLY);
    for (int u = 0; u < config->users; u++) {
        const int units = config->profiles[s->instance.profile_of_user[u]].units;
        const bool placed = s->decision.assigned[ECC_UP][u] >= 0 && s->decision.assigned[ECC_DOWN][u] >= 0;
        s->decision.split[u] = placed ? dice_int(d, 1, units) : units;
        for (int dir = 0; dir < ECC_DIRECTIONS; dir++)
            s->decision.power_w[dir][u] = dice_log(d, config->power_min_w[dir], config->power_max_w[dir]);
        s->decision.compute_units[u] = dice_real(d, config->units_min, config->units_max);
    }
    eswi_ecc_decision_clamp(config, &s->instance, &s->decision);
    esw_error error = {""};
    cr_assert_eq(eswi_ecc_check(config, &s->instance, &s->decision, &error), ESW_OK, "%s", error.text);
}

static void agree_staged(const char *where, uint64_t scenario, int user, const char *what, double account,
                         double oracle)
{
    cr_assert_lt(relative_difference(account, oracle), TOLERANCE_ORACLE,
                 "'%s', scenario %llu: %s of user %d is %.17g, the oracle has %.17g", where,
                 (unsigned long long)scenario, what, user, account, oracle);
}

/* `sending` grows by the users that send. */
static void compare_staged(const char *where, const ecc_setup *s, uint64_t scenario, int *sending)
{
    double sinr[ECC_DIRECTIONS][STAGED_USERS], rate[ECC_DIRECTIONS][STAGED_USERS], latency[STAGED_USERS],
        energy[STAGED_USERS], utility[STAGED_USERS], metrics[ECC_METRICS], expected[ECC_METRICS];
    const eswi_ecc_terms terms = {.sinr = {sinr[0], sinr[1]},
                                  .rate_bps = {rate[0], rate[1]},
                                  .latency_s = latency,
                                  .energy_j = energy,
                                  .utility = utility};
    const eswi_ecc_oracle at = eswi_ecc_oracle_at(s->config, &s->instance, &s->decision);
    const double objective = eswi_ecc_account(s->config, &s->instance, &s->decision, metrics, &terms);
    for (int u = 0; u < s->config->users; u++) {
        for (int d = 0; d < ECC_DIRECTIONS && ecc_setup_sends(s, u); d++) {
            const int m = s->decision.assigned[d][u];
            agree_staged(where, scenario, u, "SINR", sinr[d][u], eswi_ecc_oracle_sinr(&at, d, u, m));
            agree_staged(where, scenario, u, "rate", rate[d][u], eswi_ecc_oracle_rate(&at, d, u));
        }
        agree_staged(where, scenario, u, "latency", latency[u], eswi_ecc_oracle_latency(&at, u));
        agree_staged(where, scenario, u, "energy", energy[u], eswi_ecc_oracle_energy(&at, u));
        agree_staged(where, scenario, u, "utility", utility[u], eswi_ecc_oracle_utility(&at, u));
        *sending += ecc_setup_sends(s, u);
    }
    agree_staged(where, scenario, -1, "objective", objective, eswi_ecc_oracle_objective(&at));
    eswi_ecc_oracle_metrics(&at, expected);
    for (int m = ECC_METRIC_LATENCY; m <= ECC_METRIC_SPLIT; m++)
        agree_staged(where, scenario, -1, "a metric", metrics[m], expected[m]);
}

/* As the stage draws them: distances, path loss and fading of either layout, cells of unequal size. */
Test(account, equals_the_oracle_on_staged_networks_of_every_layout, .timeout = 280)
{
    static const char *const layouts[] = {"users_around_ap", "uniform"};
    static const char *const accesses[] = {"noma", "oma", "oma-in-cell"};
    static const char *const readings[] = {"repaired", "published"};
    int sending = 0, users = 0;
    for (int k = 0; k < 2 * 3 * 2 * 2; k++) {
        char where[256];
        ecc_setup s;
        snprintf(where, sizeof where,
                 "aps=5 users=%d subchannels=4 layout=%s access=%s reading=%s pair_directions=%s "
                 "profile={\"mix\":[\"nin-cifar10-32\",\"vgg16-cifar10-224\",\"yolov2tiny-cifar10-416\"]}",
                 STAGED_USERS, layouts[k % 2], accesses[k / 2 % 3], readings[k / 6 % 2],
                 k / 12 ? "true" : "false");
        ecc_setup_open(&s, where);
        for (uint64_t i = 0; i < STAGED_SCENARIOS; i++) {
            dice d = dice_of(45, (uint64_t)k * STAGED_SCENARIOS + i);
            ecc_setup_stage(&s, 46, i);
            draw_staged_decision(&s, &d);
            compare_staged(where, &s, i, &sending);
            users += STAGED_USERS;
        }
        ecc_setup_close(&s);
    }
    cr_assert_gt(sending, users / 2, "decisions that send nothing prove little");
}

/* A method may plan for another access than the experiment's: the decision's own counts. */
Test(account, goes_by_the_access_of_the_decision)
{
    for (uint64_t i = 0; i < 300; i++) {
        test_case c;
        case_draw(&c, 42, i, &(case_shape){0});
        c.decision.diagnostics->access = (int32_t)((c.config.access + 1) % 3);
        compare(&c, i);
        case_free(&c);
    }
}

Test(account, accepts_that_no_terms_are_wanted)
{
    for (uint64_t i = 0; i < 50; i++) {
        test_case c;
        scores s;
        case_draw(&c, 43, i, &(case_shape){0});
        score_by_accountant(&c, &s);
        cr_assert_eq(s.objective, eswi_ecc_account(&c.config, &c.instance, &c.decision, NULL, NULL));
        double latency[CASE_MAX_USERS];
        const eswi_ecc_terms only_latency = {.latency_s = latency};
        cr_assert_eq(s.objective, eswi_ecc_account(&c.config, &c.instance, &c.decision, NULL, &only_latency));
        for (int u = 0; u < c.config.users; u++)
            cr_assert_eq(latency[u], s.latency_s[u]);
        case_free(&c);
    }
}

/* ---------------------------------------------------------------- K inferences */

/* The decision of `one` in the place of that of `many`. */
static void take_decision(const ecc_setup *one, ecc_setup *many)
{
    const size_t bytes = eswi_ecc_decision_bytes(one->config);
    cr_assert_eq(bytes, eswi_ecc_decision_bytes(many->config));
    memcpy(many->decision_block, one->decision_block, bytes);
}

/* Reading of "workload k": links do not know of K; latency, energy and utility are K times the oracle's of one inference. */
static void compare_inferences(const char *where, int k, const ecc_setup *one, const ecc_setup *many,
                               uint64_t scenario)
{
    double rate[ECC_DIRECTIONS][STAGED_USERS], latency[STAGED_USERS], energy[STAGED_USERS],
        utility[STAGED_USERS];
    const eswi_ecc_terms terms = {
        .rate_bps = {rate[0], rate[1]}, .latency_s = latency, .energy_j = energy, .utility = utility};
    const eswi_ecc_oracle at = eswi_ecc_oracle_at(one->config, &one->instance, &one->decision);
    const double objective = eswi_ecc_account(many->config, &many->instance, &many->decision, NULL, &terms);
    for (int u = 0; u < STAGED_USERS; u++) {
        for (int d = 0; d < ECC_DIRECTIONS; d++)
            agree_staged(where, scenario, u, "rate", rate[d][u], eswi_ecc_oracle_rate(&at, d, u));
        agree_staged(where, scenario, u, "latency", latency[u], k * eswi_ecc_oracle_latency(&at, u));
        agree_staged(where, scenario, u, "energy", energy[u], k * eswi_ecc_oracle_energy(&at, u));
        agree_staged(where, scenario, u, "utility", utility[u], k * eswi_ecc_oracle_utility(&at, u));
    }
    agree_staged(where, scenario, -1, "objective", objective, k * eswi_ecc_oracle_objective(&at));
}

static void open_pair(const char *with, int k, ecc_setup *one, ecc_setup *many)
{
    char overrides[300];
    ecc_setup_open(one, with);
    snprintf(overrides, sizeof overrides, "%s inferences=%d", with, k);
    ecc_setup_open(many, overrides);
}

static void stage_pair(ecc_setup *one, ecc_setup *many, uint64_t scenario)
{
    const size_t bytes = eswi_ecc_instance_bytes(one->config);
    memset(one->instance_block, 0, bytes);
    memset(many->instance_block, 0, bytes);
    ecc_setup_stage(one, 48, scenario);
    ecc_setup_stage(many, 48, scenario);
    cr_assert_eq(memcmp(one->instance_block, many->instance_block, bytes), 0, "K changed what is drawn");
}

Test(inferences, cost_K_times_what_the_oracle_says_of_one)
{
    static const char *const accesses[] = {"noma", "oma", "oma-in-cell"};
    static const int ks[] = {1, 2, 3, 7, 50, 1000};
    for (size_t i = 0; i < 3 * sizeof ks / sizeof *ks; i++) {
        ecc_setup one, many;
        char with[256];
        const int k = ks[i / 3];
        snprintf(with, sizeof with,
                 "aps=3 users=%d subchannels=5 access=%s "
                 "profile={\"mix\":[\"nin-cifar10-32\",\"vgg16-cifar10-224\",\"nin-cifar10-32\"]}",
                 STAGED_USERS, accesses[i % 3]);
        open_pair(with, k, &one, &many);
        for (uint64_t scenario = 0; scenario < 20; scenario++) {
            dice d = dice_of(47, i * 20 + scenario);
            stage_pair(&one, &many, scenario);
            draw_staged_decision(&one, &d);
            take_decision(&one, &many);
            compare_inferences(with, k, &one, &many, scenario);
        }
        ecc_setup_close(&one);
        ecc_setup_close(&many);
    }
}

/* Every term of (19) is linear in K, so what is best for one is best for K; a power of two changes no rounding either. */
Test(inferences, do_not_change_what_is_best)
{
    static const ecc_method methods[] = {ECC_DEVICE_ONLY, ECC_EDGE_ONLY, ECC_NEUROSURGEON, ECC_DNN_SURGERY};
    ecc_setup one, many;
    int sending = 0;
    open_pair(
        "aps=3 users=30 subchannels=5 upload=network profile={\"mix\":[\"nin-cifar10-32\",\"yolov2tiny-cifar10-416\"]}",
        8, &one, &many);
    for (uint64_t scenario = 0; scenario < 50; scenario++)
        for (size_t m = 0; m < sizeof methods / sizeof *methods; m++) {
            double single[ECC_METRICS], multiple[ECC_METRICS];
            stage_pair(&one, &many, scenario);
            ecc_setup_solve(&one, methods[m]);
            ecc_setup_solve(&many, methods[m]);
            eswi_ecc_account(one.config, &one.instance, &one.decision, single, NULL);
            eswi_ecc_account(many.config, &many.instance, &many.decision, multiple, NULL);
            for (int u = 0; u < STAGED_USERS; u++) {
                cr_assert_eq(one.decision.split[u], many.decision.split[u]);
                cr_assert_eq(one.decision.assigned[ECC_UP][u], many.decision.assigned[ECC_UP][u]);
                sending += ecc_setup_sends(&one, u);
            }
            for (int metric = ECC_METRIC_LATENCY; metric <= ECC_METRIC_UTILITY; metric++)
                cr_assert_eq(multiple[metric], 8 * single[metric], "method %zu, metric %d", m, metric);
        }
    cr_assert_gt(sending, 1000);
    ecc_setup_close(&one);
    ecc_setup_close(&many);
}
