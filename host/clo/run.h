/* CLO: a realisation from its first slot to its last under one method. Shared by CPU and CUDA.
 *
 * F_hat of a queue's head changes only when the head or the threshold does, so it is kept: one evaluation of (37) serves
 * all slots in between.
 */
#ifndef ESWI_CLO_RUN_H
#define ESWI_CLO_RUN_H

#include "clo/control.h"
#include "clo/slot.h"

typedef struct eswi_clo_state {
    eswi_clo_queues queues;
    eswi_clo_control control;
    double f_hat[CLO_NODES_MAX][CLO_DEVICES_MAX]; /* of unit f_unit at threshold f_theta */
    double f_theta[CLO_NODES_MAX][CLO_DEVICES_MAX];
    int32_t f_unit[CLO_NODES_MAX][CLO_DEVICES_MAX];
} eswi_clo_state;

/* The trace of a decision: what every slot did, in the rows the problem needs. */
typedef struct eswi_clo_trace {
    uint8_t *sends;  /* [T][links], bit k: a unit of device k */
    uint8_t *infers; /* [T][nodes] */
    uint8_t *theta;  /* [T] LO: index into theta_grid; other methods: 0 */
} eswi_clo_trace;

ESW_FN void eswi_clo_state_start(const eswi_clo_problem *p, eswi_clo_state *s)
{
    eswi_clo_queues_clear(&s->queues);
    eswi_clo_control_start(p, &s->control);
    for (int n = 0; n < CLO_NODES_MAX; n++)
        for (int k = 0; k < CLO_DEVICES_MAX; k++)
            s->f_unit[n][k] = -1;
}

ESW_FN int eswi_clo_head_task(const eswi_clo_problem *p, const eswi_clo_draws *draws, const eswi_clo_state *s,
                              int n, int k)
{
    return draws->task[(size_t)s->queues.head[n][k] * (size_t)p->devices + k];
}

/* The weight of sending a unit of device k over an open link of power `power`. */
ESW_FN double eswi_clo_send_weight(const eswi_clo_problem *p, int method, int32_t here, int32_t there,
                                   double power)
{
    if (method == CLO_GREEDY_LOCAL || method == CLO_GREEDY_EDGE)
        return (double)here - 0.5 * power / p->power_max_w; /* the longest queue, then the cheapest link */
    return (double)(here - there) - p->v * (power * p->slot_s);
}

/* The links of node n: candidates and weights. */
ESW_FN void eswi_clo_prepare_links(const eswi_clo_problem *p, int method, const float *gain,
                                   const eswi_clo_state *s, int n, eswi_clo_node *node)
{
    const int stays = method == CLO_GREEDY_LOCAL && p->node_model[n] != CLO_NO_MODEL;
    node->links = 0;
    for (int k = 0; k < p->devices; k++)
        node->units[k] = s->queues.length[n][k];
    for (int o = 0; o < p->out_count[n] && !stays; o++) {
        const int link = p->out[n][o], i = node->links;
        const double power = eswi_clo_power(p, gain[link]);
        unsigned candidates = 0;
        for (int k = 0; k < p->devices; k++) {
            const double weight =
                eswi_clo_send_weight(p, method, node->units[k], s->queues.length[p->link_to[link]][k], power);
            node->send[i][k] = weight;
            candidates |= (node->units[k] > 0 && weight > 0.0 ? 1u : 0u) << k;
        }
        node->link[i] = link;
        node->power[i] = power;
        node->candidates[i] = candidates;
        node->links += power <= p->power_max_w && candidates != 0;
    }
}

/* What a decision of device k's head unit at node n is worth at thresholds theta[]. */
ESW_FN double eswi_clo_infer_weight(const eswi_clo_problem *p, int method, const eswi_clo_draws *draws,
                                    eswi_clo_state *s, int n, int k)
{
    const int32_t units = s->queues.length[n][k], unit = s->queues.head[n][k];
    const eswi_clo_threshold at = s->control.theta[k];
    if (method == CLO_GREEDY_LOCAL || method == CLO_GREEDY_EDGE)
        return method == CLO_GREEDY_EDGE && p->out_count[n] > 0 ? 0.0 : (double)units;
    if (s->f_unit[n][k] != unit || s->f_theta[n][k] != at.theta) {
        s->f_hat[n][k] =
            eswi_clo_predicted(&p->tasks, eswi_clo_head_task(p, draws, s, n, k), p->node_model[n], at);
        s->f_unit[n][k] = unit;
        s->f_theta[n][k] = at.theta;
    }
    return (double)units - p->v * p->eta * s->f_hat[n][k];
}

/* The same under LO with the i-th of its thresholds: the expected loss is priced by the virtual queue. */
ESW_FN double eswi_clo_lo_weight(const eswi_clo_problem *p, const eswi_clo_draws *draws,
                                 const eswi_clo_state *s, int n, int k, int i)
{
    const eswi_clo_tasks *t = &p->tasks;
    const int model = p->node_model[n], task = eswi_clo_head_task(p, draws, s, n, k);
    const double f_hat = t->f_grid[((size_t)task * (size_t)t->models + (size_t)model) * CLO_THETAS_MAX + i];
    const double loss = p->lo_minus_r ? t->loss_mean[model][i] - p->r : t->loss_mean[model][i];
    return ((double)s->queues.length[n][k] - p->v * p->eta * f_hat) - s->control.z[k] * loss;
}

