/* ECC: the body of arena.h, for the CPU and for CUDA. */
#ifndef ESWI_ECC_ARENA_SEARCH_H
#define ESWI_ECC_ARENA_SEARCH_H

#include "ecc/arena.h"

/* Bounds that come from sums of other bounds are lowered by more than the sums may have rounded up. */
static const double SHAVE = 1.0 - 0x1p-44;

ESW_LARGE_OWN unsigned arena_sets_of(const eswi_ecc_arena *a)
{
    return 1u << a->n;
}

ESW_LARGE void eswi_ecc_arena_layout(eswi_ecc_arena *arena, eswi_carve *carve, int users, int tables)
{
    const size_t sets = (size_t)1 << users;
    eswi_ecc_element *element = ESWI_CARVE(carve, eswi_ecc_element, 1);
    for (int t = 0; t < tables; t++) {
        double *bound = ESWI_CARVE(carve, double, sets), *value = ESWI_CARVE(carve, double, sets);
        double *power_w = ESWI_CARVE(carve, double, sets *(size_t)users);
        if (carve->base) {
            arena->table[t].bound = bound;
            arena->table[t].value = value;
            arena->table[t].power_w = power_w;
        }
    }
    double *cost = ESWI_CARVE(carve, double, sets);
    double *partition = ESWI_CARVE(carve, double, ((size_t)tables + ECC_DIRECTIONS) * sets);
    if (carve->base) {
        arena->element = element;
        arena->cost = cost;
        arena->partition = partition;
    }
}

/* ---------------------------------------------------------------- elements */

ESW_LARGE_OWN void arena_build(const eswi_ecc_arena *a, const eswi_ecc_table *t, unsigned set)
{
    int32_t users[ECC_ARENA_USERS], slices[ECC_ARENA_USERS];
    int n = 0;
    for (int i = 0; i < a->n; i++)
        if (set >> i & 1u) {
            users[n] = a->user[i];
            slices[n++] = a->slices[t->direction][i];
        }
    eswi_ecc_element_build(&a->scene, t->direction, t->subchannel, users, slices, n, a->element);
}

ESW_LARGE_OWN void arena_put_power(const eswi_ecc_arena *a, eswi_ecc_table *t, unsigned set,
                                   const double *power_w)
{
    int n = 0;
    for (int i = 0; i < a->n; i++)
        if (set >> i & 1u)
            t->power_w[(size_t)set * (size_t)a->n + (size_t)i] = power_w[n++];
}

/* Every superset holds this set and the rest of it, which disturb each other. */
ESW_LARGE_OWN void arena_raise_supersets(eswi_ecc_table *t, unsigned set)
{
    const unsigned others = t->members & ~set;
    for (unsigned more = others; more; more = (more - 1) & others) {
        const double bound = (t->bound[set] + t->bound[more]) * SHAVE;
        double *known = &t->bound[set | more];
        if (bound > *known && t->value[set | more] == eswi_inf())
            *known = bound;
    }
}

ESW_LARGE_OWN void arena_solve_levels(eswi_ecc_arena *a, eswi_ecc_table *t, unsigned set)
{
    const eswi_ecc_config *config = a->scene.config;
    int32_t level[ECC_ELEMENT_USERS];
    double power_w[ECC_ELEMENT_USERS];
    arena_build(a, t, set);
    t->bound[set] = t->value[set] =
        eswi_ecc_search_levels(a->element, config->search, &a->kernels->scan, a->level_w[t->direction],
                               config->grid_power_levels, a->search, level);
    for (int i = 0; i < a->element->n; i++)
        power_w[i] = a->level_w[t->direction][level[i]];
    arena_put_power(a, t, set, power_w);
}

/* The gap to reach with bounds that are still to be lowered. */
ESW_LARGE_OWN double arena_gap(const eswi_ecc_arena *a)
{
    return a->scene.config->gap - 2.0 * ECC_REPORTED_MARGIN;
}

ESW_LARGE_OWN void arena_solve_powers(eswi_ecc_arena *a, eswi_ecc_table *t, unsigned set, double slack,
                                      double cutoff)
{
    eswi_ecc_certificate c;
    const double gap = 0.5 * arena_gap(a);
    const eswi_ecc_limits limits = {gap, slack, cutoff, a->nodes_left, a->deadline_s, ECC_BOUND_STEPS};
    arena_build(a, t, set);
    eswi_ecc_certify(a->element, &a->kernels->element, &limits, a->frontier, &c);
    a->nodes += c.nodes;
    a->nodes_left -= c.nodes;
    a->out_of_nodes = a->out_of_nodes || c.end == ECC_REASON_NODES;
    a->out_of_time = a->out_of_time || c.end == ECC_REASON_TIME;
    const bool raised = c.bound > t->bound[set];
    t->bound[set] = raised ? c.bound : t->bound[set];
    if (!(c.bound >= cutoff && raised)) { /* else it is not needed, and not finished either */
        t->value[set] = c.value;
        arena_put_power(a, t, set, c.power_w);
    }
}

