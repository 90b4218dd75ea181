/* Parameter values: reading, defaults, and writing back. */
#include "sweep/experiment.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/binding.h"
#include "base/text.h"

esw_status eswi_fail_at(eswi_place place, esw_error *error, const char *format, ...)
{
    char message[sizeof error->text];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    if (place.line > 0)
        return esw_fail(error, ESW_BAD_USAGE, "%s:%d: %s", place.file, place.line, message);
    return esw_fail(error, ESW_BAD_USAGE, "%s: %s", place.file, message);
}

/* " Hz", or nothing for dimensionless ones. */
static const char *unit_suffix(const esw_param *param)
{
    return strcmp(param->unit, "1") == 0 ? "" : param->unit;
}

/* "an integer from 1 to 2000", with the unit, into text. */
static void describe_range(const esw_param *param, char *text, size_t length)
{
    char low[ESWI_REAL_TEXT], high[ESWI_REAL_TEXT];
    const char *unit = unit_suffix(param);
    snprintf(text, length, "%s from %s to %s%s%s", param->type == ESW_PARAM_INTEGER ? "an integer" : "a number",
             eswi_format_real(param->low, low), eswi_format_real(param->high, high), *unit ? " " : "", unit);
}

static esw_status read_number(const esw_param *param, const eswi_node *node, eswi_place place, esw_value *value,
                              esw_error *error)
{
    char found[64], allowed[128];
    bool integer = param->type == ESW_PARAM_INTEGER;
    bool is_number =
        node->kind == ESWI_SCALAR && node->plain &&
        (integer ? eswi_parse_integer(node->text, &value->integer) : eswi_parse_real(node->text, &value->real));
    if (integer && is_number)
        value->real = (double)value->integer;
    if (!is_number || value->real < param->low || value->real > param->high) {
        describe_range(param, allowed, sizeof allowed);
        return eswi_fail_at(place, error, "%s: found %s, must be %s", param->name,
                            eswi_node_describe(node, found), allowed);
    }
    return ESW_OK;
}

static esw_status read_choice(const esw_param *param, const eswi_node *node, eswi_place place, esw_value *value,
                              esw_error *error)
{
    char found[64];
    value->integer = node->kind == ESWI_SCALAR ? eswi_choice_index(param->choices, node->text) : -1;
    if (value->integer < 0)
        return eswi_fail_at(place, error, "%s: found %s, must be one of %s", param->name,
                            eswi_node_describe(node, found), param->choices);
    return ESW_OK;
}

static esw_status read_boolean(const esw_param *param, const eswi_node *node, eswi_place place,
                               esw_value *value, esw_error *error)
{
    char found[64];
    value->integer =
        node->kind == ESWI_SCALAR && node->plain ? eswi_choice_index("false|true", node->text) : -1;
    if (value->integer < 0)
        return eswi_fail_at(place, error, "%s: found %s, must be true or false", param->name,
                            eswi_node_describe(node, found));
    return ESW_OK;
}

static esw_status read_tree(const esw_param *param, const eswi_node *node, eswi_place place, esw_value *value,
                            esw_error *error)
{
    value->tree = eswi_node_to_json(node);
    if (!value->tree)
        return esw_fail(error, ESW_NO_MEMORY, "%s: %s: out of memory", place.file, param->name);
    return ESW_OK;
}

esw_status eswi_value_read(const esw_param *param, const eswi_node *node, eswi_place place, esw_value *value,
                           esw_error *error)
{
    if (place.line > 0)
        place.line = node->line;
    *value = (esw_value){.line = place.line};
    if (eswi_node_is_null(node)) {
        if (param->flags & ESW_PARAM_NULLABLE)
            return ESW_OK;
        return eswi_fail_at(place, error, "%s: a value is missing", param->name);
    }
    value->set = true;
    switch (param->type) {
    case ESW_PARAM_INTEGER:
    case ESW_PARAM_REAL:
        return read_number(param, node, place, value, error);
    case ESW_PARAM_CHOICE:
        return read_choice(param, node, place, value, error);
    case ESW_PARAM_BOOLEAN:
        return read_boolean(param, node, place, value, error);
    case ESW_PARAM_TREE:
        return read_tree(param, node, place, value, error);
    }
    return eswi_fail_at(place, error, "%s: a parameter of an unknown type", param->name);
}

