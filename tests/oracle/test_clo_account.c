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
#include "full.h"

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
    const int runs = test_full() ? 60 : 4;
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

/* A queue of one's own: unit numbers in the order they came. */
typedef struct line {
    int first, count; /* of units[], so far given up and so far come */
    uint16_t units[CLO_SLOTS_MAX];
} line;

typedef struct ward {
    line queue[CLO_NODES_MAX];
    int arrived, decided;
} ward;

/* The unit that leaves node n in slot t: whoever came first. */
static int leaves(ward *w, int n, int t)
{
    line *queue = &w->queue[n];
    cr_assert_lt(queue->first, queue->count, "slot %d: node %d gives up a unit it does not have", t, n);
    return queue->units[queue->first++];
}

static void comes(ward *w, int n, int unit)
{
    w->queue[n].units[w->queue[n].count++] = (uint16_t)unit;
}

/* One slot of device k by the text of the model: decisions, sends in link order, the arrival, then what was sent. Units
 * decided per node in decided[], -1: none. */
static void step(const clo_case *c, int k, int t, ward *w, int *decided)
{
    const eswi_clo_problem *p = &c->config->problem;
    const uint8_t *sends = c->decision.trace.sends + t * p->links, *infers =
                                                                       c->decision.trace.infers + t * p->nodes;
    int sent[CLO_LINKS_MAX];
    for (int n = 0; n < p->nodes; n++) {
        decided[n] = infers[n] >> k & 1 ? leaves(w, n, t) : -1;
        w->decided += decided[n] >= 0;
    }
    for (int i = 0; i < p->links; i++)
        sent[i] = sends[i] >> k & 1 ? leaves(w, p->link_from[i], t) : -1;
    if (c->instance.task[t * p->devices + k] >= 0) {
        comes(w, p->device_node[k], t);
        w->arrived++;
    }
    for (int i = 0; i < p->links; i++)
        if (sent[i] >= 0)
            comes(w, p->link_to[i], sent[i]);
}

/* The queues of solver and accountant hold the same units, first, last and how many; all of them in the same order at the
 * end of the run (every unit before that has been first or is in `decided`). */
static void same_queues(const eswi_clo_queues *q, const ward *w, int nodes, int k, int t, bool all)
{
    for (int n = 0; n < nodes; n++) {
        const line *queue = &w->queue[n];
        const int length = queue->count - queue->first;
        cr_assert_eq(q->length[n][k], length, "slot %d, node %d, device %d: %d units, not %d", t, n, k,
                     (int)q->length[n][k], length);
        if (length == 0)
            continue;
        cr_assert_eq(q->head[n][k], queue->units[queue->first], "slot %d, node %d, device %d: the head", t, n,
                     k);
        cr_assert_eq(q->tail[n][k], queue->units[queue->count - 1], "slot %d, node %d, device %d: the tail", t,
                     n, k);
        int unit = q->head[n][k];
        for (int i = queue->first; all && i < queue->count; i++) {
            cr_assert_eq(unit, queue->units[i], "node %d, device %d: place %d", n, k, i - queue->first);
            unit = q->next[k * q->slots + unit];
        }
    }
}

