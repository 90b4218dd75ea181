/* Per-user results of a decision from either source of truth, so that every identity is asked of both. */
#ifndef ESW_TEST_SCORES_H
#define ESW_TEST_SCORES_H

#include "cases.h"

typedef struct scores {
    double sinr[ECC_DIRECTIONS][CASE_MAX_USERS];
    double rate_bps[ECC_DIRECTIONS][CASE_MAX_USERS];
    double latency_s[CASE_MAX_USERS];
    double energy_j[CASE_MAX_USERS];
    double utility[CASE_MAX_USERS];
    double objective;
} scores;

typedef struct scorer {
    const char *name;
    void (*score)(const test_case *c, scores *out);
} scorer;

enum { SCORERS = 2 };
extern const scorer scorers[SCORERS]; /* the oracle and the accountant */

void score_by_oracle(const test_case *c, scores *out);
void score_by_accountant(const test_case *c, scores *out);

#endif
