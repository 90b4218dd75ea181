/* CLO: one realisation's problem as plain numbers, what host and device share of a config. Equation numbers are those of
 * the CLO paper.
 *
 * Units of device k enter at node device_node[k], wait in one queue per (node, device), move over links and are decided at
 * nodes that have a model. The index of a slot is also the name of the unit that arrives in it. All reals are double: the
 * realised losses feed back into the state, so the accountant has to meet the very numbers that the solver saw.
 */
#ifndef ESWI_CLO_PROBLEM_H
#define ESWI_CLO_PROBLEM_H

#include "base/detmath.h"
#include "base/portable.h"

/* A set of devices is a byte, so devices are at most eight; units are 16-bit slot indices. */
enum {
    CLO_NODES_MAX = 8,
    CLO_DEVICES_MAX = 8,
    CLO_LINKS_MAX = 16,
    CLO_MODELS_MAX = 8,
    CLO_THETAS_MAX = 16,
    CLO_SLOTS_MAX = 65535,
    CLO_NO_MODEL = -1,
    CLO_NO_TASK = -1
};

/* m1 from here on: a picture without an object, whose loss is 0 at every threshold. */
#define CLO_NEVER_LOST 1e9

/* A threshold with its logit, ln(theta / (1 - theta)): used many times between two updates. */
typedef struct eswi_clo_threshold {
    double theta, logit; /* logit: only for 0 < theta < 1, else 0 */
} eswi_clo_threshold;

/* Tasks: the curves of model m for task i are L(theta) = Phi((logit theta - m1) / s1) and
 * F(theta) = min(odds (1 - Phi((logit theta + m0) / s0)), 1), with (37)'s odds = background / object pixels. */
typedef struct eswi_clo_tasks {
    int tasks, models;
    const double *m1, *s1;                            /* [tasks][models] */
    const double *m0, *s0;                            /* [tasks][models] */
    const double *m0_predicted;                       /* [tasks][models] of the predictor F_hat */
    const double *odds;                               /* [tasks] */
    const double *f_grid;                             /* [tasks][models][CLO_THETAS_MAX] F_hat at LO's thetas */
    double loss_mean[CLO_MODELS_MAX][CLO_THETAS_MAX]; /* E[L] over the tasks at LO's thetas */
} eswi_clo_tasks;

typedef struct eswi_clo_problem {
    int nodes, devices, links, slots, frame_slots;
    int device_node[CLO_DEVICES_MAX];
    int node_model[CLO_NODES_MAX]; /* CLO_NO_MODEL: does not decide */
    int node_depth[CLO_NODES_MAX]; /* fewest links from a device */
    int link_from[CLO_LINKS_MAX], link_to[CLO_LINKS_MAX];
    int out_count[CLO_NODES_MAX], out[CLO_NODES_MAX][CLO_LINKS_MAX]; /* links of a node, ascending */
    int link_units_max, node_inferences_max;                         /* R_max, I_max */
    double power_times_gain_w; /* (2^(W/(B dT)) - 1) B N0: P* = this / S */
    double power_max_w, slot_s;
    double v, eta, r, gamma, theta0, beta, z0;
    int lo_minus_r; /* LO's term is Z (E[L] - r), else Z E[L] */
    int thetas;
    eswi_clo_threshold theta_grid[CLO_THETAS_MAX];
    eswi_clo_tasks tasks;
} eswi_clo_problem;

/* What a scenario draws. */
typedef struct eswi_clo_draws {
    const float *gain;   /* [T][links] channel power gain S, path loss included */
    const int16_t *task; /* [T][devices] the arriving unit's task, CLO_NO_TASK: none arrives */
} eswi_clo_draws;

/* What a slot decides, a set of devices (bit k) each: the trace of a decision is T of these rows. */
typedef struct eswi_clo_slot {
    uint8_t sends[CLO_LINKS_MAX];  /* R_nm^k */
    uint8_t infers[CLO_NODES_MAX]; /* I_n^k */
} eswi_clo_slot;

/* Phi, the standard normal distribution function. */
ESW_FN double eswi_clo_phi(double x)
{
    return 0.5 * eswi_erfc(-0.70710678118654752440 * x);
}

ESW_FN eswi_clo_threshold eswi_clo_threshold_of(double theta)
{
    eswi_clo_threshold at;
    at.theta = theta;
    at.logit = theta > 0.0 && theta < 1.0 ? eswi_log(theta / (1.0 - theta)) : 0.0;
    return at;
}

/* L: 0 for theta <= 0, 1 for theta >= 1, but 0 throughout without an object. */
ESW_FN double eswi_clo_loss(const eswi_clo_tasks *t, int task, int model, eswi_clo_threshold at)
{
    if (!(at.theta > 0.0))
        return 0.0;
    const int i = task * t->models + model;
    if (!(at.theta < 1.0))
        return t->m1[i] < CLO_NEVER_LOST ? 1.0 : 0.0;
    return eswi_clo_phi((at.logit - t->m1[i]) / t->s1[i]);
}

/* F with the given m0: 1 for theta <= 0, 0 for theta >= 1. */
ESW_FN double eswi_clo_imprecision_at(const eswi_clo_tasks *t, int task, int model, double m0,
                                      eswi_clo_threshold at)
{
    if (!(at.theta > 0.0))
        return 1.0;
    if (!(at.theta < 1.0))
        return 0.0;
    const double beyond = 1.0 - eswi_clo_phi((at.logit + m0) / t->s0[task * t->models + model]);
    const double f = t->odds[task] * beyond;
    return f < 1.0 ? f : 1.0;
}

ESW_FN double eswi_clo_imprecision(const eswi_clo_tasks *t, int task, int model, eswi_clo_threshold at)
{
    return eswi_clo_imprecision_at(t, task, model, t->m0[task * t->models + model], at);
}

/* F_hat, what is known before the decision. */
ESW_FN double eswi_clo_predicted(const eswi_clo_tasks *t, int task, int model, eswi_clo_threshold at)
{
    return eswi_clo_imprecision_at(t, task, model, t->m0_predicted[task * t->models + model], at);
}

/* The least power that carries a unit over a link of gain S within a slot; +inf for S = 0. */
ESW_FN double eswi_clo_power(const eswi_clo_problem *p, float gain)
{
    return gain > 0.0f ? p->power_times_gain_w / (double)gain : eswi_inf();
}

/* E* = P* dT of one unit, J. */
ESW_FN double eswi_clo_energy(const eswi_clo_problem *p, float gain)
{
    return eswi_clo_power(p, gain) * p->slot_s;
}

#endif
