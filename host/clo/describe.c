/* CLO: an instance, its decision and their score as the JSON of `solve --json`. */
#include <stdlib.h>

#include "base/json_build.h"
#include "clo/document.h"
#include "clo/params.h"
#include "clo/system.h"
#include "clo/walk.h"

static json_t *parameters(const eswi_clo_config *config)
{
    json_t *object = eswi_bound_json(&eswi_clo_bindings, config);
    if (!object)
        return NULL;
    eswi_builder b = {object, true};
    double thetas[CLO_THETAS_MAX];
    for (int i = 0; i < config->problem.thetas; i++)
        thetas[i] = config->problem.theta_grid[i].theta;
    eswi_build_put(&b, "network", eswi_clo_network_json(&config->network));
    eswi_build_put(&b, "tasks", json_string(config->tasks));
    eswi_build_put(&b, "arrival_probability", eswi_clo_rates_json(config));
    eswi_build_put(&b, "theta_grid", eswi_json_reals(thetas, (size_t)config->problem.thetas));
    return eswi_build_end(&b);
}

static json_t *names(char (*const name)[CLO_NAME_BYTES], int n)
{
    json_t *array = json_array();
    for (int i = 0; array && i < n; i++)
        array = eswi_json_append(array, json_string(name[i]));
    return array;
}

static json_t *whole(const int *values, int n)
{
    json_t *array = json_array();
    for (int i = 0; array && i < n; i++)
        array = eswi_json_append(array, json_integer(values[i]));
    return array;
}

/* [rows][columns] */
static json_t *real_rows(const double *values, size_t rows, size_t columns)
{
    json_t *array = json_array();
    for (size_t i = 0; array && i < rows; i++)
        array = eswi_json_append(array, eswi_json_reals(values + i * columns, columns));
    return array;
}

/* ---------------------------------------------------------------- the instance */

static json_t *links(const eswi_clo_network *network)
{
    json_t *array = json_array();
    for (int i = 0; array && i < network->links; i++)
        array = eswi_json_append(array, json_pack("[ii]", network->link_from[i], network->link_to[i]));
    return array;
}

static json_t *gains(const eswi_clo_config *config, const float *gain)
{
    json_t *slots = json_array();
    for (int t = 0; slots && t < config->slots; t++) {
        json_t *row = json_array();
        for (int i = 0; row && i < config->problem.links; i++)
            row = eswi_json_append(row, eswi_json_number((double)gain[t * config->problem.links + i]));
        slots = eswi_json_append(slots, row);
    }
    return slots;
}

static json_t *arrivals(const eswi_clo_config *config, const int16_t *task)
{
    json_t *slots = json_array();
    for (int t = 0; slots && t < config->slots; t++) {
        json_t *row = json_array();
        for (int k = 0; row && k < config->problem.devices; k++)
            row = eswi_json_append(row, json_integer(task[t * config->problem.devices + k]));
        slots = eswi_json_append(slots, row);
    }
    return slots;
}

static json_t *tasks(const eswi_clo_tasks *t)
{
    const size_t n = (size_t)t->tasks, m = (size_t)t->models;
    eswi_builder b = eswi_build_begin();
    eswi_build_put(&b, "odds", eswi_json_reals(t->odds, n));
    eswi_build_put(&b, "m1", real_rows(t->m1, n, m));
    eswi_build_put(&b, "s1", real_rows(t->s1, n, m));
    eswi_build_put(&b, "m0", real_rows(t->m0, n, m));
    eswi_build_put(&b, "s0", real_rows(t->s0, n, m));
    eswi_build_put(&b, "m0_predicted", real_rows(t->m0_predicted, n, m));
    return eswi_build_end(&b);
}

static json_t *loss_means(const eswi_clo_problem *p)
{
    json_t *array = json_array();
    for (int m = 0; array && m < p->tasks.models; m++)
        array = eswi_json_append(array, eswi_json_reals(p->tasks.loss_mean[m], (size_t)p->thetas));
    return array;
}

json_t *eswi_clo_derived_json(const eswi_clo_config *config)
{
    const eswi_clo_network *network = &config->network;
    eswi_builder b = eswi_build_begin();
    eswi_build_put(&b, "nodes", names((char(*)[CLO_NAME_BYTES])network->node_name, network->nodes));
    eswi_build_put(&b, "device_node", whole(network->device_node, network->devices));
    eswi_build_put(&b, "server_model", whole(config->problem.node_model, network->nodes));
    eswi_build_put(&b, "models",
                   names((char(*)[CLO_NAME_BYTES])config->model_name, config->problem.tasks.models));
    eswi_build_put(&b, "links", links(network));
    eswi_build_put(&b, "loss_mean", loss_means(&config->problem));
    return eswi_build_end(&b);
}

