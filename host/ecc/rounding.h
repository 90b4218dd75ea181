/* ECC: from shares to subchannels. */
#ifndef ESWI_ECC_ROUNDING_H
#define ESWI_ECC_ROUNDING_H

#include "ecc/ecc.h"

/* Scratch of eswi_ecc_round in bytes. */
size_t eswi_ecc_round_bytes(const eswi_ecc_config *config);

/* Rounds one direction's shares: beta[U][M] (row stride `stride` floats between users, `step` between subchannels) to
 * one subchannel per active user, assigned[U] (-1 for users that are not active or for whom none is left).
 *
 * Pairs (user, subchannel) with beta > 0 are taken in descending order of (beta, then ascending user, subchannel); one
 * is accepted if the user is still free and the cluster has room. Who is left takes the least loaded subchannel with
 * room, then the best own gain, then the lowest index. Returns how many active users did not have exactly one beta
 * above one half, which the printed rule (Algorithm 1, line 19) could not have rounded. */
int eswi_ecc_round(const eswi_ecc_config *config, const eswi_ecc_instance *instance, int direction, const float *beta,
                   size_t stride, size_t step, const uint8_t *active, void *scratch, int32_t *assigned);

#endif
