/* CANSA (an auction for resource blocks): the data its parts share. Equation numbers are those of the CANSA paper.
 *
 * params.c and config.c build a config, options.c its table of options, stage.c draws an instance, the methods fill a
 * decision, account.c scores it, describe.c and read.c write and read JSON. oracle.c reads the same structs' primitive
 * fields and nothing else of this folder.
 *
 * Clients i = 0..N-1. An option is a model (modality, depth) and where it runs (tables.h). Resource blocks are RBs.
 */
#ifndef ESWI_CANSA_H
#define ESWI_CANSA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cansa/rules.h"
#include "cansa/tables.h"
#include "edgesweep/status.h"

/* The order of these enums is the order of `choices` in the parameter table. */
typedef enum { CANSA_SPLIT_RELEASED, CANSA_SPLIT_TABLE1 } cansa_split_bits;
typedef enum { CANSA_LATENCY_MEASURED, CANSA_LATENCY_FLOPS } cansa_latency_source;
typedef enum { CANSA_REPAIRED, CANSA_AS_CODE } cansa_reading;
typedef enum {
    CANSA_ANY_ELSE = 0
} cansa_any; /* `any` comes first: modality, depth and deployment count from 1 */

/* The order of the method table in system.c. */
typedef enum {
    CANSA_AUCTION,
    CANSA_AVERAGE,
    CANSA_PROPORTIONAL,
    CANSA_EQUAL_RATE,
    CANSA_OPTIMUM,
    CANSA_NASH,
    CANSA_METHODS
} cansa_method;

/* One sweep point (or one method of it) with everything resolved. */
typedef struct eswi_cansa_config {
    int clients, rbs_total;
    double latency_max_s;
    double bandwidth_hz, subcarrier_hz, power_w, noise_w_per_hz, noise_figure_db, antenna_gain_db;
    double path_loss_db, path_loss_exponent, shadowing_db, cell_radius_m, max_spectral_efficiency;
    double rb_rate_bps; /* the rate of one RB for everybody; NaN: drawn */
    int context;        /* 0: drawn, else 1 + cansa_context */
    int split_bits, latency_source, reading;
    int modality, depth, deployment; /* 0: any, else 1 + the one allowed */
    double device_flops, edge_flops, joules_per_gflop;
    double accuracy_min_percent; /* of every context; NaN: the table's */
    double accuracy_top;         /* minimum such that this share of the models meets it; NaN: the table's */
    double guard_factor;         /* of L_max when R_min is computed */
    int phase3, objective;       /* cansa_pick, cansa_objective */
    double weight_accuracy, weight_latency, weight_energy, weight_violation; /* w1..w4 of (5) */
    double accuracy_slope, latency_slope;                                    /* k_A per mAP point, k_L per ms */
    double bid_cost, bid_penalty;                                            /* gamma, lambda_0 */
    double nash_step, nash_bid_max; /* nash_bid_max NaN: twice the instance's largest bid (7) */
    int nash_sweeps;
    /* Derived once by config.c with the deterministic functions. */
    int rbs_band;            /* N_RB of (4) */
    double rb_hz;            /* bandwidth / N_RB */
    double snr_log2_at_zero; /* log2 of SINR * PL(d) / fading, where PL is 0 dB */
    double accuracy_min[CANSA_CONTEXTS];
    eswi_cansa_option options[CANSA_OPTIONS];
    bool allowed[CANSA_OPTIONS]; /* by modality, depth and deployment */
    eswi_cansa_rules rules;      /* all that the methods compute with */
} eswi_cansa_config;

/* A scenario as drawn. A view: the arrays live in the caller's block (eswi_cansa_instance_view). */
typedef struct eswi_cansa_instance {
    double *distance_m, *shadowing_db, *fading_power; /* [N] */
    double *rate_per_rb_bps;                          /* [N] c_i */
    int32_t *context;                                 /* [N] cansa_context */
} eswi_cansa_instance;

