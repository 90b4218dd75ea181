/* ECC: the methods that search for an optimum: `grid-optimum`, `certified` and `joint`.
 *
 * All three work on elements (element.h): what the senders of one subchannel cost in one direction. Given who sends
 * where, elements are independent. The first two choose who sends by best-first search over an arena of at most ten
 * users (arena.h): a component whose assignment is fixed, or all users of a small instance with the assignment free.
 * `joint` moves users between subchannels as long as that helps.
 *
 * Searching is shared with GPU code (optimum_search.h); what a config fixes is made on the host.
 */
#ifndef ESWI_ECC_OPTIMUM_H
#define ESWI_ECC_OPTIMUM_H

#include "base/carve.h"
#include "ecc/element_build.h"
#include "ecc/inner.h"

/* Powers between which the dynamic programme of a cell brackets all others. */
enum { ECC_CHAIN_LEVELS = 128 };

/* What a config fixes. */
typedef struct eswi_ecc_optimum_tables {
    eswi_ecc_envelope *envelopes; /* [profiles] */
    double *compute; /* [profiles][max_units + 1] computing at split s, at the best compute units */
    double *units;   /* [profiles][max_units + 1] those */
    double *level_w[ECC_DIRECTIONS]; /* grid-optimum: [grid_power_levels] */
    float *chain_w[ECC_DIRECTIONS];  /* [ECC_CHAIN_LEVELS], ascending */
} eswi_ecc_optimum_tables;

ESW_FN void eswi_ecc_optimum_tables_layout(ecc_method method, const eswi_ecc_config *config, eswi_carve *carve,
                                           eswi_ecc_optimum_tables *t)
{
    const size_t profiles = (size_t)config->n_profiles, splits = (size_t)config->max_units + 1;
    t->envelopes = ESWI_CARVE(carve, eswi_ecc_envelope, profiles);
    t->compute = ESWI_CARVE(carve, double, profiles *splits);
    t->units = ESWI_CARVE(carve, double, profiles *splits);
    for (int d = 0; d < ECC_DIRECTIONS; d++) {
        t->level_w[d] = ESWI_CARVE(carve, double,
                                   method == ECC_GRID_OPTIMUM ? (size_t)config->grid_power_levels : 0);
        t->chain_w[d] = ESWI_CARVE(carve, float, ECC_CHAIN_LEVELS);
    }
}

/* True if the method starts from the decision of another one, config->assignment_from, which *from then names. */
ESW_FN bool eswi_ecc_optimum_starts_from(ecc_method method, const eswi_ecc_config *config, ecc_method *from)
{
    if (method != ECC_GRID_OPTIMUM && method != ECC_CERTIFIED)
        return false;
    *from = config->assignment_from == ECC_FROM_GD      ? ECC_GD
            : config->assignment_from == ECC_FROM_LI_GD ? ECC_LI_GD
                                                        : ECC_JOINT;
    return config->assignment_from >= ECC_FROM_GD && config->assignment_from <= ECC_FROM_JOINT;
}

#ifdef __cplusplus
extern "C" {
#endif

/* True for the methods of this header. */
bool eswi_ecc_is_optimum(ecc_method method);

/* A block of tables, 64-byte aligned. */
size_t eswi_ecc_optimum_tables_bytes(ecc_method method, const eswi_ecc_config *config);
void eswi_ecc_optimum_tables_prepare(ecc_method method, const eswi_ecc_config *config, void *block);

/* What a search of one scenario works in, 64-byte aligned, contents undefined. */
size_t eswi_ecc_optimum_workspace_bytes(ecc_method method, const eswi_ecc_config *config);

#ifdef __cplusplus
}
#else

/* Scratch of one worker of the CPU, 64-byte aligned: prepared once for a config, then used by any number of solves. */
size_t eswi_ecc_optimum_bytes(ecc_method method, const eswi_ecc_config *config);
void eswi_ecc_optimum_prepare(ecc_method method, const eswi_ecc_config *config, void *scratch);

/* Solves one scenario. `decision` holds that of the method it starts from, if there is one, or with ECC_FROM_DECISION
 * the one whose assignment is kept. No allocation. */
void eswi_ecc_solve_optimum(ecc_method method, const eswi_ecc_config *config, const eswi_ecc_instance *instance,
                            const eswi_ecc_optimum_kernels *kernels, void *scratch,
                            const eswi_ecc_decision *decision);

#endif

/* The same in parts: tables made before, and a workspace. */
ESW_LARGE void eswi_ecc_optimum_solve(ecc_method method, const eswi_ecc_config *config,
                                      const eswi_ecc_optimum_tables *tables, const eswi_ecc_instance *instance,
                                      const eswi_ecc_optimum_kernels *kernels, void *workspace,
                                      const eswi_ecc_decision *decision);

#endif
