/* CANSA, method `nash`: best-response dynamics on the bids, one scenario. Shared by CPU and CUDA.
 *
 * Clients answer in index order, sweep after sweep: each takes the bid of the grid 0, step, 2 step, ... that is best
 * (at most CANSA_NASH_BIDS_MAX steps) against the others' present bids, the smallest of equals, and keeps its own unless that is strictly better. Its payoff
 * is the extended utility (5) - gamma b^2 of what the auction then gives it. The dynamics start from the bids (7) and
 * end at a fixpoint (a Nash equilibrium on the grid), in a cycle (found by Brent's method: the bids are compared with
 * those after sweep 1, 2, 4, 8, ...) or at the sweep limit.
 *
 * Bids decide nothing in Phase 1 but who of the clients with R_min = T + 1 are served, T as in auction.h: as many as
 * fit, by descending bid, then index. So T, that number and R_rem are the same for all bids.
 */
#ifndef ESWI_CANSA_NASH_H
#define ESWI_CANSA_NASH_H

#include "cansa/choice.h"

/* The order of CANSA_REASON_LIST. */
enum { CANSA_ENDED_FIXPOINT = 1, CANSA_ENDED_CYCLE, CANSA_ENDED_SWEEPS };

/* A scenario; everything [N]. */
typedef struct eswi_cansa_game {
    const double *rate;
    const int32_t *context;
    double *bid;   /* the present bids; in the end the decision's. -1: no bid */
    double *saved; /* scratch: bids to find a cycle by */
    int32_t *need; /* scratch: R_min */
    int32_t *rbs, *option;
} eswi_cansa_game;

typedef struct eswi_cansa_ending {
    int reason, sweeps, cycle;
} eswi_cansa_ending;

/* What no bid changes: T, how many with R_min = T + 1 are served, and R_rem. */
typedef struct eswi_cansa_phase1_facts {
    int threshold, places, left;
} eswi_cansa_phase1_facts;

/* R_min and the bids (7), as in eswi_cansa_bids; returns the largest bid. */
ESW_FN double eswi_cansa_first_bids(const eswi_cansa_rules *rules, const eswi_cansa_game *g)
{
    const int none = rules->rbs_total + 1;
    double most = 0.0;
    for (int i = 0; i < rules->clients; i++) {
        const int r =
            eswi_cansa_rbs_needed(rules, &rules->guarded, -1, rules->guard_s, g->context[i], g->rate[i]);
        const int lost = r == none;
        double bid = lost || r == 0 ? 0.0 : eswi_cansa_bid(rules, r);
        bid = lost && !rules->as_code ? -1.0 : bid;
        g->need[i] = lost && rules->as_code ? 1 : r;
        g->bid[i] = bid;
        most = bid > most ? bid : most;
    }
    return most;
}

ESW_FN int eswi_cansa_needed_up_to(const eswi_cansa_rules *rules, const eswi_cansa_game *g, int threshold)
{
    int sum = 0;
    for (int i = 0; i < rules->clients; i++)
        sum += g->need[i] <= threshold ? g->need[i] : 0;
    return sum;
}

ESW_FN eswi_cansa_phase1_facts eswi_cansa_find_threshold(const eswi_cansa_rules *rules,
                                                         const eswi_cansa_game *g)
{
    const int total = rules->rbs_total;
    eswi_cansa_phase1_facts facts = {0, 0, 0};
    int step = 1;
    while (step <= total / 2)
        step *= 2;
    for (; step > 0; step /= 2) {
        const int higher = facts.threshold + step;
        if (higher <= total && eswi_cansa_needed_up_to(rules, g, higher) <= total)
            facts.threshold = higher;
    }
    facts.left = total - eswi_cansa_needed_up_to(rules, g, facts.threshold);
    const int edge = facts.threshold + 1;
    for (int i = 0; i < rules->clients; i++) {
        if (g->need[i] == edge && facts.left >= edge) {
            facts.places++;
            facts.left -= edge;
        }
    }
    return facts;
}

