/* ECC: what gd and li-gd keep of every scenario of a batch between their phases (li_gd.h). Shared by CPU and CUDA. */
#ifndef ESWI_ECC_LI_GD_RECORD_H
#define ESWI_ECC_LI_GD_RECORD_H

#include "ecc/blocks.h"
#include "ecc/crew.h"
#include "ecc/layers.h"

typedef enum { PHASE_DOWN, PHASE_UP, PHASE_POWER_DOWN, PHASE_POWER_UP } eswi_ecc_phase;

/* What the phases leave behind for one scenario. */
typedef struct eswi_ecc_record {
    int32_t *assigned[ECC_DIRECTIONS]; /* [U] */
    float *level[ECC_DIRECTIONS];      /* [U] power levels */
    int32_t *set_assigned;       /* [sets][U] the downlink of every offloading set */
    float *set_level;            /* [sets][U] */
    double *set_value;           /* [sets] */
    double *kept_power;          /* [2][U] the common-split decision while per-user splits are tried */
    int32_t *kept_assigned;      /* [2][U] */
    int32_t *kept_split;         /* [U] */
    double kept_value;           /* its accounted sum of utilities */
    int32_t *split;              /* [U] the decision being worked out */
    eswi_ecc_layers layers;
    eswi_ecc_diagnostics diagnostics;
    int live; /* takes part in the power phases */
} eswi_ecc_record;

/* Places a record's arrays; see carve.h. */
ESW_FN void eswi_ecc_record_layout(eswi_ecc_record *r, eswi_carve *carve, const eswi_ecc_config *config)
{
    const size_t users = (size_t)config->users, sets = (size_t)config->n_profiles;
    for (int d = 0; d < ECC_DIRECTIONS; d++) {
        r->assigned[d] = ESWI_CARVE(carve, int32_t, users);
        r->level[d] = ESWI_CARVE(carve, float, users);
    }
    r->set_assigned = ESWI_CARVE(carve, int32_t, sets * users);
    r->set_level = ESWI_CARVE(carve, float, sets *users);
    r->set_value = ESWI_CARVE(carve, double, sets);
    r->kept_power = ESWI_CARVE(carve, double, ECC_DIRECTIONS *users);
    r->kept_assigned = ESWI_CARVE(carve, int32_t, ECC_DIRECTIONS *users);
    r->kept_split = ESWI_CARVE(carve, int32_t, users);
    r->split = ESWI_CARVE(carve, int32_t, users);
    eswi_ecc_layers_layout(&r->layers, carve, config);
}

/* A batch on its way through the phases. */
typedef struct eswi_ecc_batch_work {
    const eswi_ecc_config *config;
    int cold;    /* gd: every descent starts cold */
    int relaxed; /* phases 1 and 2 descend on shares too: NOMA */
    eswi_ecc_record *records;
    const char *instances; /* blocks, instance_bytes apart */
    size_t instance_bytes;
    uint32_t count;
    uint32_t *next; /* the scenario whose turn it is in this phase */
} eswi_ecc_batch_work;

ESW_FN eswi_ecc_instance eswi_ecc_work_instance(const eswi_ecc_batch_work *w, int scenario)
{
    return eswi_ecc_instance_at(w->config, (void *)(w->instances + (size_t)scenario * w->instance_bytes));
}

/* Whether a phase descends on shares and powers together. */
ESW_FN int eswi_ecc_phase_relaxed(const eswi_ecc_batch_work *w, eswi_ecc_phase phase)
{
    return w->relaxed && (phase == PHASE_DOWN || phase == PHASE_UP);
}

ESW_FN int eswi_ecc_phase_direction(eswi_ecc_phase phase)
{
    return phase == PHASE_UP || phase == PHASE_POWER_UP ? ECC_UP : ECC_DOWN;
}

#endif
