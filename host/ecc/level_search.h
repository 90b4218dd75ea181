/* ECC: the body of search.h, for the CPU and for CUDA. */
#ifndef ESWI_ECC_LEVEL_SEARCH_H
#define ESWI_ECC_LEVEL_SEARCH_H

#include "ecc/search.h"

/* A float value from here on may have lost its accuracy in the range of float: then everything is evaluated. */
static const float TRUSTED = 1e20f;

ESW_LARGE void eswi_ecc_search_layout(eswi_ecc_search *search, eswi_carve *carve, int levels)
{
    const size_t padded = ((size_t)levels + ECC_LANES - 1) / ECC_LANES * ECC_LANES;
    const size_t states = ECC_SCAN_STATES + ECC_LANES;
    float *power = ESWI_CARVE(carve, float, padded), *price = ESWI_CARVE(carve, float, padded);
    float *state = ESWI_CARVE(carve, float, states), *inverse = ESWI_CARVE(carve, float, states);
    float *row = ESWI_CARVE(carve, float, padded), *look = ESWI_CARVE(carve, float, padded);
    float *slab = ESWI_CARVE(carve, float, padded);
    if (carve->base) {
        search->scan.power = power;
        search->scan.price = price;
        search->scan.state = state;
        search->scan.inverse = inverse;
        search->scan.row = row;
        search->scan.look = look;
        search->scan.slab = slab;
    }
}

/* The element in float. */
ESW_LARGE_OWN void hunt_load(const eswi_ecc_element *e, const double *power_w, int levels, eswi_ecc_scan *s)
{
    s->n = e->n;
    s->levels = levels;
    s->padded = (levels + ECC_LANES - 1) / ECC_LANES * ECC_LANES;
    s->out = -1;
    for (int g = 0; g < s->padded; g++) {
        const double p = power_w[g < levels ? g : levels - 1];
        s->power[g] = (float)p;
        s->price[g] = (float)(e->weight_time + e->weight_energy * p);
    }
    for (int i = 0; i < e->n; i++) {
        s->own[i] = (float)e->own[i];
        s->lines[i] = e->lines[i];
        for (int v = 0; v < e->n; v++)
            s->heard[i][v] = (float)e->heard[i][v];
        for (int k = 0; k < e->lines[i]; k++) {
            s->fixed[i][k] = (float)e->fixed[i][k];
            s->slope[i][k] = (float)e->slope[i][k];
        }
    }
}

/* The user whose power the others hear least: at full power, against their noise. */
ESW_LARGE_OWN int hunt_least_heard(const eswi_ecc_element *e, int except)
{
    int least = -1;
    double least_sum = eswi_inf();
    for (int v = 0; v < e->n; v++) {
        double sum = 0.0;
        for (int i = 0; i < e->n; i++)
            sum += e->heard[i][v];
        if (v != except && (least < 0 || sum < least_sum)) {
            least_sum = sum;
            least = v;
        }
    }
    return least;
}

/* Spreads the states of the value table over the interference user `out` may hear. */
ESW_LARGE_OWN void hunt_take_out(const eswi_ecc_element *e, const eswi_ecc_scan_kernels *kernels, int out,
                                 eswi_ecc_scan *s)
{
    double loudest = 1.0;
    for (int v = 0; v < e->n; v++)
        loudest += e->heard[out][v] * e->power_max_w;
    const double octaves = eswi_log2(loudest) + 0.01;
    s->out = out;
    s->state_low = 0.0f;
    s->states_per_octave = (float)(ECC_SCAN_STATES / octaves);
    for (int k = 0; k < ECC_SCAN_STATES + ECC_LANES; k++)
        s->inverse[k] = (float)eswi_exp2(-octaves / ECC_SCAN_STATES * k);
    eswi_ecc_do_table(kernels, s);
}

/* A search under way. */
typedef struct level_hunt {
    const eswi_ecc_element *element;
    const eswi_ecc_scan_kernels *kernels;
    const double *power_w;
    eswi_ecc_scan *scan;
    int lane; /* the user whose levels are a row's lanes */
    int outer[ECC_ELEMENT_USERS], n_outer;
    int32_t *at, *row; /* the search's `at` and `level` */
    double best;
    int32_t level[ECC_ELEMENT_USERS]; /* of the best */
    bool found, all;                  /* all: float is not trusted */
} level_hunt;

ESW_LARGE_OWN bool hunt_lower(const int32_t *a, const int32_t *b, int n)
{
    for (int i = 0; i < n; i++)
        if (a[i] != b[i])
            return a[i] < b[i];
    return false;
}

/* What a float value may not exceed to be worth a look. */
ESW_LARGE_OWN bool hunt_worth(const level_hunt *h, float value)
{
    return h->all || !h->found || (double)value <= h->best * (1.0 + (double)ECC_SCAN_TOLERANCE);
}

ESW_LARGE_OWN void hunt_judge(level_hunt *h, const int32_t *level)
{
    double power_w[ECC_ELEMENT_USERS];
    for (int i = 0; i < h->element->n; i++)
        power_w[i] = h->power_w[level[i]];
    const double value = eswi_ecc_element_value(h->element, power_w, 1);
    const int n = h->element->n;
    if (!h->found || value < h->best || (value == h->best && hunt_lower(level, h->level, n))) {
        h->best = value;
        h->found = true;
        memcpy(h->level, level, (size_t)n * sizeof *level);
    }
}

