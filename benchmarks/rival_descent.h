/* One iteration of the uplink descent as one would first write it: the yardstick of `edgesweep bench`.
 *
 * Double precision, one thread, one scenario, libm's logarithm, O(U N M) by prefix sums in decoding order, the simplex
 * projection by sorting. The same work as a step of ecc/descent.h without its line search: value, gradient, the
 * Barzilai-Borwein step and the projected step.
 */
#ifndef ESW_RIVAL_DESCENT_H
#define ESW_RIVAL_DESCENT_H

#include "ecc/ecc.h"

typedef struct rival_descent rival_descent;

/* A scenario's uplink at split 1 with every user sending; NULL when out of memory. */
rival_descent *rival_descent_open(const eswi_ecc_config *config, const eswi_ecc_instance *instance);
void rival_descent_close(rival_descent *rival);

/* Back to equal shares and full power. */
void rival_descent_reset(rival_descent *rival);

/* One iteration; returns the objective at the point it started from. */
double rival_descent_iterate(rival_descent *rival);

#endif