static json_t *instance_part(const eswi_clo_config *config, const eswi_clo_instance *instance)
{
    json_t *derived = eswi_clo_derived_json(config);
    eswi_builder b = {derived, derived != NULL};
    eswi_build_put(&b, "gain", gains(config, instance->gain));
    eswi_build_put(&b, "arrivals", arrivals(config, instance->task));
    eswi_build_put(&b, "tasks", tasks(&config->problem.tasks));
    return eswi_build_end(&b);
}

/* ---------------------------------------------------------------- the decision */

static json_t *sent(const eswi_clo_walk *w, int link, int k)
{
    const eswi_clo_problem *p = &w->config->problem;
    eswi_builder b = eswi_build_begin();
    eswi_build_put(&b, "link", json_integer(link));
    eswi_build_put(&b, "device", json_integer(k));
    eswi_build_put(&b, "unit", json_integer(w->sent[link][k]));
    eswi_build_put(&b, "power_w",
                   eswi_json_number(eswi_clo_power(p, w->instance->gain[w->slot * p->links + link])));
    return eswi_build_end(&b);
}

static json_t *slot_json(const eswi_clo_walk *w)
{
    const eswi_clo_problem *p = &w->config->problem;
    json_t *moves = json_array(), *decides = json_array();
    for (int n = 0; n < p->nodes; n++)
        for (int k = 0; k < p->devices; k++)
            if (w->inferred[n][k] >= 0)
                decides = eswi_json_append(
                    decides, json_pack("{si,si,si}", "node", n, "device", k, "unit", (int)w->inferred[n][k]));
    for (int i = 0; i < p->links; i++)
        for (int k = 0; k < p->devices; k++)
            if (w->sent[i][k] >= 0)
                moves = eswi_json_append(moves, sent(w, i, k));
    eswi_builder b = eswi_build_begin();
    eswi_build_put(&b, "transmissions", moves);
    eswi_build_put(&b, "inferences", decides);
    if (w->method == CLO_LO)
        eswi_build_put(&b, "theta", json_real(p->theta_grid[w->decision->trace.theta[w->slot]].theta));
    return eswi_build_end(&b);
}

static json_t *queue_rows(const eswi_clo_problem *p, const eswi_clo_queues *q)
{
    json_t *rows = json_array();
    for (int n = 0; rows && n < p->nodes; n++)
        rows = eswi_json_append(rows, eswi_json_integers(q->length[n], (size_t)p->devices));
    return rows;
}

/* What the slot just walked cost, and how many units are where after it. */
static json_t *slot_terms(const eswi_clo_slot_terms *terms, const eswi_clo_walk *w)
{
    eswi_builder b = eswi_build_begin();
    eswi_build_put(&b, "energy_j", json_real(terms->energy_j));
    eswi_build_put(&b, "imprecision_predicted", json_real(terms->imprecision_predicted));
    eswi_build_put(&b, "imprecision", json_real(terms->imprecision));
    eswi_build_put(&b, "loss", json_real(terms->loss));
    eswi_build_put(&b, "objective", eswi_json_number(terms->objective));
    eswi_build_put(&b, "queue", queue_rows(&w->config->problem, &w->state.queues));
    return eswi_build_end(&b);
}

/* What a document says of all slots together beside the metrics. */
typedef struct slots_said {
    json_t *rows, *terms; /* decision.slots, terms.slots; null for long realisations */
    int32_t decided[CLO_NODES_MAX];
} slots_said;

static bool walk_slots(const eswi_clo_config *config, const eswi_clo_instance *instance,
                       const eswi_clo_decision *decision, slots_said *said)
{
    const bool written = config->slots <= CLO_SLOTS_WRITTEN;
    eswi_clo_walk walk;
    *said = (slots_said){.rows = NULL};
    if (!eswi_clo_walk_begin(&walk, config, instance, decision))
        return false;
    said->rows = written ? json_array() : json_null();
    said->terms = written ? json_array() : json_null();
    for (int slot = 0; slot < config->slots; slot++) {
        const eswi_clo_slot_terms terms = eswi_clo_walk_terms(&walk);
        for (int n = 0; n < config->problem.nodes; n++)
            for (int k = 0; k < config->problem.devices; k++)
                said->decided[n] += walk.inferred[n][k] >= 0;
        if (written)
            said->rows = eswi_json_append(said->rows, slot_json(&walk));
        eswi_clo_walk_on(&walk);
        if (written)
            said->terms = eswi_json_append(said->terms, slot_terms(&terms, &walk));
    }
    eswi_clo_walk_end(&walk);
    return true;
}

/* ---------------------------------------------------------------- the score */

static json_t *frames_json(const eswi_clo_terms *terms, size_t frames, size_t devices)
{
    json_t *array = json_array();
    for (size_t f = 0; array && f < frames; f++) {
        eswi_builder b = eswi_build_begin();
        eswi_build_put(&b, "decisions", eswi_json_reals(terms->decisions + f * devices, devices));
        eswi_build_put(&b, "loss", eswi_json_reals(terms->loss + f * devices, devices));
        eswi_build_put(&b, "theta", eswi_json_reals(terms->theta + f * devices, devices));
        eswi_build_put(&b, "z", eswi_json_reals(terms->z + f * devices, devices));
        array = eswi_json_append(array, eswi_build_end(&b));
    }
    return array;
}

