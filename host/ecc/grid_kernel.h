/* ECC, method `grid`: the search of one user's grid (grid.h), sixteen compute-unit levels at a time.
 *
 * A point's utility is (C(s, r) + y) + upload(s, p): per point the scan takes one addition and one minimum,
 * C(s, r) + y being a row of lanes and the upload of a (split, power) one number. Which point it was is found
 * afterwards, in the one split that won: the least value, then the lowest split that reaches it, then the
 * lowest (power, units). Minima are exact, so any other order of the scan, on a GPU say, finds the same point
 * as long as it computes points with the two functions of grid_choice.h.
 *
 * Included by one source file per instruction set. Per user: F power_padded unit_padded points and power_padded
 * logarithms a direction; all that is read, some kilobytes, stays in the first-level cache.
 */
#ifndef ESWI_ECC_GRID_KERNEL_H
#define ESWI_ECC_GRID_KERNEL_H

#include "base/detmath.h"
#include "ecc/grid_choice.h"
#include "ecc/lane_loop.h"

static void grid_cost_per_bit(const eswi_ecc_grid_tables *t, int direction, const eswi_ecc_grid_user *user)
{
    const float full_sinr = user->full_sinr[direction], band_hz = user->band_hz[direction];
    const float *price = t->price[direction], *relative = t->relative[direction];
    for (int p = 0; p < t->power_padded; p += ECC_LANES)
        ESW_EACH_LANE(l)
        {
            t->cost_per_bit[p + l] =
                eswi_ecc_grid_cost_per_bit(price[p + l], relative[p + l], full_sinr, band_hz);
        }
}

/* The downlink: its least cost per bit, lowest level of equals. */
static float grid_download(const eswi_ecc_grid_tables *t, const eswi_ecc_grid_user *user, int32_t *level)
{
    grid_cost_per_bit(t, ECC_DOWN, user);
    float least = t->cost_per_bit[0];
    *level = 0;
    for (int p = 1; p < t->power_padded; p++) {
        if (t->cost_per_bit[p] < least) {
            least = t->cost_per_bit[p];
            *level = p;
        }
    }
    return t->result_bits[user->profile] * least;
}

/* One split and one vector of unit levels: least = min over power of row + upload, `split` remembered where it
 * falls. Four minima at a time hide the latency of one. */
static inline void grid_scan(const eswi_ecc_grid_tables *t, const float *ESW_RESTRICT compute, float download,
                             float split, float *ESW_RESTRICT least, float *ESW_RESTRICT where)
{
    const float *ESW_RESTRICT upload = t->upload;
    float row[ECC_LANES], m0[ECC_LANES], m1[ECC_LANES], m2[ECC_LANES], m3[ECC_LANES];
    ESW_EACH_LANE(l)
    {
        row[l] = compute[l] + download;
        m0[l] = m1[l] = m2[l] = m3[l] = FLT_MAX;
    }
    for (int p = 0; p < t->power_padded; p += 4) { /* padded to a multiple of sixteen */
        ESW_EACH_LANE(l)
        {
            const float v0 = row[l] + upload[p], v1 = row[l] + upload[p + 1];
            const float v2 = row[l] + upload[p + 2], v3 = row[l] + upload[p + 3];
            m0[l] = v0 < m0[l] ? v0 : m0[l];
            m1[l] = v1 < m1[l] ? v1 : m1[l];
            m2[l] = v2 < m2[l] ? v2 : m2[l];
            m3[l] = v3 < m3[l] ? v3 : m3[l];
        }
    }
    ESW_EACH_LANE(l)
    {
        const float a = m0[l] < m1[l] ? m0[l] : m1[l], b = m2[l] < m3[l] ? m2[l] : m3[l];
        const float m = a < b ? a : b;
        where[l] = m < least[l] ? split : where[l];
        least[l] = m < least[l] ? m : least[l];
    }
}

static void grid_set_upload(const eswi_ecc_grid_tables *t, int sends, float bits)
{
    for (int p = 0; p < t->power_padded; p += ECC_LANES)
        ESW_EACH_LANE(l)
        {
            t->upload[p + l] = eswi_ecc_grid_upload(sends, bits, t->cost_per_bit[p + l]);
        }
}

/* The least utility of the grid and the lowest split that reaches it. */
static float grid_least(const eswi_ecc_grid_tables *t, const eswi_ecc_grid_user *user, float download,
                        int *split)
{
    const size_t rows = (size_t)user->profile * (size_t)t->max_units;
    const int units = t->units[user->profile];
    float best = FLT_MAX, best_split = 0.0f;
    for (int block = 0; block < t->unit_padded; block += ECC_LANES) {
        float least[ECC_LANES], where[ECC_LANES];
        ESW_EACH_LANE(l)
        {
            least[l] = FLT_MAX;
            where[l] = 0.0f;
        }
        for (int s = 1; s <= units; s++) {
            const size_t row = rows + (size_t)(s - 1);
            grid_set_upload(t, s < units, t->bits[row]);
            grid_scan(t, t->compute + row * (size_t)t->unit_padded + block, s < units ? download : 0.0f,
                      (float)s, least, where);
        }
        for (int l = 0; l < ECC_LANES; l++) {
            const int better = least[l] < best || (least[l] == best && where[l] < best_split);
            best_split = better ? where[l] : best_split;
            best = better ? least[l] : best;
        }
    }
    *split = (int)best_split;
    return best;
}

/* The lowest (power, units) of a split whose point has exactly the value `best`. */
static void grid_locate(const eswi_ecc_grid_tables *t, const eswi_ecc_grid_user *user, float download,
                        int split, float best, eswi_ecc_grid_choice *choice)
{
    const size_t row = (size_t)user->profile * (size_t)t->max_units + (size_t)(split - 1);
    const int sends = split < t->units[user->profile];
    const float *compute = t->compute + row * (size_t)t->unit_padded;
    grid_set_upload(t, sends, t->bits[row]);
    int power = t->power_padded, units = 0;
    for (int block = 0; block < t->unit_padded; block += ECC_LANES) {
        int32_t lowest[ECC_LANES];
        ESW_EACH_LANE(l)
        {
            lowest[l] = t->power_padded;
        }
        for (int p = t->power_padded - 1; p >= 0; p--)
            ESW_EACH_LANE(l)
            {
                const float value = (compute[block + l] + (sends ? download : 0.0f)) + t->upload[p];
                lowest[l] = value == best ? p : lowest[l];
            }
        for (int l = 0; l < ECC_LANES; l++) {
            units = lowest[l] < power ? block + l : units;
            power = lowest[l] < power ? lowest[l] : power;
        }
    }
    choice->power[ECC_UP] = power;
    choice->units = units;
}

/* An eswi_ecc_grid_search, to be given a name per instruction set. */
static inline void eswi_ecc_grid_search_with(const eswi_ecc_grid_tables *t, int users,
                                             const eswi_ecc_grid_user *user, eswi_ecc_grid_choice *choice)
{
    for (int u = 0; u < users; u++) {
        const float download = grid_download(t, &user[u], &choice[u].power[ECC_DOWN]);
        grid_cost_per_bit(t, ECC_UP, &user[u]);
        int split;
        choice[u].utility = grid_least(t, &user[u], download, &split);
        choice[u].split = split ? split : t->units[user[u].profile];
        if (split) {
            grid_locate(t, &user[u], download, split, choice[u].utility, &choice[u]);
        } else { /* no point has a finite utility: nothing to choose, and staying local needs nothing */
            choice[u].power[ECC_UP] = choice[u].power[ECC_DOWN] = choice[u].units = 0;
        }
    }
}

#endif
