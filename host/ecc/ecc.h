/* ECC (split inference over NOMA): the data its parts share. Equation numbers are those of the ECC paper.
 *
 * params.c builds a config, stage.c draws an instance, the methods fill a decision, account.c scores it, describe.c
 * writes and reads JSON. oracle.c reads the same structs and nothing else of this folder.
 *
 * Direction index d: 0 = uplink, 1 = downlink. Users u = 0..U-1, APs n = 0..N-1, subchannels m = 0..M-1.
 * Splits are 1..F: unit 1 is the input itself, so s = 1 uploads the picture and s = F keeps everything local.
 */
#ifndef ESWI_ECC_H
#define ESWI_ECC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "edgesweep/status.h"

enum { ECC_UP = 0, ECC_DOWN = 1, ECC_DIRECTIONS = 2 };

/* The order of these enums is the order of `choices` in the parameter table. */
typedef enum { ECC_NOMA, ECC_OMA, ECC_OMA_IN_CELL } ecc_access;
typedef enum { ECC_REPAIRED, ECC_PUBLISHED } ecc_reading;
typedef enum { ECC_SPLIT_COMMON, ECC_SPLIT_PER_USER } ecc_split;
typedef enum { ECC_USERS_AROUND_AP, ECC_UNIFORM } ecc_layout;
typedef enum { ECC_UPLOAD_SOURCE, ECC_UPLOAD_NETWORK } ecc_upload;

typedef enum { ECC_SEARCH_TABLE, ECC_SEARCH_SCAN } ecc_search;
/* Whose assignment an optimum is searched for: from ECC_FROM_GD on that of a method, but for the last one, which no
 * parameter names: that of the decision in whose place the answer comes. */
typedef enum {
    ECC_FROM_RULE_A,
    ECC_FROM_ALL,
    ECC_FROM_GD,
    ECC_FROM_LI_GD,
    ECC_FROM_JOINT,
    ECC_FROM_DECISION
} ecc_assignment_from;

/* The order of the method table in system.c. */
typedef enum {
    ECC_DEVICE_ONLY,
    ECC_EDGE_ONLY,
    ECC_NEUROSURGEON,
    ECC_DNN_SURGERY,
    ECC_GRID,
    ECC_GD,
    ECC_LI_GD,
    ECC_GRID_OPTIMUM,
    ECC_CERTIFIED,
    ECC_JOINT,
    ECC_METHODS
} ecc_method;

/* A chain of F units. `bits[s]` is what a split after unit s uploads (bits[0] unused, bits[F] never sent). */
typedef struct eswi_ecc_profile {
    char name[64];
    int units;            /* F >= 2 */
    double *flops;        /* [F+1]: flops[s] of unit s, flops[0] = 0 */
    double *flops_before; /* [F+1]: sum of flops[1..s]; [F] is the whole network */
    double *flops_after;  /* [F+1]: sum of flops[s+1..F], which a difference of the others would cancel */
    double *bits;         /* [F+1] */
    double result_bits;   /* m_i, downloaded when s < F */
} eswi_ecc_profile;

/* Channels from a file: ecc/channels.h. */
typedef struct eswi_ecc_channels eswi_ecc_channels;

/* One sweep point (or one method of it) with everything resolved: SI units, linear scale. */
typedef struct eswi_ecc_config {
    int aps, users, subchannels, cluster_cap;
    int inferences;                        /* K of every user: the profiles hold the work and data of all K */
    ecc_access access;
    ecc_reading reading;
    ecc_split split;
    ecc_layout layout;
    ecc_upload upload;
    bool pair_directions;                  /* the downlink uses the uplink's subchannel */
    double bandwidth_hz[ECC_DIRECTIONS];   /* B, the whole band */
    double subchannel_hz[ECC_DIRECTIONS];  /* b = B / M */
    double noise_w_per_hz;                 /* N0 */
    double noise_figure_db;
    double noise_w[ECC_DIRECTIONS];        /* b * N0 * noise figure */
    double path_loss_exponent, cell_radius_m;
    double power_min_w[ECC_DIRECTIONS], power_max_w[ECC_DIRECTIONS];
    double weight_time, weight_energy;     /* wT, wE of (19) */
    double device_flops;                   /* c_i, FLOP/s */
    double edge_unit_flops;                /* c_min, FLOP/s of one compute unit */
    double lambda_exponent;                /* lambda(r) = r^lambda_exponent */
    double units_min, units_max;           /* r range */
    double edge_capacity_units;            /* r_total per AP, dnn-surgery only */
    double kappa_device, kappa_edge;       /* xi_i, xi_e */
    double cycles_per_flop;                /* phi, energy only */
    uint64_t start_seed;                   /* descent: 0 = the start by own gain, else the seed of a random one */
    int grid_power_levels, grid_unit_levels; /* methods grid and grid-optimum */
    ecc_search search;                     /* grid-optimum */
    ecc_assignment_from assignment_from;   /* grid-optimum, certified */
    double max_combinations;               /* grid-optimum */
    double gap;                            /* certified, relative */
    int max_nodes;                         /* certified, per scenario */
    double max_seconds;                    /* certified, per scenario; 0: no limit */
    int starts;                            /* joint: assignments it starts from */
    int max_iterations;                    /* descent, per split */
    double tolerance;                      /* descent: relative gain of five accepted points below which it stops */
    double (*ap_xy_m)[2];                  /* [N] */
    eswi_ecc_profile *profiles;            /* more than one: each user draws one */
    int n_profiles;
    const eswi_ecc_channels *channels;     /* what scenarios are taken from; NULL: they are drawn */
    int max_units;                         /* the largest F */
    /* Derived once by params.c with the deterministic functions. */
    double best_units;                     /* r* of Structure point 1, the same for every split */
    double edge_seconds_per_flop;          /* 1 / (lambda(r*) c_min) */
    double edge_joules_per_flop;           /* kappa_edge (lambda(r*) c_min)^2 phi */
    double device_seconds_per_flop, device_joules_per_flop;
} eswi_ecc_config;

