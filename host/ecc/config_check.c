#include "ecc/config_check.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "ecc/channels.h"
#include "ecc/params.h"

/* Floats end at 1.2e-38 and 3.4e38; what is left is for products and sums over users. */
static const double FLOAT_LOW = 1e-30, FLOAT_HIGH = 1e30;

/* The largest power gain that is drawn: at 1 m or less, times the largest fading -log(2^-24). */
static const double GAIN_MAX = 16.7;

/* ---------------------------------------------------------------- messages */

/* Fails with the line a parameter was set on, where it was set in a file. */
static esw_status __attribute__((format(printf, 4, 5)))
fail_at(const esw_value *values, ecc_param param, esw_error *error, const char *format, ...)
{
    char text[sizeof error->text];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    const int line = values ? values[param].line : 0;
    return line > 0 ? esw_fail(error, ESW_BAD_INPUT, "line %d: %s", line, text)
                    : esw_fail(error, ESW_BAD_INPUT, "%s%s", line < 0 ? "--set: " : "", text);
}

/* The number of a parameter as the user wrote it, or as a document has it. */
static double shown(const eswi_ecc_config *config, const esw_value *values, ecc_param param)
{
    return values ? values[param].real : *(const double *)eswi_ecc_bound_field(config, param);
}

static const char *name_of(const esw_value *values, ecc_param param)
{
    return values ? eswi_ecc_params[param].name : eswi_ecc_bindings[param].json_name;
}

/* "power_max_dbm = 25 dBm (line 7)" into text; returns text. */
static const char *describe(const eswi_ecc_config *config, const esw_value *values, ecc_param param,
                            char text[128])
{
    char number[ESWI_REAL_TEXT], origin[32] = "";
    const char *unit = values ? eswi_ecc_params[param].unit : "";
    if (values && values[param].line > 0) {
        snprintf(origin, sizeof origin, " (line %d)", values[param].line);
    } else if (values) {
        snprintf(origin, sizeof origin, " (%s)", values[param].line < 0 ? "--set" : "default");
    }
    snprintf(text, 128, "%s = %s%s%s%s", name_of(values, param),
             eswi_format_real(shown(config, values, param), number), strcmp(unit, "1") == 0 ? "" : " ",
             strcmp(unit, "1") == 0 ? "" : unit, origin);
    return text;
}

/* Of two parameters that contradict each other, whether the first is the one to name: the one the user set. */
static bool blame_first(const esw_value *values, ecc_param first, ecc_param second)
{
    return !values || values[first].line != 0 || values[second].line == 0;
}

static esw_status fail_order(const eswi_ecc_config *config, const esw_value *values, ecc_param low,
                             ecc_param high, esw_error *error)
{
    char other[128], found[ESWI_REAL_TEXT];
    const bool is_low = blame_first(values, low, high);
    const ecc_param wrong = is_low ? low : high;
    return fail_at(values, wrong, error, "%s%s: found %s, must be at %s %s", values ? "" : "parameters.",
                   name_of(values, wrong), eswi_format_real(shown(config, values, wrong), found),
                   is_low ? "most" : "least", describe(config, values, is_low ? high : low, other));
}

/* ---------------------------------------------------------------- parameters against each other */

static esw_status check_size(const eswi_ecc_config *config, const esw_value *values, esw_error *error)
{
    const long long places = (long long)config->cluster_cap * config->aps * config->subchannels;
    if (config->users <= places) {
        return ESW_OK;
    }
    return fail_at(values, ECC_PARAM_USERS, error,
                   "users: %d do not fit; at most cluster_cap * aps * subchannels = %d * %d * %d = %lld",
                   config->users, config->cluster_cap, config->aps, config->subchannels, places);
}

/* The parameter a power bound of one direction comes from: its own, or the one for both. */
static ecc_param power_param(const eswi_ecc_config *config, const esw_value *values, bool upper, int direction)
{
    static const ecc_param OWN[2][ECC_DIRECTIONS] = {{ECC_PARAM_POWER_MIN_UP, ECC_PARAM_POWER_MIN_DOWN},
                                                     {ECC_PARAM_POWER_MAX_UP, ECC_PARAM_POWER_MAX_DOWN}};
    const double *bound = upper ? config->power_max_w : config->power_min_w;
    const ecc_param own = OWN[upper][direction];
    const bool is_own = values ? values[own].set : bound[ECC_UP] != bound[ECC_DOWN];
    return is_own ? own : upper ? ECC_PARAM_POWER_MAX : ECC_PARAM_POWER_MIN;
}

