/* CLO: the system descriptor. */
#include "clo/system.h"

#include "clo/document.h"
#include "clo/oracle.h"
#include "clo/params.h"

static const esw_metric METRICS[CLO_METRICS] = {
    [CLO_METRIC_FNR] = {"fnr", "1", 0,
                        "Loss (23) averaged over the frames that decided something, mean over devices."},
    [CLO_METRIC_FNR_WORST] = {"fnr_worst", "1", 0, "The same of the device with the largest."},
    [CLO_METRIC_PRECISION] = {"precision", "1", 0, "1 - F of (37), mean over decisions."},
    [CLO_METRIC_ENERGY] = {"energy_mj_per_slot", "mJ", ESW_METRIC_ENERGY,
                           "Transmission energy (14) of the network."},
    [CLO_METRIC_POWER] = {"power_mw", "mW", 0,
                          "Mean radiated power of the network; the authors' figures show this."},
    [CLO_METRIC_COST] = {"cost", "J", ESW_METRIC_OBJECTIVE, "Energy + eta F (27) per slot."},
    [CLO_METRIC_ABOVE_VALID] = {"above_valid", "1", 0,
                                "1 if a device's loss exceeds r + (theta_0 + gamma (1 - r)) / (gamma F)."},
    [CLO_METRIC_ABOVE_PAPER] = {"above_paper", "1", 0,
                                "1 if a device's loss exceeds the bound (34) with M = 1."},
    [CLO_METRIC_ABOVE_ESTIMATED] = {"above_estimated", "1", 0,
                                    "1 if a device's loss exceeds the bound (34) with M = bound_m."},
    [CLO_METRIC_QUEUE] = {"queue_mean", "units", 0, "Units in all queues."},
    [CLO_METRIC_DELAY] = {"delay_slots", "slots", ESW_METRIC_LATENCY, "From a unit's arrival to its decision."},
    [CLO_METRIC_DECISIONS] = {"decisions", "1", 0, "Decisions per slot."},
    [CLO_METRIC_DEPTH + 0] = {"share_depth_0", "1", 0, "Share of decisions at the devices."},
    [CLO_METRIC_DEPTH + 1] = {"share_depth_1", "1", 0, "Share of decisions one link away."},
    [CLO_METRIC_DEPTH + 2] = {"share_depth_2", "1", 0, "Share of decisions two links away."},
    [CLO_METRIC_DEPTH + 3] = {"share_depth_3", "1", 0, "Share of decisions three or more links away."},
    [CLO_METRIC_THETA_MAX] = {"theta_max", "1", 0, "Largest threshold used: M of (33) after the fact."},
    [CLO_METRIC_FRAMES] = {"frames_decided", "1", 0, "Frames that decided something, mean over devices."},
    [CLO_METRIC_IDENTITY] = {"identity_error", "1", ESW_METRIC_DIAGNOSTIC,
                             "Largest |sum (Lbar - r) - (theta_0 - theta_F) / gamma| over devices."},
};

const char *const eswi_clo_method_names[CLO_METHODS] = {
    [CLO_CLO] = "clo",
    [CLO_LO] = "lo",
    [CLO_FIXED_THETA] = "fixed-theta",
    [CLO_GREEDY_LOCAL] = "greedy-local",
    [CLO_GREEDY_EDGE] = "greedy-edge",
};

static const esw_method METHODS[CLO_METHODS] = {
    [CLO_CLO] = {"clo", "Algorithm 1: the slot problem (31) solved exactly, thresholds by (30) once a frame.",
                 ""},
    [CLO_LO] =
        {"lo",
         "Lyapunov optimisation: virtual queues price the mean loss, one threshold for all in every slot.", ""},
    [CLO_FIXED_THETA] = {"fixed-theta", "The slot problem (31) at the threshold theta0, without control.", ""},
    [CLO_GREEDY_LOCAL] = {"greedy-local", "The first server on a unit's way decides; thresholds by (30).", ""},
    [CLO_GREEDY_EDGE] = {"greedy-edge", "Units go as deep as links lead; thresholds by (30).", ""},
};

static const esw_field FIELDS[CLO_FIELDS] = {
    [CLO_FIELD_FNR] = {"fnr", "1", false, "Loss averaged over the frames that decided something."},
    [CLO_FIELD_THETA_END] = {"theta_end", "1", false, "Threshold after the last frame."},
    [CLO_FIELD_FRAMES] = {"frames_decided", "1", true, "Frames that decided something."},
    [CLO_FIELD_DECISIONS] = {"decisions", "1", true, "Units decided."},
    [CLO_FIELD_QUEUED] = {"queued", "units", true, "Units left in queues at the end."},
};

