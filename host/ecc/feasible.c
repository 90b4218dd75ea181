/* ECC: whether a decision keeps the constraints (18a)-(18f), the cluster cap and pair_directions. */
#include "ecc/ecc.h"
#include "ecc/links.h"

static const char *const LINK_NAMES[ECC_DIRECTIONS] = {"uplink", "downlink"};
static const char *const SUFFIXES[ECC_DIRECTIONS] = {"up", "down"};

/* (18b), (18e), (18f): a subchannel index says one subchannel; whoever sends needs one in both directions. */
static esw_status check_subchannels(const eswi_ecc_config *config, const eswi_ecc_decision *decision, int user,
                                    bool sends, esw_error *error)
{
    for (int d = 0; d < ECC_DIRECTIONS; d++) {
        const int m = decision->assigned[d][user];
        if (m < -1 || m >= config->subchannels) {
            return esw_fail(error, ESW_CHECK_FAILED,
                            "user %d: assigned_%s is %d; subchannels are 0 to %d, -1 for none", user,
                            SUFFIXES[d], m, config->subchannels - 1);
        }
        if (sends && m < 0) {
            return esw_fail(
                error, ESW_CHECK_FAILED,
                "user %d: offloads but has no %s subchannel (18%c); split must then be the number of units",
                user, LINK_NAMES[d], d == ECC_UP ? 'e' : 'f');
        }
    }
    const int up = decision->assigned[ECC_UP][user], down = decision->assigned[ECC_DOWN][user];
    if (config->pair_directions && up != down) {
        return esw_fail(
            error, ESW_CHECK_FAILED,
            "user %d: uplink subchannel %d and downlink subchannel %d differ; pair_directions wants one "
            "for both",
            user, up, down);
    }
    return ESW_OK;
}

/* (18c), (18d): inside its box where it is used, 0 where not. */
static esw_status check_box(const char *name, const char *constraint, int user, bool used, double value,
                            double low, double high, esw_error *error)
{
    if (!used && value != 0.0) {
        return esw_fail(error, ESW_CHECK_FAILED,
                        "user %d: %s is %.17g; a user that computes all units itself must have 0", user, name,
                        value);
    }
    if (used && !(value >= low && value <= high)) {
        return esw_fail(error, ESW_CHECK_FAILED, "user %d: %s is %.17g; allowed is %.17g to %.17g (%s)", user,
                        name, value, low, high, constraint);
    }
    return ESW_OK;
}

static esw_status check_user(const eswi_ecc_config *config, const eswi_ecc_instance *instance,
                             const eswi_ecc_decision *decision, int user, esw_error *error)
{
    const int units = config->profiles[instance->profile_of_user[user]].units, split = decision->split[user];
    if (split < 1 || split > units) {
        return esw_fail(error, ESW_CHECK_FAILED, "user %d: split is %d; allowed is 1 to %d (18a)", user, split,
                        units);
    }
    const bool sends = split < units;
    esw_status status = check_subchannels(config, decision, user, sends, error);
    if (status == ESW_OK) {
        status = check_box("power_up_w", "18c", user, sends, decision->power_w[ECC_UP][user],
                           config->power_min_w[ECC_UP], config->power_max_w[ECC_UP], error);
    }
    if (status == ESW_OK) {
        status = check_box("power_down_w", "18c", user, sends, decision->power_w[ECC_DOWN][user],
                           config->power_min_w[ECC_DOWN], config->power_max_w[ECC_DOWN], error);
    }
    if (status == ESW_OK) {
        status = check_box("compute_units", "18d", user, sends, decision->compute_units[user],
                           config->units_min, config->units_max, error);
    }
    return status;
}

/* At most cluster_cap users are assigned to an (AP, subchannel), whether they send or not. */
static esw_status check_clusters(const eswi_ecc_config *config, const eswi_ecc_instance *instance,
                                 const eswi_ecc_decision *decision, int direction, esw_error *error)
{
    eswi_ecc_links links;
    eswi_ecc_link_users(config->users, config->subchannels, decision->assigned[direction], links.first,
                        links.next);
    for (int m = 0; m < config->subchannels; m++) {
        for (int u = links.first[m]; u >= 0; u = links.next[u]) {
            const int ap = instance->ap_of_user[u];
            int cluster = 1;
            for (int v = links.first[m]; v != u; v = links.next[v]) {
                cluster += instance->ap_of_user[v] == ap;
            }
            if (cluster > config->cluster_cap) {
                return esw_fail(error, ESW_CHECK_FAILED,
                                "user %d: is number %d on %s subchannel %d of AP %d; cluster_cap allows %d", u,
                                cluster, LINK_NAMES[direction], m, ap, config->cluster_cap);
            }
        }
    }
    return ESW_OK;
}

esw_status eswi_ecc_check(const eswi_ecc_config *config, const eswi_ecc_instance *instance,
                          const eswi_ecc_decision *decision, esw_error *error)
{
    for (int u = 0; u < config->users; u++) {
        const esw_status status = check_user(config, instance, decision, u, error);
        if (status != ESW_OK) {
            return status;
        }
    }
    for (int d = 0; d < ECC_DIRECTIONS; d++) {
        const esw_status status = check_clusters(config, instance, decision, d, error);
        if (status != ESW_OK) {
            return status;
        }
    }
    return ESW_OK;
}
