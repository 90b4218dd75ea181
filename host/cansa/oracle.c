#include "cansa/oracle.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---------------------------------------------------------------- radio */

double eswi_cansa_oracle_path_loss_db(const oracle_config *config, double distance_m, double shadowing_db)
{
    return config->path_loss_db + 10.0 * config->path_loss_exponent * log10(distance_m) + shadowing_db;
}

double eswi_cansa_oracle_sinr(const oracle_config *config, const oracle_instance *instance, int client)
{
    const double loss_db =
        eswi_cansa_oracle_path_loss_db(config, instance->distance_m[client], instance->shadowing_db[client]);
    const double noise_w =
        config->noise_w_per_hz * config->bandwidth_hz * pow(10.0, config->noise_figure_db / 10.0);
    return config->power_w * pow(10.0, config->antenna_gain_db / 10.0) * instance->fading_power[client] /
           (noise_w * pow(10.0, loss_db / 10.0));
}

double eswi_cansa_oracle_rb_rate(const oracle_config *config, const oracle_instance *instance, int client)
{
    const double rbs = floor(config->bandwidth_hz / (12.0 * config->subcarrier_hz));
    const double efficiency = log1p(eswi_cansa_oracle_sinr(config, instance, client)) / log(2.0);
    if (config->rb_rate_bps > 0.0)
        return config->rb_rate_bps;
    return fmin(efficiency, config->max_spectral_efficiency) * config->bandwidth_hz / rbs;
}

/* ---------------------------------------------------------------- options */

static int model_of(int option)
{
    return option / 3;
}

static int modality_of(int option)
{
    return option / 9;
}

static bool stem_on_device(const oracle_config *config, int option)
{
    switch (option % 3) {
    case CANSA_DEVICE:
        return true;
    case CANSA_SPLIT:
        return config->reading == CANSA_REPAIRED;
    default:
        return config->reading == CANSA_AS_CODE;
    }
}

static double stem_time(const oracle_config *config, int option)
{
    const int s = modality_of(option);
    const bool device = stem_on_device(config, option);
    if (config->latency_source == CANSA_LATENCY_FLOPS)
        return 1e6 * eswi_cansa_stem_mflop[s] / (device ? config->device_flops : config->edge_flops);
    return device ? eswi_cansa_stem_device_ms[s] : eswi_cansa_stem_edge_ms[s];
}

static double branch_time(const oracle_config *config, int option)
{
    const int m = model_of(option);
    const bool device = option % 3 == CANSA_DEVICE;
    if (config->latency_source == CANSA_LATENCY_FLOPS)
        return 1e6 * eswi_cansa_branch_mflop[m] / (device ? config->device_flops : config->edge_flops);
    return device ? eswi_cansa_branch_device_ms[m] : eswi_cansa_branch_edge_ms[m];
}

double eswi_cansa_oracle_bits(const oracle_config *config, int option)
{
    const bool as_code = config->reading == CANSA_AS_CODE, fusion = modality_of(option) >= CANSA_DUAL_CAMERA;
    int s = modality_of(option);
    if (option % 3 == CANSA_DEVICE)
        return 0.0;
    if (option % 3 == CANSA_EDGE)
        return eswi_cansa_raw_bits[as_code && s == CANSA_RADAR_LIDAR ? CANSA_DUAL_CAMERA : s];
    if (as_code && fusion)
        s = CANSA_CAMERA;
    return config->split_bits == CANSA_SPLIT_TABLE1 ? eswi_cansa_split_bits_table1[s]
                                                    : eswi_cansa_split_bits_released[s];
}

double eswi_cansa_oracle_latency(const oracle_config *config, int option, int rbs, double rate)
{
    const double times = stem_time(config, option) + branch_time(config, option);
    const double seconds = config->latency_source == CANSA_LATENCY_FLOPS ? times : times / 1000.0;
    const double bits = eswi_cansa_oracle_bits(config, option);
    if (bits == 0.0)
        return seconds;
    return seconds + (config->reading == CANSA_AS_CODE ? bits / 10.0 : bits) / (rbs * rate);
}