/* A scenario as drawn. A view: the arrays live in the caller's block (eswi_ecc_instance_view). */
typedef struct eswi_ecc_instance {
    int32_t *ap_of_user;               /* [U] */
    int32_t *profile_of_user;          /* [U] */
    double *distance_m;                /* [U][N]; NaN where a file of channels does not say */
    float *gain[ECC_DIRECTIONS];       /* [U][N][M] power gains |h|^2, |H|^2, linear */
} eswi_ecc_instance;

/* Why a descent ended; part of every decision, shown by name in JSON. */
#define ECC_REASON_LIST(X)                                                                                   \
    X(ECC_REASON_NONE, "none") /* nothing was descended */                                                   \
    X(ECC_REASON_CONVERGED, "converged")                                                                     \
    X(ECC_REASON_ITERATIONS, "iteration-limit")                                                              \
    X(ECC_REASON_STALLED, "stalled") /* the line search found no better point */                             \
    X(ECC_REASON_OPTIMUM, "optimum") /* of its grid */                                                       \
    X(ECC_REASON_GAP, "gap")         /* the bound is within the gap asked for */                             \
    X(ECC_REASON_NODES, "node-limit")                                                                        \
    X(ECC_REASON_TIME, "time-limit")                                                                         \
    X(ECC_REASON_TOO_LARGE, "too-large") /* without a bound nothing was searched, else parts not exactly */   \
    X(ECC_REASON_FIXPOINT, "fixpoint")   /* no move helps */
typedef enum {
#define X(name, text) name,
    ECC_REASON_LIST(X)
#undef X
} ecc_reason;

/* What an optimum is one of. */
typedef enum { ECC_SCOPE_NONE, ECC_SCOPE_FIXED, ECC_SCOPE_ALL } ecc_scope;

/* What a descent reports, per scenario. `first`: the first split tried; `later`: the sum over the others. */
typedef struct eswi_ecc_diagnostics {
    int32_t iterations, evaluations;
    int32_t evaluations_first, evaluations_later, layers_later;
    int32_t evaluations_final;      /* of the power pass with fixed subchannels */
    int32_t unconverged_layers;     /* splits whose descent ended for another reason than convergence */
    int32_t reason;                 /* ecc_reason of the split that was chosen */
    int32_t unrounded;              /* users without a subchannel of beta > 0.5, or with several, before rounding */
    int32_t common_split;           /* the j chosen, or gone on from by `split: per-user`; 0 if none */
    float gradient_norm;            /* projected-gradient norm (max) at the chosen split's point */
    float relaxed_value;            /* sum of utilities before rounding at the chosen split, 0 if none */
    int32_t scope;                  /* of an optimum: ecc_scope */
    int32_t nodes;                  /* boxes bounded, elements searched */
    double bound;                   /* proved: no decision in the scope has a smaller sum of utilities; 0 if none */
    int32_t access;                 /* ecc_access the decision is meant for and accounted under */
} eswi_ecc_diagnostics;

/* A decision. A view like the instance. A local user (split = F) keeps its assigned subchannel but sends nothing:
 * power and units are 0 there and wherever unused. assigned = -1: no subchannel (then split must be F). */
typedef struct eswi_ecc_decision {
    eswi_ecc_diagnostics *diagnostics;
    double *power_w[ECC_DIRECTIONS];      /* [U] */
    double *compute_units;                /* [U] */
    int32_t *split;                       /* [U] */
    int32_t *assigned[ECC_DIRECTIONS];    /* [U] */
} eswi_ecc_decision;

/* Per-user results of the accountant, each [U]; pass NULL pointers for what is not wanted. */
typedef struct eswi_ecc_terms {
    double *sinr[ECC_DIRECTIONS];
    double *rate_bps[ECC_DIRECTIONS];
    double *latency_s, *energy_j, *utility;
} eswi_ecc_terms;

