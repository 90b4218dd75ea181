#include "scores.h"

const scorer scorers[SCORERS] = {{"oracle", score_by_oracle}, {"accountant", score_by_accountant}};

void score_by_oracle(const test_case *c, scores *out)
{
    const eswi_ecc_oracle at = case_oracle(c);
    for (int u = 0; u < c->config.users; u++) {
        for (int d = 0; d < ECC_DIRECTIONS; d++) {
            const bool sends = eswi_ecc_oracle_offloads(&at, u);
            out->sinr[d][u] = sends ? eswi_ecc_oracle_sinr(&at, d, u, c->decision.assigned[d][u]) : 0.0;
            out->rate_bps[d][u] = eswi_ecc_oracle_rate(&at, d, u);
        }
        out->latency_s[u] = eswi_ecc_oracle_latency(&at, u);
        out->energy_j[u] = eswi_ecc_oracle_energy(&at, u);
        out->utility[u] = eswi_ecc_oracle_utility(&at, u);
    }
    out->objective = eswi_ecc_oracle_objective(&at);
}

void score_by_accountant(const test_case *c, scores *out)
{
    const eswi_ecc_terms terms = {
        .sinr = {out->sinr[ECC_UP], out->sinr[ECC_DOWN]},
        .rate_bps = {out->rate_bps[ECC_UP], out->rate_bps[ECC_DOWN]},
        .latency_s = out->latency_s,
        .energy_j = out->energy_j,
        .utility = out->utility,
    };
    out->objective = eswi_ecc_account(&c->config, &c->instance, &c->decision, NULL, &terms);
}