double eswi_cansa_oracle_energy(const oracle_config *config, int option)
{
    double mflop = 0.0;
    if (option % 3 != CANSA_EDGE)
        mflop += eswi_cansa_stem_mflop[modality_of(option)];
    if (option % 3 == CANSA_DEVICE)
        mflop += eswi_cansa_branch_mflop[model_of(option)];
    return config->joules_per_gflop * (mflop / 1000.0);
}

double eswi_cansa_oracle_accuracy(int context, int option)
{
    return eswi_cansa_accuracy[context][model_of(option)];
}

static int descending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x < y) - (x > y);
}

double eswi_cansa_oracle_min_accuracy(const oracle_config *config, int context)
{
    double sorted[CANSA_MODELS];
    if (config->accuracy_min_percent > 0.0)
        return config->accuracy_min_percent;
    if (!(config->accuracy_top > 0.0))
        return eswi_cansa_min_accuracy[context];
    memcpy(sorted, eswi_cansa_accuracy[context], sizeof sorted);
    qsort(sorted, CANSA_MODELS, sizeof *sorted, descending);
    return sorted[(int)ceil(config->accuracy_top * CANSA_MODELS) - 1];
}

double eswi_cansa_oracle_utility(const oracle_config *config, int context, int option, double latency_s)
{
    const double accuracy = eswi_cansa_oracle_accuracy(context, option);
    const double least = eswi_cansa_oracle_min_accuracy(config, context);
    const double sigma_a = 1.0 / (1.0 + exp(-config->accuracy_slope * (accuracy - least)));
    const double sigma_l =
        1.0 / (1.0 + exp(-config->latency_slope * (config->latency_max_s * 1000.0 - latency_s * 1000.0)));
    const bool violated = accuracy < least || latency_s > config->latency_max_s;
    return config->weight_accuracy * sigma_a + config->weight_latency * sigma_l -
           config->weight_energy * eswi_cansa_oracle_energy(config, option) -
           config->weight_violation * violated;
}

static bool allowed(const oracle_config *config, int option)
{
    return (config->modality == 0 || config->modality - 1 == modality_of(option)) &&
           (config->depth == 0 || config->depth - 1 == model_of(option) % 3) &&
           (config->deployment == 0 || config->deployment - 1 == option % 3);
}

bool eswi_cansa_oracle_feasible(const oracle_config *config, int context, int option, int rbs, double rate,
                                double limit_s)
{
    return allowed(config, option) &&
           eswi_cansa_oracle_accuracy(context, option) >= eswi_cansa_oracle_min_accuracy(config, context) &&
           eswi_cansa_oracle_latency(config, option, rbs, rate) <= limit_s;
}

/* ---------------------------------------------------------------- Algorithm 1 */

int eswi_cansa_oracle_least_rbs(const oracle_config *config, int context, double rate, double limit_s)
{
    bool candidate[CANSA_OPTIONS];
    bool any = false;
    for (int o = 0; o < CANSA_OPTIONS; o++) { /* could it ever be in time? saves most of the work below */
        const bool zero_dropped = config->reading == CANSA_AS_CODE && o % 3 == CANSA_DEVICE;
        candidate[o] = !zero_dropped &&
                       eswi_cansa_oracle_feasible(config, context, o, config->rbs_total + 1, rate, limit_s);
        any = any || candidate[o];
    }
    for (int r = 0; any && r <= config->rbs_total; r++)
        for (int o = 0; o < CANSA_OPTIONS; o++)
            if (candidate[o] && eswi_cansa_oracle_latency(config, o, r, rate) <= limit_s)
                return r;
    return -1;
}

