/* ECC: the JSON of `solve --json` read back: config, instance and decision, all checked. Who writes a decision by hand,
 * or brings measured gains, starts from such a document. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/binding.h"
#include "base/json_keys.h"
#include "ecc/channels.h"
#include "ecc/document.h"
#include "ecc/params.h"
#include "ecc/profile.h"

/* ---------------------------------------------------------------- arrays */

/* Where in the document a value is read, for messages, and what it must be. */
typedef struct place {
    const char *part, *name;
    esw_error *error;
} place;

static esw_status wrong_length(const place *at, size_t found, size_t wanted)
{
    return esw_fail(at->error, ESW_BAD_INPUT, "%s.%s: %zu elements in a row; %zu are needed", at->part,
                    at->name, found, wanted);
}

static esw_status get_array(const place *at, const json_t *part, size_t wanted, const json_t **array)
{
    *array = json_object_get(part, at->name);
    if (!json_is_array(*array)) {
        return esw_fail(at->error, ESW_BAD_INPUT, "%s.%s: missing, or not an array", at->part, at->name);
    }
    return json_array_size(*array) == wanted ? ESW_OK : wrong_length(at, json_array_size(*array), wanted);
}

static esw_status read_integers(const json_t *part, const char *part_name, const char *name, size_t n,
                                int32_t low, int32_t high, int32_t *values, esw_error *error)
{
    const place at = {part_name, name, error};
    const json_t *array;
    const esw_status status = get_array(&at, part, n, &array);
    for (size_t i = 0; status == ESW_OK && i < n; i++) {
        const json_t *json = json_array_get(array, i);
        const json_int_t value = json_integer_value(json);
        if (!json_is_integer(json) || value < low || value > high) {
            return esw_fail(error, ESW_BAD_INPUT, "%s.%s[%zu]: must be an integer from %d to %d", part_name,
                            name, i, low, high);
        }
        values[i] = (int32_t)value;
    }
    return status;
}

/* Numbers from `low` on: 0, or -INFINITY for any. */
static esw_status read_reals(const json_t *part, const char *part_name, const char *name, size_t n, double low,
                             double *values, esw_error *error)
{
    const place at = {part_name, name, error};
    const json_t *array;
    const esw_status status = get_array(&at, part, n, &array);
    for (size_t i = 0; status == ESW_OK && i < n; i++) {
        const json_t *json = json_array_get(array, i);
        values[i] = json_number_value(json);
        if (!json_is_number(json) || !(values[i] >= low)) {
            return esw_fail(error, ESW_BAD_INPUT, "%s.%s[%zu]: must be a number%s", part_name, name, i,
                            isfinite(low) ? " >= 0" : "");
        }
    }
    return status;
}

/* ---------------------------------------------------------------- the config */

/* What a profile says it was made with; parameters that say otherwise were changed in one place. */
static esw_status check_made_with(const eswi_ecc_config *config, const json_t *json, const char *where,
                                  esw_error *error)
{
    const json_t *inferences = json_object_get(json, "inferences"), *upload = json_object_get(json, "upload");
    const char *choices = eswi_ecc_params[ECC_PARAM_UPLOAD].choices;
    if (inferences && json_integer_value(inferences) != config->inferences) {
        return esw_fail(error, ESW_BAD_INPUT,
                        "parameters.inferences: is %d, but %s holds the work and data of %" JSON_INTEGER_FORMAT
                        "; change both",
                        config->inferences, where, json_integer_value(inferences));
    }
    if (upload && (!json_is_string(upload) ||
                   eswi_choice_index(choices, json_string_value(upload)) != (int)config->upload)) {
        return esw_fail(error, ESW_BAD_INPUT, "parameters.upload: differs from %s.upload; change both, and bits[1]",
                        where);
    }
    return ESW_OK;
}

