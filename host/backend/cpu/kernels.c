/* The CPU backend's hot loops. Compiled once per instruction set with ESWI_ISA = avx512, avx2 or baseline; the sources
 * are shared with CUDA and contain no intrinsics that could change a bit. */
#include "backend/cpu/isa.h"
#include "ecc/grid_kernel.h"
#include "ecc/published.h"

#define JOIN2(a, b) a##b
#define JOIN(a, b)  JOIN2(a, b)
#define TEXT2(a)    #a
#define TEXT(a)     TEXT2(a)

static void ecc_step(const eswi_ecc_descent *descent)
{
    eswi_ecc_descent_step(descent);
}

static void ecc_grid_search(const eswi_ecc_grid_tables *tables, int users, const eswi_ecc_grid_user *user,
                            eswi_ecc_grid_choice *choice)
{
    eswi_ecc_grid_search_with(tables, users, user, choice);
}

static void ecc_published_step(const eswi_ecc_descent *descent)
{
    eswi_ecc_published_step(descent);
}

static void cansa_auction(const eswi_cansa_rules *rules, const eswi_cansa_pack *pack)
{
    eswi_cansa_auction(rules, pack);
}

static void cansa_baseline(const eswi_cansa_rules *rules, const eswi_cansa_pack *pack, int allocation)
{
    eswi_cansa_baseline(rules, pack, allocation);
}

static void cansa_optimum(const eswi_cansa_rules *rules, const eswi_cansa_knapsack *knapsack, int32_t *rbs,
                          int32_t *option, double *bid)
{
    eswi_cansa_optimum(rules, knapsack, rbs, option, bid);
}

/* A copy of the loop for the methods that matter most, so that it holds nothing but theirs. */
static void clo_run(const eswi_clo_problem *problem, int method, const eswi_clo_draws *draws, eswi_clo_state *state,
                    const eswi_clo_trace *trace)
{
    if (method == CLO_CLO)
        eswi_clo_run(problem, CLO_CLO, draws, state, trace);
    else if (method == CLO_LO)
        eswi_clo_run(problem, CLO_LO, draws, state, trace);
    else
        eswi_clo_run(problem, method, draws, state, trace);
}

/* The yardstick of `edgesweep bench`: what the multiply-add pipes of this instruction set deliver. */
static float fma_chain(int rounds)
{
    float a[ESWI_FMA_CHAIN_LANES], sum = 0.0f;
    for (int i = 0; i < ESWI_FMA_CHAIN_LANES; i++)
        a[i] = 1.0f + (float)i * 1e-3f;
    for (int k = 0; k < rounds; k++)
        for (int c = 0; c < ESWI_FMA_CHAIN_LANES; c += ECC_LANES)
            ESW_EACH_LANE(l)
            {
                a[c + l] = fmaf(a[c + l], 0.999999f, 1e-6f);
            }
    for (int i = 0; i < ESWI_FMA_CHAIN_LANES; i++)
        sum += a[i];
    return sum;
}

const eswi_cpu_kernels JOIN(eswi_cpu_kernels_, ESWI_ISA) = {
    .name = TEXT(ESWI_ISA),
    .ecc_step = ecc_step,
    .ecc_published_step = ecc_published_step,
    .ecc_grid_search = ecc_grid_search,
    .ecc_optimum = &JOIN(eswi_cpu_optimum_, ESWI_ISA),
    .cansa_auction = cansa_auction,
    .cansa_baseline = cansa_baseline,
    .cansa_optimum = cansa_optimum,
    .clo_run = clo_run,
    .fma_chain = fma_chain,
};
