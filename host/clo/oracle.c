#include "clo/oracle.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---------------------------------------------------------------- curves */

static double normal_cdf(double x)
{
    return 0.5 * erfc(-x / sqrt(2.0));
}

/* L of Assumption 1 for pixel logits of the object that are normal with mean m1 and deviation s1. */
static double loss_of(const eswi_clo_config *config, int task, int model, double theta)
{
    const eswi_clo_tasks *t = &config->problem.tasks;
    const size_t i = (size_t)task * (size_t)t->models + (size_t)model;
    if (theta <= 0.0)
        return 0.0;
    if (theta >= 1.0)
        return t->m1[i] >= 1e9 ? 0.0 : 1.0; /* no object, nothing to lose */
    return normal_cdf((log(theta) - log1p(-theta) - t->m1[i]) / t->s1[i]);
}

/* (37): background pixels above the threshold over object pixels, at most 1. */
static double imprecision_of(const eswi_clo_config *config, int task, int model, double theta)
{
    const eswi_clo_tasks *t = &config->problem.tasks;
    const size_t i = (size_t)task * (size_t)t->models + (size_t)model;
    if (theta <= 0.0)
        return 1.0;
    if (theta >= 1.0)
        return 0.0;
    const double above = normal_cdf(-(log(theta) - log1p(-theta) + t->m0[i]) / t->s0[i]);
    return fmin(t->odds[task] * above, 1.0);
}

/* ---------------------------------------------------------------- links */

/* (12): the power whose rate carries a unit in exactly one slot. */
static double least_power(const eswi_clo_config *config, double gain)
{
    const double bits_per_hz = config->unit_bits / config->slot_s / config->bandwidth_hz;
    return expm1(bits_per_hz * log(2.0)) * config->bandwidth_hz * config->noise_w_per_hz / gain;
}

/* (14) with (13): power times the time the unit takes. */
static double energy(const eswi_clo_config *config, double gain)
{
    const double power = least_power(config, gain);
    const double rate =
        config->bandwidth_hz * log1p(power * gain / (config->bandwidth_hz * config->noise_w_per_hz)) / log(2.0);
    return power * (config->unit_bits / rate);
}

/* ---------------------------------------------------------------- the slot problem */

/* The sets of devices a link or a node may take by itself: no more than `most`, each with a unit in the queue. */
static int allowed_sets(const eswi_clo_oracle_slot *slot, int node, int most,
                        unsigned sets[1 << CLO_DEVICES_MAX])
{
    int count = 0;
    for (unsigned set = 0; set < 1u << slot->config->network.devices; set++) {
        int units = 0, possible = 1;
        for (int k = 0; k < slot->config->network.devices; k++) {
            units += set >> k & 1;
            possible &= !(set >> k & 1) || slot->queue[node][k] > 0;
        }
        if (possible && units <= most)
            sets[count++] = set;
    }
    return count;
}

/* A choice of the slot: which sets, for a link or for a node that has a model. */
typedef struct choice {
    uint8_t *set;
    int count, at;
    unsigned sets[1 << CLO_DEVICES_MAX];
} choice;

static int list_choices(const eswi_clo_oracle_slot *slot, uint8_t *sends, uint8_t *infers, choice *choices)
{
    const eswi_clo_network *net = &slot->config->network;
    int n = 0;
    for (int i = 0; i < net->links; i++, n++) {
        choices[n].set = &sends[i];
        choices[n].count = allowed_sets(slot, net->link_from[i], slot->config->link_units_max, choices[n].sets);
    }
    for (int i = 0; i < net->nodes; i++) {
        if (!net->node_model[i][0])
            continue;
        choices[n].set = &infers[i];
        choices[n].count = allowed_sets(slot, i, slot->config->node_inferences_max, choices[n].sets);
        n++;
    }
    return n;
}

