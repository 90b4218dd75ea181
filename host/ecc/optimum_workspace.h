/* ECC: what the search of one scenario for an optimum (optimum.h) works in, and how a decision is completed, for the CPU and
 * for CUDA. */
#ifndef ESWI_ECC_OPTIMUM_WORKSPACE_H
#define ESWI_ECC_OPTIMUM_WORKSPACE_H

#include "ecc/account.h"
#include "ecc/arena.h"
#include "ecc/assign.h"
#include "ecc/joint.h"
#include "ecc/layers.h"
#include "ecc/links.h"
#include "ecc/optimum.h"

/* What the bound of a chain works on. */
typedef struct optimum_chain {
    eswi_ecc_cell cell;
    eswi_ecc_cell_table table;
    int32_t users[ECC_CHAIN_USERS];
    double share[ECC_CHAIN_USERS];
    float power_w[ECC_CHAIN_USERS]; /* in the order of decoding */
} optimum_chain;

/* What one scenario needs, beside what a config fixes. */
typedef struct optimum_workspace {
    const eswi_ecc_optimum_tables *tables;
    const eswi_ecc_optimum_kernels *kernels;
    eswi_ecc_frontier *frontier;
    eswi_ecc_search *search;
    eswi_ecc_arena *arena;
    eswi_ecc_joint *joint;
    eswi_ecc_element *element;
    optimum_chain *chain;
    int32_t *load;                     /* [N][M] */
    int32_t *slices[ECC_DIRECTIONS];   /* [U] */
    double *start_w[ECC_DIRECTIONS];   /* [U] powers of the decision to start from, 0: local */
    int32_t *parent, *first, *next;    /* [U] of components */
    double *alone[ECC_DIRECTIONS];     /* [U] what a user pays alone, at least; +inf without a place */
    double *paid[ECC_DIRECTIONS];      /* [U] what it pays in the decision at hand, where it sends */
    double *share[ECC_DIRECTIONS];     /* [U] of the price of staying local, for bounds */
    bool *kept[ECC_DIRECTIONS];        /* [U] whether it stays local in a bound's chain */
    bool *done;                        /* [U] */
    int32_t *group_first, *group_next; /* [M], [U] */
    int32_t *ledger;                   /* of eswi_ecc_utility_sum */
} optimum_workspace;

ESW_LARGE_OWN bool optimum_is_free(const eswi_ecc_config *config)
{
    return config->assignment_from == ECC_FROM_ALL;
}

/* Whether the arena has room for all assignments. */
ESW_LARGE_OWN bool optimum_fits_free(const eswi_ecc_config *config)
{
    return config->users <= ECC_ARENA_FREE_USERS && config->subchannels <= ECC_ARENA_FREE_SUBCHANNELS &&
           config->access == ECC_NOMA;
}

/* Boxes that may wait at a time: a search halves sixteen for every eight it takes away. */
ESW_LARGE_OWN size_t optimum_nodes(ecc_method method, const eswi_ecc_config *config)
{
    return method == ECC_CERTIFIED ? (size_t)config->max_nodes / 2 + ECC_LANES : 0;
}

ESW_LARGE_OWN void optimum_lay_out_arena(ecc_method method, const eswi_ecc_config *config, eswi_carve *carve,
                                         optimum_workspace *w)
{
    const bool grid = method == ECC_GRID_OPTIMUM, free_scope =
                                                      optimum_is_free(config) && optimum_fits_free(config);
    const size_t nodes = optimum_nodes(method, config);
    const int arena_users = free_scope ? ECC_ARENA_FREE_USERS : ECC_ARENA_USERS;
    const int users = config->users < arena_users ? config->users : arena_users;
    const int tables = free_scope ? 2 * config->subchannels : 2 * ECC_ARENA_USERS;
    w->frontier = ESWI_CARVE(carve, eswi_ecc_frontier, 1);
    w->search = ESWI_CARVE(carve, eswi_ecc_search, 1);
    w->arena = ESWI_CARVE(carve, eswi_ecc_arena, 1);
    w->chain = ESWI_CARVE(carve, optimum_chain, grid ? 0 : 1);
    eswi_ecc_node *heap = ESWI_CARVE(carve, eswi_ecc_node, nodes);
    if (carve->base) {
        w->frontier->heap = heap;
        w->frontier->capacity = (int32_t)nodes;
    }
    eswi_ecc_search_layout(w->search, carve, grid ? config->grid_power_levels : 0);
    eswi_ecc_arena_layout(w->arena, carve, users, tables);
}

