/* CLO: from parameter values to a config that is ready to compute with. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_build.h"
#include "clo/params.h"

enum { CLO_CHOICE_BITS_MAX = 16 }; /* of a node's sends in one slot */

/* ---------------------------------------------------------------- trees */

static esw_status read_probabilities(const json_t *tree, const char *name, bool zero_to_one, double *values,
                                     int most, int *count, esw_error *error)
{
    const int n = json_is_array(tree) ? (int)json_array_size(tree) : 1;
    if (n < 1 || n > most)
        return esw_fail(error, ESW_BAD_INPUT, "%s: must be a number or a list of 1 to %d numbers", name, most);
    for (int i = 0; i < n; i++) {
        const json_t *json = json_is_array(tree) ? json_array_get(tree, (size_t)i) : tree;
        values[i] = json_number_value(json);
        const bool inside =
            zero_to_one ? values[i] >= 0.0 && values[i] <= 1.0 : values[i] > 0.0 && values[i] < 1.0;
        if (!json_is_number(json) || !inside)
            return esw_fail(error, ESW_BAD_INPUT, "%s: element %d must be a number %s", name, i,
                            zero_to_one ? "from 0 to 1" : "between 0 and 1");
    }
    *count = n;
    return ESW_OK;
}

esw_status eswi_clo_rates_read(const json_t *tree, eswi_clo_config *config, esw_error *error)
{
    return read_probabilities(tree, "arrival_probability", true, config->rate, CLO_RATES_MAX, &config->rates,
                              error);
}

json_t *eswi_clo_rates_json(const eswi_clo_config *config)
{
    return config->rates == 1 ? json_real(config->rate[0])
                              : eswi_json_reals(config->rate, (size_t)config->rates);
}

esw_status eswi_clo_thetas_read(const json_t *tree, eswi_clo_config *config, esw_error *error)
{
    eswi_clo_problem *p = &config->problem;
    double theta[CLO_THETAS_MAX];
    esw_status status = read_probabilities(tree, "theta_grid", false, theta, CLO_THETAS_MAX, &p->thetas, error);
    for (int i = 1; i < p->thetas && !status; i++)
        if (!(theta[i] > theta[i - 1]))
            status = esw_fail(error, ESW_BAD_INPUT, "theta_grid: must ascend");
    for (int i = 0; i < p->thetas && !status; i++)
        p->theta_grid[i] = eswi_clo_threshold_of(theta[i]);
    return status;
}

/* ---------------------------------------------------------------- presets */

static bool single_hop(const eswi_clo_config *config)
{
    return !strcmp(config->network.name, "single-hop");
}

static void default_real(double *value, double wanted)
{
    *value = isnan(*value) ? wanted : *value;
}

static void default_int(int *value, int wanted)
{
    *value = *value < 0 ? wanted : *value;
}

/* eta: the authors' program weighs V P[W] + eta F with V = 10, which is our V (E + eta F) with V = 200 and eta / 200. */
static void apply_preset(eswi_clo_config *config)
{
    const bool released = config->preset == CLO_RELEASED, single = single_hop(config);
    default_real(&config->v, released ? 200.0 : 100.0);
    default_real(&config->eta, released ? 0.5 / 200.0 : 0.5);
    default_real(&config->r, released ? 0.14 : single ? 0.13 : 0.15);
    default_real(&config->z0, released ? 0.5 : 0.0);
    default_int(&config->lo_minus_r, released ? 0 : 1);
    default_int(&config->slots, single ? 15000 : 10000);
    default_int(&config->rate_common, released);
    if (config->rates == 0) {
        config->rates = single ? 2 : 1;
        config->rate[0] = single ? 0.4 : 0.5;
        config->rate[1] = 0.8;
    }
    default_int(&config->redraw_slots, config->rates == 1 ? 0 : released ? 10 : 100);
    default_real(&config->redraw_probability, released ? 1.0 : 0.5);
    for (int i = 0; i < 9 && config->problem.thetas == 0; i++)
        config->problem.theta_grid[i] = eswi_clo_threshold_of((i + 1) / 10.0);
    config->problem.thetas = config->problem.thetas ? config->problem.thetas : 9;
}

/* ---------------------------------------------------------------- what follows */

static esw_status __attribute__((format(printf, 3, 4)))
fail_at(int line, esw_error *error, const char *format, ...)
{
    char text[sizeof error->text];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return line > 0 ? esw_fail(error, ESW_BAD_INPUT, "line %d: %s", line, text)
                    : esw_fail(error, ESW_BAD_INPUT, "%s", text);
}