/* The metrics of system.c, in table order. */
typedef enum {
    ECC_METRIC_LATENCY,     /* latency_s: mean over users */
    ECC_METRIC_ENERGY,      /* energy_j: mean over users */
    ECC_METRIC_UTILITY,     /* utility: mean over users, the objective (20) over U */
    ECC_METRIC_OFFLOADED,   /* share of users with s < F */
    ECC_METRIC_SPLIT,       /* mean split */
    ECC_METRIC_ITERATIONS,
    ECC_METRIC_EVALUATIONS,
    ECC_METRIC_EVALUATIONS_FIRST,
    ECC_METRIC_EVALUATIONS_LATER, /* per later layer */
    ECC_METRIC_UNCONVERGED,       /* 1 if any layer's descent did not converge */
    ECC_METRIC_UNROUNDED,         /* users that rounding had to repair */
    ECC_METRIC_GRADIENT_NORM,
    ECC_METRIC_BOUND,             /* certified lower bound on the utility, NaN where there is none */
    ECC_METRIC_GAP,               /* (utility - bound) / utility */
    ECC_METRIC_NODES,
    ECC_METRIC_REASON,            /* an ecc_reason */
    ECC_METRICS
} ecc_metric;

#ifdef __cplusplus
extern "C" {
#endif

/* Blocks of memory; ecc/blocks.h has the same as inline functions, for devices too. */
size_t eswi_ecc_instance_bytes(const eswi_ecc_config *config);
size_t eswi_ecc_decision_bytes(const eswi_ecc_config *config);
eswi_ecc_instance eswi_ecc_instance_view(const eswi_ecc_config *config, const void *block);
eswi_ecc_decision eswi_ecc_decision_view(const eswi_ecc_config *config, const void *block);

/* stage.c: fills an instance, drawn or from config->channels; no libm, no allocation. */
void eswi_ecc_stage(const eswi_ecc_config *config, uint64_t seed, uint64_t scenario, const eswi_ecc_instance *instance);

/* blocks.c: every user local and unassigned, diagnostics zero but for `access`: the state a solver starts from. */
void eswi_ecc_decision_reset(const eswi_ecc_config *config, const eswi_ecc_instance *instance, ecc_access access,
                             const eswi_ecc_decision *decision);

/* blocks.c: clamps powers and compute units of offloading users to the boxes of (18c), (18d) and zeroes them for local
 * users; for solvers that search in single precision and must hand over a decision inside the double boxes. */
void eswi_ecc_decision_clamp(const eswi_ecc_config *config, const eswi_ecc_instance *instance,
                             const eswi_ecc_decision *decision);

/* baselines.c: the access a method plans for and is scored under: OMA for neurosurgeon and dnn-surgery, else config's. */
ecc_access eswi_ecc_method_access(const eswi_ecc_config *config, ecc_method method);

/* account.c: double-precision score of a decision, (5)-(19) under the decision's access and config's reading. `metrics`
 * holds ECC_METRICS values; it and `terms` may be NULL. No allocation; O(sum over (direction, subchannel) of the square
 * of the users there). Returns the sum of utilities (20). */
double eswi_ecc_account(const eswi_ecc_config *config, const eswi_ecc_instance *instance,
                        const eswi_ecc_decision *decision, double *metrics, const eswi_ecc_terms *terms);

/* account.c: evaluations per later split, the metric evaluations_later. */
double eswi_ecc_evaluations_later(const eswi_ecc_diagnostics *diagnostics);

/* account.c: true if a method left a scenario alone because it is too large: there is a decision, everybody local, and
 * it has no metrics. */
bool eswi_ecc_is_unsearched(const eswi_ecc_diagnostics *diagnostics);

/* feasible.c: NULL if the decision keeps (18a)-(18f), the cluster cap and pair_directions; otherwise a text naming
 * constraint, user, value and bound, written into *error. */
esw_status eswi_ecc_check(const eswi_ecc_config *config, const eswi_ecc_instance *instance,
                          const eswi_ecc_decision *decision, esw_error *error);

/* baselines.c: device-only, edge-only, neurosurgeon, dnn-surgery. `scratch` is 64-byte aligned, of the size given. */
size_t eswi_ecc_baseline_scratch_bytes(const eswi_ecc_config *config);
void eswi_ecc_solve_baseline(ecc_method method, const eswi_ecc_config *config, const eswi_ecc_instance *instance,
                             void *scratch, const eswi_ecc_decision *decision);

/* assign.c, rule A of the model text: users of each AP in index order, each the least-loaded subchannel below the cap,
 * then the best own gain, then the lowest index; -1 when none is left. `load` is scratch of N*M ints. */
void eswi_ecc_assign_rule_a(const eswi_ecc_config *config, const eswi_ecc_instance *instance, int32_t *load,
                            int32_t *const assigned[ECC_DIRECTIONS]);

#ifdef __cplusplus
}
#endif

#endif
