/* ECC: the body of joint.h, for the CPU and for CUDA. */
#ifndef ESWI_ECC_JOINT_SEARCH_H
#define ESWI_ECC_JOINT_SEARCH_H

#include "base/philox.h"
#include "ecc/joint.h"
#include "ecc/layers.h"
#include "ecc/stage.h"

/* A step must lower the sum by more than this share of it, so that rounding cannot make the search go round. */
static const double PROGRESS = 1e-9;
/* How far and how finely powers move while steps are tried, in octaves. */
static const double NEARBY = 2.0, COARSE = 0.2;
/* Beyond this many users only pairs that look promising without interference are swapped. */
enum { ALL_PAIRS = 16 };

typedef struct joint_group {
    int n;
    int32_t who[ECC_ELEMENT_USERS]; /* ascending */
    double value;
} joint_group;

/* A step: groups as they would be, at most two a direction, and what that changes. */
typedef struct joint_part {
    int d, m;
    joint_group after;
    double power_w[ECC_ELEMENT_USERS];
} joint_part;

typedef struct joint_step {
    double change;
    int n;
    joint_part part[2 * ECC_DIRECTIONS];
} joint_step;

struct eswi_ecc_joint {
    eswi_ecc_scene scene;
    const eswi_ecc_element_kernels *kernels;
    const int32_t *slices[ECC_DIRECTIONS];
    joint_group *groups[ECC_DIRECTIONS]; /* [M] the senders of a subchannel */
    int32_t *place[ECC_DIRECTIONS];      /* [U] their subchannel, -1 for users who are local */
    double *power_w[ECC_DIRECTIONS];     /* [U] */
    int32_t *best_place[ECC_DIRECTIONS];
    double *best_power_w[ECC_DIRECTIONS];
    eswi_ecc_element *element; /* the one at hand */
    eswi_ecc_points *points;
    joint_step left, moved; /* of joint_try_moves */
    int64_t evaluations, steps;
};

ESW_LARGE eswi_ecc_joint *eswi_ecc_joint_layout(eswi_carve *carve, const eswi_ecc_config *config)
{
    const size_t users = (size_t)config->users;
    eswi_ecc_joint *j = ESWI_CARVE(carve, eswi_ecc_joint, 1);
    eswi_ecc_element *element = ESWI_CARVE(carve, eswi_ecc_element, 1);
    eswi_ecc_points *points = ESWI_CARVE(carve, eswi_ecc_points, 1);
    for (int d = 0; d < ECC_DIRECTIONS; d++) {
        joint_group *groups = ESWI_CARVE(carve, joint_group, (size_t)config->subchannels);
        int32_t *place = ESWI_CARVE(carve, int32_t, users), *best_place = ESWI_CARVE(carve, int32_t, users);
        double *power_w = ESWI_CARVE(carve, double, users), *best_power_w = ESWI_CARVE(carve, double, users);
        if (carve->base) {
            j->groups[d] = groups;
            j->place[d] = place;
            j->best_place[d] = best_place;
            j->power_w[d] = power_w;
            j->best_power_w[d] = best_power_w;
        }
    }
    if (carve->base) {
        j->element = element;
        j->points = points;
    }
    return j;
}

ESW_LARGE void eswi_ecc_joint_begin(eswi_ecc_joint *j, const eswi_ecc_scene *scene,
                                    const eswi_ecc_element_kernels *kernels,
                                    int32_t *const slices[ECC_DIRECTIONS])
{
    j->scene = *scene;
    j->kernels = kernels;
    j->evaluations = j->steps = 0;
    for (int d = 0; d < ECC_DIRECTIONS; d++) {
        j->slices[d] = slices[d];
        memset(j->groups[d], 0, (size_t)scene->config->subchannels * sizeof *j->groups[d]);
        for (int u = 0; u < scene->config->users; u++) {
            j->place[d][u] = -1;
            j->power_w[d][u] = scene->config->power_max_w[d];
        }
    }
}

ESW_LARGE_OWN double joint_local_utility(const eswi_ecc_joint *j, int user)
{
    const eswi_ecc_profile *profile = &j->scene.config->profiles[j->scene.instance->profile_of_user[user]];
    return eswi_ecc_compute_utility(j->scene.config, profile, profile->units);
}

ESW_LARGE_OWN void joint_build(const eswi_ecc_joint *j, int d, int m, const int32_t *who, int n)
{
    int32_t slices[ECC_ELEMENT_USERS];
    for (int a = 0; a < n; a++)
        slices[a] = j->scene.access == ECC_NOMA ? 1 : j->slices[d][who[a]];
    eswi_ecc_element_build(&j->scene, d, m, who, slices, n, j->element);
}

