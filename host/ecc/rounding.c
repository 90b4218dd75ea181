#include "ecc/rounding.h"

#include <string.h>

#include "base/carve.h"
#include "base/portable.h"
#include "base/sort.h"

typedef struct round_scratch {
    uint64_t *keys;  /* [U M] beta, descending, over the index of (user, subchannel) */
    uint64_t *spare; /* [U M] */
    int32_t *load;   /* [N][M] */
} round_scratch;

static size_t cut_scratch(const eswi_ecc_config *config, void *block, round_scratch *s)
{
    eswi_carve carve = {block, 0};
    const size_t pairs = (size_t)config->users * config->subchannels;
    s->keys = ESWI_CARVE(&carve, uint64_t, pairs);
    s->spare = ESWI_CARVE(&carve, uint64_t, pairs);
    s->load = ESWI_CARVE(&carve, int32_t, (size_t)config->aps * config->subchannels);
    return carve.used;
}

size_t eswi_ecc_round_bytes(const eswi_ecc_config *config)
{
    round_scratch s;
    return cut_scratch(config, NULL, &s);
}

/* The least loaded subchannel of the user's AP with room, then the best own gain, then the lowest index; -1: full. */
static int least_loaded(const eswi_ecc_config *config, const eswi_ecc_instance *instance, int direction, int user,
                        const int32_t *load)
{
    const int columns = config->subchannels, ap = instance->ap_of_user[user];
    const float *gain = instance->gain[direction] + ((size_t)user * config->aps + ap) * columns;
    const int32_t *here = load + (size_t)ap * columns;
    int best = -1;
    for (int m = 0; m < columns; m++) {
        if (here[m] >= config->cluster_cap)
            continue;
        if (best < 0 || here[m] < here[best] || (here[m] == here[best] && gain[m] > gain[best]))
            best = m;
    }
    return best;
}

int eswi_ecc_round(const eswi_ecc_config *config, const eswi_ecc_instance *instance, int direction, const float *beta,
                   size_t stride, size_t step, const uint8_t *active, void *scratch, int32_t *assigned)
{
    const int users = config->users, columns = config->subchannels;
    round_scratch s;
    size_t pairs = 0;
    int unclear = 0;

    cut_scratch(config, scratch, &s);
    memset(s.load, 0, sizeof *s.load * (size_t)config->aps * columns);
    for (int u = 0; u < users; u++) {
        int major = 0;
        assigned[u] = -1;
        for (int m = 0; active[u] && m < columns; m++) {
            const float share = beta[(size_t)u * stride + (size_t)m * step];
            if (!(share > 0.0f))
                continue;
            major += share > 0.5f;
            s.keys[pairs++] = (uint64_t)~eswi_bits(share) << 32 | (uint32_t)(u * columns + m);
        }
        unclear += active[u] && major != 1;
    }
    eswi_sort_keys(s.keys, pairs, s.spare);
    for (size_t k = 0; k < pairs; k++) {
        const uint32_t pair = (uint32_t)s.keys[k];
        const int user = (int)(pair / (uint32_t)columns), m = (int)(pair % (uint32_t)columns);
        int32_t *cluster = s.load + (size_t)instance->ap_of_user[user] * columns + m;
        if (assigned[user] >= 0 || *cluster >= config->cluster_cap)
            continue;
        assigned[user] = m;
        ++*cluster;
    }
    for (int u = 0; u < users; u++) {
        if (!active[u] || assigned[u] >= 0)
            continue;
        assigned[u] = least_loaded(config, instance, direction, u, s.load);
        if (assigned[u] >= 0)
            s.load[(size_t)instance->ap_of_user[u] * columns + assigned[u]]++;
    }
    return unclear;
}
