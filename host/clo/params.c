/* CLO: the parameter table. Loading, validation, `list parameters`, the documentation and the resolved copy in the results
 * all come from it; the bindings say where each value lives in a config and what JSON calls it. */
#include "clo/params.h"

#define PER_METHOD ESW_PARAM_PER_METHOD
#define NULLABLE   ESW_PARAM_NULLABLE

/* Sources: paper = Section V; released = the authors' program, frbinucci/CLOWiOpt @f595638. */
/* clang-format off */
const esw_param eswi_clo_params[CLO_PARAMS] = {
    [CLO_PARAM_PRESET] = {
        "preset", ESW_PARAM_CHOICE, "1", "released", 0, 0, "released|paper", 0,
        "Where v, eta, r, z0, lo_minus_r, slots and the arrivals come from when they are not set.",
        "released: v 200, eta 0.0025, r 0.14; paper: v 100, eta 0.5, r 0.13 (single hop) or 0.15"},
    [CLO_PARAM_NETWORK] = {
        "network", ESW_PARAM_TREE, "1", "single-hop", 0, 0, NULL, 0,
        "single-hop, multi-hop, or {nodes: [{name, model, device}], links: [[from, to]]}.",
        "paper: Tables I and II, Fig. 5; its multi-hop links are assumed"},
    [CLO_PARAM_TASKS] = {
        "tasks", ESW_PARAM_TREE, "1", "logit-normal", 0, 0, NULL, 0,
        "Loss and imprecision curves of the tasks: logit-normal, published-curves, or a CSV path.",
        "assumed; published-curves: fitted to the authors' look-up tables"},
    [CLO_PARAM_EMPTY_FRACTION] = {
        "empty_fraction", ESW_PARAM_REAL, "1", "0", 0, 1, NULL, 0,
        "Share of tasks without an object, whose loss is 0.",
        "assumed: about 0.41 explains the authors' own run"},
    [CLO_PARAM_SLOTS] = {
        "slots", ESW_PARAM_INTEGER, "slots", NULL, 1, CLO_SLOTS_MAX, NULL, NULLABLE,
        "Slots T of a realisation, a multiple of frame_slots; 15000 for single-hop, else 10000.",
        "paper"},
    [CLO_PARAM_ARRIVAL_PROBABILITY] = {
        "arrival_probability", ESW_PARAM_TREE, "1", NULL, 0, 0, NULL, NULLABLE,
        "lambda: a number, or a list to draw from; [0.4, 0.8] for single-hop, else 0.5.",
        "paper"},
    [CLO_PARAM_ARRIVAL_REDRAW_SLOTS] = {
        "arrival_redraw_slots", ESW_PARAM_INTEGER, "slots", NULL, 0, CLO_SLOTS_MAX, NULL, NULLABLE,
        "lambda may change every so many slots, 0: never; released 10, paper 100.",
        "released, paper"},
    [CLO_PARAM_ARRIVAL_REDRAW_PROBABILITY] = {
        "arrival_redraw_probability", ESW_PARAM_REAL, "1", NULL, 0, 1, NULL, NULLABLE,
        "Probability that lambda is drawn anew when it may change; released 1, paper 0.5.",
        "released, paper"},
    [CLO_PARAM_ARRIVAL_COMMON] = {
        "arrival_common", ESW_PARAM_BOOLEAN, "1", NULL, 0, 1, NULL, NULLABLE,
        "One lambda for all devices instead of one each; released: yes.",
        "released, paper"},
    [CLO_PARAM_PATH_LOSS] = {
        "path_loss_db", ESW_PARAM_REAL, "dB", "90", 0, 200, NULL, 0,
        "Path loss of every link; the fading is Rayleigh.",
        "paper"},
    [CLO_PARAM_SLOT] = {
        "slot_s", ESW_PARAM_REAL, "s", "0.05", 1e-6, 1e3, NULL, 0,
        "Duration of a slot.",
        "paper"},
    [CLO_PARAM_UNIT_BITS] = {
        "unit_bits", ESW_PARAM_REAL, "bit", "6291456", 1, 1e12, NULL, 0,
        "W, bits of a data unit.",
        "paper: 256 x 256 x 3 values of 32 bits"},
    [CLO_PARAM_BANDWIDTH] = {
        "bandwidth_hz", ESW_PARAM_REAL, "Hz", "20000000", 1, 1e12, NULL, 0,
        "Bandwidth of a link.",
        "paper"},
    [CLO_PARAM_NOISE] = {
        "noise_dbm_per_hz", ESW_PARAM_REAL, "dBm/Hz", "-174", -250, 0, NULL, 0,
        "Noise power density N0.",
        "paper"},
    [CLO_PARAM_POWER_MAX] = {
        "power_max_w", ESW_PARAM_REAL, "W", "3.5", 1e-9, 1e6, NULL, 0,
        "Most power of a node, over its links together.",
        "paper"},
    [CLO_PARAM_LINK_UNITS_MAX] = {
        "link_units_max", ESW_PARAM_INTEGER, "1", "1", 1, CLO_DEVICES_MAX, NULL, 0,
        "R_max, units a link carries in a slot.",
        "released"},
    [CLO_PARAM_NODE_INFERENCES_MAX] = {
        "node_inferences_max", ESW_PARAM_INTEGER, "1", "3", 1, CLO_DEVICES_MAX, NULL, 0,
        "I_max, units a node decides in a slot.",
        "released; 1 is the other reading"},
    [CLO_PARAM_FRAME_SLOTS] = {
        "frame_slots", ESW_PARAM_INTEGER, "slots", "10", 1, CLO_SLOTS_MAX, NULL, 0,
        "S, slots of a frame: thresholds and virtual queues move once a frame.",
        "paper (single hop)"},
    [CLO_PARAM_V] = {
        "v", ESW_PARAM_REAL, "1", NULL, 0, 1e12, NULL, PER_METHOD | NULLABLE,
        "V, weight of the cost against the queues in (31).",
        "released 200, paper 100"},
    [CLO_PARAM_ETA] = {
        "eta", ESW_PARAM_REAL, "J", NULL, 0, 1e6, NULL, PER_METHOD | NULLABLE,
        "eta, energy that one unit of imprecision is worth in (27).",
        "released 0.5 / 200, paper 0.5"},
    [CLO_PARAM_R] = {
        "r", ESW_PARAM_REAL, "1", NULL, 0, 1, NULL, PER_METHOD | NULLABLE,
        "r, the long-term loss that must not be exceeded.",
        "released 0.14, paper 0.13 (single hop) or 0.15"},
    [CLO_PARAM_GAMMA] = {
        "gamma", ESW_PARAM_REAL, "1", "0.5", 1e-9, 1e6, NULL, PER_METHOD,
        "gamma, step of the thresholds in (30).",
        "paper"},
    [CLO_PARAM_THETA0] = {
        "theta0", ESW_PARAM_REAL, "1", "0.5", 0, 1, NULL, PER_METHOD,
        "theta_0, the first threshold of every device; fixed-theta keeps it.",
        "paper"},
    [CLO_PARAM_BETA] = {
        "beta", ESW_PARAM_REAL, "1", "0.5", 1e-9, 1e6, NULL, PER_METHOD,
        "beta, step of LO's virtual queues.",
        "paper"},
    [CLO_PARAM_Z0] = {
        "z0", ESW_PARAM_REAL, "1", NULL, 0, 1e6, NULL, PER_METHOD | NULLABLE,
        "Z_0, where LO's virtual queues start.",
        "released 0.5, paper 0"},
    [CLO_PARAM_LO_MINUS_R] = {
        "lo_minus_r", ESW_PARAM_BOOLEAN, "1", NULL, 0, 1, NULL, PER_METHOD | NULLABLE,
        "LO prices E[L] - r instead of E[L].",
        "released no, derived yes"},
    [CLO_PARAM_THETA_GRID] = {
        "theta_grid", ESW_PARAM_TREE, "1", NULL, 0, 0, NULL, NULLABLE,
        "Thresholds LO chooses from, ascending in (0, 1); 0.1, 0.2, ..., 0.9.",
        "paper"},
    [CLO_PARAM_AVERAGE_SLOTS] = {
        "average_slots", ESW_PARAM_INTEGER, "slots", "0", 0, CLO_SLOTS_MAX, NULL, 0,
        "Energy, precision, queues, delay and depths are averaged over the last so many slots, 0: over all.",
        "paper: 800 in Fig. 6, 1000 in Fig. 8"},
    [CLO_PARAM_BOUND_M] = {
        "bound_m", ESW_PARAM_REAL, "1", "0.55", 0, 1, NULL, 0,
        "M of (33) as estimated from runs, for above_estimated.",
        "paper: Fig. 8(c)"},
};
/* clang-format on */

