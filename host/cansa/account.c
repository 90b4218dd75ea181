/* CANSA: the accountant. Scores a finished decision in double precision and is the only source of reported metrics.
 * Client by client in index order: latency, energy and accuracy of the option it has, utility (5); sums run in the one
 * fixed shape of base/reduce.h. */
#include "base/detmath.h"
#include "base/reduce.h"
#include "cansa/cansa.h"
#include "cansa/choice.h"

/* What is added up over the clients. */
typedef struct ledger {
    eswi_sum16 energy, utility, latency, accuracy, bid, r_min;
    int64_t rbs, rbs_squared;
    int served, bidders, reachable;
    int clients_of[CANSA_CONTEXTS], served_of[CANSA_CONTEXTS];
} ledger;

static double sigmoid(double slope, double x)
{
    return 1.0 / (1.0 + eswi_exp(-slope * x));
}

/* (5) of a served client. */
static double utility(const eswi_cansa_config *config, int context, double accuracy, double latency_s,
                      double energy_j)
{
    const bool violated = accuracy < config->accuracy_min[context] || latency_s > config->latency_max_s;
    return config->weight_accuracy * sigmoid(config->accuracy_slope, accuracy - config->accuracy_min[context]) +
           config->weight_latency *
               sigmoid(config->latency_slope, config->latency_max_s * 1000.0 - latency_s * 1000.0) -
           config->weight_energy * energy_j - (violated ? config->weight_violation : 0.0);
}

static double least_rbs(const eswi_cansa_config *config, int context, double rate)
{
    const eswi_cansa_rules *rules = &config->rules;
    const int r = eswi_cansa_rbs_needed(rules, &rules->guarded, -1, rules->guard_s, context, rate);
    if (r <= rules->rbs_total)
        return r;
    return rules->as_code ? 1.0 : eswi_nan();
}

static void put(double *values, int client, double value)
{
    if (values)
        values[client] = value;
}

static void score_client(const eswi_cansa_config *config, const eswi_cansa_instance *instance,
                         const eswi_cansa_decision *decision, int i, ledger *sum, const eswi_cansa_terms *terms)
{
    const int context = instance->context[i], index = decision->option[i];
    double latency_s = eswi_nan(), accuracy = eswi_nan(), energy_j = 0.0, worth = -config->weight_violation;
    if (index >= 0) {
        const eswi_cansa_option *option = &config->options[index];
        latency_s = option->compute_s;
        if (option->bits > 0.0)
            latency_s += option->bits / (decision->rbs[i] * instance->rate_per_rb_bps[i]);
        accuracy = eswi_cansa_accuracy[context][index / CANSA_DEPLOYMENTS];
        energy_j = option->energy_j;
        worth = utility(config, context, accuracy, latency_s, energy_j);
        eswi_sum16_add(&sum->latency, (size_t)sum->served, latency_s);
        eswi_sum16_add(&sum->accuracy, (size_t)sum->served, accuracy);
        sum->served++;
        sum->served_of[context]++;
    }
    const double r_min = least_rbs(config, context, instance->rate_per_rb_bps[i]);
    if (r_min == r_min)
        eswi_sum16_add(&sum->r_min, (size_t)sum->reachable++, r_min);
    if (decision->bid[i] >= 0.0)
        eswi_sum16_add(&sum->bid, (size_t)sum->bidders++, decision->bid[i]);
    eswi_sum16_add(&sum->energy, (size_t)i, energy_j);
    eswi_sum16_add(&sum->utility, (size_t)i, worth);
    sum->rbs += decision->rbs[i];
    sum->rbs_squared += (int64_t)decision->rbs[i] * decision->rbs[i];
    sum->clients_of[context]++;
    if (terms) {
        put(terms->r_min, i, r_min);
        put(terms->latency_s, i, latency_s);
        put(terms->energy_j, i, energy_j);
        put(terms->utility, i, worth);
        put(terms->accuracy, i, accuracy);
    }
}

static double mean(const eswi_sum16 *sum, int count)
{
    return count > 0 ? eswi_sum16_total(sum) / count : eswi_nan();
}

static void put_metrics(const eswi_cansa_config *config, const eswi_cansa_diagnostics *diagnostics,
                        const ledger *sum, double *metrics)
{
    const int clients = config->clients;
    const double rbs = (double)sum->rbs, squares = (double)clients * (double)sum->rbs_squared;
    metrics[CANSA_METRIC_SUCCESS] = (double)sum->served / clients;
    for (int c = 0; c < CANSA_CONTEXTS; c++)
        metrics[CANSA_METRIC_SUCCESS_OF_CONTEXT + c] =
            sum->clients_of[c] > 0 ? (double)sum->served_of[c] / sum->clients_of[c] : eswi_nan();
    metrics[CANSA_METRIC_RBS_USED] = rbs;
    metrics[CANSA_METRIC_ENERGY] = eswi_sum16_total(&sum->energy) / clients;
    metrics[CANSA_METRIC_UTILITY] = eswi_sum16_total(&sum->utility) / clients;
    metrics[CANSA_METRIC_JAIN] = squares > 0.0 ? rbs * rbs / squares : 0.0;
    metrics[CANSA_METRIC_LATENCY] = mean(&sum->latency, sum->served);
    metrics[CANSA_METRIC_ACCURACY] = mean(&sum->accuracy, sum->served);
    metrics[CANSA_METRIC_BID] = mean(&sum->bid, sum->bidders);
    metrics[CANSA_METRIC_R_MIN] = mean(&sum->r_min, sum->reachable);
    metrics[CANSA_METRIC_REACHABLE] = (double)sum->reachable / clients;
    metrics[CANSA_METRIC_LOSS] = config->objective == CANSA_SUCCESS_COUNT ? -metrics[CANSA_METRIC_SUCCESS]
                                                                          : -metrics[CANSA_METRIC_UTILITY];
    metrics[CANSA_METRIC_BOUND] = diagnostics->proven ? metrics[CANSA_METRIC_LOSS] : eswi_nan();
    const bool played = diagnostics->reason != CANSA_REASON_NONE;
    metrics[CANSA_METRIC_SWEEPS] = diagnostics->sweeps;
    metrics[CANSA_METRIC_FIXPOINT] = played ? diagnostics->reason == CANSA_REASON_FIXPOINT : eswi_nan();
    metrics[CANSA_METRIC_CYCLE] = played ? diagnostics->cycle : eswi_nan();
}

void eswi_cansa_account(const eswi_cansa_config *config, const eswi_cansa_instance *instance,
                        const eswi_cansa_decision *decision, double *metrics, const eswi_cansa_terms *terms)
{
    ledger sum = {0};
    for (int i = 0; i < config->clients; i++)
        score_client(config, instance, decision, i, &sum, terms);
    if (metrics)
        put_metrics(config, decision->diagnostics, &sum, metrics);
}
