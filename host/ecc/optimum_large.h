/* ECC: components of more users than an arena holds (optimum.h): a local search for the value, for the bound the dynamic
 * programme of every cell and direction, or users taken alone. For the CPU and for CUDA. */
#ifndef ESWI_ECC_OPTIMUM_LARGE_H
#define ESWI_ECC_OPTIMUM_LARGE_H

#include "ecc/optimum_workspace.h"

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

/* Of a component's users, from `first` on in its list, those of one cell on one subchannel in a direction, as many as a
 * chain holds; `done` marks them. */
ESW_LARGE_OWN int optimum_gather_chain(const eswi_ecc_scene *scene, const optimum_workspace *w, int d, int first,
                                       const eswi_ecc_decision *decision)
{
    const int32_t *ap = scene->instance->ap_of_user, *assigned = decision->assigned[d];
    optimum_chain *c = w->chain;
    int n = 0;
    for (int u = first; u >= 0 && n < ECC_CHAIN_USERS; u = w->next[u])
        if (!w->done[u] && ap[u] == ap[first] && assigned[u] == assigned[first]) {
            c->share[n] = w->share[d][u];
            c->users[n++] = u;
            w->done[u] = true;
        }
    return n;
}

/* How often the directions are divided anew where they disagree; more gains next to nothing. */
enum { OPTIMUM_REDIVISIONS = 4 };

/* What the senders of a component pay each way in the decision at hand; 0 for the others. */
ESW_LARGE_OWN void optimum_list_paid(const eswi_ecc_scene *scene, const optimum_workspace *w, int root,
                                     const eswi_ecc_decision *decision)
{
    const eswi_ecc_config *config = scene->config;
    for (int d = 0; d < ECC_DIRECTIONS; d++) {
        eswi_ecc_link_users(config->users, config->subchannels, decision->assigned[d], w->group_first,
                            w->group_next);
        for (int u = root; u >= 0; u = w->next[u]) {
            w->paid[d][u] = 0.0;
            if (!(decision->power_w[ECC_UP][u] > 0.0))
                continue;
            const double price = optimum_price(scene, w, d, u, decision);
            const int profile = scene->instance->profile_of_user[u];
            if (d == ECC_UP)
                optimum_best_split(scene, w, u, price, &w->paid[d][u]);
            else
                w->paid[d][u] = config->profiles[profile].result_bits * price;
        }
    }
}

/* Whether a user may send at all. */
ESW_LARGE_OWN bool optimum_has_place(const optimum_workspace *w, int u)
{
    return w->slices[ECC_UP][u] > 0 && w->slices[ECC_DOWN][u] > 0;
}

/* Gives the downlink so much of what staying local costs a user, or as much as there is, and the uplink what is left, rounded
 * down: together they are never more. */
ESW_LARGE_OWN void optimum_share(const eswi_ecc_scene *scene, const optimum_workspace *w, int u, double down)
{
    const double local = eswi_ecc_local_utility(scene, u);
    w->share[ECC_DOWN][u] = !(down > 0.0) ? 0.0 : down < local ? down : local;
    w->share[ECC_UP][u] = (local - w->share[ECC_DOWN][u]) * (1.0 - 0x1p-52);
}

