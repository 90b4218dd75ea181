#include "ecc/li_gd.h"

#include <stdlib.h>
#include <string.h>

#ifdef _OPENMP
#include <omp.h>
#endif

#include "ecc/li_gd_decide.h"
#include "ecc/li_gd_phases.h"

struct eswi_ecc_li_gd {
    eswi_ecc_batch_work work;
    uint32_t next;
    int threads;
    eswi_ecc_steps steps;
    void *block;
    eswi_ecc_crew *crews; /* [threads] */
};

static size_t lay_out(eswi_ecc_li_gd *s, void *block, uint32_t batch)
{
    const eswi_ecc_config *config = s->work.config;
    eswi_carve carve = {block, 0};
    eswi_ecc_crew *crews = ESWI_CARVE(&carve, eswi_ecc_crew, (size_t)s->threads);
    eswi_ecc_record *records = ESWI_CARVE(&carve, eswi_ecc_record, batch);

    for (int t = 0; t < s->threads; t++) {
        eswi_ecc_crew measured;
        eswi_ecc_crew_layout(block ? &crews[t] : &measured, &carve, config, s->work.relaxed,
                             eswi_ecc_spreads(config), 1);
    }
    for (uint32_t i = 0; i < batch; i++) {
        eswi_ecc_record measured;
        eswi_ecc_record_layout(block ? &records[i] : &measured, &carve, config);
    }
    s->crews = crews;
    s->work.records = records;
    return carve.used;
}

static void configure(eswi_ecc_li_gd *s, const eswi_ecc_config *config, int threads)
{
    s->work.config = config;
    s->work.relaxed = config->access == ECC_NOMA;
    s->work.next = &s->next;
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
        s->work.cold = method == ECC_GD;
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
    return esw_fail(error, ESW_NO_MEMORY, "li-gd: no memory for a batch of %u scenarios; lower --max-memory",
                    batch);
}

void eswi_ecc_li_gd_close(eswi_ecc_li_gd *s)
{
    if (s)
        free(s->block);
    free(s);
}

/* One crew's share of a phase. */
static void work_phase(eswi_ecc_li_gd *s, eswi_ecc_crew *crew, eswi_ecc_phase phase)
{
    const int relaxed = eswi_ecc_phase_relaxed(&s->work, phase);
    const eswi_ecc_step step =
        relaxed && s->work.config->reading == ECC_PUBLISHED ? s->steps.published : s->steps.repaired;
    eswi_ecc_crew_aim(crew, eswi_ecc_phase_direction(phase), relaxed);
    for (;;) {
        int busy = 0;
        for (int seat = 0; seat < crew->seats; seat++)
            busy |= eswi_ecc_seat_turn(&s->work, crew, phase, relaxed, seat);
        if (!busy)
            return;
        step(crew->active);
    }
}

static int this_thread(void)
{
#ifdef _OPENMP
    return omp_get_thread_num();
#else
    return 0;
#endif
}

static void run_phase(eswi_ecc_li_gd *s, eswi_ecc_phase phase)
{
    s->next = 0;
#pragma omp parallel num_threads(s->threads)
    work_phase(s, &s->crews[this_thread()], phase);
}

typedef void scenario_work(const eswi_ecc_batch_work *work, const eswi_ecc_crew *crew, int scenario,
                           const eswi_ecc_decision *decision);

static void prepare(const eswi_ecc_batch_work *work, const eswi_ecc_crew *crew, int scenario,
                    const eswi_ecc_decision *decision)
{
    (void)decision;
    eswi_ecc_li_gd_prepare(work, scenario, crew->load);
}

static void write_decision(const eswi_ecc_batch_work *work, const eswi_ecc_crew *crew, int scenario,
                           const eswi_ecc_decision *decision)
{
    (void)crew;
    eswi_ecc_li_gd_write(work, scenario, decision);
}

static void resplit(const eswi_ecc_batch_work *work, const eswi_ecc_crew *crew, int scenario,
                    const eswi_ecc_decision *decision)
{
    eswi_ecc_li_gd_resplit(work, scenario, decision, crew->links);
}

static void settle(const eswi_ecc_batch_work *work, const eswi_ecc_crew *crew, int scenario,
                   const eswi_ecc_decision *decision)
{
    eswi_ecc_li_gd_settle(work, scenario, decision, crew->links);
}

/* Runs `one` on every scenario of the batch. */
static void each_scenario(eswi_ecc_li_gd *s, scenario_work *one, char *decisions, size_t decision_bytes)
{
#pragma omp parallel for num_threads(s->threads) schedule(dynamic, 4)
    for (uint32_t i = 0; i < s->work.count; i++) {
        const eswi_ecc_decision decision =
            eswi_ecc_decision_view(s->work.config, decisions + i * decision_bytes);
        one(&s->work, &s->crews[this_thread()], (int)i, &decision);
    }
}

void eswi_ecc_li_gd_solve(eswi_ecc_li_gd *s, const void *instances, size_t instance_bytes, uint32_t count,
                          void *decisions, size_t decision_bytes)
{
    s->work.instances = instances;
    s->work.instance_bytes = instance_bytes;
    s->work.count = count;
    each_scenario(s, prepare, decisions, decision_bytes);
    run_phase(s, PHASE_DOWN);
    run_phase(s, PHASE_UP);
    run_phase(s, PHASE_POWER_DOWN);
    run_phase(s, PHASE_POWER_UP);
    each_scenario(s, write_decision, decisions, decision_bytes);
    if (s->work.config->split == ECC_SPLIT_PER_USER) {
        each_scenario(s, resplit, decisions, decision_bytes);
        run_phase(s, PHASE_POWER_DOWN);
        run_phase(s, PHASE_POWER_UP);
        each_scenario(s, write_decision, decisions, decision_bytes);
    }
    each_scenario(s, settle, decisions, decision_bytes);
}
