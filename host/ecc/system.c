/* ECC: the system descriptor. */
#include "ecc/system.h"

#include "ecc/channels.h"
#include "ecc/document.h"
#include "ecc/ecc.h"
#include "ecc/grid_values.h"
#include "ecc/oracle.h"
#include "ecc/params.h"
#include "ecc/profile.h"

static const esw_metric METRICS[ECC_METRICS] = {
    [ECC_METRIC_LATENCY] = {"latency_s", "s", ESW_METRIC_LATENCY, "Inference latency (12), mean over users."},
    [ECC_METRIC_ENERGY] = {"energy_j", "J", ESW_METRIC_ENERGY,
                           "Energy (17) of device and edge, mean over users."},
    [ECC_METRIC_UTILITY] = {"utility", "1", ESW_METRIC_OBJECTIVE,
                            "wT latency + wE energy (19), mean over users."},
    [ECC_METRIC_OFFLOADED] = {"offloaded", "1", 0, "Share of users that compute some units at the edge."},
    [ECC_METRIC_SPLIT] = {"split", "1", 0, "Split after unit s, mean over users; s = F is all on the device."},
    [ECC_METRIC_ITERATIONS] = {"iterations", "1", ESW_METRIC_DIAGNOSTIC, "Accepted descent steps, all splits."},
    [ECC_METRIC_EVALUATIONS] = {"evaluations", "1", ESW_METRIC_DIAGNOSTIC, "Value-and-gradient evaluations."},
    [ECC_METRIC_EVALUATIONS_FIRST] = {"evaluations_first", "1", ESW_METRIC_DIAGNOSTIC,
                                      "Evaluations at the first split, started cold."},
    [ECC_METRIC_EVALUATIONS_LATER] = {"evaluations_later", "1", ESW_METRIC_DIAGNOSTIC,
                                      "Evaluations per later split, started warm by li-gd."},
    [ECC_METRIC_UNCONVERGED] = {"unconverged", "1", ESW_METRIC_DIAGNOSTIC,
                                "1 if the descent of any split did not converge."},
    [ECC_METRIC_UNROUNDED] = {"unrounded", "users", ESW_METRIC_DIAGNOSTIC,
                              "Users that had no subchannel with beta > 0.5, or several, before rounding."},
    [ECC_METRIC_GRADIENT_NORM] = {"gradient_norm", "1", ESW_METRIC_DIAGNOSTIC,
                                  "Largest element of the projected gradient at the chosen split."},
    [ECC_METRIC_BOUND] = {"utility_bound", "1", ESW_METRIC_LOWER_BOUND,
                          "Proved lower bound on the utility within the method's scope; none: NaN."},
    [ECC_METRIC_GAP] = {"gap", "1", ESW_METRIC_DIAGNOSTIC, "(utility - bound) / utility; no bound: NaN."},
    [ECC_METRIC_NODES] = {"nodes", "1", ESW_METRIC_DIAGNOSTIC,
                          "Boxes bounded or elements searched for an optimum."},
    [ECC_METRIC_REASON] = {"reason", "1", ESW_METRIC_DIAGNOSTIC,
                           "How a descent or the search for an optimum ended."},
};

static const char *const CODES[ECC_METRICS] = {
#define X(name, text) "|" text
    [ECC_METRIC_REASON] = (ECC_REASON_LIST(X)) + 1,
#undef X
};

static const esw_method METHODS[ECC_METHODS] = {
    [ECC_DEVICE_ONLY] = {"device-only", "Every unit on the device.", ""},
    [ECC_EDGE_ONLY] = {"edge-only", "The picture goes to the edge: split 1, full power, most compute units.",
                       ""},
    [ECC_NEUROSURGEON] = {"neurosurgeon",
                          "Per user the split of least latency at its OMA rate; no energy, no shared edge.",
                          ""},
    [ECC_DNN_SURGERY] = {"dnn-surgery",
                         "As neurosurgeon, the edge's capacity shared among the offloading users of each AP.",
                         ""},
    [ECC_GRID] = {"grid", "Per user the best of a grid of splits, powers and compute units.",
                  "levels unit_levels"},
    [ECC_GD] = {"gd", "Algorithm 1 with a cold start at every split.", ""},
    [ECC_LI_GD] = {"li-gd",
                   "Algorithm 1: descent over subchannels and powers, each split started from the last one.",
                   ""},
    [ECC_GRID_OPTIMUM] =
        {"grid-optimum",
         "The best combination of power levels, splits and compute-unit levels, interference included.",
         "levels unit_levels search assignment_from max_combinations"},
    [ECC_CERTIFIED] = {"certified",
                       "Global optimum over continuous powers with a proved lower bound, by branch and bound.",
                       "gap max_nodes max_seconds assignment_from"},
    [ECC_JOINT] = {"joint",
                   "Powers, a split per user and subchannels improved in turn until no move or swap helps.",
                   "starts"},
};

