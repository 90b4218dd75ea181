/* ECC: the sums of one column of users, sixteen columns at a time (lane_loop.h says what a lane is).
 *
 * Inside an AP's cell sums run along the decoding order (successive interference cancellation), between cells they run
 * over users or APs in index order. The order arrays list the APs one after the other, so one pass serves all cells.
 */
#ifndef ESWI_ECC_LANE_SUMS_H
#define ESWI_ECC_LANE_SUMS_H

#include <stddef.h>
#include <stdint.h>

#include "base/reduce.h"
#include "ecc/lane_loop.h"

/* order[k]: who is decoded k-th (ECC_ROW), with two flags. */
enum { ECC_ORDER_LAST = 0x4000, ECC_ORDER_FIRST = 0x8000 };

/* after[k] = sum of value over the users of the same AP that are decoded after position k. */
ESW_FN void eswi_ecc_sum_after(int users, const uint16_t *ESW_RESTRICT order, const float *ESW_RESTRICT value,
                               float *ESW_RESTRICT after)
{
    ESW_LANE_VAR(float, run);
    ESW_LANE_VAR(float, next);
    ESW_LANE_VAR(int, entry);
    ESW_EACH_LANE(l) { ESW_AT(run, l) = 0.0f; }
    for (int k = users - 1; k >= 0; k--) {
        ESW_LANES_LOOKUP(value, order + k * ECC_LANES, entry, next);
        ESW_EACH_LANE(l)
        {
            const float sum = ESW_AT(entry, l) & ECC_ORDER_LAST ? 0.0f : ESW_AT(run, l);
            after[k * ECC_LANES + l] = sum;
            ESW_AT(run, l) = sum + ESW_AT(next, l);
        }
    }
}

/* before[k] = sum of value over the users of the same AP that are decoded before position k. */
ESW_FN void eswi_ecc_sum_before(int users, const uint16_t *ESW_RESTRICT order, const float *ESW_RESTRICT value,
                                float *ESW_RESTRICT before)
{
    ESW_LANE_VAR(float, run);
    ESW_LANE_VAR(float, next);
    ESW_LANE_VAR(int, entry);
    ESW_EACH_LANE(l) { ESW_AT(run, l) = 0.0f; }
    for (int k = 0; k < users; k++) {
        ESW_LANES_LOOKUP(value, order + k * ECC_LANES, entry, next);
        ESW_EACH_LANE(l)
        {
            const float sum = ESW_AT(entry, l) & ECC_ORDER_FIRST ? 0.0f : ESW_AT(run, l);
            before[k * ECC_LANES + l] = sum;
            ESW_AT(run, l) = sum + ESW_AT(next, l);
        }
    }
}

/* ap_sum[n] = value summed over AP n's users along a chain that ends at end[n]; 0 for an AP without users. `regular`:
 * end[n] is the same in every lane. */
ESW_FN void eswi_ecc_chain_totals(int users, int aps, int regular, const uint16_t *ESW_RESTRICT end,
                                  const uint16_t *ESW_RESTRICT order, const float *ESW_RESTRICT value,
                                  const float *ESW_RESTRICT chain, float *ESW_RESTRICT ap_sum)
{
    ESW_LANE_VAR(int, entry);
    ESW_LANE_VAR(float, final);
    for (int n = 0; n < aps && regular; n++) {
        const int position = end[n * ECC_LANES];
        const int at = position < users ? position : 0;
        ESW_LANES_LOOKUP(value, order + at * ECC_LANES, entry, final);
        ESW_EACH_LANE(l)
        {
            const float total = chain[at * ECC_LANES + l] + ESW_AT(final, l);
            ap_sum[n * ECC_LANES + l] = position < users ? total : 0.0f;
        }
    }
    for (int n = 0; n < aps && !regular; n++) {
        ESW_EACH_LANE(l)
        {
            const int position = end[n * ECC_LANES + l];
            const int some = position < users;
            const int at = some ? position : 0;
            const int user = order[at * ECC_LANES + l] & ECC_ROW;
            const float total = chain[at * ECC_LANES + l] + value[user * ECC_LANES + l];
            ap_sum[n * ECC_LANES + l] = some ? total : 0.0f;
        }
    }
}

/* ap_sum[n] = floor + sum_u value_u cross_nu: four interleaved sums hide the latency of one. The serving AP's gain is
 * an exact 0 and adds nothing. */
