/* The dynamic programme finds the optimum; Property 1: who serves the smallest demands first serves most. */
#include <criterion/criterion.h>

#include <math.h>
#include <stdlib.h>

#include "cansa/oracle.h"
#include "cansa_cases.h"
#include "tolerances.h"

enum { SMALL_CLIENTS = 4, SMALL_RBS = 12, PROPERTY_CLIENTS = 40, PROPERTY_RBS = 150 };

/* ---------------------------------------------------------------- brute force */

/* Two numbers that are compared in order; larger is better. */
typedef struct worth {
    double first, second;
} worth;

static bool better(worth a, worth b)
{
    return a.first > b.first || (a.first == b.first && a.second > b.second);
}

/* What a client is worth with R RBs: served at the least energy, or its largest utility. */
static worth client_worth(const cansa_setup *setup, int client, int rbs)
{
    const eswi_cansa_config *config = setup->config;
    const int context = setup->instance.context[client];
    const double rate = setup->instance.rate_per_rb_bps[client];
    const bool success = config->objective == CANSA_SUCCESS_COUNT;
    worth best = success ? (worth){0.0, 0.0} : (worth){-config->weight_violation, 0.0};
    for (int o = 0; o < CANSA_OPTIONS; o++) {
        if (!eswi_cansa_oracle_feasible(config, context, o, rbs, rate, config->latency_max_s))
            continue;
        const double latency_s = eswi_cansa_oracle_latency(config, o, rbs, rate);
        const worth here = success ? (worth){1.0, -eswi_cansa_oracle_energy(config, o)}
                                   : (worth){eswi_cansa_oracle_utility(config, context, o, latency_s), 0.0};
        best = better(here, best) ? here : best;
    }
    return best;
}

/* Every allocation of at most `left` RBs to clients i, i + 1, ... */
static worth best_of_all(const cansa_setup *setup, worth table[SMALL_CLIENTS][SMALL_RBS + 1], int i, int left)
{
    worth best = {-INFINITY, 0.0};
    if (i >= setup->config->clients || i >= SMALL_CLIENTS)
        return (worth){0.0, 0.0};
    for (int rbs = 0; rbs <= left; rbs++) {
        const worth rest = best_of_all(setup, table, i + 1, left - rbs);
        const worth here = {table[i][rbs].first + rest.first, table[i][rbs].second + rest.second};
        best = better(here, best) ? here : best;
    }
    return best;
}

static worth brute_force(const cansa_setup *setup)
{
    worth table[SMALL_CLIENTS][SMALL_RBS + 1];
    for (int i = 0; i < setup->config->clients; i++)
        for (int rbs = 0; rbs <= setup->config->rbs_total; rbs++)
            table[i][rbs] = client_worth(setup, i, rbs);
    return best_of_all(setup, table, 0, setup->config->rbs_total);
}

/* The same at any size, as a knapsack filled client by client: the best of every number of RBs so far. */
static worth knapsack(const cansa_setup *setup)
{
    const int total = setup->config->rbs_total;
    worth *before = calloc(2 * ((size_t)total + 1), sizeof *before), *after = before + total + 1;
    worth *const block = before;
    cr_assert_not_null(block);
    for (int i = 0; i < setup->config->clients; i++) {
        for (int r = 0; r <= total; r++)
            after[r] = (worth){-INFINITY, 0.0};
        worth last = {-INFINITY, 0.0};
        for (int x = 0; x <= total; x++) {
            const worth own = client_worth(setup, i, x);
            if (!better(own, last))
                continue; /* more RBs for nothing */
            last = own;
            for (int r = x; r <= total; r++) {
                const worth here = {before[r - x].first + own.first, before[r - x].second + own.second};
                after[r] = better(here, after[r]) ? here : after[r];
            }
        }
        worth *const swap = before;
        before = after;
        after = swap;
    }
    const worth best = before[total];
    free(block);
    return best;
}

