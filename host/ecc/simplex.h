/* ECC: projection of a user's subchannel shares onto the simplex (18e), (18f), sixteen lanes at a time.
 *
 * The projection of z is max(z - tau, 0) with sum = 1. Shifted so that the largest element is 0, tau lies in [-1, 0) and
 * only elements above -1 can stay. For every set S of elements (sum over S - 1) / |S| <= tau; the first S is that of the
 * elements that had a share in x, which is close. Then the active are those above the bound, the bound is theirs, repeat
 * (Michelot). The active set only shrinks, so it ends after at most M rounds; further rounds change nothing, which is
 * why lanes that need fewer than their neighbours get the same bits as alone.
 */
#ifndef ESWI_ECC_SIMPLEX_H
#define ESWI_ECC_SIMPLEX_H

#include "ecc/lane_sums.h"

/* row[T][L] = the projection of x - alpha g, alpha per lane. Columns 16 t + l >= columns exist only with `across` and
 * become 0. */
ESW_FN void eswi_ecc_project_step(int across, int tiles, int columns, const float *ESW_RESTRICT x,
                                  const float *ESW_RESTRICT g, const float *ESW_RESTRICT alpha,
                                  float *ESW_RESTRICT row)
{
    ESW_LANE_VAR(float, top);
    ESW_LANE_VAR(float, tau);
    ESW_LANE_VAR(float, sum);
    ESW_LANE_VAR(float, count);
    ESW_LANE_VAR(float, before);
    ESW_LANE_VAR(int, shrank);

    for (int t = 0; t < tiles; t++)
        ESW_EACH_LANE(l) { row[t * ECC_LANES + l] = fmaf(-alpha[l], g[t * ECC_LANES + l], x[t * ECC_LANES + l]); }
    if (across) {
        float *tail = row + (tiles - 1) * ECC_LANES;
        const int real = columns - (tiles - 1) * ECC_LANES;
        ESW_EACH_LANE(l) { tail[l] = l < real ? tail[l] : -FLT_MAX; }
    }
    ESW_EACH_LANE(l)
    {
        ESW_AT(top, l) = -FLT_MAX;
        ESW_AT(tau, l) = -1.0f;
        ESW_AT(before, l) = FLT_MAX;
    }
    for (int t = 0; t < tiles; t++)
        ESW_EACH_LANE(l) { ESW_AT(top, l) = row[t * ECC_LANES + l] > ESW_AT(top, l) ? row[t * ECC_LANES + l] : ESW_AT(top, l); }
    if (across)
        ESW_LANES_MAX(top);
    for (int t = 0; t < tiles; t++)
        ESW_EACH_LANE(l) { row[t * ECC_LANES + l] = row[t * ECC_LANES + l] - ESW_AT(top, l); }

    ECC_SUM_COLUMNS(across, tiles, t, l, x[t * ECC_LANES + l] > 0.0f ? 1.0f : 0.0f, count);
    ECC_SUM_COLUMNS(across, tiles, t, l, x[t * ECC_LANES + l] > 0.0f ? row[t * ECC_LANES + l] : 0.0f, sum);
    ESW_EACH_LANE(l)
    {
        const float start = (ESW_AT(sum, l) - 1.0f) / ESW_AT(count, l);
        ESW_AT(tau, l) = start > ESW_AT(tau, l) ? start : ESW_AT(tau, l);
    }
    for (int round = 0; round <= columns; round++) {
        ECC_SUM_COLUMNS(across, tiles, t, l, row[t * ECC_LANES + l] > ESW_AT(tau, l) ? 1.0f : 0.0f, count);
        ESW_EACH_LANE(l)
        {
            ESW_AT(shrank, l) = ESW_AT(count, l) < ESW_AT(before, l);
            ESW_AT(before, l) = ESW_AT(count, l);
        }
        if (!ESW_LANES_ANY(shrank))
            break;
        ECC_SUM_COLUMNS(across, tiles, t, l, row[t * ECC_LANES + l] > ESW_AT(tau, l) ? row[t * ECC_LANES + l] : 0.0f,
                        sum);
        ESW_EACH_LANE(l)
        {
            /* Rounding must not let the set grow again: tau never falls. */
            const float next = (ESW_AT(sum, l) - 1.0f) / ESW_AT(count, l);
            ESW_AT(tau, l) = next > ESW_AT(tau, l) ? next : ESW_AT(tau, l);
        }
    }
    for (int t = 0; t < tiles; t++) {
        ESW_EACH_LANE(l)
        {
            const float share = row[t * ECC_LANES + l] - ESW_AT(tau, l);
            row[t * ECC_LANES + l] = share > 0.0f ? share : 0.0f;
        }
    }
}

#endif
