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

/* Rows that are worked on together on the CPU: one is a chain of dependent operations, several hide its latency. */
#if defined(ESW_LANE_IS_THREAD)
enum { ECC_SIMPLEX_ROWS = 1 };
#else
enum { ECC_SIMPLEX_ROWS = 6 };
#endif

/* Raises tau, an expression in the lane `l`, to the bound of the set of elements of row `z` that are `active`, an expression
 * in tile `t` and lane; `rose` becomes 1 in lanes where that moved it. Rounding must not let the set grow again, so tau never
 * falls. */
#define ECC_SIMPLEX_RAISE(across, tiles, t, l, active, z, tau, rose)                                         \
    do {                                                                                                     \
        ESW_LANE_VAR(float, sum);                                                                            \
        ESW_LANE_VAR(float, count);                                                                          \
        ECC_SUM_COLUMNS_TWO(across, tiles, t, l, (active) ? (z)[t * ECC_LANES + l] : 0.0f, sum,              \
                            (active) ? 1.0f : 0.0f, count);                                                  \
        ESW_EACH_LANE(l)                                                                                     \
        {                                                                                                    \
            const float next = (ESW_AT(sum, l) - 1.0f) / ESW_AT(count, l);                                   \
            ESW_AT(rose, l) |= next > (tau);                                                                 \
            (tau) = next > (tau) ? next : (tau);                                                             \
        }                                                                                                    \
    } while (0)

/* Of `rows` <= ECC_SIMPLEX_ROWS rows of T tiles: z = x - alpha g less its largest element, alpha per lane, and tau, so that
 * the projection is max(z - tau, 0). Columns 16 t + l >= columns exist only with `across` and get no share. A tau that no
 * lane raises is that of the elements above it: done. */
ESW_FN void eswi_ecc_simplex_bounds(int across, int rows, int tiles, int columns, const float *ESW_RESTRICT x,
                                    const float *ESW_RESTRICT g, const float *ESW_RESTRICT alpha,
                                    float *ESW_RESTRICT z, ESW_LANE_ROWS_REF(float, tau))
{
    const int size = tiles * ECC_LANES;
    for (int r = 0; r < rows; r++) {
        const float *xr = x + r * size, *gr = g + r * size;
        float *zr = z + r * size;
        ESW_LANE_VAR(float, top);
        for (int t = 0; t < tiles; t++)
            ESW_EACH_LANE(l) { zr[t * ECC_LANES + l] = fmaf(-alpha[l], gr[t * ECC_LANES + l], xr[t * ECC_LANES + l]); }
        if (across) {
            float *tail = zr + (tiles - 1) * ECC_LANES;
            const int real = columns - (tiles - 1) * ECC_LANES;
            ESW_EACH_LANE(l) { tail[l] = l < real ? tail[l] : -FLT_MAX; }
        }
        ESW_EACH_LANE(l) { ESW_AT(top, l) = -FLT_MAX; }
        for (int t = 0; t < tiles; t++)
            ESW_EACH_LANE(l)
            {
                ESW_AT(top, l) = zr[t * ECC_LANES + l] > ESW_AT(top, l) ? zr[t * ECC_LANES + l] : ESW_AT(top, l);
            }
        if (across)
            ESW_LANES_MAX(top);
        for (int t = 0; t < tiles; t++)
            ESW_EACH_LANE(l) { zr[t * ECC_LANES + l] = zr[t * ECC_LANES + l] - ESW_AT(top, l); }
        ESW_EACH_LANE(l) { ESW_ROW_AT(tau, r, l) = -1.0f; }
    }
    ESW_LANE_VAR(int, rose);
    ESW_EACH_LANE(l) { ESW_AT(rose, l) = 0; }
    for (int r = 0; r < rows; r++) {
        const float *xr = x + r * size, *zr = z + r * size;
        ECC_SIMPLEX_RAISE(across, tiles, t, l, xr[t * ECC_LANES + l] > 0.0f, zr, ESW_ROW_AT(tau, r, l), rose);
    }
    for (int round = 0; round <= columns; round++) {
        ESW_EACH_LANE(l) { ESW_AT(rose, l) = 0; }
        for (int r = 0; r < rows; r++) {
            const float *zr = z + r * size;
            ECC_SIMPLEX_RAISE(across, tiles, t, l, zr[t * ECC_LANES + l] > ESW_ROW_AT(tau, r, l), zr,
                              ESW_ROW_AT(tau, r, l), rose);
        }
        if (!ESW_LANES_ANY(rose))
            break;
    }
}

/* row[T][L] = the projection of x - alpha g, alpha per lane. Columns 16 t + l >= columns exist only with `across` and
 * become 0. */
ESW_FN void eswi_ecc_project_step(int across, int tiles, int columns, const float *ESW_RESTRICT x,
                                  const float *ESW_RESTRICT g, const float *ESW_RESTRICT alpha,
                                  float *ESW_RESTRICT row)
{
    ESW_LANE_ROWS(float, tau, 1);
    eswi_ecc_simplex_bounds(across, 1, tiles, columns, x, g, alpha, row, tau);
    for (int t = 0; t < tiles; t++) {
        ESW_EACH_LANE(l)
        {
            const float share = row[t * ECC_LANES + l] - ESW_ROW_AT(tau, 0, l);
            row[t * ECC_LANES + l] = share > 0.0f ? share : 0.0f;
        }
    }
}

#endif
