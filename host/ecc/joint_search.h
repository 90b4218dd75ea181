/* ECC: the body of joint.h, for the CPU and for CUDA. */
#ifndef ESWI_ECC_JOINT_SEARCH_H
#define ESWI_ECC_JOINT_SEARCH_H

#include "base/philox.h"
#include "ecc/joint_steps.h"
#include "ecc/stage.h"

/* Where a component with a fixed assignment is begun. */
enum { JOINT_AS_GIVEN, JOINT_ALL_SEND, JOINT_ALL_LOCAL, JOINT_STARTS };

/* ---------------------------------------------------------------- the search */

/* The next subchannel with room in the directions first..last, by price alone, after one of price *price; -1 if there is
 * none. */
ESW_LARGE_OWN int joint_next_room(const eswi_ecc_joint *j, int u, int first, int last, int after, double *price)
{
    const int ap = j->scene.instance->ap_of_user[u];
    const double before = *price;
    int best = -1;
    for (int m = 0; m < j->scene.config->subchannels; m++) {
        double alone = 0.0;
        bool room = true;
        for (int d = first; d <= last; d++) {
            alone += joint_alone(j, d, m, u);
            room = room && !joint_full(j, d, m, ap, -1);
        }
        if (room && (alone > before || (alone == before && m > after)) && (best < 0 || alone < *price)) {
            *price = alone;
            best = m;
        }
    }
    return best;
}

/* Where it costs a local user least to join in the directions first..last; -1 if nowhere less than *change, which becomes
 * the cost. */
ESW_LARGE_OWN int joint_best_room(eswi_ecc_joint *j, int u, int first, int last, double *change)
{
    double price = 0.0;
    int best = -1, m = -1;
    for (int k = 0; k < ROOMS; k++) {
        m = joint_next_room(j, u, first, last, m, &price);
        if (m < 0 || !(price < *change))
            break;
        joint_begin_step(j, 0.0);
        for (int d = first; d <= last; d++)
            joint_edit(j, d, m, -1, u);
        if (j->change < *change) {
            *change = j->change;
            best = m;
        }
    }
    return best;
}

/* A local user joins where that costs least, if it helps or, with j->anyway, if there is room. */
ESW_LARGE_OWN bool joint_join_anywhere(eswi_ecc_joint *j, int u)
{
    double cost = j->anyway ? eswi_inf() : joint_local(j, u);
    if (j->scene.config->pair_directions) {
        const int both = joint_best_room(j, u, ECC_UP, ECC_DOWN, &cost);
        return both >= 0 && joint_join(j, u, both, both);
    }
    double down_cost = cost;
    const int up = joint_best_room(j, u, ECC_UP, ECC_UP, &cost),
              down = joint_best_room(j, u, ECC_DOWN, ECC_DOWN, &down_cost);
    return up >= 0 && down >= 0 && joint_join(j, u, up, down);
}

/* A local user takes a sender's place, who becomes local or, in a small instance, goes where there is room. */
ESW_LARGE_OWN bool joint_replace(eswi_ecc_joint *j, int u, int sender)
{
    const eswi_ecc_config *config = j->scene.config;
    const int up = j->place[ECC_UP][sender], down = j->place[ECC_DOWN][sender];
    const bool known = joint_known(j, u, ECC_UP, up) && joint_known(j, u, ECC_DOWN, down);
    if (!known && joint_try_replace(j, u, up, down, sender))
        return true;
    for (int m = 0; m < config->subchannels && config->users <= ALL_PAIRS; m++)
        if (!(known && joint_known(j, u, ECC_UP, m) && joint_known(j, u, ECC_DOWN, m)) &&
            joint_try_push(j, u, sender, m))
            return true;
    return false;
}