/* What user u would cost on a subchannel with nobody else: the least of sixteen powers. */
ESW_LARGE_OWN double joint_alone(const eswi_ecc_joint *j, int d, int m, int u)
{
    const int32_t who = u;
    const eswi_ecc_element *e = j->element;
    eswi_ecc_points *points = j->points;
    joint_build(j, d, m, &who, 1);
    const double step = eswi_ecc_element_octaves(e) / (ECC_LANES - 1);
    for (int l = 0; l < ECC_LANES; l++)
        points->power_w[0][l] = l == ECC_LANES - 1 ? e->power_max_w : e->power_min_w * eswi_exp2(step * l);
    eswi_ecc_do_values(j->kernels, e, points);
    double least = points->value[0];
    for (int l = 1; l < ECC_LANES; l++)
        least = points->value[l] < least ? points->value[l] : least;
    return least;
}

/* ---------------------------------------------------------------- steps */

ESW_LARGE_OWN void joint_step_begin(joint_step *s, double change)
{
    s->change = change;
    s->n = 0;
}

ESW_LARGE_OWN bool joint_full(const eswi_ecc_joint *j, const joint_group *g, int ap)
{
    int cluster = 0;
    for (int a = 0; a < g->n; a++)
        cluster += j->scene.instance->ap_of_user[g->who[a]] == ap;
    return g->n >= ECC_ELEMENT_USERS || cluster >= j->scene.config->cluster_cap;
}

ESW_LARGE_OWN void joint_without(joint_group *g, int user)
{
    int n = 0;
    for (int a = 0; a < g->n; a++)
        if (g->who[a] != user)
            g->who[n++] = g->who[a];
    g->n = n;
}

ESW_LARGE_OWN void joint_with(joint_group *g, int user)
{
    int at = g->n++;
    while (at > 0 && g->who[at - 1] > user) {
        g->who[at] = g->who[at - 1];
        at--;
    }
    g->who[at] = user;
}

/* Adds to a step that one user leaves a group and another joins it (-1: nobody). False if there is no room. */
ESW_LARGE_OWN bool joint_edit(eswi_ecc_joint *j, joint_step *s, int d, int m, int leaves, int joins)
{
    joint_part *part = &s->part[s->n++];
    part->d = d;
    part->m = m;
    part->after = j->groups[d][m];
    if (leaves >= 0)
        joint_without(&part->after, leaves);
    if (joins >= 0 && joint_full(j, &part->after, j->scene.instance->ap_of_user[joins]))
        return false;
    if (joins >= 0)
        joint_with(&part->after, joins);
    joint_build(j, d, m, part->after.who, part->after.n);
    for (int a = 0; a < part->after.n; a++)
        part->power_w[a] = j->power_w[d][part->after.who[a]];
    part->after.value =
        eswi_ecc_element_descend(j->element, j->kernels, NEARBY, COARSE, j->points, part->power_w);
    s->change += part->after.value - j->groups[d][m].value;
    j->evaluations++;
    return true;
}

ESW_LARGE_OWN void joint_commit(eswi_ecc_joint *j, const joint_step *s)
{
    for (int p = 0; p < s->n; p++) {
        const joint_part *part = &s->part[p];
        j->groups[part->d][part->m] = part->after;
        for (int a = 0; a < part->after.n; a++) {
            j->place[part->d][part->after.who[a]] = part->m;
            j->power_w[part->d][part->after.who[a]] = part->power_w[a];
        }
    }
    j->steps++;
}

ESW_LARGE_OWN bool joint_helps(const joint_step *s, double scale)
{
    return s->change < -PROGRESS * scale;
}

/* A user leaves both its groups and computes everything itself. */
ESW_LARGE_OWN bool joint_try_local(eswi_ecc_joint *j, int u)
{
    const double local = joint_local_utility(j, u);
    joint_step s;
    joint_step_begin(&s, local);
    for (int d = 0; d < ECC_DIRECTIONS; d++)
        joint_edit(j, &s, d, j->place[d][u], u, -1);
    if (!joint_helps(&s, local))
        return false;
    joint_commit(j, &s);
    j->place[ECC_UP][u] = j->place[ECC_DOWN][u] = -1;
    return true;
}

