/* CANSA: the parameter table and the way from its values to a config. */
#ifndef ESWI_CANSA_PARAMS_H
#define ESWI_CANSA_PARAMS_H

#include "base/binding.h"
#include "cansa/cansa.h"
#include "edgesweep/system.h"

/* Indices into the table, in its order. */
typedef enum {
    CANSA_PARAM_CLIENTS,
    CANSA_PARAM_RBS_TOTAL,
    CANSA_PARAM_LATENCY_MAX,
    CANSA_PARAM_CONTEXT,
    CANSA_PARAM_RB_RATE,
    CANSA_PARAM_BANDWIDTH,
    CANSA_PARAM_SUBCARRIER,
    CANSA_PARAM_POWER,
    CANSA_PARAM_ANTENNA_GAIN,
    CANSA_PARAM_NOISE,
    CANSA_PARAM_NOISE_FIGURE,
    CANSA_PARAM_PATH_LOSS,
    CANSA_PARAM_PATH_LOSS_EXPONENT,
    CANSA_PARAM_SHADOWING,
    CANSA_PARAM_CELL_RADIUS,
    CANSA_PARAM_MAX_SPECTRAL_EFFICIENCY,
    CANSA_PARAM_READING,
    CANSA_PARAM_SPLIT_BITS,
    CANSA_PARAM_LATENCY_SOURCE,
    CANSA_PARAM_DEVICE_FLOPS,
    CANSA_PARAM_EDGE_FLOPS,
    CANSA_PARAM_JOULES_PER_GFLOP,
    CANSA_PARAM_MODALITY,
    CANSA_PARAM_DEPTH,
    CANSA_PARAM_DEPLOYMENT,
    CANSA_PARAM_ACCURACY_MIN,
    CANSA_PARAM_ACCURACY_TOP,
    CANSA_PARAM_GUARD_FACTOR,
    CANSA_PARAM_PHASE3,
    CANSA_PARAM_OBJECTIVE,
    CANSA_PARAM_WEIGHT_ACCURACY,
    CANSA_PARAM_WEIGHT_LATENCY,
    CANSA_PARAM_WEIGHT_ENERGY,
    CANSA_PARAM_WEIGHT_VIOLATION,
    CANSA_PARAM_ACCURACY_SLOPE,
    CANSA_PARAM_LATENCY_SLOPE,
    CANSA_PARAM_BID_COST,
    CANSA_PARAM_BID_PENALTY,
    CANSA_PARAM_NASH_STEP,
    CANSA_PARAM_NASH_BID_MAX,
    CANSA_PARAM_NASH_SWEEPS,
    CANSA_PARAMS
} cansa_param;

extern const esw_param eswi_cansa_params[CANSA_PARAMS];
extern const eswi_bindings eswi_cansa_bindings;

/* config.c: esw_system.configure, config_free and config_from_json. The config is an eswi_cansa_config. */
esw_status eswi_cansa_configure(const esw_value *values, const char *base_dir, esw_config **config,
                                esw_error *error);
void eswi_cansa_config_free(esw_config *config);
esw_status eswi_cansa_config_from_json(const json_t *document, const char *base_dir, esw_config **config,
                                       esw_error *error);

static inline const eswi_cansa_config *eswi_cansa_config_of(const esw_config *config)
{
    return (const eswi_cansa_config *)(const void *)config;
}

#endif
