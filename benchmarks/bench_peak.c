#include "backend/cpu/isa.h"
#include "bench.h"

typedef struct peak_state {
    int threads;
    float sink;
} peak_state;

static void run_peak(void *state)
{
    peak_state *s = state;
    float total = 0.0f;
#pragma omp parallel num_threads(s->threads) reduction(+ : total)
    total += eswi_cpu_kernels_in_use()->fma_chain(1 << 20);
    s->sink += total; /* so that the work has a result */
}

double bench_fma_peak(const esw_bench_options *options)
{
    peak_state s = {.threads = options->threads};
    const double flops = 2.0 * ESWI_FMA_CHAIN_LANES * (1 << 20) * options->threads;
    const bench_work work = {run_peak, &s, flops};
    return bench_rate(options, &work) * 1e-9;
}
