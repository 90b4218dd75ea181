#include "ecc/optimum.h"

#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "ecc/arena.h"
#include "ecc/grid.h"
#include "ecc/joint.h"
#include "ecc/layers.h"
#include "ecc/links.h"

bool eswi_ecc_is_optimum(ecc_method method)
{
    return method == ECC_GRID_OPTIMUM || method == ECC_CERTIFIED || method == ECC_JOINT;
}

bool eswi_ecc_optimum_starts_from(ecc_method method, const eswi_ecc_config *config, ecc_method *from)
{
    if (method != ECC_GRID_OPTIMUM && method != ECC_CERTIFIED)
        return false;
    switch (config->assignment_from) {
    case ECC_FROM_RULE_A:
    case ECC_FROM_ALL:
        return false;
    case ECC_FROM_GD:
        *from = ECC_GD;
        return true;
    case ECC_FROM_LI_GD:
        *from = ECC_LI_GD;
        return true;
    case ECC_FROM_JOINT:
        *from = ECC_JOINT;
        return true;
    }
    return false;
}

/* Powers between which the dynamic programme of a cell brackets all others. */
enum { ECC_CHAIN_LEVELS = 128 };

/* A worker's scratch: what a config fixes, then what one scenario needs. */
typedef struct workspace {
    eswi_ecc_envelope *envelopes; /* [profiles] */
    double *compute; /* [profiles][max_units + 1] computing at split s, at the best compute units */
    double *units;   /* [profiles][max_units + 1] those */
    double *level_w[ECC_DIRECTIONS];
    eswi_ecc_frontier *frontier;
    eswi_ecc_search search;
    eswi_ecc_arena *arena;
    eswi_ecc_joint *joint;
    int32_t *load;                     /* [N][M] */
    int32_t *slices[ECC_DIRECTIONS];   /* [U] */
    int32_t *parent, *first, *next;    /* [U] of components */
    int32_t *group_first, *group_next; /* [M], [U] */
} workspace;

static bool is_free(const eswi_ecc_config *config)
{
    return config->assignment_from == ECC_FROM_ALL;
}

/* Whether the arena has room for all assignments. */
static bool fits_free(const eswi_ecc_config *config)
{
    return config->users <= ECC_ARENA_FREE_USERS && config->subchannels <= ECC_ARENA_FREE_SUBCHANNELS &&
           config->access == ECC_NOMA;
}

static void lay_out(ecc_method method, const eswi_ecc_config *config, eswi_carve *carve, workspace *w)
{
    const size_t users = (size_t)config->users, subchannels = (size_t)config->subchannels;
    const size_t profiles = (size_t)config->n_profiles, splits = (size_t)config->max_units + 1;
    const bool grid = method == ECC_GRID_OPTIMUM, free_scope = is_free(config) && fits_free(config);
    memset(w, 0, sizeof *w);
    w->envelopes = ESWI_CARVE(carve, eswi_ecc_envelope, profiles);
    w->compute = ESWI_CARVE(carve, double, profiles *splits);
    w->units = ESWI_CARVE(carve, double, profiles *splits);
    for (int d = 0; d < ECC_DIRECTIONS; d++) {
        w->level_w[d] = ESWI_CARVE(carve, double, grid ? (size_t)config->grid_power_levels : 0);
        w->slices[d] = ESWI_CARVE(carve, int32_t, users);
    }
    eswi_ecc_search_layout(&w->search, carve, grid ? config->grid_power_levels : 0);
    w->load = ESWI_CARVE(carve, int32_t, (size_t)config->aps * subchannels);
    w->parent = ESWI_CARVE(carve, int32_t, users);
    w->first = ESWI_CARVE(carve, int32_t, users);
    w->next = ESWI_CARVE(carve, int32_t, users);
    w->group_first = ESWI_CARVE(carve, int32_t, subchannels);
    w->group_next = ESWI_CARVE(carve, int32_t, users);
    w->joint = eswi_ecc_joint_layout(carve, config);
    if (method == ECC_JOINT)
        return;
    w->frontier = ESWI_CARVE(carve, eswi_ecc_frontier, 1);
    w->arena = ESWI_CARVE(carve, eswi_ecc_arena, 1);
    const size_t nodes = grid ? 0 : (size_t)config->max_nodes / 2 + ECC_LANES;
    eswi_ecc_node *heap = ESWI_CARVE(carve, eswi_ecc_node, nodes);
    eswi_ecc_arena measured, *arena = carve->base ? w->arena : &measured;
    const int arena_users = free_scope ? ECC_ARENA_FREE_USERS : ECC_ARENA_USERS;
    eswi_ecc_arena_layout(arena, carve, config->users < arena_users ? config->users : arena_users,
                          free_scope ? 2 * config->subchannels : 2 * ECC_ARENA_USERS);
    if (carve->base) {
        w->frontier->heap = heap;
        w->frontier->capacity = (int32_t)nodes;
    }
}

