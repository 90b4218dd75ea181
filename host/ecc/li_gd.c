#include "ecc/li_gd.h"

#include <stdlib.h>
#include <string.h>

#ifdef _OPENMP
#include <omp.h>
#endif

#include "ecc/li_gd_record.h"

static size_t lay_out(eswi_ecc_li_gd *s, void *block, uint32_t batch)
{
    const eswi_ecc_config *config = s->config;
    const size_t users = (size_t)config->users, sets = (size_t)config->n_profiles;
    eswi_carve carve = {block, 0};
    eswi_ecc_crew *crews = ESWI_CARVE(&carve, eswi_ecc_crew, (size_t)s->threads);
    eswi_ecc_record *records = ESWI_CARVE(&carve, eswi_ecc_record, batch);

    for (int t = 0; t < s->threads; t++) {
        eswi_ecc_crew measured;
        eswi_ecc_crew_layout(block ? &crews[t] : &measured, &carve, config, s->relaxed);
    }
    for (uint32_t i = 0; i < batch; i++) {
        eswi_ecc_record measured, *r = block ? &records[i] : &measured;
        for (int d = 0; d < ECC_DIRECTIONS; d++) {
            r->assigned[d] = ESWI_CARVE(&carve, int32_t, users);
            r->level[d] = ESWI_CARVE(&carve, float, users);
            r->rate[d] = ESWI_CARVE(&carve, float, users);
        }
        r->set_assigned = ESWI_CARVE(&carve, int32_t, sets * users);
        r->set_level = ESWI_CARVE(&carve, float, sets * users);
        r->set_value = ESWI_CARVE(&carve, double, sets);
        r->kept_power = ESWI_CARVE(&carve, double, ECC_DIRECTIONS * users);
        r->kept_split = ESWI_CARVE(&carve, int32_t, users);
        r->split = ESWI_CARVE(&carve, int32_t, users);
        eswi_ecc_layers_layout(&r->layers, &carve, config);
    }
    s->crews = crews;
    s->records = records;
    return carve.used;
}

static void configure(eswi_ecc_li_gd *s, const eswi_ecc_config *config, int threads)
{
    s->config = config;
    s->relaxed = config->access == ECC_NOMA;
    s->threads = threads;
}

size_t eswi_ecc_li_gd_bytes(const eswi_ecc_config *config, uint32_t batch, int threads)
{
    eswi_ecc_li_gd measured = {0};
    configure(&measured, config, threads);
    return sizeof measured + lay_out(&measured, NULL, batch);
}

esw_status eswi_ecc_li_gd_open(const eswi_ecc_config *config, ecc_method method, uint32_t batch, int threads,
                               const eswi_ecc_steps *steps, eswi_ecc_li_gd **solver, esw_error *error)
{
    eswi_ecc_li_gd *s = calloc(1, sizeof *s);
    if (s) {
        configure(s, config, threads);
        s->cold = method == ECC_GD;
        s->steps = *steps;
        const size_t bytes = lay_out(s, NULL, batch);
        s->block = aligned_alloc(ESWI_CARVE_ALIGN, bytes);
        if (s->block) {
            memset(s->block, 0, bytes); /* padded and idle lanes compute on zeros */
            lay_out(s, s->block, batch);
            *solver = s;
            return ESW_OK;
        }
    }
    free(s);
    return esw_fail(error, ESW_NO_MEMORY, "li-gd: no memory for a batch of %u scenarios; lower --max-memory", batch);
}

void eswi_ecc_li_gd_close(eswi_ecc_li_gd *s)
{
    if (s)
        free(s->block);
    free(s);
}

static void run_phase(eswi_ecc_li_gd *s, eswi_ecc_phase phase)
{
    s->next = 0;
#pragma omp parallel num_threads(s->threads)
    {
        int thread = 0;
#ifdef _OPENMP
        thread = omp_get_thread_num();
#endif
        eswi_ecc_li_gd_work(s, &s->crews[thread], phase);
    }
}

typedef void scenario_work(eswi_ecc_li_gd *s, int scenario, const eswi_ecc_decision *decision);

/* Runs `work` on every scenario of the batch. */
static void each_scenario(eswi_ecc_li_gd *s, scenario_work *work, char *decisions, size_t decision_bytes)
{
#pragma omp parallel for num_threads(s->threads) schedule(dynamic, 4)
    for (uint32_t i = 0; i < s->count; i++) {
        const eswi_ecc_decision decision = eswi_ecc_decision_view(s->config, decisions + i * decision_bytes);
        work(s, (int)i, &decision);
    }
}

static void prepare(eswi_ecc_li_gd *s, int scenario, const eswi_ecc_decision *decision)
{
    int thread = 0;
#ifdef _OPENMP
    thread = omp_get_thread_num();
#endif
    (void)decision;
    eswi_ecc_li_gd_prepare(s, scenario, s->crews[thread].load);
}

void eswi_ecc_li_gd_solve(eswi_ecc_li_gd *s, const void *instances, size_t instance_bytes, uint32_t count,
                          void *decisions, size_t decision_bytes)
{
    s->instances = instances;
    s->instance_bytes = instance_bytes;
    s->count = count;
    each_scenario(s, prepare, decisions, decision_bytes);
    run_phase(s, PHASE_DOWN);
    run_phase(s, PHASE_UP);
    run_phase(s, PHASE_POWER_DOWN);
    run_phase(s, PHASE_POWER_UP);
    each_scenario(s, eswi_ecc_li_gd_write, decisions, decision_bytes);
    if (s->config->split == ECC_SPLIT_PER_USER) {
        each_scenario(s, eswi_ecc_li_gd_resplit, decisions, decision_bytes);
        run_phase(s, PHASE_POWER_DOWN);
        run_phase(s, PHASE_POWER_UP);
        each_scenario(s, eswi_ecc_li_gd_write, decisions, decision_bytes);
    }
    each_scenario(s, eswi_ecc_li_gd_settle, decisions, decision_bytes);
}
