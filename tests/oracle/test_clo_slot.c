/* Every slot decision is the optimum of the whole slot problem (31): by enumeration of all nodes together up to 10^5
 * combinations, and node by node always. */
#include <criterion/criterion.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/philox.h"
#include "clo/oracle.h"
#include "clo_cases.h"
#include "full.h"

enum { UNITS = 40, MOST_COMBINATIONS = 100000 };

static const char *const NETWORKS[] = {
    "\"single-hop\"",
    "\"multi-hop\"",
    /* a ring with a short cut: two ways, and nodes that both decide and relay */
    "{\"nodes\": [{\"name\": \"a\", \"device\": true, \"model\": \"mnv3_minimal\"}, {\"name\": \"b\", \"device\": true},"
    " {\"name\": \"c\", \"model\": \"resnet18\"}, {\"name\": \"d\", \"model\": \"resnet50\"}],"
    " \"links\": [[\"a\", \"b\"], [\"b\", \"c\"], [\"c\", \"d\"], [\"d\", \"a\"], [\"a\", \"c\"], [\"b\", \"d\"]]}",
};

typedef struct dice {
    uint64_t scenario;
    uint32_t block;
} dice;

static double roll(dice *d)
{
    const eswi_draw draw = eswi_philox(77, d->scenario, 0, 0, d->block++);
    return eswi_uniform53(draw.w[0], draw.w[1]);
}

static int pick(dice *d, int n)
{
    return (int)(roll(d) * n);
}

/* A graph of up to eight nodes with random links; the last node has a model, and devices that would not reach one have
 * their own. */
static void random_graph(dice *d, char *text, size_t size)
{
    static const char *const MODELS[] = {"mnv3_minimal", "mnv3_large", "resnet18", "resnet50"};
    const int nodes = 2 + pick(d, 7), devices = 1 + pick(d, nodes < 4 ? nodes : 4);
    bool link[8][8] = {{false}}, model[8] = {false}, reaches[8];
    int links = 0, out[8] = {0};
    for (int i = 0; i < nodes; i++) {
        for (int j = 0; j < nodes; j++) {
            link[i][j] = i != j && links < 10 && out[i] < 3 && roll(d) < 0.35;
            links += link[i][j];
            out[i] += link[i][j];
        }
        reaches[i] = model[i] = i == nodes - 1 || pick(d, 2);
    }
    for (int round = 0; round < nodes; round++)
        for (int i = 0; i < nodes * nodes; i++)
            reaches[i / nodes] |= link[i / nodes][i % nodes] && reaches[i % nodes];
    size_t at = (size_t)snprintf(text, size, "{\"nodes\": [");
    for (int n = 0; n < nodes; n++) {
        at += (size_t)snprintf(text + at, size - at, "%s{\"name\": \"n%d\"", n ? ", " : "", n);
        if (n < devices)
            at += (size_t)snprintf(text + at, size - at, ", \"device\": true");
        if (model[n] || (n < devices && !reaches[n]))
            at += (size_t)snprintf(text + at, size - at, ", \"model\": \"%s\"", MODELS[pick(d, 4)]);
        at += (size_t)snprintf(text + at, size - at, "}");
    }
    at += (size_t)snprintf(text + at, size - at, "], \"links\": [");
    links = 0;
    for (int i = 0; i < nodes; i++)
        for (int j = 0; j < nodes; j++)
            if (link[i][j])
                at += (size_t)snprintf(text + at, size - at, "%s[\"n%d\", \"n%d\"]", links++ ? ", " : "", i, j);
    snprintf(text + at, size - at, "]}");
}

static eswi_clo_config *random_config(dice *d, int which)
{
    char graph[2048], text[4096];
    if (which == 3)
        random_graph(d, graph, sizeof graph);
    const double eta = pow(10.0, -5.0 * roll(d)), v = pow(10.0, 5.0 * roll(d));
    snprintf(
        text, sizeof text,
        "{\"network\": %s, \"tasks\": \"%s\", \"slots\": %d, \"frame_slots\": 1, \"v\": %.17g, \"eta\": %.17g, "
        "\"link_units_max\": %d, \"node_inferences_max\": %d, \"lo_minus_r\": %s, \"power_max_w\": %.17g}",
        which == 3 ? graph : NETWORKS[which], which < 2 && pick(d, 2) ? "published-curves" : "logit-normal",
        UNITS, v, eta, pick(d, 4) ? 1 : 2, 1 + pick(d, 3), pick(d, 2) ? "true" : "false",
        pow(10.0, 1.0 - 3.0 * roll(d)));
    return clo_config(text);
}

