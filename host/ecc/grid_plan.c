/* ECC, method `grid`: the fixed plan of interference its users are searched against, (5) and (8) with every
 * assigned user sending at full power. */
#include "ecc/grid_plan.h"

#include "ecc/links.h"

/* One direction of the plan. */
typedef struct plan {
    const eswi_ecc_config *config;
    const eswi_ecc_instance *instance;
    int direction;
    const int32_t *assigned;     /* [U] */
    const int32_t *first, *next; /* users of a subchannel, in index order */
} plan;

static void plan_user(const plan *p, int i, eswi_ecc_grid_link *link)
{
    const int32_t *ap = p->instance->ap_of_user;
    const float *gain = p->instance->gain[p->direction];
    const int d = p->direction, m = p->assigned[i];
    eswi_ecc_heard heard = {0.0, 0};
    for (int v = p->first[m]; v >= 0; v = p->next[v]) {
        eswi_ecc_grid_hear(p->config, gain, d, i, ap[i], v, ap[v], m, &heard);
    }
    eswi_ecc_grid_link_of(p->config, gain, d, i, ap[i], m, &heard, &link->sinr_per_w[d], &link->band_hz[d]);
}

void eswi_ecc_grid_plan(const eswi_ecc_config *config, const eswi_ecc_instance *instance,
                        int32_t *const assigned[ECC_DIRECTIONS], int32_t *first, int32_t *next,
                        eswi_ecc_grid_link *links)
{
    for (int d = 0; d < ECC_DIRECTIONS; d++) {
        eswi_ecc_link_users(config->users, config->subchannels, assigned[d], first, next);
        const plan p = {config, instance, d, assigned[d], first, next};
        for (int u = 0; u < config->users; u++) {
            links[u].sinr_per_w[d] = links[u].band_hz[d] = 0.0;
            if (assigned[d][u] >= 0) {
                plan_user(&p, u, &links[u]);
            }
        }
    }
}
