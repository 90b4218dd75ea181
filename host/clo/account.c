/* CLO: the accountant. It replays a trace slot by slot, checks it against (10)-(22), and is the only source of the reported
 * metrics. Thresholds are not part of a trace (LO's excepted): they follow from the losses by (30). */
#include <math.h>
#include <stdlib.h>

#include "clo/clo.h"

/* One device over the realisation. */
typedef struct device_sums {
    double excess; /* sum over deciding frames of Lbar - r */
    double loss;   /* sum over deciding frames of Lbar */
    int frames, decisions;
} device_sums;

/* Sums over a stretch of slots. */
typedef struct stretch {
    double energy_j, imprecision, queued, delay;
    int slots, decisions, depth[CLO_DEPTHS];
} stretch;

typedef struct replay {
    const eswi_clo_config *config;
    const eswi_clo_problem *p;
    eswi_clo_draws draws;
    const eswi_clo_decision *decision;
    int method;
    eswi_clo_state state;
    device_sums device[CLO_DEVICES_MAX];
    stretch tail, frame; /* the slots that averages are taken over; this frame's */
    double theta_sum[CLO_DEVICES_MAX], theta_max;
    const eswi_clo_scores *scores;
    esw_error *error;
} replay;

/* ---------------------------------------------------------------- feasibility */

#define BROKEN(...) esw_fail(r->error, ESW_CHECK_FAILED, __VA_ARGS__)

static int size_of(unsigned set)
{
    int count = 0;
    for (; set; set &= set - 1)
        count++;
    return count;
}

static esw_status check_link(const replay *r, int t, int link, unsigned set)
{
    const float gain = r->draws.gain[(size_t)t * (size_t)r->p->links + (size_t)link];
    if (size_of(set) > r->p->link_units_max)
        return BROKEN("slot %d: link %d carries %d units; R_max is %d", t, link, size_of(set),
                      r->p->link_units_max);
    if (set && !(eswi_clo_power(r->p, gain) <= r->p->power_max_w))
        return BROKEN("slot %d: link %d is used, but needs %g W and power_max_w is %g W", t, link,
                      eswi_clo_power(r->p, gain), r->p->power_max_w);
    return ESW_OK;
}

static esw_status check_node(const replay *r, int t, int n, const eswi_clo_slot *slot)
{
    const eswi_clo_problem *p = r->p;
    double power = 0.0;
    if (slot->infers[n] && p->node_model[n] == CLO_NO_MODEL)
        return BROKEN("slot %d: node %s decides, but has no model", t, r->config->network.node_name[n]);
    if (size_of(slot->infers[n]) > p->node_inferences_max)
        return BROKEN("slot %d: node %s decides %d units; I_max is %d", t, r->config->network.node_name[n],
                      size_of(slot->infers[n]), p->node_inferences_max);
    for (int o = 0; o < p->out_count[n]; o++) {
        const int link = p->out[n][o];
        const float gain = r->draws.gain[(size_t)t * (size_t)p->links + (size_t)link];
        power = slot->sends[link] ? power + size_of(slot->sends[link]) * eswi_clo_power(p, gain) : power;
    }
    if (!(power <= p->power_max_w))
        return BROKEN("slot %d: node %s radiates %g W; power_max_w is %g W", t, r->config->network.node_name[n],
                      power, p->power_max_w);
    for (int k = 0; k < p->devices; k++) {
        int leaving = slot->infers[n] >> k & 1;
        for (int o = 0; o < p->out_count[n]; o++)
            leaving += slot->sends[p->out[n][o]] >> k & 1;
        if (leaving > r->state.queues.length[n][k])
            return BROKEN("slot %d: %d units of device %d leave node %s, whose queue holds %d", t, leaving, k,
                          r->config->network.node_name[n], (int)r->state.queues.length[n][k]);
    }
    return ESW_OK;
}