/* Fewest links from any device, by relaxation; a node nobody reaches keeps CLO_NODES_MAX. */
static void measure_depths(eswi_clo_problem *p)
{
    for (int n = 0; n < p->nodes; n++)
        p->node_depth[n] = CLO_NODES_MAX;
    for (int k = 0; k < p->devices; k++)
        p->node_depth[p->device_node[k]] = 0;
    for (int round = 0; round < p->nodes; round++)
        for (int i = 0; i < p->links; i++)
            if (p->node_depth[p->link_from[i]] + 1 < p->node_depth[p->link_to[i]])
                p->node_depth[p->link_to[i]] = p->node_depth[p->link_from[i]] + 1;
}

static void copy_network(const eswi_clo_network *network, eswi_clo_problem *p)
{
    p->nodes = network->nodes;
    p->devices = network->devices;
    p->links = network->links;
    memcpy(p->device_node, network->device_node, sizeof p->device_node);
    memcpy(p->link_from, network->link_from, sizeof p->link_from);
    memcpy(p->link_to, network->link_to, sizeof p->link_to);
    memset(p->out_count, 0, sizeof p->out_count);
    for (int i = 0; i < p->links; i++)
        p->out[p->link_from[i]][p->out_count[p->link_from[i]]++] = i;
    measure_depths(p);
}

/* Units of every device must be able to come to a model: relaxation from the models back. */
static esw_status check_reach(const eswi_clo_network *network, int line, esw_error *error)
{
    bool reaches[CLO_NODES_MAX], any = false;
    for (int n = 0; n < network->nodes; n++) {
        reaches[n] = network->node_model[n][0] != '\0';
        any = any || reaches[n];
    }
    if (!any)
        return fail_at(line, error, "network: no node has a model");
    for (int round = 0; round < network->nodes; round++)
        for (int i = 0; i < network->links; i++)
            reaches[network->link_from[i]] = reaches[network->link_from[i]] || reaches[network->link_to[i]];
    for (int k = 0; k < network->devices; k++) {
        const int n = network->device_node[k];
        if (!reaches[n])
            return fail_at(
                line, error,
                "network: no links lead from device %s to a node with a model, so its tasks could never "
                "be decided; give it a model or a link",
                network->node_name[n]);
    }
    return ESW_OK;
}

static esw_status check(const eswi_clo_config *config, const int *lines, esw_error *error)
{
    const eswi_clo_problem *p = &config->problem;
    if (config->slots % config->frame_slots != 0)
        return fail_at(lines ? lines[CLO_PARAM_FRAME_SLOTS] : 0, error,
                       "frame_slots: %d does not divide slots %d; choose a divisor", config->frame_slots,
                       config->slots);
    if (config->average_slots > config->slots)
        return fail_at(lines ? lines[CLO_PARAM_AVERAGE_SLOTS] : 0, error, "average_slots: %d exceeds slots %d",
                       config->average_slots, config->slots);
    for (int n = 0; n < p->nodes; n++) {
        if (p->devices * p->out_count[n] > CLO_CHOICE_BITS_MAX)
            return fail_at(
                lines ? lines[CLO_PARAM_NETWORK] : 0, error,
                "network: node %s has %d links and there are %d devices: 2^%d choices in every slot; at "
                "most 2^%d",
                config->network.node_name[n], p->out_count[n], p->devices, p->devices * p->out_count[n],
                CLO_CHOICE_BITS_MAX);
    }
    return isfinite(p->power_times_gain_w)
               ? check_reach(&config->network, lines ? lines[CLO_PARAM_NETWORK] : 0, error)
               : fail_at(lines ? lines[CLO_PARAM_UNIT_BITS] : 0, error,
                         "unit_bits: %g bits cannot be sent in %g s over %g Hz at any power a double holds",
                         config->unit_bits, config->slot_s, config->bandwidth_hz);
}

/* 2^x - 1, the SINR that x bit/s/Hz need. Below 1 the rounding of 2^x, of which little remains, is divided out (Kahan). */
static double snr_of(double x)
{
    const double power = eswi_exp2(x), over = power - 1.0;
    if (x >= 1.0 || over == 0.0)
        return x >= 1.0 ? over : x * 0x1.62e42fefa39efp-1; /* ln 2 */
    return over * (x * 0x1.62e42fefa39efp-1) / eswi_log(power);
}