/* Whether node n has a head unit it could decide. */
ESW_FN int eswi_clo_can_infer(const eswi_clo_problem *p, const eswi_clo_node *node, int n)
{
    int any = 0;
    for (int k = 0; k < p->devices; k++)
        any |= node->units[k] > 0;
    return any && p->node_model[n] != CLO_NO_MODEL;
}

/* The slot problem at the control's thresholds: all methods but LO. */
ESW_FN void eswi_clo_choose(const eswi_clo_problem *p, int method, const eswi_clo_draws *draws,
                            const float *gain, eswi_clo_state *s, eswi_clo_slot *slot)
{
    for (int link = 0; link < p->links; link++)
        slot->sends[link] = 0;
    for (int n = 0; n < p->nodes; n++) {
        eswi_clo_node node;
        eswi_clo_prepare_links(p, method, gain, s, n, &node);
        const int infers = eswi_clo_can_infer(p, &node, n);
        for (int k = 0; k < p->devices; k++)
            node.infer[k] =
                infers && node.units[k] > 0 ? eswi_clo_infer_weight(p, method, draws, s, n, k) : 0.0;
        eswi_clo_solve_node(p, &node, slot->sends, &slot->infers[n]);
    }
}

/* The slot problem of LO: the best of the common thresholds, the first of equal ones; returns its index. */
ESW_FN int eswi_clo_choose_lo(const eswi_clo_problem *p, const eswi_clo_draws *draws, const float *gain,
                              const eswi_clo_state *s, eswi_clo_slot *slot)
{
    double value[CLO_THETAS_MAX];
    uint8_t infers[CLO_THETAS_MAX][CLO_NODES_MAX], sends[CLO_THETAS_MAX][CLO_LINKS_MAX];
    for (int i = 0; i < p->thetas; i++) {
        value[i] = 0.0;
        for (int link = 0; link < p->links; link++)
            sends[i][link] = 0;
    }
    for (int n = 0; n < p->nodes; n++) {
        eswi_clo_node node;
        eswi_clo_prepare_links(p, CLO_LO, gain, s, n, &node);
        const int depends = eswi_clo_can_infer(p, &node, n); /* on the threshold */
        double alone = 0.0;
        for (int i = 0; i < p->thetas; i++) {
            for (int k = 0; k < p->devices; k++)
                node.infer[k] = depends && node.units[k] > 0 ? eswi_clo_lo_weight(p, draws, s, n, k, i) : 0.0;
            if (depends || i == 0) {
                alone = eswi_clo_solve_node(p, &node, sends[i], &infers[i][n]);
            } else {
                infers[i][n] = 0;
                for (int j = 0; j < node.links; j++)
                    sends[i][node.link[j]] = sends[0][node.link[j]];
            }
            value[i] = value[i] + alone;
        }
    }
    int best = 0;
    for (int i = 1; i < p->thetas; i++)
        best = value[i] > value[best] ? i : best;
    for (int link = 0; link < p->links; link++)
        slot->sends[link] = sends[best][link];
    for (int n = 0; n < p->nodes; n++)
        slot->infers[n] = infers[best][n];
    return best;
}

ESW_FN void eswi_clo_record(const eswi_clo_problem *p, const eswi_clo_slot *slot, int theta, int t,
                            const eswi_clo_trace *trace)
{
    for (int link = 0; link < p->links; link++)
        trace->sends[(size_t)t * (size_t)p->links + link] = slot->sends[link];
    for (int n = 0; n < p->nodes; n++)
        trace->infers[(size_t)t * (size_t)p->nodes + n] = slot->infers[n];
    trace->theta[t] = (uint8_t)theta;
}

/* All slots. `s` needs its queues carved; all else is set here. */
ESW_FN void eswi_clo_run(const eswi_clo_problem *p, int method, const eswi_clo_draws *draws, eswi_clo_state *s,
                         const eswi_clo_trace *trace)
{
    eswi_clo_move decided[CLO_NODES_MAX * CLO_DEVICES_MAX];
    double mean[CLO_DEVICES_MAX];
    eswi_clo_slot slot;
    int into_frame = 0;

    eswi_clo_state_start(p, s);
    for (int t = 0; t < p->slots; t++) {
        const float *gain = draws->gain + (size_t)t * (size_t)p->links;
        const int16_t *arriving = draws->task + (size_t)t * (size_t)p->devices;
        int theta = 0;
        if (method == CLO_LO)
            theta = eswi_clo_choose_lo(p, draws, gain, s, &slot);
        else
            eswi_clo_choose(p, method, draws, gain, s, &slot);
        eswi_clo_record(p, &slot, theta, t, trace);
        const int count = eswi_clo_advance(p, &slot, arriving, t, &s->queues, decided);
        for (int i = 0; i < count; i++) {
            const int n = decided[i].node, k = decided[i].device;
            const int task = draws->task[(size_t)decided[i].unit * (size_t)p->devices + k];
            const eswi_clo_threshold at = method == CLO_LO ? p->theta_grid[theta] : s->control.theta[k];
            eswi_clo_control_loss(&s->control, k, eswi_clo_loss(&p->tasks, task, p->node_model[n], at));
        }
        if (++into_frame == p->frame_slots) {
            eswi_clo_control_frame(p, method, &s->control, mean);
            into_frame = 0;
        }
    }
}

#endif
