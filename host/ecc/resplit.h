/* ECC `split: per-user`: from the best common split to a split of each user's own. Shared by CPU and CUDA.
 *
 * Prices are the accountant's, so no step below raises the sum of utilities (20):
 *   1. who sends takes its best split at the rates it has, or stays local; nobody's rate falls by that;
 *   2. who is local, in index order, joins those who send where that saves it more than it costs whom it disturbs: at full
 *      power, on the subchannel with room where the sum grows least (OMA: on its own);
 *   3. as 1., at the rates of 2.
 * The descent on the powers goes on from there.
 */
#ifndef ESWI_ECC_RESPLIT_H
#define ESWI_ECC_RESPLIT_H

#include "ecc/account.h"
#include "ecc/layers.h"

/* A decision whose splits are being chosen. */
typedef struct eswi_ecc_resplit {
    eswi_ecc_ledger ledger;
    int32_t *lists; /* the ledger's, which a user that joins is added to */
} eswi_ecc_resplit;

/* A place in the subchannels of one direction, or the same one in both, and what taking it adds to the sum. */
typedef struct eswi_ecc_opening {
    int32_t subchannel; /* -1: none has room */
    double cost;
} eswi_ecc_opening;

/* What the best split of an offloading user is, and what it costs but for the download. */
typedef struct eswi_ecc_choice {
    int split;
    double cost;
} eswi_ecc_choice;

ESW_FN const eswi_ecc_profile *eswi_ecc_profile_of(const eswi_ecc_ledger *a, int user)
{
    return &a->config->profiles[a->instance->profile_of_user[user]];
}

/* wT T + wE E of a bit that `user` sends: x_i, y_i of fact 2 in units of a bit. */
ESW_FN double eswi_ecc_price(const eswi_ecc_ledger *a, int direction, int user)
{
    const double power_w = a->decision->power_w[direction][user];
    return (a->config->weight_time + a->config->weight_energy * power_w) /
           eswi_ecc_link_of(a, direction, user).rate_bps;
}

/* The best of the splits s < F at a price of the uplink. */
ESW_FN eswi_ecc_choice eswi_ecc_best_sending(const eswi_ecc_config *config, const eswi_ecc_profile *profile,
                                             double price)
{
    eswi_ecc_choice best = {1, eswi_ecc_compute_utility(config, profile, 1) + profile->bits[1] * price};
    for (int j = 2; j < profile->units; j++) {
        const double cost = eswi_ecc_compute_utility(config, profile, j) + profile->bits[j] * price;
        if (cost < best.cost) {
            best.cost = cost;
            best.split = j;
        }
    }
    return best;
}

/* Steps 1 and 3. */
ESW_FN void eswi_ecc_take_best_splits(const eswi_ecc_ledger *a)
{
    for (int u = 0; u < a->config->users; u++) {
        if (!eswi_ecc_sends(a, u))
            continue;
        const eswi_ecc_profile *profile = eswi_ecc_profile_of(a, u);
        const eswi_ecc_choice best = eswi_ecc_best_sending(a->config, profile, eswi_ecc_price(a, ECC_UP, u));
        const double cost = best.cost + profile->result_bits * eswi_ecc_price(a, ECC_DOWN, u),
                     local = eswi_ecc_compute_utility(a->config, profile, profile->units);
        a->decision->split[u] = cost < local ? best.split : profile->units;
    }
}

/* What the users of a subchannel pay for what they send, but for one of them. */
ESW_FN double eswi_ecc_others_pay(const eswi_ecc_ledger *a, int direction, int subchannel, int but)
{
    double sum = 0.0;
    for (int v = a->first[direction][subchannel]; v >= 0; v = a->next[direction][v]) {
        if (v == but || !eswi_ecc_sends(a, v))
            continue;
        const eswi_ecc_profile *profile = eswi_ecc_profile_of(a, v);
        const double bits = direction == ECC_UP ? profile->bits[a->decision->split[v]] : profile->result_bits;
        sum += bits * eswi_ecc_price(a, direction, v);
    }
    return sum;
}

/* Whether a user's AP has room on a subchannel. */
ESW_FN bool eswi_ecc_has_room(const eswi_ecc_ledger *a, int direction, int subchannel, int user)
{
    const int32_t *ap = a->instance->ap_of_user;
    int cluster = 0;
    for (int v = a->first[direction][subchannel]; v >= 0; v = a->next[direction][v])
        cluster += ap[v] == ap[user];
    return cluster < a->config->cluster_cap;
}

