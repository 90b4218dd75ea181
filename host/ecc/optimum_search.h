/* ECC: the body of optimum.h, for the CPU and for CUDA. */
#ifndef ESWI_ECC_OPTIMUM_SEARCH_H
#define ESWI_ECC_OPTIMUM_SEARCH_H

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
    double share[ECC_DIRECTIONS][ECC_CHAIN_USERS];
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
    int32_t *parent, *first, *next;    /* [U] of components */
    int32_t *group_first, *group_next; /* [M], [U] */
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
    for (int d = 0; d < ECC_DIRECTIONS; d++)
        w->slices[d] = ESWI_CARVE(carve, int32_t, users);
    w->load = ESWI_CARVE(carve, int32_t, (size_t)config->aps * subchannels);
    w->parent = ESWI_CARVE(carve, int32_t, users);
    w->first = ESWI_CARVE(carve, int32_t, users);
    w->next = ESWI_CARVE(carve, int32_t, users);
    w->group_first = ESWI_CARVE(carve, int32_t, subchannels);
    w->group_next = ESWI_CARVE(carve, int32_t, users);
    w->element = ESWI_CARVE(carve, eswi_ecc_element, 1);
    w->joint = eswi_ecc_joint_layout(carve, config);
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

/* The split of least utility at the price of a bit that the decided powers give, and its compute units. */
ESW_LARGE_OWN void optimum_choose_splits(const eswi_ecc_scene *scene, const optimum_workspace *w,
                                         const eswi_ecc_decision *decision)
{
    const eswi_ecc_config *config = scene->config;
    const size_t splits = (size_t)config->max_units + 1;
    eswi_ecc_link_users(config->users, config->subchannels, decision->assigned[ECC_UP], w->group_first,
                        w->group_next);
    for (int m = 0; m < config->subchannels; m++) {
        int32_t users[ECC_ELEMENT_USERS], slices[ECC_ELEMENT_USERS];
        double power_w[ECC_ELEMENT_USERS];
        int n = 0;
        for (int u = w->group_first[m]; u >= 0; u = w->group_next[u])
            if (decision->power_w[ECC_UP][u] > 0.0 && n < ECC_ELEMENT_USERS) {
                users[n] = u;
                slices[n] = w->slices[ECC_UP][u];
                power_w[n++] = decision->power_w[ECC_UP][u];
            }
        eswi_ecc_element_build(scene, ECC_UP, m, users, slices, n, w->element);
        for (int a = 0; a < n; a++) {
            const int profile = scene->instance->profile_of_user[users[a]];
            const double *compute = w->tables->compute + (size_t)profile * splits;
            const double *bits = config->profiles[profile].bits;
            const double price =
                eswi_ecc_element_price(w->element, a, power_w, 1) * slices[a] / config->subchannel_hz[ECC_UP];
            int best = 1;
            for (int s = 2; s < config->profiles[profile].units; s++)
                if (compute[s] + bits[s] * price < compute[best] + bits[best] * price)
                    best = s;
            decision->split[users[a]] = best;
            decision->compute_units[users[a]] = w->tables->units[(size_t)profile * splits + (size_t)best];
        }
    }
}

ESW_LARGE_OWN double optimum_local_utility(const eswi_ecc_scene *scene, int user)
{
    const eswi_ecc_profile *profile = &scene->config->profiles[scene->instance->profile_of_user[user]];
    return eswi_ecc_compute_utility(scene->config, profile, profile->units);
}

/* ---------------------------------------------------------------- arenas */

ESW_LARGE_OWN void optimum_arena_begin(ecc_method method, const eswi_ecc_scene *scene,
                                       const optimum_workspace *w)
{
    eswi_ecc_arena *a = w->arena;
    a->scene = *scene;
    a->method = method;
    a->kernels = w->kernels;
    a->frontier = w->frontier;
    a->search = w->search;
    a->level_w[ECC_UP] = w->tables->level_w[ECC_UP];
    a->level_w[ECC_DOWN] = w->tables->level_w[ECC_DOWN];
    a->nodes = 0;
    a->nodes_left = scene->config->max_nodes;
    a->deadline_s = scene->config->max_seconds > 0.0 ? eswi_ecc_seconds() + scene->config->max_seconds : 0.0;
    a->out_of_nodes = a->out_of_time = false;
}