static esw_status read_profile(const eswi_ecc_config *config, const json_t *json, size_t index,
                               eswi_ecc_profile *profile, esw_error *error)
{
    char where[64];
    snprintf(where, sizeof where, "instance.profiles[%zu]", index);
    const char *name = json_string_value(json_object_get(json, "name"));
    const size_t units = json_array_size(json_object_get(json, "flops"));
    if (!name || units < 2 || units > ECC_PROFILE_UNITS_MAX) {
        return esw_fail(error, ESW_BAD_INPUT, "%s: needs a name and flops of 2 to %d units", where,
                        ECC_PROFILE_UNITS_MAX);
    }
    esw_status status = ESWI_JSON_KNOWN_KEYS(json, where, error, "name", "flops", "bits", "result_bits", "inferences",
                                             "upload");
    if (status == ESW_OK) {
        status = check_made_with(config, json, where, error);
    }
    if (status == ESW_OK) {
        status = eswi_ecc_profile_alloc(name, (int)units, profile, error);
    }
    if (status == ESW_OK) {
        status = read_reals(json, where, "flops", units, 0.0, profile->flops + 1, error);
    }
    if (status == ESW_OK) {
        status = read_reals(json, where, "bits", units + 1, 0.0, profile->bits, error);
    }
    if (status != ESW_OK) {
        return status;
    }
    profile->result_bits = json_number_value(json_object_get(json, "result_bits"));
    return eswi_ecc_profile_finish(profile, where, error);
}

static esw_status read_profiles(eswi_ecc_config *config, const json_t *instance, esw_error *error)
{
    const json_t *array = json_object_get(instance, "profiles");
    const size_t count = json_array_size(array);
    if (count < 1 || count > ECC_MIX_MAX) {
        return esw_fail(error, ESW_BAD_INPUT, "instance.profiles: must be an array of 1 to %d profiles",
                        ECC_MIX_MAX);
    }
    config->profiles = calloc(count, sizeof *config->profiles);
    if (!config->profiles) {
        return esw_fail(error, ESW_NO_MEMORY, "instance.profiles: out of memory");
    }
    config->n_profiles = (int)count;
    esw_status status = ESW_OK;
    for (size_t i = 0; status == ESW_OK && i < count; i++) {
        status = read_profile(config, json_array_get(array, i), i, &config->profiles[i], error);
    }
    return status;
}

/* `profile` names what the instance spells out; a document that says otherwise was changed in one place. */
static esw_status check_profile_names(const eswi_ecc_config *config, const json_t *parameters, esw_error *error)
{
    json_t *found = json_object_get(parameters, "profile");
    json_t *expected = found ? eswi_ecc_profile_names(config) : NULL;
    const bool same = !found || json_equal(found, expected);
    char *text = same ? NULL : json_dumps(expected, JSON_COMPACT | JSON_ENCODE_ANY);
    json_decref(expected);
    const esw_status status =
        same ? ESW_OK
             : esw_fail(error, ESW_BAD_INPUT,
                        "parameters.profile: instance.profiles are %.200s; give it as this, or "
                        "leave it out",
                        text ? text : "others");
    free(text);
    return status;
}

/* ---------------------------------------------------------------- the instance */

static esw_status read_gains(const eswi_ecc_config *config, const json_t *part, const char *name, float *values,
                             esw_error *error)
{
    const place at = {"instance", name, error};
    const size_t users = (size_t)config->users, aps = (size_t)config->aps,
                 subchannels = (size_t)config->subchannels;
    const json_t *array;
    const esw_status status = get_array(&at, part, users, &array);
    for (size_t link = 0; status == ESW_OK && link < users * aps; link++) {
        const json_t *rows = json_array_get(array, link / aps), *row = json_array_get(rows, link % aps);
        if (json_array_size(rows) != aps || json_array_size(row) != subchannels) {
            return json_array_size(rows) != aps ? wrong_length(&at, json_array_size(rows), aps)
                                                : wrong_length(&at, json_array_size(row), subchannels);
        }
        for (size_t m = 0; m < subchannels; m++) {
            const float gain = (float)json_number_value(json_array_get(row, m));
            if (!(gain > 0.0f && isfinite(gain))) {
                return esw_fail(
                    error, ESW_BAD_INPUT,
                    "instance.%s[%zu][%zu][%zu]: must be a power gain > 0 in single-precision range", name,
                    link / aps, link % aps, m);
            }
            values[link * subchannels + m] = gain;
        }
    }
    return status;
}