esw_status eswi_ecc_check_parameters(const eswi_ecc_config *config, const esw_value *values, esw_error *error)
{
    const esw_status status = check_size(config, values, error);
    if (status != ESW_OK) {
        return status;
    }
    for (int d = 0; d < ECC_DIRECTIONS; d++) {
        if (!(config->power_min_w[d] <= config->power_max_w[d])) {
            return fail_order(config, values, power_param(config, values, false, d),
                              power_param(config, values, true, d), error);
        }
    }
    if (!(config->units_min <= config->units_max)) {
        return fail_order(config, values, ECC_PARAM_COMPUTE_UNITS_MIN, ECC_PARAM_COMPUTE_UNITS_MAX, error);
    }
    if (config->weight_time == 0.0 && config->weight_energy == 0.0) {
        char other[128];
        const bool time = blame_first(values, ECC_PARAM_WEIGHT_TIME, ECC_PARAM_WEIGHT_ENERGY);
        const ecc_param wrong = time ? ECC_PARAM_WEIGHT_TIME : ECC_PARAM_WEIGHT_ENERGY;
        return fail_at(values, wrong, error, "%s%s: found 0, must be above 0 where %s",
                       values ? "" : "parameters.", name_of(values, wrong),
                       describe(config, values, time ? ECC_PARAM_WEIGHT_ENERGY : ECC_PARAM_WEIGHT_TIME, other));
    }
    return ESW_OK;
}

/* ---------------------------------------------------------------- single precision */

static bool fits(double value)
{
    return value >= FLOAT_LOW && value <= FLOAT_HIGH;
}

/* The first of some parameters that the user set, else the first. */
static ecc_param first_set(const esw_value *values, const ecc_param *params, size_t n)
{
    for (size_t i = 0; values && i < n; i++) {
        if (values[params[i]].line != 0) {
            return params[i];
        }
    }
    return params[0];
}

static esw_status check_sinr(const eswi_ecc_config *config, const esw_value *values, int direction,
                             esw_error *error)
{
    static const ecc_param BAND[ECC_DIRECTIONS] = {ECC_PARAM_BANDWIDTH_UP, ECC_PARAM_BANDWIDTH_DOWN};
    const double gain_max = config->channels ? config->channels->gain_max[direction] : GAIN_MAX;
    const double sinr = gain_max * config->power_max_w[direction] / config->noise_w[direction];
    if (sinr <= FLOAT_HIGH) {
        return ESW_OK;
    }
    const ecc_param power = power_param(config, values, true, direction);
    const ecc_param involved[] = {ECC_PARAM_NOISE, power, BAND[direction]};
    char noise_text[128], power_text[128], band_text[128];
    if (config->channels) {
        return fail_at(values, ECC_PARAM_GAINS, error,
                       "gains: %s has a gain of %.3g, at which the SINR reaches %.2g with %s and %s; the searches hold at "
                       "most %.0e (single precision): are these linear power gains, not dB?",
                       config->channels->name, gain_max, sinr, describe(config, values, power, power_text),
                       describe(config, values, ECC_PARAM_NOISE, noise_text), FLOAT_HIGH);
    }
    return fail_at(
        values, first_set(values, involved, 3), error,
        "%s, %s and %s over %d subchannels: the SINR reaches %.2g near an AP, the searches hold at most "
        "%.0e (single precision)",
        describe(config, values, ECC_PARAM_NOISE, noise_text), describe(config, values, power, power_text),
        describe(config, values, BAND[direction], band_text), config->subchannels, sinr, FLOAT_HIGH);
}

/* wT seconds + wE joules of a second on the air at `power_w`, and with that of the most or least that a network sends, at 1
 * bit/s/Hz. */
