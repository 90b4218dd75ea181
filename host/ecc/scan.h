/* ECC: the least value of an element over all combinations of power levels.
 *
 * Both searches work on rows: one user takes all its levels, sixteen at a time, while the others stand. Float values
 * only choose what to look at; whatever may be least within their proved error is evaluated in double, and the least
 * double, then the lowest levels in the order of users, decides. So all searches and instruction sets agree.
 *
 * ECC_SEARCH_SCAN visits every combination. ECC_SEARCH_TABLE takes one user t out: given the interference I that it
 * hears, its cost is at least V(I) = the least of its levels, a function of one variable that is tabulated over log2 I;
 * the others pay least while t sends with its lowest power. A row of the others whose bound is above a value already
 * found holds nothing. In a single cell the user decoded first is heard by nobody (Structure point 6) and the bound is
 * exact but for the table's spacing.
 */
#ifndef ESWI_ECC_SCAN_H
#define ESWI_ECC_SCAN_H

#include "ecc/element.h"

/* States of the value table. */
enum { ECC_SCAN_STATES = 1024 };

/* Relative error of a float value of an element, both sides of a comparison: docs/tolerances.md. */
#define ECC_SCAN_TOLERANCE 0x1p-16f

/* An element in float, by level; levels are padded to whole vectors with the last one. */
typedef struct eswi_ecc_scan {
    int n, levels, padded;
    int out;           /* the user taken out of the rows, -1 for none */
    float *power;      /* [padded] W */
    float *price;      /* [padded] wT + wE p */
    float *state;      /* [ECC_SCAN_STATES + ECC_LANES] V */
    float *inverse;    /* [ECC_SCAN_STATES + ECC_LANES] 1 / I of a state */
    float *row, *look; /* [padded] what a row costs */
    float *slab;       /* [levels] the least of a slab of rows */
    float state_low, states_per_octave;
    float own[ECC_ELEMENT_USERS];
    float heard[ECC_ELEMENT_USERS][ECC_ELEMENT_USERS];
    int lines[ECC_ELEMENT_USERS];
    float fixed[ECC_ELEMENT_USERS][ECC_ELEMENT_LINES], slope[ECC_ELEMENT_USERS][ECC_ELEMENT_LINES];
} eswi_ecc_scan;

/* The inner loops, one implementation per instruction set, same bits. */
typedef struct eswi_ecc_scan_kernels {
    /* row[g] = the element with user `user` at level g and the others at level[]; returns the least of them. The user
     * that is out counts with its V and is taken to send with its lowest power. */
    float (*row)(const eswi_ecc_scan *scan, int user, const int32_t *level, float *row);
    /* Fills the value table of user scan->out. */
    void (*table)(const eswi_ecc_scan *scan);
} eswi_ecc_scan_kernels;

/* Prices beyond this are as good as infinite, and infinity times a slope of 0 is not a number. */
ESW_FN float eswi_ecc_scan_price(float price, float sinr)
{
    const float x = price / eswi_log2_1pf_finite(sinr);
    return x < 1e30f ? x : 1e30f;
}

ESW_FN float eswi_ecc_scan_envelope(const eswi_ecc_scan *s, int i, float x)
{
    float least = s->slope[i][0] * x + s->fixed[i][0];
    for (int k = 1; k < s->lines[i]; k++) {
        const float line = s->slope[i][k] * x + s->fixed[i][k];
        least = line < least ? line : least;
    }
    return least;
}

/* The interference user i hears over its noise, without user `lane`. */
ESW_FN float eswi_ecc_scan_base(const eswi_ecc_scan *s, int i, int lane, const int32_t *level)
{
    float sum = 1.0f;
    for (int v = 0; v < s->n; v++)
        if (v != lane)
            sum += s->heard[i][v] * s->power[v == s->out ? 0 : level[v]];
    return sum;
}

/* Adds V of the user that is out, seen from the levels of user `lane`. */
ESW_FN void eswi_ecc_scan_add_out(const eswi_ecc_scan *s, int lane, float base, float *row)
{
    const float heard = s->heard[s->out][lane];
    for (int g = 0; g < s->padded; g += ECC_LANES) {
        int state[ECC_LANES];
        ESW_EACH_LANE(l)
        {
            const float octaves = eswi_log2f(base + heard * s->power[g + l]) - s->state_low;
            const float at = octaves * s->states_per_octave - 0.01f; /* a hair down: V then is a lower bound */
            state[l] = at > 0.0f ? (int)at : 0;
        }
        for (int l = 0; l < ECC_LANES; l++)
            row[g + l] += s->state[state[l]];
    }
}

