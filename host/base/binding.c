#include "base/binding.h"

#include <math.h>
#include <string.h>

#include "base/detmath.h"
#include "base/json_keys.h"
#include "base/text.h"

enum { MOST_PARAMETERS = 128 };

double eswi_watts_of_dbm(double dbm)
{
    return 1e-3 * eswi_pow(10.0, dbm / 10.0);
}

int eswi_choice_index(const char *choices, const char *word)
{
    const size_t length = strlen(word);
    for (int index = 0;; index++) {
        const size_t here = strcspn(choices, "|");
        if (here == length && !strncmp(choices, word, length))
            return index;
        if (choices[here] == '\0')
            return -1;
        choices += here + 1;
    }
}

json_t *eswi_choice_json(const char *choices, int index)
{
    for (; index > 0; index--)
        choices += strcspn(choices, "|") + 1;
    return json_stringn(choices, strcspn(choices, "|"));
}

/* The table is the system's own, so its texts are right; a test loads them all. */
static void set_default(const esw_param *param, esw_value *value)
{
    const char *text = param->default_value;
    memset(value, 0, sizeof *value);
    value->set = text != NULL;
    if (!text)
        return;
    if (param->type == ESW_PARAM_TREE) {
        value->set = false; /* a system reads its trees itself */
    } else if (param->type == ESW_PARAM_CHOICE) {
        value->integer = eswi_choice_index(param->choices, text);
    } else if (param->type == ESW_PARAM_INTEGER) {
        eswi_parse_integer(text, &value->integer);
        value->real = (double)value->integer;
    } else {
        eswi_parse_real(text, &value->real);
    }
}

void eswi_default_values(const eswi_bindings *tables, esw_value *values)
{
    for (size_t p = 0; p < tables->n; p++)
        set_default(&tables->params[p], &values[p]);
}

static void *field_of(const eswi_bindings *tables, size_t p, const void *config)
{
    return (char *)config + tables->rows[p].offset;
}

void eswi_bind_values(const eswi_bindings *tables, const esw_value *values, void *config)
{
    for (size_t p = 0; p < tables->n; p++) {
        void *field = field_of(tables, p, config);
        switch (tables->rows[p].kind) {
        case ESWI_BIND_INT:
        case ESWI_BIND_CHOICE:
            *(int *)field = (int)values[p].integer;
            break;
        case ESWI_BIND_REAL:
            *(double *)field = values[p].real;
            break;
        case ESWI_BIND_DBM:
            *(double *)field = eswi_watts_of_dbm(values[p].real);
            break;
        case ESWI_BIND_MAYBE_REAL:
            *(double *)field = values[p].set ? values[p].real : eswi_nan();
            break;
        case ESWI_BIND_MAYBE_INT:
            *(int *)field = values[p].set ? (int)values[p].integer : -1;
            break;
        case ESWI_BIND_OWN:
            break;
        }
    }
}

static json_t *parameter_json(const eswi_bindings *tables, size_t p, const void *config)
{
    const void *field = field_of(tables, p, config);
    switch (tables->rows[p].kind) {
    case ESWI_BIND_INT:
        return json_integer(*(const int *)field);
    case ESWI_BIND_CHOICE:
        return eswi_choice_json(tables->params[p].choices, *(const int *)field);
    case ESWI_BIND_MAYBE_REAL:
        return isnan(*(const double *)field) ? json_null() : json_real(*(const double *)field);
    case ESWI_BIND_MAYBE_INT:
        return tables->params[p].type == ESW_PARAM_BOOLEAN ? json_boolean(*(const int *)field)
                                                           : json_integer(*(const int *)field);
    default:
        return json_real(*(const double *)field);
    }
}

json_t *eswi_bound_json(const eswi_bindings *tables, const void *config)
{
    json_t *object = json_object();
    for (size_t p = 0; object && p < tables->n; p++) {
        if (tables->rows[p].kind == ESWI_BIND_OWN)
            continue;
        if (json_object_set_new(object, tables->rows[p].json_name, parameter_json(tables, p, config))) {
            json_decref(object);
            return NULL;
        }
    }
    return object;
}

