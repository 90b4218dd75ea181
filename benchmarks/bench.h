/* What the cases of `edgesweep bench` share (include/edgesweep/bench.h). */
#ifndef ESW_BENCH_INTERNAL_H
#define ESW_BENCH_INTERNAL_H

#include "ecc/ecc.h"
#include "edgesweep/bench.h"

/* Does `items` pieces of work per call; `state` belongs to the case. */
typedef struct bench_work {
    void (*run)(void *state);
    void *state;
    double items;
} bench_work;

/* Median over repeats of items per second, each repeat calling `run` until options->seconds have passed. */
double bench_rate(const esw_bench_options *options, const bench_work *work);

/* The number of the calling thread in a parallel region. */
int bench_this_thread(void);

/* The result object of a case, and a rival in it; `ratio` is value / rival. */
json_t *bench_case(const char *name, const char *unit, double value);
void bench_rival(json_t *result, const char *name, double value);
void bench_left_out(json_t *result, const char *text);

/* Runs peers/`script` with the first Python that has numpy; its JSON object or NULL. New reference. */
json_t *bench_peer(const char *script, const char *arguments);

/* ECC at aps x users x subchannels with every other parameter at its default; NULL with *error set. */
eswi_ecc_config *bench_ecc_config(int aps, int users, int subchannels, esw_error *error);

/* Billions of float operations per second of independent fused multiply-adds on all threads. */
double bench_fma_peak(const esw_bench_options *options);

/* The cases; each returns a new reference or NULL with *error set. */
json_t *bench_descent(const esw_bench_options *options, esw_error *error);
json_t *bench_grid(const esw_bench_options *options, esw_error *error);
json_t *bench_li_gd(const esw_bench_options *options, esw_error *error);
json_t *bench_li_gd_full(const esw_bench_options *options, esw_error *error);
json_t *bench_certified(const esw_bench_options *options, esw_error *error);
json_t *bench_certified_both(const esw_bench_options *options, esw_error *error);
json_t *bench_certified_large(const esw_bench_options *options, esw_error *error);
json_t *bench_value_table(const esw_bench_options *options, esw_error *error);
json_t *bench_scan(const esw_bench_options *options, esw_error *error);
json_t *bench_chain(const esw_bench_options *options, esw_error *error);
json_t *bench_cansa_auction(const esw_bench_options *options, esw_error *error);
json_t *bench_cansa_optimum(const esw_bench_options *options, esw_error *error);
json_t *bench_clo_single_hop(const esw_bench_options *options, esw_error *error);
json_t *bench_clo_multi_hop(const esw_bench_options *options, esw_error *error);
json_t *bench_clo_lo(const esw_bench_options *options, esw_error *error);
json_t *bench_engine(const esw_bench_options *options, esw_error *error);

#endif