static esw_status read_distances(const eswi_ecc_config *config, const json_t *part, double *values,
                                 esw_error *error)
{
    const place at = {"instance", "distance_m", error};
    const size_t users = (size_t)config->users, aps = (size_t)config->aps;
    const json_t *array;
    if (config->channels && !json_object_get(part, "distance_m")) { /* a file of channels need not say */
        for (size_t link = 0; link < users * aps; link++) {
            values[link] = (double)NAN;
        }
        return ESW_OK;
    }
    const esw_status status = get_array(&at, part, users, &array);
    for (size_t u = 0; status == ESW_OK && u < users; u++) {
        const json_t *row = json_array_get(array, u);
        if (json_array_size(row) != aps) {
            return wrong_length(&at, json_array_size(row), aps);
        }
        for (size_t n = 0; n < aps; n++) {
            const json_t *json = json_array_get(row, n);
            values[u * aps + n] = json_number_value(json);
            if (!json_is_number(json) || !(values[u * aps + n] >= 0.0)) {
                return esw_fail(error, ESW_BAD_INPUT, "instance.distance_m[%zu][%zu]: must be a number >= 0", u,
                                n);
            }
        }
    }
    return status;
}

/* The noise follows from the parameters; a document that says otherwise was changed in one place only. */
static esw_status check_noise(const eswi_ecc_config *config, const json_t *part, esw_error *error)
{
    static const char *const NAMES[ECC_DIRECTIONS] = {"noise_up_w", "noise_down_w"};
    for (int d = 0; d < ECC_DIRECTIONS; d++) {
        const json_t *json = json_object_get(part, NAMES[d]);
        if (json && !(fabs(json_number_value(json) - config->noise_w[d]) <= 1e-9 * config->noise_w[d])) {
            return esw_fail(
                error, ESW_BAD_INPUT,
                "instance.%s: %g W, but bandwidth, subchannels, noise_w_per_hz and noise_figure_db give %g "
                "W; change those",
                NAMES[d], json_number_value(json), config->noise_w[d]);
        }
    }
    return ESW_OK;
}

static esw_status read_instance(const eswi_ecc_config *config, const json_t *part,
                                const eswi_ecc_instance *instance, esw_error *error)
{
    const size_t users = (size_t)config->users;
    esw_status status =
        ESWI_JSON_KNOWN_KEYS(part, "instance", error, "ap_of_user", "distance_m", "gain_up", "gain_down",
                             "profiles", "profile_of_user", "noise_up_w", "noise_down_w");
    if (status == ESW_OK) {
        status = read_integers(part, "instance", "ap_of_user", users, 0, config->aps - 1, instance->ap_of_user,
                               error);
    }
    if (status == ESW_OK) {
        status = read_integers(part, "instance", "profile_of_user", users, 0, config->n_profiles - 1,
                               instance->profile_of_user, error);
    }
    if (status == ESW_OK) {
        status = read_distances(config, part, instance->distance_m, error);
    }
    if (status == ESW_OK) {
        status = read_gains(config, part, "gain_up", instance->gain[ECC_UP], error);
    }
    if (status == ESW_OK) {
        status = read_gains(config, part, "gain_down", instance->gain[ECC_DOWN], error);
    }
    return status == ESW_OK ? check_noise(config, part, error) : status;
}