/* ---------------------------------------------------------------- reading */

static esw_status check_names(const eswi_bindings *tables, const json_t *object, esw_error *error)
{
    const char *known[MOST_PARAMETERS];
    for (size_t p = 0; p < tables->n; p++)
        known[p] = tables->rows[p].json_name;
    return eswi_json_known_keys(object, "parameters", known, tables->n, error);
}

esw_status eswi_watts_read(const esw_param *param, const char *name, const json_t *json, double *watts,
                           esw_error *error)
{
    const double low = eswi_watts_of_dbm(param->low), high = eswi_watts_of_dbm(param->high);
    *watts = json_number_value(json);
    if (json_is_number(json) && *watts >= low * (1.0 - 1e-9) && *watts <= high * (1.0 + 1e-9))
        return ESW_OK;
    return esw_fail(error, ESW_BAD_INPUT, "parameters.%s: must be a number from %.3g to %.3g (%g to %g %s)",
                    name, low, high, param->low, param->high, param->unit);
}

static esw_status read_parameter(const eswi_bindings *tables, size_t p, const json_t *json, void *config,
                                 esw_error *error)
{
    const esw_param *param = &tables->params[p];
    const char *name = tables->rows[p].json_name;
    void *field = field_of(tables, p, config);
    const double number = json_number_value(json);
    switch (tables->rows[p].kind) {
    case ESWI_BIND_INT:
        if (!json_is_integer(json) || number < param->low || number > param->high)
            return esw_fail(error, ESW_BAD_INPUT, "parameters.%s: must be an integer from %.0f to %.0f", name,
                            param->low, param->high);
        *(int *)field = (int)json_integer_value(json);
        return ESW_OK;
    case ESWI_BIND_CHOICE:
        *(int *)field = json_is_string(json) ? eswi_choice_index(param->choices, json_string_value(json)) : -1;
        return *(int *)field >= 0
                   ? ESW_OK
                   : esw_fail(error, ESW_BAD_INPUT, "parameters.%s: must be one of %s", name, param->choices);
    case ESWI_BIND_OWN:
        return ESW_OK;
    case ESWI_BIND_MAYBE_INT:
        if (param->type == ESW_PARAM_BOOLEAN
                ? !json_is_boolean(json)
                : !json_is_integer(json) || number < param->low || number > param->high)
            return esw_fail(error, ESW_BAD_INPUT, "parameters.%s: must be %s", name,
                            param->type == ESW_PARAM_BOOLEAN ? "true or false" : "an integer in its range");
        *(int *)field = json_is_boolean(json) ? json_is_true(json) : (int)json_integer_value(json);
        return ESW_OK;
    case ESWI_BIND_DBM:
        return eswi_watts_read(param, name, json, field, error);
    case ESWI_BIND_MAYBE_REAL:
        if (json_is_null(json)) {
            *(double *)field = eswi_nan();
            return ESW_OK;
        } /* fall through */
    case ESWI_BIND_REAL:
        if (!json_is_number(json) || !(number >= param->low && number <= param->high))
            return esw_fail(error, ESW_BAD_INPUT, "parameters.%s: must be a number from %g to %g", name,
                            param->low, param->high);
        break;
    }
    *(double *)field = number;
    return ESW_OK;
}

esw_status eswi_bound_read(const eswi_bindings *tables, const json_t *object, void *config, esw_error *error)
{
    esw_value values[MOST_PARAMETERS];
    if (!json_is_object(object))
        return esw_fail(error, ESW_BAD_INPUT, "parameters: missing, or not an object");
    esw_status status = check_names(tables, object, error);
    eswi_default_values(tables, values);
    eswi_bind_values(tables, values, config);
    for (size_t p = 0; p < tables->n && !status; p++) {
        const json_t *json = json_object_get(object, tables->rows[p].json_name);
        if (json)
            status = read_parameter(tables, p, json, config, error);
    }
    return status;
}
