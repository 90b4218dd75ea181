/* The hot loops of the CPU backend in every instruction set; base/isa.h says which is in use. */
#ifndef ESWI_CPU_ISA_H
#define ESWI_CPU_ISA_H

#include "base/isa.h"
#include "cansa/auction.h"
#include "cansa/optimum.h"
#include "clo/clo.h"
#include "ecc/grid.h"
#include "ecc/li_gd.h"
#include "ecc/optimum.h"

/* Enough independent chains to fill two pipes of latency four with vectors of sixteen. */
enum { ESWI_FMA_CHAIN_LANES = 12 * 16 };

/* The hot loops of every system, once per instruction set. */
typedef struct eswi_cpu_kernels {
    const char *name; /* "avx512", "avx2", "baseline" */
    eswi_ecc_step ecc_step;
    eswi_ecc_step ecc_published_step;
    eswi_ecc_grid_search *ecc_grid_search;
    const eswi_ecc_optimum_kernels *ecc_optimum;
    void (*cansa_auction)(const eswi_cansa_rules *rules, const eswi_cansa_pack *pack);
    void (*cansa_baseline)(const eswi_cansa_rules *rules, const eswi_cansa_pack *pack, int allocation);
    void (*cansa_optimum)(const eswi_cansa_rules *rules, const eswi_cansa_knapsack *knapsack, int32_t *rbs,
                          int32_t *option, double *bid);
    eswi_clo_runner *clo_run;
    float (*fma_chain)(int rounds); /* `rounds` fused multiply-adds on each of ESWI_FMA_CHAIN_LANES floats, their sum */
} eswi_cpu_kernels;

extern const eswi_ecc_optimum_kernels eswi_cpu_optimum_baseline, eswi_cpu_optimum_avx2, eswi_cpu_optimum_avx512;
extern const eswi_cpu_kernels eswi_cpu_kernels_baseline;
#if defined(ESWI_ISA_X86)
extern const eswi_cpu_kernels eswi_cpu_kernels_avx2;
extern const eswi_cpu_kernels eswi_cpu_kernels_avx512;
#endif

/* Those of the set in use (base/isa.h). Thread safe. */
const eswi_cpu_kernels *eswi_cpu_kernels_in_use(void);

/* All compiled sets this processor can run, best first, NULL-terminated. */
const eswi_cpu_kernels *const *eswi_cpu_kernels_available(void);

#endif
