/* CLO: what a frame's losses do to the thresholds, (29), (30), and to LO's virtual queues. Shared by the solver and the
 * accountant, CPU and CUDA. */
#ifndef ESWI_CLO_CONTROL_H
#define ESWI_CLO_CONTROL_H

#include "clo/problem.h"

/* The order of the method table in system.c. */
typedef enum {
    CLO_CLO,          /* Algorithm 1 */
    CLO_LO,           /* virtual queues, the common threshold chosen in every slot */
    CLO_FIXED_THETA,  /* no control of the reliability */
    CLO_GREEDY_LOCAL, /* the first server on the way decides; thresholds as in CLO */
    CLO_GREEDY_EDGE,  /* only servers without links decide; thresholds as in CLO */
    CLO_METHODS
} clo_method;

typedef struct eswi_clo_control {
    eswi_clo_threshold theta[CLO_DEVICES_MAX];
    double z[CLO_DEVICES_MAX];          /* virtual queues */
    double loss[CLO_DEVICES_MAX];       /* summed over this frame's decisions */
    int32_t decisions[CLO_DEVICES_MAX]; /* of this frame, N_f */
} eswi_clo_control;

ESW_FN void eswi_clo_control_start(const eswi_clo_problem *p, eswi_clo_control *c)
{
    for (int k = 0; k < CLO_DEVICES_MAX; k++) {
        c->theta[k] = eswi_clo_threshold_of(p->theta0);
        c->z[k] = p->z0;
        c->loss[k] = 0.0;
        c->decisions[k] = 0;
    }
}

ESW_FN void eswi_clo_control_loss(eswi_clo_control *c, int device, double loss)
{
    c->loss[device] = c->loss[device] + loss;
    c->decisions[device]++;
}

/* The end of a frame: mean[k] = Lbar_f, or -1 for a device without decisions, whose control does not move. */
ESW_FN void eswi_clo_control_frame(const eswi_clo_problem *p, int method, eswi_clo_control *c, double *mean)
{
    for (int k = 0; k < p->devices; k++) {
        mean[k] = -1.0;
        if (c->decisions[k] > 0) {
            mean[k] = c->loss[k] / (double)c->decisions[k];
            const double z = c->z[k] + p->beta * (mean[k] - p->r);
            if (method == CLO_LO)
                c->z[k] = z > 0.0 ? z : 0.0;
            else if (method != CLO_FIXED_THETA)
                c->theta[k] = eswi_clo_threshold_of(c->theta[k].theta + p->gamma * (p->r - mean[k]));
        }
        c->loss[k] = 0.0;
        c->decisions[k] = 0;
    }
}

#endif