double eswi_clo_oracle_combinations(const eswi_clo_oracle_slot *slot)
{
    uint8_t sends[CLO_LINKS_MAX], infers[CLO_NODES_MAX];
    choice choices[CLO_LINKS_MAX + CLO_NODES_MAX];
    const int n = list_choices(slot, sends, infers, choices);
    double product = 1.0;
    for (int i = 0; i < n; i++)
        product *= choices[i].count;
    return product;
}

/* What a unit costs on each link in this slot. */
typedef struct prices {
    double power[CLO_LINKS_MAX], energy[CLO_LINKS_MAX];
} prices;

static prices price_links(const eswi_clo_oracle_slot *slot)
{
    prices costs;
    for (int i = 0; i < slot->config->network.links; i++) {
        costs.power[i] = least_power(slot->config, slot->gain[i]);
        costs.energy[i] = energy(slot->config, slot->gain[i]);
    }
    return costs;
}

static double value_of(const eswi_clo_oracle_slot *slot, const prices *costs, const uint8_t *sends,
                       const uint8_t *infers)
{
    const eswi_clo_config *config = slot->config;
    const eswi_clo_network *net = &config->network;
    double value = 0.0;
    for (int n = 0; n < net->nodes; n++) {
        double power = 0.0;
        int inferred = 0;
        for (int i = 0; i < net->links; i++) {
            for (int k = 0; k < net->devices && net->link_from[i] == n; k++)
                power += sends[i] >> k & 1 ? costs->power[i] : 0.0;
        }
        for (int k = 0; k < net->devices; k++) {
            int leaving = infers[n] >> k & 1;
            inferred += leaving;
            for (int i = 0; i < net->links; i++)
                leaving += net->link_from[i] == n ? sends[i] >> k & 1 : 0;
            if (leaving > slot->queue[n][k])
                return INFINITY;
        }
        if (power > config->power_max_w || inferred > config->node_inferences_max)
            return INFINITY;
        if (inferred && !net->node_model[n][0])
            return INFINITY;
    }
    for (int i = 0; i < net->links; i++) {
        int units = 0;
        for (int k = 0; k < net->devices; k++) {
            if (!(sends[i] >> k & 1))
                continue;
            units++;
            value += config->v * costs->energy[i];
            value -= slot->queue[net->link_from[i]][k] - slot->queue[net->link_to[i]][k];
        }
        if (units > config->link_units_max)
            return INFINITY;
    }
    for (int n = 0; n < net->nodes; n++)
        for (int k = 0; k < net->devices; k++)
            value -= infers[n] >> k & 1 ? slot->worth[n][k] : 0.0;
    return value;
}

double eswi_clo_oracle_value(const eswi_clo_oracle_slot *slot, const uint8_t *sends, const uint8_t *infers)
{
    const prices costs = price_links(slot);
    return value_of(slot, &costs, sends, infers);
}

double eswi_clo_oracle_minimum(const eswi_clo_oracle_slot *slot)
{
    const prices costs = price_links(slot);
    uint8_t sends[CLO_LINKS_MAX] = {0}, infers[CLO_NODES_MAX] = {0};
    choice choices[CLO_LINKS_MAX + CLO_NODES_MAX];
    const int n = list_choices(slot, sends, infers, choices);
    double best = INFINITY;
    for (int i = 0; i < n; i++)
        choices[i].at = 0;
    for (;;) {
        best = fmin(best, value_of(slot, &costs, sends, infers));
        int i = 0; /* the next combination, as an odometer */
        for (; i < n; i++) {
            choices[i].at = (choices[i].at + 1) % choices[i].count;
            *choices[i].set = (uint8_t)choices[i].sets[choices[i].at];
            if (choices[i].at)
                break;
        }
        if (i == n)
            return best;
    }
}

/* ---------------------------------------------------------------- metrics */

/* A naive replay: every unit knows where it is and since when. */
typedef struct unit {
    int node;     /* -1: decided */
    double order; /* place in its queue */
} unit;

