/* The accountant replays what the oracle replays naively; units are neither lost, doubled nor overtaken; (30)'s identity and
 * the bound that always holds do hold. */
#include <criterion/criterion.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clo/document.h"
#include "clo/oracle.h"
#include "clo_cases.h"

static int full(void)
{
    return getenv("ESW_TEST_FULL") != NULL;
}

static void score(const clo_case *c, double *metrics)
{
    const eswi_clo_scores scores = {.metrics = metrics};
    esw_error error;
    const esw_status status = eswi_clo_account(c->config, &c->instance, &c->decision, &scores, &error);
    cr_assert_eq(status, ESW_OK, "%s", error.text);
}

Test(clo_account, says_what_the_oracle_says)
{
    static const char *const CASES[] = {
        "{\"slots\": 200}",
        "{\"slots\": 200, \"average_slots\": 50, \"tasks\": \"published-curves\", \"empty_fraction\": 0.41}",
        "{\"slots\": 200, \"network\": \"multi-hop\", \"preset\": \"paper\"}",
        "{\"slots\": 200, \"network\": \"multi-hop\", \"tasks\": \"published-curves\", \"frame_slots\": 5}",
        "{\"slots\": 120, \"frame_slots\": 1, \"node_inferences_max\": 1, \"arrival_probability\": 0.9}",
        "{\"slots\": 120, \"frame_slots\": 40, \"preset\": \"paper\", \"theta_grid\": [0.2, 0.5]}",
        "{\"slots\": 60, \"arrival_probability\": 0.02, \"gamma\": 3}",
    };
    const int runs = full() ? 60 : 4;
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        clo_case c = clo_open(clo_config(CASES[i]));
        for (int run = 0; run < runs * CLO_METHODS; run++) {
            double ours[CLO_METRICS], theirs[CLO_METRICS];
            clo_solve(&c, (clo_method)(run % CLO_METHODS), 5, (uint64_t)run);
            score(&c, ours);
            eswi_clo_oracle_metrics(c.config, &c.instance, &c.decision, theirs);
            for (int m = 0; m < CLO_METRICS; m++) {
                if (m == CLO_METRIC_IDENTITY)
                    continue;
                const bool same = (isnan(ours[m]) && isnan(theirs[m])) ||
                                  fabs(ours[m] - theirs[m]) <= 1e-12 * fmax(1e-3, fabs(theirs[m]));
                cr_assert(same, "case %zu, %s, run %d: %s is %.17g, the oracle has %.17g", i,
                          eswi_clo_method_names[run % CLO_METHODS], run, eswi_clo_system.metrics[m].name,
                          ours[m], theirs[m]);
            }
        }
        clo_config_free(c.config);
        clo_close(&c);
    }
}

/* Follows every unit through a trace with nothing but places: a unit enters once, moves along links, is decided at most
 * once, and queues give up first what came first. */
typedef struct places {
    int node[65536];
    long since[65536];
} places;

static int first_in(const places *at, int slots, int node)
{
    int first = -1;
    for (int unit = 0; unit < slots; unit++)
        if (at->node[unit] == node && (first < 0 || at->since[unit] < at->since[first]))
            first = unit;
    return first;
}

static void follow(const clo_case *c, int k, places *at)
{
    const eswi_clo_problem *p = &c->config->problem;
    long clock = 0;
    int arrived = 0, decided = 0, waiting = 0;
    for (int unit = 0; unit < p->slots; unit++)
        at->node[unit] = -1;
    for (int t = 0; t < p->slots; t++) {
        const uint8_t *sends = c->decision.trace.sends + t * p->links,
                      *infers = c->decision.trace.infers + t * p->nodes;
        int to[CLO_LINKS_MAX];
        for (int n = 0; n < p->nodes; n++) {
            if (infers[n] >> k & 1) {
                const int unit = first_in(at, t, n);
                cr_assert_geq(unit, 0, "slot %d: node %d decides a unit it does not have", t, n);
                at->node[unit] = -2;
                decided++;
            }
        }
        for (int i = 0; i < p->links; i++) {
            to[i] = -1;
            if (sends[i] >> k & 1) {
                to[i] = first_in(at, t, p->link_from[i]);
                cr_assert_geq(to[i], 0, "slot %d: link %d carries a unit that is not there", t, i);
                at->node[to[i]] = -3;
            }
        }
        if (c->instance.task[t * p->devices + k] >= 0) {
            at->node[t] = p->device_node[k];
            at->since[t] = clock++;
            arrived++;
        }
        for (int i = 0; i < p->links; i++) {
            if (to[i] >= 0) {
                at->node[to[i]] = p->link_to[i];
                at->since[to[i]] = clock++;
            }
        }
    }
    for (int unit = 0; unit < p->slots; unit++)
        waiting += at->node[unit] >= 0;
    double fields[CLO_FIELDS * CLO_DEVICES_MAX];
    const eswi_clo_scores scores = {.fields = fields};
    esw_error error;
    cr_assert_eq(eswi_clo_account(c->config, &c->instance, &c->decision, &scores, &error), ESW_OK);
    cr_assert_eq(arrived, decided + waiting);
    cr_assert_eq(fields[CLO_FIELD_DECISIONS * p->devices + k], decided);
    cr_assert_eq(fields[CLO_FIELD_QUEUED * p->devices + k], waiting);
}

