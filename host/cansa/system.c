/* CANSA: the system descriptor. */
#include "cansa/system.h"

#include "base/detmath.h"
#include "cansa/document.h"
#include "cansa/oracle.h"
#include "cansa/params.h"

#define SUCCESS_OF(index, context)                                             \
    [CANSA_METRIC_SUCCESS_OF_CONTEXT + (index)] = {"success_" context, "1", 0, \
                                                   "Success rate among the clients in context " context "."}

const esw_metric eswi_cansa_metrics[CANSA_METRICS] = {
    [CANSA_METRIC_SUCCESS] = {"success_rate", "1", 0,
                              "alpha: share of clients with an option that meets accuracy and latency."},
    SUCCESS_OF(CANSA_SUNNY, "sunny"),
    SUCCESS_OF(CANSA_RAIN, "rain"),
    SUCCESS_OF(CANSA_MOTORWAY, "motorway"),
    SUCCESS_OF(CANSA_SNOW, "snow"),
    SUCCESS_OF(CANSA_FOG, "fog"),
    SUCCESS_OF(CANSA_NIGHT, "night"),
    [CANSA_METRIC_RBS_USED] = {"rbs_used", "1", 0, "RBs used by all clients after (9)."},
    [CANSA_METRIC_ENERGY] = {"energy_j", "J", ESW_METRIC_ENERGY, "Energy of the device, mean over clients."},
    [CANSA_METRIC_UTILITY] = {"utility", "1", 0, "Utility (5), mean over clients; -w4 for unserved ones."},
    [CANSA_METRIC_JAIN] = {"jain_index", "1", 0, "Jain's index of the RBs used; 0 if none is."},
    [CANSA_METRIC_LATENCY] = {"latency_s", "s", ESW_METRIC_LATENCY, "Latency, mean over served clients."},
    [CANSA_METRIC_ACCURACY] = {"accuracy_percent", "mAP %", 0, "Accuracy, mean over served clients."},
    [CANSA_METRIC_BID] = {"bid", "1", 0, "Bid, mean over clients with one."},
    [CANSA_METRIC_R_MIN] = {"r_min", "1", 0, "R_min, mean over clients that some R <= R_total can serve."},
    [CANSA_METRIC_REACHABLE] = {"reachable", "1", 0,
                                "Share of clients that some R <= R_total could serve at guard_factor L_max."},
    [CANSA_METRIC_LOSS] = {"loss", "1", ESW_METRIC_OBJECTIVE,
                           "Minus the success rate, or with objective utility "
                           "minus the mean utility."},
    [CANSA_METRIC_BOUND] = {"loss_bound", "1", ESW_METRIC_LOWER_BOUND,
                            "Least loss there can be, where a method proves it."},
    [CANSA_METRIC_SWEEPS] = {"sweeps", "1", ESW_METRIC_DIAGNOSTIC, "Sweeps of best responses."},
    [CANSA_METRIC_FIXPOINT] = {"fixpoint", "1", ESW_METRIC_DIAGNOSTIC,
                               "1 if best responses ended in an equilibrium, 0 if not."},
    [CANSA_METRIC_CYCLE] = {"cycle", "1", ESW_METRIC_DIAGNOSTIC,
                            "Sweeps after which bids repeat; 0 if they do not."},
};

static const esw_method METHODS[CANSA_METHODS] = {
    [CANSA_AUCTION] = {"cansa", "Algorithm 1: bids, two phases of allocation, then each client's choice.", ""},
    [CANSA_AVERAGE] = {"average", "The same number of RBs for everybody, then each client's choice.", ""},
    [CANSA_PROPORTIONAL] = {"proportional", "RBs in proportion to the rate of one, then each client's choice.",
                            ""},
    [CANSA_EQUAL_RATE] = {"equal-rate", "RBs that make all data rates equal, then each client's choice.", ""},
    [CANSA_OPTIMUM] = {"optimum", "Exact, by dynamic programming over RBs, for `objective`.", ""},
    [CANSA_NASH] = {"nash", "Best-response dynamics on the bids, then the auction with the bids they end in.",
                    "nash_step nash_bid_max nash_sweeps"},
};

/* The order of FIELDS. */
enum {
    FIELD_CONTEXT,
    FIELD_R_MIN,
    FIELD_RBS,
    FIELD_OPTION,
    FIELD_BID,
    FIELD_LATENCY,
    FIELD_ENERGY,
    FIELD_ACCURACY,
    FIELD_UTILITY,
    FIELD_COUNT
};