esw_status eswi_value_default(const esw_param *param, esw_value *value, esw_error *error)
{
    *value = (esw_value){0};
    if (!param->default_value)
        return ESW_OK;
    eswi_node node;
    esw_status status =
        eswi_node_parse(param->default_value, strlen(param->default_value), "default value", &node, error);
    if (status)
        return status;
    status = eswi_value_read(param, &node, (eswi_place){"default value", 0}, value, error);
    eswi_node_free(&node);
    return status;
}

void eswi_value_free(const esw_param *param, esw_value *value)
{
    if (param->type == ESW_PARAM_TREE)
        json_decref(value->tree);
    *value = (esw_value){0};
}

static char *choice_text(const char *choices, int64_t index)
{
    while (index-- > 0)
        choices += strcspn(choices, "|") + 1;
    return strndup(choices, strcspn(choices, "|"));
}

char *eswi_value_text(const esw_param *param, const esw_value *value)
{
    char real[ESWI_REAL_TEXT];
    if (!value->set)
        return strdup("");
    switch (param->type) {
    case ESW_PARAM_INTEGER:
        return eswi_format("%lld", (long long)value->integer);
    case ESW_PARAM_REAL:
        return strdup(eswi_format_real(value->real, real));
    case ESW_PARAM_CHOICE:
        return choice_text(param->choices, value->integer);
    case ESW_PARAM_BOOLEAN:
        return strdup(value->integer ? "true" : "false");
    case ESW_PARAM_TREE:
        if (json_is_string(value->tree))
            return strdup(json_string_value(value->tree));
        return json_dumps(value->tree, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));
    }
    return NULL;
}

json_t *eswi_value_json(const esw_param *param, const esw_value *value)
{
    if (!value->set)
        return json_null();
    switch (param->type) {
    case ESW_PARAM_INTEGER:
        return json_integer(value->integer);
    case ESW_PARAM_REAL:
        return json_real(value->real);
    case ESW_PARAM_BOOLEAN:
        return json_boolean(value->integer);
    case ESW_PARAM_CHOICE: {
        char *text = choice_text(param->choices, value->integer);
        json_t *json = text ? json_string(text) : NULL;
        free(text);
        return json;
    }
    case ESW_PARAM_TREE:
        return json_incref(value->tree);
    }
    return NULL;
}

bool eswi_value_equal(const esw_param *param, const esw_value *a, const esw_value *b)
{
    if (a->set != b->set)
        return false;
    if (param->type == ESW_PARAM_TREE)
        return !a->set || json_equal(a->tree, b->tree);
    return param->type == ESW_PARAM_REAL ? a->real == b->real : a->integer == b->integer;
}

size_t eswi_param_find(const esw_system *system, const char *name)
{
    for (size_t i = 0; i < system->n_params; ++i)
        if (strcmp(system->params[i].name, name) == 0)
            return i;
    return ESW_NONE;
}

const char *eswi_param_hint(const esw_system *system, const char *word, bool (*wanted)(const esw_param *),
                            char *text, size_t length)
{
    const char **names = calloc(system->n_params + 1, sizeof *names);
    text[0] = '\0';
    if (!names)
        return text;
    size_t n = 0;
    for (size_t i = 0; i < system->n_params; ++i)
        if (wanted(&system->params[i]))
            names[n++] = system->params[i].name;
    const char *nearest = eswi_nearest(word, names, n);
    if (nearest) {
        snprintf(text, length, "; did you mean '%s'?", nearest);
    } else {
        static const char more[] = "; `edgesweep list parameters` has all";
        const size_t used = (size_t)snprintf(text, length, "; known: "), room = length - used - sizeof more;
        for (size_t i = 0; i < n; ++i)
            eswi_list_append(text + used, room, names[i]);
        const size_t end = strlen(text);
        if (text[end - 1] == '.') /* not all */
            memcpy(text + end, more, sizeof more);
    }
    free(names);
    return text;
}