/* A local user joins the groups of one subchannel a direction. */
ESW_LARGE_OWN bool joint_try_join(eswi_ecc_joint *j, int u, int up, int down)
{
    const double local = joint_local_utility(j, u);
    joint_step s;
    joint_step_begin(&s, -local);
    if (!joint_edit(j, &s, ECC_UP, up, -1, u) || !joint_edit(j, &s, ECC_DOWN, down, -1, u) ||
        !joint_helps(&s, local))
        return false;
    joint_commit(j, &s);
    return true;
}

/* Moves a sender to the first subchannel, from `from` on, where that helps, in the directions first..last; -1 if there is
 * none. What leaving saves is the most that joining may cost, and being alone there the least. */
ESW_LARGE_OWN int joint_try_moves(eswi_ecc_joint *j, int u, int first, int last, int from)
{
    joint_step *left = &j->left, *moved = &j->moved;
    joint_step_begin(left, 0.0);
    for (int d = first; d <= last; d++)
        joint_edit(j, left, d, j->place[d][u], u, -1);
    for (int m = from; m < j->scene.config->subchannels; m++) {
        double least = 0.0;
        bool room = m != j->place[first][u];
        *moved = *left;
        for (int d = first; d <= last && room; d++)
            least += joint_alone(j, d, m, u);
        room = room && least < -left->change;
        for (int d = first; d <= last && room; d++)
            room = joint_edit(j, moved, d, m, -1, u);
        if (room && joint_helps(moved, joint_local_utility(j, u))) {
            joint_commit(j, moved);
            return m;
        }
    }
    return -1;
}

ESW_LARGE_OWN bool joint_try_swap(eswi_ecc_joint *j, int u, int v, int first, int last)
{
    joint_step s;
    joint_step_begin(&s, 0.0);
    double now = 0.0, then = 0.0;
    for (int d = first; d <= last && j->scene.config->users > ALL_PAIRS; d++) {
        now += joint_alone(j, d, j->place[d][u], u) + joint_alone(j, d, j->place[d][v], v);
        then += joint_alone(j, d, j->place[d][v], u) + joint_alone(j, d, j->place[d][u], v);
    }
    if (then > now)
        return false;
    for (int d = first; d <= last; d++)
        if (!joint_edit(j, &s, d, j->place[d][u], u, v) || !joint_edit(j, &s, d, j->place[d][v], v, u))
            return false;
    if (!joint_helps(&s, joint_local_utility(j, u)))
        return false;
    joint_commit(j, &s);
    return true;
}

/* ---------------------------------------------------------------- the search */

ESW_LARGE_OWN bool joint_sends(const eswi_ecc_joint *j, int u)
{
    return j->place[ECC_UP][u] >= 0;
}

/* The subchannel of least price alone with room, -1 if none has. */
ESW_LARGE_OWN int joint_best_room(const eswi_ecc_joint *j, int d, int u)
{
    int best = -1;
    double least = eswi_inf();
    for (int m = 0; m < j->scene.config->subchannels; m++)
        if (!joint_full(j, &j->groups[d][m], j->scene.instance->ap_of_user[u])) {
            const double price = joint_alone(j, d, m, u);
            if (price < least) {
                least = price;
                best = m;
            }
        }
    return best;
}

ESW_LARGE_OWN bool joint_move_user(eswi_ecc_joint *j, int u)
{
    const bool paired = j->scene.config->pair_directions;
    bool moved = false;
    for (int d = 0; d < (paired ? 1 : ECC_DIRECTIONS); d++)
        for (int m = 0; (m = joint_try_moves(j, u, d, paired ? ECC_DOWN : d, m)) >= 0;)
            moved = true;
    return moved;
}

ESW_LARGE_OWN bool joint_swap_user(eswi_ecc_joint *j, int u)
{
    const eswi_ecc_config *config = j->scene.config;
    const int32_t *ap = j->scene.instance->ap_of_user;
    bool moved = false;
    for (int v = u + 1; v < config->users; v++) {
        if (!joint_sends(j, v) || (ap[v] != ap[u] && config->users > ALL_PAIRS))
            continue;
        if (config->pair_directions) {
            moved = (j->place[ECC_UP][u] != j->place[ECC_UP][v] && joint_try_swap(j, u, v, ECC_UP, ECC_DOWN)) ||
                    moved;
            continue;
        }
        for (int d = 0; d < ECC_DIRECTIONS; d++)
            moved = (j->place[d][u] != j->place[d][v] && joint_try_swap(j, u, v, d, d)) || moved;
    }
    return moved;
}

ESW_LARGE_OWN bool joint_join_anywhere(eswi_ecc_joint *j, int u)
{
    const int up = joint_best_room(j, ECC_UP, u);
    const int down = j->scene.config->pair_directions ? up : joint_best_room(j, ECC_DOWN, u);
    return up >= 0 && down >= 0 && joint_try_join(j, u, up, down);
}