/* A state in which units wait anywhere, their tasks and the channels of the slot. */
static void random_state(dice *d, const clo_case *c, eswi_clo_state *state, int most)
{
    const eswi_clo_problem *p = &c->config->problem;
    eswi_clo_state_start(p, state);
    for (int k = 0; k < p->devices; k++) {
        int unit = 0;
        for (int n = 0; n < p->nodes; n++)
            for (int i = pick(d, most + 1); i > 0 && unit < UNITS; i--)
                eswi_clo_enqueue(&state->queues, n, k, unit++);
        for (int t = 0; t < UNITS; t++)
            c->instance.task[t * p->devices + k] = (int16_t)pick(d, p->tasks.tasks);
        state->control.theta[k] = eswi_clo_threshold_of(1.4 * roll(d) - 0.2);
        state->control.z[k] = 20.0 * roll(d);
    }
    for (int i = 0; i < p->links; i++)
        c->instance.gain[i] = (float)(1e-9 * -log(roll(d)));
}

/* Libm's F_hat. */
static double f_hat(const eswi_clo_tasks *t, int task, int model, double theta)
{
    const size_t i = (size_t)task * (size_t)t->models + (size_t)model;
    if (theta <= 0.0)
        return 1.0;
    if (theta >= 1.0)
        return 0.0;
    const double above = 0.5 * erfc((log(theta / (1.0 - theta)) + t->m0_predicted[i]) / t->s0[i] / sqrt(2.0));
    return fmin(t->odds[task] * above, 1.0);
}

static double mean_loss(const eswi_clo_tasks *t, int model, double theta)
{
    double sum = 0.0;
    for (int task = 0; task < t->tasks; task++) {
        const size_t i = (size_t)task * (size_t)t->models + (size_t)model;
        sum += 0.5 * erfc(-(log(theta / (1.0 - theta)) - t->m1[i]) / t->s1[i] / sqrt(2.0));
    }
    return sum / t->tasks;
}

static eswi_clo_oracle_slot oracle_slot(const clo_case *c, const eswi_clo_state *state)
{
    const eswi_clo_problem *p = &c->config->problem;
    eswi_clo_oracle_slot slot = {.config = c->config};
    for (int i = 0; i < p->links; i++)
        slot.gain[i] = (double)c->instance.gain[i];
    for (int n = 0; n < p->nodes; n++)
        for (int k = 0; k < p->devices; k++)
            slot.queue[n][k] = state->queues.length[n][k];
    return slot;
}

/* What (31), or LO's version with the threshold theta >= 0 common to all, subtracts for a decision. */
static void price_decisions(const clo_case *c, const eswi_clo_state *state, double theta, double const *loss,
                            eswi_clo_oracle_slot *slot)
{
    const eswi_clo_problem *p = &c->config->problem;
    for (int n = 0; n < p->nodes; n++) {
        for (int k = 0; k < p->devices; k++) {
            const int model = p->node_model[n];
            if (model < 0 || state->queues.length[n][k] == 0)
                continue;
            const int task = c->instance.task[state->queues.head[n][k] * p->devices + k];
            const double at = loss ? theta : state->control.theta[k].theta;
            slot->worth[n][k] =
                state->queues.length[n][k] - c->config->v * c->config->eta * f_hat(&p->tasks, task, model, at);
            if (loss)
                slot->worth[n][k] -=
                    state->control.z[k] * (loss[model] - (c->config->lo_minus_r ? c->config->r : 0.0));
        }
    }
}

/* One node's part of (31), largest worth: links in turn each try every set that R_max and the queue allow, then decisions do.
 * Shares with the oracle the queues, the channels and what a decision is worth; with the solver nothing. */
typedef struct node_search {
    const eswi_clo_oracle_slot *slot;
    int node, links, link[CLO_LINKS_MAX];
    double power[CLO_LINKS_MAX];
    int left[CLO_DEVICES_MAX];
} node_search;

static double best_decisions(node_search *s, int device, int taken)
{
    const eswi_clo_network *net = &s->slot->config->network;
    if (device == net->devices)
        return 0.0;
    const double without = best_decisions(s, device + 1, taken);
    if (!net->node_model[s->node][0] || s->left[device] == 0 || taken == s->slot->config->node_inferences_max)
        return without;
    return fmax(without, s->slot->worth[s->node][device] + best_decisions(s, device + 1, taken + 1));
}