Test(clo_account, no_unit_is_lost_or_doubled)
{
    static const char *const CASES[] = {
        "{\"slots\": 500}", "{\"slots\": 500, \"network\": \"multi-hop\", \"v\": 20}",
        "{\"slots\": 500, \"network\": \"multi-hop\", \"arrival_probability\": 1}"};
    static places at;
    const int runs = full() ? 340 : 8;
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        clo_case c = clo_open(clo_config(CASES[i]));
        for (int run = 0; run < runs; run++) {
            clo_solve(&c, (clo_method)(run % CLO_METHODS), 9, (uint64_t)run);
            for (int k = 0; k < c.config->problem.devices; k++)
                follow(&c, k, &at);
        }
        clo_config_free(c.config);
        clo_close(&c);
    }
}

/* The identity to rounding - F terms of at most 1, each rounded - and the bound that follows from it, in every run. */
static void hold(const char *parameters, int runs, clo_method method)
{
    clo_case c = clo_open(clo_config(parameters));
    for (int run = 0; run < runs; run++) {
        double metrics[CLO_METRICS];
        clo_solve(&c, method, 31, (uint64_t)run);
        score(&c, metrics);
        cr_assert_lt(metrics[CLO_METRIC_IDENTITY], 1e-13 * eswi_clo_frames(c.config) + 1e-12, "%s, run %d: %g",
                     parameters, run, metrics[CLO_METRIC_IDENTITY]);
        cr_assert_eq(metrics[CLO_METRIC_ABOVE_VALID], 0.0, "%s, run %d", parameters, run);
    }
    clo_config_free(c.config);
    clo_close(&c);
}

Test(clo_account, identity_and_bound_hold_in_every_realisation, .timeout = 3000)
{
    static const int FRAMES[] = {1, 5, 10, 50};
    static const double V[] = {10, 200}, ETA[] = {0.001, 0.1}, R[] = {0.05, 0.2};
    const int runs = full() ? 3200 : 40;
    for (int i = 0; i < 32; i++) {
        char text[512];
        snprintf(text, sizeof text,
                 "{\"slots\": 1000, \"frame_slots\": %d, \"v\": %g, \"eta\": %g, \"r\": %g, \"tasks\": \"%s\", "
                 "\"network\": \"%s\", \"theta0\": %g}",
                 FRAMES[i % 4], V[i / 4 % 2], ETA[i / 8 % 2], R[i / 16],
                 i % 3 ? "logit-normal" : "published-curves", i % 5 ? "single-hop" : "multi-hop",
                 i % 7 ? 0.5 : 0.9);
        hold(text, runs, i % 2 ? CLO_CLO : i % 4 ? CLO_GREEDY_LOCAL : CLO_CLO);
    }
    if (full()) {
        hold("{}", 500, CLO_CLO);
        hold("{\"network\": \"multi-hop\", \"preset\": \"paper\"}", 500, CLO_CLO);
    }
}

/* A trace that breaks a constraint is refused with the slot and the constraint. */
static void refused(const clo_case *c, const char *words)
{
    const eswi_clo_scores nothing = {0};
    esw_error error = {0};
    const esw_status status = eswi_clo_account(c->config, &c->instance, &c->decision, &nothing, &error);
    cr_assert_eq(status, ESW_CHECK_FAILED, "%s", words);
    cr_assert_not_null(strstr(error.text, words), "'%s' lacks '%s'", error.text, words);
}

Test(clo_account, broken_traces_are_refused)
{
    clo_case c = clo_open(clo_config(
        "{\"slots\": 20, \"frame_slots\": 10, \"network\": \"multi-hop\", \"arrival_probability\": 1}"));
    const eswi_clo_trace *trace = &c.decision.trace;
    clo_solve(&c, CLO_CLO, 1, 1);
    memset(trace->sends, 0, 20 * 7);
    memset(trace->infers, 0, 20 * 7);
    trace->sends[0] = 1; /* slot 0: queues are empty */
    refused(&c, "slot 0: 1 units of device 0 leave node ED1, whose queue holds 0");
    trace->sends[0] = 0;
    trace->infers[7] = 1; /* slot 1 */
    refused(&c, "slot 1: node ED1 decides, but has no model");
    trace->infers[7] = 0;
    trace->sends[7] = 3;
    refused(&c, "R_max is 1");
    trace->sends[7] = 8;
    refused(&c, "does not exist");
    trace->sends[7] = 1;
    c.instance.gain[7] = 1e-20f;
    refused(&c, "power_max_w");
    clo_config_free(c.config);
    clo_close(&c);
}
