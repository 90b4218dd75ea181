/* CLO: the parameter table and the way from its values to a config. */
#ifndef ESWI_CLO_PARAMS_H
#define ESWI_CLO_PARAMS_H

#include "base/binding.h"
#include "clo/clo.h"

/* Indices into eswi_clo_params, in table order. */
typedef enum {
    CLO_PARAM_PRESET,
    CLO_PARAM_NETWORK,
    CLO_PARAM_TASKS,
    CLO_PARAM_EMPTY_FRACTION,
    CLO_PARAM_SLOTS,
    CLO_PARAM_ARRIVAL_PROBABILITY,
    CLO_PARAM_ARRIVAL_REDRAW_SLOTS,
    CLO_PARAM_ARRIVAL_REDRAW_PROBABILITY,
    CLO_PARAM_ARRIVAL_COMMON,
    CLO_PARAM_PATH_LOSS,
    CLO_PARAM_SLOT,
    CLO_PARAM_UNIT_BITS,
    CLO_PARAM_BANDWIDTH,
    CLO_PARAM_NOISE,
    CLO_PARAM_POWER_MAX,
    CLO_PARAM_LINK_UNITS_MAX,
    CLO_PARAM_NODE_INFERENCES_MAX,
    CLO_PARAM_FRAME_SLOTS,
    CLO_PARAM_V,
    CLO_PARAM_ETA,
    CLO_PARAM_R,
    CLO_PARAM_GAMMA,
    CLO_PARAM_THETA0,
    CLO_PARAM_BETA,
    CLO_PARAM_Z0,
    CLO_PARAM_LO_MINUS_R,
    CLO_PARAM_THETA_GRID,
    CLO_PARAM_AVERAGE_SLOTS,
    CLO_PARAM_BOUND_M,
    CLO_PARAMS
} clo_param;

extern const esw_param eswi_clo_params[CLO_PARAMS];
extern const eswi_bindings eswi_clo_bindings;

static inline const eswi_clo_config *eswi_clo_config_of(const esw_config *config)
{
    return (const eswi_clo_config *)(const void *)config;
}

/* config.c: esw_system.configure and config_free. The config is an eswi_clo_config. */
esw_status eswi_clo_configure(const esw_value *values, const char *base_dir, esw_config **config,
                              esw_error *error);
void eswi_clo_config_free(esw_config *config);

/* esw_system.remark: V eta so large that decisions freeze where F = 1. */
void eswi_clo_remark(const esw_config *config, char *text, size_t size);

/* The second half of configure, shared with JSON documents: given the bound values, network, tasks and rates, checks what a
 * single range cannot and computes the problem, its curves excepted. `lines` [CLO_PARAMS] may be NULL. */
esw_status eswi_clo_config_derive(eswi_clo_config *config, const int *lines, esw_error *error);

/* The arrival probabilities of a number or a list. ESW_BAD_INPUT. */
esw_status eswi_clo_rates_read(const json_t *tree, eswi_clo_config *config, esw_error *error);
json_t *eswi_clo_rates_json(const eswi_clo_config *config);

/* The thresholds of LO: a list. ESW_BAD_INPUT. */
esw_status eswi_clo_thetas_read(const json_t *tree, eswi_clo_config *config, esw_error *error);

#endif
