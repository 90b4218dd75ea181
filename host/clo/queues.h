/* CLO: the queues of one realisation, (20), unit by unit. Shared by the solver and the accountant, CPU and CUDA.
 *
 * A unit is in exactly one queue at a time, so the queues of a device are lists linked through one array: memory does not
 * depend on how long queues grow.
 */
#ifndef ESWI_CLO_QUEUES_H
#define ESWI_CLO_QUEUES_H

#include "base/carve.h"
#include "clo/problem.h"

typedef struct eswi_clo_queues {
    int slots;
    uint16_t *next; /* [devices][T] */
    uint16_t head[CLO_NODES_MAX][CLO_DEVICES_MAX], tail[CLO_NODES_MAX][CLO_DEVICES_MAX];
    int32_t length[CLO_NODES_MAX][CLO_DEVICES_MAX];
} eswi_clo_queues;

ESW_FN void eswi_clo_queues_carve(eswi_clo_queues *q, eswi_carve *carve, const eswi_clo_problem *p)
{
    q->slots = p->slots;
    q->next = ESWI_CARVE(carve, uint16_t, (size_t)p->devices * (size_t)p->slots);
}

/* Queues start empty. */
ESW_FN void eswi_clo_queues_clear(eswi_clo_queues *q)
{
    for (int n = 0; n < CLO_NODES_MAX; n++)
        for (int k = 0; k < CLO_DEVICES_MAX; k++)
            q->length[n][k] = 0;
}

ESW_FN void eswi_clo_enqueue(eswi_clo_queues *q, int node, int device, int unit)
{
    if (q->length[node][device]++ == 0)
        q->head[node][device] = (uint16_t)unit;
    else
        q->next[(size_t)device * (size_t)q->slots + q->tail[node][device]] = (uint16_t)unit;
    q->tail[node][device] = (uint16_t)unit;
}

/* The head unit, taken out; the queue must not be empty. */
ESW_FN int eswi_clo_dequeue(eswi_clo_queues *q, int node, int device)
{
    const int unit = q->head[node][device];
    q->head[node][device] = q->next[(size_t)device * (size_t)q->slots + unit];
    q->length[node][device]--;
    return unit;
}

/* Units in all queues. */
ESW_FN int32_t eswi_clo_queued(const eswi_clo_queues *q, const eswi_clo_problem *p)
{
    int32_t sum = 0;
    for (int n = 0; n < p->nodes; n++)
        for (int k = 0; k < p->devices; k++)
            sum += q->length[n][k];
    return sum;
}

/* A unit on its way to the end of a slot. */
typedef struct eswi_clo_move {
    uint8_t node, device;
    uint16_t unit;
} eswi_clo_move;

/* What a slot's decision moves: a node decides its head units first, then sends, links in index order. Every unit leaves
 * its queue before any arrives, so that none takes two steps in a slot; a queue then receives its own arrival first and
 * then from its links in order. Decided units go to `decided` (at most nodes x devices), their number is returned. The
 * decision must be feasible: no queue gives more than it holds. */
ESW_FN int eswi_clo_advance(const eswi_clo_problem *p, const eswi_clo_slot *slot, const int16_t *arriving,
                            int t, eswi_clo_queues *q, eswi_clo_move *decided)
{
    eswi_clo_move moved[CLO_LINKS_MAX * CLO_DEVICES_MAX];
    int count = 0, moves = 0;
    for (int n = 0; n < p->nodes; n++) {
        for (int k = 0; k < p->devices; k++) {
            if (slot->infers[n] >> k & 1) {
                decided[count].node = (uint8_t)n;
                decided[count].device = (uint8_t)k;
                decided[count++].unit = (uint16_t)eswi_clo_dequeue(q, n, k);
            }
        }
    }
    for (int link = 0; link < p->links; link++) {
        for (int k = 0; k < p->devices; k++) {
            if (slot->sends[link] >> k & 1) {
                moved[moves].node = (uint8_t)p->link_to[link];
                moved[moves].device = (uint8_t)k;
                moved[moves++].unit = (uint16_t)eswi_clo_dequeue(q, p->link_from[link], k);
            }
        }
    }
    for (int k = 0; k < p->devices; k++)
        if (arriving[k] != CLO_NO_TASK)
            eswi_clo_enqueue(q, p->device_node[k], k, t);
    for (int i = 0; i < moves; i++)
        eswi_clo_enqueue(q, moved[i].node, moved[i].device, moved[i].unit);
    return count;
}

#endif