/* Gains that came from a file are drawn from no seed: the document's instance is what its scenario is staged from. */
static esw_status keep_channels(eswi_ecc_config *config, const json_t *document, esw_error *error)
{
    const json_t *name = json_object_get(json_object_get(document, "parameters"), "gains");
    eswi_ecc_channels *channels;
    if (!name || json_is_null(name)) {
        return ESW_OK;
    }
    if (!json_is_string(name)) {
        return esw_fail(error, ESW_BAD_INPUT,
                        "parameters.gains: must be the name of the file that the gains were in");
    }
    const esw_status status = eswi_ecc_channels_single(json_string_value(name), config, &channels, error);
    if (status != ESW_OK) {
        return status;
    }
    const eswi_ecc_instance row = {channels->ap_of_user,
                                   channels->profile_of_user,
                                   channels->distance_m,
                                   {channels->gain[ECC_UP], channels->gain[ECC_DOWN]}};
    return read_instance(config, json_object_get(document, "instance"), &row, error);
}

/* Before memory is taken for what the sizes say: whether the instance has them. */
static esw_status check_sizes(const eswi_ecc_config *config, const json_t *instance, esw_error *error)
{
    const json_t *gains = json_object_get(instance, "gain_up"), *of_user = json_array_get(gains, 0);
    const struct {
        const char *name;
        size_t found, wanted;
    } sizes[] = {
        {"users", json_array_size(gains), (size_t)config->users},
        {"aps", json_array_size(of_user), (size_t)config->aps},
        {"subchannels", json_array_size(json_array_get(of_user, 0)), (size_t)config->subchannels},
    };
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        if (sizes[i].found != 0 && sizes[i].found != sizes[i].wanted) { /* no list at all is said where it is read */
            return esw_fail(error, ESW_BAD_INPUT, "parameters.%s: is %zu, but instance.gain_up has %zu",
                            sizes[i].name, sizes[i].wanted, sizes[i].found);
        }
    }
    return ESW_OK;
}

esw_status eswi_ecc_config_from_json(const json_t *document, const char *base_dir, esw_config **config,
                                     esw_error *error)
{
    (void)base_dir; /* a document names no files: its profiles are spelled out */
    eswi_ecc_config *made = calloc(1, sizeof *made);
    if (!made) {
        return esw_fail(error, ESW_NO_MEMORY, "ecc: out of memory");
    }
    esw_status status = eswi_ecc_parameters_read(made, json_object_get(document, "parameters"), error);
    if (status == ESW_OK) {
        status = read_profiles(made, json_object_get(document, "instance"), error);
    }
    if (status == ESW_OK) {
        status = check_profile_names(made, json_object_get(document, "parameters"), error);
    }
    if (status == ESW_OK) {
        status = eswi_ecc_config_derive(made, NULL, error);
    }
    if (status == ESW_OK) {
        status = check_sizes(made, json_object_get(document, "instance"), error);
    }
    if (status == ESW_OK) {
        status = keep_channels(made, document, error);
    }
    if (status != ESW_OK) {
        eswi_ecc_config_free((esw_config *)made);
        return status;
    }
    *config = (esw_config *)made;
    return ESW_OK;
}

/* ---------------------------------------------------------------- the decision */

/* Whole numbers of a decision, one per user: which are allowed is a constraint's matter (eswi_ecc_check), but for those that
 * the field cannot hold. */
static esw_status read_choices(const json_t *part, const char *name, const char *constraint, size_t users,
                               int32_t *values, esw_error *error)
{
    const place at = {"decision", name, error};
    const json_t *array;
    const esw_status status = get_array(&at, part, users, &array);
    for (size_t u = 0; status == ESW_OK && u < users; u++) {
        const json_t *json = json_array_get(array, u);
        const json_int_t value = json_integer_value(json);
        if (!json_is_integer(json)) {
            return esw_fail(error, ESW_BAD_INPUT, "decision.%s[%zu]: must be an integer", name, u);
        }
        if (value < INT32_MIN || value > INT32_MAX) {
            return esw_fail(error, ESW_CHECK_FAILED, "user %zu: %s is %" JSON_INTEGER_FORMAT "; far beyond what (%s) allows",
                            u, name, value, constraint);
        }
        values[u] = (int32_t)value;
    }
    return status;
}

