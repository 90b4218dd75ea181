/* CANSA: from parameter values to a config that is ready to compute with. */
#include <stdio.h>
#include <stdlib.h>

#include "base/detmath.h"
#include "cansa/params.h"

/* Comparisons of bids in one scenario of `nash` that one may ask for: some tens of seconds. */
#define NASH_WORK_MAX 2e10

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

/* Settings of `nash` that would keep a scenario busy for minutes: a sweep tries every bid for every client against all
 * others. The largest bid (7) is at most 4/27 R_total N / L_max, at R_min = 2/3 R_total. */
static esw_status check_game(const eswi_cansa_config *config, const esw_value *values, esw_error *error)
{
    const double largest = 4.0 / 27.0 * config->rbs_total * config->clients / (config->latency_max_s * 1000.0);
    const double most = config->nash_bid_max > 0.0 ? config->nash_bid_max : 2.0 * largest;
    const double bids = most / config->nash_step, clients = config->clients;
    const double work = (bids + 1.0) * clients * clients * config->nash_sweeps;
    const esw_value *step = &values[CANSA_PARAM_NASH_STEP], *sweeps = &values[CANSA_PARAM_NASH_SWEEPS];
    const int line = step->line > 0 ? step->line : values[CANSA_PARAM_NASH_BID_MAX].line;
    char place[32] = "";
    if (line <= 0 && sweeps->line <= 0)
        return ESW_OK; /* nobody asked for anything */
    snprintf(place, sizeof place, "line %d: ", line > 0 ? line : sweeps->line);
    if (bids > CANSA_NASH_BIDS_MAX)
        return esw_fail(
            error, ESW_BAD_INPUT,
            "%snash_step: bids up to %g in steps of %g are %.3g bids; at most %d: take a larger nash_step or a "
            "smaller nash_bid_max",
            place, most, config->nash_step, bids, CANSA_NASH_BIDS_MAX);
    if (work > NASH_WORK_MAX)
        return esw_fail(
            error, ESW_BAD_INPUT,
            "%snash_sweeps: %d sweeps of %d clients over %.0f bids are %.2g comparisons of bids in a scenario; at "
            "most %.0g: take a larger nash_step or fewer nash_sweeps",
            place, config->nash_sweeps, config->clients, bids + 1.0, work, NASH_WORK_MAX);
    return ESW_OK;
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
    esw_status status = derive(made, values[CANSA_PARAM_BANDWIDTH].line, error);
    if (!status)
        status = check_game(made, values, error);
    return finish(made, status, config);
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