typedef struct walk {
    const eswi_clo_config *config;
    const eswi_clo_instance *instance;
    const eswi_clo_decision *decision;
    unit *units; /* [T][K] */
    double clock;
    double theta[CLO_DEVICES_MAX], frame_loss[CLO_DEVICES_MAX], loss[CLO_DEVICES_MAX];
    int frame_decisions[CLO_DEVICES_MAX], frames[CLO_DEVICES_MAX];
    double energy, imprecision, queued, delay, depth[CLO_DEPTHS], theta_max;
    int decisions;
} walk;

static int head_of(const walk *w, int node, int k, int t)
{
    int head = -1;
    for (int b = 0; b <= t && b < w->config->slots; b++) {
        const unit *u = &w->units[b * w->config->network.devices + k];
        if (u->node == node && (head < 0 || u->order < w->units[head * w->config->network.devices + k].order))
            head = b;
    }
    return head;
}

static double threshold(const walk *w, int t, int k)
{
    return *w->decision->method == CLO_LO ? w->config->problem.theta_grid[w->decision->trace.theta[t]].theta
                                          : w->theta[k];
}

static int hops_to(const eswi_clo_network *net, int node)
{
    int hops[CLO_NODES_MAX];
    for (int n = 0; n < net->nodes; n++)
        hops[n] = 99;
    for (int k = 0; k < net->devices; k++)
        hops[net->device_node[k]] = 0;
    for (int turn = 0; turn < net->nodes; turn++)
        for (int i = 0; i < net->links; i++)
            if (hops[net->link_from[i]] + 1 < hops[net->link_to[i]])
                hops[net->link_to[i]] = hops[net->link_from[i]] + 1;
    return hops[node] < CLO_DEPTHS ? hops[node] : CLO_DEPTHS - 1;
}

static void decide(walk *w, int t, int n, int k, int counts)
{
    const int devices = w->config->network.devices, b = head_of(w, n, k, t);
    const int task = w->instance->task[b * devices + k], model = w->config->problem.node_model[n];
    const double theta = threshold(w, t, k);
    w->units[b * devices + k].node = -1;
    w->frame_loss[k] += loss_of(w->config, task, model, theta);
    w->frame_decisions[k]++;
    if (counts) {
        w->imprecision += imprecision_of(w->config, task, model, theta);
        w->delay += t - b;
        w->depth[hops_to(&w->config->network, n)]++;
        w->decisions++;
    }
}

static void walk_slot(walk *w, int t, int counts)
{
    const eswi_clo_network *net = &w->config->network;
    const uint8_t *sends = w->decision->trace.sends + t * net->links,
                  *infers = w->decision->trace.infers + t * net->nodes;
    int moving[CLO_LINKS_MAX][CLO_DEVICES_MAX];
    for (int n = 0; n < net->nodes; n++)
        for (int k = 0; k < net->devices; k++)
            if (infers[n] >> k & 1)
                decide(w, t, n, k, counts);
    for (int i = 0; i < net->links; i++) {
        for (int k = 0; k < net->devices; k++) {
            moving[i][k] = -1;
            if (sends[i] >> k & 1) {
                moving[i][k] = head_of(w, net->link_from[i], k, t);
                w->units[moving[i][k] * net->devices + k].node = -2; /* in the air */
                w->energy += counts ? energy(w->config, (double)w->instance->gain[t * net->links + i]) : 0.0;
            }
        }
    }
    for (int k = 0; k < net->devices; k++)
        if (w->instance->task[t * net->devices + k] >= 0)
            w->units[t * net->devices + k] = (unit){net->device_node[k], w->clock++};
    for (int i = 0; i < net->links; i++)
        for (int k = 0; k < net->devices; k++)
            if (moving[i][k] >= 0)
                w->units[moving[i][k] * net->devices + k] = (unit){net->link_to[i], w->clock++};
    for (int i = 0; counts && i < (t + 1) * net->devices; i++)
        w->queued += w->units[i].node >= 0;
    for (int k = 0; k < net->devices; k++)
        w->theta_max = fmax(w->theta_max, threshold(w, t, k));
}

