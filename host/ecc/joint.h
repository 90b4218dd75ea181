/* ECC: the local search of `joint`: powers, a split per user and subchannels, improved in turn.
 *
 * The state is who sends on which subchannel with what power; its value is the sum of its elements (element.h) and of
 * the computing of local users. Splits need no variable: an element charges the envelope. A step changes one user's or
 * two users' place (to another subchannel, two senders', to local or back, a local user's for a sender's), lets the powers of the
 * elements concerned descend, and stays if the sum got smaller. The search ends where no step helps. The best of all starts
 * then goes on with powers that descend from afar, too; in a crowd on few subchannels every user is turned over, once.
 *
 * Shared with GPU code: bodies in joint_search.h.
 */
#ifndef ESWI_ECC_JOINT_H
#define ESWI_ECC_JOINT_H

#include "base/carve.h"
#include "ecc/element_build.h"
#include "ecc/frontier.h"

typedef struct eswi_ecc_joint eswi_ecc_joint;

/* Memory of a search; `moves`: for eswi_ecc_joint_solve, else for eswi_ecc_joint_settle alone. */
ESW_LARGE eswi_ecc_joint *eswi_ecc_joint_layout(eswi_carve *carve, const eswi_ecc_config *config, bool moves);

/* Gets ready for one scenario; slices[direction][user] as in eswi_ecc_element_build, 0 for users without a place. */
ESW_LARGE void eswi_ecc_joint_begin(eswi_ecc_joint *joint, const eswi_ecc_scene *scene,
                          const eswi_ecc_element_kernels *kernels, int32_t *const slices[ECC_DIRECTIONS]);

/* Who of a component's users (first, next[]) sends, and with what power, where `decision` has assigned them: the best of
 * searches from the powers start_w[direction][user] (0: local), from everybody sending and from everybody local, so that
 * it is never worse than those. Later than deadline_s of eswi_ecc_seconds (0: never) it does no more, and what came of the
 * first as far as that goes is the least that it writes. */
ESW_LARGE void eswi_ecc_joint_settle(eswi_ecc_joint *joint, int32_t first, const int32_t *next,
                                     const eswi_ecc_decision *decision, double *const start_w[ECC_DIRECTIONS],
                                     double deadline_s);

/* The whole search, from the decision's assignment (rule A) and, under noma, config->starts - 1 random ones; `load` is
 * scratch of N x M. Fills assignment, powers and diagnostics; splits are left to the caller. */
ESW_LARGE void eswi_ecc_joint_solve(eswi_ecc_joint *joint, int32_t *load, const eswi_ecc_decision *decision);

#endif