static esw_status check_slot(const replay *r, int t, const eswi_clo_slot *slot)
{
    const unsigned known = (1u << r->p->devices) - 1u;
    esw_status status = ESW_OK;
    for (int link = 0; link < r->p->links && !status; link++)
        status = slot->sends[link] & ~known
                     ? BROKEN("slot %d: link %d carries a device that does not exist", t, link)
                     : check_link(r, t, link, slot->sends[link]);
    for (int n = 0; n < r->p->nodes && !status; n++)
        status = slot->infers[n] & ~known
                     ? BROKEN("slot %d: node %d decides for a device that does not exist", t, n)
                     : check_node(r, t, n, slot);
    if (!status && r->method == CLO_LO && r->decision->trace.theta[t] >= r->p->thetas)
        status =
            BROKEN("slot %d: threshold %d; theta_grid has %d", t, r->decision->trace.theta[t], r->p->thetas);
    return status;
}

/* ---------------------------------------------------------------- a slot */

/* The threshold of device k's decisions in slot t. */
static eswi_clo_threshold threshold(const replay *r, int t, int k)
{
    return r->method == CLO_LO ? r->p->theta_grid[r->decision->trace.theta[t]] : r->state.control.theta[k];
}

static void add_energy(replay *r, int t, const eswi_clo_slot *slot, stretch *to)
{
    for (int link = 0; link < r->p->links; link++) {
        const float gain = r->draws.gain[(size_t)t * (size_t)r->p->links + (size_t)link];
        const int units = size_of(slot->sends[link]);
        to->energy_j = units ? to->energy_j + units * eswi_clo_energy(r->p, gain) : to->energy_j;
    }
}

static void add_decision(replay *r, int t, const eswi_clo_move *decided, stretch *to)
{
    const int k = decided->device, depth = r->p->node_depth[decided->node];
    const int task = r->draws.task[(size_t)decided->unit * (size_t)r->p->devices + (size_t)k];
    to->imprecision =
        to->imprecision +
        eswi_clo_imprecision(&r->p->tasks, task, r->p->node_model[decided->node], threshold(r, t, k));
    to->delay += t - decided->unit;
    to->decisions++;
    to->depth[depth < CLO_DEPTHS ? depth : CLO_DEPTHS - 1]++;
}

static void add_slot(replay *r, int t, const eswi_clo_slot *slot, const eswi_clo_move *decided, int count,
                     stretch *to)
{
    add_energy(r, t, slot, to);
    for (int i = 0; i < count; i++)
        add_decision(r, t, &decided[i], to);
    to->queued += (double)eswi_clo_queued(&r->state.queues, r->p);
    to->slots++;
}

static void control_slot(replay *r, int t, const eswi_clo_move *decided, int count)
{
    for (int k = 0; k < r->p->devices; k++) {
        const double theta = threshold(r, t, k).theta;
        r->theta_sum[k] = r->theta_sum[k] + theta;
        r->theta_max = theta > r->theta_max ? theta : r->theta_max;
    }
    for (int i = 0; i < count; i++) {
        const int k = decided[i].device;
        const int task = r->draws.task[(size_t)decided[i].unit * (size_t)r->p->devices + (size_t)k];
        const double loss =
            eswi_clo_loss(&r->p->tasks, task, r->p->node_model[decided[i].node], threshold(r, t, k));
        eswi_clo_control_loss(&r->state.control, k, loss);
        r->device[k].decisions++;
    }
}

/* ---------------------------------------------------------------- a frame */

/* r + slack / (gamma F), F deciding frames: (34) has slack M + gamma - theta_0; always valid is theta_0 + gamma (1 - r),
 * as theta never falls below -gamma (1 - r). Beyond rounding only. */
static bool above(const replay *r, int k, double slack)
{
    const device_sums *d = &r->device[k];
    const double bound = r->p->r + slack / (r->p->gamma * d->frames);
    return d->frames > 0 && d->loss / d->frames > bound * (1.0 + 1e-12);
}

/* Writes what holds after a number of frames: the loss so far and whether any device exceeds a bound. */
static void reliability(const replay *r, double out[5])
{
    const eswi_clo_problem *p = r->p;
    const double slack[3] = {p->theta0 + p->gamma * (1.0 - p->r), 1.0 + p->gamma - p->theta0,
                             r->config->bound_m + p->gamma - p->theta0};
    double sum = 0.0, worst = -1.0;
    int with = 0;
    for (int k = 0; k < p->devices; k++) {
        const device_sums *d = &r->device[k];
        if (d->frames > 0) {
            const double fnr = d->loss / d->frames;
            sum = sum + fnr;
            worst = fnr > worst ? fnr : worst;
            with++;
        }
    }
    out[0] = with ? sum / with : eswi_nan();
    out[1] = with ? worst : eswi_nan();
    for (int b = 0; b < 3; b++) {
        out[2 + b] = 0.0;
        for (int k = 0; k < p->devices; k++)
            out[2 + b] = above(r, k, slack[b]) ? 1.0 : out[2 + b];
    }
}

