/* CANSA: Algorithm 1 and the three baseline allocations, sixteen scenarios at a time. Shared by CPU and CUDA.
 *
 * A lane is a scenario; nothing crosses lanes. Arrays are [client][lane] where nothing
 * else is said.
 *
 * Phase 1 needs no sorting. In ascending order of R_min the clients served are all those up to some R_min = T and, of
 * those with T + 1, the first few: a client that does not fit leaves nothing that a later one could use. T is the
 * largest number for which the R_min up to it add up to at most R_total, found bit by bit: log2(R_total) sums over the
 * clients. Bids are a function of R_min (7), so among equal R_min the order is that of the index; only `as-code`,
 * where who cannot be served bids 0 for one RB, has two bids for one R_min.
 *
 * Work per scenario: O(N (log2 R_total + K)), K options per context; some 24 N bytes a lane, read a few times.
 */
#ifndef ESWI_CANSA_AUCTION_H
#define ESWI_CANSA_AUCTION_H

#include "base/lane_loop.h"
#include "cansa/choice.h"

/* What a pack of scenarios is solved with; filled by pack.c. */
typedef struct eswi_cansa_pack {
    const double *rate;              /* c_i of one RB [bit/s] */
    const int32_t *context;          /* cansa_context */
    int32_t *need;                   /* R_min; R_total + 1: no number of RBs is enough */
    int32_t *rbs;                    /* out: RBs used */
    int32_t *option;                 /* out: -1 unserved */
    double *bid;                     /* out: -1 no bid */
    double *rest;                    /* scratch: remainders of shares */
    int32_t *threshold, *sum, *left; /* scratch [lane] */
} eswi_cansa_pack;

/* R_min and bid of every client, lines 15-19. */
ESW_FN void eswi_cansa_bids(const eswi_cansa_rules *rules, const eswi_cansa_pack *p)
{
    const int none = rules->rbs_total + 1, as_code = rules->as_code;
    for (int i = 0; i < rules->clients; i++) {
        ESW_LANE_VAR(int, near);
        ESW_LANE_VAR(double, x);
        const double *rate = p->rate + i * ESW_LANES;
        const int32_t *context = p->context + i * ESW_LANES;
        int32_t *need = p->need + i * ESW_LANES;
        ESW_EACH_LANE(l)
        {
            const int c = context[l];
            ESW_AT(x, l) = rules->guarded.rate_bps[c] / rate[l];
            const int rbs = eswi_cansa_ceiling(ESW_AT(x, l), rules->guarded.margin[c], none, &ESW_AT(near, l));
            need[l] = rules->guarded.local[c] ? 0 : rbs;
        }
        if (ESW_LANES_ANY(near)) {
            ESW_LANES_IN_TURN(l)
            {
                if (ESW_AT(near, l) && need[l] > 0)
                    need[l] = eswi_cansa_rbs_near(rules, &rules->guarded, -1, rules->guard_s, context[l],
                                                  rate[l], ESW_AT(x, l));
            }
        }
        double *bid = p->bid + i * ESW_LANES;
        ESW_EACH_LANE(l)
        {
            const int r = need[l];
            const double offer = eswi_cansa_bid(rules, r);
            const double some = r > 0 ? offer : 0.0;
            const int lost = r == none;
            bid[l] = lost ? (as_code ? 0.0 : -1.0) : some;
            need[l] = lost && as_code ? 1 : r;
        }
    }
}

/* sum = all R_min up to threshold + step, added up. */
ESW_FN void eswi_cansa_demand(const eswi_cansa_rules *rules, const eswi_cansa_pack *p, int step)
{
    ESW_LANE_VAR(int, sum);
    ESW_LANE_VAR(int, most);
    ESW_EACH_LANE(l)
    {
        ESW_AT(sum, l) = 0;
        ESW_AT(most, l) = p->threshold[l] + step;
    }
    for (int i = 0; i < rules->clients; i++) {
        const int32_t *need = p->need + i * ESW_LANES;
        ESW_EACH_LANE(l)
        {
            ESW_AT(sum, l) += need[l] <= ESW_AT(most, l) ? need[l] : 0;
        }
    }
    ESW_EACH_LANE(l)
    {
        p->sum[l] = ESW_AT(sum, l);
    }
}

/* Of the clients with R_min = threshold + 1 as many as fit, in index order; `bidding`: those with a bid above 0. */
ESW_FN void eswi_cansa_serve_edge(const eswi_cansa_rules *rules, const eswi_cansa_pack *p, int bidding)
{
    for (int i = 0; i < rules->clients; i++) {
        const int32_t *need = p->need + i * ESW_LANES;
        const double *bid = p->bid + i * ESW_LANES;
        int32_t *rbs = p->rbs + i * ESW_LANES;
        ESW_EACH_LANE(l)
        {
            const int r = need[l], left = p->left[l];
            const int turn = (bid[l] > 0.0) == bidding && r == p->threshold[l] + 1 && left >= r;
            rbs[l] = turn ? r : rbs[l];
            p->left[l] = turn ? left - r : left;
        }
    }
}

