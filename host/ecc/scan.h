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
    int out;                /* the user taken out of the rows, -1 for none */
    float *power;           /* [padded] W */
    float *price;           /* [padded] wT + wE p */
    float *state;           /* [ECC_SCAN_STATES + ECC_LANES] V */
    float *inverse;         /* [ECC_SCAN_STATES + ECC_LANES] 1 / I of a state */
    float *row, *look;      /* [padded] what a row costs */
    float *slab;            /* [levels] the least of a slab of rows */
    float least[ECC_LANES]; /* of the row worked out last, by lane */
    float state_low, states_per_octave;
    float own[ECC_ELEMENT_USERS];
    float heard[ECC_ELEMENT_USERS][ECC_ELEMENT_USERS];
    int lines[ECC_ELEMENT_USERS];
    float fixed[ECC_ELEMENT_USERS][ECC_ELEMENT_LINES], slope[ECC_ELEMENT_USERS][ECC_ELEMENT_LINES];
} eswi_ecc_scan;

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
        ESW_LANE_VAR(int, state);
        ESW_EACH_LANE(l)
        {
            const float octaves = eswi_log2f(base + heard * s->power[g + l]) - s->state_low;
            const float at = octaves * s->states_per_octave - 0.01f; /* a hair down: V then is a lower bound */
            ESW_AT(state, l) = at > 0.0f ? (int)at : 0;
        }
        ESW_LANES_IN_TURN(l)
        {
            row[g + l] += s->state[ESW_AT(state, l)];
        }
    }
}

ESW_FN void eswi_ecc_scan_add_varying(const eswi_ecc_scan *s, int i, int lane, const int32_t *level, float base,
                                      float *row)
{
    const float heard = s->heard[i][lane], own = s->own[i];
    const float price = i == lane ? 0.0f : s->price[level[i]], power = i == lane ? 0.0f : s->power[level[i]];
    for (int g = 0; g < s->padded; g += ECC_LANES) {
        ESW_LANE_VAR(float, x);
        ESW_LANE_VAR(float, least);
        if (i == lane) {
            const float sinr = own / base;
            ESW_EACH_LANE(l)
            {
                ESW_AT(x, l) = eswi_ecc_scan_price(s->price[g + l], sinr * s->power[g + l]);
            }
        } else {
            const float received = own * power;
            ESW_EACH_LANE(l)
            {
                ESW_AT(x, l) = eswi_ecc_scan_price(price, received / (base + heard * s->power[g + l]));
            }
        }
        ESW_EACH_LANE(l)
        {
            ESW_AT(least, l) = s->slope[i][0] * ESW_AT(x, l) + s->fixed[i][0];
        }
        for (int k = 1; k < s->lines[i]; k++)
            ESW_EACH_LANE(l)
            {
                const float line = s->slope[i][k] * ESW_AT(x, l) + s->fixed[i][k];
                ESW_AT(least, l) = line < ESW_AT(least, l) ? line : ESW_AT(least, l);
            }
        ESW_EACH_LANE(l)
        {
            row[g + l] += ESW_AT(least, l);
        }
    }
}

/* Fills row[] and s->least. */
ESW_FN void eswi_ecc_scan_lanes(eswi_ecc_scan *s, int lane, const int32_t *level, float *row)
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
    ESW_LANE_VAR(float, least);
    ESW_EACH_LANE(l)
    {
        ESW_AT(least, l) = FLT_MAX;
    }
    for (int g = 0; g < s->padded; g += ECC_LANES)
        ESW_EACH_LANE(l)
        {
            ESW_AT(least, l) = row[g + l] < ESW_AT(least, l) ? row[g + l] : ESW_AT(least, l);
        }
    ESW_EACH_LANE(l)
    {
        s->least[l] = ESW_AT(least, l);
    }
}

/* The least of the row worked out last. */
ESW_FN float eswi_ecc_scan_least(const eswi_ecc_scan *s)
{
    float lowest = FLT_MAX;
    for (int l = 0; l < ECC_LANES; l++)
        lowest = s->least[l] < lowest ? s->least[l] : lowest;
    return lowest;
}

ESW_FN void eswi_ecc_scan_table(const eswi_ecc_scan *s)
{
    const int t = s->out;
    for (int k = 0; k < ECC_SCAN_STATES + ECC_LANES; k += ECC_LANES) {
        ESW_LANE_VAR(float, cheapest);
        ESW_LANE_VAR(float, inverse);
        ESW_EACH_LANE(l)
        {
            ESW_AT(cheapest, l) = FLT_MAX;
            ESW_AT(inverse, l) = s->inverse[k + l] * s->own[t];
        }
        for (int g = 0; g < s->levels; g++) {
            const float price = s->price[g], power = s->power[g];
            ESW_EACH_LANE(l)
            {
                const float x = eswi_ecc_scan_price(price, power * ESW_AT(inverse, l));
                ESW_AT(cheapest, l) = x < ESW_AT(cheapest, l) ? x : ESW_AT(cheapest, l);
            }
        }
        ESW_LANES_IN_TURN(l) /* the envelope rises with the price: once is enough */
        {
            s->state[k + l] = eswi_ecc_scan_envelope(s, t, ESW_AT(cheapest, l));
        }
    }
}

#endif
