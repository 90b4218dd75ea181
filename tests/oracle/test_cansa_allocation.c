/* Every allocation of CANSA is the oracle's, RB by RB, on every instruction set. ESW_TEST_FULL=1 asks for 100,000
 * instances. */
#include <criterion/criterion.h>

#include <stdlib.h>
#include <string.h>

#include "cansa/oracle.h"
#include "cansa_cases.h"

/* Solves cases with a method and compares with the oracle; counts what the cases were like. */
typedef struct tally {
    uint64_t served, unserved, local, empty_handed, clients;
} tally;

static void count(const cansa_setup *setup, tally *t)
{
    int served = 0;
    for (int i = 0; i < setup->config->clients; i++) {
        const int option = setup->decision.option[i];
        served += option >= 0;
        t->local += option >= 0 && option % CANSA_DEPLOYMENTS == CANSA_DEVICE;
    }
    t->served += (uint64_t)served;
    t->unserved += (uint64_t)(setup->config->clients - served);
    t->clients += (uint64_t)setup->config->clients;
    t->empty_handed += served == 0;
}

static tally compare(cansa_method method, uint64_t first, uint64_t cases, const cansa_shape *shape)
{
    tally t = {0};
    char text[512];
    for (uint64_t index = first; index < first + cases; index++) {
        cansa_setup setup;
        cansa_case_open(&setup, index, shape, text);
        void *block = aligned_alloc(64, eswi_cansa_decision_bytes(setup.config));
        const eswi_cansa_decision expected = eswi_cansa_decision_view(setup.config, block);
        eswi_cansa_oracle_solve(method, setup.config, &setup.instance, &expected);
        const int isas = method == CANSA_NASH ? 1 : 3;
        for (int isa = 0; isa < isas && cansa_setup_solve(&setup, method, isa, (int)(index % 16)); isa++)
            cansa_expect_same(&setup, &expected, text);
        esw_error error;
        cr_assert_eq(eswi_cansa_check(setup.config, &setup.instance, &setup.decision, &error), ESW_OK, "%s: %s",
                     text, error.text);
        count(&setup, &t);
        free(block);
        cansa_setup_close(&setup);
    }
    return t;
}

static void expect_variety(const tally *t)
{
    cr_assert(t->served > t->clients / 20 && t->unserved > t->clients / 20 && t->local > t->clients / 100);
    cr_assert_gt(t->empty_handed, 0);
}

Test(cansa_allocation, the_auction_is_algorithm_1)
{
    const cansa_shape shape = {.more = ""};
    const tally t = compare(CANSA_AUCTION, 0, cansa_case_count(1500, 100000), &shape);
    expect_variety(&t);
}

Test(cansa_allocation, baselines_are_those_of_the_oracle)
{
    const cansa_shape shape = {.more = ""};
    for (cansa_method method = CANSA_AVERAGE; method <= CANSA_EQUAL_RATE; method++) {
        const tally t = compare(method, 0, cansa_case_count(500, 100000), &shape);
        expect_variety(&t);
    }
}

/* The utilities that are compared come from two exponential functions, ours and libm's, so two options whose utilities
 * differ by rounding alone could be taken differently; among the cases here there are none. */
Test(cansa_allocation, choices_by_utility_are_those_of_the_oracle)
{
    const cansa_shape shape = {.more = "phase3=utility"};
    const tally t = compare(CANSA_AUCTION, 0, cansa_case_count(300, 100000), &shape);
    expect_variety(&t);
}

/* The oracle holds a whole auction for every bid it tries, so these are small. */
Test(cansa_allocation, best_responses_are_those_of_the_oracle)
{
    const cansa_shape shape = {.clients_most = 24, .rbs_most = 120, .more = "nash_sweeps=20"};
    const tally t = compare(CANSA_NASH, 0, cansa_case_count(300, 100000), &shape);
    expect_variety(&t);
}

/* The size of the paper and more: up to 200 clients, 500 RBs, a few sweeps over few bids. */
Test(cansa_allocation, best_responses_of_many_are_those_of_the_oracle)
{
    const cansa_shape shape = {.more = "nash_sweeps=3 nash_step=3"};
    const tally t = compare(CANSA_NASH, 0, cansa_case_count(30, 2000), &shape);
    expect_variety(&t);
}

/* Where bids are dear and clients with the same demand compete for the last place, they outbid each other until one
 * gives up and the other one saves its bid: a cycle. */
Test(cansa_allocation, dynamics_end_as_the_oracle_ends)
{
    char text[512];
    uint64_t ended[4] = {0};
    const uint64_t cases = cansa_case_count(300, 20000);
    for (uint64_t index = 0; index < cases; index++) {
        const cansa_shape shape = {.clients_most = 12,
                                   .rbs_most = 60,
                                   .more = "nash_sweeps=60 nash_step=1 nash_bid_max=20 bid_cost=0.05"};
        cansa_setup setup;
        cansa_case_open(&setup, index, &shape, text);
        void *block = aligned_alloc(64, eswi_cansa_decision_bytes(setup.config));
        const eswi_cansa_decision expected = eswi_cansa_decision_view(setup.config, block);
        eswi_cansa_oracle_solve(CANSA_NASH, setup.config, &setup.instance, &expected);
        cansa_setup_solve(&setup, CANSA_NASH, 0, 0);
        const eswi_cansa_diagnostics *found = setup.decision.diagnostics, *wanted = expected.diagnostics;
        cr_assert(found->reason == wanted->reason && found->sweeps == wanted->sweeps &&
                      found->cycle == wanted->cycle,
                  "%s: reason %d, %d sweeps, cycle %d; expected %d, %d, %d", text, found->reason, found->sweeps,
                  found->cycle, wanted->reason, wanted->sweeps, wanted->cycle);
        cansa_expect_same(&setup, &expected, text);
        ended[found->reason]++;
        free(block);
        cansa_setup_close(&setup);
    }
    cr_assert_gt(ended[CANSA_REASON_FIXPOINT], cases / 4);
    cr_assert_gt(ended[CANSA_REASON_CYCLE], cases / 100);
}
