/* ECC: the body of frontier.h, for the CPU and for CUDA. */
#ifndef ESWI_ECC_FRONTIER_SEARCH_H
#define ESWI_ECC_FRONTIER_SEARCH_H

#include "ecc/frontier.h"

/* ---------------------------------------------------------------- descent */

/* Tries sixteen powers of a user within `octaves`; takes the best if it is better than *value. */
ESW_LARGE_OWN void frontier_search_user(const eswi_ecc_element_kernels *kernels, int user, double octaves,
                                        eswi_ecc_crowd *c, double *value)
{
    int best = -1;
    c->mover = user;
    c->octaves = octaves;
    eswi_ecc_do_probe(kernels, c);
    for (int l = 0; l < ECC_LANES; l++)
        if (c->value[l] < *value) {
            *value = c->value[l];
            best = l;
        }
    if (best >= 0)
        eswi_ecc_crowd_move(c, user, c->probe_w[best]);
}

ESW_LARGE double eswi_ecc_octaves(double power_min_w, double power_max_w)
{
    return eswi_log2(power_max_w / power_min_w);
}

ESW_LARGE double eswi_ecc_descend(const eswi_ecc_element_kernels *kernels, double octaves, double narrowest,
                                  eswi_ecc_crowd *c)
{
    const double progress = 1e-4;
    double value = eswi_ecc_crowd_refresh(c);
    double radius = octaves;
    while (radius > narrowest && c->n > 0) {
        const double before = value;
        for (int i = 0; i < c->n; i++)
            frontier_search_user(kernels, i, radius, c, &value);
        if (value < before)
            value = eswi_ecc_crowd_refresh(c);
        if (!(before - value > progress * value))
            radius *= c->n == 1 ? 0.125 : 0.25;
    }
    return value;
}

ESW_LARGE double eswi_ecc_descend_user(const eswi_ecc_element_kernels *kernels, int user, double octaves,
                                       double narrowest, eswi_ecc_crowd *c)
{
    double value = eswi_ecc_crowd_refresh(c);
    for (double radius = octaves; radius > narrowest; radius *= 0.125)
        frontier_search_user(kernels, user, radius, c, &value);
    return eswi_ecc_crowd_refresh(c);
}

/* An element as a crowd, at powers that are there. */
ESW_LARGE_OWN double frontier_descend(const eswi_ecc_element *e, const eswi_ecc_element_kernels *kernels,
                                      double octaves, eswi_ecc_frontier *f, double *power_w)
{
    eswi_ecc_crowd *c = &f->crowd;
    c->n = e->n;
    c->stride = ECC_ELEMENT_USERS;
    c->weight_time = e->weight_time;
    c->weight_energy = e->weight_energy;
    c->power_min_w = e->power_min_w;
    c->power_max_w = e->power_max_w;
    c->own = e->own;
    c->heard = &e->heard[0][0];
    c->lines = e->lines;
    c->fixed = &e->fixed[0][0];
    c->slope = &e->slope[0][0];
    c->power_w = f->power_w;
    c->around = f->around;
    c->cost = f->cost;
    memcpy(f->power_w, power_w, (size_t)e->n * sizeof *power_w);
    const double value = eswi_ecc_descend(kernels, octaves, ECC_DESCENT_FINE, c);
    memcpy(power_w, f->power_w, (size_t)e->n * sizeof *power_w);
    return value;
}

/* ---------------------------------------------------------------- the heap */

