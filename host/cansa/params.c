/* CANSA: the parameter table. Loading, validation, `list parameters`, the documentation and the resolved copy in the
 * results all come from it; the bindings say where each value lives in a config and what JSON calls it. */
#include "cansa/params.h"

#define PER_METHOD  ESW_PARAM_PER_METHOD
#define METHOD_ONLY ESW_PARAM_METHOD_ONLY
#define NULLABLE    ESW_PARAM_NULLABLE

/* Sources: paper = the CANSA paper, section and equation; released = github.com/ywuwuwu/cansa, commit 1a88b8e. */
/* clang-format off */
const esw_param eswi_cansa_params[CANSA_PARAMS] = {
    /* The clients and the radio: these decide the instance. */
    [CANSA_PARAM_CLIENTS] = {
        "clients", ESW_PARAM_INTEGER, "1", "60", 1, CANSA_CLIENTS_MAX, NULL, 0,
        "Clients N.",
        "paper: V"},
    [CANSA_PARAM_RBS_TOTAL] = {
        "rbs_total", ESW_PARAM_INTEGER, "1", "200", 0, CANSA_RBS_MAX, NULL, 0,
        "Resource blocks R_total to share out; may exceed the N_RB of the band, as 300 of Fig. 6 does.",
        "released: 100, 200, 300"},
    [CANSA_PARAM_LATENCY_MAX] = {
        "latency_max_s", ESW_PARAM_REAL, "s", "1", 1e-3, 1e4, NULL, 0,
        "L_max of every client.",
        "released: 0.5 to 1.5 s"},
    [CANSA_PARAM_CONTEXT] = {
        "context", ESW_PARAM_CHOICE, "1", "drawn", 0, 0, "drawn|" CANSA_CONTEXT_NAMES, 0,
        "The context of every client, or drawn uniformly for each.",
        "released: uniform"},
    [CANSA_PARAM_RB_RATE] = {
        "rb_rate_bps", ESW_PARAM_REAL, "bit/s", NULL, 1, 1e12, NULL, NULLABLE,
        "The rate of one RB for every client; unset: from the channel.",
        "project; Fig. 5 of the paper has 1 Mbit/s"},
    [CANSA_PARAM_BANDWIDTH] = {
        "bandwidth_hz", ESW_PARAM_REAL, "Hz", "100000000", 1e5, 1e12, NULL, 0,
        "B_sys, which the transmit power is spread over.",
        "assumed: widest channel below 6 GHz"},
    [CANSA_PARAM_SUBCARRIER] = {
        "subcarrier_hz", ESW_PARAM_REAL, "Hz", "30000", 1e3, 1e6, NULL, 0,
        "Subcarrier spacing; an RB has twelve.",
        "paper: (4)"},
    [CANSA_PARAM_POWER] = {
        "power_dbm", ESW_PARAM_REAL, "dBm", "23", -100, 100, NULL, 0,
        "Transmit power over the whole band.",
        "assumed: 3GPP power class 3"},
    [CANSA_PARAM_ANTENNA_GAIN] = {
        "antenna_gain_db", ESW_PARAM_REAL, "dB", "0", -60, 60, NULL, 0,
        "Antenna gain g.",
        "assumed"},
    [CANSA_PARAM_NOISE] = {
        "noise_dbm_per_hz", ESW_PARAM_REAL, "dBm/Hz", "-174", -250, 0, NULL, 0,
        "Noise power density.",
        "paper: V"},
    [CANSA_PARAM_NOISE_FIGURE] = {
        "noise_figure_db", ESW_PARAM_REAL, "dB", "7", 0, 60, NULL, 0,
        "Noise figure of the base station.",
        "assumed: common below 6 GHz"},
    [CANSA_PARAM_PATH_LOSS] = {
        "path_loss_db", ESW_PARAM_REAL, "dB", "73", 0, 300, NULL, 0,
        "Path loss at 1 m (floating intercept).",
        "paper: V"},
    [CANSA_PARAM_PATH_LOSS_EXPONENT] = {
        "path_loss_exponent", ESW_PARAM_REAL, "1", "1.9", 0, 6, NULL, 0,
        "n of path_loss_db + 10 n log10(distance / 1 m).",
        "paper: V"},
    [CANSA_PARAM_SHADOWING] = {
        "shadowing_db", ESW_PARAM_REAL, "dB", "5", 0, 30, NULL, 0,
        "Standard deviation of log-normal shadowing.",
        "paper: V"},
    [CANSA_PARAM_CELL_RADIUS] = {
        "cell_radius_m", ESW_PARAM_REAL, "m", "100", 1, 10000, NULL, 0,
        "Clients are uniform in this disc, at least 1 m from its centre.",
        "paper: VI-B clips to [1, 100] m; its Poisson parameter 1e-8 is degenerate"},
    [CANSA_PARAM_MAX_SPECTRAL_EFFICIENCY] = {
        "max_spectral_efficiency", ESW_PARAM_REAL, "bit/s/Hz", "7.4063", 0.01, 100, NULL, 0,
        "Cap of log2(1 + SINR).",
        "standard: 3GPP TS 38.214, 256QAM table"},

    /* What running a model costs, and what is asked of it. */
    [CANSA_PARAM_READING] = {
        "reading", ESW_PARAM_CHOICE, "1", "repaired", 0, 0, "repaired|as-code", PER_METHOD,
        "The repaired model, or with the quirks of the released program.",
        "project"},
    [CANSA_PARAM_SPLIT_BITS] = {
        "split_bits", ESW_PARAM_CHOICE, "1", "released", 0, 0, "released|table1", PER_METHOD,
        "Size of the stems' output: as in the released program, or 64 channels as in Singhal et al., Table I.",
        "released"},
    [CANSA_PARAM_LATENCY_SOURCE] = {
        "latency_source", ESW_PARAM_CHOICE, "1", "measured", 0, 0, "measured|flops", PER_METHOD,
        "Computing times: the measured table, or operations over device_flops and edge_flops.",
        "released: measured"},
    [CANSA_PARAM_DEVICE_FLOPS] = {
        "device_flops", ESW_PARAM_REAL, "FLOP/s", "99100000000", 1e6, 1e18, NULL, PER_METHOD,
        "o_LC, speed of the device with latency_source flops.",
        "assumed: Jetson Nano, FP32, 42 % of its peak"},
    [CANSA_PARAM_EDGE_FLOPS] = {
        "edge_flops", ESW_PARAM_REAL, "FLOP/s", "62400000000000", 1e6, 1e18, NULL, PER_METHOD,
        "o_EC, speed of the edge with latency_source flops.",
        "assumed: A100, TF32, 40 % of its peak"},
    [CANSA_PARAM_JOULES_PER_GFLOP] = {
        "joules_per_gflop", ESW_PARAM_REAL, "J", "0.00091", 0, 1e3, NULL, PER_METHOD,
        "tau: energy of 10^9 operations on the device.",
        "released: fitted to its energy table"},
    [CANSA_PARAM_MODALITY] = {
        "modality", ESW_PARAM_CHOICE, "1", "any", 0, 0, "any|" CANSA_MODALITY_NAMES, PER_METHOD,
        "Sensors that models may use.",
        "project"},
    [CANSA_PARAM_DEPTH] = {
        "depth", ESW_PARAM_CHOICE, "1", "any", 0, 0, "any|" CANSA_DEPTH_NAMES, PER_METHOD,
        "Depth of the branch that models may have.",
        "project"},
    [CANSA_PARAM_DEPLOYMENT] = {
        "deployment", ESW_PARAM_CHOICE, "1", "any", 0, 0, "any|" CANSA_DEPLOYMENT_NAMES, PER_METHOD,
        "Where models may run: all on the device, the stems there and the branch at the edge, all at the edge.",
        "project"},
    [CANSA_PARAM_ACCURACY_MIN] = {
        "accuracy_min_percent", ESW_PARAM_REAL, "mAP %", NULL, 1e-9, 100, NULL, PER_METHOD | NULLABLE,
        "A_min of every context; unset: the table's.",
        "released: 50, 23, 56.2, 11, 44, 52"},
    [CANSA_PARAM_ACCURACY_TOP] = {
        "accuracy_top", ESW_PARAM_REAL, "1", NULL, 1e-9, 1, NULL, PER_METHOD | NULLABLE,
        "A_min(h) such that this share of the 18 models, rounded up, meets it; accuracy_min_percent goes first.",
        "paper: Fig. 5"},

    /* The auction and the utility. */
    [CANSA_PARAM_GUARD_FACTOR] = {
        "guard_factor", ESW_PARAM_REAL, "1", "0.9", 0.01, 1, NULL, PER_METHOD,
        "R_min is what meets this factor of L_max.",
        "paper: Algorithm 1, line 15"},
    [CANSA_PARAM_PHASE3] = {
        "phase3", ESW_PARAM_CHOICE, "1", "energy", 0, 0, "energy|utility", PER_METHOD,
        "Which feasible option a client takes: least energy (Algorithm 1), or largest utility (the text).",
        "paper: Algorithm 1, line 41"},
    [CANSA_PARAM_OBJECTIVE] = {
        "objective", ESW_PARAM_CHOICE, "1", "success", 0, 0, "success|utility", PER_METHOD,
        "What `optimum` maximises and `loss` reports: clients served (then least energy), or total utility (5).",
        "project"},
    [CANSA_PARAM_WEIGHT_ACCURACY] = {
        "weight_accuracy", ESW_PARAM_REAL, "1", "2", 0, 1e6, NULL, PER_METHOD,
        "w1 of (5).",
        "released"},
    [CANSA_PARAM_WEIGHT_LATENCY] = {
        "weight_latency", ESW_PARAM_REAL, "1", "1.5", 0, 1e6, NULL, PER_METHOD,
        "w2 of (5).",
        "released"},
    [CANSA_PARAM_WEIGHT_ENERGY] = {
        "weight_energy", ESW_PARAM_REAL, "1/J", "10", 0, 1e6, NULL, PER_METHOD,
        "w3 of (5).",
        "released"},
    [CANSA_PARAM_WEIGHT_VIOLATION] = {
        "weight_violation", ESW_PARAM_REAL, "1", "2", 0, 1e6, NULL, PER_METHOD,
        "w4 of (5): the utility of an unserved client is -w4.",
        "released"},
    [CANSA_PARAM_ACCURACY_SLOPE] = {
        "accuracy_slope", ESW_PARAM_REAL, "1/mAP %", "0.02", 0, 100, NULL, PER_METHOD,
        "k_A of (5).",
        "released"},
    [CANSA_PARAM_LATENCY_SLOPE] = {
        "latency_slope", ESW_PARAM_REAL, "1/ms", "0.01", 0, 100, NULL, PER_METHOD,
        "k_L of (5).",
        "released"},
    [CANSA_PARAM_BID_COST] = {
        "bid_cost", ESW_PARAM_REAL, "1", "0.01", 0, 1e6, NULL, PER_METHOD,
        "gamma: a bid b costs gamma b^2.",
        "released"},
    [CANSA_PARAM_BID_PENALTY] = {
        "bid_penalty", ESW_PARAM_REAL, "1", "0.000001", 1e-12, 1e6, NULL, PER_METHOD,
        "lambda_0, added to the sum of bids.",
        "released"},
    [CANSA_PARAM_NASH_STEP] = {
        "nash_step", ESW_PARAM_REAL, "1", "0.5", 1e-3, 1e6, NULL, METHOD_ONLY,
        "Step of the grid of bids, of 10,000 at most.",
        "project"},
    [CANSA_PARAM_NASH_BID_MAX] = {
        "nash_bid_max", ESW_PARAM_REAL, "1", NULL, 1e-3, 1e6, NULL, METHOD_ONLY | NULLABLE,
        "Largest bid of the grid; unset: twice the instance's largest bid (7).",
        "project"},
    [CANSA_PARAM_NASH_SWEEPS] = {
        "nash_sweeps", ESW_PARAM_INTEGER, "1", "1000", 1, 1000000, NULL, METHOD_ONLY,
        "Most sweeps of best responses.",
        "project"},
};
/* clang-format on */