/* Evaluates the levels of `user` that may be the least of a row with nobody taken out. */
ESW_LARGE_OWN void hunt_judge_row(level_hunt *h, int user, int32_t *level, const float *row, float least)
{
    const float limit = least * (1.0f + ECC_SCAN_TOLERANCE);
    for (int g = 0; g < h->scan->levels && hunt_worth(h, least); g++)
        if (h->all || row[g] <= limit) {
            level[user] = g;
            hunt_judge(h, level);
        }
}

/* Tries every level of `user` with nobody taken out. */
ESW_LARGE_OWN void hunt_look(level_hunt *h, int user, int32_t *level)
{
    const int out = h->scan->out;
    h->scan->out = -1;
    const float least = eswi_ecc_do_row(h->kernels, h->scan, user, level, h->scan->look);
    h->scan->out = out;
    hunt_judge_row(h, user, level, h->scan->look, least);
}

/* Lowers one user after the other: what is found is a value to prune with. */
ESW_LARGE_OWN void hunt_descend(level_hunt *h)
{
    for (int i = 0; i < h->element->n; i++)
        h->row[i] = h->scan->levels - 1;
    hunt_judge(h, h->row);
    for (bool better = true; better;) {
        const double before = h->best;
        for (int i = 0; i < h->element->n; i++) {
            memcpy(h->row, h->level, sizeof h->level);
            hunt_look(h, i, h->row);
        }
        better = h->best < before;
    }
}

/* The next combination of the outer users but the first `kept`; false after the last. */
ESW_LARGE_OWN bool hunt_advance(level_hunt *h, int kept)
{
    for (int k = h->n_outer - 1; k >= kept; k--) {
        if (++h->at[h->outer[k]] < h->scan->levels)
            return true;
        h->at[h->outer[k]] = 0;
    }
    return false;
}

ESW_LARGE_OWN void hunt_enter_slab(level_hunt *h, int slab)
{
    memset(h->at, 0, ECC_ELEMENT_USERS * sizeof *h->at);
    if (h->n_outer > 0)
        h->at[h->outer[0]] = slab;
}

ESW_LARGE_OWN void hunt_visit_row(level_hunt *h)
{
    eswi_ecc_scan *s = h->scan;
    const float least = eswi_ecc_do_row(h->kernels, s, h->lane, h->at, s->row);
    if (s->out < 0) {
        hunt_judge_row(h, h->lane, h->at, s->row, least);
        return;
    }
    for (int g = 0; g < s->levels && hunt_worth(h, least); g++)
        if (hunt_worth(h, s->row[g])) {
            h->at[h->lane] = g;
            hunt_look(h, s->out, h->at);
        }
}

/* The least value or bound of every slab: the rows that share the level of the first outer user. */
ESW_LARGE_OWN float hunt_survey(level_hunt *h, int slabs)
{
    float lowest = FLT_MAX;
    for (int slab = 0; slab < slabs; slab++) {
        hunt_enter_slab(h, slab);
        float least = FLT_MAX;
        do {
            const float row = eswi_ecc_do_row(h->kernels, h->scan, h->lane, h->at, h->scan->row);
            least = row < least ? row : least;
        } while (hunt_advance(h, 1));
        h->scan->slab[slab] = least;
        lowest = least < lowest ? least : lowest;
    }
    return lowest;
}

/* Visits slabs, the most promising first, until none may hold anything better. */
ESW_LARGE_OWN void hunt_visit(level_hunt *h, int slabs)
{
    for (;;) {
        int next = -1;
        for (int slab = 0; slab < slabs; slab++)
            if (h->scan->slab[slab] >= 0.0f && (next < 0 || h->scan->slab[slab] < h->scan->slab[next]))
                next = slab;
        if (next < 0 || !hunt_worth(h, h->scan->slab[next]))
            return;
        h->scan->slab[next] = -1.0f; /* values are never negative */
        hunt_enter_slab(h, next);
        do {
            hunt_visit_row(h);
        } while (hunt_advance(h, 1));
    }
}

ESW_LARGE double eswi_ecc_search_levels(const eswi_ecc_element *element, ecc_search kind,
                                        const eswi_ecc_scan_kernels *kernels, const double *power_w, int levels,
                                        eswi_ecc_search *search, int32_t *level)
{
    if (element->n == 0)
        return 0.0;
    level_hunt h;
    memset(&h, 0, sizeof h);
    h.element = element;
    h.kernels = kernels;
    h.power_w = power_w;
    h.scan = &search->scan;
    h.at = search->at;
    h.row = search->level;
    h.best = eswi_inf();
    memset(h.at, 0, ECC_ELEMENT_USERS * sizeof *h.at);
    hunt_load(element, power_w, levels, h.scan);
    const int out = kind == ECC_SEARCH_TABLE && element->n > 1 ? hunt_least_heard(element, -1) : -1;
    h.lane = hunt_least_heard(element, out);
    for (int i = 0; i < element->n; i++)
        if (i != out && i != h.lane)
            h.outer[h.n_outer++] = i;
    if (out >= 0)
        hunt_take_out(element, kernels, out, h.scan);
    const int slabs = h.n_outer > 0 ? levels : 1;
    h.all = !(hunt_survey(&h, slabs) < TRUSTED);
    if (!h.all)
        hunt_descend(&h);
    hunt_visit(&h, slabs);
    memcpy(level, h.level, (size_t)element->n * sizeof *level);
    return h.best;
}

#endif