/* Writes who sends with what power, of the arena's users. */
ESW_LARGE_OWN void optimum_arena_write(const eswi_ecc_arena *a, const eswi_ecc_decision *decision)
{
    for (int t = 0; t < a->n_tables; t++) {
        const eswi_ecc_table *table = &a->table[t];
        const unsigned set = a->chosen[t];
        for (int i = 0; i < a->n; i++)
            if (set >> i & 1u) {
                decision->power_w[table->direction][a->user[i]] =
                    table->power_w[(size_t)set * (size_t)a->n + (size_t)i];
                decision->assigned[table->direction][a->user[i]] = table->subchannel;
            }
    }
}

ESW_LARGE_OWN void optimum_solve_free(const eswi_ecc_scene *scene, const optimum_workspace *w,
                                      const eswi_ecc_decision *decision)
{
    eswi_ecc_arena *a = w->arena;
    const eswi_ecc_config *config = scene->config;
    a->free = true;
    a->paired = config->pair_directions;
    a->n = config->users;
    a->n_clusters = 0;
    for (int i = 0; i < a->n; i++) {
        a->user[i] = i;
        a->local[i] = optimum_local_utility(scene, i);
        a->slices[ECC_UP][i] = a->slices[ECC_DOWN][i] = 1;
        w->slices[ECC_UP][i] = w->slices[ECC_DOWN][i] = 1;
    }
    for (int n = 0; n < config->aps; n++) {
        unsigned cluster = 0;
        for (int i = 0; i < a->n; i++)
            cluster |= (unsigned)(scene->instance->ap_of_user[i] == n) << i;
        if (cluster)
            a->cluster[a->n_clusters++] = cluster;
    }
    a->n_tables = 2 * config->subchannels;
    for (int t = 0; t < a->n_tables; t++) {
        a->table[t].direction = t / config->subchannels;
        a->table[t].subchannel = t % config->subchannels;
        a->table[t].members = (1u << a->n) - 1;
    }
    eswi_ecc_arena_solve(a);
    optimum_arena_write(a, decision);
    decision->diagnostics->bound = a->bound;
}

ESW_LARGE_OWN int32_t optimum_root_of(int32_t *parent, int32_t u)
{
    while (parent[u] != u)
        u = parent[u] = parent[parent[u]];
    return u;
}

/* Lists users by component: first[root], next[user], ascending. */
ESW_LARGE_OWN void optimum_find_components(const eswi_ecc_config *config, const optimum_workspace *w,
                                           const eswi_ecc_decision *decision)
{
    for (int32_t u = 0; u < config->users; u++)
        w->parent[u] = u;
    for (int d = 0; d < ECC_DIRECTIONS; d++) {
        eswi_ecc_link_users(config->users, config->subchannels, decision->assigned[d], w->group_first,
                            w->group_next);
        for (int m = 0; m < config->subchannels; m++)
            for (int u = w->group_first[m]; u >= 0 && w->group_next[u] >= 0; u = w->group_next[u]) {
                const int32_t a = optimum_root_of(w->parent, u),
                              b = optimum_root_of(w->parent, w->group_next[u]);
                w->parent[a > b ? a : b] = a < b ? a : b;
            }
    }
    for (int u = 0; u < config->users; u++)
        w->first[u] = -1;
    for (int u = config->users - 1; u >= 0; u--) {
        const int32_t root = optimum_root_of(w->parent, u);
        w->next[u] = w->first[root];
        w->first[root] = u;
    }
}

/* The table of user i in a direction; made if it is not there. */
ESW_LARGE_OWN void optimum_join_table(eswi_ecc_arena *a, int direction, int subchannel, int i)
{
    int t = 0;
    while (t < a->n_tables && (a->table[t].direction != direction || a->table[t].subchannel != subchannel))
        t++;
    if (t == a->n_tables) {
        a->n_tables++;
        a->table[t].direction = direction;
        a->table[t].subchannel = subchannel;
        a->table[t].members = 0;
    }
    a->table[t].members |= 1u << i;
}

