/* ECC: the parameter table and the way from its values to a config. */
#ifndef ESWI_ECC_PARAMS_H
#define ESWI_ECC_PARAMS_H

#include "ecc/ecc.h"
#include "edgesweep/system.h"

/* The largest dimensions, ends of the table's ranges. */
enum { ECC_APS_MAX = 1024, ECC_USERS_MAX = 16383, ECC_SUBCHANNELS_MAX = 16384 };

/* Indices into eswi_ecc_params, in table order. */
typedef enum {
    ECC_PARAM_PROFILE,
    ECC_PARAM_UPLOAD,
    ECC_PARAM_INFERENCES,
    ECC_PARAM_APS,
    ECC_PARAM_USERS,
    ECC_PARAM_SUBCHANNELS,
    ECC_PARAM_GAINS,
    ECC_PARAM_LAYOUT,
    ECC_PARAM_CELL_RADIUS,
    ECC_PARAM_PATH_LOSS_EXPONENT,
    ECC_PARAM_BANDWIDTH_UP,
    ECC_PARAM_BANDWIDTH_DOWN,
    ECC_PARAM_NOISE,
    ECC_PARAM_NOISE_FIGURE,
    ECC_PARAM_ACCESS,
    ECC_PARAM_READING,
    ECC_PARAM_SPLIT,
    ECC_PARAM_CLUSTER_CAP,
    ECC_PARAM_PAIR_DIRECTIONS,
    ECC_PARAM_POWER_MIN,
    ECC_PARAM_POWER_MAX,
    ECC_PARAM_POWER_MIN_UP,
    ECC_PARAM_POWER_MAX_UP,
    ECC_PARAM_POWER_MIN_DOWN,
    ECC_PARAM_POWER_MAX_DOWN,
    ECC_PARAM_WEIGHT_TIME,
    ECC_PARAM_WEIGHT_ENERGY,
    ECC_PARAM_DEVICE_FLOPS,
    ECC_PARAM_EDGE_UNIT_FLOPS,
    ECC_PARAM_LAMBDA_EXPONENT,
    ECC_PARAM_COMPUTE_UNITS_MIN,
    ECC_PARAM_COMPUTE_UNITS_MAX,
    ECC_PARAM_EDGE_CAPACITY_UNITS,
    ECC_PARAM_KAPPA_DEVICE,
    ECC_PARAM_KAPPA_EDGE,
    ECC_PARAM_CYCLES_PER_FLOP,
    ECC_PARAM_START_SEED,
    ECC_PARAM_MAX_ITERATIONS,
    ECC_PARAM_TOLERANCE,
    ECC_PARAM_LEVELS,
    ECC_PARAM_UNIT_LEVELS,
    ECC_PARAM_SEARCH,
    ECC_PARAM_ASSIGNMENT_FROM,
    ECC_PARAM_MAX_COMBINATIONS,
    ECC_PARAM_GAP,
    ECC_PARAM_MAX_NODES,
    ECC_PARAM_MAX_SECONDS,
    ECC_PARAM_STARTS,
    ECC_PARAMS
} ecc_param;

extern const esw_param eswi_ecc_params[ECC_PARAMS];

/* How a parameter is kept in the config and written in JSON. */
typedef enum {
    ECC_BIND_NONE,     /* profile and gains: kept and written in their own way */
    ECC_BIND_INT,      /* int */
    ECC_BIND_SEED,     /* uint64_t */
    ECC_BIND_BOOL,     /* bool */
    ECC_BIND_CHOICE,   /* an enum, stored as int */
    ECC_BIND_REAL,     /* double, in the table's unit */
    ECC_BIND_DBM,      /* double in W where the table says dBm */
    ECC_BIND_DBM_BOTH, /* the same for both directions: double[2] */
} ecc_binding_kind;

typedef struct eswi_ecc_binding {
    ecc_binding_kind kind;
    size_t offset;         /* into eswi_ecc_config */
    const char *json_name; /* in `solve --json`: SI, so _w where the table says _dbm */
} eswi_ecc_binding;

extern const eswi_ecc_binding eswi_ecc_bindings[ECC_PARAMS];

/* The field of `config` that a binding describes. */
void *eswi_ecc_bound_field(const eswi_ecc_config *config, ecc_param param);

/* config.c: esw_system.configure and config_free. The config is an eswi_ecc_config. */
esw_status eswi_ecc_configure(const esw_value *values, const char *base_dir, esw_config **config,
                              esw_error *error);
void eswi_ecc_config_free(esw_config *config);

/* The values of all parameters left at their defaults; trees are new references that eswi_ecc_values_free
 * drops. */
esw_status eswi_ecc_default_values(esw_value values[ECC_PARAMS], esw_error *error);
void eswi_ecc_values_free(esw_value values[ECC_PARAMS]);

/* Stores all values that are set, profile and gains excepted, in table order: later parameters override earlier
 * ones. */
void eswi_ecc_config_bind(eswi_ecc_config *config, const esw_value values[ECC_PARAMS]);

/* The second half of configure, shared with JSON documents: given a config whose parameters and profiles are
 * set, checks what a single range cannot and computes everything derived. `values` (NULL for a document) are
 * for messages: what the user wrote, and where. On failure the config is still the caller's to free. */
esw_status eswi_ecc_config_derive(eswi_ecc_config *config, const esw_value *values, esw_error *error);

static inline const eswi_ecc_config *eswi_ecc_config_of(const esw_config *config)
{
    return (const eswi_ecc_config *)(const void *)config;
}

#endif
