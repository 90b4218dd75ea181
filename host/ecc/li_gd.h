/* ECC methods gd and li-gd: Algorithm 1 on many scenarios at once.
 *
 * A batch goes through phases; in each, every thread owns one crew of sixteen lanes and takes the next scenario off a
 * shared counter whenever a lane is free:
 *   1. downlink, relaxed: one descent per offloading set (with one common split j the set of users with j < F_i shrinks
 *      as j passes a network's depth; y_i does not depend on j), rounded at once;
 *   2. uplink, relaxed: one descent per split j, the best j by (22) kept, rounded;
 *   3. downlink and 4. uplink powers with the subchannels fixed.
 * In OMA the subchannels are fixed from the start (rule A) and phases 1 and 2 descend on powers alone. `split: per-user`
 * lets every user choose a split of its own after that (resplit.h) and repeats 3 and 4. gd starts every descent cold, li-gd
 * from where the split before it ended. `reading: published` takes the printed iteration in phases 1 and 2 of NOMA; the
 * powers with fixed subchannels, and OMA, are descended on by the repaired one in both readings.
 */
#ifndef ESWI_ECC_LI_GD_H
#define ESWI_ECC_LI_GD_H

#include "ecc/descent.h"
#include "ecc/ecc.h"

/* One evaluation step of all lanes, compiled per instruction set by the backend. */
typedef void (*eswi_ecc_step)(const eswi_ecc_descent *descent);

typedef struct eswi_ecc_steps {
    eswi_ecc_step repaired;  /* spectral projected gradient (descent.h) */
    eswi_ecc_step published; /* Algorithm 1 as printed (published.h), for shares and powers together */
} eswi_ecc_steps;

typedef struct eswi_ecc_li_gd eswi_ecc_li_gd;

/* Bytes `eswi_ecc_li_gd_open` allocates for batches of `batch` scenarios on `threads` threads. */
size_t eswi_ecc_li_gd_bytes(const eswi_ecc_config *config, uint32_t batch, int threads);

/* A solver for one config; `method` is ECC_GD or ECC_LI_GD. ESW_NO_MEMORY. */
esw_status eswi_ecc_li_gd_open(const eswi_ecc_config *config, ecc_method method, uint32_t batch, int threads,
                               const eswi_ecc_steps *steps, eswi_ecc_li_gd **solver, esw_error *error);
void eswi_ecc_li_gd_close(eswi_ecc_li_gd *solver);

/* Solves `count` staged instances (blocks `instance_bytes` apart) into decision blocks. No allocation. The bits of a
 * decision depend on its instance alone, not on the batch, the threads or the step's instruction set. */
void eswi_ecc_li_gd_solve(eswi_ecc_li_gd *solver, const void *instances, size_t instance_bytes, uint32_t count,
                          void *decisions, size_t decision_bytes);

#endif