size_t eswi_ecc_optimum_bytes(ecc_method method, const eswi_ecc_config *config)
{
    eswi_carve carve = {NULL, 0};
    workspace measured;
    lay_out(method, config, &carve, &measured);
    return carve.used;
}

/* The best compute units of every split: r* (Structure point 1), or the best level of the grid. */
static void prepare_computing(ecc_method method, const eswi_ecc_config *config, const workspace *w)
{
    const size_t splits = (size_t)config->max_units + 1;
    for (int i = 0; i < config->n_profiles; i++) {
        const eswi_ecc_profile *profile = &config->profiles[i];
        double *compute = w->compute + (size_t)i * splits, *units = w->units + (size_t)i * splits;
        for (int s = 1; s <= profile->units; s++) {
            units[s] = config->best_units;
            compute[s] = eswi_ecc_compute_utility(config, profile, s);
            for (int r = 0; r < config->grid_unit_levels && method == ECC_GRID_OPTIMUM; r++) {
                const double level = eswi_ecc_grid_compute_units(config->units_min, config->units_max, r,
                                                                 config->grid_unit_levels);
                const double value = eswi_ecc_grid_computing(config, profile, s, level);
                if (r == 0 || value < compute[s]) {
                    compute[s] = value;
                    units[s] = level;
                }
            }
        }
        eswi_ecc_envelope_of(compute, profile->bits, profile->units - 1, &w->envelopes[i]);
    }
}

void eswi_ecc_optimum_prepare(ecc_method method, const eswi_ecc_config *config, void *scratch)
{
    eswi_carve carve = {scratch, 0};
    workspace w;
    lay_out(method, config, &carve, &w);
    prepare_computing(method, config, &w);
    for (int d = 0; d < ECC_DIRECTIONS && method == ECC_GRID_OPTIMUM; d++)
        for (int k = 0; k < config->grid_power_levels; k++)
            w.level_w[d][k] = eswi_ecc_grid_power_w(config->power_min_w[d], config->power_max_w[d], k,
                                                    config->grid_power_levels);
}

/* ---------------------------------------------------------------- a decision under construction */

/* Into how many slices a subchannel is cut where each user is assigned; 0 for users without one. */
static void count_slices(const eswi_ecc_config *config, const eswi_ecc_instance *instance, const workspace *w,
                         const eswi_ecc_decision *decision)
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
static void choose_splits(const eswi_ecc_scene *scene, const workspace *w, const eswi_ecc_decision *decision)
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
        eswi_ecc_element e;
        eswi_ecc_element_build(scene, ECC_UP, m, users, slices, n, &e);
        for (int a = 0; a < n; a++) {
            const int profile = scene->instance->profile_of_user[users[a]];
            const double *compute = w->compute + (size_t)profile * splits, *bits =
                                                                               config->profiles[profile].bits;
            const double price =
                eswi_ecc_element_price(&e, a, power_w, 1) * slices[a] / config->subchannel_hz[ECC_UP];
            int best = 1;
            for (int s = 2; s < config->profiles[profile].units; s++)
                if (compute[s] + bits[s] * price < compute[best] + bits[best] * price)
                    best = s;
            decision->split[users[a]] = best;
            decision->compute_units[users[a]] = w->units[(size_t)profile * splits + (size_t)best];
        }
    }
}

static double local_utility(const eswi_ecc_scene *scene, int user)
{
    const eswi_ecc_profile *profile = &scene->config->profiles[scene->instance->profile_of_user[user]];
    return eswi_ecc_compute_utility(scene->config, profile, profile->units);
}

/* ---------------------------------------------------------------- arenas */