void eswi_cansa_oracle_bids(const oracle_config *config, const oracle_instance *instance, int *r_min,
                            double *bid)
{
    const double total = config->rbs_total;
    for (int i = 0; i < config->clients; i++) {
        r_min[i] = eswi_cansa_oracle_least_rbs(config, instance->context[i], instance->rate_per_rb_bps[i],
                                               config->guard_factor * config->latency_max_s);
        bid[i] = -1.0;
        if (r_min[i] == 0)
            bid[i] = 0.0;
        if (r_min[i] > 0) {
            const double v = (total - r_min[i]) / total;
            bid[i] = (double)r_min[i] * r_min[i] / (config->latency_max_s * 1000.0 + 1e-6) * v *
                     config->clients / total; /* (7) */
        }
        if (r_min[i] < 0 && config->reading == CANSA_AS_CODE) {
            r_min[i] = 1;
            bid[i] = 0.0;
        }
    }
}

typedef struct entry {
    int r_min, client;
    double bid;
} entry;

static int by_priority(const void *a, const void *b)
{
    const entry *x = a, *y = b;
    if (x->r_min != y->r_min)
        return x->r_min < y->r_min ? -1 : 1;
    if (x->bid != y->bid)
        return x->bid > y->bid ? -1 : 1;
    return x->client < y->client ? -1 : 1;
}

void eswi_cansa_oracle_allocate(const oracle_config *config, const int *r_min, const double *bid, int *rbs)
{
    entry queue[CANSA_CLIENTS_MAX];
    int length = 0, left = config->rbs_total;
    double total = 0.0;
    for (int i = 0; i < config->clients; i++) {
        rbs[i] = 0;
        if (r_min[i] >= 0)
            queue[length++] = (entry){r_min[i], i, bid[i]};
    }
    qsort(queue, (size_t)length, sizeof *queue, by_priority);
    for (int k = 0; k < length; k++) {
        if (left >= queue[k].r_min) {
            rbs[queue[k].client] = queue[k].r_min;
            left -= queue[k].r_min;
        }
    }
    for (int i = 0; i < config->clients; i++)
        if (r_min[i] >= 0)
            total += bid[i];
    total += config->bid_penalty;
    const int pool = left; /* (C6) */
    for (int i = 0; i < config->clients; i++) {
        if (r_min[i] >= 0) {
            const int share = (int)floor(bid[i] / total * pool); /* (8) */
            const int more = share < left ? share : left;
            rbs[i] += more;
            left -= more;
        }
    }
}

int eswi_cansa_oracle_choice(const oracle_config *config, int context, int rbs, double rate)
{
    int best = -1;
    double best_first = 0.0, best_second = 0.0;
    for (int o = 0; o < CANSA_OPTIONS; o++) {
        if (!eswi_cansa_oracle_feasible(config, context, o, rbs, rate, config->latency_max_s))
            continue;
        const double latency_s = eswi_cansa_oracle_latency(config, o, rbs, rate);
        const bool energy = config->phase3 == CANSA_PICK_ENERGY;
        const double first = energy ? eswi_cansa_oracle_energy(config, o)
                                    : -eswi_cansa_oracle_utility(config, context, o, latency_s);
        const double second = energy ? latency_s : 0.0;
        if (best < 0 || first < best_first || (first == best_first && second < best_second)) {
            best = o;
            best_first = first;
            best_second = second;
        }
    }
    return best;
}

/* ---------------------------------------------------------------- the other methods */

/* Largest remainders: floors first, then one RB after the other to the largest rest. */
static void share_out(const oracle_config *config, const double *weight, int *rbs)
{
    double rest[CANSA_CLIENTS_MAX], sum = 0.0;
    int left = config->rbs_total;
    for (int i = 0; i < config->clients; i++)
        sum += weight[i];
    for (int i = 0; i < config->clients; i++) {
        const double share = sum > 0.0 ? weight[i] / sum * config->rbs_total : 0.0;
        rbs[i] = (int)floor(share);
        rest[i] = share - floor(share);
        left -= rbs[i];
    }
    for (; sum > 0.0 && left > 0; left--) {
        int most = 0;
        for (int i = 1; i < config->clients; i++)
            if (rest[i] > rest[most])
                most = i;
        rbs[most]++;
        rest[most] = -1.0;
    }
}