ESW_LARGE_OWN void arena_solve_element(eswi_ecc_arena *a, eswi_ecc_table *t, unsigned set, double slack,
                                       double cutoff)
{
    if (a->method == ECC_GRID_OPTIMUM)
        arena_solve_levels(a, t, set);
    else
        arena_solve_powers(a, t, set, slack, cutoff);
    arena_raise_supersets(t, set);
}

/* Single users first: their sums bound everything else. */
ESW_LARGE_OWN void arena_prepare_table(eswi_ecc_arena *a, eswi_ecc_table *t)
{
    t->bound[0] = t->value[0] = 0.0;
    for (unsigned set = 1; set < arena_sets_of(a); set++) {
        t->bound[set] = 0.0;
        t->value[set] = eswi_inf();
    }
    for (int i = 0; i < a->n; i++)
        if (t->members >> i & 1u)
            arena_solve_element(a, t, 1u << i, 0.0, eswi_inf());
    for (unsigned set = 1; set < arena_sets_of(a); set++) {
        const unsigned first = set & (0u - set), rest = set & (set - 1);
        if (rest && !(set & ~t->members)) {
            const double bound = (t->bound[first] + t->bound[rest]) * SHAVE;
            t->bound[set] = bound > t->bound[set] ? bound : t->bound[set];
        }
    }
}

/* ---------------------------------------------------------------- candidates */

ESW_LARGE_OWN double arena_local_cost(const eswi_ecc_arena *a, unsigned senders)
{
    double sum = 0.0;
    for (int i = 0; i < a->n; i++)
        if (!(senders >> i & 1u))
            sum += a->local[i];
    return sum;
}

/* Whether every cluster keeps the cap. */
ESW_LARGE_OWN bool arena_fits(const eswi_ecc_arena *a, unsigned set)
{
    for (int c = 0; c < a->n_clusters; c++) {
        int count = 0;
        for (unsigned rest = set & a->cluster[c]; rest; rest &= rest - 1)
            count++;
        if (count > a->scene.config->cluster_cap)
            return false;
    }
    return true;
}

/* What a subchannel costs with a set on it: one direction, or both where they are paired. */
ESW_LARGE_OWN double arena_subchannel_bound(const eswi_ecc_arena *a, int first, unsigned set)
{
    const int subchannels = a->scene.config->subchannels;
    return a->table[first].bound[set] + (a->paired ? a->table[first + subchannels].bound[set] : 0.0);
}

/* partition[m][set] = the least bound of a set on the subchannels below m. */
ESW_LARGE_OWN void arena_partition(eswi_ecc_arena *a, int direction, double *best)
{
    const int subchannels = a->scene.config->subchannels;
    const unsigned sets = arena_sets_of(a);
    for (unsigned set = 0; set < sets; set++)
        best[set] = set ? eswi_inf() : 0.0;
    for (int m = 0; m < subchannels; m++, best += sets) {
        for (unsigned set = 0; set < sets; set++)
            a->cost[set] =
                arena_fits(a, set) ? arena_subchannel_bound(a, direction * subchannels + m, set) : eswi_inf();
        for (unsigned set = 0; set < sets; set++) {
            double least = best[set];
            for (unsigned here = set; here; here = (here - 1) & set) {
                const double total = best[set & ~here] + a->cost[here];
                least = total < least ? total : least;
            }
            best[sets + set] = least;
        }
    }
}

/* Reads back which set each subchannel holds; of equal ones the largest number. */
ESW_LARGE_OWN void arena_read_partition(eswi_ecc_arena *a, int direction, const double *best, unsigned set)
{
    const int subchannels = a->scene.config->subchannels;
    const unsigned sets = arena_sets_of(a);
    for (int m = subchannels - 1; m >= 0; m--) {
        const double *below = best + (size_t)m * sets;
        unsigned found = 0;
        if (below[set] != below[sets + set])
            for (unsigned here = set; here && !found; here = (here - 1) & set)
                if (arena_fits(a, here) &&
                    below[set & ~here] + arena_subchannel_bound(a, direction * subchannels + m, here) ==
                        below[sets + set])
                    found = here;
        a->chosen[direction * subchannels + m] = found;
        if (a->paired)
            a->chosen[subchannels + m] = found;
        set &= ~found;
    }
}

/* The candidate of least bound, the lowest set of senders among equals, into `senders` and `chosen`. */
ESW_LARGE_OWN double arena_choose_free(eswi_ecc_arena *a)
{
    const int subchannels = a->scene.config->subchannels, directions = a->paired ? 1 : ECC_DIRECTIONS;
    const size_t sets = arena_sets_of(a), rows = (size_t)(subchannels + 1) * sets;
    for (int d = 0; d < directions; d++)
        arena_partition(a, d, a->partition + (size_t)d * rows);
    const double *up = a->partition + (size_t)subchannels * sets, *down = up + rows;
    double least = eswi_inf();
    for (unsigned set = 0; set < sets; set++) {
        const double total = arena_local_cost(a, set) + up[set] + (a->paired ? 0.0 : down[set]);
        if (total < least) {
            least = total;
            a->senders = set;
        }
    }
    for (int d = 0; d < directions; d++)
        arena_read_partition(a, d, a->partition + (size_t)d * rows, a->senders);
    return least;
}

