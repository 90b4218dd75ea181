/* ECC: the methods that search for an optimum: `grid-optimum`, `certified` and `joint`.
 *
 * All three work on elements (element.h): what the senders of one subchannel cost in one direction. Given who sends
 * where, elements are independent. The first two choose who sends by best-first search over an arena of at most ten
 * users (arena.h): a component whose assignment is fixed, or all users of a small instance with the assignment free.
 * `joint` moves users between subchannels as long as that helps.
 */
#ifndef ESWI_ECC_OPTIMUM_H
#define ESWI_ECC_OPTIMUM_H

#include "ecc/frontier.h"
#include "ecc/search.h"
#include "ecc/states.h"

/* The inner loops of one instruction set. */
typedef struct eswi_ecc_optimum_kernels {
    eswi_ecc_element_kernels element;
    eswi_ecc_scan_kernels scan;
    eswi_ecc_cell_bounds (*chain)(const eswi_ecc_cell *chain, int between);
} eswi_ecc_optimum_kernels;

/* True for the methods of this header. */
bool eswi_ecc_is_optimum(ecc_method method);

/* True if the method starts from the decision of another one, config->assignment_from, which *from then names. */
bool eswi_ecc_optimum_starts_from(ecc_method method, const eswi_ecc_config *config, ecc_method *from);

/* Scratch of one worker, 64-byte aligned: prepared once for a config, then used by any number of solves. */
size_t eswi_ecc_optimum_bytes(ecc_method method, const eswi_ecc_config *config);
void eswi_ecc_optimum_prepare(ecc_method method, const eswi_ecc_config *config, void *scratch);

/* Solves one scenario. `decision` holds that of the method it starts from, if there is one. No allocation. */
void eswi_ecc_solve_optimum(ecc_method method, const eswi_ecc_config *config, const eswi_ecc_instance *instance,
                            const eswi_ecc_optimum_kernels *kernels, void *scratch,
                            const eswi_ecc_decision *decision);

#endif
