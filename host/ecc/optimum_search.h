/* ECC: the body of optimum.h, for the CPU and for CUDA. */
#ifndef ESWI_ECC_OPTIMUM_SEARCH_H
#define ESWI_ECC_OPTIMUM_SEARCH_H

#include "ecc/optimum_large.h"
#include "ecc/optimum_workspace.h"

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
        a->local[i] = eswi_ecc_local_utility(scene, i);
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

/* Joins the components of those users of a subchannel of whom one hears the other. */
ESW_LARGE_OWN void optimum_join_hearers(const eswi_ecc_scene *scene, const optimum_workspace *w, int d, int m)
{
    for (int u = w->group_first[m]; u >= 0; u = w->group_next[u])
        for (int v = w->group_next[u]; v >= 0; v = w->group_next[v])
            if (eswi_ecc_heard_through(scene, d, m, u, v) > 0.0 ||
                eswi_ecc_heard_through(scene, d, m, v, u) > 0.0) {
                const int32_t a = optimum_root_of(w->parent, u), b = optimum_root_of(w->parent, v);
                w->parent[a > b ? a : b] = a < b ? a : b;
            }
}

/* Lists users by component: first[root], next[user], ascending. */
ESW_LARGE_OWN void optimum_find_components(const eswi_ecc_scene *scene, const optimum_workspace *w,
                                           const eswi_ecc_decision *decision)
{
    const eswi_ecc_config *config = scene->config;
    for (int32_t u = 0; u < config->users; u++)
        w->parent[u] = u;
    for (int d = 0; d < ECC_DIRECTIONS; d++) {
        eswi_ecc_link_users(config->users, config->subchannels, decision->assigned[d], w->group_first,
                            w->group_next);
        for (int m = 0; m < config->subchannels; m++)
            optimum_join_hearers(scene, w, d, m);
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

/* What the arena's users cost as the decision to start from has them. */
ESW_LARGE_OWN double optimum_start_value(const eswi_ecc_scene *scene, const optimum_workspace *w)
{
    const eswi_ecc_arena *a = w->arena;
    double sum = 0.0;
    for (int i = 0; i < a->n; i++)
        sum += w->start_w[ECC_UP][a->user[i]] > 0.0 ? 0.0 : a->local[i];
    for (int t = 0; t < a->n_tables; t++) {
        const int d = a->table[t].direction;
        int32_t users[ECC_ARENA_USERS], slices[ECC_ARENA_USERS];
        double power_w[ECC_ARENA_USERS];
        int n = 0;
        for (int i = 0; i < a->n; i++)
            if (a->table[t].members >> i & 1u && w->start_w[d][a->user[i]] > 0.0) {
                users[n] = a->user[i];
                slices[n] = a->slices[d][i];
                power_w[n++] = w->start_w[d][a->user[i]];
            }
        eswi_ecc_element_build(scene, d, a->table[t].subchannel, users, slices, n, w->element);
        sum += eswi_ecc_element_value(w->element, power_w, 1);
    }
    return sum;
}

/* Writes the arena's answer, or the start if that is better: a search that stops within its gap may end above it. */
ESW_LARGE_OWN void optimum_write_component(ecc_method method, const eswi_ecc_scene *scene,
                                           const optimum_workspace *w, const eswi_ecc_decision *decision)
{
    const eswi_ecc_arena *a = w->arena;
    optimum_arena_write(a, decision);
    if (method != ECC_CERTIFIED || !(optimum_start_value(scene, w) < a->value))
        return;
    for (int i = 0; i < a->n; i++)
        for (int d = 0; d < ECC_DIRECTIONS; d++)
            decision->power_w[d][a->user[i]] = w->start_w[d][a->user[i]];
}

/* A component small enough for an arena. */
ESW_LARGE_OWN void optimum_solve_component(ecc_method method, const eswi_ecc_scene *scene,
                                           const optimum_workspace *w, int root, const eswi_ecc_decision *decision)
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
            a->local[i] = eswi_ecc_local_utility(scene, u);
            if (w->slices[ECC_UP][u] > 0 && w->slices[ECC_DOWN][u] > 0)
                optimum_join_table(a, d, decision->assigned[d][u], i);
        }
    eswi_ecc_arena_solve(a);
    optimum_write_component(method, scene, w, decision);
    decision->diagnostics->bound += a->bound;
}

ESW_LARGE_OWN int optimum_component_size(const optimum_workspace *w, int root)
{
    int n = 0;
    for (int u = w->first[root]; u >= 0; u = w->next[u])
        n++;
    return n;
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
            optimum_solve_component(method, scene, w, u, decision);
        } else if (method == ECC_CERTIFIED) {
            optimum_approximate_component(scene, w, u, decision);
            exact = false;
        }
    }
    return exact;
}

/* How a search ended: closed if the gap that will be reported says so, else what kept it from that. */
ESW_LARGE_OWN ecc_reason optimum_reason(const eswi_ecc_scene *scene, const optimum_workspace *w, bool exact,
                                        const eswi_ecc_decision *decision)
{
    const eswi_ecc_config *config = scene->config;
    const double bound = decision->diagnostics->bound;
    const double total = eswi_ecc_utility_sum(config, scene->instance, decision, w->ledger);
    if (total == bound || eswi_ecc_reported_gap(total, bound, config->users) <= config->gap)
        return ECC_REASON_GAP;
    const eswi_ecc_arena *a = w->arena;
    return a->out_of_time ? ECC_REASON_TIME : exact || a->out_of_nodes ? ECC_REASON_NODES : ECC_REASON_TOO_LARGE;
}

ESW_LARGE_OWN void optimum_report(ecc_method method, const eswi_ecc_scene *scene, const optimum_workspace *w,
                                  ecc_scope scope, bool exact, const eswi_ecc_decision *decision)
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
        out->reason = optimum_reason(scene, w, exact, decision);
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
    for (int u = 0; u < config->users && kept; u++)
        for (int d = 0; d < ECC_DIRECTIONS; d++) { /* parked where the reset leaves them */
            w->slices[d][u] = decision->assigned[d][u];
            w->start_w[d][u] = decision->power_w[d][u];
        }
    for (int u = 0; u < config->users && !kept; u++)
        w->start_w[ECC_UP][u] = w->start_w[ECC_DOWN][u] = 0.0;
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
        optimum_find_components(scene, w, decision);
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
    optimum_report(method, scene, w, scope, exact, decision);
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