ESW_LARGE_OWN double arena_choose_fixed(eswi_ecc_arena *a)
{
    double least = eswi_inf();
    unsigned able = arena_sets_of(a) - 1;
    for (int i = 0; i < a->n; i++)
        for (int d = 0; d < ECC_DIRECTIONS; d++)
            able &= a->slices[d][i] > 0 ? ~0u : ~(1u << i);
    for (unsigned set = able;; set = (set - 1) & able) {
        double total = arena_local_cost(a, set);
        for (int t = 0; t < a->n_tables; t++)
            total += a->table[t].bound[set & a->table[t].members];
        if (total <= least) { /* sets come in descending order */
            least = total;
            a->senders = set;
        }
        if (!set)
            break;
    }
    for (int t = 0; t < a->n_tables; t++)
        a->chosen[t] = a->senders & a->table[t].members;
    return least;
}

ESW_LARGE_OWN double arena_choose(eswi_ecc_arena *a)
{
    return (a->free ? arena_choose_free(a) : arena_choose_fixed(a)) * SHAVE;
}

/* ---------------------------------------------------------------- best first */

ESW_LARGE_OWN bool arena_solved(const eswi_ecc_arena *a, int t)
{
    return a->table[t].value[a->chosen[t]] < eswi_inf();
}

/* Solves the candidate's elements, the uplink's first. `least` is its bound, `wanted` the bound beyond which it is of no
 * use. */
ESW_LARGE_OWN void arena_solve_candidate(eswi_ecc_arena *a, double least, double wanted)
{
    int elements = 0;
    for (int t = 0; t < a->n_tables; t++)
        elements += a->chosen[t] != 0;
    const double slack = 0.5 * arena_gap(a) * least / (elements ? elements : 1);
    for (int t = 0; t < a->n_tables; t++) {
        if (arena_solved(a, t))
            continue;
        const double before = a->table[t].bound[a->chosen[t]];
        const double cutoff = wanted - (least - before);
        arena_solve_element(a, &a->table[t], a->chosen[t], slack, cutoff);
        const double gained = a->table[t].bound[a->chosen[t]] - before;
        least += gained > 0.0 ? gained : 0.0;
        if (least >= wanted)
            return;
    }
}

typedef struct arena_answer {
    double value;
    unsigned senders, chosen[ECC_ARENA_TABLES];
} arena_answer;

/* Takes the candidate as the answer if it is better. */
ESW_LARGE_OWN void arena_take(const eswi_ecc_arena *a, arena_answer *best)
{
    double value = arena_local_cost(a, a->senders);
    for (int t = 0; t < a->n_tables; t++) {
        if (!arena_solved(a, t))
            return;
        value += a->table[t].value[a->chosen[t]];
    }
    if (value < best->value) {
        best->value = value;
        best->senders = a->senders;
        memcpy(best->chosen, a->chosen, sizeof best->chosen);
    }
}

ESW_LARGE bool eswi_ecc_arena_late(eswi_ecc_arena *a)
{
    a->out_of_time = a->out_of_time || (a->deadline_s > 0.0 && eswi_ecc_seconds() > a->deadline_s);
    return a->out_of_time;
}

ESW_LARGE void eswi_ecc_arena_solve(eswi_ecc_arena *a)
{
    arena_answer best;
    bool tried = false;
    const double gap = a->method == ECC_GRID_OPTIMUM ? 0.0 : arena_gap(a);
    memset(&best, 0, sizeof best);
    best.value = eswi_inf();
    memset(a->chosen, 0, sizeof a->chosen);
    for (int t = 0; t < a->n_tables; t++)
        arena_prepare_table(a, &a->table[t]);
    a->senders = 0; /* everybody local needs no search */
    arena_take(a, &best);
    for (;;) {
        const double least = arena_choose(a), wanted = best.value * (1.0 - gap);
        a->bound = least;
        bool open = false;
        for (int t = 0; t < a->n_tables; t++)
            open = open || !arena_solved(a, t);
        if (!open)
            arena_take(a, &best);
        if (!open || least >= wanted || (tried && (a->out_of_nodes || eswi_ecc_arena_late(a))))
            break;
        arena_solve_candidate(a, least, wanted);
        arena_take(a, &best);
        tried = true;
    }
    a->value = best.value;
    a->senders = best.senders;
    memcpy(a->chosen, best.chosen, sizeof a->chosen);
    a->bound = a->bound < a->value ? a->bound : a->value;
}

#endif
