#include "cansa_setup.h"

#include <criterion/criterion.h>

#include <stdlib.h>
#include <string.h>

#include "backend/cpu/isa.h"
#include "base/text.h"
#include "cansa/pack.h"

enum { CLAIMED_LINE = 7 };

static void override(esw_value *values, char *assignment)
{
    char *equals = strchr(assignment, '=');
    cr_assert_not_null(equals, "'%s' has no '='", assignment);
    *equals = '\0';
    int p = 0;
    while (p < CANSA_PARAMS && strcmp(eswi_cansa_params[p].name, assignment) != 0)
        p++;
    cr_assert_lt(p, CANSA_PARAMS, "no parameter '%s'", assignment);
    const esw_param *param = &eswi_cansa_params[p];
    esw_value *value = &values[p];
    value->set = true;
    value->line = CLAIMED_LINE;
    if (param->type == ESW_PARAM_CHOICE) {
        value->integer = eswi_choice_index(param->choices, equals + 1);
        cr_assert_geq(value->integer, 0, "%s=%s", param->name, equals + 1);
        return;
    }
    cr_assert(eswi_parse_real(equals + 1, &value->real), "%s=%s", param->name, equals + 1);
    value->integer = (int64_t)value->real;
}

esw_status cansa_configure(const char *overrides, eswi_cansa_config **config, esw_error *error)
{
    esw_value values[CANSA_PARAMS];
    eswi_default_values(&eswi_cansa_bindings, values);
    char *text = strdup(overrides), *rest = text;
    for (char *token; (token = strsep(&rest, " ")) != NULL;)
        if (*token)
            override(values, token);
    free(text);
    esw_config *made = NULL;
    const esw_status status = eswi_cansa_configure(values, NULL, &made, error);
    *config = (eswi_cansa_config *)(void *)made;
    return status;
}

static void *aligned(size_t bytes)
{
    void *block = aligned_alloc(64, (bytes + 63) / 64 * 64);
    cr_assert_not_null(block);
    memset(block, 0xa5, bytes); /* nothing may be read before it is written */
    return block;
}

/* Memory for any method. */
static size_t scratch_bytes(const eswi_cansa_config *config)
{
    eswi_carve carve = {NULL, 0};
    eswi_cansa_pack_layout(&carve, config->clients);
    eswi_cansa_knapsack_layout(&carve, config);
    ESWI_CARVE(&carve, double, (size_t)config->clients);
    ESWI_CARVE(&carve, int32_t, (size_t)config->clients);
    return carve.used;
}

void cansa_setup_open(cansa_setup *setup, const char *overrides)
{
    esw_error error = {""};
    cr_assert_eq(cansa_configure(overrides, &setup->config, &error), ESW_OK, "%s: %s", overrides, error.text);
    setup->instance_block = aligned(eswi_cansa_instance_bytes(setup->config));
    setup->decision_block = aligned(eswi_cansa_decision_bytes(setup->config));
    setup->scratch = aligned(scratch_bytes(setup->config));
    setup->instance = eswi_cansa_instance_view(setup->config, setup->instance_block);
    setup->decision = eswi_cansa_decision_view(setup->config, setup->decision_block);
}

void cansa_setup_close(cansa_setup *setup)
{
    eswi_cansa_config_free((esw_config *)(void *)setup->config);
    free(setup->instance_block);
    free(setup->decision_block);
    free(setup->scratch);
}

void cansa_setup_stage(cansa_setup *setup, uint64_t seed, uint64_t scenario)
{
    eswi_cansa_stage(setup->config, seed, scenario, &setup->instance);
}

static void solve_in_pack(cansa_setup *setup, cansa_method method, const eswi_cpu_kernels *kernels, int lane)
{
    eswi_carve carve = {setup->scratch, 0};
    const eswi_cansa_pack pack = eswi_cansa_pack_layout(&carve, setup->config->clients);
    for (int l = 0; l < ESW_LANES; l++) {
        if (l == lane)
            eswi_cansa_pack_load(&pack, l, setup->config, &setup->instance);
        else
            eswi_cansa_pack_load_nothing(&pack, l, setup->config->clients);
    }
    if (method == CANSA_AUCTION)
        kernels->cansa_auction(&setup->config->rules, &pack);
    else
        kernels->cansa_baseline(&setup->config->rules, &pack, (int)(method - CANSA_AVERAGE));
    eswi_cansa_pack_store(&pack, lane, setup->config, &setup->decision);
}

bool cansa_setup_solve(cansa_setup *setup, cansa_method method, int isa, int lane)
{
    const eswi_cpu_kernels *const *kernels = eswi_cpu_kernels_available();
    const eswi_cansa_decision *decision = &setup->decision;
    for (int k = 0; k <= isa; k++)
        if (!kernels[k])
            return false;
    eswi_carve carve = {setup->scratch, 0};
    if (method == CANSA_OPTIMUM) {
        eswi_cansa_knapsack knapsack = eswi_cansa_knapsack_layout(&carve, setup->config);
        knapsack.rate = setup->instance.rate_per_rb_bps;
        knapsack.context = setup->instance.context;
        kernels[isa]->cansa_optimum(&setup->config->rules, &knapsack, decision->rbs, decision->option,
                                    decision->bid);
        eswi_cansa_report(decision, CANSA_REASON_NONE, 0, 0, 1);
    } else if (method == CANSA_NASH) {
        const size_t clients = (size_t)setup->config->clients;
        const eswi_cansa_game game = {.rate = setup->instance.rate_per_rb_bps,
                                      .context = setup->instance.context,
                                      .bid = decision->bid,
                                      .saved = ESWI_CARVE(&carve, double, clients),
                                      .need = ESWI_CARVE(&carve, int32_t, clients),
                                      .rbs = decision->rbs,
                                      .option = decision->option};
        const eswi_cansa_ending end = eswi_cansa_nash(&setup->config->rules, &game);
        eswi_cansa_report(decision, end.reason, end.sweeps, end.cycle, 0);
    } else {
        solve_in_pack(setup, method, kernels[isa], lane);
    }
    return true;
}

void cansa_expect_same(const cansa_setup *setup, const eswi_cansa_decision *expected, const char *name)
{
    for (int i = 0; i < setup->config->clients; i++) {
        const eswi_cansa_decision *found = &setup->decision;
        cr_assert(
            found->bid[i] == expected->bid[i] && found->rbs[i] == expected->rbs[i] &&
                found->option[i] == expected->option[i],
            "%s: client %d of %d, R_total %d, context %d, rate %a: bid %a, %d RBs, option %d; expected %a, %d, %d",
            name, i, setup->config->clients, setup->config->rbs_total, setup->instance.context[i],
            setup->instance.rate_per_rb_bps[i], found->bid[i], found->rbs[i], found->option[i],
            expected->bid[i], expected->rbs[i], expected->option[i]);
    }
}