/* The RBs that client i gets with a bid against the others' present bids: Phases 1 and 2. */
ESW_FN int eswi_cansa_awarded(const eswi_cansa_rules *rules, const eswi_cansa_game *g,
                              const eswi_cansa_phase1_facts *facts, int i, double bid)
{
    const int need = g->need[i];
    int ahead = 0;
    double sum = 0.0;
    for (int j = 0; j < rules->clients; j++) {
        const double other = j == i ? bid : g->bid[j];
        sum += other > 0.0 ? other : 0.0;
        ahead += j != i && g->need[j] == need && (other > bid || (other == bid && j < i));
    }
    const int served = need <= facts->threshold || (need == facts->threshold + 1 && ahead < facts->places);
    return (served ? need : 0) + (int)(bid / (sum + rules->bid_penalty) * facts->left);
}

/* The extended utility of client i with a bid. */
ESW_FN double eswi_cansa_payoff(const eswi_cansa_rules *rules, const eswi_cansa_game *g,
                                const eswi_cansa_phase1_facts *facts, int i, double bid)
{
    const int rbs = eswi_cansa_awarded(rules, g, facts, i, bid);
    return eswi_cansa_pick(rules, rules->phase3, g->context[i], rbs, g->rate[i]).utility -
           rules->bid_cost * bid * bid;
}

/* One client's best response; returns whether its bid changes. */
ESW_FN int eswi_cansa_respond(const eswi_cansa_rules *rules, const eswi_cansa_game *g,
                              const eswi_cansa_phase1_facts *facts, int i, int points)
{
    double best = g->bid[i], payoff = eswi_cansa_payoff(rules, g, facts, i, best);
    for (int k = 0; k <= points; k++) {
        const double bid = k * rules->nash_step, other = eswi_cansa_payoff(rules, g, facts, i, bid);
        if (other > payoff) {
            best = bid;
            payoff = other;
        }
    }
    const int changed = best != g->bid[i];
    g->bid[i] = best;
    return changed;
}

ESW_FN eswi_cansa_ending eswi_cansa_play(const eswi_cansa_rules *rules, const eswi_cansa_game *g,
                                         const eswi_cansa_phase1_facts *facts, double most)
{
    const double steps = most / rules->nash_step;
    const int points = steps < CANSA_NASH_BIDS_MAX ? (int)steps : CANSA_NASH_BIDS_MAX;
    eswi_cansa_ending end = {CANSA_ENDED_SWEEPS, 0, 0};
    int saved_at = 0, save_next = 1;
    for (int i = 0; i < rules->clients; i++)
        g->saved[i] = g->bid[i];
    while (end.sweeps < rules->nash_sweeps && end.reason == CANSA_ENDED_SWEEPS) {
        int changed = 0, differs = 0;
        for (int i = 0; i < rules->clients; i++)
            changed |= g->bid[i] >= 0.0 && eswi_cansa_respond(rules, g, facts, i, points);
        end.sweeps++;
        for (int i = 0; i < rules->clients; i++)
            differs |= g->bid[i] != g->saved[i];
        if (!changed) {
            end.reason = CANSA_ENDED_FIXPOINT;
        } else if (!differs) {
            end.reason = CANSA_ENDED_CYCLE;
            end.cycle = end.sweeps - saved_at;
        } else if (end.sweeps == save_next) {
            saved_at = end.sweeps;
            save_next *= 2;
            for (int i = 0; i < rules->clients; i++)
                g->saved[i] = g->bid[i];
        }
    }
    return end;
}

/* The whole of it: bids, then the auction with them. */
ESW_FN eswi_cansa_ending eswi_cansa_nash(const eswi_cansa_rules *rules, const eswi_cansa_game *g)
{
    const double largest = eswi_cansa_first_bids(rules, g);
    const eswi_cansa_phase1_facts facts = eswi_cansa_find_threshold(rules, g);
    const double most = rules->nash_bid_max > 0.0 ? rules->nash_bid_max : 2.0 * largest;
    const eswi_cansa_ending end = eswi_cansa_play(rules, g, &facts, most);
    for (int i = 0; i < rules->clients; i++) {
        const int rbs = g->bid[i] >= 0.0 ? eswi_cansa_awarded(rules, g, &facts, i, g->bid[i]) : 0;
        g->option[i] = eswi_cansa_pick(rules, rules->phase3, g->context[i], rbs, g->rate[i]).option;
        g->rbs[i] = eswi_cansa_sends(g->option[i]) ? rbs : 0;
    }
    return end;
}

#endif
