/* ECC: the state of a local search (joint.h) and its steps, for the CPU and for CUDA. */
#ifndef ESWI_ECC_JOINT_STEPS_H
#define ESWI_ECC_JOINT_STEPS_H

#include "ecc/joint.h"

/* A step must lower the sum by more than this share of it, so that rounding cannot make the search go round. */
static const double PROGRESS = 1e-9;
/* A search that ends above the best by no more than this share of it has its powers polished. */
static const double PROMISING = 1e-3;
/* How far and how finely powers move while steps are tried, in octaves. */
static const double NEARBY = 2.0, COARSE = 0.2, ALONE = 0.5;
enum {
    ALL_PAIRS = 16, /* beyond this many users only pairs that look promising without interference are tried */
    CROWDED = 16,   /* in a group beyond this size only who joins moves its power while steps are tried */
    ROOMS = 4,      /* subchannels that a local user tries, those of least price alone */
    SHARING = 3,    /* beyond this many users a subchannel who sends is turned over, user by user */
    PARTS = 2 * ECC_DIRECTIONS
};

/* A part of a step: a group as it would be. */
typedef struct joint_part {
    int d, m, n;
    int32_t *who;    /* ascending */
    double *power_w; /* of those */
    double value;
} joint_part;

struct eswi_ecc_joint {
    eswi_ecc_scene scene;
    const eswi_ecc_element_kernels *kernels;
    const int32_t *slices[ECC_DIRECTIONS];
    bool moves; /* users may leave the subchannels they are assigned to */
    /* Groups: the senders of a subchannel in a direction, listed ascending. */
    int32_t *first[ECC_DIRECTIONS], *next[ECC_DIRECTIONS]; /* [M], [U] -1 ends a list */
    double *value[ECC_DIRECTIONS];                         /* [M] */
    int32_t *place[ECC_DIRECTIONS];  /* [U] their subchannel, -1 for users who are local */
    double *power_w[ECC_DIRECTIONS]; /* [U] */
    /* What need not be worked out again: a step whose groups have not changed since it did not help. */
    int32_t clock;                       /* counts changes */
    int32_t *changed[ECC_DIRECTIONS];    /* [M] when a group last did */
    int32_t *examined;                   /* [U] when the steps of a user were last tried */
    double *without[ECC_DIRECTIONS];     /* [U] what its group would cost without a user, less what it costs */
    int32_t *without_at[ECC_DIRECTIONS]; /* [U] when that was worked out */
    float *alone[ECC_DIRECTIONS];        /* with moves: [U][M] what a user would cost with nobody else there */
    /* The best so far. */
    double best;
    int32_t *best_place[ECC_DIRECTIONS];
    double *best_power_w[ECC_DIRECTIONS];
    /* The step at hand. */
    joint_part part[PARTS];
    int parts;
    double change;
    eswi_ecc_senders senders;
    eswi_ecc_crowd crowd;
    double *room;   /* [3][senders.capacity]: the crowd's around and cost, powers kept while others are tried */
    bool far;       /* steps are tried from the least powers too */
    bool anyway;    /* steps are taken whether they help or not */
    int held;       /* a user who takes no step of its own, -1: nobody */
    int32_t *order; /* [U] */
    int64_t evaluations, steps;
    double deadline_s; /* of eswi_ecc_joint_settle; 0: none */
};

/* The most users that can send on a subchannel. */
ESW_LARGE_OWN int joint_capacity(const eswi_ecc_config *config)
{
    const int64_t clusters = (int64_t)config->cluster_cap * config->aps;
    return clusters < config->users ? (int)clusters : config->users;
}

