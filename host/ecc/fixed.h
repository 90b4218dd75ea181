/* ECC, one subchannel per user and direction: value and gradient in the powers, sixteen scenarios at a time.
 *
 *   f(p) = sum_u C_u / R_u,   R_u = share_u log2(1 + p_u h_u / I_u),   I_u = noise_u + sum_v p_v G_vu
 *
 * over the few v that u hears: later decoded users of its own cluster and the other cells' users of its subchannel. In
 * OMA share and noise are 1/k and nobody is heard; in-cell OMA hears other cells only. Whoever differs between access
 * modes, directions and readings differs in these lists alone (fixed_load.h), not in the evaluation.
 *
 * Lanes with shorter lists than their neighbours keep their sums. Work: O(U x cluster_cap N).
 */
#ifndef ESWI_ECC_FIXED_H
#define ESWI_ECC_FIXED_H

#include <stdint.h>

#include "base/detmath.h"
#include "ecc/evaluation.h"

typedef struct eswi_ecc_fixed {
    int users, pairs;              /* pairs = longest possible list */
    float weight_time, weight_energy;
    float *own;                    /* [U][L] gain to the serving AP over the noise of a whole subchannel */
    float *noise;                  /* [U][L] noise in the user's slice, 1 for a whole subchannel */
    float *share;                  /* [U][L] the slice's share of the subchannel */
    uint16_t *heard, *hearer;      /* [U][P][L] whom u hears, and who hears u */
    float *heard_gain, *hearer_gain; /* [U][P][L] over noise */
    int32_t *heard_count, *hearer_count; /* [U][L] */
    float *ratio, *slope, *pull;     /* [U][L] scratch */
} eswi_ecc_fixed;

/* sum over the first count[l] entries of a list of value x gain, after `start`, in list order. */
ESW_FN void eswi_ecc_listen(const int32_t *ESW_RESTRICT count, const uint16_t *ESW_RESTRICT who,
                            const float *ESW_RESTRICT gain, const float *ESW_RESTRICT value,
                            const float *ESW_RESTRICT start, float *ESW_RESTRICT sum)
{
    ESW_LANE_VAR(float, run);
    ESW_LANE_VAR(float, other);
    ESW_LANE_VAR(int, entry);
    ESW_LANE_VAR(int, more);
    ESW_EACH_LANE(l)
    {
        ESW_AT(run, l) = start ? start[l] : 0.0f;
        ESW_AT(more, l) = count[l] > 0;
    }
    for (int k = 0; ESW_LANES_ANY(more); k++) {
        ESW_LANES_LOOKUP(value, who + k * ECC_LANES, entry, other);
        ESW_EACH_LANE(l)
        {
            const float next = fmaf(ESW_AT(other, l), gain[k * ECC_LANES + l], ESW_AT(run, l));
            ESW_AT(run, l) = ESW_AT(more, l) ? next : ESW_AT(run, l);
            ESW_AT(more, l) = k + 1 < count[l];
        }
    }
    ESW_EACH_LANE(l) { sum[l] = ESW_AT(run, l); }
}

/* f and its gradient at e->power; the beta fields of *e are not read. */
ESW_FN void eswi_ecc_evaluate_fixed(const eswi_ecc_fixed *p, const eswi_ecc_evaluation *e)
{
    for (int u = 0; u < p->users; u++) {
        const size_t list = (size_t)u * p->pairs * ECC_LANES;
        float *interference = p->pull + u * ECC_LANES;
        eswi_ecc_listen(p->heard_count + u * ECC_LANES, p->heard + list, p->heard_gain + list, e->power,
                        p->noise + u * ECC_LANES, interference);
        ESW_EACH_LANE(l)
        {
            const int i = u * ECC_LANES + l;
            const float signal = e->power[i] * p->own[i];
            const float sinr = signal / interference[l];
            const float efficiency = p->share[i] * eswi_log2_1pf(sinr);
            const float slope = (p->share[i] * ECC_LOG2_E) / (interference[l] + signal);
            eswi_ecc_user_cost(e, i, efficiency, p->weight_time, p->weight_energy);
            p->slope[i] = slope;
            p->ratio[i] = (e->price[i] * slope) * sinr;
        }
    }
    for (int u = 0; u < p->users; u++) {
        const size_t list = (size_t)u * p->pairs * ECC_LANES;
        float *pull = p->pull + u * ECC_LANES;
        eswi_ecc_listen(p->hearer_count + u * ECC_LANES, p->hearer + list, p->hearer_gain + list, p->ratio, NULL,
                        pull);
        ESW_EACH_LANE(l)
        {
            const int i = u * ECC_LANES + l;
            const float own = (e->price[i] * p->own[i]) * p->slope[i];
            e->power_gradient[i] = e->power_gradient[i] + (pull[l] - own);
        }
    }
    eswi_ecc_users_sum(p->users, e->cost, e->value);
}

#endif