/* An optimum with one subchannel for both directions falls apart into a search a subchannel (Structure point 3). */
static const esw_method_default METHOD_DEFAULTS[] = {
    {ECC_GRID_OPTIMUM, ECC_PARAM_PAIR_DIRECTIONS, "true"},
    {ECC_CERTIFIED, ECC_PARAM_PAIR_DIRECTIONS, "true"},
    {ECC_JOINT, ECC_PARAM_PAIR_DIRECTIONS, "true"},
};

/* The order of FIELDS. */
enum {
    FIELD_SPLIT,
    FIELD_SUBCHANNEL_UP,
    FIELD_SUBCHANNEL_DOWN,
    FIELD_POWER_UP,
    FIELD_POWER_DOWN,
    FIELD_COMPUTE_UNITS,
    FIELD_LATENCY,
    FIELD_ENERGY,
    FIELD_UTILITY,
    FIELD_COUNT
};

static const esw_field FIELDS[FIELD_COUNT] = {
    [FIELD_SPLIT] = {"split", "1", true, "The last unit on the device; the number of units: all of them."},
    [FIELD_SUBCHANNEL_UP] = {"subchannel_up", "1", true, "Uplink subchannel; -1 when nothing is sent."},
    [FIELD_SUBCHANNEL_DOWN] = {"subchannel_down", "1", true, "Downlink subchannel; -1 when nothing is sent."},
    [FIELD_POWER_UP] = {"power_up_w", "W", false, "Transmit power of the device; 0 when nothing is sent."},
    [FIELD_POWER_DOWN] = {"power_down_w", "W", false, "Transmit power of the AP for this user."},
    [FIELD_COMPUTE_UNITS] = {"compute_units", "units", false, "Compute units at the edge."},
    [FIELD_LATENCY] = {"latency_s", "s", false, "Inference latency (12)."},
    [FIELD_ENERGY] = {"energy_j", "J", false, "Energy (17) of device and edge."},
    [FIELD_UTILITY] = {"utility", "1", false, "wT latency + wE energy (19)."},
};

/* Sizes at which every kind of method ends in milliseconds, with shared subchannels and both kinds of split. */
static const char VERIFY[] =
    "system: ecc\n"
    "scenarios: 8\n"
    "methods: [device-only, edge-only, neurosurgeon, dnn-surgery, grid, gd, li-gd, {use: li-gd, as: li-gd-oma, access: oma},\n"
    "  grid-optimum, certified, joint]\n"
    "parameters: {aps: 2, subchannels: 2}\n"
    "sweep: {users: [1, 4], split: [common, per-user], profile: [nin-cifar10-32, yolov2tiny-cifar10-416]}\n";

static esw_sizes sizes(const esw_config *opaque)
{
    const eswi_ecc_config *config = eswi_ecc_config_of(opaque);
    return (esw_sizes){.instance_bytes = eswi_ecc_instance_bytes(config),
                       .decision_bytes = eswi_ecc_decision_bytes(config),
                       .entities = (size_t)config->users,
                       .frames = 0,
                       .scenarios =
                           config->channels && !config->channels->repeats ? config->channels->scenarios : 0,
                       .file_bytes = eswi_ecc_channels_bytes(config->channels)};
}

static void stage(const esw_config *opaque, uint64_t seed, uint64_t scenario, void *block)
{
    const eswi_ecc_config *config = eswi_ecc_config_of(opaque);
    const eswi_ecc_instance instance = eswi_ecc_instance_view(config, block);
    eswi_ecc_stage(config, seed, scenario, &instance);
}

