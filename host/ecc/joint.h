/* ECC: the local search of `joint`: powers, a split per user and subchannels, improved in turn.
 *
 * The state is who sends on which subchannel with what power; its value is the sum of its elements (element.h) and of
 * the computing of local users. Splits need no variable: an element charges the envelope. A step changes one user's or
 * two users' place (to another subchannel, to the place of another user, to local or back), lets the powers of the
 * elements concerned descend, and stays if the sum got smaller. The search ends where no step helps.
 *
 * Shared with GPU code: bodies in joint_search.h.
 */
#ifndef ESWI_ECC_JOINT_H
#define ESWI_ECC_JOINT_H

#include "base/carve.h"
#include "ecc/element_build.h"
#include "ecc/frontier.h"

typedef struct eswi_ecc_joint eswi_ecc_joint;

/* Memory of a search. */
ESW_LARGE eswi_ecc_joint *eswi_ecc_joint_layout(eswi_carve *carve, const eswi_ecc_config *config);

/* Gets ready for one scenario; slices[direction][user] as in eswi_ecc_element_build, 0 for users without a place. */
ESW_LARGE void eswi_ecc_joint_begin(eswi_ecc_joint *joint, const eswi_ecc_scene *scene,
                          const eswi_ecc_element_kernels *kernels, int32_t *const slices[ECC_DIRECTIONS]);

/* Who of a list of users (first, next[]) sends, and with what power, where `decision` has assigned them. */
ESW_LARGE void eswi_ecc_joint_settle(eswi_ecc_joint *joint, int32_t first, const int32_t *next,
                           const eswi_ecc_decision *decision);

/* The whole search, from the decision's assignment (rule A) and, under noma, config->starts - 1 random ones; `load` is
 * scratch of N x M. Fills assignment, powers and diagnostics; splits are left to the caller. */
ESW_LARGE void eswi_ecc_joint_solve(eswi_ecc_joint *joint, int32_t *load, const eswi_ecc_decision *decision);

#endif
