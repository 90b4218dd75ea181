/* CANSA: from parameter values to a config that is ready to compute with. */
#include <stdio.h>
#include <stdlib.h>

#include "base/detmath.h"
#include "cansa/params.h"

static esw_status check_band(const eswi_cansa_config *config, int line, esw_error *error)
{
    const double blocks = config->bandwidth_hz / (12.0 * config->subcarrier_hz);
    char place[32] = "";
    if (line > 0)
        snprintf(place, sizeof place, "line %d: ", line);
    return blocks >= 1.0 && blocks <= 1e9
               ? ESW_OK
               : esw_fail(error, ESW_BAD_INPUT,
                          "%sbandwidth_hz: %g Hz hold %g RBs of 12 subcarriers of %g Hz; 1 to 1e9 are needed",
                          place, config->bandwidth_hz, blocks, config->subcarrier_hz);
}

/* N_RB of (4), and log2 of the SINR where path loss is 0 dB and fading 1: power spread over the band, noise of the
 * band (C2). */
static void derive_radio(eswi_cansa_config *config)
{
    config->rbs_band = (int)(config->bandwidth_hz / (12.0 * config->subcarrier_hz));
    config->rb_hz = config->bandwidth_hz / config->rbs_band;
    const double gain_db = config->antenna_gain_db - config->noise_figure_db - config->path_loss_db;
    config->snr_log2_at_zero = eswi_log2(config->power_w / (config->noise_w_per_hz * config->bandwidth_hz)) +
                               gain_db * 0x1.542a5a12e1c5ap-2; /* log2(10) / 10 */
}

static void derive_rules(eswi_cansa_config *config)
{
    eswi_cansa_rules *rules = &config->rules;
    rules->clients = config->clients;
    rules->rbs_total = config->rbs_total;
    rules->as_code = config->reading == CANSA_AS_CODE;
    rules->phase3 = config->phase3;
    rules->objective = config->objective;
    rules->latency_max_s = config->latency_max_s;
    rules->guard_s = config->guard_factor * config->latency_max_s;
    rules->latency_max_ms = config->latency_max_s * 1000.0;
    rules->weight_latency = config->weight_latency;
    rules->weight_violation = config->weight_violation;
    rules->latency_slope = config->latency_slope;
    rules->bid_cost = config->bid_cost;
    rules->bid_penalty = config->bid_penalty;
    rules->nash_step = config->nash_step;
    rules->nash_bid_max = config->nash_bid_max;
    rules->nash_sweeps = config->nash_sweeps;
    eswi_cansa_make_options(config);
}

static esw_status derive(eswi_cansa_config *config, int line, esw_error *error)
{
    const esw_status status = check_band(config, line, error);
    if (!status) {
        derive_radio(config);
        derive_rules(config);
    }
    return status;
}

/* Hands `made` over, or frees it. */
static esw_status finish(eswi_cansa_config *made, esw_status status, esw_config **config)
{
    if (status)
        free(made);
    else
        *config = (esw_config *)made;
    return status;
}

esw_status eswi_cansa_configure(const esw_value *values, const char *base_dir, esw_config **config,
                                esw_error *error)
{
    (void)base_dir; /* no parameter names a file */
    eswi_cansa_config *made = calloc(1, sizeof *made);
    if (!made)
        return esw_fail(error, ESW_NO_MEMORY, "cansa: out of memory");
    eswi_bind_values(&eswi_cansa_bindings, values, made);
    return finish(made, derive(made, values[CANSA_PARAM_BANDWIDTH].line, error), config);
}

esw_status eswi_cansa_config_from_json(const json_t *document, const char *base_dir, esw_config **config,
                                       esw_error *error)
{
    (void)base_dir;
    eswi_cansa_config *made = calloc(1, sizeof *made);
    if (!made)
        return esw_fail(error, ESW_NO_MEMORY, "cansa: out of memory");
    esw_status status =
        eswi_bound_read(&eswi_cansa_bindings, json_object_get(document, "parameters"), made, error);
    if (!status)
        status = derive(made, 0, error);
    return finish(made, status, config);
}

void eswi_cansa_config_free(esw_config *config)
{
    free(config);
}
