/* (13) on small instances: what best responses cost against the optimum. The paper bounds the price of anarchy by
 * 1 + N / R_total. Bids are small where N and R_total are, so is the step of their grid. ESW_TEST_FULL=1 asks for 10^6
 * instances in all. */
#include <criterion/criterion.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cansa_cases.h"
#include "full.h"

typedef struct outcome {
    int served, reason;
    double utility; /* total */
} outcome;

typedef struct tally {
    long games, fixpoints, compared, above_success, above_utility, below_optimum;
    double success, utility; /* largest ratio at fixpoints */
} tally;

static outcome played(cansa_setup *setup, cansa_method method)
{
    double metrics[CANSA_METRICS];
    cansa_setup_solve(setup, method, 0, 0);
    eswi_cansa_account(setup->config, &setup->instance, &setup->decision, metrics, NULL);
    const int clients = setup->config->clients;
    return (outcome){.served = (int)lround(metrics[CANSA_METRIC_SUCCESS] * clients),
                     .reason = setup->decision.diagnostics->reason,
                     .utility = metrics[CANSA_METRIC_UTILITY] * clients};
}

/* One scenario of both objectives (the game is the same for both): fixpoints apart from everything else. */
static void add(cansa_setup *success, cansa_setup *utility, uint64_t scenario, tally *t)
{
    const double bound = 1.0 + (double)success->config->clients / success->config->rbs_total;
    cansa_setup_stage(success, 31, scenario);
    cansa_setup_stage(utility, 31, scenario);
    const outcome game = played(success, CANSA_NASH);
    const int most = played(success, CANSA_OPTIMUM).served;
    const double best = played(utility, CANSA_OPTIMUM).utility;
    cr_assert_leq(game.served, most, "scenario %llu: %d served, the optimum serves %d",
                  (unsigned long long)scenario, game.served, most);
    cr_assert_leq(game.utility, best + 1e-9 * (1.0 + fabs(best)),
                  "scenario %llu: utility %.17g, the optimum has %.17g", (unsigned long long)scenario,
                  game.utility, best);
    t->games++;
    t->below_optimum += game.served < most;
    if (game.reason != CANSA_REASON_FIXPOINT)
        return;
    t->fixpoints++;
    const double ratio = game.served > 0 ? (double)most / game.served : most > 0 ? INFINITY : 1.0;
    t->success = fmax(t->success, ratio);
    t->above_success += ratio > bound * (1.0 + 1e-12);
    if (game.utility > 0.0) { /* a ratio of utilities says nothing where they are negative */
        t->compared++;
        t->utility = fmax(t->utility, best / game.utility);
        t->above_utility += best / game.utility > bound * (1.0 + 1e-12);
    }
}

static tally tally_of(const char *more, uint64_t scenarios)
{
    static const int CLIENTS[] = {4, 8, 12}, RBS[] = {12, 24, 48};
    static const double LATENCY[] = {0.5, 1.0, 1.5};
    tally t = {0};
    for (int i = 0; i < 27; i++) {
        char text[256];
        cansa_setup success, utility;
        snprintf(text, sizeof text, "clients=%d rbs_total=%d latency_max_s=%g phase3=utility nash_step=0.01 nash_sweeps=200 %s",
                 CLIENTS[i % 3], RBS[i / 3 % 3], LATENCY[i / 9], more);
        cansa_setup_open(&success, text);
        strcat(text, " objective=utility");
        cansa_setup_open(&utility, text);
        for (uint64_t scenario = 0; scenario < scenarios; scenario++)
            add(&success, &utility, scenario, &t);
        cansa_setup_close(&success);
        cansa_setup_close(&utility);
    }
    printf(
        "%s: %ld games, %ld fixpoints; (13) for clients served exceeded in %ld, largest ratio %.4f; for utility in %ld of "
        "%ld, largest %.4f; fewer served than the optimum in %ld\n",
        more, t.games, t.fixpoints, t.above_success, t.success, t.above_utility, t.compared, t.utility,
        t.below_optimum);
    return t;
}

/* At one threshold nobody pays: Phase 1 serves as many as can be served, whatever the bids. */
Test(cansa_anarchy, at_one_threshold_any_bids_serve_as_many_as_the_optimum, .timeout = 3600)
{
    const tally t = tally_of("guard_factor=1", test_full() ? 18600 : 60);
    cr_assert_eq(t.below_optimum, 0);
    cr_assert_eq(t.above_success, 0);
    cr_assert_gt(t.fixpoints, t.games / 2);
}

Test(cansa_anarchy, with_the_guard_the_price_is_that_of_the_guard, .timeout = 3600)
{
    const tally t = tally_of("guard_factor=0.9", test_full() ? 18600 : 60);
    cr_assert_gt(t.fixpoints, t.games / 2);
    cr_assert_gt(t.below_optimum, 0);
}