static void expect_optimal(const cansa_shape *shape, worth (*expected)(const cansa_setup *setup),
                           uint64_t cases)
{
    char text[512];
    uint64_t nontrivial = 0;
    for (uint64_t index = 0; index < cases; index++) {
        cansa_setup setup;
        double metrics[CANSA_METRICS];
        cansa_case_open(&setup, index, shape, text);
        const worth best = expected(&setup);
        const int clients = setup.config->clients;
        for (int isa = 0; cansa_setup_solve(&setup, CANSA_OPTIMUM, isa, 0); isa++) {
            esw_error error;
            cr_assert_eq(eswi_cansa_check(setup.config, &setup.instance, &setup.decision, &error), ESW_OK,
                         "%s: %s", text, error.text);
            eswi_cansa_account(setup.config, &setup.instance, &setup.decision, metrics, NULL);
            if (setup.config->objective == CANSA_SUCCESS_COUNT) {
                const int served = (int)lround(metrics[CANSA_METRIC_SUCCESS] * clients);
                cr_assert_eq(served, (int)best.first, "%s: %d served, %g can be", text, served, best.first);
                const double energy_j = metrics[CANSA_METRIC_ENERGY] * clients;
                cr_assert(fabs(energy_j + best.second) <= 1e-14 * (1.0 + energy_j) * (clients + 100),
                          "%s: %.17g J, least is %.17g J", text, energy_j, -best.second);
                nontrivial += served > 0 && served < clients;
            } else {
                const double total = metrics[CANSA_METRIC_UTILITY] * clients;
                cr_assert(fabs(total - best.first) <= TOLERANCE_ORACLE * (1.0 + 10.0 * clients),
                          "%s: utility %.17g, largest is %.17g", text, total, best.first);
                nontrivial += total > -setup.config->weight_violation * clients;
            }
        }
        cansa_setup_close(&setup);
    }
    cr_assert_gt(nontrivial, cases / 10);
}

Test(cansa_optimum, serves_as_many_as_brute_force_with_as_little_energy)
{
    const cansa_shape shape = {.clients_most = SMALL_CLIENTS, .rbs_most = SMALL_RBS, .more = ""};
    expect_optimal(&shape, brute_force, cansa_case_count(1000, 100000));
}

Test(cansa_optimum, has_the_utility_of_brute_force)
{
    const cansa_shape shape = {
        .clients_most = SMALL_CLIENTS, .rbs_most = SMALL_RBS, .more = "objective=utility"};
    expect_optimal(&shape, brute_force, cansa_case_count(500, 50000));
}

/* Up to 200 clients and 500 RBs. */
Test(cansa_optimum, is_that_of_a_knapsack_at_full_size, .timeout = 3600)
{
    const cansa_shape success = {.more = ""}, utility = {.more = "objective=utility"};
    expect_optimal(&success, knapsack, cansa_case_count(30, 2000));
    expect_optimal(&utility, knapsack, cansa_case_count(30, 2000));
}

/* ---------------------------------------------------------------- Property 1 */

static int served_by(cansa_setup *setup, cansa_method method)
{
    int served = 0;
    cansa_setup_solve(setup, method, 0, 0);
    for (int i = 0; i < setup->config->clients; i++)
        served += setup->decision.option[i] >= 0;
    return served;
}

/* At one threshold: with guard_factor 1 the auction's R_min are the optimum's demands. Not as code, where those who
 * cannot be served take RBs. */
Test(cansa_optimum, property_1_smallest_demands_first_serve_most)
{
    const cansa_shape shape = {
        .clients_most = PROPERTY_CLIENTS, .rbs_most = PROPERTY_RBS, .more = "guard_factor=1 reading=repaired"};
    const uint64_t cases = cansa_case_count(5000, 1000000);
    char text[512];
    uint64_t contested = 0;
    for (uint64_t index = 0; index < cases; index++) {
        cansa_setup setup;
        cansa_case_open(&setup, index, &shape, text);
        const int best = served_by(&setup, CANSA_OPTIMUM), served = served_by(&setup, CANSA_AUCTION);
        cr_assert_eq(served, best, "%s: %d served, %d can be", text, served, best);
        contested += best > 0 && best < setup.config->clients;
        cansa_setup_close(&setup);
    }
    cr_assert_gt(contested, cases / 10);
}
