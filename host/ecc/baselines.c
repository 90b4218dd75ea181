/* ECC: the methods the paper compares with. All but device-only take their subchannels from rule A and send
 * with full power. Neurosurgeon and DNN surgery plan latency alone, each user at the rate of its OMA share,
 * so that users are independent but for the edge's capacity. */
#include <string.h>

#include "base/carve.h"
#include "base/reduce.h"
#include "ecc/baseline_kernel.h"
#include "ecc/links.h"

/* What the planners know of every user, and memory for their rounds; all arrays lie in the caller's scratch. */
typedef struct plan {
    const eswi_ecc_config *config;
    const eswi_ecc_instance *instance;
    const eswi_ecc_decision *decision;
    int32_t *load;                     /* [N][M], rule A */
    int32_t *share[ECC_DIRECTIONS];    /* [M] users assigned to a subchannel in the whole network */
    double *rate_bps[ECC_DIRECTIONS];  /* [U] of the OMA share; 0 without a subchannel */
    int32_t *best_split;               /* [U] */
    int32_t *first_of_ap, *next_of_ap; /* [N], [U] */
} plan;

static void carve_plan(const eswi_ecc_config *config, eswi_carve *c, plan *p)
{
    const size_t users = (size_t)config->users, aps = (size_t)config->aps,
                 subchannels = (size_t)config->subchannels;
    p->load = ESWI_CARVE(c, int32_t, aps * subchannels);
    for (int d = 0; d < ECC_DIRECTIONS; d++) {
        p->share[d] = ESWI_CARVE(c, int32_t, subchannels);
        p->rate_bps[d] = ESWI_CARVE(c, double, users);
    }
    p->best_split = ESWI_CARVE(c, int32_t, users);
    p->first_of_ap = ESWI_CARVE(c, int32_t, aps);
    p->next_of_ap = ESWI_CARVE(c, int32_t, users);
}

size_t eswi_ecc_baseline_scratch_bytes(const eswi_ecc_config *config)
{
    plan p;
    eswi_carve c = {NULL, 0};
    carve_plan(config, &c, &p);
    return c.used;
}

ecc_access eswi_ecc_method_access(const eswi_ecc_config *config, ecc_method method)
{
    return method == ECC_NEUROSURGEON || method == ECC_DNN_SURGERY ? ECC_OMA : config->access;
}

static const eswi_ecc_profile *profile_of(const plan *p, int user)
{
    return &p->config->profiles[p->instance->profile_of_user[user]];
}

static bool has_subchannels(const plan *p, int user)
{
    return eswi_ecc_has_subchannels(p->decision, user);
}

static void decide(const plan *p, int user, int split, double units)
{
    eswi_ecc_decide_user(p->config, p->instance, user, split, units, p->decision);
}

static void plan_rates(plan *p)
{
    const eswi_ecc_config *config = p->config;
    for (int d = 0; d < ECC_DIRECTIONS; d++) {
        const int32_t *assigned = p->decision->assigned[d];
        memset(p->share[d], 0, (size_t)config->subchannels * sizeof(int32_t));
        for (int u = 0; u < config->users; u++) {
            if (assigned[u] >= 0) {
                p->share[d][assigned[u]]++;
            }
        }
        for (int u = 0; u < config->users; u++) {
            p->rate_bps[d][u] = 0.0;
            if (assigned[u] >= 0) {
                const int share = p->share[d][assigned[u]];
                const size_t link = (size_t)u * (size_t)config->aps + (size_t)p->instance->ap_of_user[u];
                const size_t at = link * (size_t)config->subchannels + (size_t)assigned[u];
                p->rate_bps[d][u] = eswi_ecc_oma_rate(config, d, share, p->instance->gain[d][at]);
            }
        }
    }
}

static eswi_ecc_transfer transfer_of(const plan *p, int user)
{
    const eswi_ecc_transfer transfer = {{p->config->power_max_w[ECC_UP], p->config->power_max_w[ECC_DOWN]},
                                        {p->rate_bps[ECC_UP][user], p->rate_bps[ECC_DOWN][user]}};
    return transfer;
}

static double latency_s(const plan *p, int user, int split, double edge_flops_per_s)
{
    const eswi_ecc_transfer transfer = transfer_of(p, user);
    return eswi_ecc_latency_s(p->config, profile_of(p, user), split, edge_flops_per_s, &transfer);
}

static int fastest_split(const plan *p, int user, double edge_flops_per_s)
{
    const eswi_ecc_transfer transfer = transfer_of(p, user);
    return eswi_ecc_fastest_split(p->config, profile_of(p, user), has_subchannels(p, user), edge_flops_per_s,
                                  &transfer);
}

