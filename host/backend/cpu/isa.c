#include "backend/cpu/isa.h"

/* Best first, so that the sets a processor has are the end of the list. */
static const eswi_cpu_kernels *const compiled[ESWI_ISAS + 1] = {
#if defined(ESWI_ISA_X86)
    [ESWI_ISAS - 1 - ESWI_ISA_AVX512] = &eswi_cpu_kernels_avx512,
    [ESWI_ISAS - 1 - ESWI_ISA_AVX2] = &eswi_cpu_kernels_avx2,
#endif
    [ESWI_ISAS - 1 - ESWI_ISA_BASELINE] = &eswi_cpu_kernels_baseline,
};

const eswi_cpu_kernels *const *eswi_cpu_kernels_available(void)
{
    return compiled + (ESWI_ISAS - 1 - eswi_isa_widest());
}

const eswi_cpu_kernels *eswi_cpu_kernels_in_use(void)
{
    return compiled[ESWI_ISAS - 1 - eswi_isa_in_use()];
}