/* From link i's device k on, `carried` units on it so far, `watts` used by the node. */
static double best_sends(node_search *s, int i, int k, int carried, double watts)
{
    const eswi_clo_config *config = s->slot->config;
    if (i == s->links)
        return best_decisions(s, 0, 0);
    if (k == config->network.devices)
        return best_sends(s, i + 1, 0, 0, watts);
    double best = best_sends(s, i, k + 1, carried, watts);
    if (s->left[k] > 0 && carried < config->link_units_max && watts + s->power[i] <= config->power_max_w) {
        const int to = config->network.link_to[s->link[i]];
        const double worth =
            s->slot->queue[s->node][k] - s->slot->queue[to][k] - config->v * s->power[i] * config->slot_s;
        s->left[k]--;
        best = fmax(best, worth + best_sends(s, i, k + 1, carried + 1, watts + s->power[i]));
        s->left[k]++;
    }
    return best;
}

/* The minimum of (31), node by node. */
static double minimum_by_nodes(const eswi_clo_oracle_slot *slot)
{
    const eswi_clo_config *config = slot->config;
    const double band_noise_w = config->bandwidth_hz * config->noise_w_per_hz;
    const double snr = expm1(log(2.0) * config->unit_bits / config->bandwidth_hz / config->slot_s);
    double sum = 0.0;
    for (int n = 0; n < config->network.nodes; n++) {
        node_search s = {.slot = slot, .node = n};
        for (int i = 0; i < config->network.links; i++) {
            if (config->network.link_from[i] == n) {
                s.power[s.links] = snr * band_noise_w / slot->gain[i];
                s.link[s.links++] = i;
            }
        }
        for (int k = 0; k < config->network.devices; k++)
            s.left[k] = slot->queue[n][k];
        sum -= best_sends(&s, 0, 0, 0, 0.0);
    }
    return sum;
}

/* The minimum of (31), by both ways where the first is possible. */
static double minimum_of(const eswi_clo_oracle_slot *slot, bool whole)
{
    const double by_nodes = minimum_by_nodes(slot);
    if (whole) {
        const double all = eswi_clo_oracle_minimum(slot);
        cr_assert_lt(fabs(all - by_nodes), 1e-9 * (1.0 + fabs(all)) + 1e-12 * slot->config->v,
                     "the enumerations do not agree: %.17g, %.17g", all, by_nodes);
    }
    return by_nodes;
}

static void agree(const clo_case *c, double chosen, double best, double combinations, uint64_t index)
{
    cr_assert(isfinite(chosen), "case %llu: the decision breaks a constraint", (unsigned long long)index);
    cr_assert_leq(chosen - best, 1e-9 * (1.0 + fabs(best)) + 1e-12 * c->config->v,
                  "case %llu (%s, %.0f combinations): (31) is %.17g, its minimum %.17g",
                  (unsigned long long)index, c->config->network.name, combinations, chosen, best);
}

/* Returns whether all combinations were gone through, not only those of each node. */
static bool one_slot(dice *d, clo_case *c, eswi_clo_state *state, int most, double limit)
{
    const eswi_clo_problem *p = &c->config->problem;
    const eswi_clo_draws draws = eswi_clo_draws_of(&c->instance);
    eswi_clo_slot slot;
    random_state(d, c, state, most);
    eswi_clo_oracle_slot naive = oracle_slot(c, state);
    const double combinations = eswi_clo_oracle_combinations(&naive);
    eswi_clo_choose(p, CLO_CLO, &draws, draws.gain, state, &slot);
    price_decisions(c, state, 0.0, NULL, &naive);
    agree(c, eswi_clo_oracle_value(&naive, slot.sends, slot.infers), minimum_of(&naive, combinations <= limit),
          combinations, d->scenario);
    return combinations <= limit;
}

static void one_lo_slot(dice *d, clo_case *c, eswi_clo_state *state)
{
    const eswi_clo_problem *p = &c->config->problem;
    const eswi_clo_draws draws = eswi_clo_draws_of(&c->instance);
    eswi_clo_slot slot;
    double best = INFINITY, chosen = INFINITY, loss[CLO_MODELS_MAX];
    random_state(d, c, state, 2);
    eswi_clo_oracle_slot naive = oracle_slot(c, state);
    const bool whole = eswi_clo_oracle_combinations(&naive) * p->thetas <= MOST_COMBINATIONS;
    const int index = eswi_clo_choose_lo(p, &draws, draws.gain, state, &slot);
    for (int i = 0; i < p->thetas; i++) {
        for (int m = 0; m < p->tasks.models; m++)
            loss[m] = mean_loss(&p->tasks, m, p->theta_grid[i].theta);
        price_decisions(c, state, p->theta_grid[i].theta, loss, &naive);
        best = fmin(best, minimum_of(&naive, whole));
        if (i == index)
            chosen = eswi_clo_oracle_value(&naive, slot.sends, slot.infers);
    }
    agree(c, chosen, best, 0.0, d->scenario);
}

