/* ECC: the accountant. Scores a finished decision in double precision, (5)-(19), and is the only source of
 * reported metrics. What a user costs is in account.h.
 *
 * It is compiled once for processors with fused multiply-adds and once for the others, where each is a call of a
 * function, and chosen at run time (base/isa.h); the bits are the same (base/portable.h). */
#include "ecc/account.h"

#include "base/isa.h"

static void put(double *values, int user, double value)
{
    if (values) {
        values[user] = value;
    }
}

static void put_terms(const eswi_ecc_terms *terms, int user, const eswi_ecc_score *score)
{
    for (int d = 0; d < ECC_DIRECTIONS; d++) {
        put(terms->sinr[d], user, score->links[d].sinr);
        put(terms->rate_bps[d], user, score->links[d].rate_bps);
    }
    put(terms->latency_s, user, score->latency_s);
    put(terms->energy_j, user, score->energy_j);
    put(terms->utility, user, score->utility);
}

double eswi_ecc_evaluations_later(const eswi_ecc_diagnostics *diagnostics)
{
    return diagnostics->layers_later > 0 ? (double)diagnostics->evaluations_later / diagnostics->layers_later
                                         : 0.0;
}

static void put_diagnostics(const eswi_ecc_diagnostics *diagnostics, double *metrics)
{
    metrics[ECC_METRIC_ITERATIONS] = diagnostics->iterations;
    metrics[ECC_METRIC_EVALUATIONS] = diagnostics->evaluations;
    metrics[ECC_METRIC_EVALUATIONS_FIRST] = diagnostics->evaluations_first;
    metrics[ECC_METRIC_EVALUATIONS_LATER] = eswi_ecc_evaluations_later(diagnostics);
    metrics[ECC_METRIC_UNCONVERGED] = diagnostics->unconverged_layers > 0;
    metrics[ECC_METRIC_UNROUNDED] = diagnostics->unrounded;
    metrics[ECC_METRIC_GRADIENT_NORM] = (double)diagnostics->gradient_norm;
    metrics[ECC_METRIC_NODES] = diagnostics->nodes;
}

bool eswi_ecc_is_unsearched(const eswi_ecc_diagnostics *diagnostics)
{
    return diagnostics->reason == ECC_REASON_TOO_LARGE && !(diagnostics->bound > 0.0);
}

/* The bound is on (20), the metrics are means over users. A decision that was not searched for has no metrics but the
 * reason. */
static void put_bound(const eswi_ecc_diagnostics *diagnostics, double total, int users, double *metrics)
{
    const bool proved = diagnostics->bound > 0.0;
    metrics[ECC_METRIC_BOUND] = proved ? diagnostics->bound / users : eswi_nan();
    metrics[ECC_METRIC_GAP] = proved ? eswi_ecc_reported_gap(total, diagnostics->bound, users) : eswi_nan();
    for (int m = 0; m < ECC_METRICS && eswi_ecc_is_unsearched(diagnostics); m++) {
        metrics[m] = eswi_nan();
    }
    metrics[ECC_METRIC_REASON] = diagnostics->reason;
}

ESW_FN double account(const eswi_ecc_config *config, const eswi_ecc_instance *instance,
                      const eswi_ecc_decision *decision, double *metrics, const eswi_ecc_terms *terms)
{
    const int users = config->users;
    int32_t lists[ECC_DIRECTIONS * (ECC_SUBCHANNELS_MAX + ECC_USERS_MAX)]; /* 256 KiB, and no allocation */
    const eswi_ecc_ledger a = eswi_ecc_ledger_open(config, instance, decision, lists);
    eswi_sum16 latency = {{0.0}}, energy = {{0.0}}, utility = {{0.0}};
    int64_t offloaded = 0, splits = 0;
    for (int u = 0; u < users; u++) {
        const eswi_ecc_score score = eswi_ecc_score_user(&a, u);
        eswi_sum16_add(&latency, (size_t)u, score.latency_s);
        eswi_sum16_add(&energy, (size_t)u, score.energy_j);
        eswi_sum16_add(&utility, (size_t)u, score.utility);
        offloaded += eswi_ecc_sends(&a, u);
        splits += decision->split[u];
        if (terms) {
            put_terms(terms, u, &score);
        }
    }
    const double total = eswi_sum16_total(&utility); /* (20) */
    if (metrics) {
        metrics[ECC_METRIC_LATENCY] = eswi_sum16_total(&latency) / users;
        metrics[ECC_METRIC_ENERGY] = eswi_sum16_total(&energy) / users;
        metrics[ECC_METRIC_UTILITY] = total / users;
        metrics[ECC_METRIC_OFFLOADED] = (double)offloaded / users;
        metrics[ECC_METRIC_SPLIT] = (double)splits / users;
        put_diagnostics(decision->diagnostics, metrics);
        put_bound(decision->diagnostics, total, users, metrics);
    }
    return total;
}

typedef double account_function(const eswi_ecc_config *config, const eswi_ecc_instance *instance,
                                const eswi_ecc_decision *decision, double *metrics,
                                const eswi_ecc_terms *terms);

#define ACCOUNT_FUNCTION(suffix, attributes)                                                                 \
    attributes static double account_##suffix(                                                               \
        const eswi_ecc_config *config, const eswi_ecc_instance *instance, const eswi_ecc_decision *decision, \
        double *metrics, const eswi_ecc_terms *terms)                                                        \
    {                                                                                                        \
        return account(config, instance, decision, metrics, terms);                                          \
    }

ACCOUNT_FUNCTION(baseline, )
#if defined(ESWI_ISA_X86)
ACCOUNT_FUNCTION(fma, __attribute__((target("avx2,fma"))))
#endif

double eswi_ecc_account(const eswi_ecc_config *config, const eswi_ecc_instance *instance,
                        const eswi_ecc_decision *decision, double *metrics, const eswi_ecc_terms *terms)
{
    static account_function *const of_isa[ESWI_ISAS] = {
        [ESWI_ISA_BASELINE] = account_baseline,
#if defined(ESWI_ISA_X86)
        [ESWI_ISA_AVX2] = account_fma,
        [ESWI_ISA_AVX512] = account_fma,
#endif
    };
    return of_isa[eswi_isa_in_use()](config, instance, decision, metrics, terms);
}