static void arena_begin(ecc_method method, const eswi_ecc_scene *scene, const eswi_ecc_optimum_kernels *kernels,
                        const workspace *w)
{
    eswi_ecc_arena *a = w->arena;
    a->scene = *scene;
    a->method = method;
    a->kernels = kernels;
    a->frontier = w->frontier;
    a->search = (eswi_ecc_search *)&w->search;
    a->level_w[ECC_UP] = w->level_w[ECC_UP];
    a->level_w[ECC_DOWN] = w->level_w[ECC_DOWN];
    a->nodes = 0;
    a->nodes_left = scene->config->max_nodes;
    a->deadline_s = scene->config->max_seconds > 0.0 ? eswi_clock_s() + scene->config->max_seconds : 0.0;
    a->out_of_nodes = a->out_of_time = false;
}

/* Writes who sends with what power, of the arena's users. */
static void arena_write(const eswi_ecc_arena *a, const eswi_ecc_decision *decision)
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

static void solve_free(const eswi_ecc_scene *scene, const workspace *w, const eswi_ecc_decision *decision)
{
    eswi_ecc_arena *a = w->arena;
    const eswi_ecc_config *config = scene->config;
    a->free = true;
    a->paired = config->pair_directions;
    a->n = config->users;
    a->n_clusters = 0;
    for (int i = 0; i < a->n; i++) {
        a->user[i] = i;
        a->local[i] = local_utility(scene, i);
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
    arena_write(a, decision);
    decision->diagnostics->bound = a->bound;
}

static int32_t root_of(int32_t *parent, int32_t u)
{
    while (parent[u] != u)
        u = parent[u] = parent[parent[u]];
    return u;
}

/* Lists users by component: first[root], next[user], ascending. */
static void find_components(const eswi_ecc_config *config, const workspace *w,
                            const eswi_ecc_decision *decision)
{
    for (int32_t u = 0; u < config->users; u++)
        w->parent[u] = u;
    for (int d = 0; d < ECC_DIRECTIONS; d++) {
        eswi_ecc_link_users(config->users, config->subchannels, decision->assigned[d], w->group_first,
                            w->group_next);
        for (int m = 0; m < config->subchannels; m++)
            for (int u = w->group_first[m]; u >= 0 && w->group_next[u] >= 0; u = w->group_next[u]) {
                const int32_t a = root_of(w->parent, u), b = root_of(w->parent, w->group_next[u]);
                w->parent[a > b ? a : b] = a < b ? a : b;
            }
    }
    for (int u = 0; u < config->users; u++)
        w->first[u] = -1;
    for (int u = config->users - 1; u >= 0; u--) {
        const int32_t root = root_of(w->parent, u);
        w->next[u] = w->first[root];
        w->first[root] = u;
    }
}

/* The table of user i in a direction; made if it is not there. */
static void join_table(eswi_ecc_arena *a, int direction, int subchannel, int i)
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
static void solve_component(const eswi_ecc_scene *scene, const workspace *w, int root,
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
            a->local[i] = local_utility(scene, u);
            if (w->slices[ECC_UP][u] > 0 && w->slices[ECC_DOWN][u] > 0)
                join_table(a, d, decision->assigned[d][u], i);
        }
    eswi_ecc_arena_solve(a);
    arena_write(a, decision);
    decision->diagnostics->bound += a->bound;
}

static int component_size(const workspace *w, int root)
{
    int n = 0;
    for (int u = w->first[root]; u >= 0; u = w->next[u])
        n++;
    return n;
}

/* What a user costs with nobody else on its subchannels, at least; +inf where it has none. */
static double alone(const eswi_ecc_scene *scene, const workspace *w, int d, int32_t user,
                    const eswi_ecc_decision *decision)
{
    const int32_t slices = w->slices[d][user];
    const eswi_ecc_limits limits = {
        .gap = 1e-4, .cutoff = eswi_inf(), .nodes = 1 << 12, .steps = ECC_BOUND_STEPS};
    eswi_ecc_element e;
    eswi_ecc_certificate c;
    if (slices == 0)
        return eswi_inf();
    eswi_ecc_element_build(scene, d, decision->assigned[d][user], &user, &slices, 1, &e);
    eswi_ecc_certify(&e, &w->arena->kernels->element, &limits, w->frontier, &c);
    w->arena->nodes += c.nodes;
    return c.bound;
}