/* Puts a user on a subchannel, or takes off the one that came last; in OMA everybody stays where rule A put it. */
ESW_FN void eswi_ecc_put(const eswi_ecc_resplit *w, int direction, int user, int32_t subchannel)
{
    const eswi_ecc_config *config = w->ledger.config;
    int32_t *first = w->lists + direction * (config->subchannels + config->users),
            *next = first + config->subchannels, *assigned = &w->ledger.decision->assigned[direction][user];
    if (w->ledger.access != ECC_NOMA)
        return;
    if (subchannel >= 0) {
        next[user] = first[subchannel];
        first[subchannel] = user;
    } else {
        first[*assigned] = next[user];
    }
    *assigned = subchannel;
}

/* What the sum grows by in one direction, computing included in the uplink, if a local user sends on a subchannel at the
 * power it is set to. */
ESW_FN double eswi_ecc_joining_cost(const eswi_ecc_resplit *w, int direction, int user, int32_t subchannel)
{
    const eswi_ecc_ledger *a = &w->ledger;
    const eswi_ecc_profile *profile = eswi_ecc_profile_of(a, user);
    const double before = eswi_ecc_others_pay(a, direction, subchannel, user);
    a->decision->split[user] = 1;
    eswi_ecc_put(w, direction, user, subchannel);
    const double after = eswi_ecc_others_pay(a, direction, subchannel, user),
                 price = eswi_ecc_price(a, direction, user);
    eswi_ecc_put(w, direction, user, -1);
    a->decision->split[user] = profile->units;
    return after - before +
           (direction == ECC_UP ? eswi_ecc_best_sending(a->config, profile, price).cost
                                : profile->result_bits * price);
}

/* The cheapest place for a local user in directions `from` to `to`, the same subchannel in all of them. */
ESW_FN eswi_ecc_opening eswi_ecc_cheapest(const eswi_ecc_resplit *w, int from, int to, int user)
{
    const eswi_ecc_ledger *a = &w->ledger;
    const int own = a->access == ECC_NOMA ? -1 : a->decision->assigned[from][user];
    eswi_ecc_opening best = {-1, eswi_inf()};
    for (int32_t m = 0; m < a->config->subchannels; m++) {
        double cost = 0.0;
        bool room = a->access == ECC_NOMA || m == own;
        for (int d = from; d <= to && room && a->access == ECC_NOMA; d++)
            room = eswi_ecc_has_room(a, d, m, user);
        for (int d = from; d <= to && room; d++)
            cost += eswi_ecc_joining_cost(w, d, user, m);
        if (room && cost < best.cost) {
            best.cost = cost;
            best.subchannel = m;
        }
    }
    return best;
}

/* Step 2 for one user. */
ESW_FN void eswi_ecc_try_to_join(const eswi_ecc_resplit *w, int user)
{
    const eswi_ecc_ledger *a = &w->ledger;
    const eswi_ecc_profile *profile = eswi_ecc_profile_of(a, user);
    eswi_ecc_opening place[ECC_DIRECTIONS];

    for (int d = 0; d < ECC_DIRECTIONS; d++)
        a->decision->power_w[d][user] = a->config->power_max_w[d];
    place[ECC_UP] = eswi_ecc_cheapest(w, ECC_UP, a->config->pair_directions ? ECC_DOWN : ECC_UP, user);
    place[ECC_DOWN] = place[ECC_UP];
    double cost = place[ECC_UP].cost;
    if (!a->config->pair_directions) {
        place[ECC_DOWN] = eswi_ecc_cheapest(w, ECC_DOWN, ECC_DOWN, user);
        cost += place[ECC_DOWN].cost;
    }
    if (!(cost < eswi_ecc_compute_utility(a->config, profile, profile->units)))
        return;
    a->decision->split[user] = 1;
    for (int d = 0; d < ECC_DIRECTIONS; d++)
        eswi_ecc_put(w, d, user, place[d].subchannel);
    a->decision->split[user] = eswi_ecc_best_sending(a->config, profile, eswi_ecc_price(a, ECC_UP, user)).split;
}

/* All steps on a decision within its boxes; `lists` is scratch of account.h. Powers of users that join are the largest.
 * Work: a local user is tried at O(M) subchannels, each for the square of the users there. */
ESW_FN void eswi_ecc_resplit_users(const eswi_ecc_config *config, const eswi_ecc_instance *instance,
                                   const eswi_ecc_decision *decision, int32_t *lists)
{
    eswi_ecc_resplit w;
    w.lists = lists;
    w.ledger = eswi_ecc_ledger_open(config, instance, decision, lists);
    eswi_ecc_take_best_splits(&w.ledger);
    for (int u = 0; u < config->users && w.ledger.access == ECC_NOMA; u++)
        if (!eswi_ecc_sends(&w.ledger, u))
            eswi_ecc_reset_user(config, instance, u, decision);
    w.ledger = eswi_ecc_ledger_open(config, instance, decision, lists);
    for (int u = 0; u < config->users; u++)
        if (!eswi_ecc_sends(&w.ledger, u))
            eswi_ecc_try_to_join(&w, u);
    eswi_ecc_take_best_splits(&w.ledger);
}

#endif
