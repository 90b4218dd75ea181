/* The CANSA oracle: the paper's equations and Algorithm 1 in plain double C with libm, naive loops, a real sort.
 *
 * It exists to be compared with: staging, accountant and every method are tested against it. It shares nothing with
 * them beyond the structs of cansa.h and the measured tables: it reads primitive parameters only (never the derived
 * fields `options`, `rules`, ...), and the staged instance. Speed is no aim. All functions are pure and thread safe.
 */
#ifndef ESWI_CANSA_ORACLE_H
#define ESWI_CANSA_ORACLE_H

#include "cansa/cansa.h"

typedef eswi_cansa_config oracle_config;
typedef eswi_cansa_instance oracle_instance;

double eswi_cansa_oracle_path_loss_db(const oracle_config *config, double distance_m, double shadowing_db);
double eswi_cansa_oracle_sinr(const oracle_config *config, const oracle_instance *instance, int client);
double eswi_cansa_oracle_rb_rate(const oracle_config *config, const oracle_instance *instance,
                                 int client); /* (4), R = 1 */

double eswi_cansa_oracle_min_accuracy(const oracle_config *config, int context);
double eswi_cansa_oracle_accuracy(int context, int option);
double eswi_cansa_oracle_bits(const oracle_config *config, int option);
double eswi_cansa_oracle_latency(const oracle_config *config, int option, int rbs, double rate); /* III-C, s */
double eswi_cansa_oracle_energy(const oracle_config *config, int option);                        /* III-C, J */
double eswi_cansa_oracle_utility(const oracle_config *config, int context, int option,
                                 double latency_s); /* (5) */

/* Whether the option may be used and keeps (1) in time limit_s. */
bool eswi_cansa_oracle_feasible(const oracle_config *config, int context, int option, int rbs, double rate,
                                double limit_s);

/* Line 15: the least R of 0..R_total with a feasible option in time limit_s, -1 if there is none. */
int eswi_cansa_oracle_least_rbs(const oracle_config *config, int context, double rate, double limit_s);

/* R_min and bid of every client, lines 14-20; no bid: R_min -1, bid -1. */
void eswi_cansa_oracle_bids(const oracle_config *config, const oracle_instance *instance, int *r_min,
                            double *bid);

/* Phases 1 and 2 for these bids: rbs[N]. */
void eswi_cansa_oracle_allocate(const oracle_config *config, const int *r_min, const double *bid, int *rbs);

/* Line 41: the option a client takes with R RBs, -1 for none. */
int eswi_cansa_oracle_choice(const oracle_config *config, int context, int rbs, double rate);

/* Methods cansa, average, proportional, equal-rate and nash. */
void eswi_cansa_oracle_solve(cansa_method method, const oracle_config *config, const oracle_instance *instance,
                             const eswi_cansa_decision *decision);

/* The metrics of a decision; NaN for those from CANSA_METRIC_BOUND on, which say how it came about. */
void eswi_cansa_oracle_metrics(const oracle_config *config, const oracle_instance *instance,
                               const eswi_cansa_decision *decision, double *metrics);

#endif
