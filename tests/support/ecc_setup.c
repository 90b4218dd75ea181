#include "ecc_setup.h"

#include <criterion/criterion.h>

#include <stdlib.h>
#include <string.h>

#include "base/binding.h"
#include "base/text.h"

enum { CLAIMED_LINE = 7 };

static ecc_param param_named(const char *name)
{
    int p = 0;
    while (p < ECC_PARAMS && strcmp(eswi_ecc_params[p].name, name) != 0) {
        p++;
    }
    cr_assert_lt(p, ECC_PARAMS, "no parameter '%s'", name);
    return (ecc_param)p;
}

static void override(esw_value *values, char *assignment)
{
    char *equals = strchr(assignment, '=');
    cr_assert_not_null(equals, "'%s' has no '='", assignment);
    *equals = '\0';
    const char *text = equals + 1;
    const ecc_param p = param_named(assignment);
    const esw_param *param = &eswi_ecc_params[p];
    esw_value *value = &values[p];
    value->set = true;
    value->line = CLAIMED_LINE;
    switch (param->type) {
    case ESW_PARAM_INTEGER:
        cr_assert(eswi_parse_integer(text, &value->integer), "%s=%s", param->name, text);
        value->real = (double)value->integer;
        break;
    case ESW_PARAM_REAL:
        cr_assert(eswi_parse_real(text, &value->real), "%s=%s", param->name, text);
        break;
    case ESW_PARAM_CHOICE:
        value->integer = eswi_choice_index(param->choices, text);
        cr_assert_geq(value->integer, 0, "%s=%s", param->name, text);
        break;
    case ESW_PARAM_BOOLEAN:
        value->integer = !strcmp(text, "true");
        break;
    case ESW_PARAM_TREE:
        json_decref(value->tree);
        value->tree = *text == '{' ? json_loads(text, 0, NULL) : json_string(text);
        break;
    }
}

esw_status ecc_configure(const char *overrides, eswi_ecc_config **config, esw_error *error)
{
    esw_value values[ECC_PARAMS];
    cr_assert_eq(eswi_ecc_default_values(values, error), ESW_OK, "%s", error->text);
    char *text = strdup(overrides), *rest = text;
    for (char *token; (token = strsep(&rest, " ")) != NULL;) {
        if (*token) {
            override(values, token);
        }
    }
    free(text);
    esw_config *made = NULL;
    const esw_status status = eswi_ecc_configure(values, NULL, &made, error);
    eswi_ecc_values_free(values);
    *config = (eswi_ecc_config *)made;
    return status;
}

static void *aligned(size_t bytes)
{
    void *block = aligned_alloc(64, (bytes + 63) / 64 * 64);
    cr_assert_not_null(block);
    memset(block, 0xa5, bytes); /* nothing may be read before it is written */
    return block;
}

void ecc_setup_open(ecc_setup *setup, const char *overrides)
{
    esw_error error = {""};
    cr_assert_eq(ecc_configure(overrides, &setup->config, &error), ESW_OK, "%s: %s", overrides, error.text);
    setup->instance_block = aligned(eswi_ecc_instance_bytes(setup->config));
    setup->decision_block = aligned(eswi_ecc_decision_bytes(setup->config));
    setup->scratch = aligned(eswi_ecc_baseline_scratch_bytes(setup->config));
    setup->instance = eswi_ecc_instance_view(setup->config, setup->instance_block);
    setup->decision = eswi_ecc_decision_view(setup->config, setup->decision_block);
}

void ecc_setup_close(ecc_setup *setup)
{
    eswi_ecc_config_free((esw_config *)setup->config);
    free(setup->instance_block);
    free(setup->decision_block);
    free(setup->scratch);
}

void ecc_setup_stage(ecc_setup *setup, uint64_t seed, uint64_t scenario)
{
    eswi_ecc_stage(setup->config, seed, scenario, &setup->instance);
}

void ecc_setup_solve(ecc_setup *setup, ecc_method method)
{
    eswi_ecc_solve_baseline(method, setup->config, &setup->instance, setup->scratch, &setup->decision);
}

bool ecc_setup_sends(const ecc_setup *setup, int user)
{
    return setup->decision.split[user] < setup->config->profiles[setup->instance.profile_of_user[user]].units;
}

void ecc_expect_failure(esw_status found, const esw_error *error, esw_status status, const char *words)
{
    cr_assert_eq(found, status, "status %d (%s), expected %d", found, error->text, status);
    cr_assert_not_null(strstr(error->text, words), "'%s' does not say '%s'", error->text, words);
}