/* The bound of a component of chains at the division in w->share; notes who stays local in them. */
ESW_LARGE_OWN double optimum_bound_divided(const eswi_ecc_scene *scene, const optimum_workspace *w, int root,
                                           const eswi_ecc_decision *decision)
{
    optimum_chain *c = w->chain;
    double sum = 0.0;
    for (int d = 0; d < ECC_DIRECTIONS; d++) {
        for (int u = root; u >= 0; u = w->next[u]) {
            w->done[u] = w->kept[d][u] = !optimum_has_place(w, u);
            sum += w->done[u] ? w->share[d][u] : 0.0;
        }
        for (int u = root; u >= 0; u = w->next[u]) {
            if (w->done[u])
                continue;
            const int n = optimum_gather_chain(scene, w, d, u, decision);
            eswi_ecc_cell_build(scene, d, decision->assigned[d][u], c->users, n, c->share,
                                w->tables->chain_w[d], ECC_CHAIN_LEVELS, &c->cell);
            sum += (double)eswi_ecc_do_chain(w->kernels, &c->cell, 1, &c->table).low;
            eswi_ecc_cell_decide(&c->cell, &c->table, c->power_w);
            for (int k = 0; k < n; k++)
                w->kept[d][c->users[c->cell.order[k]]] = c->power_w[k] == 0.0f;
        }
    }
    return sum;
}

/* Moves the shares of those whom one direction keeps local and the other sends, so far that the bound would make up for
 * what it lacks if it went on growing as it begins to; false if there are none. */
ESW_LARGE_OWN bool optimum_redivide(const eswi_ecc_scene *scene, const optimum_workspace *w, int root,
                                    double lack)
{
    int torn = 0;
    for (int u = root; u >= 0; u = w->next[u])
        torn += w->kept[ECC_UP][u] != w->kept[ECC_DOWN][u];
    for (int u = root; u >= 0; u = w->next[u])
        if (w->kept[ECC_UP][u] != w->kept[ECC_DOWN][u])
            optimum_share(scene, w, u, w->share[ECC_DOWN][u] + (w->kept[ECC_DOWN][u] ? lack : -lack) / torn);
    return torn > 0;
}

/* Divides what staying local costs in proportion to what a user pays each way: as a sender in the decision at hand, else
 * alone. Returns what the users cost in that decision. */
ESW_LARGE_OWN double optimum_divide_as_paid(const eswi_ecc_scene *scene, const optimum_workspace *w, int root,
                                            const eswi_ecc_decision *decision)
{
    double value = 0.0;
    optimum_list_paid(scene, w, root, decision);
    for (int u = root; u >= 0; u = w->next[u]) {
        const bool sends = decision->power_w[ECC_UP][u] > 0.0;
        const double up = sends ? w->paid[ECC_UP][u] : w->alone[ECC_UP][u],
                     down = sends ? w->paid[ECC_DOWN][u] : w->alone[ECC_DOWN][u];
        const double local = eswi_ecc_local_utility(scene, u);
        if (optimum_has_place(w, u))
            optimum_share(scene, w, u, local * (down / (up + down)));
        value += sends ? up + down : local;
    }
    return value;
}

/* The bound of a component of chains: the users of a cell on a subchannel in a direction hear each other one way, and
 * without the other cells they pay no more. The directions share a user's choice to stay local; however its price is divided
 * between them, each may choose for itself and pays no more than before. The best of some divisions: little for the
 * downlink, as senders pay, and what follows from where the directions then disagree. */
ESW_LARGE_OWN double optimum_bound_chains(const eswi_ecc_scene *scene, const optimum_workspace *w, int root,
                                          const eswi_ecc_decision *decision)
{
    for (int u = root; u >= 0; u = w->next[u]) {
        const double half = 0.5 * eswi_ecc_local_utility(scene, u), down = 3.0 * w->alone[ECC_DOWN][u];
        optimum_share(scene, w, u, down < half ? down : half);
    }
    double best = optimum_bound_divided(scene, w, root, decision);
    const double value = optimum_divide_as_paid(scene, w, root, decision);
    for (int k = 0; k <= OPTIMUM_REDIVISIONS && !eswi_ecc_arena_late(w->arena); k++) {
        const double bound = optimum_bound_divided(scene, w, root, decision);
        best = bound > best ? bound : best;
        if (!(best < value * (1.0 - scene->config->gap)) || !optimum_redivide(scene, w, root, value - bound))
            break;
    }
    return best;
}

/* Lists a component that is the users of one cell on one subchannel each way, without a decision to start from, under noma;
 * returns their number, 0 for others. */
