/* CANSA: what the methods compute with beyond a scenario's rates and contexts, as one plain block that a device can
 * hold. options.c fills it. */
#ifndef ESWI_CANSA_RULES_H
#define ESWI_CANSA_RULES_H

#include <stdint.h>

#include "cansa/tables.h"

typedef enum { CANSA_PICK_ENERGY, CANSA_PICK_UTILITY } cansa_pick;
typedef enum { CANSA_SUCCESS_COUNT, CANSA_TOTAL_UTILITY } cansa_objective;

enum {
    CANSA_ROW = 8,            /* contexts in a row of a table, padded: one cache line of doubles */
    CANSA_CLIENTS_MAX = 4096, /* ends of the parameter table's ranges */
    CANSA_RBS_MAX = 4096,
    CANSA_NASH_BIDS_MAX = 10000, /* of a grid of bids, whatever step and largest bid say */
};

/* One way to run one model. */
typedef struct eswi_cansa_option {
    double compute_s; /* device and edge together */
    double bits;      /* to send; 0 on the device */
    double mflop;     /* operations on the device, 10^6 */
    double energy_j;  /* of the device (C8) */
} eswi_cansa_option;

/* The options that each context may use, [k][context]; beyond count[context] compute_s is infinite. */
typedef struct eswi_cansa_list {
    int32_t count[CANSA_ROW], most;
    double compute_s[CANSA_OPTIONS][CANSA_ROW], bits[CANSA_OPTIONS][CANSA_ROW];
    double gain[CANSA_OPTIONS][CANSA_ROW];   /* w1 sigma_A - w3 E of (5): the part that no RB changes */
    int32_t group[CANSA_OPTIONS][CANSA_ROW]; /* index into the context's energy levels */
    int32_t option[CANSA_OPTIONS][CANSA_ROW];
} eswi_cansa_list;

/* The rate that the least demanding of some options needs to be done in time, per context. `margin`: closer than this
 * (relative) to a whole number of RBs, rounding decides, and the options are tried one by one. */
typedef struct eswi_cansa_need {
    double rate_bps[CANSA_ROW]; /* infinite: none can */
    double margin[CANSA_ROW];
    int32_t local[CANSA_ROW]; /* 1: one of them is in time without any RB */
} eswi_cansa_need;

typedef struct eswi_cansa_rules {
    int32_t clients, rbs_total, as_code;
    int32_t phase3, objective; /* cansa_pick, cansa_objective */
    double latency_max_s, guard_s, latency_max_ms;
    double weight_latency, weight_violation, latency_slope;
    double bid_cost, bid_penalty;
    double nash_step, nash_bid_max;
    int32_t nash_sweeps;
    eswi_cansa_need guarded;   /* all options of a context, at guard_s */
    eswi_cansa_list by_energy; /* ascending energy, then index; without options that another one always beats */
    eswi_cansa_list by_utility; /* ascending index */
    int32_t groups[CANSA_ROW];  /* energy levels of a context, ascending */
    double group_mflop[CANSA_OPTIONS][CANSA_ROW];
    eswi_cansa_need group[CANSA_OPTIONS]; /* the options of one level, at latency_max_s */
} eswi_cansa_rules;

#endif