esw_status eswi_clo_config_derive(eswi_clo_config *config, const int *lines, esw_error *error)
{
    eswi_clo_problem *p = &config->problem;
    apply_preset(config);
    copy_network(&config->network, p);
    p->slots = config->slots;
    p->frame_slots = config->frame_slots;
    p->link_units_max = config->link_units_max;
    p->node_inferences_max = config->node_inferences_max;
    p->power_times_gain_w = snr_of(config->unit_bits / (config->bandwidth_hz * config->slot_s)) *
                            config->bandwidth_hz * config->noise_w_per_hz;
    p->power_max_w = config->power_max_w;
    p->slot_s = config->slot_s;
    p->v = config->v;
    p->eta = config->eta;
    p->r = config->r;
    p->gamma = config->gamma;
    p->theta0 = config->theta0;
    p->beta = config->beta;
    p->z0 = config->z0;
    p->lo_minus_r = config->lo_minus_r;
    return check(config, lines, error);
}

/* ---------------------------------------------------------------- the descriptor's functions */

static esw_status at_line(const esw_value *value, esw_status status, esw_error *error)
{
    const esw_error cause = *error;
    return status && value->line > 0 ? esw_fail(error, status, "line %d: %s", value->line, cause.text) : status;
}

static esw_status read_trees(eswi_clo_config *config, const esw_value *values, esw_error *error)
{
    const esw_value *rates = &values[CLO_PARAM_ARRIVAL_PROBABILITY], *thetas = &values[CLO_PARAM_THETA_GRID];
    const esw_value *network = &values[CLO_PARAM_NETWORK], *tasks = &values[CLO_PARAM_TASKS];
    esw_status status = at_line(network, eswi_clo_network_read(network->tree, &config->network, error), error);
    if (!status && rates->set)
        status = at_line(rates, eswi_clo_rates_read(rates->tree, config, error), error);
    if (!status && thetas->set)
        status = at_line(thetas, eswi_clo_thetas_read(thetas->tree, config, error), error);
    if (status)
        return status;
    const char *text = json_string_value(tasks->tree);
    if (!text || strlen(text) >= sizeof config->tasks)
        return at_line(
            tasks,
            esw_fail(error, ESW_BAD_INPUT, "tasks: must be logit-normal, published-curves or a CSV path"),
            error);
    snprintf(config->tasks, sizeof config->tasks, "%s", text);
    return ESW_OK;
}

static esw_status fill(eswi_clo_config *config, const esw_value *values, const char *base_dir, esw_error *error)
{
    int lines[CLO_PARAMS];
    for (int p = 0; p < CLO_PARAMS; p++)
        lines[p] = values[p].line;
    eswi_bind_values(&eswi_clo_bindings, values, config);
    esw_status status = read_trees(config, values, error);
    if (!status)
        status = eswi_clo_config_derive(config, lines, error);
    /* Tasks that are not written cannot be what is wrong: the network asks for models they lack. */
    const clo_param blamed = lines[CLO_PARAM_TASKS] > 0 ? CLO_PARAM_TASKS : CLO_PARAM_NETWORK;
    if (!status)
        status = at_line(&values[blamed], eswi_clo_tasks_load(config, base_dir, error), error);
    return status;
}

esw_status eswi_clo_configure(const esw_value *values, const char *base_dir, esw_config **config,
                              esw_error *error)
{
    eswi_clo_config *made = calloc(1, sizeof *made);
    if (!made)
        return esw_fail(error, ESW_NO_MEMORY, "clo: out of memory");
    const esw_status status = fill(made, values, base_dir, error);
    if (status) {
        eswi_clo_config_free((esw_config *)made);
        return status;
    }
    *config = (esw_config *)made;
    return ESW_OK;
}

void eswi_clo_remark(const esw_config *config, char *text, size_t size)
{
    const eswi_clo_problem *p = &eswi_clo_config_of(config)->problem;
    const double units = p->v * p->eta;
    if (size > 0)
        *text = '\0';
    if (units > 20.0)
        snprintf(
            text, size,
            "v * eta = %.4g > 20: at thresholds <= 0 (F = 1) nothing is decided before a queue holds more than "
            "%.4g units",
            units, units);
}

void eswi_clo_config_free(esw_config *config)
{
    eswi_clo_config *own = (eswi_clo_config *)config;
    if (own) {
        free(own->curves);
        free(own);
    }
}