/* r + slack / (gamma F) of every device, NaN where it decided nothing; the largest is added as `name`. */
static void put_bound(eswi_builder *b, const eswi_clo_problem *p, const double *frames, double slack,
                      const char *name, const char *devices_name)
{
    double bound[CLO_DEVICES_MAX], most = eswi_nan();
    for (int k = 0; k < p->devices; k++) {
        bound[k] = frames[k] > 0.0 ? p->r + slack / (p->gamma * frames[k]) : eswi_nan();
        most = most >= bound[k] || bound[k] != bound[k] ? most : bound[k];
    }
    eswi_build_put(b, name, eswi_json_number(most));
    eswi_build_put(b, devices_name, eswi_json_reals(bound, (size_t)p->devices));
}

static json_t *metrics_json(const eswi_clo_config *config, const double *metrics, const double *fields,
                            const slots_said *said)
{
    const eswi_clo_problem *p = &config->problem;
    const size_t devices = (size_t)p->devices;
    const double *frames = fields + CLO_FIELD_FRAMES * devices;
    eswi_builder b = eswi_build_begin();
    for (size_t m = 0; m < CLO_METRICS; m++)
        eswi_build_put(&b, eswi_clo_system.metrics[m].name, eswi_json_number(metrics[m]));
    eswi_build_put(&b, "fnr_devices", eswi_json_reals(fields + CLO_FIELD_FNR * devices, devices));
    eswi_build_put(&b, "decisions_per_node", eswi_json_integers(said->decided, (size_t)p->nodes));
    put_bound(&b, p, frames, p->theta0 + p->gamma * (1.0 - p->r), "bound_valid", "bound_valid_devices");
    put_bound(&b, p, frames, 1.0 + p->gamma - p->theta0, "bound_paper", "bound_paper_devices");
    return eswi_build_end(&b);
}

static json_t *diagnostics(void)
{
    eswi_builder b = eswi_build_begin();
    eswi_build_put(&b, "reason", json_string("done")); /* every slot problem is solved exactly */
    eswi_build_put(&b, "bound", json_null());
    eswi_build_put(&b, "gap", json_null());
    eswi_build_put(&b, "nodes", json_null());
    return eswi_build_end(&b);
}

static void put_scores(eswi_builder *b, const eswi_clo_config *config, const eswi_clo_instance *instance,
                       const eswi_clo_decision *decision, slots_said *said)
{
    const size_t devices = (size_t)config->problem.devices, frames = (size_t)eswi_clo_frames(config);
    double metrics[CLO_METRICS], *block = malloc((4 * frames + 1 + CLO_FIELDS) * devices * sizeof *block);
    const size_t row = frames * devices;
    esw_error error;
    if (!block) {
        json_decref(said->terms);
        b->ok = false;
        return;
    }
    const eswi_clo_terms terms = {block, block + row, block + 2 * row, block + 3 * row, block + 4 * row};
    double *fields = block + 4 * row + devices;
    const eswi_clo_scores scores = {.metrics = metrics, .fields = fields, .terms = &terms};
    b->ok = eswi_clo_account(config, instance, decision, &scores, &error) == ESW_OK && b->ok;
    eswi_builder t = eswi_build_begin();
    eswi_build_put(&t, "slots", said->terms);
    if (b->ok) {
        eswi_build_put(&t, "frames", frames_json(&terms, frames, devices));
        eswi_build_put(&t, "final", json_pack("{so}", "theta", eswi_json_reals(terms.theta_end, devices)));
        eswi_build_put(b, "metrics", metrics_json(config, metrics, fields, said));
    }
    eswi_build_put(b, "terms", eswi_build_end(&t));
    eswi_build_put(b, "diagnostics", diagnostics());
    free(block);
}

json_t *eswi_clo_describe(const esw_config *opaque, const void *instance_block, const void *decision_block)
{
    const eswi_clo_config *config = eswi_clo_config_of(opaque);
    const eswi_clo_instance instance = eswi_clo_instance_view(config, instance_block);
    eswi_builder b = eswi_build_begin();
    eswi_build_put(&b, "parameters", parameters(config));
    eswi_build_put(&b, "instance", instance_part(config, &instance));
    if (decision_block) {
        const eswi_clo_decision decision = eswi_clo_decision_view(config, decision_block);
        slots_said said;
        b.ok = walk_slots(config, &instance, &decision, &said) && b.ok;
        eswi_builder d = eswi_build_begin();
        eswi_build_put(&d, "method", json_string(eswi_clo_method_names[*decision.method]));
        eswi_build_put(&d, "slots", said.rows);
        eswi_build_put(&b, "decision", eswi_build_end(&d));
        put_scores(&b, config, &instance, &decision, &said);
    }
    return eswi_build_end(&b);
}
