/* ECC: one direction of one subchannel, the atom of every exact search.
 *
 * Users who send on a subchannel in one direction interact with nobody else there (Structure point 3), and what a
 * direction adds to (20) depends on its own powers alone (point 4). With x_i = (wT + wE p_i) / log2(1 + SINR_i) the
 * price of a bit per Hz, user i pays the lower envelope of lines fixed + slope x_i (point 2): in the uplink one line
 * per split, slope = w_s / band; in the downlink one line, slope = m_i / band. Gains are over the user's own noise, so
 * that SINR_i = own_i p_i / (1 + sum_v heard_iv p_v).
 *
 * Shared with GPU code: no allocation, no libm. Powers in W.
 */
#ifndef ESWI_ECC_ELEMENT_H
#define ESWI_ECC_ELEMENT_H

#include "base/detmath.h"
#include "ecc/lane_loop.h"

/* Users and lines an element has room for. A longer envelope is replaced by one below it (element.c). */
enum { ECC_ELEMENT_USERS = 16, ECC_ELEMENT_LINES = 16 };

typedef struct eswi_ecc_element {
    int n;
    double weight_time, weight_energy;
    double power_min_w, power_max_w;
    double own[ECC_ELEMENT_USERS];                      /* 1/W */
    double heard[ECC_ELEMENT_USERS][ECC_ELEMENT_USERS]; /* [i][v] how i hears v, 1/W; 0 where it does not */
    int lines[ECC_ELEMENT_USERS];                       /* >= 1 */
    double fixed[ECC_ELEMENT_USERS][ECC_ELEMENT_LINES]; /* >= 0, ascending */
    double slope[ECC_ELEMENT_USERS][ECC_ELEMENT_LINES]; /* >= 0, descending */
} eswi_ecc_element;

/* The envelope of user i at price x. */
ESW_FN double eswi_ecc_element_envelope(const eswi_ecc_element *e, int i, double x)
{
    double least = fma(e->slope[i][0], x, e->fixed[i][0]);
    for (int k = 1; k < e->lines[i]; k++) {
        const double line = fma(e->slope[i][k], x, e->fixed[i][k]);
        least = line < least ? line : least;
    }
    return least;
}

/* Interference and noise of user i over the noise, users added in index order; `stride` between users. */
ESW_FN double eswi_ecc_element_interference(const eswi_ecc_element *e, int i, const double *power_w, int stride)
{
    double sum = 1.0;
    for (int v = 0; v < e->n; v++)
        if (e->heard[i][v] > 0.0)
            sum += e->heard[i][v] * power_w[v * stride];
    return sum;
}

/* x_i */
ESW_FN double eswi_ecc_element_price(const eswi_ecc_element *e, int i, const double *power_w, int stride)
{
    const double p = power_w[i * stride];
    const double sinr = e->own[i] * p / eswi_ecc_element_interference(e, i, power_w, stride);
    return (e->weight_time + e->weight_energy * p) / eswi_log2_1p(sinr);
}

/* What the direction costs at the powers power_w[n]: the sum over its users in index order. */
ESW_FN double eswi_ecc_element_value(const eswi_ecc_element *e, const double *power_w, int stride)
{
    double sum = 0.0;
    for (int i = 0; i < e->n; i++)
        sum += eswi_ecc_element_envelope(e, i, eswi_ecc_element_price(e, i, power_w, stride));
    return sum;
}

#endif