/* The extended utility of client i if the auction is held with these bids. */
static double payoff(const oracle_config *config, const oracle_instance *instance, const int *r_min,
                     const double *bid, int i)
{
    int rbs[CANSA_CLIENTS_MAX];
    const int context = instance->context[i];
    const double rate = instance->rate_per_rb_bps[i], cost = config->bid_cost * bid[i] * bid[i];
    eswi_cansa_oracle_allocate(config, r_min, bid, rbs);
    const int option = eswi_cansa_oracle_choice(config, context, rbs[i], rate);
    if (option < 0)
        return -config->weight_violation - cost;
    return eswi_cansa_oracle_utility(config, context, option,
                                     eswi_cansa_oracle_latency(config, option, rbs[i], rate)) -
           cost;
}

/* One sweep of best responses; whether any bid changed. */
static bool sweep(const oracle_config *config, const oracle_instance *instance, const int *r_min, double *bid,
                  double most)
{
    bool changed = false;
    for (int i = 0; i < config->clients; i++) {
        if (r_min[i] < 0)
            continue;
        const double before = bid[i];
        double best = before, best_payoff = payoff(config, instance, r_min, bid, i);
        for (int k = 0; k * config->nash_step <= most && k <= 10000; k++) {
            bid[i] = k * config->nash_step;
            const double here = payoff(config, instance, r_min, bid, i);
            if (here > best_payoff) {
                best = bid[i];
                best_payoff = here;
            }
        }
        bid[i] = best;
        changed = changed || best != before;
    }
    return changed;
}

/* Best responses until nothing changes, the bids are those after sweep 0, 1, 2, 4, ... (the last of these), or the
 * sweeps are used up. */
static void play(const oracle_config *config, const oracle_instance *instance, const int *r_min, double *bid,
                 eswi_cansa_diagnostics *diagnostics)
{
    const size_t bytes = (size_t)config->clients * sizeof *bid;
    double most = 0.0, *history = malloc(bytes * ((size_t)config->nash_sweeps + 1));
    for (int i = 0; i < config->clients; i++)
        most = fmax(most, bid[i]);
    most = config->nash_bid_max > 0.0 ? config->nash_bid_max : 2.0 * most;
    *diagnostics = (eswi_cansa_diagnostics){CANSA_REASON_SWEEPS, 0, 0, 0};
    memcpy(history, bid, bytes);
    for (int s = 1; s <= config->nash_sweeps && diagnostics->reason == CANSA_REASON_SWEEPS; s++) {
        const bool changed = sweep(config, instance, r_min, bid, most);
        int earlier = 0;
        for (int power = 1; power < s; power *= 2)
            earlier = power;
        memcpy(history + (size_t)s * (size_t)config->clients, bid, bytes);
        diagnostics->sweeps = s;
        if (!changed) {
            diagnostics->reason = CANSA_REASON_FIXPOINT;
        } else if (!memcmp(history + (size_t)earlier * (size_t)config->clients, bid, bytes)) {
            diagnostics->reason = CANSA_REASON_CYCLE;
            diagnostics->cycle = s - earlier;
        }
    }
    free(history);
}

