/* ECC: from parameter values to a config that is ready to compute with. */
#include "ecc/params.h"

#include <stdlib.h>
#include <string.h>

#include "base/binding.h"
#include "base/detmath.h"
#include "base/fileio.h"
#include "base/text.h"
#include "ecc/channels.h"
#include "ecc/config_check.h"
#include "ecc/cost.h"
#include "ecc/profile.h"

static const double SQUARE_M = 1000.0; /* side of the square the APs stand in */

/* ---------------------------------------------------------------- values */

static void bind(eswi_ecc_config *config, ecc_param param, const esw_value *value)
{
    void *field = eswi_ecc_bound_field(config, param);
    switch (eswi_ecc_bindings[param].kind) {
    case ECC_BIND_NONE:
        break;
    case ECC_BIND_INT:
    case ECC_BIND_CHOICE:
        *(int *)field = (int)value->integer;
        break;
    case ECC_BIND_SEED:
        *(uint64_t *)field = (uint64_t)value->integer;
        break;
    case ECC_BIND_BOOL:
        *(bool *)field = value->integer != 0;
        break;
    case ECC_BIND_REAL:
        *(double *)field = value->real;
        break;
    case ECC_BIND_DBM:
        *(double *)field = eswi_watts_of_dbm(value->real);
        break;
    case ECC_BIND_DBM_BOTH: /* one direction may be overridden by a later parameter */
        ((double *)field)[ECC_UP] = ((double *)field)[ECC_DOWN] = eswi_watts_of_dbm(value->real);
        break;
    }
}

void eswi_ecc_config_bind(eswi_ecc_config *config, const esw_value values[ECC_PARAMS])
{
    for (int p = 0; p < ECC_PARAMS; p++) {
        if (values[p].set) {
            bind(config, (ecc_param)p, &values[p]);
        }
    }
}

/* The default of a parameter as a value. The table is ours, so its texts are right; a test loads them all. */
static void set_default(const esw_param *param, esw_value *value)
{
    const char *text = param->default_value;
    switch (param->type) {
    case ESW_PARAM_INTEGER:
        eswi_parse_integer(text, &value->integer);
        value->real = (double)value->integer;
        break;
    case ESW_PARAM_REAL:
        eswi_parse_real(text, &value->real);
        break;
    case ESW_PARAM_CHOICE:
        value->integer = eswi_choice_index(param->choices, text);
        break;
    case ESW_PARAM_BOOLEAN:
        value->integer = !strcmp(text, "true");
        break;
    case ESW_PARAM_TREE:
        value->tree = json_string(text);
        break;
    }
}

esw_status eswi_ecc_default_values(esw_value values[ECC_PARAMS], esw_error *error)
{
    memset(values, 0, ECC_PARAMS * sizeof *values);
    for (int p = 0; p < ECC_PARAMS; p++) {
        values[p].set = eswi_ecc_params[p].default_value != NULL;
        if (values[p].set) {
            set_default(&eswi_ecc_params[p], &values[p]);
        }
    }
    return values[ECC_PARAM_PROFILE].tree ? ESW_OK : esw_fail(error, ESW_NO_MEMORY, "ecc: out of memory");
}

void eswi_ecc_values_free(esw_value values[ECC_PARAMS])
{
    for (int p = 0; p < ECC_PARAMS; p++) {
        json_decref(values[p].tree);
        values[p].tree = NULL;
    }
}

/* ---------------------------------------------------------------- what follows from the parameters */

/* The APs: a quincunx for five of them, else the first N points, row by row, of a square grid of ceil(sqrt
 * N) per side, centred in the square. */
static void place_aps(eswi_ecc_config *config)
{
    static const double QUINCUNX[5][2] = {{0.5, 0.5}, {0.25, 0.25}, {0.75, 0.25}, {0.25, 0.75}, {0.75, 0.75}};
    int side = 1;
    while (side * side < config->aps) {
        side++;
    }
    for (int n = 0; n < config->aps; n++) {
        for (int axis = 0; axis < 2; axis++) {
            const int step = axis == 0 ? n % side : n / side;
            config->ap_xy_m[n][axis] = SQUARE_M * (config->aps == 5 ? QUINCUNX[n][axis] : (step + 0.5) / side);
        }
    }
}

/* r* of Structure point 1. Per FLOP at the edge, an offloading user pays wT / z + wE xi_e phi z^2 with the
 * speed z = lambda(r) c_min, whatever its split: convex in z > 0 with its minimum at cbrt(wT / (2 wE xi_e
 * phi)). */
static double best_units(const eswi_ecc_config *config)
{
    const double price = 2.0 * config->weight_energy * config->kappa_edge * config->cycles_per_flop;
    const double speed_min = eswi_ecc_edge_flops_per_s(config, config->units_min);
    const double speed_max = eswi_ecc_edge_flops_per_s(config, config->units_max);
    const double speed =
        price > 0.0 ? eswi_cbrt(config->weight_time / price) : speed_max; /* energy is free: faster */
    if (!(speed > speed_min)) {
        return config->units_min;
    }
    if (!(speed < speed_max)) {
        return config->units_max;
    }
    const double units = eswi_pow(speed / config->edge_unit_flops, 1.0 / config->lambda_exponent);
    return units < config->units_min   ? config->units_min
           : units > config->units_max ? config->units_max
                                       : units;
}

