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
#include "ecc/lane_loop.h"
#include "ecc/layers.h"

/* A decision whose splits are being chosen. */
typedef struct eswi_ecc_resplit {
    eswi_ecc_ledger ledger;
    int32_t *lists; /* the ledger's, which a user that joins is added to */
} eswi_ecc_resplit;

/* A place in the subchannels of one direction, or the same one in both, and what taking it adds to the sum. */
typedef struct eswi_ecc_opening {
    int32_t subchannel; /* -1: none has room */
    int split;          /* the best one there; of the uplink */
    double cost;
} eswi_ecc_opening;

/* The best of a user's splits s < F, and what it costs but for the download. */
typedef struct eswi_ecc_choice {
    int split;
    double cost;
} eswi_ecc_choice;

/* What the senders of a subchannel pay for what they send, but for one user, and that user's price. */
typedef struct eswi_ecc_column {
    double others, price;
} eswi_ecc_column;

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
    eswi_ecc_choice best = {1, eswi_inf()};
    ESW_LOOP_STAYS
    for (int j = 1; j < profile->units; j++) {
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
        const eswi_ecc_profile *profile = eswi_ecc_profile_of(a, u);
        double price = 0.0, down = 0.0;
        if (!eswi_ecc_sends(a, u))
            continue;
        ESW_LOOP_STAYS
        for (int d = ECC_DOWN; d >= ECC_UP; d--) { /* the uplink's price remains */
            down = profile->result_bits * price;
            price = eswi_ecc_price(a, d, u);
        }
        const eswi_ecc_choice best = eswi_ecc_best_sending(a->config, profile, price);
        const double local = eswi_ecc_compute_utility(a->config, profile, profile->units);
        a->decision->split[u] = best.cost + down < local ? best.split : profile->units;
    }
}

ESW_FN eswi_ecc_column eswi_ecc_column_of(const eswi_ecc_ledger *a, int direction, int subchannel, int user)
{
    eswi_ecc_column column = {0.0, 0.0};
    ESW_LOOP_STAYS
    for (int v = a->first[direction][subchannel]; v >= 0; v = a->next[direction][v]) {
        if (!eswi_ecc_sends(a, v))
            continue;
        const eswi_ecc_profile *profile = eswi_ecc_profile_of(a, v);
        const double bits = direction == ECC_UP ? profile->bits[a->decision->split[v]] : profile->result_bits,
                     price = eswi_ecc_price(a, direction, v);
        if (v == user)
            column.price = price;
        else
            column.others += bits * price;
    }
    return column;
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
ESW_FN eswi_ecc_choice eswi_ecc_joining(const eswi_ecc_resplit *w, int direction, int user, int32_t subchannel)
{
    const eswi_ecc_ledger *a = &w->ledger;
    const eswi_ecc_profile *profile = eswi_ecc_profile_of(a, user);
    double growth = 0.0, price = 0.0;
    ESW_LOOP_STAYS
    for (int joined = 0; joined < 2; joined++) { /* before, after */
        if (joined) {
            a->decision->split[user] = 1;
            eswi_ecc_put(w, direction, user, subchannel);
        }
        const eswi_ecc_column column = eswi_ecc_column_of(a, direction, subchannel, user);
        growth = column.others - growth;
        price = column.price;
    }
    eswi_ecc_put(w, direction, user, -1);
    a->decision->split[user] = profile->units;
    eswi_ecc_choice choice = {1, profile->result_bits * price};
    if (direction == ECC_UP)
        choice = eswi_ecc_best_sending(a->config, profile, price);
    choice.cost = growth + choice.cost;
    return choice;
}

/* The cheapest place for a local user in directions `from` to `to`, the same subchannel in all of them. */
ESW_FN eswi_ecc_opening eswi_ecc_cheapest(const eswi_ecc_resplit *w, int from, int to, int user)
{
    const eswi_ecc_ledger *a = &w->ledger;
    const bool noma = a->access == ECC_NOMA;
    const int own = noma ? -1 : a->decision->assigned[from][user];
    eswi_ecc_opening best = {-1, 1, eswi_inf()};
    ESW_LOOP_STAYS
    for (int32_t m = 0; m < a->config->subchannels; m++) {
        eswi_ecc_opening here = {m, 1, 0.0};
        bool room = noma || m == own;
        for (int d = from; d <= to && room && noma; d++)
            room = eswi_ecc_has_room(a, d, m, user);
        ESW_LOOP_STAYS
        for (int d = from; d <= to && room; d++) {
            const eswi_ecc_choice choice = eswi_ecc_joining(w, d, user, m);
            here.split = d == ECC_UP ? choice.split : here.split;
            here.cost += choice.cost;
        }
        if (room && here.cost < best.cost)
            best = here;
    }
    return best;
}

/* Step 2 for one user. */
ESW_FN void eswi_ecc_try_to_join(const eswi_ecc_resplit *w, int user)
{
    const eswi_ecc_ledger *a = &w->ledger;
    const eswi_ecc_profile *profile = eswi_ecc_profile_of(a, user);
    const bool paired = a->config->pair_directions;
    eswi_ecc_opening up = {-1, 1, 0.0}, down = up;
    double cost = 0.0;

    for (int d = 0; d < ECC_DIRECTIONS; d++)
        a->decision->power_w[d][user] = a->config->power_max_w[d];
    ESW_LOOP_STAYS
    for (int d = ECC_UP; d <= (paired ? ECC_UP : ECC_DOWN); d++) {
        down = eswi_ecc_cheapest(w, d, paired ? ECC_DOWN : d, user);
        up = d == ECC_UP ? down : up;
        cost += down.cost;
    }
    if (!(cost < eswi_ecc_compute_utility(a->config, profile, profile->units)))
        return;
    a->decision->split[user] = up.split;
    eswi_ecc_put(w, ECC_UP, user, up.subchannel);
    eswi_ecc_put(w, ECC_DOWN, user, down.subchannel);
}

/* All steps on a decision within its boxes; `lists` is scratch of account.h. Powers of users that join are the largest.
 * Work: a local user is tried at O(M) subchannels, each for the square of the users there. Loops that stay keep the code,
 * and in CUDA the registers, to one copy of what a link is worth. */
ESW_FN void eswi_ecc_resplit_users(const eswi_ecc_config *config, const eswi_ecc_instance *instance,
                                   const eswi_ecc_decision *decision, int32_t *lists)
{
    eswi_ecc_resplit w;
    w.lists = lists;
    w.ledger = eswi_ecc_ledger_open(config, instance, decision, lists);
    ESW_LOOP_STAYS
    for (int joined = 0; joined < 2; joined++) {
        eswi_ecc_take_best_splits(&w.ledger);
        if (joined)
            return;
        for (int u = 0; u < config->users && w.ledger.access == ECC_NOMA; u++)
            if (!eswi_ecc_sends(&w.ledger, u))
                eswi_ecc_reset_user(config, instance, u, decision);
        w.ledger = eswi_ecc_ledger_open(config, instance, decision, lists);
        for (int u = 0; u < config->users; u++)
            if (!eswi_ecc_sends(&w.ledger, u))
                eswi_ecc_try_to_join(&w, u);
    }
}

#endif