static void write_terms(replay *r, int f, const double *z, const double *mean, const int32_t *decisions)
{
    const eswi_clo_terms *terms = r->scores->terms;
    const size_t devices = (size_t)r->p->devices;
    for (size_t k = 0; terms && k < devices; k++) {
        const size_t i = (size_t)f * devices + k;
        terms->theta[i] = r->theta_sum[k] / r->p->frame_slots;
        terms->z[i] = z[k];
        terms->loss[i] = mean[k] < 0.0 ? eswi_nan() : mean[k];
        terms->decisions[i] = decisions[k];
        terms->theta_end[k] = r->state.control.theta[k].theta;
    }
}

static void write_series(const replay *r, int f)
{
    const size_t frames = (size_t)eswi_clo_frames(r->config);
    double *series = r->scores->series, now[5], theta = 0.0;
    if (!series)
        return;
    reliability(r, now);
    for (int k = 0; k < r->p->devices; k++)
        theta = theta + r->theta_sum[k] / r->p->frame_slots;
    for (int s = 0; s < 5; s++)
        series[(size_t)s * frames + (size_t)f] = now[s]; /* CLO_SERIES_FNR .. CLO_SERIES_ABOVE_ESTIMATED */
    series[CLO_SERIES_THETA * frames + (size_t)f] = theta / r->p->devices;
    series[CLO_SERIES_ENERGY * frames + (size_t)f] = 1e3 * r->frame.energy_j / r->frame.slots;
    series[CLO_SERIES_PRECISION * frames + (size_t)f] =
        r->frame.decisions ? 1.0 - r->frame.imprecision / r->frame.decisions : eswi_nan();
    series[CLO_SERIES_QUEUE * frames + (size_t)f] = (double)eswi_clo_queued(&r->state.queues, r->p);
}

static void end_frame(replay *r, int f)
{
    double mean[CLO_DEVICES_MAX], z[CLO_DEVICES_MAX];
    int32_t decisions[CLO_DEVICES_MAX];
    for (int k = 0; k < r->p->devices; k++) {
        z[k] = r->state.control.z[k];
        decisions[k] = r->state.control.decisions[k];
    }
    eswi_clo_control_frame(r->p, r->method, &r->state.control, mean);
    for (int k = 0; k < r->p->devices; k++) {
        if (mean[k] >= 0.0) {
            r->device[k].loss = r->device[k].loss + mean[k];
            r->device[k].excess = r->device[k].excess + (mean[k] - r->p->r);
            r->device[k].frames++;
        }
    }
    write_terms(r, f, z, mean, decisions);
    write_series(r, f);
    r->frame = (stretch){0};
    for (int k = 0; k < r->p->devices; k++)
        r->theta_sum[k] = 0.0;
}

/* ---------------------------------------------------------------- the results */

static double identity(const replay *r)
{
    double worst = 0.0;
    if (r->method == CLO_LO || r->method == CLO_FIXED_THETA)
        return eswi_nan();
    for (int k = 0; k < r->p->devices; k++) {
        const double moved = (r->p->theta0 - r->state.control.theta[k].theta) / r->p->gamma;
        const double error = fabs(r->device[k].excess - moved);
        worst = error > worst ? error : worst;
    }
    return worst;
}