#define FIELD(member) offsetof(eswi_cansa_config, member)

static const eswi_binding BINDINGS[CANSA_PARAMS] = {
    [CANSA_PARAM_CLIENTS] = {ESWI_BIND_INT, FIELD(clients), "clients"},
    [CANSA_PARAM_RBS_TOTAL] = {ESWI_BIND_INT, FIELD(rbs_total), "rbs_total"},
    [CANSA_PARAM_LATENCY_MAX] = {ESWI_BIND_REAL, FIELD(latency_max_s), "latency_max_s"},
    [CANSA_PARAM_CONTEXT] = {ESWI_BIND_CHOICE, FIELD(context), "context"},
    [CANSA_PARAM_RB_RATE] = {ESWI_BIND_MAYBE_REAL, FIELD(rb_rate_bps), "rb_rate_bps"},
    [CANSA_PARAM_BANDWIDTH] = {ESWI_BIND_REAL, FIELD(bandwidth_hz), "bandwidth_hz"},
    [CANSA_PARAM_SUBCARRIER] = {ESWI_BIND_REAL, FIELD(subcarrier_hz), "subcarrier_hz"},
    [CANSA_PARAM_POWER] = {ESWI_BIND_DBM, FIELD(power_w), "power_w"},
    [CANSA_PARAM_ANTENNA_GAIN] = {ESWI_BIND_REAL, FIELD(antenna_gain_db), "antenna_gain_db"},
    [CANSA_PARAM_NOISE] = {ESWI_BIND_DBM, FIELD(noise_w_per_hz), "noise_w_per_hz"},
    [CANSA_PARAM_NOISE_FIGURE] = {ESWI_BIND_REAL, FIELD(noise_figure_db), "noise_figure_db"},
    [CANSA_PARAM_PATH_LOSS] = {ESWI_BIND_REAL, FIELD(path_loss_db), "path_loss_db"},
    [CANSA_PARAM_PATH_LOSS_EXPONENT] = {ESWI_BIND_REAL, FIELD(path_loss_exponent), "path_loss_exponent"},
    [CANSA_PARAM_SHADOWING] = {ESWI_BIND_REAL, FIELD(shadowing_db), "shadowing_db"},
    [CANSA_PARAM_CELL_RADIUS] = {ESWI_BIND_REAL, FIELD(cell_radius_m), "cell_radius_m"},
    [CANSA_PARAM_MAX_SPECTRAL_EFFICIENCY] = {ESWI_BIND_REAL, FIELD(max_spectral_efficiency),
                                             "max_spectral_efficiency"},
    [CANSA_PARAM_READING] = {ESWI_BIND_CHOICE, FIELD(reading), "reading"},
    [CANSA_PARAM_SPLIT_BITS] = {ESWI_BIND_CHOICE, FIELD(split_bits), "split_bits"},
    [CANSA_PARAM_LATENCY_SOURCE] = {ESWI_BIND_CHOICE, FIELD(latency_source), "latency_source"},
    [CANSA_PARAM_DEVICE_FLOPS] = {ESWI_BIND_REAL, FIELD(device_flops), "device_flops"},
    [CANSA_PARAM_EDGE_FLOPS] = {ESWI_BIND_REAL, FIELD(edge_flops), "edge_flops"},
    [CANSA_PARAM_JOULES_PER_GFLOP] = {ESWI_BIND_REAL, FIELD(joules_per_gflop), "joules_per_gflop"},
    [CANSA_PARAM_MODALITY] = {ESWI_BIND_CHOICE, FIELD(modality), "modality"},
    [CANSA_PARAM_DEPTH] = {ESWI_BIND_CHOICE, FIELD(depth), "depth"},
    [CANSA_PARAM_DEPLOYMENT] = {ESWI_BIND_CHOICE, FIELD(deployment), "deployment"},
    [CANSA_PARAM_ACCURACY_MIN] = {ESWI_BIND_MAYBE_REAL, FIELD(accuracy_min_percent), "accuracy_min_percent"},
    [CANSA_PARAM_ACCURACY_TOP] = {ESWI_BIND_MAYBE_REAL, FIELD(accuracy_top), "accuracy_top"},
    [CANSA_PARAM_GUARD_FACTOR] = {ESWI_BIND_REAL, FIELD(guard_factor), "guard_factor"},
    [CANSA_PARAM_PHASE3] = {ESWI_BIND_CHOICE, FIELD(phase3), "phase3"},
    [CANSA_PARAM_OBJECTIVE] = {ESWI_BIND_CHOICE, FIELD(objective), "objective"},
    [CANSA_PARAM_WEIGHT_ACCURACY] = {ESWI_BIND_REAL, FIELD(weight_accuracy), "weight_accuracy"},
    [CANSA_PARAM_WEIGHT_LATENCY] = {ESWI_BIND_REAL, FIELD(weight_latency), "weight_latency"},
    [CANSA_PARAM_WEIGHT_ENERGY] = {ESWI_BIND_REAL, FIELD(weight_energy), "weight_energy"},
    [CANSA_PARAM_WEIGHT_VIOLATION] = {ESWI_BIND_REAL, FIELD(weight_violation), "weight_violation"},
    [CANSA_PARAM_ACCURACY_SLOPE] = {ESWI_BIND_REAL, FIELD(accuracy_slope), "accuracy_slope"},
    [CANSA_PARAM_LATENCY_SLOPE] = {ESWI_BIND_REAL, FIELD(latency_slope), "latency_slope"},
    [CANSA_PARAM_BID_COST] = {ESWI_BIND_REAL, FIELD(bid_cost), "bid_cost"},
    [CANSA_PARAM_BID_PENALTY] = {ESWI_BIND_REAL, FIELD(bid_penalty), "bid_penalty"},
    [CANSA_PARAM_NASH_STEP] = {ESWI_BIND_REAL, FIELD(nash_step), "nash_step"},
    [CANSA_PARAM_NASH_BID_MAX] = {ESWI_BIND_MAYBE_REAL, FIELD(nash_bid_max), "nash_bid_max"},
    [CANSA_PARAM_NASH_SWEEPS] = {ESWI_BIND_INT, FIELD(nash_sweeps), "nash_sweeps"},
};

const eswi_bindings eswi_cansa_bindings = {eswi_cansa_params, BINDINGS, CANSA_PARAMS};
