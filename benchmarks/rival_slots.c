#include "rival_slots.h"

#include <math.h>

typedef struct rival {
    const eswi_clo_problem *p;
    const eswi_clo_instance *instance;
    eswi_clo_state state;
} rival;

/* What a node may do in a slot, with its worth. */
typedef struct choices {
    int links;
    double power[CLO_LINKS_MAX], send[CLO_LINKS_MAX][CLO_DEVICES_MAX], infer[CLO_DEVICES_MAX];
} choices;

static double predicted(const eswi_clo_tasks *t, int task, int model, double theta)
{
    const int i = task * t->models + model;
    if (theta <= 0.0 || theta >= 1.0)
        return theta <= 0.0 ? 1.0 : 0.0;
    const double x = (log(theta / (1.0 - theta)) + t->m0_predicted[i]) / t->s0[i];
    return fmin(t->odds[task] * 0.5 * erfc(x * sqrt(0.5)), 1.0);
}

/* The worth of deciding device k's head unit at node n; LO at its i-th threshold. */
static double decision_worth(const rival *r, clo_method method, int n, int k, int i)
{
    const eswi_clo_problem *p = r->p;
    const int model = p->node_model[n], units = r->state.queues.length[n][k];
    if (model == CLO_NO_MODEL || units == 0)
        return 0.0;
    const int task = r->instance->task[r->state.queues.head[n][k] * p->devices + k];
    const double theta = method == CLO_LO ? p->theta_grid[i].theta : r->state.control.theta[k].theta;
    const double worth = units - p->v * p->eta * predicted(&p->tasks, task, model, theta);
    return method == CLO_LO
               ? worth - r->state.control.z[k] * (p->tasks.loss_mean[model][i] - p->lo_minus_r * p->r)
               : worth;
}

static void price(const rival *r, clo_method method, int t, int n, int i, choices *c)
{
    const eswi_clo_problem *p = r->p;
    c->links = p->out_count[n];
    for (int o = 0; o < c->links; o++) {
        const int link = p->out[n][o], to = p->link_to[link];
        c->power[o] = p->power_times_gain_w / (double)r->instance->gain[t * p->links + link];
        for (int k = 0; k < p->devices; k++)
            c->send[o][k] =
                r->state.queues.length[n][k] - r->state.queues.length[to][k] - p->v * c->power[o] * p->slot_s;
    }
    for (int k = 0; k < p->devices; k++)
        c->infer[k] = decision_worth(r, method, n, k, i);
}

/* The worth of a choice, bit o * devices + k a send and the last `devices` bits decisions; -inf if it breaks a limit. */
static double worth_of(const rival *r, int n, const choices *c, unsigned choice)
{
    const int devices = r->p->devices;
    const unsigned infers = choice >> c->links * devices;
    int left[CLO_DEVICES_MAX], decisions = 0;
    double worth = 0.0, power = 0.0;
    for (int k = 0; k < devices; k++) {
        const int decides = infers >> k & 1;
        left[k] = r->state.queues.length[n][k] - decides;
        decisions += decides;
        worth += decides ? c->infer[k] : 0.0;
        if (decides && r->p->node_model[n] == CLO_NO_MODEL)
            return -INFINITY;
    }
    for (int o = 0; o < c->links; o++) {
        int units = 0;
        for (int k = 0; k < devices; k++) {
            if (choice >> (o * devices + k) & 1) {
                worth += c->send[o][k];
                left[k]--;
                units++;
            }
        }
        power += units * c->power[o];
        if (units > r->p->link_units_max)
            return -INFINITY;
    }
    for (int k = 0; k < devices; k++)
        if (left[k] < 0)
            return -INFINITY;
    return power > r->p->power_max_w || decisions > r->p->node_inferences_max ? -INFINITY : worth;
}

/* Every choice of every node, the best into *slot. */
static double decide(const rival *r, clo_method method, int t, int i, eswi_clo_slot *slot)
{
    const int devices = r->p->devices;
    double sum = 0.0;
    for (int n = 0; n < r->p->nodes; n++) {
        choices c;
        unsigned chosen = 0;
        double best = 0.0;
        price(r, method, t, n, i, &c);
        for (unsigned choice = 1; choice < 1u << (c.links + 1) * devices; choice++) {
            const double worth = worth_of(r, n, &c, choice);
            chosen = worth > best ? choice : chosen;
            best = worth > best ? worth : best;
        }
        for (int o = 0; o < c.links; o++)
            slot->sends[r->p->out[n][o]] = (uint8_t)(chosen >> o * devices & ((1u << devices) - 1));
        slot->infers[n] = (uint8_t)(chosen >> c.links * devices);
        sum += best;
    }
    return sum;
}

static double decide_lo(const rival *r, int t, eswi_clo_slot *slot, double *theta)
{
    double best = -INFINITY;
    for (int i = 0; i < r->p->thetas; i++) {
        eswi_clo_slot tried;
        const double worth = decide(r, CLO_LO, t, i, &tried);
        if (worth > best) {
            best = worth;
            *slot = tried;
            *theta = r->p->theta_grid[i].theta;
        }
    }
    return best;
}

/* Queues and losses after a slot. */
static void move_on(rival *r, clo_method method, int t, const eswi_clo_slot *slot, double theta)
{
    const eswi_clo_problem *p = r->p;
    eswi_clo_move decided[CLO_NODES_MAX * CLO_DEVICES_MAX];
    double mean[CLO_DEVICES_MAX];
    const int count =
        eswi_clo_advance(p, slot, r->instance->task + t * p->devices, t, &r->state.queues, decided);
    for (int i = 0; i < count; i++) {
        const int k = decided[i].device, task = r->instance->task[decided[i].unit * p->devices + k];
        const eswi_clo_threshold at =
            method == CLO_LO ? eswi_clo_threshold_of(theta) : r->state.control.theta[k];
        eswi_clo_control_loss(&r->state.control, k,
                              eswi_clo_loss(&p->tasks, task, p->node_model[decided[i].node], at));
    }
    if ((t + 1) % p->frame_slots == 0)
        eswi_clo_control_frame(p, method, &r->state.control, mean);
}

double rival_slots(const eswi_clo_config *config, clo_method method, const eswi_clo_instance *instance,
                   int slots, void *state_block)
{
    rival r = {.p = &config->problem, .instance = instance};
    double sum = 0.0;
    eswi_clo_state_view(config, state_block, &r.state);
    eswi_clo_state_start(r.p, &r.state);
    for (int t = 0; t < slots; t++) {
        eswi_clo_slot slot = {{0}, {0}};
        double theta = 0.0;
        sum += method == CLO_LO ? decide_lo(&r, t, &slot, &theta) : decide(&r, method, t, 0, &slot);
        move_on(&r, method, t, &slot, theta);
    }
    return sum;
}