ESW_LARGE_OWN void joint_lay_out_direction(eswi_ecc_joint *j, eswi_carve *carve, const eswi_ecc_config *config,
                                           int d)
{
    const size_t users = (size_t)config->users, subchannels = (size_t)config->subchannels;
    j->first[d] = ESWI_CARVE(carve, int32_t, subchannels);
    j->next[d] = ESWI_CARVE(carve, int32_t, users);
    j->value[d] = ESWI_CARVE(carve, double, subchannels);
    j->place[d] = ESWI_CARVE(carve, int32_t, users);
    j->power_w[d] = ESWI_CARVE(carve, double, users);
    j->changed[d] = ESWI_CARVE(carve, int32_t, subchannels);
    j->without[d] = ESWI_CARVE(carve, double, users);
    j->without_at[d] = ESWI_CARVE(carve, int32_t, users);
    j->alone[d] = ESWI_CARVE(carve, float, j->moves ? users *subchannels : 0);
    j->best_place[d] = ESWI_CARVE(carve, int32_t, users);
    j->best_power_w[d] = ESWI_CARVE(carve, double, users);
}

ESW_LARGE eswi_ecc_joint *eswi_ecc_joint_layout(eswi_carve *carve, const eswi_ecc_config *config, bool moves)
{
    const size_t users = (size_t)config->users, capacity = (size_t)joint_capacity(config);
    eswi_ecc_joint measured, *placed = ESWI_CARVE(carve, eswi_ecc_joint, 1), *j = placed ? placed : &measured;
    memset(j, 0, sizeof *j);
    j->moves = moves && config->access == ECC_NOMA;
    for (int d = 0; d < ECC_DIRECTIONS; d++)
        joint_lay_out_direction(j, carve, config, d);
    j->examined = ESWI_CARVE(carve, int32_t, users);
    for (int p = 0; p < PARTS; p++) {
        j->part[p].who = ESWI_CARVE(carve, int32_t, capacity);
        j->part[p].power_w = ESWI_CARVE(carve, double, capacity);
    }
    eswi_ecc_senders_layout(&j->senders, carve, (int)capacity);
    j->room = ESWI_CARVE(carve, double, 3 * capacity);
    j->order = ESWI_CARVE(carve, int32_t, users);
    return placed;
}

/* Nobody sends. */
ESW_LARGE_OWN void joint_clear(eswi_ecc_joint *j)
{
    const eswi_ecc_config *config = j->scene.config;
    j->clock = 0;
    j->far = j->anyway = false;
    j->held = -1;
    for (int u = 0; u < config->users; u++)
        j->examined[u] = -1;
    for (int d = 0; d < ECC_DIRECTIONS; d++) {
        for (int m = 0; m < config->subchannels; m++) {
            j->first[d][m] = -1;
            j->value[d][m] = 0.0;
            j->changed[d][m] = 0;
        }
        for (int u = 0; u < config->users; u++) {
            j->place[d][u] = j->without_at[d][u] = -1;
            j->power_w[d][u] = config->power_max_w[d];
        }
    }
}

ESW_LARGE void eswi_ecc_joint_begin(eswi_ecc_joint *j, const eswi_ecc_scene *scene,
                                    const eswi_ecc_element_kernels *kernels,
                                    int32_t *const slices[ECC_DIRECTIONS])
{
    j->scene = *scene;
    j->kernels = kernels;
    j->evaluations = j->steps = 0;
    j->deadline_s = 0.0;
    j->slices[ECC_UP] = slices[ECC_UP];
    j->slices[ECC_DOWN] = slices[ECC_DOWN];
    joint_clear(j);
}

ESW_LARGE_OWN bool joint_sends(const eswi_ecc_joint *j, int u)
{
    return j->place[ECC_UP][u] >= 0;
}

/* The crowd of the senders who[n] on a subchannel, with the powers power_w[n]. */
ESW_LARGE_OWN void joint_build(eswi_ecc_joint *j, int d, int m, const int32_t *who, int n, double *power_w)
{
    eswi_ecc_crowd_build(&j->scene, d, m, who, j->slices[d], n, &j->senders, &j->crowd);
    j->crowd.power_w = power_w;
    j->crowd.around = j->room;
    j->crowd.cost = j->room + j->senders.capacity;
}