ESW_FN void eswi_ecc_cross_to_aps(int users, int aps, const float *ESW_RESTRICT cross, const float *ESW_RESTRICT value,
                                  float floor, float *ESW_RESTRICT ap_sum)
{
    for (int n = 0; n < aps; n++) {
        const float *gain = cross + (size_t)n * users * ECC_LANES;
        ESW_LANE_VAR(float, s0);
        ESW_LANE_VAR(float, s1);
        ESW_LANE_VAR(float, s2);
        ESW_LANE_VAR(float, s3);
        ESW_EACH_LANE(l) { ESW_AT(s0, l) = ESW_AT(s1, l) = ESW_AT(s2, l) = ESW_AT(s3, l) = 0.0f; }
        int u = 0;
        for (; u + 3 < users; u += 4) {
            ESW_EACH_LANE(l)
            {
                const int i = u * ECC_LANES + l;
                ESW_AT(s0, l) = fmaf(value[i], gain[i], ESW_AT(s0, l));
                ESW_AT(s1, l) = fmaf(value[i + ECC_LANES], gain[i + ECC_LANES], ESW_AT(s1, l));
                ESW_AT(s2, l) = fmaf(value[i + 2 * ECC_LANES], gain[i + 2 * ECC_LANES], ESW_AT(s2, l));
                ESW_AT(s3, l) = fmaf(value[i + 3 * ECC_LANES], gain[i + 3 * ECC_LANES], ESW_AT(s3, l));
            }
        }
        for (; u < users; u++) {
            ESW_EACH_LANE(l)
            {
                const int i = u * ECC_LANES + l;
                ESW_AT(s0, l) = u % 4 == 0 ? fmaf(value[i], gain[i], ESW_AT(s0, l)) : ESW_AT(s0, l);
                ESW_AT(s1, l) = u % 4 == 1 ? fmaf(value[i], gain[i], ESW_AT(s1, l)) : ESW_AT(s1, l);
                ESW_AT(s2, l) = u % 4 == 2 ? fmaf(value[i], gain[i], ESW_AT(s2, l)) : ESW_AT(s2, l);
            }
        }
        ESW_EACH_LANE(l)
        {
            const float sum = (ESW_AT(s0, l) + ESW_AT(s1, l)) + (ESW_AT(s2, l) + ESW_AT(s3, l));
            ap_sum[n * ECC_LANES + l] = floor + sum;
        }
    }
}

/* user_sum[u] = sum_n ap_sum_n cross_nu, in AP order; four users at a time, so that their sums hide each other's latency
 * and an AP's sum is read once for them. */
ESW_FN void eswi_ecc_cross_to_users(int users, int aps, const float *ESW_RESTRICT cross,
                                    const float *ESW_RESTRICT ap_sum, float *ESW_RESTRICT user_sum)
{
    int u = 0;
    for (; u + 3 < users; u += 4) {
        ESW_LANE_VAR(float, s0);
        ESW_LANE_VAR(float, s1);
        ESW_LANE_VAR(float, s2);
        ESW_LANE_VAR(float, s3);
        ESW_EACH_LANE(l) { ESW_AT(s0, l) = ESW_AT(s1, l) = ESW_AT(s2, l) = ESW_AT(s3, l) = 0.0f; }
        for (int n = 0; n < aps; n++) {
            const float *gain = cross + ((size_t)n * users + u) * ECC_LANES;
            ESW_EACH_LANE(l)
            {
                const float sum = ap_sum[n * ECC_LANES + l];
                ESW_AT(s0, l) = fmaf(sum, gain[l], ESW_AT(s0, l));
                ESW_AT(s1, l) = fmaf(sum, gain[ECC_LANES + l], ESW_AT(s1, l));
                ESW_AT(s2, l) = fmaf(sum, gain[2 * ECC_LANES + l], ESW_AT(s2, l));
                ESW_AT(s3, l) = fmaf(sum, gain[3 * ECC_LANES + l], ESW_AT(s3, l));
            }
        }
        ESW_EACH_LANE(l)
        {
            const int i = u * ECC_LANES + l;
            user_sum[i] = ESW_AT(s0, l);
            user_sum[i + ECC_LANES] = ESW_AT(s1, l);
            user_sum[i + 2 * ECC_LANES] = ESW_AT(s2, l);
            user_sum[i + 3 * ECC_LANES] = ESW_AT(s3, l);
        }
    }
    for (; u < users; u++) {
        ESW_LANE_VAR(float, sum);
        ESW_EACH_LANE(l) { ESW_AT(sum, l) = 0.0f; }
        for (int n = 0; n < aps; n++) {
            ESW_EACH_LANE(l)
            {
                const float gain = cross[((size_t)n * users + u) * ECC_LANES + l];
                ESW_AT(sum, l) = fmaf(ap_sum[n * ECC_LANES + l], gain, ESW_AT(sum, l));
            }
        }
        ESW_EACH_LANE(l) { user_sum[u * ECC_LANES + l] = ESW_AT(sum, l); }
    }
}