/* Phase 1, lines 23-29: rbs = R_min of who is served, left = R_rem. */
ESW_FN void eswi_cansa_phase1(const eswi_cansa_rules *rules, const eswi_cansa_pack *p)
{
    const int total = rules->rbs_total;
    int step = 1;
    while (step <= total / 2)
        step *= 2;
    ESW_EACH_LANE(l)
    {
        p->threshold[l] = 0;
    }
    for (; step > 0; step /= 2) {
        eswi_cansa_demand(rules, p, step);
        ESW_EACH_LANE(l)
        {
            const int higher = p->threshold[l] + step;
            p->threshold[l] = p->sum[l] <= total && higher <= total ? higher : p->threshold[l];
        }
    }
    eswi_cansa_demand(rules, p, 0);
    ESW_EACH_LANE(l)
    {
        p->left[l] = total - p->sum[l];
    }
    for (int i = 0; i < rules->clients; i++) {
        const int32_t *need = p->need + i * ESW_LANES;
        int32_t *rbs = p->rbs + i * ESW_LANES;
        ESW_EACH_LANE(l)
        {
            rbs[l] = need[l] <= p->threshold[l] ? need[l] : 0;
        }
    }
    eswi_cansa_serve_edge(rules, p, 1);
    eswi_cansa_serve_edge(rules, p, 0);
}

/* Phase 2, lines 30-38: shares of R_rem as it is at the start of the phase (C6), to everyone with a bid. */
ESW_FN void eswi_cansa_phase2(const eswi_cansa_rules *rules, const eswi_cansa_pack *p)
{
    ESW_LANE_VAR(double, sum);
    ESW_LANE_VAR(double, pool);
    ESW_EACH_LANE(l)
    {
        ESW_AT(sum, l) = 0.0;
        ESW_AT(pool, l) = p->left[l];
    }
    for (int i = 0; i < rules->clients; i++) {
        const double *bid = p->bid + i * ESW_LANES;
        ESW_EACH_LANE(l)
        {
            ESW_AT(sum, l) += bid[l] > 0.0 ? bid[l] : 0.0;
        }
    }
    ESW_EACH_LANE(l)
    {
        ESW_AT(sum, l) += rules->bid_penalty;
    }
    for (int i = 0; i < rules->clients; i++) {
        const double *bid = p->bid + i * ESW_LANES;
        int32_t *rbs = p->rbs + i * ESW_LANES;
        ESW_EACH_LANE(l)
        {
            const double offer = bid[l] > 0.0 ? bid[l] : 0.0;
            const int share = (int)(offer / ESW_AT(sum, l) * ESW_AT(pool, l));
            const int more = share < p->left[l] ? share : p->left[l];
            rbs[l] += more;
            p->left[l] -= more;
        }
    }
}

/* Phase 3 by energy of one client in all lanes: eswi_cansa_pick, option by option. */
ESW_FN void eswi_cansa_pick_by_energy(const eswi_cansa_rules *rules, const double *rate, const int32_t *context,
                                      const int32_t *rbs, int32_t *option)
{
    const eswi_cansa_list *list = &rules->by_energy;
    ESW_LANE_VAR(double, least);
    ESW_LANE_VAR(int, level);
    ESW_EACH_LANE(l)
    {
        option[l] = -1;
        ESW_AT(level, l) = -1;
        ESW_AT(least, l) = 0.0;
    }
    for (int k = 0; k < list->most; k++) {
        const double *compute_s = list->compute_s[k], *bits = list->bits[k];
        const int32_t *groups = list->group[k], *options = list->option[k];
        ESW_EACH_LANE(l)
        {
            const int c = context[l], group = groups[c];
            const double sent = bits[c], sending = compute_s[c] + sent / ((double)rbs[l] * rate[l]);
            const double latency_s = sent > 0.0 ? sending : compute_s[c];
            const int first = ESW_AT(level, l) < 0;
            const int better = group == ESW_AT(level, l) && latency_s < ESW_AT(least, l);
            const int take = latency_s <= rules->latency_max_s && (first || better);
            option[l] = take ? options[c] : option[l];
            ESW_AT(level, l) = take ? group : ESW_AT(level, l);
            ESW_AT(least, l) = take ? latency_s : ESW_AT(least, l);
        }
    }
}

/* Phase 3, lines 39-44, and (9): who sends keeps its RBs. */
ESW_FN void eswi_cansa_phase3(const eswi_cansa_rules *rules, const eswi_cansa_pack *p)
{
    for (int i = 0; i < rules->clients; i++) {
        const double *rate = p->rate + i * ESW_LANES;
        const int32_t *context = p->context + i * ESW_LANES;
        int32_t *rbs = p->rbs + i * ESW_LANES, *option = p->option + i * ESW_LANES;
        if (rules->phase3 == CANSA_PICK_ENERGY) {
            eswi_cansa_pick_by_energy(rules, rate, context, rbs, option);
        } else {
            ESW_LANES_IN_TURN(l)
            {
                option[l] = eswi_cansa_pick(rules, rules->phase3, context[l], rbs[l], rate[l]).option;
            }
        }
        ESW_EACH_LANE(l)
        {
            rbs[l] = eswi_cansa_sends(option[l]) ? rbs[l] : 0;
        }
    }
}