/* Whether a component is one chain a direction: the users of one cell on one subchannel each way, under noma. */
static bool is_chain(const eswi_ecc_scene *scene, const workspace *w, int root,
                     const eswi_ecc_decision *decision)
{
    const int32_t *ap = scene->instance->ap_of_user;
    bool chain = scene->access == ECC_NOMA && component_size(w, root) <= ECC_CHAIN_USERS;
    for (int u = root; u >= 0 && chain; u = w->next[u])
        for (int d = 0; d < ECC_DIRECTIONS; d++)
            chain = chain && ap[u] == ap[root] && decision->assigned[d][u] == decision->assigned[d][root] &&
                    decision->assigned[d][u] >= 0;
    return chain;
}

/* The bound of a chain. The directions share a user's choice to stay local; dividing its price between them, each may
 * choose for itself and pays no more than before. */
static double bound_chain(const eswi_ecc_scene *scene, const workspace *w, int root,
                          const eswi_ecc_decision *decision)
{
    const eswi_ecc_config *config = scene->config;
    int32_t users[ECC_CHAIN_USERS];
    double share[ECC_DIRECTIONS][ECC_CHAIN_USERS], sum = 0.0;
    float power[ECC_CHAIN_LEVELS];
    eswi_ecc_cell chain;
    int n = 0;
    for (int u = root; u >= 0; u = w->next[u]) {
        const double local = local_utility(scene, u), down = 3.0 * alone(scene, w, ECC_DOWN, u, decision);
        share[ECC_DOWN][n] = down < 0.5 * local ? down : 0.5 * local;
        share[ECC_UP][n] = local - share[ECC_DOWN][n];
        users[n++] = u;
    }
    for (int d = 0; d < ECC_DIRECTIONS; d++) {
        for (int k = 0; k < ECC_CHAIN_LEVELS;
             k++) /* rounding must not leave a gap between levels, nor at the ends */
            power[k] = (float)eswi_ecc_grid_power_w(config->power_min_w[d], config->power_max_w[d], k,
                                                    ECC_CHAIN_LEVELS);
        power[0] *= 1.0f - 0x1p-22f;
        power[ECC_CHAIN_LEVELS - 1] *= 1.0f + 0x1p-22f;
        eswi_ecc_cell_build(scene, d, decision->assigned[d][root], users, n, share[d], power, ECC_CHAIN_LEVELS,
                            &chain);
        sum += (double)w->arena->kernels->chain(&chain, 1).low;
    }
    return sum;
}

/* A component beyond the arena: a local search for the value; for the bound the dynamic programme of one cell, or users
 * taken alone. */
static void approximate_component(const eswi_ecc_scene *scene, const workspace *w, int root,
                                  const eswi_ecc_decision *decision)
{
    double bound = 0.0;
    eswi_ecc_joint_settle(w->joint, w->first[root], w->next, decision);
    for (int u = w->first[root]; u >= 0; u = w->next[u]) {
        const double local = local_utility(scene, u);
        const double sent = alone(scene, w, ECC_UP, u, decision) + alone(scene, w, ECC_DOWN, u, decision);
        bound += sent < local ? sent : local;
    }
    if (is_chain(scene, w, root, decision)) {
        const double chained = bound_chain(scene, w, root, decision);
        bound = chained > bound ? chained : bound;
    }
    decision->diagnostics->bound += bound;
}

/* Combinations of powers over all components and sets of senders: (levels + 1)^users a direction. */
static double combinations(const eswi_ecc_config *config, const workspace *w)
{
    double sum = 0.0;
    if (is_free(config))
        return 2.0 * config->subchannels * eswi_pow(config->grid_power_levels + 1.0, config->users);
    for (int u = 0; u < config->users; u++)
        if (w->first[u] >= 0)
            sum += 2.0 * eswi_pow(config->grid_power_levels + 1.0, component_size(w, u));
    return sum;
}

static void solve_fixed(ecc_method method, const eswi_ecc_scene *scene, const workspace *w,
                        const eswi_ecc_optimum_kernels *kernels, const eswi_ecc_decision *decision)
{
    const eswi_ecc_config *config = scene->config;
    bool beyond = false;
    eswi_ecc_joint_begin(w->joint, scene, &kernels->element, w->slices);
    for (int u = 0; u < config->users; u++) {
        if (w->first[u] < 0)
            continue;
        if (component_size(w, u) <= ECC_ARENA_USERS) {
            solve_component(scene, w, u, decision);
        } else if (method == ECC_CERTIFIED) {
            approximate_component(scene, w, u, decision);
            beyond = true;
        }
    }
    w->arena->out_of_nodes = w->arena->out_of_nodes || beyond;
}