ESW_FN void eswi_ecc_scan_add_varying(const eswi_ecc_scan *s, int i, int lane, const int32_t *level, float base,
                                      float *row)
{
    const float heard = s->heard[i][lane], own = s->own[i];
    const float price = i == lane ? 0.0f : s->price[level[i]], power = i == lane ? 0.0f : s->power[level[i]];
    for (int g = 0; g < s->padded; g += ECC_LANES) {
        float x[ECC_LANES], least[ECC_LANES];
        if (i == lane) {
            const float sinr = own / base;
            ESW_EACH_LANE(l)
            {
                x[l] = eswi_ecc_scan_price(s->price[g + l], sinr * s->power[g + l]);
            }
        } else {
            const float received = own * power;
            ESW_EACH_LANE(l)
            {
                x[l] = eswi_ecc_scan_price(price, received / (base + heard * s->power[g + l]));
            }
        }
        ESW_EACH_LANE(l)
        {
            least[l] = s->slope[i][0] * x[l] + s->fixed[i][0];
        }
        for (int k = 1; k < s->lines[i]; k++)
            ESW_EACH_LANE(l)
            {
                const float line = s->slope[i][k] * x[l] + s->fixed[i][k];
                least[l] = line < least[l] ? line : least[l];
            }
        ESW_EACH_LANE(l)
        {
            row[g + l] += least[l];
        }
    }
}

ESW_FN float eswi_ecc_scan_row(const eswi_ecc_scan *s, int lane, const int32_t *level, float *row)
{
    float still = 0.0f; /* what users pay who do not hear the lane user */
    for (int i = 0; i < s->n; i++)
        if (i != s->out && i != lane && !(s->heard[i][lane] > 0.0f)) {
            const float sinr = s->own[i] * s->power[level[i]] / eswi_ecc_scan_base(s, i, lane, level);
            still += eswi_ecc_scan_envelope(s, i, eswi_ecc_scan_price(s->price[level[i]], sinr));
        }
    for (int g = 0; g < s->padded; g += ECC_LANES)
        ESW_EACH_LANE(l)
        {
            row[g + l] = still;
        }
    for (int i = 0; i < s->n; i++) {
        if (i == s->out)
            eswi_ecc_scan_add_out(s, lane, eswi_ecc_scan_base(s, i, lane, level), row);
        else if (i == lane || s->heard[i][lane] > 0.0f)
            eswi_ecc_scan_add_varying(s, i, lane, level, eswi_ecc_scan_base(s, i, lane, level), row);
    }
    float least[ECC_LANES], lowest = FLT_MAX;
    ESW_EACH_LANE(l)
    {
        least[l] = FLT_MAX;
    }
    for (int g = 0; g < s->padded; g += ECC_LANES)
        ESW_EACH_LANE(l)
        {
            least[l] = row[g + l] < least[l] ? row[g + l] : least[l];
        }
    for (int l = 0; l < ECC_LANES; l++)
        lowest = least[l] < lowest ? least[l] : lowest;
    return lowest;
}

ESW_FN void eswi_ecc_scan_table(const eswi_ecc_scan *s)
{
    const int t = s->out;
    for (int k = 0; k < ECC_SCAN_STATES + ECC_LANES; k += ECC_LANES) {
        float cheapest[ECC_LANES], inverse[ECC_LANES];
        ESW_EACH_LANE(l)
        {
            cheapest[l] = FLT_MAX;
            inverse[l] = s->inverse[k + l] * s->own[t];
        }
        for (int g = 0; g < s->levels; g++) {
            const float price = s->price[g], power = s->power[g];
            ESW_EACH_LANE(l)
            {
                const float x = eswi_ecc_scan_price(price, power * inverse[l]);
                cheapest[l] = x < cheapest[l] ? x : cheapest[l];
            }
        }
        for (int l = 0; l < ECC_LANES; l++) /* the envelope rises with the price: once is enough */
            s->state[k + l] = eswi_ecc_scan_envelope(s, t, cheapest[l]);
    }
}

#endif
