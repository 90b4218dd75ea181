/* ECC: what one evaluation of a direction reads and writes, and a user's own term of it. Shared by CPU and CUDA. */
#ifndef ESWI_ECC_EVALUATION_H
#define ESWI_ECC_EVALUATION_H

#include "ecc/lane_sums.h"

/* A rate below this (bit/s/Hz) is taken as this: no underflow of the efficiency may divide by zero. */
#define ECC_LEAST_RATE 1e-12f
#define ECC_LOG2_E 0x1.715476p0f

typedef struct eswi_ecc_evaluation {
    const float *beta;     /* [U][T][L], rows on the simplex; NULL with fixed subchannels */
    const float *power;    /* [U][L] W, 0 for local users */
    const float *work;     /* [U][L] bits / b: seconds at 1 bit/s/Hz, 0 for local users */
    float *beta_gradient;  /* [U][T][L] df/dbeta; NULL with fixed subchannels */
    float *power_gradient; /* [U][L] df/dp, 1/W */
    float *rate;           /* [U][L] R_u / b, bit/s/Hz */
    float *price;          /* [U][L] lambda_u = C_u / R_u^2 */
    float *cost;           /* [U][L] C_u / R_u */
    float *value;          /* [L] f */
} eswi_ecc_evaluation;

/* User i's (index [u][l]) cost (wT + wE p) work / rate, its price and its energy's direct share of df/dp. */
ESW_FN void eswi_ecc_user_cost(const eswi_ecc_evaluation *e, int i, float efficiency, float weight_time,
                               float weight_energy)
{
    const float rate = efficiency > ECC_LEAST_RATE ? efficiency : ECC_LEAST_RATE;
    const float spent = e->work[i] * fmaf(weight_energy, e->power[i], weight_time);
    const float cost = spent / rate;
    e->rate[i] = rate;
    e->cost[i] = cost;
    e->price[i] = cost / rate;
    e->power_gradient[i] = (e->work[i] * weight_energy) / rate;
}

#endif
