/* Who is on a subchannel: linked lists over the users of one direction, in user order. Two arrays of
 * the caller, at most 64 KiB each, replace a sort and an allocation. Shared by host and device. */
#ifndef ESWI_ECC_LINKS_H
#define ESWI_ECC_LINKS_H

#include "base/portable.h"
#include "ecc/params.h"

/* Lists of one direction, large enough for any config. */
typedef struct eswi_ecc_links {
    int32_t first[ECC_SUBCHANNELS_MAX], next[ECC_USERS_MAX];
} eswi_ecc_links;

/* assigned[users] in -1..subchannels-1; first[subchannels] and next[users] are filled, -1 ends a list. */
ESW_FN void eswi_ecc_link_users(int users, int subchannels, const int32_t *assigned, int32_t *first,
                                int32_t *next)
{
    for (int m = 0; m < subchannels; m++) {
        first[m] = -1;
    }
    for (int u = users - 1; u >= 0; u--) { /* backwards, so that every list runs forwards */
        next[u] = -1;
        if (assigned[u] >= 0) {
            next[u] = first[assigned[u]];
            first[assigned[u]] = u;
        }
    }
}

#endif