/* The sums after (later) or before every position. */
ESW_FN void eswi_ecc_chain(int users, const uint16_t *ESW_RESTRICT order, const float *ESW_RESTRICT value,
                           float *ESW_RESTRICT chain, int later)
{
    if (later)
        eswi_ecc_sum_after(users, order, value, chain);
    else
        eswi_ecc_sum_before(users, order, value, chain);
}

/* Sums over a user's columns in the fixed shape of reduce.h: sixteen sums by column modulo sixteen, then the tree. Where
 * the lanes are subchannels (`across`) they are those sixteen sums. Adds `term`, an expression in the tile index `t` and
 * the lane `l`, into the lane variable `sum`; TWO: also `term2` into `sum2`, in the same pass. Partial sums that are
 * indexed at run time live in memory, on a GPU in local memory: there is no array of them on a GPU. */
#define ECC_SUM_COLUMNS(across, tiles, t, l, term, sum)                                                      \
    do {                                                                                                     \
        if (across)                                                                                          \
            ECC_SUM_ACROSS(tiles, t, l, term, sum);                                                          \
        else                                                                                                 \
            ECC_SUM_APART(tiles, t, l, term, sum);                                                           \
    } while (0)

#define ECC_SUM_COLUMNS_TWO(across, tiles, t, l, term, sum, term2, sum2)                                     \
    do {                                                                                                     \
        if (across) {                                                                                        \
            ECC_SUM_ACROSS(tiles, t, l, term, sum);                                                          \
            ECC_SUM_ACROSS(tiles, t, l, term2, sum2);                                                        \
        } else {                                                                                             \
            ECC_SUM_APART_TWO(tiles, t, l, term, sum, term2, sum2);                                          \
        }                                                                                                    \
    } while (0)

#define ECC_SUM_ACROSS(tiles, t, l, term, sum)                                                               \
    do {                                                                                                     \
        ESW_LANE_VAR(float, only);                                                                           \
        ESW_EACH_LANE(l) { ESW_AT(only, l) = 0.0f; }                                                         \
        for (int t = 0; t < (tiles); t++)                                                                    \
            ESW_EACH_LANE(l) { ESW_AT(only, l) = ESW_AT(only, l) + (term); }                                 \
        ESW_LANES_TOTAL(only);                                                                               \
        ESW_EACH_LANE(l) { ESW_AT(sum, l) = ESW_AT(only, l); }                                               \
    } while (0)

#if defined(ESW_LANE_IS_THREAD)

/* The partials one after the other in a loop that stays a loop: sixteen copies of the term would be sixteen times the
 * instructions to fetch. */
#define ECC_SUM_APART(tiles, t, l, term, out)                                                                \
    do {                                                                                                     \
        eswi_tree16f_walk walk = {0.0f, 0.0f, 0.0f, 0.0f};                                                   \
        float tree = 0.0f;                                                                                   \
        ESW_LOOP_STAYS for (int turn = 0; turn < ESWI_SUM_PARTIALS; turn++)                                  \
        {                                                                                                    \
            float one = 0.0f;                                                                                \
            ESW_LOOP_STAYS for (int t = eswi_tree16_turn(turn); t < (tiles); t += ESWI_SUM_PARTIALS)         \
                ESW_EACH_LANE(l) { one = one + (term); }                                                     \
            tree = eswi_tree16f_take(&walk, turn, one);                                                      \
        }                                                                                                    \
        ESW_EACH_LANE(l) { ESW_AT(out, l) = tree; }                                                          \
    } while (0)

#define ECC_SUM_APART_TWO(tiles, t, l, term, out, term2, out2)                                               \
    do {                                                                                                     \
        ECC_SUM_APART(tiles, t, l, term, out);                                                               \
        ECC_SUM_APART(tiles, t, l, term2, out2);                                                             \
    } while (0)

#else

/* Where the compiler knows the number of terms and each is a partial of its own, the tree in registers. The 0 at its end
 * makes a -0 the +0 that partials which start at +0 would have given. */
#define ECC_SUM_PART(tiles, k, t, term, part)                                                                \
    float part = 0.0f;                                                                                       \
    do {                                                                                                     \
        const int t = (k);                                                                                   \
        if (t < (tiles))                                                                                     \
            part = (term);                                                                                   \
    } while (0)