/* What every user would cost on every subchannel with nobody else there. */
ESW_LARGE_OWN void joint_price_alone(eswi_ecc_joint *j)
{
    const eswi_ecc_config *config = j->scene.config;
    for (int d = 0; d < ECC_DIRECTIONS; d++)
        for (int32_t u = 0; u < config->users; u++)
            for (int m = 0; m < config->subchannels; m++) {
                const double octaves = eswi_ecc_octaves(config->power_min_w[d], config->power_max_w[d]);
                j->part[0].power_w[0] = sqrt(config->power_min_w[d] * config->power_max_w[d]);
                joint_build(j, d, m, &u, 1, j->part[0].power_w);
                j->alone[d][(size_t)u * (size_t)config->subchannels + (size_t)m] =
                    (float)eswi_ecc_descend_user(j->kernels, 0, 0.5 * octaves, ALONE, &j->crowd);
            }
}

ESW_LARGE_OWN double joint_alone(const eswi_ecc_joint *j, int d, int m, int u)
{
    return (double)j->alone[d][(size_t)u * (size_t)j->scene.config->subchannels + (size_t)m];
}

/* ---------------------------------------------------------------- steps */

ESW_LARGE_OWN void joint_begin_step(eswi_ecc_joint *j, double change)
{
    j->change = change;
    j->parts = 0;
}

/* Whether a cluster has no room for one more, were `leaves` (-1: nobody) to leave. */
ESW_LARGE_OWN bool joint_full(const eswi_ecc_joint *j, int d, int m, int ap, int leaves)
{
    int cluster = 0;
    for (int32_t v = j->first[d][m]; v >= 0; v = j->next[d][v])
        cluster += v != leaves && j->scene.instance->ap_of_user[v] == ap;
    return cluster >= j->scene.config->cluster_cap;
}

ESW_LARGE_OWN void joint_take_place(eswi_ecc_joint *j, joint_part *part, int user)
{
    part->who[part->n] = user;
    part->power_w[part->n++] = j->power_w[part->d][user];
}

/* A step with one part, a group as it is, which becomes the crowd. */
ESW_LARGE_OWN joint_part *joint_begin_group(eswi_ecc_joint *j, int d, int m)
{
    joint_begin_step(j, 0.0);
    joint_part *part = &j->part[j->parts++];
    part->d = d;
    part->m = m;
    part->n = 0;
    for (int32_t u = j->first[d][m]; u >= 0; u = j->next[d][u])
        joint_take_place(j, part, u);
    joint_build(j, d, m, part->who, part->n, part->power_w);
    return part;
}

/* What a group's powers descend to: who joins, at `joined`, from anywhere, the others nearby, in a crowd not at all; with
 * j->far also from everybody's least power over the whole range, whichever ends lower: who is decoded first must shout
 * over the others, so that senders who are loud may cost least where most of them whisper. */
ESW_LARGE_OWN double joint_settle_powers(eswi_ecc_joint *j, const joint_part *part, int joined)
{
    double near = eswi_inf();
    joint_build(j, part->d, part->m, part->who, part->n, part->power_w);
    j->evaluations++;
    if (joined >= 0)
        near = eswi_ecc_descend_user(j->kernels, joined,
                                     eswi_ecc_octaves(j->crowd.power_min_w, j->crowd.power_max_w), COARSE,
                                     &j->crowd);
    if (part->n > CROWDED)
        return joined >= 0 ? near : eswi_ecc_crowd_refresh(&j->crowd);
    near = eswi_ecc_descend(j->kernels, NEARBY, COARSE, &j->crowd);
    if (!j->far || part->n < 2)
        return near;
    for (int a = 0; a < part->n; a++) {
        j->room[2 * j->senders.capacity + a] = part->power_w[a];
        part->power_w[a] = j->crowd.power_min_w;
    }
    j->evaluations++;
    const double far = eswi_ecc_descend(
        j->kernels, eswi_ecc_octaves(j->crowd.power_min_w, j->crowd.power_max_w), COARSE, &j->crowd);
    for (int a = 0; a < part->n && !(far < near); a++)
        part->power_w[a] = j->room[2 * j->senders.capacity + a];
    return far < near ? far : near;
}