/* A component small enough for an arena. */
ESW_LARGE_OWN void optimum_solve_component(const eswi_ecc_scene *scene, const optimum_workspace *w, int root,
                                           const eswi_ecc_decision *decision)
{
    eswi_ecc_arena *a = w->arena;
    a->free = a->paired = false;
    a->n = a->n_tables = 0;
    for (int u = w->first[root]; u >= 0; u = w->next[u])
        a->user[a->n++] = u;
    for (int d = 0; d < ECC_DIRECTIONS; d++)
        for (int i = 0; i < a->n; i++) {
            const int u = a->user[i];
            a->slices[d][i] = w->slices[d][u];
            a->local[i] = optimum_local_utility(scene, u);
            if (w->slices[ECC_UP][u] > 0 && w->slices[ECC_DOWN][u] > 0)
                optimum_join_table(a, d, decision->assigned[d][u], i);
        }
    eswi_ecc_arena_solve(a);
    optimum_arena_write(a, decision);
    decision->diagnostics->bound += a->bound;
}

ESW_LARGE_OWN int optimum_component_size(const optimum_workspace *w, int root)
{
    int n = 0;
    for (int u = w->first[root]; u >= 0; u = w->next[u])
        n++;
    return n;
}

/* What a user costs with nobody else on its subchannels, at least; +inf where it has none. */
ESW_LARGE_OWN double optimum_alone(const eswi_ecc_scene *scene, const optimum_workspace *w, int d, int32_t user,
                                   const eswi_ecc_decision *decision)
{
    const int32_t slices = w->slices[d][user];
    const eswi_ecc_limits limits = {1e-4, 0.0, eswi_inf(), 1 << 12, w->arena->deadline_s, ECC_BOUND_STEPS};
    eswi_ecc_certificate c;
    if (slices == 0)
        return eswi_inf();
    eswi_ecc_element_build(scene, d, decision->assigned[d][user], &user, &slices, 1, w->element);
    eswi_ecc_certify(w->element, &w->kernels->element, &limits, w->frontier, &c);
    w->arena->nodes += c.nodes;
    return c.bound;
}

/* Whether a component is one chain a direction: the users of one cell on one subchannel each way, under noma. */
ESW_LARGE_OWN bool optimum_is_chain(const eswi_ecc_scene *scene, const optimum_workspace *w, int root,
                                    const eswi_ecc_decision *decision)
{
    const int32_t *ap = scene->instance->ap_of_user;
    bool chain = scene->access == ECC_NOMA && optimum_component_size(w, root) <= ECC_CHAIN_USERS;
    for (int u = root; u >= 0 && chain; u = w->next[u])
        for (int d = 0; d < ECC_DIRECTIONS; d++)
            chain = chain && ap[u] == ap[root] && decision->assigned[d][u] == decision->assigned[d][root] &&
                    decision->assigned[d][u] >= 0;
    return chain;
}

/* The bound of a chain. The directions share a user's choice to stay local; dividing its price between them, each may
 * choose for itself and pays no more than before. */
ESW_LARGE_OWN double optimum_bound_chain(const eswi_ecc_scene *scene, const optimum_workspace *w, int root,
                                         const eswi_ecc_decision *decision)
{
    optimum_chain *c = w->chain;
    double sum = 0.0;
    int n = 0;
    for (int u = root; u >= 0; u = w->next[u]) {
        const double local = optimum_local_utility(scene, u);
        const double down = 3.0 * optimum_alone(scene, w, ECC_DOWN, u, decision);
        c->share[ECC_DOWN][n] = down < 0.5 * local ? down : 0.5 * local;
        c->share[ECC_UP][n] = local - c->share[ECC_DOWN][n];
        c->users[n++] = u;
    }
    for (int d = 0; d < ECC_DIRECTIONS; d++) {
        eswi_ecc_cell_build(scene, d, decision->assigned[d][root], c->users, n, c->share[d],
                            w->tables->chain_w[d], ECC_CHAIN_LEVELS, &c->cell);
        sum += (double)eswi_ecc_do_chain(w->kernels, &c->cell, 1, &c->table).low;
    }
    return sum;
}