#define ECC_SUM_PARTS(tiles, t, term, part)                                                                  \
    ECC_SUM_PART(tiles, 0, t, term, part##0);                                                                \
    ECC_SUM_PART(tiles, 1, t, term, part##1);                                                                \
    ECC_SUM_PART(tiles, 2, t, term, part##2);                                                                \
    ECC_SUM_PART(tiles, 3, t, term, part##3);                                                                \
    ECC_SUM_PART(tiles, 4, t, term, part##4);                                                                \
    ECC_SUM_PART(tiles, 5, t, term, part##5);                                                                \
    ECC_SUM_PART(tiles, 6, t, term, part##6);                                                                \
    ECC_SUM_PART(tiles, 7, t, term, part##7);                                                                \
    ECC_SUM_PART(tiles, 8, t, term, part##8);                                                                \
    ECC_SUM_PART(tiles, 9, t, term, part##9);                                                                \
    ECC_SUM_PART(tiles, 10, t, term, part##10);                                                              \
    ECC_SUM_PART(tiles, 11, t, term, part##11);                                                              \
    ECC_SUM_PART(tiles, 12, t, term, part##12);                                                              \
    ECC_SUM_PART(tiles, 13, t, term, part##13);                                                              \
    ECC_SUM_PART(tiles, 14, t, term, part##14);                                                              \
    ECC_SUM_PART(tiles, 15, t, term, part##15);                                                              \
    const float part = ((((part##0 + part##8) + (part##4 + part##12)) + ((part##2 + part##10) + (part##6 + part##14))) + \
                        (((part##1 + part##9) + (part##5 + part##13)) + ((part##3 + part##11) + (part##7 + part##15)))) + \
                       0.0f

#define ECC_SUM_APART(tiles, t, l, term, out)                                                                \
    do {                                                                                                     \
        if (ESW_KNOWN(tiles) && (tiles) <= ESWI_SUM_PARTIALS) {                                              \
            ESW_EACH_LANE(l)                                                                                 \
            {                                                                                                \
                ECC_SUM_PARTS(tiles, t, term, tree);                                                         \
                ESW_AT(out, l) = tree;                                                                       \
            }                                                                                                \
        } else {                                                                                             \
            ESW_LANE_VAR(float, part[ESWI_SUM_PARTIALS]);                                                    \
            for (int k = 0; k < ESWI_SUM_PARTIALS; k++)                                                      \
                ESW_EACH_LANE(l) { part[k][l] = 0.0f; }                                                      \
            for (int t = 0; t < (tiles); t++)                                                                \
                ESW_EACH_LANE(l) { part[t % ESWI_SUM_PARTIALS][l] = part[t % ESWI_SUM_PARTIALS][l] + (term); } \
            ESW_EACH_LANE(l) { ESW_AT(out, l) = eswi_tree16f(&part[0][l], ECC_LANES); }                      \
        }                                                                                                    \
    } while (0)

#define ECC_SUM_APART_TWO(tiles, t, l, term, out, term2, out2)                                               \
    do {                                                                                                     \
        if (ESW_KNOWN(tiles) && (tiles) <= ESWI_SUM_PARTIALS) {                                              \
            ESW_EACH_LANE(l)                                                                                 \
            {                                                                                                \
                ECC_SUM_PARTS(tiles, t, term, tree);                                                         \
                ECC_SUM_PARTS(tiles, t, term2, tree_of_second);                                              \
                ESW_AT(out, l) = tree;                                                                       \
                ESW_AT(out2, l) = tree_of_second;                                                            \
            }                                                                                                \
        } else {                                                                                             \
            ECC_SUM_APART(tiles, t, l, term, out);                                                           \
            ECC_SUM_APART(tiles, t, l, term2, out2);                                                         \
        }                                                                                                    \
    } while (0)

#endif

/* f(..., across, tiles); on the CPU the compiler knows small multiples of four, each as code of its own. Builds that are
 * not for speed do without: their compilers, with sanitizers above all, would take minutes. */
#if defined(ESW_LANE_IS_THREAD) || !defined(NDEBUG)
#define ECC_WITH_TILES(f, across, tiles, ...) f(__VA_ARGS__, across, tiles)
#else
#define ECC_WITH_TILES(f, across, tiles, ...)                                                                \
    switch ((across) ? 0 : (tiles)) {                                                                        \
    case 4: f(__VA_ARGS__, 0, 4); break;                                                                     \
    case 8: f(__VA_ARGS__, 0, 8); break;                                                                     \
    case 12: f(__VA_ARGS__, 0, 12); break;                                                                   \
    case 16: f(__VA_ARGS__, 0, 16); break;                                                                   \
    default: f(__VA_ARGS__, across, tiles);                                                                  \
    }
#endif

/* value[l] = sum over users of x[u][l], in the same shape. */
ESW_FN void eswi_ecc_users_sum(int users, const float *ESW_RESTRICT x, float *ESW_RESTRICT value)
{
    ESW_LANE_VAR(float, sum);
    ECC_SUM_APART(users, u, l, x[u * ECC_LANES + l], sum);
    ESW_EACH_LANE(l) { value[l] = ESW_AT(sum, l); }
}

#endif