/* Adds to a step that one user leaves a group and another joins it (-1: nobody). False if there is no room. */
ESW_LARGE_OWN bool joint_edit(eswi_ecc_joint *j, int d, int m, int leaves, int joins)
{
    joint_part *part = &j->part[j->parts];
    int joined = -1;
    if (joins >= 0 && joint_full(j, d, m, j->scene.instance->ap_of_user[joins], leaves))
        return false;
    part->d = d;
    part->m = m;
    part->n = 0;
    for (int32_t v = j->first[d][m]; v >= 0; v = j->next[d][v]) {
        if (joins >= 0 && joined < 0 && v > joins) {
            joined = part->n;
            joint_take_place(j, part, joins);
        }
        if (v != leaves)
            joint_take_place(j, part, v);
    }
    if (joins >= 0 && joined < 0) {
        joined = part->n;
        joint_take_place(j, part, joins);
    }
    part->value = joint_settle_powers(j, part, joined);
    j->change += part->value - j->value[d][m];
    j->parts++;
    return true;
}

/* The group of a part becomes what it would be. */
ESW_LARGE_OWN void joint_take_part(eswi_ecc_joint *j, const joint_part *part)
{
    const int d = part->d, m = part->m;
    int32_t *link = &j->first[d][m];
    for (int a = 0; a < part->n; a++) {
        const int32_t u = part->who[a];
        *link = u;
        link = &j->next[d][u];
        j->place[d][u] = m;
        j->power_w[d][u] = part->power_w[a];
    }
    *link = -1;
    j->value[d][m] = part->value;
    j->changed[d][m] = ++j->clock;
}

ESW_LARGE_OWN void joint_commit(eswi_ecc_joint *j)
{
    for (int p = 0; p < j->parts; p++)
        joint_take_part(j, &j->part[p]);
    j->steps++;
}

ESW_LARGE_OWN bool joint_helps(const eswi_ecc_joint *j, double scale)
{
    return j->anyway || j->change < -PROGRESS * scale;
}

ESW_LARGE_OWN double joint_local(const eswi_ecc_joint *j, int user)
{
    return eswi_ecc_local_utility(&j->scene, user);
}

/* What a user's group saves without it, as a negative number. */
ESW_LARGE_OWN double joint_without(eswi_ecc_joint *j, int d, int u)
{
    const int m = j->place[d][u];
    if (j->without_at[d][u] < j->changed[d][m]) {
        joint_begin_step(j, 0.0);
        joint_edit(j, d, m, u, -1);
        j->without[d][u] = j->change;
        j->without_at[d][u] = j->clock;
    }
    return j->without[d][u];
}

/* Whether a group is as it was when the user's steps were last tried. */
ESW_LARGE_OWN bool joint_known(const eswi_ecc_joint *j, int user, int d, int m)
{
    return j->changed[d][m] <= j->examined[user];
}

/* A user leaves both its groups and computes everything itself; if that helps. */
ESW_LARGE_OWN bool joint_go_local(eswi_ecc_joint *j, int u)
{
    const double local = joint_local(j, u);
    if (!j->anyway && !(local + joint_without(j, ECC_UP, u) + joint_without(j, ECC_DOWN, u) < 0.0))
        return false;
    joint_begin_step(j, local);
    for (int d = 0; d < ECC_DIRECTIONS; d++)
        joint_edit(j, d, j->place[d][u], u, -1);
    if (!joint_helps(j, local))
        return false;
    joint_commit(j);
    j->place[ECC_UP][u] = j->place[ECC_DOWN][u] = -1;
    return true;
}

/* A local user joins the groups of one subchannel a direction, likewise. False if there is no room, too. */
ESW_LARGE_OWN bool joint_join(eswi_ecc_joint *j, int u, int up, int down)
{
    const double local = joint_local(j, u);
    joint_begin_step(j, -local);
    if (!joint_edit(j, ECC_UP, up, -1, u) || !joint_edit(j, ECC_DOWN, down, -1, u) || !joint_helps(j, local))
        return false;
    joint_commit(j);
    return true;
}

/* A local user begins to send, up and down, and a sender becomes local. The sender's leaving saves no more than `without`,
 * and the other pays no less there than alone. */