/* Follows every unit by its number, from its arrival to its decision or the end, beside the queues of the program. */
static void follow(const clo_case *c, ward *wards)
{
    const eswi_clo_problem *p = &c->config->problem;
    double fields[CLO_FIELDS * CLO_DEVICES_MAX];
    const eswi_clo_scores scores = {.fields = fields};
    esw_error error;
    eswi_clo_state state;
    eswi_clo_state_view(c->config, c->state_block, &state);
    eswi_clo_queues_clear(&state.queues);
    for (int k = 0; k < p->devices; k++) {
        wards[k].arrived = wards[k].decided = 0;
        for (int n = 0; n < p->nodes; n++)
            wards[k].queue[n].first = wards[k].queue[n].count = 0;
    }
    for (int t = 0; t < p->slots; t++) {
        int expected[CLO_DEVICES_MAX][CLO_NODES_MAX];
        eswi_clo_move decided[CLO_NODES_MAX * CLO_DEVICES_MAX];
        eswi_clo_slot slot = {{0}, {0}};
        memcpy(slot.sends, c->decision.trace.sends + t * p->links, (size_t)p->links);
        memcpy(slot.infers, c->decision.trace.infers + t * p->nodes, (size_t)p->nodes);
        for (int k = 0; k < p->devices; k++)
            step(c, k, t, &wards[k], expected[k]);
        const int count =
            eswi_clo_advance(p, &slot, c->instance.task + t * p->devices, t, &state.queues, decided);
        for (int i = 0; i < count; i++) {
            int *unit = &expected[decided[i].device][decided[i].node];
            cr_assert_eq(decided[i].unit, *unit, "slot %d, node %d: unit %d is decided, %d came first", t,
                         decided[i].node, decided[i].unit, *unit);
            *unit = -1;
        }
        for (int k = 0; k < p->devices; k++) {
            for (int n = 0; n < p->nodes; n++)
                cr_assert_eq(expected[k][n], -1, "slot %d: unit %d is not decided", t, expected[k][n]);
            same_queues(&state.queues, &wards[k], p->nodes, k, t, t == p->slots - 1);
        }
    }
    cr_assert_eq(eswi_clo_account(c->config, &c->instance, &c->decision, &scores, &error), ESW_OK);
    for (int k = 0; k < p->devices; k++) {
        const int waiting = wards[k].arrived - wards[k].decided;
        cr_assert_eq(fields[CLO_FIELD_DECISIONS * p->devices + k], wards[k].decided);
        cr_assert_eq(fields[CLO_FIELD_QUEUED * p->devices + k], waiting);
    }
}

/* Runs at full length: 15,000 slots (single hop), 10,000 (multi hop). */
Test(clo_account, no_unit_is_lost_doubled_or_overtaken, .timeout = 3600)
{
    static const char *const CASES[] = {
        "{}", "{\"v\": 2000}", "{\"network\": \"multi-hop\"}", "{\"network\": \"multi-hop\", \"v\": 5000}",
        "{\"network\": \"multi-hop\", \"arrival_probability\": 1, \"link_units_max\": 2, \"preset\": \"paper\"}"};
    static ward wards[CLO_DEVICES_MAX];
    const int runs = test_full() ? 200 : 5;
    int done = 0;
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        clo_case c = clo_open(clo_config(CASES[i]));
        for (int run = 0; run < runs; run++, done++) {
            clo_solve(&c, (clo_method)(run % CLO_METHODS), 9, (uint64_t)run);
            follow(&c, wards);
        }
        clo_config_free(c.config);
        clo_close(&c);
    }
    printf("%d runs followed\n", done);
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

/* 32 combinations of S, V, eta and r; V eta from 0.5 to 50 units, so that V matters to more than the units of (31). */
Test(clo_account, identity_and_bound_hold_in_every_realisation, .timeout = 3600)
{
    static const int FRAMES[] = {1, 5, 10, 50};
    static const double V[] = {200, 2000}, ETA[] = {0.0025, 0.025}, R[] = {0.05, 0.2};
    const int runs = test_full() ? 3200 : 40;
    for (int i = 0; i < 32; i++) {
        char text[512];
        snprintf(text, sizeof text,
                 "{\"slots\": 1000, \"frame_slots\": %d, \"v\": %g, \"eta\": %g, \"r\": %g, \"tasks\": \"%s\", "
                 "\"network\": \"%s\", \"theta0\": %g}",
                 FRAMES[i % 4], V[i / 4 % 2], ETA[i / 8 % 2], R[i / 16],
                 i % 3 ? "logit-normal" : "published-curves", i % 5 ? "single-hop" : "multi-hop",
                 i % 7 ? 0.5 : 0.9);
        hold(text, runs, CLO_CLO);
        if (i % 4 == i / 8)
            hold(text, runs / 4, i % 8 < 4 ? CLO_GREEDY_LOCAL : CLO_GREEDY_EDGE);
    }
    if (test_full()) {
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