/* The subchannels of one direction. `assigned_*` is what every user was given, `subchannel_*` what senders
 * use; by hand either is enough, and where both are they must agree. */
static esw_status read_assignment(const eswi_ecc_config *config, const eswi_ecc_instance *instance,
                                  const json_t *part, int direction, const eswi_ecc_decision *decision,
                                  int32_t *used, esw_error *error)
{
    static const char *const ASSIGNED[ECC_DIRECTIONS] = {"assigned_up", "assigned_down"};
    static const char *const USED[ECC_DIRECTIONS] = {"subchannel_up", "subchannel_down"};
    const size_t users = (size_t)config->users;
    int32_t *assigned = decision->assigned[direction];
    const bool has_assigned = json_object_get(part, ASSIGNED[direction]) != NULL;
    const char *first = has_assigned ? ASSIGNED[direction] : USED[direction];
    const char *constraint = direction == ECC_UP ? "18e" : "18f";
    esw_status status = read_choices(part, first, constraint, users, assigned, error);
    if (status != ESW_OK || !has_assigned || !json_object_get(part, USED[direction])) {
        return status;
    }
    status = read_choices(part, USED[direction], constraint, users, used, error);
    for (size_t u = 0; status == ESW_OK && u < users; u++) {
        const int units = config->profiles[instance->profile_of_user[u]].units;
        const bool sends = decision->split[u] < units;
        if (decision->split[u] <= units && used[u] != (sends ? assigned[u] : -1)) {
            return sends ? esw_fail(error, ESW_CHECK_FAILED,
                                    "user %zu: sends and %s is %d; it must be the assigned subchannel, %d (%s)", u,
                                    USED[direction], used[u], assigned[u], constraint)
                         : esw_fail(error, ESW_CHECK_FAILED,
                                    "user %zu: sends nothing and %s is %d; it must be -1 (%s)", u, USED[direction],
                                    used[u], constraint);
        }
    }
    return status;
}

/* Splits, subchannels, powers and units are taken as they are: eswi_ecc_check says which constraint a wrong one breaks. */
static esw_status read_decision(const eswi_ecc_config *config, const eswi_ecc_instance *instance,
                                const json_t *part, const eswi_ecc_decision *decision, esw_error *error)
{
    const size_t users = (size_t)config->users;
    esw_status status =
        ESWI_JSON_KNOWN_KEYS(part, "decision", error, "split", "subchannel_up", "subchannel_down",
                             "assigned_up", "assigned_down", "power_up_w", "power_down_w", "compute_units");
    if (status == ESW_OK) {
        status = read_choices(part, "split", "18a", users, decision->split, error);
    }
    if (status != ESW_OK) {
        return status;
    }
    int32_t *used = calloc(users, sizeof *used);
    if (!used) {
        return esw_fail(error, ESW_NO_MEMORY, "decision: out of memory");
    }
    for (int d = 0; d < ECC_DIRECTIONS && status == ESW_OK; d++) {
        status = read_assignment(config, instance, part, d, decision, used, error);
    }
    free(used);
    if (status == ESW_OK) {
        status = read_reals(part, "decision", "power_up_w", users, -INFINITY, decision->power_w[ECC_UP], error);
    }
    if (status == ESW_OK) {
        status =
            read_reals(part, "decision", "power_down_w", users, -INFINITY, decision->power_w[ECC_DOWN], error);
    }
    if (status == ESW_OK) {
        status =
            read_reals(part, "decision", "compute_units", users, -INFINITY, decision->compute_units, error);
    }
    return status;
}

