/* ECC: what the common split j costs in computing, and which users are offloading at it. */
#ifndef ESWI_ECC_LAYERS_H
#define ESWI_ECC_LAYERS_H

#include "base/carve.h"
#include "ecc/ecc.h"

typedef struct eswi_ecc_layers {
    int sets;        /* offloading sets: one per distinct depth among the users' networks */
    int *depth;      /* [sets] ascending; in set k the users with F >= depth[k] offload */
    double *compute; /* [max F] utilities of computing at split j, sum over users; j = 1 .. deepest - 1 */
    double local;    /* sum of utilities with everybody local */
} eswi_ecc_layers;

void eswi_ecc_layers_layout(eswi_ecc_layers *layers, eswi_carve *carve, const eswi_ecc_config *config);
void eswi_ecc_layers_fill(eswi_ecc_layers *layers, const eswi_ecc_config *config, const eswi_ecc_instance *instance);

/* The offloading set of split j. */
int eswi_ecc_layers_set(const eswi_ecc_layers *layers, int split);

/* wT T + wE E of computing only, (13), (16), for a network split after `split` units with r* at the edge. */
double eswi_ecc_compute_utility(const eswi_ecc_config *config, const eswi_ecc_profile *profile, int split);

#endif