static void neurosurgeon(const plan *p)
{
    const double edge_flops_per_s = eswi_ecc_edge_flops_per_s(p->config, p->config->units_max);
    for (int u = 0; u < p->config->users; u++) {
        decide(p, u, fastest_split(p, u, edge_flops_per_s), p->config->units_max);
    }
}

static void copy_splits(const plan *p, int ap, const int32_t *from, int32_t *to)
{
    for (int u = p->first_of_ap[ap]; u >= 0; u = p->next_of_ap[u]) {
        to[u] = from[u];
    }
}

/* Every user of an AP takes its fastest split at the given share of the edge; returns how many offload then. */
static int split_users(const plan *p, int ap, double units)
{
    const double edge_flops_per_s = eswi_ecc_edge_flops_per_s(p->config, units);
    int offloading = 0;
    for (int u = p->first_of_ap[ap]; u >= 0; u = p->next_of_ap[u]) {
        p->decision->split[u] = fastest_split(p, u, edge_flops_per_s);
        offloading += p->decision->split[u] < profile_of(p, u)->units;
    }
    return offloading;
}

static double total_latency_s(const plan *p, int ap, double units)
{
    const double edge_flops_per_s = eswi_ecc_edge_flops_per_s(p->config, units);
    eswi_sum16 total = {{0.0}};
    size_t index = 0;
    for (int u = p->first_of_ap[ap]; u >= 0; u = p->next_of_ap[u]) {
        eswi_sum16_add(&total, index++, latency_s(p, u, p->decision->split[u], edge_flops_per_s));
    }
    return eswi_sum16_total(&total);
}

/* Splits of one AP's users under a shared edge: from all offloading, alternate the fastest splits and the
 * share they leave each other until the number of offloading users repeats. Where it does not within
 * ECC_SURGERY_ROUNDS (it can swing between many that get little and few that get much) the round of least total
 * latency stands. */
static void operate(const plan *p, int ap)
{
    int32_t *split = p->decision->split;
    int offloading = 0;
    for (int u = p->first_of_ap[ap]; u >= 0; u = p->next_of_ap[u]) {
        offloading += has_subchannels(p, u);
    }
    double best_s = 0.0;
    for (int round = 0; round < ECC_SURGERY_ROUNDS; round++) {
        const int before = offloading;
        offloading = split_users(p, ap, eswi_ecc_shared_units(p->config, before));
        if (offloading == before) {
            return;
        }
        const double round_s = total_latency_s(p, ap, eswi_ecc_shared_units(p->config, offloading));
        if (round == 0 || round_s < best_s) {
            best_s = round_s;
            copy_splits(p, ap, split, p->best_split);
        }
    }
    copy_splits(p, ap, p->best_split, split);
}

static void dnn_surgery(const plan *p)
{
    for (int ap = 0; ap < p->config->aps; ap++) {
        operate(p, ap);
        int offloading = 0;
        for (int u = p->first_of_ap[ap]; u >= 0; u = p->next_of_ap[u]) {
            offloading += p->decision->split[u] < profile_of(p, u)->units;
        }
        const double units = eswi_ecc_shared_units(p->config, offloading);
        for (int u = p->first_of_ap[ap]; u >= 0; u = p->next_of_ap[u]) {
            decide(p, u, p->decision->split[u], units);
        }
    }
}

static void edge_only(const plan *p)
{
    for (int u = 0; u < p->config->users; u++) {
        decide(p, u, has_subchannels(p, u) ? 1 : profile_of(p, u)->units, p->config->units_max);
    }
}

void eswi_ecc_solve_baseline(ecc_method method, const eswi_ecc_config *config,
                             const eswi_ecc_instance *instance, void *scratch,
                             const eswi_ecc_decision *decision)
{
    eswi_ecc_decision_reset(config, instance, eswi_ecc_method_access(config, method), decision);
    if (method == ECC_DEVICE_ONLY) {
        return;
    }
    plan p = {.config = config, .instance = instance, .decision = decision};
    eswi_carve c = {scratch, 0};
    carve_plan(config, &c, &p);
    eswi_ecc_assign_rule_a(config, instance, p.load, decision->assigned);
    if (method == ECC_EDGE_ONLY) {
        edge_only(&p);
        return;
    }
    plan_rates(&p);
    if (method == ECC_NEUROSURGEON) {
        neurosurgeon(&p);
        return;
    }
    eswi_ecc_link_users(config->users, config->aps, instance->ap_of_user, p.first_of_ap, p.next_of_ap);
    dnn_surgery(&p);
}