static esw_status check_sending(const eswi_ecc_config *config, const esw_value *values,
                                const eswi_ecc_profile *profile, int direction, bool most, esw_error *error)
{
    static const ecc_param BAND[ECC_DIRECTIONS] = {ECC_PARAM_BANDWIDTH_UP, ECC_PARAM_BANDWIDTH_DOWN};
    const double power_w = (most ? config->power_max_w : config->power_min_w)[direction];
    const double price = config->weight_time + config->weight_energy * power_w;
    double bits = direction == ECC_DOWN ? profile->result_bits : profile->bits[1];
    for (int s = 2; direction == ECC_UP && s < profile->units; s++) {
        const bool further = most ? profile->bits[s] > bits : profile->bits[s] < bits;
        bits = further ? profile->bits[s] : bits;
    }
    const double seconds = bits / config->subchannel_hz[direction];
    if (fits(price) && fits(price * seconds)) {
        return ESW_OK;
    }
    const ecc_param power = power_param(config, values, most, direction);
    const ecc_param involved[] = {ECC_PARAM_WEIGHT_TIME, ECC_PARAM_WEIGHT_ENERGY, power, BAND[direction]};
    char time_text[128], energy_text[128], power_text[128], band_text[128];
    return fail_at(
        values, first_set(values, involved, 4), error,
        "%s, %s, %s, %s over %d subchannels: the utility of sending the %.3g bits of %.40s at 1 bit/s/Hz is %.2g, of a "
        "second of that %.2g, the searches hold %.0e to %.0e (single precision)",
        describe(config, values, ECC_PARAM_WEIGHT_TIME, time_text),
        describe(config, values, ECC_PARAM_WEIGHT_ENERGY, energy_text),
        describe(config, values, power, power_text), describe(config, values, BAND[direction], band_text),
        config->subchannels, bits, profile->name, price * seconds, price, FLOAT_LOW, FLOAT_HIGH);
}

/* wT seconds + wE joules of all FLOPs of a network, on the device or at the edge with its best units. */
static esw_status check_computing(const eswi_ecc_config *config, const esw_value *values,
                                  const eswi_ecc_profile *profile, bool edge, esw_error *error)
{
    static const ecc_param DEVICE[] = {ECC_PARAM_DEVICE_FLOPS, ECC_PARAM_KAPPA_DEVICE, ECC_PARAM_WEIGHT_TIME,
                                       ECC_PARAM_WEIGHT_ENERGY};
    static const ecc_param EDGE[] = {ECC_PARAM_EDGE_UNIT_FLOPS, ECC_PARAM_KAPPA_EDGE, ECC_PARAM_WEIGHT_TIME,
                                     ECC_PARAM_WEIGHT_ENERGY};
    const ecc_param *involved = edge ? EDGE : DEVICE;
    const double seconds = edge ? config->edge_seconds_per_flop : config->device_seconds_per_flop;
    const double joules = edge ? config->edge_joules_per_flop : config->device_joules_per_flop;
    const double flops = profile->flops_before[profile->units],
                 kappa = edge ? config->kappa_edge : config->kappa_device;
    const double time = config->weight_time * seconds * flops, energy = config->weight_energy * joules * flops;
    /* Nothing is right where nothing is weighed; a product that vanishes is not. */
    const bool nothing = config->weight_time == 0.0 && (kappa == 0.0 || config->cycles_per_flop == 0.0);
    if (nothing || fits(time + energy)) {
        return ESW_OK;
    }
    char speed_text[128], kappa_text[128], time_text[128], energy_text[128];
    return fail_at(
        values, first_set(values, involved, 4), error,
        "%s, %s, %s, %s: the utility of computing %.40s %s is %.2g, the searches hold %.0e to %.0e (single "
        "precision)",
        describe(config, values, involved[0], speed_text), describe(config, values, involved[1], kappa_text),
        describe(config, values, involved[2], time_text), describe(config, values, involved[3], energy_text),
        profile->name, edge ? "at the edge" : "on the device", time + energy, FLOAT_LOW, FLOAT_HIGH);
}

esw_status eswi_ecc_check_range(const eswi_ecc_config *config, const esw_value *values, esw_error *error)
{
    esw_status status = ESW_OK;
    for (int d = 0; d < ECC_DIRECTIONS && status == ESW_OK; d++) {
        status = check_sinr(config, values, d, error);
    }
    for (int i = 0; i < config->n_profiles && status == ESW_OK; i++) {
        status = check_computing(config, values, &config->profiles[i], false, error);
        if (status == ESW_OK) {
            status = check_computing(config, values, &config->profiles[i], true, error);
        }
        for (int k = 0; k < 2 * ECC_DIRECTIONS && status == ESW_OK; k++) {
            status = check_sending(config, values, &config->profiles[i], k / 2, k % 2 == 1, error);
        }
    }
    return status;
}