static const esw_metric SERIES[CLO_SERIES] = {
    [CLO_SERIES_FNR] = {"fnr", "1", 0,
                        "Loss (23) over the frames so far that decided something, mean over devices."},
    [CLO_SERIES_FNR_WORST] = {"fnr_worst", "1", 0, "The same of the device with the largest."},
    [CLO_SERIES_ABOVE_VALID] = {"above_valid", "1", 0, "1 if a device exceeds the bound that always holds."},
    [CLO_SERIES_ABOVE_PAPER] = {"above_paper", "1", 0, "1 if a device exceeds (34) with M = 1."},
    [CLO_SERIES_ABOVE_ESTIMATED] = {"above_estimated", "1", 0, "1 if a device exceeds (34) with M = bound_m."},
    [CLO_SERIES_THETA] = {"theta", "1", 0, "Threshold in the frame, mean over devices."},
    [CLO_SERIES_ENERGY] = {"energy_mj_per_slot", "mJ", 0, "Transmission energy in the frame."},
    [CLO_SERIES_PRECISION] = {"precision", "1", 0, "1 - F over the frame's decisions."},
    [CLO_SERIES_QUEUE] = {"queue", "units", 0, "Units in all queues at the frame's end."},
};

static esw_sizes sizes(const esw_config *opaque)
{
    const eswi_clo_config *config = eswi_clo_config_of(opaque);
    return (esw_sizes){.instance_bytes = eswi_clo_instance_bytes(config),
                       .decision_bytes = eswi_clo_decision_bytes(config),
                       .entities = (size_t)config->problem.devices,
                       .frames = (size_t)eswi_clo_frames(config)};
}

static void stage(const esw_config *opaque, uint64_t seed, uint64_t scenario, void *block)
{
    const eswi_clo_config *config = eswi_clo_config_of(opaque);
    const eswi_clo_instance instance = eswi_clo_instance_view(config, block);
    eswi_clo_stage(config, seed, scenario, &instance);
}

static void forget(double *values, size_t n)
{
    for (size_t i = 0; i < n && values; i++)
        values[i] = eswi_nan();
}

static void account(const esw_config *opaque, const void *instance_block, const void *decision_block,
                    const esw_scores *scores)
{
    const eswi_clo_config *config = eswi_clo_config_of(opaque);
    const eswi_clo_instance instance = eswi_clo_instance_view(config, instance_block);
    const eswi_clo_decision decision = eswi_clo_decision_view(config, decision_block);
    const eswi_clo_scores wanted = {
        .metrics = scores->metrics, .fields = scores->fields, .series = scores->series};
    esw_error error;
    /* A trace of ours is feasible, so memory is all that can be missing: then nothing is known. */
    if (eswi_clo_account(config, &instance, &decision, &wanted, &error)) {
        forget(scores->metrics, CLO_METRICS);
        forget(scores->fields, CLO_FIELDS * sizes(opaque).entities);
        forget(scores->series, CLO_SERIES * sizes(opaque).frames);
    }
}

static void oracle(const esw_config *opaque, const void *instance_block, const void *decision_block,
                   double *metrics)
{
    const eswi_clo_config *config = eswi_clo_config_of(opaque);
    const eswi_clo_instance instance = eswi_clo_instance_view(config, instance_block);
    const eswi_clo_decision decision = eswi_clo_decision_view(config, decision_block);
    eswi_clo_oracle_metrics(config, &instance, &decision, metrics);
}

static const char *const *catalogue(void)
{
    static const char *const NAMES[] = {
        "single-hop\tnetwork: three devices with MobileNetV3-minimal, one server with ResNet50",
        "multi-hop\tnetwork: three devices, S1 (MobileNetV3-large), S2 and S3 (ResNet18), S4 (ResNet50)",
        "logit-normal\ttasks: 512 pictures, pixel logits normal",
        "published-curves\ttasks: 512 pictures fitted to the authors' look-up tables",
        NULL,
    };
    return NAMES;
}

/* A few frames of both networks. */
static const char VERIFY[] = "system: clo\n"
                             "scenarios: 8\n"
                             "methods: [clo, lo, fixed-theta, greedy-local, greedy-edge]\n"
                             "parameters: {slots: 60, frame_slots: 10}\n"
                             "sweep: {network: [single-hop, multi-hop]}\n";

const esw_system eswi_clo_system = {
    .name = "clo",
    .title =
        "Edge inference in time under a deterministic reliability constraint, by conformal Lyapunov optimisation",
    .paper =
        "F. Binucci, O. Simeone, P. Banelli, Conformal Lyapunov Optimization: Optimal Resource Allocation under "
        "Deterministic Reliability Constraints",
    .entity = "devices",
    .params = eswi_clo_params,
    .n_params = CLO_PARAMS,
    .metrics = METRICS,
    .n_metrics = CLO_METRICS,
    .methods = METHODS,
    .n_methods = CLO_METHODS,
    .fields = FIELDS,
    .n_fields = CLO_FIELDS,
    .series = SERIES,
    .n_series = CLO_SERIES,
    .configure = eswi_clo_configure,
    .config_free = eswi_clo_config_free,
    .remark = eswi_clo_remark,
    .sizes = sizes,
    .stage = stage,
    .account = account,
    .oracle = oracle,
    .verify = VERIFY,
    .describe = eswi_clo_describe,
    .config_from_json = eswi_clo_config_from_json,
    .read = eswi_clo_read,
    .catalogue = catalogue,
};