ESW_LARGE_OWN int optimum_list_cell(const eswi_ecc_scene *scene, const optimum_workspace *w, int root,
                                    const eswi_ecc_decision *decision, int32_t *users)
{
    const int32_t *ap = scene->instance->ap_of_user;
    int n = 0;
    for (int u = w->first[root]; u >= 0; u = w->next[u]) {
        bool in_cell = scene->access == ECC_NOMA && n < ECC_CHAIN_USERS && ap[u] == ap[root] &&
                       !(w->start_w[ECC_UP][u] > 0.0);
        for (int d = 0; d < ECC_DIRECTIONS; d++)
            in_cell = in_cell && decision->assigned[d][u] >= 0 &&
                      decision->assigned[d][u] == decision->assigned[d][root];
        if (!in_cell)
            return 0;
        users[n++] = u;
    }
    return n;
}

/* The powers to start a cell's local search from: what its dynamic programme decides, which costs no more than its upper
 * bound says. The uplink chooses who sends, the downlink follows. */
ESW_LARGE_OWN void optimum_start_cell(const eswi_ecc_scene *scene, const optimum_workspace *w, int root,
                                      const eswi_ecc_decision *decision)
{
    optimum_chain *c = w->chain;
    int n = optimum_list_cell(scene, w, root, decision, c->users);
    for (int d = 0; d < ECC_DIRECTIONS && n > 0; d++) {
        int senders = 0;
        for (int k = 0; k < n; k++)
            c->share[k] = d == ECC_UP ? eswi_ecc_local_utility(scene, c->users[k]) : eswi_inf();
        eswi_ecc_cell_build(scene, d, decision->assigned[d][root], c->users, n, c->share, w->tables->chain_w[d],
                            ECC_CHAIN_LEVELS, &c->cell);
        eswi_ecc_do_chain(w->kernels, &c->cell, 0, &c->table);
        eswi_ecc_cell_decide(&c->cell, &c->table, c->power_w);
        for (int k = 0; k < n; k++) { /* the levels of a chain reach beyond the box by their rounding */
            const double p = (double)c->power_w[k], low = scene->config->power_min_w[d],
                         high = scene->config->power_max_w[d];
            w->start_w[d][c->users[c->cell.order[k]]] = p == 0.0 || (p >= low && p <= high) ? p
                                                        : p < low                           ? low
                                                                                            : high;
        }
        for (int k = 0; k < n; k++)
            if (w->start_w[d][c->users[k]] > 0.0)
                c->users[senders++] = c->users[k];
        n = senders;
    }
}

/* A component beyond the arena: a local search for the value; for the bound the dynamic programme of every cell, or
 * users taken alone. */
ESW_LARGE_OWN void optimum_approximate_component(const eswi_ecc_scene *scene, const optimum_workspace *w,
                                                 int root, const eswi_ecc_decision *decision)
{
    double bound = 0.0;
    if (!eswi_ecc_arena_late(w->arena))
        optimum_start_cell(scene, w, root, decision);
    eswi_ecc_joint_settle(w->joint, w->first[root], w->next, decision, w->start_w, w->arena->deadline_s);
    for (int u = w->first[root]; u >= 0; u = w->next[u]) {
        const double local = eswi_ecc_local_utility(scene, u);
        for (int d = 0; d < ECC_DIRECTIONS; d++)
            w->alone[d][u] = optimum_alone(scene, w, d, u, decision);
        const double sent = w->alone[ECC_UP][u] + w->alone[ECC_DOWN][u];
        bound += sent < local ? sent : local;
    }
    if (!eswi_ecc_arena_late(w->arena) && scene->access == ECC_NOMA) {
        const double chained = optimum_bound_chains(scene, w, root, decision);
        bound = chained > bound ? chained : bound;
    }
    decision->diagnostics->bound += bound;
}

#endif