Test(clo_slot, every_decision_is_the_optimum_of_the_whole_problem, .timeout = 3600)
{
    const int configs = test_full() ? 2600 : 60, slots = 60;
    int whole = 0, of_kind[4] = {0};
    for (int i = 0; i < configs; i++) {
        dice d = {(uint64_t)i, 0};
        clo_case c = clo_open(random_config(&d, i % 4));
        eswi_clo_state state;
        eswi_clo_state_view(c.config, c.state_block, &state);
        for (int s = 0; s < slots; s++) {
            const bool all = one_slot(&d, &c, &state, 1 + pick(&d, 3), test_full() ? MOST_COMBINATIONS : 4000);
            whole += all;
            of_kind[i % 4] += all;
        }
        clo_config_free(c.config);
        clo_close(&c);
    }
    for (int kind = 0; kind < 4; kind++)
        cr_assert_gt(of_kind[kind], configs, "network kind %d: %d slots", kind, of_kind[kind]);
    printf("%d slots compared with all combinations, %d more node by node\n", whole, configs * slots - whole);
    cr_assert_geq(whole, test_full() ? 100000 : 1500, "%d slots", whole);
}

Test(clo_slot, whole_multi_hop_slots, .timeout = 3600)
{
    const int configs = test_full() ? 100 : 1;
    for (int i = 0; i < configs; i++) {
        dice d = {1000000 + (uint64_t)i, 0};
        clo_case c = clo_open(random_config(&d, 1));
        eswi_clo_state state;
        eswi_clo_state_view(c.config, c.state_block, &state);
        one_slot(&d, &c, &state, test_full() ? 3 : 1, INFINITY);
        clo_config_free(c.config);
        clo_close(&c);
    }
}

Test(clo_slot, lo_takes_the_best_common_threshold)
{
    const int configs = test_full() ? 400 : 12;
    for (int i = 0; i < configs; i++) {
        dice d = {2000000 + (uint64_t)i, 0};
        clo_case c = clo_open(random_config(&d, i % 4));
        eswi_clo_state state;
        eswi_clo_state_view(c.config, c.state_block, &state);
        for (int s = 0; s < 10; s++)
            one_lo_slot(&d, &c, &state);
        clo_config_free(c.config);
        clo_close(&c);
    }
}

/* A whole run decides every slot as well, with what it carries from one slot to the next. */
Test(clo_slot, runs_decide_every_slot_optimally)
{
    static const char *const CASES[] = {
        "{\"slots\": 200, \"frame_slots\": 2, \"r\": 0.3, \"eta\": 0.01}",
        "{\"slots\": 200, \"frame_slots\": 5, \"preset\": \"paper\", \"eta\": 0.05}"};
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        clo_case c = clo_open(clo_config(CASES[i]));
        const eswi_clo_problem *p = &c.config->problem;
        const eswi_clo_draws draws = eswi_clo_draws_of(&c.instance);
        eswi_clo_state state;
        clo_solve(&c, CLO_CLO, 3, i);
        eswi_clo_state_view(c.config, c.state_block, &state);
        eswi_clo_state_start(p, &state);
        for (int t = 0; t < p->slots; t++) {
            eswi_clo_move decided[CLO_NODES_MAX * CLO_DEVICES_MAX];
            double mean[CLO_DEVICES_MAX];
            eswi_clo_slot slot = {{0}, {0}};
            eswi_clo_oracle_slot naive = oracle_slot(&c, &state);
            for (int link = 0; link < p->links && link < CLO_LINKS_MAX; link++) {
                naive.gain[link] = (double)draws.gain[t * p->links + link];
                slot.sends[link] = c.decision.trace.sends[t * p->links + link];
            }
            for (int n = 0; n < p->nodes && n < CLO_NODES_MAX; n++)
                slot.infers[n] = c.decision.trace.infers[t * p->nodes + n];
            price_decisions(&c, &state, 0.0, NULL, &naive);
            agree(&c, eswi_clo_oracle_value(&naive, slot.sends, slot.infers), minimum_of(&naive, true), 0.0,
                  (uint64_t)t);
            const int count =
                eswi_clo_advance(p, &slot, draws.task + t * p->devices, t, &state.queues, decided);
            for (int j = 0; j < count; j++) {
                const int k = decided[j].device, task = draws.task[decided[j].unit * p->devices + k];
                eswi_clo_control_loss(
                    &state.control, k,
                    eswi_clo_loss(&p->tasks, task, p->node_model[decided[j].node], state.control.theta[k]));
            }
            if ((t + 1) % p->frame_slots == 0)
                eswi_clo_control_frame(p, CLO_CLO, &state.control, mean);
        }
        clo_config_free(c.config);
        clo_close(&c);
    }
}
