/* `verify` must find what it is there to find. */
#include <string.h>

#include <criterion/criterion.h>

#include "backend/registry.h"
#include "edgesweep/run.h"
#include "toy_system.h"

/* What was reported, by backend. */
typedef struct tally {
    uint64_t verdicts, passed, missing, decisions, infeasible, differing;
    double difference;
    const char *metric;
} tally;

static tally of_toy, of_odd;

static void count(void *context, const esw_verification *verdict)
{
    tally *t = strcmp(verdict->backend, "toy") == 0 ? &of_toy : &of_odd;
    (void)context;
    cr_assert_eq(verdict->is_reference, t == &of_toy);
    t->verdicts++;
    t->passed += verdict->passed;
    t->missing += verdict->missing;
    t->decisions += verdict->decisions;
    t->infeasible += verdict->infeasible;
    t->differing += verdict->differing;
    if (verdict->difference >= t->difference) {
        t->difference = verdict->difference;
        t->metric = verdict->metric;
    }
}

static esw_status verify(const char *system, uint64_t scenarios, esw_error *error)
{
    const esw_verify_options options = {.system = system, .scenarios = scenarios, .report = count};
    of_toy = of_odd = (tally){0};
    return esw_verify(&options, error);
}

Test(engine_verify, agrees_where_everything_does)
{
    toy_use();
    cr_assert_eq(verify(NULL, 0, NULL), ESW_OK);
    cr_assert_eq(of_toy.verdicts, 3);
    cr_assert_eq(of_toy.passed, 3);
    cr_assert_eq(of_toy.decisions, 3 * 2 * 20);
    cr_assert_eq(verify("toy", 33, NULL), ESW_OK);
    cr_assert_eq(of_toy.decisions, 3 * 2 * 33);
}

Test(engine_verify, finds_a_score_that_is_off_by_little)
{
    esw_error error = {0};
    toy_use();
    toy_oracle_error = 1e-11;
    cr_assert_eq(verify(NULL, 0, &error), ESW_CHECK_FAILED);
    cr_assert_eq(of_toy.passed, 0);
    cr_assert_str_eq(of_toy.metric, "latency_s");
    cr_assert(of_toy.difference > 0.9e-11 && of_toy.difference < 1.1e-11);
    toy_oracle_error = 1e-14;
    cr_assert_eq(verify(NULL, 0, &error), ESW_OK);
}

Test(engine_verify, names_a_system_it_does_not_know)
{
    esw_error error = {0};
    toy_use();
    cr_assert_eq(verify("tuy", 0, &error), ESW_BAD_USAGE);
    cr_assert(strstr(error.text, "'tuy'"), "%s", error.text);
}

/* ---------------------------------------------------------------- a backend that is not like the first */

static const eswi_solver_ops *toy_ops;
static eswi_solver_ops odd_ops;
static bool odd_breaks_a_constraint;

/* One bit of one decision of `quick` in every batch; the backend has no `best`. */
static esw_status odd_solve(eswi_solver *solver, size_t run, void *decisions, esw_error *error)
{
    esw_status status = toy_ops->solve(solver, run, decisions, error);
    uint64_t *decision = (uint64_t *)((unsigned char *)decisions + 64 * 3);
    decision[2] = run == 1; /* its note, which no score depends on */
    decision[7] = 1;        /* beyond its end: nobody's business */
    if (run == 1 && odd_breaks_a_constraint)
        decision[0] = 99;
    return status;
}

static const eswi_solver_ops *odd_ops_of(const esw_system *system)
{
    return system == &toy_system ? &odd_ops : NULL;
}

Test(engine_verify, finds_decisions_that_differ_and_break_constraints)
{
    static const esw_system *const systems[] = {&toy_system, NULL};
    const eswi_backend *toy;
    toy_use();
    cr_assert_eq(eswi_backend_find("toy", &toy_system, 1, &toy, &toy_ops, NULL), ESW_OK);
    static eswi_backend odd;
    static const eswi_backend *backends[3];
    odd_ops = *toy_ops;
    odd_ops.solve = odd_solve;
    odd_ops.methods = 3;
    odd = *toy;
    odd.name = "odd";
    odd.ops = odd_ops_of;
    backends[0] = toy;
    backends[1] = &odd;
    eswi_registry_use(systems, backends);

    /* 2 points of batches of 16 and 4 scenarios. */
    cr_assert_eq(verify(NULL, 0, NULL), ESW_CHECK_FAILED);
    cr_assert_eq(of_toy.passed, 3);
    cr_assert_eq(of_odd.verdicts, 3);
    cr_assert_eq(of_odd.missing, 1);
    cr_assert_eq(of_odd.passed, 2);
    cr_assert_eq(of_odd.differing, 4);
    cr_assert_eq(of_odd.infeasible, 0);
    odd_breaks_a_constraint = true;
    cr_assert_eq(verify(NULL, 0, NULL), ESW_CHECK_FAILED);
    cr_assert_eq(of_odd.differing, 4);
    cr_assert_eq(of_odd.infeasible, 4);
}
