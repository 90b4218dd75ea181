/* CLO: the oracle. Naive functions of the paper's equations over the staged instance; it reads the primitive fields of config
 * and instance and shares no formula with the rest of this folder. libm is allowed here and nowhere else. */
#ifndef ESWI_CLO_ORACLE_H
#define ESWI_CLO_ORACLE_H

#include "clo/clo.h"

/* The metrics of a decision, replayed naively; NaN where no equation gives one. */
void eswi_clo_oracle_metrics(const eswi_clo_config *config, const eswi_clo_instance *instance,
                             const eswi_clo_decision *decision, double metrics[CLO_METRICS]);

/* A slot problem (31) by itself. */
typedef struct eswi_clo_oracle_slot {
    const eswi_clo_config *config;
    double gain[CLO_LINKS_MAX];
    int queue[CLO_NODES_MAX][CLO_DEVICES_MAX];
    double worth[CLO_NODES_MAX][CLO_DEVICES_MAX]; /* what deciding the head unit subtracts from (31) */
} eswi_clo_oracle_slot;

/* The number of combinations eswi_clo_oracle_minimum goes through: every set a link or node may take by itself, with every
 * one of the others. */
double eswi_clo_oracle_combinations(const eswi_clo_oracle_slot *slot);

/* The value of (31) without what does not depend on the decision, at (sends, infers); +inf if a constraint (10)-(22) is
 * broken. */
double eswi_clo_oracle_value(const eswi_clo_oracle_slot *slot, const uint8_t *sends, const uint8_t *infers);

/* Its minimum over all combinations of all nodes together. */
double eswi_clo_oracle_minimum(const eswi_clo_oracle_slot *slot);

#endif