/* A component beyond the arena: a local search for the value; for the bound the dynamic programme of one cell, or users
 * taken alone. */
ESW_LARGE_OWN void optimum_approximate_component(const eswi_ecc_scene *scene, const optimum_workspace *w,
                                                 int root, const eswi_ecc_decision *decision)
{
    double bound = 0.0;
    eswi_ecc_joint_settle(w->joint, w->first[root], w->next, decision);
    for (int u = w->first[root]; u >= 0; u = w->next[u]) {
        const double local = optimum_local_utility(scene, u);
        const double sent =
            optimum_alone(scene, w, ECC_UP, u, decision) + optimum_alone(scene, w, ECC_DOWN, u, decision);
        bound += sent < local ? sent : local;
    }
    if (!eswi_ecc_arena_late(w->arena) && optimum_is_chain(scene, w, root, decision)) {
        const double chained = optimum_bound_chain(scene, w, root, decision);
        bound = chained > bound ? chained : bound;
    }
    decision->diagnostics->bound += bound;
}

/* Combinations of powers over all components and sets of senders: (levels + 1)^users a direction. */
ESW_LARGE_OWN double optimum_combinations(const eswi_ecc_config *config, const optimum_workspace *w)
{
    double sum = 0.0;
    if (optimum_is_free(config))
        return 2.0 * config->subchannels * eswi_pow(config->grid_power_levels + 1.0, config->users);
    for (int u = 0; u < config->users; u++)
        if (w->first[u] >= 0)
            sum += 2.0 * eswi_pow(config->grid_power_levels + 1.0, optimum_component_size(w, u));
    return sum;
}

/* False if a component was beyond the arena. */
ESW_LARGE_OWN bool optimum_solve_fixed(ecc_method method, const eswi_ecc_scene *scene,
                                       const optimum_workspace *w, const eswi_ecc_decision *decision)
{
    const eswi_ecc_config *config = scene->config;
    bool exact = true;
    eswi_ecc_joint_begin(w->joint, scene, &w->kernels->element, w->slices);
    for (int u = 0; u < config->users; u++) {
        if (w->first[u] < 0)
            continue;
        if (optimum_component_size(w, u) <= ECC_ARENA_USERS) {
            optimum_solve_component(scene, w, u, decision);
        } else if (method == ECC_CERTIFIED) {
            optimum_approximate_component(scene, w, u, decision);
            exact = false;
        }
    }
    return exact;
}

ESW_LARGE_OWN void optimum_report(ecc_method method, const optimum_workspace *w, ecc_scope scope, bool exact,
                                  const eswi_ecc_decision *decision)
{
    eswi_ecc_diagnostics *out = decision->diagnostics;
    const eswi_ecc_arena *a = w->arena;
    out->scope = scope;
    out->nodes = (int32_t)(a->nodes < INT32_MAX ? a->nodes : INT32_MAX);
    if (method == ECC_GRID_OPTIMUM) {
        out->bound = 0.0; /* best on a grid proves nothing about the powers between */
        out->reason = ECC_REASON_OPTIMUM;
    } else {
        out->bound *= 1.0 - ECC_REPORTED_MARGIN;
        out->reason = a->out_of_time    ? ECC_REASON_TIME
                      : !exact          ? ECC_REASON_TOO_LARGE
                      : a->out_of_nodes ? ECC_REASON_NODES
                                        : ECC_REASON_GAP;
    }
}

ESW_LARGE_OWN bool optimum_too_large(ecc_method method, const eswi_ecc_config *config,
                                     const optimum_workspace *w)
{
    if (optimum_is_free(config) && !optimum_fits_free(config))
        return true;
    if (method != ECC_GRID_OPTIMUM)
        return false;
    for (int u = 0; u < config->users && !optimum_is_free(config); u++)
        if (optimum_component_size(w, u) > ECC_ARENA_USERS)
            return true;
    return !(optimum_combinations(config, w) <= config->max_combinations);
}

