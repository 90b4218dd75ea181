/* The operations the engine calls, the same for all systems. */
#ifndef ESWI_KERNELS_SOLVER_H
#define ESWI_KERNELS_SOLVER_H

#include "kernels/common/system.h"

/* The table of a system that has one; whoever lists the systems defines it (cuda_backend.cu). */
const eswi_cuda_system *eswi_cuda_system_of(const esw_system *system);

size_t eswi_cuda_solver_footprint(const eswi_point *point, const eswi_resources *resources);
esw_status eswi_cuda_solver_open(const eswi_point *point, const eswi_resources *resources, eswi_solver **solver,
                                 esw_error *error);
void eswi_cuda_solver_close(eswi_solver *solver);
esw_status eswi_cuda_solver_stage(eswi_solver *solver, uint64_t first, uint32_t count, esw_error *error);
esw_status eswi_cuda_solver_solve(eswi_solver *solver, size_t run, void *decisions, esw_error *error);
const void *eswi_cuda_solver_instance(eswi_solver *solver, uint32_t i);

/* Where a scenario is a thread, a batch has to hold as many as the device holds threads: 132 multiprocessors of 2,048 on
 * an H100, rounded to a power of two. More are more of the same. */
enum { ESWI_CUDA_BATCH_WORTH = 1 << 18 };

/* A table of them; `methods` is what eswi_solver_ops says. */
#define ESWI_CUDA_SOLVER_OPS(methods)                                                                      \
    {                                                                                                      \
        eswi_cuda_solver_footprint, eswi_cuda_solver_open, eswi_cuda_solver_close, eswi_cuda_solver_stage, \
            eswi_cuda_solver_solve, eswi_cuda_solver_instance, (methods), ESWI_CUDA_BATCH_WORTH            \
    }

#endif
