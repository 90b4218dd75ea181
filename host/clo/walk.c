#include "clo/walk.h"

#include <stdlib.h>
#include <string.h>

/* The unit that is `place` places behind the head of device k's queue at node n. */
static int32_t unit_at(const eswi_clo_queues *q, int n, int k, int place)
{
    int32_t unit = q->head[n][k];
    while (place-- > 0)
        unit = q->next[(size_t)k * (size_t)q->slots + (size_t)unit];
    return unit;
}

/* Reads the slot's row and names its units: a node decides its head units first, then sends, links in index order. */
static void look(eswi_clo_walk *w)
{
    const eswi_clo_problem *p = &w->config->problem;
    const size_t t = (size_t)w->slot;
    int gone[CLO_NODES_MAX][CLO_DEVICES_MAX] = {{0}};
    memcpy(w->row.sends, w->decision->trace.sends + t * (size_t)p->links, (size_t)p->links);
    memcpy(w->row.infers, w->decision->trace.infers + t * (size_t)p->nodes, (size_t)p->nodes);
    for (int n = 0; n < p->nodes; n++)
        for (int k = 0; k < p->devices; k++)
            w->inferred[n][k] = w->row.infers[n] >> k & 1 ? unit_at(&w->state.queues, n, k, gone[n][k]++) : -1;
    for (int i = 0; i < p->links; i++) {
        const int n = p->link_from[i];
        for (int k = 0; k < p->devices; k++)
            w->sent[i][k] = w->row.sends[i] >> k & 1 ? unit_at(&w->state.queues, n, k, gone[n][k]++) : -1;
    }
}

bool eswi_clo_walk_begin(eswi_clo_walk *walk, const eswi_clo_config *config, const eswi_clo_instance *instance,
                         const eswi_clo_decision *decision)
{
    *walk = (eswi_clo_walk){
        .config = config, .instance = instance, .decision = decision, .method = *decision->method};
    walk->lists = aligned_alloc(ESWI_CARVE_ALIGN, eswi_clo_state_bytes(config));
    if (!walk->lists)
        return false;
    eswi_clo_state_view(config, walk->lists, &walk->state);
    eswi_clo_state_start(&config->problem, &walk->state);
    look(walk);
    return true;
}

void eswi_clo_walk_end(eswi_clo_walk *walk)
{
    free(walk->lists);
}

static int task_of(const eswi_clo_walk *w, int32_t unit, int k)
{
    return w->instance->task[(size_t)unit * (size_t)w->config->problem.devices + (size_t)k];
}

static eswi_clo_threshold threshold(const eswi_clo_walk *w, int k)
{
    return w->method == CLO_LO ? w->config->problem.theta_grid[w->decision->trace.theta[w->slot]]
                               : w->state.control.theta[k];
}

static void add_sent(const eswi_clo_walk *w, int link, int k, eswi_clo_slot_terms *terms)
{
    const eswi_clo_problem *p = &w->config->problem;
    const int32_t here = w->state.queues.length[p->link_from[link]][k],
                  there = w->state.queues.length[p->link_to[link]][k];
    const double energy = eswi_clo_energy(p, w->instance->gain[w->slot * p->links + link]);
    terms->energy_j = terms->energy_j + energy;
    terms->objective = terms->objective + (p->v * energy - (double)(here - there));
}

static void add_inferred(const eswi_clo_walk *w, int n, int k, eswi_clo_slot_terms *terms)
{
    const eswi_clo_problem *p = &w->config->problem;
    const int task = task_of(w, w->inferred[n][k], k), model = p->node_model[n];
    const eswi_clo_threshold at = threshold(w, k);
    const double predicted = eswi_clo_predicted(&p->tasks, task, model, at);
    terms->imprecision_predicted = terms->imprecision_predicted + predicted;
    terms->imprecision = terms->imprecision + eswi_clo_imprecision(&p->tasks, task, model, at);
    terms->loss = terms->loss + eswi_clo_loss(&p->tasks, task, model, at);
    terms->objective = terms->objective + (p->v * p->eta * predicted - (double)w->state.queues.length[n][k]);
    if (w->method == CLO_LO) {
        const double mean = p->tasks.loss_mean[model][w->decision->trace.theta[w->slot]];
        terms->objective = terms->objective + w->state.control.z[k] * (p->lo_minus_r ? mean - p->r : mean);
    }
}

eswi_clo_slot_terms eswi_clo_walk_terms(const eswi_clo_walk *walk)
{
    const eswi_clo_problem *p = &walk->config->problem;
    eswi_clo_slot_terms terms = {0};
    for (int i = 0; i < p->links; i++)
        for (int k = 0; k < p->devices; k++)
            if (walk->sent[i][k] >= 0)
                add_sent(walk, i, k, &terms);
    for (int n = 0; n < p->nodes; n++)
        for (int k = 0; k < p->devices; k++)
            if (walk->inferred[n][k] >= 0)
                add_inferred(walk, n, k, &terms);
    return terms;
}

void eswi_clo_walk_on(eswi_clo_walk *walk)
{
    const eswi_clo_problem *p = &walk->config->problem;
    eswi_clo_move decided[CLO_NODES_MAX * CLO_DEVICES_MAX];
    double mean[CLO_DEVICES_MAX];
    const int16_t *arriving = walk->instance->task + (size_t)walk->slot * (size_t)p->devices;
    const int count = eswi_clo_advance(p, &walk->row, arriving, walk->slot, &walk->state.queues, decided);
    for (int i = 0; i < count; i++) {
        const int k = decided[i].device, task = task_of(walk, decided[i].unit, k);
        const double loss = eswi_clo_loss(&p->tasks, task, p->node_model[decided[i].node], threshold(walk, k));
        eswi_clo_control_loss(&walk->state.control, k, loss);
    }
    if (++walk->slot % p->frame_slots == 0)
        eswi_clo_control_frame(p, walk->method, &walk->state.control, mean);
    if (walk->slot < p->slots)
        look(walk);
}
