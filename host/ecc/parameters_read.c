/* ECC: the parameters of a document read back into a config. */
#include "base/binding.h"
#include "base/json_keys.h"
#include "ecc/document.h"
#include "ecc/params.h"

static esw_status bad(const char *name, const char *allowed, esw_error *error)
{
    return esw_fail(error, ESW_BAD_INPUT, "parameters.%s: must be %s", name, allowed);
}

static esw_status read_integer(const esw_param *param, const char *name, const json_t *json, json_int_t *value,
                               esw_error *error)
{
    *value = json_integer_value(json);
    if (!json_is_integer(json) || (double)*value < param->low || (double)*value > param->high) {
        return esw_fail(error, ESW_BAD_INPUT, "parameters.%s: must be an integer from %.0f to %.0f", name,
                        param->low, param->high);
    }
    return ESW_OK;
}

static esw_status read_real(const esw_param *param, const char *name, const json_t *json, double *value,
                            esw_error *error)
{
    *value = json_number_value(json);
    if (!json_is_number(json) || !(*value >= param->low && *value <= param->high)) {
        return esw_fail(error, ESW_BAD_INPUT, "parameters.%s: must be a number from %g to %g", name, param->low,
                        param->high);
    }
    return ESW_OK;
}

static esw_status read_choice(const esw_param *param, const char *name, const json_t *json, int *value,
                              esw_error *error)
{
    *value = json_is_string(json) ? eswi_choice_index(param->choices, json_string_value(json)) : -1;
    return *value >= 0 ? ESW_OK : bad(name, param->choices, error);
}

static esw_status read_parameter(eswi_ecc_config *config, ecc_param index, const json_t *json, esw_error *error)
{
    const esw_param *param = &eswi_ecc_params[index];
    const eswi_ecc_binding *binding = &eswi_ecc_bindings[index];
    const char *name = binding->json_name;
    void *field = eswi_ecc_bound_field(config, index);
    json_int_t integer = 0;
    esw_status status = ESW_OK;
    switch (binding->kind) {
    case ECC_BIND_NONE: /* names only: profiles and gains themselves are in the instance */
        break;
    case ECC_BIND_INT:
        status = read_integer(param, name, json, &integer, error);
        *(int *)field = (int)integer;
        break;
    case ECC_BIND_SEED:
        status = read_integer(param, name, json, &integer, error);
        *(uint64_t *)field = (uint64_t)integer;
        break;
    case ECC_BIND_BOOL:
        *(bool *)field = json_is_true(json);
        status = json_is_boolean(json) ? ESW_OK : bad(name, "true or false", error);
        break;
    case ECC_BIND_CHOICE:
        status = read_choice(param, name, json, field, error);
        break;
    case ECC_BIND_REAL:
        status = read_real(param, name, json, field, error);
        break;
    case ECC_BIND_DBM:
        status = eswi_watts_read(param, name, json, field, error);
        break;
    case ECC_BIND_DBM_BOTH:
        status = eswi_watts_read(param, name, json, field, error);
        ((double *)field)[ECC_DOWN] = ((double *)field)[ECC_UP];
        break;
    }
    return status;
}

static esw_status check_parameter_names(const json_t *parameters, esw_error *error)
{
    const char *known[ECC_PARAMS];
    for (int p = 0; p < ECC_PARAMS; p++) {
        known[p] = eswi_ecc_bindings[p].json_name;
    }
    return eswi_json_known_keys(parameters, "parameters", known, ECC_PARAMS, error);
}

esw_status eswi_ecc_parameters_read(eswi_ecc_config *config, const json_t *parameters, esw_error *error)
{
    if (!json_is_object(parameters)) {
        return esw_fail(error, ESW_BAD_INPUT, "parameters: missing, or not an object");
    }
    esw_status status = check_parameter_names(parameters, error);
    if (status != ESW_OK) {
        return status;
    }
    esw_value defaults[ECC_PARAMS];
    status = eswi_ecc_default_values(defaults, error);
    if (status == ESW_OK) {
        eswi_ecc_config_bind(config, defaults);
    }
    for (int p = 0; p < ECC_PARAMS && status == ESW_OK; p++) {
        const json_t *json = json_object_get(parameters, eswi_ecc_bindings[p].json_name);
        if (json) {
            status = read_parameter(config, (ecc_param)p, json, error);
        }
    }
    eswi_ecc_values_free(defaults);
    return status;
}