ESW_LARGE_OWN void optimum_lay_out(ecc_method method, const eswi_ecc_config *config, eswi_carve *carve,
                                   optimum_workspace *w)
{
    const size_t users = (size_t)config->users, subchannels = (size_t)config->subchannels;
    memset(w, 0, sizeof *w);
    for (int d = 0; d < ECC_DIRECTIONS; d++) {
        w->slices[d] = ESWI_CARVE(carve, int32_t, users);
        w->start_w[d] = ESWI_CARVE(carve, double, users);
        w->alone[d] = ESWI_CARVE(carve, double, users);
        w->paid[d] = ESWI_CARVE(carve, double, users);
        w->share[d] = ESWI_CARVE(carve, double, users);
        w->kept[d] = ESWI_CARVE(carve, bool, users);
    }
    w->load = ESWI_CARVE(carve, int32_t, (size_t)config->aps * subchannels);
    w->parent = ESWI_CARVE(carve, int32_t, users);
    w->first = ESWI_CARVE(carve, int32_t, users);
    w->next = ESWI_CARVE(carve, int32_t, users);
    w->done = ESWI_CARVE(carve, bool, users);
    w->group_first = ESWI_CARVE(carve, int32_t, subchannels);
    w->group_next = ESWI_CARVE(carve, int32_t, users);
    w->ledger = ESWI_CARVE(carve, int32_t, eswi_ecc_ledger_ints(config));
    w->element = ESWI_CARVE(carve, eswi_ecc_element, 1);
    w->joint = eswi_ecc_joint_layout(carve, config, method == ECC_JOINT);
    if (method != ECC_JOINT)
        optimum_lay_out_arena(method, config, carve, w);
}

/* ---------------------------------------------------------------- a decision under construction */

/* Into how many slices a subchannel is cut where each user is assigned; 0 for users without one. */
ESW_LARGE_OWN void optimum_count_slices(const eswi_ecc_config *config, const eswi_ecc_instance *instance,
                                        const optimum_workspace *w, const eswi_ecc_decision *decision)
{
    const int32_t *ap = instance->ap_of_user;
    for (int d = 0; d < ECC_DIRECTIONS; d++) {
        const int32_t *assigned = decision->assigned[d];
        eswi_ecc_link_users(config->users, config->subchannels, assigned, w->group_first, w->group_next);
        for (int u = 0; u < config->users; u++) {
            int share = 0;
            for (int v = assigned[u] >= 0 ? w->group_first[assigned[u]] : -1; v >= 0; v = w->group_next[v])
                share += config->access == ECC_OMA || ap[v] == ap[u];
            w->slices[d][u] = assigned[u] < 0 ? 0 : config->access == ECC_NOMA ? 1 : share;
        }
    }
}

/* Into how many slices a sender's subchannel is cut; under noma users may be elsewhere than where slices were counted. */
ESW_LARGE_OWN int optimum_slices(const eswi_ecc_scene *scene, const optimum_workspace *w, int d, int user)
{
    return scene->access == ECC_NOMA ? 1 : w->slices[d][user];
}

/* The price of a bit to a sender, at the decided powers of all senders of its subchannel; the groups are those of the
 * direction. */
ESW_LARGE_OWN double optimum_price(const eswi_ecc_scene *scene, const optimum_workspace *w, int d, int user,
                                   const eswi_ecc_decision *decision)
{
    const eswi_ecc_config *config = scene->config;
    const int m = decision->assigned[d][user], slices = optimum_slices(scene, w, d, user);
    const double *power_w = decision->power_w[d], p = power_w[user];
    const double noise_w = config->noise_w[d] / slices;
    double around = 1.0;
    for (int v = w->group_first[m]; v >= 0; v = w->group_next[v])
        if (v != user && power_w[v] > 0.0)
            around += eswi_ecc_heard_through(scene, d, m, user, v) / noise_w * power_w[v];
    const double sinr = eswi_ecc_own(scene, d, m, user, slices) * p / around;
    return (config->weight_time + config->weight_energy * p) / eswi_log2_1p(sinr) * slices /
           config->subchannel_hz[d];
}

/* The split of least utility at a price of a bit, and what it costs with its upload. */
ESW_LARGE_OWN int optimum_best_split(const eswi_ecc_scene *scene, const optimum_workspace *w, int user,
                                     double price, double *cost)
{
    const int profile = scene->instance->profile_of_user[user];
    const double *compute = w->tables->compute + (size_t)profile * ((size_t)scene->config->max_units + 1);
    const double *bits = scene->config->profiles[profile].bits;
    int best = 1;
    for (int s = 2; s < scene->config->profiles[profile].units; s++)
        if (compute[s] + bits[s] * price < compute[best] + bits[best] * price)
            best = s;
    *cost = compute[best] + bits[best] * price;
    return best;
}

/* The split of least utility at the price of a bit that the decided powers give, and its compute units. */
ESW_LARGE_OWN void optimum_choose_splits(const eswi_ecc_scene *scene, const optimum_workspace *w,
                                         const eswi_ecc_decision *decision)
{
    const eswi_ecc_config *config = scene->config;
    double cost;
    eswi_ecc_link_users(config->users, config->subchannels, decision->assigned[ECC_UP], w->group_first,
                        w->group_next);
    for (int u = 0; u < config->users; u++) {
        if (!(decision->power_w[ECC_UP][u] > 0.0))
            continue;
        const size_t row = (size_t)scene->instance->profile_of_user[u] * ((size_t)config->max_units + 1);
        const int best = optimum_best_split(scene, w, u, optimum_price(scene, w, ECC_UP, u, decision), &cost);
        decision->split[u] = best;
        decision->compute_units[u] = w->tables->units[row + (size_t)best];
    }
}

#endif
