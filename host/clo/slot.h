/* CLO: the slot problem (31), solved exactly, node by node. Shared by CPU and CUDA.
 *
 * A used link takes the least power that meets the slot (eswi_clo_power); what is left is a choice of sets of devices:
 *   maximise  sum_links sum_k (U_nm^k - V E*_nm) R_nm^k + sum_servers sum_k w_n^k I_n^k
 * under R_max per link, I_max and P_max per node, and no more units out of a queue than it holds. Nodes share nothing, so
 * each is enumerated over the sets of its links; given those, the best inferences are the largest positive weights. Links
 * and inference compete for the same units, which is why taking the best weight first is not exact. Every unit that a link
 * carries costs P*, in energy and against P_max.
 */
#ifndef ESWI_CLO_SLOT_H
#define ESWI_CLO_SLOT_H

#include "clo/queues.h"

/* A node's choices with a positive weight. */
typedef struct eswi_clo_node {
    int links;                                   /* with any candidate */
    int link[CLO_LINKS_MAX];                     /* their indices, ascending */
    unsigned candidates[CLO_LINKS_MAX];          /* devices with a positive weight */
    double power[CLO_LINKS_MAX];                 /* P*, W */
    double send[CLO_LINKS_MAX][CLO_DEVICES_MAX]; /* weights of the candidates */
    double infer[CLO_DEVICES_MAX];               /* weights, <= 0: not a candidate */
    int32_t units[CLO_DEVICES_MAX];              /* in the queues */
} eswi_clo_node;

/* The best inferences with `left` units per device: the I_max largest positive weights, of equal ones the first. */
ESW_FN double eswi_clo_best_inferences(const eswi_clo_problem *p, const eswi_clo_node *node,
                                       const int32_t *left, uint8_t *set)
{
    double value = 0.0;
    uint8_t chosen = 0;
    for (int i = 0; i < p->node_inferences_max; i++) {
        int best = -1;
        for (int k = 0; k < p->devices; k++) {
            const int possible = !(chosen >> k & 1) && left[k] > 0 && node->infer[k] > 0.0;
            if (possible && (best < 0 || node->infer[k] > node->infer[best]))
                best = k;
        }
        if (best < 0)
            break;
        chosen = (uint8_t)(chosen | 1u << best);
    }
    for (int k = 0; k < p->devices; k++)
        value = chosen >> k & 1 ? value + node->infer[k] : value;
    *set = chosen;
    return value;
}

/* Whether `set` on link `i` of the node leaves every queue its units; takes them and adds weights and power. */
ESW_FN int eswi_clo_put_on_link(const eswi_clo_problem *p, const eswi_clo_node *node, int i, unsigned set,
                                int32_t *left, double *value, double *power)
{
    int count = 0, fits = 1;
    for (int k = 0; k < p->devices; k++) {
        if (set >> k & 1) {
            count++;
            fits &= --left[k] >= 0;
            *value = *value + node->send[i][k];
        }
    }
    *power = *power + count * node->power[i];
    return fits && count <= p->link_units_max;
}

/* The best choice of one node, into sends[] (by link index) and *infers; returns its value. Sets are tried in ascending
 * order, the last link's fastest, and the first of the best stays. */
ESW_FN double eswi_clo_solve_node(const eswi_clo_problem *p, const eswi_clo_node *node, uint8_t *sends,
                                  uint8_t *infers)
{
    unsigned set[CLO_LINKS_MAX];
    double best = -1.0;
    uint8_t inferred = 0;

    for (int i = 0; i < node->links; i++)
        set[i] = 0;
    *infers = 0;
    for (;;) {
        double value = 0.0, power = 0.0;
        int32_t left[CLO_DEVICES_MAX];
        int fits = 1;
        for (int k = 0; k < p->devices; k++)
            left[k] = node->units[k];
        for (int i = 0; i < node->links && fits; i++)
            fits = eswi_clo_put_on_link(p, node, i, set[i], left, &value, &power);
        if (fits && power <= p->power_max_w) {
            value = value + eswi_clo_best_inferences(p, node, left, &inferred);
            if (value > best) {
                best = value;
                *infers = inferred;
                for (int i = 0; i < node->links; i++)
                    sends[node->link[i]] = (uint8_t)set[i];
            }
        }
        int i = node->links - 1; /* the next subset of the candidates, as an odometer */
        while (i >= 0 && (set[i] = (set[i] - node->candidates[i]) & node->candidates[i]) == 0)
            i--;
        if (i < 0)
            return best;
    }
}

#endif