/* How best-response dynamics ended; part of every decision, shown by name in JSON. */
#define CANSA_REASON_LIST(X)                                \
    X(CANSA_REASON_NONE, "none") /* no dynamics were run */ \
    X(CANSA_REASON_FIXPOINT, "fixpoint")                    \
    X(CANSA_REASON_CYCLE, "cycle")                          \
    X(CANSA_REASON_SWEEPS, "sweep-limit")
typedef enum {
#define X(name, text) name,
    CANSA_REASON_LIST(X)
#undef X
} cansa_reason;

/* What a method reports, per scenario. */
typedef struct eswi_cansa_diagnostics {
    int32_t reason; /* cansa_reason */
    int32_t sweeps; /* of best responses, the last one (without a change) included */
    int32_t cycle;  /* sweeps after which the bids repeat, 0 if they do not */
    int32_t proven; /* 1: the decision is the optimum of config's objective */
} eswi_cansa_diagnostics;

/* A decision. A view like the instance. */
typedef struct eswi_cansa_decision {
    eswi_cansa_diagnostics *diagnostics;
    double *bid;     /* [N], -1: no bid */
    int32_t *rbs;    /* [N] RBs used (9): 0 unless the option sends */
    int32_t *option; /* [N], -1: unserved */
} eswi_cansa_decision;

/* Per-client results of the accountant, each [N]; NULL pointers for what is not wanted. NaN: does not apply. */
typedef struct eswi_cansa_terms {
    double *r_min;     /* least RBs at guard_factor L_max, NaN: none of 0..R_total is enough */
    double *latency_s; /* NaN: unserved */
    double *energy_j, *utility;
    double *accuracy; /* mAP %, NaN: unserved */
} eswi_cansa_terms;

/* The metrics of system.c, in table order. */
typedef enum {
    CANSA_METRIC_SUCCESS,
    CANSA_METRIC_SUCCESS_OF_CONTEXT, /* CANSA_CONTEXTS of them */
    CANSA_METRIC_RBS_USED = CANSA_METRIC_SUCCESS_OF_CONTEXT + CANSA_CONTEXTS,
    CANSA_METRIC_ENERGY,
    CANSA_METRIC_UTILITY,
    CANSA_METRIC_JAIN,
    CANSA_METRIC_LATENCY,
    CANSA_METRIC_ACCURACY,
    CANSA_METRIC_BID,
    CANSA_METRIC_R_MIN,
    CANSA_METRIC_REACHABLE, /* share of clients that some R <= R_total could serve */
    CANSA_METRIC_LOSS,       /* the objective: minus success rate or utility */
    CANSA_METRIC_BOUND,
    CANSA_METRIC_SWEEPS,
    CANSA_METRIC_FIXPOINT,
    CANSA_METRIC_CYCLE,
    CANSA_METRICS
} cansa_metric;

size_t eswi_cansa_instance_bytes(const eswi_cansa_config *config);
size_t eswi_cansa_decision_bytes(const eswi_cansa_config *config);
eswi_cansa_instance eswi_cansa_instance_view(const eswi_cansa_config *config, const void *block);
eswi_cansa_decision eswi_cansa_decision_view(const eswi_cansa_config *config, const void *block);

/* options.c: fills accuracy_min, options, allowed and rules from the primitive fields. */
void eswi_cansa_make_options(eswi_cansa_config *config);

/* stage.c: fills an instance; no libm, no allocation. */
void eswi_cansa_stage(const eswi_cansa_config *config, uint64_t seed, uint64_t scenario,
                      const eswi_cansa_instance *instance);

/* account.c: double-precision score of a decision. `metrics` holds CANSA_METRICS values; it and `terms` may be NULL. */
void eswi_cansa_account(const eswi_cansa_config *config, const eswi_cansa_instance *instance,
                        const eswi_cansa_decision *decision, double *metrics, const eswi_cansa_terms *terms);

/* feasible.c: ESW_OK if the RBs fit and every served client has an option it may use, sends with at least one RB, and
 * meets accuracy and latency; otherwise ESW_CHECK_FAILED with the client, the constraint and the values in *error. */
esw_status eswi_cansa_check(const eswi_cansa_config *config, const eswi_cansa_instance *instance,
                            const eswi_cansa_decision *decision, esw_error *error);

#endif
