/* ECC: the parameter table. Loading, validation, `list parameters`, the documentation and the resolved copy
 * in the results all come from it; `eswi_ecc_bindings` says where each value lives in a config and what JSON
 * calls it. */
#include "ecc/params.h"

#define PER_METHOD  ESW_PARAM_PER_METHOD
#define METHOD_ONLY ESW_PARAM_METHOD_ONLY
#define NULLABLE    ESW_PARAM_NULLABLE

/* Sources: paper = the paper's Section VI-A; calibrated = chosen so that a figure of the paper comes out. */
/* clang-format off */
const esw_param eswi_ecc_params[ECC_PARAMS] = {
    /* The network and the users: these decide the instance. */
    [ECC_PARAM_PROFILE] = {
        "profile", ESW_PARAM_TREE, "1", "nin-cifar10-32", 0, 0, NULL, 0,
        "Network of every user: a built-in name, a CSV path, or {mix: [a, b, ...]} to draw one per user.",
        "paper: NiN; its layer table is computed"},
    [ECC_PARAM_UPLOAD] = {
        "upload", ESW_PARAM_CHOICE, "1", "source", 0, 0, "source|network", 0,
        "What split 1 sends: the picture as it was taken, where the profile knows it, or the network's input.",
        "assumed: CIFAR pictures are resized where the network runs"},
    [ECC_PARAM_INFERENCES] = {
        "inferences", ESW_PARAM_INTEGER, "1", "1", 1, 1000000, NULL, 0,
        "Inferences K of every user, all on the same split: work and data are K times those of one.",
        "project: a reading of the paper's workload k, Fig. 8 and 11"},
    [ECC_PARAM_APS] = {
        "aps", ESW_PARAM_INTEGER, "1", "5", 1, ECC_APS_MAX, NULL, 0,
        "Access points N, each a cell.",
        "paper"},
    [ECC_PARAM_USERS] = {
        "users", ESW_PARAM_INTEGER, "1", "1250", 1, ECC_USERS_MAX, NULL, 0,
        "Users U in all cells together.",
        "paper"},
    [ECC_PARAM_SUBCHANNELS] = {
        "subchannels", ESW_PARAM_INTEGER, "1", "250", 1, ECC_SUBCHANNELS_MAX, NULL, 0,
        "Subchannels M per direction, each of width bandwidth / M.",
        "paper"},
    [ECC_PARAM_GAINS] = {
        "gains", ESW_PARAM_TREE, "1", NULL, 0, 0, NULL, NULLABLE,
        "File of measured or ray-traced channels, HDF5 or JSON: row k is scenario k; places and fading are not drawn then.",
        "project"},
    [ECC_PARAM_LAYOUT] = {
        "layout", ESW_PARAM_CHOICE, "1", "users_around_ap", 0, 0, "users_around_ap|uniform", 0,
        "Users in a disc round their AP, or anywhere in the square with the nearest AP.",
        "assumed"},
    [ECC_PARAM_CELL_RADIUS] = {
        "cell_radius_m", ESW_PARAM_REAL, "m", "100", 0, 5000, NULL, 0,
        "Radius of the disc of layout users_around_ap.",
        "assumed: NOMA then gains over OMA as in the paper's Fig. 2"},
    [ECC_PARAM_PATH_LOSS_EXPONENT] = {
        "path_loss_exponent", ESW_PARAM_REAL, "1", "5", 0, 6, NULL, 0,
        "alpha of the mean power gain max(distance / 1 m, 1)^-alpha.",
        "paper"},
    [ECC_PARAM_BANDWIDTH_UP] = {
        "bandwidth_up_hz", ESW_PARAM_REAL, "Hz", "10000000", 1, 1e12, NULL, 0,
        "Uplink bandwidth B of the whole system.",
        "paper"},
    [ECC_PARAM_BANDWIDTH_DOWN] = {
        "bandwidth_down_hz", ESW_PARAM_REAL, "Hz", "10000000", 1, 1e12, NULL, 0,
        "Downlink bandwidth of the whole system.",
        "assumed: frequency-division twin of the uplink"},
    [ECC_PARAM_NOISE] = {
        "noise_dbm_per_hz", ESW_PARAM_REAL, "dBm/Hz", "-174", -250, 0, NULL, 0,
        "Noise power density N0.",
        "paper"},
    [ECC_PARAM_NOISE_FIGURE] = {
        "noise_figure_db", ESW_PARAM_REAL, "dB", "0", 0, 60, NULL, 0,
        "Noise figure of all receivers.",
        "assumed"},

    /* What a method may do: these never change the instance. */
    [ECC_PARAM_ACCESS] = {
        "access", ESW_PARAM_CHOICE, "1", "noma", 0, 0, "noma|oma|oma-in-cell", PER_METHOD,
        "Power-domain NOMA with SIC, or a subchannel cut into slices: network-wide (oma) or in each cell.",
        "paper"},
    [ECC_PARAM_READING] = {
        "reading", ESW_PARAM_CHOICE, "1", "repaired", 0, 0, "repaired|published", PER_METHOD,
        "The repaired model and descent, or the printed forms where that is possible.",
        "project"},
    [ECC_PARAM_SPLIT] = {
        "split", ESW_PARAM_CHOICE, "1", "common", 0, 0, "common|per-user", PER_METHOD,
        "One split for all users as in Algorithm 1, or the best one of each user.",
        "paper"},
    [ECC_PARAM_CLUSTER_CAP] = {
        "cluster_cap", ESW_PARAM_INTEGER, "1", "3", 1, 64, NULL, PER_METHOD,
        "Most users per (AP, subchannel).",
        "paper"},
    [ECC_PARAM_PAIR_DIRECTIONS] = {
        "pair_directions", ESW_PARAM_BOOLEAN, "1", "false", 0, 1, NULL, PER_METHOD,
        "The downlink uses the subchannel of the uplink; grid-optimum, certified and joint do where it is not set.",
        "project"},
    [ECC_PARAM_POWER_MIN] = {
        "power_min_dbm", ESW_PARAM_REAL, "dBm", "0", -100, 100, NULL, PER_METHOD,
        "Least transmit power per user, both directions.",
        "assumed: keeps logarithms finite"},
    [ECC_PARAM_POWER_MAX] = {
        "power_max_dbm", ESW_PARAM_REAL, "dBm", "25", -100, 100, NULL, PER_METHOD,
        "Most transmit power per user, both directions.",
        "paper for the device, assumed for the AP"},
    [ECC_PARAM_POWER_MIN_UP] = {
        "power_min_up_dbm", ESW_PARAM_REAL, "dBm", NULL, -100, 100, NULL, PER_METHOD | NULLABLE,
        "Least uplink power where it differs from power_min_dbm.",
        "project"},
    [ECC_PARAM_POWER_MAX_UP] = {
        "power_max_up_dbm", ESW_PARAM_REAL, "dBm", NULL, -100, 100, NULL, PER_METHOD | NULLABLE,
        "Most uplink power where it differs from power_max_dbm.",
        "project"},
    [ECC_PARAM_POWER_MIN_DOWN] = {
        "power_min_down_dbm", ESW_PARAM_REAL, "dBm", NULL, -100, 100, NULL, PER_METHOD | NULLABLE,
        "Least downlink power per user where it differs from power_min_dbm.",
        "project"},
    [ECC_PARAM_POWER_MAX_DOWN] = {
        "power_max_down_dbm", ESW_PARAM_REAL, "dBm", NULL, -100, 100, NULL, PER_METHOD | NULLABLE,
        "Most downlink power per user where it differs from power_max_dbm.",
        "project"},
    [ECC_PARAM_WEIGHT_TIME] = {
        "weight_time", ESW_PARAM_REAL, "1/s", "0.9", 0, 1e9, NULL, PER_METHOD,
        "wT of the utility wT latency + wE energy.",
        "assumed"},
    [ECC_PARAM_WEIGHT_ENERGY] = {
        "weight_energy", ESW_PARAM_REAL, "1/J", "0.1", 0, 1e9, NULL, PER_METHOD,
        "wE of the utility wT latency + wE energy.",
        "assumed"},

    /* Computing. */
    [ECC_PARAM_DEVICE_FLOPS] = {
        "device_flops", ESW_PARAM_REAL, "FLOP/s", "430000000", 1, 1e18, NULL, 0,
        "Speed c_i of a device.",
        "calibrated: NiN, Device-Only over ECC-OMA = 4.1 (Fig. 2)"},
    [ECC_PARAM_EDGE_UNIT_FLOPS] = {
        "edge_unit_flops", ESW_PARAM_REAL, "FLOP/s", "450000000", 1, 1e18, NULL, 0,
        "Speed c_min of one compute unit of the edge.",
        "assumed: the best number of units is then interior"},
    [ECC_PARAM_LAMBDA_EXPONENT] = {
        "lambda_exponent", ESW_PARAM_REAL, "1", "1.1", 0.1, 3, NULL, 0,
        "a of lambda(r) = r^a, the speed of r units over that of one.",
        "assumed: the paper asks for lambda(r) > r"},
    [ECC_PARAM_COMPUTE_UNITS_MIN] = {
        "compute_units_min", ESW_PARAM_REAL, "units", "1", 1e-6, 1e6, NULL, PER_METHOD,
        "Least compute units per offloading user.",
        "assumed"},
    [ECC_PARAM_COMPUTE_UNITS_MAX] = {
        "compute_units_max", ESW_PARAM_REAL, "units", "8", 1e-6, 1e6, NULL, PER_METHOD,
        "Most compute units per offloading user.",
        "calibrated: Neurosurgeon costs 1.5x the energy of ECC (Fig. 5)"},
    [ECC_PARAM_EDGE_CAPACITY_UNITS] = {
        "edge_capacity_units", ESW_PARAM_REAL, "units", "1700", 1e-6, 1e12, NULL, PER_METHOD,
        "Compute units of an AP that dnn-surgery shares out among its offloading users.",
        "calibrated: DNN surgery saves 1.4x energy over Neurosurgeon (Fig. 5)"},
    [ECC_PARAM_KAPPA_DEVICE] = {
        "kappa_device", ESW_PARAM_REAL, "J s^2/cycle^3", "6.4e-27", 0, 1, NULL, 0,
        "Effective switched capacitance xi_i of a device.",
        "calibrated: Device-Only over ECC energy (Fig. 3)"},
    [ECC_PARAM_KAPPA_EDGE] = {
        "kappa_edge", ESW_PARAM_REAL, "J s^2/cycle^3", "1e-28", 0, 1, NULL, 0,
        "Effective switched capacitance xi_e of the edge.",
        "literature: the usual value"},
    [ECC_PARAM_CYCLES_PER_FLOP] = {
        "cycles_per_flop", ESW_PARAM_REAL, "cycle/FLOP", "1", 0, 1e6, NULL, 0,
        "phi, processor cycles per floating-point operation; enters energy only.",
        "assumed: makes (13), (16) consistent"},

    /* The solvers. */
    [ECC_PARAM_START_SEED] = {
        "start_seed", ESW_PARAM_INTEGER, "1", "0", 0, 9007199254740991.0, NULL, PER_METHOD,
        "Start of a descent: 0 for the start by own gain, else the seed of a random one.",
        "project"},
    [ECC_PARAM_MAX_ITERATIONS] = {
        "max_iterations", ESW_PARAM_INTEGER, "1", "500", 1, 1000000, NULL, PER_METHOD,
        "Most iterations of a descent per split.",
        "assumed"},
    [ECC_PARAM_TOLERANCE] = {
        "tolerance", ESW_PARAM_REAL, "1", "0.001", 0, 1, NULL, PER_METHOD,
        "A descent ends when five accepted points together gained less than this share of the objective.",
        "assumed"},
    [ECC_PARAM_LEVELS] = {
        "levels", ESW_PARAM_INTEGER, "1", "32", 2, 4096, NULL, METHOD_ONLY,
        "Power levels of a grid, log-spaced, both ends included.",
        "project"},
    [ECC_PARAM_UNIT_LEVELS] = {
        "unit_levels", ESW_PARAM_INTEGER, "1", "16", 1, 4096, NULL, METHOD_ONLY,
        "Compute-unit levels of a grid.",
        "project"},
    [ECC_PARAM_SEARCH] = {
        "search", ESW_PARAM_CHOICE, "1", "table", 0, 0, "table|scan", METHOD_ONLY,
        "How a grid of powers is searched: with a table of one user's least cost, or every combination. Same result.",
        "project"},
    [ECC_PARAM_ASSIGNMENT_FROM] = {
        "assignment_from", ESW_PARAM_CHOICE, "1", "rule-a", 0, 0, "rule-a|all|gd|li-gd|joint", METHOD_ONLY,
        "Whose subchannels an optimum is searched for: rule A's, a method's, or all there are (small instances).",
        "project"},
    [ECC_PARAM_MAX_COMBINATIONS] = {
        "max_combinations", ESW_PARAM_REAL, "1", "1e9", 1, 1e18, NULL, METHOD_ONLY,
        "Combinations of powers beyond which a scenario is recorded as too-large instead of being searched.",
        "project"},
    [ECC_PARAM_GAP] = {
        "gap", ESW_PARAM_REAL, "1", "0.001", 1e-5, 1, NULL, METHOD_ONLY,
        /* Boxes are widened by 2^-18 octave: bounds stay up to 2.6e-6 below the value, and an element gets half the gap. */
        "Relative gap between value and proved bound at which a search ends.",
        "project"},
    [ECC_PARAM_MAX_NODES] = {
        "max_nodes", ESW_PARAM_INTEGER, "1", "200000", 16, 100000000, NULL, METHOD_ONLY,
        "Boxes bounded per scenario before a search ends with the gap it has reached; an element takes sixteen whatever the limit.",
        "project"},
    [ECC_PARAM_MAX_SECONDS] = {
        "max_seconds", ESW_PARAM_REAL, "s", "0", 0, 1e9, NULL, METHOD_ONLY,
        "Time per scenario after which a search ends with the gap it has reached; 0 is no limit. Results then depend on the machine.",
        "project"},
    [ECC_PARAM_STARTS] = {
        "starts", ESW_PARAM_INTEGER, "1", "4", 1, 1000, NULL, METHOD_ONLY,
        "Assignments a local search starts from: rule A's, then random ones.",
        "project"},
};
/* clang-format on */