ESW_LARGE_OWN void frontier_push(eswi_ecc_frontier *f, int32_t *count, const eswi_ecc_node *node)
{
    int32_t at = (*count)++;
    while (at > 0 && f->heap[(at - 1) / 2].bound > node->bound) {
        f->heap[at] = f->heap[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    f->heap[at] = *node;
}

ESW_LARGE_OWN eswi_ecc_node frontier_pop(eswi_ecc_frontier *f, int32_t *count)
{
    const eswi_ecc_node top = f->heap[0], last = f->heap[--*count];
    int32_t at = 0;
    for (int32_t child = 1; child < *count; child = 2 * at + 1) {
        if (child + 1 < *count && f->heap[child + 1].bound < f->heap[child].bound)
            child++;
        if (f->heap[child].bound >= last.bound)
            break;
        f->heap[at] = f->heap[child];
        at = child;
    }
    if (*count > 0)
        f->heap[at] = last;
    return top;
}

/* ---------------------------------------------------------------- branch and bound */

typedef struct frontier_search {
    const eswi_ecc_element *element;
    const eswi_ecc_limits *limits;
    eswi_ecc_frontier *frontier;
    eswi_ecc_certificate *best;
    int32_t waiting;
    double discarded;     /* the least bound of a box that was not pursued */
    eswi_ecc_node *batch; /* the frontier's */
    int n;
} frontier_search;

/* A box whose bound reaches this cannot improve the answer enough. */
ESW_LARGE_OWN double frontier_target(const frontier_search *s)
{
    const double relative = s->best->value * (1.0 - s->limits->gap), absolute =
                                                                         s->best->value - s->limits->slack;
    const double reached = relative < absolute ? relative : absolute;
    return reached < s->limits->cutoff ? reached : s->limits->cutoff;
}

/* The root as sixteen boxes: halving users in turn fills the lanes at once. */
ESW_LARGE_OWN void frontier_start(frontier_search *s)
{
    const eswi_ecc_element *e = s->element;
    eswi_ecc_node *root = &s->batch[0];
    memset(root, 0, sizeof *root);
    root->bound = -eswi_inf();
    for (int i = 0; i < e->n; i++) { /* outward: a float of this size is off by less than 2^-19 */
        root->low[i] = (float)eswi_log2(e->power_min_w) - 0x1p-18f;
        root->high[i] = (float)eswi_log2(e->power_max_w) + 0x1p-18f;
    }
    s->n = 1;
    for (int halving = 0; s->n < ECC_LANES; halving++) {
        const int i = halving % e->n;
        for (int k = s->n - 1; k >= 0; k--) {
            const eswi_ecc_node node = s->batch[k];
            const float middle = 0.5f * (node.low[i] + node.high[i]);
            s->batch[2 * k] = s->batch[2 * k + 1] = node;
            s->batch[2 * k].high[i] = s->batch[2 * k + 1].low[i] = middle;
        }
        s->n *= 2;
    }
}

ESW_LARGE_OWN void frontier_load(const frontier_search *s)
{
    eswi_ecc_boxes *boxes = &s->frontier->boxes;
    for (int l = 0; l < ECC_LANES; l++) {
        const eswi_ecc_node *node = &s->batch[l < s->n ? l : 0];
        for (int i = 0; i < s->element->n; i++) {
            boxes->low[i][l] = (double)node->low[i];
            boxes->high[i][l] = (double)node->high[i];
        }
    }
}

ESW_LARGE_OWN void frontier_take_value(frontier_search *s, int lane)
{
    const eswi_ecc_element *e = s->element;
    const eswi_ecc_boxes *boxes = &s->frontier->boxes;
    if (!(boxes->value[lane] < s->best->value))
        return;
    s->best->value = boxes->value[lane];
    for (int i = 0; i < e->n; i++) {
        const double p = eswi_exp2(boxes->point[i][lane]);
        s->best->power_w[i] = p < e->power_min_w ? e->power_min_w : p > e->power_max_w ? e->power_max_w : p;
    }
}

/* Takes off the box what its tangent plane shows to cost more than `reach`; true if that was anything. Outward: the
 * plane's rounding is in `tangent`, and corners of this size are off by less than 2^-19. */
ESW_LARGE_OWN bool frontier_cut(const frontier_search *s, int lane, double reach, eswi_ecc_node *node)
{
    const eswi_ecc_boxes *boxes = &s->frontier->boxes;
    const double left = (reach - boxes->tangent[lane]) * (1.0 + 0x1p-30);
    bool any = false;
    for (int i = 0; i < s->element->n; i++) {
        const double slope = boxes->plane[i][lane], low = (double)node->low[i], high = (double)node->high[i];
        const double far = left / fabs(slope) + 0x1p-18;
        if (!(far < high - low))
            continue;
        if (slope > 0.0)
            node->high[i] = (float)(low + far);
        else
            node->low[i] = (float)(high - far);
        any = true;
    }
    return any;
}

/* The user whose range explains most of the gap: what is left of its score once the box is cut. */
ESW_LARGE_OWN int frontier_widest_blame(const frontier_search *s, int lane, const eswi_ecc_node *node)
{
    const eswi_ecc_boxes *boxes = &s->frontier->boxes;
    int user = 0;
    double most = -eswi_inf();
    for (int i = 0; i < s->element->n; i++) {
        const double left = (double)node->high[i] - (double)node->low[i];
        const double score = boxes->score[i][lane] * (left / (boxes->high[i][lane] - boxes->low[i][lane]));
        if (left > 0x1p-16 && score > most) {
            most = score;
            user = i;
        }
    }
    return user;
}

/* Keeps the boxes of the batch that may still hold something better. False if memory ran out. */
ESW_LARGE_OWN bool frontier_keep(frontier_search *s)
{
    bool room = true;
    for (int l = 0; l < s->n; l++)
        frontier_take_value(s, l);
    for (int l = 0; l < s->n; l++) {
        eswi_ecc_node node = s->batch[l];
        const double bound = s->frontier->boxes.bound[l];
        node.bound = bound > node.bound ? bound : node.bound;
        if (node.bound < frontier_target(s) && s->waiting < s->frontier->capacity) {
            if (frontier_cut(s, l, frontier_target(s), &node))
                s->discarded = frontier_target(s) < s->discarded ? frontier_target(s) : s->discarded;
            node.branch = frontier_widest_blame(s, l, &node);
            frontier_push(s->frontier, &s->waiting, &node);
        } else {
            room = room && node.bound >= frontier_target(s);
            s->discarded = node.bound < s->discarded ? node.bound : s->discarded;
        }
    }
    return room;
}

/* The next batch: the halves of the eight lowest boxes. */
ESW_LARGE_OWN void frontier_refill(frontier_search *s)
{
    s->n = 0;
    while (s->n < ECC_LANES && s->waiting > 0 && s->frontier->heap[0].bound < frontier_target(s)) {
        const eswi_ecc_node node = frontier_pop(s->frontier, &s->waiting);
        const int i = node.branch;
        const float middle = 0.5f * (node.low[i] + node.high[i]);
        s->batch[s->n] = s->batch[s->n + 1] = node;
        s->batch[s->n].high[i] = s->batch[s->n + 1].low[i] = middle;
        s->n += 2;
    }
}

ESW_LARGE_OWN void frontier_first_value(frontier_search *s, const eswi_ecc_element_kernels *kernels)
{
    const eswi_ecc_element *e = s->element;
    for (int i = 0; i < e->n; i++)
        s->best->power_w[i] = e->power_max_w;
    s->best->value = frontier_descend(e, kernels, eswi_ecc_octaves(e->power_min_w, e->power_max_w), s->frontier,
                                      s->best->power_w);
}

ESW_LARGE void eswi_ecc_certify(const eswi_ecc_element *element, const eswi_ecc_element_kernels *kernels,
                                const eswi_ecc_limits *limits, eswi_ecc_frontier *frontier,
                                eswi_ecc_certificate *result)
{
    memset(result, 0, sizeof *result);
    result->end = ECC_REASON_GAP;
    if (element->n == 0)
        return;
    frontier_search s = {element, limits, frontier, result, 0, eswi_inf(), frontier->batch, 0};
    frontier_first_value(&s, kernels);
    frontier_start(&s);
    for (;;) {
        frontier_load(&s);
        eswi_ecc_do_bound(kernels, element, limits->steps, &frontier->boxes);
        result->nodes += s.n;
        const bool room = frontier_keep(&s);
        if (s.waiting == 0 || frontier->heap[0].bound >= frontier_target(&s))
            break;
        if (!room || result->nodes >= limits->nodes)
            result->end = ECC_REASON_NODES;
        else if (limits->deadline_s > 0.0 && eswi_ecc_seconds() > limits->deadline_s)
            result->end = ECC_REASON_TIME;
        if (result->end != ECC_REASON_GAP)
            break;
        frontier_refill(&s);
    }
    result->value = frontier_descend(element, kernels, 1.0, frontier, result->power_w);
    result->bound = s.waiting > 0 ? frontier->heap[0].bound : eswi_inf();
    result->bound = s.discarded < result->bound ? s.discarded : result->bound;
    result->bound = result->value < result->bound ? result->value : result->bound;
    result->bound = result->bound > 0.0 ? result->bound : 0.0;
}

#endif