#define FIELD(member) offsetof(eswi_clo_config, member)

static const eswi_binding ROWS[CLO_PARAMS] = {
    [CLO_PARAM_PRESET] = {ESWI_BIND_CHOICE, FIELD(preset), "preset"},
    [CLO_PARAM_NETWORK] = {ESWI_BIND_OWN, 0, "network"},
    [CLO_PARAM_TASKS] = {ESWI_BIND_OWN, 0, "tasks"},
    [CLO_PARAM_EMPTY_FRACTION] = {ESWI_BIND_REAL, FIELD(empty_fraction), "empty_fraction"},
    [CLO_PARAM_SLOTS] = {ESWI_BIND_MAYBE_INT, FIELD(slots), "slots"},
    [CLO_PARAM_ARRIVAL_PROBABILITY] = {ESWI_BIND_OWN, 0, "arrival_probability"},
    [CLO_PARAM_ARRIVAL_REDRAW_SLOTS] = {ESWI_BIND_MAYBE_INT, FIELD(redraw_slots), "arrival_redraw_slots"},
    [CLO_PARAM_ARRIVAL_REDRAW_PROBABILITY] = {ESWI_BIND_MAYBE_REAL, FIELD(redraw_probability),
                                              "arrival_redraw_probability"},
    [CLO_PARAM_ARRIVAL_COMMON] = {ESWI_BIND_MAYBE_INT, FIELD(rate_common), "arrival_common"},
    [CLO_PARAM_PATH_LOSS] = {ESWI_BIND_REAL, FIELD(path_loss_db), "path_loss_db"},
    [CLO_PARAM_SLOT] = {ESWI_BIND_REAL, FIELD(slot_s), "slot_s"},
    [CLO_PARAM_UNIT_BITS] = {ESWI_BIND_REAL, FIELD(unit_bits), "unit_bits"},
    [CLO_PARAM_BANDWIDTH] = {ESWI_BIND_REAL, FIELD(bandwidth_hz), "bandwidth_hz"},
    [CLO_PARAM_NOISE] = {ESWI_BIND_DBM, FIELD(noise_w_per_hz), "noise_w_per_hz"},
    [CLO_PARAM_POWER_MAX] = {ESWI_BIND_REAL, FIELD(power_max_w), "power_max_w"},
    [CLO_PARAM_LINK_UNITS_MAX] = {ESWI_BIND_INT, FIELD(link_units_max), "link_units_max"},
    [CLO_PARAM_NODE_INFERENCES_MAX] = {ESWI_BIND_INT, FIELD(node_inferences_max), "node_inferences_max"},
    [CLO_PARAM_FRAME_SLOTS] = {ESWI_BIND_INT, FIELD(frame_slots), "frame_slots"},
    [CLO_PARAM_V] = {ESWI_BIND_MAYBE_REAL, FIELD(v), "v"},
    [CLO_PARAM_ETA] = {ESWI_BIND_MAYBE_REAL, FIELD(eta), "eta"},
    [CLO_PARAM_R] = {ESWI_BIND_MAYBE_REAL, FIELD(r), "r"},
    [CLO_PARAM_GAMMA] = {ESWI_BIND_REAL, FIELD(gamma), "gamma"},
    [CLO_PARAM_THETA0] = {ESWI_BIND_REAL, FIELD(theta0), "theta0"},
    [CLO_PARAM_BETA] = {ESWI_BIND_REAL, FIELD(beta), "beta"},
    [CLO_PARAM_Z0] = {ESWI_BIND_MAYBE_REAL, FIELD(z0), "z0"},
    [CLO_PARAM_LO_MINUS_R] = {ESWI_BIND_MAYBE_INT, FIELD(lo_minus_r), "lo_minus_r"},
    [CLO_PARAM_THETA_GRID] = {ESWI_BIND_OWN, 0, "theta_grid"},
    [CLO_PARAM_AVERAGE_SLOTS] = {ESWI_BIND_INT, FIELD(average_slots), "average_slots"},
    [CLO_PARAM_BOUND_M] = {ESWI_BIND_REAL, FIELD(bound_m), "bound_m"},
};

const eswi_bindings eswi_clo_bindings = {eswi_clo_params, ROWS, CLO_PARAMS};
