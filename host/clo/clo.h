/* CLO (conformal Lyapunov optimisation): the data its parts share. Equation numbers are those of the CLO paper.
 *
 * params.c and config.c build a config, network.c its graph, tasks.c its curves; stage.c draws an instance, the methods
 * (run.h) record a trace, account.c replays it, describe.c and read.c write and read JSON. oracle.c reads the same structs'
 * primitive fields and nothing else of this folder.
 */
#ifndef ESWI_CLO_H
#define ESWI_CLO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "clo/run.h"
#include "edgesweep/status.h"

/* The order of these enums is the order of `choices` in the parameter table. */
typedef enum { CLO_RELEASED, CLO_PAPER } clo_preset;

enum { CLO_NAME_BYTES = 32, CLO_RATES_MAX = 8, CLO_TASKS_MAX = 4096 };

/* The graph by name: a built-in one or the user's. Numbers are in the problem. */
typedef struct eswi_clo_network {
    char name[CLO_NAME_BYTES]; /* "single-hop", "multi-hop", "graph" */
    char node_name[CLO_NODES_MAX][CLO_NAME_BYTES];
    char node_model[CLO_NODES_MAX][CLO_NAME_BYTES]; /* as written; "": none */
    int nodes, devices, links;
    int device_node[CLO_DEVICES_MAX];
    int link_from[CLO_LINKS_MAX], link_to[CLO_LINKS_MAX];
} eswi_clo_network;

/* One sweep point (or one method of it) with everything resolved. */
typedef struct eswi_clo_config {
    int preset, slots, frame_slots;
    double slot_s, unit_bits, bandwidth_hz, noise_w_per_hz, path_loss_db, power_max_w;
    double v, eta, r, gamma, theta0, beta, z0, bound_m;
    int lo_minus_r, link_units_max, node_inferences_max, average_slots;
    int rates; /* arrival probabilities to draw from, one: stationary */
    double rate[CLO_RATES_MAX];
    int redraw_slots; /* 0: never */
    double redraw_probability;
    int rate_common;       /* one rate for all devices */
    double empty_fraction; /* of tasks without an object: loss 0 */
    char tasks[4096];      /* as written: a built-in source or a file */
    eswi_clo_network network;
    char model_name[CLO_MODELS_MAX][CLO_NAME_BYTES];
    double *curves; /* all arrays of problem.tasks, one block */
    eswi_clo_problem problem;
} eswi_clo_config;

/* A scenario as drawn. A view: the arrays live in the caller's block. */
typedef struct eswi_clo_instance {
    float *gain;   /* [T][links] */
    int16_t *task; /* [T][devices], CLO_NO_TASK: nothing arrives */
} eswi_clo_instance;

/* A decision: its method and its trace. A view like the instance. */
typedef struct eswi_clo_decision {
    int32_t *method; /* clo_method: how thresholds follow from the trace */
    eswi_clo_trace trace;
} eswi_clo_decision;

/* Running results of the accountant per frame and device; NULL pointers for what is not wanted. */
typedef struct eswi_clo_terms {
    double *theta;     /* [F][K] used in the frame; LO: mean of its slots' */
    double *z;         /* [F][K] virtual queue in the frame */
    double *loss;      /* [F][K] Lbar_f, NaN: no decisions */
    double *decisions; /* [F][K] N_f */
    double *theta_end; /* [K] after the last frame */
} eswi_clo_terms;

/* The metrics of system.c, in table order. */
typedef enum {
    CLO_METRIC_FNR,             /* mean over devices of the mean loss over deciding frames */
    CLO_METRIC_FNR_WORST,       /* largest over devices */
    CLO_METRIC_PRECISION,       /* 1 - F, mean over decisions */
    CLO_METRIC_ENERGY,          /* mJ per slot */
    CLO_METRIC_POWER,           /* mean radiated power, mW */
    CLO_METRIC_COST,            /* mean over slots of E + eta F */
    CLO_METRIC_ABOVE_VALID,     /* 1: a device's loss exceeds the bound that always holds */
    CLO_METRIC_ABOVE_PAPER,     /* 1: it exceeds (34) with M = 1 */
    CLO_METRIC_ABOVE_ESTIMATED, /* 1: it exceeds (34) with M = bound_m */
    CLO_METRIC_QUEUE,           /* units in all queues, mean over slots */
    CLO_METRIC_DELAY,           /* slots from arrival to decision, mean over decisions */
    CLO_METRIC_DECISIONS,       /* decisions per slot */
    CLO_METRIC_DEPTH,           /* shares of decisions by depth of the node: CLO_DEPTHS of them */
    CLO_METRIC_THETA_MAX = CLO_METRIC_DEPTH + 4, /* largest threshold used */
    CLO_METRIC_FRAMES,                           /* frames that decided something, mean over devices */
    CLO_METRIC_IDENTITY, /* largest |sum (Lbar - r) - (theta_0 - theta_F) / gamma| over devices; NaN without (30) */
    CLO_METRICS
} clo_metric;

enum { CLO_DEPTHS = 4 };