static esw_status check_diagnostic_names(const json_t *part, esw_error *error)
{
    static const char *const OTHERS[] = {"reason",
                                         "scope",
                                         "bound",
                                         "gap",
                                         "nodes",
                                         "power_levels_up_w",
                                         "power_levels_down_w",
                                         "r_levels",
                                         "seconds",
                                         "evaluations_later" /* follows from its sum */};
    enum { N_OTHERS = sizeof OTHERS / sizeof *OTHERS };
    const char *known[ECC_DIAGNOSTICS + N_OTHERS];
    for (int i = 0; i < ECC_DIAGNOSTICS; i++) {
        known[i] = eswi_ecc_diagnostic_table[i].name;
    }
    memcpy(known + ECC_DIAGNOSTICS, OTHERS, sizeof OTHERS);
    return eswi_json_known_keys(part, "diagnostics", known, ECC_DIAGNOSTICS + N_OTHERS, error);
}

static esw_status read_reason(const json_t *json, int32_t *reason, esw_error *error)
{
    const char *text = json_string_value(json);
    int r = 0;
    while (text && r < ECC_REASONS && strcmp(text, eswi_ecc_reason_names[r]) != 0) {
        r++;
    }
    if (!text || r == ECC_REASONS) {
        return esw_fail(error, ESW_BAD_INPUT,
                        "diagnostics.reason: must be a reason as `solve --json` writes it, "
                        "such as \"%s\"",
                        eswi_ecc_reason_names[ECC_REASON_CONVERGED]);
    }
    *reason = r == ECC_REASON_TOO_LARGE ? ECC_REASON_NONE : r;
    return ESW_OK;
}

/* What a solver reported; a decision made by hand has none. That a scenario was too large for a method says nothing of
 * the decision at hand, which is scored like any other. */
static esw_status read_diagnostics(const json_t *part, eswi_ecc_diagnostics *diagnostics, esw_error *error)
{
    if (part && !json_is_object(part)) {
        return esw_fail(error, ESW_BAD_INPUT, "diagnostics: must be an object, or left out");
    }
    esw_status status = check_diagnostic_names(part, error);
    for (size_t i = 0; i < ECC_DIAGNOSTICS && status == ESW_OK; i++) {
        const eswi_ecc_diagnostic *d = &eswi_ecc_diagnostic_table[i];
        const json_t *json = json_object_get(part, d->name);
        const json_int_t count = json_integer_value(json);
        void *field = (char *)diagnostics + d->offset;
        if (!json) {
            continue;
        }
        if (d->real ? !json_is_number(json) && !json_is_null(json)
                    : !json_is_integer(json) || count < 0 || count > INT32_MAX) {
            status = esw_fail(error, ESW_BAD_INPUT, "diagnostics.%s: must be %s", d->name,
                              d->real ? "a number or null" : "an integer from 0 to 2147483647");
        } else if (d->real) {
            *(float *)field = (float)json_number_value(json);
        } else {
            *(int32_t *)field = (int32_t)count;
        }
    }
    const json_t *reason = json_object_get(part, "reason");
    return status == ESW_OK && reason ? read_reason(reason, &diagnostics->reason, error) : status;
}

esw_status eswi_ecc_read(const esw_config *opaque, const json_t *document, void *instance_block,
                         void *decision_block, esw_error *error)
{
    const eswi_ecc_config *config = eswi_ecc_config_of(opaque);
    const eswi_ecc_instance instance = eswi_ecc_instance_view(config, instance_block);
    const eswi_ecc_decision decision = eswi_ecc_decision_view(config, decision_block);
    esw_status status = read_instance(config, json_object_get(document, "instance"), &instance, error);
    if (status == ESW_OK) {
        eswi_ecc_decision_reset(config, &instance, config->access, &decision);
        status = read_decision(config, &instance, json_object_get(document, "decision"), &decision, error);
    }
    if (status == ESW_OK) {
        status = read_diagnostics(json_object_get(document, "diagnostics"), decision.diagnostics, error);
    }
    if (status == ESW_OK) {
        status = eswi_ecc_check(config, &instance, &decision, error);
    }
    return status;
}