static void write_metrics(const replay *r, double *m)
{
    const stretch *s = &r->tail;
    const double per_decision = s->decisions ? 1.0 / s->decisions : eswi_nan();
    double now[5], frames = 0.0;
    reliability(r, now);
    for (int k = 0; k < r->p->devices; k++)
        frames = frames + r->device[k].frames;
    m[CLO_METRIC_FNR] = now[0];
    m[CLO_METRIC_FNR_WORST] = now[1];
    m[CLO_METRIC_ABOVE_VALID] = now[2];
    m[CLO_METRIC_ABOVE_PAPER] = now[3];
    m[CLO_METRIC_ABOVE_ESTIMATED] = now[4];
    m[CLO_METRIC_PRECISION] = 1.0 - s->imprecision * per_decision;
    m[CLO_METRIC_ENERGY] = 1e3 * s->energy_j / s->slots;
    m[CLO_METRIC_POWER] = 1e3 * s->energy_j / (s->slots * r->p->slot_s);
    m[CLO_METRIC_COST] = (s->energy_j + r->p->eta * s->imprecision) / s->slots;
    m[CLO_METRIC_QUEUE] = s->queued / s->slots;
    m[CLO_METRIC_DELAY] = s->delay * per_decision;
    m[CLO_METRIC_DECISIONS] = (double)s->decisions / s->slots;
    for (int d = 0; d < CLO_DEPTHS; d++)
        m[CLO_METRIC_DEPTH + d] = s->depth[d] * per_decision;
    m[CLO_METRIC_THETA_MAX] = r->theta_max;
    m[CLO_METRIC_FRAMES] = frames / r->p->devices;
    m[CLO_METRIC_IDENTITY] = identity(r);
}

static void write_fields(const replay *r, double *fields)
{
    const size_t devices = (size_t)r->p->devices;
    for (size_t k = 0; k < devices; k++) {
        const device_sums *d = &r->device[k];
        int32_t queued = 0;
        for (int n = 0; n < r->p->nodes; n++)
            queued += r->state.queues.length[n][k];
        fields[CLO_FIELD_FNR * devices + k] = d->frames ? d->loss / d->frames : eswi_nan();
        fields[CLO_FIELD_THETA_END * devices + k] = r->state.control.theta[k].theta;
        fields[CLO_FIELD_FRAMES * devices + k] = d->frames;
        fields[CLO_FIELD_DECISIONS * devices + k] = d->decisions;
        fields[CLO_FIELD_QUEUED * devices + k] = queued;
    }
}

static void read_slot(const replay *r, int t, eswi_clo_slot *slot)
{
    for (int link = 0; link < r->p->links; link++)
        slot->sends[link] = r->decision->trace.sends[(size_t)t * (size_t)r->p->links + (size_t)link];
    for (int n = 0; n < r->p->nodes; n++)
        slot->infers[n] = r->decision->trace.infers[(size_t)t * (size_t)r->p->nodes + (size_t)n];
}

static esw_status run(replay *r)
{
    const int tail = r->config->average_slots > 0 ? r->config->average_slots : r->p->slots;
    eswi_clo_move decided[CLO_NODES_MAX * CLO_DEVICES_MAX];
    eswi_clo_slot slot;
    eswi_clo_state_start(r->p, &r->state);
    for (int t = 0; t < r->p->slots; t++) {
        read_slot(r, t, &slot);
        const esw_status status = check_slot(r, t, &slot);
        if (status)
            return status;
        const int16_t *arriving = r->draws.task + (size_t)t * (size_t)r->p->devices;
        const int count = eswi_clo_advance(r->p, &slot, arriving, t, &r->state.queues, decided);
        if (t >= r->p->slots - tail)
            add_slot(r, t, &slot, decided, count, &r->tail);
        if (r->scores->series)
            add_slot(r, t, &slot, decided, count, &r->frame);
        control_slot(r, t, decided, count);
        if ((t + 1) % r->p->frame_slots == 0)
            end_frame(r, t / r->p->frame_slots);
    }
    return ESW_OK;
}

esw_status eswi_clo_account(const eswi_clo_config *config, const eswi_clo_instance *instance,
                            const eswi_clo_decision *decision, const eswi_clo_scores *scores, esw_error *error)
{
    replay r = {.config = config,
                .p = &config->problem,
                .draws = eswi_clo_draws_of(instance),
                .decision = decision,
                .method = *decision->method,
                .scores = scores,
                .error = error};
    void *lists = aligned_alloc(ESWI_CARVE_ALIGN, eswi_clo_state_bytes(config));
    if (!lists)
        return esw_fail(error, ESW_NO_MEMORY, "no memory for the queues of %d slots", config->slots);
    eswi_clo_state_view(config, lists, &r.state);
    const esw_status status = run(&r);
    if (!status && scores->metrics)
        write_metrics(&r, scores->metrics);
    if (!status && scores->fields)
        write_fields(&r, scores->fields);
    free(lists);
    return status;
}
