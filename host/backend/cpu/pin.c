#include "backend/cpu/pin.h"

#include <sched.h>

#ifdef _OPENMP
#include <omp.h>
#endif

void eswi_cpu_pin_threads(int threads)
{
#if defined(_OPENMP) && defined(__linux__)
    cpu_set_t all;
    if (threads < 2 || sched_getaffinity(0, sizeof all, &all) || CPU_COUNT(&all) != threads)
        return;
#pragma omp parallel num_threads(threads)
    {
        int skip = omp_get_thread_num(), cpu = 0;
        while (!CPU_ISSET(cpu, &all) || skip-- > 0)
            cpu++;
        /* The first thread is the caller's: bound for good it would bind whatever it starts later. */
        if (omp_get_thread_num() > 0) {
            cpu_set_t one;
            CPU_ZERO(&one);
            CPU_SET(cpu, &one);
            sched_setaffinity(0, sizeof one, &one);
        }
    }
#else
    (void)threads;
#endif
}