void eswi_cansa_oracle_solve(cansa_method method, const oracle_config *config, const oracle_instance *instance,
                             const eswi_cansa_decision *decision)
{
    int r_min[CANSA_CLIENTS_MAX], rbs[CANSA_CLIENTS_MAX];
    double bid[CANSA_CLIENTS_MAX], weight[CANSA_CLIENTS_MAX];
    const int clients = config->clients;
    *decision->diagnostics = (eswi_cansa_diagnostics){0};
    eswi_cansa_oracle_bids(config, instance, r_min, bid);
    for (int i = 0; i < clients; i++) {
        const double rate = instance->rate_per_rb_bps[i];
        weight[i] = method == CANSA_PROPORTIONAL ? rate : rate > 0.0 ? 1.0 / rate : 0.0;
        rbs[i] = config->rbs_total / clients;
    }
    if (method == CANSA_NASH)
        play(config, instance, r_min, bid, decision->diagnostics);
    if (method == CANSA_AUCTION || method == CANSA_NASH)
        eswi_cansa_oracle_allocate(config, r_min, bid, rbs);
    else if (method != CANSA_AVERAGE)
        share_out(config, weight, rbs);
    for (int i = 0; i < clients; i++) {
        const int option =
            eswi_cansa_oracle_choice(config, instance->context[i], rbs[i], instance->rate_per_rb_bps[i]);
        decision->option[i] = option;
        decision->rbs[i] = option >= 0 && option % 3 != CANSA_DEVICE ? rbs[i] : 0; /* (9) */
        decision->bid[i] = method == CANSA_AUCTION || method == CANSA_NASH ? bid[i] : -1.0;
    }
}

/* ---------------------------------------------------------------- metrics */

static double per(double sum, double count)
{
    return count > 0.0 ? sum / count : NAN;
}

void eswi_cansa_oracle_metrics(const oracle_config *config, const oracle_instance *instance,
                               const eswi_cansa_decision *decision, double *metrics)
{
    double served = 0.0, served_in[CANSA_CONTEXTS] = {0}, in[CANSA_CONTEXTS] = {0}, energy = 0.0, utility = 0.0;
    double latency = 0.0, accuracy = 0.0, used = 0.0, squares = 0.0, bids = 0.0, bidders = 0.0, least = 0.0,
           reach = 0.0;
    int r_min[CANSA_CLIENTS_MAX];
    double bid[CANSA_CLIENTS_MAX];
    eswi_cansa_oracle_bids(config, instance, r_min, bid);
    for (int i = 0; i < config->clients; i++) {
        const int h = instance->context[i], o = decision->option[i];
        in[h] += 1.0;
        used += decision->rbs[i];
        squares += (double)decision->rbs[i] * decision->rbs[i];
        bids += decision->bid[i] >= 0.0 ? decision->bid[i] : 0.0;
        bidders += decision->bid[i] >= 0.0;
        least += r_min[i] >= 0 ? r_min[i] : 0.0;
        reach += r_min[i] >= 0;
        if (o < 0) {
            utility -= config->weight_violation;
            continue;
        }
        const double l = eswi_cansa_oracle_latency(config, o, decision->rbs[i], instance->rate_per_rb_bps[i]);
        served += 1.0;
        served_in[h] += 1.0;
        latency += l;
        accuracy += eswi_cansa_oracle_accuracy(h, o);
        energy += eswi_cansa_oracle_energy(config, o);
        utility += eswi_cansa_oracle_utility(config, h, o, l);
    }
    const double n = config->clients;
    metrics[CANSA_METRIC_SUCCESS] = served / n;
    for (int h = 0; h < CANSA_CONTEXTS; h++)
        metrics[CANSA_METRIC_SUCCESS_OF_CONTEXT + h] = per(served_in[h], in[h]);
    metrics[CANSA_METRIC_RBS_USED] = used;
    metrics[CANSA_METRIC_ENERGY] = energy / n;
    metrics[CANSA_METRIC_UTILITY] = utility / n;
    metrics[CANSA_METRIC_JAIN] = squares > 0.0 ? used * used / (n * squares) : 0.0;
    metrics[CANSA_METRIC_LATENCY] = per(latency, served);
    metrics[CANSA_METRIC_ACCURACY] = per(accuracy, served);
    metrics[CANSA_METRIC_BID] = per(bids, bidders);
    metrics[CANSA_METRIC_R_MIN] = per(least, reach);
    metrics[CANSA_METRIC_REACHABLE] = reach / n;
    metrics[CANSA_METRIC_LOSS] = config->objective == CANSA_SUCCESS_COUNT ? -served / n : -utility / n;
    for (int m = CANSA_METRIC_BOUND; m < CANSA_METRICS; m++)
        metrics[m] = NAN;
}
