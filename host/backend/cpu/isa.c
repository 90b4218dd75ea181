#include "backend/cpu/isa.h"

#include <stdlib.h>
#include <string.h>

const eswi_cpu_kernels *const *eswi_cpu_kernels_available(void)
{
    static const eswi_cpu_kernels *const baseline[] = {&eswi_cpu_kernels_baseline, NULL};
#if defined(__x86_64__)
    static const eswi_cpu_kernels *const avx2[] = {&eswi_cpu_kernels_avx2, &eswi_cpu_kernels_baseline, NULL};
    static const eswi_cpu_kernels *const avx512[] = {&eswi_cpu_kernels_avx512, &eswi_cpu_kernels_avx2,
                                                     &eswi_cpu_kernels_baseline, NULL};
    __builtin_cpu_init();
    const int has_avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    if (has_avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl"))
        return avx512;
    if (has_avx2)
        return avx2;
#endif
    return baseline;
}

const eswi_cpu_kernels *eswi_cpu_kernels_in_use(void)
{
    const eswi_cpu_kernels *const *available = eswi_cpu_kernels_available();
    const char *wanted = getenv("EDGESWEEP_ISA");
    for (size_t i = 0; wanted && available[i]; i++)
        if (!strcmp(available[i]->name, wanted))
            return available[i];
    return available[0];
}
