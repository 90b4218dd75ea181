/* ECC: from shares to subchannels. Shared by CPU and CUDA. */
#ifndef ESWI_ECC_ROUNDING_H
#define ESWI_ECC_ROUNDING_H

#include "base/carve.h"
#include "base/sort.h"
#include "ecc/assign.h"
#include "ecc/lane_loop.h"

typedef struct eswi_ecc_round_scratch {
    uint64_t *keys;  /* [U M] beta, descending, over the index of (user, subchannel) */
    uint64_t *spare; /* [U M] */
    int32_t *load;   /* [N][M] */
} eswi_ecc_round_scratch;

ESW_FN void eswi_ecc_round_layout(eswi_ecc_round_scratch *s, eswi_carve *carve, const eswi_ecc_config *config)
{
    const size_t pairs = (size_t)config->users * (size_t)config->subchannels;
    s->keys = ESWI_CARVE(carve, uint64_t, pairs);
    s->spare = ESWI_CARVE(carve, uint64_t, pairs);
    s->load = ESWI_CARVE(carve, int32_t, (size_t)config->aps * (size_t)config->subchannels);
}

/* Scratch of eswi_ecc_round in bytes. */
ESW_FN size_t eswi_ecc_round_bytes(const eswi_ecc_config *config)
{
    eswi_ecc_round_scratch s;
    eswi_carve carve = {NULL, 0};
    eswi_ecc_round_layout(&s, &carve, config);
    return carve.used;
}

/* Gives the pairs of s->keys, in the order they are in, to users that are still free while clusters have room; then the
 * active users who are left their leftovers. */
ESW_FN void eswi_ecc_round_pairs(const eswi_ecc_config *config, const eswi_ecc_instance *instance,
                                 int direction, const eswi_ecc_round_scratch *s, size_t pairs,
                                 const uint8_t *active, int32_t *assigned)
{
    const int columns = config->subchannels;
    for (int i = 0; i < config->aps * columns; i++)
        s->load[i] = 0;
    for (int u = 0; u < config->users; u++)
        assigned[u] = -1;
    for (size_t k = 0; k < pairs; k++) {
        const uint32_t pair = (uint32_t)s->keys[k];
        const int user = (int)(pair / (uint32_t)columns), m = (int)(pair % (uint32_t)columns);
        int32_t *cluster = s->load + (size_t)instance->ap_of_user[user] * (size_t)columns + m;
        if (assigned[user] >= 0 || *cluster >= config->cluster_cap)
            continue;
        assigned[user] = m;
        ++*cluster;
    }
    for (int u = 0; u < config->users; u++) {
        if (!active[u] || assigned[u] >= 0)
            continue;
        const size_t ap = (size_t)instance->ap_of_user[u];
        int32_t *load = s->load + ap * (size_t)columns;
        assigned[u] = eswi_ecc_least_loaded(
            config, load, eswi_ecc_gains(instance, direction) + ((size_t)u * (size_t)config->aps + ap) * (size_t)columns);
        if (assigned[u] >= 0)
            load[assigned[u]]++;
    }
}

/* Rounds one direction's shares: beta[U][M] (row stride `stride` floats between users, `step` between subchannels) to
 * one subchannel per active user, assigned[U] (-1 for users that are not active or for whom none is left).
 *
 * Pairs (user, subchannel) with beta > 0 are taken in descending order of (beta, then ascending user, subchannel); one
 * is accepted if the user is still free and the cluster has room. Who is left takes the least loaded subchannel with
 * room, then the best own gain, then the lowest index. Returns how many active users did not have exactly one beta
 * above one half, which the printed rule (Algorithm 1, line 19) could not have rounded.
 *
 * In CUDA with step 1 a scenario's shares are spread over sixteen threads: all of them call this with the same beta,
 * every share reaches them through its owner, and the first thread alone touches `scratch` and `assigned`. */
ESW_FN int eswi_ecc_round(const eswi_ecc_config *config, const eswi_ecc_instance *instance, int direction,
                          const float *beta, size_t stride, size_t step, const uint8_t *active, void *scratch,
                          int32_t *assigned)
{
    const int users = config->users, columns = config->subchannels, leads = ESW_LANE_LEADS(step == 1);
    eswi_ecc_round_scratch s;
    eswi_carve carve = {(char *)scratch, 0};
    size_t pairs = 0;
    int unclear = 0;

    eswi_ecc_round_layout(&s, &carve, config);
    for (int u = 0; u < users; u++) {
        int major = 0;
        for (int m = 0; active[u] && m < columns; m++) {
            const float share = ESW_LANE_ELEMENT(step == 1, beta + (size_t)u * stride, m, step);
            if (!(share > 0.0f))
                continue;
            major += share > 0.5f;
            if (leads)
                s.keys[pairs] = (uint64_t)~eswi_bits(share) << 32 | (uint32_t)(u * columns + m);
            pairs++;
        }
        unclear += active[u] && major != 1;
    }
    if (leads) {
        eswi_sort_keys(s.keys, pairs, s.spare);
        eswi_ecc_round_pairs(config, instance, direction, &s, pairs, active, assigned);
    }
    return unclear;
}

#endif
