#include "clo_cases.h"

#include <criterion/criterion.h>
#include <stdlib.h>

#include "backend/cpu/isa.h"
#include "base/carve.h"

static esw_value value_of(const esw_param *param, json_t *json)
{
    esw_value value = {
        .set = true, .tree = json, .real = json_number_value(json), .integer = json_integer_value(json)};
    if (param->type == ESW_PARAM_CHOICE)
        value.integer = eswi_choice_index(param->choices, json_string_value(json));
    if (param->type == ESW_PARAM_BOOLEAN)
        value.integer = json_is_true(json);
    return value;
}

eswi_clo_config *clo_config(const char *parameters)
{
    esw_value values[CLO_PARAMS];
    esw_config *config;
    esw_error error;
    json_t *object = json_loads(parameters, 0, NULL), *json, *single = json_string("single-hop"),
           *logit = json_string("logit-normal");
    const char *name;
    cr_assert_not_null(object, "%s", parameters);
    eswi_default_values(&eswi_clo_bindings, values);
    values[CLO_PARAM_NETWORK].tree = single;
    values[CLO_PARAM_TASKS].tree = logit;
    json_object_foreach(object, name, json) {
        int p = 0;
        while (p < CLO_PARAMS && strcmp(eswi_clo_params[p].name, name) != 0)
            p++;
        cr_assert_lt(p, CLO_PARAMS, "%s", name);
        values[p] = value_of(&eswi_clo_params[p], json);
    }
    const esw_status status = eswi_clo_configure(values, ".", &config, &error);
    cr_assert_eq(status, ESW_OK, "%s", error.text);
    json_decref(object);
    json_decref(single);
    json_decref(logit);
    return (eswi_clo_config *)config;
}

void clo_config_free(eswi_clo_config *config)
{
    eswi_clo_config_free((esw_config *)config);
}

static void *block_of(size_t bytes)
{
    void *block = aligned_alloc(ESWI_CARVE_ALIGN, bytes);
    cr_assert_not_null(block);
    return block;
}

clo_case clo_open(eswi_clo_config *config)
{
    clo_case c = {.config = config};
    c.instance_block = block_of(eswi_clo_instance_bytes(config));
    c.decision_block = block_of(eswi_clo_decision_bytes(config));
    c.state_block = block_of(eswi_clo_state_bytes(config));
    c.instance = eswi_clo_instance_view(config, c.instance_block);
    c.decision = eswi_clo_decision_view(config, c.decision_block);
    return c;
}

void clo_solve(clo_case *c, clo_method method, uint64_t seed, uint64_t scenario)
{
    eswi_clo_stage(c->config, seed, scenario, &c->instance);
    eswi_clo_solve(eswi_cpu_kernels_in_use()->clo_run, method, c->config, c->instance_block, c->state_block,
                   c->decision_block);
}

void clo_close(clo_case *c)
{
    free(c->instance_block);
    free(c->decision_block);
    free(c->state_block);
}