/* The series of system.c: values up to and including a frame unless said otherwise. */
typedef enum {
    CLO_SERIES_FNR,
    CLO_SERIES_FNR_WORST,
    CLO_SERIES_ABOVE_VALID,
    CLO_SERIES_ABOVE_PAPER,
    CLO_SERIES_ABOVE_ESTIMATED,
    CLO_SERIES_THETA,     /* in the frame, mean over devices */
    CLO_SERIES_ENERGY,    /* in the frame, mJ per slot */
    CLO_SERIES_PRECISION, /* in the frame; NaN: no decisions */
    CLO_SERIES_QUEUE,     /* at its end */
    CLO_SERIES
} clo_series;

/* The per-device fields of system.c. */
typedef enum {
    CLO_FIELD_FNR,
    CLO_FIELD_THETA_END,
    CLO_FIELD_FRAMES,
    CLO_FIELD_DECISIONS,
    CLO_FIELD_QUEUED, /* units undecided at the end */
    CLO_FIELDS
} clo_field;

static inline int eswi_clo_frames(const eswi_clo_config *config)
{
    return config->slots / config->frame_slots;
}

/* Doubles of eswi_clo_config.curves. */
static inline size_t eswi_clo_curves_count(int tasks, int models)
{
    return (size_t)tasks * ((size_t)models * (5 + CLO_THETAS_MAX) + 1);
}

/* Makes `curves` the config's, problem.tasks' arrays leading into it; their contents are whose block it is. */
static inline void eswi_clo_curves_lay_out(eswi_clo_config *config, double *curves)
{
    eswi_clo_tasks *t = &config->problem.tasks;
    const size_t pairs = (size_t)t->tasks * (size_t)t->models;
    config->curves = curves;
    t->m1 = curves;
    t->s1 = t->m1 + pairs;
    t->m0 = t->s1 + pairs;
    t->s0 = t->m0 + pairs;
    t->m0_predicted = t->s0 + pairs;
    t->odds = t->m0_predicted + pairs;
    t->f_grid = t->odds + t->tasks;
}

/* blocks.c */
size_t eswi_clo_instance_bytes(const eswi_clo_config *config);
size_t eswi_clo_decision_bytes(const eswi_clo_config *config);
eswi_clo_instance eswi_clo_instance_view(const eswi_clo_config *config, const void *block);
eswi_clo_decision eswi_clo_decision_view(const eswi_clo_config *config, const void *block);
eswi_clo_draws eswi_clo_draws_of(const eswi_clo_instance *instance);

/* Bytes of the state's lists, and a state with them in `block` (64-byte aligned). */
size_t eswi_clo_state_bytes(const eswi_clo_config *config);
void eswi_clo_state_view(const eswi_clo_config *config, void *block, eswi_clo_state *state);

/* network.c: a built-in name or a graph {nodes: [...], links: [...]}. ESW_BAD_INPUT. */
esw_status eswi_clo_network_read(const json_t *tree, eswi_clo_network *network, esw_error *error);
json_t *eswi_clo_network_json(const eswi_clo_network *network);

/* tasks.c: fills problem.tasks, problem.node_model and model_name from config->tasks (a built-in source or a file,
 * relative to base_dir), the network and the threshold grid. ESW_BAD_INPUT, ESW_IO, ESW_NO_MEMORY. */
esw_status eswi_clo_tasks_load(eswi_clo_config *config, const char *base_dir, esw_error *error);

/* The same from a list of model names, as a document has it: room for the curves of `tasks` tasks. */
esw_status eswi_clo_tasks_room(eswi_clo_config *config, const char *const *models, int n_models, int tasks,
                               esw_error *error);

/* Checks the curves and computes LO's tables from them. ESW_BAD_INPUT. */
esw_status eswi_clo_tasks_finish(eswi_clo_config *config, esw_error *error);

/* stage.c: fills an instance; no libm, no allocation. */
void eswi_clo_stage(const eswi_clo_config *config, uint64_t seed, uint64_t scenario,
                    const eswi_clo_instance *instance);

/* eswi_clo_run, compiled for an instruction set. */
typedef void eswi_clo_runner(const eswi_clo_problem *problem, int method, const eswi_clo_draws *draws,
                             eswi_clo_state *state, const eswi_clo_trace *trace);

/* solve.c: a whole realisation; `state_block` has eswi_clo_state_bytes and is scratch. */
void eswi_clo_solve(eswi_clo_runner *run, clo_method method, const eswi_clo_config *config,
                    const void *instance_block, void *state_block, void *decision_block);

/* account.c: replays a trace. Any of metrics [CLO_METRICS], fields [CLO_FIELDS][devices], series [CLO_SERIES][frames] and
 * terms may be NULL. ESW_CHECK_FAILED with slot, constraint and values in *error if the trace breaks (10)-(22); no other
 * failure. Allocates its queues: ESW_NO_MEMORY. */
typedef struct eswi_clo_scores {
    double *metrics, *fields, *series;
    const eswi_clo_terms *terms;
} eswi_clo_scores;
esw_status eswi_clo_account(const eswi_clo_config *config, const eswi_clo_instance *instance,
                            const eswi_clo_decision *decision, const eswi_clo_scores *scores, esw_error *error);

#endif