#define FIELD(member) offsetof(eswi_ecc_config, member)

const eswi_ecc_binding eswi_ecc_bindings[ECC_PARAMS] = {
    [ECC_PARAM_PROFILE] = {ECC_BIND_NONE, 0, "profile"},
    [ECC_PARAM_UPLOAD] = {ECC_BIND_CHOICE, FIELD(upload), "upload"},
    [ECC_PARAM_INFERENCES] = {ECC_BIND_INT, FIELD(inferences), "inferences"},
    [ECC_PARAM_APS] = {ECC_BIND_INT, FIELD(aps), "aps"},
    [ECC_PARAM_USERS] = {ECC_BIND_INT, FIELD(users), "users"},
    [ECC_PARAM_SUBCHANNELS] = {ECC_BIND_INT, FIELD(subchannels), "subchannels"},
    [ECC_PARAM_GAINS] = {ECC_BIND_NONE, 0, "gains"},
    [ECC_PARAM_LAYOUT] = {ECC_BIND_CHOICE, FIELD(layout), "layout"},
    [ECC_PARAM_CELL_RADIUS] = {ECC_BIND_REAL, FIELD(cell_radius_m), "cell_radius_m"},
    [ECC_PARAM_PATH_LOSS_EXPONENT] = {ECC_BIND_REAL, FIELD(path_loss_exponent), "path_loss_exponent"},
    [ECC_PARAM_BANDWIDTH_UP] = {ECC_BIND_REAL, FIELD(bandwidth_hz[ECC_UP]), "bandwidth_up_hz"},
    [ECC_PARAM_BANDWIDTH_DOWN] = {ECC_BIND_REAL, FIELD(bandwidth_hz[ECC_DOWN]), "bandwidth_down_hz"},
    [ECC_PARAM_NOISE] = {ECC_BIND_DBM, FIELD(noise_w_per_hz), "noise_w_per_hz"},
    [ECC_PARAM_NOISE_FIGURE] = {ECC_BIND_REAL, FIELD(noise_figure_db), "noise_figure_db"},
    [ECC_PARAM_ACCESS] = {ECC_BIND_CHOICE, FIELD(access), "access"},
    [ECC_PARAM_READING] = {ECC_BIND_CHOICE, FIELD(reading), "reading"},
    [ECC_PARAM_SPLIT] = {ECC_BIND_CHOICE, FIELD(split), "split"},
    [ECC_PARAM_CLUSTER_CAP] = {ECC_BIND_INT, FIELD(cluster_cap), "cluster_cap"},
    [ECC_PARAM_PAIR_DIRECTIONS] = {ECC_BIND_BOOL, FIELD(pair_directions), "pair_directions"},
    [ECC_PARAM_POWER_MIN] = {ECC_BIND_DBM_BOTH, FIELD(power_min_w), "power_min_w"},
    [ECC_PARAM_POWER_MAX] = {ECC_BIND_DBM_BOTH, FIELD(power_max_w), "power_max_w"},
    [ECC_PARAM_POWER_MIN_UP] = {ECC_BIND_DBM, FIELD(power_min_w[ECC_UP]), "power_min_up_w"},
    [ECC_PARAM_POWER_MAX_UP] = {ECC_BIND_DBM, FIELD(power_max_w[ECC_UP]), "power_max_up_w"},
    [ECC_PARAM_POWER_MIN_DOWN] = {ECC_BIND_DBM, FIELD(power_min_w[ECC_DOWN]), "power_min_down_w"},
    [ECC_PARAM_POWER_MAX_DOWN] = {ECC_BIND_DBM, FIELD(power_max_w[ECC_DOWN]), "power_max_down_w"},
    [ECC_PARAM_WEIGHT_TIME] = {ECC_BIND_REAL, FIELD(weight_time), "weight_time"},
    [ECC_PARAM_WEIGHT_ENERGY] = {ECC_BIND_REAL, FIELD(weight_energy), "weight_energy"},
    [ECC_PARAM_DEVICE_FLOPS] = {ECC_BIND_REAL, FIELD(device_flops), "device_flops"},
    [ECC_PARAM_EDGE_UNIT_FLOPS] = {ECC_BIND_REAL, FIELD(edge_unit_flops), "edge_unit_flops"},
    [ECC_PARAM_LAMBDA_EXPONENT] = {ECC_BIND_REAL, FIELD(lambda_exponent), "lambda_exponent"},
    [ECC_PARAM_COMPUTE_UNITS_MIN] = {ECC_BIND_REAL, FIELD(units_min), "compute_units_min"},
    [ECC_PARAM_COMPUTE_UNITS_MAX] = {ECC_BIND_REAL, FIELD(units_max), "compute_units_max"},
    [ECC_PARAM_EDGE_CAPACITY_UNITS] = {ECC_BIND_REAL, FIELD(edge_capacity_units), "edge_capacity_units"},
    [ECC_PARAM_KAPPA_DEVICE] = {ECC_BIND_REAL, FIELD(kappa_device), "kappa_device"},
    [ECC_PARAM_KAPPA_EDGE] = {ECC_BIND_REAL, FIELD(kappa_edge), "kappa_edge"},
    [ECC_PARAM_CYCLES_PER_FLOP] = {ECC_BIND_REAL, FIELD(cycles_per_flop), "cycles_per_flop"},
    [ECC_PARAM_START_SEED] = {ECC_BIND_SEED, FIELD(start_seed), "start_seed"},
    [ECC_PARAM_MAX_ITERATIONS] = {ECC_BIND_INT, FIELD(max_iterations), "max_iterations"},
    [ECC_PARAM_TOLERANCE] = {ECC_BIND_REAL, FIELD(tolerance), "tolerance"},
    [ECC_PARAM_LEVELS] = {ECC_BIND_INT, FIELD(grid_power_levels), "levels"},
    [ECC_PARAM_UNIT_LEVELS] = {ECC_BIND_INT, FIELD(grid_unit_levels), "unit_levels"},
    [ECC_PARAM_SEARCH] = {ECC_BIND_CHOICE, FIELD(search), "search"},
    [ECC_PARAM_ASSIGNMENT_FROM] = {ECC_BIND_CHOICE, FIELD(assignment_from), "assignment_from"},
    [ECC_PARAM_MAX_COMBINATIONS] = {ECC_BIND_REAL, FIELD(max_combinations), "max_combinations"},
    [ECC_PARAM_GAP] = {ECC_BIND_REAL, FIELD(gap), "gap"},
    [ECC_PARAM_MAX_NODES] = {ECC_BIND_INT, FIELD(max_nodes), "max_nodes"},
    [ECC_PARAM_MAX_SECONDS] = {ECC_BIND_REAL, FIELD(max_seconds), "max_seconds"},
    [ECC_PARAM_STARTS] = {ECC_BIND_INT, FIELD(starts), "starts"},
};

void *eswi_ecc_bound_field(const eswi_ecc_config *config, ecc_param param)
{
    return (char *)config + eswi_ecc_bindings[param].offset;
}
