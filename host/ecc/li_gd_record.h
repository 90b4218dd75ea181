/* ECC: what gd and li-gd keep of every scenario of a batch between their phases (li_gd.h). Private to li_gd*.c. */
#ifndef ESWI_ECC_LI_GD_RECORD_H
#define ESWI_ECC_LI_GD_RECORD_H

#include "ecc/crew.h"
#include "ecc/layers.h"
#include "ecc/li_gd.h"

typedef enum { PHASE_DOWN, PHASE_UP, PHASE_POWER_DOWN, PHASE_POWER_UP } eswi_ecc_phase;

/* What the phases leave behind for one scenario; arrays in the solver's block. */
typedef struct eswi_ecc_record {
    int32_t *assigned[ECC_DIRECTIONS]; /* [U] */
    float *level[ECC_DIRECTIONS];      /* [U] power levels */
    float *rate[ECC_DIRECTIONS];       /* [U] bit/s/Hz at the final powers; of a local user: what it would get */
    int32_t *set_assigned;             /* [sets][U] the downlink of every offloading set */
    float *set_level;                  /* [sets][U] */
    double *set_value;                 /* [sets] */
    double *kept_power;                /* [2][U] the common-split decision while per-user splits are tried */
    int32_t *kept_split;               /* [U] */
    double kept_value;                 /* its accounted sum of utilities */
    int32_t *split;                    /* [U] the decision being worked out */
    eswi_ecc_layers layers;
    eswi_ecc_diagnostics diagnostics;
    int live; /* takes part in the power phases */
} eswi_ecc_record;

struct eswi_ecc_li_gd {
    const eswi_ecc_config *config;
    int cold, relaxed, threads;
    eswi_ecc_steps steps;
    void *block;
    eswi_ecc_crew *crews;
    eswi_ecc_record *records;
    /* the batch being solved */
    const char *instances;
    size_t instance_bytes;
    uint32_t count, next;
};

static inline eswi_ecc_instance eswi_ecc_li_gd_instance(const eswi_ecc_li_gd *s, int scenario)
{
    return eswi_ecc_instance_view(s->config, s->instances + (size_t)scenario * s->instance_bytes);
}

/* li_gd_phases.c: one crew's share of a phase. */
void eswi_ecc_li_gd_work(eswi_ecc_li_gd *s, eswi_ecc_crew *crew, eswi_ecc_phase phase);

/* li_gd_decide.c: before the phases, and between and after the power phases. */
void eswi_ecc_li_gd_prepare(eswi_ecc_li_gd *s, int scenario, int32_t *load);
void eswi_ecc_li_gd_write(eswi_ecc_li_gd *s, int scenario, const eswi_ecc_decision *decision);
void eswi_ecc_li_gd_resplit(eswi_ecc_li_gd *s, int scenario, const eswi_ecc_decision *decision);
void eswi_ecc_li_gd_settle(eswi_ecc_li_gd *s, int scenario, const eswi_ecc_decision *decision);

#endif