ESW_LARGE_OWN bool joint_try_replace(eswi_ecc_joint *j, int u, int up, int down, int sender)
{
    const int to[ECC_DIRECTIONS] = {up, down};
    const double roles = joint_local(j, sender) - joint_local(j, u);
    double least = roles;
    for (int d = 0; d < ECC_DIRECTIONS; d++)
        least += joint_without(j, d, sender) + (j->moves ? joint_alone(j, d, to[d], u) : 0.0);
    if (!(least < 0.0))
        return false;
    joint_begin_step(j, roles);
    for (int d = 0; d < ECC_DIRECTIONS; d++) {
        const int at = j->place[d][sender];
        if (at == to[d] ? !joint_edit(j, d, at, sender, u)
                        : !joint_edit(j, d, at, sender, -1) || !joint_edit(j, d, to[d], -1, u))
            return false;
    }
    if (!joint_helps(j, joint_local(j, u)))
        return false;
    joint_commit(j);
    j->place[ECC_UP][sender] = j->place[ECC_DOWN][sender] = -1;
    return true;
}

/* A local user takes the place of a sender, who moves to subchannel m, both directions alike. */
ESW_LARGE_OWN bool joint_try_push(eswi_ecc_joint *j, int u, int sender, int m)
{
    const double local = joint_local(j, u);
    double least = -local;
    for (int d = 0; d < ECC_DIRECTIONS; d++)
        least += joint_without(j, d, sender) + joint_alone(j, d, j->place[d][sender], u) +
                 joint_alone(j, d, m, sender);
    if (m == j->place[ECC_UP][sender] || m == j->place[ECC_DOWN][sender] || !(least < 0.0))
        return false;
    joint_begin_step(j, -local);
    for (int d = 0; d < ECC_DIRECTIONS; d++)
        if (!joint_edit(j, d, j->place[d][sender], sender, u) || !joint_edit(j, d, m, -1, sender))
            return false;
    if (!joint_helps(j, local))
        return false;
    joint_commit(j);
    return true;
}

/* Moves a sender to the first subchannel, from `from` on, where that helps, in the directions first..last; -1 if there is
 * none. What leaving saves is the most that joining may cost, and being alone there the least. */
ESW_LARGE_OWN int joint_try_moves(eswi_ecc_joint *j, int u, int first, int last, int from)
{
    double saved = 0.0;
    for (int d = first; d <= last; d++)
        saved -= joint_without(j, d, u);
    for (int m = from; m < j->scene.config->subchannels; m++) {
        double least = 0.0;
        bool known = true;
        for (int d = first; d <= last; d++) {
            known = known && joint_known(j, u, d, m) && joint_known(j, u, d, j->place[d][u]);
            least += joint_alone(j, d, m, u);
        }
        bool room = m != j->place[first][u] && !known && least < saved;
        joint_begin_step(j, -saved);
        for (int d = first; d <= last && room; d++)
            room = joint_edit(j, d, m, -1, u);
        if (!room || !joint_helps(j, joint_local(j, u)))
            continue;
        for (int d = first; d <= last; d++)
            joint_edit(j, d, j->place[d][u], u, -1);
        joint_commit(j);
        return m;
    }
    return -1;
}

/* Two senders change places in the directions first..last. */
ESW_LARGE_OWN bool joint_try_swap(eswi_ecc_joint *j, int u, int v, int first, int last)
{
    double now = 0.0, then = 0.0, least = 0.0;
    bool known = true;
    for (int d = first; d <= last; d++) {
        const int at_u = j->place[d][u], at_v = j->place[d][v];
        known = known && joint_known(j, u, d, at_u) && joint_known(j, u, d, at_v);
        now += joint_alone(j, d, at_u, u) + joint_alone(j, d, at_v, v);
        then += joint_alone(j, d, at_v, u) + joint_alone(j, d, at_u, v);
    }
    if (known || (then > now && j->scene.config->users > ALL_PAIRS))
        return false;
    for (int d = first; d <= last; d++)
        least += joint_without(j, d, u) + joint_without(j, d, v);
    if (!(least + then < 0.0))
        return false;
    joint_begin_step(j, 0.0);
    for (int d = first; d <= last; d++)
        if (!joint_edit(j, d, j->place[d][u], u, v) || !joint_edit(j, d, j->place[d][v], v, u))
            return false;
    if (!joint_helps(j, joint_local(j, u)))
        return false;
    joint_commit(j);
    return true;
}

#endif