/* The assignment to start from, and nobody sending yet. */
ESW_LARGE_OWN void optimum_begin_assigned(ecc_method method, const eswi_ecc_config *config,
                                          const eswi_ecc_instance *instance, const optimum_workspace *w,
                                          const eswi_ecc_decision *decision)
{
    ecc_method from;
    const bool kept =
        eswi_ecc_optimum_starts_from(method, config, &from) || config->assignment_from == ECC_FROM_DECISION;
    for (int u = 0; u < config->users && kept; u++) { /* parked where the reset leaves them */
        w->slices[ECC_UP][u] = decision->assigned[ECC_UP][u];
        w->slices[ECC_DOWN][u] = decision->assigned[ECC_DOWN][u];
    }
    eswi_ecc_reset(config, instance, config->access, decision);
    for (int u = 0; u < config->users && kept; u++) {
        decision->assigned[ECC_UP][u] = w->slices[ECC_UP][u];
        decision->assigned[ECC_DOWN][u] = w->slices[ECC_DOWN][u];
    }
    if (!kept && !optimum_is_free(config))
        eswi_ecc_rule_a(config, instance, w->load, decision->assigned);
}

ESW_LARGE_OWN void optimum_solve_joint(const eswi_ecc_scene *scene, const optimum_workspace *w,
                                       const eswi_ecc_decision *decision)
{
    const eswi_ecc_config *config = scene->config;
    eswi_ecc_reset(config, scene->instance, config->access, decision);
    eswi_ecc_rule_a(config, scene->instance, w->load, decision->assigned);
    optimum_count_slices(config, scene->instance, w, decision);
    for (int u = 0; u < config->users && config->access == ECC_NOMA; u++)
        w->slices[ECC_UP][u] = w->slices[ECC_DOWN][u] = 1; /* whom rule A leaves over may yet find a place */
    eswi_ecc_joint_begin(w->joint, scene, &w->kernels->element, w->slices);
    eswi_ecc_joint_solve(w->joint, w->load, decision);
    optimum_choose_splits(scene, w, decision);
}

ESW_LARGE_OWN void optimum_solve_arenas(ecc_method method, const eswi_ecc_scene *scene,
                                        const optimum_workspace *w, const eswi_ecc_decision *decision)
{
    const eswi_ecc_config *config = scene->config;
    const ecc_scope scope = optimum_is_free(config) ? ECC_SCOPE_ALL : ECC_SCOPE_FIXED;
    optimum_begin_assigned(method, config, scene->instance, w, decision);
    optimum_arena_begin(method, scene, w);
    if (!optimum_is_free(config)) {
        optimum_count_slices(config, scene->instance, w, decision);
        optimum_find_components(config, w, decision);
    }
    if (optimum_too_large(method, config, w)) {
        decision->diagnostics->reason = ECC_REASON_TOO_LARGE;
        decision->diagnostics->scope = scope;
        return;
    }
    bool exact = true;
    if (optimum_is_free(config))
        optimum_solve_free(scene, w, decision);
    else
        exact = optimum_solve_fixed(method, scene, w, decision);
    optimum_choose_splits(scene, w, decision);
    optimum_report(method, w, scope, exact, decision);
}

ESW_LARGE void eswi_ecc_optimum_solve(ecc_method method, const eswi_ecc_config *config,
                                      const eswi_ecc_optimum_tables *tables, const eswi_ecc_instance *instance,
                                      const eswi_ecc_optimum_kernels *kernels, void *workspace,
                                      const eswi_ecc_decision *decision)
{
    eswi_carve carve = {(char *)workspace, 0};
    optimum_workspace w;
    optimum_lay_out(method, config, &carve, &w);
    w.tables = tables;
    w.kernels = kernels;
    const eswi_ecc_scene scene = {config, instance, config->access, tables->envelopes};
    if (method == ECC_JOINT)
        optimum_solve_joint(&scene, &w, decision);
    else
        optimum_solve_arenas(method, &scene, &w, decision);
}

#endif