static const esw_field FIELDS[FIELD_COUNT] = {
    [FIELD_CONTEXT] = {"context", "1", true, "0 sunny, 1 rain, 2 motorway, 3 snow, 4 fog, 5 night."},
    [FIELD_R_MIN] = {"r_min", "1", true, "Least RBs that serve the client at guard_factor L_max; -1: none do."},
    [FIELD_RBS] = {"rbs", "1", true, "RBs used."},
    [FIELD_OPTION] = {"option", "1", true, "Row of the table of options; -1: unserved."},
    [FIELD_BID] = {"bid", "1", false, "Bid; -1: none."},
    [FIELD_LATENCY] = {"latency_s", "s", false, "Latency; not a number: unserved."},
    [FIELD_ENERGY] = {"energy_j", "J", false, "Energy of the device."},
    [FIELD_ACCURACY] = {"accuracy_percent", "mAP %", false, "Accuracy; not a number: unserved."},
    [FIELD_UTILITY] = {"utility", "1", false, "Utility (5)."},
};

static esw_sizes sizes(const esw_config *opaque)
{
    const eswi_cansa_config *config = eswi_cansa_config_of(opaque);
    return (esw_sizes){.instance_bytes = eswi_cansa_instance_bytes(config),
                       .decision_bytes = eswi_cansa_decision_bytes(config),
                       .entities = (size_t)config->clients,
                       .frames = 0};
}

static void stage(const esw_config *opaque, uint64_t seed, uint64_t scenario, void *block)
{
    const eswi_cansa_config *config = eswi_cansa_config_of(opaque);
    const eswi_cansa_instance instance = eswi_cansa_instance_view(config, block);
    eswi_cansa_stage(config, seed, scenario, &instance);
}

static void account(const esw_config *opaque, const void *instance_block, const void *decision_block,
                    const esw_scores *scores)
{
    const eswi_cansa_config *config = eswi_cansa_config_of(opaque);
    const eswi_cansa_instance instance = eswi_cansa_instance_view(config, instance_block);
    const eswi_cansa_decision decision = eswi_cansa_decision_view(config, decision_block);
    double *column[FIELD_COUNT] = {NULL};
    for (size_t f = 0; f < FIELD_COUNT && scores->fields; f++)
        column[f] = scores->fields + f * (size_t)config->clients;
    const eswi_cansa_terms terms = {.r_min = column[FIELD_R_MIN],
                                    .latency_s = column[FIELD_LATENCY],
                                    .energy_j = column[FIELD_ENERGY],
                                    .utility = column[FIELD_UTILITY],
                                    .accuracy = column[FIELD_ACCURACY]};
    eswi_cansa_account(config, &instance, &decision, scores->metrics, scores->fields ? &terms : NULL);
    for (int i = 0; i < config->clients && scores->fields; i++) {
        const double r_min = column[FIELD_R_MIN][i];
        column[FIELD_R_MIN][i] = r_min == r_min ? r_min : -1.0;
        column[FIELD_CONTEXT][i] = instance.context[i];
        column[FIELD_RBS][i] = decision.rbs[i];
        column[FIELD_OPTION][i] = decision.option[i];
        column[FIELD_BID][i] = decision.bid[i];
    }
}

static void oracle(const esw_config *opaque, const void *instance_block, const void *decision_block,
                   double *metrics)
{
    const eswi_cansa_config *config = eswi_cansa_config_of(opaque);
    const eswi_cansa_instance instance = eswi_cansa_instance_view(config, instance_block);
    const eswi_cansa_decision decision = eswi_cansa_decision_view(config, decision_block);
    eswi_cansa_oracle_metrics(config, &instance, &decision, metrics);
}

/* From nobody served to everybody; the readings and rules that a method can choose. */
static const char VERIFY[] =
    "system: cansa\n"
    "scenarios: 8\n"
    "methods: [cansa, {use: cansa, as: cansa-as-code, reading: as-code}, average, proportional, equal-rate, optimum,\n"
    "  {use: optimum, as: optimum-utility, objective: utility}, nash]\n"
    "sweep: {clients: [1, 20, 60], rbs_total: [0, 20, 100]}\n";

const esw_system eswi_cansa_system = {
    .name = "cansa",
    .title = "An auction for resource blocks with context-aware models",
    .paper =
        "Y. Wu et al., Distributed Context-Aware Resource Allocation for Dynamic Sensor Fusion in Edge Inference",
    .entity = "clients",
    .params = eswi_cansa_params,
    .n_params = CANSA_PARAMS,
    .metrics = eswi_cansa_metrics,
    .n_metrics = CANSA_METRICS,
    .methods = METHODS,
    .n_methods = CANSA_METHODS,
    .fields = FIELDS,
    .n_fields = FIELD_COUNT,
    .series = NULL,
    .n_series = 0,
    .configure = eswi_cansa_configure,
    .config_free = eswi_cansa_config_free,
    .sizes = sizes,
    .stage = stage,
    .account = account,
    .oracle = oracle,
    .verify = VERIFY,
    .describe = eswi_cansa_describe,
    .config_from_json = eswi_cansa_config_from_json,
    .read = eswi_cansa_read,
    .catalogue = NULL,
};
