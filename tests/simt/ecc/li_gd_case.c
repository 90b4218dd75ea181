#include "li_gd_case.h"

#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend/cpu/isa.h"
#include "base/carve.h"
#include "ecc_setup.h"

static size_t padded(size_t bytes)
{
    return (bytes + ESWI_CARVE_ALIGN - 1) / ESWI_CARVE_ALIGN * ESWI_CARVE_ALIGN;
}

static char *blocks_of(size_t bytes, uint32_t count)
{
    char *blocks = aligned_alloc(ESWI_CARVE_ALIGN, bytes * count);
    cr_assert_not_null(blocks);
    return memset(blocks, LI_GD_CASE_GAP, bytes * count);
}

void li_gd_case_open(li_gd_case *c, const char *overrides, ecc_method method, uint64_t first, uint32_t count)
{
    esw_error error = {""};
    memset(c, 0, sizeof *c);
    cr_assert_eq(ecc_configure(overrides, &c->config, &error), ESW_OK, "%s: %s", overrides, error.text);
    c->method = method;
    c->count = count;
    c->instance_bytes = padded(eswi_ecc_instance_bytes(c->config));
    c->decision_bytes = padded(eswi_ecc_decision_bytes(c->config));
    c->instances = blocks_of(c->instance_bytes, count);
    c->decisions = blocks_of(c->decision_bytes, count);
    snprintf(c->text, sizeof c->text, "%s %s", method == ECC_GD ? "gd" : "li-gd", overrides);
    for (uint32_t i = 0; i < count; i++) {
        const eswi_ecc_instance instance =
            eswi_ecc_instance_view(c->config, c->instances + i * c->instance_bytes);
        eswi_ecc_stage(c->config, 11, first + i, &instance);
    }
    const eswi_cpu_kernels *kernels = eswi_cpu_kernels_in_use();
    const eswi_ecc_steps steps = {kernels->ecc_step, kernels->ecc_published_step};
    eswi_ecc_li_gd *solver = NULL;
    cr_assert_eq(eswi_ecc_li_gd_open(c->config, method, count, 1, &steps, &solver, &error), ESW_OK, "%s",
                 error.text);
    eswi_ecc_li_gd_solve(solver, c->instances, c->instance_bytes, count, c->decisions, c->decision_bytes);
    eswi_ecc_li_gd_close(solver);
}

void li_gd_case_close(li_gd_case *c)
{
    eswi_ecc_config_free((esw_config *)c->config);
    free(c->instances);
    free(c->decisions);
}

int li_gd_case_senders(const li_gd_case *c)
{
    int senders = 0;
    for (uint32_t i = 0; i < c->count; i++) {
        const eswi_ecc_decision decision =
            eswi_ecc_decision_view(c->config, c->decisions + i * c->decision_bytes);
        for (int u = 0; u < c->config->users; u++)
            senders += decision.compute_units[u] > 0.0;
    }
    return senders;
}