static void report(ecc_method method, const workspace *w, ecc_scope scope, const eswi_ecc_decision *decision)
{
    eswi_ecc_diagnostics *out = decision->diagnostics;
    const eswi_ecc_arena *a = w->arena;
    out->scope = scope;
    out->nodes = (int32_t)(a->nodes < INT32_MAX ? a->nodes : INT32_MAX);
    if (method == ECC_GRID_OPTIMUM) {
        out->bound = 0.0; /* best on a grid proves nothing about the powers between */
        out->reason = ECC_REASON_OPTIMUM;
    } else {
        out->bound *= 1.0 - 0x1p-40; /* more than adding up components, here or in the accountant, rounds */
        out->reason = a->out_of_time ? ECC_REASON_TIME : a->out_of_nodes ? ECC_REASON_NODES : ECC_REASON_GAP;
    }
}

static bool too_large(ecc_method method, const eswi_ecc_config *config, const workspace *w)
{
    if (is_free(config) && !fits_free(config))
        return true;
    if (method != ECC_GRID_OPTIMUM)
        return false;
    for (int u = 0; u < config->users && !is_free(config); u++)
        if (component_size(w, u) > ECC_ARENA_USERS)
            return true;
    return !(combinations(config, w) <= config->max_combinations);
}

/* The assignment to start from, and nobody sending yet. */
static void begin_assigned(ecc_method method, const eswi_ecc_config *config, const eswi_ecc_instance *instance,
                           const workspace *w, const eswi_ecc_decision *decision)
{
    ecc_method from;
    const bool kept = eswi_ecc_optimum_starts_from(method, config, &from);
    for (int u = 0; u < config->users && kept; u++) { /* parked where the reset leaves them */
        w->slices[ECC_UP][u] = decision->assigned[ECC_UP][u];
        w->slices[ECC_DOWN][u] = decision->assigned[ECC_DOWN][u];
    }
    eswi_ecc_decision_reset(config, instance, config->access, decision);
    for (int u = 0; u < config->users && kept; u++) {
        decision->assigned[ECC_UP][u] = w->slices[ECC_UP][u];
        decision->assigned[ECC_DOWN][u] = w->slices[ECC_DOWN][u];
    }
    if (!kept && !is_free(config))
        eswi_ecc_assign_rule_a(config, instance, w->load, decision->assigned);
}

void eswi_ecc_solve_optimum(ecc_method method, const eswi_ecc_config *config, const eswi_ecc_instance *instance,
                            const eswi_ecc_optimum_kernels *kernels, void *scratch,
                            const eswi_ecc_decision *decision)
{
    eswi_carve carve = {scratch, 0};
    workspace w;
    lay_out(method, config, &carve, &w);
    const eswi_ecc_scene scene = {config, instance, config->access, w.envelopes};
    if (method == ECC_JOINT) {
        eswi_ecc_decision_reset(config, instance, config->access, decision);
        eswi_ecc_assign_rule_a(config, instance, w.load, decision->assigned);
        count_slices(config, instance, &w, decision);
        eswi_ecc_joint_begin(w.joint, &scene, &kernels->element, w.slices);
        eswi_ecc_joint_solve(w.joint, w.load, decision);
        choose_splits(&scene, &w, decision);
        return;
    }
    begin_assigned(method, config, instance, &w, decision);
    const ecc_scope scope = is_free(config) ? ECC_SCOPE_ALL : ECC_SCOPE_FIXED;
    arena_begin(method, &scene, kernels, &w);
    if (!is_free(config)) {
        count_slices(config, instance, &w, decision);
        find_components(config, &w, decision);
    }
    if (too_large(method, config, &w)) {
        decision->diagnostics->reason = ECC_REASON_TOO_LARGE;
        decision->diagnostics->scope = scope;
        return;
    }
    if (is_free(config))
        solve_free(&scene, &w, decision);
    else
        solve_fixed(method, &scene, &w, kernels, decision);
    choose_splits(&scene, &w, decision);
    report(method, &w, scope, decision);
}