/* Method cansa. */
ESW_FN void eswi_cansa_auction(const eswi_cansa_rules *rules, const eswi_cansa_pack *p)
{
    eswi_cansa_bids(rules, p);
    eswi_cansa_phase1(rules, p);
    eswi_cansa_phase2(rules, p);
    eswi_cansa_phase3(rules, p);
}

/* ---------------------------------------------------------------- baselines */

/* A client's weight: the quality of its channel, or what makes all rates equal. */
ESW_FN double eswi_cansa_weight(int equal_rate, double rate)
{
    const double inverse = rate > 0.0 ? 1.0 / rate : 0.0;
    return equal_rate ? inverse : rate;
}

/* Gives what whole shares leave over to the largest remainders, one RB each, ties by index. */
ESW_FN void eswi_cansa_hand_out(const eswi_cansa_rules *rules, const eswi_cansa_pack *p)
{
    ESW_LANE_VAR(int, left);
    ESW_LANE_VAR(int, who);
    ESW_LANE_VAR(double, most);
    ESW_EACH_LANE(l)
    {
        ESW_AT(left, l) = p->left[l];
    }
    while (ESW_LANES_ANY(left)) {
        ESW_EACH_LANE(l)
        {
            ESW_AT(most, l) = -1.0;
            ESW_AT(who, l) = -1;
        }
        for (int i = 0; i < rules->clients; i++) {
            const double *rest = p->rest + i * ESW_LANES;
            ESW_EACH_LANE(l)
            {
                const int more = rest[l] > ESW_AT(most, l);
                ESW_AT(who, l) = more ? i : ESW_AT(who, l);
                ESW_AT(most, l) = more ? rest[l] : ESW_AT(most, l);
            }
        }
        ESW_LANES_IN_TURN(l)
        {
            if (ESW_AT(left, l) > 0) {
                p->rbs[ESW_AT(who, l) * ESW_LANES + l] += 1;
                p->rest[ESW_AT(who, l) * ESW_LANES + l] = -1.0;
                ESW_AT(left, l)--;
            }
        }
    }
}

/* rbs = R_total w_i / sum of w, by largest remainder; nothing where all weights are 0. */
ESW_FN void eswi_cansa_shares(const eswi_cansa_rules *rules, const eswi_cansa_pack *p, int equal_rate)
{
    ESW_LANE_VAR(double, sum);
    ESW_LANE_VAR(int, left);
    ESW_EACH_LANE(l)
    {
        ESW_AT(sum, l) = 0.0;
        ESW_AT(left, l) = rules->rbs_total;
    }
    for (int i = 0; i < rules->clients; i++) {
        const double *rate = p->rate + i * ESW_LANES;
        ESW_EACH_LANE(l)
        {
            ESW_AT(sum, l) += eswi_cansa_weight(equal_rate, rate[l]);
        }
    }
    for (int i = 0; i < rules->clients; i++) {
        const double *rate = p->rate + i * ESW_LANES;
        double *rest = p->rest + i * ESW_LANES;
        int32_t *rbs = p->rbs + i * ESW_LANES;
        ESW_EACH_LANE(l)
        {
            const double divisor = ESW_AT(sum, l) > 0.0 ? ESW_AT(sum, l) : 1.0;
            const double share = eswi_cansa_weight(equal_rate, rate[l]) / divisor * rules->rbs_total;
            const int whole = (int)share;
            rbs[l] = whole;
            rest[l] = share - whole;
            ESW_AT(left, l) -= whole;
        }
    }
    ESW_EACH_LANE(l)
    {
        p->left[l] = ESW_AT(sum, l) > 0.0 ? ESW_AT(left, l) : 0;
    }
    eswi_cansa_hand_out(rules, p);
}

/* Methods average, proportional and equal-rate: an allocation that knows no contexts, then Phase 3. */
typedef enum { CANSA_ALLOCATE_EVENLY, CANSA_ALLOCATE_BY_RATE, CANSA_ALLOCATE_EQUAL_RATES } cansa_allocation;

ESW_FN void eswi_cansa_baseline(const eswi_cansa_rules *rules, const eswi_cansa_pack *p, int allocation)
{
    for (int i = 0; i < rules->clients; i++) {
        double *bid = p->bid + i * ESW_LANES;
        int32_t *rbs = p->rbs + i * ESW_LANES;
        ESW_EACH_LANE(l)
        {
            bid[l] = -1.0;
            rbs[l] = rules->rbs_total / rules->clients;
        }
    }
    if (allocation != CANSA_ALLOCATE_EVENLY)
        eswi_cansa_shares(rules, p, allocation == CANSA_ALLOCATE_EQUAL_RATES);
    eswi_cansa_phase3(rules, p);
}

#endif
