#include "ecc/frontier.h"

#include <string.h>

#include "base/clock.h"

/* ---------------------------------------------------------------- descent */

/* Tries sixteen powers of user i within `radius` octaves; true if one is better. */
static bool search_user(const eswi_ecc_element *e, const eswi_ecc_element_kernels *kernels, int i,
                        double radius, double *power_w, double *value)
{
    eswi_ecc_points points;
    for (int v = 0; v < e->n; v++)
        for (int l = 0; l < ECC_LANES; l++)
            points.power_w[v][l] = power_w[v];
    for (int l = 0; l < ECC_LANES; l++) {
        const double p = power_w[i] * eswi_exp2(radius * (2 * l - (ECC_LANES - 1)) / (ECC_LANES - 1));
        points.power_w[i][l] = p < e->power_min_w ? e->power_min_w : p > e->power_max_w ? e->power_max_w : p;
    }
    kernels->values(e, &points);
    int best = -1;
    for (int l = 0; l < ECC_LANES; l++)
        if (points.value[l] < *value) {
            *value = points.value[l];
            best = l;
        }
    if (best >= 0)
        power_w[i] = points.power_w[i][best];
    return best >= 0;
}

double eswi_ecc_element_octaves(const eswi_ecc_element *e)
{
    return eswi_log2(e->power_max_w / e->power_min_w);
}

double eswi_ecc_element_descend(const eswi_ecc_element *e, const eswi_ecc_element_kernels *kernels,
                                double octaves, double narrowest, double *power_w)
{
    const double progress = 1e-4;
    double value = eswi_ecc_element_value(e, power_w, 1);
    double radius = octaves;
    while (radius > narrowest && e->n > 0) {
        const double before = value;
        for (int i = 0; i < e->n; i++)
            search_user(e, kernels, i, radius, power_w, &value);
        if (!(before - value > progress * value))
            radius *= e->n == 1 ? 0.125 : 0.25;
    }
    return value;
}

/* ---------------------------------------------------------------- the heap */

static void push(eswi_ecc_frontier *f, int32_t *count, const eswi_ecc_node *node)
{
    int32_t at = (*count)++;
    while (at > 0 && f->heap[(at - 1) / 2].bound > node->bound) {
        f->heap[at] = f->heap[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    f->heap[at] = *node;
}

static eswi_ecc_node pop(eswi_ecc_frontier *f, int32_t *count)
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

typedef struct search {
    const eswi_ecc_element *element;
    const eswi_ecc_limits *limits;
    eswi_ecc_frontier *frontier;
    eswi_ecc_certificate *best;
    int32_t waiting;
    double discarded; /* the least bound of a box that was not pursued */
    eswi_ecc_node batch[ECC_LANES];
    int n;
} search;

/* A box whose bound reaches this cannot improve the answer enough. */
static double target(const search *s)
{
    const double relative = s->best->value * (1.0 - s->limits->gap), absolute =
                                                                         s->best->value - s->limits->slack;
    const double reached = relative < absolute ? relative : absolute;
    return reached < s->limits->cutoff ? reached : s->limits->cutoff;
}

/* The root as sixteen boxes: halving users in turn fills the lanes at once. */
static void start(search *s)
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

static void load(const search *s)
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

static void take_value(search *s, int lane)
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

static int widest_blame(const search *s, int lane)
{
    const eswi_ecc_boxes *boxes = &s->frontier->boxes;
    int user = 0;
    double most = -eswi_inf();
    for (int i = 0; i < s->element->n; i++) {
        const bool splits = boxes->high[i][lane] - boxes->low[i][lane] > 0x1p-16;
        if (splits && boxes->score[i][lane] > most) {
            most = boxes->score[i][lane];
            user = i;
        }
    }
    return user;
}

/* Keeps the boxes of the batch that may still hold something better. False if memory ran out. */
static bool keep(search *s)
{
    bool room = true;
    for (int l = 0; l < s->n; l++)
        take_value(s, l);
    for (int l = 0; l < s->n; l++) {
        eswi_ecc_node node = s->batch[l];
        const double bound = s->frontier->boxes.bound[l];
        node.bound = bound > node.bound ? bound : node.bound;
        if (node.bound < target(s) && s->waiting < s->frontier->capacity) {
            node.branch = widest_blame(s, l);
            push(s->frontier, &s->waiting, &node);
        } else {
            room = room && node.bound >= target(s);
            s->discarded = node.bound < s->discarded ? node.bound : s->discarded;
        }
    }
    return room;
}

/* The next batch: the halves of the eight lowest boxes. */
static void refill(search *s)
{
    s->n = 0;
    while (s->n < ECC_LANES && s->waiting > 0 && s->frontier->heap[0].bound < target(s)) {
        const eswi_ecc_node node = pop(s->frontier, &s->waiting);
        const int i = node.branch;
        const float middle = 0.5f * (node.low[i] + node.high[i]);
        s->batch[s->n] = s->batch[s->n + 1] = node;
        s->batch[s->n].high[i] = s->batch[s->n + 1].low[i] = middle;
        s->n += 2;
    }
}

static void first_value(search *s, const eswi_ecc_element_kernels *kernels)
{
    const eswi_ecc_element *e = s->element;
    for (int i = 0; i < e->n; i++)
        s->best->power_w[i] = e->power_max_w;
    s->best->value =
        eswi_ecc_element_descend(e, kernels, eswi_ecc_element_octaves(e), ECC_DESCENT_FINE, s->best->power_w);
}

void eswi_ecc_certify(const eswi_ecc_element *element, const eswi_ecc_element_kernels *kernels,
                      const eswi_ecc_limits *limits, eswi_ecc_frontier *frontier, eswi_ecc_certificate *result)
{
    memset(result, 0, sizeof *result);
    result->end = ECC_REASON_GAP;
    if (element->n == 0)
        return;
    search s = {
        .element = element, .limits = limits, .frontier = frontier, .best = result, .discarded = eswi_inf()};
    first_value(&s, kernels);
    start(&s);
    for (;;) {
        load(&s);
        kernels->bound(element, limits->steps, &frontier->boxes);
        result->nodes += s.n;
        const bool room = keep(&s);
        if (s.waiting == 0 || frontier->heap[0].bound >= target(&s))
            break;
        if (!room || result->nodes >= limits->nodes)
            result->end = ECC_REASON_NODES;
        else if (limits->deadline_s > 0.0 && eswi_clock_s() > limits->deadline_s)
            result->end = ECC_REASON_TIME;
        if (result->end != ECC_REASON_GAP)
            break;
        refill(&s);
    }
    result->value = eswi_ecc_element_descend(element, kernels, 1.0, ECC_DESCENT_FINE, result->power_w);
    result->bound = s.waiting > 0 ? frontier->heap[0].bound : eswi_inf();
    result->bound = s.discarded < result->bound ? s.discarded : result->bound;
    result->bound = result->value < result->bound ? result->value : result->bound;
    result->bound = result->bound > 0.0 ? result->bound : 0.0;
}
