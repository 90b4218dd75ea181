/* ECC: from an instance to its elements (element.h) and chains (states.h). Shared with GPU code but for the envelopes:
 * bodies in scene_build.h. */
#ifndef ESWI_ECC_ELEMENT_BUILD_H
#define ESWI_ECC_ELEMENT_BUILD_H

#include "base/carve.h"
#include "ecc/crowd.h"
#include "ecc/ecc.h"
#include "ecc/states.h"

enum { ECC_ENVELOPE_SPLITS = 1025 };

/* The lower envelope of a network's splits s < F over the price of a bit: fixed + bits x. */
typedef struct eswi_ecc_envelope {
    int n;
    double fixed[ECC_ELEMENT_LINES], bits[ECC_ELEMENT_LINES];
} eswi_ecc_envelope;

/* What the elements of an instance share. */
typedef struct eswi_ecc_scene {
    const eswi_ecc_config *config;
    const eswi_ecc_instance *instance;
    ecc_access access;
    const eswi_ecc_envelope *envelopes; /* [profiles] */
} eswi_ecc_scene;

/* The envelope of compute[1..splits] + bits[1..splits] x for x >= 0. A line is dropped only if it is nowhere below the
 * others but for rounding, a few units of 2^-53 relative; if there are more than ECC_ELEMENT_LINES, two neighbours become
 * one line below both, so that the result is never above the true envelope. */
void eswi_ecc_envelope_of(const double *compute, const double *bits, int splits, eswi_ecc_envelope *out);

/* The element of the senders users[n] (ascending) on a subchannel in a direction; slices[n]: into how many slices the
 * subchannel is cut where each of them sends (1 under noma). */
ESW_LARGE void eswi_ecc_element_build(const eswi_ecc_scene *scene, int direction, int subchannel, const int32_t *users,
                            const int32_t *slices, int n, eswi_ecc_element *element);

/* What a user costs that computes everything itself. */
ESW_LARGE double eswi_ecc_local_utility(const eswi_ecc_scene *scene, int user);

/* The gain of a user to its own AP over the noise of its slice, 1/W. */
ESW_LARGE double eswi_ecc_own(const eswi_ecc_scene *scene, int direction, int subchannel, int user, int slices);

/* The gain through which a user hears another one on its subchannel, 0 where it does not. */
ESW_LARGE double eswi_ecc_heard_through(const eswi_ecc_scene *scene, int direction, int subchannel, int user,
                                        int other);

/* Memory for what a crowd says of its senders. */
typedef struct eswi_ecc_senders {
    int capacity;
    double *own, *heard; /* [capacity], [capacity][capacity] */
    int *lines;
    double *fixed, *slope; /* [capacity][ECC_ELEMENT_LINES] */
} eswi_ecc_senders;

ESW_LARGE void eswi_ecc_senders_layout(eswi_ecc_senders *senders, eswi_carve *carve, int capacity);

/* The same as a crowd, but for its powers, with slices[user] (not looked at under noma). */
ESW_LARGE void eswi_ecc_crowd_build(const eswi_ecc_scene *scene, int direction, int subchannel, const int32_t *users,
                                    const int32_t *slices, int n, const eswi_ecc_senders *senders,
                                    eswi_ecc_crowd *crowd);

/* The chain of users[n] of one cell on a subchannel in a direction, n <= ECC_CHAIN_USERS, under noma; power[levels] and
 * local[n] (eswi_inf() for users who must send) are borrowed and copied. */
ESW_LARGE void eswi_ecc_cell_build(const eswi_ecc_scene *scene, int direction, int subchannel, const int32_t *users,
                          int n, const double *local, const float *power, int levels, eswi_ecc_cell *chain);

#endif
