/* ECC, method `grid`: the fixed plan of interference its users are searched against, (5) and (8) with every
 * assigned user sending at full power. */
#include "ecc/grid.h"

#include "ecc/links.h"

/* One direction of the plan. */
typedef struct plan {
    const eswi_ecc_config *config;
    const eswi_ecc_instance *instance;
    int direction;
    const int32_t *assigned;     /* [U] */
    const int32_t *first, *next; /* users of a subchannel, in index order */
} plan;

static double gain(const plan *p, int user, int ap, int subchannel)
{
    const size_t link = (size_t)user * (size_t)p->config->aps + (size_t)ap;
    return (double)p->instance->gain[p->direction][link * (size_t)p->config->subchannels + (size_t)subchannel];
}

/* The gain through which user i hears user v of its own cluster; 0 if SIC has removed it (decoding order, and
 * the printed form of (8), as in the accountant). */
static double intra_gain(const plan *p, int v, int i, int subchannel)
{
    const int ap = p->instance->ap_of_user[i];
    const double gain_v = gain(p, v, ap, subchannel), gain_i = gain(p, i, ap, subchannel);
    const bool later = gain_v == gain_i ? v > i : p->direction == ECC_UP ? gain_v < gain_i : gain_v > gain_i;
    const bool through_v = p->direction == ECC_UP || p->config->reading == ECC_PUBLISHED;
    return !later || v == i ? 0.0 : through_v ? gain_v : gain_i;
}

/* The gain through which user i hears user v of another cell. */
static double inter_gain(const plan *p, int v, int i, int subchannel)
{
    const int32_t *ap = p->instance->ap_of_user;
    return p->direction == ECC_UP ? gain(p, v, ap[i], subchannel) : gain(p, i, ap[v], subchannel);
}

static void plan_user(const plan *p, int i, eswi_ecc_grid_link *link)
{
    const eswi_ecc_config *config = p->config;
    const ecc_access access = config->access;
    const int d = p->direction, m = p->assigned[i], ap = p->instance->ap_of_user[i];
    double heard = 0.0;
    int sharers = 0;
    for (int v = p->first[m]; v >= 0; v = p->next[v]) {
        const bool same_cell = p->instance->ap_of_user[v] == ap;
        sharers += access == ECC_OMA || (access == ECC_OMA_IN_CELL && same_cell);
        if (same_cell && access == ECC_NOMA) {
            heard += intra_gain(p, v, i, m);
        } else if (!same_cell && access != ECC_OMA) {
            heard += inter_gain(p, v, i, m);
        }
    }
    const int slices = access == ECC_NOMA ? 1 : sharers;
    const double noise_w = config->noise_w[d] / slices;
    link->band_hz[d] = config->subchannel_hz[d] / slices;
    link->sinr_per_w[d] = gain(p, i, ap, m) / (heard * config->power_max_w[d] + noise_w);
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