ESW_LARGE_OWN bool joint_replace_anybody(eswi_ecc_joint *j, int u)
{
    const eswi_ecc_config *config = j->scene.config;
    const int32_t *ap = j->scene.instance->ap_of_user;
    for (int v = 0; v < config->users; v++)
        if (joint_sends(j, v) && (ap[v] == ap[u] || config->users <= ALL_PAIRS) && joint_replace(j, u, v))
            return true;
    return false;
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

ESW_LARGE_OWN bool joint_improve_user(eswi_ecc_joint *j, int u)
{
    if (!joint_sends(j, u))
        return joint_join_anywhere(j, u) || joint_replace_anybody(j, u);
    if (joint_go_local(j, u))
        return true;
    const bool moved = joint_move_user(j, u);
    return joint_swap_user(j, u) || moved;
}

ESW_LARGE_OWN void joint_improve(eswi_ecc_joint *j)
{
    for (bool moved = true; moved;) {
        moved = false;
        for (int u = 0; u < j->scene.config->users; u++) {
            const int32_t now = j->clock;
            if (j->examined[u] == now || u == j->held)
                continue;
            moved = joint_improve_user(j, u) || moved;
            j->examined[u] = now;
        }
    }
}

/* Lets the powers of a group descend over their whole range: from where they are, then from full power or, with `again`,
 * from where that ended. */
ESW_LARGE_OWN void joint_polish(eswi_ecc_joint *j, int d, int m, bool again)
{
    for (int start = 0; start < 2 && j->first[d][m] >= 0; start++) {
        joint_part *part = joint_begin_group(j, d, m);
        for (int a = 0; a < part->n && start == 1 && !again; a++)
            part->power_w[a] = j->scene.config->power_max_w[d];
        part->value = eswi_ecc_descend(j->kernels, eswi_ecc_octaves(j->crowd.power_min_w, j->crowd.power_max_w),
                                       ECC_DESCENT_FINE, &j->crowd);
        j->evaluations++;
        if (part->value < j->value[d][m])
            joint_take_part(j, part);
    }
}

/* Polishes all groups. */
ESW_LARGE_OWN void joint_polish_all(eswi_ecc_joint *j)
{
    for (int d = 0; d < ECC_DIRECTIONS; d++)
        for (int m = 0; m < j->scene.config->subchannels; m++)
            joint_polish(j, d, m, false);
}

/* Puts a user on a subchannel a direction without asking whether that is good; false if there is no room. */
ESW_LARGE_OWN bool joint_put(eswi_ecc_joint *j, int u, int up, int down)
{
    const int ap = j->scene.instance->ap_of_user[u], to[ECC_DIRECTIONS] = {up, down};
    if (up < 0 || down < 0 || joint_full(j, ECC_UP, up, ap, -1) || joint_full(j, ECC_DOWN, down, ap, -1))
        return false;
    for (int d = 0; d < ECC_DIRECTIONS; d++) {
        int32_t *link = &j->first[d][to[d]];
        while (*link >= 0 && *link < u)
            link = &j->next[d][*link];
        j->next[d][u] = *link;
        *link = u;
        j->place[d][u] = to[d];
        j->value[d][to[d]] = eswi_inf(); /* to be worked out */
    }
    return true;
}

/* Takes a user off its subchannels, likewise. */
ESW_LARGE_OWN void joint_take_off(eswi_ecc_joint *j, int u)
{
    for (int d = 0; d < ECC_DIRECTIONS && joint_sends(j, u); d++) {
        int32_t *link = &j->first[d][j->place[d][u]];
        while (*link != u)
            link = &j->next[d][*link];
        *link = j->next[d][u];
        j->value[d][j->place[d][u]] = eswi_inf();
    }
    j->place[ECC_UP][u] = j->place[ECC_DOWN][u] = -1;
}

/* Works out the groups that joint_put and joint_take_off have left. */
ESW_LARGE_OWN void joint_value_groups(eswi_ecc_joint *j)
{
    for (int d = 0; d < ECC_DIRECTIONS; d++)
        for (int m = 0; m < j->scene.config->subchannels; m++)
            if (j->value[d][m] == eswi_inf()) {
                joint_polish(j, d, m, true);
                if (j->first[d][m] < 0) {
                    j->value[d][m] = 0.0;
                    j->changed[d][m] = ++j->clock;
                }
            }
}

ESW_LARGE_OWN double joint_total(const eswi_ecc_joint *j)
{
    double sum = 0.0;
    for (int d = 0; d < ECC_DIRECTIONS; d++)
        for (int m = 0; m < j->scene.config->subchannels; m++)
            sum += j->value[d][m];
    for (int u = 0; u < j->scene.config->users; u++)
        sum += joint_sends(j, u) ? 0.0 : joint_local(j, u);
    return sum;
}

/* ---------------------------------------------------------------- fixed assignments */

ESW_LARGE_OWN int32_t joint_follow(const eswi_ecc_joint *j, const int32_t *next, int32_t u)
{
    return next ? next[u] : u + 1 < j->scene.config->users ? u + 1 : -1;
}

ESW_LARGE_OWN bool joint_late(const eswi_ecc_joint *j)
{
    return j->deadline_s > 0.0 && eswi_ecc_seconds() > j->deadline_s;
}

/* Turns users of a list (all users if next is NULL) local and back where `decision` has assigned them, until nothing
 * helps. */
ESW_LARGE_OWN void joint_toggle(eswi_ecc_joint *j, int32_t first, const int32_t *next,
                                const eswi_ecc_decision *decision)
{
    for (bool moved = true; moved;) {
        moved = false;
        for (int32_t u = first; u >= 0 && !joint_late(j); u = joint_follow(j, next, u)) {
            const int up = decision->assigned[ECC_UP][u], down = decision->assigned[ECC_DOWN][u];
            bool helped = false;
            if (joint_sends(j, u))
                helped = joint_go_local(j, u);
            else if (up >= 0 && down >= 0)
                helped = joint_join(j, u, up, down);
            for (int32_t v = first; v >= 0 && !helped && !joint_sends(j, u) && up >= 0 && down >= 0;
                 v = joint_follow(j, next, v))
                helped = joint_sends(j, v) && (j->place[ECC_UP][v] == up || j->place[ECC_DOWN][v] == down) &&
                         joint_try_replace(j, u, up, down, v);
            moved = moved || helped;
        }
    }
}

/* Puts the users of a component as one of the starts of eswi_ecc_joint_settle has them. */
ESW_LARGE_OWN void joint_put_start(eswi_ecc_joint *j, int start, int32_t first, const int32_t *next,
                                   const eswi_ecc_decision *decision, double *const start_w[ECC_DIRECTIONS])
{
    for (int32_t u = first; u >= 0; u = next[u])
        joint_take_off(j, u);
    for (int32_t u = first; u >= 0; u = next[u]) {
        const bool given = start == JOINT_AS_GIVEN && start_w[ECC_UP][u] > 0.0;
        for (int d = 0; d < ECC_DIRECTIONS; d++)
            j->power_w[d][u] = given ? start_w[d][u] : j->scene.config->power_max_w[d];
        if (given || start == JOINT_ALL_SEND)
            joint_put(j, u, decision->assigned[ECC_UP][u], decision->assigned[ECC_DOWN][u]);
    }
    joint_value_groups(j);
}

/* Takes where the search ended for the best if it is: the places and powers of a list of users. */
ESW_LARGE_OWN void joint_remember(eswi_ecc_joint *j, int32_t first, const int32_t *next)
{
    const double value = joint_total(j);
    if (!(value < j->best))
        return;
    j->best = value;
    for (int32_t u = first; u >= 0; u = joint_follow(j, next, u))
        for (int d = 0; d < ECC_DIRECTIONS; d++) {
            j->best_place[d][u] = j->place[d][u];
            j->best_power_w[d][u] = j->power_w[d][u];
        }
}

/* Goes back to the best so far: all users, with moves. */
ESW_LARGE_OWN void joint_restore(eswi_ecc_joint *j)
{
    joint_clear(j);
    for (int u = 0; u < j->scene.config->users; u++) {
        for (int d = 0; d < ECC_DIRECTIONS; d++)
            j->power_w[d][u] = j->best_power_w[d][u];
        joint_put(j, u, j->best_place[ECC_UP][u], j->best_place[ECC_DOWN][u]);
    }
    for (int d = 0; d < ECC_DIRECTIONS; d++)
        for (int m = 0; m < j->scene.config->subchannels; m++) {
            if (j->first[d][m] < 0)
                continue;
            joint_part *part = joint_begin_group(j, d, m);
            part->value = eswi_ecc_crowd_refresh(&j->crowd);
            joint_take_part(j, part);
        }
}

/* Writes the best. */
ESW_LARGE_OWN void joint_write(const eswi_ecc_joint *j, int32_t first, const int32_t *next,
                               const eswi_ecc_decision *decision)
{
    for (int32_t u = first; u >= 0; u = joint_follow(j, next, u))
        for (int d = 0; d < ECC_DIRECTIONS; d++) {
            const int32_t place = j->best_place[d][u];
            decision->power_w[d][u] = place >= 0 ? j->best_power_w[d][u] : 0.0;
            if (j->moves)
                decision->assigned[d][u] = place;
        }
}

ESW_LARGE void eswi_ecc_joint_settle(eswi_ecc_joint *j, int32_t first, const int32_t *next,
                                     const eswi_ecc_decision *decision, double *const start_w[ECC_DIRECTIONS],
                                     double deadline_s)
{
    j->best = eswi_inf();
    j->deadline_s = deadline_s;
    for (int start = 0; start < JOINT_STARTS && (start == 0 || !joint_late(j)); start++) {
        joint_put_start(j, start, first, next, decision, start_w);
        joint_toggle(j, first, next, decision);
        if (!joint_late(j))
            joint_polish_all(j);
        joint_remember(j, first, next);
    }
    joint_write(j, first, next, decision);
}

/* ---------------------------------------------------------------- free assignments */

/* Random words of a start: each scenario's own, for they are told apart by the bits of a gain. */
ESW_LARGE_OWN eswi_draw joint_draw(const eswi_ecc_joint *j, int start, int user)
{
    const uint64_t scenario = (uint64_t)eswi_bits(j->scene.instance->gain[ECC_UP][0]) << 32 | (uint32_t)start;
    return eswi_philox(j->scene.config->start_seed, scenario, ECC_STREAM_START, (uint32_t)user, 0);
}

/* A random order of the users. */
ESW_LARGE_OWN void joint_shuffle(eswi_ecc_joint *j, int start)
{
    for (int32_t u = 0; u < j->scene.config->users; u++) {
        const int32_t at = (int32_t)eswi_index(joint_draw(j, start, u).w[2], (uint32_t)u + 1);
        j->order[u] = j->order[at];
        j->order[at] = u;
    }
}

/* A random subchannel with room: users in random order, the first free one from a random one on. */
ESW_LARGE_OWN void joint_assign_at_random(eswi_ecc_joint *j, int start, int32_t *load,
                                          const eswi_ecc_decision *decision)
{
    const eswi_ecc_config *config = j->scene.config;
    const int subchannels = config->subchannels;
    joint_shuffle(j, start);
    for (int d = 0; d < ECC_DIRECTIONS; d++) {
        memset(load, 0, (size_t)config->aps * (size_t)subchannels * sizeof *load);
        for (int i = 0; i < config->users; i++) {
            const int32_t u = j->order[i];
            int32_t *row = load + (size_t)j->scene.instance->ap_of_user[u] * (size_t)subchannels;
            const int from = (int)eswi_index(joint_draw(j, start, u).w[config->pair_directions ? 0 : d],
                                             (uint32_t)subchannels);
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

ESW_LARGE_OWN void joint_search_from(eswi_ecc_joint *j, const eswi_ecc_decision *decision)
{
    joint_clear(j);
    for (int u = 0; u < j->scene.config->users; u++)
        joint_put(j, u, decision->assigned[ECC_UP][u], decision->assigned[ECC_DOWN][u]);
    joint_value_groups(j);
    if (j->moves)
        joint_improve(j);
    else
        joint_toggle(j, 0, NULL, decision);
    joint_polish_all(j);
    joint_remember(j, 0, NULL);
}

/* How many starts differ: on a single subchannel with room for all there is only one assignment. */
ESW_LARGE_OWN int joint_count_starts(const eswi_ecc_joint *j, const eswi_ecc_decision *decision)
{
    const eswi_ecc_config *config = j->scene.config;
    bool alike = config->subchannels == 1;
    for (int u = 0; u < config->users; u++)
        alike = alike && decision->assigned[ECC_UP][u] >= 0 && decision->assigned[ECC_DOWN][u] >= 0;
    return j->moves && !alike ? config->starts : 1;
}

/* From the best so far, the steps that help once powers start from afar. */
ESW_LARGE_OWN void joint_improve_best(eswi_ecc_joint *j)
{
    joint_restore(j);
    j->far = true;
    joint_improve(j);
    j->far = false;
    joint_polish_all(j);
    joint_remember(j, 0, NULL);
}

/* From the best so far, a user begins to send or ceases to, whatever that costs; the others follow, then all. So several
 * users may take the place of one, or one that of several. */
ESW_LARGE_OWN void joint_turn_over(eswi_ecc_joint *j, int u)
{
    joint_restore(j);
    j->anyway = true;
    const bool turned = joint_sends(j, u) ? joint_go_local(j, u) : joint_join_anywhere(j, u);
    j->anyway = false;
    if (!turned)
        return;
    j->held = u;
    joint_improve(j);
    j->held = -1;
    joint_improve(j);
    if (joint_total(j) < j->best * (1.0 + PROMISING))
        joint_polish_all(j);
    joint_remember(j, 0, NULL);
}

ESW_LARGE void eswi_ecc_joint_solve(eswi_ecc_joint *j, int32_t *load, const eswi_ecc_decision *decision)
{
    const eswi_ecc_config *config = j->scene.config;
    const int starts = joint_count_starts(j, decision);
    const bool crowded = config->users <= ALL_PAIRS && config->users > SHARING * config->subchannels;
    j->best = eswi_inf();
    if (j->moves)
        joint_price_alone(j);
    for (int start = 0; start < starts; start++) {
        if (start > 0)
            joint_assign_at_random(j, start, load, decision);
        joint_search_from(j, decision);
    }
    const bool goes_on = j->moves && j->best < eswi_inf();
    if (goes_on)
        joint_improve_best(j);
    for (int u = 0; u < config->users && goes_on && crowded; u++)
        joint_turn_over(j, u);
    joint_write(j, 0, NULL, decision); /* orthogonal slices stay with whom they were given to */
    decision->diagnostics->evaluations = (int32_t)(j->evaluations < INT32_MAX ? j->evaluations : INT32_MAX);
    decision->diagnostics->iterations = (int32_t)(j->steps < INT32_MAX ? j->steps : INT32_MAX);
    decision->diagnostics->reason = ECC_REASON_FIXPOINT;
}

#endif