static void account(const esw_config *opaque, const void *instance_block, const void *decision_block,
                    const esw_scores *scores)
{
    const eswi_ecc_config *config = eswi_ecc_config_of(opaque);
    const eswi_ecc_instance instance = eswi_ecc_instance_view(config, instance_block);
    const eswi_ecc_decision decision = eswi_ecc_decision_view(config, decision_block);
    double *column[FIELD_COUNT] = {NULL};
    for (size_t f = 0; f < FIELD_COUNT && scores->fields; f++) {
        column[f] = scores->fields + f * (size_t)config->users;
    }
    const eswi_ecc_terms terms = {
        .latency_s = column[FIELD_LATENCY], .energy_j = column[FIELD_ENERGY], .utility = column[FIELD_UTILITY]};
    eswi_ecc_account(config, &instance, &decision, scores->metrics, scores->fields ? &terms : NULL);
    for (int u = 0; u < config->users && scores->fields; u++) {
        const bool sends = decision.split[u] < config->profiles[instance.profile_of_user[u]].units;
        column[FIELD_SPLIT][u] = decision.split[u];
        column[FIELD_SUBCHANNEL_UP][u] = sends ? decision.assigned[ECC_UP][u] : -1;
        column[FIELD_SUBCHANNEL_DOWN][u] = sends ? decision.assigned[ECC_DOWN][u] : -1;
        column[FIELD_POWER_UP][u] = decision.power_w[ECC_UP][u];
        column[FIELD_POWER_DOWN][u] = decision.power_w[ECC_DOWN][u];
        column[FIELD_COMPUTE_UNITS][u] = decision.compute_units[u];
    }
}

static void oracle(const esw_config *opaque, const void *instance_block, const void *decision_block,
                   double *metrics)
{
    const eswi_ecc_config *config = eswi_ecc_config_of(opaque);
    const eswi_ecc_instance instance = eswi_ecc_instance_view(config, instance_block);
    const eswi_ecc_decision decision = eswi_ecc_decision_view(config, decision_block);
    const eswi_ecc_oracle at = eswi_ecc_oracle_at(config, &instance, &decision);
    eswi_ecc_oracle_metrics(&at, metrics);
}

/* The optimum for the subchannels a decision has, and for all. */
static const char *scope(esw_config *opaque, size_t method, int k)
{
    static const struct {
        const char *name;
        ecc_assignment_from from;
    } scopes[] = {{ESW_SCOPE_OWN, ECC_FROM_DECISION}, {"all-assignments", ECC_FROM_ALL}};
    if ((method != ECC_GRID_OPTIMUM && method != ECC_CERTIFIED) || k >= (int)(sizeof scopes / sizeof *scopes)) {
        return NULL;
    }
    ((eswi_ecc_config *)opaque)->assignment_from = scopes[k].from;
    return scopes[k].name;
}

const esw_system eswi_ecc_system = {
    .name = "ecc",
    .title = "Split inference over NOMA, solved by Li-GD",
    .paper =
        "X. Yuan et al., High Efficiency Inference Accelerating Algorithm for NOMA-based Mobile Edge Computing",
    .entity = "users",
    .params = eswi_ecc_params,
    .n_params = ECC_PARAMS,
    .metrics = METRICS,
    .n_metrics = ECC_METRICS,
    .codes = CODES,
    .methods = METHODS,
    .n_methods = ECC_METHODS,
    .method_defaults = METHOD_DEFAULTS,
    .n_method_defaults = sizeof METHOD_DEFAULTS / sizeof *METHOD_DEFAULTS,
    .fields = FIELDS,
    .n_fields = FIELD_COUNT,
    .series = NULL,
    .n_series = 0,
    .configure = eswi_ecc_configure,
    .config_free = eswi_ecc_config_free,
    .sizes = sizes,
    .stage = stage,
    .account = account,
    .oracle = oracle,
    .verify = VERIFY,
    .describe = eswi_ecc_describe,
    .config_from_json = eswi_ecc_config_from_json,
    .read = eswi_ecc_read,
    .scope = scope,
    .grid = &eswi_ecc_grid_ops,
    .catalogue = eswi_ecc_profile_catalogue,
};