ESW_LARGE_OWN void joint_improve(eswi_ecc_joint *j)
{
    for (bool moved = true; moved;) {
        moved = false;
        for (int u = 0; u < j->scene.config->users; u++) {
            if (!joint_sends(j, u)) {
                moved = joint_join_anywhere(j, u) || moved;
            } else if (!joint_try_local(j, u)) {
                moved = joint_move_user(j, u) || moved;
                moved = joint_swap_user(j, u) || moved;
            } else {
                moved = true;
            }
        }
    }
}

/* Lets the powers of a group descend over their whole range, from full power and from where they are. */
ESW_LARGE_OWN void joint_polish(eswi_ecc_joint *j, int d, int m)
{
    joint_group *g = &j->groups[d][m];
    joint_build(j, d, m, g->who, g->n);
    for (int start = 0; start < 2 && g->n > 0; start++) {
        double power_w[ECC_ELEMENT_USERS];
        for (int a = 0; a < g->n; a++)
            power_w[a] = start == 0 ? j->element->power_max_w : j->power_w[d][g->who[a]];
        const double value = eswi_ecc_element_descend(
            j->element, j->kernels, eswi_ecc_element_octaves(j->element), ECC_DESCENT_FINE, j->points, power_w);
        j->evaluations++;
        if (start == 0 && !(value < g->value))
            continue;
        g->value = value;
        for (int a = 0; a < g->n; a++)
            j->power_w[d][g->who[a]] = power_w[a];
    }
}

/* Puts a user on a subchannel a direction without asking whether that is good; false if there is no room. */
ESW_LARGE_OWN bool joint_put(eswi_ecc_joint *j, int u, int up, int down)
{
    const int ap = j->scene.instance->ap_of_user[u];
    if (up < 0 || down < 0 || joint_full(j, &j->groups[ECC_UP][up], ap) ||
        joint_full(j, &j->groups[ECC_DOWN][down], ap))
        return false;
    joint_with(&j->groups[ECC_UP][up], u);
    joint_with(&j->groups[ECC_DOWN][down], u);
    j->place[ECC_UP][u] = up;
    j->place[ECC_DOWN][u] = down;
    return true;
}

ESW_LARGE_OWN void joint_value_groups(eswi_ecc_joint *j)
{
    for (int d = 0; d < ECC_DIRECTIONS; d++)
        for (int m = 0; m < j->scene.config->subchannels; m++) {
            j->groups[d][m].value = eswi_inf();
            joint_polish(j, d, m);
            if (j->groups[d][m].n == 0)
                j->groups[d][m].value = 0.0;
        }
}

ESW_LARGE_OWN double joint_total(const eswi_ecc_joint *j)
{
    double sum = 0.0;
    for (int d = 0; d < ECC_DIRECTIONS; d++)
        for (int m = 0; m < j->scene.config->subchannels; m++)
            sum += j->groups[d][m].value;
    for (int u = 0; u < j->scene.config->users; u++)
        sum += joint_sends(j, u) ? 0.0 : joint_local_utility(j, u);
    return sum;
}

/* Turns users local and back where `decision` has assigned them, until nothing helps. */
ESW_LARGE_OWN void joint_toggle(eswi_ecc_joint *j, int32_t first, const int32_t *next,
                                const eswi_ecc_decision *decision)
{
    for (bool moved = true; moved;) {
        moved = false;
        for (int u = first; u >= 0; u = next ? next[u] : u + 1 < j->scene.config->users ? u + 1 : -1) {
            const int up = decision->assigned[ECC_UP][u], down = decision->assigned[ECC_DOWN][u];
            if (joint_sends(j, u))
                moved = joint_try_local(j, u) || moved;
            else if (up >= 0 && down >= 0)
                moved = joint_try_join(j, u, up, down) || moved;
        }
    }
}

ESW_LARGE void eswi_ecc_joint_settle(eswi_ecc_joint *j, int32_t first, const int32_t *next,
                                     const eswi_ecc_decision *decision)
{
    for (int u = first; u >= 0; u = next[u])
        joint_put(j, u, decision->assigned[ECC_UP][u], decision->assigned[ECC_DOWN][u]);
    joint_value_groups(j);
    joint_toggle(j, first, next, decision);
    for (int u = first; u >= 0; u = next[u])
        for (int d = 0; d < ECC_DIRECTIONS; d++)
            decision->power_w[d][u] = joint_sends(j, u) ? j->power_w[d][u] : 0.0;
}