/* (29), (30). */
static void walk_frame(walk *w)
{
    const int method = *w->decision->method;
    for (int k = 0; k < w->config->network.devices; k++) {
        if (w->frame_decisions[k]) {
            const double mean = w->frame_loss[k] / w->frame_decisions[k];
            w->loss[k] += mean;
            w->frames[k]++;
            if (method != CLO_LO && method != CLO_FIXED_THETA)
                w->theta[k] += w->config->gamma * (w->config->r - mean);
        }
        w->frame_loss[k] = 0.0;
        w->frame_decisions[k] = 0;
    }
}

static double exceeds(const walk *w, double slack)
{
    for (int k = 0; k < w->config->network.devices; k++)
        if (w->frames[k] && w->loss[k] / w->frames[k] >
                                (w->config->r + slack / (w->config->gamma * w->frames[k])) * (1.0 + 1e-12))
            return 1.0;
    return 0.0;
}

static void summarise(const walk *w, double *m)
{
    const eswi_clo_config *c = w->config;
    const int devices = c->network.devices, slots = c->average_slots > 0 ? c->average_slots : c->slots;
    double sum = 0.0, worst = NAN, frames = 0.0;
    int with = 0;
    for (int k = 0; k < devices; k++) {
        frames += w->frames[k];
        if (w->frames[k]) {
            const double fnr = w->loss[k] / w->frames[k];
            sum += fnr;
            worst = isnan(worst) ? fnr : fmax(worst, fnr);
            with++;
        }
    }
    m[CLO_METRIC_FNR] = with ? sum / with : NAN;
    m[CLO_METRIC_FNR_WORST] = worst;
    m[CLO_METRIC_PRECISION] = w->decisions ? 1.0 - w->imprecision / w->decisions : NAN;
    m[CLO_METRIC_ENERGY] = w->energy / slots * 1000.0;
    m[CLO_METRIC_POWER] = w->energy / (slots * c->slot_s) * 1000.0;
    m[CLO_METRIC_COST] = (w->energy + c->eta * w->imprecision) / slots;
    m[CLO_METRIC_ABOVE_VALID] = exceeds(w, c->theta0 + c->gamma * (1.0 - c->r));
    m[CLO_METRIC_ABOVE_PAPER] = exceeds(w, 1.0 + c->gamma - c->theta0);
    m[CLO_METRIC_ABOVE_ESTIMATED] = exceeds(w, c->bound_m + c->gamma - c->theta0);
    m[CLO_METRIC_QUEUE] = w->queued / slots;
    m[CLO_METRIC_DELAY] = w->decisions ? w->delay / w->decisions : NAN;
    m[CLO_METRIC_DECISIONS] = (double)w->decisions / slots;
    for (int d = 0; d < CLO_DEPTHS; d++)
        m[CLO_METRIC_DEPTH + d] = w->decisions ? w->depth[d] / w->decisions : NAN;
    m[CLO_METRIC_THETA_MAX] = w->theta_max;
    m[CLO_METRIC_FRAMES] = frames / devices;
    m[CLO_METRIC_IDENTITY] = NAN;
}

void eswi_clo_oracle_metrics(const eswi_clo_config *config, const eswi_clo_instance *instance,
                             const eswi_clo_decision *decision, double metrics[CLO_METRICS])
{
    walk w = {.config = config, .instance = instance, .decision = decision};
    const int tail = config->average_slots > 0 ? config->average_slots : config->slots;
    w.units = malloc((size_t)config->slots * (size_t)config->network.devices * sizeof *w.units);
    for (int m = 0; m < CLO_METRICS; m++)
        metrics[m] = NAN;
    if (!w.units)
        return;
    for (int i = 0; i < config->slots * config->network.devices; i++)
        w.units[i] = (unit){-1, 0.0};
    for (int k = 0; k < config->network.devices; k++)
        w.theta[k] = config->theta0;
    for (int t = 0; t < config->slots; t++) {
        walk_slot(&w, t, t >= config->slots - tail);
        if ((t + 1) % config->frame_slots == 0)
            walk_frame(&w);
    }
    summarise(&w, metrics);
    free(w.units);
}