static void derive(eswi_ecc_config *config)
{
    const double noise_factor = eswi_pow(10.0, config->noise_figure_db / 10.0);
    for (int d = 0; d < ECC_DIRECTIONS; d++) {
        config->subchannel_hz[d] = config->bandwidth_hz[d] / config->subchannels;
        config->noise_w[d] = config->subchannel_hz[d] * config->noise_w_per_hz * noise_factor;
    }
    config->max_units = 0;
    for (int i = 0; i < config->n_profiles; i++) {
        if (config->profiles[i].units > config->max_units) {
            config->max_units = config->profiles[i].units;
        }
    }
    place_aps(config);
    config->best_units = best_units(config);
    const double edge_flops_per_s = eswi_ecc_edge_flops_per_s(config, config->best_units);
    config->edge_seconds_per_flop = 1.0 / edge_flops_per_s;
    config->edge_joules_per_flop =
        config->kappa_edge * edge_flops_per_s * edge_flops_per_s * config->cycles_per_flop;
    config->device_seconds_per_flop = 1.0 / config->device_flops;
    config->device_joules_per_flop =
        config->kappa_device * config->device_flops * config->device_flops * config->cycles_per_flop;
}

esw_status eswi_ecc_config_derive(eswi_ecc_config *config, const esw_value *values, esw_error *error)
{
    const esw_status status = eswi_ecc_check_parameters(config, values, error);
    if (status != ESW_OK) {
        return status;
    }
    free(config->ap_xy_m);
    config->ap_xy_m = calloc((size_t)config->aps, sizeof *config->ap_xy_m);
    if (!config->ap_xy_m) {
        return esw_fail(error, ESW_NO_MEMORY, "aps: out of memory");
    }
    derive(config);
    return eswi_ecc_check_range(config, values, error);
}

/* ---------------------------------------------------------------- the descriptor's functions */

/* K inferences on the same split are one of K times the work and the data. */
static esw_status scale_profiles(eswi_ecc_config *config, esw_error *error)
{
    const double k = config->inferences;
    esw_status status = ESW_OK;
    for (int i = 0; i < config->n_profiles && status == ESW_OK; i++) {
        eswi_ecc_profile *profile = &config->profiles[i];
        for (int s = 0; s <= profile->units; s++) {
            profile->flops[s] *= k;
            profile->bits[s] *= k;
        }
        profile->result_bits *= k;
        status = eswi_ecc_profile_finish(profile, profile->name, error);
    }
    return status;
}

/* Begins an error with the line of the value it is about. */
static esw_status at_line(const esw_value *value, esw_status status, esw_error *error)
{
    if (status != ESW_OK && value->line > 0 && error) {
        const esw_error cause = *error;
        esw_fail(error, status, "line %d: %s", value->line, cause.text);
    }
    return status;
}

/* A run directory carries the files whose names have a dot or a folder, so nothing else may name one. */
static esw_status open_channels(eswi_ecc_config *config, const esw_value *value, const char *base_dir,
                                esw_error *error)
{
    const char *name = json_string_value(value->tree);
    if (!value->set) {
        return ESW_OK;
    }
    if (!name || !strpbrk(name, "./")) {
        return esw_fail(error, ESW_BAD_INPUT, "gains: must be the name of a file, such as measured.h5 or ./measured");
    }
    char *path = name[0] == '/' || !base_dir ? strdup(name) : eswi_path_join(base_dir, name);
    if (!path) {
        return esw_fail(error, ESW_NO_MEMORY, "gains: out of memory");
    }
    esw_error cause = {0};
    esw_status status = eswi_ecc_channels_open(path, config, &config->channels, &cause);
    free(path);
    return status == ESW_OK ? ESW_OK : esw_fail(error, status, "gains: %.800s", cause.text);
}

static esw_status fill(eswi_ecc_config *config, const esw_value *values, const char *base_dir, esw_error *error)
{
    const esw_value *profile = &values[ECC_PARAM_PROFILE], *gains = &values[ECC_PARAM_GAINS];
    eswi_ecc_config_bind(config, values);
    esw_status status = eswi_ecc_profiles_load(profile->tree, base_dir, config->upload, &config->profiles,
                                               &config->n_profiles, error);
    if (status != ESW_OK) {
        return at_line(profile, status, error);
    }
    status = scale_profiles(config, error);
    if (status == ESW_OK) {
        status = at_line(gains, open_channels(config, gains, base_dir, error), error);
    }
    return status == ESW_OK ? eswi_ecc_config_derive(config, values, error) : status;
}

esw_status eswi_ecc_configure(const esw_value *values, const char *base_dir, esw_config **config,
                              esw_error *error)
{
    eswi_ecc_config *made = calloc(1, sizeof *made);
    if (!made) {
        return esw_fail(error, ESW_NO_MEMORY, "ecc: out of memory");
    }
    const esw_status status = fill(made, values, base_dir, error);
    if (status != ESW_OK) {
        eswi_ecc_config_free((esw_config *)made);
        return status;
    }
    *config = (esw_config *)made;
    return ESW_OK;
}

void eswi_ecc_config_free(esw_config *config)
{
    eswi_ecc_config *own = (eswi_ecc_config *)config;
    if (own) {
        eswi_ecc_channels_close(own->channels);
        eswi_ecc_profiles_free(own->profiles, own->n_profiles);
        free(own->ap_xy_m);
        free(own);
    }
}
