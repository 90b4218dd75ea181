#include "descents.h"

#include <criterion/criterion.h>

#include <stdlib.h>
#include <string.h>

#include "base/carve.h"
#include "ecc/lanes_load.h"

enum { PATTERN = 0xa5 };

descent_spread descent_spreading = SPREAD_BY_SIZE;
int descent_spread_questions;

/* The names are the linker's: every call of eswi_ecc_spreads comes here, and __real_ is the function itself. */
int __real_eswi_ecc_spreads(const eswi_ecc_config *config);
int __wrap_eswi_ecc_spreads(const eswi_ecc_config *config);

int __wrap_eswi_ecc_spreads(const eswi_ecc_config *config)
{
    descent_spread_questions++;
    return descent_spreading == SPREAD_BY_SIZE ? __real_eswi_ecc_spreads(config)
                                               : descent_spreading == SPREAD_ALWAYS;
}

static size_t block_stride(size_t bytes)
{
    return (bytes + ESWI_CARVE_ALIGN - 1) / ESWI_CARVE_ALIGN * ESWI_CARVE_ALIGN;
}

static char *new_blocks(size_t bytes)
{
    char *blocks = aligned_alloc(ESWI_CARVE_ALIGN, bytes);
    cr_assert_not_null(blocks);
    return memset(blocks, PATTERN, bytes);
}

void descents_open(descents *d, const char *overrides, uint64_t seed, uint32_t count)
{
    esw_error error = {""};
    memset(d, 0, sizeof *d);
    cr_assert_eq(ecc_configure(overrides, &d->config, &error), ESW_OK, "%s: %s", overrides, error.text);
    d->count = count;
    d->instance_bytes = block_stride(eswi_ecc_instance_bytes(d->config));
    d->decision_bytes = block_stride(eswi_ecc_decision_bytes(d->config));
    d->instances = new_blocks(d->instance_bytes * count);
    d->decisions = new_blocks(d->decision_bytes * count);
    for (uint32_t i = 0; i < count; i++) {
        const eswi_ecc_instance instance = descents_instance(d, i);
        eswi_ecc_stage(d->config, seed, i, &instance);
    }
}

void descents_close(descents *d)
{
    eswi_ecc_config_free((esw_config *)d->config);
    free(d->instances);
    free(d->decisions);
}

void descents_solve(descents *d, ecc_method method, descent_way way)
{
    const uint32_t batch = way.batch ? way.batch : d->count;
    const int threads = way.threads ? way.threads : 1;
    const eswi_cpu_kernels *kernels = way.kernels ? way.kernels : eswi_cpu_kernels_available()[0];
    const eswi_ecc_steps steps = {kernels->ecc_step, kernels->ecc_published_step};
    eswi_ecc_li_gd *solver = NULL;
    esw_error error = {""};

    memset(d->decisions, PATTERN, d->decision_bytes * d->count);
    descent_spreading = way.spread;
    cr_assert_eq(eswi_ecc_li_gd_open(d->config, method, batch, threads, &steps, &solver, &error), ESW_OK, "%s",
                 error.text);
    for (uint32_t first = 0; first < d->count; first += batch) {
        const uint32_t left = d->count - first;
        eswi_ecc_li_gd_solve(solver, d->instances + first * d->instance_bytes, d->instance_bytes,
                             left < batch ? left : batch, d->decisions + first * d->decision_bytes,
                             d->decision_bytes);
    }
    eswi_ecc_li_gd_close(solver);
    descent_spreading = SPREAD_BY_SIZE;
}

eswi_ecc_instance descents_instance(const descents *d, uint32_t scenario)
{
    return eswi_ecc_instance_view(d->config, d->instances + scenario * d->instance_bytes);
}

eswi_ecc_decision descents_decision(const descents *d, uint32_t scenario)
{
    return eswi_ecc_decision_view(d->config, d->decisions + scenario * d->decision_bytes);
}

double descents_value(const descents *d, uint32_t scenario)
{
    const eswi_ecc_instance instance = descents_instance(d, scenario);
    const eswi_ecc_decision decision = descents_decision(d, scenario);
    return eswi_ecc_account(d->config, &instance, &decision, NULL, NULL);
}

double descents_local_value(const descents *d, uint32_t scenario)
{
    const eswi_ecc_instance instance = descents_instance(d, scenario);
    char *block = new_blocks(d->decision_bytes);
    const eswi_ecc_decision local = eswi_ecc_decision_view(d->config, block);
    eswi_ecc_decision_reset(d->config, &instance, d->config->access, &local);
    const double value = eswi_ecc_account(d->config, &instance, &local, NULL, NULL);
    free(block);
    return value;
}

bool descents_in_full(void)
{
    const char *full = getenv("ESW_TEST_FULL");
    return full && *full && strcmp(full, "0") != 0;
}