/* A random subchannel with room, the same draw for every scenario: users in index order, the first free one from a
 * random one on. */
ESW_LARGE_OWN void joint_assign_at_random(const eswi_ecc_joint *j, int start, int32_t *load,
                                          const eswi_ecc_decision *decision)
{
    const eswi_ecc_config *config = j->scene.config;
    const int subchannels = config->subchannels;
    for (int d = 0; d < ECC_DIRECTIONS; d++) {
        memset(load, 0, (size_t)config->aps * (size_t)subchannels * sizeof *load);
        for (int u = 0; u < config->users; u++) {
            const uint32_t stream = ECC_STREAM_START, entity = (uint32_t)u;
            const eswi_draw draw = eswi_philox(config->start_seed, (uint64_t)start, stream, entity, 0);
            int32_t *row = load + (size_t)j->scene.instance->ap_of_user[u] * (size_t)subchannels;
            const int from = (int)eswi_index(draw.w[config->pair_directions ? 0 : d], (uint32_t)subchannels);
            decision->assigned[d][u] = -1;
            for (int k = 0; k < subchannels && decision->assigned[d][u] < 0; k++) {
                const int m = (from + k) % subchannels;
                if (row[m] < config->cluster_cap) {
                    row[m]++;
                    decision->assigned[d][u] = m;
                }
            }
        }
    }
}

ESW_LARGE_OWN double joint_search_from(eswi_ecc_joint *j, const eswi_ecc_decision *decision)
{
    const eswi_ecc_config *config = j->scene.config;
    int32_t *const slices[ECC_DIRECTIONS] = {(int32_t *)j->slices[ECC_UP], (int32_t *)j->slices[ECC_DOWN]};
    const int64_t evaluations = j->evaluations, steps = j->steps;
    const eswi_ecc_scene scene = j->scene;
    eswi_ecc_joint_begin(j, &scene, j->kernels, slices);
    j->evaluations = evaluations;
    j->steps = steps;
    for (int u = 0; u < config->users; u++)
        joint_put(j, u, decision->assigned[ECC_UP][u], decision->assigned[ECC_DOWN][u]);
    joint_value_groups(j);
    if (j->scene.access == ECC_NOMA)
        joint_improve(j);
    else
        joint_toggle(j, 0, NULL, decision);
    for (int d = 0; d < ECC_DIRECTIONS; d++)
        for (int m = 0; m < config->subchannels; m++)
            joint_polish(j, d, m);
    return joint_total(j);
}

/* Takes where the search ended for the best so far. */
ESW_LARGE_OWN void joint_remember(eswi_ecc_joint *j)
{
    const size_t users = (size_t)j->scene.config->users;
    for (int d = 0; d < ECC_DIRECTIONS; d++) {
        memcpy(j->best_place[d], j->place[d], users * sizeof *j->place[d]);
        memcpy(j->best_power_w[d], j->power_w[d], users * sizeof *j->power_w[d]);
    }
}

/* Writes the best. */
ESW_LARGE_OWN void joint_write(const eswi_ecc_joint *j, const eswi_ecc_decision *decision)
{
    for (int d = 0; d < ECC_DIRECTIONS; d++)
        for (int u = 0; u < j->scene.config->users; u++) {
            const int32_t place = j->best_place[d][u];
            decision->power_w[d][u] = place >= 0 ? j->best_power_w[d][u] : 0.0;
            if (j->scene.access == ECC_NOMA) /* orthogonal slices stay with whom they were given to */
                decision->assigned[d][u] = place;
        }
}

ESW_LARGE void eswi_ecc_joint_solve(eswi_ecc_joint *j, int32_t *load, const eswi_ecc_decision *decision)
{
    const eswi_ecc_config *config = j->scene.config;
    const bool free_places = j->scene.access == ECC_NOMA;
    double best = eswi_inf();
    for (int start = 0; start < config->starts && (start == 0 || free_places); start++) {
        if (start > 0)
            joint_assign_at_random(j, start, load, decision);
        const double value = joint_search_from(j, decision);
        if (value < best)
            joint_remember(j);
        best = value < best ? value : best;
    }
    joint_write(j, decision);
    decision->diagnostics->evaluations = (int32_t)(j->evaluations < INT32_MAX ? j->evaluations : INT32_MAX);
    decision->diagnostics->iterations = (int32_t)(j->steps < INT32_MAX ? j->steps : INT32_MAX);
    decision->diagnostics->reason = ECC_REASON_FIXPOINT;
}

#endif
